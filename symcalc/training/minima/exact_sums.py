"""Sums over the rows without any rounding: every float is a whole number times a power of 2, and so are their products."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
from sympy import Add, Basic, Expr, Indexed, Integer, Mul, Pow, Sum, Symbol

from symcalc.language.names import COUNT, ROW
from symcalc.language.table import Table
from symcalc.written import exact, is_number

_APART = 512             # powers of 2 between the entries of a column, up to which whole numbers hold them all
_HIGHEST = 8             # power of a column

Exact = tuple[Any, Fraction]         # whole numbers, one for every row or for all of them, and the factor to all of them


class NotExactError(ArithmeticError):
    """More than sums, products and powers of columns and numbers is in it, as in exp(x)."""


class ExactSums:
    """The sums over the rows of a table, with 0 for every parameter.

    >>> from sympy import IndexedBase, Integer
    >>> from symcalc.language.table import table_of
    >>> from symcalc.written import row_sum
    >>> x = IndexedBase("x")[ROW]
    >>> sums = ExactSums(table_of({"x": np.array([1e16, 1.0, -1e16])}, 3, "the data"))
    >>> sums.of(Sum(x, (ROW, 1, COUNT))), sums.of(Sum(x**2, (ROW, 1, COUNT))) - 2*10**32
    (Fraction(1, 1), Fraction(1, 1))
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        self.columns: dict[Basic, Exact] = {}

    def of(self, total: Sum) -> Fraction:
        """The sum; NotExactError where something in it cannot be had without rounding."""
        if total.limits != ((ROW, Integer(1), COUNT),):
            raise NotExactError(str(total)[:80])
        values, factor = self._value(total.function)
        return factor * (int(values.sum()) if isinstance(values, np.ndarray) else values * self.table.rows)

    def _value(self, part: Expr) -> Exact:
        match part:
            case Indexed() if part.indices == (ROW,):
                if part not in self.columns:
                    self.columns[part] = _whole(self.table[str(part.base)])
                return self.columns[part]
            case Sum():
                return 1, self.of(part)
            case Symbol() if part != ROW:
                return 1, Fraction(self.table.rows if part == COUNT else 0)
            case Add():
                return _added([self._value(each) for each in part.args])
            case Mul():
                return _multiplied([self._value(each) for each in part.args])
            case Pow(base=base, exp=Integer() as power) if 0 <= power <= _HIGHEST:
                return _multiplied([self._value(base)] * int(power))
            case Pow(base=base, exp=Integer() as power) if -_HIGHEST <= power < 0:
                values, factor = self._value(base)
                if not isinstance(values, np.ndarray) and values * factor:
                    return 1, (values * factor) ** int(power)
            case _ if is_number(part):
                return 1, exact(part)
        raise NotExactError(str(part)[:80])


def _whole(values: np.ndarray) -> Exact:
    mantissas, exponents = np.frexp(values)
    there = exponents[values != 0]
    if not len(there):
        return 1, Fraction(0)
    least = int(there.min())
    if int(there.max()) - least > _APART:
        raise NotExactError("a column with entries so far apart")
    shifts = np.where(values != 0, exponents - least, 0)
    whole = (mantissas * 2**53).astype(np.int64).astype(object)
    return np.left_shift(whole, shifts.astype(object)), Fraction(2) ** (least - 53)


def _multiplied(parts: list[Exact]) -> Exact:
    values, factor = 1, Fraction(1)
    for each, by in parts:
        values, factor = (each if isinstance(values, int) and values == 1 else values * each), factor * by
    return values, factor


def _added(parts: list[Exact]) -> Exact:
    common = Fraction(1, math.lcm(*(by.denominator for _, by in parts)))
    return sum(values * int(by / common) for values, by in parts), common
