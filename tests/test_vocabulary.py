"""The table of functions, row by row: complete, right by mpmath, read, printed, compiled, and guarded by the proof."""

import re
from dataclasses import replace

import mpmath
import numpy as np
import pytest
from sympy import Derivative, Function, Integer, Rational, lambdify

import symcalc as sc
from symcalc import vocabulary
from symcalc.calculus import proof, rules
from symcalc.calculus.elementary import elementary, of_row
from symcalc.vocabulary import BY_NAME, CONSTANTS, FUNCTIONS, GREEK, SPELLINGS
from symcalc.written import add, mul, negative, power

ALL_ROWS = tuple(FUNCTIONS.values())
ROWS = tuple(row for row in ALL_ROWS if row.takes == (1, 1))          # the others are in test_several_arguments.py
x, w = sc.parameters("x w")

# mpmath's own function (or, for ours, a formula that is not the one in the table), and points of its domain
ORACLES = {
    "exp": (mpmath.exp, "-3 -0.5 0.2 1 2.5"),
    "ln": (mpmath.log, "0.01 0.5 1 3 40"),
    "sin": (mpmath.sin, "-3 -0.5 0.2 1 2.5"),
    "cos": (mpmath.cos, "-3 -0.5 0.2 1 2.5"),
    "tan": (mpmath.tan, "-3 -0.5 0.2 1 2.5"),
    "cot": (mpmath.cot, "-3 -0.5 0.2 1 2.5"),
    "sec": (mpmath.sec, "-3 -0.5 0.2 1 2.5"),
    "csc": (mpmath.csc, "-3 -0.5 0.2 1 2.5"),
    "asin": (mpmath.asin, "-0.99 -0.5 0.2 0.7"),
    "acos": (mpmath.acos, "-0.99 -0.5 0.2 0.7"),
    "atan": (mpmath.atan, "-30 -0.5 0.2 1 2.5"),
    "sinh": (mpmath.sinh, "-3 -0.5 0.2 1 2.5"),
    "cosh": (mpmath.cosh, "-3 -0.5 0.2 1 2.5"),
    "tanh": (mpmath.tanh, "-3 -0.5 0.2 1 2.5"),
    "asinh": (mpmath.asinh, "-30 -0.5 0.2 1 2.5"),
    "acosh": (mpmath.acosh, "1.01 1.5 3 40"),
    "atanh": (mpmath.atanh, "-0.99 -0.5 0.2 0.7"),
    "abs": (mpmath.fabs, "-3 -0.5 0.2 1"),
    "sign": (mpmath.sign, "-3 -0.5 0.2 1"),
    "sigmoid": (lambda u: (1 + mpmath.tanh(u / 2)) / 2, "-30 -0.5 0 1 2.5"),
    "softplus": (lambda u: mpmath.log(2 * mpmath.cosh(u / 2)) + u / 2, "-30 -0.5 0 1 2.5"),
    "relu": (lambda u: (u + mpmath.fabs(u)) / 2, "-3 -0.5 0.2 1"),
    "gamma": (mpmath.gamma, "0.2 1 2.5 4"),
    "lgamma": (lambda u: mpmath.log(mpmath.gamma(u)), "0.2 1.2 2.5 4"),
    "digamma": (lambda u: mpmath.diff(mpmath.loggamma, u), "0.2 1 2.5 4"),
    "erf": (lambda u: 1 - mpmath.erfc(u), "-3 -0.5 0.2 1 2.5"),
    "logit": (lambda u: 2 * mpmath.atanh(2 * u - 1), "0.01 0.3 0.5 0.9"),
    "cbrt": (lambda u: u / mpmath.fabs(u) * mpmath.root(mpmath.fabs(u), 3), "-8 -0.5 0.2 1 27"),
    "step": (lambda u: (u + mpmath.fabs(u)) / (2 * u), "-3 -0.5 0.2 1"),
    "acot": (lambda u: mpmath.atan(1 / u), "-30 -0.5 0.2 1 2.5"),
    "asec": (lambda u: mpmath.acos(1 / u), "-30 -1.5 1.01 2.5"),
    "acsc": (lambda u: mpmath.asin(1 / u), "-30 -1.5 1.01 2.5"),
    "sech": (lambda u: 2 / (mpmath.exp(u) + mpmath.exp(-u)), "-3 -0.5 0.2 1 2.5"),
    "csch": (lambda u: 2 / (mpmath.exp(u) - mpmath.exp(-u)), "-3 -0.5 0.2 1 2.5"),
    "coth": (lambda u: 1 + 2 / mpmath.expm1(2 * u), "-3 -0.5 0.2 1 2.5"),
}
CASES = [(row, at) for row in ROWS for at in ORACLES[row.names[0]][1].split()]
WITH_SLOPE = [case for case in CASES if case[0].derivative]


