"""A mapping, DataFrame or structured array -> a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from symcalc.errors import DataError
from symcalc.language.column_names import checked_names, chosen_names, counted, quoted
from symcalc.language.table import Table, table_of

_REAL = (int, float, np.integer, np.floating, np.bool_)
MEMORY = "the data"         # what messages call a table that comes from no file

_KINDS = {"O": "text or other objects", "U": "text", "T": "text", "S": "bytes", "c": "complex numbers", "M": "dates",
          "m": "time spans", "V": "records"}


def names_in_memory(data: Any) -> tuple[str, ...]:
    """The names of the columns in `data`, in its order."""
    match data:
        case Mapping():
            names = list(data)
        case _ if isinstance(getattr(data, "dtype", None), np.dtype) and data.dtype.names:
            names = list(data.dtype.names)
        case _ if hasattr(data, "columns") and hasattr(data, "__getitem__") and not (isinstance(data, type) or _is_any(data)):
            # A table of Arrow has its columns themselves there, and the names beside them.
            beside = getattr(data, "column_names", None)
            names = beside if isinstance(beside, list) else list(data.columns)
        case _:
            raise DataError(f"a table cannot be read from {type(data).__name__}; give the path of a CSV file, a mapping "
                            "such as {'x': [1, 2], 'y': [3, 5]}, a DataFrame or a structured array")
    return checked_names(names, MEMORY)


def _is_any(data: object) -> bool:
    """Whether it is one of Dask's Delayed, which seem to have whatever they are asked for."""
    return hasattr(type(data), "__dask_graph__") and not hasattr(type(data), "columns")


def from_memory(data: Any, names: Iterable[str] | None, first: int = 1) -> Table:
    """The wanted columns of a mapping, DataFrame or structured array; where none is wanted, all of them count the rows."""
    known = names_in_memory(data)
    wanted = known if names is None else chosen_names(names, known, MEMORY)
    place = f"{MEMORY}, column {{}}".format
    flat = {name: _flat(data[name], place(name)) for name in wanted or known}
    rows = _length(flat)
    return table_of({name: _column(flat[name], place(name), first) for name in wanted}, rows, MEMORY)


def _length(columns: Mapping[str, Sequence[Any] | np.ndarray]) -> int:
    """The number of rows, which is the same in every column."""
    lengths = {name: len(values) for name, values in columns.items()}
    first, rows = next(iter(lengths.items()))
    if other := next((name for name in lengths if lengths[name] != rows), None):
        raise DataError(f"{MEMORY}: column {first} has {counted(rows, 'value')} and column {other} has {lengths[other]}; "
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
