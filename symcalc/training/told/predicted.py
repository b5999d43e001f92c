"""What a fitted model says of rows that it was not trained on, as a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symcalc.language.names import symbol
from symcalc.pages.document import Document, Formula, Inline, Table, paragraph
from symcalc.pages.numbers import aligned
from symcalc.pages.shown import Shown
from symcalc.training.course import Course
from symcalc.training.told.page import kept


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Predicted(Shown):
    """Columns of data and beside them what the model predicts with the parameters at the end of a run.

    >>> from symcalc.training.losses import Loss
    >>> run = Loss("mean((y - m*x)^2)").descend({"x": [1], "y": [2]}, start=[2], steps=1)
    >>> predicted(run, {"x": [1, 2]}).values
    array([2., 4.])
    """

    run: Course
    columns: Mapping[str, Sequence[float]]
    values: np.ndarray                       # one per row; with several classes, a column for each

    def document(self) -> Document:
        """The model, then a row for each row of the columns."""
        beside = self.values.reshape(len(self.values), -1).T
        names = [Formula(text=f"ŷ{k}", latex=rf"\hat{{y}}_{{{k}}}") for k in range(1, len(beside) + 1)]
        names = [Formula(text="ŷ", latex=r"\hat{y}")] if len(beside) == 1 else names
        header: list[Inline] = [*map(symbol, self.columns), *names]
        shown = kept(len(self.values))
        rows = list(zip(*(aligned(np.asarray(values, dtype=float)[shown], 6) for values in (*self.columns.values(), *beside))))
        if len(shown) < len(self.values):
            rows.insert(len(shown) // 2, ("…",) * len(header))
        return Document("Predictions", (*self.run.loss.model.document().blocks, Table(header=tuple(header), rows=tuple(rows)),
                                        paragraph(self.run.message)))

    def as_dict(self) -> dict[str, Any]:
        """The predictions as plain data, for JSON."""
        known = np.where(np.isfinite(self.values), self.values.astype(object), None)     # JSON has no nan
        return {"parameters": self.run.parameters, "columns": {name: list(values) for name, values in self.columns.items()},
                "predictions": known.tolist(), "message": self.run.message}

    def __repr__(self) -> str:
        return f"<{len(self.values)} predictions>"


def predicted(run: Course, columns: Mapping[str, Sequence[float]]) -> Predicted:
    """What the run's model predicts in each row of the columns."""
    return Predicted(run=run, columns=columns, values=run.predict(**columns))
