"""A loss that rises with a quadratic one, as the root mean squared error with the mean: least at the same point."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace

from sympy import Expr, Function, Pow, Rational, log

from symcalc.language.table import Table
from symcalc.language.table_parts import Parts
from symcalc.pages.document import Block, Equation, Formula, paragraph
from symcalc.parts import exponent_of_e
from symcalc.training.minima.minimum import Minimum, told
from symcalc.training.minima.normal_equations import normal_equations
from symcalc.training.minima.quadratic import of_quadratic
from symcalc.training.problem.objective import Objective

_INNER = "K"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outer:
    """A function that rises: J in terms of K, its value and its slope."""

    formula: Formula
    value: Callable[[float], float]
    slope: Callable[[float], float]
    least: float = -math.inf         # of what stands inside, for J to have a value
    most: float = math.inf


_ROOT = _Outer(formula=Formula(text="J = √K", latex=r"J = \sqrt{K}"), value=math.sqrt, least=0,
               slope=lambda k: 0.5 / math.sqrt(k) if k else math.inf)
_LOG = _Outer(formula=Formula(text="J = ln(K)", latex=r"J = \ln(K)"), value=math.log, least=sys.float_info.min,
              slope=lambda k: 1 / k)
_EXP = _Outer(formula=Formula(text="J = e^K", latex="J = e^{K}"), value=math.exp, most=math.log(sys.float_info.max),
              slope=math.exp)


def of_monotone(loss: Objective, table: Table | Parts | None) -> Minimum | None:
    """The minimum of √K, ln(K) or e^K for a quadratic K: that of K; None where the loss is not one of these.

    >>> from symcalc.training.losses import Loss
    >>> found = of_monotone(Loss("sqrt((a - 1)^2 + (b - a)^2 + 4)"), None)
    >>> found.point, found.J
    ({'a': 1.0, 'b': 1.0}, 2.0)
    """
    outer, inner = _taken_apart(loss.expression)
    if outer is None:
        return None
    below = Objective._as_built(inner, loss.names)
    equations = normal_equations(below)
    found = of_quadratic(below, table, equations, _INNER) if equations is not None else None
    if found is None or not outer.least <= found.J < outer.most:
        return None                                 # J has no value there, or none that a float can hold
    point = found.points[0]
    slope = outer.slope(point.J)
    hessian = tuple(tuple(slope * float(entry) if entry else 0.0 for entry in row) for row in point.hessian)
    here = replace(point, J=outer.value(point.J), hessian=hessian)
    rises: tuple[Block, ...] = (
        paragraph(outer.formula, " rises with what stands inside it, K, so both have their "
                  "lowest and highest points at the same place; the slopes of K are simpler:"),
        Equation((Function(_INNER)(*loss.parameters), inner)))
    kink = " At K = 0 the root has a kink: J has no slope there, and is lowest all the same." * (slope == math.inf)
    return Minimum(loss=loss, points=(here,), exact=True, working=(*rises, *found.working, *told(loss, here, values=False)),
                   reading=(*found.reading, kink) if kink else found.reading, flat=found.flat)


def _taken_apart(expression: Expr) -> tuple[_Outer | None, Expr]:
    if isinstance(expression, Pow) and expression.exp == Rational(1, 2):
        return _ROOT, expression.base
    if isinstance(expression, log) and len(expression.args) == 1:
        return _LOG, expression.args[0]
    exponent = exponent_of_e(expression)
    return (None, expression) if exponent is None else (_EXP, exponent)
