"""The cost over two parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from symcalc.errors import LossError
from symcalc.figures.style import BLUE, ORANGE, drawing
from symcalc.pages.notation import text
from symcalc.training.run import Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_GRID, _COARSE = 61, 25
_MANY = 100_000          # rows from which the coarse grid is used


def contours(run: Run) -> Figure:
    """Lines of equal cost over two parameters, with the path of the run from its start to its end.

    >>> from symcalc.training.losses import Loss
    >>> run = Loss("u^2 + 4*v^2").descend(start={"u": 2, "v": 1}, rate=0.1, steps=8)
    >>> contours(run).axes[0].get_ylabel()
    'v'
    """
    if len(run.loss.parameters) != 2:
        raise LossError(f"contours need a loss of two parameters; this one has {len(run.loss.parameters)}")
    first, second = run.loss.parameters
    # Each point of the grid is one pass over the data, which counts where they are many.
    size = _GRID if run.table is None or run.table.rows < _MANY else _COARSE
    u, v = (_around(run.points[:, k], size) for k in (0, 1))
    compiled = run.loss.compile(run.table)
    cost = np.array([[compiled.at(np.array([a, b]))[0] for a in u] for b in v])
    if not np.isfinite(cost).any():
        raise LossError(f"there are no contours to draw: {run.message}")
    with drawing(6.0, 4.8) as (figure, axes):
        if len(levels := _levels(cost)):
            axes.contour(u, v, cost, levels=levels, colors=BLUE, linewidths=0.7, alpha=0.6)
        axes.plot(run.points[:, 0], run.points[:, 1], "o-", color=ORANGE, markersize=3, linewidth=1, label="the run")
        axes.plot(*run.points[0], "s", color=ORANGE, markersize=6, label="start")
        axes.plot(*run.x, "*", color="black", markersize=11, label="end")
        axes.set(xlabel=text(first), ylabel=text(second), title=f"Lines of equal {text(run.loss.symbol)}")
        axes.legend()
    return figure


def _around(visited: np.ndarray, size: int) -> np.ndarray:
    end = float(visited[-1])
    reach = max(float(np.abs(visited - end).max()), 1e-3 * max(abs(end), 1.0)) * 1.2
    return np.linspace(end - reach, end + reach, size)


def _levels(cost: np.ndarray) -> np.ndarray:
    """Levels closer together near the minimum, where the cost is flat; none where all of it is."""
    finite = cost[np.isfinite(cost)]
    low, high = float(finite.min()), float(finite.max())
    return np.unique(low + (high - low) * np.linspace(0.02, 1, 14) ** 2) if high > low else np.empty(0)
