"""The cost over one parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from symcalc.figures.style import BLUE, GREY, ORANGE, drawing
from symcalc.pages.notation import text
from symcalc.pages.numbers import short
from symcalc.training.run import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_TANGENTS = 4            # points whose tangent and slope are drawn
_APART = 0.11            # of the width of the picture, the least distance between two of them


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
        for step in _chosen(visited, np.ptp(values)):
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


def _chosen(visited: np.ndarray, width: float) -> list[int]:
    """The first few points that lie far enough from each other for their labels to be read."""
    chosen: list[int] = []
    for step, value in enumerate(visited):
        if len(chosen) < _TANGENTS and all(abs(value - visited[other]) > _APART * width for other in chosen):
            chosen.append(step)
    return chosen


def _tangent(axes: Axes, at: float, cost: float, slope: float, width: float) -> None:
    """A short piece of the tangent, labelled with its slope."""
    half = 0.07 * width
    axes.plot([at - half, at + half], [cost - slope * half, cost + slope * half], color=GREY, linewidth=1.2, zorder=3)
    axes.annotate(f"slope {short(slope, 3)}", (at, cost), textcoords="offset points", xytext=(8, 4), fontsize=8, color=GREY)
