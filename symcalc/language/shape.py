"""The shape of a SymPy expression from outside: of bounded size, with known heads over arguments that SymPy itself would take.

A subclass of a head brings code of its own, and a tree put together by hand may hold anything, so both stop here, before
SymPy is asked to do something with them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sympy import (
    Add,
    And,
    Basic,
    Eq,
    Expr,
    Float,
    Ge,
    Gt,
    Heaviside,
    Indexed,
    IndexedBase,
    Integer,
    KroneckerDelta,
    Le,
    Lt,
    Max,
    Min,
    Mul,
    Ne,
    Or,
    Piecewise,
    Pow,
    Rational,
    Sum,
    Symbol,
    Tuple,
    polygamma,
)
from sympy.core.numbers import Exp1, Half, NegativeOne, One, Pi, Zero
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import Boolean, BooleanFalse, BooleanTrue

from symcalc.errors import LossError, visible
from symcalc.indices import softmax_at
from symcalc.vocabulary import FUNCTIONS

MAX_SYMPY_DEPTH = 150

LEAVES = frozenset({Symbol, Integer, Zero, One, NegativeOne, Rational, Half, Float, Exp1, Pi, BooleanTrue, BooleanFalse})
RELATIONS = frozenset({Eq, Ne, Lt, Le, Gt, Ge})
HEADS = RELATIONS | {Add, Mul, Pow, Sum, Max, Min, Piecewise, ExprCondPair, And, Or, Tuple, Indexed, KroneckerDelta, softmax_at}


def small(expression: Basic, most: int) -> Basic:
    """The expression, if it has no more than `most` parts, is no deeper than recursion is safe, and is well made."""
    waiting, count = [(expression, 0)], 0
    while waiting:
        part, depth = waiting.pop()
        count += 1
        if count > most:
            raise LossError(f"the expression has more than {most:,} parts; split it into smaller ones")
        if depth > MAX_SYMPY_DEPTH:
            raise LossError(f"the expression is nested more than {MAX_SYMPY_DEPTH} levels deep")
        if not is_well_made(part):
            raise LossError(f"{visible(type(part).__name__[:40])} stands in the expression with arguments that it cannot have; "
                            "build it as SymPy does")
        if not _is_plain_column(part):
            waiting.extend((inner, depth + 1) for inner in part.args)
    return expression


def is_well_made(part: Basic) -> bool:
    """Whether the arguments are of the number and kind that the head takes; of an unknown head, whether they are SymPy's.

    >>> is_well_made(Symbol("x") + 1), is_well_made(Basic.__new__(Pow, Symbol("x")))
    (True, False)
    """
    arguments = part.args
    if type(arguments) is not tuple or not all(isinstance(inner, Basic) for inner in arguments):
        return False
    if row := FUNCTIONS.get(type(part)):
        least, most = row.takes
        return least <= len(arguments) and (most is None or len(arguments) <= most) and _are(arguments, Expr)
    return _ARGUMENTS.get(type(part), _anything)(arguments)


def _anything(arguments: tuple[Basic, ...]) -> bool:
    return True


def _are(arguments: tuple[Basic, ...], kind: type | tuple[type, ...]) -> bool:
    return all(isinstance(inner, kind) for inner in arguments)


def _some(arguments: tuple[Basic, ...]) -> bool:
    return bool(arguments) and _are(arguments, Expr)


def _two(arguments: tuple[Basic, ...]) -> bool:
    return len(arguments) == 2 and _are(arguments, Expr)


def _limits(arguments: tuple[Basic, ...]) -> bool:
    return len(arguments) > 1 and isinstance(arguments[0], Expr) and all(
        isinstance(limit, Tuple) and 1 <= len(limit.args) <= 3
        and _are(limit.args, (Expr, Tuple)) for limit in arguments[1:])


_ARGUMENTS: Mapping[type, Callable[[tuple[Basic, ...]], bool]] = {
    Add: _some, Mul: _some, Max: _some, Min: _some, Pow: _two, KroneckerDelta: _two, softmax_at: _two, polygamma: _two,
    Heaviside: _two, Sum: _limits, Tuple: _anything,
    Indexed: lambda given: len(given) > 1 and isinstance(given[0], IndexedBase) and _are(given[1:], Expr),
    ExprCondPair: lambda given: len(given) == 2 and isinstance(given[0], Expr) and isinstance(given[1], Boolean),
    Piecewise: lambda given: bool(given) and _are(given, ExprCondPair),
    **dict.fromkeys(RELATIONS, lambda given: len(given) == 2),
}


def called(part: Basic) -> tuple[str, int]:
    """The name of a function and how many arguments it has, by which several can be put in order."""
    return type(part).__name__, len(part.args)


def _is_plain_column(part: Basic) -> bool:
    """Whether the part is x[i], which counts as one."""
    return isinstance(part, Indexed) and all(isinstance(inner, Symbol) for inner in (part.base.label, *part.indices))
