"""The second route to an answer: difference quotients of plain Python functions, and exact ones of polynomials."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from sympy import Add, Expr, Float, Indexed, Integer, Rational, Sum

from symcalc.language.names import COUNT, name_of
from symcalc.pages.notation import text
from symcalc.worksheets.items.bricks import CONTEXT, Twin, Values, symbol
from symcalc.worksheets.items.item import Unproved

_STEP = CONTEXT.mpf(10)**-12         # of a quotient whose error is of the order of its square
_CLOSE = 1e-15
_PLACES = ("0.3719", "1.2137", "0.8311", "2.3171", "-0.6143", "1.7411", "-1.4177", "0.0523")
_LEAST = 3                           # places at which the two routes have to meet


def slope(twin: Twin, at: Values, name: str) -> Any:
    """(f(x + h) - f(x - h))/2h, which is the derivative to some twenty digits.

    >>> from symcalc.worksheets.items.bricks import letter, raised
    >>> CONTEXT.nstr(slope(raised(letter("x"), 3), {"x": CONTEXT.mpf(2)}, "x"), 15)
    '12.0'
    """
    above, below = ({**at, name: at[name] + sign * _STEP} for sign in (1, -1))
    return (twin.value(above) - twin.value(below)) / (2 * _STEP)


def exact_slope(value: Callable[[Values], Any], at: Mapping[str, Fraction], name: str) -> Fraction:
    """The derivative of a polynomial of degree 2 by its letter, which the quotient gives exactly.

    >>> exact_slope(lambda at: at["x"]**2, {"x": Fraction(3)}, "x")
    Fraction(6, 1)
    """
    return Fraction(value({**at, name: at[name] + 1}) - value({**at, name: at[name] - 1})) / 2


def value_of(formula: Expr, at: Values) -> Any:
    """The formula's value as SymPy works it out."""
    numbers = {symbol(name): Float(CONTEXT.nstr(CONTEXT.mpf(value), 40), 40) for name, value in at.items()}
    found = formula.evalf(40, subs=numbers)
    if not found.is_Float and not found.is_Integer:
        raise Unproved(f"{text(formula)} has no value")
    return CONTEXT.mpf(str(found))


def same(one: Any, other: Any) -> bool:
    """Whether two values agree."""
    return abs(one - other) <= _CLOSE * max(1, abs(one), abs(other))


def places(names: Iterable[str]) -> list[dict[str, Any]]:
    """Places at which formulas in these letters are compared."""
    count = len(_PLACES)
    return [{name: CONTEXT.mpf(_PLACES[(k * (j + 1) + 3 * j) % count]) for j, name in enumerate(names)} for k in range(count)]


def confirmed(twin: Twin, derivative: Expr, by: str, names: Iterable[str] = ()) -> int:
    """At how many places the derivative agrees with the quotients of the twin; Unproved where it does not."""
    met = 0
    for at in places(tuple(names) or (by,)):
        found = slope_if_real(twin, at, by)
        if found is None:
            continue
        if not same(found, value_of(derivative, at)):
            raise Unproved(f"the slope of {text(twin.formula)} by {by} is {CONTEXT.nstr(found, 8)} where the derivative "
                           f"{text(derivative)} has another value")
        met += 1
    if met < _LEAST:
        raise Unproved(f"{text(twin.formula)} has a value at too few places")
    return met


def lines_confirmed(twin: Twin, lines: Sequence[Expr], by: str) -> int:
    """How many lines of a derivation have the slope of the twin; Unproved at the first that has not.

    What still stands there as d/dx (...) is differentiated by SymPy, which knows nothing of the derivation.
    """
    for at in places((by,)):
        found = slope_if_real(twin, at, by)
        if found is None:
            continue
        for k, line in enumerate(lines):
            require(same(found, value_of(line.doit(), at)), f"line {k} of the derivation of {text(twin.formula)}")
        return len(lines)
    raise Unproved(f"{text(twin.formula)} has a value at too few places")


def slope_if_real(twin: Twin, at: Values, by: str) -> Any:
    """The slope, or None outside of the domain."""
    try:
        found = slope(twin, at, by)
    except ZeroDivisionError:
        return None
    return found if isinstance(found, CONTEXT.mpf) else None           # a complex number is outside, too


def over_rows(formula: Expr, columns: Mapping[str, Sequence[float]]) -> Expr:
    """The formula with every sum over the rows written out, the numbers of each row in it."""
    rows = len(next(iter(columns.values())))

    def written_out(total: Sum) -> Expr:
        each = [{column: Rational(str(columns[name_of(column)][k])) for column in total.atoms(Indexed)} for k in range(rows)]
        return Add(*(total.function.xreplace(row) for row in each))

    sums = {total: written_out(total) for total in formula.atoms(Sum)}
    return formula.xreplace(sums).xreplace({COUNT: Integer(rows)})


def require(holds: bool, what: str) -> None:
    """Unproved, with what does not hold."""
    if not holds:
        raise Unproved(what)
