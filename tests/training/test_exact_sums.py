"""Squares that are multiplied out lose twice the digits: of many rows the sums are exact, or the point is called rough."""

from fractions import Fraction

import numpy as np
import pytest

from symcalc.training.losses import Loss
from symcalc.training.minima import precise

OPENED = "mean(y^2 - 2*m*x*y - 2*b*y + m^2*x^2 + 2*m*b*x + b^2)"
RNG = np.random.default_rng(0)
NOISE = RNG.normal(size=(2, 2100))


def line(offset):
    x = offset + NOISE[0]
    return {"x": x, "y": 2 * x + 1 + NOISE[1]}


def by_fractions(data):
    """m, b and J without any rounding."""
    x, y = ([Fraction(value) for value in data[name].tolist()] for name in "xy")
    across, up = sum(x) / len(x), sum(y) / len(y)
    m = sum((a - across) * (c - up) for a, c in zip(x, y)) / sum((a - across) ** 2 for a in x)
    b = up - m * across
    return [float(value) for value in (m, b, sum((c - m * a - b) ** 2 for a, c in zip(x, y)) / len(x))]


@pytest.mark.parametrize("formula", [OPENED, "mean(y^2) - 2*mean((m*x + 1.0*b)*y) + 3*mean(m^2*x^2/3) + mean(b*(2*m*x + b))"])
@pytest.mark.parametrize("offset", [0.0, 1e5, 3e6, 1e12])
def test_of_thousands_of_rows_the_sums_are_exact(offset, formula):
    data = line(offset)
    found = Loss(formula, columns="x y").minimum(data)
    assert found.kind == "minimum" and "roughly" not in str(found) and "less their means" not in str(found)
    assert [*found.point.values(), found.J] == pytest.approx(by_fractions(data), rel=1e-15)


def test_a_line_through_all_points_leaves_nothing():
    x = 1e6 + np.arange(3000)
    assert Loss(OPENED, columns="x y").minimum({"x": x, "y": 2 * x + 1}).J == 0


@pytest.mark.parametrize(("offset", "rough"), [(0.0, False), (1e5, True), (3e6, True), (1e8, True)])
def test_of_more_rows_the_point_is_called_rough(offset, rough, monkeypatch):
    monkeypatch.setattr(precise, "_EXACT_ROWS", 0)
    words = " ".join(str(Loss(OPENED, columns="x y").minimum(line(offset))).split())
    assert ("the point and J are known only roughly: write the loss with squares" in words) is rough
    assert "less their means" not in words and ("in the formulas:" in words) is not rough


@pytest.mark.parametrize(("formula", "columns"), [
    (OPENED.replace("x", "exp(x)"), NOISE), (OPENED, np.array([np.append(NOISE[0], 1e-200), np.append(NOISE[1], 0.0)]))])
def test_what_is_no_sum_of_whole_numbers_goes_by_floats(formula, columns):
    data = dict(zip("xy", columns))
    found = Loss(formula, columns="x y").minimum(data)
    same = Loss(f"mean((y - (m*{'exp(x)' if 'exp' in formula else 'x'} + b))^2)", columns="x y").minimum(data)
    assert [*found.point.values()] == pytest.approx([*same.point.values()], rel=1e-9)
