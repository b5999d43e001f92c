"""Which changes of the cost are no more than its rounding: by J, its slopes, how J scatters around a point, and more digits."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from symcalc.calculus.point import DIGITS, NO_VALUE, Point, context_of
from symcalc.training.change import change_of, promised

if TYPE_CHECKING:
    from symcalc.compute.compiled import Compiled
    from symcalc.training.problem.objective import Objective

_TOLD = 128 * sys.float_info.epsilon         # relative to J: a change of this size is known no better than to a hundredth
_APART = 0.005           # beside the expected change, from where on they contradict it: J bends, has a kink, or is rounded
_SCATTERS = 256          # times how J scatters: a smaller change is known no better than to a hundredth
_PART = 1 / 64           # of a step: over a few of these J is as good as a quadratic
_TIMES = (1, 2, 3, 5, 7)
_SHORT = 1e-12           # of the size of a point, or of 1: longer steps change J by more than the rounding of its terms
_FALLEN = 1e-10          # of the largest J: a smaller one may be what rounding leaves where terms cancel
_CANCELLED = sys.float_info.epsilon**1.5      # ... and more than this of it is rounding of terms that do, not of squares
_NEARBY = (2.0**-40, 2.0**-30, 2.0**-20)     # of the size of a point: so far on J differs by its rounding alone
_TIMES_SCATTER = 8       # as far off may J be
_KNOWN = 0.01            # of the expected change: how exactly the actual one is known where its ratio is told


def are_lost(points: np.ndarray, costs: np.ndarray, gradients: np.ndarray, least: float | None = None) -> np.ndarray:
    """Whether the change of J in each step from point to point is so small that rounding decides on its ratio.

    `least` is what `least_told` found: a change up to it that the slopes contradict is rounding, too.

    >>> w = np.array([[1.0], [0.0], [1e-8]])
    >>> are_lost(w, w[:, 0]**2 + 1, 2*w).tolist()
    [False, True]
    """
    largest, contradicted = _seen(points, costs, gradients)
    lost = largest <= _TOLD * np.maximum(np.abs(costs[:-1]), np.abs(costs[1:]))
    return lost if least is None else lost | (contradicted & (largest <= least))


def least_told(compiled: Callable[[], Compiled], points: np.ndarray, costs: np.ndarray, gradients: np.ndarray) -> float | None:
    """The change of J up to which it is rounding, where terms cancel and leave next to nothing of J; None where none do.

    Asked are steps that change J by something else than its slopes say, the smallest first: where J does not scatter so
    much there, it is curvature or a kink.

    >>> from symcalc.training.losses import Loss
    >>> run = Loss("w^2 - 6*w + 9").descend(start=[0], rate=0.1, steps=200)
    >>> 1e-16 < least_told(run.loss.compile, run.points, run.costs, run.gradients) < 1e-12
    True
    """
    largest, contradicted = _seen(points, costs, gradients)
    doubtful = np.flatnonzero(contradicted & (largest > 0) & ~are_lost(points, costs, gradients))
    if not len(doubtful):
        return None
    loss = compiled()
    return _largest_lost(doubtful, largest, lambda k: _is_blurred(loss, points[k], points[k + 1], largest[k]))


@np.errstate(all="ignore")
def rounding_of_cost(compiled: Callable[[], Compiled], points: np.ndarray, costs: np.ndarray) -> float | None:
    """The J up to which it is the rounding of terms that cancel, and may be below 0 where no J is; None where none is.

    >>> from symcalc.training.losses import Loss
    >>> x = np.array([1e6, 1e6 + 1, 1e6 + 2])
    >>> losses = [Loss(f"mean({inner})", columns="x y") for inner in ("(y - m*x)^2", "y^2 - 2*m*x*y + m^2*x^2")]
    >>> compiled = [loss.compile({"x": x, "y": 2*x}) for loss in losses]
    >>> points = np.array([[0.0], [2 + 1e-10]])
    >>> [rounding_of_cost(lambda: loss, points, np.array([4e12, loss.at(points[1])[0]])) is None for loss in compiled]
    [True, False]
    """
    sizes = np.abs(costs)
    most = float(np.max(sizes[np.isfinite(sizes)], initial=0))
    small = np.flatnonzero((sizes > 0) & (sizes <= _FALLEN * most))
    if not len(small):
        return None
    loss = compiled()

    def is_rounding(k: int) -> bool:
        at = np.abs(points[k])
        unit = np.where(at > 0, at, np.max(at) or 1.0)
        known = (scatter_at(loss, points[k], points[k] + part * unit) for part in _NEARBY)
        off = next((found for found in known if found is not None), 0.0)          # the first step along which J changes at all
        return off >= _CANCELLED * most and bool(sizes[k] <= _TIMES_SCATTER * off)

    return _largest_lost(small, sizes, is_rounding)


def changes_told(points: np.ndarray, costs: np.ndarray, gradients: np.ndarray, lost: np.ndarray) -> np.ndarray:
    """The change of J in each step; 0 where its rounding is all there is.

    >>> w = np.array([[1.0], [0.0], [1e-8]])
    >>> changes_told(w, w[:, 0]**2 + 1, 2*w, np.array([False, True])).tolist()
    [-1.0, 0.0]
    """
    change = change_of(costs[:-1], costs[1:])
    with np.errstate(all="ignore"):
        actual = np.diff(costs)
        told = ~lost & (np.abs(actual) > _KNOWN * np.abs(promised(gradients[:-1], points)))
    return np.where(told, actual, change)


def are_wrong(loss: Objective, points: np.ndarray, costs: np.ndarray, gradients: np.ndarray) -> np.ndarray:
    """Whether the change of J in a short step is another one with more digits, though J and its slopes agree on it.

    In (exp(w) - 2)^2 the rounding of exp(w) changes J and its slope alike. For losses without data, which are soon worked out.

    >>> from symcalc.training.losses import Loss
    >>> losses = map(Loss, ("(exp(w) - 2)^2", "(w - 0.5)^2"))
    >>> runs = [loss.descend(start=[0], rate=0.1, steps=200, tolerance=0) for loss in losses]
    >>> [bool(are_wrong(run.loss, run.points, run.costs, run.gradients).any()) for run in runs]
    [True, False]
    """
    largest, _ = _seen(points, costs, gradients)
    expected = promised(gradients[:-1], points)
    with np.errstate(all="ignore"):
        sizes = np.maximum(1, np.abs(points[:-1]))
        short = (np.abs(np.diff(points, axis=0)) <= _SHORT * sizes).all(axis=1)
        changes = np.diff(costs)
    doubtful = np.flatnonzero(short & (largest > 0) & ~are_lost(points, costs, gradients))
    context = context_of(DIGITS)

    def is_wrong(k: int) -> bool:
        at = [dict(zip(loss.parameters, map(context.mpf, point.tolist()), strict=True)) for point in points[k:k + 2]]
        try:
            before, after = (Point(context, values, {}).value(loss.expression) for values in at)
        except NO_VALUE:
            return False
        return bool(abs(float(after - before) - changes[k]) > _KNOWN * abs(expected[k]))

    least = _largest_lost(doubtful, largest, is_wrong)
    return short & (largest <= least) if least is not None else np.zeros(len(changes), dtype=bool)


def _largest_lost(steps: np.ndarray, sizes: np.ndarray, is_lost: Callable[[int], bool]) -> float | None:
    """The largest size up to which steps are lost, the smallest of them asked first; None where none is."""
    by_size = steps[np.argsort(sizes[steps], kind="stable")]
    lost, told, ask = 0, len(by_size), 0         # so many of the smallest are rounding; from so many on they are not
    while lost < told:
        # Now and then rounding happens to do no harm, so a step is told only where the next larger one is, too.
        lost, told = (ask + 1, told) if any(map(is_lost, by_size[ask:ask + 2])) else (lost, ask)
        ask = (lost + told) // 2
    return float(sizes[by_size[lost - 1]]) if lost else None


def _seen(points: np.ndarray, costs: np.ndarray, gradients: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The larger of the expected and the actual change in each step, and whether the slopes at its ends contradict it."""
    expected = promised(gradients[:-1], points)
    with np.errstate(all="ignore"):
        changes = np.diff(costs)
        by_slopes = (expected + promised(gradients[1:], points)) / 2
        contradicted = np.abs(changes - by_slopes) > _APART * np.abs(expected)
    return np.maximum(np.abs(expected), np.abs(changes)), contradicted


