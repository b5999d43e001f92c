"""Texts kept as forms and numbers come out again to the letter."""

import random
from itertools import accumulate

import pytest

from symcalc.pages.slots import Form, Forms, Paths

RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def filled(form: Form, numbers: list[str]) -> str:
    return "".join(part if isinstance(part, str) else numbers[part] if part >= 0 else numbers[~part].translate(RAISED) for part in form)


def again(forms: Forms, text: tuple) -> str:
    place, *numbers = text
    return filled(forms.forms[place], numbers)


@pytest.mark.parametrize("texts", [
    [], [""], ["a", "a"], ["1", "2", "2"], ["x1 = 0.5", "x1 = 0.75", "x2 = 0.5"], ["7.5.2", "7.5.3"], ["a 1 b", "a 1 b 2"],
    ["-1 + 1", "-2 + 2", "-3 + 4"], ["&#39;<b>12</b>", "&#39;<b>13</b>"], ["1 1 1", "2 1 2"], ["٣ 1", "٣ 2"], ["x² 2", "x³ 3"],
    ["x² 2", "x2 2"], ["2³", "4⁵"], ["10⁻⁵ · 0.9¹²", "10⁻⁶ · 0.9¹³"]])
def test_every_text_comes_out_again(texts):
    forms = Forms.of(texts)
    assert [again(forms, text) for text in forms.texts] == texts


def test_random_texts_come_out_again():
    draw = random.Random(5)
    texts = ["".join(draw.choice(["a", ".", "0", "⁰", "¹⁷", "17", "2.5", " ", "-", "<x>"]) for _ in range(draw.randint(0, 12))) for _ in range(300)]
    forms = Forms.of(texts)
    assert [again(forms, text) for text in forms.texts] == texts and len(forms.forms) < len({*texts})


def test_what_is_equal_everywhere_is_text_and_what_is_equal_twice_stands_once():
    forms = Forms.of([f"3 x{k} + {k}" for k in range(9)])
    assert forms.forms == (("3 x", 0, " + ", 0),) and forms.texts[4] == (0, "4")


def test_a_power_that_is_counted_needs_no_form_of_its_own():
    forms = Forms.of([f"(1 - 0.9{str(k).translate(RAISED)}) {k}" for k in range(200)])
    assert forms.forms == (("(1 - 0.9", ~0, ") ", 0),) and forms.texts[150] == (0, "150")


def test_paths_come_out_again_from_their_steps_in_tenths():
    draw = random.Random(7)
    paths = ["".join(f"{letter}{draw.randint(-99_990, 4_000) / 10:g},{draw.randint(0, 3_000) / 10:g}" for letter in draw.choice(["ML", "MQL", ""]))
             for _ in range(200)]
    told = Paths.of(paths)
    for path, row in zip(paths, told.rows):
        form, *steps = map(int, row.split(" "))
        assert filled(told.forms[form], [f"{tenths / 10:g}" for tenths in accumulate(steps)]) == path
