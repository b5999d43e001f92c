"""Several points at once: every part of an expression is worked out for all of them side by side.

The numbers are those of `Point`, operation for operation; what is saved is going through the expression again and again, for
every point, every row of a sum and both sides of a difference quotient.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, reduce
from itertools import accumulate, count, islice
from typing import Any

from mpmath.libmp import fnan, mpf_add, mpf_cmp, mpf_mul
from sympy import (
    Add,
    And,
    Basic,
    Derivative,
    Expr,
    Indexed,
    KroneckerDelta,
    Max,
    Min,
    Mul,
    Number,
    NumberSymbol,
    Or,
    Piecewise,
    Pow,
    Sum,
    Symbol,
)
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanFalse, BooleanTrue

from symcalc.calculus.numbering import Indices, patterns
from symcalc.calculus.point import COMPARE, DIGITS, NO_VALUE, Point, candidates, ranges_of
from symcalc.calculus.rule import depends
from symcalc.vocabulary import FUNCTIONS

_PLAIN = 1e4                 # an exponent up to which every base can be raised to it


class Places:
    """The random points for the letters of an expression, made when they are asked for, each only once."""

    def __init__(self, expression: Expr, digits: int = DIGITS) -> None:
        self.expression = expression
        self.made: list[Point] = []
        self.coming = candidates(expression, digits)
        self.groups: dict[Point, tuple[Lanes, int]] = {}

    def __iter__(self) -> Iterator[Point]:
        for k in count():
            if not self.reach(k):
                return
            yield self.made[k]

    def serve(self, other: Expr) -> bool:
        """Whether they are points for another expression, too: one with the same letters or some of them.

        >>> x, y = Symbol("x", real=True), Symbol("y", real=True)
        >>> Places(x**2*y).serve(2*x), Places(x**2).serve(y), Places(x).serve(300*x)
        (True, False, False)
        """
        return (all(other.atoms(*kinds) <= self.expression.atoms(*kinds) for kinds in ((Symbol, Indexed), (KroneckerDelta,)))
                and ranges_of(other) == ranges_of(self.expression) and patterns(other) == patterns(self.expression) == 1)

    def reach(self, k: int) -> bool:
        """Whether there are more than k points."""
        self.made += islice(self.coming, max(0, k + 1 - len(self.made)))
        return k < len(self.made)

    def group(self, k: int, size: int) -> tuple[Lanes, int]:
        """The lanes that the k-th point is among, and its place there; new ones are made for `size` points from it on."""
        self.reach(k + size - 1)
        if self.made[k] not in self.groups:
            points = self.made[k:k + size]
            lanes = Lanes([(point, ()) for point in points])
            self.groups |= {point: (lanes, place) for place, point in enumerate(points)}
        return self.groups[self.made[k]]


Lane = tuple[Point, Indices]
"""A point, and the numbers of the indices of the sums around."""


class Lanes:
    """Points side by side; where an expression has no value at one of them, its number is nan and the others go on.

    >>> from sympy import log
    >>> x = Symbol("x", real=True)
    >>> lanes = Lanes([(point, ()) for point in islice(Places(x), 4)])
    >>> [bool(lanes.has_value(number)) for number in lanes.value(log(x)/x)], lanes.value(x)[1] > 0
    ([True, True, True, False], True)
    """

    def __init__(self, lanes: Sequence[Lane], differs: Callable[[Basic], bool] = lambda part: True,
                 origin: tuple[Lanes, Sequence[int]] | None = None) -> None:
        self.lanes, self.context = lanes, lanes[0][0].context
        self.differs = differs            # which parts change from lane to lane where
        self.origin = origin              # each comes from one of another's
        self.known: dict[Basic, Sequence[Any]] = {}
        self.beside: dict[Expr, tuple[Lanes, list[Any]]] = {}
        self.within: dict[tuple[Symbol, tuple[int, ...]], Lanes] = {}
        self.parts: dict[tuple[int, ...], Lanes] = {}
        self.places: dict[tuple[Basic, ...], list[tuple[int, ...]]] = {}

    def kept(self, places: tuple[int, ...]) -> Lanes:
        """These lanes alone, with all that is known of them."""
        if places not in self.parts:
            self.parts[places] = self if len(places) == len(self.lanes) else self._kept(places, self.origin)
        return self.parts[places]

    def _kept(self, places: Sequence[int], origin: tuple[Lanes, Sequence[int]] | None) -> Lanes:
        few = Lanes([self.lanes[place] for place in places], self.differs, origin)
        few.known = {part: [values[place] for place in places] for part, values in self.known.items()}
        for (index, counts), rows in self.within.items():
            starts = [0, *accumulate(counts)]
            few.within[index, tuple(counts[place] for place in places)] = rows._kept(
                [row for place in places for row in range(starts[place], starts[place + 1])],
                (few, [k for k, place in enumerate(places) for _ in range(counts[place])]))
        for variable, (around, widths) in self.beside.items():
            few.beside[variable] = (around._kept([*places, *(len(widths) + place for place in places)],
                                                 (few, [*range(len(places))] * 2)), [widths[place] for place in places])
        return few

    def value(self, expression: Basic) -> Sequence[Any]:
        """The value of the expression in each lane."""
        found = self.known.get(expression)
        if found is None:
            if self.origin is not None and not self.differs(expression):
                before, places = self.origin
                values = before.value(expression)
                found = [values[place] for place in places]
            else:
                found = _work_on(type(expression))(self, expression)
            self.known[expression] = found
        return found

    def has_value(self, number: Any) -> bool:
        """Whether it is a real, finite number."""
        return isinstance(number, self.context.mpf) and self.context.isfinite(number)

    def one_by_one(self, part: Basic) -> list[Any]:
        """What is rarely met, or may need some of its parts at some points only, each lane by itself."""
        return [self.tried(point.value, part, row) for point, row in self.lanes]

    def tried(self, work: Callable[..., Any], *given: Any) -> Any:
        """What the work comes to; nan where that is no real, finite number."""
        try:
            found = work(*given)
        except NO_VALUE:
            return self.context.nan
        return found if self.has_value(found) else self.context.nan

    # What each kind of part comes to in every lane, from what its parts do

    def number(self, part: Basic) -> list[Any]:
        """The same number in every lane."""
        return [self.tried(self.lanes[0][0].value, part)] * len(self.lanes)

    def symbol(self, part: Symbol) -> list[Any]:
        """The letter's value at each point, or the number of the index in each row."""
        return [point.symbol(part, row) for point, row in self.lanes]

    def indexed(self, part: Indexed) -> list[Any]:
        """The element of each point's column that the lane's row has."""
        if part.indices not in self.places:         # which every column has in common
            self.places[part.indices] = [point.place(part, row) for point, row in self.lanes]
        return [point.tables[part.base][place] for (point, _), place in zip(self.lanes, self.places[part.indices])]

    def add(self, part: Add) -> list[Any]:
        """The terms added, in the order in which they stand."""
        return self._joined(mpf_add, part.args)

    def multiply(self, part: Mul) -> list[Any]:
        """The factors multiplied, in the order in which they stand."""
        return self._joined(mpf_mul, part.args)

    def _joined(self, operation: Callable[..., Any], parts: Sequence[Basic]) -> list[Any]:
        """a + b + c or a b c: what the operators do, without an object for every step on the way."""
        digits, rounding = self.context._prec_rounding
        found, *others = [[value._mpf_ for value in self.value(part)] for part in parts]
        for numbers in others:
            found = [operation(so_far, number, digits, rounding) for so_far, number in zip(found, numbers)]
        return [self.context.make_mpf(number) for number in found]

    def power(self, part: Pow) -> list[Any]:
        """The base raised to the exponent; nan where that is not real."""
        bases, exponent = self.value(part.base), part.exp
        if exponent.is_Integer and 0 < exponent <= _PLAIN:
            times = int(exponent)
            return [base ** times for base in bases]
        return [self.tried(point.raised, part, base, above) if base == base and above == above else self.context.nan
                for (point, _), base, above in zip(self.lanes, bases, self.value(exponent))]

    def function(self, part: Basic) -> list[Any]:
        """The function of the vocabulary at its arguments; nan outside its domain."""
        if part.func not in FUNCTIONS:
            return self.one_by_one(part)
        return [self.tried(point.called, part, arguments) if all(each == each for each in arguments) else self.context.nan
                for (point, _), arguments in zip(self.lanes, zip(*map(self.value, part.args)))]

    def extremum(self, part: Max | Min) -> list[Any]:
        """The largest or smallest argument; nan where one has no value."""
        best = max if isinstance(part, Max) else min
        return [best(values) if all(value == value for value in values) else self.context.nan
                for values in zip(*map(self.value, part.args))]

    def cases(self, part: Piecewise) -> list[Any]:
        """The first case whose condition holds; nan where it has none, or comes to one that cannot be told."""
        found, open_lanes = [self.context.nan] * len(self.lanes), range(len(self.lanes))
        for value, condition in part.args:
            holds = self.value(condition)
            if any(holds[lane] is True for lane in open_lanes):
                values = self.value(value)
                for lane in open_lanes:
                    found[lane] = values[lane] if holds[lane] is True else found[lane]
            open_lanes = [lane for lane in open_lanes if holds[lane] is False]
        return found

    def relation(self, part: Relational) -> list[Any]:
        """Whether it holds; nan where one side has no value."""
        compare, nan = COMPARE[part.rel_op], self.context.nan
        return [nan if fnan in (left._mpf_, right._mpf_) else compare(mpf_cmp(left._mpf_, right._mpf_), 0)
                for left, right in zip(self.value(part.lhs), self.value(part.rhs))]

    def all_or_any(self, part: And | Or) -> list[Any]:
        """The first condition that settles it; nan where one before cannot be told."""
        settles = isinstance(part, Or)
        return [next((held for held in holds if held is not (not settles)), not settles)
                for holds in zip(*map(self.value, part.args))]

    def over_rows(self, part: Sum) -> list[Any]:
        """The sum over each lane's own rows, whose terms are lanes of their own."""
        index, _, end = part.limits[0]
        ends = self.value(end)
        counts = tuple(int(end) if self.has_value(end) else 0 for end in ends)
        if not all(counts):
            return self.one_by_one(part)
        if (index, counts) not in self.within:
            places = [place for place, count in enumerate(counts) for _ in range(count)]
            rows = [(point, (*row, (index, k))) for (point, row), count in zip(self.lanes, counts) for k in range(1, count + 1)]
            self.within[index, counts] = Lanes(rows, lambda other: _occurs(index, other), (self, places))
        values = iter(self.within[index, counts].value(part.function))
        return [reduce(operator.add, islice(values, count)) for count in counts]

    def slope(self, part: Derivative) -> list[Any]:
        """The standing derivative by a central difference quotient."""
        (variable, count), *others = part.variable_count
        rest = [pair for pair in ((variable, count - 1), *others) if pair[1]]
        inner = Derivative(part.expr, *rest, evaluate=False) if rest else part.expr
        if not depends(inner, variable):
            return [value * 0 for value in self.value(inner)]          # nan where it has no value
        if variable not in self.beside:
            sides = [point.neighbours(variable) for point, _ in self.lanes]
            moved = [(side[k], row) for k in (0, 1) for side, (_, row) in zip(sides, self.lanes)]
            self.beside[variable] = (Lanes(moved, lambda other: depends(other, variable), (self, [*range(len(sides))] * 2)),
                                     [2 * step for _, _, step in sides])
        around, widths = self.beside[variable]
        values = around.value(inner)
        return [(right - left) / width for left, right, width in zip(values, values[len(widths):], widths)]


@lru_cache(maxsize=512)
def _occurs(index: Symbol, part: Basic) -> bool:
    return part == index or any(_occurs(index, argument) for argument in part.args)


@lru_cache(maxsize=256)                # each name of a function makes a head of its own
def _work_on(head: type) -> Callable[..., Any]:
    return next((_WORK[kind] for kind in head.__mro__ if kind in _WORK), Lanes.one_by_one)


_WORK: dict[type, Callable[..., Any]] = {
    Symbol: Lanes.symbol, Indexed: Lanes.indexed, Number: Lanes.number, NumberSymbol: Lanes.number,
    Add: Lanes.add, Mul: Lanes.multiply, Pow: Lanes.power, Sum: Lanes.over_rows, Derivative: Lanes.slope,
    Max: Lanes.extremum, Min: Lanes.extremum, Piecewise: Lanes.cases, Relational: Lanes.relation,
    And: Lanes.all_or_any, Or: Lanes.all_or_any, **dict.fromkeys(FUNCTIONS, Lanes.function),
    BooleanTrue: lambda lanes, part: [True] * len(lanes.lanes), BooleanFalse: lambda lanes, part: [False] * len(lanes.lanes),
}
