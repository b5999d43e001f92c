"""CSV, mapping, DataFrame -> columns of float64.

Nothing is guessed, repaired or left out: a table is read whole, or one sentence says where it fails and what to write
instead. Whoever names the columns wanted leaves the others, such as film titles, unread.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from symcalc.errors import DataError, as_given, visible

if TYPE_CHECKING:
    from symcalc.language.table_parts import Parts

MAX_COLUMNS = 1000

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_REAL = (int, float, np.integer, np.floating, np.bool_)
_SHOWN = 40
_MEMORY = "the data"        # what messages call a table that comes from no file

_KINDS = {"O": "text or other objects", "U": "text", "T": "text", "S": "bytes", "c": "complex numbers", "M": "dates",
          "m": "time spans", "V": "records"}


@dataclass(frozen=True, slots=True, weakref_slot=True, kw_only=True, eq=False, repr=False)
class Table:
    """Columns of float64, one value per row; nobody can write to them through the table.

    >>> read_table({"x": [1, 2], "y": [3, 5]})
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

        >>> read_table({"x": [1, 2, 3]}).between(1, 9)
        <Table: x; 2 rows of the data>
        """
        columns = {name: values[first:end] for name, values in self.columns.items()}
        return Table(columns=MappingProxyType(columns), rows=min(end, self.rows) - first, source=self.source)

    def copied(self) -> Table:
        """The same rows in memory of their own, which nobody can change.

        >>> x = np.ones(2)
        >>> table = read_table({"x": x}).copied()
        >>> x[:] = 5
        >>> table["x"]
        array([1., 1.])
        """
        return table_of({name: values.copy() for name, values in self.columns.items()}, self.rows, self.source)

    def thinned(self, most: int) -> Table:
        """At most so many rows, evenly through the whole, as another table on the same memory.

        >>> read_table({"x": [1, 2, 3]}).thinned(2)["x"]
        array([1., 3.])
        """
        apart = -(-self.rows // most)
        columns = {name: values[::apart] for name, values in self.columns.items()}
        return Table(columns=MappingProxyType(columns), rows=-(-self.rows // apart), source=self.source)

    def select(self, names: Iterable[str]) -> Table:
        """These columns, in this order, as another table on the same memory.

        >>> read_table({"x": [1, 2], "y": [3, 5], "z": [0, 0]}).select(["y", "x"]).names
        ('y', 'x')
        >>> read_table({"X": [1, 2]}).select("x")
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
    from symcalc.language.collection import is_collection, read_collection  # they build on this file
    from symcalc.language.table_parts import Parts
    match data:
        case Table() | Parts():
            return data if names is None else data.select(names)
        case str() | os.PathLike():
            from symcalc.language.csv_file import read_csv  # likewise
            return read_csv(data, names)
    return read_collection(data, names) if is_collection(data) else _from_memory(data, names, first)


def column_names(data: Any) -> tuple[str, ...]:
    """The names of the columns in `data`, in its order; of a CSV file only the first line is read.

    >>> column_names({"title": ["Alien", "Heat"], "x": [1, 2]})
    ('title', 'x')
    """
    from symcalc.language.table_parts import Parts
    match data:
        case Table() | Parts():
            return data.names
        case str() | os.PathLike():
            from symcalc.language.csv_file import read_header
            return read_header(data)
        case Mapping():
            names = list(data)
        case _ if isinstance(getattr(data, "dtype", None), np.dtype) and data.dtype.names:
            names = list(data.dtype.names)
        case _ if hasattr(data, "columns") and hasattr(data, "__getitem__") and not (isinstance(data, type) or _is_any(data)):
            names = list(data.columns)
        case _:
            raise DataError(f"a table cannot be read from {type(data).__name__}; give the path of a CSV file, a mapping "
                            "such as {'x': [1, 2], 'y': [3, 5]}, a DataFrame or a structured array")
    return checked_names(names, _MEMORY)


def _is_any(data: object) -> bool:
    """Whether it is one of Dask's Delayed, which seem to have whatever they are asked for."""
    return hasattr(type(data), "__dask_graph__") and not hasattr(type(data), "columns")


# Columns in memory

def _from_memory(data: Any, names: Iterable[str] | None, first: int = 1) -> Table:
    """The wanted columns of a mapping, DataFrame or structured array; where none is wanted, all of them count the rows."""
    known = column_names(data)
    wanted = known if names is None else chosen_names(names, known, _MEMORY)
    place = f"{_MEMORY}, column {{}}".format
    flat = {name: _flat(data[name], place(name)) for name in wanted or known}
    rows = _length(flat)
    return table_of({name: _column(flat[name], place(name), first) for name in wanted}, rows, _MEMORY)


def _length(columns: Mapping[str, Sequence[Any] | np.ndarray]) -> int:
    """The number of rows, which is the same in every column."""
    lengths = {name: len(values) for name, values in columns.items()}
    first, rows = next(iter(lengths.items()))
    if other := next((name for name in lengths if lengths[name] != rows), None):
        raise DataError(f"{_MEMORY}: column {first} has {counted(rows, 'value')} and column {other} has {lengths[other]}; "
                        "give one value per row in each")
    return rows


