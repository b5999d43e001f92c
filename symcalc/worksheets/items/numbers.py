"""Nice numbers: what a learner can work with by hand, and what must not stand on a sheet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sympy import Expr, Float, Integer, Rational, preorder_traversal

from symcalc.pages.document import Block, Equation, Paragraph, Steps, Table
from symcalc.pages.rendering import formula_of
from symcalc.worksheets.items.bricks import symbol

LARGEST = 2000               # in the formulas of a sheet
_BLEMISHES = re.compile(
    r"""(?<![\d.^{_])1\s?(?:[a-zA-Z(]|\\(?:sqrt|sin|cos|ln|left|alpha|eta))(?!\w*\})       # 1x
      | [+-]\s?-                                                                        # + -3
      | \^\{?1\}?(?![\d}/.])(?!\d)                                                      # x^1
      | (?<![\d.])0\s?(?:[a-z]|\\(?:sqrt|sin|cos|ln))                                   # 0x
      | (?:(?<=[({])|(?<=\s))[+-]\s?0(?![\d.])                                          # + 0
      | (?:^|\\left\(|[({])\s?0\s?[+-]                                                  # 0 - 4
    """, re.VERBOSE)


def blemishes(latex: str) -> list[str]:
    """What reads like the work of a machine in mathematics: 1x, + -3, x^1, + 0.

    >>> blemishes("3 x + -2"), blemishes("x^{1}"), blemishes("1 x + 2"), blemishes("-1 + 21 x - x^{12}")
    (['+ -'], ['^{1}'], ['1 x'], [])
    """
    return [found.group() for found in _BLEMISHES.finditer(latex)]


def formulas_in(blocks: Iterable[Block]) -> Iterator[str]:
    """The LaTeX of every formula in the blocks, words left out."""
    return (formula_of(part).latex for part in parts_in(blocks))


def parts_in(blocks: Iterable[Block]) -> Iterator[Any]:
    """Every formula in the blocks as it stands there, an expression or what is already written."""
    for block in blocks:
        parts: Iterable[Any] = ()
        match block:
            case Equation():
                parts = block.sides
            case Paragraph():
                parts = block.parts
            case Table():
                parts = [cell for row in (block.header, *block.rows) for cell in row]
            case Steps():
                parts = [part for line in block.lines for part in (line.expression, *line.because)]
        yield from (part for part in parts if not isinstance(part, str))


def moderate(formulas: Iterable[Expr], largest: int = LARGEST) -> bool:
    """Whether every number in the formulas can be written at ease."""
    return all(abs(part.p) <= largest and part.q <= 100 for formula in formulas for part in preorder_traversal(formula)
               if isinstance(part, Rational))


def places_of(value: Fraction) -> int | None:
    """How many places the decimal has behind the point; None where it does not end.

    >>> places_of(Fraction(3, 8)), places_of(Fraction(1, 3))
    (3, None)
    """
    rest, places = value.denominator, 0
    while rest % 10 == 0 or rest % 5 == 0 or rest % 2 == 0:
        rest //= 10 if rest % 10 == 0 else 5 if rest % 5 == 0 else 2
        places += 1
    return places if rest == 1 else None


def is_short(value: Fraction, digits: int = 5, places: int = 4) -> bool:
    """Whether the number is a decimal of a few digits, as one writes it by hand.

    >>> is_short(Fraction(1, 8)), is_short(Fraction(123456, 1000)), is_short(Fraction(2, 3))
    (True, False, False)
    """
    found = places_of(value)
    return found is not None and found <= places and len(str(abs(value.numerator * 10**found // value.denominator))) <= digits


def decimal(value: Fraction) -> str:
    """The short decimal as it is written.

    >>> decimal(Fraction(-3, 8)), decimal(Fraction(20)), decimal(Fraction(1, 3))
    ('-0.375', '20', '1/3')
    """
    if places_of(value) is None:
        return str(value)
    return f"{(Decimal(value.numerator) / Decimal(value.denominator)).normalize():f}"


def written(value: Fraction) -> Expr:
    """The short decimal as an expression."""
    return Integer(value.numerator) if value.denominator == 1 else Float(decimal(value))


def value_at(formula: Expr, **at: int) -> Rational | None:
    """The exact value where the letters have these; None where it is no number to write as a fraction.

    >>> value_at(3*symbol("x")**2, x=2)
    12
    """
    found = formula.xreplace({symbol(name): Integer(value) for name, value in at.items()}).doit()
    return found if isinstance(found, Rational) and found.is_finite else None
