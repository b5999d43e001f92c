"""Why a run goes wrong, and the rate that would have worked."""

from __future__ import annotations

import numpy as np
from sympy import Basic, Indexed, Max, Min, Piecewise, Pow, Sum, Symbol, preorder_traversal
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from symcalc.compute.compiled import Compiled, evaluated
from symcalc.language.names import COUNT, ROW
from symcalc.language.table import Table
from symcalc.pages.notation import text
from symcalc.pages.numbers import short
from symcalc.training.losses import Loss
from symcalc.vocabulary import FUNCTIONS

_STEP = 1e-5         # of the differences of the gradient, relative to the parameter


def hessian(compiled: Compiled, point: np.ndarray) -> np.ndarray:
    """The matrix of second derivatives at a point, from central differences of the derived gradient."""
    columns = []
    for k, value in enumerate(point):
        step = np.zeros_like(point)
        step[k] = _STEP * max(1.0, abs(value))
        right, left = (compiled.at(point + sign * step)[1] for sign in (1, -1))
        columns.append((right - left) / (2 * step[k]))
    matrix = np.array(columns)
    return (matrix + matrix.T) / 2


def stable_rate(compiled: Compiled, point: np.ndarray) -> float | None:
    """2/λ_max: gradient descent on the quadratic that fits the loss here converges below this rate.

    None where the loss does not curve upwards, or has no finite curvature.

    >>> f = Loss("3*w^2").compile()
    >>> round(stable_rate(f, np.array([1.0])), 9)
    0.333333333
    """
    matrix = hessian(compiled, point)
    if not np.isfinite(matrix).all():
        return None
    largest = float(np.linalg.eigvalsh(matrix)[-1])
    return 2 / largest if largest > 0 else None


def rate_advice(compiled: Compiled, point: np.ndarray) -> str:
    """A sentence with the largest stable rate at the point, and one to try; empty where there is none."""
    limit = stable_rate(compiled, point)
    if limit is None:
        return ""
    return f"At the start rates below {short(limit, 3)} are stable; try {short(limit / 2, 2)}."


def trouble_at(loss: Loss, table: Table | None, point: dict[Symbol, float]) -> str:
    """What has no finite real value at the point: the innermost part, its row where it has one, and what it needs.

    >>> trouble_at(Loss("ln(w)"), None, {Loss("ln(w)").parameters[0]: -1.0})
    'ln(w) has no real value at w = -1: ln needs a positive argument'
    """
    expressions = [loss.expression, *loss.gradient().result]
    for part in (part for expression in expressions for part in reversed(list(preorder_traversal(expression)))):
        if not isinstance(part, Basic) or _is_leaf(part):
            continue
        value = np.atleast_1d(evaluated(part, point, table, loss.columns))
        if not np.isfinite(value).all():
            return _sentence(part, value, point)
    return "the loss has no finite value there"


def _is_leaf(part: Basic) -> bool:
    """Parts without a value of their own: letters, numbers, the limits of a sum, conditions."""
    return (not part.args or isinstance(part, (Indexed, Relational, Boolean)) or part in (ROW, COUNT)
            or (not isinstance(part, (Sum, Max, Min, Piecewise, Pow)) and not part.is_Add and not part.is_Mul
            and type(part) not in FUNCTIONS))


def _sentence(part: Basic, value: np.ndarray, point: dict[Symbol, float]) -> str:
    row = int(np.argmin(np.isfinite(value)))
    letters = part.free_symbols
    here = ", ".join(f"{text(symbol)} = {short(number)}" for symbol, number in point.items() if symbol in letters)
    where = f" in row {row + 1}" * (len(value) > 1) + f" at {here}" * bool(here)
    if np.isnan(value[row]):
        needs = FUNCTIONS[type(part)].domain if type(part) in FUNCTIONS else ""
        return f"{text(part)} has no real value{where}" + (f": {FUNCTIONS[type(part)].names[0]} needs {needs}" if needs else "")
    return f"{text(part)} is too large for a floating-point number{where}" if not _divides_by_zero(part) \
        else f"{text(part)} divides by zero{where}"


def _divides_by_zero(part: Basic) -> bool:
    return isinstance(part, Pow) and part.exp.is_negative is True
