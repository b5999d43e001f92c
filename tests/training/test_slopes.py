"""Difference quotients beside the derivative: the lesson's table, the gap by formula, and the V, against mpmath."""

import mpmath
import numpy as np
import pytest

import symcalc as sc
from symcalc.errors import DescentError, LossError

RANDOM = np.random.RandomState(225)
X = RANDOM.rand(30)
TABLE = {"x": X, "y": 3 + 50 * X + RANDOM.normal(0, 3, 30)}
RSS = sc.residual_sum_of_squares("y", sc.line("x"))


def test_the_table_of_the_lesson():
    found = sc.slopes("x^2", "x", at=2)
    shown = [line.split()[:2] for line in str(found).splitlines() if line.strip()[:1] in ("0", "1")]
    assert shown[:4] == [["1", "5"], ["0.1", "4.1"], ["0.01", "4.01"], ["0.001", "4.001"]] and len(shown) == 16
    assert found.derivative == 4 and [quotient.step for quotient in found.quotients[:3]] == [1, 0.1, 0.01]
    assert "gap = Δ · J''/2\n      = Δ" in str(found)


def test_the_gap_of_a_sum_of_squares_is_n_times_the_step():
    found = RSS.slopes("b", TABLE, at={"m": 43, "b": 3})
    assert found.derivative == pytest.approx(-232.7607, abs=5e-5)
    assert found.quotient(0.001).forward == pytest.approx(-232.7307, abs=5e-5)          # sold as the slope
    for step in (1, 0.1, 0.01):
        assert found.quotient(step).error == pytest.approx(30 * step, rel=1e-9)
        assert found.quotient(step).central_error == pytest.approx(0, abs=1e-9)
    assert "= n Δ\n      = 30Δ" in str(found) and found.is_quadratic and found.curvature == 60


@pytest.mark.parametrize(("formula", "at"), [("sin(x)", 1), ("e^x", 0.3), ("ln(x)", 2), ("x^3 - x", 1.5), ("1/x", 0.7)])
def test_both_sides_of_the_v(formula, at):
    found = sc.slopes(formula, "x", at=at)
    f = {"sin(x)": mpmath.sin, "e^x": mpmath.exp, "ln(x)": mpmath.log, "x^3 - x": lambda x: x**3 - x,
         "1/x": lambda x: 1 / x}[formula]
    with mpmath.workdps(40):
        x = mpmath.mpf(at)
        slope, second, third = (mpmath.diff(f, x, order) for order in (1, 2, 3))
        assert found.derivative == pytest.approx(float(slope), rel=1e-14)
        assert found.curvature == pytest.approx(float(second), rel=1e-13)
        quotient = (f(x + mpmath.mpf("0.01")) - f(x)) / mpmath.mpf("0.01")
        assert found.quotient(0.01).forward == pytest.approx(float(quotient), rel=1e-12)
        assert found.quotient(1e-4).error == pytest.approx(float(second) * 5e-5, rel=1e-2)
        assert found.quotient(1e-2).central_error == pytest.approx(float(third) * 1e-4 / 6, rel=1e-2)
        assert found.predicted == pytest.approx(float(mpmath.sqrt(mpmath.mpf(2)**-52 * abs(f(x) / second))), rel=1e-12)
    errors = np.abs([quotient.error for quotient in found.quotients])
    least = int(errors.argmin())
    assert found.best.step == found.quotients[least].step and 1 / 30 < found.best.step / found.predicted < 30
    assert (np.diff(errors[:7]) < 0).all() and errors[13:].min() > 1e3 * errors[least]


@pytest.mark.parametrize(("formula", "words"), [
    ("3*x + 1", "straight line in x: every quotient is the slope"), ("x^2 + y*x", "gap = Δ · J''/2 = Δ "),
    ("x^3*y", "gap ≈ Δ/2 · (6x y) ≈ 9Δ"), ("x^2/4", "= Δ/4"), ("0.5*m*x^2 + m", "= m Δ/2 = 1.5Δ"),
])
def test_the_gap_in_words(formula, words):
    J = sc.Loss(formula)
    assert words in " ".join(str(J.slopes("x", at={name: 1 if name == "x" else 3 for name in J.names})).split())


def said(found):
    return " ".join(str(found).split())


