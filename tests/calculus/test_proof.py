"""The proof: it lets true lines pass, stops false ones, and is not fooled by scale, frequency, domain or kinks."""

import mpmath
import pytest
from sympy import Derivative, Integer, Piecewise, Tuple, polygamma

import symcalc as sc
from symcalc.calculus.point import DIGITS, Point
from symcalc.calculus.proof import POINTS, Check, Proof, _is_same_polynomial, points, prove
from symcalc.language.names import COUNT, ROW
from symcalc.written import derivative_of, mul

x = sc.parameters("x")


def lines(*formulas):
    """d/dx of the first, then the others."""
    first, *others = (sc.read(formula, columns="y" if "y" in formula else "") for formula in formulas)
    return [derivative_of(first, x), *others]


@pytest.mark.parametrize("formulas", [
    ("x^2", "2*x"),
    ("x^2", "x + x", "2*x"),
    ("sin(x)^2 + cos(x)^2", "0"),
    ("ln(x)", "1/x"),
    ("x^a", "a*x^(a - 1)"),
    ("7", "0"),
    ("e^x", "exp(x)"),
    ("pi*x", "pi"),
    ("0.1*x", "1/10"),
    ("|x|", "sign(x)"),
    ("max(x, x^2)", "piecewise((1, x > x^2), (2*x, True))"),
    ("sum(x*y)", "sum(y)"),
    ("mean(x*y)", "sum(y)/n"),
])
def test_true_lines_pass(formulas):
    proof = prove(lines(*formulas))
    assert proof.passed
    assert {check.line for check in proof.checks} == set(range(1, len(formulas)))


@pytest.mark.parametrize("formulas, line", [
    (("x^2", "x"), 1),
    (("x^2", "2*x", "2*x + 1"), 2),
    (("x^2", "2.000000001*x"), 1),
    (("x^2", "2*x", "2.00000000001*x"), 2),
    (("1", "1"), 1),
    (("x", "0"), 1),
    (("relu(x - 5)", "0"), 1),                         # 0 wherever x is small
    (("max(0, 20*x - 100)", "0"), 1),
    (("|x|", "1"), 1),
    (("10^(-30)*x^2", "3*10^(-30)*x"), 1),
    (("10^20*(sin(x)^2 + cos(x)^2) + x", "2"), 1),
    (("sum(x*y)", "n*y[i]"), 1),
    (("sum(x*y)", "sum(y)/n"), 1),
])
def test_false_lines_do_not(formulas, line):
    with pytest.raises(sc.ProofError, match=f"^line {line} is not equal to the line before it: "):
        prove(lines(*formulas))


@pytest.mark.parametrize("formulas", [
    ("10^-30*x^2", "2*10^-30*x"),
    ("10^12*(sin(x)^2 + cos(x)^2)", "0"),
    ("10^25*x - 10^25*x", "0"),
    ("sin(10^7*x)", "10^7*cos(10^7*x)"),
    ("(x/7)^100", "100/7*(x/7)^99"),
    ("exp(-x^2*50)", "-100*x*exp(-50*x^2)"),
    ("exp(x^4)", "4*x^3*exp(x^4)"),
    ("acosh(x)", "1/sqrt(x^2 - 1)"),
    ("sqrt(x - 6)", "1/(2*sqrt(x - 6))"),
    ("ln(-x)", "1/x"),
    ("asin(x)", "1/sqrt(1 - x^2)"),
])
def test_scale_frequency_and_domain_are_no_obstacle(formulas):
    assert prove(lines(*formulas)).passed


def test_a_line_that_needs_more_than_the_problem_is_checked_where_it_can_be():
    proof = sc.derive("x^(2*x/x)", "x").proof          # a square for every x; f^g ln(f) wants x > 0
    assert proof.passed and len(proof.checks) > 0


def test_lines_that_never_have_a_value_together_are_not_let_pass():
    with pytest.raises(sc.ProofError, match="no point was found at which all lines have a value"):
        prove(lines("x^2", "2*x + sqrt(-1 - x^2)*0"))


@pytest.mark.parametrize("formula", ["sqrt(-1 - x^2)", "ln(-exp(x))", "asin(2 + x^2)"])
def test_what_is_nowhere_real_is_refused_with_a_sentence(formula):
    with pytest.raises(sc.LossError, match=r"has no real value of moderate size at any of 72 random points$"):
        sc.derive(formula, "x")


def test_no_checks_are_no_proof():
    assert not Proof(()).passed
    assert Proof((Check(1, 0.0),)).passed
    assert not Proof((Check(1, 0.0), Check(2, 1e-3))).passed


def test_the_same_points_every_time():
    expression = derivative_of(sc.read("sin(x)*sqrt(x)"), x)
    assert [point.numbers for point in points(expression)] == [point.numbers for point in points(expression)]


def test_more_points_where_the_slope_jumps_and_both_sides_of_the_kink():
    smooth, bent = (points(derivative_of(sc.read(formula), x)) for formula in ("x^2", "|x|"))
    assert (len(smooth), len(bent)) == (POINTS, 2 * POINTS)
    assert {point.numbers[x] > 0 for point in bent} == {True, False}


