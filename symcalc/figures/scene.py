"""A run at one of its points: the data with the model, the cost with the point on it, each drawn once and then moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sympy import Symbol

from symcalc.errors import LossError
from symcalc.figures.data import RESIDUALS, draw_data
from symcalc.figures.histories import draw_cost
from symcalc.figures.style import BLUE, GREY, ORANGE, cost_name
from symcalc.figures.surfaces import draw_rings
from symcalc.language.names import listed
from symcalc.pages.numbers import short
from symcalc.pages.typeset import typeset
from symcalc.training.readings import AWAY, boundaries, enters, reading_of, segments
from symcalc.training.run import Run
from symcalc.training.views import (
    cropped,
    curve_over,
    drawn_data,
    fineness,
    fitted_columns,
    held,
    in_view,
    predictions,
    span,
    window,
    windows,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Show = Callable[[int], None]
"""Moves what is drawn to the point that the run visited after so many updates."""

_TANGENT = 0.16          # of the width of the picture, to either side of the point
_HELD = 3                # other parameters whose values a title has room for


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """How the cost is drawn: what stays, what moves on it, and where on it a point of the run lies."""

    still: Callable[[Axes, Run], None]
    moving: Callable[[Axes, Run], Show]
    place: Callable[[Run, int], tuple[float, float]]


def cost_of(run: Run, over: str | Symbol | None = None) -> Cost:
    """The cost over the parameter named, or over two; left out, over those that move, against the step if they are many."""
    names = [run.loss.parameter(name).name for name in ([over] if isinstance(over, Symbol) else listed(over or ()))]
    if len(names) > 2 or (len(names) == 2 and {*names} != {*run.loss.names}):
        raise LossError("the cost is drawn over one parameter, or over both where the loss has two")
    if len(names) == 1 or (not names and len(run.moving) == 1):
        return _over(run.loss.names.index(names[0]) if names else run.moving[0])
    return CONTOURS if len(run.loss.names) == 2 else COURSE


def panels_of(run: Run, over: str | Symbol | None = None) -> list[Callable[[Axes, Run], Show]]:
    """What shows this run best: the data where there is one column to draw them over, and beside them the cost.

    Beside a line that moves, the cost is a curve with its tangent, over the one of two parameters that lowers it most.
    """
    data = fitted_columns(run) is not None
    if data and over is None and len(run.moving) == len(run.loss.names) == 2:
        over = run.loss.names[int(np.abs(run.gradients[:-1] * np.diff(run.points, axis=0)).sum(axis=0).argmax())]
    return [*([data_panel] if data else []), cost_of(run, over).moving]


# The data

def data_panel(axes: Axes, run: Run) -> Show:
    """The data, the model as it stands, and what the loss measures of each row."""
    x, y = drawn_data(run)
    across = np.linspace(*span(x), 101)
    reading = reading_of(run)
    apart = len(x) <= RESIDUALS and bool(reading.gaps)
    gaps = axes.vlines(x, y, y, color=ORANGE, linewidth=0.9, alpha=0.7, label=reading.gaps if apart else "_none")
    draw_data(axes, run)
    line, = axes.plot(across, np.full_like(across, np.nan), color="black", linewidth=1.6, label="model")
    divided = axes.vlines([], 0, 1, transform=axes.get_xaxis_transform(), color=GREY, linewidth=1, linestyle=":",
                          label="_none" if reading.boundary is None else "boundary")
    away = axes.text(0.5, 0.94, AWAY, transform=axes.transAxes, ha="center", va="top", fontsize=8,
                     color=GREY, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})

    def show(k: int) -> None:
        heights = predictions(run, k, across)
        if apart:
            gaps.set_segments(segments(reading, x, y, predictions(run, k, x)))
        divided.set_segments([[(at, 0), (at, 1)] for at in boundaries(reading, across, heights)])
        line.set_ydata(heights)
        away.set_visible(not crosses(axes, heights))
    return show


def crosses(axes: Axes, heights: np.ndarray) -> bool:
    """Whether any of an unbroken line at these heights is in the picture."""
    return enters(heights, axes.get_ylim())


# The cost

def _over(j: int) -> Cost:
    """J over one parameter, the others where they are, with the point, its tangent, and where it has been."""
    return Cost(still=lambda axes, run: _curve(axes, run, j)(in_view(run) - 1),
                moving=lambda axes, run: _rolling(axes, run, j),
                place=lambda run, k: (float(run.points[k, j]), float(run.costs[k])))


def _curve(axes: Axes, run: Run, j: int) -> Show:
    """The curve, which moves where the other parameters do."""
    values = np.linspace(*window(run, j), fineness(run, 161, 41))
    curve, = axes.plot(values, np.full_like(values, np.nan), color=BLUE, label="J")
    first = curve_over(run, j, run.points[0], values)
    axes.set(xlabel=typeset(run.loss.parameters[j]), ylabel=cost_name(run.loss), xlim=(values[0], values[-1]),
             ylim=cropped(first, run.costs[:in_view(run)]))

    rest = len(run.loss.parameters) - 1

    def show(k: int) -> None:
        curve.set_ydata(curve_over(run, j, run.points[k], values))
        if 0 < rest <= _HELD:
            axes.set_title(f"{held(run, j, run.points[k])} held", fontsize=9, color=GREY)
        elif rest:
            axes.set_title(f"the other {rest} parameters held", fontsize=9, color=GREY)
    return show


def _rolling(axes: Axes, run: Run, j: int) -> Show:
    curve, visited, costs = _curve(axes, run, j), run.points[:, j], run.costs
    left, right = axes.get_xlim()
    trace, = axes.plot([], [], "o", color=ORANGE, markersize=3, alpha=0.45, label="visited")
    tangent, = axes.plot([], [], color=GREY, linewidth=1.4, label="tangent")
    point, = axes.plot([], [], "o", color=ORANGE, markersize=8, label="now")
    slope = axes.annotate("", (0, 0), textcoords="offset points", xytext=(0, 0), fontsize=9, color="#333333",
                          bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.8})

    def show(k: int) -> None:
        curve(k)
        at, cost, rise = visited[k], costs[k], run.gradients[k, j]
        half = _TANGENT * (right - left)
        trace.set_data(visited[:k], costs[:k])
        tangent.set_data([at - half, at + half], [cost - rise * half, cost + rise * half])
        point.set_data([at], [cost])
        slope.set_text(f"slope {short(rise, 3)}")
        slope.xy = at, cost
        # Towards the middle, so that it never leaves the picture, and on the upper side of the tangent.
        inwards = 1 if at <= (left + right) / 2 else -1
        slope.set_horizontalalignment("left" if inwards > 0 else "right")
        slope.set_position((10 * inwards, 8))
    return show


def _rings(axes: Axes, run: Run) -> None:
    u, v = windows(run)
    draw_rings(axes, run, u, v)
    first, second = run.loss.parameters
    axes.set(xlabel=typeset(first), ylabel=typeset(second), xlim=u, ylim=v)
    axes.set_title(f"Lines of equal {cost_name(run.loss)}", fontsize=9, color=GREY)


def _walking(axes: Axes, run: Run) -> Show:
    _rings(axes, run)
    trace, = axes.plot([], [], "o-", color=ORANGE, markersize=3, linewidth=1, label="the way so far")
    ahead, = axes.plot([], [], color=GREY, linewidth=1.2, linestyle=":", label="the next step")
    point, = axes.plot([], [], "o", color=ORANGE, markersize=8, markeredgecolor="white", label="now")

    def show(k: int) -> None:
        for line, steps in ((trace, slice(k and k + 1)), (ahead, slice(k, k + 2)), (point, slice(k, k + 1))):
            line.set_data(*run.points[steps].T)
    return show


def _course(axes: Axes, run: Run) -> None:
    draw_cost(axes, run, in_view(run), color=BLUE)
    axes.set(xlabel="step", ylabel=cost_name(run.loss))


def _sinking(axes: Axes, run: Run) -> Show:
    _course(axes, run)
    point, = axes.plot([], [], "o", color=ORANGE, markersize=8, label="now")
    return lambda k: point.set_data([k], run.costs[k:k + 1])


CONTOURS = Cost(still=_rings, moving=_walking, place=lambda run, k: (float(run.points[k, 0]), float(run.points[k, 1])))
COURSE = Cost(still=_course, moving=_sinking, place=lambda run, k: (float(k), float(run.costs[k])))
