"""The table of rules: which rule applies, what it says, and that the proof notices when one is wrong."""

from dataclasses import replace

import pytest
from sympy import E, Integer, Min, Pow, log, pi

import symcalc as sc
from symcalc.calculus import rules
from symcalc.calculus.elementary import lowered
from symcalc.calculus.rule import depends
from symcalc.calculus.rules import RULES, rule_for
from symcalc.written import add, call, divide, mul, negative, power, row_sum, subtract

x = sc.parameters("x")


def first_rule(formula, letter="x"):
    return rule_for(sc.read(formula, parameters=letter), sc.parameters(letter))


@pytest.mark.parametrize("formula, name, says", [
    ("7", "constant rule", "c' = 0"),
    ("a^2", "constant rule", "c' = 0"),
    ("x", "identity rule", "x' = 1"),
    ("x - 3", "sum rule", "(f + g)' = f' + g'"),
    ("-x", "constant multiple rule", "(c f)' = c f'"),
    ("a*x", "constant multiple rule", "(c f)' = c f'"),
    ("x/5", "constant multiple rule", "(c f)' = c f'"),
    ("3/x", "constant multiple rule", "(c f)' = c f'"),
    ("x*sin(x)", "product rule", "(f g)' = f' g + f g'"),
    ("sin(x)/x", "quotient rule", "(f/g)' = (f' g - f g')/g²"),
    ("x/(x+1)*sin(x)", "quotient rule", "(f/g)' = (f' g - f g')/g²"),
    ("sqrt(x)", "square root rule", "(√x)' = 1/(2 √x)"),
    ("sqrt(x+1)", "chain rule", "(√u)' = 1/(2 √u) · u'"),
    ("1/x", "reciprocal rule", "(1/x)' = -1/x²"),
    ("1/sin(x)", "chain rule", "(1/u)' = -1/u² · u'"),
    ("x^5", "power rule", "(x^n)' = n x^(n - 1)"),
    ("1/x^5", "power rule", "(x^n)' = n x^(n - 1)"),
    ("1/sqrt(x)", "power rule", "(x^n)' = n x^(n - 1)"),
    ("1/(x+1)^5", "chain rule", "(u^n)' = n u^(n - 1) · u'"),
    ("1/x^n", "power rule", "(x^n)' = n x^(n - 1)"),
    ("1/e^x", "chain rule", "(e^u)' = e^u · u'"),
    ("1/exp(2x)", "chain rule", "(exp(u))' = exp(u) · u'"),
    ("1/2^x", "chain rule", "(a^u)' = a^u ln(a) · u'"),
    ("1/(2x^3)", "constant multiple rule", "(c f)' = c f'"),
    ("x^2/x^5", "quotient rule", "(f/g)' = (f' g - f g')/g²"),
    ("1/x^x", "chain rule", "(1/u)' = -1/u² · u'"),
    ("1/(1/x)", "chain rule", "(1/u)' = -1/u² · u'"),
    ("x^a", "power rule", "(x^n)' = n x^(n - 1)"),
    ("(x+1)^5", "chain rule", "(u^n)' = n u^(n - 1) · u'"),
    ("exp(x)", "exponential rule", "(exp(x))' = exp(x)"),
    ("e^x", "exponential rule", "(e^x)' = e^x"),
    ("e^(2x)", "chain rule", "(e^u)' = e^u · u'"),
    ("exp(2x)", "chain rule", "(exp(u))' = exp(u) · u'"),
    ("2^x", "exponential rule", "(a^x)' = a^x ln(a)"),
    ("a^(2x)", "chain rule", "(a^u)' = a^u ln(a) · u'"),
    ("x^x", "logarithmic differentiation", "(f^g)' = f^g · (g ln(f))'"),
    ("ln(x)", "derivative of the natural logarithm", "(ln(x))' = 1/x"),
    ("ln(2x)", "chain rule", "(ln(u))' = 1/u · u'"),
    ("sin(x)", "derivative of the sine", "(sin(x))' = cos(x)"),
    ("cos(x)", "derivative of the cosine", "(cos(x))' = -sin(x)"),
    ("tanh(3x)", "chain rule", "(tanh(u))' = (1 - tanh²(u)) · u'"),
    ("sigmoid(x)", "derivative of the sigmoid", "(σ(x))' = σ(x) (1 - σ(x))"),
    ("relu(2x)", "chain rule", "(relu(u))' = {1 if u > 0; 0 otherwise} · u'"),
    ("|x|", "derivative of the absolute value", "(|x|)' = sign(x)"),
    ("max(x, 1)", "rule for the maximum", "max(f, g)' = f' where f > g, g' elsewhere"),
    ("min(x, 1)", "rule for the minimum", "min(f, g)' = f' where f < g, g' elsewhere"),
    ("piecewise((x, x < 1), (1, True))", "rule for cases", "each case on its own"),
    ("digamma(x)", "derivative of the digamma function", "(digamma(x))' = polygamma(1, x)"),
    ("polygamma(1, x)", "derivative of the polygamma function", "(polygamma(k, x))' = polygamma(k + 1, x)"),
    ("polygamma(1, x^2)", "chain rule", "(polygamma(k, u))' = polygamma(k + 1, u) · u'"),
])
def test_the_rule_that_applies_and_what_it_says(formula, name, says):
    rule = first_rule(formula)
    assert (rule.name, rule.formula) == (name, says)


