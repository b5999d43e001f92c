"""Sums that separate: the data enter once, and the loss and its gradient are those of the rows."""

import numpy as np
import pytest

import symcalc as sc
from symcalc.compute.compiling import compile_loss

ROWS = 200
RNG = np.random.RandomState(3)
DATA = {name: RNG.normal(2, 3, ROWS) for name in ("x", "y", "t", "z")} | {"w": RNG.rand(ROWS)}

SEPARATE = [
    "mean((y - (m*x + b))^2)",
    "1/2*mean((m*x + b - y)^2)",
    "sum((y - m*x)^2)",
    "sqrt(mean((y - (m*x + b))^2))",
    "mean((y - (a*x + b*t + c))^2) + 0.1*(a^2 + b^2)",
    "mean((y - (a*x^2 + b*x + c))^2)",
    "mean(w*(y - (m*x + b))^2)",
    "mean((y - a*exp(b)*x)^2)",
    "mean((y - (a*sin(x) + b*cos(x)))^2)",
    "mean((x - u)*(y - v))",
    "mean((y - m*(x - c))^2)",
    "sum(m*x + b) + m^2",
    "mean(x)*m + mean(x*y)*b + b^2",
    "mean((y - (-m)*x)^2/(1 + s^2))",
    "sum(x^2 + (y - m)^2)",
    "mean((y - (m*x + b))*(y - (m*x + b)))",
    "sum(p*q*x*(y - m*x))",
    "mean((y - m*x)^4)",
    "mean((y - (m*x + b))^3)",
    "mean((y - (m*x + b))^5)",
    "mean((y - (m*x + b))^6)",
    "mean(w*(y - (m*x + b))^4)",
    "mean((y - m*x)^2*(t - b*z))",
    "mean((y - a*b*x)^2)",
    "mean((y - u*v)^2) + 0.1*(u^2 + v^2)",
    "mean((y - (a + x)*(b + t))^2)",
    "mean((y - (a + x)^2)^2)",
    "mean((y - (a*x + b*t)^2)^2)",
    "mean((y - exp(-a)*x)^2)",
    "mean(c*x)^2 + mean(w*(y - c)^2)",
    "sum((x - m)^3*(y - b)*(t - c)) + sum(x*c)",
    "mean((a*x)^2/(y^2*b^2) + x*(a - b))",
]
TOGETHER = ["mean(ln(1 + exp(-y*(m*x + b))))", "mean(abs(y - m*x))", "mean((y - exp(m*x))^2)", 
            "mean((y - sin(m*x + b))^2)"]


def both(loss, data=DATA):
    """The loss over its moments, and over its rows, whatever their number."""
    table = loss.table(data)
    moments = loss.compile(data)
    gradient = loss.gradient().result
    few = compile_loss(loss.expression, gradient, loss.parameters, loss.columns, table.between(0, 5))
    return moments, few.on(table)


@pytest.mark.parametrize("formula", SEPARATE)
def test_moments_are_the_rows(formula):
    loss = sc.Loss(formula, columns=[name for name in DATA if name != "w" or "w*" in formula])
    moments, rows = both(loss)
    assert (moments.strategy, rows.strategy) == ("moments", "tape")
    for point in RNG.normal(0, 2, (20, len(loss.names))):
        (value, gradient), (expected, slopes) = moments.at(point), rows.at(point)
        assert value == pytest.approx(expected, rel=1e-11, abs=1e-11)
        assert gradient == pytest.approx(slopes, rel=1e-10, abs=1e-10 * np.abs(slopes).max())


@pytest.mark.parametrize("formula", TOGETHER)
def test_what_does_not_separate_stays_with_the_rows(formula):
    assert sc.Loss(formula, columns="x y t z").compile(DATA).strategy == "tape"


def test_few_rows_stay_rows():
    assert sc.Loss("mean((y - m*x)^2)").compile({"x": [1.0, 2.0], "y": [1.0, 3.0]}).strategy == "tape"


def test_a_step_does_not_look_at_the_rows_again():
    loss = sc.mean_squared_error("y", sc.line("x"))
    data = {"x": DATA["x"].copy(), "y": DATA["y"].copy()}
    compiled = loss.compile(data)
    before = compiled([1, 2])[0]
    data["x"][:] = np.nan
    assert compiled([1, 2])[0] == before and "np." not in compiled.source


@pytest.mark.parametrize("offset", [0.0, 1e3, 1e6])
def test_an_offset_costs_no_digits_of_the_slope(offset):
    """Σ (x - x̄)(y - m x - b) as the rows give it in extended precision, where b follows m."""
    x = DATA["x"] + offset
    y = 3 * x + DATA["y"]
    loss = sc.mean_squared_error("y", sc.line("x"))
    compiled = loss.compile({"x": x, "y": y})
    exact = x.astype(np.longdouble)
    residual = y.astype(np.longdouble) - 2 * exact
    best = float(np.dot(exact - exact.mean(), residual - residual.mean()) / ROWS)
    part = next(line for line in compiled.source.splitlines() if "along xᵢ" in line)
    assert "r1_2 - p0 * r1_1" in part
    triangle = dict(zip(compiled.tape.given, compiled.tape.data(loss.table({"x": x, "y": y}))))
    found = triangle["r1_1"] * (triangle["r1_2"] - 2 * triangle["r1_1"]) / ROWS
    assert found == pytest.approx(best, rel=1e-12)


def test_near_a_perfect_fit_the_loss_is_neither_negative_nor_noisy():
    x = DATA["x"] + 1e4
    compiled = sc.mean_squared_error("y", sc.line("x")).compile({"x": x, "y": 2 * x + 1})
    costs = [compiled([2 + d, 1 - d * x.mean()])[0] for d in (0, 1e-9, 1e-6, 1e-3)]
    assert all(cost >= 0 for cost in costs) and costs[0] < 1e-16
    assert costs[3] == pytest.approx(1e-6 * x.var(), rel=1e-6)


def test_blocks_are_the_whole():
    rows = 150_000
    x = RNG.normal(50, 1, rows)
    y = 1 - 2 * x + RNG.normal(0, 1, rows)
    value, gradient = sc.mean_squared_error("y", sc.line("x")).compile({"x": x, "y": y})([0.3, -1])
    r = y - (0.3 * x - 1)
    assert value == pytest.approx(np.mean(r * r), rel=1e-12)
    assert gradient == pytest.approx([-2 * np.mean(x * r), -2 * np.mean(r)], rel=1e-12)


def test_batches_rebind_the_moments():
    run = sc.mean_squared_error("y", sc.line("x")).descend(DATA, start=[0, 0], rate=0.01, steps=30, batch=8, seed=1)
    again = sc.mean_squared_error("y", sc.line("x")).descend(DATA, start=[0, 0], rate=0.01, steps=30, batch=8, seed=1)
    assert np.array_equal(run.points, again.points) and run.drives.shape == (30, 2)

