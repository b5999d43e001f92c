"""The data with the fitted model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from symcalc.errors import LossError
from symcalc.figures.style import BLUE, GREY, ORANGE, drawing
from symcalc.language.names import name_of
from symcalc.pages.notation import text
from symcalc.pages.numbers import numeral
from symcalc.training.run import Run
from symcalc.training.views import in_view
from symcalc.written import replaced

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DRAWN = 2_000           # points of data at the most; more would only blacken the picture


def fit(run: Run) -> Figure:
    """The data, the model where the run began and where it ended, and the residuals.

    >>> from symcalc.training.losses import Loss
    >>> J = Loss("mean((y - (m*x + b))^2)", columns="x y")
    >>> run = J.descend({"x": [1, 2, 3], "y": [2, 4, 6]}, start=[0, 0], rate=0.05, steps=20)
    >>> fit(run).axes[0].get_xlabel()
    'x'
    """
    loss, table = run.loss, run.table
    if loss.model is None or loss.target is None or table is None:
        raise LossError("there is no fit to draw: no squared residual such as (y - (m x + b))² is in the loss")
    if not loss.model.is_single:
        raise LossError("a fit is drawn for one prediction; this model has a probability for each class")
    if len(loss.model.columns) != 1:
        raise LossError(f"a fit can be drawn over one column; this model has {len(loss.model.columns)}")
    x_name, y_name = name_of(loss.model.columns[0]), name_of(loss.target)
    shown_rows = table.thinned(_DRAWN)
    x, y = shown_rows[x_name], shown_rows[y_name]
    across = np.linspace(x.min(), x.max(), 200)
    names = [symbol.name for symbol in loss.model.parameters]
    start = {name: run.named(run.points[0])[name] for name in names}
    with drawing() as (figure, axes):
        axes.vlines(x, y, run.predict(**{x_name: x}), color=ORANGE, linewidth=0.9, alpha=0.7, label="residuals")
        axes.plot(x, y, "o", color=BLUE, markersize=5, label="data")
        axes.plot(across, loss.model.predict(start, **{x_name: across}), "--", color=GREY, linewidth=1, label="start")
        axes.plot(across, run.predict(**{x_name: across}), color="black", linewidth=1.6, label="after the run")
        shown = replaced(loss.model.prediction, {symbol: numeral(run.parameters[symbol.name], 4)
                                                 for symbol in loss.model.parameters}.get)
        if in_view(run) < len(run.points):               # a line that went off would press the data flat
            room = float(np.ptp(y)) or 1.0
            axes.set_ylim(float(y.min()) - room, float(y.max()) + room)
        axes.set(xlabel=x_name, ylabel=y_name, title=f"{y_name} ≈ {text(shown)}")
        axes.legend()
    return figure
