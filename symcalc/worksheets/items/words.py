"""Items in words: short answers with a model answer, and what a teacher writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from sympy import Sum

from symcalc.calculus.derivation import Derivation
from symcalc.calculus.problems import derive
from symcalc.language.names import parameters_of
from symcalc.pages.document import Block, Equation, Formula, paragraph
from symcalc.pages.notation import text
from symcalc.worksheets.items.draw import Draw
from symcalc.worksheets.items.item import Item, Kind, WorksheetError
from symcalc.worksheets.items.numbers import decimal
from symcalc.worksheets.items.proving import confirmed
from symcalc.worksheets.items.raw_latex import checked_latex
from symcalc.worksheets.items.twins import twin_of
from symcalc.written import derivative_of

_LINES = 60                  # of room that can be asked for


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question, its model answer, and what the answer should hold."""

    question: str
    answer: str
    hint: str


def _costs(draw: Draw, factor: Fraction) -> tuple[str, str]:
    """A rate and four costs, each the factor times the one before, as a sentence lists them."""
    first = draw.whole(4, 30) * 10
    costs = [round(float(first * factor**k), 2) for k in range(4)]
    return decimal(Fraction(draw.whole(1, 9), draw.choice((10, 100, 1000)))), ", ".join(f"{cost:g}" for cost in costs)


def _too_large(draw: Draw) -> _Asked:
    rate, costs = _costs(draw, Fraction(draw.whole(15, 40), 10))
    return _Asked(f"With the rate {rate} the cost after each step is {costs}. What goes wrong, and what would you change?",
                  "The cost grows with every step: the rate is too large, and each step jumps further past the minimum. "
                  "Take a smaller rate.", "Does the cost fall?")


def _too_small(draw: Draw) -> _Asked:
    rate, costs = _costs(draw, 1 - Fraction(draw.whole(5, 20), 1000))
    return _Asked(f"With the rate {rate} the cost after each step is {costs}. Is that what one wants? What would you change?",
                  "The cost falls, but hardly: the rate is too small, and the descent needs very many steps. "
                  "Take a larger rate and watch that the cost still falls.", "How fast does the cost fall?")


def _shrinking(draw: Draw) -> _Asked:
    rate = decimal(Fraction(draw.whole(1, 99), draw.choice((100, 1000))))
    return _Asked(f"The rate stays {rate} all through a descent on a bowl-shaped cost. Why do the steps still become smaller?",
                  "A step is the rate times the slope. Towards the minimum the slope goes to 0, so the steps shrink.",
                  "What is a step made of?")


def _sign(draw: Draw) -> _Asked:
    slope, name = draw.sign() * draw.whole(2, 40), draw.choice(("m", "b", "w"))
    way = "smaller" if slope > 0 else "larger"
    return _Asked(f"At the current {name} the slope of the cost is {slope}. Should {name} become larger or smaller? Why?",
                  f"{name} should become {way}: the cost {'rises' if slope > 0 else 'falls'} as {name} grows, "
                  f"so the cost falls when {name} becomes {way}.", "Which way does the cost fall?")


def _expected(draw: Draw) -> _Asked:
    slope, step = draw.sign() * draw.whole(2, 30), draw.sign() * Fraction(draw.whole(1, 9), 100)
    change = decimal(slope * step)
    return _Asked(f"The slope of the cost in m is {slope}, and m changes by {decimal(step)}. By about how much does the cost "
                  "change, and why only about?",
                  f"By about {slope} times {decimal(step)}, which is {change}. The slope itself changes along the step, "
                  "so this holds only for small steps.", "Change is about slope times step.")


def _stands_still(draw: Draw) -> _Asked:
    name = draw.choice(("m", "b", "w", "k"))
    value = draw.whole(2, 50)
    return _Asked(f"A descent stands still at {name} = {value}. What is the slope of the cost there? Must it be the minimum?",
                  "The slope is 0 there. It need not be a minimum: a maximum, a saddle point or an inflection point has "
                  "slope 0 too.", "A step is the rate times the slope.")


