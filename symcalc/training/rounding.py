"""Which changes of the cost are no more than its rounding: by J, by its slopes, and by how J scatters around a point."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from symcalc.training.update import change_of, promised

if TYPE_CHECKING:
    from symcalc.compute.compiled import Compiled

_TOLD = 1024 * sys.float_info.epsilon        # relative to J: a change of this size is known too badly for its ratio to say much
_SMALL = 1e-9            # relative to J: a change over which J is as good as a quadratic, so that the slopes give it
_APART = 0.02            # beside the expected change, from where on they contradict it: the rows cancel, and J is rounded more
_SCATTERS = 256          # times how J scatters: a smaller change is known no better than to a hundredth
_PARTS = tuple(sign * part / 1024 for part in (1, 2, 3, 5, 7) for sign in (1, -1))        # of the step


def are_lost(points: np.ndarray, costs: np.ndarray, gradients: np.ndarray, least: float | None = None) -> np.ndarray:
    """Whether the change of J in each step from point to point is so small that rounding decides on its ratio.

    `least` is what `least_told` found: a change up to it that the slopes contradict is rounding, too.

    >>> w = np.array([[1.0], [0.0], [1e-8]])
    >>> are_lost(w, w[:, 0]**2 + 1, 2*w).tolist()
    [False, True]
    """
    largest, contradicted = _seen(points, costs, gradients)
    with np.errstate(all="ignore"):
        size = np.maximum(np.abs(costs[:-1]), np.abs(costs[1:]))
        lost = (largest <= _TOLD * size) | ((largest <= _SMALL * size) & contradicted)
    return lost if least is None else lost | (contradicted & (largest <= least))


def least_told(compiled: Callable[[], Compiled], points: np.ndarray, costs: np.ndarray, gradients: np.ndarray) -> float | None:
    """The change of J up to which it is rounding, where terms cancel and leave next to nothing of J; None where none do.

    Asked are the steps that change J by next to nothing beside the whole run, and by something else than its slopes say.

    >>> from symcalc.training.losses import Loss
    >>> run = Loss("w^2 - 6*w + 9").descend(start=[0], rate=0.1, steps=200)
    >>> 1e-16 < least_told(run.loss.compile, run.points, run.costs, run.gradients) < 1e-12
    True
    """
    largest, contradicted = _seen(points, costs, gradients)
    doubtful = np.flatnonzero(contradicted & (largest <= _SMALL * np.abs(costs).max()) & (largest > 0))
    if not len(doubtful):
        return None
    by_size = doubtful[np.argsort(largest[doubtful], kind="stable")]
    loss, steps = compiled(), np.diff(points, axis=0)
    lost, told = 0, len(by_size)                 # so many of the smallest are rounding; from so many on they are not
    while lost < told:
        k = by_size[middle := (lost + told) // 2]
        off = scatter_at(loss, points[k], steps[k])
        lost, told = (middle + 1, told) if off is None or largest[k] <= _SCATTERS * off else (lost, middle)
    return float(largest[by_size[lost - 1]]) if lost else None


def _seen(points: np.ndarray, costs: np.ndarray, gradients: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The larger of the expected and the actual change in each step, and whether the slopes at its ends contradict it."""
    expected, changes = promised(gradients[:-1], points), change_of(costs[:-1], costs[1:])
    with np.errstate(all="ignore"):
        by_slopes = (expected + promised(gradients[1:], points)) / 2
        contradicted = np.abs(changes - by_slopes) > _APART * np.abs(expected)
    return np.maximum(np.abs(expected), np.abs(changes)), contradicted


def scatter_at(compiled: Compiled, point: np.ndarray, step: np.ndarray) -> float | None:
    """How far J lies off what its slopes say of it over small parts of the step, where the two are the same but for rounding.

    None where J is the same number all along: the step is too short for it.
    """
    cost, slopes = compiled.at(point)
    costs, off = [], []
    for part in _PARTS:
        moved = point + part * step
        with np.errstate(all="ignore"):
            there, ahead = compiled.at(moved)
            costs.append(there)
            off.append(abs(there - cost - float((slopes + ahead) @ (moved - point)) / 2))
    return None if all(there == cost for there in costs) else float(np.median(off))