@pytest.mark.parametrize(("formula", "at", "sides", "words"), [
    ("abs(x)", 0, (-1, 1), "kink at x = 0: its slope is -1 on the left and 1 on the right"),
    ("relu(x)", 0, (0, 1), "where there is no derivative"), ("max(x, 1)", 1, (0, 1), "central one to 0.5, halfway"),
    ("x^2 + abs(3*x - 6)", 2, (1, 7), "the slope jumps from -1 to 1; the value 0, half-way, is used"),
    ("sign(x)", 0, None, "J jumps at x = 0"), ("10^5*relu(x)", 0, (0, 1e5), "is 0 on the left and 100000 on the right"),
    ("abs(x)", 0.5, None, "straight line in x between its bends: every quotient is the slope, but for rounding, as long as it"),
    ("x^2 + relu(x)", 0.1, None, "quadratic in x between its bends"),
    ("x*abs(x)", 0, None, "from -2 on the left to 2 on the right: for a small Δ the forward quotient is off by about Δ"),
])
def test_kinks(formula, at, sides, words):
    found = sc.slopes(formula, "x", at=at)
    assert found.sides == sides and words in said(found)
    assert ("straight line" in said(found)) is ("straight" in words)
    assert sides is None or (found.predicted is None and found.quotient(1e-7).forward == pytest.approx(sides[1], rel=1e-5))


def test_a_kink_in_one_row_is_a_kink_of_the_sum():
    J = sc.Loss("mean(abs(y - m*x))", columns="x y")
    found = J.slopes("m", {"x": [1, 2], "y": [3, 5]}, at={"m": 3})
    assert found.sides == (0.5, 1.5) and "kink at m = 3" in said(found)
    assert J.slopes("m", {"x": [1, 2], "y": [3, 5]}, at={"m": 2.7}).sides is None


@pytest.mark.parametrize(("formula", "at"), [("sin(x)", 0), ("x^3", 0), ("sin(x)", np.pi), ("x^4 + x", 0)])
def test_where_the_second_derivative_is_0(formula, at):
    found = sc.slopes(formula, "x", at=at)
    assert "Here J'' = 0" in said(found) and "gap" not in said(found) and found.predicted is None
    assert abs(found.quotient(1e-3).error) < 1.1e-6


@pytest.mark.parametrize(("formula", "at", "words", "not_said"), [
    ("1/x", 1e-9, ["at x = 10⁻⁹", "falls down to the last row", "same only at", "10¹⁸"], ["rises again", "e+", "e-", "inf"]),
    ("e^(1000*x)", 0, ["718", "least at Δ = 10⁻¹¹, and rises", "no finite value at one of the two"], ["inf", "e+"]),
    ("40*x^2", 2, ["1 200 40 160 0"], ["e+"]), ("x^2", 2, ["least at Δ = 10⁻⁸, and rises"], ["no finite value"]),
])
def test_numbers_and_words_of_the_table(formula, at, words, not_said):
    shown = said(sc.slopes(formula, "x", at=at))
    assert [word for word in words if word not in shown] == [word for word in not_said if word in shown] == []


@pytest.mark.parametrize("formula", ["x^(4/3)", "abs(x)^1.5"])
def test_where_the_second_derivative_has_no_value(formula):
    found = sc.slopes(formula, "x", at=0)
    assert "second derivative has no value here" in said(found) and found.predicted is None
    sc.figures.difference_errors(found)


def test_where_nothing_can_be_predicted():
    assert sc.slopes("(x - 3)^2", "x", at=3).predicted is None        # J is 0 there, and nothing is rounded
    assert sc.slopes("3*x", "x", at=1).predicted is None
    assert sc.slopes("|x|", "x", at=2).quotient(0.5).forward == 1


@pytest.mark.parametrize(("formula", "wrt", "at", "kind", "words"), [
    ("ln(x)", "x", -1, LossError, "no finite value, or no finite slope, at x = -1"),
    ("sqrt(x)", "x", 0, LossError, "no finite slope"),
    ("x^2", "y", 1, LossError, "no parameter of this loss"),
    ("x^2*y", "x", 1, DescentError, "2 values are needed"),
    ("x^2", "x", float("nan"), LossError, "finite"),
])
def test_refused(formula, wrt, at, kind, words):
    with pytest.raises(kind, match=words):
        sc.slopes(formula, wrt, at=at)


def test_outside_the_domain_on_one_side_is_a_dash_and_not_a_number():
    found = sc.slopes("ln(x)", "x", at=0.5)
    assert not np.isfinite(found.quotient(1).central) and np.isfinite(found.quotient(1).forward)
    data = found.as_dict()
    assert data["quotients"][0]["central"] is None and data["derivative"] == 2
    assert " -" in next(line for line in str(found).splitlines() if line.strip().startswith("1 "))
