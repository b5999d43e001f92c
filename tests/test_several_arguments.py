"""The rows of the table with several arguments: right by mpmath, read, printed, compiled, and guarded by the proof."""

import math
from dataclasses import replace

import mpmath
import numpy as np
import pytest
import sympy
from sympy import Integer, Rational, sympify

import symcalc as sc
from symcalc.calculus import rules
from symcalc.calculus.several import several
from symcalc.errors import LossError, ReadError
from symcalc.vocabulary import BY_NAME, FUNCTIONS, SUBSCRIPTED
from symcalc.written import add, call, mul, negative

ROWS = tuple(row for row in FUNCTIONS.values() if row.takes != (1, 1))
a, b, c = sc.parameters("a b c")


def plain_softmax(k, *zs):
    return mpmath.exp(zs[k - 1]) / mpmath.fsum(mpmath.exp(z) for z in zs)


# Text with a, b, c; what it is in mpmath; points (a, b, c)
CALLS = [
    ("atan2(a, b)", lambda a, b, c: mpmath.arg(mpmath.mpc(b, a)), [(1, 2, 0), (-1.5, 0.3, 0), (0.7, -2, 0), (-3, -0.1, 0)]),
    ("logarithm(a, b)", lambda a, b, c: mpmath.log(a, b), [(3, 2, 0), (0.2, 10, 0), (40, 0.5, 0), (1, 7.5, 0)]),
    ("logarithm(a, 2)", lambda a, b, c: mpmath.log(a, 2), [(3, 0, 0), (1024, 0, 0)]),
    ("logarithm(a, 10)", lambda a, b, c: mpmath.log10(a), [(3, 0, 0), (1000, 0, 0)]),
    ("logsumexp(a, b)", lambda a, b, c: mpmath.log(mpmath.exp(a) + mpmath.exp(b)), [(1, 2, 0), (-3, 0.5, 0), (2, 2, 0)]),
    ("logsumexp(c, a, b)", lambda a, b, c: mpmath.log(mpmath.exp(a) + mpmath.exp(b) + mpmath.exp(c)),
     [(1, 2, 3), (-3, 0.5, 0.1), (2, 2, 2)]),
    ("softmax(1, a, b)", lambda a, b, c: plain_softmax(1, a, b), [(1, 2, 0), (-3, 0.5, 0), (2, 2, 0)]),
    ("softmax(2, c, a, b)", lambda a, b, c: plain_softmax(2, c, a, b), [(1, 2, 3), (-3, 0.5, 0.1), (2, 2, 2)]),
    ("polygamma(1, a)", lambda a, b, c: mpmath.zeta(2, a), [(0.1, 0, 0), (1.5, 0, 0), (40, 0, 0)]),       # Σ 1/(a + k)²
    ("polygamma(3, a)", lambda a, b, c: 6 * mpmath.zeta(4, a), [(0.1, 0, 0), (1.5, 0, 0), (40, 0, 0)]),
]
CASES = [(text, value, letter) for text, value, _ in CALLS for letter in "abc" if letter in text.partition("(")[2]]
POINTS = {text: points for text, _, points in CALLS}


def ids(value):
    return value if isinstance(value, str) else getattr(value, "__name__", None)


@pytest.fixture(autouse=True)
def precise():
    with mpmath.workdps(30):
        yield


def slope(value, letter, at):
    return mpmath.diff(value, tuple(map(mpmath.mpf, map(str, at))), tuple(int(name == letter) for name in "abc"))


def test_every_row_is_complete_and_tried():
    assert {type(sc.read(text)) for text, *_ in CALLS} == {row.head for row in ROWS}
    for row in ROWS:
        assert row.partial and row.derivative is None and (all(row.partials) or row.head is sc.logarithm)
        assert row.takes[0] >= 2 and (row.inside is None) == (row.domain == "")
        assert row.helper or (row.scalar and row.vector)


