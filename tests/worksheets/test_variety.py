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
        for text, wrt in (("3*x^5 - 2*x", "x"), ("7*t^2 + 4*t", "t"), ("sin(3*x)", "x"))]}]})
    one, same, other = [_form(question.item) for question in sheet.drawn[0][0].questions]
    assert one == same != other


@pytest.mark.parametrize("kind", ["blanks", "mistake", "choice"])
def test_a_rule_can_be_asked_for(kind):
    assert all(build(kind, 2, seed, rule="chain").source.endswith(tuple(")³ )⁴ )⁵ )⁶".split())) for seed in range(3))
    with pytest.raises(WorksheetError, match=r"did you mean chain\?"):
        build(kind, 2, 1, rule="chian")
