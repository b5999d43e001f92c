"""What is said of runs, forecasts and minima of odd sizes: each sentence was false once, or there was none."""

import math
from fractions import Fraction

import numpy as np
import pytest

import symcalc as sc
from symcalc.training.minima import precise
from symcalc.training.stops import Stop

LINE, OUT = "mean((y - (m*x + b))^2)", "mean(m^2*x^2 + 2*m*b*x + b^2 - 2*y*m*x - 2*y*b + y^2)"
Y = [1.0, 2, 2, 5, 4, 7]


def loss(formula):
    return sc.Loss(formula, columns="x y" if "mean" in formula else "")


def flowing(shown):
    return " ".join(str(shown).split())


# How a run ends

@pytest.mark.parametrize(("formula", "start", "rate", "stop", "updates"), [
    ("w^2", [3], 1e200, Stop.OVERFLOW, 0), ("e^(w^2)", [3], 1.0, Stop.OVERFLOW, 0), ("w^4 - w^3", [1e3], 1e70, Stop.OVERFLOW, 0),
    ("w^2", [3], 1e100, Stop.DIVERGED, 1), ("w^4", [3], 1.0, Stop.DIVERGED, 4), ("w^2", [3], 1.01, Stop.DIVERGED, 59),
])
def test_growth_is_said_where_it_was_seen(formula, start, rate, stop, updates):
    run = loss(formula).descend(start=start, rate=rate, steps=99)
    assert (run.stop, run.nit, run.success) == (stop, updates, False)
    assert (run.nit > 0 and run.fun > 10 * run.costs[0]) == (stop is Stop.DIVERGED)
    alike = loss(formula).sweep(starts=[[start[0] * (1 + k * 1e-9)] for k in range(70)], rate=rate, steps=99)
    assert {end.stop for end in alike.ended} == {stop}


@pytest.mark.parametrize(("formula", "start", "settings", "words"), [
    ("sin(w)", [1e-8], {"rate": 1e5, "steps": 60}, "goes up and down between"),            # and is not as low as it comes
    ("abs(u) + v^2", [1, 1], {"rate": 1e-300, "method": "line search"}, "10⁻³⁰⁰, is too small for floating-point numbers"),
    ("mean(abs(y - m*x))", [0], {"rate": 1e-12, "method": "line search", "data": {"x": [1e150, 2e150], "y": [1, 2]}},
     "None of the rates tried brings the fall that the slope promises; start from 10⁻³⁰¹."),
    ("mean(abs(y - m*x))", [0.7], {"rate": 1.0, "method": "backtracking", "data": {"x": [1, 2, 3], "y": [1, 1, 2]}}, "at a kink"),
    ("1e200*(w - 3)^2", [0], {"method": "line search"}, "Converged: every partial derivative is zero"),
    ("1e200*(w - 3)^2", [0], {"rate": 1e-200, "method": "backtracking"}, "Converged: every partial derivative is zero"),
])
def test_the_sentence_at_the_end_is_true(formula, start, settings, words):
    settings = {"steps": 100, **settings}
    run = loss(formula).descend(settings.pop("data", None), start=start, **settings)
    assert words in run.message and words in flowing(run.summary()) and str(run.updates[-1]) if run.nit else words in run.message


def test_a_summary_speaks_of_many_minima_and_does_without_one_that_is_too_small():
    run = sc.Loss("(u + v - 1)^2").descend(start=[3, 3], rate=0.25, steps=9)
    assert "every slope is 0 at many points, such as u = 0.5, v = 0.5, where J = 0; the run ended " in flowing(run.summary())
    assert " from the nearest of them." in flowing(run.summary()) and run.distance < 1e-15
    tiny = loss(LINE).descend({"x": [1e-200, 2e-200], "y": [1, 2]}, start=[0, 0], rate=0.1, steps=5)
    assert tiny.minimum is None and "By calculus" not in str(tiny.summary())


# Where the slopes are 0

def exact(x, y):
    """The line of least squares, its J, in fractions."""
    x, y, n = list(map(Fraction, x)), list(map(Fraction, y)), len(x)
    middle, height = sum(x) / n, sum(y) / n
    m = sum((a - middle) * (c - height) for a, c in zip(x, y)) / sum((a - middle)**2 for a in x)
    b = height - m * middle
    return float(m), float(b), float(sum((c - m * a - b)**2 for a, c in zip(x, y)) / n)


