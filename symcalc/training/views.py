"""What of a run is looked at, and in which window: shared by everything that draws its cost."""

from __future__ import annotations

import numpy as np

from symcalc.errors import LossError
from symcalc.language.names import name_of
from symcalc.language.table import Table
from symcalc.pages.numbers import short
from symcalc.pages.typeset import typeset, typeset_in
from symcalc.training.course import Course
from symcalc.training.stops import Stop

_CROP = 3                # a curve is shown to this many times the height of the run above and below it
_AWAY = 50               # a run that goes off is followed to this many times its first change of J
_MANY = 100_000          # rows from which each value of J counts
_FINE, _ROUGH = 241, 61
MARGIN = 0.08
_STILL = 1e-12           # of where it is, as little as this is no way
_HARDLY = 1e-3           # of the other parameter's way, as little as this is hardly any
_STEEP = 100             # times as much as along the other axis J changes at the most along one that is made as wide
_SHORTER, _TRIES = 10, 60        # so many times shorter such an axis is made until that is so, and how often at the most
_PROBED = 9              # places at which that is looked at
_TENFOLD = 100           # how many times its least value J has to reach for a scale of powers of ten
_LOWEST = 1e-16          # beside the highest, a cost as low as this is as good as 0
_DRAWN = 2_000           # points of data at the most; more would only blacken the picture


def in_view(run: Course) -> int:
    """How many points are looked at: all, or of a run that goes off beyond bounds those at its start.

    >>> from symcalc.training.losses import Loss
    >>> [in_view(Loss("w^2").descend(start=[1], rate=rate, steps=60)) for rate in (0.1, 1.1)]
    [61, 9]
    """
    with np.errstate(all="ignore"):
        change = np.abs(run.costs - run.costs[0])
    climbed = run.costs[-1] > run.costs[0]
    if len(change) < 3 or not (climbed or run.stop is Stop.BOTTOMLESS):
        return len(change)
    reach = _AWAY * max(float(change[1]), float(run.costs[0] - run.costs.min()) if climbed else 0.0)
    away = np.flatnonzero(~(change <= reach))
    return max(2, int(away[0])) if reach and len(away) else len(change)


def called(run: Course) -> str:
    """J(w₁, w₂), the cost by name.

    >>> from symcalc.training.losses import Loss
    >>> called(Loss("w1^2 + w2^2").descend(start=[1, 1], rate=0.1, steps=1))
    'J(w₁, w₂)'
    """
    return typeset_in(run.loss.called, run.loss.parameters)


def last_seen(run: Course) -> str:
    """What the last point looked at is called: "end", or "step 8" of a run that goes on out of the picture.

    >>> from symcalc.training.losses import Loss
    >>> [last_seen(Loss("w^2").descend(start=[1], rate=rate, steps=60)) for rate in (0.1, 1.1)]
    ['end', 'step 8']
    """
    seen = in_view(run)
    return "end" if seen == len(run.points) else f"step {seen - 1}"


def left_out(run: Course) -> str:
    """What a title adds for a run that goes on out of the picture: " (the first 8 of 60)"."""
    seen = in_view(run)
    return "" if seen == len(run.points) else f" (the first {f'{seen - 1} ' * (seen > 2)}of {run.nit})"


def started(run: Course, what: str) -> None:
    """Nothing, or the error that says why there is nothing to draw."""
    if not run.started or not np.isfinite(run.costs).all():
        raise LossError(f"there {what} to draw: {run.message}")


def around(visited: np.ndarray) -> tuple[float, float]:
    """From below the least visited value to above the largest, with the end of the run in the middle.

    >>> around(np.array([0.0, 4.0]))
    (-1.0, 9.0)
    """
    low, high, end = float(visited.min()), float(visited.max()), float(visited[-1])
    reach = max(high - end, end - low)
    if reach <= _STILL * abs(end):                   # it did not move, or no further than rounding does
        reach = 1e-3 * (abs(end) or 1.0)
    return end - 1.25 * reach, end + 1.25 * reach


def window(run: Course, j: int) -> tuple[float, float]:
    """Where the parameter in place j is looked at: round the end of the run; of one that goes off, round its start."""
    seen = in_view(run)
    visited = run.points[:seen, j]
    if seen == len(run.points):
        return around(visited)
    margin = 0.15 * float(np.ptp(visited)) or 1e-3 * max(abs(float(visited[0])), 1.0)
    return float(visited.min()) - margin, float(visited.max()) + margin


def windows(run: Course) -> list[tuple[float, float]]:
    """The windows of both parameters; that of one that hardly moves is as wide as the other's, or as far as J lets it.

    >>> from symcalc.training.losses import Loss
    >>> windows(Loss("(u - 1)^2 + v^2").descend(start=[0, 0], rate=0.5, steps=3, hold="v"))
    [(-0.25, 2.25), (-1.25, 1.25)]
    """
    both = [window(run, 0), window(run, 1)]
    ways = np.ptp(run.points[:in_view(run)], axis=0)
    return [_comparable(run, j, both) if ways[j] <= _HARDLY * ways[1 - j] else both[j] for j in (0, 1)]


def _comparable(run: Course, j: int, both: list[tuple[float, float]]) -> tuple[float, float]:
    """As wide as the other's, or narrower where J would rise so steeply along it that nothing else were seen."""
    (low, high), at = both[j], run.points[in_view(run) - 1]
    middle, half = (low + high) / 2, float(np.ptp(both[1 - j])) / 2
    most = _STEEP * _change(run, 1 - j, at, both[1 - j])
    for _ in range(_TRIES):
        wide = middle - half, middle + half
        if 2 * half <= high - low or _change(run, j, at, wide) <= most:
            break
        half /= _SHORTER
    return wide if 2 * half > high - low else (low, high)


