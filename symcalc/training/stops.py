"""Why a run ends: the reasons, and how each is seen in the points visited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import reduce

import numpy as np

from symcalc.compute.loops.loop import Seen

RISES = 10               # updates in a row with a rising cost, after which a run counts as diverging
GROWN = 9.0              # ... if the cost has risen by this many times what it was at the start
_STEADY = 0.99           # ... and if it grows in the later half of them by so many times the share of the earlier half
_LEAST = 1e-9            # ... and more than what rounding makes of a cost that no longer grows
UNBOUNDED = 1e9         # how far below zero a cost falls, in units of the first, before it counts as bottomless
_FEW = 8                 # parameters
_SAME, _APART = 1e-12, 1e-6          # relative: when a point has come back, and when two points are two


class Stop(Enum):
    """Why a run ended; the value is the sentence that is shown.

    >>> Stop.STEPS.value
    'All steps are used up.'
    """

    CONVERGED = "Converged: every partial derivative is zero to within the tolerance."
    STEPS = "All steps are used up."
    STILL = "The point no longer changes: the steps are too small for floating-point numbers."
    TWO_CYCLE = "Not converging: the point jumps between two values."
    DIVERGED = "Diverged: the cost grows without bound."
    BOTTOMLESS = "Diverged: the cost falls without bound, so this loss has no minimum to find."
    OUTSIDE = "Stopped: the next step leaves the domain of the loss."
    START = "Stopped before the first step: the loss or its slope has no finite value at the start."
    SMALL_STEP = "Converged: no parameter changed by more than the step tolerance in the last update."
    SMALL_CHANGE = "Converged: the cost changed by no more than the cost tolerance in the last update."
    MAXIMUM = "Stopped: every partial derivative is zero to within the tolerance, but at a maximum of the loss, not a minimum."
    SADDLE = ("Stopped: every partial derivative is zero to within the tolerance, but at a saddle: the loss falls from here in "
              "another direction.")
    FLAT = ("Stopped: every partial derivative is zero to within the tolerance, but so is the curvature; a flat place need not "
            "be a minimum.")
    CRAWLING = "All steps are used up, and the run crawls."
    NO_STEP = "Stopped: the method gives no next step from here."
    CALLBACK = "Stopped by the callback."
    INTERRUPTED = "Interrupted; every update so far is kept."
    UNREACHED = "Not converging: the further the parameters go this way, the lower the cost."
    PRECISE = "Converged: as close as floating-point numbers let it come, since a further fall is lost in the rounding of J."
    NO_RATE = "Stopped: the rate has fallen to 0, so no parameter moves any more."
    OVERFLOW = "Stopped: the next step leads so far that the numbers there are too large to compute with."


CONVERGED = frozenset({Stop.CONVERGED, Stop.SMALL_STEP, Stop.SMALL_CHANGE, Stop.PRECISE})


def status_of(stop: Stop) -> int:
    """0 where a run converged, 1 where its steps were used up, another number for every other end.

    >>> status_of(Stop.PRECISE), status_of(Stop.STEPS)
    (0, 1)
    """
    return 0 if stop in CONVERGED else list(Stop).index(stop)


BRIEF = {                # in a table of many runs
    Stop.CONVERGED: "converged", Stop.SMALL_STEP: "converged (small steps)", Stop.SMALL_CHANGE: "converged (small changes)",
    Stop.PRECISE: "converged (to rounding)", Stop.STEPS: "steps used up", Stop.STILL: "stands still",
    Stop.TWO_CYCLE: "jumps between two points", Stop.DIVERGED: "diverged", Stop.BOTTOMLESS: "falls without bound",
    Stop.OUTSIDE: "left the domain", Stop.START: "no value at the start", Stop.MAXIMUM: "at a maximum",
    Stop.SADDLE: "at a saddle", Stop.FLAT: "on flat ground", Stop.CRAWLING: "crawls", Stop.NO_STEP: "no next step",
    Stop.CALLBACK: "stopped by the callback", Stop.INTERRUPTED: "interrupted", Stop.UNREACHED: "no minimum this way",
    Stop.NO_RATE: "rate fell to 0", Stop.OVERFLOW: "numbers too large",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerances:
    """What counts as zero: for every slope, and, if they are not 0, for the change of the parameters and of the cost."""

    slope: float = 1e-10
    step: float = 0.0
    cost: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """The points visited, with cost and gradient at each, as arrays; `moving` are the parameters that are not held.

    Of many runs side by side, each array has one more axis, the last. Their first rows may be the start and the lowest cost,
    and only the latest follow: no rule looks at any other.
    """

    points: np.ndarray
    costs: np.ndarray
    gradients: np.ndarray
    moving: np.ndarray
    tolerances: Tolerances
    patience: int = 1            # updates after which every parameter has had its turn; 0 where the slopes are drawn by lot
    coasts: bool = False         # whether a point may be left again though every slope is zero there


def first_stop(track: Track, since: int) -> tuple[int, Stop] | None:
    """The first point from `since` on at which the run ends, and why; at one point the first reason of the table counts."""
    found = [(int(np.argmax(ends)), order, stop) for order, (stop, rule) in enumerate(_RULES)
             if not _GLANCES[stop](track, since) and (ends := rule(track, since)).any()]
    if not found:
        return None
    at, _, stop = min(found)
    return since + at, stop


def is_uneventful(seen: Seen, start: float, tolerances: Tolerances) -> bool:
    """Whether what some steps have passed tells that the run ends at none of them; as `_GLANCES` for steps one by one.

    >>> seen = Seen(slope=0.5, once=0.01, twice=0.02, least=1.0, most=9.0, size=3.0)
    >>> is_uneventful(seen, 9.0, Tolerances()), is_uneventful(seen, 9.0, Tolerances(slope=0.5))
    (True, False)
    """
    return (seen.slope > tolerances.slope and seen.once > 0 and not tolerances.step and not tolerances.cost
            and seen.least >= -UNBOUNDED * (1 + abs(start)) and seen.most <= start + GROWN * abs(start)
            and seen.twice > 2 * _SAME * seen.size)


def first_stops(track: Track, since: int) -> tuple[np.ndarray, list[Stop]]:
    """The same for many runs: the point at which each ends, or as many as there are where it does not, and why."""
    ends = np.array([rule(track, since) for _, rule in _RULES])
    at = np.where(ends.any(axis=(0, 1)), ends.any(axis=0).argmax(axis=0), len(track.costs) - since)
    which = np.append(ends, np.zeros_like(ends[:, :1]), axis=1)[:, at, np.arange(len(at))].argmax(axis=0)
    return since + at, [_RULES[order][0] for order in which.tolist()]


def rises_at_end(costs: np.ndarray) -> int:
    """How many updates in a row, up to the last, raised the cost.

    >>> rises_at_end(np.array([5.0, 4.0, 6.0, 7.0]))
    2
    """
    fell = np.flatnonzero(np.diff(costs) <= 0)
    return len(costs) - 1 - (int(fell[-1]) + 1 if len(fell) else 0)


def top(costs: np.ndarray) -> np.ndarray:
    """The cost above which a run has grown many times; one that fell below zero has not grown."""
    with np.errstate(all="ignore"):              # a run that could not start has no number there
        return costs[0] + GROWN * np.abs(costs[0])


# The rules: for each point from `since` on, whether the run ends there

def _converged(track: Track, since: int) -> np.ndarray:
    """Every slope is zero; where a point may be left all the same, at the point before, too: there is no speed left, then."""
    zero = _slopeless(track, track.gradients[since:])
    if track.coasts and zero.any():
        first = int(since == 0)                 # a run has no speed yet where it starts
        zero[first:] &= _slopeless(track, track.gradients[since + first - 1:-1])
    return zero


def _slopeless(track: Track, slopes: np.ndarray) -> np.ndarray:
    return _largest(slopes if len(track.moving) == slopes.shape[1] else slopes[:, track.moving]) <= track.tolerances.slope


def _still(track: Track, since: int) -> np.ndarray:
    """No parameter has changed in the last update; where they take turns, in the last round; where they coast, in two updates.

    A point that swings about a minimum, as with momentum, may turn around just between two updates.
    """
    if not track.patience:
        return _never(track, since)
    same = _none_differs(_before(track.points, since, 1), track.points[since:])
    for back in range(2, max(track.patience, 1 + track.coasts) + 1):
        if same.any():
            same &= _none_differs(_before(track.points, since, back), track.points[since:])
    return same


def _small_step(track: Track, since: int) -> np.ndarray:
    if not track.tolerances.step or not track.patience:
        return _never(track, since)
    with np.errstate(all="ignore"):
        change = _largest(track.points[since:] - _before(track.points, since, track.patience))
    return change <= track.tolerances.step


def _small_change(track: Track, since: int) -> np.ndarray:
    if not track.tolerances.cost or not track.patience:
        return _never(track, since)
    with np.errstate(all="ignore"):
        return np.abs(track.costs[since:] - _before(track.costs, since, track.patience)) <= track.tolerances.cost


def _bottomless(track: Track, since: int) -> np.ndarray:
    """The cost is far below zero, and has fallen no less in each of the last updates than in the one before."""
    fell = track.costs[since:] < _bottom(track)
    for back in range(RISES):
        if not fell.any():
            return fell
        now, before, first = (_before(track.costs, since, back + more) for more in range(3))
        with np.errstate(all="ignore"):
            fell &= (before - now > 0) & (before - now >= _STEADY * (first - before))
    return fell


def _diverged(track: Track, since: int) -> np.ndarray:
    """The cost has risen in each of the last updates, or rounds of updates, is many times what it was, and grows on as fast."""
    turn = max(1, track.patience)
    rose = track.costs[since:] > top(track.costs)
    for back in range(RISES * turn):
        if not rose.any():
            return rose
        rose &= _before(track.costs, since, back) > _before(track.costs, since, back + turn)
    lowest = np.minimum(0.0, np.minimum.accumulate(track.costs)[since:])          # so far, whatever comes after the end
    with np.errstate(all="ignore"):
        now, halfway, before = (_before(track.costs, since, back * turn) - lowest for back in (0, RISES // 2, RISES))
        # A method with momentum that overshoots climbs too, and at its limit for long, but by a share that shrinks to 0.
        later = (now - halfway) / halfway
        return rose & (later >= _STEADY * (halfway - before) / before) & (later > _LEAST)


def _jumps(track: Track, since: int) -> np.ndarray:
    """The point has come back, twice, to where it was two steps before."""
    a, b, c = (_before(track.points, since, back) for back in range(3))
    with np.errstate(all="ignore"):
        size = _largest(a) + _largest(b)
        again = _largest(a - c) <= _SAME * size
        if not again.any():                     # as nearly always
            return again
        again &= _APART * size < _largest(a - b)
        for earlier, later in ((b, 3), (c, 4)):
            again &= _largest(earlier - _before(track.points, since, later)) <= _SAME * size
    return again


def _bottom(track: Track) -> np.ndarray:
    with np.errstate(all="ignore"):
        return -UNBOUNDED * (1 + np.abs(track.costs[0]))


def _largest(rows: np.ndarray) -> np.ndarray:
    """The largest absolute value in each row: column by column, which is faster where there are few."""
    if rows.shape[1] > _FEW:
        return np.abs(rows).max(axis=1)
    return reduce(np.maximum, np.abs(rows).swapaxes(0, 1))


def _none_differs(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    return reduce(np.logical_and, (rows == others).swapaxes(0, 1))


def _never(track: Track, since: int) -> np.ndarray:
    return np.zeros(track.costs[since:].shape, dtype=bool)


def _before(values: np.ndarray, since: int, back: int) -> np.ndarray:
    """What stood `back` places before each entry from `since` on; nan where nothing did, which equals nothing."""
    missing = min(max(0, back - since), len(values) - since)
    found = values[since + missing - back:len(values) - back]
    return found if not missing else np.concatenate([np.full((missing, *values.shape[1:]), np.nan), found])


_RULES: tuple[tuple[Stop, Callable[[Track, int], np.ndarray]], ...] = (
    (Stop.CONVERGED, _converged), (Stop.STILL, _still), (Stop.SMALL_STEP, _small_step), (Stop.SMALL_CHANGE, _small_change),
    (Stop.BOTTOMLESS, _bottomless), (Stop.DIVERGED, _diverged), (Stop.TWO_CYCLE, _jumps),
)


# A glance at the points from `since` on: whether it tells already that the run ends at none of them, as nearly always

def _far_from_back(track: Track, since: int) -> bool:
    seen = track.points[max(0, since - 1):]
    return _least_change(track, since, 2) > 2 * _SAME * max(float(seen.max()), -float(seen.min()))


def _least_change(track: Track, since: int, back: int) -> float:
    """By how much the first parameter that moves differs at least from where it was so many steps before."""
    values, first = track.points[:, track.moving[0]], max(since, back)
    with np.errstate(all="ignore"):
        return float(np.abs(values[first:] - values[first - back:len(values) - back]).min(initial=np.inf))


_GLANCES: dict[Stop, Callable[[Track, int], bool]] = {
    Stop.CONVERGED: lambda track, since: bool(
        np.abs(track.gradients[since:, track.moving[0]]).min() > track.tolerances.slope),
    Stop.STILL: lambda track, since: not track.patience or _least_change(track, since, 1) > 0,
    Stop.SMALL_STEP: lambda track, since: not (track.tolerances.step and track.patience),
    Stop.SMALL_CHANGE: lambda track, since: not (track.tolerances.cost and track.patience),
    Stop.BOTTOMLESS: lambda track, since: not track.costs[since:].min() < _bottom(track),
    Stop.DIVERGED: lambda track, since: not track.costs[since:].max() > top(track.costs),
    Stop.TWO_CYCLE: _far_from_back,
}
