"""CSV, mapping, DataFrame -> columns of float64.

Nothing is guessed, repaired or left out: a table is read whole, or one sentence says where it fails and what to write
instead. Whoever names the columns wanted leaves the others, such as film titles, unread.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from symcalc.language.collection import is_collection, read_collection
from symcalc.language.csv_file import read_csv, read_header
from symcalc.language.memory import from_memory, names_in_memory
from symcalc.language.table import Table
from symcalc.language.table_parts import Parts


def read_table(data: object, names: Iterable[str] | None = None, first: int = 1) -> Table | Parts:
    """The table in `data`: a CSV file's path, a mapping of name to column, a DataFrame or a structured array.

    With `names`, only these columns, in this order; what the others hold is not looked at. A column that is contiguous
    float64 already is not copied: the table holds a read-only view of it. If the array changes, so does the table; what has
    been compiled or run over it may know the numbers of before. A Dask collection stays in its parts. `first` is the number
    of the first row of what is in memory, as messages count them.

    >>> read_table({"title": ["Alien", "Heat"], "x": [1, 2], "y": [True, False]}, names=["y"])["y"]
    array([1., 0.])
    >>> read_table({"x": [1, "2"]})
    Traceback (most recent call last):
    symcalc.errors.DataError: the data, column x, row 2: '2' is not a number; give only int, float or bool
    """
    match data:
        case Table() | Parts():
            return data if names is None else data.select(names)
        case str() | os.PathLike():
            return read_csv(data, names)
    return read_collection(data, names) if is_collection(data) else from_memory(data, names, first)


def column_names(data: Any) -> tuple[str, ...]:
    """The names of the columns in `data`, in its order; of a CSV file only the first line is read.

    >>> column_names({"title": ["Alien", "Heat"], "x": [1, 2]})
    ('title', 'x')
    """
    match data:
        case Table() | Parts():
            return data.names
        case str() | os.PathLike():
            return read_header(data)
    return names_in_memory(data)