# The numbers themselves, against mpmath on its own

AT = mpmath.mpf("0.6")
VALUES = {
    "2*x - 1/3": lambda x: 2 * x - mpmath.mpf(1) / 3,
    "x^(2/3)": lambda x: mpmath.cbrt(x) ** 2,
    "e^x*pi": lambda x: mpmath.exp(x) * mpmath.pi,
    "ln(x)": mpmath.log,
    "sigmoid(x)": lambda x: (1 + mpmath.tanh(x / 2)) / 2,
    "softplus(x)": lambda x: mpmath.log1p(mpmath.exp(x)),
    "relu(x) - relu(-x)": lambda x: x,
    "max(x, x^2, 0.1) - min(x, x^2, 0.1)": lambda x: x - mpmath.mpf("0.1"),
    "piecewise((x, x < 0.5), (x^2, 0.5 <= x < 0.7), (1, True))": lambda x: x**2,
    "0.1": lambda x: mpmath.mpf(1) / 10,
    "gamma(x)": mpmath.gamma,
}


@pytest.fixture
def point():
    context = mpmath.MPContext()
    context.dps = DIGITS
    numbers = {x: "0.6", ROW: 1, COUNT: 3}
    return Point(context, {letter: context.mpf(value) for letter, value in numbers.items()},
                 {sc.columns("y").base: {(row,): context.mpf(value) for row, value in enumerate((1, 2, 5), 1)}})


@pytest.mark.parametrize("formula", VALUES)
def test_a_point_works_expressions_out_to_all_its_digits(formula, point):
    with mpmath.workdps(DIGITS):
        assert mpmath.almosteq(mpmath.mpf(str(point.value(sc.read(formula)))), VALUES[formula](mpmath.mpf("0.6")), 1e-48)


def test_a_point_knows_rows_derivatives_and_functions_that_only_sympy_knows(point):
    with mpmath.workdps(DIGITS):
        assert point.value(sc.read("mean(y*x)", columns="y")) == pytest.approx(8 * AT / 3)
        second = Derivative(Derivative(x**3, x, evaluate=False), x, evaluate=False)
        assert mpmath.almosteq(mpmath.mpf(str(point.value(second))), mpmath.mpf("3.6"), 1e-20)
        assert mpmath.almosteq(mpmath.mpf(str(point.value(polygamma(0, x)))), mpmath.digamma(mpmath.mpf("0.6")), 1e-45)


def test_a_point_refuses_what_it_cannot_work_out(point):
    with pytest.raises(sc.LossError, match="Tuple cannot be worked out"):
        point.value(Tuple(x, x))


def test_cases_that_cover_nothing_are_outside_the_domain():
    never = Piecewise((x, x < -10**9), evaluate=False)
    with pytest.raises(sc.LossError, match="has no real value"):
        prove([derivative_of(never, x), Integer(1)])


def test_a_false_proof_stops_the_derivation(monkeypatch):
    monkeypatch.setattr("symcalc.calculus.derivation.tidied", lambda expression, written: [
        (type("Wrong", (), {"because": "no reason", "name": "wrong", "formula": "0 = 1"}), mul(Integer(2), expression))])
    with pytest.raises(sc.ProofError, match="line 2"):
        sc.derive("x^2", "x")


@pytest.mark.parametrize("border", [5, 100, -100])
def test_a_wrong_case_far_from_zero_does_not_pass(border):
    problem = Piecewise((x**2, x < border), (x**3, True))
    with pytest.raises(sc.ProofError):
        prove([Derivative(problem, x, evaluate=False), Piecewise((2 * x, x < border), (7 * x, True))])
    with pytest.raises(sc.ProofError):
        prove([Derivative(problem, x, evaluate=False), Piecewise((7 * x, x < border), (3 * x**2, True))])


@pytest.mark.parametrize("formula", ["ln(x - 40)", "sqrt(x - 100)", "ln(-x - 50)"])
def test_a_domain_far_from_zero_is_found(formula):
    assert sc.derive(formula, "x").proof.passed


@pytest.mark.parametrize("before, now, same", [
    ("(x + 1)^2", "x^2 + 2x + 1", True), ("(x + 1)^2", "x^2 + 2x", False), ("sin(x)*(x + 1)", "x*sin(x) + sin(x)", True),
    ("x - x", "0", True), ("sin(x)^2 + cos(x)^2", "1", False), ("0.1x + 0.2x", "0.3x", False),
    ("(x + 1)^9", "(x + 1)^9", False),
])
def test_what_multiplying_out_proves_without_numbers(before, now, same):
    assert _is_same_polynomial(sc.read(before), sc.read(now)) is same


def test_the_record_says_which_lines_are_proved_without_numbers_too():
    assert sc.derive("(x^2 - 1)/(x^2 + 1)", "x").proof.symbolic == (5, 6)
