"""What is printed is read as what it was printed from; what could mean two things is refused in one sentence."""

from __future__ import annotations

import re

import pytest
from sympy import Expr

import symcalc as sc
from symcalc.errors import SymcalcError
from symcalc.language import read
from symcalc.language.printed import has_rows
from symcalc.language.reader import read_text
from symcalc.pages.ascii import written
from symcalc.pages.notation import text
from symcalc.vocabulary import FUNCTIONS

# As printed, and as it has always been typed.
SAME = [
    ("√x", "sqrt(x)"),
    ("2 √x + √(x + 1) (x - 1)", "2*sqrt(x) + sqrt(x + 1)*(x - 1)"),
    ("1/√x + √2/3", "1/sqrt(x) + sqrt(2)/3"),
    ("(√x)³ + √(x³)", "sqrt(x)^3 + sqrt(x^3)"),
    ("√(√x) + √√x", "sqrt(sqrt(x)) + sqrt(sqrt(x))"),
    ("√|x| + √sin(x) + √sin²(x)", "sqrt(|x|) + sqrt(sin(x)) + sqrt(sin(x)^2)"),
    ("2^(√x) · ∛x", "2^sqrt(x)*cbrt(x)"),
    ("(∛(x + 1))²", "cbrt(x + 1)^2"),
    ("sin²(x) + cos¹⁰(x + 1)", "sin(x)^2 + cos(x + 1)^10"),
    ("1/tanh²(x)", "1/tanh(x)^2"),
    ("sin²(x)²", "(sin(x)^2)^2"),
    ("ln²(x) + log₂²(x) + log_b³(x)", "ln(x)^2 + log2(x)^2 + log(x, b)^3"),
    ("gamma²(x)", "gamma(x)^2"),
    ("softmax₁²(x, y)", "softmax(1, x, y)^2"),
    ("{x if x > 0; 1 otherwise}", "piecewise((x, x > 0), (1, True))"),
    ("2 {x² if |x| ≤ 1; 2 |x| - 1 otherwise}² + 1", "2*piecewise((x^2, |x| <= 1), (2*|x| - 1, True))^2 + 1"),
    ("{1 if x = 0; 2 if 1 < x < 2; 3 if x ≠ 3; 4 otherwise}",
     "piecewise((1, x == 0), (2, 1 < x < 2), (3, x != 3), (4, True))"),
    ("{1 if x > 0 and y < 1 or x > |y|; 2 otherwise}", "piecewise((1, (x > 0 and y < 1) or x > |y|), (2, True))"),
    ("{1 if x > 1 and x > 1; 2 otherwise}", "piecewise((1, x > 1), (2, True))"),
    ("{otherwise if if > 1; if otherwise}", "piecewise((otherwise, if > 1), (if, True))"),
    ("|2 |x| - 1|", "abs(2*abs(x) - 1)"),
    ("|√x|", "abs(sqrt(x))"),
    ("1/n Σ (yᵢ - (m xᵢ + b))²", "mean((y - (m*x + b))^2)"),
    ("1/(2n) Σ (yᵢ - m xᵢ)² + λ m²", "1/(2n)*sum((y - m*x)^2) + lambda*m^2"),
    ("-2/n Σ xᵢ (yᵢ - m)", "-2/n*sum(x*(y - m))"),
    ("(Σ xᵢ yᵢ) Σ xᵢ", "sum(x*y)*sum(x)"),
    ("(Σ xᵢ)² + √(1/n Σ xᵢ²)", "sum(x)^2 + sqrt(mean(x^2))"),
    ("Σ √xᵢ + Σ |xᵢ| + Σ {xᵢ if xᵢ > 0; 1 otherwise}", "sum(sqrt(x)) + sum(|x|) + sum(piecewise((x, x > 0), (1, True)))"),
    ("1/n Σ (σ(w xᵢ) - yᵢ)²", "mean((sigmoid(w*x) - y)^2)"),
    ("Σ σ²(w xᵢ) (1 - σ(w xᵢ))", "sum(sigmoid(w*x)^2*(1 - sigmoid(w*x)))"),
    ("Σ σ (w + xᵢ)", "sum(sigma*(w + x))"),
    ("Σ x + Σ(y) + Σᵢ x", "sum(x) + sum(y) + sum(x)"),
    ("2π xᵢ yᵢ + e xᵢ", "2*pi*x[i]*y[i] + e*x[i]"),
    ("Σ + 2Σ - Σ*x", "Sigma + 2*Sigma - Sigma*x"),
    ("x₁ᵢ²", "x_1[i]^2"),
]

