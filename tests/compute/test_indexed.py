"""Losses with an index as operations on arrays: value, gradient and descent against NumPy by hand and complex steps."""

import numpy as np
import pytest
from sympy import Expr

import symcalc as sc
from symcalc.compute.indexed.arrays import Layout, Place
from symcalc.compute.indexed.compiling import MOST_APART, compile_indexed, is_polynomial, partials_by_letter
from symcalc.indices import whole
from symcalc.language import read
from symcalc.language.data import read_table
from symcalc.language.names import symbol

RANDOM = np.random.default_rng(5)


@pytest.fixture(autouse=True)
def _in_arrays(monkeypatch):
    """Arrays also where one compiled loop could serve in their place."""
    monkeypatch.setattr("symcalc.compute.indexed.compiling.MOST_FUSED", MOST_APART)


def network_data(rows, columns):
    X = RANDOM.normal(size=(rows, columns))
    return X, {**{f"x{k}": X[:, k - 1] for k in range(1, columns + 1)}, "y": (np.sin(X.sum(1)) > 0) * 1.0}


def opened(point, units, columns):
    bands = point[:units * (columns + 2)].reshape(units, columns + 2)
    return bands[:, 0], bands[:, 1:columns + 1], bands[:, columns + 1], point[units * (columns + 2)]


def by_hand(X, y, point, units):
    """Mean squared error of a tanh network and its gradient, written out with matrices."""
    rows, columns = X.shape
    v, W, c, b = opened(point, units, columns)
    H = np.tanh(X @ W.T + c)
    r = y - (H @ v + b)
    s = -2 / rows * r
    G = (s[:, None] * v) * (1 - H * H)
    gradient = np.column_stack([s @ H, G.T @ X, G.sum(0)]).ravel()
    return r @ r / rows, np.append(gradient, s.sum())


@pytest.mark.parametrize("units", [12, 24, 300])
@pytest.mark.parametrize("rows", [1, 70, 2_000])
@pytest.mark.parametrize("columns", [1, 2, 3])
def test_a_network_is_right_for_any_number_of_units_rows_and_columns(units, rows, columns):
    X, data = network_data(rows, columns)
    names = [f"x{k}" for k in range(1, columns + 1)]
    f = sc.mean_squared_error("y", sc.network(names, hidden=units)).compile(data)
    point = RANDOM.normal(size=units * (columns + 2) + 1)
    value, gradient = f(point)
    wanted, slopes = by_hand(X, data["y"], point, units)
    assert f.strategy == "arrays" and isinstance(value, float) and gradient.dtype == np.float64
    np.testing.assert_allclose(value, wanted, rtol=1e-13)
    np.testing.assert_allclose(gradient, slopes, rtol=1e-11, atol=1e-13)


def test_the_source_is_as_long_for_any_number_of_units():
    _, data = network_data(50, 2)
    sources = [sc.mean_squared_error("y", sc.network("x1 x2", hidden=units)).compile(data).source for units in (30, 1000)]
    assert len({len(source.splitlines()) for source in sources}) == 1
    assert max(map(len, sources)) - min(map(len, sources)) < 100


def test_other_rows_and_many_points():
    X, data = network_data(40, 2)
    f = sc.mean_squared_error("y", sc.network("x1 x2", hidden=9)).compile(data)
    points = RANDOM.normal(size=(3, 37))
    few = read_table({name: column[:7] for name, column in data.items()})
    values, gradients = f.on(few).across(points)
    for value, gradient, point in zip(values, gradients, points):
        wanted, slopes = by_hand(X[:7], data["y"][:7], point, 9)
        np.testing.assert_allclose(value, wanted, rtol=1e-13)
        np.testing.assert_allclose(gradient, slopes, rtol=1e-11, atol=1e-13)


# Losses of every shape: the value by NumPy on whole arrays, the slopes from complex steps of the same

def total(values):
    return np.sum(values)


