"""Random losses, and what must be true of every one of them: in derivative, compiled form, run and saved file."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable
from pathlib import Path

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import symcalc as sc
from symcalc.language.names import symbol
from symcalc.written import replaced

FEW = {"max_examples": 6, "deadline": None, "derandomize": True, "database": None}
OUTER: dict[str, Callable] = {
    "({})^2": lambda z: z**2,
    "ln(1 + exp({}))": lambda z: mpmath.log(1 + mpmath.exp(z)),
    "({})^4": lambda z: z**4,
    "sqrt(1 + ({})^2)": lambda z: mpmath.sqrt(1 + z**2),
    "tanh({})^2": lambda z: mpmath.tanh(z) ** 2,
    "exp(-({})^2)": lambda z: mpmath.exp(-(z**2)),
    "softplus({})": lambda z: mpmath.log(1 + mpmath.exp(z)),
    "cos({})": mpmath.cos,
    "sigmoid({})": lambda z: 1 / (1 + mpmath.exp(-z)),
    "({})^3/3": lambda z: z**3 / 3,
}
INNER: dict[str, Callable] = {
    "y - (m*x + b)": lambda m, b, x, y: y - (m * x + b),
    "m*x - b*y": lambda m, b, x, y: m * x - b * y,
    "y - b*sin(m*x)": lambda m, b, x, y: y - b * mpmath.sin(m * x),
    "y*(m*x + b)": lambda m, b, x, y: y * (m * x + b),
    "y - m*x^2 - b*x": lambda m, b, x, y: y - m * x**2 - b * x,
    "m*b*x - y": lambda m, b, x, y: m * b * x - y,
}
LINE = sc.Loss("mean((y - (m*x + b))^2)")
SHAPES = st.tuples(st.sampled_from(sorted(OUTER)), st.sampled_from(sorted(INNER)))
NUMBERS = st.floats(-1.5, 1.5).map(lambda value: round(value, 3))
POINTS = st.tuples(NUMBERS, NUMBERS)
ROWS = st.lists(POINTS, min_size=2, max_size=6)


def written(shape: tuple[str, str]) -> str:
    return f"mean({shape[0].format(shape[1])})"


def table(rows: list[tuple[float, float]]) -> dict[str, list[float]]:
    return {"x": [x for x, _ in rows], "y": [y for _, y in rows]}


def oracle(shape: tuple[str, str], rows: list[tuple[float, float]]) -> Callable:
    """The loss in mpmath, which knows nothing of the formula's text."""
    outer, inner = OUTER[shape[0]], INNER[shape[1]]
    return lambda m, b: sum(outer(inner(m, b, mpmath.mpf(x), mpmath.mpf(y))) for x, y in rows) / len(rows)


@given(SHAPES, ROWS, POINTS)
@settings(**FEW)
def test_value_and_gradient_are_those_of_mpmath(shape, rows, point) -> None:
    loss, by_hand = sc.Loss(written(shape), parameters="m b", columns="x y"), oracle(shape, rows)
    value, gradient = loss.compile(table(rows))(point)
    with mpmath.workdps(40):
        assert math.isclose(value, by_hand(*point), rel_tol=1e-12, abs_tol=1e-13)
        for k, slope in enumerate(gradient):
            assert math.isclose(slope, mpmath.diff(by_hand, point, (1 - k, k)), rel_tol=1e-10, abs_tol=1e-11)


@given(SHAPES, ROWS, POINTS, st.randoms(use_true_random=False))
@settings(**FEW)
def test_every_strategy_and_every_order_of_the_rows_agree(shape, rows, point, chance) -> None:
    loss = sc.Loss(written(shape), parameters="m b", columns="x y")
    f = loss.compile(table(rows))
    value, gradient = f(point)
    shuffled = rows[:]
    chance.shuffle(shuffled)
    many = table(rows * 400)  # the same mean over arrays that are gone through in another way
    others = [loss.compile(table(shuffled))(point), loss.compile(many)(point)]
    for other, slopes in others:
        assert math.isclose(other, value, rel_tol=1e-12, abs_tol=1e-12)
        np.testing.assert_allclose(slopes, gradient, rtol=1e-11, atol=1e-12)


NAMES = [
    "exp",
    "lambda",
    "nan",
    "select",
    "E",
    "I",
    "S",
    "pi1",
    "np",
    "a0",
    "p0",
    "i1",
    "rows",
    "dot",
    "inf",
    "None",
    "sum_",
    "Q",
    "beta",
    "numpy",
    "math",
    "class",
    "float64",
    "c0",
    "out",
    "log",
    "d",
    "k",
    "eta",
    "theta",
]


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_parameter_changes_nothing(name: str) -> None:
    data = {"x": [1.0, 2.0, 4.0], "y": [2.0, -1.0, 0.5]}
    for formula in ("mean((y - (m*x + b))^2)", "mean(softplus(-y*(m*x + b)))"):
        loss = sc.Loss(formula, parameters="m b", columns="x y")
        other = sc.Loss(formula.replace("m*x", f"{name}*x"), parameters=[name, "b"], columns="x y")
        assert loss.compile(data)([0.3, 0.7])[0] == other.compile(data)([0.3, 0.7])[0]
        first, second = (each.descend(data, start=[0.3, 0.7], rate=0.01, steps=5) for each in (loss, other))
        assert first.x.tolist() == second.x.tolist() and first.history["J"].tolist() == second.history["J"].tolist()
        assert second.parameters.keys() == {name, "b"} and other.derive(name).result == replaced(
            loss.derive("m").result, {symbol("m"): symbol(name)}.get
        )


@given(ROWS, POINTS, st.floats(-5, 5), st.floats(0.25, 4))
@settings(**FEW | {"max_examples": 3})
def test_shifted_and_scaled_data_move_the_least_squares_line_with_them(rows, start, shift, scale) -> None:
    x, y = np.array(rows).T
    assume(np.ptp(x) > 0.1)
    loss = LINE
    plain, moved = (loss.minimum({"x": u, "y": v}).point for u, v in ((x, y), (scale * x + shift, 3 * y - 1)))
    assert math.isclose(moved["m"], 3 * plain["m"] / scale, rel_tol=1e-6, abs_tol=1e-7)
    assert math.isclose(moved["b"], 3 * plain["b"] - 1 - shift * moved["m"], rel_tol=1e-6, abs_tol=1e-6)


@given(SHAPES, SHAPES, ROWS, POINTS, st.integers(2, 9))
@settings(**FEW)
def test_value_and_gradient_are_linear_in_the_loss(one, two, rows, point, times) -> None:
    def at(formula: str) -> np.ndarray:
        value, gradient = sc.Loss(formula, parameters="m b", columns="x y").compile(table(rows))(point)
        return np.array([value, *gradient])

    np.testing.assert_allclose(
        at(f"{times}*{written(one)} - {written(two)}"), times * at(written(one)) - at(written(two)), rtol=1e-11, atol=1e-12
    )


@given(SHAPES, ROWS, POINTS)
@settings(**FEW)
def test_a_saved_run_is_the_run(shape, rows, start) -> None:
    run = sc.Loss(written(shape), parameters="m b", columns="x y").descend(table(rows), start=start, rate=0.05, steps=6)
    with tempfile.TemporaryDirectory() as folder:
        run.save(Path(folder, "run.json"))
        again = sc.load_run(Path(folder, "run.json"))
    assert again.x.tolist() == run.x.tolist() and again.message == run.message and again.loss.expression == run.loss.expression
    assert {key: column.tolist() for key, column in again.history.items()} == {
        key: column.tolist() for key, column in run.history.items()
    }
