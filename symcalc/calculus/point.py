"""Points at which expressions are worked out: a value for every letter, in arbitrary precision.

The value of a formula comes from mpmath, and that of a derivative that still stands in it from a difference quotient,
never from the table of derivatives.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from threading import get_ident
from typing import Any

import mpmath
from sympy import (
    Add,
    And,
    Basic,
    Derivative,
    E,
    Expr,
    Float,
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
from sympy.core.function import Application, AppliedUndef
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanFalse, BooleanFunction, BooleanTrue

from symcalc.calculus.numbering import Indices, Tables, counted, drawn, patterns
from symcalc.calculus.rule import depends
from symcalc.calculus.unknown import MORE_DIGITS, STEP, stand_in
from symcalc.errors import LossError
from symcalc.indices import softmax_at
from symcalc.pages.notation import text
from symcalc.primed import Primed
from symcalc.vocabulary import FUNCTIONS
from symcalc.written import exact, is_number

DIGITS = 80
MOST_NESTED = 4              # derivatives that are taken one after the other
TRIES = 72
# Most functions live between 0 and 2; a few want small arguments, negative ones, or large ones.
_RANGES = ((0.2, 2), (-2, 2), (0.05, 0.9), (-0.9, 0.9), (1, 8), (-30, 30), (40, 200), (-200, -40), (-1000, 1000))
_LARGE, _MOST_LARGE = 150, 4   # numbers in a formula around which points are looked for too, and how many of them
_HUGE = 1e8                  # an argument beyond which exponentials are not worked out


class OutsideDomain(ArithmeticError):
    """The expression has no real value at this point; another point must serve."""


NO_VALUE = (OutsideDomain, ZeroDivisionError, OverflowError)


def context_of(digits: int) -> mpmath.MPContext:
    """Arithmetic with so many digits: each thread has its own, since mpmath raises the digits for a while within a function.

    >>> context_of(30).dps
    30
    """
    context = _context(digits, get_ident())
    context.dps = digits                # where an interrupt came within a function, they may still be raised
    return context


@lru_cache(maxsize=16)                  # a millisecond each to make
def _context(digits: int, _thread: int) -> mpmath.MPContext:
    return mpmath.MPContext()


def ranges_of(expression: Expr) -> tuple[tuple[float, float], ...]:
    """Where random values are drawn from: also around the large numbers in the formula, as in max(x, 1000).

    >>> ranges_of(Symbol("x") - 1000)[-2]
    (-2000.0, -500.0)
    """
    large = sorted({float(part) for part in expression.atoms(Number) if is_number(part) and abs(part) > _LARGE}, key=abs)
    return (*_RANGES, *(tuple(sorted((value / 2, 2 * value))) for number in large[:_MOST_LARGE] if abs(number) < _HUGE
                        for value in (number, -number)))


def candidates(expression: Expr, digits: int = DIGITS) -> Iterator[Point]:
    """Random values for all letters and columns of the expression; it need not have a value there."""
    letters = sorted(expression.atoms(Symbol, Indexed), key=lambda part: part.name if isinstance(part, Symbol) else str(part))
    labels = {part.base.label for part in letters if isinstance(part, Indexed)}
    context = context_of(digits)
    draw, ranges = random.Random(1).uniform, ranges_of(expression)
    for k in range(TRIES):
        low, high = ranges[k // patterns(expression) % len(ranges)]
        numbers = {part: context.mpf(draw(low, high)) for part in letters if isinstance(part, Symbol) and part not in labels}
        tables = drawn(expression, lambda low=low, high=high: context.mpf(draw(low, high)))
        counts = {part: context.mpf(count) for part, count in counted(expression, k).items()}
        yield Point(context, {**numbers, **counts}, tables)


class Point:
    """A value for every parameter and every row of every column; works expressions out there."""

    def __init__(self, context: Any, numbers: dict[Symbol, Any], tables: Tables,
                 origin: tuple[Point, Expr] | None = None, fineness: int = 1) -> None:
        self.context, self.tables = context, tables
        self.numbers = numbers
        self.origin = origin            # the point from which this one differs in one letter only
        self.fineness = fineness        # how often the digits, and those of the step of a difference quotient, were multiplied
        self.known: dict[tuple[Basic, Indices], Any] = {}
        self.beside: dict[Expr, tuple[Point, Point, Any]] = {}

    def finer(self, times: int) -> Point:
        """The same point, worked out with so many times the digits."""
        context = context_of(times * self.context.dps)
        tables = {base: {place: context.mpf(value) for place, value in table.items()} for base, table in self.tables.items()}
        return Point(context, {letter: context.mpf(value) for letter, value in self.numbers.items()}, tables, fineness=times)

    def value(self, expression: Basic, row: Indices = ()) -> Any:
        """The value of the expression (inside sums, where their indices have the numbers in `row`)."""
        if self.origin is not None and not depends(expression, self.origin[1]):
            return self.origin[0].value(expression, row)
        key = (expression, row)
        if key not in self.known:
            found = _work_on(type(expression))(self, expression, row)
            if not isinstance(found, (bool, self.context.mpf)) or not self.context.isfinite(found):
                raise OutsideDomain(text(expression)[:80])
            self.known[key] = found
        return self.known[key]

    def symbol(self, part: Symbol, row: Indices) -> Any:
        return self.context.mpf(dict(row)[part]) if part in dict(row) else self.numbers[part]

    def indexed(self, part: Indexed, row: Indices) -> Any:
        return self.tables[part.base][self.place(part, row)]

    def place(self, part: Indexed, row: Indices) -> tuple[int, ...]:
        """Where the element stands in its table."""
        around = dict(row)
        return tuple(around[index] if index in around else int(self.value(index, row)) for index in part.indices)

    def coincidence(self, part: KroneckerDelta, row: Indices) -> Any:
        return self.context.mpf(self.value(part.args[0], row) == self.value(part.args[1], row))

    def number(self, part: Number, row: Indices) -> Any:
        if not is_number(part):
            raise OutsideDomain(str(part))
        value = exact(part)
        return self.context.mpf(value.numerator) / value.denominator

    def constant(self, part: NumberSymbol, row: Indices) -> Any:
        return +(self.context.e if part is E else self.context.pi)

    def add(self, part: Add, row: Indices) -> Any:
        return sum((self.value(term, row) for term in part.args), self.context.zero)

    def multiply(self, part: Mul, row: Indices) -> Any:
        product = self.context.one
        for factor in part.args:
            product *= self.value(factor, row)
        return product

    def power(self, part: Pow, row: Indices) -> Any:
        return self.raised(part, *(self.value(argument, row) for argument in part.args))

    def raised(self, part: Pow, base: Any, exponent: Any) -> Any:
        if abs(exponent) > _HUGE or (abs(exponent) > 1e4 and not 0.1 < abs(base) < 10):
            raise OutsideDomain(text(part)[:80])
        return base ** (int(exponent) if exponent == int(exponent) else exponent)

    def function(self, part: Application, row: Indices) -> Any:
        return self.called(part, [self.value(argument, row) for argument in part.args])

    def called(self, part: Application, arguments: Sequence[Any]) -> Any:
        if any(_may_be_huge(argument) and abs(argument) > _HUGE for argument in arguments):
            raise OutsideDomain(text(part)[:80])
        if entry := FUNCTIONS.get(part.func):
            if entry.inside is not None and not entry.inside(*arguments):
                raise OutsideDomain(text(part)[:80])
            return entry.value(self.context, *arguments)
        # A function that only SymPy knows, such as the slope of one without a rule.
        return self.context.mpf(str(part.func(*(Float(a, DIGITS) for a in arguments)).evalf(DIGITS)))

    def unknown(self, part: AppliedUndef | Primed, row: Indices) -> Any:
        function, orders = (part.function, part.orders) if isinstance(part, Primed) else (part, (0,) * len(part.args))
        arguments = [self.value(argument, row) for argument in function.args]
        if any(abs(argument) > _HUGE for argument in arguments):
            raise OutsideDomain(text(part)[:80])
        return stand_in(self.context, function.func.__name__, orders, arguments)

    def extremum(self, part: Max | Min, row: Indices) -> Any:
        return (max if isinstance(part, Max) else min)(self.value(argument, row) for argument in part.args)

    def cases(self, part: Piecewise, row: Indices) -> Any:
        for value, condition in part.args:
            if self.value(condition, row):
                return self.value(value, row)
        raise OutsideDomain(text(part)[:80])

    def relation(self, part: Relational, row: Indices) -> bool:
        return COMPARE[part.rel_op](self.value(part.lhs, row), self.value(part.rhs, row))

    def both(self, part: And, row: Indices) -> bool:
        return all(self.value(argument, row) for argument in part.args)

    def either(self, part: Or, row: Indices) -> bool:
        return any(self.value(argument, row) for argument in part.args)

    def tangled(self, part: BooleanFunction, row: Indices) -> bool:
        raise LossError("a comparison has cases whose own conditions have cases; write the loss as one piecewise(...)")

    def over_rows(self, part: Sum, row: Indices) -> Any:
        index, _, end = part.limits[0]
        return sum((self.value(part.function, (*row, (index, k))) for k in range(1, int(self.value(end)) + 1)),
                   self.context.zero)

    def slope(self, part: Derivative, row: Indices) -> Any:
        """The standing derivative by a central difference quotient."""
        (variable, count), *others = part.variable_count
        rest = [pair for pair in ((variable, count - 1), *others) if pair[1]]
        inner = Derivative(part.expr, *rest, evaluate=False) if rest else part.expr
        if not depends(inner, variable):
            return self.value(inner, row) * 0        # the same value on both sides
        left, right, step = self.neighbours(variable)
        return (right.value(inner, row) - left.value(inner, row)) / (2 * step)

    def neighbours(self, variable: Symbol | Indexed) -> tuple[Point, Point, Any]:
        """The points on both sides of this one between which a slope is taken, and how far away they are."""
        if variable not in self.beside:
            step = self.context.mpf(STEP) ** self.fineness * max(1, abs(self.value(variable)))
            self.beside[variable] = (self.moved(variable, -step), self.moved(variable, step), step)
        return self.beside[variable]

    def moved(self, variable: Symbol | Indexed, step: Any) -> Point:
        """The point beside this one, where the variable, and it alone, is larger by the step."""
        return self.placed(variable, self.value(variable) + step)

    def placed(self, variable: Symbol | Indexed, value: Any) -> Point:
        """The same point but for the variable, which has this value."""
        if isinstance(variable, Symbol):
            return Point(self.context, {**self.numbers, variable: value}, self.tables, (self, variable), self.fineness)
        table = {**self.tables[variable.base], self.place(variable, ()): value}
        return Point(self.context, self.numbers, {**self.tables, variable.base: table}, (self, variable), self.fineness)


def _may_be_huge(number: Any) -> bool:
    """False for most numbers up to 2²⁶, by their binary exponent: to compare a number with a float takes ten times as long."""
    _, mantissa, exponent, bits = number._mpf_
    return not mantissa or exponent + bits > 26


@lru_cache(maxsize=256)                # each name of a function makes a head of its own
def _work_on(head: type) -> Callable[..., Any]:
    for kind in head.__mro__:
        if kind in _WORK:
            return _WORK[kind]
    raise LossError(f"{head.__name__} cannot be worked out")


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b,
}
_WORK: dict[type, Callable[..., Any]] = {
    Symbol: Point.symbol, Indexed: Point.indexed, Number: Point.number, NumberSymbol: Point.constant, Add: Point.add,
    Mul: Point.multiply, Pow: Point.power, Application: Point.function, AppliedUndef: Point.unknown, Primed: Point.unknown,
    Max: Point.extremum, Min: Point.extremum,
    Piecewise: Point.cases, Relational: Point.relation, And: Point.both, Or: Point.either,
    BooleanFunction: Point.tangled, Sum: Point.over_rows,
    Derivative: Point.slope, KroneckerDelta: Point.coincidence,
    softmax_at: lambda point, part, row: point.value(part.plain, row),
    BooleanTrue: lambda point, part, row: True, BooleanFalse: lambda point, part, row: False,
}


def digits_for(order: int) -> int:
    """The digits at which difference quotients within one another still tell a right derivative from a wrong one."""
    return DIGITS + MORE_DIGITS * (order - 1)
