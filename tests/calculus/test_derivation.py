"""Whole derivations: a corpus with its final lines, held against mpmath's differences of plain Python functions."""

import json
import os
from itertools import pairwise
from pathlib import Path

import mpmath
import pytest
import sympy
from corpus import CORPUS, ELSEWHERE, LETTERS, OVER_ROWS, ROWS, UGLY, UGLY_LATEX

import symcalc as sc
from symcalc.pages import latex, text


def names(case):
    return f"{case[0]} by {case[1]}"


@pytest.mark.parametrize("formula, letter, last, function", CORPUS, ids=map(names, CORPUS))
def test_ends_in_the_textbook_form_and_in_the_right_number(formula, letter, last, function, number_of, slope_of):
    derivation = sc.derive(formula, letter)
    assert sc.text(derivation.result) == last
    point = {**LETTERS, "x": ELSEWHERE.get(formula, LETTERS["x"])}
    assert mpmath.almosteq(number_of(derivation.result, point), slope_of(function, letter, point), 1e-12, 1e-12)


@pytest.mark.parametrize("formula, letter, last, function", OVER_ROWS, ids=map(names, OVER_ROWS))
def test_sums_over_the_rows(formula, letter, last, function, number_of, slope_of):
    derivation = sc.derive(formula, letter)
    assert sc.text(derivation.result) == last
    assert mpmath.almosteq(number_of(derivation.result, ROWS), slope_of(function, letter, ROWS), 1e-12, 1e-12)


@pytest.mark.parametrize("formula, letter", [case[:2] for case in (*CORPUS, *OVER_ROWS)],
                         ids=map(names, (*CORPUS, *OVER_ROWS)))
def test_every_line_is_proved_named_reasoned_and_clean(formula, letter):
    derivation = sc.derive(formula, letter)
    first, *others = derivation.lines
    assert first.rule is None and first.because == ""
    assert first.expression == sympy.Derivative(derivation.expression, derivation.variable, evaluate=False)
    assert derivation.result == derivation.lines[-1].expression
    assert not derivation.result.has(sympy.Derivative)
    assert derivation.proof.passed
    assert {check.line for check in derivation.proof.checks} == set(range(1, len(derivation.lines)))
    assert all(line.rule.name and line.rule.formula and line.because.strip() for line in others)
    shown = [sc.text(line.expression) for line in derivation.lines]
    assert not [line for line in shown if UGLY.search(line)]
    assert not [line for line in map(sc.latex, (line.expression for line in others)) if UGLY_LATEX.search(line)]
    assert not [line for line, after in pairwise(shown) if line == after]


# The two partials of the mean squared error, however it is written

MEAN_SQUARED_ERROR = {"m": "-2/n Σ xᵢ (yᵢ - (m xᵢ + b))", "b": "-2/n Σ (yᵢ - (m xᵢ + b))"}


def with_operators():
    m, b = sc.parameters("m b")
    x, y = sc.columns("x y")
    return sc.mean((y - (m * x + b)) ** 2)


@pytest.mark.parametrize("loss", [
    sc.Loss(with_operators()),
    sc.Loss("mean((y - (m*x + b))^2)", columns="x y"),
    sc.Loss("Sum((y[i] - (m*x[i] + b))**2, (i, 1, n))/n"),
    sc.mean_squared_error("y", sc.line("x")),
], ids=["operators", "text", "SymPy's syntax", "catalogue"])
@pytest.mark.parametrize("letter", "mb")
def test_partials_of_the_mean_squared_error(loss, letter):
    assert sc.text(loss.derive(letter).result) == MEAN_SQUARED_ERROR[letter]
    assert sc.text(loss.gradient()[letter].result) == MEAN_SQUARED_ERROR[letter]


# Detail

@pytest.mark.parametrize("formula, letter, brief, normal, full", [
    ("7", "x", 2, 2, 2),
    ("3x^2 - 11", "x", 3, 6, 6),
    ("(2x+1)(x-3)", "x", 3, 7, 9),
    ("x^2*sin(3x)", "x", 5, 7, 7),
    ("mean((y-(m*x+b))^2)", "m", 5, 10, 12),
])
def test_detail_sets_how_much_happens_on_one_line(formula, letter, brief, normal, full):
    derivations = [sc.derive(formula, letter, detail=detail) for detail in ("brief", "normal", "full")]
    assert [len(derivation.lines) for derivation in derivations] == [brief, normal, full]
    assert len({derivation.result for derivation in derivations}) == 1
    assert all(derivation.proof.passed for derivation in derivations)


