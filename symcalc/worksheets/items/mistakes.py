"""Items made of the mistakes that learners make: find and mend one, and choose the right derivative."""

from __future__ import annotations

from itertools import islice

from sympy import Expr

from symcalc.pages.document import Block, Equation, Paragraph, paragraph
from symcalc.pages.notation import text
from symcalc.worksheets.items.bricks import Twin
from symcalc.worksheets.items.derivatives import derived, function_of, named, slope_of
from symcalc.worksheets.items.draw import Draw
from symcalc.worksheets.items.families import drawn
from symcalc.worksheets.items.item import Item, Kind, Unproved
from symcalc.worksheets.items.proving import confirmed, require
from symcalc.worksheets.items.steps import numbered, ways
from symcalc.worksheets.items.wrong import distractors, slips

_MOST_LINES = 11
_OTHERS = 3                  # wrong answers to choose from
_LETTERS = "ABCDEFG"


def _mistake(draw: Draw, level: int) -> Item | None:
    f, x = named(draw)
    twin = drawn(draw, ways(draw, level), x)
    made = derived(twin, x)
    if made is None or len(made[0].lines) > _MOST_LINES:
        return None
    derivation, checks = made
    slip = next(slips(draw, derivation), None)
    if slip is None:
        return None
    require(_is_wrong(twin, slip.lines[-1].expression, x), f"the wrong derivative of {text(twin.formula)} is right")
    mended: list[Block] = [Equation((slope_of(f, x), derivation.result))]
    return Item(
        kind="mistake", level=level, seed=draw.seed, points=2 + level, space=5 + level, checks=checks + len(slip.lines),
        question=(paragraph("One line of this derivation does not follow from the line before it. Find it, say what went "
                            "wrong, and differentiate correctly."), numbered(slip.lines, rules=level < 3)),
        answer=(paragraph(f"Line {slip.at} is wrong: {slip.name}."), *mended),
        solution=(Paragraph((f"Line {slip.at} is wrong. ", *slip.says)), paragraph("It should be:"),
                  Equation((slip.lines[0].expression, slip.mended)), paragraph("The derivation without the mistake:"),
                  *derivation.working()),
        hints=("Compare each line with the one before it: only one step is not right.",),
        source=f"mistake {slip.name} in {text(twin.formula)}", length=len(derivation.lines))


def _is_wrong(twin: Twin, formula: Expr, x: str) -> bool:
    """Whether plain arithmetic says that this is not the derivative."""
    try:
        confirmed(twin, formula, x)
    except Unproved:
        return True
    return False


def _choice(draw: Draw, level: int) -> Item | None:
    f, x = named(draw)
    twin = drawn(draw, ways(draw, level), x)
    made = derived(twin, x)
    if made is None:
        return None
    derivation, checks = made
    wrong = list(islice(distractors(draw, derivation), _OTHERS))
    if len(wrong) < _OTHERS:
        return None
    for other in wrong:
        require(_is_wrong(twin, other.answer, x), f"{text(other.answer)} is the derivative of {text(twin.formula)}")
    options = draw.shuffled([(derivation.result, None), *((other.answer, other) for other in wrong)])
    right = next(k for k, (_, other) in enumerate(options) if other is None)
    return Item(
        kind="choice", level=level, seed=draw.seed, points=1 + level, space=2, checks=checks + _OTHERS,
        question=(paragraph("Which is the derivative of ", function_of(f, x), "?"), Equation((function_of(f, x), twin.formula)),
                  *(Paragraph((f"({_LETTERS[k]})  ", answer)) for k, (answer, _) in enumerate(options))),
        answer=(Paragraph((f"({_LETTERS[right]})  ", derivation.result)),),
        solution=(*derivation.working(), paragraph("What is wrong with the others:"),
                  *(Paragraph((f"({_LETTERS[k]})  ", *other.says)) for k, (_, other) in enumerate(options) if other)),
        hints=("Differentiate first, then look for your answer.",),
        source=f"choice {text(twin.formula)}", length=len(derivation.lines),
        choices=tuple(answer for answer, _ in options), right=right, expected=derivation.result)


MISTAKES = (
    Kind(name="mistake", about="a derivation with one wrong line to find and mend", levels=(1, 2, 3, 4), make=_mistake),
    Kind(name="choice", about="choose the right derivative among typical mistakes", levels=(1, 2, 3, 4), make=_choice),
)
