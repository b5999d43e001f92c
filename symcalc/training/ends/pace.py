"""What lies ahead of a run whose steps are used up: how far the minimum is, and whether there is one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from symcalc.pages.numbers import short
from symcalc.training.change import ROUNDING
from symcalc.training.shape.spectrum import spectrum
from symcalc.training.walking.walk import Walk

_FEW_UPDATES = 50        # a shorter run is a demonstration, and says nothing about its pace
_LARGE_SHARE = 0.1       # of what there was to gain, that is still to come in a run that crawls
_CLOSE = 0.01            # the share at which the minimum counts as reached
_TIMES = 10              # how many times as many updates it takes a run that crawls
_LARGE_TABLE = 100_000   # rows from which a look ahead costs more than it tells
_MANY_PARAMETERS = 50
_FAR = 4.0 ** np.arange(-4, 21)              # how far ahead a look goes, in units of the point
_BOUNCES = 20            # updates from which it is asked whether the cost has stopped falling
_RISES = 0.2             # of the steps in the later half, from which it goes up and down
_LOWER = 0.1             # of how far it swings: what it may still fall, and be none that falls
_CALMER = 0.7            # ... in the third quarter of the run: less in the last one, and the swing dies away
_UNDER_WAY = 10          # updates from which the pace of a run is seen
_STRAIGHT = 1.75         # times the fall that a bowl has left: a straight line falls twice as far
_SLOWER = 0.66           # the steps of the last quarter, beside those of the quarter before, in a run that nears a point
_PLATEAU = 1e-3          # a cost that falls by less than this share in a whole run hardly moves
_LATEST = 5              # updates at the end of a run, of which it is seen whether they go back and forth
_PRECISE = 1e-12         # of J: what is left to gain where no single step can be seen in J any more


def may_look(walk: Walk) -> bool:
    """Whether a few dozen evaluations more are cheap."""
    table = walk.table
    return (table is None or table.rows <= _LARGE_TABLE or walk.compiled.strategy == "moments") and (
        len(walk.moving) <= _MANY_PARAMETERS)


def limit_beyond(walk: Walk) -> float | None:
    """Where the cost goes if the parameters go on and on the way they went, -inf without bound; None where it ever rises."""
    point, slopes = walk.history.points[-1], walk.history.gradients[-1]
    way = point - walk.history.points[0]
    if not way.any():
        way[walk.moving] = -slopes[walk.moving]
    length = float(np.linalg.norm(way))
    if not 0 < length < math.inf or _slows_down(walk):
        return None
    unit, scale = way / length, max(1.0, float(np.abs(point).max()))
    costs, slopes_there = [float(walk.history.costs[-1])], [slopes]
    for distance in scale * _FAR:
        with np.errstate(all="ignore"):
            cost, there = walk.compiled.at(point + distance * unit)
        if cost == -math.inf and len(costs) > len(_FAR) // 2:
            return -math.inf
        if not cost <= costs[-1]:
            return None
        costs.append(cost)
        slopes_there.append(there)
    lower = costs[1] < costs[0] and costs[-1] < walk.history.costs.min()          # than anywhere before, too
    if not lower or _ends_flat(np.array(costs), np.array(slopes_there)[:, walk.moving]):
        return None
    falls = -np.diff(costs)[-4:]
    boundless = falls[0] > 0 and (falls[1:] >= 0.9 * falls[:-1]).all()
    return -math.inf if boundless else costs[-1]


def _slows_down(walk: Walk) -> bool:
    """Whether the steps of the last half shrink as they do on the way to a point, even an inflection.

    On the way to infinity they shrink by less: where θ grows like ln k, those of the last quarter are 0.71 of those before.
    """
    if walk.history.made < _UNDER_WAY:
        return False
    half, later, last = (walk.history.points[walk.history.place(update)] for update in _turns(walk.history.made))
    return float(np.linalg.norm(last - later)) < _SLOWER * float(np.linalg.norm(later - half))


def _turns(made: int) -> tuple[int, int, int]:
    """Where the last two quarters begin, and where they end."""
    return made - 2 * (made // 4), made - made // 4, made


def telling(made: int) -> list[int]:
    """The updates after which the points of a run are seen, where only a few can be kept: the start, the middle, the last.

    >>> telling(100)
    [0, 50, 75, 95, 96, 97, 98, 99, 100]
    """
    return sorted({0, made // 2, *_turns(made), *range(max(0, made - _LATEST), made)})


def _ends_flat(costs: np.ndarray, slopes: np.ndarray) -> bool:
    """Whether the cost arrives at a flat place, as behind a ReLU, rather than coming ever closer to its limit."""
    flat = ~slopes.any(axis=1)
    if not flat.any():
        return False
    first = int(np.argmax(flat))
    return first == 0 or bool(costs[first - 1] - costs[-1] > 1e-9 * (costs[0] - costs[-1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawl:
    """How many updates more it takes to come close to the minimum, and how unevenly J curves; inf and nan if unknown."""

    updates: float
    condition: float


def crawl(walk: Walk) -> Crawl | None:
    """How a run would go on whose steps are used up; None where it does not crawl.

    It crawls where ½ gᵀH⁻¹g, the fall that is left, is a large share of what there was to gain, and comes at a pace, seen
    in the later half of the run, that takes many times as many updates as were made.
    """
    costs = walk.history.costs
    made = walk.history.made
    if made < _FEW_UPDATES or not costs[-1] <= costs[0]:
        return None
    found = _bowl(walk)
    if found is None:
        hardly = costs[0] - costs[-1] < _PLATEAU * abs(costs[0])
        return Crawl(updates=math.inf, condition=math.nan) if hardly else None
    left, there, condition = found
    total = float(costs[0] - costs[-1]) + left
    with np.errstate(all="ignore"):
        fall = float(costs[-1] - walk.compiled.at(there)[0])
    believed = left / 4 <= fall <= _STRAIGHT * left      # or the loss is no bowl on the way there
    if left < _LARGE_SHARE * total or left <= ROUNDING * abs(costs[-1]) or not believed:
        return None
    halfway = float(costs[walk.history.place(made // 2)])
    pace = math.log1p((halfway - float(costs[-1])) / left) / (made - made // 2)
    updates = math.log(left / (_CLOSE * total)) / pace if pace > 0 else math.inf
    return Crawl(updates=updates, condition=condition) if updates >= _TIMES * made else None


def is_precise(walk: Walk, blur: float = 0.0) -> bool:
    """Whether the fall that is left, in small steps, is lost in the rounding of J, or in how far its terms blur it."""
    found = _bowl(walk)
    return found is not None and found[0] <= max(_PRECISE * abs(float(walk.history.costs[-1])), blur)


def _bowl(walk: Walk) -> tuple[float, np.ndarray, float] | None:
    """½ gᵀH⁻¹g at the end of the run, Newton's next point and the condition number of H; None where J is no bowl."""
    point, slopes = walk.history.points[-1], walk.history.gradients[-1][walk.moving]
    found = spectrum(walk.curved(point))
    if not found.smallest > 0:
        return None
    along = found.directions.T @ slopes
    there = point.copy()
    there[walk.moving] -= found.directions @ (along / found.values)
    return float(np.sum(along**2 / found.values) / 2), there, found.largest / found.smallest


