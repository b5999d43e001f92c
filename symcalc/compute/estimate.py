"""Whether compiling a program pays: an estimate of the time that one step of a compiled loop saves."""

from __future__ import annotations

import re
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from symcalc.compute.program import Program

# Seconds, as measured on an EPYC of 2023 with NumPy 2: what a compiled loop saves is what NumPy or Python take, nearly.
COMPILING = 0.03                # the import of llvmlite
_EACH = 1.2e-3                  # LLVM's work on a statement
_MODULE = 7e-3                  # ... on a loop of one run, whatever the statements,
_EACH_ALONE = 0.4e-3            # and on a statement of it
CALLS = 8                        # of a gradient, by whoever compiles it over many rows
_OPERATION = 0.4e-9              # + - * / of one row
_FUNCTION = 4e-9                 # exp, tanh and the like of one row, which kernels have, too
_LIBRARY = -10e-9                # what arctan and others lose, which are worked out there row by row
_STATEMENT = 1e-6                # NumPy's call for one statement, whatever the rows
_PLAIN = 40e-9                   # Python's statement on floats

_SIGNS = re.compile(r" [-+*/] ")
_CALLED = re.compile(r"(\w+)\(")
_KNOWN = frozenset(["exp", "log", "tanh", "softplus", "sigmoid", "expm1", "log1p", "sin", "cos", "tan", "softmax", "logsumexp",
                    "arctanh"])
_SMALL = frozenset(["sqrt", "abs", "maximum", "minimum", "where", "sign", "heaviside", "dot", "reduce", "float"])


def may_fuse() -> bool:
    """Whether what it takes to compile a loop is installed, which is not imported for that."""
    return find_spec("llvmlite") is not None


def compiling(program: Program) -> float:
    """The seconds that it takes to compile a loop with these statements.

    >>> import symcalc
    >>> 0.03 < compiling(symcalc.Loss("(w - 3)^2").compile().tape) < 0.04
    True
    """
    return COMPILING + _EACH * len(program.moving)


def compiling_alone(program: Program) -> float:
    """The same for a loop of one run over no rows, which is shorter; the import of llvmlite counts where it is still to come.

    >>> import symcalc
    >>> 0.005 < compiling_alone(symcalc.Loss("(w - 3)^2").compile().tape) < 0.04
    True
    """
    return (0 if sys.modules.get("llvmlite") else COMPILING) + _MODULE + _EACH_ALONE * len(program.moving)


def saved(program: Program, rows: int) -> float:
    """The seconds that one step of a compiled loop saves.

    >>> import symcalc
    >>> saved(symcalc.Loss("(w - 3)^2").compile().tape, 1) < 1e-6
    True
    """
    if not program.arrays:
        return _PLAIN * len(program.moving)
    each = 0.0
    for value, source, _ in program.moving:
        if value.array or value.total:
            each += _OPERATION * len(_SIGNS.findall(source))
            for name in _CALLED.findall(source):
                each += _OPERATION if name in _SMALL else _FUNCTION if name in _KNOWN else _LIBRARY
    return _STATEMENT * len(program.moving) + each * rows
