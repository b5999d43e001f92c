"""A table is read whole and exactly, or one sentence says where it fails and what to write instead."""

from __future__ import annotations

import collections
import csv
import itertools
import os
import pickle
import re
import socket
import threading
import tracemalloc
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from symcalc.cli import main
from symcalc.errors import DataError
from symcalc.language import csv_file as room
from symcalc.language.data import column_names, read_table
from symcalc.language.table import Table
from symcalc.training.losses import Loss

XY = {"x": [1.0, 3.0], "y": [2.0, 4.0]}

ACCEPTED = [
    ("lf", b"x,y\n1,2\n3,4\n", XY),
    ("no-final-line-end", b"x,y\n1,2\n3,4", XY),
    ("crlf", b"x,y\r\n1,2\r\n3,4\r\n", XY),
    ("cr", b"x,y\r1,2\r3,4\r", XY),
    ("mixed-line-ends", b"x,y\r1,2\r\n3,4\n", XY),
    ("bom", b"\xef\xbb\xbfx,y\n1,2\n3,4\n", XY),
    ("quoted", b'"x","y"\n"1","2"\n3,"4"\n', XY),
    ("spaces", b'  x , y \n 1 ,2 \n3, "4"\n', XY),
    ("blank-at-end", b"x,y\n1,2\n3,4\n\n\r\n\n", XY),
    ("one-column", b"x\n1\n3\n\n", {"x": [1.0, 3.0]}),
    ("forms", b"x\n+1\n-.5\n5.\n1E3\n1e-3\n-0\n007\n", {"x": [1, -.5, 5, 1000, .001, -0.0, 7]}),
    ("denormal", b"x,y\n5e-324,1e-999\n", {"x": [5e-324], "y": [0.0]}),
    ("big-int", b"x,y\n99999999999999999999999,2\n", {"x": [1e23], "y": [2.0]}),
    ("long-name", b"a" * 64 + b"\n1\n", {"a" * 64: [1.0]}),
    ("long-number", b"x\n0." + b"0" * 500 + b"1\n", {"x": [0.0]}),
]

