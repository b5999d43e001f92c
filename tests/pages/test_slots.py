"""Texts kept as forms and numbers come out again to the letter."""

import random

import pytest

from symcalc.pages.slots import Forms


def again(forms: Forms, text: tuple) -> str:
    place, *numbers = text
    return "".join(numbers[part] if isinstance(part, int) else part for part in forms.forms[place])


@pytest.mark.parametrize("texts", [
    [], [""], ["a", "a"], ["1", "2", "2"], ["x1 = 0.5", "x1 = 0.75", "x2 = 0.5"], ["7.5.2", "7.5.3"], ["a 1 b", "a 1 b 2"],
    ["-1 + 1", "-2 + 2", "-3 + 4"], ["&#39;<b>12</b>", "&#39;<b>13</b>"], ["1 1 1", "2 1 2"], ["٣ 1", "٣ 2"]])
def test_every_text_comes_out_again(texts):
    forms = Forms.of(texts)
    assert [again(forms, text) for text in forms.texts] == texts


def test_random_texts_come_out_again():
    draw = random.Random(5)
    texts = ["".join(draw.choice(["a", ".", "0", "17", "2.5", " ", "-", "<x>"]) for _ in range(draw.randint(0, 12))) for _ in range(300)]
    forms = Forms.of(texts)
    assert [again(forms, text) for text in forms.texts] == texts and len(forms.forms) < len({*texts})


def test_what_is_equal_everywhere_is_text_and_what_is_equal_twice_stands_once():
    forms = Forms.of([f"3 x{k} + {k}" for k in range(9)])
    assert forms.forms == (("3 x", 0, " + ", 0, ""),) and forms.texts[4] == (0, "4")
