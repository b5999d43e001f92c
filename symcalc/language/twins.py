"""What SymPy calls by another name than the table of functions does."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sympy
from sympy import Basic, Expr, Heaviside, Rational

from symcalc.errors import LossError
from symcalc.functions import polygamma, step
from symcalc.written import call


def ours(part: Basic) -> Basic:
    """The function of the table that a function of SymPy is; anything else as it stands.

    >>> from sympy import Symbol
    >>> ours(Heaviside(Symbol("x")))
    step(x)
    """
    return _TWINS[type(part)](part) if type(part) in _TWINS else part


def _step(part: Heaviside) -> Expr:
    if part.args[1] != Rational(1, 2):
        raise LossError(f"the step function is 1/2 at 0 here, not {part.args[1]}; leave the second argument of Heaviside out")
    return call(step, part.args[0])


def _polygamma(part: sympy.polygamma) -> Expr:
    return call(polygamma, *part.args)


_TWINS: Mapping[type, Callable[[Basic], Basic]] = {Heaviside: _step, sympy.polygamma: _polygamma}