REFUSED = [
    ("na", b"x,y\n1,NA\n", "film.csv, line 2, column y: 'NA' is not a number; fill in the value or delete the row"),
    ("text", b"x,y\n1,2\nfoo,2\n", "film.csv, line 3, column x: 'foo' is not a number; write one such as"),
    ("missing", b"x,y\n1,\n", "film.csv, line 2, column y: the value is missing; fill it in"),
    ("missing-spaces", b"x,y\n1,  \n", "line 2, column y: the value is missing"),
    ("missing-quoted", b'x\n1\n""\n', "line 3, column x: the value is missing"),
    ("inf", b"x,y\n1,inf\n", "film.csv, line 2, column y: 'inf' is not finite; give a finite number"),
    ("minus-infinity", b"x,y\n1,-Infinity\n", "'-Infinity' is not finite"),
    ("nan", b"x,y\nNaN,1\n", "film.csv, line 2, column x: 'NaN' is not finite"),
    ("overflow", b"x,y\n1e999,1\n", "film.csv, line 2, column x: '1e999' overflows to inf"),
    ("overflow-digits", b"x\n" + b"9" * 400 + b"\n", "line 2, column x: '" + "9" * 40 + "...' overflows"),
    ("duplicate-header", b"x,x,y\n1,2,3\n", "film.csv, line 1: column x appears twice; rename one"),
    ("no-header", b"1,2\n3,4\n", "film.csv, line 1: the first line must name the columns"),
    ("no-header-quoted", b'"1","2"\n3,4\n', "the first line must name the columns"),
    ("blank-header", b"\nx,y\n1,2\n", "film.csv, line 1: the first line must name the columns"),
    ("ragged-long", b"x,y\n1,2,3\n", "film.csv, line 2 has 3 values, 2 expected; give one value for each of x, y"),
    ("ragged-short", b"x,y\n1,2\n1\n", "film.csv, line 3 has 1 value, 2 expected"),
    ("ragged-that-adds-up", b"x,y\n1\n2,3,4\n", "film.csv, line 2 has 1 value, 2 expected"),
    ("blank-of-spaces", b"x,y\n1,2\n  \n", "film.csv, line 3 has 1 value, 2 expected"),
    ("empty", b"", "film.csv is empty; name the columns"),
    ("only-bom", b"\xef\xbb\xbf", "film.csv is empty"),
    ("header-only", b"x,y\n", "film.csv has no data rows"),
    ("header-and-blanks", b"x,y\n\n\n", "film.csv has no data rows"),
    ("blank-inside", b"x,y\n1,2\n\n3,4\n", "film.csv, line 3: the line is blank; delete it"),
    ("blank-first", b"x,y\r\n\r\n3,4\r\n", "film.csv, line 2: the line is blank"),
    ("blank-one-column", b"x\n1\n\n2\n", "film.csv, line 3: the line is blank"),
    ("tab", b"x\ty\n1\t2\n", "line 1: tabs stand between the names; separate the columns with commas"),
    ("semicolon", b"x;y\n1,5;2\n", "line 1: semicolons stand between the names; separate the columns with commas, and write dec"),
    ("semicolon-below", b"x\n1;2\n", "line 2, column x: '1;2' is not a number; separate the columns with commas"),
    ("thousands", b'x,y\n"1,000",2\n', "film.csv, line 2, column x: '1,000' is not a number; leave out the thousands"),
    ("thousands-bare", b"x,y\n1,000,2\n", "line 2 has 3 values, 2 expected"),
    ("text-with-comma", b"title,y\nNo, No,2\n", "each of title, y, with quotes around a text that holds a comma"),
    ("decimal-comma", b'x,y\n"1,5",2\n', "'1,5' is not a number; write a decimal point"),
    ("underscore", b"x,y\n1_000,2\n", "'1_000' is not a number; leave out the underscores"),
    ("hex", b"x,y\n0x10,2\n", "'0x10' is not a decimal number"),
    ("hex-float", b"x,y\n0x1.8p3,2\n", "'0x1.8p3' is not a number"),
    ("percent", b"x,y\n5%,2\n", "write 5% as 0.05"),
    ("currency", b"x,y\n$5,2\n", "'$5' is not a number"),
    ("unicode-digit", "x,y\n\u0663,2\n".encode(), "'\u0663' is not a number; write it as -1.5 or 2e3, with a plain -"),
    ("unicode-minus", "x,y\n\u22125,2\n".encode(), "with a plain - and the digits 0 to 9"),
    ("fullwidth", "x,y\n\uff11,2\n".encode(), "the digits 0 to 9"),
    ("no-break-space", "x,y\n\u00a01,2\n".encode(), "'<U+00A0>1' is not a number"),
    ("tab-before-number", b"x,y\n\t1,2\n", "'<U+0009>1' is not a number"),
    ("two-numbers", b"x,y\n1 2,2\n", "'1 2' is not a number"),
    ("bare-exponent", b"x,y\n1e,2\n", "'1e' is not a number"),
    ("bare-point", b"x,y\n.,2\n", "'.' is not a number"),
    ("two-signs", b"x,y\n+-1,2\n", "'+-1' is not a number"),
    ("complex", b"x,y\n1+2j,2\n", "film.csv, line 2, column x: '1+2j' is complex; write a real number"),
    ("date", b"x,y\n2024-01-01,2\n", "film.csv, line 2, column x: '2024-01-01' is a date; write a number"),
    ("date-slashes", b"x,y\n1/2/2024,2\n", "'1/2/2024' is a date"),
    ("formula", b"x,y\n=1+1,2\n", "'=1+1' is not a number"),
    ("escape", b"x,y\n\x1b[31m,2\n", "'<U+001B>[31m' is not a number"),
    ("header-code", b"__import__('os'),y\n1,2\n", "film.csv, line 1: '__import__('os')' is not a column name; rename it"),
    ("header-title", b"Film title,y\nAlien,2\n", "film.csv, line 1: 'Film title' is not a column name; rename it to Film_"),
    ("header-unit", b"Budget ($),y\n1,2\n", "'Budget ($)' is not a column name; rename it to Budget"),
    ("header-rename-taken", b"x,_x\n1,2\n", "'_x' is not a column name; start with a letter and use only A to Z"),
    ("header-html", b"<script>,y\n1,2\n", "'<script>' is not a column name"),
    ("header-underscore", b"_x,y\n1,2\n", "'_x' is not a column name"),
    ("header-cyrillic", "\u0445,y\n1,2\n".encode(), "'\u0445' is not a column name"),
    ("header-number", b"x,2\n1,2\n", "'2' is not a column name"),
    ("header-second-bom", b"\xef\xbb\xbf\xef\xbb\xbfx,y\n1,2\n", "'<U+FEFF>x' is not a column name"),
    ("header-line-end", b'"x\n",y\n1,2\n', "film.csv, line 1: the quotes do not fit"),
    ("header-no-name", b"x,,y\n1,2,3\n", "film.csv, line 1: column 2 has no name"),
    ("header-comma-at-end", b"x,y,\n1,2,\n", "line 1: column 3 has no name; name it, or delete the extra comma"),
    ("header-long-name", b"a" * 65 + b"\n1\n", "'" + "a" * 40 + "...' is not a column name"),
    ("header-too-many", ",".join(f"c{k}" for k in range(1001)).encode() + b"\n", "line 1: there are 1001 columns; give 1 to"),
    ("unclosed-quote", b'x,y\n"1,2\n', "film.csv, line 2: the quotes do not fit (unexpected end of data); close each"),
    ("unclosed-quote-later", b'x,y\n1,2\n3,"4\n5,6\n', "film.csv, line 3: the quotes do not fit"),
    ("quoted-line-end", b'x,y\n1,2\n"3\n",4\n', "film.csv, line 3: the quotes do not fit"),
    ("text-after-quote", b'x,y\n"1"2,3\n', "film.csv, line 2: the quotes do not fit"),
    ("quote-inside", b'x,y\n1"2,3\n', "'1\"2' is not a number"),
    ("nul", b"x,y\n1,\x002\n", "film.csv, line 2, column y: '<U+0000>2' holds a NUL character; save the file as"),
    ("nul-header", "x,y\n1,2\n".encode("utf-16-le"), "film.csv, line 1: there is a NUL character; save"),
    ("utf-16", "x,y\n1,2\n".encode("utf-16"), "film.csv is not UTF-8 at byte 1; save the file as UTF-8"),
    ("latin1", bytes.fromhex("782c790a312c320ae92c330a"), "film.csv is not UTF-8 at byte 9; save the file as UTF-8"),
    ("latin1-after-bom", b"\xef\xbb\xbfx,y\n\xe9,2\n", "film.csv is not UTF-8 at byte 8;"),
    ("cut-character", b"x,y\n1,2\n\xc3", "film.csv is not UTF-8 at byte 9;"),
    ("gzip", bytes.fromhex("1f8b08000000000000"), "film.csv is not a text file; unpack it"),
    ("parquet", b"PAR1\x15\x04\x15\x30", "film.csv is not a text file; read it by pandas.read_parquet"),
    ("spreadsheet", b"PK\x03\x04\x14\x00", "film.csv is not a text file; save the sheet"),
    ("long-header", b"1" * 200_000, "film.csv, line 1 is longer than 131072 characters"),
    ("long-line", b"x\n" + b"1" * 200_000, "film.csv, line 2 is longer than 131072 characters"),
    ("long-line-of-zeros", b"x\n" + b"0" * 200_000 + b"\n1\n", "film.csv, line 2 is longer than"),
    ("first-fault-first", b"x,y\n1,NA\n\n\"1,2\n1,2,3\n", "film.csv, line 2, column y: 'NA'"),
]


