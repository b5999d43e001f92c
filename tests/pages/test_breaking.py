"""Where a written formula is broken."""

import pytest

from symcalc.pages.breaking import broken
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
