"""What a loss has to predict, by which model, and which values its target may take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sympy import Indexed

from symcalc.errors import DataError
from symcalc.language.names import name_of
from symcalc.language.table import Table
from symcalc.pages.numbers import short
from symcalc.training.models import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """The values that a target may take: in words, and as a test of a whole column."""

    words: str
    inside: Callable[[np.ndarray], np.ndarray]


PROBABILITIES = Values(words="0, 1 or a probability between them", inside=lambda y: (y >= 0) & (y <= 1))
SIGNS = Values(words="-1 or 1", inside=lambda y: np.abs(y) == 1)
COUNTS = Values(words="counts, 0 or more", inside=lambda y: y >= 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """The column to predict, or one for each class, and the model that predicts it."""

    target: Indexed | tuple[Indexed, ...]
    model: Model
    values: Values | None = None         # None where any number will do

    def check(self, table: Table) -> None:
        """Whether the target has only values that the loss is meant for.

        >>> from symcalc.training.models import line
        >>> from symcalc.language.names import column
        >>> from symcalc.language.table import read_table
        >>> Task(target=column("y"), model=line("x"), values=SIGNS).check(read_table({"y": [1, 0]}))
        Traceback (most recent call last):
        symcalc.errors.DataError: y is 0 in row 2 of the data; this loss wants -1 or 1
        """
        if self.values is None:
            return
        for name in map(name_of, self.target if isinstance(self.target, tuple) else (self.target,)):
            fits = self.values.inside(table[name])
            if not fits.all():
                row = int(np.argmin(fits))
                raise DataError(f"{name} is {short(table[name][row])} in row {row + 1} of {table.source}; "
                                f"this loss wants {self.values.words}")