def _is_blurred(compiled: Compiled, before: np.ndarray, after: np.ndarray, change: float) -> bool:
    """Whether J scatters by so much near a step that the change in it is not known to a hundredth."""
    off = scatter_at(compiled, before, after)
    return off is None or change <= _SCATTERS * off


@np.errstate(all="ignore")
def scatter_at(compiled: Compiled, before: np.ndarray, after: np.ndarray) -> float | None:
    """How far J lies off what its slopes say over small parts of a step, which for so little is rounding alone.

    Both sides of either end are asked, and the second calmest is told, since a kink may lie on one side, or at one end.
    None where J is the same number on all but one: the step is too short for it.
    """
    step = after - before
    moves = step != 0
    shortest = np.max(np.spacing(np.abs(before[moves])) / np.abs(step[moves]), initial=0)
    part = max(_PART, float(shortest)) * step
    sides = []
    for at in (before, after):
        cost, slopes = compiled.at(at)
        for way in (part, -part):
            points = [at + times * way for times in _TIMES]
            seen = [compiled.at(moved) for moved in points]
            off = np.array([there - cost - float((slopes + ahead) @ (moved - at)) / 2
                            for moved, (there, ahead) in zip(points, seen)])
            if any(there != cost for there, _ in seen) and np.isfinite(off).all():
                sides.append(float(np.sqrt(np.mean(off**2))))
    return sorted(sides)[1] if len(sides) > 1 else None
