"""Value and gradient in one call, against formulas written out in NumPy and differentiated by a complex step."""

import ast
import copy
import math
import pickle
import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
import sympy

import symcalc as sc
from symcalc.compute.compiling import compile_loss
from symcalc.compute.points import ordered
from symcalc.errors import DataError, DescentError, LossError

X = np.array([-1.5, -0.2, 0.4, 1.0, 2.5, 3.0])
Y = np.array([1.0, 0.0, 1.0, 0.0, 1.0, 1.0])
DATA = {"x": X, "y": Y}
STEP = 1e-30


def positive(a, b=0.0):
    """max(a, b) that carries a complex step along."""
    return np.where(np.real(a) > np.real(b), a, b)


def size(a):
    return np.where(np.real(a) < 0, -a, a)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# (formula, where, the same in NumPy); columns are x and y where the formula runs over rows
CASES = [
    ("(w - 3)^2", {"w": 1.25}, lambda w: (w - 3) * (w - 3)),
    ("(1 - u)^2 + 100*(v - u^2)^2", {"u": -1.2, "v": 1}, lambda u, v: (1 - u) * (1 - u) + 100 * (v - u * u) * (v - u * u)),
    ("w^3/6 - 2w^2 + w - 7", {"w": -2.5}, lambda w: w * w * w / 6 - 2 * w * w + w - 7),
    ("w^-2 + w^4", {"w": -1.5}, lambda w: 1 / (w * w) + w * w * w * w),
    ("w^2.5 + sqrt(w) + 1/sqrt(w)", {"w": 2.2}, lambda w: w**2.5 + np.sqrt(w) + 1 / np.sqrt(w)),
    ("a^b", {"a": 1.7, "b": -0.8}, lambda a, b: np.exp(b * np.log(a))),
    ("2^w + e^(-w) + pi*w", {"w": 0.3}, lambda w: np.exp(w * np.log(2)) + np.exp(-w) + np.pi * w),
    ("ln(w^2 + 1)*exp(-w/3)", {"w": -1.1}, lambda w: np.log(w * w + 1) * np.exp(-w / 3)),
    ("sin(w)*cos(v) + tan(w*v)", {"w": 0.4, "v": 1.3}, lambda w, v: np.sin(w) * np.cos(v) + np.tan(w * v)),
    ("sinh(w) - cosh(w)*tanh(w) + atan(w)", {"w": 0.6},
     lambda w: np.sinh(w) - np.cosh(w) * np.tanh(w) + np.arctan(w)),
    ("asin(w) + acos(w)/2 + atanh(w) + asinh(w)", {"w": 0.3},
     lambda w: np.arcsin(w) + np.arccos(w) / 2 + np.arctanh(w) + np.arcsinh(w)),
    ("abs(w - 1) + max(0, w, 2v) + min(w, v)", {"w": 0.25, "v": 0.5},
     lambda w, v: size(w - 1) + positive(positive(w, 2 * v)) - positive(-w, -v)),
    ("piecewise((w^2, w < 1), (2w - 1, True))", {"w": 2.0}, lambda w: 2 * w - 1),
    ("piecewise((v^2, 0 < w < 1), (v, w >= 2), (3v, True))", {"w": 0.5, "v": 3.0}, lambda w, v: v * v + 0 * w),
    ("mean((y - (m*x + b))^2)", {"m": 0.7, "b": -0.2}, lambda m, b: np.mean((Y - (m * X + b)) * (Y - (m * X + b)))),
    ("sum((y - (m*x + b))^2)/(2n)", {"m": -1, "b": 2}, lambda m, b: np.sum((Y - (m * X + b)) * (Y - (m * X + b))) / 12),
    ("mean((y - (a*x^2 + b*x + c))^2)", {"a": 0.1, "b": -0.3, "c": 0.2},
     lambda a, b, c: np.mean((Y - (a * X * X + b * X + c)) * (Y - (a * X * X + b * X + c)))),
    ("mean((y - m*x)^2) + lam*m^2", {"m": 0.4, "lam": 0.1}, lambda m, lam: np.mean((Y - m * X) * (Y - m * X)) + lam * m * m),
    ("mean(abs(y - (m*x + b)))", {"m": 0.7, "b": -0.15}, lambda m, b: np.mean(size(Y - (m * X + b)))),
    ("mean(max(0, 1 - (2y - 1)*(w*x + b)))", {"w": 0.8, "b": 0.1},
     lambda w, b: np.mean(positive(1 - (2 * Y - 1) * (w * X + b)))),
    ("mean(-y*ln(sigmoid(w*x + b)) - (1 - y)*ln(1 - sigmoid(w*x + b)))", {"w": 1.4, "b": -0.3},
     lambda w, b: np.mean(-Y * np.log(sigmoid(w * X + b)) - (1 - Y) * np.log(1 - sigmoid(w * X + b)))),
    ("mean(piecewise(((y - w*x)^2/2, abs(y - w*x) < 1), (abs(y - w*x) - 1/2, True)))", {"w": 1.3},
     lambda w: np.mean(np.where(np.abs(np.real(Y - w * X)) < 1, (Y - w * X) * (Y - w * X) / 2, size(Y - w * X) - 0.5))),
    ("mean((y - (sin(a*x) + b))^2)", {"a": 1.7, "b": 0.1},
     lambda a, b: np.mean((Y - (np.sin(a * X) + b)) * (Y - (np.sin(a * X) + b)))),
    ("mean(exp(-a*x^2)*y)", {"a": 0.3}, lambda a: np.mean(np.exp(-a * X * X) * Y)),
    ("mean(abs(x)^p)", {"p": 1.6}, lambda p: np.mean(np.exp(p * np.log(np.abs(X))))),
    ("ln(sum(exp(w*x)))", {"w": 0.9}, lambda w: np.log(np.sum(np.exp(w * X)))),
    ("sqrt(mean((y - w*x)^2))", {"w": 0.9}, lambda w: np.sqrt(np.mean((Y - w * X) * (Y - w * X)))),
    ("w*sum(x*y)/sum(x^2) - w^2/2", {"w": 0.9}, lambda w: w * np.sum(X * Y) / np.sum(X * X) - w * w / 2),
    ("mean(b)", {"b": 2.5}, lambda b: b),                                       # no column anywhere
    ("b + mean(x*y)", {"b": 2.5}, lambda b: b + np.mean(X * Y)),                # constants only in a partial
    ("mean(w*x)", {"w": 2.5}, lambda w: np.mean(w * X)),                        # columns only in the gradient
    ("mean(3 + 0*b)", {"b": 2.5}, lambda b: 3 + 0 * b),
    ("n*b + mean(x)", {"b": 0.5}, lambda b: 6 * b + np.mean(X)),
    ("mean(x^2*w - 1/(x^2 + w^2))", {"w": 1.5}, lambda w: np.mean(X * X * w - 1 / (X * X + w * w))),
    ("mean(x)*w^2 + max(w, mean(y))", {"w": 0.5}, lambda w: np.mean(X) * w * w + np.mean(Y)),
]


