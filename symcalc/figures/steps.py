"""Data and cost side by side: a line over the data, and a point on the cost, for every step shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sympy import Symbol

from symcalc.errors import LossError
from symcalc.figures.animation import spread
from symcalc.figures.data import draw_data
from symcalc.figures.scene import cost_of, crosses
from symcalc.figures.style import LINES, check_drawn, outside, side_by_side
from symcalc.training.run import Run
from symcalc.training.views import drawn_data, fitted_columns, in_view, left_out, predictions, span, started

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LINES = 8
_MARKS = "osD^vPX*"
_MARK, _STAR = 7, 12     # points high; of a star most is corners
_APART = 0.07            # of the picture, from one number to the next
_LIGHTEST, _DARKEST = 0.82, 0.0              # of viridis, whose light end is too pale on white


def data_and_cost(run: Run, over: str | Symbol | None = None) -> Figure:
    """The data with the model's line after each of some steps, beside the cost with the same steps under the same marks.

    >>> from symcalc.training.losses import Loss
    >>> J = Loss("mean((y - (m*x + b))^2)", columns="x y")
    >>> run = J.descend({"x": [1, 2, 3], "y": [2, 4, 6]}, start=[1, 0], rate=0.05, steps=3)
    >>> [line.get_label() for line in data_and_cost(run).axes[0].lines]
    ['data', 'start', 'step 1', 'step 2', 'step 3']
    """
    check_drawn(run, Run)
    names = fitted_columns(run)
    if names is None:
        raise LossError("there are no data to draw beside the cost: the loss has no model over one column of a table")
    started(run, "is no run")
    import matplotlib

    cost, steps = cost_of(run, over), spread(in_view(run), _LINES)
    shades = matplotlib.colormaps["viridis"](np.linspace(_LIGHTEST, _DARKEST, len(steps)))
    x, _ = drawn_data(run)
    across = np.linspace(*span(x), 101)
    with side_by_side(2, 1, 5.0, 4.2) as (figure, (left, right)):
        draw_data(left, run)
        cost.still(right, run)
        places = [cost.place(run, k) for k in steps]
        for number, (k, shade, mark) in enumerate(zip(steps, shades, _MARKS)):
            label = "start" if k == 0 else f"step {k}"
            dashes = LINES[number % len(LINES)]
            heights = predictions(run, k, across)
            away = "" if crosses(left, heights) else ", out of the picture"
            left.plot(across, heights, dashes, color=shade, linewidth=1.5, label=label + away)
            size = _STAR if mark == "*" else _MARK
            right.plot(*places[number], mark, color=shade, markersize=size, markeredgecolor="white", zorder=5, label=label)
        left.set_title(f"The model, step by step{left_out(run)}", fontsize=10)
        _number(right, steps, places)
        outside(left, handles=left.lines)                # those that are out of the picture say so
    return figure


def _number(axes: Axes, steps: list[int], places: list[tuple[float, float]]) -> None:
    """The number of each step beside its point, where it has room; the last, where the run ended, has it first."""
    low, high = np.transpose([axes.get_xlim(), axes.get_ylim()])
    if axes.get_yscale() == "log":
        return
    written: list[np.ndarray] = []
    for k, place in (*zip(steps[-1:], places[-1:]), *zip(steps[:-1], places)):
        share = (np.array(place) - low) / (high - low)
        if all(np.abs(share - other).max() > _APART for other in written):
            written.append(share)
            axes.annotate(str(k), place, textcoords="offset points", xytext=(6, 5), fontsize=8, color="#333333")
