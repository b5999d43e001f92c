"""Every kind of item at every level: it builds, it is the same again, and its answer is what plain numerics say."""

import json
import os
import re
import subprocess
import sys

import pytest
from looks import blemishes
from oracles import check
from sympy import lambdify

import symcalc as sc
from symcalc.errors import ProofError
from symcalc.pages import html, latex, markdown, text
from symcalc.pages.document import Document
from symcalc.pages.text import inline
from symcalc.worksheets.asked import choice_of
from symcalc.worksheets.fills import number_in
from symcalc.worksheets.items import kinds
from symcalc.worksheets.items.item import Kind, Unproved, WorksheetError
from symcalc.worksheets.items.kinds import KINDS, build

SEEDS = range(4)
PICTURED = ("match_curve", "read_curve")         # slow to draw
CASES = [(kind.name, level) for kind in KINDS.values() if kind.drawn for level in kind.levels]


def whole(item):
    return (*item.question, *item.answer, *item.solution)


@pytest.fixture(scope="module")
def bank():
    return {(kind, level): [build(kind, level, seed) for seed in SEEDS[:1 if kind in PICTURED else None]]
            for kind, level in CASES}


@pytest.mark.parametrize(("kind", "level"), CASES)
def test_items_build_are_proved_and_read_well(bank, kind, level):
    items = bank[kind, level]
    assert len({item.source for item in items}) >= 0.6 * len(items)
    for item in items:
        assert (item.kind, item.level) == (kind, level)
        assert item.points > 0 and item.space >= 0 and item.question and item.answer and item.hints and item.checks > 0
        assert item.solution or kind == "short_answer"
        assert list(blemishes(item)) == [], item.seed


@pytest.mark.parametrize(("kind", "level"), CASES)
def test_items_can_be_shown_everywhere(bank, kind, level):
    document = Document("", whole(bank[kind, level][0]))
    for render in (text.render, html.render, markdown.render, latex.render):
        shown = render(document).replace("inner derivative left unevaluated", "")        # a mistake's name
        assert "Dummy" not in shown and "unevaluated" not in shown


@pytest.mark.parametrize(("kind", "level"), CASES)
def test_items_of_one_form_differ_in_numbers_only(kind, level):
    items = [build(kind, level, seed, shape=3) for seed in range(2 if kind in PICTURED else 3)]
    assert len({item.length for item in items}) == 1
    assert len({(item.points, item.space) for item in items}) == 1
    assert len({item.source for item in items}) > 1


@pytest.mark.parametrize(("kind", "level"), CASES)
def test_the_answer_is_what_an_oracle_finds(bank, kind, level):
    for item in bank[kind, level]:
        check(item)


def test_blanks_are_as_many_as_the_spec_says():
    count = len(build("blanks", 2, 5, blanks=0).question[1].rows) - 1
    for wanted, blank in ((0, 0), (3, 3), ("all", count)):
        shown = text.render(Document("", build("blanks", 2, 5, blanks=wanted).question))
        assert shown.count("________________") == blank


# Errors

@pytest.mark.parametrize(("kind", "level", "given", "said"), [
    ("diferentiate", 1, {}, "there is no kind 'diferentiate'; did you mean differentiate?"),
    ("???", 1, {}, "there is no kind '???'; the kinds are differentiate, evaluate"),
    ("trace", 7, {}, "trace has the levels 1, 2, 3, 4, not 7"),
    ("trace", 1, {"stepps": 2}, "trace takes no stepps; it takes steps (how many updates: 1, 2 or 3)"),
    ("stationary", 1, {"rule": "power"}, "stationary takes no rule"),
    ("trace", 1, {"steps": 9}, "steps is 1, 2 or 3, not 9"),
    ("differentiate", 1, {"rule": "mixed"}, "the rule at level 1 is one of power, product"),
    ("blanks", 1, {"blanks": -1}, 'blanks is a whole number from 0 on, or "all", not -1'),
    ("short_answer", 1, {"question": ""}, "the question is a text"),
    ("short_answer", 1, {"answer": "yes"}, "short_answer has an answer but no question"),
    ("free", 1, {}, "a free item needs a question or an expression to differentiate"),
    ("free", 1, {"question": "?", "space": -3}, "space is a whole number of lines from 0 to 60, not -3"),
    ("free", 1, {"question": "?", "latex": r"\input{/etc/passwd}"}, r"\input is no command"),
    ("free", 1, {"question": "?", "latex": r"x \write18{ls}"}, r"\write is no command"),
    ("free", 1, {"question": "?", "latex": "x^^5cinput"}, "put braces round what follows ^"),
    ("free", 1, {"question": "?", "latex": "a $ b"}, "'$' cannot stand"),
    ("free", 1, {"question": "?", "latex": "}x{"}, "there is a } without its partner"),
])
def test_what_is_wrong_is_said_in_one_sentence(kind, level, given, said):
    with pytest.raises(WorksheetError) as caught:
        build(kind, level, 1, **given)
    assert said in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("error", [Unproved("no"), ProofError("no")])
