"""CSV, mapping, DataFrame -> columns of float64.

Nothing is guessed, repaired or left out: a table is read whole, or one sentence says where it fails and what to write
instead. A record of a CSV is one line, for no number and no column name holds a line end; so line k holds row k - 1.
"""

from __future__ import annotations

import csv
import math
import os
import re
import reprlib
import stat
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import PurePath
from types import MappingProxyType
from typing import TextIO

import numpy as np

from symcalc.errors import DataError, visible

MAX_BYTES = 4 * 2**30
MAX_COLUMNS = 1000
MAX_LINE = 131_072      # characters; also the longest field that Python's csv takes
BATCH = 2**20           # characters read at a time

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_PLAIN = b"0123456789+-.eE ,\n"      # over these characters float() accepts what _NUMBER accepts, and nothing else
_REAL = (int, float, np.integer, np.floating, np.bool_)
_SHOWN = 40
_TOO_LARGE = f"is larger than {MAX_BYTES // 2**30} GB; keep only the rows and columns that you need"

_PACKED = {b"\x1f\x8b": "unpack it (gzip) first", b"PK\x03\x04": "save the sheet, or unpack the archive, as CSV"}

# What people write where a number belongs, and what to write instead: the first row that fits speaks.
_FAULTS = tuple((re.compile(pattern), sentence) for pattern, sentence in (
    (r"", "the value is missing; fill it in or delete the row"),
    (r"(?s).*\0.*", "{value} holds a NUL character; save the file as plain UTF-8 text"),
    (r"(?i)[+-]?(inf|infinity|nan)", "{value} is not finite; give a finite number or delete the row"),
    (r"(?i)n/?a|null|none|missing|[-?]", "{value} is not a number; fill in the value or delete the row"),
    (r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", "{value} is not a number; leave out the thousands separators"),
    (r"[+-]?\d*,\d+", "{value} is not a number; write a decimal point, not a comma"),
    (r"[+-]?\d[\d.eE+-]*_[\d_.eE+-]*", "{value} is not a number; leave out the underscores"),
    (r"[+-]?0[xXoObB][0-9a-fA-F]+", "{value} is not a decimal number; write it with the digits 0 to 9"),
    (r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*", "{value} is a date; write a number, such as the days since the first row"),
    (r"[-+.\deE]*[ij]", "{value} is complex; write a real number"),
    (r".*%", "{value} is not a number; write 5% as 0.05"),
    (r"[^;\t]*[;\t].*", "{value} is not a number; separate the columns with commas"),
    (r"[-+\u2212.\deE]+", "{value} is not a number; write it as -1.5 or 2e3, with a plain - and the digits 0 to 9"),
    (r"(?s).*", "{value} is not a number; write one such as -1.5 or 2e3, or leave this column out"),
))

_KINDS = {"O": "text or other objects", "U": "text", "T": "text", "S": "bytes", "c": "complex numbers", "M": "dates",
          "m": "time spans", "V": "records"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Table:
    """Columns of float64, all of one length, one value per row; nobody can write to them through the table.

    >>> read_table({"x": [1, 2], "y": [3, 5]})
    <Table: x, y; 2 rows of the data>
    """

    columns: Mapping[str, np.ndarray]
    source: str                     # "film.csv" or "the data", as messages say it

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in the order of the data."""
        return tuple(self.columns)

    @property
    def rows(self) -> int:
        """How many values each column has."""
        return len(next(iter(self.columns.values()), ()))

    def __getitem__(self, name: str) -> np.ndarray:
        return self.select((name,)).columns[str(name)]

    def __repr__(self) -> str:
        return f"<Table: {_listed(self.names)}; {_counted(self.rows, 'row')} of {self.source}>"

    def __reduce__(self) -> tuple:
        return _table, (dict(self.columns), self.source)      # a mapping proxy cannot be pickled

    def select(self, names: Iterable[str]) -> Table:
        """These columns, in this order, as another table on the same memory.

        >>> read_table({"x": [1, 2], "y": [3, 5], "z": [0, 0]}).select(["y", "x"]).names
        ('y', 'x')
        >>> read_table({"X": [1, 2]}).select("x")
        Traceback (most recent call last):
        symcalc.errors.DataError: the data has no column x; did you mean X?
        """
        wanted = tuple(map(str, names))
        for name in wanted:
            if name not in self.columns and (near := _nearest(name, set(self.names).difference(wanted))):
                raise DataError(f"{self.source} has no column {_shown(name)}; did you mean {near}?")
        if not self.columns.keys() >= set(wanted):
            raise DataError(f"the formula uses {_listed(wanted)}; {self.source} has {_listed(self.names)}")
        return Table(columns=MappingProxyType({name: self.columns[name] for name in wanted}), source=self.source)


def read_table(data: object) -> Table:
    """The table in `data`: a CSV file's path, a mapping of name to column, a DataFrame or a structured array.

    A column that is contiguous float64 already is not copied: the table holds a read-only view of it.

    >>> table = read_table({"x": [1, 2, 3], "y": [True, False, True]})
    >>> table["y"]
    array([1., 0., 1.])
    >>> read_table({"x": [1, "2"]})
    Traceback (most recent call last):
    symcalc.errors.DataError: the data, column x, row 2: '2' is not a number; give only int, float or bool
    """
    match data:
        case Table():
            return data
        case str() | os.PathLike():
            return _read_file(data)
        case Mapping():
            names = list(data)
        case np.ndarray() if data.dtype.names:
            names = list(data.dtype.names)
        case _ if hasattr(data, "columns") and hasattr(data, "__getitem__") and not isinstance(data, type):
            names = list(data.columns)
        case _:
            raise DataError(f"a table cannot be read from {type(data).__name__}; give the path of a CSV file, a mapping "
                            "such as {'x': [1, 2], 'y': [3, 5]}, a DataFrame or a structured array")
    return _table({name: data[name] for name in _checked_names(names, "the data")}, "the data")


def _table(columns: Mapping[str, object], source: str) -> Table:
    """The columns as a table, once each is a row of finite numbers and all are of one length."""
    arrays = {name: _column(values, f"{source}, column {name}") for name, values in columns.items()}
    lengths = {name: len(values) for name, values in arrays.items()}
    for name in lengths:
        if lengths[name] != lengths[first := next(iter(lengths))]:
            raise DataError(f"{source}: column {first} has {_counted(lengths[first], 'value')} and column {name} has "
                            f"{lengths[name]}; give one value per row in each")
    if 0 in lengths.values():
        raise DataError(f"{source} has no data rows; give at least one")
    return Table(columns=MappingProxyType(arrays), source=source)


def _checked_names(names: Sequence[object], where: str) -> list[str]:
    """The names as plain strings: each fit for a formula, none twice."""
    if not 0 < len(names) <= MAX_COLUMNS:
        raise DataError(f"{where}: there are {_counted(len(names), 'column')}; give 1 to {MAX_COLUMNS}")
    seen: set[str] = set()
    for number, name in enumerate(names, 1):
        if isinstance(name, str) and not name:
            raise DataError(f"{where}: column {number} has no name; name it, or delete the extra comma")
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise DataError(f"{where}: {_quoted(name)} is not a column name; start with a letter and use only A to Z, "
                            "a to z, 0 to 9 and _, at most 64 of them")
        if name in seen:
            raise DataError(f"{where}: column {name} appears twice; rename one of the two")
        seen.add(name)
    return [str(name) for name in names]


# Columns in memory

def _column(values: object, where: str) -> np.ndarray:
    """`values` as read-only, contiguous, finite float64: a view, not a copy, where it is that already."""
    found = _as_array(values, where)
    if found.ndim != 1:
        form = f"an array of shape {found.shape}" if found.ndim else type(values).__name__
        raise DataError(f"{where} is {form}; give a flat list of numbers, one per row")
    if found.dtype.kind not in "biuf":
        raise DataError(f"{where} holds {_KINDS.get(found.dtype.kind, found.dtype)}; give only columns of real numbers")
    if np.ma.is_masked(found):
        row = int(np.flatnonzero(np.ma.getmaskarray(found))[0]) + 1
        raise DataError(f"{where}, row {row}: the value is masked; fill it in or delete the row")
    with np.errstate(all="ignore"):              # a longdouble too large becomes inf, which is refused next
        view = np.require(np.asarray(found), np.float64, "CA").view()
    if not np.isfinite(view).all():
        _refuse_infinite(view, where)
    view.flags.writeable = False
    return view


def _refuse_infinite(values: np.ndarray, where: str) -> None:
    row = int(np.flatnonzero(~np.isfinite(values))[0])
    fault = "the value is missing (nan)" if np.isnan(values[row]) else f"{values[row]} is not finite"
    raise DataError(f"{where}, row {row + 1}: {fault}; give a finite number or delete the row")


def _as_array(values: object, where: str) -> np.ndarray:
    """`values` as NumPy sees them, before any judgement, except that lists are judged item by item."""
    if isinstance(values, Sequence) and not isinstance(values, (str, bytes)):
        # np.asarray would turn [1, "2"] into text, and [1, 2**80] into objects.
        return np.fromiter((_real(item, row, where) for row, item in enumerate(values, 1)), np.float64, len(values))
    dtype = getattr(values, "dtype", None)
    try:
        if not hasattr(values, "to_numpy"):
            return np.asanyarray(values)
        if not isinstance(dtype, np.dtype) and getattr(dtype, "kind", "O") in "biuf":      # pandas' nullable numbers
            return values.to_numpy(dtype=np.float64, na_value=np.nan)
        return values.to_numpy()
    except (TypeError, ValueError, RuntimeError):
        raise DataError(f"{where} is {type(values).__name__}; give a flat list of numbers, one per row") from None


def _real(item: object, row: int, where: str) -> float:
    if not isinstance(item, _REAL):
        raise DataError(f"{where}, row {row}: {_quoted(item)} is not a number; give only int, float or bool")
    try:
        return float(item)
    except OverflowError:
        raise DataError(f"{where}, row {row}: the integer is too large; float64 ends near 1.8e308, so use a larger "
                        "unit") from None


# CSV files

def _read_file(path: str | os.PathLike) -> Table:
    """The table in a CSV file, read as a stream: what stays in memory is eight bytes per value."""
    text = os.fsdecode(path)
    source = visible((PurePath(text).name or text or "''")[:255])
    try:
        _check_file(text, source)
        with open(text, encoding="utf-8-sig", newline="") as file:
            return _table(_file_columns(file, source), source)
    except OSError as error:
        raise DataError(f"{source} cannot be read ({error.strerror}); check the file and its permissions") from None


def _check_file(path: str, source: str) -> None:
    """Refuse what is no regular text file of reasonable size; unopened, for opening a pipe would wait for ever."""
    try:
        status = os.stat(path)
    except (FileNotFoundError, NotADirectoryError, ValueError):      # ValueError: a NUL in the path
        raise DataError(f"there is no file {source}; check its name and folder") from None
    if stat.S_ISDIR(status.st_mode):
        raise DataError(f"{source} is a folder; give the path of a CSV file in it")
    if not stat.S_ISREG(status.st_mode):
        raise DataError(f"{source} is not a regular file but a pipe, socket or device; save the data in a file first")
    if status.st_size > MAX_BYTES:
        raise DataError(f"{source} {_TOO_LARGE}")
    with open(path, "rb") as file:
        start = file.read(4)
    for magic, fix in _PACKED.items():
        if start.startswith(magic):
            raise DataError(f"{source} is not a text file; {fix}")


def _file_columns(file: TextIO, source: str) -> dict[str, np.ndarray]:
    """The columns of an open file, which grow batch by batch."""
    try:
        names = _header(file, source)
        columns = [array("d") for _ in names]
        for lines in _batches(file, source):
            values = _quick_values(lines, len(names))
            if values is None:
                values = _careful_values(lines, names, source, len(columns[0]) + 2)
            for column, part in zip(columns, values.T):
                column.frombytes(part.tobytes())
    except UnicodeDecodeError as error:
        # What the decoder was given ends where the bytes read so far end.
        byte = file.buffer.tell() - len(error.object) + error.start + 1
        raise DataError(f"{source} is not UTF-8 at byte {byte}; save the file as UTF-8") from None
    return dict(zip(names, map(np.asarray, columns)))


def _header(file: TextIO, source: str) -> list[str]:
    """The names in the first line."""
    line, where = file.readline(MAX_LINE + 2), f"{source}, line 1"
    if not line:
        raise DataError(f"{source} is empty; name the columns in the first line and put one row on each line after it")
    if "\0" in line:
        raise DataError(f"{where}: there is a NUL character; save the file as plain UTF-8 text")
    cells = _cells(line.rstrip("\r\n"), where)
    if all(map(_NUMBER.fullmatch, cells)):
        raise DataError(f"{where}: the first line must name the columns; put a line such as x,y above the numbers")
    if re.search(r"[;\t]", line):
        raise DataError(f"{where}: {_quoted(line.strip())} is no list of names; separate the columns with commas")
    return _checked_names(cells, where)


def _batches(file: TextIO, source: str) -> Iterator[list[str]]:
    """The lines after the header, a megabyte at a time; blank lines only where something follows them."""
    held = "\n"                                          # line ends wait here until it is known what follows
    while text := file.read(BATCH):
        if file.buffer.tell() > MAX_BYTES:               # it grew while it was read
            raise DataError(f"{source} {_TOO_LARGE}")
        text = held + (text + file.readline(MAX_LINE + 2)).replace("\r\n", "\n").replace("\r", "\n")
        body = text.rstrip("\n")
        held = text[len(body):len(body) + 2]             # one blank line is fault enough, however many there are
        if body:
            yield body[1:].split("\n")


def _quick_values(lines: list[str], width: int) -> np.ndarray | None:
    """The values of lines such as "1,2.5", or None when one of them needs a careful look."""
    text = "\n".join(lines)
    odd = text.encode().translate(None, _PLAIN)
    if odd or max(map(len, lines)) > MAX_LINE or any(line.count(",") != width - 1 for line in lines):
        return None
    try:
        values = np.fromiter(map(float, text.replace("\n", ",").split(",")), np.float64, len(lines) * width)
    except ValueError:
        return None
    return values.reshape(-1, width) if np.isfinite(values).all() else None


def _careful_values(lines: list[str], names: list[str], source: str, first: int) -> np.ndarray:
    """The values of any lines, the first of them line `first`, or the error that names the place."""
    values = array("d")
    for number, line in enumerate(lines, first):
        where = f"{source}, line {number}"
        cells = _cells(line, where)
        if not cells:
            raise DataError(f"{where}: the line is blank; delete it")
        if len(cells) != len(names):
            raise DataError(f"{where} has {_counted(len(cells), 'value')}, {len(names)} expected; give one value for "
                            f"each of {_listed(names)}")
        values.extend(_number(cell, f"{where}, column {name}") for cell, name in zip(cells, names))
    return np.asarray(values).reshape(-1, len(names))


def _cells(line: str, where: str) -> list[str]:
    """The values of one line, without quotes and the spaces around them."""
    if len(line) > MAX_LINE:
        raise DataError(f"{where} is longer than {MAX_LINE} characters; put one row, of a few numbers, on each line")
    try:
        return [cell.strip(" ") for row in csv.reader([line], strict=True, skipinitialspace=True) for cell in row]
    except csv.Error as error:
        raise DataError(f"{where}: the quotes do not fit ({error}); close each quoted value with \" on its own line, "
                        "just before the comma") from None


def _number(text: str, where: str) -> float:
    if not _NUMBER.fullmatch(text):
        sentence = next(sentence for pattern, sentence in _FAULTS if pattern.fullmatch(text))
        raise DataError(f"{where}: {sentence.format(value=_quoted(text))}")
    value = float(text)
    if not math.isfinite(value):
        raise DataError(f"{where}: {_quoted(text)} overflows to inf; float64 ends near 1.8e308, so use a larger unit")
    return value


# Words

def _nearest(name: str, names: set[str]) -> str | None:
    """The name that was probably meant: the same letters in another case before any other."""
    folded = {other.casefold(): other for other in sorted(names)}
    return next((folded[near] for near in get_close_matches(name.casefold(), folded, n=1)), None)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(_shown, names[:10])) + (", ..." if len(names) > 10 else "")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _shown(text: str) -> str:
    return visible(text[:_SHOWN]) + ("..." if len(text) > _SHOWN else "")


def _quoted(value: object) -> str:
    return f"'{_shown(value)}'" if isinstance(value, str) else _shown(reprlib.repr(value))
