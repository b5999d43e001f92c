"""Kinks: where the slope jumps, which value is used there, and that this is the value that the derivative has."""

import pytest
from sympy import Integer, Rational

import symcalc as sc
from symcalc.calculus import solving
from symcalc.calculus.kinks import kinks_of
from symcalc.calculus.solving import solved
from symcalc.pages.notation import text

ABS = "the slope jumps from -1 to 1; the value 0, half-way, is used; any slope between -1 and 1 would serve"
RELU = "the slope jumps from 0 to 1; the value 0, as where the unit is off, is used; any slope between 0 and 1 would serve"
SIGN = "the function itself jumps from -1 to 1 and has no slope there; 0, the slope on both sides, is used"
BORDER = "on the border the case whose condition holds there is used, for the slope as for the value"
BETWEEN = "any value between the slopes that meet there would serve"
LAST = f"where arguments tie, the last of x, x², 1 gives the slope; {BETWEEN}"


@pytest.mark.parametrize("formula, letter, kinks", [
    ("x^2", "x", []),
    ("|a|*x", "x", []),
    ("step(2x - 1)", "x", [("2x - 1 = 0", "x = 1/2", "the function itself jumps from 0 to 1 and has no slope there; "
                            "0, the slope on both sides, is used")]),
    ("acot(x)", "x", [("x = 0", "x = 0",
                       "the function itself jumps from -π/2 to π/2; the slope -1, the same on both sides, is used")]),
    ("atan2(x, a)", "x", [("x = 0", "x = 0", "where the second argument is negative the angle itself jumps from -π to π; "
                           "the slope, the same on both sides, is used")]),
    ("atan2(x, 2)", "x", []), ("atan2(2, x^2)", "x", []),
    ("ln(|x|)", "x", []), ("x*ln(|x|)", "x", []), ("1/|x|", "x", []), ("|x|/x", "x", []), ("csch(|x|)", "x", []),
    ("ln(|x - 1|) + relu(x - 1)", "x", []), ("ln(relu(x))", "x", []),
    ("ln(|x| + 1)", "x", [("x = 0", "x = 0", ABS)]), ("1/(2 - |x|)", "x", [("x = 0", "x = 0", ABS)]),
    ("|x| + ln(x + 1)", "x", [("x = 0", "x = 0", ABS)]),
    ("piecewise((|x|, x < 1), (1/x, True))", "x", [("x = 1", "x = 1", BORDER), ("x = 0", "x = 0", ABS)]),
    ("max(a, 1)*x", "x", []),
    ("|x|", "x", [("x = 0", "x = 0", ABS)]),
    ("|3x - 2|", "x", [("3x - 2 = 0", "x = 2/3", f"measured against 3x - 2, {ABS}")]),
    ("|x| + |x|", "x", [("x = 0", "x = 0", ABS)]),
    ("|x| + |x - 1|", "x", [("x = 0", "x = 0", ABS), ("x - 1 = 0", "x = 1", f"measured against x - 1, {ABS}")]),
    ("||x| - 1|", "x", [("|x| - 1 = 0", "x = -1 or x = 1", f"measured against |x| - 1, {ABS}"), ("x = 0", "x = 0", ABS)]),
    ("|x^2 + 1|", "x", []),
    ("|sin(x)|", "x", [("sin(x) = 0", None, f"measured against sin(x), {ABS}")]),
    ("|x^2 - a|", "x", [("x² - a = 0", None, f"measured against x² - a, {ABS}")]),
    ("relu(w*x + b)", "w", [("w x + b = 0", "w = -b/x", f"measured against w x + b, {RELU}")]),
    ("sign(x)", "x", [("x = 0", "x = 0", SIGN)]),
    ("max(0, 1 - x)", "x", [("1 - x = 0", "x = 1", f"at a tie the argument 0 gives the slope; {BETWEEN}")]),
    ("min(x, x^2)", "x", [("x = x²", "x = 0 or x = 1", f"at a tie the argument x² gives the slope; {BETWEEN}")]),
    ("max(x, x - 1)", "x", []),
    ("max(x, x^2, 1)", "x", [("x = x²", "x = 1", LAST), ("x = 1", "x = 1", LAST), ("x² = 1", "x = -1 or x = 1", LAST)]),
    ("max(x, a, b)", "x", [("x = a", "x = a", LAST.replace("x², 1", "a, b")),
                           ("x = b", "x = b", LAST.replace("x², 1", "a, b"))]),
    ("piecewise((x^2, x < 1), (2x - 1, True))", "x", [("x = 1", "x = 1", BORDER)]),
    ("piecewise((x, 0 < x < 1), (1, True))", "x", [("0 = x", "x = 0", BORDER), ("x = 1", "x = 1", BORDER)]),
    ("piecewise((x, a < 1), (2x, True))", "x", []),
    ("mean(|y - m*x|)", "m", [("yᵢ - m xᵢ = 0", "m = yᵢ/xᵢ", f"measured against yᵢ - m xᵢ, {ABS}")]),
    ("mean(max(0, 1 - y*(w*x + b)))", "b", [
        ("1 - yᵢ (w xᵢ + b) = 0", "b = (1 - w yᵢ xᵢ)/yᵢ", f"at a tie the argument 0 gives the slope; {BETWEEN}")]),
])
def test_kinks(formula, letter, kinks):
    found = kinks_of(sc.read(formula, parameters=letter), sc.parameters(letter))
    assert [(kink.where, kink.at, kink.subgradient) for kink in found] == kinks


