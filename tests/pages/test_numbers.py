"""Numbers for people: one notation everywhere, nothing rounded left of the point, columns whose numbers can be told apart."""

import math

import pytest

from symcalc.pages.document import Document, Formula, Table
from symcalc.pages.html import render as html
from symcalc.pages.latex import render as tex
from symcalc.pages.notation import text
from symcalc.pages.numbers import aligned, cell, numeral, rounded, short
from symcalc.pages.text import inline


@pytest.mark.parametrize(("value", "digits", "shown"), [
    (1117.845401, 6, "1117.85"), (-0.000123456789, 6, "-0.000123457"), (0.0, 6, "0"), (-0.0, 6, "0"),
    (8333278.33, 6, "8333278"), (198.7, 2, "199"), (200, 2, "200"), (999999.96, 6, "1000000"),
    (1e-9, 6, "10⁻⁹"), (1.5e-6, 2, "1.5 · 10⁻⁶"), (1e7, 6, "10⁷"), (12345678.0, 6, "1.23457 · 10⁷"),
    (-8.64319e170, 6, "-8.64319 · 10¹⁷⁰"), (1.797e308, 2, "1.797 · 10³⁰⁸"),
])
def test_a_number_looks_the_same_in_a_sentence_a_formula_and_a_table(value, digits, shown):
    assert short(value, digits) == text(numeral(value, digits)) == inline((cell(value, digits),)) == shown


def test_what_is_no_number_is_shown_as_such():
    assert [short(value) for value in (math.inf, -math.inf, math.nan)] == ["inf", "-inf", "-"]
    assert [cell(value) for value in (math.inf, -math.inf, math.nan)] == ["inf", "-inf", "-"]


def test_a_number_that_is_chosen_is_rounded_left_of_the_point_too():
    assert (rounded(1234, 2), rounded(0.01234, 2)) == (1200, 0.012)


@pytest.mark.parametrize(("values", "digits", "apart", "shown"), [
    ([3, 5.07, 9.8, 23.29], 5, False, ["3.000", "5.070", "9.800", "23.290"]),
    ([3, 5.07, 23456.7], 5, False, ["3.00", "5.07", "23456.70"]),
    ([1, 0.00003, 0.00002], 6, False, ["1.00000", "0.00003", "0.00002"]),
    ([999999999.5, 999999999.6], 6, True, ["999999999.5", "999999999.6"]),
    ([1, 0.0000312, 0.00002], 6, False, ["1.0000000", "0.0000312", "0.0000200"]), ([1.2, 44.9], 3, False, ["1.2", "44.9"]),
    ([0.9, 0.9 + 1e-10], 4, False, ["0.9000", "0.9000"]),
    ([1.0, 1 + 2e-16], 6, True, ["1.00000", "1.00000"]),                      # rounding
    ([2e-6, 0, 1.5e-6], 3, False, ["2.00 · 10⁻⁶", "0", "1.50 · 10⁻⁶"]),
    ([8.64319e170, -1.812e167], 6, False, ["8.64319 · 10¹⁷⁰", "-1.81200 · 10¹⁶⁷"]),
    ([1e6, 2.5], 3, False, ["1000000", "2.5"]), ([1, 2, 300], 3, False, ["1", "2", "300"]),
])
def test_in_a_column_small_numbers_keep_digits_and_different_ones_differ(values, digits, apart, shown):
    assert [inline((each,)) for each in aligned(values, digits, apart)] == shown


def test_a_table_has_true_minus_signs_and_powers_of_ten():
    table = Document("", (Table(header=("a", "b"), rows=(tuple(aligned([-2.5, 2])), tuple(aligned([-2e-9, 3e-9])))),))
    assert "<td>−2.50000</td>" in html(table) and "<msup>" in html(table) and "e-09" not in html(table)
    assert "$-2.50000$" in tex(table) and r"$-2.00000 \cdot 10^{-9}$" in tex(table)
    assert cell(-2e-9) == Formula(text="-2 · 10⁻⁹", latex=r"-2 \cdot 10^{-9}")
