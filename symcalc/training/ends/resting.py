"""What kind of place a run rests at: a minimum, another stationary point, or one that is only flat."""

from __future__ import annotations

import numpy as np

from symcalc.training.change import ROUNDING
from symcalc.training.shape.curvature import by_differences
from symcalc.training.shape.spectrum import MAXIMUM, MINIMUM, SADDLE, kind_of, shortest_step
from symcalc.training.stops import Stop
from symcalc.training.walking.walk import Walk

_NEAR = 1e-3             # Newton's step, relative to the point, up to which a place with no slope is where that step leads
_SHRINKS = 0.9           # of Newton's step: a longer one after it leads nowhere
_BEYOND = 30             # of Newton's steps, after which one is on the other side of a minimum
_STRICT = 1e-8           # a tolerance up to which a run is asked whether it stopped far from the minimum
_MOST = 10               # of Newton's steps
_KINDS = {SADDLE: Stop.SADDLE, MAXIMUM: Stop.MAXIMUM}


def kind(walk: Walk) -> Stop:
    """What kind of place it is where every slope is zero to within the tolerance, by the Hessian; at times it is just flat."""
    point = walk.history.points[-1]
    matrix = walk.curved(point)
    if not np.isfinite(matrix).all():
        return Stop.CONVERGED
    if not matrix.any(axis=1).all():             # differences see what is to both sides: a kink, or the rise of w⁴
        matrix = by_differences(walk.compiled)(point)[np.ix_(walk.moving, walk.moving)]
    if not matrix.any(axis=1).all():
        return Stop.FLAT
    # The kind is that of the place where the slopes are 0; here a direction along which J does not curve may seem to.
    there, steps = at_rest(walk, point, matrix)
    first = np.abs(steps[0]).max()
    if first > _NEAR * (1 + np.abs(point[walk.moving]).max()) and (
            len(steps) == 1 or (walk.history.count == 1 and np.abs(matrix).max() <= walk.tolerances.slope)):
        return Stop.FLAT
    found = kind_of(there)
    if found == MINIMUM and first > _NEAR * (1 + np.abs(point[walk.moving]).max()) and walk.tolerances.slope <= _STRICT:
        return Stop.FLAT                        # the slopes are small because the data are, not because a minimum is near
    if found == MINIMUM and _falls_beyond(walk, point, steps[0]):
        return Stop.FLAT
    return _KINDS.get(found, Stop.CONVERGED)


def at_rest(walk: Walk, point: np.ndarray, matrix: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """Newton's steps from here as long as they shrink, and the Hessian where they lead; one step where they do not shrink."""
    slopes = walk.history.gradients[-1][walk.moving]
    steps: list[np.ndarray] = []
    while len(steps) < _MOST:
        step = shortest_step(matrix, slopes)
        if steps and np.abs(step).max() > _SHRINKS * np.abs(steps[-1]).max():
            break
        steps.append(step)
        point = moved(walk, point, step)
        ahead, slopes = walk.curved(point), walk.compiled.at(point)[1][walk.moving]
        if not (step.any() and np.isfinite(ahead).all() and np.isfinite(slopes).all()):
            break
        matrix = ahead
    return matrix, steps


def _falls_beyond(walk: Walk, point: np.ndarray, step: np.ndarray) -> bool:
    """Whether the cost is lower on the other side of where Newton's method leads and goes on falling, as at an inflection."""
    cost, (beyond, slopes) = float(walk.history.costs[-1]), walk.compiled.at(moved(walk, point, _BEYOND * step))
    return beyond < cost - ROUNDING * abs(cost) and bool(slopes[walk.moving] @ step > 0)


def moved(walk: Walk, point: np.ndarray, step: np.ndarray) -> np.ndarray:
    """The point less a step of the parameters that are not held, as Newton's method takes it."""
    ahead = point.copy()
    ahead[walk.moving] -= step
    return ahead
