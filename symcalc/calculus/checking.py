"""An answer held against a derivative, or against its value at a place, in one call: what a cell of a notebook needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import mpmath
from sympy import Basic, Indexed, Sum, Symbol

from symcalc.calculus.derivation import Derivation
from symcalc.calculus.point import DIGITS, NO_VALUE, Point
from symcalc.calculus.problems import derive
from symcalc.calculus.tutor.places import Mistake
from symcalc.calculus.tutor.verdict import Verdict
from symcalc.errors import LossError
from symcalc.language import read
from symcalc.language.names import parameters_of
from symcalc.pages.notation import text

_CLOSE = 1e-9
_ROUNDED = re.compile(r"-?\d*\.(\d{3,})")            # a decimal to three places or more may be a rounded one


def check(formula: str | Basic, answer: object, wrt: str | Symbol | Indexed, *, at: Mapping[str, object] | None = None,
          columns: str | Iterable[str] = (), functions: str | Iterable[str] = (), order: int | None = None) -> Verdict:
    """Whether `answer` is d/dwrt (formula), in whatever form; with `at`, whether it is the value there.

    >>> check("(2x + 1)^3", "6 (2x + 1)^2", "x").correct
    True
    >>> print(check("(2x + 1)^3", 27, "x", at={"x": 1}))
    Not right: value instead of slope.
    <BLANKLINE>
    27 is the value of the formula there, not its slope: differentiate first, then put the numbers in.
    """
    derivation = derive(formula, wrt, columns=columns, functions=functions, order=order)
    if at is None:
        return derivation.check(answer)
    if not isinstance(derivation, Derivation) or derivation.expression.has(Sum):
        raise LossError("a value is checked of a first derivative of a formula without rows")
    return _at_place(derivation, answer, at)


def _at_place(derivation: Derivation, answer: object, at: Mapping[str, object]) -> Verdict:
    """The verdict on a number, against the value of the derivative where the letters have these."""
    if absent := [letter.name for letter in parameters_of(derivation.expression) if letter.name not in at]:
        raise LossError(f"at gives no number for {absent[0]}; write at={{'{absent[0]}': 2}}")
    context = mpmath.MPContext()
    context.dps = DIGITS
    point = Point(context, {Symbol(name, real=True): _number(Point(context, {}, {}), value, f"the place of {name}")
                            for name, value in at.items()}, {})
    given = _number(point, answer, "the answer")
    try:
        height, slope = point.value(derivation.expression), point.value(derivation.result)
    except NO_VALUE:
        raise LossError(f"{text(derivation.expression)} has no slope there") from None
    found = read(str(answer) if isinstance(answer, float) else answer)
    if _is(given, slope):
        return Verdict(correct=True, answer=found, said=("Right.",))
    places = _ROUNDED.fullmatch(str(answer).strip())
    if places and abs(given - slope) <= context.mpf(10) ** -len(places[1]) / 2:
        return Verdict(correct=True, answer=found, said=("Right, rounded.",))
    wrong: dict[str, tuple[Any, str]] = {
        "value instead of slope": (height, "is the value of the formula there, not its slope: differentiate first, then put "
                                           "the numbers in."),
        "sign lost": (-slope, "has the right size and the wrong sign."),
    }
    for name, (value, says) in wrong.items():
        if _is(given, value):
            return Verdict(correct=False, answer=found, mistake=Mistake(name), said=(f"{text(found)} {says}",))
    return Verdict(correct=False, answer=found, said=(
        "That is not the slope there. Is the derivative right, and is each number put in for its letter, in brackets?",))


def _is(one: Any, other: Any) -> bool:
    return bool(abs(one - other) <= _CLOSE * max(1, abs(one), abs(other)))


def _number(point: Point, value: object, what: str) -> Any:
    """The number that is written there: -2, 1/3, sqrt(2)."""
    found = read(str(value) if isinstance(value, float) else value)
    if found.free_symbols:
        raise LossError(f"{what} is a number, not {text(found)[:60]}")
    try:
        return point.value(found)
    except NO_VALUE:
        raise LossError(f"{what} is a number, not {text(found)[:60]}") from None