@pytest.fixture
def film(tmp_path: Path):
    def write(content: bytes) -> Path:
        path = tmp_path / "film.csv"
        path.write_bytes(content)
        return path
    return write


def bits(values) -> list[bytes]:
    return [np.float64(value).tobytes() for value in values]


def sentence(*asked: object, read: Callable = read_table) -> str:
    """The one sentence with which the data, or these columns of it, are refused."""
    with pytest.raises(DataError) as caught:
        read(*asked)
    said = str(caught.value)
    assert "\n" not in said and said.isprintable() and not said.endswith(".") and ";" in said and len(said) < 400
    return said


# CSV

@pytest.mark.parametrize(("content", "expected"), [case[1:] for case in ACCEPTED], ids=[case[0] for case in ACCEPTED])
def test_csv_accepted(film, content: bytes, expected: dict) -> None:
    table = read_table(film(content))
    assert table.source == "film.csv" and list(table.columns) == list(expected)
    for name, values in expected.items():
        assert bits(table[name]) == bits(values)
        assert table[name].dtype == np.float64 and table[name].flags.c_contiguous and not table[name].flags.writeable


@pytest.mark.parametrize(("content", "part"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_csv_refused(film, content: bytes, part: str) -> None:
    assert part in sentence(film(content))


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 11])
def test_the_size_of_a_batch_changes_nothing(film, monkeypatch, size: int) -> None:
    monkeypatch.setattr(room, "BATCH", size)
    for _, content, expected in ACCEPTED:
        table = read_table(film(content))
        assert {name: bits(table[name]) for name in table.names} == {name: bits(expected[name]) for name in expected}
    for _, content, part in REFUSED:
        assert part in sentence(film(content))


@pytest.mark.parametrize("position", [5, 8190, 8191, 8192, 8193, 20_000, 2**20 + 5])
@pytest.mark.parametrize("start", [b"x\n", b"\xef\xbb\xbfx\n"], ids=["plain", "bom"])
def test_the_byte_that_is_not_utf8_is_counted_from_one(film, start: bytes, position: int) -> None:
    content = bytearray(start + b"1\n" * (2**19 + 5000))
    content[position] = 0xE9
    assert f"at byte {position + 1};" in sentence(film(bytes(content)))


def test_lines_are_counted_across_batches(film) -> None:
    content = b"x,y\r\n" + b"1.25,2.5\r\n" * 300_000 + b"1,NA\r\n" + b"1,2\r\n" * 300_000
    assert "line 300002, column y" in sentence(film(content))


def test_trailing_blank_lines_may_fill_many_batches(film) -> None:
    assert read_table(film(b"x\n1\n" + b"\n" * 3 * 2**20)).rows == 1
    assert "line 3: the line is blank" in sentence(film(b"x\n1\n" + b"\n" * 3 * 2**20 + b"2\n"))


def test_a_long_bad_value_is_classified_at_once(film) -> None:
    for bad in (b"1" * 130_000 + b"x", b"1_" * 65_000 + b"x", b"1," * 65_000, b"e" * 130_000, b"1-" * 65_000):
        assert "line 2, column x: '" in sentence(film(b'x\n"' + bad + b'"\n'))


def test_the_limit_of_csv_itself_is_translated(film) -> None:
    limit = csv.field_size_limit(10)
    try:
        assert "film.csv, line 2: the quotes do not fit (field larger" in sentence(film(b'x\n"12345678901"\n'))
    finally:
        csv.field_size_limit(limit)


def test_a_file_that_is_or_becomes_too_large_is_refused(film, monkeypatch) -> None:
    path = film(b"x\n" + b"1\n" * 100)
    monkeypatch.setattr(room, "MAX_BYTES", 100)
    assert "film.csv is larger than" in sentence(path)
    monkeypatch.setattr(room, "_check_file", lambda path, source: None)      # as if it grew after the check
    assert "film.csv is larger than" in sentence(path)


numbers = st.floats(allow_nan=False, allow_infinity=False)
rows_of = st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(numbers, min_size=width, max_size=width), min_size=1))


