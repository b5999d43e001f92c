"""Planted faults: what makes an answer is broken for every kind of item, and no wrong answer gets through.

The build has to find the fault by its own second route, and name the item; the oracles have to find a wrong key.
"""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
from oracles import ORACLES, check

import symcalc as sc
from symcalc.calculus.gradient import Gradient
from symcalc.pages import text
from symcalc.pages.document import Document
from symcalc.worksheets.blocks import all_questions
from symcalc.worksheets.items import curves, derivatives, descent, mistakes, partials, points, reasons, steps, words
from symcalc.worksheets.items.bricks import number, total
from symcalc.worksheets.items.item import WorksheetError
from symcalc.worksheets.items.kinds import KINDS, build
from symcalc.worksheets.items.quadratics import Quadratic
from symcalc.worksheets.items.tables import _Line

OWN = {"free": {"expression": "t^2*e^(-3t)", "wrt": "t"}}           # what a kind cannot do without


# Faults: each makes something wrong out of what is right.

def wrong_line(k: int) -> Callable:
    """A derivation with t/7 added to one of its lines, whatever its proof says."""
    def spoilt(found):
        lines = list(found.lines)
        lines[k] = replace(lines[k], expression=lines[k].expression + found.variable / 7)
        return replace(found, lines=tuple(lines))
    return lambda real: lambda *given, **more: spoilt(real(*given, **more))


def more(by: object) -> Callable:
    """A number too large."""
    return lambda real: lambda *given, **rest: real(*given, **rest) + by


def otherwise(**instead: str) -> Callable:
    """Another word than the right one."""
    return lambda real: lambda *given: {**instead, **{other: word for word, other in instead.items()}}[real(*given)]


def twice_as_steep(real):
    return lambda *given: {name: 2 * slope for name, slope in real(*given).items()}


def line_after(real):
    return lambda *given: (replace(slip, at=slip.at + 1) for slip in real(*given))


def mended_wrongly(real):
    return lambda *given: (replace(slip, mended=slip.mended + 1) for slip in real(*given))


def the_right_answer(real):
    return lambda draw, derivation: (replace(other, answer=derivation.result) for other in real(draw, derivation))


def one_wrong_answer(real):
    def thrice(*given):
        first = next(real(*given))
        return iter([first] * 3)
    return thrice


def shifted(real):
    return lambda axes, twin, *given: real(axes, total(twin, number(1)), *given)


def one_residual_more(real):
    return property(lambda line: [real.fget(line)[0] + 1, *real.fget(line)[1:]])


RESULT = wrong_line(-1)
QUESTIONS = {                             # which question of a level a fault is planted in
    (1, "_way"): "_sign", (4, "_way"): "_both", (3, "kind_seen"): "_stands_still", (4, "_told"): "_ratio",
    (4, "_ratio_of"): "_ratio", (1, "exact_slope"): "_no_step", (2, "exact_slope"): "_to_and_fro",
    (2, "_fitted"): "_other_units", (3, "exact_slope"): "_chained", (4, "isqrt"): "_steepest"}
FAULTS = [
    # kind, level, where, what, the fault
    ("differentiate", 2, derivatives, "derive", RESULT),
    ("evaluate", 2, derivatives, "derive", RESULT),
    ("evaluate", 1, derivatives, "value_at", more(1)),
    ("tangent", 2, derivatives, "derive", RESULT),
    ("tangent", 3, derivatives, "value_at", more(1)),
    ("partial", 2, Gradient, "__getitem__", RESULT),
    ("gradient", 1, Gradient, "__getitem__", RESULT),
    ("gradient", 2, partials, "_exactly", more(1)),
    ("gradient", 3, Gradient, "__getitem__", RESULT),
    ("gradient", 4, Gradient, "__getitem__", RESULT),
    ("chain_steps", 2, derivatives, "derive", RESULT),
    ("chain_steps", 3, steps, "derive", RESULT),
    ("blanks", 2, derivatives, "derive", RESULT),
    ("blanks", 4, derivatives, "derive", wrong_line(2)),
    ("mistake", 2, derivatives, "derive", RESULT),
    ("mistake", 2, mistakes, "slips", line_after),
    ("mistake", 3, mistakes, "slips", mended_wrongly),
    ("choice", 2, derivatives, "derive", RESULT),
    ("choice", 3, mistakes, "distractors", the_right_answer),
    ("choice", 4, mistakes, "distractors", one_wrong_answer),
    ("trace", 1, Quadratic, "slopes", twice_as_steep),
    ("trace", 3, Quadratic, "cost", more(Fraction(1, 4))),
    ("predicted_actual", 2, Quadratic, "cost", more(Fraction(1, 4))),
    ("predicted_actual", 1, descent, "_reading", lambda real: lambda ratio: f"not {real(ratio)}"),
    ("converges", 1, descent, "_seen", otherwise(converges="diverges", oscillates="jumps")),
    ("converges", 4, descent, "_curvature", more(Fraction(1))),
    ("stationary", 1, points, "kind_seen", otherwise(minimum="maximum")),
    ("stationary", 3, points, "slope", more(1)),
    ("rss_table", 1, _Line, "residuals", one_residual_more),
    ("rss_table", 3, _Line, "rss", lambda real: property(lambda line: real.fget(line) + 1)),
    ("short_answer", 1, words, "_way", otherwise(smaller="larger")),
    ("short_answer", 3, words, "kind_seen", lambda real: lambda *given: "minimum"),
    ("short_answer", 4, words, "_way", otherwise(smaller="larger")),
    ("short_answer", 4, words, "_told", lambda real: lambda ratio: real(1 - ratio)),
    ("short_answer", 4, words, "_ratio_of", more(1)),
    ("short_answer", 1, reasons, "exact_slope", more(1)),
    ("short_answer", 2, reasons, "exact_slope", more(1)),
    ("short_answer", 2, reasons, "_fitted", more(1)),
    ("short_answer", 3, reasons, "exact_slope", more(1)),
    ("short_answer", 4, reasons, "isqrt", more(1)),
    ("read_curve", 1, curves, "exact_slope", lambda real: lambda *given: -real(*given)),
    ("match_curve", 1, curves, "_curve", shifted),
    ("free", 1, words, "derive", RESULT),
]


