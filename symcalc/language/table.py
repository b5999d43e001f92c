"""Columns of float64, which nobody writes to: what CSV files, mappings and DataFrames become."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from symcalc.errors import DataError
from symcalc.language.column_names import chosen_names, counted, listed


@dataclass(frozen=True, slots=True, weakref_slot=True, kw_only=True, eq=False, repr=False)
class Table:
    """Columns of float64, one value per row; nobody can write to them through the table.

    >>> import symcalc
    >>> symcalc.read_table({"x": [1, 2], "y": [3, 5]})
    <Table: x, y; 2 rows of the data>
    """

    columns: Mapping[str, np.ndarray]
    rows: int                       # known even where no column was wanted, for a sum over rows needs their number
    source: str                     # "film.csv" or "the data", as messages say it

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in the order of the data."""
        return tuple(self.columns)

    def __getitem__(self, name: str) -> np.ndarray:
        return self.columns[name] if name in self.columns else self.select((name,)).columns[str(name)]

    def __repr__(self) -> str:
        return f"<Table: {listed(self.names)}; {counted(self.rows, 'row')} of {self.source}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return table_of, (dict(self.columns), self.rows, self.source)      # a mapping proxy cannot be pickled

    def between(self, first: int, end: int) -> Table:
        """The rows from `first` up to `end`, counted from 0, as another table on the same memory.

        >>> import symcalc
        >>> symcalc.read_table({"x": [1, 2, 3]}).between(1, 9)
        <Table: x; 2 rows of the data>
        """
        columns = {name: values[first:end] for name, values in self.columns.items()}
        return Table(columns=MappingProxyType(columns), rows=min(end, self.rows) - first, source=self.source)

    def copied(self) -> Table:
        """The same rows in memory of their own, which nobody can change.

        >>> import symcalc
        >>> x = np.ones(2)
        >>> table = symcalc.read_table({"x": x}).copied()
        >>> x[:] = 5
        >>> table["x"]
        array([1., 1.])
        """
        return table_of({name: values.copy() for name, values in self.columns.items()}, self.rows, self.source)

    def thinned(self, most: int) -> Table:
        """At most so many rows, evenly through the whole, as another table on the same memory.

        >>> import symcalc
        >>> symcalc.read_table({"x": [1, 2, 3]}).thinned(2)["x"]
        array([1., 3.])
        """
        apart = -(-self.rows // most)
        columns = {name: values[::apart] for name, values in self.columns.items()}
        return Table(columns=MappingProxyType(columns), rows=-(-self.rows // apart), source=self.source)

    def select(self, names: Iterable[str]) -> Table:
        """These columns, in this order, as another table on the same memory.

        >>> import symcalc
        >>> symcalc.read_table({"x": [1, 2], "y": [3, 5], "z": [0, 0]}).select(["y", "x"]).names
        ('y', 'x')
        >>> symcalc.read_table({"X": [1, 2]}).select("x")
        Traceback (most recent call last):
        symcalc.errors.DataError: the data has no column x; did you mean X?
        """
        wanted = chosen_names(names, self.names, self.source)
        columns = MappingProxyType({name: self.columns[name] for name in wanted})
        return self if wanted == self.names else Table(columns=columns, rows=self.rows, source=self.source)


def table_of(columns: Mapping[str, np.ndarray], rows: int, source: str) -> Table:
    """Columns that were checked already, as a table that only views them."""
    if not rows:
        raise DataError(f"{source} has no data rows; give at least one")
    views = {name: values.view() for name, values in columns.items()}
    for view in views.values():
        view.flags.writeable = False
    return Table(columns=MappingProxyType(views), rows=rows, source=source)
