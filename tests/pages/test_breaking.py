"""Where a written formula is broken."""

import pytest

from symcalc.pages.breaking import broken, on_two_lines
from symcalc.pages.document import Formula
from symcalc.pages.latex_breaking import broken_latex
from symcalc.pages.text import wrapped

PINBALL = "1/n Σ {0.5 (yᵢ - (m xᵢ + b)) if yᵢ - (m xᵢ + b) ≥ 0; -0.5 (yᵢ - (m xᵢ + b)) otherwise}"
HUBER = "1/n Σ {(yᵢ - m xᵢ) · d/dm (yᵢ - m xᵢ) if |yᵢ - (m xᵢ + b)| ≤ 2; 2 · d/dm |yᵢ - m xᵢ| otherwise}"


@pytest.mark.parametrize(("formula", "width", "lines"), [
    (PINBALL, 70, ["1/n Σ {0.5 (yᵢ - (m xᵢ + b)) if yᵢ - (m xᵢ + b) ≥ 0;", "-0.5 (yᵢ - (m xᵢ + b)) otherwise}"]),
    (PINBALL, 40, ["1/n Σ {0.5 (yᵢ - (m xᵢ + b))", "if yᵢ - (m xᵢ + b) ≥ 0;", "-0.5 (yᵢ - (m xᵢ + b)) otherwise}"]),
    (HUBER, 66, ["1/n Σ {(yᵢ - m xᵢ) · d/dm (yᵢ - m xᵢ) if |yᵢ - (m xᵢ + b)| ≤ 2;", "2 · d/dm |yᵢ - m xᵢ| otherwise}"]),
    (HUBER, 46, ["1/n Σ {(yᵢ - m xᵢ) · d/dm (yᵢ - m xᵢ)", "if |yᵢ - (m xᵢ + b)| ≤ 2;", "2 · d/dm |yᵢ - m xᵢ| otherwise}"]),
])
def test_cases_are_broken_between_them_and_conditions_are_not(formula, width, lines):
    assert broken(formula, width, width) == lines


@pytest.mark.parametrize(("sentence", "width", "lines"), [
    ("the point jumps between w = -2.03333 and w = 3", 27, ["the point jumps between", "w = -2.03333 and w = 3"]),
    ("ended at a = 1.5 · 10⁻⁹, b = 2.", 12, ["ended at", "a = 1.5 · 10⁻⁹,", "b = 2."]),
])
def test_a_letter_stays_with_its_value(sentence, width, lines):
    assert wrapped((sentence,), width) == lines


@pytest.mark.parametrize(("formula", "width", "lines"), [
    ("-2 (1 - (-1.2)) - 400 · (-1.2) (1 - (-1.2)²)", 40, ["-2 (1 - (-1.2))", "- 400 · (-1.2) (1 - (-1.2)²)"]),
    ("a b + 400.5 (abcdef + def)", 20, ["a b + 400.5 (abcdef", "+ def)"]),
    ("a b - 3 · c_and_more", 17, ["a b", "- 3 · c_and_more"]),
    ("2 · (aaaa + bbbb)", 12, ["2 · (aaaa", "+ bbbb)"]),
    ("12345 · a_name_without_a_space", 12, ["12345", "· a_name_without_a_space"]),          # where there is no other place
])
def test_a_number_does_not_wait_for_its_factor_at_the_end_of_a_line(formula, width, lines):
    assert broken(formula, width, width) == lines


QUOTIENT = "((-2x exp(-x²) sin(3x) + 3 exp(-x²) cos(3x)) (1 + x²) - 2x exp(-x²) sin(3x))/(1 + x²)²"
LOGISTIC = "1/n Σ (-tᵢ xᵢ exp(-tᵢ (w xᵢ + b))/(1 + exp(-tᵢ (w xᵢ + b))))"


@pytest.mark.parametrize(("formula", "width", "lines"), [
    (QUOTIENT, 84, ["((-2x exp(-x²) sin(3x) + 3 exp(-x²) cos(3x)) (1 + x²)", "- 2x exp(-x²) sin(3x))/(1 + x²)²"]),
    (LOGISTIC, 56, ["1/n Σ (-tᵢ xᵢ", "exp(-tᵢ (w xᵢ + b))/(1 + exp(-tᵢ (w xᵢ + b))))"]),
    ("(a + b) c x^(n - 1)", 16, ["(a + b) c", "x^(n - 1)"]),
    ("(a + b) c + L/(1 + e^(-k (xᵢ - c)))", 28, ["(a + b) c", "+ L/(1 + e^(-k (xᵢ - c)))"]),
    ("· (-d/dL (L/(1 + e^(-k (xᵢ - c)))))", 34, ["· (-d/dL (L", "/(1 + e^(-k (xᵢ - c)))))"]),        # before a slash otherwise
    ("w1 exp(-(w1 x + w2 y + b))/(1 + exp(-(w1 x + w2 y + b)))²", 36,
     ["w1 exp(-(w1 x + w2 y + b))", "/(1 + exp(-(w1 x + w2 y + b)))²"]),
    ("(alpha_beta_gamma)/ln²(x² + 2x + 3)", 34, ["(alpha_beta_gamma)", "/ln²(x² + 2x + 3)"]),
    ("1/(alpha + beta + gamma)", 14, ["1/(alpha", "+ beta", "+ gamma)"]),                    # where there is no other place
])
def test_no_line_ends_within_a_denominator_or_an_exponent(formula, width, lines):
    assert broken(formula, width, width) == lines


RULE = Formula(text="(f^g)' = f^g · (g ln(f))'", latex="")
MODEL = Formula(text="y - a exp(-b x) cos(c x + d)", latex="")


@pytest.mark.parametrize(("parts", "width", "lines"), [
    (("logarithmic differentiation: ", RULE), 44, ["logarithmic differentiation:", RULE.text]),
    (("inside u = ", MODEL, ", the rest"), 36, ["inside", f"u = {MODEL.text},", "the rest"]),
    (("inside u = ", MODEL, ", the rest"), 24, ["inside", "u = y - a exp(-b x)", "cos(c x + d), the rest"]),
])
def test_a_formula_in_a_sentence_has_a_line_of_its_own_before_it_is_broken(parts, width, lines):
    assert wrapped(parts, width) == lines


@pytest.mark.parametrize(("title", "room", "lines"), [
    ("The slope of w/(1 + exp(-w)) at 2", 20, ("The slope of", "w/(1 + exp(-w)) at 2")),
    ("a + bcdefgh + ijklmnopqr + st", 16, ("a + bcdefgh", "+ ijklmnopqr + st")),           # the second is to be cut
])
def test_a_title_is_broken_where_formulas_are(title, room, lines):
    assert on_two_lines(title, room) == lines


@pytest.mark.parametrize(("formula", "first", "lines"), [
    (r"u v - 40000 \cdot \left(a + b\right)", 6.8, ["u v", r"{} - 40000 \cdot \left(a + b\right)"]),
    (r"400 \cdot abcdefghij", 4, ["400", r"{} \cdot abcdefghij"]),
])
def test_nor_does_it_in_latex(formula, first, lines):
    assert broken_latex(formula, first, 30) == lines
