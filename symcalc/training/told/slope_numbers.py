"""A slope with its numbers in it: row by row for few rows, in moments for many, or as Σ with its value."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from types import MappingProxyType

import numpy as np
from sympy import Add, Basic, Expr, Float, Indexed, Integer, Mul, Number, Piecewise, Pow, Sum, Symbol

from symcalc.compute.compiled import Compiled, evaluated
from symcalc.language.names import COUNT, name_of
from symcalc.language.table import Table, table_of
from symcalc.language.table_parts import Parts
from symcalc.pages.document import Formula
from symcalc.pages.notation import text
from symcalc.pages.numberless import filled, put_in
from symcalc.pages.numbers import DIGITS, as_in_column, as_shown, comes_out, numeral
from symcalc.training.told.multiplied_out import moments_of
from symcalc.written import add, is_zero, rebuilt, replaced, row_sum

MORE = (DIGITS, 7, 8, 9, 12, 15)      # digits to try; a float has no more than the last that have any meaning
_FAR = 1e-3              # relative to the largest of a column, from where on a number has digits of its own
_NOISE = 1e-12           # relative to the largest of its kind, what may be rounding and no more
_FEW = 5                 # rows for which a sum is written out, row by row
_LONG = 130              # characters, beyond which it is not


def column(values: Sequence[float], digits: int = DIGITS) -> list[Expr]:
    """The numbers with the same places behind the point, `digits` in the largest; those far smaller have their own.

    >>> column([1.1, 0.123456789, 0.000123456789])
    [1.10000000000000, 0.123460000000000, 0.000123457000000000]
    """
    return [numeral(value, 15) for value in alike(values, digits)]


def alike(values: Sequence[float], digits: int = DIGITS) -> list[float]:
    """The same as floats.

    >>> alike([1.1, 0.123456789, 0.000123456789]), alike([1852919.888, 1929321])
    ([1.1, 0.12346, 0.000123457], [1852920.0, 1929321.0])
    """
    largest = max((abs(value) for value in values), default=0.0)
    if not largest or not math.isfinite(largest):
        return [as_shown(value, digits) for value in values]
    return [as_shown(value, digits) if abs(value) < _FAR * largest else as_in_column(value, largest, digits)
            for value in values]


def without_noise(values: Sequence[float]) -> list[float]:
    """The numbers, but 0 for those that are so small beside the largest that they may be rounding and no more."""
    largest = max(map(abs, values), default=0.0)
    return [0.0 if abs(value) < _NOISE * largest else value for value in values]


def joined_terms(terms: Sequence[Expr]) -> Expr:
    """The terms as one sum, those that are 0 among them."""
    return Add(*terms, evaluate=False) if len(terms) > 1 else terms[0]


_SMALL = (2, -1)         # exponents with which no float raises an error


def value_of(expression: Expr, known: Mapping[Basic, float] = MappingProxyType({})) -> float:
    """The value of an expression in which only numbers are left, once those that are `known` are put in.

    >>> value_of(Add(1, Mul(2, 3, evaluate=False), evaluate=False))
    7.0
    >>> value_of(Mul(2, Symbol("m"), evaluate=False), {Symbol("m"): 4.0})
    8.0
    """
    if expression in known:
        return known[expression]
    if isinstance(expression, Number):
        return float(expression)
    if isinstance(expression, (Add, Mul)):
        return (sum if isinstance(expression, Add) else math.prod)(value_of(part, known) for part in expression.args)
    if isinstance(expression, Pow) and expression.exp in _SMALL and (base := value_of(expression.base, known)):
        return base * base if expression.exp == 2 else 1 / base
    numbers = {part: Float(value) for part, value in known.items()}
    return float(evaluated(replaced(expression, numbers.get), {}, None, ()))


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the slopes of a step are taken: at which point, over which rows; `slopes` are their values there."""

    parameters: tuple[Symbol, ...]
    columns: tuple[Indexed, ...]
    compiled: Compiled
    table: Table | Parts | None
    point: np.ndarray
    slopes: np.ndarray
    sums: dict[Sum, float] = field(default_factory=dict)      # of data alone, the same in every step over the same rows

    @cached_property
    def numbers(self) -> dict[Basic, Expr]:
        """What goes into a formula: the parameters, and the number of rows."""
        return {letter: put_in(numeral(value, 15)) for letter, value in self.values.items()}

    @cached_property
    def values(self) -> dict[Basic, float]:
        """The same as floats."""
        return self._values(self.digits)

    def _values(self, digits: int) -> dict[Basic, float]:
        point = zip(self.parameters, self.point.tolist())
        rows: dict[Basic, float] = {COUNT: float(self.table.rows)} if self.table is not None else {}
        return {parameter: as_shown(value, digits) for parameter, value in point} | rows

    @cached_property
    def digits(self) -> int:
        """How many the parameters have: enough for the slopes shown."""
        point = self.point.tolist()
        return next((digits for digits in MORE if self._gives(self.compiled, [as_shown(value, digits) for value in point])),
                    MORE[-1])

    def _gives(self, compiled: Compiled, point: Sequence[float]) -> bool:
        return all(map(comes_out, compiled.at(np.array(point))[1].tolist(), self.slopes.tolist()))

    @cached_property
    def rows(self) -> list[dict[Basic, Expr]]:
        """The numbers of each row, with digits enough for the slopes shown."""
        names = [name_of(column) for column in self.columns]
        for digits in MORE:
            shown = [[numeral(value, digits) for value in self.table[name]] for name in names]
            data = {name: np.array(values, dtype=np.float64) for name, values in zip(names, shown)}
            compiled = self.compiled.on(table_of(data, self.table.rows, self.table.source))
            if self._gives(compiled, [self.values[parameter] for parameter in self.parameters]):
                break
        return [dict(zip(self.columns, map(put_in, row))) for row in zip(*shown)] or [{}] * self.table.rows

    def value(self, expression: Expr) -> np.ndarray:
        """The value of a part of a formula here, one number per row where it differs from row to row."""
        return evaluated(expression, dict(zip(self.parameters, self.point.tolist())), self.table, self.columns)

    def sides(self, formula: Expr, value: float) -> list[Expr | Formula]:
        """What is written between a formula and its value here."""
        if not formula.has(Sum):
            # A second derivative may take more digits than the slopes.
            tried = map(self._values, MORE[MORE.index(self.digits):])
            enough = next((shown for shown in tried if comes_out(value_of(formula, shown), value)), self.values)
            return [filled(formula, enough)]
        return (self._row_by_row(formula, value) or self._in_moments(formula, value)
                or [_without_zeros(formula, self.numbers), *self._summed(formula, value)])

    def _row_by_row(self, formula: Expr, value: float) -> list[Expr]:
        """Every sum written out, then with each row worked out; nothing where that would be long, or give another value."""
        if not self._is_few or formula.has(Piecewise):
            return []
        values = [self.numbers | row for row in self.rows]
        whole = self._with_sums(formula, lambda part: joined_terms([replaced(part.function, row.get) for row in values]))
        if len(text(whole)) > _LONG or not comes_out(value_of(whole), value):
            return []
        return [whole, *self._worked(formula, value)]

    def _worked(self, formula: Expr, value: float) -> list[Expr]:
        """Every sum by the values of its rows, with digits enough for the value shown; nothing where it cancels for good."""
        for digits in MORE:
            worked = self._with_sums(formula, lambda part, digits=digits: joined_terms(column(without_noise(
                np.broadcast_to(self.value(part.function), self.table.rows).tolist()), digits)))
            if comes_out(value_of(worked), value):
                return [worked] if len(text(worked)) <= _LONG else []
        return []

    @property
    def _is_few(self) -> bool:
        return isinstance(self.table, Table) and self.table.rows <= _FEW

    def _summed(self, formula: Expr, value: float) -> list[Expr]:
        """Every sum by the values of its rows where they are few, else by its value, if something is left to do with it."""
        if self._is_few and (worked := self._worked(formula, value)):
            return worked
        if isinstance(formula, Sum):
            return []
        for digits in MORE:
            worked = self._with_sums(formula, lambda part, digits=digits: put_in(numeral(float(self.value(part)), digits)))
            if comes_out(value_of(worked), value):
                break
        return [worked]

    def _in_moments(self, formula: Expr, value: float) -> list[Expr | Formula]:
        """The sums multiplied out, if they are polynomials in the parameters, then the numbers of the moments."""
        multiplied = _multiplied_out(formula, self.parameters)
        if multiplied is None:
            return []
        whole, sums = multiplied
        values = {total: self._of_data(total) for total in sums}
        for digits in MORE:
            shown = self.values | {total: as_shown(number, digits) for total, number in values.items()}
            if comes_out(value_of(whole, shown), value):
                return [whole, filled(whole, shown)]
        return []

    def _of_data(self, total: Sum) -> float:
        if total not in self.sums:
            self.sums[total] = float(self.value(total))
        return self.sums[total]

    def _with_sums(self, formula: Expr, written: Callable[[Sum], Expr]) -> Expr:
        """The formula with its sums written in another way, and the numbers elsewhere."""
        return replaced(formula, lambda part: written(part) if isinstance(part, Sum) else self.numbers.get(part))


