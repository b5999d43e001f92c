"""The proof of a derivation: every line against the one before it, with numbers at random points of the domain.

The route is independent of the rules: the value of a formula comes from arbitrary-precision arithmetic (mpmath), and a
derivative that still stands in a line from a difference quotient at 80 digits, never from the table of derivatives.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import mpmath
from sympy import (
    Add,
    And,
    Basic,
    Derivative,
    E,
    Expr,
    Indexed,
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
from sympy.core.function import Application
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanFalse, BooleanTrue

from symcalc.errors import LossError, ProofError
from symcalc.pages.notation import text
from symcalc.vocabulary import FUNCTIONS
from symcalc.written import exact, is_number

DIGITS = 80
STEP = 1e-25                 # of the difference quotient; its error is about STEP², far below TOLERANCE
TOLERANCE = 1e-12            # relative; an honest line agrees to 20 digits and more
ROWS = 3                     # rows of random data that a sum runs over
POINTS = 3                   # at which every line is checked; twice as many where the slope jumps
_TRIES = 72
# Most functions live between 0 and 2; a few want small arguments, negative ones, or large ones.
_RANGES = ((0.2, 2), (-2, 2), (0.05, 0.9), (-0.9, 0.9), (1, 8), (-30, 30), (40, 200), (-200, -40),
           (-1000, 1000))
_ROUNDS = 2                  # through the ranges, in which a case of a piecewise formula may be met
_ENOUGH = 4 * POINTS         # points without a slope, after which we no longer look for one
_ROUNDING = 1e-30            # relative to the function, and
_NOTHING = 1e-40             # in itself: what is left by rounding where a slope is 0
_HUGE = 1e8                  # an argument beyond which exponentials are not worked out


class OutsideDomain(ArithmeticError):
    """The expression has no real value at this point; another point must serve."""


_NO_VALUE = (OutsideDomain, ZeroDivisionError, OverflowError)
_BENDS = (Max, Min, Piecewise, *(head for head, row in FUNCTIONS.items() if row.kink))


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison: line `line` and the one before it, at one point."""

    line: int
    difference: float            # relative


@dataclass(frozen=True, slots=True)
class Proof:
    """The record that every line equals the one before it.

    >>> Proof((Check(1, 0.0),)).passed
    True
    """

    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        return bool(self.checks) and all(check.difference <= TOLERANCE for check in self.checks)


def prove(lines: Sequence[Expr]) -> Proof:
    """Check each line, from d/dx (...) on, against the one before it; raise ProofError at the first that differs.

    >>> x = Symbol("x", real=True)
    >>> prove([Derivative(x**2, x), 2*x]).passed
    True
    """
    checks: list[Check] = []
    for point in points(lines[0]):
        try:
            values = [point.value(line) for line in lines]
        except _NO_VALUE:
            continue                     # a line may need more than the problem does: f^g ln(f) wants f > 0
        vanishing = max(_NOTHING, _ROUNDING * abs(point.value(lines[0].args[0])))
        for k, (before, now) in enumerate(pairwise(values), start=1):
            scale = max(abs(before), abs(now))
            difference = 0.0 if scale < vanishing else float(abs(now - before) / scale)
            if not difference <= TOLERANCE:
                raise ProofError(f"line {k} is not equal to the line before it: {text(lines[k])[:200]}")
            checks.append(Check(k, difference))
    if not checks:
        raise ProofError(f"no point was found at which all lines have a value: {text(lines[0])[:200]}")
    return Proof(tuple(checks))


def points(expression: Expr) -> list[Point]:
    """Points at which the expression has a real value, found by trying; the same ones every time.

    Those where it is 0 say little: of them some are taken only where others cannot be found.
    """
    bends = expression.has(*_BENDS)
    wanted = 2 * POINTS if bends else POINTS
    telling: list[Point] = []
    vanishing: list[Point] = []
    for k, candidate in enumerate(_candidates(expression)):
        try:
            value = candidate.value(expression)
        except _NO_VALUE:
            continue
        (telling if abs(value) > _NOTHING else vanishing).append(candidate)
        if len(vanishing) == _ENOUGH or (len(telling) >= wanted and (not bends or k >= _ROUNDS * len(_RANGES))):
            break
    if not telling and not vanishing:
        raise LossError(f"{text(expression)} has no real value of moderate size at any of {_TRIES} random points")
    return [*_of_all_branches(expression, telling), *vanishing][:wanted] if bends else (telling + vanishing)[:wanted]


def _of_all_branches(expression: Expr, found: list[Point]) -> list[Point]:
    """The points with those first that reach a case of the expression that no point before them reached."""
    first: dict[tuple[object, ...], Point] = {}
    for point in found:
        first.setdefault(_branches(point, expression), point)
    return [*first.values(), *(point for point in found if point not in first.values())]


def _branches(point: Point, expression: Expr) -> tuple[object, ...]:
    """Which way each bend goes at the point (in the first row, where it differs from row to row)."""
    ways: list[object] = []
    for part in sorted(expression.atoms(Relational, *_BENDS), key=str):
        sides = part.args if not isinstance(part, Piecewise) else ()
        try:
            values = [point.value(side, 0 if side.has(Indexed) else None) for side in sides]
        except _NO_VALUE:
            continue
        ways.append(values.index(max(values)) if len(values) > 1 else tuple(value > 0 for value in values))
    return tuple(ways)


def _candidates(expression: Expr) -> Iterator[Point]:
    letters = sorted((part for part in expression.atoms(Symbol, Indexed)), key=str)
    labels = {part.base.label for part in letters if isinstance(part, Indexed)}
    context = mpmath.MPContext()
    context.dps = DIGITS
    draw = random.Random(1).uniform
    for k in range(_TRIES):
        low, high = _RANGES[k % len(_RANGES)]
        numbers = {part: context.mpf(draw(low, high)) for part in letters if isinstance(part, Symbol) and part not in labels}
        columns = {part: [context.mpf(draw(low, high)) for _ in range(ROWS)] for part in letters if isinstance(part, Indexed)}
        yield Point(context, numbers, columns)