def _change(run: Course, j: int, at: np.ndarray, ends: tuple[float, float]) -> float:
    """By how much J differs along a window of one parameter, as far as it has values there."""
    costs = curve_over(run, j, at, np.linspace(*ends, _PROBED))
    finite = costs[np.isfinite(costs)]
    return float(np.ptp(finite)) if len(finite) > 1 else np.inf


def cropped(curve: np.ndarray, costs: np.ndarray) -> tuple[float, float]:
    """From below the lowest cost to above the highest, but no further up a pole than the run can still be seen."""
    finite = np.append(curve[np.isfinite(curve)], costs)
    run_low, run_high = float(costs.min()), float(costs.max())
    reach = _CROP * (run_high - run_low) or np.inf
    low, high = max(float(finite.min()), run_low - reach), min(float(finite.max()), run_high + reach)
    margin = MARGIN * (high - low) or 0.05 * max(abs(high), 1.0)
    return low - margin, high + margin


def tenfold(costs: np.ndarray) -> tuple[float, float] | None:
    """From where to where a scale of powers of ten shows costs above 0 that go through several; None where it does not help.

    >>> tenfold(np.array([400.0, 1.0])), tenfold(np.array([4.0, 1.0]))
    ((0.5, 800.0), None)
    """
    low, high = float(costs.min()), float(costs.max())
    return (max(low, _LOWEST * high) / 2, 2 * high) if low > 0 and high > _TENFOLD * low else None


def curve_over(run: Course, j: int, at: np.ndarray, values: np.ndarray) -> np.ndarray:
    """J where the parameter in place j has these values, the others those at the point."""
    points = np.repeat(at[np.newaxis], len(values), axis=0)
    points[:, j] = values
    return run.compiled.across(points)[0]


def fineness(run: Course, fine: int = _FINE, rough: int = _ROUGH) -> int:
    """At how many values a curve is worked out: fewer where each is a pass over many rows."""
    many = run.table is not None and run.table.rows >= _MANY and run.compiled.strategy != "moments"
    return rough if many else fine


def held(run: Course, j: int, at: np.ndarray) -> str:
    """The parameters other than that in place j, with their values at the point: "b = 0.5, c = 2"."""
    return ", ".join(f"{typeset(other)} = {short(value, 4)}"
                     for k, (other, value) in enumerate(zip(run.loss.parameters, at)) if k != j)


def fitted_columns(run: Course) -> tuple[str, str] | None:
    """The names of the one column that the model predicts from and of the one that it predicts; None where that is not so."""
    model, target = run.loss.model, run.loss.target
    if model is None or target is None or run.table is None or not model.is_single or len(model.columns) != 1:
        return None
    return name_of(model.columns[0]), name_of(target)


def drawn_data(run: Course, most: int = _DRAWN) -> tuple[np.ndarray, np.ndarray]:
    """The data, evenly through a long table, and what lies furthest out in either direction."""
    names = fitted_columns(run)
    if not isinstance(run.table, Table) or run.rows <= most:
        shown = run.table.thinned(most)
        return shown[names[0]], shown[names[1]]
    columns = [run.table[name] for name in names]
    furthest = [place for column in columns for place in (column.argmin(), column.argmax())]
    which = np.unique([*np.linspace(0, run.rows - 1, most - len(furthest)).astype(int), *furthest])
    return columns[0][which], columns[1][which]


def span(x: np.ndarray) -> tuple[float, float]:
    """From where to where a model is drawn: over the data, and to either side of a single one.

    >>> span(np.array([1.0, 3.0])), span(np.array([2.0]))
    ((1.0, 3.0), (1.0, 3.0))
    """
    low, high = float(x.min()), float(x.max())
    room = 0.0 if low < high else 0.5 * (abs(low) or 1.0)
    return low - room, high + room


def predictions(run: Course, k: int, x: np.ndarray) -> np.ndarray:
    """The model's values at these x, after so many updates."""
    model, values = run.loss.model, run.named(run.points[k])
    x_name = fitted_columns(run)[0]
    return model.predict({name: values[name] for name in model.names}, **{x_name: x})


def grid(run: Course, u: tuple[float, float], v: tuple[float, float], size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The values of both parameters, and J over them, one row for each value of the second."""
    across, up = np.linspace(*u, size), np.linspace(*v, size)
    places = np.stack(np.meshgrid(across, up), axis=-1)
    cost = run.compiled.across(places.reshape(-1, 2))[0].reshape(size, size)
    if not np.isfinite(cost).any():
        raise LossError(f"there are no contours to draw: {run.message}")
    return across, up, cost


def levels(cost: np.ndarray) -> np.ndarray:
    """Levels closer together near the minimum, where the cost is flat, and below the highest point, which would be a speck.

    >>> float(levels(np.array([0.0, 1.0])).max().round(2)), len(levels(np.array([1.0, 1.0])))
    (0.85, 0)
    """
    finite = cost[np.isfinite(cost)]
    low, high = float(finite.min()), float(finite.max())
    return np.unique(low + (high - low) * np.linspace(0.02, 1, 14)[:-1] ** 2) if high > low else np.empty(0)
