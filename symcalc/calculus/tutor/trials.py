"""Points at which an answer is tried, with the derivative there, and the answer's values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sympy import Add, Basic, Derivative, Expr, Indexed

from symcalc.calculus.lanes import Places
from symcalc.calculus.point import DIGITS, MOST_NESTED, NO_VALUE, Point, digits_for
from symcalc.calculus.proof import TOLERANCE, points
from symcalc.calculus.rule import letters_of
from symcalc.errors import LossError
from symcalc.language.names import COUNT, ROW, is_column, runs_over_rows
from symcalc.pages.numbers import as_shown

_NO_VALUE = (*NO_VALUE, ValueError)           # the last where SymPy's own number is none
_ROUNDING = 1e-30                # relative to the function: what is left by rounding where a slope is 0
_NOTHING = 1e-40
PLACES = 3                       # digits of a point that a message shows


def has_loose_columns(expression: Basic) -> bool:
    """Whether a column stands outside every sum over the rows, so that the expression has a value in each row."""
    if is_column(expression) or runs_over_rows(expression):
        return is_column(expression)
    return any(map(has_loose_columns, expression.args))


@dataclass(frozen=True, slots=True)
class Trial:
    """A point at which the answer is tried, with the derivative there; `blur` is what rounding may leave of a 0."""

    point: Point
    right: Any
    blur: Any

    def value(self, expression: Expr) -> Any:
        """The value there; None where the expression has none."""
        try:
            return self.point.value(expression)
        except _NO_VALUE:
            return None

    def same(self, value: Any, other: Any) -> bool:
        scale = max(abs(value), abs(other))
        return scale <= self.blur or abs(value - other) <= TOLERANCE * scale


def trials(function: Expr, right: Expr, answer: Expr, letters: Iterable[Expr] = ()) -> list[Trial]:
    """Points at which the function, its derivative and the answer all have values, on every branch of each.

    The points have values for the `letters` as well.

    >>> from sympy import Symbol
    >>> x = Symbol("x", real=True)
    >>> all(trial.same(trial.right, trial.value(x + x)) for trial in trials(x**2, 2*x, x + x))
    True
    """
    order = max(_order(function), _order(right), _order(answer))
    if order > MOST_NESTED:
        raise LossError(f"derivatives stand within one another up to {MOST_NESTED} deep, not {order}; work some of them out")
    everything = Add(function, right, answer, *letters, evaluate=False)
    return [trial for point in _spread(everything, digits_for(max(order, 1)))
            if (trial := _trial(point, function, right, answer))]


def _order(expression: Basic) -> int:
    """How many derivatives stand within one another."""
    own = sum(int(count) for _, count in expression.variable_count) if isinstance(expression, Derivative) else 0
    return own + max(map(_order, expression.args), default=0)


def gap(function: Expr, right: Expr, answer: Expr) -> Point | None:
    """A point, in numbers that can be shown, at which the derivative has a value and the answer has none."""
    for point in _spread(Add(function, right, *letters_of(answer), evaluate=False)):
        if (trial := _trial(_rounded(point), function, right)) and trial.value(answer) is None:
            return trial.point
    return None


def to_show(trial: Trial, function: Expr, right: Expr, answer: Expr) -> Trial | None:
    """The same at the point as a message shows it; None where something has no value there."""
    return _trial(_rounded(trial.point), function, right, answer)


def _rounded(point: Point) -> Point:
    """The point with the digits that are shown of its letters and rows."""
    context = point.context

    def shown(value: Any) -> Any:
        return context.mpf(str(as_shown(float(value), PLACES)))

    numbers = {letter: value if letter.is_integer else shown(value) for letter, value in point.numbers.items()}
    tables = {base: {place: shown(value) for place, value in table.items()} for base, table in point.tables.items()}
    return Point(context, numbers, tables, fineness=point.fineness)


def _trial(point: Point, function: Expr, right: Expr, *others: Expr) -> Trial | None:
    try:
        blur = max(point.context.mpf(_NOTHING), _ROUNDING * abs(point.value(function)))
        for other in others:
            point.value(other)
        return Trial(point, point.value(right), blur)
    except _NO_VALUE:
        return None


def _spread(expression: Expr, digits: int = DIGITS) -> Iterator[Point]:
    """The points, each with another number of rows, so that n is not taken for 3; and their mirror images."""
    try:
        found = points(expression, Places(expression, digits))
    except LossError:                    # no value anywhere
        return
    axes = {part.base: part.indices.index(ROW) for part in expression.atoms(Indexed) if is_column(part)}
    for k, point in enumerate(found):
        tables = {base: _lengthened(table, axes.get(base), k % 3) for base, table in point.tables.items()}
        yield Point(point.context, {**point.numbers, COUNT: point.numbers[COUNT] + k % 3}, tables)
    for point in found[:3]:
        yield Point(point.context, {letter: value if letter.is_integer else -value for letter, value in point.numbers.items()},
                    {base: {place: -value for place, value in table.items()} for base, table in point.tables.items()})


def _lengthened(table: Mapping[tuple[int, ...], Any], axis: int | None, more: int) -> Mapping[tuple[int, ...], Any]:
    """The table with more rows, each half-way between two that are there; what has no rows stays."""
    if axis is None:
        return table
    rows = max(place[axis] for place in table)
    return table | {_placed(place, axis, rows + place[axis]): (value + table[_placed(place, axis, place[axis] % rows + 1)]) / 2
                    for place, value in table.items() if place[axis] <= more}


def _placed(place: tuple[int, ...], axis: int, row: int) -> tuple[int, ...]:
    return (*place[:axis], row, *place[axis + 1:])