def test_a_sum_over_the_rows_has_its_rule():
    assert first_rule("sum(m*x)", "m").formula == "(Σ f)' = Σ f'"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.name}: {rule.formula}")
def test_every_rule_says_what_it_is_in_both_media(rule):
    assert rule.name and rule.formula and rule.latex
    assert rule.latex.count("{") == rule.latex.count("}")
    assert rule.latex.count(r"\left") == rule.latex.count(r"\right")


# Reasons

@pytest.mark.parametrize("formula, letter, reason", [
    ("sum((y-(m*x+b))^2)", "m", "yᵢ and b do not depend on m: they are constants here, with derivative 0"),
    ("sum((y-(m*x+b))^2)", "b", "yᵢ, m and xᵢ do not depend on b: they are constants here, with derivative 0"),
    ("sum((y-(m*x+b))^2)", "m", "xᵢ does not depend on m: it is a constant here and stays as a factor"),
    ("mean(m*x)", "m", "n does not depend on m: it is a constant here and stays as a factor"),
    ("x + k", "x", "k does not depend on x: it is a constant here, with derivative 0"),
    ("x + 1", "x", "1 is a constant number, with derivative 0"),
    ("(x+1)*(x+2)", "x", "1 and 2 are constant numbers, with derivative 0"),
    ("sin(x+1)*(x+1)", "x", "1 is a constant number, with derivative 0"),
    ("x + 1 + b", "x", "1 and b do not depend on x: they are constants here, with derivative 0"),
    ("3*x^2", "x", "3 is a constant number and stays as a factor"),
    ("pi*x^2", "x", "π is a constant number and stays as a factor"),
    ("3*x^2 + 2*x^3", "x", "3 and 2 are constant numbers and stay as factors"),
    ("a*c*x^2", "x", "a and c do not depend on x: they are constants here and stay as factors"),
    ("a*x^2 + a*sin(x)", "x", "a does not depend on x: it is a constant here and stays as a factor"),
    ("a*x^2 + 3*sin(x)", "x", "a and 3 do not depend on x: they are constants here and stay as factors"),
    ("-sin(x)", "x", "the minus sign is the constant factor -1: it stays in front"),
    ("x*sin(x)", "x", "both factors depend on x: differentiate one at a time and keep the rest"),
    ("x*sin(x)*exp(x)", "x", "all the factors depend on x: differentiate one at a time and keep the rest"),
    ("sin(x)/x", "x", "a fraction with x above and below the bar"),
    ("x^2", "x", "the square of x itself"),
    ("x^2 + x^3", "x", "the square and the cube of x itself"),
    ("x^7 + x^(3/2)", "x", "the 7th power and the power 3/2 of x itself"),
    ("x^30", "x", "the power 30 of x itself"),
    ("sin(x^2)", "x", "outside stands the sine, inside u = x²"),
    ("ln(2x) + ln(3x)", "x", "outside stands the natural logarithm, inside u = 2x, and again with u = 3x"),
    ("(x+1)^2 + (x-1)^3", "x", "outside stands the square, inside u = x + 1; outside stands the cube, inside u = x - 1"),
    ("5^(2x)", "x", "outside stands the exponential function with base 5, inside u = 2x"),
    ("max(x, 1)", "x", "the largest argument sets the slope"),
    ("min(x, 1)", "x", "the smallest argument sets the slope"),
    ("polygamma(2, x^2)", "x", "outside stands the polygamma function of order 2, inside u = x²"),
    ("x^x", "x", "base and exponent both depend on x; the logarithm is ln(x^x) = x ln(x), "
     "and a function changes by itself times the slope of its logarithm"),
])
def test_reasons_name_the_letters_and_are_grammatical(formula, letter, reason):
    assert reason in [line.because for line in sc.derive(formula, letter).lines]