def oracle(row):
    return ORACLES[row.names[0]][0]


def ids(value):
    return value.names[0] if isinstance(value, vocabulary.Function) else None


@pytest.fixture(autouse=True)
def precise():
    with mpmath.workdps(30):
        yield


# Complete

@pytest.mark.parametrize("row", ROWS, ids=ids)
def test_every_row_is_complete(row):
    assert issubclass(row.head, Function)
    assert row.names and all(name.isidentifier() for name in row.names)
    assert row.called == row.called.strip() != ""
    assert row.latex.startswith("\\")
    assert all("{0}" in row.code(arrays) or row.code(arrays) == f"{row.helper}({{all}})" for arrays in (True, False))
    assert row.helper or (row.scalar and row.vector)
    assert (row.domain == "") == (row.inside is None)
    assert (row.plain is None) == row.head.__module__.startswith("sympy.")
    assert row.names[0] in ORACLES


def test_the_tables_agree_and_no_name_is_taken_twice():
    names = [name for row in ALL_ROWS for name in row.names]
    assert len(set(names)) == len(names) == len(BY_NAME)
    assert all(FUNCTIONS[row.head] is row and all(BY_NAME[name] is row for name in row.names) for row in ALL_ROWS)
    assert not set(names) & {*SPELLINGS, *CONSTANTS}
    assert set(ORACLES) == {row.names[0] for row in ROWS}


def test_the_tables_cannot_be_changed():
    for table in (FUNCTIONS, BY_NAME, SPELLINGS, CONSTANTS, GREEK):
        with pytest.raises(TypeError):
            table["new"] = None


# Right

@pytest.mark.parametrize("row, at", CASES, ids=ids)
def test_value_against_mpmath(row, at):
    context = mpmath.MPContext()
    context.dps = 40
    value = row.value(context, context.mpf(at))
    assert isinstance(value, context.mpf)
    assert mpmath.almosteq(mpmath.mpf(str(value)), oracle(row)(mpmath.mpf(at)), 1e-28, 1e-28)
    assert float(row.value(mpmath.fp, float(at))) == pytest.approx(float(oracle(row)(mpmath.mpf(at))), rel=1e-12)


@pytest.mark.parametrize("row, at", WITH_SLOPE, ids=ids)
def test_derivative_against_a_difference_of_mpmaths_function(row, at):
    ours = {name: ORACLES[name][0] for name in ("sigmoid", "cbrt")}
    slope = lambdify([x], row.derivative(x), [ours, "mpmath"])(mpmath.mpf(at))
    assert mpmath.almosteq(slope, mpmath.diff(oracle(row), mpmath.mpf(at)), 1e-15, 1e-15)


def test_points_of_the_domain_are_inside():
    assert [(row.names[0], at) for row, at in CASES if row.inside and not row.inside(float(at))] == []


@pytest.mark.parametrize("name, outside", [("ln", "0 -1"), ("asin", "1.01 -2"), ("acos", "1.01 -2"), ("acosh", "0.99 -3"),
                                           ("atanh", "1 -1 2"), ("gamma", "0 -1"), ("lgamma", "0 -1"), ("cot", "0"), ("csc", "0"),
                                           ("digamma", "0 -1"), ("logit", "0 1 -3"), ("asec", "0 0.99"), ("acsc", "0 -0.5"),
                                           ("csch", "0"), ("coth", "0")])
