"""Formulas kept in files: they come back part by part as they were, and what is no formula is one sentence."""

import importlib.util
from pathlib import Path

import pytest
from sympy import Add, Float, Integer, Mul, Pow, Rational, Symbol

import symcalc as sc
from symcalc.language import read
from symcalc.language.names import symbol
from symcalc.language.prefix import from_prefix, prefixed

_SPEC = importlib.util.spec_from_file_location("corpus", Path(__file__).parents[1] / "calculus" / "corpus.py")
CORPUS = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(CORPUS)


def is_same(first, second):
    """The same head and the same arguments in the same order, all the way down."""
    return type(first) is type(second) and first == second and len(first.args) == len(second.args) and all(
        map(is_same, first.args, second.args))


def test_the_comparison_sees_another_order():
    x, y = Symbol("x"), Symbol("y")
    assert not is_same(Add(y, x, evaluate=False), Add(x, y, evaluate=False))
    assert not is_same(Mul(2, Mul(x, y, evaluate=False), evaluate=False), Mul(2, x, y, evaluate=False))


def test_every_formula_of_the_corpus_comes_back():
    expressions = {formula: read(formula) for formula in sorted({row[0] for row in CORPUS.CORPUS})}
    assert [formula for formula, expression in expressions.items()
            if not is_same(from_prefix(prefixed(expression)), expression)] == [] and len(expressions) > 200


@pytest.mark.parametrize("formula", [
    "mean((y - (m*x + b))^2)", "sum(y*ln(sigmoid(w*x)) + (1 - y)*ln(1 - sigmoid(w*x)))", "mean((y - m*x)^2)/2", "3*mean(x*w)",
    "piecewise((x^2, x < 1), (2*x - 1, True))", "piecewise((x^2, 0 < x <= 1), (2*x - 1, True))", "e^x + pi",
    "max(0, w*v, -w) - min(w, 2)", "log(w, 3) + logsumexp(a, b) + softmax(1, a, b)", "0.1*w^2 + 1e20*w - 2.5e-7", "1/3*w - 7/2",
    "Sum(w[j]^2, (j, 1, 3))", "Sum(w[j]*z[j], (j, 1, p))", "abs(w) + relu(v)*softplus(theta_1)",
])
def test_every_form_comes_back(formula):
    expression = read(formula)
    assert is_same(from_prefix(prefixed(expression)), expression)


@pytest.mark.parametrize("formula", ["(w - 3)^2*max(w, v)", "mean(abs(y - m*x))", "mean(ln(1 + e^(-y*w*x)))"])
def test_slopes_come_back(formula):
    for slope in sc.Loss(formula).gradient().result:
        assert is_same(from_prefix(prefixed(slope)), slope)


def test_the_text_is_as_expected():
    w = symbol("w")
    expression = Add(Mul(Rational(-1, 2), Pow(w, Integer(2), evaluate=False), evaluate=False), Float(0.1), evaluate=False)
    assert prefixed(expression) == "(+ (* -1/2 (^ w 2)) 0.1)"
    assert from_prefix("(+ (* -1/2 (^ w 2)) 0.1)") == expression
    assert float(from_prefix("0.1")) == 0.1 and from_prefix("k", {"k": w}) == w


@pytest.mark.parametrize(("text", "said"), [
    ("", "breaks off"), ("(", "breaks off"), ("(+ 1", "does not take such operands"), ("(+ 1 w", "breaks off"),
    ("x y", "ends too early, before y"), (")", "closes nothing"), ("(+ (< x 1) 2)", "does not take such operands"),
    ("(piecewise (case x (< x 1)))", "does not take such operands"), ("(^ x 1 2)", "does not take such operands"),
    ("(sin x y)", "does not take such operands"), ("(max x)", "does not take such operands"),
    ("(" * 500, "nested at most 150 levels"), ("(sin " * 400 + "x" + ")" * 400, "nested at most 150 levels"),
    ("(^ 10 (^ 10 10))", "too large to compute with"), ("1/0", "divides by zero"), ("(^ 0 -1)", "division by zero"),
    ("(sum x i p)", "neither over the rows nor over an index"), ("(sum x j n)", "neither over the rows nor over an index"),
    ("(sum (< x 1) i n)", "neither over the rows"), ("(sum x i n y)", "a body, an index and an end"), ("(sum x", "breaks off"),
    ("(case x (true))", "is an expression"), ("(true)", "is an expression"), ("(and (true) (true))", "is an expression"),
    ("__import__('os')", "is no operation"), ("(__import__ os)", "__import__ is no operation"),
    ("(eval x)", "eval is no operation"),
    ("x.y", "is no name"), ("9" * 5000, "longer than 32 characters"), ("9" * 305, "more than 300 digits"),
    ("1e999", "is no name"),
    ("x[i,j,k]", "is no name"), ("x\x1b[31m", "is no name"), ("(\x1b[31m x)", "is no operation"),
    ("w" * 300_000, "at most 200,000"),
    ("(+ " + "w " * 6000 + ")", "more than 5,000 parts"), ("(+ w J\u0301)", "is no name"),
])
def test_what_is_no_formula_is_one_sentence(text, said):
    with pytest.raises(sc.SymcalcError) as caught:
        from_prefix(text)
    sentence = str(caught.value)
    assert (said in sentence or (text.startswith("__") and "is no name" in sentence)) and sentence.isprintable()
    assert len(sentence) < 200


def test_letters_that_are_given_are_all_there_are():
    with pytest.raises(sc.ReadError, match="w has no meaning in this kept formula; its letters are k"):
        from_prefix("(+ w k)", {"k": symbol("k")})