# Helpers

@pytest.mark.parametrize("exponent, one_less", [
    ("3", "2"), ("2", "1"), ("1/2", "-1/2"), ("-1", "-2"), ("2.5", "1.5"), ("2.0", "1"), ("a", "a - 1"), ("pi", "π - 1"),
])
def test_lowered(exponent, one_less):
    assert sc.text(lowered(sc.read(exponent))) == one_less


@pytest.mark.parametrize("formula, answer", [("x + a", True), ("a", False), ("sin(a*x)", True), ("sum(y)", False)])
def test_depends(formula, answer):
    assert depends(sc.read(formula, columns="y" if "y" in formula else ""), x) is answer


def test_a_column_does_not_depend_on_a_letter_of_the_same_name():
    assert not depends(sc.columns("x"), x)


# A rule that is wrong is caught by the proof, whatever is wrong with it

def swapped_quotient(e, v, above_, below_):
    above, below = rules._fraction(e)
    return divide(subtract(mul(above, below_), mul(above_, below)), power(below, Integer(2)))


def unsquared_quotient(e, v, above_, below_):
    above, below = rules._fraction(e)
    return divide(subtract(mul(above_, below), mul(above, below_)), below)


def quotient_of_derivatives(e, v, above_, below_):
    return divide(above_, below_)


def plant(monkeypatch, right, wrong):
    """Make one rule combine the derivatives of its parts wrongly."""
    monkeypatch.setattr(rules, "RULES", tuple(replace(rule, combine=wrong) if rule is right else rule for rule in RULES))