def test_what_is_outside_is_refused_in_words(name, outside):
    row = BY_NAME[name]
    assert not any(row.inside(float(at)) for at in outside.split())
    for at in outside.split():
        with pytest.raises(sc.SymcalcError, match=re.escape(f"is not {'taken' if row.narrow else 'real'}; {row.needs}")):
            sc.derive(f"x*{name}({at})", "x")


def test_what_is_real_elsewhere_is_not_called_unreal():
    outside = [row for row in ROWS if row.inside and not row.inside(-0.5)]
    real = {row.names[0] for row in outside if not mpmath.im(row.value(mpmath.mp, mpmath.mpf(-0.5)))}
    assert real == {"gamma", "digamma"} and {row.names[0] for row in outside if row.narrow} == {*real, "lgamma"}


def test_rows_without_bounds_and_with_them():
    assert {row.names[0] for row in ROWS if row.inside} == {"ln", "asin", "acos", "acosh", "atanh", "gamma", "cot", "csc",
                                                        "lgamma", "digamma", "logit", "asec", "acsc", "csch", "coth"}


# Read, printed, compiled

@pytest.mark.parametrize("name", [name for row in ROWS for name in row.names])
def test_reads_back_by_each_of_its_names(name):
    row = BY_NAME[name]
    expression = sc.read(f"{name}(x)")
    assert type(expression) is row.head and expression.args == (x,)
    shown = sc.text(expression).replace("σ", "sigmoid").replace("∛x", "cbrt(x)")
    assert sc.read(shown) == expression


@pytest.mark.parametrize("row", ROWS, ids=ids)
def test_prints_with_its_name_and_its_power(row):
    name = {"abs": "|x|", "sigmoid": "σ(x)", "cbrt": "∛x"}.get(row.names[0], f"{row.names[0]}(x)")
    function = row.head(x, evaluate=False)
    assert sc.text(function) == name
    assert sc.latex(function) == {"abs": r"\left|x\right|", "cbrt": r"\sqrt[3]{x}"}.get(
        row.names[0], rf"{row.latex}\left(x\right)")
    squared = {"abs": "|x|²", "cbrt": "(∛x)²", "exp": "exp(x)²"}.get(row.names[0], name.replace("(", "²("))
    assert sc.text(power(function, Integer(2))) == squared


@pytest.mark.parametrize("row", [row for row in ROWS if row.derivative], ids=ids)
def test_compiles_for_one_number_and_for_columns(row):
    points = [float(at) for at in ORACLES[row.names[0]][1].split()]
    values = [float(oracle(row)(mpmath.mpf(at))) for at in points]
    slopes = [float(mpmath.diff(oracle(row), mpmath.mpf(at))) for at in points]
    scalar = sc.Loss(f"{row.names[0]}(w)").compile()
    assert scalar.strategy == "scalar"
    assert [scalar([at])[0] for at in points] == pytest.approx(values, rel=1e-12)
    assert [scalar([at])[1][0] for at in points] == pytest.approx(slopes, rel=1e-12)
    total, gradient = sc.Loss(f"sum({row.names[0]}(w*x))", columns="x").compile({"x": points})([1.0])
    assert total == pytest.approx(sum(values), rel=1e-12)
    assert gradient == pytest.approx([np.dot(points, slopes)], rel=1e-12)
    assert gradient.dtype == np.float64


@pytest.mark.parametrize("name, at, value", [("sqrt(x)", 9, 3), ("log10(x)", 1000, 3), ("log2(x)", 8, 3),
                                             ("hypot(x, 4)", 3, 5), ("log1p(x)", 1, 0.6931471805599453),
                                             ("expm1(x)", 2, 6.38905609893065)])
def test_spellings(name, at, value):
    assert float(sc.read(name).subs(x, at)) == pytest.approx(value, rel=1e-15)
    assert SPELLINGS[name.partition("(")[0]][0] == name.count(",") + 1


@pytest.mark.parametrize("name", CONSTANTS)
def test_constants(name):
    assert sc.read(f"{name}*x") == mul(CONSTANTS[name], x)
    assert float(CONSTANTS[name]) in (pytest.approx(2.718281828459045), pytest.approx(3.141592653589793))