def swings(costs: np.ndarray) -> bool:
    """Whether the cost goes up and down in the later half of the run, so that it is seen in three digits.

    >>> swings(np.array([9.0, *[1.0, 2.0] * 20])), swings(np.arange(40.0)[::-1])
    (True, False)
    """
    late = costs[len(costs) // 2:]
    return len(costs) > _BOUNCES and bool(rises(late) >= _RISES) and short(late.min(), 3) != short(late.max(), 3)


def keeps_bouncing(costs: np.ndarray) -> bool:
    """Whether the cost goes up and down and no longer falls, and no less so at the end: a swing that dies away is none.

    >>> swing = 1 + np.cos(2 * np.arange(60))
    >>> keeps_bouncing(1 + swing), keeps_bouncing(1 + swing * 0.96**np.arange(60))
    (True, False)
    """
    if not swings(costs):
        return False
    early, late = costs[:len(costs) // 2], costs[len(costs) // 2:]
    before, last = np.array_split(late, 2)
    return bool(early.min() - late.min() <= _LOWER * np.ptp(late) and np.ptp(last) > _CALMER * np.ptp(before))


def rises(costs: np.ndarray) -> np.ndarray:
    """In which share of the steps the cost rose; one that has settled goes up and down by rounding alone."""
    return np.mean(np.diff(costs, axis=0) > ROUNDING * np.abs(costs[1:]), axis=0)
