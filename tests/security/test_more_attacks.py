"""Further attacks, each by the way it comes in: look-alike letters, huge numbers in SymPy objects, files that are no files of ours.

Each is taken for what it is or refused in one sentence that can be printed, in no time, and leaves nothing behind.
"""

from __future__ import annotations

import gzip
import json
import os
import pickle
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sympy
from click.testing import CliRunner
from sympy import Float, Function, Integer, Pow, Rational, Symbol

import symcalc as sc
from symcalc.cli import main
from symcalc.errors import SymcalcError

SOON = 5.0  # seconds of the processor's time, many times what each takes
x = Symbol("x", real=True)


def refused(call: Callable[[], object]) -> str:
    """The sentence of the refusal."""
    begun = time.process_time()
    with pytest.raises(SymcalcError) as caught:
        call()
    assert time.process_time() - begun < SOON
    said = str(caught.value)
    assert all(line.isprintable() for line in said.split("\n")) and len(said.split("\n")[0]) < 400, said[:500]
    return said


def written(path: Path, content: str | bytes) -> Path:
    """The file, with that in it."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


# Letters

LOOKING_ALIKE = {
    "fullwidth name": "ｅxp(x)",
    "fullwidth bracket": "sin（x）",
    "fullwidth digits": "x + １２",
    "Arabic digits": "x + ١٢",
    "Devanagari digits": "x*१",
    "mathematical italic": "𝑥^2",
    "bold digit": "x + 𝟏",
    "double-struck": "ℯ^x",
    "Roman numeral": "ⅹ^2",
    "joiner in a name": "x\u200dy",
    "no space": "x\u200b + 1",
    "word joiner": "x\u2060 + 1",
    "soft hyphen": "si\u00adn(x)",
    "right to left": "x \u202e+ 1",
    "isolate": "x \u2067+ 1\u2069",
    "combining acute": "x\u0301 + 1",
    "enclosing": "x\u20dd",
    "variation selector": "x\ufe0f + 1",
    "tag letter": "x\U000e0061 + 1",
    "mark in the middle": "x + \ufeff1",
    "surrogate": "x + \ud800",
    "private use": "x + \ue000",
    "next line": "x\x85+ 1",
    "line separator": "x\u2028+ 1",
    "backspace": "x\b + 1",
    "bell": "x\a",
    "escape": "x\x1b]0;owned\x07",
    "C1 escape": "x\x9b31m",
    "null": "x\0y",
    "ideographic space": "x\u3000+ 1",
    "Hangul filler": "x\u3164",
    "fraction slash": "1\u2044x",
    "division slash": "1\u2215x",
    "modifier prime": "xʹ",
    "small capital": "ʟɴ(x)",
    "dotless i": "sın(x)",
    "Kelvin sign": "\u212a + 1",
    "Angstrom sign": "\u212b + 1",
    "micro and mu": "µ + μ",
    "ligature": "ﬁ + 1",
    "not a letter": "x\uffff",
}


@pytest.mark.parametrize("typed", LOOKING_ALIKE.values(), ids=LOOKING_ALIKE)
def test_a_sign_that_is_none_of_ours(typed: str, tmp_path: Path) -> None:
    if typed == "µ + μ":  # the micro sign is the letter, as keyboards have it
        assert sc.Loss(typed).names == ("mu",)
    else:
        refused(lambda: sc.read(typed))
        refused(lambda: sc.derive("x^2", "x").check(typed))
    refused(lambda: sc.Loss("x^2", parameters=[typed]))
    refused(lambda: sc.read_table({typed: [1.0]}))
    refused(lambda: sc.Loss(Symbol(typed) ** 2))
    if "\0" not in typed and "\ud800" not in typed:
        path = tmp_path / "t.csv"
        path.write_bytes(f'"{typed}",y\n1,2\n'.encode())
        refused(lambda: sc.read_table(path))


@pytest.mark.parametrize(
    "pair", ["\u03bf o", "\u0391 A", "\u0392 B", "\u03a1 P", "\u03bd v", "\u039a K", "\u0397 H", "\u03a7 X"]
)
def test_greek_letters_that_look_like_others(pair: str) -> None:
    """One of them alone is a letter, or none; both in one formula cannot be told apart on a page."""
    one, other = pair.split()
    try:
        names = sc.Loss(f"{one}*{other}").names
    except SymcalcError as said:
        assert str(said).split("\n")[0].isprintable()
    else:
        assert len({sc.text(Symbol(name)) for name in names}) == 2


# Arrays and others where a text, a number or a file is wanted

ODD = {
    "array of no dimension": np.array(1.0),
    "text in an array": np.array("x"),
    "nothing in an array": np.array([None]),
    "cube": np.zeros((2, 2, 2)),
    "masked": np.ma.masked,
    "frame": pd.DataFrame([[1.0, None]]),
    "missing": pd.NA,
    "equation": sympy.Eq(x, 1),
    "bytes": b"x",
    "not implemented": NotImplemented,
}
LOSS = sc.Loss("(w - 3)^2")
DOORS = {
    "parameters": lambda odd: sc.Loss("w^2", parameters=[odd]),
    "columns": lambda odd: sc.Loss("w*x", columns=odd),
    "functions": lambda odd: sc.derive("g(x)", "x", functions=odd),
    "wrt": lambda odd: sc.derive("x^2", odd),
    "detail": lambda odd: sc.derive("x^2", "x", detail=odd),
    "names of a table": lambda odd: sc.read_table({"x": [1.0]}, odd),
    "target": lambda odd: sc.mean_squared_error(odd, sc.line("x")),
    "hidden": lambda odd: sc.network("x", odd),
    "starts": lambda odd: LOSS.sweep(starts=odd),
    "number of a run": lambda odd: LOSS.sweep(start=[0], rates=[0.1], steps=1)[odd],
    "version": lambda odd: sc.Worksheet.from_spec(SHEET).version(odd),
    "spec": lambda odd: sc.Worksheet.from_spec(odd),
    "file": lambda odd: sc.derive("x^2", "x").save(odd),
    "file of a run": lambda odd: LOSS.descend(start=[0], steps=1).save(odd),
    "picture": lambda odd: sc.figures.animate(LOSS.descend(start=[0], steps=1), odd),
    "run": lambda odd: sc.figures.history(odd),
}
SHEET = {"title": "Slopes", "sections": [{"items": [{"kind": "differentiate"}]}]}


@pytest.mark.parametrize("door", DOORS)
def test_what_is_of_another_kind_is_refused(door: str) -> None:
    for odd in ODD.values():
        refused(lambda odd=odd: DOORS[door](odd))


# SymPy objects

HUGE = {
    "exponent": lambda: Pow(x, Integer(10**5000), evaluate=False),
    "integer": lambda: Integer(10**100_000) * x,
    "decimal": lambda: _decimal(10**9),
    "tiny decimal": lambda: _decimal(-(10**9)),
    "fraction": lambda: Rational(1, 10**5000 + 1) * x,
    "log": lambda: sympy.log(Integer(10**100_000), evaluate=False) * x,
    "tower": lambda: x * Pow(9, Pow(9, 9, evaluate=False), evaluate=False),
    "exponentials": lambda: x * sympy.exp(sympy.exp(sympy.exp(9, evaluate=False), evaluate=False), evaluate=False),
    "factorial": lambda: sympy.factorial(10**9, evaluate=False) * x,
    "binomial": lambda: sympy.binomial(10**9, 10**8, evaluate=False) + x,
    "gamma": lambda: sympy.gamma(Integer(10**9), evaluate=False) * x,
    "zeta": lambda: sympy.zeta(x),
    "sum to a number": lambda: sympy.Sum(x, (Symbol("i", integer=True), 1, 10**12)),
    "product": lambda: sympy.Product(x, (Symbol("i", integer=True), 1, 10**12)),
    "integral": lambda: sympy.Integral(sympy.exp(x**x), x),
    "limit": lambda: sympy.Limit(sympy.sin(x) / x, x, 0),
    "root": lambda: sympy.CRootOf(x**5 - x - 1, 0) * x,
    "long name": lambda: Symbol("x" * 10**6) ** 2,
    "code in a name": lambda: Symbol('"""\nimport os\n"""') + x,
    "function of a builtin": lambda: Function("__import__")(x),
    "many terms": lambda: sympy.Add(*(x**k for k in range(20_000)), evaluate=False),
    "wide power": lambda: Pow(sympy.Add(*map(Symbol, (f"x{k}" for k in range(50)))), 10**6, evaluate=False),
    "deep": lambda: _deep(10_000),
    "infinite decimal": lambda: Float("inf") * x,
    "not a number": lambda: Float("nan") + x,
    "order": lambda: x + sympy.Order(x**2),
    "set": lambda: sympy.Interval(0, 1),
    "bessel": lambda: sympy.besselj(x, 10**6),
    "polygamma": lambda: sympy.polygamma(10**8, x),
    "random": lambda: sympy.Symbol("x", positive=False, real=False),
}


def _decimal(power: int) -> sympy.Basic:
    """Two to this power, past what SymPy works out when it is asked for it."""
    return sympy.Mul(Float._new((0, 1, power, 1), 53), x, evaluate=False)


def _deep(levels: int) -> sympy.Basic:
    found: sympy.Basic = x
    for _ in range(levels):
        found = sympy.Basic.__new__(sympy.sin, found)
    return found


@pytest.mark.parametrize("key", HUGE)
def test_a_sympy_object_of_no_measure(key: str) -> None:
    made = HUGE[key]()
    refused(lambda: sc.Loss(made))
    refused(lambda: sc.derive(made, "x"))
    refused(lambda: sc.derive("x^2", "x").check(made))


# Files


def saved(tmp_path: Path) -> tuple[Path, dict]:
    path = sc.Loss("(w - 3)^2").descend(start=[0], rate=0.25, steps=2).save(tmp_path / "run.json")
    return path, json.loads(path.read_text(encoding="utf-8"))


WHOLE = {
    "NaN": '{"replay": {"format": NaN}}',
    "Infinity": '{"replay": Infinity}',
    "depth": "[" * 200_000,
    "objects": '{"a":' * 100_000,
    "pickle": pickle.dumps({"replay": 1}),
    "gzip": gzip.compress(b'{"replay": {}}'),
    "UTF-16": '{"replay": {}}'.encode("utf-16"),
    "NUL": b'{"replay": \0}',
    "long number": '{"replay": {"format": ' + "9" * 100_000 + "}}",
    "nothing": "",
    "a text": '"replay"',
    "surrogate": r'{"replay": {"format": 1, "loss": "\ud800"}}',
    "no end": '{"replay": {',
    "two": '{"replay": {}}{"replay": {}}',
    "comment": '{"replay": {} /* */}',
    "script": "<script>alert(1)</script>",
    "1e999": '{"replay": {"format": 1e999}}',
}


@pytest.mark.parametrize("key", WHOLE)
def test_a_file_that_is_no_saved_run(key: str, tmp_path: Path) -> None:
    path = written(tmp_path / "run.json", WHOLE[key])
    assert "run.json" in refused(lambda: sc.load_run(path))


HISTORY = {
    "nan point": ("points", [[0.0], ["nan"], [2.25]]),
    "nan cost": ("costs", [9.0, "nan", 0.5625]),
    "text": ("costs", [9.0, "9", 0.5625]),
    "true": ("costs", [9.0, True, 0.5625]),
    "1e999": ("costs", [9.0, 10**400, 0.5625]),
    "null": ("rates", [None, 0.25]),
    "short": ("points", [[0.0], [1.5]]),
    "deep": ("points", [[[0.0]], [[1.5]], [[2.25]]]),
    "long": ("rates", [0.25] * 10**5),
    "inf slope": ("gradients", [[-6.0], ["inf"], [-1.5]]),
    "object": ("points", {"0": 1}),
    "states": ("states", [[[1.0]]] * 3),
}


@pytest.mark.parametrize("key", HISTORY)
def test_a_history_that_is_none(key: str, tmp_path: Path) -> None:
    path, data = saved(tmp_path)
    name, value = HISTORY[key]
    data["replay"]["history"][name] = value
    path.write_text(json.dumps(data), encoding="utf-8")
    assert "run.json is no saved run: replay.history" in refused(lambda: sc.load_run(path))


PLACES = [
    (("loss", "formula"), "(f w)"),
    (("loss", "formula"), "(^ w (^ 9 (^ 9 9)))"),
    (("loss", "formula"), "(" * 5000),
    (("loss", "parameters"), ["w", "w"]),
    (("loss", "parameters"), ["__import__('os')"]),
    (("method", "equations"), [["theta", "(exp (exp (exp 9)))"]]),
    (("method", "equations"), [["theta\x1b[31m", "theta"]]),
    (("rate",), "(/ 1 0)"),
    (("rate",), -1),
    (("steps",), 10**30),
    (("seed",), -1),
    (("hold",), ["q"]),
    (("stop",), "PROVED"),
    (("partials",), ["(^ 9 (^ 9 9))"]),
    (("partials",), ["\x1b"]),
    (("data",), {"rows": 5, "columns": {}}),
    (("batch",), 3),
    (("format",), 2),
    (("tolerance",), "nan"),
    (("detail",), 5),
    (("source",), None),
    (("rounding",), "x"),
]


@pytest.mark.parametrize(("place", "value"), PLACES, ids=[f"{case[0][-1]} {n}" for n, case in enumerate(PLACES)])
def test_a_record_that_was_tampered_with(place: tuple[str, ...], value: object, tmp_path: Path) -> None:
    path, data = saved(tmp_path)
    inner = data["replay"]
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    path.write_text(json.dumps(data), encoding="utf-8")
    try:
        loaded = sc.load_run(path)
    except SymcalcError:
        refused(lambda: sc.load_run(path))
    else:  # it may be another run, which says that it was not made again
        assert "not made again here" in str(loaded)
        if loaded.data is None:
            assert "same" in str(loaded.replay())


SPECS = {
    "deep arrays": "a = " + "[" * 50_000,
    "deep tables": "a" + ".a" * 50_000 + " = 1",
    "inline": "a = " + "{a=" * 20_000,
    "many keys": "\n".join(f"k{k} = 1" for k in range(200_000)),
    "long number": "seed = " + "9" * 100_000,
    "nan": 'title = "T"\nseed = nan',
    "inf": 'title = "T"\nseed = inf',
    "date": 'title = "T"\nseed = 1979-05-27',
    "NUL": 'title = "\0"',
    "escape": r'title = "\u001b[31m"' + "\nq = 1",
    "dotted in a list": "a = [{b" + " . b" * 40_000 + " = 1}]",
    "dotted head": "[[a" + ".a" * 50_000 + "]]",
    "one long word": "a" * 199_000,
    "quoted dots": 'a."b"' + ".'b'" * 30_000 + " = 1",
    "UTF-16": 'title = "T"'.encode("utf-16"),
    "gzip": gzip.compress(b'title = "T"'),
    "pickle": pickle.dumps(1),
    "same key": "a = 1\na = 2",
    "negative count": 'title = "T"\n[[sections]]\n[[sections.items]]\nkind = "differentiate"\ncount = -1',
    "count": 'title = "T"\n[[sections]]\n[[sections.items]]\nkind = "differentiate"\ncount = 1000000000000',
}


@pytest.mark.parametrize("key", SPECS)
def test_a_spec_that_is_none(key: str, tmp_path: Path) -> None:
    path = written(tmp_path / "sheet.toml", SPECS[key])
    refused(lambda: sc.Worksheet.from_spec(path))


TABLES = {
    "NUL": b"x,y\n1,\x002\n",
    "gzip": gzip.compress(b"x,y\n1,2\n"),
    "pickle": pickle.dumps([1]),
    "npy": b"\x93NUMPY\x01\x00x,y\n1,2\n",
    "zip": b"PK\x03\x04x,y\n1,2\n",
    "parquet": b"PAR1x,y\n1,2\n",
    "UTF-16": "x,y\n1,2\n".encode("utf-16"),
    "UTF-32": "x,y\n1,2\n".encode("utf-32"),
    "Latin 1": "x,é\n1,2\n".encode("latin-1"),
    "open quote": b'x,y\n"1,2\n' + b"1,2\n" * 1000,
    "one long line": b"x,y\n" + b"1" * 10**6,
    "escape in the head": b"x,\x1b[2J\n1,2\n",
    "same heads": "x,ｘ\n1,2\n".encode(),
    "spreadsheet formula": b"x,y\n=cmd|' /C calc'!A0,2\n",
    "many columns": ",".join(f"x{k}" for k in range(10**5)).encode() + b"\n1\n",
    "newline in the head": b'x,"y\nz"\n1,2\n',
    "Unicode digits": "x,y\n١,2\n".encode(),
    "underscore": b"x,y\n1_000,2\n",
    "hexadecimal": b"x,y\n0x10,2\n",
    "nan": b"x,y\nnan,2\n",
}


@pytest.mark.parametrize("key", TABLES)
def test_a_table_that_is_none(key: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(TABLES[key])
    refused(lambda: sc.Loss("mean((y - w*x)^2)", columns="x y").descend(path, start=[0], rate=0.1, steps=2))


# Places


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
@pytest.mark.parametrize("read", [sc.load_run, sc.read_table, sc.Worksheet.from_spec], ids=["run", "table", "spec"])
def test_what_is_no_file_is_not_waited_for(read: Callable[[object], object], tmp_path: Path) -> None:
    suffix = {"load_run": "json", "read_table": "csv"}.get(read.__name__, "toml")
    pipe, loop, folder = (tmp_path / f"{name}.{suffix}" for name in ("pipe", "loop", "folder"))
    os.mkfifo(pipe)
    loop.symlink_to(loop)
    folder.mkdir()
    zero = tmp_path / f"zero.{suffix}"
    zero.symlink_to("/dev/zero")
    odd = [
        tmp_path / f"line\nbreak\x1b[31m.{suffix}",
        f"{'n' * 300}.{suffix}",
        f"a\0b.{suffix}",
        f"http://localhost/a.{suffix}",
        f"~/none.{suffix}",
        f"\udcff.{suffix}",
        "",
    ]
    for path in (pipe, loop, folder, zero, *odd):
        refused(lambda path=path: read(path))


class Canary:
    """A pickle of it would leave a file."""

    def __reduce__(self) -> tuple:
        return os.mkdir, ("CANARY",)


def test_a_pickle_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.pkl", "a.json", "a.csv", "a.toml", "a.npy", "a.ipynb"):
        Path(name).write_bytes(pickle.dumps(Canary()))
        for read in (sc.load_run, sc.read_table, sc.Worksheet.from_spec):
            refused(lambda read=read, name=name: read(name))
    np.save("b.npy", np.array([Canary()], dtype=object), allow_pickle=True)
    refused(lambda: sc.read_table("b.npy"))
    assert not Path("CANARY").exists()


@pytest.mark.parametrize(
    "name", ["a.tex\n.html", "a.html\x1b[31m", "..", "a/../../b.exe", "a.html/", "con\0.html", "", ".html", "a." + "h" * 300]
)
def test_a_name_to_save_under_is_checked(name: str, tmp_path: Path) -> None:
    shown = sc.derive("w^2", "w")
    try:
        written = shown.save(str(tmp_path / name) if name else "")
    except SymcalcError as said:
        assert all(line.isprintable() for line in str(said).split("\n")) and len(str(said)) < 700
        assert not [found for found in tmp_path.iterdir()]
    else:
        assert written.resolve().is_relative_to(tmp_path) and written.suffix == ".html"


def test_the_terminal_shows_no_escape_of_a_file_or_column(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("\x1b]0;owned\x07.csv", "a\nb.csv", "\u202evsc.csv", "a\x9b31m.csv"):
        Path(name).write_bytes("x,\x1b[2Jy\n1,2\n".encode())
        for data in (name, f"none{name}"):
            ended = CliRunner().invoke(main, ["descend", "mean(x*w)", "--data", data, "--start", "w=1"], prog_name="symcalc")
            assert ended.exit_code == 2 and all(c.isprintable() or c == "\n" for c in ended.output), ended.output
