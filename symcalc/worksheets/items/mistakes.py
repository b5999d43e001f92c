"""Items made of the mistakes that learners make: find and mend one, and choose the right derivative."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, islice

from sympy import Expr

from symcalc.calculus.unfolding import Line
from symcalc.pages.document import Equation, Paragraph, paragraph
from symcalc.pages.notation import text
from symcalc.worksheets.items.bricks import Twin
from symcalc.worksheets.items.derivatives import BY_RULE, derived, first_hints, function_of, named
from symcalc.worksheets.items.draw import Draw
from symcalc.worksheets.items.families import drawn
from symcalc.worksheets.items.item import LETTERS, Item, Kind, Unproved
from symcalc.worksheets.items.proving import confirmed, places, require, same, value_of
from symcalc.worksheets.items.steps import numbered, ways
from symcalc.worksheets.items.wrong import distractors, slips

_MOST_LINES = 11
_OTHERS = 3                  # wrong answers to choose from


def _mistake(draw: Draw, level: int, rule: str | None = None) -> Item | None:
    _, x = named(draw)
    twin = drawn(draw, ways(draw, level, rule), x)
    made = derived(twin, x)
    if made is None or len(made[0].lines) > _MOST_LINES:
        return None
    derivation, checks = made
    slip = next(slips(draw, derivation), None)
    if slip is None:
        return None
    require(_is_wrong(twin, slip.lines[-1].expression, x), f"the wrong derivative of {text(twin.formula)} is right")
    require(_jumps(slip.lines, x) == [slip.at], f"line {slip.at} of the wrong derivation of {text(twin.formula)}")
    require(not _is_wrong(twin, slip.mended.doit(), x), f"line {slip.at} as mended in that of {text(twin.formula)}")
    asked = slip.lines[0].expression
    return Item(
        kind="mistake", level=level, seed=draw.seed, points=2 + level, space=5 + level, checks=checks + len(slip.lines),
        question=(paragraph("One line of this derivation does not follow from the line before it. Find it, say what went "
                            "wrong, and differentiate correctly."), numbered(slip.lines, rules=level < 3)),
        answer=(paragraph(f"Line {slip.at} is wrong: {slip.name}."), Equation((asked, derivation.result))),
        solution=(Paragraph((f"Line {slip.at} is wrong. ", *slip.says)), paragraph("It should be:"),
                  Equation((asked, slip.mended)), paragraph("The derivation without the mistake:"),
                  *derivation.working()),
        hints=(paragraph("Name the rule of each step, and compare its formula with what stands there."),
               paragraph(f"The mistake is in {_half(slip.at, len(slip.lines))} of the derivation.")),
        source=f"mistake {slip.name} in {text(twin.formula)}", length=len(derivation.lines))


def _is_wrong(twin: Twin, formula: Expr, x: str) -> bool:
    """Whether plain arithmetic says that this is not the derivative."""
    try:
        confirmed(twin, formula, x)
    except Unproved:
        return True
    return False


def _jumps(lines: Sequence[Line], x: str) -> list[int]:
    """The lines whose value is not that of the line before, what stands there as d/dx (...) differentiated by SymPy."""
    at = places((x,))[0]
    values = [value_of(line.expression.doit(), at) for line in lines]
    return [k for k in range(1, len(values)) if not same(values[k], values[k - 1])]


def _half(at: int, lines: int) -> str:
    return "the first half" if 2 * at < lines else "the second half"


def _choice(draw: Draw, level: int, rule: str | None = None) -> Item | None:
    f, x = named(draw)
    twin = drawn(draw, ways(draw, level, rule), x)
    made = derived(twin, x)
    if made is None:
        return None
    derivation, checks = made
    wrong = list(islice(distractors(draw, derivation), _OTHERS))
    if len(wrong) < _OTHERS:
        return None
    for other in wrong:
        require(_is_wrong(twin, other.answer, x), f"{text(other.answer)} is the derivative of {text(twin.formula)}")
    values = [value_of(answer, places((x,))[0]) for answer in (derivation.result, *(other.answer for other in wrong))]
    require(not any(map(same, *zip(*combinations(values, 2)))), f"two of the choices for {text(twin.formula)} are equal")
    options = draw.shuffled([(derivation.result, None), *((other.answer, other) for other in wrong)])
    right = next(k for k, (_, other) in enumerate(options) if other is None)
    return Item(
        kind="choice", level=level, seed=draw.seed, points=1 + level, space=2, checks=checks + _OTHERS,
        question=(paragraph("Which is the derivative of ", function_of(f, x), "?"), Equation((function_of(f, x), twin.formula)),
                  *(Paragraph((f"({LETTERS[k]}) ", answer)) for k, (answer, _) in enumerate(options))),
        answer=(Paragraph((f"({LETTERS[right]}) ", derivation.result)),),
        solution=(*derivation.working(), paragraph("What is wrong with the others:"),
                  *(Paragraph((f"({LETTERS[k]}) ", *other.says)) for k, (_, other) in enumerate(options) if other)),
        hints=(paragraph("Differentiate first, then look for your answer."), *first_hints(derivation, 1)),
        source=f"choice {text(twin.formula)}", length=len(derivation.lines),
        choices=tuple(answer for answer, _ in options), right=right, expected=derivation.result)


MISTAKES = (
    Kind(name="mistake", about="a derivation with one wrong line to find and mend", levels=(1, 2, 3, 4), make=_mistake,
         params=BY_RULE),
    Kind(name="choice", about="choose the right derivative among typical mistakes", levels=(1, 2, 3, 4), make=_choice,
         params=BY_RULE),
)
