"""The cost over one parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from symcalc.figures.style import BLUE, GREY, ORANGE, check_drawn, cost_name, drawing, legend
from symcalc.pages.numbers import short
from symcalc.pages.typeset import typeset
from symcalc.training.run import Run
from symcalc.training.views import cropped, curve_over, fineness, held, in_view, started, window

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_TANGENTS = 30           # points that have their tangent
_LABELS = 6              # ... and those of them whose slope is written
_MARGIN = 0.14           # of the width of the picture, which a label fills
_NAMED = 3               # other parameters whose values stand in the legend
_SEEN = 0.008            # ... so far apart that their tangents are not one patch
_APART = 0.2, 0.1        # of the width and the height of the picture, so far apart that their labels can be read


def cost_curve(run: Run, name: str) -> Figure:
    """The cost over one parameter, the others held where the run ended, with a tangent at every point that the run visited.

    Slopes are written where there is room for them; of a long run, the first points that lie apart have tangents.

    >>> from symcalc.training.losses import Loss
    >>> run = Loss("(w - 3)^2").descend(start={"w": 0}, rate=0.2, steps=5)
    >>> cost_curve(run, "w").axes[0].get_xlabel()
    'w'
    """
    check_drawn(run, Run)
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
        rest = len(run.loss.parameters) - 1
        if rest > _NAMED:
            others = f"the other {rest} parameters"
        axes.plot(values, curve, color=BLUE, label=f"J with {others} held" if others else "J")
        axes.plot(visited, costs, "o-", color=ORANGE, markersize=4, linewidth=0.8,
                  label=_visited(run, k))
        low, high = cropped(curve, costs[:seen])
        axes.set(xlim=(values[0], values[-1]), ylim=(low, high))
        places = visited[:seen] / np.ptp(values), costs[:seen] / (high - low)
        labelled = _chosen(*places)
        touched = range(seen) if seen <= _TANGENTS else _chosen(*places, (_SEEN, _SEEN), _TANGENTS)
        for step in sorted({*touched, *labelled}):
            _tangent(axes, visited[step], costs[step], run.gradients[step, k], np.ptp(values), step in labelled)
        axes.set(xlabel=typeset(parameter), ylabel=cost_name(run.loss), title=f"The cost over {typeset(parameter)}")
        legend(axes)
    return figure


def _visited(run: Run, k: int) -> str:
    """What the points are: off the curve they lie where other parameters were still moving."""
    others = [typeset(run.loss.parameters[j]) for j in run.moving if j != k]
    if not others:
        return "points visited"
    return f"visited, {', '.join(others) if len(others) <= _NAMED else 'the others'} on the way"


def _chosen(across: np.ndarray, up: np.ndarray, away: tuple[float, float] = _APART, most: int = _LABELS) -> list[int]:
    """The first few points that lie far enough from each other, in shares of the picture: for their labels to be read."""
    chosen: list[int] = []
    for step in range(len(across)):
        apart = (abs(across[step] - across[other]) > away[0] or abs(up[step] - up[other]) > away[1] for other in chosen)
        if all(apart):
            chosen.append(step)
        if len(chosen) == most:
            break
    return chosen


def _tangent(axes: Axes, at: float, cost: float, slope: float, width: float, is_labelled: bool) -> None:
    """A short piece of the tangent, some labelled with its slope."""
    half = 0.07 * width
    axes.plot([at - half, at + half], [cost - slope * half, cost + slope * half], color=GREY, zorder=1.9,
              linewidth=1.2 if is_labelled else 0.6)
    if not is_labelled:
        return
    # On the outer side of the curve, clear of it whether it falls or rises.
    left, right = axes.get_xlim()
    outwards = at < right - _MARGIN * (right - left)
    xytext = (8, 4 if slope <= 0 else -12) if outwards else (-8, 4 if slope > 0 else -12)
    axes.annotate(f"slope {short(slope, 3)}", (at, cost), textcoords="offset points", xytext=xytext, fontsize=8, color=GREY,
                  ha="left" if outwards else "right",
                  bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.5})
