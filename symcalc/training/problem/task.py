"""What a loss has to predict, by which model, and which values its target may take."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from sympy import Indexed

from symcalc.errors import DataError
from symcalc.language.names import name_of
from symcalc.language.table import Table
from symcalc.language.table_parts import Parts
from symcalc.pages.numbers import short
from symcalc.training.problem.models import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """The values that a target may take: in words, and in numbers.

    >>> SIGNS.hold(np.array([-1, 0, 1, 3]))
    array([ True, False,  True, False])
    """

    words: str
    least: float
    most: float = math.inf
    apart: float = 0                     # how far they are apart, from the least on; 0 where all between are meant

    def hold(self, column: np.ndarray) -> np.ndarray:
        """For each number of a column whether it is one of the values."""
        between = (column >= self.least) & (column <= self.most)
        return between & ((column - self.least) % self.apart == 0) if self.apart else between


PROBABILITIES = Values(words="0, 1 or a probability between them", least=0, most=1)
SIGNS = Values(words="-1 or 1", least=-1, most=1, apart=2)
COUNTS = Values(words="counts, 0 or more", least=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A column, and the values that it may take: what can be asked of a table, or of each part of one."""

    name: str
    values: Values

    def __call__(self, table: Table, first: int = 1) -> None:
        """Whether the column has only such values; `first` is the number of the first row."""
        fits = self.values.hold(table[self.name])
        if not fits.all():
            row = int(np.argmin(fits))
            raise DataError(f"{self.name} is {short(table[self.name][row])} in row {row + first} of {table.source}; "
                            f"this loss wants {self.values.words}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """The column to predict, or one for each class, and the model that predicts it."""

    target: Indexed | tuple[Indexed, ...]
    model: Model
    values: Values | None = None         # None where any number will do

    def checked(self, table: Table | Parts) -> Table | Parts:
        """The same table, whose target has only values that the loss is meant for; parts are asked when they are read.

        >>> from symcalc.training.problem.models import line
        >>> from symcalc.language.names import column
        >>> from symcalc.language.data import read_table
        >>> Task(target=column("y"), model=line("x"), values=SIGNS).checked(read_table({"y": [1, 0]}))
        Traceback (most recent call last):
        symcalc.errors.DataError: y is 0 in row 2 of the data; this loss wants -1 or 1
        """
        for target in (self.target if isinstance(self.target, tuple) else (self.target,)) if self.values is not None else ():
            check = Target(name=name_of(target), values=self.values)
            if isinstance(table, Parts):
                table = table.checked(check)
            else:
                check(table)
        return table
