"""Finding the point where every slope is 0: in closed form where there is one, else by Newton's method."""

from __future__ import annotations

from collections.abc import Sequence

import mpmath
import numpy as np
from sympy import Float

from symcalc.calculus.point import DIGITS, NO_VALUE
from symcalc.calculus.point import Point as Place
from symcalc.compute.compiled import Compiled
from symcalc.compute.points import Values
from symcalc.errors import LossError, ProofError
from symcalc.pages.document import Inline
from symcalc.pages.notation import text
from symcalc.training.minima.large import of_large
from symcalc.training.minima.minimum import INFLECTION, Minimum, StationaryPoint, check_cost, compared
from symcalc.training.minima.monotone import of_monotone
from symcalc.training.minima.normal_equations import normal_equations
from symcalc.training.minima.polishing import polished
from symcalc.training.minima.quadratic import of_quadratic
from symcalc.training.minima.stationary import Point, stationary_points
from symcalc.training.minima.without import without_a_point
from symcalc.training.problem.objective import Objective
from symcalc.training.settings import checked_start
from symcalc.training.shape.curvature import second_derivatives
from symcalc.training.shape.spectrum import MAXIMUM, MINIMUM, UNDECIDED, kind_of

_ROUNDING = 1e-12                # a cost that may be 0 but for rounding
_LEFT = 1e-60                    # what rounding leaves of it with so many digits as a proof has
_ZERO = 1e-9                     # of a slope, beside the size of what it is made of


def minimum_of(loss: Objective, data: object = None, near: Values | None = None) -> Minimum:
    """Where ∇J = 0; what `Loss.minimum` says holds here.

    >>> from symcalc.training.losses import Loss
    >>> minimum_of(Loss("mean((y - m)^2)", columns="y"), {"y": [1, 2, 6]}).point
    {'m': 3.0}
    """
    table, near = loss.table(data), None if near is None else checked_start(near, loss.names)
    if loss.is_large:
        return of_large(loss, table, near)
    equations = normal_equations(loss)
    if equations is not None:
        return of_quadratic(loss, table, equations)
    found = stationary_points(loss) if table is None else None
    if found is not None and not found.points:
        raise LossError(f"{text(loss.symbol)} = {text(loss.expression)} has no lowest point: there is no point at which "
                        f"{'its slope' if len(loss.parameters) == 1 else 'every slope'} is 0")
    if found is not None:
        points = _classified(loss, found.points)
        return Minimum(loss=loss, points=points, exact=found.exact, working=(*found.working, compared(loss, points)),
                       reading=_by_curvature(loss, points), flat=np.empty((0, len(loss.parameters))))
    composed = of_monotone(loss, table)
    if composed is not None:
        return composed
    if near is None:
        raise LossError(without_a_point(loss))
    return polished(loss, table, near)


def _classified(loss: Objective, points: Sequence[Point]) -> tuple[StationaryPoint, ...]:
    compiled, second = loss.compile(), second_derivatives(loss, None)
    places = [np.array([float(values[parameter].evalf(30)) for parameter in loss.parameters]) for values in points]
    found = []
    for k, at in enumerate(places):
        cost, slopes = compiled.at(at)
        check_cost(loss, at, cost)
        hessian = second(at)
        if not np.abs(slopes).max() <= _ZERO * max(1.0, np.abs(hessian).max() * np.abs(at).max()):
            raise ProofError(f"a point at which {text(loss.symbol)} should have no slope has one")
        kind: str = kind_of(hessian)
        if kind == UNDECIDED and len(at) == 1:
            kind = _by_sides(compiled, places, k)
        found.append(StationaryPoint(values=tuple(map(float, at)), J=_settled(loss, points[k], cost), kind=kind,
                                     hessian=tuple(map(tuple, hessian.tolist()))))
    return tuple(found)


def _settled(loss: Objective, values: Point, cost: float) -> float:
    """The cost, and 0 where only rounding keeps the floats from it."""
    if abs(cost) > _ROUNDING or any(value.has(Float) for value in values.values()):
        return cost
    context = mpmath.MPContext()
    context.dps = DIGITS
    try:
        place = Place(context, {letter: context.mpf(str(value.evalf(DIGITS))) for letter, value in values.items()}, {})
        return 0.0 if abs(place.value(loss.expression)) < _LEFT else cost
    except NO_VALUE:
        return cost


def _by_sides(compiled: Compiled, places: Sequence[np.ndarray], k: int) -> str:
    """The kind of a point of a curve by the signs of the slope halfway to its neighbours."""
    at = places[k]
    left = (places[k - 1] + at) / 2 if k else at - 1
    right = (places[k + 1] + at) / 2 if k + 1 < len(places) else at + 1
    signs = tuple(float(np.sign(compiled.at(side)[1][0])) for side in (left, right))
    return {(-1, 1): MINIMUM, (1, -1): MAXIMUM, (1, 1): INFLECTION, (-1, -1): INFLECTION}.get(signs, UNDECIDED)


def _by_curvature(loss: Objective, points: Sequence[StationaryPoint]) -> tuple[Inline, ...]:
    """How the second derivatives tell one kind from another."""
    kinds = {point.kind for point in points}
    if len(loss.parameters) > 1:
        undecided = " Where the determinant is 0 they do not tell." * (UNDECIDED in kinds)
        return ("Where the determinant of the Hessian is above 0 the point is a minimum if the second derivative by ",
                loss.parameters[0], " is above 0, and a maximum if it is below; where the determinant is below 0 it is a "
                f"saddle point.{undecided}")
    flat = any(point.hessian[0][0] == 0 for point in points)
    return ("Where the second derivative is above 0, J curves upwards: a minimum; where it is below 0, a maximum."
            + " Where it is 0, the signs of the slope on both sides tell." * flat,)
