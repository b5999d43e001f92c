"""Questions of one kind on a sheet: other forms before a form comes again, and the rule that a spec asks for."""

from collections import Counter

import pytest

import symcalc as sc
from symcalc.worksheets.items.item import WorksheetError
from symcalc.worksheets.items.kinds import build
from symcalc.worksheets.version import _form


def forms(*items, seed=3):
    sheet = sc.Worksheet.from_spec({"title": "Slopes", "versions": 2, "seed": seed, "sections": [{"items": list(items)}]})
    return [[_form(question.item) for question in parts[0].questions] for parts in sheet.drawn]


@pytest.mark.parametrize("seed", range(3))
def test_a_form_comes_again_when_there_is_no_other(seed):
    first, second = forms({"kind": "differentiate", "level": 1, "count": 6}, seed=seed)
    assert max(Counter(first).values()) <= 4 and len(set(first)) >= 2        # of two forms, of which the draws may miss one
    assert first == second                                                  # the versions differ in numbers alone


def test_the_form_is_what_is_left_without_numbers_signs_and_letter():
    sheet = sc.Worksheet.from_spec({"title": "Slopes", "versions": 1, "sections": [{"items": [
        {"kind": "free", "question": "Differentiate.", "expression": text, "wrt": wrt}
        for text, wrt in (("3*x^5 - 2*x", "x"), ("7*t^2 + t", "t"), ("-z - 4*z^3", "z"), ("sin(3*x)", "x"))]}]})
    one, *same, other = [_form(question.item) for question in sheet.drawn[0][0].questions]
    assert {one} == {*same} != {other}


@pytest.mark.parametrize("kind", ["mistake", "blanks", "choice"])
def test_a_sheet_of_three_has_three_forms(kind):
    for seed in range(3):
        shown = forms({"kind": kind, "level": 2, "count": 3}, seed=seed)[0]
        assert len(set(shown)) == 3 and "" not in shown


@pytest.mark.parametrize("kind", ["mistake", "blanks"])
def test_a_derivation_has_the_form_of_what_is_derived(kind):
    # The items of a seed have a form of their own, whatever their letter and numbers.
    items = [build(kind, 2, seed, shape=1, rule="chain") for seed in range(4)]
    assert {_form(item) for item in items} == {"Pow(Add(1, Pow(x, whole)), whole)"} and len({item.source for item in items}) > 1


@pytest.mark.parametrize("kind", ["blanks", "mistake", "choice"])
def test_a_rule_can_be_asked_for(kind):
    assert all(build(kind, 2, seed, rule="chain").source.endswith(tuple(")³ )⁴ )⁵ )⁶".split())) for seed in range(3))
    with pytest.raises(WorksheetError, match=r"did you mean chain\?"):
        build(kind, 2, 1, rule="chian")