def test_what_is_not_proved_is_not_built(monkeypatch, error):
    def make(draw, level):
        raise error

    monkeypatch.setattr(kinds, "KINDS", {"odd": Kind(name="odd", about="", levels=(1,), make=make)})
    with pytest.raises(WorksheetError, match="odd, level 1, seed 4: the answer is not confirmed: no"):
        build("odd", 1, 4)


def test_a_search_without_end_is_given_up(monkeypatch):
    monkeypatch.setattr(kinds, "KINDS", {"odd": Kind(name="odd", about="", levels=(1,), make=lambda draw, level: None)})
    with pytest.raises(WorksheetError, match="no item of kind odd, level 1 came out of seed 4"):
        build("odd", 1, 4)


def test_a_teachers_own_expression_is_derived():
    item = build("free", 2, 1, expression="t^2*e^(-3t)", wrt="t", question="Find the slope.")
    assert "e^(-3t)" in text.render(Document("", item.answer)) and item.checks > 10


_PRINT = """
import json, sys
from symcalc.pages import text
from symcalc.pages.document import Document
from symcalc.worksheets.items.kinds import KINDS, build
items = [build(kind.name, 2, 5) for kind in KINDS.values() if kind.drawn]
print(json.dumps([text.render(Document("", item.question + item.answer + item.solution)) for item in items]))
"""


def test_items_are_the_same_in_every_process(capsys):
    there = subprocess.run([sys.executable, "-c", _PRINT], capture_output=True, check=True, text=True,
                           env={**os.environ, "PYTHONHASHSEED": "4711"}).stdout
    exec(_PRINT, {})                              # here sets have another order, and much was built before
    assert capsys.readouterr().out == there and len(json.loads(there)) == len([kind for kind in KINDS.values() if kind.drawn])


# Wrong answers, and what the key says of them

WRONG = [*((level, seed) for level in (1, 2, 3, 4) for seed in range(5)), (1, 906), (4, 906), (4, 917), (2, 15), (2, 21)]


@pytest.mark.parametrize(("level", "seed"), WRONG)
def test_the_key_says_of_a_wrong_answer_what_the_tutor_says(level, seed):
    item = build("choice", level, seed)
    left, formula = item.question[1].sides
    for option in choice_of(item).options:
        verdict = sc.check(formula, option.shown, left.text[2])
        assert verdict.correct if option.is_right else verdict.message == inline(option.says)


@pytest.mark.parametrize(("level", "seed"), WRONG)
def test_the_wrong_line_is_what_the_tutor_says_of_the_last(level, seed):
    item = build("mistake", level, seed)
    right, wrong = item.answer[-1].sides[0], item.question[1].rows[-1][1].text.removeprefix("= ")
    formula, letter = right.args[0], right.variables[0]
    assert inline(item.solution[0].parts).endswith(sc.check(formula, wrong.replace("√", "sqrt"), letter).message)


# What is asked can be answered in the way that is asked for

@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_a_tangent_foretells_the_change_well(level):
    for seed in [*range(12), *[121] * (level == 1)]:
        item = build("tangent", level, seed)
        formula = item.question[1].sides[-1]
        start, end = (float(number_in(part)) for part in item.question[2].parts if number_in(part) is not None)
        value = lambdify(next(iter(formula.free_symbols)), formula)
        expected = float(number_in(item.answer[1].sides[-1]))
        assert abs((value(end) - value(start)) / expected - 1) < 0.11, seed


@pytest.mark.parametrize("level", [3, 4])
def test_only_y_minus_prediction_is_called_the_residual(level):
    for seed in range(8):
        shown = " ".join(text.render(Document("", whole(build("gradient", level, seed)))).split())
        for inside in re.findall(r"inside (?:u = )?([^;]*?), the residual", shown):
            assert re.match(r"\w+ᵢ - ", inside), inside


def test_tables_of_residuals_differ_in_size_and_in_what_they_give():
    for level in (2, 4):
        found = [build("rss_table", level, seed) for seed in range(16)]
        assert len({len(item.question[-1].rows) for item in found}) > 1
        assert len({text.render(Document("", item.answer)) for item in found}) > 4
        for item in found:
            assert len({cell[-1] for cell in item.solution[0].rows}) > 2


def test_the_limit_of_a_rate_is_below_which_it_converges():
    item = build("converges", 1, 7001)
    assert [inline(block.parts) for block in item.answer] == [
        "(a) No: it jumps between two points for ever.", "(b) It converges for every rate below 0.5."]