@pytest.mark.parametrize("offset", [0, 1e3, 1e5, 1e7, 1e8, 1e10])
@pytest.mark.parametrize("formula", [OUT, f"{LINE} + 0*m^2"])
def test_squares_multiplied_out_have_the_minimum_of_the_squares(formula, offset):
    x = offset + np.array([0, 1, 3, 4, 6, 7])
    found = loss(formula).minimum({"x": x, "y": Y})
    assert found.kind == "minimum" and not len(found.flat) and "the only one" in flowing(found)
    assert [*found.point.values(), found.J] == pytest.approx(exact(x, Y), rel=1e-12 if formula == OUT else 1e-5)


@pytest.mark.parametrize(("other", "kind"), [
    (lambda x: 0.1 * x, "one of many minima"), (lambda x: 0 * x, "one of many minima"), (lambda x: x + 1e-9 * x**2, "minimum")])
def test_a_column_that_another_makes_up_to_rounding_leaves_many(other, kind):
    formula = "mean(a^2*x^2 + b^2*z^2 + 2*a*b*x*z - 2*y*a*x - 2*y*b*z + y^2)"
    x = np.array([1.0, 2, 4, 7, 8, 9])
    assert sc.Loss(formula, columns="x z y").minimum({"x": x, "z": other(x), "y": Y}).kind == kind


def test_what_rounding_hides_in_a_large_table_is_left_open(monkeypatch):
    monkeypatch.setattr(precise, "_EXACT_ROWS", 10_000)
    x = 1e8 + np.random.default_rng(1).normal(size=20_000)
    found = loss(OUT).minimum({"x": x, "y": 2*x})
    assert found.kind == "undecided" and "the point and J are known only roughly: write the loss with squares" in flowing(found)
    assert loss(LINE).minimum({"x": x, "y": 2*x}).kind == "minimum"


def test_two_constants_are_told_as_one():
    found = sc.Loss("mean((y - (m*x + b + c))^2)", columns="x y").minimum({"x": [1, 2, 3, 5], "y": [1, 2, 4, 4]})
    assert "b and c can be changed together without changing J" in flowing(found)


@pytest.mark.parametrize(("formula", "kind"), [
    ("a^2 + 1e-30*b^2", "minimum"), ("a^2 - 1e-30*b^2", "saddle point"), ("1e20*a^2 + (a - b)^2", "minimum")])
def test_the_kind_does_not_hang_on_the_units(formula, kind):
    assert sc.Loss(formula).minimum().kind == kind


def test_a_slope_however_small_along_a_level_direction_has_no_lowest_point():
    with pytest.raises(sc.SymcalcError, match="no lowest point"):
        sc.Loss("a^2 + 1e-12*b").minimum()


# What is foretold

@pytest.mark.parametrize("offset", [1e4, 1e6, 1e7])
def test_a_minimum_that_there_is_is_not_denied(offset):
    data = {"x": offset + np.arange(6.0), "y": Y}
    found = loss(OUT).diagnose(data, start=[0, 0], rate=0.1 / offset**2)
    assert "no minimum" not in found.sentence and "serve equally well" not in flowing(found)
    assert "λ_min is lost in rounding" in flowing(found) and "more than 10¹² steps" in found.sentence


@pytest.mark.parametrize(("formula", "falls"), [
    ("a^2 + b", True), ("(a - b)^2 + a", True), ("a^2 - 1e-13*b^2", True), ("a^2 + 1e-13*b^2 + 1e-9*b", False)])
def test_a_loss_without_a_minimum_is_known_by_its_slope(formula, falls):
    assert ("it falls for ever" in sc.Loss(formula).diagnose(rate=0.1).sentence) is falls


def test_squares_too_small_for_numbers_are_not_told_as_0():
    said = loss(OUT).diagnose({"x": [1e-200, 3e-200], "y": [1, 2]}, rate=0.1).sentence
    assert said == "Its second derivatives are too small to tell from 0; give the data in smaller units, such as x/1e-100."


@pytest.mark.parametrize("method", ["momentum", "nesterov"])
def test_a_rate_of_any_size_is_foretold(method):
    found = sc.Loss("3*w^2").diagnose(start=[1], rate=1e200, method=method)
    assert "diverges: the rate is" in found.sentence and math.isfinite(found.outlook.factor)