def _ratio(draw: Draw) -> _Asked:
    ratio = Fraction(draw.choice((90, 95, 50, 10, 5, -20, -40)), 100)
    told = {True: "The step was small: calculus foretold the change almost exactly."}.get(ratio >= Fraction(9, 10)) or (
        "The step went as far as the minimum along its direction: a ratio of 1/2 lands on it." if ratio == Fraction(1, 2) else
        "The step went past the minimum, nearly as far on the other side: the cost hardly fell." if ratio > 0 else
        "The step went so far past the minimum that the cost rose: the rate is too large.")
    before = draw.whole(2, 20) * 10
    return _Asked(f"Calculus expected the cost to change by -{before}; it changed by {decimal(-before * ratio)}. "
                  "Find the ratio, actual over expected. What does it tell about the step, if the cost is a parabola?",
                  f"The ratio is {decimal(ratio)}. {told}", "1 is a tiny step, 1/2 lands on the minimum.")


def _both(draw: Draw) -> _Asked:
    m, b = draw.sign() * draw.whole(2, 60), draw.sign() * draw.whole(2, 60)
    return _Asked(f"The gradient of a cost in (m, b) is ({m}, {b}). In which direction does gradient descent step, "
                  "and what holds at the minimum?",
                  f"Against the gradient: m becomes {'smaller' if m > 0 else 'larger'} and b "
                  f"{'smaller' if b > 0 else 'larger'}. At the minimum both partial derivatives are 0.",
                  "The gradient points where the cost rises fastest.")


_QUESTIONS: Mapping[int, tuple[Callable[[Draw], _Asked], ...]] = {
    1: (_sign, _shrinking), 2: (_too_large, _too_small), 3: (_expected, _stands_still), 4: (_ratio, _both)}


def _short_answer(draw: Draw, level: int, question: str | None = None, answer: str | None = None,
                  space: int | None = None) -> Item:
    if question is None:
        if answer is not None:
            raise WorksheetError("short_answer has an answer but no question")
        asked = draw.form("question").choice(_QUESTIONS[level])(draw)
    else:
        asked = _Asked(_words(question, "question"), _words(answer, "answer") if answer is not None else "", "")
    model = (paragraph(asked.answer or "No model answer is given."),)
    return Item(kind="short_answer", level=level, seed=draw.seed, points=1 + level,
                space=_room(space, 3 + level // 2), question=(paragraph(asked.question),), answer=model, solution=model,
                hints=(asked.hint,) if asked.hint else (), source=f"short answer {asked.question}")


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
                    question=tuple(asked), answer=tuple(key), solution=tuple(key), source=f"free {question} {latex}")
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
                answer=(*key, Equation((slope, derivation.result))), solution=(*key, *derivation.working()),
                source=f"free {question} {latex} {text(derivation.expression)} by {derivation.variable.name}",
                length=len(derivation.lines), expected=derivation.result)


def _by_numbers(derivation: Derivation) -> int:
    """At how many places difference quotients of the expression agree; none are tried where it runs over rows of data."""
    if derivation.expression.has(Sum):
        return 0
    names = [letter.name for letter in parameters_of(derivation.expression)]
    return confirmed(twin_of(derivation.expression), derivation.result, derivation.variable.name, names)


WORDS = (
    Kind(name="short_answer", about="a question to answer in a few words", levels=(1, 2, 3, 4), make=_short_answer,
         params=MappingProxyType({"question": "the question in words", "answer": "the model answer",
                                  "space": "lines to write in"})),
    Kind(name="free", about="an item that the teacher writes", levels=(1, 2, 3, 4), make=_free, drawn=False,
         params=MappingProxyType({
             "question": "what is asked, in words", "answer": "the model answer in words",
             "expression": "a formula to differentiate, which is derived and proved", "wrt": "the letter to differentiate by",
             "latex": "a formula in LaTeX to show with the question", "space": "lines to write in"})),
)