@settings(deadline=None)
@given(rows=rows_of, end=st.sampled_from(["\n", "\r\n", "\r"]), quote=st.booleans(), batch=st.integers(1, 64))
def test_floats_come_back_bit_for_bit(tmp_path_factory, rows, end: str, quote: bool, batch: int) -> None:
    names = [f"c{k}" for k in range(len(rows[0]))]
    lines = [",".join(f'"{value!r}"' if quote else repr(value) for value in row) for row in rows]
    path = tmp_path_factory.mktemp("csv") / "film.csv"
    path.write_bytes(end.join([",".join(names), *lines, ""]).encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "BATCH", batch)
        table = read_table(path)
    assert [bits(table[name]) for name in names] == [bits(column) for column in zip(*rows)]


@settings(deadline=None)
@given(rows=st.lists(st.tuples(numbers, numbers), min_size=1), shuffle=st.randoms(use_true_random=False))
def test_rows_and_columns_may_be_permuted(tmp_path_factory, rows, shuffle) -> None:
    path = tmp_path_factory.mktemp("csv") / "film.csv"
    shuffled = shuffle.sample(rows, len(rows))
    path.write_text("y,x\n" + "".join(f"{y!r},{x!r}\n" for x, y in shuffled))
    table = read_table(path).select(["x", "y"])
    assert sorted(zip(table["x"], table["y"])) == sorted(rows) and table.names == ("x", "y")


@settings(deadline=None, max_examples=500)
@given(lines=st.lists(st.text("01.e+-,_ jx\"\n\u0663", max_size=8) | st.sampled_from(["1,2", "1e3, 4", '"a,b",2']), max_size=6),
       places=st.permutations([0, 1]).flatmap(lambda order: st.sampled_from([order, order[:1], []])))
def test_the_quick_way_accepts_what_the_careful_way_does(lines: list[str], places: list[int]) -> None:
    lines = [line.replace("\n", "") for line in lines] or ["1,2"]
    quick = room._quick_values(lines, 2, places)
    try:
        careful = room._careful_values(lines, ["x", "y"], places, "film.csv", 2)
    except DataError:
        assert quick is None
    else:
        assert quick is not None and quick.shape == careful.shape and quick.tobytes() == careful.tobytes()


def test_numpy_reads_the_same(film) -> None:
    values = np.random.default_rng(7).normal(size=(1000, 3)) * 10.0 ** np.arange(-3, 4, 3)
    path = film(("a,b,c\n" + "\n".join(",".join(map(repr, row)) for row in values.tolist())).encode())
    table, oracle = read_table(path), np.loadtxt(path, delimiter=",", skiprows=1)
    assert np.array_equal(np.column_stack([table[name] for name in "abc"]), oracle)


