"""Every kind of item at every level: it builds, it is the same again, and its answer is what plain numerics say."""

import json
import os
import re
import subprocess
import sys

import mpmath
import pytest
from sympy import lambdify

from symcalc.errors import ProofError
from symcalc.pages import html, latex, markdown, text
from symcalc.pages.document import Document, Equation, Table
from symcalc.worksheets.items import derivatives as items_derivatives, kinds
from symcalc.worksheets.items.item import Kind, Unproved, WorksheetError
from symcalc.worksheets.items.kinds import KINDS, build
from symcalc.worksheets.items.numbers import blemishes, formulas_in

SEEDS = range(20)
PICTURED = ("match_curve", "read_curve")         # slow to draw
CASES = [(kind.name, level) for kind in KINDS.values() if kind.drawn for level in kind.levels]
UGLY = re.compile(r"(?<![\d.])1 ?[a-z]\b|[+-] ?-|\^\{?1\}?(?![\d/}])|(?<![\d.])0 ?[a-z]\b|\+ 0(?![\d.])")


def whole(item):
    return (*item.question, *item.answer, *item.solution)


@pytest.fixture(scope="module")
def bank():
    return {(kind, level): [build(kind, level, seed) for seed in SEEDS[:3 if kind in PICTURED else None]]
            for kind, level in CASES}


@pytest.mark.parametrize(("kind", "level"), CASES)
def test_items_build_are_proved_and_read_well(bank, kind, level):
    items = bank[kind, level]
    assert len({item.source for item in items}) >= 0.8 * len(items)
    for item in items:
        assert (item.kind, item.level) == (kind, level)
        assert item.points > 0 and item.space >= 0 and item.question and item.answer and item.solution
        assert item.checks > 0 or kind == "short_answer"
        for formula in formulas_in(whole(item)):
            assert not UGLY.search(formula) and not blemishes(formula), (item.seed, formula)


@pytest.mark.parametrize(("kind", "level"), CASES)
def test_items_can_be_shown_everywhere(bank, kind, level):
    document = Document("", whole(bank[kind, level][0]))
    for render in (text.render, html.render, markdown.render, latex.render):
        assert "Dummy" not in render(document) and "unevaluated" not in render(document)


@pytest.mark.parametrize(("kind", "level"), CASES)
def test_items_of_one_form_differ_in_numbers_only(kind, level):
    items = [build(kind, level, seed, shape=3) for seed in range(2 if kind in PICTURED else 4)]
    assert len({item.length for item in items}) == 1
    assert len({(item.points, item.space) for item in items}) == 1
    assert len({item.source for item in items}) > 1


def asked(item):
    """The formula that the question is about."""
    return next(block for block in item.question if isinstance(block, Equation)).sides[-1]


def numeric(formula):
    """The formula by SymPy's own lambdify, with mpmath."""
    return lambdify(sorted(formula.free_symbols, key=str), formula, "mpmath")


@pytest.mark.parametrize(("kind", "level"), [case for case in CASES if case[0] in ("differentiate", "chain_steps", "choice")])
def test_the_derivative_is_that_of_mpmath(bank, kind, level):
    for item in bank[kind, level]:
        formula = asked(item)
        with mpmath.workdps(30):
            for point in (mpmath.mpf("0.371"), mpmath.mpf("1.213")):
                found = mpmath.diff(numeric(formula), point)
                if not isinstance(found, mpmath.mpf):
                    continue
                assert mpmath.almosteq(found, numeric(item.expected)(point), 1e-8), item.source
                for k, answer in enumerate(item.choices):
                    assert mpmath.almosteq(found, numeric(answer)(point), 1e-8) == (k == item.right), item.source


@pytest.mark.parametrize("level", (1, 2, 3, 4))
def test_choices_are_all_different(bank, level):
    for item in bank["choice", level]:
        values = [numeric(answer)(mpmath.mpf("0.371")) for answer in item.choices]
        assert len(values) == 4
        assert all(abs(a - b) > 1e-9 for k, a in enumerate(values) for b in values[:k]), item.source


