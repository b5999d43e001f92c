"""Which of many runs may have ended: tests of all at once that cost little and miss none that has."""

from __future__ import annotations

import numpy as np

from symcalc.compute.loops.many import PAST, Room, SeenOfRuns
from symcalc.training.methods import METHODS, method_named
from symcalc.training.stops import GROWN, UNBOUNDED
from symcalc.training.walking.walk import Walk

_CYCLE = 3               # points in a row that are where they were two steps before, where a run ends for that
_CLOSE = 4e-12           # of the size of a point: two that may count as the same


def may_end(room: Room, walk: Walk, count: int, firsts: np.ndarray, lowest: np.ndarray | None, spare: np.ndarray, *,
            fresh: bool, constant: bool) -> np.ndarray:
    """The runs that may end at one of the `count` rows after the present, or, for a count of 0, at the present.

    `firsts` are the costs at the start, `lowest` the lowest of those rows, or None where none is below 0; `spare` is room to
    work in. `fresh`: these are the first steps. `constant`: no rate changes.
    """
    tolerances = walk.tolerances
    if tolerances.step or tolerances.cost:
        return np.ones(room.runs, dtype=bool)
    if not count:
        return _may_not_begin(room, tolerances.slope)
    now, then = slice(PAST + 1, PAST + 1 + count), PAST + count
    costs, points, slopes, spare = room.costs[now], room.points[:, 0], room.gradients[now, 0], spare[:count]
    with np.errstate(all="ignore"):
        may = _rose(costs.max(axis=0), firsts)
        if lowest is not None:
            may |= _fell(lowest, firsts)
        # What all runs together tell is found in a few calls: where that is enough, no run is asked by itself.
        if not np.abs(slopes, out=spare).min() > tolerances.slope:
            may |= spare.min(axis=0) <= tolerances.slope
        some = spare[::_CYCLE]
        np.subtract(points[now][::_CYCLE], points[PAST - 1:then - 1][::_CYCLE], out=some)
        if fresh:
            some[0] = np.inf                    # nothing is known of where a run was before it started
        ends = room.points[PAST:then + 1:count]          # the present, and the last row
        if not np.abs(some, out=some).min() > _CLOSE * max(ends.max(), -ends.min()):
            may |= _returned(some.min(axis=0), *ends)
        if walk.method.state or not constant:
            may |= (points[now] == points[PAST:then]).any(axis=0)
        else:                                   # a point that stays stays for good
            may |= points[then] == points[then - 1]
        rows = then if carries(walk) else now
        whole = room.points[rows], room.gradients[rows], room.states[rows]
        if not np.isfinite(sum(values.sum() for values in whole)):
            for values in whole:
                may |= ~np.isfinite(values.sum(axis=tuple(range(values.ndim - 1))))
    return may


def _may_not_begin(room: Room, tolerance: float) -> np.ndarray:
    """Where the present is flat, or something is not finite there."""
    points, slopes, costs = room.points[PAST], room.gradients[PAST], room.costs[PAST]
    with np.errstate(all="ignore"):
        total = points.sum(axis=0) + slopes.sum(axis=0) + costs
        return ~(np.abs(slopes[0]) > tolerance) | ~np.isfinite(total)


def may_have_ended(seen: SeenOfRuns, walk: Walk, before: np.ndarray, now: np.ndarray, firsts: np.ndarray) -> np.ndarray:
    """The runs that may have ended between two points, by what was seen of them where the points themselves are not kept."""
    with np.errstate(all="ignore"):
        return (_rose(seen.most, firsts) | _fell(seen.least, firsts) | (seen.slope <= walk.tolerances.slope)
                | _returned(seen.twice, before, now) | (seen.once == 0) | ~np.isfinite(seen.total))


def carries(walk: Walk) -> bool:
    """Whether a value that is not finite leaves no finite point behind it, so that the last row tells."""
    method = walk.method
    known = method.name in METHODS and method.equations == method_named(method.name).equations
    return known and len(walk.moving) == len(walk.compiled.parameters)


# Each is true also where something is no number.

def _rose(most: np.ndarray, firsts: np.ndarray) -> np.ndarray:
    """Whether the cost may grow without bound."""
    return ~(most <= firsts + GROWN * np.abs(firsts))


def _fell(least: np.ndarray, firsts: np.ndarray) -> np.ndarray:
    """Whether it may fall without bound."""
    return ~(least >= -UNBOUNDED * (1 + np.abs(firsts)))


def _returned(twice: np.ndarray, before: np.ndarray, now: np.ndarray) -> np.ndarray:
    """Whether a point may be where the last but one was; `twice` is the least distance of two such."""
    return ~(twice > _CLOSE * np.maximum(np.abs(before), np.abs(now)).max(axis=0))