def by_complex_step(oracle, values):
    point = [complex(value) for value in values]
    slopes = []
    for k in range(len(point)):
        moved = [value + STEP * 1j * (j == k) for j, value in enumerate(point)]
        slopes.append(complex(oracle(*moved)).imag / STEP)
    return complex(oracle(*point)).real, slopes


def loss_of(formula, values):
    rows = re.search(r"\b(mean|sum)\(", formula) is not None
    return sc.Loss(formula, parameters=tuple(values), columns="x y" if rows else ()), DATA if rows else None


@pytest.mark.parametrize(("formula", "values", "oracle"), CASES, ids=[case[0] for case in CASES])
def test_value_and_gradient_agree_with_numpy_and_a_complex_step(formula, values, oracle):
    loss, data = loss_of(formula, values)
    f = loss.compile(data)
    true_value, true_gradient = by_complex_step(oracle, values.values())
    value, gradient = f(values)
    assert type(value) is float and gradient.dtype == np.float64 and gradient.shape == (len(values),)
    assert value == pytest.approx(true_value, rel=1e-13, abs=1e-15)
    assert gradient == pytest.approx(np.array(true_gradient), rel=1e-12, abs=1e-14)
    assert f.strategy == ("scalar" if data is None else "tape") and f.parameters == tuple(values)