@pytest.mark.parametrize("level", (1, 2, 3, 4))
def test_the_slope_at_a_point_is_that_of_mpmath(bank, level):
    for item in bank["evaluate", level]:
        a = re.fullmatch(r"evaluate .* at (-?\d+)", item.source).group(1)
        with mpmath.workdps(30):
            found = mpmath.diff(numeric(asked(item)), mpmath.mpf(a))
        assert mpmath.almosteq(found, mpmath.mpf(item.expected.p) / item.expected.q, 1e-8), item.source


@pytest.mark.parametrize("level", (1, 2, 3, 4))
def test_the_tangent_touches_the_curve(bank, level):
    for item in bank["tangent", level]:
        at = mpmath.mpf(re.fullmatch(r"tangent .* at (-?\d+) step .*", item.source).group(1))
        curve, line = numeric(asked(item)), numeric(item.expected)
        with mpmath.workdps(30):
            assert mpmath.almosteq(curve(at), line(at), 1e-9), item.source
            assert mpmath.almosteq(mpmath.diff(curve, at), line(at + 1) - line(at), 1e-8), item.source


@pytest.mark.parametrize("level", (1, 2, 3))
def test_a_trace_is_what_a_loop_gives(bank, level):
    for item in bank["trace", level]:
        formula = asked(item)
        table, = (block for block in item.answer if isinstance(block, Table))
        names = list(formula.free_symbols)
        names = [name for name in table.header if name in names]
        cost = lambdify(names, formula, "mpmath")
        rate = mpmath.mpf(re.search(r"η = ([\d.]+\d)", text.render(Document("", item.question[:1]))).group(1))
        point = [mpmath.mpf(cell) for cell in table.rows[0][1:1 + len(names)]]
        for k, row in enumerate(table.rows):
            assert all(mpmath.almosteq(value, mpmath.mpf(cell), 1e-9, 1e-9) for value, cell in zip(point, row[1:]))
            assert mpmath.almosteq(cost(*point), mpmath.mpf(row[-1]), 1e-9, 1e-9), item.source
            if k < len(table.rows) - 1:
                orders = [tuple(int(j == i) for j in range(len(names))) for i in range(len(names))]
                slopes = [mpmath.diff(cost, tuple(point), order) for order in orders]
                assert all(mpmath.almosteq(slope, mpmath.mpf(cell), 1e-6) for slope, cell in zip(slopes, row[1 + len(names):]))
                point = [value - rate * mpmath.mpf(cell) for value, cell in zip(point, row[1 + len(names):])]


def test_one_line_of_a_mistake_is_wrong(bank):
    for level in (1, 2, 3, 4):
        for item in bank["mistake", level]:
            said = text.render(Document("", item.answer))
            table = next(block for block in item.question if isinstance(block, Table))
            line = int(re.match(r"Line (\d+) is wrong", said).group(1))
            assert 1 <= line < len(table.rows)


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
    ("free", 1, {"question": "?", "latex": "x^^5cinput"}, "'^^' cannot stand"),
    ("free", 1, {"question": "?", "latex": "a $ b"}, "'$' cannot stand"),
    ("free", 1, {"question": "?", "latex": "}x{"}, "the braces in the latex do not match"),
])
def test_what_is_wrong_is_said_in_one_sentence(kind, level, given, said):
    with pytest.raises(WorksheetError) as caught:
        build(kind, level, 1, **given)
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_a_wrong_answer_stops_the_build_and_names_its_seed(monkeypatch):
    """A derivative with a fault planted in it is found by the independent route, whatever the proof says."""
    genuine = items_derivatives.derive

    class Faulty:
        def __init__(self, found):
            self.found, self.result = found, found.result + found.variable / 7

        def __getattr__(self, name):
            return getattr(self.found, name)

    monkeypatch.setattr(items_derivatives, "derive", lambda *given: Faulty(genuine(*given)))
    for kind in ("differentiate", "evaluate", "tangent", "choice", "blanks"):
        with pytest.raises(WorksheetError, match=f"{kind}, level 2, seed 11: the answer is not confirmed"):
            build(kind, 2, 11)


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


def test_items_are_the_same_in_every_process():
    found = [subprocess.run([sys.executable, "-c", _PRINT], capture_output=True, check=True, text=True,
                            env={**os.environ, "PYTHONHASHSEED": seed}).stdout for seed in ("1", "2")]
    assert found[0] == found[1] and len(json.loads(found[0])) == len([kind for kind in KINDS.values() if kind.drawn])
