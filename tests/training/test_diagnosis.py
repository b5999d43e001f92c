"""Why a run goes wrong: curvature against derivatives worked by hand, and the part that has no value."""

import numpy as np
import pytest

import symcalc as sc
from symcalc.training.shape.curvature import second_derivatives
from symcalc.training.shape.rates import hessian
from symcalc.training.shape.spectrum import limit_of
from symcalc.training.shape.trouble import trouble_at


@pytest.mark.parametrize(("formula", "point", "matrix"), [
    ("3*w^2", [1.0], [[6]]),
    ("u^2 + 3*u*v + 5*v^2", [0.3, -2.0], [[2, 3], [3, 10]]),
    ("(1 - u)^2 + 100*(v - u^2)^2", [-1.2, 1.0], [[1330, 480], [480, 200]]),
    ("exp(u)*sin(v)", [0.0, 0.0], [[0, 1], [1, 0]]),
    ("u^4 + v", [1000.0, 1.0], [[12e6, 0], [0, 0]]),
])
def test_the_hessian(formula, point, matrix):
    found = hessian(sc.Loss(formula).compile(), np.array(point))
    assert found == pytest.approx(np.array(matrix, dtype=float), rel=1e-6, abs=1e-5) and (found == found.T).all()


@pytest.mark.parametrize(("formula", "point", "rate"), [
    ("3*w^2", 1.0, 1 / 3), ("w^4", 10.0, 2 / 1200), ("-w^2", 1.0, None), ("2*w", 1.0, None), ("ln(w)", -1.0, None),
    ("sqrt(w)", 0.0, None), ("exp(exp(w))", 7.0, None),
])
def test_the_largest_stable_rate(formula, point, rate):
    found = limit_of(second_derivatives(sc.Loss(formula), None)(np.array([point])))
    assert found == (rate and pytest.approx(rate, rel=1e-15))


def test_below_the_stable_rate_a_quadratic_converges_and_above_it_does_not():
    J = sc.Loss("u^2 + 3*u*v + 5*v^2")
    limit = limit_of(second_derivatives(J, None)(np.zeros(2)))
    for factor, converges in ((0.98, True), (1.02, False)):
        run = J.descend(start=[1, 1], rate=factor * limit, steps=2000)
        assert run.success is converges


@pytest.mark.parametrize(("formula", "point", "sentence", "overflow"), [
    ("ln(w)", -1.0, "ln(w) has no real value at w = -1: ln needs a positive argument", False),
    ("ln(w)", 0.0, "ln(w) has no finite value at w = 0: ln needs a positive argument", False),
    ("w^2 + 3*ln(2 - w)", 5.0, "ln(2 - w) has no real value at w = 5: ln needs a positive argument", False),
    ("sqrt(w - 1)", 0.5, "√(w - 1) has no real value at w = 0.5", False),
    ("1/(w - 2)", 2.0, "1/(w - 2) divides by zero at w = 2", False),
    ("w^-3", 0.0, "1/w³ divides by zero at w = 0", False),
    ("asin(w)", 2.0, "asin(w) has no real value at w = 2: asin needs an argument from -1 to 1", False),
    ("acosh(w)", 0.0, "acosh(w) has no real value at w = 0: acosh needs an argument of at least 1", False),
    ("atanh(w)", -1.0, "atanh(w) has no finite value at w = -1: atanh needs an argument between -1 and 1", False),
    ("digamma(w)", -0.5, "digamma(w) has no value at w = -0.5: symcalc takes digamma for a positive argument only", False),
    ("cot(w)", 0.0, "cot(w) has no finite value at w = 0: cot needs an argument that is no multiple of pi", False),
    ("exp(w)", 710.0, "exp(w) is too large for a floating-point number at w = 710", True),
    ("exp(w/2) - exp(2*w)", 710.0, "exp(2w) is too large for a floating-point number at w = 710", True),
    ("lgamma(w)", 1e306, "lgamma(w) is too large for a floating-point number at w = 10³⁰⁶", True),
    ("lgamma(exp(w))", -7159.0, "exp(w) is too small for a floating-point number at w = -7159", False),
    ("w^4 - w^3", 1e100, "w⁴ is too large for a floating-point number at w = 10¹⁰⁰", True),
    ("1e200*w", 1e200, "10²⁰⁰ w is too large for a floating-point number at w = 10²⁰⁰", True),
    ("w^2", 1.0, "the loss has no finite value there", False),
])
def test_the_innermost_part_without_a_value_is_named(formula, point, sentence, overflow):
    J = sc.Loss(formula)
    trouble = trouble_at(J, None, {J.parameters[0]: point})
    assert (trouble.sentence, trouble.overflow) == (sentence, overflow)


@pytest.mark.parametrize(("formula", "sentence"), [
    ("mean(ln(x - w))", "ln(xᵢ - w) has no real value in row 2 at w = 1.5: ln needs a positive argument"),
    ("mean(1/(x - w - 1.5))", "1/(xᵢ - w - 1.5) divides by zero in row 1 at w = 1.5"),
    ("ln(mean(x) - 10*w)", "ln(1/n Σ xᵢ - 10w) has no real value at w = 1.5: ln needs a positive argument"),
    ("mean(ln(x - 2)) + w", "ln(xᵢ - 2) has no real value in row 2: ln needs a positive argument"),
])
def test_a_row_is_named_where_it_is_one_row(formula, sentence):
    J = sc.Loss(formula, columns="x")
    table = J.table({"x": [3.0, 1.0, 5.0]})
    assert trouble_at(J, table, {J.parameters[0]: 1.5}).sentence == sentence