def test_what_is_done_in_passing_has_no_words_but_for_letters_that_are_constants():
    reasons = [line.because for line in sc.derive("sin(a*x + 1) + exp(2*x) + x^2 + 3", "x", detail="brief").lines]
    assert reasons[1:4] == ["outside stands the sine, inside u = a x + 1; a does not depend on x: it is a constant here "
                            "and stays as a factor", "outside stands the exponential function, inside u = 2x",
                            "the square of x itself"]


def test_unknown_detail_is_refused():
    with pytest.raises(sc.LossError, match="detail is one of brief, normal, full, not 'verbose'"):
        sc.derive("x^2", "x", detail="verbose")


# A part that occurs twice is differentiated once

def test_a_repeated_part_is_opened_once_and_referred_to():
    derivation = sc.derive("x*ln(x) - x", "x")
    assert [line.rule.name for line in derivation.lines[1:]] == [
        "sum rule", "identity rule", "product rule", "derivative of the natural logarithm", "simplify the product",
        "collect like terms"]
    reasons = [line.because for line in sc.derive("exp(x)/(1+exp(x))", "x").lines]
    assert "differentiate term by term; d/dx exp(x) is known from line 2" in reasons


def test_nothing_that_is_known_goes_unsaid_in_full_detail():
    said = {detail: [line.because for line in sc.derive("ln((1+x)/(1-x))", "x", detail=detail).lines]
            for detail in ("normal", "full")}
    assert "differentiate term by term; d/dx 1 is known from line 4; d/dx x is known from line 5" in said["full"]
    assert not any("known from" in because for because in said["normal"])


def test_the_parts_of_a_large_repeated_expression_are_shared():
    inner = "ln(1+exp(sin(x)))"
    once, thrice = (sc.derive(formula, "x") for formula in (f"({inner})^2", f"({inner})^2 + 3*{inner} + ({inner})^3"))
    assert len(thrice.lines) <= len(once.lines) + 4


# Whole derivations as they are read; SYMCALC_BLESS=1 writes them anew: read them before keeping them

GOLDEN = {
    "polynomial": ("2x^3 - 5x^2 + 7x - 1", "x"),
    "product-and-chain": ("x^2*sin(3x)", "x"),
    "quotient": ("(x^2 - 1)/(x^2 + 1)", "x"),
    "quotient-that-cancels": ("x^2/(x + 1)^2", "x"),
    "chain-of-three": ("ln(cos(e^(2x)))", "x"),
    "general-power": ("x^sin(x)", "x"),
    "sigmoid": ("1/(1 + exp(-x))", "x"),
    "polygamma": ("3*digamma(x^2)", "x"),
    "mean-squared-error-m": ("mean((y - (m*x + b))^2)", "m"),
    "mean-squared-error-b": ("mean((y - (m*x + b))^2)", "b"),
    "root-mean-squared-error": ("sqrt(mean((y - m*x)^2))", "m"),
    "ridge": ("mean((y - w*x)^2) + lambda*w^2", "w"),
    "logistic": ("mean(-y*ln(sigmoid(w*x + b)) - (1 - y)*ln(1 - sigmoid(w*x + b)))", "w"),
    "hinge": ("mean(max(0, 1 - y*(w*x + b)))", "w"),
    "softmax-cross-entropy": ("-ln(exp(a)/(exp(a) + exp(b) + exp(c)))", "a"),
    "log-sum-exp": ("mean(logsumexp(w1*x, w2*x, 0) - w1*x)", "w1"),
    "change-of-base": ("log(x^2, x + 1)", "x"),
    "huber": ("mean(piecewise(((y - m*x)^2/2, |y - m*x| < k), (k*(|y - m*x| - k/2), True)))", "m"),
    "log-cosh": ("mean(ln(cosh(y - (m*x + b))))", "m"),
    "network": ("mean((y - (v*tanh(w*x + b) + c))^2)", "w"),
    "weibull": ("mean(ln(k) - k*ln(l) + (k - 1)*ln(x) - (x/l)^k)", "k"),
    "softmax-over-an-index": ("ln(Sum(exp(z[j]), (j, 1, K))) - z[c]", "z[k]"),
    "linear-model-over-an-index": ("mean((y - (Sum(w[j]*x[i,j], (j, 1, p)) + b))^2)", "w[k]"),
    "second-derivative": ("exp(-x^2/2)", "x x"),
}
FOLDER = Path(__file__).parent / "golden"


@pytest.mark.parametrize("medium, suffix", [(lambda page: text.render(page, width=100) + "\n", "txt"),
                                            (lambda page: latex.render(page, standalone=False), "tex")], ids=["text", "latex"])