@pytest.mark.parametrize("name", sorted(set(GREEK) - {"pi", "Sum"}))
def test_greek_letters(name):
    letter = sc.parameters(name)
    assert sc.text(letter) == (name if name == "Sigma" else GREEK[name])          # Σ is the sign of a sum
    assert sc.latex(letter) in (f"\\{name}", r"\lambda", "o")


# A row that is wrong is caught by the proof

def scaled(row):
    return replace(row, derivative=lambda u: mul(Rational(1001, 1000), row.derivative(u)))


def flipped(row):
    return replace(row, derivative=lambda u: negative(row.derivative(u)))


def shifted(row):
    return replace(row, derivative=lambda u: add(row.derivative(u), Rational(1, 1000)))


def undefined(row):
    return replace(row, derivative=lambda u: Integer(0))


def derived(row, formula, monkeypatch, forget_inside=False):
    """The derivation with the rules that this row makes, tried before all others."""
    direct, chain = elementary(of_row(row))
    if forget_inside:
        chain = replace(chain, combine=lambda e, v, inner: row.derivative(e.args[0]))
    monkeypatch.setattr(rules, "RULES", (direct, chain, *rules.RULES))
    monkeypatch.setattr(proof, "_MORE_DIGITS", (4,))          # sixteen times as many take Γ half a minute, and say the same
    return sc.derive(formula, "x")


SLOPED = [row for row in ROWS if row.derivative]
NOT_FLAT = [row for row in SLOPED if row.names[0] not in ("sign", "step")]


@pytest.mark.parametrize("row", SLOPED, ids=ids)
def test_a_wrong_derivative_does_not_pass(row, monkeypatch):
    passed = []
    for fault in (scaled, flipped, shifted, undefined) if row in NOT_FLAT else (shifted,):
        for inside in ("x", "x^2/5"):
            with monkeypatch.context() as within:
                try:
                    derived(fault(row), f"{row.names[0]}({inside})", within)
                    passed.append((fault.__name__, inside))
                except Exception as error:
                    said = f"{type(error).__name__}: {error}"
                    if not said.startswith("ProofError: line 1 is not equal to the line before it: "):
                        passed.append((fault.__name__, inside, said))
    assert passed == []


@pytest.mark.parametrize("row", NOT_FLAT, ids=ids)
def test_a_forgotten_inner_derivative_does_not_pass(row, monkeypatch):
    with pytest.raises(sc.ProofError):
        derived(row, f"{row.names[0]}(x^2/5)", monkeypatch, forget_inside=True)


@pytest.mark.parametrize("inside", ["x", "x^2/5"])
@pytest.mark.parametrize("row", SLOPED, ids=ids)
def test_the_right_row_passes_the_same_way(row, inside, monkeypatch):
    assert derived(row, f"{row.names[0]}({inside})", monkeypatch).proof.passed


@pytest.fixture
def without_a_rule(monkeypatch):
    """Every row has its derivative; the rules of digamma are taken away, as if its row had none."""
    assert not [row for row in ALL_ROWS if row.derivative is None and row.partial is None]
    monkeypatch.setattr(rules, "RULES", tuple(rule for rule in rules.RULES if not rule.formula.startswith("(digamma(")))


def test_what_is_looked_up_is_proved_too(without_a_rule, monkeypatch):
    monkeypatch.setattr(rules, "_looked_up", lambda e, v: Integer(1))
    with pytest.raises(sc.ProofError):
        sc.derive("digamma(x^2)", "x")


def test_a_row_without_a_derivative_is_looked_up_and_says_so(without_a_rule):
    derivation = sc.derive("digamma(x^2)", "x")
    line = derivation.lines[1]
    assert (line.rule.name, line.rule.formula) == ("no rule", "f(u)' = f'(u) · u'")
    assert line.because == "there is no rule here for digamma(x²); its slope is looked up and checked with numbers"
    assert line.expression.has(Derivative)
    assert derivation.proof.passed
    value = lambdify([x], derivation.result, "mpmath")(mpmath.mpf("1.3"))
    assert mpmath.almosteq(value, mpmath.diff(lambda u: mpmath.digamma(u**2), mpmath.mpf("1.3")), 1e-15)
