"""A sum over the rows of a polynomial in the parameters, multiplied out into moments: Σ x (y - m x) = Σ x y - m Σ x²."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from sympy import Add, Basic, Expr, Indexed, Integer, Mul, Pow, Sum, Symbol

from symcalc.language.names import COUNT
from symcalc.parts import product_as_written
from symcalc.written import exact, is_number, is_one, mul, number, power, row_sum

_MOST = 4                # moments that are read at a glance
_TERMS = 40              # terms while multiplying out, beyond which nobody would
_POWER = 4

Term = tuple[Fraction, dict[Basic, int]]
"""A number times letters to their powers, in the order in which they were written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A term of the sum multiplied out: a number, parameters to their powers, and a `sum` of data alone."""

    factor: Expr
    parameters: tuple[Expr, ...]
    sum: Sum

    @property
    def expression(self) -> Expr:
        """The term as written; n for the sum of 1."""
        factors = (COUNT, *self.parameters) if self.sum.function == 1 else (*self.parameters, self.sum)
        size = abs(self.factor)
        whole = (*(() if is_one(size) else (size,)), *factors)
        return product_as_written(whole if self.factor > 0 else (Integer(-1), *whole))


def moments_of(total: Sum, parameters: Collection[Symbol]) -> list[Moment]:
    """The terms of the sum multiplied out; none where it is no polynomial, or has more of them than are read at a glance.

    >>> from symcalc.language import read
    >>> from symcalc.pages.notation import text
    >>> m = Symbol("m", real=True)
    >>> [text(moment.expression) for moment in moments_of(read("sum(x*(y - m*x))", columns=("x", "y")), [m])]
    ['Σ xᵢ yᵢ', '-m Σ xᵢ²']
    """
    terms = _multiplied_out(total.function)
    found: dict[frozenset[tuple[Basic, int]], Term] = {}
    for factor, letters in terms or ():
        key = frozenset(letters.items())
        found[key] = (found[key][0] + factor if key in found else factor), found.get(key, (0, letters))[1]
    kept = [(factor, letters) for factor, letters in found.values() if factor]
    return [_moment(term, total, parameters) for term in kept] if len(kept) <= _MOST else []


def _moment(term: Term, total: Sum, parameters: Collection[Symbol]) -> Moment:
    factor, letters = term
    data = [power(letter, Integer(times)) for letter, times in letters.items() if letter not in parameters]
    moved = [power(letter, Integer(times)) for letter, times in letters.items() if letter in parameters]
    return Moment(factor=number(factor), parameters=tuple(moved), sum=row_sum(mul(*data), total))


def _multiplied_out(part: Basic) -> list[Term] | None:
    """The terms of a product of sums in the order in which a person gets them; None where there is more than that."""
    if is_number(part):
        return [(exact(part), {})]
    if isinstance(part, (Symbol, Indexed)):
        return [(Fraction(1), {part: 1})]
    if isinstance(part, Pow) and part.exp.is_Integer and 0 < part.exp <= _POWER:
        return _product([_multiplied_out(part.base)] * int(part.exp))
    inner = [_multiplied_out(argument) for argument in part.args]
    if isinstance(part, Mul):
        return _product(inner)
    if isinstance(part, Add) and None not in inner:
        return [term for terms in inner for term in terms]
    return None


def _product(factors: list[list[Term] | None]) -> list[Term] | None:
    terms: list[Term] = [(Fraction(1), {})]
    for factor in factors:
        if factor is None or len(terms) * len(factor) > _TERMS:
            return None
        terms = [_times(*pair) for pair in product(terms, factor)]
    return terms


def _times(first: Term, second: Term) -> Term:
    letters = dict(first[1])
    for letter, times in second[1].items():
        letters[letter] = letters.get(letter, 0) + times
    return first[0] * second[0], letters
