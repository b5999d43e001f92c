"""Generated source and compiled loops under hostile names, constants and data: the numbers of plain NumPy, or a sentence."""

from __future__ import annotations

import math
import re
from functools import cache

import numpy as np
import pytest
import sympy

import symcalc as sc
from symcalc.compute.fused import loops as fused
from symcalc.errors import SymcalcError

ROWS = {"x": np.array([0.3, -1.2, 2.0, 0.7]), "y": np.array([1.0, 0.5, -0.25, 3.0])}


def code_of(compiled):
    """The source without its comments, which tell what the letters stand for."""
    return "\n".join(line.split("#")[0] for line in compiled.source.splitlines())


def compilers(loss, data):
    """The loss as it is chosen, and by LLVM where that can be."""
    plain = loss.compile(data)
    made = fused.gradient(plain) if data is not None else None
    return [plain] if made is None else [plain, made]


@cache
def loss_of(formula, parameters="w", columns="x y"):
    """The loss, whose gradient is derived once for all its cases."""
    return sc.Loss(formula, parameters=parameters, columns=columns)


def named(name, kind):
    """A loss with such a name in the place of a parameter, a function or a column."""
    x = sympy.IndexedBase(sympy.Symbol(name if kind == "column" else "x", real=True), real=True)
    i, n = sympy.Symbol("i", integer=True), sympy.Symbol("n", integer=True, positive=True)
    w = sympy.Symbol(name if kind == "letter" else "w", real=True)
    whole = sympy.Sum((w*x[i] - 1)**2, (i, 1, n))
    return sc.Loss(sympy.Function(name)(w) + whole if kind == "function" else whole)


HOSTILE = ["__import__('os').system('x')", "a\nb", "a;b", 'a"b', "ret void", "%0", "@f", "a b", "{0}", "\\n", "lambda:0", "",
           " ", "a0]", "м", "a" * 200, "__class__", "\u202ea", "a\nb\x1b[31m"]


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
@pytest.mark.parametrize("kind", ["letter", "function", "column"])
def test_no_hostile_name_comes_in(name, kind):
    with pytest.raises(SymcalcError, match="is unknown; only functions" if kind == "function" else
                       "is no name, because|is longer than 32") as refused:
        named(name, kind)
    said = str(refused.value)
    assert len(said) < 500 and all(line.isprintable() for line in said.split("\n"))


WORDS = ["exp", "double", "ret", "define", "i64", "sums", "finish", "point", "rows", "np", "out", "a0", "br", "phi", "call",
         "entry", "nan", "inf", "true"]


@pytest.mark.parametrize("name", WORDS)
def test_a_name_that_is_a_word_of_the_generated_code(name):
    """The code is that of plain names, so the numbers are, too; no word of either language can get into it."""
    known = compilers(loss_of("mean(ln(1 + exp(-y*(m*x + b))))", "m b"), ROWS)
    for parameter, column in ((name, "x"), ("m", name)):
        formula = f"mean(ln(1 + exp(-y*({parameter}*{column} + b))))"
        loss = sc.Loss(formula, parameters=[parameter, "b"], columns=[column, "y"])
        found = compilers(loss, {column: ROWS["x"], "y": ROWS["y"]})
        assert len(found) == len(known)
        for made, plain in zip(found, known):
            value, slopes = made([0.3, -0.2])
            assert code_of(made) == code_of(plain) and value == plain([0.3, -0.2])[0], parameter
            assert slopes.tolist() == plain([0.3, -0.2])[1].tolist()


CONSTANTS = ["1e308", "1e-308", "5e-324", "1e-320", "1.7976931348623157e308", "123456789012345678901234567890", "0.1", "1/3",
             "-0.0"]


@pytest.mark.parametrize("constant", CONSTANTS)
def test_constants_at_the_ends_of_the_floats(constant):
    try:
        loss = sc.Loss(f"sum(x*({constant})*w) + w", columns="x")
    except SymcalcError as refused:
        assert "to compute with" in str(refused) and ("e308" in constant or "e-3" in constant)
        return
    given = 1/3 if constant == "1/3" else float(constant)
    data = {"x": np.array([0.5, 0.25, -0.125])}
    with np.errstate(all="ignore"):
        slope = float(np.sum(data["x"] * given)) + 1
    for f in compilers(loss, data):
        value, (found,) = f([1.0])
        assert found == pytest.approx(slope, rel=1e-13), f.strategy
        assert value == pytest.approx(slope, rel=1e-13)


