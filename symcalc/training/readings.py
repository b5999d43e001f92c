"""What the line over the data of a loss is, and what lies between the two that the loss measures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from symcalc.language.names import name_of, symbol
from symcalc.pages.typeset import typeset
from symcalc.training.course import Course
from symcalc.training.problem.task import COUNTS, PROBABILITIES, SIGNS
from symcalc.training.views import fitted_columns

_ROOM = 0.4              # of the height of the data: as far above and below them the line is followed
_EDGE = 0.005            # of the picture's height: a line so near its frame cannot be told from it
_BOUNDARIES = 4          # places at most where one class gives way to the other
_BESIDE = 0.25           # above and below two classes
AWAY = "the model is out of the picture"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the line over the data is, in words, and what of a row the loss measures against it."""

    line: str                        # over the picture: {y} stands for the name of the target
    upwards: str                     # along the axis
    gaps: str = ""                   # what the segments from a row to the line are; "" where the loss measures no such thing
    boundary: float | None = None    # the height of the line at which one class gives way to the other
    margin: bool = False             # whether only rows that are not past their own class, -1 or 1, are measured


RESIDUAL = Reading(line="{y} ≈", upwards="{y}", gaps="residuals")
_READINGS = {
    SIGNS: Reading(line="score =", upwards="class {y}, and the score", gaps="short of its class by 1 - {y} · score",
                   boundary=0.0, margin=True),
    PROBABILITIES: Reading(line="probability of {y} = 1:", upwards="{y}, and the probability of 1", boundary=0.5),
    COUNTS: Reading(line="expected {y} =", upwards="{y}"),
}


def reading_of(run: Course) -> Reading:
    """What is drawn over the data of this run, by what its loss takes the target for.

    >>> from symcalc import hinge, linear
    >>> run = hinge("side", linear("x")).descend({"x": [1, 2], "side": [-1, 1]}, start=[0, 0], rate=0.1, steps=1)
    >>> reading_of(run).gaps
    'short of its class by 1 - side · score'
    """
    task = run.loss.task
    found = RESIDUAL if task is None or task.values is None else _READINGS.get(task.values, RESIDUAL)
    names = fitted_columns(run)
    y = typeset(symbol(name_of(run.loss.target) if names is None else names[1]))
    return Reading(line=found.line.format(y=y), upwards=found.upwards.format(y=y), gaps=found.gaps.format(y=y),
                   boundary=found.boundary, margin=found.margin)


def segments(reading: Reading, x: np.ndarray, y: np.ndarray, line: np.ndarray) -> list[list[tuple[float, float]]]:
    """From each row to the line over it, where the loss measures that: for y = 1 below the line it is y - z = 1 - y z.

    >>> hinge = Reading(line="", upwards="", gaps="short", margin=True)
    >>> segments(hinge, np.array([1.0, 2.0]), np.array([1.0, 1.0]), np.array([0.5, 3.0]))
    [[(1.0, 1.0), (1.0, 0.5)]]
    """
    if not reading.gaps:
        return []
    return [[(a, b), (a, c)] for a, b, c in zip(x.tolist(), y.tolist(), line.tolist()) if not reading.margin or b * c < 1]


def boundaries(reading: Reading, across: np.ndarray, line: np.ndarray) -> np.ndarray:
    """Where the line goes through the height that divides the classes; none where it does so too often to be told.

    >>> sides = Reading(line="", upwards="", boundary=0.0)
    >>> boundaries(sides, np.array([0.0, 1.0, 2.0]), np.array([-1.0, 1.0, 3.0])).tolist()
    [0.5]
    """
    if reading.boundary is None:
        return np.empty(0)
    above = line - reading.boundary
    with np.errstate(invalid="ignore"):
        turns = np.flatnonzero(above[:-1] * above[1:] < 0)
        level = across[1:-1][(above[1:-1] == 0) & (above[:-2] * above[2:] < 0)]
    between = across[turns] - above[turns] * (across[turns + 1] - across[turns]) / (above[turns + 1] - above[turns])
    places = np.sort(np.concatenate([between, level]))
    return places if len(places) <= _BOUNDARIES else np.empty(0)


def heights(run: Course, y: np.ndarray) -> tuple[float, float]:
    """From below the data to above them, or round both classes; of data of one height, 0 is seen as well."""
    low, high = float(y.min()), float(y.max())
    reading = reading_of(run)
    if reading.boundary is not None and not reading.margin:
        return min(low, 0.0) - _BESIDE, max(high, 1.0) + _BESIDE
    if reading.margin:
        low, high = -2.0, 2.0
    if low == high:
        room = 1.2 * abs(low) or 1.0
        return low - room, high + room
    room = _ROOM * (high - low)
    return low - room, high + room


def enters(line: np.ndarray, picture: tuple[float, float]) -> bool:
    """Whether any of an unbroken line at these heights can be seen between the lower and the upper edge of a picture.

    >>> enters(np.array([0.0, 0.0]), (0, 10)), enters(np.array([-1.0, 3.0]), (0, 10))
    (False, True)
    """
    low, high = picture
    edge = _EDGE * (high - low)
    with np.errstate(invalid="ignore"):
        return bool((line > low + edge).any() and (line < high - edge).any())