class Point:
    """A value for every parameter and every row of every column; works expressions out there."""

    def __init__(self, context: Any, numbers: dict[Symbol, Any], columns: dict[Indexed, list[Any]]) -> None:
        self.context, self.columns = context, columns
        self.numbers = numbers
        self.rows = len(next(iter(columns.values()))) if columns else ROWS
        self.known: dict[tuple[Basic, int | None], Any] = {}
        self.beside: dict[Symbol, tuple[Point, Point, Any]] = {}

    def value(self, expression: Basic, row: int | None = None) -> Any:
        """The value of the expression (in one row, inside a sum)."""
        key = (expression, row)
        if key not in self.known:
            found = _work_on(type(expression))(self, expression, row)
            if not isinstance(found, (bool, self.context.mpf)) or not self.context.isfinite(found):
                raise OutsideDomain(text(expression)[:80])
            self.known[key] = found
        return self.known[key]

    def symbol(self, part: Symbol, row: int | None) -> Any:
        # The number of rows and the row index are whole numbers; every other symbol was drawn.
        return self.context.mpf(self.rows) if part.name == "n" and part.is_integer else self.numbers[part]

    def indexed(self, part: Indexed, row: int | None) -> Any:
        return self.columns[part][0 if row is None else row]

    def number(self, part: Number, row: int | None) -> Any:
        if not is_number(part):
            raise OutsideDomain(str(part))
        value = exact(part)
        return self.context.mpf(value.numerator) / value.denominator

    def constant(self, part: NumberSymbol, row: int | None) -> Any:
        return +(self.context.e if part is E else self.context.pi)

    def add(self, part: Add, row: int | None) -> Any:
        return sum((self.value(term, row) for term in part.args), self.context.zero)

    def multiply(self, part: Mul, row: int | None) -> Any:
        product = self.context.one
        for factor in part.args:
            product *= self.value(factor, row)
        return product

    def power(self, part: Pow, row: int | None) -> Any:
        base, exponent = (self.value(argument, row) for argument in part.args)
        if abs(exponent) > _HUGE or (abs(exponent) > 1e4 and not 0.1 < abs(base) < 10):
            raise OutsideDomain(text(part)[:80])
        return base ** (int(exponent) if exponent == int(exponent) else exponent)

    def function(self, part: Application, row: int | None) -> Any:
        arguments = [self.value(argument, row) for argument in part.args]
        if any(abs(argument) > _HUGE for argument in arguments):
            raise OutsideDomain(text(part)[:80])
        if entry := FUNCTIONS.get(part.func):
            if entry.inside is not None and not entry.inside(*arguments):
                raise OutsideDomain(text(part)[:80])
            return entry.value(self.context, *arguments)
        # A function that only SymPy knows, such as the slope of one without a rule.
        return self.context.mpf(str(part.func(*(_sympy_float(a) for a in arguments)).evalf(DIGITS)))

    def extremum(self, part: Max | Min, row: int | None) -> Any:
        return (max if isinstance(part, Max) else min)(self.value(argument, row) for argument in part.args)

    def cases(self, part: Piecewise, row: int | None) -> Any:
        for value, condition in part.args:
            if self.value(condition, row):
                return self.value(value, row)
        raise OutsideDomain(text(part)[:80])

    def relation(self, part: Relational, row: int | None) -> bool:
        return _COMPARE[part.rel_op](self.value(part.lhs, row), self.value(part.rhs, row))

    def both(self, part: And, row: int | None) -> bool:
        return all(self.value(argument, row) for argument in part.args)

    def either(self, part: Or, row: int | None) -> bool:
        return any(self.value(argument, row) for argument in part.args)

    def over_rows(self, part: Sum, row: int | None) -> Any:
        return sum((self.value(part.function, k) for k in range(self.rows)), self.context.zero)

    def slope(self, part: Derivative, row: int | None) -> Any:
        """The standing derivative by a central difference quotient."""
        (variable, count), *others = part.variable_count
        rest = [pair for pair in ((variable, count - 1), *others) if pair[1]]
        inner = Derivative(part.expr, *rest, evaluate=False) if rest else part.expr
        if variable not in self.beside:
            step = self.context.mpf(STEP) * max(1, abs(self.numbers[variable]))
            left, right = (Point(self.context, {**self.numbers, variable: self.numbers[variable] + sign * step}, self.columns)
                           for sign in (-1, 1))
            self.beside[variable] = (left, right, step)
        left, right, step = self.beside[variable]
        return (right.value(inner, row) - left.value(inner, row)) / (2 * step)


def _sympy_float(value: Any) -> Expr:
    from sympy import Float
    return Float(value, DIGITS)


@cache
def _work_on(head: type) -> Callable[..., Any]:
    for kind in head.__mro__:
        if kind in _WORK:
            return _WORK[kind]
    raise LossError(f"{head.__name__} cannot be worked out")


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b,
}
_WORK: dict[type, Callable[..., Any]] = {
    Symbol: Point.symbol, Indexed: Point.indexed, Number: Point.number, NumberSymbol: Point.constant, Add: Point.add,
    Mul: Point.multiply, Pow: Point.power, Application: Point.function, Max: Point.extremum, Min: Point.extremum,
    Piecewise: Point.cases, Relational: Point.relation, And: Point.both, Or: Point.either, Sum: Point.over_rows,
    Derivative: Point.slope, BooleanTrue: lambda point, part, row: True, BooleanFalse: lambda point, part, row: False,
}