@pytest.mark.parametrize("formula, part", [("|3x - 2|", "3x - 2"), ("max(0, 1 - x)", "0"), ("max(x, x^2, 1)", "x²")])
def test_what_is_used_at_a_bend_names_formulas_as_formulas(formula, part):
    *_, note, _ = sc.derive(formula, "x").document().blocks
    colon = note.parts.index(": ")
    assert part in [text(piece) for piece in note.parts[colon:] if not isinstance(piece, str)]


@pytest.mark.parametrize("equation, letter, values", [
    ("3x - 2", "x", ["2/3"]), ("0.5x - 1.3", "x", ["2.6"]), ("-x", "x", ["0"]), ("-2*m*t - 4", "m", ["-2/t"]),
    ("y - (m*x + b)", "m", ["(yᵢ - b)/x"]), ("y - (m*x + b)", "b", ["yᵢ - m x"]),
    ("1 - t*(w*x + b)", "w", ["(1 - t b)/(t x)"]), ("x*z + x*t - 1", "x", ["1/(z + t)"]),
    ("x^2 - 2x", "x", ["0", "2"]), ("x^2 - 2", "x", ["-√2", "√2"]), ("x^2 - 2x - 2", "x", ["1 - √3", "1 + √3"]),
    ("x^2 - 4x + 4", "x", ["2"]), ("(x - 1)^2 - 4", "x", ["-1", "3"]), ("(x - 1)(x - 2)", "x", ["1", "2"]),
    ("a*x^2 - b*x", "x", ["0", "b/a"]), ("(x - 1)^3", "x", ["1"]), ("x*exp(x)", "x", ["0"]),
    ("ln(x)", "x", ["1"]), ("ln(x) - 1", "x", ["e"]), ("ln(x) - a", "x", ["exp(a)"]),
    ("exp(exp(x)) - 2", "x", ["ln(ln(2))"]), ("exp(x) - e", "x", ["1"]), ("||x| - exp(1)|", "x", ["-exp(1)", "exp(1)"]),
    ("exp(2x + 1) - 3", "x", ["(ln(3) - 1)/2"]),
    ("||x| - 3| - 2", "x", ["-5", "-1", "1", "5"]),
    ("x^2 + 1", "x", []), ("exp(x) + 1", "x", []), ("|x - 1| + 2", "x", []), ("x - (x - 1)", "x", []),
    ("x^2 - a", "x", None), ("x^3 - 1", "x", None), ("sin(x)", "x", None), ("x + exp(x)", "x", None), ("|x| + x", "x", None),
    ("x^2/x", "x", None), ("exp(x) - a", "x", None), ("sqrt(x) + 2", "x", None), ("x - x", "x", None),
])
def test_equations_are_solved_or_nothing_is_said(equation, letter, values):
    found = solved(sc.read(equation, columns="y" if "y" in equation else ""), Integer(0), sc.parameters(letter))
    assert (found if found is None else list(map(text, found))) == values


def test_no_solution_is_told_that_does_not_hold(monkeypatch):
    monkeypatch.setattr(solving, "_quotient", lambda constant, linear: Integer(7))
    assert solved(sc.read("3x - 2"), Integer(0), sc.parameters("x")) is None


# (kind, formula, where, the slope that the sentence names there)
@pytest.mark.parametrize("kind, formula, at, slope", [
    ("Abs", "|3w - 2|", 2/3, 0), ("Abs within a product", "5*|w| + w", 0, 1), ("sign", "sign(w) + w", 0, 1),
    ("relu", "relu(2w - 1) + 3w", 0.5, 3), ("Max with a constant", "max(0, 1 - w)", 1, 0), ("Max", "max(w, 2w)", 0, 2),
    ("Max turned", "max(2w, w)", 0, 1), ("Min", "min(w^2, 2w)", 2, 2), ("Max of three", "max(w, w^2 - 2, 1)", 2, 4),
    ("Max of three, all equal", "max(w, 2w, 3w)", 0, 3), ("Max of three, the constant last", "max(w, w^2, 1)", 1, 0),
    ("Piecewise, border outside", "piecewise((w^2, w < 1), (5w, True))", 1, 5),
    ("Piecewise, border inside", "piecewise((w^2, w <= 1), (5w, True))", 1, 2),
    ("nested, outer bend", "||w| - 1|", 1, 0), ("nested, inner bend", "||w| - 1|", 0, 0),
    ("relu within Max", "max(relu(w), 2w)", 0, 2), ("Abs within Piecewise", "piecewise((|w|, w < 1), (w, True))", 0, 0),
])
def test_the_compiled_gradient_has_the_slope_that_the_sentence_names(kind, formula, at, slope):
    loss = sc.Loss(formula)
    assert loss.derive("w").kinks
    _, gradient = loss.compile()([at])
    assert gradient[0] == slope


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
    told = f"measured against x - 1, {ABS}"
    assert f"At the bend of |x - 1|, where x - 1 = 0 (x = 1): {told}. The compiled gradient uses the same." in " ".join(
        str(derivation).split())
    assert derivation.as_dict()["kinks"] == [{"part": "|x - 1|", "where": "x - 1 = 0", "at": "x = 1", "subgradient": told}]


def test_bends_of_one_part_are_told_together():
    printed = " ".join(str(sc.derive("max(x, x^2, 1)", "x")).split())
    assert "where x = x² (x = 1), x = 1 or x² = 1 (x = -1 or x = 1): where arguments tie" in printed
    assert printed.count("At the bend of") == 1
