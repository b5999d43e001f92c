"""The cost over one parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from symcalc.figures.style import BLUE, GREY, ORANGE, drawing
from symcalc.pages.notation import text
from symcalc.pages.numbers import short
from symcalc.training.run import Run
from symcalc.training.views import cropped, curve_over, fineness, held, in_view, started, window

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_TANGENTS = 4            # points whose tangent and slope are drawn
_APART = 0.2, 0.1        # of the width and the height of the picture, so far apart that their labels can be read


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
    started(run, "is no curve")
    seen = in_view(run)
    with drawing() as (figure, axes):
        values = np.linspace(*window(run, k), fineness(run))
        # Of a run that goes off, the others are held where it began to.
        end = run.points[seen - 1]
        curve, others = curve_over(run, k, end, values), held(run, k, end)
        axes.plot(values, curve, color=BLUE, label=f"J with {others} held" if others else "J")
        axes.plot(visited, costs, "o-", color=ORANGE, markersize=4, linewidth=0.8, label="points visited")
        low, high = cropped(curve, costs[:seen])
        axes.set(xlim=(values[0], values[-1]), ylim=(low, high))
        for step in _chosen(visited[:seen] / np.ptp(values), costs[:seen] / (high - low)):
            _tangent(axes, visited[step], costs[step], run.gradients[step, k], np.ptp(values))
        axes.set(xlabel=text(parameter), ylabel=run.loss.called, title=f"The cost over {text(parameter)}")
        axes.legend()
    return figure


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
