"""Which of many runs may have ended: tests of all of them at once that cost little and miss none that has."""

from __future__ import annotations

import numpy as np

from symcalc.compute.loops.many import PAST, Room, Seen
from symcalc.training.stops import GROWN, UNBOUNDED, Tolerances

_CLOSE = 4e-12           # of the size of a point: two that may count as the same


def may_end(room: Room, count: int, firsts: np.ndarray, tolerances: Tolerances, spare: np.ndarray, *,
            fresh: bool, stays: bool, carries: bool) -> np.ndarray:
    """Which runs have to be looked at after so many more steps: all that end at one of them are among them.

    `firsts` are the costs at the start, `spare` is room to work in. `fresh`: these are the first steps. `stays`: a point that
    stays once stays for good. `carries`: what is not finite leaves no finite point behind it, so that the last row tells.
    """
    now, then = slice(PAST + 1, PAST + 1 + count), PAST + count
    costs, points, slopes, spare = room.costs[now], room.points[:, 0], room.gradients[now, 0], spare[:count]
    with np.errstate(all="ignore"):
        may = ~(costs.max(axis=0) <= firsts + GROWN * np.abs(firsts))          # also where one is nan
        if not costs.min() >= 0:
            may |= _unbounded(costs.min(axis=0), firsts)
        may |= np.abs(slopes, out=spare).min(axis=0) <= tolerances.slope
        np.subtract(points[now], points[PAST - 1:then - 1], out=spare)
        if fresh:
            spare[0] = np.inf               # nothing is known of where a run was before it started
        may |= _returned(np.abs(spare, out=spare).min(axis=0), room.points[PAST], room.points[then])
        may |= points[then] == points[then - 1] if stays else (points[now] == points[PAST:then]).any(axis=0)
        seen = (room.points[then], room.gradients[then]) if carries else (room.points[now], room.gradients[now])
        for values in (*seen, room.states[then if carries else now]):
            may |= ~np.isfinite(values.sum(axis=tuple(range(values.ndim - 1))))
    return may


def may_have_ended(seen: Seen, before: np.ndarray, now: np.ndarray, firsts: np.ndarray, tolerances: Tolerances) -> np.ndarray:
    """The same by what was seen of the runs between two points whose steps are not kept."""
    with np.errstate(all="ignore"):
        return (~(seen.most <= firsts + GROWN * np.abs(firsts)) | _unbounded(seen.least, firsts)
                | (seen.slope <= tolerances.slope) | _returned(seen.twice, before, now) | (seen.once == 0)
                | ~np.isfinite(seen.total))


def _unbounded(lowest: np.ndarray, firsts: np.ndarray) -> np.ndarray:
    """Whether the cost fell so far that it may have no lowest value."""
    return ~(lowest >= -UNBOUNDED * (1 + np.abs(firsts)))


def _returned(twice: np.ndarray, before: np.ndarray, now: np.ndarray) -> np.ndarray:
    """Whether a point may be where the last but one was; `twice` is the least distance of two such."""
    return ~(twice > _CLOSE * np.maximum(np.abs(before), np.abs(now)).max(axis=0))
