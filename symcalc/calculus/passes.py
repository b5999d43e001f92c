"""The numbers in a back-propagation: the values forwards and the slopes backwards, at one point and in one row."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
from sympy import Basic, Expr, Indexed, Integer, Symbol

from symcalc.calculus.point import NO_VALUE, Point
from symcalc.errors import DataError, LossError, as_given
from symcalc.language.data import read_table
from symcalc.language.names import COUNT, ROW, columns_of, name_of
from symcalc.language.sums import as_named
from symcalc.language.table import Table
from symcalc.pages.notation import text
from symcalc.written import replaced

_DIGITS = 30                # so that what is shown is right to the last digit of a float


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """What each value, each local slope (of a value, by a letter) and each slope of the loss comes to, and from what."""

    row: int | None
    parameters: Mapping[Symbol, float]
    columns: Mapping[Indexed, float]
    values: Mapping[Symbol, float]
    local: Mapping[tuple[Symbol, Symbol], float]
    slopes: Mapping[Symbol, float]


def numbers_at(steps: Sequence[tuple[Symbol, Expr]], local: Mapping[Symbol, Mapping[Symbol, Expr]],
               parameters: Sequence[Symbol], given: Mapping[str, float], data: object, row: int) -> Numbers:
    """The steps worked out in order, then the slopes from the last step back; every number real and finite."""
    columns = list(dict.fromkeys(column for _, formula in steps for column in columns_of(formula)))
    counted = any(formula.has(COUNT) for _, formula in steps)
    table = _table(columns, data, row) if columns or counted else None
    context = mpmath.MPContext()
    context.dps = _DIGITS
    point = Point(context, {**_numbers(context, parameters, given), ROW: context.one},
                  {column.base: {(1,): context.mpf(float(table[name_of(column)][row - 1]))} for column in columns})
    rows: dict[Basic, Expr] = {COUNT: Integer(table.rows)} if table is not None else {}

    def value(formula: Expr) -> Any:
        try:
            return point.value(replaced(formula, rows.get))
        except NO_VALUE:
            raise LossError(f"{text(formula)} has no real value of moderate size here") from None

    for letter, formula in steps:
        point.numbers[letter] = value(formula)
    slopes = dict.fromkeys((*parameters, *(letter for letter, _ in steps)), context.zero) | {steps[-1][0]: context.one}
    lasting: dict[tuple[Symbol, Symbol], Any] = {}
    for letter, _ in reversed(steps):
        for by, formula in local[letter].items():
            lasting[letter, by] = value(formula)
            slopes[by] += slopes[letter] * lasting[letter, by]
    return Numbers(row=row if table is not None else None,
                   parameters={parameter: float(point.numbers[parameter]) for parameter in parameters},
                   columns={column: float(value(column)) for column in columns},
                   values={letter: float(point.numbers[letter]) for letter, _ in steps},
                   local={key: float(number) for key, number in lasting.items()},
                   slopes={letter: float(number) for letter, number in slopes.items()})


def _table(columns: Sequence[Indexed], data: object, row: int) -> Table:
    names = [name_of(column) for column in columns]
    if data is None:
        raise LossError(f"the formula needs data for {', '.join(names) or 'its rows'}; give a table or a CSV file")
    table = read_table(data, names)
    if isinstance(row, bool) or not isinstance(row, int) or not 1 <= row <= table.rows:
        raise DataError(f"row is a whole number from 1 to {table.rows}, not {as_given(row)}")
    return table


def _numbers(context: Any, parameters: Sequence[Symbol], given: Mapping[str, float]) -> dict[Symbol, Any]:
    """A value for each parameter, and none for anything else."""
    names = [parameter.name for parameter in parameters]
    example = "{" + ", ".join(f"'{name}': 1" for name in names[:3]) + "}"
    if not isinstance(given, Mapping):
        raise LossError(f"the values are a mapping such as {example}, not {type(given).__name__}")
    named = {as_named(name): value for name, value in given.items()}
    if missing := [name for name in names if name not in named]:
        raise LossError(f"no value for {', '.join(missing)}; write {example}")
    if unknown := [str(name)[:40] for name in named if name not in names]:
        raise LossError(f"there is no parameter {', '.join(unknown)}; the parameters are {', '.join(names)}")
    return {parameter: context.mpf(_real(named[parameter.name], parameter.name)) for parameter in parameters}


def _real(value: Any, name: str) -> float:
    try:
        number = math.nan if isinstance(value, (str, bytes, bool)) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise LossError(f"the value of {name} is a finite real number, not {as_given(value)}")
    return number
