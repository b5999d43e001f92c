"""Generated source and compiled loops under hostile names, constants and data: the numbers of plain NumPy, or a sentence."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
import sympy

import symcalc as sc
from symcalc.compute.fused import loops as fused
from symcalc.errors import SymcalcError

ROWS = {"x": np.array([0.3, -1.2, 2.0, 0.7]), "y": np.array([1.0, 0.5, -0.25, 3.0])}
HOSTILE = ["__import__('os').system('x')", "a\nb", "a;b", 'a"b', "ret void", "%0", "@f", "a b", "{0}", "\\n", "lambda:0", "", " ",
           "a0]", "define", "м", "a" * 200, "__class__", "\u202ea"]


def code_of(compiled):
    """The source without its comments, which tell what the letters stand for."""
    return "\n".join(line.split("#")[0] for line in compiled.source.splitlines())


def compilers(loss, data):
    """The loss as it is chosen, and by LLVM where that can be."""
    plain = loss.compile(data)
    made = fused.gradient(plain) if data is not None else None
    return [plain] if made is None else [plain, made]


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
@pytest.mark.parametrize("kind", ["letter", "function", "column"])
def test_no_name_reaches_the_source(name, kind):
    x = sympy.IndexedBase(sympy.Symbol(name if kind == "column" else "x", real=True), real=True)
    i = sympy.Symbol("i", integer=True)
    w = sympy.Symbol(name if kind == "letter" else "w", real=True)
    try:
        whole = sympy.Sum((w*x[i] - 1)**2, (i, 1, sympy.Symbol("n", integer=True, positive=True)))
        loss = sc.Loss(sympy.Function(name)(w) + whole if kind == "function" else whole)
        for f in compilers(loss, {str(x.base.label if hasattr(x, "base") else x): ROWS["x"]}):
            assert len(name) < 4 or name not in code_of(f)
    except SymcalcError as refused:
        assert str(refused).isprintable() or "\n" in str(refused)
        assert "\x1b" not in str(refused) and "\u202e" not in str(refused) and len(str(refused)) < 500


@pytest.mark.parametrize("name", ["exp", "double", "ret", "define", "i64", "sums", "finish", "point", "rows", "np", "out", "a0", "br",
                                  "phi", "call", "entry", "nan", "inf", "true"])
def test_a_name_that_is_a_word_of_the_generated_code(name):
    try:
        loss = sc.Loss(f"mean(ln(1 + exp(-y*({name}*x + b))))", parameters=[name, "b"], columns="x y")
    except SymcalcError as refused:
        assert str(refused).isprintable() or "\n" in str(refused)
        return
    known = sc.Loss("mean(ln(1 + exp(-y*(m*x + b))))", parameters="m b", columns="x y").compile(ROWS)([0.3, -0.2])
    for f in compilers(loss, ROWS):
        value, slopes = f([0.3, -0.2])
        assert value == pytest.approx(known[0], rel=1e-13) and slopes == pytest.approx(known[1], rel=1e-12)


CONSTANTS = ["1e308", "1e-308", "5e-324", "1e-320", "1.7976931348623157e308", "123456789012345678901234567890", "0.1", "1/3", "-0.0"]


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


@pytest.mark.parametrize("constant", [sympy.nan, sympy.oo, -sympy.oo, sympy.zoo, sympy.I, sympy.Float("1e400"), sympy.Integer(10)**400,
                                      float("nan"), float("inf"), 10**400, sympy.Float("nan")], ids=str)
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
    "one row": ([0.5], [2.0]), "subnormal": ([5e-324, 1e-310, -3e-320], [1e-308, 5e-324, 0.0]), "zeros": ([0.0, -0.0], [0.0, 0.0]),
    "huge": ([1e300, -1e300], [1.0, 2.0]), "tiny and huge": ([1e-300, 1e150], [1e150, 1e-300]), "equal": ([2.0] * 5, [4.0] * 5),
    "seventeen": (np.arange(17.0) / 9, np.cos(np.arange(17.0))),
}


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("kind", DATA)
@pytest.mark.parametrize("w", [0.5, -1e-300, 1e5, 0.0])
def test_data_at_the_ends_of_the_floats(kind, formula, w):
    x, y = (np.array(values, dtype=float) for values in DATA[kind])
    loss = sc.Loss(formula, parameters="w", columns="x y")
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
