"""The data with the fitted model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from symcalc.errors import LossError
from symcalc.figures.classes import probabilities
from symcalc.figures.data import RESIDUALS, dots, draw_boundaries
from symcalc.figures.style import GREY, ORANGE, check_drawn, clear, drawing, outside
from symcalc.language.names import name_of, symbol
from symcalc.pages.numbers import numeral, short
from symcalc.pages.typeset import typeset
from symcalc.training.readings import Reading, boundaries, reading_of, segments
from symcalc.training.run import Run
from symcalc.training.views import drawn_data, in_view, predictions, span
from symcalc.written import replaced

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WRITTEN = 6             # parameters of a formula that a title has room for
_SOME = 0.1              # of the rows, to be more than a corner of the picture


def fit(run: Run) -> Figure:
    """The data, the model where the run began and where it ended, and what the loss measures between the two.

    That is a residual for most losses; for a hinge, by how much a row falls short of its class. Two classes have their
    boundary, where the score is 0 or the probability 1/2; of several, each has the curve of its probability.

    >>> from symcalc.training.losses import Loss
    >>> J = Loss("mean((y - (m*x + b))^2)", columns="x y")
    >>> run = J.descend({"x": [1, 2, 3], "y": [2, 4, 6]}, start=[0, 0], rate=0.05, steps=20)
    >>> fit(run).axes[0].get_xlabel()
    'x'
    """
    check_drawn(run, Run)
    loss, table = run.loss, run.table
    if loss.model is None or loss.target is None or table is None:
        raise LossError("there is no fit to draw: no residual such as y - (m x + b), squared or as its size, is in the loss")
    if not loss.model.is_single:
        return probabilities(run)
    if len(loss.model.columns) != 1:
        raise LossError(f"a fit can be drawn over one column; this model has {len(loss.model.columns)}")
    x_name, reading = typeset(symbol(name_of(loss.model.columns[0]))), reading_of(run)
    x, y = drawn_data(run)
    across = np.linspace(*span(x), 200)
    last = _last(run, x, y)
    with drawing() as (figure, axes):
        if len(x) <= RESIDUALS and (gaps := segments(reading, x, y, predictions(run, last, x))):
            (places, lows), (_, highs) = np.transpose(gaps, (1, 2, 0))
            axes.vlines(places, lows, highs, color=ORANGE, linewidth=0.9, alpha=0.7, label=reading.gaps)
        dots(axes, x, y, 5)
        axes.plot(across, predictions(run, 0, across), "--", color=GREY, linewidth=1, label="start")
        ended = predictions(run, last, across)
        axes.plot(across, ended, color="black", linewidth=1.6,
                  label="after the run" if last == run.nit else f"after step {last} of {run.nit}, before it goes off")
        draw_boundaries(axes, places := boundaries(reading, across, ended), _boundary(reading, places))
        axes.set(xlabel=x_name, ylabel=reading.upwards, title=f"{reading.line} {_formula(run, last)}")
        if last == run.nit:
            clear(axes)
        else:                                            # a line that went off would press the data flat
            room = _near(y)
            axes.set_ylim(float(y.min()) - room, float(y.max()) + room)
            outside(axes)
    return figure


def _boundary(reading: Reading, places: np.ndarray) -> str:
    """Where one class gives way to the other."""
    what = "score 0" if reading.margin else "probability 1/2"
    return f"boundary: {what} at {short(places[0], 3)}" if len(places) == 1 else f"boundaries: {what}"


def _formula(run: Run, k: int) -> str:
    """The model after so many updates, without the index of a row, since its line is one of all rows."""
    model, values = run.loss.model, run.named(run.points[k])
    if len(model.parameters) > _WRITTEN:
        return f"a model of {len(model.parameters)} parameters"
    return typeset(replaced(model.prediction, {
        **{letter: numeral(values[letter.name], 4) for letter in model.parameters},
        **{column: symbol(name_of(column)) for column in model.columns}}.get))


def _near(y: np.ndarray) -> float:
    """How far from the data a line is near them: as far as they are apart."""
    return float(np.ptp(y)) or 1.0


def _last(run: Run, x: np.ndarray, y: np.ndarray) -> int:
    """The end of the run; of one that goes off, the last step after which its line is near some of the data."""
    seen = in_view(run)
    if seen == len(run.points):
        return run.nit
    return next((k for k in range(seen - 1, 0, -1) if (np.abs(predictions(run, k, x) - y) <= _near(y)).mean() >= _SOME), 1)
