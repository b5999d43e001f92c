"""Cross-entropies however they are written, down to p_k - [k = c], and what is no softmax left alone."""

import mpmath
import pytest
from sympy import lambdify

import symcalc as sc
from symcalc.calculus.algebra.softmax import collected, logits_of, with_sigmoid_of_pair, with_softmax
from symcalc.calculus.algebra.terms import NOTHING


def plain(k, *zs):
    return mpmath.exp(zs[k - 1]) / mpmath.fsum(mpmath.exp(z) for z in zs)


def cost(a, b, c):
    return mpmath.log(mpmath.exp(a) + mpmath.exp(b) + mpmath.exp(c)) - a


def weighted(a, b, c, t1, t2, t3):
    return (t1 + t2 + t3) * mpmath.log(mpmath.exp(a) + mpmath.exp(b) + mpmath.exp(c)) - t1 * a - t2 * b - t3 * c


SUM = "(exp(a) + exp(b) + exp(c))"
WAYS = [f"-ln(exp(a)/{SUM})", f"ln{SUM} - a", "ln(e^a + e^b + e^c) - a", "-ln(e^a/(e^a + e^b + e^c))", "logsumexp(a, b, c) - a",
        "-ln(softmax(1, a, b, c))", "-ln(softmax₁(a, b, c))", f"-(ln(exp(a)) - ln{SUM})"]
ONE_HOT = ["-(t1*ln(softmax(1,a,b,c)) + t2*ln(softmax(2,a,b,c)) + t3*ln(softmax(3,a,b,c)))",
           f"-(t1*ln(exp(a)/{SUM}) + t2*ln(exp(b)/{SUM}) + t3*ln(exp(c)/{SUM}))",
           "-t1*ln(softmax(1,a,b,c)) - t2*ln(softmax(2,a,b,c)) - t3*ln(softmax(3,a,b,c))"]
ENDS = [
    *((way, "a", "softmax₁(a, b, c) - 1", cost) for way in WAYS),
    *((way, "b", "softmax₂(a, b, c)", cost) for way in WAYS),
    *((way, "a", "(t1 + t2 + t3) softmax₁(a, b, c) - t1", weighted) for way in ONE_HOT),
    *((way, "b", "(t1 + t2 + t3) softmax₂(a, b, c) - t2", weighted) for way in ONE_HOT),
    (f"exp(a)/{SUM}", "a", "softmax₁(a, b, c) (1 - softmax₁(a, b, c))", lambda a, b, c: plain(1, a, b, c)),
    (f"exp(a)/{SUM}", "b", "-softmax₁(a, b, c) softmax₂(a, b, c)", lambda a, b, c: plain(1, a, b, c)),
    ("exp(a)/(exp(a) + exp(b))", "a", "σ(a - b) (1 - σ(a - b))", lambda a, b: 1 / (1 + mpmath.exp(b - a))),
    ("-ln(exp(a)/(exp(a) + exp(b)))", "b", "σ(b - a)", lambda a, b: mpmath.log(1 + mpmath.exp(b - a))),
    ("logsumexp(a*b, c, 0)", "a", "b softmax₁(a b, c, 0)",
     lambda a, b, c: mpmath.log(mpmath.exp(a * b) + mpmath.exp(c) + 1)),
    ("softmax(1, a, b)^2", "a", "2 softmax₁²(a, b) (1 - softmax₁(a, b))", lambda a, b: plain(1, a, b) ** 2),
    ("1/(1 + exp(a) + exp(b))", "a", "-softmax₂(0, a, b) softmax₁(0, a, b)", lambda a, b: plain(1, 0, a, b)),
    ("-ln(softmax(1, a*b, a*c, 1))", "a", "b (softmax₁(a b, a c, 1) - 1) + c softmax₂(a b, a c, 1)",
     lambda a, b, c: -mpmath.log(plain(1, a * b, a * c, 1))),
    (f"(exp(a)/{SUM})^2", "a", "2 softmax₁²(a, b, c) (1 - softmax₁(a, b, c))", lambda a, b, c: plain(1, a, b, c) ** 2),
]
AT = {"a": 0.7, "b": -0.4, "c": 1.3, "t1": 0.2, "t2": 0.5, "t3": 0.9}


@pytest.mark.parametrize("formula, letter, last, function", ENDS, ids=lambda value: value if isinstance(value, str) else "")
def test_ends_in_p_less_one_hot(formula, letter, last, function, slope_of):
    derivation = sc.derive(formula, letter)
    assert derivation.proof.passed and sc.text(derivation.result) == last
    symbols = sorted(derivation.result.free_symbols, key=str)
    found = lambdify(symbols, derivation.result, [{"softmax": plain, "sigmoid": lambda z: 1 / (1 + mpmath.exp(-z))}, "mpmath"])
    with mpmath.workdps(30):
        assert mpmath.almosteq(found(*(mpmath.mpf(AT[symbol.name]) for symbol in symbols)),
                               slope_of(function, letter, AT), 1e-14)


