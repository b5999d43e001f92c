"""Losses with many functions of the data: a step is a product of a matrix with a vector."""

import numpy as np
import pytest
from sympy import Add, Mul, Sum

import symcalc as sc
from symcalc.compute.compiling import compile_loss
from symcalc.written import row_sum

RNG = np.random.RandomState(2)


def squared_error(features, rows, noise=1.0):
    """The loss y against a sum of features, its gradient built by hand, and the data."""
    names = [f"x{k}" for k in range(features)]
    matrix = RNG.normal(size=(features, rows))
    y, *x = sc.columns(" ".join(["y", *names]))
    w, b = sc.parameters(" ".join(f"w{k}" for k in range(features))), sc.parameters("b")
    loss = sc.Loss(sc.mean((y - Add(*map(Mul, w, x), b, evaluate=False))**2))
    before, total = loss.expression.args if isinstance(loss.expression.args[1], Sum) else loss.expression.args[::-1]
    residual = total.function.base
    slopes = {str(letter): row_sum(Mul(column, residual, evaluate=False), total) for letter, column in zip(w, x)}
    slopes["b"] = row_sum(residual, total)
    gradient = [Mul(-2, before, slopes[name], evaluate=False) for name in loss.names]
    data = dict(zip(names, matrix)) | {"y": matrix.sum(axis=0) + noise * RNG.normal(size=rows)}
    design = np.array([data[f"x{name[1:]}"] if name != "b" else np.ones(rows) for name in loss.names])
    return loss, gradient, data, design


def compiled(features, rows):
    loss, gradient, data, design = squared_error(features, rows)
    return compile_loss(loss.expression, gradient, loss.parameters, loss.columns, loss.table(data)), data["y"], design


@pytest.mark.parametrize(("features", "rows"), [(17, 500), (40, 33), (130, 1_500)])
def test_value_and_gradient_are_those_of_the_rows(features, rows):
    function, y, design = compiled(features, rows)
    assert function.strategy == "moments" and "turned(r, " in function.source
    points = RNG.normal(size=(4, features + 1))
    values, gradients = function.across(points)
    for point, value, gradient in zip(points, values, gradients):
        residual = y - point @ design
        expected, slopes = np.mean(residual**2), -2 / rows * (design @ residual)
        for found, steep in (function.at(point), (value, gradient)):
            assert found == pytest.approx(expected, rel=1e-13)
            assert steep == pytest.approx(slopes, rel=1e-12, abs=1e-13 * np.abs(slopes).max())


def test_the_source_grows_no_faster_than_the_features():
    short, long = (compiled(features, 500)[0].source for features in (40, 80))
    assert len(long) < 2.1 * len(short)


def test_near_the_best_fit_the_loss_is_not_noisy():
    loss, _, data, _ = squared_error(30, 2_000, noise=0.0)
    function = loss.compile(data)
    point = np.array([float(name != "b") for name in loss.names])
    apart = np.where(np.arange(31) == 3, 1.0, 0.0)
    for distance in (0.0, 1e-12, 1e-9, 1e-6):
        found = function.at(point + distance * apart)[0]
        assert 0 <= found == pytest.approx(distance**2 * np.mean(data[f"x{loss.names[3][1:]}"]**2), rel=1e-2, abs=1e-28)


def test_a_descent_ends_where_lstsq_does():
    loss, _, data, design = squared_error(25, 400)
    run = loss.descend(data, start=[0.0] * 26, rate=0.1, steps=1_000)
    assert run.success and "turned(r, " in run.source
    assert run.x == pytest.approx(np.linalg.lstsq(design.T, data["y"], rcond=None)[0], abs=1e-9)


def test_batches_rebind_the_matrix():
    loss, _, data, design = squared_error(25, 400)
    run = loss.descend(data, start=[0.0] * 26, rate=0.01, steps=3, batch=16, seed=1)
    assert run.drives.shape == (3, 26)
    function = loss.compile(data).on(loss.table(data).between(0, 16))
    residual = (data["y"] - np.ones(26) @ design)[:16]
    assert function.at(np.ones(26))[0] == pytest.approx(np.mean(residual**2), rel=1e-13)


@pytest.mark.parametrize("formula", [
    "mean((y - (SUM))^4)", "mean((y - (SUM))^2*(t - c))", "mean((y - (SUM))*(t - (SUM)*c))", "mean(t*(y - (SUM))^2) + mean(x0*c)",
    "mean((y - (SUM))^3) + c^2"])
def test_other_sums_of_many_functions(formula):
    names = [f"x{k}" for k in range(9 if "^4" in formula or "^3" in formula else 20)]
    loss = sc.Loss(formula.replace("SUM", " + ".join(f"w{k}*{name}" for k, name in enumerate(names))), columns=["y", "t", *names])
    rows = 5_000
    data = {name: RNG.normal(1, 2, rows) for name in map(str, (column.base for column in loss.columns))}
    table = loss.table(data)
    function = loss.compile(table)
    over_rows = compile_loss(loss.expression, loss.gradient().result, loss.parameters, loss.columns, table.between(0, 5)).on(table)
    assert (function.strategy, over_rows.strategy) == ("moments", "tape") and "turned(r, " in function.source
    for point in RNG.normal(size=(3, len(loss.names))):
        (value, gradient), (expected, slopes) = function.at(point), over_rows.at(point)
        assert value == pytest.approx(expected, rel=1e-11)
        assert gradient == pytest.approx(slopes, rel=1e-10, abs=1e-11 * np.abs(slopes).max())


def test_what_is_too_large_warns_nobody():
    function, *_ = compiled(20, 100)
    value, gradient = function.at(np.full(21, 1e200))
    assert value == np.inf and np.isfinite(gradient).all()
    assert not np.isfinite(function.at(np.full(21, 1e308))[0])
