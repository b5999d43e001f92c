"""The cost over two parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from symcalc.errors import LossError
from symcalc.figures.lowest import Lowest, lowest
from symcalc.figures.style import BLUE, ORANGE, check_drawn, cost_name, drawing, legend
from symcalc.pages.numbers import short
from symcalc.pages.typeset import typeset
from symcalc.training.run import Run
from symcalc.training.views import fineness, grid, in_view, last_seen, left_out, levels, started, windows
from symcalc.written import derivative_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_GRID, _COARSE = 121, 25
_EDGE = 0.02             # of the picture
_WIDER = 2.0             # times as wide it becomes at the most so that a minimum is in it
_BESIDE = 0.06           # of the picture, beside a minimum at its edge
_WRITTEN = 3             # of the lines of equal cost, every third has its value
_ARROW = 0.15            # of the picture, as long is the arrow downhill


def contours(run: Run) -> Figure:
    """Lines of equal cost over two parameters, with the path of the run from its start to its end.

    >>> from symcalc.training.losses import Loss
    >>> run = Loss("u^2 + 4*v^2").descend(start={"u": 2, "v": 1}, rate=0.1, steps=8)
    >>> contours(run).axes[0].get_ylabel()
    'v'
    """
    check_drawn(run, Run)
    if len(run.loss.parameters) != 2:
        raise LossError(f"contours need a loss of two parameters; this one has {len(run.loss.parameters)}")
    started(run, "are no contours")
    first, second = run.loss.parameters
    found = lowest(run)
    u, v = _with(found, *windows(run), run.points[in_view(run) - 1])
    with drawing(6.0, 4.8) as (figure, axes):
        draw_rings(axes, run, u, v, valued=True)
        way = run.points[:in_view(run)]
        axes.plot(*way.T, "o-", color=ORANGE, markersize=3, linewidth=1, label="the run")
        axes.plot(*way[0], "s", color=ORANGE, markersize=6, label="start")
        axes.plot(*way[-1], "*", color="black", markersize=11, label=last_seen(run))
        _downhill(axes, run, u, v)
        axes.set(xlabel=typeset(first), ylabel=typeset(second), title=f"Lines of equal {cost_name(run.loss)}{left_out(run)}",
                 xlim=u, ylim=v)
        if found is not None:
            _mark(axes, found, u, v)
        legend(axes)
    return figure


def _downhill(axes: Axes, run: Run, u: tuple[float, float], v: tuple[float, float]) -> None:
    """An arrow from the start against the gradient there, across the lines of equal cost, along what is not held."""
    slopes, free = np.zeros(2), list(run.moving)
    slopes[free] = run.gradients[0, free]
    length = float(np.hypot(slopes[0] / (u[1] - u[0]), slopes[1] / (v[1] - v[0])))
    if not (run.by_gradient and 0 < length < np.inf):
        return
    tip = run.points[0] - _ARROW * slopes / length
    name = "∇J" if len(free) == 2 else typeset(derivative_of(run.loss.symbol, run.loss.parameters[free[0]]))
    axes.annotate("", tip, run.points[0], arrowprops={"arrowstyle": "->", "color": "#333333", "shrinkA": 0, "shrinkB": 0})
    axes.annotate(f"-{name}", tip, (6, -12), textcoords="offset points", fontsize=9, color="#333333",
                  bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.5})


def _with(found: Lowest | None, u: tuple[float, float], v: tuple[float, float], end: np.ndarray) -> list[tuple[float, float]]:
    """The window, wider where that brings the minimum nearest to the end of the run into it."""
    if found is None or found.along is not None:
        return [u, v]
    sizes = np.ptp([u, v], axis=1)
    points = np.vstack([found.points, found.higher])
    nearest = points[np.abs((points - end) / sizes).max(axis=1).argmin()]
    wide = [(min(low, at - _BESIDE * size), max(high, at + _BESIDE * size))
            for (low, high), at, size in zip((u, v), nearest, sizes)]
    return wide if (np.ptp(wide, axis=1) <= _WIDER * sizes).all() else [u, v]


def _mark(axes: Axes, found: Lowest, u: tuple[float, float], v: tuple[float, float]) -> None:
    """The minima that are whole in the picture, or the valley that they form."""
    if found.along is not None:
        axes.axline(found.points[0], found.points[0] + found.along, color="black", linewidth=1.2, linestyle="-.",
                    label="minima: J is the same all along")
        return
    for points, mark, label in ((found.points, "+", "minimum"), (found.higher, "x", "higher minimum")):
        seen = np.array([_within(a, u) and _within(b, v) for a, b in points], dtype=bool)
        if seen.any():
            others = "" if seen.all() or mark == "x" else f", one of {len(points)} as low"
            # So large that its arms are seen under the star at the end of a run that arrived.
            axes.plot(*points[seen].T, mark, color="black", markersize=15, markeredgewidth=1.4, label=f"{label}{others}")


def _within(at: float, ends: tuple[float, float]) -> bool:
    """Whether a mark there is whole in the picture."""
    return ends[0] + _EDGE * (ends[1] - ends[0]) < at < ends[1] - _EDGE * (ends[1] - ends[0])


def draw_rings(axes: Axes, run: Run, u: tuple[float, float], v: tuple[float, float], valued: bool = False) -> None:
    """Lines of equal cost over a window of both parameters, some of them with their value."""
    across, up, cost = grid(run, u, v, fineness(run, _GRID, _COARSE))
    if len(found := levels(cost)):
        rings = axes.contour(across, up, cost, levels=found, colors=BLUE, linestyles="solid", linewidths=0.7, alpha=0.6)
        if valued:
            axes.clabel(rings, rings.levels[1::_WRITTEN], fontsize=7, inline_spacing=2, fmt=lambda height: short(height, 2))