def test_a_fault_is_planted_in_every_kind():
    assert {kind for kind, *_ in FAULTS} == set(KINDS) == set(ORACLES)


@pytest.mark.parametrize(("kind", "level", "where", "name", "fault"), FAULTS,
                         ids=[f"{kind} {level} {name}" for kind, level, _, name, _ in FAULTS])
def test_a_planted_fault_stops_the_build_and_names_the_item(monkeypatch, kind, level, where, name, fault):
    question = QUESTIONS.get((level, name), "") if kind == "short_answer" else ""
    seed = next(seed for seed in range(1, 60) if not question or build(kind, level, seed).pattern == question)
    build(kind, level, seed, **OWN.get(kind, {}))
    monkeypatch.setattr(where, name, fault(getattr(where, name)))
    with pytest.raises(WorksheetError, match=f"^{kind}, level {level}, seed {seed}: the answer is not confirmed: "):
        build(kind, level, seed, **OWN.get(kind, {}))


def answers(item):
    return text.render(Document("", item.answer))


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS.values()])
def test_the_oracle_of_a_kind_does_not_take_the_answer_of_another_item(kind):
    level = 2
    own = [OWN.get(kind, {}), {**OWN["free"], "expression": "t^3"} if kind == "free" else {}]
    item = build(kind, level, 1, **own[0])
    other = next(other for seed in range(2, 40) if answers(other := build(kind, level, seed, **own[1])) != answers(item))
    check(item)
    with pytest.raises((AssertionError, LookupError, StopIteration, ValueError, AttributeError)):
        check(replace(item, answer=other.answer, solution=other.solution))


# Sheets on which the same item could come twice

CROWDED = {"title": "Crowded", "versions": 4, "sections": [{"items": [
    {"kind": "short_answer", "level": [1, 2, 3, 4], "count": 4}, {"kind": "differentiate", "level": 1, "count": 4},
    {"kind": "stationary", "level": 1, "count": 3}, {"kind": "converges", "level": 1, "count": 2}]}]}


@pytest.mark.parametrize("seed", range(2))
def test_no_item_comes_twice_on_a_sheet_or_its_versions(seed):
    sheet = sc.Worksheet.from_spec({**CROWDED, "seed": seed})
    versions = [[question.item for question in all_questions(sheet.version(letter).parts)] for letter in sheet.letters]
    shown = [text.render(Document("", item.question)) for items in versions for item in items]
    assert len(shown) == len(set(shown)) == 4 * len(versions[0])
    for same in zip(*versions):
        assert len({(item.kind, item.level, item.length, item.space, item.points, len(item.question)) for item in same}) == 1


def test_each_question_of_a_kind_is_asked_before_one_is_asked_again():
    sheet = sc.Worksheet.from_spec({"title": "Words", "versions": 2, "seed": 4, "sections": [{"items": [
        {"kind": "short_answer", "level": [1, 2, 3, 4], "count": 24}]}]})
    found = [[(question.item.level, question.item.pattern) for question in all_questions(sheet.version(letter).parts)]
             for letter in "AB"]
    assert found[0] == found[1]
    for level in (1, 2, 3, 4):
        patterns = [pattern for other, pattern in found[0] if other == level]
        assert len(set(patterns)) == len(patterns) == 6