REFUSED = [
    ("1 + √(x + 1)^2", 4, "it is unclear how far the root reaches"),
    ("√2x", 0, "it is unclear how far the root reaches; write sqrt(...)"),
    ("1/√x(y + 1)", 2, "it is unclear how far the root reaches"),
    ("1/√2 y", 5, "it is unclear whether 'y' belongs under the fraction bar"),
    ("√-x", 1, "unexpected '-'"),
    ("√", 1, "something must follow '√'"),
    ("√(-1)", 0, "√(-1) is not real"),
    ("sin⁻¹(x)", 0, "sin⁻¹ can mean two things; write 1/sin(x) for the fraction, or asin(x) for the inverse"),
    ("ln⁻¹(x)", 0, "ln⁻¹ can mean two things; write 1/ln(x) for the fraction"),
    ("sin² (x)", 0, "a power stands behind the argument; write sin(x)^2"),
    ("max²(x, 1)", 0, "a power stands behind the argument"),
    ("σ²(x)", 0, "write σ(x)^2, or σ^2*(x) where σ is a letter"),
    ("Σ xᵢ Σ yᵢ", 2, "a sum over the rows cannot stand inside another"),
    ("Σ(x)²", 0, "it is unclear how far Σ reaches; write sum(...)"),
    ("Σ(x) y", 0, "it is unclear how far Σ reaches"),
    ("1/Σ xᵢ", 2, "it is unclear what stands under the fraction bar; write 1/sum(...)"),
    ("|Σ |xᵢ| + 1|", 1, "it is unclear where the bars end; write abs(...) and sum(...)"),
    ("d/dm Σ (yᵢ - m)²", 2, "a derivative cannot stand in a formula; write the function itself"),
    ("Σⱼ wⱼ", 1, "as in w[j], and what is summed over it as Sum(w[j], (j, 1, p))"),
    ("2ᵢ", 1, "write x[i]"),
    ("{x if x > 0; 1}", 0, "use round brackets"),
    ("{x if x; 1 otherwise}", 7, "unexpected ';'; cases are written {x^2 if x < 1; 2*x otherwise}"),
    ("{x if x > 0; 1 otherwise}}", 25, "'}' closes nothing"),
    ("{x = 1 if x > 0; 1 otherwise}", 3, "a comparison is not allowed here"),
    ("x = 2", 2, "a loss is an expression, not an equation"),
    ("piecewise((1, x = 2), (3, True))", 16, "comparisons are ==, <= and >="),
    ("log_(2 + x)(y)", 0, "write log(x, b)"),
    ("eˣ", 1, "write ^ for a power, as in e^x"),
    ("ŷ", 0, "write y_hat"),
]


@pytest.mark.parametrize(("printed", "typed"), SAME, ids=[case[0] for case in SAME])
def test_as_it_is_typed(printed: str, typed: str) -> None:
    assert back(printed) == read(typed)


def back(printed: str) -> Expr:
    """Read as a formula, or, where a root has no brackets, as an answer: a formula that is typed has them."""
    bare = re.search(r"[√∛](?!\()", printed) and not has_rows(printed)
    return read_text(printed, parameters=["x", "y"], standing=True) if bare else read(printed)


@pytest.mark.parametrize(("typed", "instead"), [("√x", "write sqrt(x) for √x"), ("1/√2 + y", "write sqrt(2) for √2"),
                                                ("w*∛v", "write cbrt(v) for ∛v"), ("√√x", "write sqrt(x) for √x")])
def test_a_root_that_is_typed_has_brackets(typed: str, instead: str) -> None:
    with pytest.raises(SymcalcError, match=re.escape(instead)):
        sc.Loss(typed)


@pytest.mark.parametrize(("printed", "position", "sentence"), REFUSED, ids=[case[0] for case in REFUSED])
def test_one_sentence(printed: str, position: int, sentence: str) -> None:
    with pytest.raises(SymcalcError) as caught:
        back(printed)
    assert sentence in caught.value.sentence and caught.value.position == position


@pytest.mark.parametrize("name", [row.names[0] for row in FUNCTIONS.values() if row.takes == (1, 1)])
@pytest.mark.parametrize("typed", ["{}(w)", "{}(w)^2*v", "1/{}(w + 1)^3", "sqrt({}(w))", "mean(x*{}(w*x)^2)"])
def test_every_function_of_the_vocabulary(name: str, typed: str) -> None:
    whole = read(typed.format(name))
    for printed in (text(whole), written(whole)):
        assert read_text(printed, parameters=["w", "v"], columns="x", standing=True) == whole


@pytest.mark.parametrize(("formula", "letter", "answer"), [
    ("x^(3/2)", "x", "3√x/2"),
    ("sqrt(x)", "x", "x/(2x√x)"),
    ("tan(x)", "x", "1 + tan²(x)"),
    ("abs(x)", "x", "{1 if x > 0; -1 otherwise}"),
    ("piecewise((x^2, x < 1), (2x - 1, True))", "x", "{2x if x < 1; 2 otherwise}"),
    ("pi*w^2", "w", "2π w"),
    ("theta1^2", "theta1", "2θ₁"),
    ("gamma(x)^2/2", "x", "gamma²(x) digamma(x)"),
    ("mean((y - m*x)^2)", "m", "-2/n Σ xᵢ (yᵢ - m xᵢ)"),
])
def test_answers(formula: str, letter: str, answer: str) -> None:
    assert sc.Loss(formula).derive(letter).check(answer).correct


def test_a_sign_that_means_two_things_in_the_problem() -> None:
    problem = sc.derive("sigma*sigmoid(w)", "sigma")
    assert problem.check("sigmoid(w)").correct
    with pytest.raises(SymcalcError, match=r"σ is a letter here, and the sigmoid; write σ\*\(\.\.\.\) for a product or sigm"):
        problem.check("σ(w)")


def test_derivatives_that_stand() -> None:
    known = {"parameters": ["theta", "m"], "columns": "x", "standing": True}
    assert read_text("d/dθ (θ²) + d/dm Σ m xᵢ", **known) == read_text("diff(theta^2, theta) + diff(sum(m*x), m)", **known)


def test_a_comparison_of_numbers_in_a_sympy_object() -> None:
    with pytest.raises(SymcalcError, match="a condition compares two numbers"):
        sc.Loss(read("ln(1 + mean((x*piecewise((1, 0 > 0), (w, True)))^2))", columns="x"))