@pytest.mark.parametrize("text, value, letter", CASES, ids=ids)
def test_value_and_partial_against_mpmath(text, value, letter):
    derivation = sc.derive(text, letter)
    assert derivation.proof.passed
    ours = {"logarithm": mpmath.log, "softmax": plain_softmax}
    for at in POINTS[text]:
        given = tuple(map(mpmath.mpf, map(str, at)))
        found, partial = (sympy.lambdify((a, b, c), expression, [ours, "mpmath"])(*given) for expression in (
            sc.read(text).rewrite(sympy.exp) if "softmax" not in text else sc.read(text), derivation.result))
        assert mpmath.almosteq(found, value(*given), 1e-25)
        assert mpmath.almosteq(partial, slope(value, letter, at), 1e-12, 1e-12)


@pytest.mark.parametrize("text, value, letter", CASES, ids=ids)
def test_compiles_for_numbers_and_for_columns(text, value, letter):
    loss = sc.Loss(f"({text}) + 0*(a + b + c)", parameters="a b c")
    for at in POINTS[text]:
        found, gradient = loss.compile()(at)
        assert found == pytest.approx(float(value(*map(mpmath.mpf, map(str, at)))), rel=1e-14, abs=1e-15)
        assert gradient["abc".index(letter)] == pytest.approx(float(slope(value, letter, at)), rel=1e-12, abs=1e-14)
    columns = dict(zip("abc", map(list, zip(*POINTS[text]))))
    total, gradient = sc.Loss(f"sum(w*{text})", columns=[name for name in columns if name in text.partition("(")[2]]).compile(
        columns)([2.0])
    values = [float(value(*map(mpmath.mpf, map(str, at)))) for at in POINTS[text]]
    assert (total, gradient[0]) == pytest.approx((2 * sum(values), sum(values)), rel=1e-13)


@pytest.mark.parametrize("text, value, letter", CASES, ids=ids)
def test_source_is_read_by_sympy(text, value, letter):
    derivation = sc.derive(text, letter)
    for written in (derivation.lines[0].expression.args[0], derivation.result):
        source = sc.pages.source.source(written)
        at = dict(zip((a, b, c), (sympy.Float(str(u), 30) for u in POINTS[text][0])))
        read = sympify(source, locals={"a": a, "b": b, "c": c}).subs(at).evalf(25)
        assert abs(read - written.subs(at).evalf(25)) < 1e-20


# Read and printed

@pytest.mark.parametrize("typed, shown, latex", [
    ("log(x, b)", "log_b(x)", r"\log_{b}\left(x\right)"),
    ("log_b(x)", "log_b(x)", r"\log_{b}\left(x\right)"),
    ("log2(x)", "log₂(x)", r"\log_{2}\left(x\right)"),
    ("log₂(x)", "log₂(x)", r"\log_{2}\left(x\right)"),
    ("log_10(x)^2", "log₁₀²(x)", r"\log_{10}^{2}\left(x\right)"),
    ("log(x, 0.5)", "log_(0.5)(x)", r"\log_{0.5}\left(x\right)"),
    ("log(x, a + 1)", "log_(a + 1)(x)", r"\log_{a + 1}\left(x\right)"),
    ("log(x)", "ln(x)", r"\ln\left(x\right)"),
    ("log_e(x)", "ln(x)", r"\ln\left(x\right)"),
    ("arctan2(y, x)", "atan2(y, x)", r"\operatorname{atan2}\left(y, x\right)"),
    ("logsumexp(c, a, b)", "logsumexp(c, a, b)", r"\operatorname{logsumexp}\left(c, a, b\right)"),
    ("softmax(2, c, a, b)", "softmax₂(c, a, b)", r"\operatorname{softmax}_{2}\left(c, a, b\right)"),
    ("polygamma(1, x)^2", "polygamma²(1, x)", r"\psi_{1}^{2}\left(x\right)"),
    ("polygamma_2(x)", "polygamma(2, x)", r"\psi_{2}\left(x\right)"),
    ("polygamma(0, x)", "digamma(x)", r"\psi\left(x\right)"),
    ("softmax₁(a, b, c)^3", "softmax₁³(a, b, c)", r"\operatorname{softmax}_{1}^{3}\left(a, b, c\right)"),
    ("cbrt(x + 1)^2", "(∛(x + 1))²", r"\left(\sqrt[3]{x + 1}\right)^{2}"),
])
def test_read_and_printed(typed, shown, latex):
    expression = sc.read(typed)
    assert (sc.text(expression), sc.latex(expression)) == (shown, latex)
    if not any(sign in shown for sign in ("log_(", "²", "³", "∛")):
        assert sc.read(shown) == expression