NUMBERLESS = [sympy.nan, sympy.oo, -sympy.oo, sympy.zoo, sympy.I, sympy.Float("1e400"), sympy.Integer(10)**400, float("nan"),
              float("inf"), 10**400, sympy.Float("nan")]


@pytest.mark.parametrize("constant", NUMBERLESS, ids=str)
def test_a_constant_that_is_no_number_is_refused(constant):
    w, x = sc.parameters("w"), sc.columns("x")
    with pytest.raises(SymcalcError) as refused:
        sc.Loss(sc.mean((w*x)**2) + sympy.Mul(constant, w, evaluate=False)).compile(ROWS)([1.0])
    assert len(str(refused.value)) < 300


FORMULAS = {
    "mean((y - w*x)^2)": lambda w, x, y: np.mean((y - w*x)**2), "sum(exp(w*x)*y)": lambda w, x, y: np.sum(np.exp(w*x)*y),
    "mean(ln(1 + exp(-y*w*x)))": lambda w, x, y: np.mean(np.logaddexp(0, -y*w*x)), "mean(abs(y - w*x))":
        lambda w, x, y: np.mean(np.abs(y - w*x)), "mean(tanh(w*x)*y)": lambda w, x, y: np.mean(np.tanh(w*x)*y),
}
DATA = {
    "one row": ([0.5], [2.0]), "subnormal": ([5e-324, 1e-310, -3e-320], [1e-308, 5e-324, 0.0]),
    "zeros": ([0.0, -0.0], [0.0, 0.0]), "huge": ([1e300, -1e300], [1.0, 2.0]),
    "tiny and huge": ([1e-300, 1e150], [1e150, 1e-300]), "equal": ([2.0] * 5, [4.0] * 5), "seventeen": (np.arange(17.0) / 9, np.cos(np.arange(17.0))),
}


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("kind", DATA)
@pytest.mark.parametrize("w", [0.5, -1e-300, 1e5, 0.0])
def test_data_at_the_ends_of_the_floats(kind, formula, w):
    x, y = (np.array(values, dtype=float) for values in DATA[kind])
    loss = loss_of(formula)
    with np.errstate(all="ignore"):
        known = FORMULAS[formula](w, x, y)
    for f in compilers(loss, {"x": x, "y": y}):
        value, slopes = f([w])
        assert slopes.dtype == np.float64 and isinstance(value, float)
        if math.isfinite(known):
            assert value == pytest.approx(known, rel=1e-12, abs=1e-300), f.strategy
        else:
            assert not math.isfinite(value), f.strategy


@pytest.mark.parametrize("data", [{"x": [], "y": []}, {"x": np.empty(0), "y": np.empty(0)}, {"x": [1.0], "y": [1.0, 2.0]}])
def test_no_rows_or_unequal_ones_are_refused(data):
    with pytest.raises(SymcalcError, match=r"no data rows|column y has 2 values and column x has 1"):
        sc.Loss("mean((y - w*x)^2)", columns="x y").compile(data)


def test_a_column_that_changes_after_compiling_changes_no_size():
    """Arrays cannot grow in place while a table views them; another length is another table."""
    loss = sc.Loss("mean(ln(1 + exp(-y*w*x)))", parameters="w", columns="x y")
    lists = {"x": [1.0, 2.0], "y": [1.0, -1.0]}
    made = compilers(loss, lists)
    before = [f([0.3])[0] for f in made]
    lists["x"].append(9.0)
    lists["y"].extend([1.0] * 5)
    assert [f([0.3])[0] for f in made] == before
    arrays = {name: np.array(values[:2]) for name, values in lists.items()}
    made = compilers(loss, arrays)
    for f in made:
        f([0.3])
        with pytest.raises(ValueError, match=r"resize|referenc"):
            arrays["x"].resize(100_000)
        assert f.on({"x": [1.0], "y": [1.0]})([0.3])[0] == pytest.approx(math.log1p(math.exp(-0.3)), rel=1e-14)
        assert f([0.3])[0] == pytest.approx(before[0], rel=1e-14)


def test_the_source_has_only_names_that_the_generator_made():
    loss = sc.Loss("mean(ln(1 + exp(-secret*(hidden*covert + bias))))", parameters="hidden bias", columns="secret covert")
    f = loss.compile({"secret": ROWS["x"], "covert": ROWS["y"]})
    assert not re.search(r"secret|hidden|covert|bias", code_of(f)) and np.isfinite(f([0.1, 0.2])[0])
