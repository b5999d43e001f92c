"""Bricks of formulas, each twice: as an expression that stays as written, and as a plain Python function.

The function is what the answers are checked against: it knows nothing of rules, of SymPy or of derivatives.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath
from sympy import E, Expr, Integer, Pow, Rational, Symbol, cos, log, sin

from symcalc.worksheets.items.draw import Draw
from symcalc.written import add, call, divide, mul, power, subtract

CONTEXT = mpmath.MPContext()
CONTEXT.dps = 40

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Twin:
    """A formula, and its value at given letters in plain arithmetic.

    >>> twin = raised(total(times(3, letter("x")), number(2)), 2)
    >>> twin.formula, twin.value({"x": 1})
    ((3*x + 2)**2, 25)
    """

    formula: Expr
    value: Callable[[Values], Any]


def symbol(name: str) -> Symbol:
    """The letter as symcalc has it."""
    return Symbol(name, real=True)


def letter(name: str) -> Twin:
    """A letter."""
    return Twin(symbol(name), lambda at: at[name])


def number(value: int | Fraction) -> Twin:
    """A number."""
    return Twin(Rational(Fraction(value).numerator, Fraction(value).denominator), lambda at: value)


def times(factor: int | Fraction, twin: Twin) -> Twin:
    """c f."""
    return Twin(mul(number(factor).formula, twin.formula), lambda at: factor * twin.value(at))


def term(factor: int, twin: Twin, exponent: int) -> Twin:
    """c f^n."""
    return times(factor, raised(twin, exponent))


def total(*twins: Twin) -> Twin:
    """f + g + ..., in this order."""
    return Twin(add(*(twin.formula for twin in twins)), lambda at: sum(twin.value(at) for twin in twins))


def minus(left: Twin, right: Twin) -> Twin:
    """f - g, the brackets of g kept."""
    return Twin(subtract(left.formula, right.formula), lambda at: left.value(at) - right.value(at))


def product(*twins: Twin) -> Twin:
    """f g ..."""
    return Twin(mul(*(twin.formula for twin in twins)), lambda at: math.prod(twin.value(at) for twin in twins))


def quotient(above: Twin, below: Twin) -> Twin:
    """f / g."""
    return Twin(divide(above.formula, below.formula), lambda at: above.value(at) / below.value(at))


def raised(base: Twin, exponent: int) -> Twin:
    """f^n."""
    return Twin(power(base.formula, Integer(exponent)), lambda at: base.value(at)**exponent)


def root(inside: Twin) -> Twin:
    """√f."""
    return Twin(power(inside.formula, Rational(1, 2)), lambda at: CONTEXT.sqrt(inside.value(at)))


def exponential(inside: Twin) -> Twin:
    """e^f."""
    return Twin(Pow(E, inside.formula, evaluate=False), lambda at: CONTEXT.exp(inside.value(at)))


def sine(inside: Twin) -> Twin:
    """sin f."""
    return Twin(call(sin, inside.formula), lambda at: CONTEXT.sin(inside.value(at)))


def cosine(inside: Twin) -> Twin:
    """cos f."""
    return Twin(call(cos, inside.formula), lambda at: CONTEXT.cos(inside.value(at)))


def logarithm(inside: Twin) -> Twin:
    """ln f."""
    return Twin(call(log, inside.formula), lambda at: CONTEXT.ln(inside.value(at)))


# Drawn ones

def coprime(draw: Draw, low: int, high: int, other: int, signed: bool = True) -> int:
    """A whole number without a divisor in common with another, so that nothing can be taken out."""
    sign = draw.sign() if signed else 1
    return sign * draw.choice([k for k in range(low, high + 1) if math.gcd(k, other) == 1])


def coefficient(draw: Draw) -> int:
    """A whole number of either sign, not 0 or 1."""
    return draw.sign() * draw.whole(2, 9)


def straight(draw: Draw, x: Twin, positive: bool = False) -> Twin:
    """a x + b with a from 2 to 7, or all of it positive."""
    a = draw.whole(2, 7)
    return total(times(a, x), number(coprime(draw, 1, 9, a, signed=not positive)))


def bowl(draw: Draw, x: Twin, positive: bool = False) -> Twin:
    """a x² + b with a from 2 to 5."""
    a = draw.whole(2, 5)
    return total(term(a, x, 2), number(coprime(draw, 1, 9, a, signed=not positive)))
