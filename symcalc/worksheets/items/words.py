"""Items in words: short answers with a model answer, and what a teacher writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from types import MappingProxyType

from sympy import Sum

from symcalc.calculus.derivation import Derivation
from symcalc.calculus.problems import derive
from symcalc.language.names import parameters_of
from symcalc.pages.document import Block, Equation, Formula, paragraph
from symcalc.pages.notation import text
from symcalc.worksheets.items.bricks import letter, number, raised, term, times, total
from symcalc.worksheets.items.draw import Draw
from symcalc.worksheets.items.item import Item, Kind, WorksheetError, with_mathematics
from symcalc.worksheets.items.numbers import decimal
from symcalc.worksheets.items.points import kind_seen
from symcalc.worksheets.items.proving import confirmed, exact_slope, require
from symcalc.worksheets.items.raw_latex import checked_latex
from symcalc.worksheets.items.reasons import REASONS, Asked
from symcalc.worksheets.items.twins import twin_of
from symcalc.written import derivative_of

_HARDLY = Fraction(97, 100)  # of the cost is left after a step that is too short
_LINES = 60                  # of room that can be asked for


def _costs(draw: Draw, factor: Fraction) -> list[Fraction]:
    """Four costs, each the factor times the one before, to two places."""
    first = draw.whole(4, 30) * 10
    return [round(first * factor**k, 2) for k in range(4)]


def _listed(costs: Sequence[Fraction]) -> str:
    return ", ".join(map(decimal, costs))


def _way(slope: int) -> str:
    """Which way a step against the slope goes."""
    return "smaller" if slope > 0 else "larger"


def _falls(slope: int, way: str) -> bool:
    """Whether a step that way leads down a line of the slope."""
    return slope * {"smaller": -1, "larger": 1}[way] < 0


def _by_costs(rate: str, costs: Sequence[Fraction], asked: str) -> str:
    return f"With the rate {rate} the cost after each step is {_listed(costs)}. {asked}"


def _too_large(draw: Draw) -> Asked:
    rate, costs = decimal(Fraction(draw.whole(2, 9), 10)), _costs(draw, Fraction(draw.whole(15, 40), 10))
    require(all(now > before for before, now in pairwise(costs)), f"the costs {_listed(costs)} grow")
    return Asked(_by_costs(rate, costs, "What goes wrong, and what would you change?"),
                 "The cost grows with every step: the rate is too large, and each step jumps further past the minimum. "
                 "Take a smaller rate.", "Does the cost fall?",
                 "the growing costs as the reason, and a smaller rate", len(costs) - 1)


def _too_small(draw: Draw) -> Asked:
    rate = decimal(Fraction(draw.whole(1, 9), draw.choice((1000, 10000))))
    costs = _costs(draw, 1 - Fraction(draw.whole(5, 20), 1000))
    require(all(_HARDLY * before < now < before for before, now in pairwise(costs)), f"the costs {_listed(costs)} hardly fall")
    return Asked(_by_costs(rate, costs, "Is that what one wants? What would you change?"),
                 "The cost falls, but hardly: the rate is too small, and the descent needs very many steps. "
                 "Take a larger rate and watch that the cost still falls.", "How fast does the cost fall?",
                 "that it falls but slowly, and a larger rate", len(costs) - 1)


def _shrinking(draw: Draw) -> Asked:
    rate = Fraction(draw.whole(1, 99), draw.choice((100, 1000)))
    steps = [rate * (1 - rate)**k for k in range(4)]                        # of a descent from 1 to the minimum of w²/2
    require(all(0 < now < before for before, now in pairwise(steps)), f"the steps with the rate {decimal(rate)} shrink")
    return Asked(f"The rate stays {decimal(rate)} all through a descent on a bowl-shaped cost. "
                 "Why do the steps still become smaller?",
                 "A step is the rate times the slope. Towards the minimum the slope goes to 0, so the steps shrink.",
                 "What is a step made of?", "the product of rate and slope, and that the slope goes to 0", len(steps) - 1)


def _sign(draw: Draw) -> Asked:
    slope, name = draw.sign() * draw.whole(2, 40), draw.choice(("m", "b", "w"))
    way = _way(slope)
    require(_falls(slope, way), f"a step against the slope {slope}")
    return Asked(f"At the current {name} the slope of the cost is {slope}. Should {name} become larger or smaller? Why?",
                 f"{name} should become {way}: the cost " + (
                     f"rises as {name} grows, so it falls when {name} becomes smaller." if slope > 0 else
                     f"falls as {name} grows."), "Which way does the cost fall?", "the sign of the slope as the reason", 1)


def _expected(draw: Draw) -> Asked:
    slope, step = draw.sign() * draw.whole(2, 30), draw.sign() * Fraction(draw.whole(1, 9), 100)
    change = decimal(slope * step)
    found = exact_slope(lambda at: slope * at["m"] + at["m"]**2, {"m": Fraction(0)}, "m")      # of a curve with this slope
    require(change == decimal(found * step), f"the change by {slope} times {decimal(step)}")
    return Asked(f"The slope of the cost in m is {slope}, and m changes by {decimal(step)}. By about how much does the cost "
                 "change, and why only about?",
                 f"By about {slope} times {decimal(step)}, which is {change}. The slope itself changes along the step, "
                 "so this holds only for small steps.", "Change is about slope times step.",
                 "the product with its sign, and that the slope changes on the way", 1)


def _stands_still(draw: Draw) -> Asked:
    name = draw.choice(("m", "b", "w", "k"))
    value = draw.whole(2, 50)
    gap, other = total(letter(name), number(-value)), letter("v")
    valley, saddle = raised(gap, 2), total(raised(gap, 2), term(-1, other, 2))
    rests = {"minimum": (valley, (name,), (value,)), "maximum": (times(-1, valley), (name,), (value,)),
             "saddle point": (saddle, (name, "v"), (value, 0)), "inflection point": (raised(gap, 3), (name,), (value,))}
    for kind, at in rests.items():
        require(kind_seen(*at) == kind, f"a {kind} at {name} = {value} where a descent stands still")
    return Asked(f"A descent stands still at {name} = {value}. What is the slope of the cost there? Must it be the minimum?",
                 "The slope is 0 there. It need not be a minimum: a maximum, a saddle point or an inflection point has "
                 "slope 0 too.", "A step is the rate times the slope.",
                 "slope 0, and one other kind of point at the least", len(rests))


def _ratio(draw: Draw) -> Asked:
    drawn = Fraction(draw.choice((90, 95, 50, 5, 2, -20, -40)), 100)
    before = draw.whole(2, 20) * 10
    expected, actual = decimal(Fraction(-before)), decimal(-before * drawn)
    ratio = _ratio_of(Fraction(expected), Fraction(actual))
    made = _made(Fraction(expected), Fraction(actual), ratio)
    require(_told(ratio) == made, f"what the ratio {decimal(ratio)} tells")
    return Asked(f"Calculus expected the cost to change by {expected}; it changed by {actual}. "
                 "Find the ratio, actual over expected. What does it tell about the step, if the cost is a parabola?",
                 f"The ratio is {decimal(ratio)}. {made}", "1 is a tiny step, 1/2 lands on the minimum.",
                 "the quotient, and the step told by it", 3)


def _ratio_of(expected: Fraction, actual: Fraction) -> Fraction:
    return actual / expected


_SMALL = "The step was small: calculus foretold the change well."
_LANDED = "The step went as far as the minimum along its direction: a ratio of 1/2 lands on it."
_PAST = "The step went past the minimum, nearly as far on the other side: the cost fell by little."
_ROSE = "The step went so far past the minimum that the cost rose: the rate is too large."


def _told(ratio: Fraction) -> str:
    """What the ratio tells of a step on a parabola."""
    if ratio < 0:
        return _ROSE
    return _LANDED if ratio == Fraction(1, 2) else _SMALL if ratio > Fraction(1, 2) else _PAST


def _made(expected: Fraction, actual: Fraction, ratio: Fraction) -> str:
    """What the step did: it is made from 1 on the parabola h w² on which J is expected to change so, and changes so."""
    step = 2 * (ratio - 1)
    h = expected / (2 * step)
    start, end = Fraction(1), 1 + step
    slope = exact_slope(lambda at: h * at["w"]**2, {"w": start}, "w")
    require(slope * step == expected and h * end**2 - h * start**2 == actual, f"a step with the ratio {decimal(ratio)}")
    if abs(end) > start:
        return _ROSE
    return _LANDED if end == 0 else _SMALL if end > Fraction(3, 4) else _PAST if end < -Fraction(3, 4) else ""


def _both(draw: Draw) -> Asked:
    m, b = draw.sign() * draw.whole(2, 60), draw.sign() * draw.whole(2, 60)
    require(_falls(m, _way(m)) and _falls(b, _way(b)), f"a step against the gradient ({m}, {b})")
    return Asked(f"The gradient of a cost in (m, b) is ({m}, {b}). In which direction does gradient descent step, "
                 "and what holds at the minimum?",
                 f"Against the gradient: m becomes {_way(m)} and b becomes {_way(b)}. "
                 "At the minimum both partial derivatives are 0.",
                 "The gradient points where the cost rises fastest.", "both directions, and both partial derivatives 0", 2)


_QUESTIONS: Mapping[int, tuple[Callable[[Draw], Asked], ...]] = {
    1: (_sign, _shrinking, *REASONS[1]), 2: (_too_large, _too_small, *REASONS[2]),
    3: (_expected, _stands_still, *REASONS[3]), 4: (_ratio, _both, *REASONS[4])}


def _short_answer(draw: Draw, level: int, question: str | None = None, answer: str | None = None,
                  space: int | None = None) -> Item:
    pattern, as_block = "", paragraph
    if question is None:
        if answer is not None:
            raise WorksheetError("short_answer has an answer but no question")
        ask = draw.form("question").choice(_QUESTIONS[level])
        pattern, as_block, asked = ask.__name__, with_mathematics, ask(draw)
    else:
        asked = Asked(_words(question, "question"), _words(answer, "answer") if answer is not None else "", "")
    look = (as_block(f"To look for: {asked.look}."),) if asked.look else ()
    model = (as_block(asked.answer or "No model answer is given."), *look)
    return Item(kind="short_answer", level=level, seed=draw.seed, points=1 + level, checks=asked.checks,
                space=_room(space, 3 + level // 2), question=(as_block(asked.question),), answer=model, solution=(),
                hints=(as_block(asked.hint),) if asked.hint else (), source=f"short answer {asked.question}",
                pattern=pattern)


def _words(value: object, name: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise WorksheetError(f"the {name} is a text, not {value!r:.40}")
    return value.strip()


def _room(space: object, otherwise: int) -> int:
    if space is None:
        return otherwise
    if isinstance(space, bool) or not isinstance(space, int) or not 0 <= space <= _LINES:
        raise WorksheetError(f"space is a whole number of lines from 0 to {_LINES}, not {space!r:.40}")
    return space


# What a teacher writes

def _free(draw: Draw, level: int, question: str | None = None, answer: str | None = None, expression: str | None = None,
          wrt: str | None = None, latex: str | None = None, space: int | None = None) -> Item:
    if question is None and expression is None:
        raise WorksheetError("a free item needs a question or an expression to differentiate")
    asked: list[Block] = [paragraph(_words(question, "question"))] if question is not None else []
    if latex is not None:
        formula = checked_latex(latex)
        asked.append(Equation((Formula(text=formula, latex=formula),)))
    key: list[Block] = [paragraph(_words(answer, "answer"))] if answer is not None else []
    if expression is None:
        key = key or [paragraph("No answer is given.")]
        return Item(kind="free", level=level, seed=draw.seed, points=1 + level, space=_room(space, 4 + level),
                    question=tuple(asked), answer=tuple(key), solution=(), source=f"free {question} {latex}")
    if wrt is None:
        raise WorksheetError('wrt is missing: by which letter is it to be differentiated, as in wrt = "x"?')
    derivation = derive(_words(expression, "expression"), wrt)
    if not isinstance(derivation, Derivation):
        raise WorksheetError("a free item differentiates once, by one letter")
    if derivation.variable not in derivation.expression.free_symbols:
        raise WorksheetError(f"there is no {derivation.variable.name} in the expression to differentiate by; it holds "
                             f"{', '.join(map(text, parameters_of(derivation.expression))) or 'no letter'}")
    slope = derivative_of(derivation.expression, derivation.variable)
    asked = asked or [paragraph("Differentiate with respect to ", derivation.variable, ".")]
    return Item(kind="free", level=level, seed=draw.seed, points=1 + level, space=_room(space, 4 + 2 * level),
                checks=len(derivation.proof.checks) + _by_numbers(derivation),
                question=(*asked, Equation((derivation.expression,))),
                answer=(*key, Equation((slope, derivation.result))), solution=derivation.working(),
                source=f"free {question} {latex} {text(derivation.expression)} by {derivation.variable.name}",
                length=len(derivation.lines), expected=derivation.result)


def _by_numbers(derivation: Derivation) -> int:
    """At how many places difference quotients of the expression agree; none are tried where it runs over rows of data."""
    if derivation.expression.has(Sum):
        return 0
    names = [letter.name for letter in parameters_of(derivation.expression)]
    return confirmed(twin_of(derivation.expression), derivation.result, derivation.variable.name, names)


WORDS = (
    Kind(name="short_answer", about="one of six questions a level to answer in a few words", levels=(1, 2, 3, 4),
         make=_short_answer, params=MappingProxyType({"question": "the question in words", "answer": "the model answer",
                                                     "space": "lines to write in"})),
    Kind(name="free", about="an item that the teacher writes", levels=(1, 2, 3, 4), make=_free, drawn=False,
         params=MappingProxyType({
             "question": "what is asked, in words", "answer": "the model answer in words",
             "expression": "a formula to differentiate, which is derived and proved", "wrt": "the letter to differentiate by",
             "latex": "a formula in LaTeX to show with the question", "space": "lines to write in"})),
)