def test_the_oracle_notices_a_planted_fault():
    """A slope that is wrong by a tenth of a per cent does not pass."""
    loss, data = loss_of(*CASES[14][:2])
    gradient = [g * 1.001 for g in loss.gradient().result]
    f = compile_loss(loss.expression, gradient, loss.parameters, loss.columns, loss.table(data))
    _, true_gradient = by_complex_step(CASES[14][2], CASES[14][1].values())
    assert f(CASES[14][1])[1] != pytest.approx(np.array(true_gradient), rel=1e-4)


@pytest.mark.parametrize(("formula", "at", "value", "slope"), [
    ("acot(w)", 0.0, math.pi / 2, -1.0), ("acot(w)", -0.0, math.pi / 2, -1.0), ("sech(w)", 1000.0, 0.0, 0.0),
    ("coth(w)", -1000.0, -1.0, 0.0), ("cbrt(w)", -8.0, -2.0, 1 / 12), ("cbrt(w)", 0.0, 0.0, math.inf),
    ("step(w)", 0.0, 0.5, 0.0), ("step(w)", -1.0, 0.0, 0.0), ("erf(w)", 40.0, 1.0, 0.0), ("logit(w)", 2.0, math.nan, -0.5),
    ("gamma(w)", 1.0, 1.0, -0.5772156649015329), ("log2(w)", 0.0, -math.inf, math.inf),
])
def test_functions_at_the_ends_of_their_domains(formula, at, value, slope):
    found, gradient = sc.Loss(formula).compile()([at])
    assert (found, gradient[0]) == pytest.approx((value, slope), rel=1e-14, nan_ok=True)


# Names

NAMES = ["exp", "log", "select", "nan", "inf", "lambda", "np", "math", "rows", "p0", "c0", "a0", "abs", "max", "bind", "value",
         "sigmoid", "gamma", "None_", "import", "class", "print", "open", "eval", "builtins", "globals", "self", "E", "I", "S",
         "N", "Q", "beta", "zeta", "pi", "True_", "value_and_gradient", "exec", "float64", "dot"]
OURS = re.compile(r"[pcatbm]\d+|rows|bind|value_and_gradient|np|math|sigmoid|softplus(_sum)?|limited_exp|gamma|abs|max|"
                  r"min|sums|total|Total|blocks|split|Buffers|[fF]ixed|product_sum|_|[kyz]\d+|[gkt]z?\d+_\d+")