def test_memory_is_eight_bytes_per_value(film) -> None:
    path = film(b"x,y\n" + b"1.5,-2.25e3\n" * 300_000)
    read_table(path)
    tracemalloc.start()
    try:
        read_table(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 300_000 * 2 * 8 * 2.2 + 30 * 2**20


# Files that are none

def test_a_fifo_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(path := tmp_path / "film.csv")
    said: list[str] = []
    reader = threading.Thread(target=lambda: said.append(sentence(path)), daemon=True)
    reader.start()
    reader.join(120)
    assert said and "film.csv is not a regular file but a pipe, socket or device" in said[0]


def test_a_socket_and_a_device_are_refused(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("film.csv")
        assert "film.csv is not a regular file" in sentence("film.csv")
    assert "zero is not a regular file" in sentence("/dev/zero")


@pytest.mark.parametrize(("path", "part"), [
    ("nowhere/film.csv", "there is no file film.csv; check its name and folder"),
    ("film.csv/x.csv", "there is no file x.csv"),
    ("", "there is no file ''"),
    ("x,y\n1,2\n", "there is no file x,y<U+000A>1,2<U+000A>"),
    ("a\0b", "there is no file a<U+0000>b"),
    ("\x1b[31m.csv", "there is no file <U+001B>[31m.csv"),
    ("\ud800.csv", "there is no file <U+D800>.csv"),
    ("a" * 5000, "cannot be read (File name too long)"),
    (".", "is a folder; give the path of a CSV file in it"),
    ("/", "/ is a folder"),
    ("loop", "loop cannot be read (Too many levels of symbolic links)"),
])
def test_no_such_file(tmp_path: Path, monkeypatch, path: str, part: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "film.csv").write_bytes(b"x\n1\n")
    (tmp_path / "loop").symlink_to("loop")
    assert part in sentence(path)


def test_only_the_name_of_the_file_is_shown(film) -> None:
    path = film(b"x\nNA\n")
    assert str(path.parent) not in sentence(path) and str(path.parent) not in sentence(str(path))


def test_a_failure_while_reading_is_translated(film, monkeypatch) -> None:
    def fail(*arguments):
        raise OSError(5, "Input/output error")
    monkeypatch.setattr(room, "_columns", fail)
    assert "film.csv cannot be read (Input/output error)" in sentence(film(b"x\n1\n"))


# Data in memory

MASKED = np.ma.array([1.0, 2.0, 3.0], mask=[False, True, False])
DATES = np.array(["2024-01-01"], dtype="datetime64[D]")

IN_MEMORY = [
    ("lists", {"x": [1, 3], "y": (2.0, 4)}),
    ("range", {"x": range(1, 4, 2), "y": collections.deque([2, 4])}),
    ("arrays", {"x": np.array([1, 3], "i1"), "y": np.array([2, 4], "f4")}),
    ("other-bytes", {"x": np.array([1, 3], ">f8"), "y": np.array([2, 4], "<u8")}),
    ("strided", {"x": np.array([1.0, 9, 3])[::2], "y": np.array([4.0, 2])[::-1]}),
    ("half-and-long", {"x": np.array([1, 3], "f2"), "y": np.array([2, 4], np.longdouble)}),
    ("scalars", {"x": [np.int8(1), np.float32(3)], "y": [np.float64(2), np.longdouble(4)]}),
    ("series", {"x": pd.Series([1, 3], index=[5, 5]), "y": pd.Series([2.0, 4.0])}),
    ("nullable", {"x": pd.Series([1, 3], dtype="Int64"), "y": pd.Series([2, 4], dtype="Float32")}),
    ("unmasked", {"x": np.ma.array([1, 3]), "y": np.ma.array([2, 4], mask=[False, False])}),
    ("ordered", collections.OrderedDict(x=[1, 3], y=[2, 4])),
    ("frame", pd.DataFrame({"x": [1, 3], "y": [2.0, 4.0]})),
    ("sparse", pd.DataFrame({"x": pd.arrays.SparseArray([1.0, 3.0]), "y": [2, 4]})),
    ("structured", np.array([(1, 2.0), (3, 4.0)], dtype=[("x", "i4"), ("y", "f8")])),
    ("records", np.rec.array([(1, 2.0), (3, 4.0)], dtype=[("x", "i4"), ("y", "f8")])),
    ("numpy-names", {np.str_("x"): [1, 3], np.str_("y"): [2, 4]}),
]

IN_MEMORY_REFUSED = [
    ("nothing", None, "a table cannot be read from NoneType; give the path of a CSV file, a mapping such as"),
    ("list", [[1, 2]], "cannot be read from list"),
    ("bytes", b"x,y\n1,2\n", "cannot be read from bytes"),
    ("array", np.zeros((2, 2)), "cannot be read from ndarray"),
    ("series-alone", pd.Series([1.0]), "cannot be read from Series"),
    ("class", pd.DataFrame, "cannot be read from type"),
    ("no-columns", {}, "the data: there are 0 columns; give 1 to 1000"),
    ("no-columns-frame", pd.DataFrame(), "the data: there are 0 columns"),
    ("no-rows", {"x": []}, "the data has no data rows"),
    ("no-rows-frame", pd.DataFrame({"x": np.zeros(0)}), "the data has no data rows"),
    ("name-type", {1: [1]}, "the data: 1 is not a column name"),
    ("name-text", {"x y": [1]}, "the data: 'x y' is not a column name; rename it to x_y"),
    ("name-text-and-missing", pd.DataFrame([[1, 2]], columns=["x y", pd.NA]), "'x y' is not a column name; rename it to x_y"),
    ("name-line-end", {"x\n": [1]}, "the data: 'x<U+000A>' is not a column name"),
    ("name-empty", {"": [1]}, "the data: column 1 has no name"),
    ("name-missing", pd.DataFrame([[1.0]], columns=[pd.NA]), "the data: <NA> is not a column name"),
    ("name-twice", pd.DataFrame([[1, 2]], columns=["x", "x"]), "the data: column x appears twice"),
    ("name-tuple", pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", "b")])), "('a', 'b') is not a column name"),
    ("lengths", {"x": [1, 2, 3], "y": [1]}, "the data: column x has 3 values and column y has 1; give one value per row"),
    ("lengths-none", {"x": [], "y": [1]}, "column x has 0 values and column y has 1"),
    ("mixed", {"x": [1, "2"]}, "the data, column x, row 2: '2' is not a number; give only int, float or bool"),
    ("none", {"x": [1.0, None]}, "the data, column x, row 2: None is not a number"),
    ("fraction", {"x": [Fraction(1, 2)]}, "row 1: Fraction(1, 2) is not a number"),
    ("complex-item", {"x": [1j]}, "row 1: 1j is not a number"),
    ("missing-item", {"x": [1, pd.NA]}, "row 2: <NA> is not a number"),
    ("masked-item", {"x": [1, np.ma.masked]}, "row 2: masked is not a number"),
    ("escape", {"x": ["\x1b[31m" + "a" * 99]}, "row 1: '<U+001B>[31m" + "a" * 35 + "...' is not a number"),
    ("nested", {"x": [[1, 2], [3, 4]]}, "the data, column x, row 1: [1, 2] is not a number"),
    ("huge-int", {"x": [1, 10**400]}, "the data, column x, row 2: the integer is too large"),
    ("nan", {"x": [1, 2, float("nan")]}, "the data, column x, row 3: the value is missing (nan)"),
    ("inf", {"x": np.array([1, -np.inf])}, "the data, column x, row 2: -inf is not finite"),
    ("longdouble", {"x": [1, np.longdouble("1e4000")]}, "row 2: inf is not finite"),
    ("longdoubles", {"x": np.array([1, np.longdouble("1e4000")])}, "row 2: inf is not finite"),
    ("shape", {"x": np.zeros((2, 3))}, "the data, column x is an array of shape (2, 3); give a flat list of numbers"),
    ("matrix", {"x": np.zeros((1, 3)).view(np.matrix)}, "shape (1, 3)"),
    ("frame-inside", {"x": pd.DataFrame({"a": [1]})}, "shape (1, 1)"),
    ("one-number", {"x": 3.0}, "the data, column x is float; give a flat list of numbers, one per row"),
    ("string", {"x": "123"}, "the data, column x is str"),
    ("bytes-inside", {"x": b"123"}, "the data, column x is bytes"),
    ("set", {"x": {1, 2}}, "the data, column x is set"),
    ("generator", {"x": (k for k in range(3))}, "the data, column x is generator"),
    ("text", {"x": np.array(["1"])}, "the data, column x holds text; give only columns of real numbers"),
    ("objects", {"x": np.array([1, "a"], dtype=object)}, "holds text or other objects"),
    ("text-frame", pd.DataFrame({"x": ["a", "b"]}), "column x holds text or other objects"),
    ("complex", {"x": np.array([1j])}, "holds complex numbers"),
    ("dates", {"x": DATES}, "holds dates"),
    ("dates-frame", pd.DataFrame({"x": pd.to_datetime(["2024-01-01"], utc=True)}), "column x holds"),
    ("spans", {"x": DATES - DATES}, "holds time spans"),
    ("masked", {"x": MASKED}, "the data, column x, row 2: the value is masked; fill it in"),
    ("nullable", pd.DataFrame({"x": pd.array([1, 2, None], dtype="Int64")}), "column x, row 3: the value is missing"),
    ("nullable-float", {"x": pd.Series([None, 2.5], dtype="Float64")}, "column x, row 1: the value is missing"),
    ("nullable-bool", {"x": pd.Series([True, None], dtype="boolean")}, "column x, row 2: the value is missing"),
    ("subarray", np.zeros(2, dtype=[("x", "f8", (3,))]), "shape (2, 3)"),
    ("field-text", np.array([(1, "a")], dtype=[("x", "f8"), ("y", "U1")]), "column y holds text"),
]


@pytest.mark.parametrize("data", [case[1] for case in IN_MEMORY], ids=[case[0] for case in IN_MEMORY])
def test_memory_accepted(data: object) -> None:
    table = read_table(data)
    assert {name: table[name].tolist() for name in table.names} == XY
    assert table.source == "the data" and table.rows == 2
    for column in table.columns.values():
        assert type(column) is np.ndarray and column.dtype == np.float64 and column.dtype.isnative
        assert column.flags.c_contiguous and column.flags.aligned and not column.flags.writeable


@pytest.mark.parametrize(("data", "part"), [case[1:] for case in IN_MEMORY_REFUSED],
                         ids=[case[0] for case in IN_MEMORY_REFUSED])
def test_memory_refused(data: object, part: str) -> None:
    assert part in sentence(data)


def test_integers_become_the_nearest_float() -> None:
    table = read_table({"x": [2**53 + 1, 2**80, -10**300], "y": np.array([2**63 - 1, 2**53 + 3, 1])})
    assert table["x"].tolist() == [2.0**53, 2.0**80, -1e300] and table["y"].tolist() == [2.0**63, 2.0**53 + 4, 1.0]


def test_booleans_are_zero_and_one() -> None:
    data = {"x": [True, False], "y": np.array([False, True]), "z": pd.Series([True, False], dtype="boolean")}
    assert [column.tolist() for column in read_table(data).columns.values()] == [[1, 0], [0, 1], [1, 0]]


@pytest.mark.parametrize("wrap", [np.asarray, pd.Series, np.ma.array], ids=["array", "series", "masked"])
def test_float64_is_not_copied_and_stays_writable_for_its_owner(wrap) -> None:
    owned = np.arange(5.0)
    given_column = wrap(owned, copy=False) if wrap is pd.Series else wrap(owned)
    column = read_table({"x": given_column})["x"]
    assert np.shares_memory(column, owned) and owned.flags.writeable and not column.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        column[0] = 7


def test_a_packed_field_is_copied_into_place() -> None:
    packed = np.zeros(3, dtype=np.dtype([("flag", "i1"), ("x", "f8")]))
    assert read_table(packed)["x"].flags.aligned


def test_a_column_found_by_name_only_need_not_be_pandas() -> None:
    class Frame:
        columns = ("x", "y")

        def __getitem__(self, name: str) -> list[float]:
            return XY[name]

    assert read_table(Frame()).select("yx").names == ("y", "x")


def test_a_column_that_cannot_become_an_array_is_refused() -> None:
    class Column:
        def __array__(self, dtype=None, copy=None):
            raise RuntimeError("not now")

    assert "the data, column x is Column; give a flat list" in sentence({"x": Column()})


# Tables

def test_a_table_is_returned_as_it_is() -> None:
    table = read_table(XY)
    assert read_table(table) is table


def test_a_table_cannot_be_changed() -> None:
    table = read_table(XY)
    with pytest.raises(TypeError):
        table.columns["z"] = table["x"]
    with pytest.raises(AttributeError):
        table.source = "elsewhere"
    with pytest.raises(TypeError):
        Table({}, "positional")


def test_a_table_survives_pickling() -> None:
    for table in (read_table(XY), read_table(XY).select(())):
        again = pickle.loads(pickle.dumps(table))
        assert (again.names, again.rows, again.source) == (table.names, table.rows, table.source)
        assert not any(column.flags.writeable for column in again.columns.values())


def test_select_orders_and_shares() -> None:
    table = read_table(XY)
    chosen = table.select(["y", "x", "y"])
    assert chosen.names == ("y", "x") and chosen["x"] is table["x"] and chosen.rows == 2
    assert table.select("xy") is table


@pytest.mark.parametrize(("header", "wanted", "said"), [
    ("a,b", ["x", "y"], "the formula uses x, y; film.csv has a, b"),
    ("X,Y", ["x", "y"], "film.csv has no column x; did you mean X?"),
    ("x,Y", ["x", "y"], "film.csv has no column y; did you mean Y?"),
    ("budget,revenue", ["buget"], "film.csv has no column buget; did you mean budget?"),
    ("Budget,budgets", ["budget"], "film.csv has no column budget; did you mean Budget?"),
    ("x1,y", ["x1", "x2", "y"], "the formula uses x1, x2, y; film.csv has x1, y"),
    ("budget1,y", ["budget1", "budget2"], "the formula uses budget1, budget2; film.csv has budget1, y"),
    ("a,b", ["\x1b"], "the formula uses <U+001B>; film.csv has a, b"),
])
def test_select_names_what_is_missing(film, header: str, wanted: list[str], said: str) -> None:
    table = read_table(film(f"{header}\n1,2\n".encode()))
    with pytest.raises(DataError, match=f"^{re.escape(said)}$"):
        table.select(wanted)


def test_a_long_list_of_names_is_cut() -> None:
    with pytest.raises(DataError, match=r"the data has c0, c1, .*c9, \.\.\.$"):
        read_table({f"c{k}": [1] for k in range(50)})["wanted"]


def test_repr_is_one_short_line() -> None:
    assert repr(read_table({"x": [1]})) == "<Table: x; 1 row of the data>"


# Columns that the formula does not use

TITLES = b'title,x,note,y\n"Good, Bad",1,NA,2\n"The ""Thing""",3,,4\n'


@pytest.mark.parametrize("names", [("x", "y"), ("y", "x"), ("y",), ("x", "x"), ()])
@pytest.mark.parametrize("batch", [1, 2**18])
def test_only_the_columns_wanted_are_read(film, monkeypatch, names: tuple[str, ...], batch: int) -> None:
    monkeypatch.setattr(room, "BATCH", batch)
    table = read_table(film(TITLES), iter(names))
    assert {name: table[name].tolist() for name in table.names} == {name: XY[name] for name in names}
    assert table.names == tuple(dict.fromkeys(names)) and table.rows == 2 and table.source == "film.csv"
    assert not any(column.flags.writeable for column in table.columns.values())


@pytest.mark.parametrize(("names", "content", "part"), [
    (["title"], TITLES, "film.csv, line 2, column title: 'Good, Bad' is not a number; write one such as"),
    (["x", "note"], TITLES, "film.csv, line 2, column note: 'NA' is not a number"),
    ("x", b"title,x\nAlien,1\nHeat,nan\n", "film.csv, line 3, column x: 'nan' is not finite"),
    ("x", b'title,x\n"Alien,1\n', "film.csv, line 2: the quotes do not fit"),
    ("x", b'title,x\n"Alien\n3",1\n', "film.csv, line 2: the quotes do not fit"),
    ("x", b'title,x\n"Alien" 3,1\n', "film.csv, line 2: the quotes do not fit"),
    ("x", b"title,x\nGood, Bad,1\n", "film.csv, line 2 has 3 values, 2 expected"),
    ("x", b"title,x\n1\n", "film.csv, line 2 has 1 value, 2 expected"),
    ("x", b"title,x\nAlien,1\n\nHeat,2\n", "film.csv, line 3: the line is blank"),
    ("x", b"title,x\n" + b"a" * 140_000 + b",1\n", "film.csv, line 2 is longer than"),
    ("x", b"title,x\nAm\xe9lie,1\n", "film.csv is not UTF-8 at byte 11"),
    ("x", b"title,title,x\na,b,1\n", "film.csv, line 1: column title appears twice"),
    ("x", b"Film title,x\na,1\n", "rename it to Film_title"),
    ("x", b"title,x\n", "film.csv has no data rows"),
    ((), b"title,x\n", "film.csv has no data rows"),
    ((), b"title,x\nAlien,1\nHeat\n", "film.csv, line 3 has 1 value, 2 expected"),
    (["x", "z"], TITLES, "the formula uses x, z; film.csv has title, x, note, y"),
    (["Note"], b"title,note\n1\n", "film.csv has no column Note; did you mean note?"),
], ids=itertools.count())
def test_the_form_of_an_unused_column_stays_strict(film, names: Iterable[str], content: bytes, part: str) -> None:
    assert part in sentence(film(content), names)


RICH = [
    ("mapping", {"title": ["a", "b"], "x": [1, 3], "y": (2, 4)}),
    ("objects", {"title": np.array(["a", None], dtype=object), "x": [1, 3], "y": [2, 4]}),
    ("masked", {"title": np.ma.array([1, 2], mask=[True, False]), "x": [1, 3], "y": [2, 4]}),
    ("frame", pd.DataFrame({"title": ["a", None], "x": [1, 3], "y": [2, 4]})),
    ("categories", pd.DataFrame({"title": pd.Categorical(["a", "b"]), "x": [1, 3], "y": [2, 4]})),
    ("dates", pd.DataFrame({"title": pd.to_datetime(["2024-01-01", None], utc=True), "x": [1, 3], "y": [2, 4]})),
    ("structured", np.array([("a", 1, 2), ("b", 3, 4)], dtype=[("title", "U9"), ("x", "i4"), ("y", "f8")])),
]


@pytest.mark.parametrize("data", [case[1] for case in RICH], ids=[case[0] for case in RICH])
def test_memory_gives_only_the_columns_wanted(data: object) -> None:
    assert column_names(data) == ("title", "x", "y")
    table = read_table(data, ["y", "x"])
    assert table.names == ("y", "x") and {name: table[name].tolist() for name in table.names} == XY
    empty = read_table(data, ())
    assert (empty.names, empty.rows, repr(empty)) == ((), 2, "<Table: no columns; 2 rows of the data>")
    assert "column title" in sentence(data)
    assert "column title" in sentence(data, ["title"])
    assert sentence(data, ["x", "z"]) == "the formula uses x, z; the data has title, x, y"
    assert sentence(data, ["Title"]) == "the data has no column Title; did you mean title?"


def test_an_unused_column_is_not_looked_at() -> None:
    assert read_table({"x": [1, 2], "title": 5, "more": [1]}, "x")["x"].tolist() == [1, 2]


@pytest.mark.parametrize(("data", "part"), [
    ({"x": [1, 2], "y": [1]}, "column x has 2 values and column y has 1"),
    ({"title": [], "x": []}, "the data has no data rows"),
    ({"title": "Alien", "x": [1]}, "column title is str; give a flat list"),
    ({"x": np.zeros((2, 2))}, "shape (2, 2)"),
])
def test_rows_are_counted_in_every_column_where_none_is_wanted(data: object, part: str) -> None:
    assert part in sentence(data, ())


def test_a_table_gives_its_columns_again() -> None:
    table = read_table(XY)
    assert column_names(table) == ("x", "y") and read_table(table, ["x", "y"]) is table
    assert read_table(table, ["y"]).names == ("y",) and read_table(table, ()).rows == 2


def test_a_table_without_columns_says_so() -> None:
    assert sentence(read_table(XY, ()), "x") == "the formula uses x; the data has no columns"


@pytest.mark.parametrize(("content", "expected"), [case[1:] for case in ACCEPTED], ids=[case[0] for case in ACCEPTED])
def test_the_header_gives_the_names(film, content: bytes, expected: dict) -> None:
    assert column_names(film(content)) == column_names(str(film(content))) == tuple(expected)


@pytest.mark.parametrize("data", [case[1] for case in IN_MEMORY], ids=[case[0] for case in IN_MEMORY])
def test_memory_gives_the_names(data: object) -> None:
    assert column_names(data) == ("x", "y")


@pytest.mark.parametrize("content", [case[1] for case in REFUSED if "line 1" in case[2]],
                         ids=[case[0] for case in REFUSED if "line 1" in case[2]])
def test_a_bad_header_gives_no_names(film, content: bytes) -> None:
    path = film(content)
    assert sentence(path, read=column_names) == sentence(path) == sentence(path, ["x"])


@pytest.mark.parametrize("data", [None, [[1, 2]], {}, {"x y": [1]}, "nowhere/film.csv", "/dev/zero", "/"])
def test_data_that_are_no_table_give_no_names(data: object) -> None:
    assert sentence(data, read=column_names) == sentence(data)


def test_for_the_names_only_the_header_is_read(film, monkeypatch) -> None:
    path = film(b"title,x\n" + b"Alien,NA,3\n" * 10_000 + b"\xff")
    monkeypatch.setattr(room, "_columns", None)                              # calling it would fail
    assert column_names(path) == ("title", "x")


def test_of_a_huge_file_the_names_come_at_once(film) -> None:
    path = film(b"title,x\n")
    os.truncate(path, 3 * 2**30)                                             # a hole: no room on the disk
    tracemalloc.start()
    try:
        assert column_names(path) == ("title", "x")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2**20


def test_a_loss_reads_its_columns_only_and_the_rows_without_any(film) -> None:
    path = film(TITLES)
    table = Loss("mean((y - m*x)^2)", columns="x y").table(path)
    assert (sorted(table.names), table.rows) == (["x", "y"], 2)
    assert Loss("sum((w - 3)^2)", parameters="w").descend(path, start=[0], steps=1).costs[0] == 18
    assert "note is both a parameter" in sentence(path, read=Loss("mean((y - note*x)^2)", columns="x y").table)
    assert "column note: 'NA'" in sentence(path, read=Loss("mean((y - m*note)^2)", columns="note y").table)


@pytest.mark.parametrize("start", [[], ["--start", "m=0"]])
def test_the_command_line_reads_the_file_once_in_full(film, monkeypatch, start: list[str]) -> None:
    read: list[object] = []
    monkeypatch.setattr(room, "_columns", lambda *asked, whole=room._columns: read.append(asked) or whole(*asked))
    asked = ["descend", "mean((y-m*x)^2)", "--data", str(film(TITLES)), "--steps", "1", *start]
    assert CliRunner().invoke(main, asked).exit_code == 0 and len(read) == 1


def test_a_large_table_with_titles_is_read_exactly(film) -> None:
    lines = b"".join(b'"Film, the %dth",%d,%d.5\n' % (k, k, k) for k in range(200_000))
    path = film(b"title,x,y\n" + lines)
    table = read_table(path, ["y", "x"])
    assert np.array_equal(table["x"], np.arange(200_000)) and np.array_equal(table["y"], np.arange(200_000) + 0.5)
