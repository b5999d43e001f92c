"""Numbers for people: a sensible number of digits, the same in a column."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sympy import Expr, Float, Integer

DIGITS = 6               # significant digits of the largest number in a column
_WIDEST = 7              # digits before or zeros behind the point from which powers of ten are used


def short(value: float, digits: int = DIGITS) -> str:
    """The number to a few significant digits, without trailing zeros.

    >>> short(1117.8454014417434), short(-0.000123456789), short(0.1 + 0.2)
    ('1117.85', '-0.000123457', '0.3')
    """
    return f"{value + 0.0:.{digits}g}" if math.isfinite(value) else {math.inf: "inf", -math.inf: "-inf"}.get(value, "-")


def aligned(values: Sequence[float], digits: int = DIGITS) -> list[str]:
    """The numbers of a column with the same digits behind the point, enough for the largest.

    Where the small ones would lose all their digits in that way, each number has its own.

    >>> aligned([1.5, 22.25, float("nan")])
    ['1.5000', '22.2500', '-']
    >>> aligned([-1332.34, -0.0827, -0.000068])
    ['-1332.34', '-0.0827', '-6.8e-05']
    """
    sizes = [abs(value) for value in values if math.isfinite(value) and value != 0]
    if not sizes or (all(value == int(value) for value in sizes) and max(sizes) < 10**_WIDEST):
        return [f"{value + 0.0:.0f}" if math.isfinite(value) else "-" for value in values]
    if min(sizes) < max(sizes) / 10 ** (digits - 1):
        return [short(value, digits) for value in values]
    exponent = math.floor(math.log10(max(sizes)))
    if not -4 <= exponent < _WIDEST:
        return [f"{value:.{digits - 1}e}" if math.isfinite(value) else "-" for value in values]
    places = max(0, digits - 1 - exponent)
    return [f"{value + 0.0:.{places}f}" if math.isfinite(value) else "-" for value in values]


def numeral(value: float, digits: int = DIGITS) -> Expr:
    """The number as an expression, rounded for showing, so that it can stand in a formula.

    >>> numeral(0.30000000000000004), numeral(12.0)
    (0.300000000000000, 12)
    """
    rounded = float(f"{value:.{digits}g}")
    rounded = rounded if math.isfinite(rounded) else value       # the largest floats round to infinity
    return Integer(int(rounded)) if rounded == int(rounded) and abs(rounded) < 10**_WIDEST else Float(rounded)
