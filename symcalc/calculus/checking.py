"""An answer held against a derivative, or against its value at a place, in one call: what a cell of a notebook needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from numbers import Integral, Rational, Real
from typing import Any

import mpmath
from sympy import Basic, Indexed, Sum, Symbol

from symcalc.calculus.derivation import Derivation
from symcalc.calculus.point import DIGITS, NO_VALUE, Point
from symcalc.calculus.problems import derive
from symcalc.calculus.tutor.places import Mistake
from symcalc.calculus.tutor.typed import check_alone
from symcalc.calculus.tutor.verdict import Verdict
from symcalc.errors import LossError, as_given
from symcalc.language import read
from symcalc.language.names import checked_name, parameters_of
from symcalc.pages.document import joined
from symcalc.pages.notation import text

_CLOSE = 1e-9                                        # relative: two numbers that are one
_NOTHING = 10.0**(20 - DIGITS)                       # what rounding may leave of 0
_EPSILON = 2.0**-52                                  # how far apart, relatively, two floats are that are next to each other
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
    derivation, answer = derive(formula, wrt, columns=columns, functions=functions, order=order), _plain(answer)
    if at is None:
        return derivation.check(answer)
    if not isinstance(derivation, Derivation) or derivation.expression.has(Sum):
        raise LossError("a value is checked of a first derivative of a formula without rows")
    places = _places(at)
    return replace(_at_place(derivation, answer, places), question=derivation.lines[0].expression,
                   place=joined([f"{name} = {value}" for name, value in places.items()]))


def _at_place(derivation: Derivation, answer: object, at: Mapping[str, object]) -> Verdict:
    """The verdict on a number, against the value of the derivative where the letters have these."""
    if absent := [letter.name for letter in parameters_of(derivation.expression) if letter.name not in at]:
        raise LossError(f"at gives no number for {absent[0]}; write at={{'{absent[0]}': 2}}")
    context = mpmath.MPContext()
    context.dps = DIGITS
    numbers = {Symbol(name, real=True): _number(Point(context, {}, {}), value, f"the place of {name}")
               for name, value in at.items()}
    point = Point(context, numbers, {})
    given = _number(point, answer, "the answer")
    try:
        height, slope = point.value(derivation.expression), point.value(derivation.result)
    except NO_VALUE:
        raise LossError(f"{text(derivation.expression)} has no slope there") from None
    found = read(str(answer) if isinstance(answer, float) else answer)
    # A float stands for all numbers that are rounded to it.
    beside = {letter: number * (1 + isinstance(at[letter.name], float) * _EPSILON) for letter, number in numbers.items()}
    if _is(given, slope) or _between(given, slope, Point(context, beside, {}), derivation):
        return Verdict(correct=True, answer=found, said=("Right.",))
    places = isinstance(answer, (str, float)) and _ROUNDED.fullmatch(str(answer).strip())
    if places and abs(given - slope) <= context.mpf(10) ** -len(places[1]) / 2:
        if len(re.sub(r"\D", "", places[0]).lstrip("0")) > 1:
            return Verdict(correct=True, answer=found, said=("Right, rounded.",))
        return Verdict(correct=False, answer=found, said=(
            "Rounded too far to be told from other numbers: write two digits or more after the zeros.",))
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
    return bool(abs(one - other) <= max(_CLOSE * max(abs(one), abs(other)), _NOTHING))


def _between(given: Any, slope: Any, beside: Point, derivation: Derivation) -> bool:
    """Whether the number is no further from the slope than the slope at the next floats is."""
    try:
        return bool(abs(given - slope) <= abs(beside.value(derivation.result) - slope))
    except NO_VALUE:
        return False


def _places(at: object) -> dict[str, object]:
    """The numbers by the names of their letters."""
    if not isinstance(at, Mapping):
        raise LossError(f"at gives numbers for letters, as in at={{'x': 2}}, not {as_given(at)}")
    return {checked_name(letter.name if isinstance(letter, Symbol) else letter): _plain(value) for letter, value in at.items()}


def _plain(value: object) -> object:
    """A number of another library, such as NumPy's, as Python's own."""
    if isinstance(value, (bool, int, float, Basic)) or not isinstance(value, Real):
        return value
    return int(value) if isinstance(value, Integral) else str(value) if isinstance(value, Rational) else float(value)


def _number(point: Point, value: object, what: str) -> Any:
    """The number that is written there: -2, 1/3, sqrt(2)."""
    if isinstance(value, str):
        check_alone(value, f"{what} is a number")
    found = read(str(value) if isinstance(value, float) else value)
    if found.free_symbols:
        raise LossError(f"{what} is a number, not {text(found)[:60]}")
    try:
        return point.value(found)
    except NO_VALUE:
        raise LossError(f"{what} is a number, not {text(found)[:60]}") from None