def test_a_base_or_an_argument_may_be_a_column():
    expression = sc.read("mean(log_b(x))", columns="x b")
    assert sc.text(expression) == "1/n Σ log_bᵢ(xᵢ)"


@pytest.mark.parametrize("typed, sentence", [
    ("softmax(3, a, b)", "softmax starts with which probability is meant, here a whole number from 1 to 2"),
    ("softmax(a, b, c)", "softmax starts with which probability is meant, here a whole number from 1 to 2"),
    ("softmax(1.5, b, c)", "softmax starts with which probability is meant, here a whole number from 1 to 2"),
    ("softmax(1, a)", "softmax takes 3 or more arguments, 2 given"),
    ("softmax₁(a)", "softmax_1 takes 2 or more arguments, 1 given"),
    ("logsumexp(a)", "logsumexp takes 2 or more arguments, 1 given"),
    ("atan2(a)", "atan2 takes 2 arguments, 1 given"),
    ("log(a, b, c)", "log takes 1 or 2 arguments, 3 given"),
    ("log_b(a, c)", "log_b takes 1 argument, 2 given"),
    ("polygamma(a, b)", "polygamma starts with how often digamma is differentiated, a whole number from 0 to 20"),
    ("polygamma(21, b)", "polygamma starts with how often digamma is differentiated, a whole number from 0 to 20"),
    ("polygamma(1)", "polygamma takes 2 arguments, 1 given"),
    ("x*polygamma(1, -2)",
     "polygamma(1, -2) is not taken; symcalc takes polygamma for a positive argument behind its order only"),
    ("log(a, -2)", "the base of a logarithm is a positive number other than 1, not -2"),
    ("log(a, 0)", "the base of a logarithm is a positive number other than 1, not 0"),
    ("x*log(-3, 2)", "log₂(-3) is not real; logarithm needs a positive argument and a positive base other than 1"),
    ("x*atan2(0, 0)", "atan2(0, 0) is not real; atan2 needs two arguments that are not both 0"),
])
def test_refused_in_a_sentence(typed, sentence):
    with pytest.raises(ReadError) as caught:
        sc.read(typed)
    assert str(caught.value).splitlines()[0] == sentence


def test_the_last_polygamma_has_a_derivative_that_is_out_of_reach():
    said = r"^the derivative of polygamma\(20, z\) is polygamma\(21, z\); symcalc goes to 20 only$"
    with pytest.raises(LossError, match=said):
        sc.derive("polygamma(20, x)", "x")
    with pytest.raises(LossError, match=said):
        sc.polygamma(20, sympy.Symbol("x")).diff()


@pytest.mark.parametrize("head", [sc.softmax, sc.logsumexp, sc.logarithm, sc.step, sc.cbrt, sc.logit, sc.polygamma])
def test_our_own_functions_never_run_a_text(head):
    with pytest.raises((ReadError, LossError)):
        head("__import__('os').getpid()", "x", "y")


def test_names():
    assert {name: row.head for name, row in SUBSCRIPTED.items()} == {"log": sc.logarithm, "softmax": sc.softmax, "polygamma": sc.polygamma}
    assert BY_NAME["log"].head is sympy.log


# Admitted from SymPy

x = sympy.Symbol("x")