@lru_cache(maxsize=64)                 # a page asks for the same slopes at every update
def _multiplied_out(formula: Expr, parameters: tuple[Symbol, ...]) -> tuple[Expr, Sequence[Sum]] | None:
    """The formula with its sums multiplied out, and the sums then in it; None where one is no polynomial in the parameters."""
    found = {part: moments_of(part, parameters) for part in formula.atoms(Sum)}
    if not all(found.values()):
        return None
    terms = {part: add(*(term.expression for term in found[part])) for part in found}
    return replaced(formula, terms.get), [*dict.fromkeys(term.sum for moments in found.values() for term in moments)]


def _without_zeros(formula: Expr, values: Mapping[Basic, Expr]) -> Expr:
    """The formula with the numbers in it; in a sum over rows, what is multiplied by 0 goes."""
    def change(part: Basic) -> Basic | None:
        if isinstance(part, Sum):
            return row_sum(_cleared(part.function, values), part)
        return values.get(part)

    return replaced(formula, change)


def _cleared(part: Basic, values: Mapping[Basic, Expr]) -> Basic:
    if part.has(Piecewise) or not part.args:
        return replaced(part, values.get)
    arguments = tuple(_cleared(argument, values) for argument in part.args)
    if isinstance(part, Add):
        return add(*arguments)
    return Integer(0) if isinstance(part, Mul) and any(map(is_zero, arguments)) else rebuilt(part, arguments)