SHAPES = [
    ("mean((y - (Sum(v[j]*tanh(Sum(W[j,k]*x[i,k],(k,1,d)) + c[j]),(j,1,H)) + b))^2)",
     lambda v, W, c, b, x, y: np.mean((y - (np.tanh(x @ W.T + c) @ v + b))**2)),
    ("mean(Sum(Sum(exp(0.1*W[j,k]*x[i,k]),(k,1,d)),(j,1,H))*(y - b)^2)",
     lambda v, W, c, b, x, y: np.mean(np.exp(0.1 * W[None] * x[:, None]).sum((1, 2)) * (y - b)**2)),
    ("sum(Sum(v[j]*Sum(sin(W[j,k]*x[i,k])*x[i,k],(k,1,d)),(j,1,H))*y)/n",
     lambda v, W, c, b, x, y: np.mean((np.sin(W[None] * x[:, None]) * x[:, None]).sum(2) @ v * y)),
    ("mean(y*Sum(v[j]*c[j]/(1 + v[j]^2),(j,1,H)))", lambda v, W, c, b, x, y: np.mean(y) * total(v * c / (1 + v**2))),
    ("sqrt(mean((y - Sum(v[j]/(1 + exp(-(Sum(W[j,k]*x[i,k],(k,1,d))))),(j,1,H)))^2)) + 3*Sum(v[j]^2,(j,1,H))",
     lambda v, W, c, b, x, y: np.sqrt(np.mean((y - (1 / (1 + np.exp(-(x @ W.T)))) @ v)**2)) + 3 * total(v**2)),
    ("mean(exp(b*y)) + Sum(Sum(W[j,k]^2,(k,1,d)),(j,1,H))*Sum(c[j],(j,1,H))",
     lambda v, W, c, b, x, y: np.mean(np.exp(b * y)) + total(W**2) * total(c)),
    ("mean(Sum(Sum(v[j]*W[j,k]*x[i,k]*exp(c[j]*y),(k,1,d)),(j,1,H)))",
     lambda v, W, c, b, x, y: np.mean(((x @ W.T) * np.exp(np.outer(y, c))) @ v)),
    ("mean(Sum(exp(c[j]),(j,1,H))) + b*Sum(2,(j,1,H))", lambda v, W, c, b, x, y: total(np.exp(c)) + 2 * b * len(c)),
    ("mean(Sum(x[i,k]*y,(k,1,d))*Sum(v[j]^3,(j,1,H))) - mean(y)*b", lambda v, W, c, b, x, y:
     np.mean(x.sum(1) * y) * total(v**3) - np.mean(y) * b),
]
UNITS, COLUMNS, ROWS = 5, 3, 11
COUNT = UNITS * (COLUMNS + 2) + 1
PLACES = {"v": Place(begin=1, count=UNITS, width=COLUMNS + 2), "c": Place(begin=1, count=UNITS, width=COLUMNS + 2, at=1),
          "W": Place(begin=1, count=UNITS, width=COLUMNS + 2, at=2, across=COLUMNS), "b": Place(begin=0)}
LAYOUT = Layout(sizes={whole("H"): UNITS, whole("d"): COLUMNS}, places=PLACES, tables={"x": ["x1", "x2", "x3"]}, count=COUNT)


def letters_of(point):
    bands = point[1:].reshape(UNITS, COLUMNS + 2)
    return bands[:, 0], bands[:, 2:], bands[:, 1], point[0]


def written(formula) -> Expr:
    return read(formula, columns="y")


@pytest.mark.parametrize("formula, function", SHAPES, ids=[case[0] for case in SHAPES])
def test_any_shape(formula, function):
    X, data = network_data(ROWS, COLUMNS)
    f = compile_indexed(written(formula), [symbol(f"q{k}") for k in range(COUNT)], LAYOUT, read_table(data))
    point = RANDOM.normal(size=COUNT)
    value, gradient = f.at(point)
    used = set(partials_by_letter(written(formula)))
    assert used
    np.testing.assert_allclose(value, function(*letters_of(point), X, data["y"]), rtol=1e-12)
    steps = np.array([function(*letters_of(point + 1e-30j * step), X, data["y"]).imag / 1e-30 for step in np.eye(COUNT)])
    given = np.zeros(COUNT, dtype=bool)
    for letter in used:
        mark(given, PLACES[str(letter).partition("[")[0]])
    np.testing.assert_allclose(gradient[given], steps[given], rtol=1e-11, atol=1e-12)
    assert not steps[~given].any()