def _flat(values: object, where: str) -> Sequence[Any] | np.ndarray:
    """`values` as a list or a one-dimensional array; what stands in it is not judged yet."""
    if isinstance(values, Sequence) and not isinstance(values, (str, bytes)):
        return values
    try:
        found = _as_array(values)
    except (TypeError, ValueError, RuntimeError):
        found = np.empty(())
    if found.ndim != 1:
        form = f"an array of shape {found.shape}" if found.ndim else type(values).__name__
        raise DataError(f"{where} is {form}; give a flat list of numbers, one per row")
    return found


def _as_array(values: object) -> np.ndarray:
    if not hasattr(values, "to_numpy"):
        return np.asanyarray(values)
    dtype = getattr(values, "dtype", None)
    if not isinstance(dtype, np.dtype) and getattr(dtype, "kind", "O") in "biuf":      # pandas' nullable numbers
        return values.to_numpy(dtype=np.float64, na_value=np.nan)
    return values.to_numpy()


def _column(values: Sequence[Any] | np.ndarray, where: str, first: int = 1) -> np.ndarray:
    """`values` as contiguous, finite float64: themselves, not a copy, where they are that already."""
    if not isinstance(values, np.ndarray):
        # np.asarray would turn [1, "2"] into text, and [1, 2**80] into objects.
        values = np.fromiter((_real(item, row, where) for row, item in enumerate(values, first)), np.float64, len(values))
    if values.dtype.kind not in "biuf":
        raise DataError(f"{where} holds {_KINDS.get(values.dtype.kind, values.dtype)}; give only columns of real numbers")
    if np.ma.is_masked(values):
        row = int(np.argmax(np.ma.getmaskarray(values)))
        raise DataError(f"{where}, row {row + first}: the value is masked; fill it in or delete the row")
    with np.errstate(all="ignore"):              # a longdouble too large becomes inf, which is refused next
        column = np.require(np.asarray(values), np.float64, ["C", "A"])
        together = column.sum()                  # finite only where each is, and quicker than to ask each
    if not np.isfinite(together) and not (finite := np.isfinite(column)).all():
        row = int(np.argmin(finite))
        fault = "the value is missing (nan)" if np.isnan(column[row]) else f"{column[row]} is not finite"
        raise DataError(f"{where}, row {row + first}: {fault}; give a finite number or delete the row")
    return column


def _real(item: object, row: int, where: str) -> float:
    if not isinstance(item, _REAL) or isinstance(item, np.timedelta64):          # which NumPy counts among the integers
        raise DataError(f"{where}, row {row}: {quoted(item)} is not a number; give only int, float or bool")
    try:
        return float(item)
    except OverflowError:
        raise DataError(f"{where}, row {row}: the integer is too large; float64 ends near 1.8e308, so use a larger "
                        "unit") from None


# Names and words, for tables in memory and in files

def checked_names(names: Sequence[object], where: str) -> tuple[str, ...]:
    """The names as plain strings: each fit for a formula, none twice."""
    if not 0 < len(names) <= MAX_COLUMNS:
        raise DataError(f"{where}: there are {counted(len(names), 'column')}; give 1 to {MAX_COLUMNS}")
    seen: set[str] = set()
    for number, name in enumerate(names, 1):
        if isinstance(name, str) and not name:
            raise DataError(f"{where}: column {number} has no name; name it, or delete the extra comma")
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise DataError(f"{where}: {quoted(name)} is not a column name; {_renaming(name, names)}")
        if name in seen:
            raise DataError(f"{where}: column {name} appears twice; rename one of the two")
        seen.add(name)
    return tuple(map(str, names))


def _renaming(name: object, taken: Sequence[object]) -> str:
    """What to do about a name that no formula can hold: "Film title" may become Film_title."""
    fit = re.sub(r"\W+", "_", name).strip("_") if isinstance(name, str) else ""
    if _NAME.fullmatch(fit) and fit not in [other for other in taken if isinstance(other, str)]:
        return f"rename it to {fit}"
    return "start with a letter and use only A to Z, a to z, 0 to 9 and _, at most 64 of them"


def chosen_names(names: Iterable[str], known: Sequence[str], source: str) -> tuple[str, ...]:
    """The names that the formula uses, each once, all of them known."""
    wanted = tuple(dict.fromkeys(map(str, names)))
    missing = [name for name in wanted if name not in known]
    folded = {name.casefold(): name for name in sorted(set(known).difference(wanted))}
    for name in missing:
        for near in get_close_matches(name.casefold(), folded, n=1):     # the same letters in another case come first
            raise DataError(f"{source} has no column {_shown(name)}; did you mean {folded[near]}?")
    if missing:
        raise DataError(f"the formula uses {listed(wanted)}; {source} has {listed(known)}")
    return wanted


def listed(names: Sequence[str]) -> str:
    return (", ".join(map(_shown, names[:10])) or "no columns") + (", ..." if len(names) > 10 else "")


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def quoted(value: object) -> str:
    return f"'{_shown(str.__str__(value))}'" if isinstance(value, str) else as_given(value)


def _shown(text: str) -> str:
    return visible(text[:_SHOWN]) + ("..." if len(text) > _SHOWN else "")