@pytest.mark.parametrize("formula, letter, last", [
    ("mean(logsumexp(w1*x, w2*x, 0) - w1*x)", "w1", "1/n Σ xᵢ (softmax₁(w1 xᵢ, w2 xᵢ, 0) - 1)"),
    ("mean(logsumexp(w1*x, w2*x, 0) - w1*x)", "w2", "1/n Σ xᵢ softmax₂(w1 xᵢ, w2 xᵢ, 0)"),
    ("mean(ln(exp(w1*x) + exp(w2*x) + 1) - w1*x)", "w1", "1/n Σ xᵢ (softmax₁(w1 xᵢ, w2 xᵢ, 0) - 1)"),
    ("-mean(ln(exp(w1*x)/(exp(w1*x) + exp(w2*x) + 1)))", "w1", "1/n Σ xᵢ (softmax₁(w1 xᵢ, w2 xᵢ, 0) - 1)"),
    ("-mean(ln(exp(w1*x)/(exp(w1*x) + exp(w2*x) + 1)))", "w2", "1/n Σ xᵢ softmax₂(w1 xᵢ, w2 xᵢ, 0)"),
    ("-mean(ln(softmax(1, w1*x, w2*x, w3*x)))", "w1", "1/n Σ xᵢ (softmax₁(w1 xᵢ, w2 xᵢ, w3 xᵢ) - 1)"),
    ("-mean(ln(softmax(1, w1*x, w2*x, w3*x)))", "w3", "1/n Σ xᵢ softmax₃(w1 xᵢ, w2 xᵢ, w3 xᵢ)"),
    ("mean(-(y1*ln(softmax(1, w1*x, w2*x)) + y2*ln(softmax(2, w1*x, w2*x))))", "w1",
     "1/n Σ xᵢ ((y1ᵢ + y2ᵢ) softmax₁(w1 xᵢ, w2 xᵢ) - y1ᵢ)"),
])
def test_over_the_rows(formula, letter, last):
    derivation = sc.derive(formula, letter, columns=[name for name in ("x", "y1", "y2") if name in formula.replace("exp", "")])
    assert derivation.proof.passed and sc.text(derivation.result) == last


@pytest.mark.parametrize("formula", [
    "((exp(b)/(exp(b) + exp(a*x)))*(1 - logsumexp(a*x, c - a, b, c)))^2",
    "softmax(3, c, c - a, 1)*exp(a*x)/(exp(a*x) + exp(a*x)) + softmax(2, c - a, b*x, a, 0)",
    "(softmax(2, b, b*x, 2*a) + exp(a*x)/(exp(a*x) + exp(a*x)))*(exp(a)/(exp(a) + exp(2*a) + exp(c)))",
    "-(-softmax(1, a, b)*x - softmax(1, a, b) - x*softmax(2, a, b))",
])
def test_no_two_changes_undo_each_other(formula):
    lines = [sc.text(line.expression) for line in sc.derive(formula, "a").lines]
    assert len(set(lines)) == len(lines) < 40


def test_the_written_form_is_kept_until_the_last_line():
    *before, last = sc.derive(f"ln{SUM} - a", "a").lines
    assert not any("softmax" in sc.text(line.expression) for line in before)
    assert last.rule.name == "name the softmax"
    assert last.rule.formula == "e^(z_k)/(e^(z₁) + e^(z₂) + ...) = softmax_k(z₁, z₂, ...)"


@pytest.mark.parametrize("formula", [
    "1/(exp(a) + exp(b) + exp(c))", "exp(d)/(exp(a) + exp(b) + exp(c))", "exp(a)/(exp(a) + 2*exp(b) + exp(c))",
    "exp(a)/(exp(a) + exp(b) + c)", "a/(a + b + c)", "exp(a)/(1 + exp(a))", "exp(a)*(exp(a) + exp(b) + exp(c))",
    "exp(a)/sqrt(exp(a) + exp(b) + exp(c))", "exp(a)/(2 + exp(a) + exp(b))",
])
def test_what_is_no_softmax_stays(formula):
    expression = sc.read(formula)
    for change in (with_softmax, with_sigmoid_of_pair, collected):
        assert change(expression, NOTHING) == expression


@pytest.mark.parametrize("formula, shown", [
    ("exp(2*a)*exp(b)/(exp(2*a) + exp(b) + 1)", "softmax₁(2a, b, 0) exp(b)"),
    ("1/(exp(a) + 1 + exp(b))", "softmax₂(a, 0, b)"),
    ("(exp(a) + exp(b))/(exp(a) + exp(b) + exp(c))", "1 - softmax₃(a, b, c)"),
    ("(exp(a) + exp(b) + exp(c))/(exp(a) + exp(b) + exp(c) + exp(d) + exp(f))",
     "1 - (softmax₄(a, b, c, d, f) + softmax₅(a, b, c, d, f))"),
    ("(exp(a) + exp(b))/(exp(a) + exp(b) + exp(c) + exp(d))", "softmax₁(a, b, c, d) + softmax₂(a, b, c, d)"),
    ("x*exp(a)^2/(exp(a) + exp(b) + exp(c))^3", "x softmax₁(a, b, c) softmax₁(a, b, c)/(exp(a) + exp(b) + exp(c))"),
    ("(x*exp(a) - y*exp(b))/(exp(a) + exp(b) + exp(c))", "x softmax₁(a, b, c) - y softmax₂(a, b, c)"),
])
def test_named(formula, shown):
    expression = sc.read(formula)
    found = with_softmax(expression, NOTHING)
    assert sc.text(found) == shown
    names = {symbol: (k + 1) / 3 for k, symbol in enumerate(sorted(expression.free_symbols, key=str))}
    assert float(found.subs(names).evalf()) == pytest.approx(float(expression.subs(names).evalf()), rel=1e-12)


def test_logits():
    assert logits_of(sc.read("exp(a) + exp(b)")) == sc.parameters("a b")
    assert logits_of(sc.read("1 + exp(b)")) == logits_of(sc.read("exp(b)")) == ()