@pytest.mark.parametrize("name", GOLDEN)
def test_whole_derivation(name, medium, suffix):
    shown = medium(sc.derive(*GOLDEN[name]).document())
    known = FOLDER / f"{name}.{suffix}"
    if os.environ.get("SYMCALC_BLESS"):
        known.write_text(shown, encoding="utf-8")
    assert shown == known.read_text(encoding="utf-8")


def test_no_golden_file_is_left_over():
    assert {path.stem for path in FOLDER.iterdir()} == set(GOLDEN)


# As an object

def test_it_is_a_sympy_expression_where_one_is_asked_for():
    assert sympy.sympify(sc.derive("x^3", "x")) == 3 * sc.parameters("x") ** 2


def test_str_repr_and_media():
    derivation = sc.derive("3x^2", "x")
    assert str(derivation).startswith("d/dx (3x²)\n  = 3 · d/dx x²")
    assert repr(derivation) == "<derivation of 3x² by x: 4 lines>"
    assert derivation._repr_mimebundle_().keys() == {"text/plain", "text/latex", "text/html"}


ODD_NAMES = ("lambda", "beta", "gamma", "S", "E", "I", "N", "Q", "O", "zeta", "exp_", "None_")


def read_back(source, values):
    """The number that SymPy has for the text, with 3 rows."""
    expression = sympy.sympify(source).subs("n", 3).doit()
    expression = expression.xreplace({part: sympy.Float(values[part.base.label.name][int(part.indices[0]) - 1], 30)
                                      for part in expression.atoms(sympy.Indexed)})
    letters = {symbol: sympy.Float(values[symbol.name], 30) for symbol in expression.free_symbols}
    return mpmath.mpf(str(expression.subs(letters).evalf(20)))


@pytest.mark.parametrize("formula, letter", [
    ("k^2*sin(k)", "k"),
    ("softplus(k)+relu(k)+0.1*k^2.5", "k"),
    ("mean((y-(m*x+b))^2)", "m"),
    ("mean(max(0,1-y*(w*x+b)))", "w"),
    ("mean(-y*ln(sigmoid(w*x+b))-(1-y)*ln(1-sigmoid(w*x+b)))", "w"),
    *((f"{name}^2*k + mean({name}*y)", name) for name in ODD_NAMES),
])
def test_as_dict_is_the_contract_and_its_sympy_reads_back(formula, letter, number_of):
    derivation = sc.derive(formula, letter)
    plain = json.loads(json.dumps(derivation.as_dict()))
    assert list(plain) == ["expression", "wrt", "lines", "result", "proof", "kinks"]
    assert plain["wrt"] == derivation.variable.name
    assert {tuple(line) for line in plain["lines"]} == {("text", "latex", "sympy", "rule", "formula", "because")}
    assert list(plain["result"]) == ["text", "latex", "sympy"]
    assert plain["proof"] == {"passed": True, "checks": len(derivation.proof.checks)}
    assert [line["rule"] for line in plain["lines"]] == [None, *(line.rule.name for line in derivation.lines[1:])]
    values = {**dict.fromkeys(ODD_NAMES, 0.8), **ROWS}
    wanted = number_of(derivation.result, values)
    for line in (*plain["lines"], plain["result"]):
        assert mpmath.almosteq(read_back(line["sympy"], values), wanted, 1e-12), line["text"]


@pytest.mark.parametrize("formula, letter", [("mean(w*x)", "n"), ("mean(w*x)", "i"), ("mean(w*x[i])", "x")])
def test_rows_and_columns_are_no_letters_to_differentiate_by(formula, letter):
    with pytest.raises(sc.SymcalcError, match=letter):
        sc.derive(formula, letter)


def test_a_letter_that_is_a_column_as_well_is_refused():
    u, w = sc.parameters("u w")
    with pytest.raises(sc.LossError, match="both a parameter and a column"):
        sc.derive(u + sc.sum_rows(sc.columns("u") * w), "w")


def test_the_inside_is_not_called_u_where_the_learner_has_a_u():
    assert "u = " not in sc.derive("(u*x + 1)^2", "x").lines[1].because
    assert "u = 3x + 1" in sc.derive("(3x + 1)^2", "x").lines[1].because


def test_a_sum_that_only_starts_with_a_sigma_is_bracketed():
    first = sc.derive("sum((y-w*x)^2) + lambda*w^2", "w").lines[0].expression
    assert sc.text(first) == "d/dw (Σ (yᵢ - w xᵢ)² + λ w²)"
