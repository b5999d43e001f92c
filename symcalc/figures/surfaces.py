"""The cost over two parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from symcalc.errors import LossError
from symcalc.figures.style import BLUE, ORANGE, cost_name, drawing
from symcalc.pages.notation import text
from symcalc.pages.numbers import short
from symcalc.training.diagnosis.spectrum import MINIMUM
from symcalc.training.minima.normal_equations import normal_equations
from symcalc.training.run import Run
from symcalc.training.views import fineness, grid, in_view, last_seen, left_out, levels, window

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_GRID, _COARSE = 121, 25
_EDGE = 0.02             # of the picture
_WRITTEN = 3             # of the lines of equal cost, every third has its value
_ARROW = 0.15            # of the picture, as long is the arrow downhill


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
    u, v = window(run, 0), window(run, 1)
    with drawing(6.0, 4.8) as (figure, axes):
        draw_rings(axes, run, u, v, fineness(run, _GRID, _COARSE), valued=True)
        way = run.points[:in_view(run)]
        axes.plot(*way.T, "o-", color=ORANGE, markersize=3, linewidth=1, label="the run")
        axes.plot(*way[0], "s", color=ORANGE, markersize=6, label="start")
        axes.plot(*way[-1], "*", color="black", markersize=11, label=last_seen(run))
        _downhill(axes, run, u, v)
        if (lowest := _lowest(run)) is not None and _within(lowest[0], u) and _within(lowest[1], v):
            axes.plot(*lowest, "+", color="black", markersize=10, markeredgewidth=1.6, label="minimum")
        axes.set(xlabel=text(first), ylabel=text(second), title=f"Lines of equal {cost_name(run.loss)}{left_out(run)}",
                 xlim=u, ylim=v)
        axes.legend()
    return figure


def _downhill(axes: Axes, run: Run, u: tuple[float, float], v: tuple[float, float]) -> None:
    """An arrow from the start against the gradient there, across the lines of equal cost."""
    slopes = run.gradients[0]
    length = float(np.hypot(slopes[0] / (u[1] - u[0]), slopes[1] / (v[1] - v[0])))
    if not (run.by_gradient and 0 < length < np.inf):
        return
    tip = run.points[0] - _ARROW * slopes / length
    axes.annotate("", tip, run.points[0], arrowprops={"arrowstyle": "->", "color": "#333333", "shrinkA": 0, "shrinkB": 0})
    axes.annotate("-∇J", tip, (6, -12), textcoords="offset points", fontsize=9, color="#333333")


def _within(at: float, ends: tuple[float, float]) -> bool:
    """Whether a mark there is whole in the picture."""
    return ends[0] + _EDGE * (ends[1] - ends[0]) < at < ends[1] - _EDGE * (ends[1] - ends[0])


def _lowest(run: Run) -> np.ndarray | None:
    """The minimum, where the loss is quadratic and has one."""
    if normal_equations(run.loss) is None:
        return None
    try:
        found = run.loss.minimum(run.table)
    except LossError:
        return None
    return np.array(found.points[0].values) if found.points[0].kind == MINIMUM and not len(found.flat) else None


def draw_rings(axes: Axes, run: Run, u: tuple[float, float], v: tuple[float, float], size: int, valued: bool = False) -> None:
    """Lines of equal cost over a window of both parameters, some of them with their value."""
    across, up, cost = grid(run, u, v, size)
    if len(found := levels(cost)):
        rings = axes.contour(across, up, cost, levels=found, colors=BLUE, linestyles="solid", linewidths=0.7, alpha=0.6)
        if valued:
            axes.clabel(rings, rings.levels[1::_WRITTEN], fontsize=7, inline_spacing=2, fmt=lambda height: short(height, 2))