@pytest.mark.parametrize("given, shown", [
    (sympy.atan2(x, 2), "atan2(x, 2)"), (sympy.erf(x), "erf(x)"), (sympy.Heaviside(x - 1), "step(x - 1)"),
    (sympy.digamma(x), "digamma(x)"), (sympy.polygamma(0, x), "digamma(x)"), (sympy.polygamma(2, x), "polygamma(2, x)"), (sympy.sech(x), "sech(x)"),
    (sc.softmax(1, x, 2), "softmax₁(x, 2)"), (sc.logsumexp(x, 0), "logsumexp(x, 0)"),
    (sc.step(x), "step(x)"), (sc.logarithm(x, 3), "log₃(x)"),
])
def test_admitted(given, shown):
    assert sc.text(sc.derive(given, "x").expression) == shown


def test_polygammas_of_no_order_are_refused():
    with pytest.raises(LossError, match="a whole number from 0 to 20"):
        sc.derive(sympy.polygamma(x, 2), "x")


# A row that is wrong is caught by the proof

def scaled(k, partial):
    return mul(Rational(1001, 1000), partial)


def flipped(k, partial):
    return negative(partial)


def shifted(k, partial):
    return add(partial, Rational(1, 1000))


def undefined(k, partial):
    return Integer(0)


PLANTED = [("atan2({a}, 3)", sympy.atan2), ("atan2(3, {a})", sympy.atan2), ("atan2({a}, a^3)", sympy.atan2),
           ("logsumexp({a}, b)", sc.logsumexp), ("logsumexp(b, {a}, 1)", sc.logsumexp),
           ("softmax(1, {a}, b)", sc.softmax), ("softmax(1, b, {a})", sc.softmax), ("softmax(3, {a}, b, 1)", sc.softmax)]


def derived(row, formula, monkeypatch, forget_inside=False):
    direct, chain = several(row)
    if forget_inside:
        chain = replace(chain, combine=lambda e, v, *inner: add(*(row.partial(k, e.args) for k, argument in enumerate(e.args)
                                                                  if argument.has(v))))
    monkeypatch.setattr(rules, "RULES", (*rules.RULES[:2], direct, chain, *rules.RULES[2:]))
    return sc.derive(formula, "a")


@pytest.mark.parametrize("fault", [scaled, flipped, shifted, undefined])
@pytest.mark.parametrize("inside", ["a", "a^2/5"])
@pytest.mark.parametrize("formula, head", PLANTED, ids=ids)
def test_a_wrong_partial_does_not_pass(formula, head, inside, fault, monkeypatch):
    row = FUNCTIONS[head]
    wrong = replace(row, partial=lambda k, arguments: fault(k, row.partial(k, arguments)))
    with pytest.raises(sc.ProofError, match=r"^line 1 is not equal to the line before it: "):
        derived(wrong, formula.format(a=inside), monkeypatch)


@pytest.mark.parametrize("formula, head", PLANTED, ids=ids)
def test_the_slopes_of_the_arguments_swapped_do_not_pass(formula, head, monkeypatch):
    row = FUNCTIONS[head]
    wrong = replace(row, partial=lambda k, arguments: row.partial(1 + k % 2, arguments)
                    if head is sc.softmax else row.partial(1 - k if k < 2 else 0, arguments))
    with pytest.raises(sc.ProofError):
        derived(wrong, formula.format(a="a^2/5"), monkeypatch)


@pytest.mark.parametrize("formula, head", PLANTED, ids=ids)
def test_a_forgotten_inner_derivative_does_not_pass(formula, head, monkeypatch):
    with pytest.raises(sc.ProofError):
        derived(FUNCTIONS[head], formula.format(a="a^2/5"), monkeypatch, forget_inside=True)


@pytest.mark.parametrize("inside", ["a", "a^2/5"])
@pytest.mark.parametrize("formula, head", PLANTED, ids=ids)
def test_the_right_row_passes_the_same_way(formula, head, inside, monkeypatch):
    assert derived(FUNCTIONS[head], formula.format(a=inside), monkeypatch).proof.passed


