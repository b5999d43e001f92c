"""A CSV file -> a table, read as a stream: what stays in memory is eight bytes per value.

A record is one line, for a line end within quotes is refused; so line k holds row k - 1.
Quoting, row lengths and the header are judged in every column, numbers only in those that are wanted.
"""

from __future__ import annotations

import csv
import math
import os
import re
import stat
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import PurePath
from typing import TextIO

import numpy as np

from symcalc.errors import DataError, visible
from symcalc.language.column_names import checked_names, chosen_names, counted, listed, quoted
from symcalc.language.table import Table, table_of

MAX_BYTES = 4 * 2**30
MAX_LINE = 131_072      # characters; also the longest field that Python's csv takes
BATCH = 2**18           # characters read at a time

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_PLAIN = b"0123456789+-.eE ,\n"      # over these characters float() accepts what _NUMBER accepts, and nothing else
_TOO_LARGE = f"is larger than {MAX_BYTES // 2**30} GB; keep only the rows and columns that you need"

_PACKED = {b"\x1f\x8b": "unpack it (gzip) first", b"PK\x03\x04": "save the sheet, or unpack the archive, as CSV",
           b"PAR1": "read it by pandas.read_parquet, and give the frame"}

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


def read_csv(path: str | os.PathLike[str], names: Iterable[str] | None = None) -> Table:
    """The table in a CSV file, or these of its columns."""
    with _opened(path) as (file, source):
        header = _header(file, source)
        wanted = header if names is None else chosen_names(names, header, source)
        columns, rows = _columns(file, source, header, wanted)
    return table_of(columns, rows, source)


def read_header(path: str | os.PathLike[str]) -> tuple[str, ...]:
    """The names of the columns; the lines below the first are not read."""
    with _opened(path) as (file, source):
        return _header(file, source)


@contextmanager
def _opened(path: str | os.PathLike[str]) -> Iterator[tuple[TextIO, str]]:
    """The file as text and its name as messages say it; failures while it is read become sentences."""
    text = os.fsdecode(path)
    source = visible((PurePath(text).name or text or "''")[:255])
    try:
        _check_file(text, source)
        with open(text, encoding="utf-8-sig", newline="") as file:
            try:
                yield file, source
            except UnicodeDecodeError as error:
                # What the decoder was given ends where the bytes read so far end.
                byte = file.buffer.tell() - len(error.object) + error.start + 1
                raise DataError(f"{source} is not UTF-8 at byte {byte}; save the file as UTF-8") from None
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


def _header(file: TextIO, source: str) -> tuple[str, ...]:
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
        signs = "tabs" if "\t" in line else "semicolons"
        raise DataError(f"{where}: {signs} stand between the names; separate the columns with commas, "
                        "and write decimals with a point")
    return checked_names(cells, where)


def _columns(file: TextIO, source: str, header: Sequence[str],
             wanted: Sequence[str]) -> tuple[dict[str, np.ndarray], int]:
    """The wanted columns below the header, which grow batch by batch, and the number of rows."""
    places = [header.index(name) for name in wanted]
    columns = [array("d") for _ in wanted]
    rows = 0
    for lines in _batches(file, source):
        values = _quick_values(lines, len(header), places)
        if values is None:
            values = _careful_values(lines, header, places, source, rows + 2)
        for column, part in zip(columns, values, strict=True):
            column.frombytes(part.tobytes())
        rows += len(lines)
    return dict(zip(wanted, map(np.asarray, columns))), rows


def _batches(file: TextIO, source: str) -> Iterator[list[str]]:
    """The lines after the header, batch by batch; blank lines only where something follows them."""
    held = "\n"                                          # line ends wait here until it is known what follows
    while text := file.read(BATCH):
        if file.buffer.tell() > MAX_BYTES:               # it grew while it was read
            raise DataError(f"{source} {_TOO_LARGE}")
        text = held + (text + file.readline(MAX_LINE + 2)).replace("\r\n", "\n").replace("\r", "\n")
        body = text.rstrip("\n")
        held = text[len(body):len(body) + 2]             # one blank line is fault enough, however many there are
        if body:
            yield body[1:].split("\n")


def _quick_values(lines: list[str], width: int, places: Sequence[int]) -> np.ndarray | None:
    """The values at these places of each line, one row per place, or None when a line needs a careful look."""
    cells: list[str] = []
    values = np.empty((len(places), len(lines)))
    try:
        for record in csv.reader(lines, strict=True, skipinitialspace=True):
            if len(record) != width:
                return None
            cells += record
        if len(cells) != width * len(lines) or max(map(len, lines)) > MAX_LINE:     # a quoted line end joins two lines
            return None
        for row, place in zip(values, places):
            column = cells[place::width]
            if "\n".join(column).encode().translate(None, _PLAIN):
                return None
            row[:] = np.fromiter(map(float, column), np.float64, len(lines))
    except (csv.Error, ValueError):
        return None
    return values if np.isfinite(values).all() else None


def _careful_values(lines: list[str], header: Sequence[str], places: Sequence[int], source: str, first: int) -> np.ndarray:
    """The same of any lines, the first of them line `first`, or the error that names the place."""
    values = array("d")
    for number, line in enumerate(lines, first):
        where = f"{source}, line {number}"
        cells = _cells(line, where)
        if not cells:
            raise DataError(f"{where}: the line is blank; delete it")
        if len(cells) != len(header):
            quote = ", with quotes around a text that holds a comma" if len(cells) > len(header) else ""
            raise DataError(f"{where} has {counted(len(cells), 'value')}, {len(header)} expected; give one value for "
                            f"each of {listed(header)}{quote}")
        values.extend(_number(cells[place], f"{where}, column {header[place]}") for place in places)
    return np.asarray(values).reshape(len(lines), len(places)).T


def _cells(line: str, where: str) -> list[str]:
    """The values of one line, without quotes and the spaces around them."""
    if len(line) > MAX_LINE:
        raise DataError(f"{where} is longer than {MAX_LINE} characters; put one row on each line")
    try:
        return [cell.strip(" ") for row in csv.reader([line], strict=True, skipinitialspace=True) for cell in row]
    except csv.Error as error:
        raise DataError(f"{where}: the quotes do not fit ({error}); close each quoted value with \" on its own line, "
                        "just before the comma") from None


def _number(text: str, where: str) -> float:
    if not _NUMBER.fullmatch(text):
        sentence = next(sentence for pattern, sentence in _FAULTS if pattern.fullmatch(text))
        raise DataError(f"{where}: {sentence.format(value=quoted(text))}")
    value = float(text)
    if not math.isfinite(value):
        raise DataError(f"{where}: {quoted(text)} overflows to inf; float64 ends near 1.8e308, so use a larger unit")
    return value
