"""Kinks: where the slope jumps, which value is used there, and that this is the value that the derivative has."""

import pytest
from sympy import Rational

import symcalc as sc
from symcalc.calculus.kinks import kinks_of

ABS = "the slope jumps from -1 to 1; the value 0, half-way, is used"
RELU = "the slope jumps from 0 to 1; the value 0, as where the unit is off, is used"
SIGN = "the function itself jumps from -1 to 1 and has no slope there; 0, the slope on both sides, is used"
BORDER = "on the border the case whose condition holds there is used"


@pytest.mark.parametrize("formula, letter, kinks", [
    ("x^2", "x", []),
    ("|a|*x", "x", []),
    ("step(2x - 1)", "x", [("2x - 1 = 0", "the function itself jumps from 0 to 1 and has no slope there; "
                            "0, the slope on both sides, is used")]),
    ("acot(x)", "x", [("x = 0", "the function itself jumps from -π/2 to π/2; the slope -1, the same on both sides, is used")]),
    ("atan2(x, a)", "x", [("x = 0", "where the second argument is negative the angle itself jumps from -π to π; "
                           "the slope, the same on both sides, is used")]),
    ("atan2(x, 2)", "x", []), ("atan2(2, x^2)", "x", []),
    ("ln(|x|)", "x", []), ("x*ln(|x|)", "x", []), ("1/|x|", "x", []), ("|x|/x", "x", []), ("csch(|x|)", "x", []),
    ("ln(|x - 1|) + relu(x - 1)", "x", []), ("ln(relu(x))", "x", []),
    ("ln(|x| + 1)", "x", [("x = 0", ABS)]), ("1/(2 - |x|)", "x", [("x = 0", ABS)]),
    ("|x| + ln(x + 1)", "x", [("x = 0", ABS)]),
    ("piecewise((|x|, x < 1), (1/x, True))", "x", [("x = 1", BORDER), ("x = 0", ABS)]),
    ("max(a, 1)*x", "x", []),
    ("|x|", "x", [("x = 0", ABS)]),
    ("|3x - 2|", "x", [("3x - 2 = 0", ABS)]),
    ("|x| + |x|", "x", [("x = 0", ABS)]),
    ("|x| + |x - 1|", "x", [("x = 0", ABS), ("x - 1 = 0", ABS)]),
    ("||x| - 1|", "x", [("|x| - 1 = 0", ABS), ("x = 0", ABS)]),
    ("relu(w*x + b)", "w", [("w x + b = 0", RELU)]),
    ("sign(x)", "x", [("x = 0", SIGN)]),
    ("max(0, 1 - x)", "x", [("1 - x = 0", "at a tie the slope of 0 is used")]),
    ("min(x, x^2)", "x", [("x = x²", "at a tie the slope of x² is used")]),
    ("max(x, x^2, 1)", "x", [("x = x²", "where arguments tie, the last of x, x², 1 gives the slope"),
                             ("x = 1", "where arguments tie, the last of x, x², 1 gives the slope"),
                             ("x² = 1", "where arguments tie, the last of x, x², 1 gives the slope")]),
    ("piecewise((x^2, x < 1), (2x - 1, True))", "x", [("x = 1", BORDER)]),
    ("piecewise((x, 0 < x < 1), (1, True))", "x", [("0 = x", BORDER), ("x = 1", BORDER)]),
    ("piecewise((x, a < 1), (2x, True))", "x", []),
    ("mean(|y - m*x|)", "m", [("yᵢ - m xᵢ = 0", ABS)]),
    ("mean(max(0, 1 - y*(w*x + b)))", "b",
     [("1 - yᵢ (w xᵢ + b) = 0", "at a tie the slope of 0 is used")]),
])
def test_kinks(formula, letter, kinks):
    found = kinks_of(sc.read(formula, parameters=letter), sc.parameters(letter))
    assert [(kink.where, kink.subgradient) for kink in found] == kinks


@pytest.mark.parametrize("formula, at, slope", [
    ("|x|", 0, 0), ("|3x - 2|", "2/3", 0), ("relu(x)", 0, 0), ("sign(x)", 0, 0), ("step(x)", 0, 0),
    ("acot(x)", 0, -1),
    ("max(x, 0)", 0, 0), ("max(0, x)", 0, 0), ("max(0, 1 - x)", 1, 0), ("max(x, 2x)", 0, 2), ("max(2x, x)", 0, 1),
    ("min(x^2, 2x)", 2, 2), ("max(x, x^2 - 2, 1)", 2, 4), ("max(x, 2x, 3x)", 0, 3),
    ("piecewise((x^2, x < 1), (5x, True))", 1, 5), ("piecewise((x^2, x <= 1), (5x, True))", 1, 2),
])
def test_the_derivative_has_the_value_that_is_stated_at_the_kink(formula, at, slope):
    assert sc.derive(formula, "x").result.subs(sc.parameters("x"), Rational(at)) == slope


@pytest.mark.parametrize("formula, tie", [("max(x, x^2 - 2, 1)", 2), ("max(x^2, x, x^3, 0)", 1), ("min(x, -x, x^2 - 6)", 2)])
def test_at_a_tie_the_slope_lies_between_those_of_the_two_sides(formula, tie):
    result, x, near = sc.derive(formula, "x").result, sc.parameters("x"), Rational(1, 10**6)
    left, at, right = (result.subs(x, tie + step) for step in (-near, 0, near))
    assert min(left, right) - 1e-3 <= at <= max(left, right) + 1e-3


def test_kinks_are_shown_with_the_derivation_and_in_its_data():
    derivation = sc.derive("|x - 1|", "x")
    assert f"At the bend of |x - 1|, where x - 1 = 0: {ABS}." in " ".join(str(derivation).split())
    assert derivation.as_dict()["kinks"] == [{"part": "|x - 1|", "where": "x - 1 = 0", "subgradient": ABS}]