FAULTS = {
    "a constant has slope 1": ("x^2 + 3", "3", lambda e, v: Integer(1)),
    "x has slope x": ("x", "x", lambda e, v: v),
    "a sum without its last term": ("x^2 + x^3 + sin(x)", None, lambda e, v, *d: add(*d[:-1])),
    "a sum that forgets the minus": ("x^2 - x^3", None, lambda e, v, *d: add(*d)),
    "a product of derivatives": ("x^2*sin(x)", None, lambda e, v, f, g: mul(f, g)),
    "half a product rule": ("x^2*sin(x)", None, lambda e, v, f, g: mul(f, e.args[1])),
    "a product rule with a minus": ("x^2*sin(x)", None, lambda e, v, f, g: subtract(mul(f, e.args[1]), mul(e.args[0], g))),
    "three factors, two terms": ("x*sin(x)*exp(x)", None,
                                 lambda e, v, f, g, h: add(mul(f, *e.args[1:]), mul(e.args[0], g, e.args[2]))),
    "a quotient turned round": ("sin(x)/x", None, swapped_quotient),
    "a quotient over g": ("sin(x)/x", None, unsquared_quotient),
    "a quotient of derivatives": ("sin(x)/x", None, quotient_of_derivatives),
    "a factor dropped": ("3*sin(x)", None, lambda e, v, inner: inner),
    "a letter dropped": ("3*a*sin(x)", None, lambda e, v, inner: mul(Integer(3), inner)),
    "a minus dropped": ("-sin(x)", None, lambda e, v, inner: inner),
    "a factor off by a thousandth": ("3*sin(x)", None, lambda e, v, inner: mul(sc.read("3.003"), inner)),
    "the exponent not lowered": ("x^5", None, lambda e, v: mul(e.exp, e)),
    "the exponent not in front": ("x^5", None, lambda e, v: power(e.base, Integer(4))),
    "x^n without n": ("x^a", None, lambda e, v: power(e.base, lowered(e.exp))),
    "a square without its inside": ("(3x+1)^2", None, lambda e, v, inner: mul(Integer(2), e.base)),
    "a square of derivatives": ("(3x+1)^2", None, lambda e, v, inner: power(inner, Integer(2))),
    "a root without the 2": ("sqrt(x)", None, lambda e, v: divide(Integer(1), e)),
    "a root over 2u": ("sqrt(3x+1)", None, lambda e, v, inner: divide(inner, mul(Integer(2), e.base))),
    "a reciprocal that rises": ("1/x", None, lambda e, v: power(e.base, Integer(-2))),
    "a reciprocal over u": ("1/(3x+1)", None, lambda e, v, inner: negative(mul(e, inner))),
    "e^u as a power": ("e^(3x)", None, lambda e, v, inner: mul(e.exp, power(E, subtract(e.exp, Integer(1))), inner)),
    "exp(u) without u'": ("exp(3x)", None, lambda e, v, inner: e),
    "a^x without ln a": ("5^x", None, lambda e, v: e),
    "a^x with ln x": ("5^x", None, lambda e, v: mul(e, call(log, v))),
    "x^x as a power": ("x^x", None, lambda e, v, inner: mul(e.exp, power(e.base, lowered(e.exp)))),
    "x^x as an exponential": ("x^x", None, lambda e, v, inner: mul(e, call(log, e.base))),
    "the smallest for the largest": ("max(x, x^2)", None, lambda e, v, *d: rules._contest(call(Min, *e.args), v, *d)),
    "the largest without its ties": ("max(x, x^3, 1)", None, lambda e, v, *d: d[0]),
    "cases changed over": ("piecewise((x^2, x < 1), (sin(x), True))", None,
                           lambda e, v, f, g: rules.CASES.combine(e, v, g, f)),
    "the same order": ("polygamma(1, x^2)", None, lambda e, v, inner: mul(e, inner)),
}


@pytest.mark.parametrize("formula, where, wrong", FAULTS.values(), ids=FAULTS.keys())
def test_a_wrong_rule_does_not_pass(formula, where, wrong, monkeypatch):
    plant(monkeypatch, first_rule(where or formula), wrong)
    with pytest.raises(sc.ProofError, match=r"^line \d+ is not equal to the line before it: "):
        sc.derive(formula, "x")


@pytest.mark.parametrize("formula, wrong", [
    ("mean((y-m*x)^2)", lambda e, v, inner: inner),
    ("mean((y-m*x)^2)", lambda e, v, inner: row_sum(mul(Integer(2), inner), e)),
    ("sum(ln(1+exp(-y*m*x)))", lambda e, v, inner: mul(e.limits[0][2], inner)),
], ids=["no sum left", "twice the sum", "n times one row"])
def test_a_wrong_sum_over_the_rows_does_not_pass(formula, wrong, monkeypatch):
    plant(monkeypatch, rules.ROW_SUM, wrong)
    with pytest.raises(sc.ProofError):
        sc.derive(formula, "m")


def test_faults_are_planted_where_they_should_be():
    for formula, where, _ in FAULTS.values():
        assert sc.derive(formula, "x").proof.passed
        assert first_rule(where or formula) in RULES
    assert first_rule("x^pi").combine(Pow(x, pi, evaluate=False), x).has(pi)
