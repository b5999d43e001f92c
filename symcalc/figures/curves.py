"""The cost over one parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from symcalc.errors import LossError
from symcalc.figures.style import BLUE, GREY, ORANGE, drawing
from symcalc.pages.notation import text
from symcalc.pages.numbers import short
from symcalc.training.run import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_TANGENTS = 4            # points whose tangent and slope are drawn
_APART = 0.2, 0.1        # of the width and the height of the picture, so far apart that their labels can be read
_CROP = 3                # a curve is shown to this many times the height of the run above and below it


def cost_curve(run: Run, name: str) -> Figure:
    """The cost over one parameter, the others held where the run ended, with tangents at points that the run visited.

    >>> from symcalc.training.losses import Loss
    >>> run = Loss("(w - 3)^2").descend(start={"w": 0}, rate=0.2, steps=5)
    >>> cost_curve(run, "w").axes[0].get_xlabel()
    'w'
    """
    parameter = run.loss.parameter(name)
    k = run.loss.parameters.index(parameter)
    visited, costs = run.points[:, k], run.costs
    if not np.isfinite(costs).all():
        raise LossError(f"there is no curve to draw: {run.message}")
    with drawing() as (figure, axes):
        values = _range(visited)
        compiled = run.loss.compile(run.table)
        points = np.repeat(run.x[np.newaxis], len(values), axis=0)
        points[:, k] = values
        curve = np.array([compiled.at(point)[0] for point in points])
        held = ", ".join(f"{text(other)} = {short(value, 4)}" for other, value in zip(run.loss.parameters, run.x)
                         if other != parameter)
        axes.plot(values, curve, color=BLUE, label=f"J with {held} held" if held else "J")
        axes.plot(visited, costs, "o-", color=ORANGE, markersize=4, linewidth=0.8, label="points visited")
        low, high = _cropped(curve, costs)
        axes.set_ylim(low, high)
        for step in _chosen(visited / np.ptp(values), costs / (high - low)):
            _tangent(axes, visited[step], costs[step], run.gradients[step, k], np.ptp(values))
        axes.set(xlabel=text(parameter), ylabel=text(run.loss.symbol), title=f"The cost over {text(parameter)}")
        axes.legend()
    return figure


def _range(visited: np.ndarray) -> np.ndarray:
    """Values from below the least visited one to above the largest, with the end of the run in the middle of a flat one."""
    low, high = float(visited.min()), float(visited.max())
    end = float(visited[-1])
    reach = max(high - end, end - low, 1e-3 * max(abs(end), 1.0)) * 1.25
    return np.linspace(end - reach, end + reach, 241)


def _cropped(curve: np.ndarray, costs: np.ndarray) -> tuple[float, float]:
    """From below the lowest cost to above the highest, but no further up a pole than the run can still be seen."""
    finite = np.append(curve[np.isfinite(curve)], costs)
    run_low, run_high = float(costs.min()), float(costs.max())
    reach = _CROP * (run_high - run_low) or np.inf
    low, high = max(float(finite.min()), run_low - reach), min(float(finite.max()), run_high + reach)
    margin = 0.08 * (high - low) or 0.05 * max(abs(high), 1.0)
    return low - margin, high + margin


def _chosen(across: np.ndarray, up: np.ndarray) -> list[int]:
    """The first few points that lie far enough from each other for their labels to be read."""
    chosen: list[int] = []
    for step in range(len(across)):
        apart = (abs(across[step] - across[other]) > _APART[0] or abs(up[step] - up[other]) > _APART[1] for other in chosen)
        if len(chosen) < _TANGENTS and all(apart):
            chosen.append(step)
    return chosen


def _tangent(axes: Axes, at: float, cost: float, slope: float, width: float) -> None:
    """A short piece of the tangent, labelled with its slope."""
    half = 0.07 * width
    axes.plot([at - half, at + half], [cost - slope * half, cost + slope * half], color=GREY, linewidth=1.2, zorder=1.9)
    # On the outer side of the curve, clear of it whether it falls or rises.
    axes.annotate(f"slope {short(slope, 3)}", (at, cost), textcoords="offset points", xytext=(8, 4 if slope <= 0 else -12),
                  fontsize=8, color=GREY, bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.5})
