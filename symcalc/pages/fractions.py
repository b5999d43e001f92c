"""Where the fraction bars of a product run: what shares a bar, and what stands beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sympy import Basic, Derivative, Integer, Mul, Rational, Sum

from symcalc.parts import is_below, upright


@dataclass(slots=True)
class Fraction:
    """Factors that share one fraction bar."""

    above: list[Basic]
    below: list[Basic]


def fractions_of(factors: Sequence[Basic]) -> list[Fraction]:
    """The factors cut into fractions: 2 · 1/n · Σ is (2/n) Σ, and what follows a denominator starts anew.

    A fraction among the factors keeps its own bar: (x/y) · 1/z is not x/y/z.
    """
    groups = [Fraction([], [])]
    for factor in factors:
        above, below = _parts(factor)
        current = groups[-1]
        if is_big(factor) and (current.above or current.below):
            groups.append(Fraction([factor], []))
        elif above is None and any(map(_is_fraction, current.above)):
            groups.append(Fraction([], [below]))
        elif above is not None and current.below:
            groups.append(Fraction([above], [] if below is None else [below]))
        else:
            current.above += [] if above is None else [above]
            current.below += [] if below is None else [below]
    return groups


def _parts(factor: Basic) -> tuple[Basic | None, Basic | None]:
    """What a factor puts above and below the fraction bar."""
    if isinstance(factor, Rational) and factor.q != 1:
        return (None if factor.p == 1 else Integer(factor.p)), Integer(factor.q)
    return (None, upright(factor)) if is_below(factor) else (factor, None)


def _is_fraction(factor: Basic) -> bool:
    return isinstance(factor, Mul) and any(map(is_below, factor.args))


def is_big(expression: Basic) -> bool:
    """Whether an operator reaches over all that follows it, as Σ and d/dx do."""
    return isinstance(expression, (Sum, Derivative))
