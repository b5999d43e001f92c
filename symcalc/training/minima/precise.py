"""The normal equations solved with eighty digits, since floats lose what tells one lowest point from many."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from sympy import Expr, Sum

from symcalc.calculus.point import DIGITS, NO_VALUE, Point, context_of
from symcalc.errors import LossError
from symcalc.language.names import COUNT, ROW, columns_of
from symcalc.language.table import Table
from symcalc.language.table_parts import Parts
from symcalc.training.minima.exact_sums import ExactSums, NotExactError
from symcalc.training.minima.least_squares import Fit
from symcalc.training.minima.normal_equations import NormalEquations
from symcalc.training.problem.objective import Objective
from symcalc.training.shape.spectrum import MAXIMUM, MINIMUM, SADDLE, UNDECIDED, Nature

_ROWS = 6_000            # times entries of the equations: half a second
_EXACT_ROWS = 1_000_000  # ... where their sums are those of whole numbers
_ROUNDED = sys.float_info.epsilon**2         # beside a sum of squares: what the roundings of data leave of a 0
_EXACT = 1e-74           # ... where no data are in it: what 80 digits leave of an eigenvalue that is 0
_LEVEL, _LEVEL_EXACT = 1e-9, 1e-40           # a slope along a flat direction, beside the largest of the others, that is none
_NOTHING = 1e-40         # ... beside J at 0: of a J that is 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Precise:
    """The solution, what kind of point it is, and J there."""

    fit: Fit
    kind: Nature
    J: float


def solved_precisely(loss: Objective, table: Table | Parts | None, equations: NormalEquations) -> Precise | None:
    """The solution of H θ = r and the signs by which J curves; None where the table is large, or a part has no such value.

    >>> from symcalc.training.losses import Loss
    >>> from symcalc.training.minima.normal_equations import normal_equations
    >>> loss = Loss("u^2 + 2*u*v + (1 + 10^-20)*v^2")
    >>> found = solved_precisely(loss, None, normal_equations(loss))
    >>> found.kind, found.fit.point, len(found.fit.flat)
    ('minimum', array([0., 0.]), 0)
    """
    count = len(loss.parameters)
    entries = table.rows * count * (count + 1) / 2 if table is not None else 0
    if isinstance(table, Parts) or entries > _EXACT_ROWS:
        return None
    place = _place(loss, table if entries <= _ROWS else None)
    if entries > _ROWS and not _summed(place, [loss.expression, *chain(*equations.matrix), *equations.right], table):
        return None
    try:
        factors = [place.value(factor) for factor in equations.factors]
        hessian = [[factor * place.value(entry) for entry in row] for factor, row in zip(factors, equations.matrix)]
        right = [factor * place.value(side) for factor, side in zip(factors, equations.right)]
        return _solved(loss, place, hessian, right, exact=table is None)
    except NO_VALUE:
        return None


def _place(loss: Objective, table: Table | None) -> Point:
    """The data, and 0 for every parameter."""
    context = context_of(DIGITS)
    numbers: dict[Any, Any] = dict.fromkeys(loss.parameters, context.zero)
    if table is None:
        return Point(context, numbers, {})
    tables = {column.base: {(k,): context.mpf(value) for k, value in enumerate(table[str(column.base)].tolist(), 1)}
              for column in columns_of(loss.expression)}
    return Point(context, numbers | {COUNT: context.mpf(table.rows), ROW: context.one}, tables)


def _summed(place: Point, expressions: Sequence[Expr], table: Table) -> bool:
    """Whether all sums over the rows could be had exactly, and are known there from now on."""
    place.numbers[COUNT] = place.context.mpf(table.rows)
    sums = ExactSums(table)
    try:
        for total in set().union(*(expression.atoms(Sum) for expression in expressions)):
            found = sums.of(total)
            place.known[total, ()] = place.context.mpf(found.numerator) / found.denominator
    except NotExactError:
        return False
    return True


def _solved(loss: Objective, place: Point, hessian: list[list[Any]], right: list[Any], exact: bool) -> Precise:
    context, count = place.context, len(right)
    most = max(abs(entry) for row in hessian for entry in row)
    lengths = [_length(row, k, most, context) for k, row in enumerate(hessian)]
    units = context.matrix([[entry / a / b for entry, b in zip(row, lengths)] for row, a in zip(hessian, lengths)])
    sizes, vectors = context.eigsy(units)
    nothing = (_EXACT if exact else _ROUNDED) * max(map(abs, sizes))
    slopes = [side / length for side, length in zip(right, lengths)]
    along = [sum((vectors[j, k] * slopes[j] for j in range(count)), context.zero) for k in range(count)]
    flat = [k for k in range(count) if abs(sizes[k]) <= nothing]
    if any(abs(along[k]) > (_LEVEL_EXACT if exact else _LEVEL) * max(map(abs, slopes)) for k in flat):
        raise LossError(f"{loss.called} has no lowest point: there is no point at which every slope is 0")
    steep = [k for k in range(count) if k not in flat]
    point = [sum((vectors[j, k] * along[k] / sizes[k] for k in steep), context.zero) / lengths[j] for j in range(count)]
    height = place.value(loss.expression)
    level = height - sum((along[k]**2 / sizes[k] for k in steep), context.zero) / 2           # J(0) - r·θ/2, as H θ = r
    return Precise(fit=_nearest(point, [[vectors[j, k] / lengths[j] for j in range(count)] for k in flat]),
                   kind=_kind([sizes[k] for k in steep]),
                   J=0.0 if abs(level) <= (_NOTHING if exact else _ROUNDED) * abs(height) else float(level))


def _length(row: Sequence[Any], k: int, most: Any, context: Any) -> Any:
    """The unit of a parameter in which J curves by 1 or -1, or, where it hardly curves, the row is no larger than others."""
    length = max(context.sqrt(abs(row[k])), max(map(abs, row)) / context.sqrt(most)) if most else most
    return length or context.one


def _nearest(point: Sequence[Any], flat: Sequence[Sequence[Any]]) -> Fit:
    """As floats; where there are many, that nearest to 0."""
    along: list[Sequence[Any]] = []
    for way in flat:
        straight = _without(way, along)
        length = sum(value * value for value in straight) ** 0.5
        along.append([value / length for value in straight])
    return Fit(point=np.array([float(value) for value in _without(point, along)]), how=f"with {DIGITS} digits",
               flat=np.array([[float(value) for value in way] for way in along]).reshape(-1, len(point)))


def _without(vector: Sequence[Any], along: Sequence[Sequence[Any]]) -> Sequence[Any]:
    """What is left of a vector at right angles to others, which are so to each other and of length 1."""
    for way in along:
        share = sum(value * other for value, other in zip(vector, way))
        vector = [value - share * other for value, other in zip(vector, way)]
    return vector


def _kind(sizes: Sequence[Any]) -> Nature:
    """By the signs of the eigenvalues that are not 0."""
    if not sizes:
        return UNDECIDED
    return MINIMUM if min(sizes) > 0 else MAXIMUM if max(sizes) < 0 else SADDLE
