"""How two losses of the same parameters are related: other = c · Jᵖ + d, read off random points and proved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sympy import Add, Expr, Integer, Mul, sqrt

from symcalc.calculus.algebra.products import multiplied
from symcalc.calculus.point import NO_VALUE, Point, candidates
from symcalc.calculus.proof import points, prove
from symcalc.errors import ProofError
from symcalc.language.names import COUNT
from symcalc.parts import signed
from symcalc.training.problem.objective import Objective
from symcalc.written import exact, is_number, number, power

_LARGEST = 1000              # numerator and denominator of the number in a factor
_SAME = 1e-30                # relative, with as many digits as a proof has
_SHOWN = 40                  # digits by which a fraction is recognised
_COUNTS = (2, 3)             # rows in the random data at which losses are compared
_POWERS = (Fraction(1, 2), Fraction(2))
_NONE = Integer(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """other = c · Jᵖ + d: c a number times a power of n, None where there is none; d a number, or None where data are in it."""

    factor: Expr | None = None
    power: Fraction | None = None
    constant: Expr | None = _NONE


def relation(loss: Objective, other: Objective) -> Relation:
    """What the one loss is of the other.

    >>> from symcalc.training.losses import Loss
    >>> found = relation(Loss("(w - 3)^2"), Loss("2*(w - 3)^2 + 5"))
    >>> found.factor, found.power, found.constant
    (2, Fraction(1, 1), 5)
    """
    one, another = loss.expression, other.expression
    factor = _proved_factor(one, another)
    if factor is not None:
        return Relation(factor=factor, power=Fraction(1))
    return _by_slopes(loss, other) or _by_power(one, another) or Relation()


def _by_slopes(loss: Objective, other: Objective) -> Relation | None:
    """The losses may differ by a constant, too, where the slopes differ by a factor alone."""
    others = dict(zip(other.names, other.partials, strict=True))
    slopes = [(slope, others[name]) for name, slope in zip(loss.names, loss.partials, strict=True)]
    factor = _proved_factor(*slopes[0])
    if factor is None or not all(_is_proved(after, factor, before) for before, after in slopes[1:]):
        return None
    rest = Add(other.expression, Mul(Integer(-1), factor, loss.expression, evaluate=False), evaluate=False)
    found = [_moved(point, loss, rest) for points in _points(loss.expression, other.expression).values()
             for point in points]
    if not all(len(values) > 1 and _are_one(values) for values in found):
        return None                                     # as sign(w) in K = J + sign(w): its slope is 0, but it is no constant
    values = [value for values in found for value in values]
    constant = _fraction(values[0], _LARGEST) if _are_one(values) else None
    return Relation(factor=factor, power=Fraction(1), constant=None if constant is None else number(constant))


def _moved(point: Point, loss: Objective, rest: Expr) -> list[Any]:
    """What K has beside c J, where the parameters have these values, others, and others again."""
    found = []
    for times in (1, -1, 2):
        moved = {parameter: times * point.numbers.get(parameter, k) for k, parameter in enumerate(loss.parameters, start=1)}
        try:
            found.append(Point(point.context, {**point.numbers, **moved}, point.tables).value(rest))
        except NO_VALUE:
            continue
    return found


def _are_one(values: Sequence[Any]) -> bool:
    return all(abs(value - values[0]) <= _SAME * max(1, abs(value)) for value in values)


def _by_power(one: Expr, other: Expr) -> Relation | None:
    for exponent in _POWERS:
        factor = _proved_factor(power(one, number(exponent)), other)
        if factor is not None and not signed(factor)[0] and _is_never_negative(one):
            return Relation(factor=factor, power=exponent)
    return None


def _proved_factor(base: Expr, other: Expr) -> Expr | None:
    if is_number(base) and is_number(other):
        return number(exact(other) / exact(base)) if base != 0 else None
    factor = _factor(base, other)
    return factor if factor is not None and _is_proved(other, factor, base) else None


def _is_never_negative(expression: Expr) -> bool:
    """Whether no point that is tried has a value below 0, so that the square rises with the expression."""
    for point in candidates(expression):
        try:
            if point.value(expression) < 0:
                return False
        except NO_VALUE:
            continue
    return True


def _factor(one: Expr, other: Expr) -> Expr | None:
    """c in other = c · one, read off random points with 2 and with 3 rows."""
    ratios = {count: [_ratio(point, one, other) for point in found] for count, found in _points(one, other).items()}
    if any(not values or None in values or any(abs(value - values[0]) > _SAME * abs(values[0]) for value in values)
           for values in ratios.values()):
        return None
    small, large = (ratios[count][0] for count in _COUNTS)
    if small == 0 or large / small <= 0:
        return None
    context = small.context
    growth = context.log(large / small) / context.log(context.mpf(_COUNTS[1]) / _COUNTS[0])
    twice = _fraction(2 * growth, 1)                     # the power of n, by halves
    exponent = None if twice is None else twice / 2
    lead = None if exponent is None else _lead(small / context.mpf(_COUNTS[0]) ** context.mpf(float(exponent)))
    if lead is None:
        return None
    return multiplied(Mul(lead, power(COUNT, number(exponent)), evaluate=False)) if exponent else lead


def _points(one: Expr, other: Expr) -> dict[int, list[Point]]:
    """Points at which both have a value, each with so many rows."""
    found = points(Mul(one, other, evaluate=False))
    return {count: [Point(point.context, {**point.numbers, COUNT: point.context.mpf(count)}, point.tables)
                    for point in found] for count in _COUNTS}


def _ratio(point: Point, one: Expr, other: Expr) -> Any:
    try:
        return point.value(other) / point.value(one)
    except NO_VALUE:
        return None


def _lead(value: Any) -> Expr | None:
    """The number as a fraction, or as a root of one."""
    plain = _fraction(value, _LARGEST)
    if plain is not None:
        return number(plain)
    square = _fraction(value * value, _LARGEST)
    return None if square is None else sqrt(number(square)) * (1 if value > 0 else -1)


def _fraction(value: Any, largest: int) -> Fraction | None:
    """The fraction of small numbers that the value is, to 30 digits; decimals such as 0.001 among them."""
    near = Fraction(value.context.nstr(value, _SHOWN, min_fixed=-_SHOWN, max_fixed=_SHOWN)).limit_denominator(largest)
    return near if abs(value * near.denominator - near.numerator) <= _SAME * near.denominator * max(1, abs(value)) else None


def _is_proved(other: Expr, factor: Expr, base: Expr) -> bool:
    """Whether other = factor · base, by the proof that lines of a derivation have to pass."""
    if is_number(other):                                # a slope may be a number alone, at which there is nothing to try
        return is_number(base) and is_number(factor) and exact(other) == exact(factor) * exact(base)
    try:
        return prove([other, Mul(factor, base, evaluate=False)]).passed
    except ProofError:
        return False
