"""Texts kept as forms and numbers come out again to the letter."""

import random
import re

import pytest

from symcalc.pages.slots import Form, Forms, Pages

RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def filled(form: Form, numbers: list[str]) -> str:
    return "".join(part if isinstance(part, str) else numbers[part] if part >= 0 else numbers[~part].translate(RAISED) for part in form)


def again(forms: Forms, text: tuple) -> str:
    place, *numbers = text
    return filled(forms.forms[place], numbers)


def lines(pages: Pages, row: str) -> list[str]:
    names, places, *numbers = row.split(" ")
    found = re.sub(r"~(\d+)", lambda at: numbers[int(at[1])], pages.places[int(places)]).split(";")
    return [filled(pages.lines[name], line.split(" ")) for name, line in zip(pages.names[int(names)].split(" "), found, strict=True)]


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


def test_pages_of_random_lines_come_out_again():
    draw = random.Random(6)
    kinds = ["a = {0}", "{0}b²⁰ = {1}; {1}", "x{1}", "", "<b>&#39;{0}</b> 7", "k⁵"] + [f"{chr(97 + k)} {{0}}" for k in range(24)]
    texts = [[draw.choice(kinds).format(draw.randint(0, 99), draw.choice(["0.5", "17"])) for _ in range(draw.randint(1, 9))]
             for _ in range(200)]
    pages = Pages.of(texts)
    assert [lines(pages, row) for row in pages.rows] == texts and len(pages.lines) == len(kinds)


def test_a_power_that_is_counted_needs_no_form_of_its_own():
    forms = Forms.of([f"(1 - 0.9{str(k).translate(RAISED)}) {k}" for k in range(200)])
    assert forms.forms == (("(1 - 0.9", ~0, ") ", 0),) and forms.texts[150] == (0, "150")
