"""Where the cost over two parameters is lowest, as far as that is proved or checked: what lines of equal cost mark."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from symcalc.errors import LossError
from symcalc.language.table_parts import Parts
from symcalc.training.minima.finding import minimum_of
from symcalc.training.minima.minimum import Minimum
from symcalc.training.run import Run
from symcalc.training.shape.spectrum import MINIMUM, newton_step
from symcalc.training.stops import Stop

_OFF = frozenset({Stop.DIVERGED, Stop.OVERFLOW, Stop.BOTTOMLESS, Stop.UNREACHED, Stop.OUTSIDE, Stop.START, Stop.NO_STEP})
_SAME = 1e-9             # of the size of the costs: minima as low as each other
_SETTLED = 1e-6          # of a point, as little as this is left to go


@dataclass(frozen=True, slots=True, kw_only=True)
class Lowest:
    """The lowest minima, those that are higher, and the direction of the valley where they lie along a line."""

    points: np.ndarray               # one row for each
    higher: np.ndarray
    along: np.ndarray | None = None


def lowest(run: Run) -> Lowest | None:
    """The minima by calculus, or the one that Newton's method finds from the end of the run; None where none is certain.

    >>> from symcalc.training.losses import Loss
    >>> lowest(Loss("(u^2 - 1)^2 + v^2").descend(start=[0.5, 1], rate=0.1, steps=9)).points.tolist()
    [[-1.0, 0.0], [1.0, 0.0]]
    """
    try:
        return _of(minimum_of(run.loss, run.table))
    except LossError:
        return _nearby(run)


def _of(found: Minimum) -> Lowest | None:
    minima = [point for point in found.points if point.kind == MINIMUM]
    if not minima or len(found.flat) > 1:
        return None
    places, costs = np.array([point.values for point in minima]), np.array([point.J for point in minima])
    level = costs.min() + _SAME * np.abs(costs).max()
    return Lowest(points=places[costs <= level], higher=places[costs > level],
                  along=found.flat[0] if len(found.flat) else None)


def _nearby(run: Run) -> Lowest | None:
    """Where every slope is 0 and J curves upwards, close to where the run ended and no higher."""
    if run.stop in _OFF or isinstance(run.table, Parts):
        return None
    try:
        point = minimum_of(run.loss, run.table, near=run.parameters).points[0]
    except LossError:
        return None
    at = np.array(point.values)
    left = newton_step(np.array(point.hessian), run.compiled.at(at)[1])
    settled = left is not None and (np.abs(left) <= _SETTLED * np.maximum(np.abs(at), _SETTLED)).all()
    certain = settled and point.kind == MINIMUM and run.fun >= point.J - _SAME * abs(point.J)
    return Lowest(points=at[np.newaxis], higher=np.empty((0, 2))) if certain else None
