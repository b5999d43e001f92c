"""A model with a probability for each of several classes, over one column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from symcalc.errors import LossError
from symcalc.figures.style import drawing, look, outside
from symcalc.language.names import name_of, symbol
from symcalc.pages.typeset import typeset
from symcalc.training.run import Run
from symcalc.training.views import in_view, left_out, span

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DRAWN = 300             # rows; more would hide the curves
_ACROSS = 200


def probabilities(run: Run) -> Figure:
    """The probability of each class, with every row on the curve of its own: the loss is the mean of -ln of that height.

    >>> from symcalc import softmax_classification, softmax_cross_entropy
    >>> J = softmax_cross_entropy("y", softmax_classification("x", classes=2))
    >>> run = J.descend({"x": [1, 2, 3], "y": [1, 2, 2]}, start=[0, 0, 0, 0], rate=0.1, steps=5)
    >>> [line.get_label() for line in probabilities(run).axes[0].lines]
    ['class 1', 'its rows', 'class 2', 'its rows']
    """
    model, target = run.loss.model, run.loss.target
    if len(model.columns) != 1:
        raise LossError(f"a fit can be drawn over one column; this model has {len(model.columns)}")
    x_name = name_of(model.columns[0])
    rows = run.table.thinned(_DRAWN)
    x, last = rows[x_name], in_view(run) - 1
    values = run.named(run.points[last])
    across = np.linspace(*span(x), _ACROSS)
    curves, own = (model.predict({name: values[name] for name in model.names}, **{x_name: at}) for at in (across, x))
    several = isinstance(target, tuple)
    with drawing() as (figure, axes):
        for k in range(curves.shape[1]):
            called = typeset(symbol(name_of(target[k]))) if several else f"class {k + 1}"
            mine = rows[name_of(target[k])] == 1 if several else rows[name_of(target)] == k + 1
            axes.plot(across, curves[:, k], **look(k), linewidth=1.6, label=called)
            axes.plot(x[mine], own[mine, k], "os^Dv"[k % 5], color=look(k)["color"], markersize=5, label="its rows")
        axes.set(xlabel=typeset(symbol(x_name)), ylabel="probability", ylim=(-0.03, 1.03),
                 title=f"How probable each class is{left_out(run)}")
        outside(axes)
    return figure
