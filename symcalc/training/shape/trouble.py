"""Where a loss has no finite real value: which part of it, in which row, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sympy import Basic, Indexed, Max, Min, Piecewise, Pow, Sum, Symbol, exp
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from symcalc.compute.cluster import in_parts
from symcalc.compute.compiled import evaluated
from symcalc.compute.stable import stabilised
from symcalc.compute.tape import differs
from symcalc.language.names import COUNT, ROW
from symcalc.language.table import Table
from symcalc.language.table_parts import Parts
from symcalc.pages.notation import text
from symcalc.pages.numbers import short
from symcalc.training.problem.objective import Objective
from symcalc.vocabulary import FUNCTIONS

_ROWS = 100_000          # at a time, so that the parts of a large table take little room


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What has no finite real value: the sentence to say, and whether it is only too large for a float."""

    sentence: str
    overflow: bool = False


def trouble_at(loss: Objective, table: Table | Parts | None, point: dict[Symbol, float]) -> Trouble:
    """What goes wrong at the point: the innermost part, its row where it has one, and what it needs.

    In a table in parts it is looked for in the first part whose sums have no value.

    >>> from symcalc.training.losses import Loss
    >>> trouble_at(Loss("ln(w)"), None, {Loss("ln(w)").parameters[0]: -1.0}).sentence
    'ln(w) has no real value at w = -1: ln needs a positive argument'
    """
    if isinstance(table, Parts):
        stable = [stabilised(part) for part in (loss.expression, *loss.partials)]
        bad = in_parts(stable, loss.parameters, loss.columns, table).first_without_value(np.array([*point.values()]))
        before, here = table.part(bad or 0)
        found = _trouble_in(loss, here, point, before, table.rows)
        if found is None and bad is None:
            return Trouble(sentence="the sum over all rows is too large for a floating-point number", overflow=True)
    else:
        found = _trouble_in(loss, table, point, 0, table.rows if table else 0)
    return found or Trouble(sentence="the loss has no finite value there")


def _trouble_in(loss: Objective, table: Table | None, point: dict[Symbol, float], before: int, every: int) -> Trouble | None:
    """The trouble in a table in memory, of which there are rows before its first, and so many in all."""
    for part in _from_within([loss.expression, *loss.partials]):
        if not isinstance(part, Basic) or _is_leaf(part):
            continue
        for first, rows in _pieces(part, table):
            value = np.atleast_1d(evaluated(part, point, rows, loss.columns))
            if not (finite := np.isfinite(value)).all():
                return _trouble(part, int(np.argmin(finite)), value, _Place(loss, rows, point, before + first, every))
    return None


def _pieces(part: Basic, table: Table | None) -> Iterator[tuple[int, Table | None]]:
    """The table, or a few of its rows at a time where the part has a value in each, with the number of rows before."""
    if table is None or part.has(Sum) or not differs(part):
        yield 0, table
    else:
        for first in range(0, table.rows, _ROWS):
            yield first, table.between(first, first + _ROWS)


def _from_within(expressions: Sequence[Basic]) -> list[Basic]:
    """The parts of the expressions, each once and after all that it is made of."""
    found: dict[Basic, None] = {}

    def visit(part: Basic) -> None:
        if part not in found:
            for inner in reversed(part.args):
                visit(inner)
            found[part] = None

    for expression in expressions:
        visit(expression)
    return list(found)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where we look: a loss over its table, at a point."""

    loss: Objective
    table: Table | None
    point: dict[Symbol, float]
    first: int                    # the rows of the whole table before this one
    every: int                    # the rows of the whole table

    def value(self, part: Basic, row: int) -> float:
        values = np.atleast_1d(evaluated(part, self.point, self.table, self.loss.columns))
        return float(values[row if len(values) > 1 else 0])

    def described(self, part: Basic, row: int | None) -> str:
        here = ", ".join(f"{text(symbol)} = {short(number)}" for symbol, number in self.point.items()
                         if symbol in part.free_symbols)
        return (f" in row {self.first + row + 1}" if row is not None else "") + f" at {here}" * bool(here)


def _is_leaf(part: Basic) -> bool:
    """Parts without a value of their own: letters, numbers, the limits of a sum, conditions."""
    return (not part.args or isinstance(part, (Indexed, Relational, Boolean)) or part in (ROW, COUNT)
            or (not isinstance(part, (Sum, Max, Min, Piecewise, Pow)) and not part.is_Add and not part.is_Mul
            and type(part) not in FUNCTIONS))


def _trouble(part: Basic, row: int, value: np.ndarray, place: _Place) -> Trouble:
    where = place.described(part, row if differs(part) and place.every > 1 else None)
    function = FUNCTIONS.get(type(part))
    if function is not None and function.inside is not None and not function.inside(
            *(place.value(argument, row) for argument in part.args)):
        for argument in part.args:
            if isinstance(argument, exp) and place.value(argument, row) == 0:                 # which is above 0, in truth
                return Trouble(sentence=f"{text(argument)} is too small for a floating-point number{where}")
        lacks = "no value" if function.narrow else "no real value" if np.isnan(value[row]) else "no finite value"
        return Trouble(sentence=f"{text(part)} has {lacks}{where}: {function.needs}")
    if isinstance(part, Pow) and place.value(part.base, row) == 0:
        return Trouble(sentence=f"{text(part)} divides by zero{where}")
    if np.isnan(value[row]):
        return Trouble(sentence=f"{text(part)} has no real value{where}")
    return Trouble(sentence=f"{text(part)} is too large for a floating-point number{where}", overflow=True)