def mark(flags, place):
    """Set the flags of a letter's numbers, by counting."""
    for band in range(max(1, place.count)):
        for step in range(max(1, place.across)):
            flags[place.begin + band * place.width * bool(place.count) + place.at + step] = True


# Features by number

def test_a_logistic_loss_with_many_features_is_stable():
    X = RANDOM.normal(size=(300, 40)) * 500
    y = (X.sum(1) > 0) * 1.0
    J = sc.logistic_loss("y", sc.logistic_classification("x", features=40))
    f = J.compile({"x": X, "y": y})
    point = RANDOM.normal(size=41)
    value, gradient = f(point)
    z = X @ point[:40] + point[40]
    share = np.where(z > 0, 1 / (1 + np.exp(-np.abs(z))), np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z))))
    assert f.strategy == "arrays" and np.isfinite(value)
    np.testing.assert_allclose(value, np.mean(np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))) - y * z), rtol=1e-12)
    np.testing.assert_allclose(gradient, np.append((share - y) @ X, (share - y).sum()) / 300, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("loss", [sc.mean_squared_error("y", sc.linear("x", features=40)),
                                  sc.mean_squared_error("y", sc.network("x1 x2", hidden=2))])
def test_what_separates_or_has_few_parameters_is_compiled_as_before(loss):
    _, data = network_data(50, 40)
    assert loss.compile(data).strategy != "arrays"


def test_a_polynomial_is_told_by_its_form():
    formulas = ["mean((y - Sum(w[j]*x[i,j],(j,1,p)))^2)", "Sum(w[j]^2,(j,1,p))", "mean(exp(Sum(w[j]*x[i,j],(j,1,p))))",
                "1/Sum(w[j],(j,1,p))", "Sum(2^w[j],(j,1,p))"]
    assert [is_polynomial(read(formula, columns="y" if "y" in formula else "")) for formula in formulas] == [
        True, True, False, False, False]


# The loop

def adam(point, gradient, state, k, rate):
    m, v = state if state else (np.zeros_like(point), np.zeros_like(point))
    m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient**2
    return point - rate * (m / (1 - 0.9**k)) / (np.sqrt(v / (1 - 0.999**k)) + 1e-8), (m, v)


def momentum(point, gradient, state, k, rate):
    v = 0.9 * (state[0] if state else np.zeros_like(point)) + gradient
    return point - rate * v, (v,)


METHODS = {"gradient descent": lambda point, gradient, state, k, rate: (point - rate * gradient, ()),
           "momentum": momentum, "adam": adam}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("held", ["", "v1 w32 b"])
def test_a_descent_goes_where_numpy_goes(method, held):
    X, data = network_data(120, 2)
    J = sc.mean_squared_error("y", sc.network("x1 x2", hidden=24))
    start = RANDOM.normal(size=97) * 0.5
    run = J.descend(data, start=start, rate=0.05, steps=12, method=method, hold=held)
    moves = np.array([name not in held.split() for name in J.names])
    point, state = start, ()
    for k in range(1, 13):
        moved, state = METHODS[method](point, by_hand(X, data["y"], point, 24)[1], state, k, 0.05)
        point = np.where(moves, moved, point)
        np.testing.assert_allclose(run.points[k], point, rtol=1e-9, atol=1e-11)
    assert run.nit == 12 and (run.points[:, ~moves] == start[~moves]).all()
    assert "for rate in rates" in run.source and len(run.source.splitlines()) < 80


def test_a_step_out_of_the_floats_ends_the_run():
    _, data = network_data(30, 2)
    J = sc.mean_squared_error("y", sc.network("x1 x2", hidden=24, activation="relu"))
    run = J.descend(data, start=np.full(97, 1.0), rate=1e200, steps=20)
    assert np.isfinite(run.points).all() and np.isfinite(run.costs).all() and not run.success