@pytest.mark.parametrize("fault", [scaled, flipped, shifted, undefined])
@pytest.mark.parametrize("formula", ["log2({a})", "log(b, {a})", "log({a}, {a} + 1)"])
def test_a_wrong_slope_of_a_logarithm_does_not_pass(formula, fault, monkeypatch):
    wrong = tuple(replace(rule, combine=lambda e, x, *inner, rule=rule: fault(0, rule.combine(e, x, *inner)))
                  if rule.name in ("logarithm rule", "change of base") or "log_b" in rule.formula else rule
                  for rule in rules.RULES)
    assert sc.derive(formula.format(a="a"), "a").proof.passed
    monkeypatch.setattr(rules, "RULES", wrong)
    with pytest.raises(sc.ProofError):
        sc.derive(formula.format(a="a"), "a")


@pytest.mark.parametrize("head, slope, formula", [
    (sympy.exp, "derivative", "exp(3a)"), (sympy.exp, "derivative", "exp(a)"), (sympy.sin, "derivative", "sin(3a)"),
    (sc.logarithm, "partial", "log2(3a)"), (sc.logarithm, "partial", "log2(a)"), (sympy.atan2, "partial", "atan2(a, b)"),
])
def test_the_rules_take_the_slope_from_the_row(head, slope, formula):
    row, right = FUNCTIONS[head], getattr(FUNCTIONS[head], slope)
    object.__setattr__(row, slope, lambda *given: mul(Integer(2), right(*given)))
    try:
        with pytest.raises(sc.ProofError):
            sc.derive(formula, "a")
    finally:
        object.__setattr__(row, slope, right)


# Large arguments

@pytest.mark.parametrize("formula, at, value, gradient", [
    ("logsumexp(a, b)", (1000, -1000), 1000, (1, 0)), ("logsumexp(a, b, 0)", (-1000, -2000), 0, (0, 0)),
    ("softmax(1, a, b)", (1000, 1000), 0.5, (0.25, -0.25)), ("softmax(2, a, b)", (1e5, -1e5), 0, (0, 0)),
    ("-ln(softmax(2, a, b))", (1000, -1000), 2000, (1, -1)),
    ("-ln(exp(b)/(exp(a) + exp(b) + 1))", (1000, -1000), 2000, (1, -1)),
    ("-ln(exp(b)/(exp(a) + exp(b)))", (1000, -1000), 2000, (1, -1)),
    ("ln(exp(a) + exp(b) + exp(3)) - a", (5000, 1), 0, (0, 0)),
    ("exp(a)/(exp(a) + exp(b) + exp(3))", (900, 900), 0.5, (0.25, -0.25)),
    ("-ln(softmax(1, a, b, 0))", (50, 0), math.log1p(2 * math.exp(-50)), (-2 * math.exp(-50), math.exp(-50))),
    ("-ln(exp(a)/(exp(a) + exp(b) + 1))", (300, 0), 0, (-2 * math.exp(-300), math.exp(-300))),
    ("logsumexp(a, b, 0) - a", (0, -300), math.log(2), (-0.5, math.exp(-300) / 2)),
])
def test_large_arguments_do_not_overflow(formula, at, value, gradient):
    scalar = sc.Loss(formula, parameters="a b").compile()
    columns = sc.Loss(f"sum(x*({formula}))", parameters="a b", columns="x").compile({"x": np.ones(1)})
    for compiled in (scalar, columns):
        found, slopes = compiled(at)
        assert found == pytest.approx(value, rel=1e-14, abs=1e-15)
        assert slopes == pytest.approx(gradient, rel=1e-14, abs=1e-300)


@pytest.mark.parametrize("formula, sentence", [
    ("log2(w)", "log₂(w) has no real value at w = -13.427: logarithm needs a positive argument and a positive base other"),
    ("logit(w/2)", "logit(w/2) has no real value at w = -19: logit needs an argument between 0 and 1"),
])
def test_a_run_that_leaves_the_domain_says_why(formula, sentence):
    assert sentence in sc.Loss(formula).descend(start={"w": 1}, rate=10, steps=3).message


def test_the_heads_keep_their_order():
    for text in ("logsumexp(c, a, b)", "softmax(3, c, a, b)", "atan2(b, a)"):
        assert sc.derive(f"z*{text}", "z").result == call(type(sc.read(text)), *sc.read(text).args)