def identifiers(source):
    """Every name in the code: variables, arguments and functions, but not what stands in comments."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.FunctionDef):
            yield node.name


@pytest.mark.parametrize("name", NAMES)
def test_a_parameter_may_have_any_name(name):
    loss = sc.Loss(f"mean((y - {name}*x)^2) + {name}^3", parameters=name, columns="x y")
    f = loss.compile(DATA)
    value, gradient = f({name: 0.5})
    assert value == pytest.approx(np.mean((Y - 0.5 * X) ** 2) + 0.125)
    assert gradient[0] == pytest.approx(-2 * np.mean(X * (Y - 0.5 * X)) + 0.75)
    assert all(map(OURS.fullmatch, identifiers(f.source)))
    scalar = sc.Loss(f"{name}^3 + exp({name})", parameters=name).compile()
    assert scalar([0.5])[0] == pytest.approx(0.125 + math.exp(0.5))
    assert all(map(OURS.fullmatch, identifiers(scalar.source)))


@pytest.mark.parametrize("name", ["exp", "np", "c0", "rows", "lambda", "nan", "p0"])
def test_a_column_may_have_any_name(name):
    f = sc.Loss(f"mean((y - w*{name})^2)", columns=f"{name} y").compile({name: X, "y": Y})
    assert f([0.5])[0] == pytest.approx(np.mean((Y - 0.5 * X) ** 2))
    assert all(map(OURS.fullmatch, identifiers(f.source)))


def test_a_name_that_is_code_is_refused_before_any_code_is_made():
    evil = sympy.Symbol("__import__('os').getpid()", real=True)
    with pytest.raises(sc.SymcalcError, match="is no name"):
        sc.Loss(evil**2).compile()


# The code

@pytest.mark.parametrize(("formula", "values", "oracle"), CASES, ids=[case[0] for case in CASES])
def test_the_code_has_no_loop_and_calls_nothing_but_mathematics(formula, values, oracle):
    loss, data = loss_of(formula, values)
    tree = ast.parse(loss.compile(data).source)
    loops = (ast.For, ast.While, ast.ListComp, ast.GeneratorExp, ast.DictComp, ast.SetComp, ast.Lambda, ast.Import)
    assert not [node for node in ast.walk(tree) if isinstance(node, loops)]
    called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    ours = r"(np|math)\.[a-z0-9._]+|sigmoid|softplus(_sum)?|limited_exp|gamma|abs|max|min|split|Buffers|[fF]ixed|[tT]otal|product_sum"
    assert all(re.fullmatch(ours, name) for name in called), called


def test_the_code_does_not_grow_with_the_rows():
    loss = sc.Loss("mean(ln(1 + exp(-y*(w*x + b))))", columns="x y")
    rng = np.random.default_rng(3)
    few, many = ({"x": rng.normal(size=n), "y": rng.choice([-1.0, 1.0], n)} for n in (3, 30_000))
    assert loss.compile(few).source == loss.compile(many).source
    x, y, z = many["x"], many["y"], -many["y"] * (0.5 * many["x"] - 0.1)
    value, gradient = loss.compile(many)([0.5, -0.1])
    assert value == pytest.approx(np.mean(np.log1p(np.exp(z))), rel=1e-12)
    assert gradient == pytest.approx([np.mean(-y * x * sigmoid(z)), np.mean(-y * sigmoid(z))], rel=1e-12)


def test_the_source_tells_which_letter_is_which():
    f = sc.Loss("mean((y - (m*x + beta))^2)", columns="x y").compile(DATA)
    assert f.source.splitlines()[0] == "# p0 is m; p1 is β; c0 is the column y; c1 is the column x"
    assert repr(f) == "<compiled loss of m, beta: tape>"


# Numbers in and out

@pytest.mark.parametrize("kind", [np.int8, np.int32, np.int64, np.uint16, bool, np.float16, np.float32, np.float64, ">f8"])
def test_data_of_any_real_kind_are_computed_in_float64(kind):
    x = np.array([0, 1, 1, 0, 1]).astype(kind)
    f = sc.Loss("mean((x - w)^4) + mean(x/3)", columns="x").compile({"x": x})
    value, gradient = f([0.1])
    exact = x.astype(float)
    assert type(value) is float and gradient.dtype == np.float64
    assert value == pytest.approx(np.mean((exact - 0.1) ** 4) + np.mean(exact / 3), rel=1e-15)
    assert gradient[0] == pytest.approx(-4 * np.mean((exact - 0.1) ** 3), rel=1e-14)


@pytest.mark.parametrize("data", [
    pd.DataFrame({"x": X, "y": Y, "unused": ["a"] * 6}), {"x": list(X), "y": tuple(Y)}, np.rec.fromarrays([X, Y], names="x,y"),
], ids=["frame", "mapping", "records"])
def test_every_kind_of_table_gives_the_same_number(data):
    f = sc.Loss("mean((y - w*x)^2)", columns="x y").compile(data)
    assert f([0.5])[0] == pytest.approx(np.mean((Y - 0.5 * X) ** 2), rel=1e-15)


@pytest.mark.parametrize(("formula", "at", "value", "slope"), [
    ("ln(w)", -1.0, math.nan, None), ("ln(w)", 0.0, -math.inf, math.inf), ("1/w", 0.0, math.inf, -math.inf),
    ("sqrt(w)", 0.0, 0.0, math.inf), ("sqrt(w)", -1.0, math.nan, math.nan), ("w^(1/3)", -8.0, math.nan, math.nan),
    ("w^0.5", -4.0, math.nan, math.nan), ("w^2", 1e200, math.inf, 2e200), ("exp(w)", 800.0, math.inf, math.inf),
    ("exp(-w)", 800.0, 0.0, 0.0), ("w^3", -2.0, -8.0, 12.0), ("w^-3", -2.0, -0.125, -3 / 16),
    ("asin(w)", 2.0, math.nan, math.nan),
    ("w^2", math.nan, math.nan, math.nan), ("w", math.inf, math.inf, 1.0), ("abs(w)^1.5", -4.0, 8.0, -3.0),
])
def test_scalars_and_columns_say_inf_and_nan_in_the_same_places(formula, at, value, slope):
    """Nothing becomes complex, nothing raises, nothing warns (a warning is an error here)."""
    for f in (sc.Loss(formula).compile(), sc.Loss(f"sum({formula})", columns=()).compile({"x": [1.0]})):
        found, gradient = f([at])
        assert found == pytest.approx(value, rel=1e-15, nan_ok=True)
        assert slope is None or gradient[0] == pytest.approx(slope, rel=1e-15, nan_ok=True)
        assert gradient.dtype == np.float64


@pytest.mark.parametrize("values", [
    {"m": 1, "b": 2}, {"b": 2, "m": 1}, [1, 2], (1.0, 2.0), np.array([1, 2]), np.array([1, 2], "f4"), pd.Series([1, 2]),
    {"m": np.float32(1), "b": np.int8(2)}, {"m": sympy.Integer(1), "b": sympy.Rational(4, 2)}, range(1, 3),
    {sympy.Symbol("m"): 1, sympy.Symbol("b", real=True): 2},
], ids=repr)
def test_values_come_by_name_or_in_order(values):
    assert ordered(values, ["m", "b"]).tolist() == [1.0, 2.0]


@pytest.mark.parametrize(("values", "sentence"), [
    ({"m": 1}, "no value for b; the parameters are m, b"),
    ({}, "no value for m, b; the parameters are m, b"),
    ({"m": 1, "b": 2, "c": 3}, "there is no parameter c; the parameters are m, b"),
    ({"m": 1, 2: 3}, "no value for b"),
    ([1], "2 values are needed, one each for m, b"),
    ([1, 2, 3], "2 values are needed, one each for m, b"),
    ([[1, 2]], "2 values are needed"),
    (np.zeros((2, 2)), "the value of m is a real number, not list [0.0, 0.0]"),
    ([[1], [2, 3]], "the value of m is a real number, not list [1]"),
    (np.array(3.0), "2 values are needed"), (5, "2 values are needed"), (None, "2 values are needed"),
    ("12", "2 values are needed"),
    ({1, 2}, "2 values are needed"), (iter([1, 2]), "2 values are needed"),
    ({"m": "1", "b": 0}, "the value of m is a real number, not str '1'"),
    ({"m": None, "b": 0}, "the value of m is a real number, not NoneType None"),
    ({"m": True, "b": 0}, "the value of m is a real number, not bool True"),
    ({"m": np.bool_(True), "b": 0}, "the value of m is a real number, not bool"),
    ({"m": 1, "b": 1j}, "the value of b is a real number, not complex 1j"),
    ([np.complex64(1), 0], "the value of m is a real number, not complex64"),
    (np.array([1j, 2]), "the value of m is a real number, not complex 1j"),
    ({"m": np.array([1.0]), "b": 0}, "the value of m is a real number, not ndarray"),
    ({"m": 10**400, "b": 0}, "the value of m is not a real number that a float can hold"),
    ({"m": sympy.Symbol("q"), "b": 0}, "the value of m is not a real number that a float can hold"),
])
def test_values_that_do_not_fit_are_named(values, sentence):
    f = sc.Loss("(m - 1)^2 + b^2").compile()
    with pytest.raises(DescentError) as caught:
        f(values)
    assert sentence in str(caught.value) and "\n" not in str(caught.value)


def test_one_value_is_asked_for_in_the_singular():
    with pytest.raises(DescentError, match=r"1 value is needed, for w; .* such as \{'w': 0\.5\}"):
        sc.Loss("w^2").compile()([1, 2])


def test_data_that_are_missing_are_asked_for():
    loss = sc.Loss("mean((y - w*x)^2)", columns="x y")
    for data, error in ((None, LossError), ({"x": [1.0]}, DataError), ({"x": [1.0], "y": ["a"]}, DataError)):
        with pytest.raises(error):
            loss.compile(data)


def test_threads_may_share_a_compiled_loss():
    for formula, data in (("mean((y - (m*x + b))^2)", DATA), ("(m - 1)^4 + ln(b)", None)):
        f = sc.Loss(formula, parameters="m b").compile(data)
        points = [(k / 7 - 30, k / 11 - 2) for k in range(400)]          # half of them outside the domain of ln
        alone = [(value, *gradient) for value, gradient in map(f, points)]
        with ThreadPoolExecutor(4) as pool:
            together = [(value, *gradient) for value, gradient in pool.map(f, points)]
        assert np.array_equal(alone, together, equal_nan=True)


def test_the_largest_of_a_number_and_nothing_is_nothing():
    value, _ = sc.Loss("max(0, |w|^3 - w^2)").compile()([1e155])
    assert not np.isfinite(value)


def some_rows(rows, seed):
    random = np.random.default_rng(seed)
    return {"x": random.normal(size=rows) + seed, "y": random.normal(size=rows)}


@pytest.mark.parametrize("formula, points, strategies", [
    ("mean((y - (m*x + b))^2)", [[1.0, 2.0], [0.5, -1.0]], ("moments", "moments")),
    ("mean((y - b*x)^2) + sqrt(m)", [[0.0, 1.0], [4.0, 1.0]], ("moments", "moments")),        # no finite slope at m = 0
    ("mean(abs(y - b*x)) + m^2", [[1.0, 2.0], [0.5, -1.0]], ("tape", "tape")),
    ("(m - 1)^2 + b^2", [[1.0, 2.0]], ("scalar", "scalar")),
])
def test_over_other_rows_every_call_sees_those_rows(formula, points, strategies):
    loss = sc.Loss(formula, parameters="m b", columns="x y" if "x" in formula else "")
    first, other = some_rows(60, 1), some_rows(50, 2)
    f, anew = loss.compile(first), loss.compile(other)
    f.across(points)
    g = f.on(other)
    assert (f.strategy, g.strategy) == strategies
    for point, value, slopes in zip(points, *g.across(points)):
        for found in ((value, slopes), g(point)):
            assert found[0] == pytest.approx(anew(point)[0]) and found[1] == pytest.approx(anew(point)[1])


def test_over_other_rows_the_source_is_what_is_run():
    loss, few = sc.Loss("mean(softplus(a*x + b) - y*tanh(a*x))", parameters="a b"), some_rows(50, 2)
    f = loss.compile(some_rows(300_000, 1)).on(few)
    assert f.strategy == "tape" and f.source == loss.compile(few).source


def test_other_rows_too_large_for_moments_are_gone_through():
    loss, data = sc.Loss("mean((y - m*x)^4)"), {"x": np.linspace(1, 2, 40) * 1e200, "y": np.ones(40)}
    f, anew = loss.compile(some_rows(60, 1)), loss.compile(data)
    assert (f.strategy, f.on(data).strategy, anew.strategy) == ("moments", "tape", "tape")
    assert f.on(data)([0])[0] == anew([0])[0] == 1


def test_over_other_rows_in_parts_and_back():
    frames = pytest.importorskip("dask.dataframe")
    loss, data = sc.Loss("mean(abs(y - b*x))"), pd.DataFrame(some_rows(50, 2))
    parts, anew = frames.from_pandas(data, npartitions=3), loss.compile(data)([2])
    there = loss.compile(some_rows(60, 1)).on(parts)
    back = loss.compile(parts).on(data)
    assert (there.strategy, loss.compile(parts).on(parts).strategy, back.strategy) == ("parts", "parts", "tape")
    assert there([2])[0] == pytest.approx(anew[0]) and back([2])[0] == pytest.approx(anew[0])


@pytest.mark.parametrize("asked, error, sentence", [
    (lambda f: f.on(None), DataError, "a table cannot be read from NoneType"),
    (lambda f: f.on({"x": [1.0]}), DataError, "the formula uses"),
    (lambda f: f.across([1.0, 2.0]), DescentError, "(points, 2); this is an array of shape (2,)"),
    (lambda f: f.across(np.ones((1, 3))), DescentError, "(points, 2); this is an array of shape (1, 3)"),
    (lambda f: f.across([[1.0, 2.0], [1.0]]), DescentError, "(points, 2); this is list"),
    (lambda f: f.across([["a", "b"]]), DescentError, "not all of them real numbers"),
    (lambda f: f.across([[1j, 2]]), DescentError, "not all of them real numbers"),
    (pickle.dumps, DescentError, "cannot be pickled; pickle the loss"),
])
def test_rows_and_points_that_do_not_fit_are_named(asked, error, sentence):
    f = sc.Loss("mean((y - (m*x + b))^2)").compile(some_rows(60, 1))
    with pytest.raises(error) as caught:
        asked(f)
    assert sentence in str(caught.value) and "\n" not in str(caught.value)
    assert copy.deepcopy(f) is f
