"""Numbers for people: a sensible number of digits, the same in a column, and powers of ten for the very large and small.

Below ten million nothing left of the decimal point is rounded: 8333278.3 has all its digits, however few were asked for.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Collection

from sympy import Expr, Float, Integer

from symcalc.errors import SymcalcError
from symcalc.pages.document import Formula, Inline
from symcalc.pages.media import LATEX, TEXT

DIGITS = 6               # significant digits of the largest number in a column
_WIDEST = 7              # digits before or zeros behind the point from which powers of ten are used
_KEPT = 3                # digits that the smallest number of a column keeps, and what its numbers differ by
_KNOWN = 15              # digits of a float that have any meaning
_BARELY = 1e-6           # relative to the last digit: what decimal fractions miss in binary
_FARTHEST = 10**5        # the power of two to which a decimal number is written


def short(value: float, digits: int = DIGITS) -> str:
    """The number to a few significant digits, without trailing zeros.

    >>> short(1117.8454014417434), short(-0.000123456789), short(0.1 + 0.2), short(199.7, 2), short(1.5e-9)
    ('1117.85', '-0.000123457', '0.3', '200', '1.5 · 10⁻⁹')
    """
    return TEXT.digits(all_digits(as_shown(value, digits))) if math.isfinite(value) else _OTHERS.get(value, "-")


def cell(value: float, digits: int = DIGITS) -> Inline:
    """The same for a table: mathematics where it is a power of ten.

    >>> cell(0.25), cell(-2e-9).latex
    ('0.25', '-2 \\\\cdot 10^{-9}')
    """
    return _cell(all_digits(as_shown(value, digits))) if math.isfinite(value) else _OTHERS.get(value, "-")


_OTHERS = {math.inf: "inf", -math.inf: "-inf"}


def rounded(value: float, digits: int) -> float:
    """The number with so many digits, left of the point too: for a number that is to be chosen, not one that is found.

    >>> rounded(0.01234, 2), rounded(1234, 2)
    (0.012, 1200.0)
    """
    return float(f"{value:.{digits}g}")


def aligned(values: Collection[float], digits: int = DIGITS, apart: bool = False) -> list[Inline]:
    """The numbers of a column with the same digits behind the point, enough for the largest.

    Small ones keep three digits, and with `apart` so does what the numbers differ by; where that takes too many places, each
    number has its own.

    >>> aligned([1.5, 22.25, float("nan")]), aligned([999999999.5, 999999999.6], apart=True)
    (['1.5000', '22.2500', '-'], ['999999999.5', '999999999.6'])
    >>> aligned([-1332.34, -0.0827]), aligned([5.0625, 23456.78], 5)
    (['-1332.3400', '-0.0827'], ['5.06', '23456.78'])
    """
    finite = [value for value in values if math.isfinite(value)]
    sizes = [abs(value) for value in finite if value != 0]
    if not sizes or (all(value == int(value) for value in sizes) and max(sizes) < 10**_WIDEST):
        return [f"{value + 0.0:.0f}" if math.isfinite(value) else "-" for value in values]
    if min(sizes) < max(sizes) / 10 ** (digits - 1):
        return [cell(value, digits) for value in values]
    exponent = _exponent(max(sizes))
    spread = max(finite) - min(finite)
    smallest = min(min(sizes), spread) if apart and spread > max(sizes) / 10 ** (_KNOWN - _KEPT) else min(sizes)
    places = max(digits - 1 - exponent, _KEPT - 1 - _exponent(smallest))
    if exponent >= -4 and (exponent < _WIDEST or places > 0):
        # Places that are only there for small numbers go where they would be nothing but zeros.
        while places > max(0, digits - 1 - exponent) and all(f"{value:.{places}f}".endswith("0") for value in finite):
            places -= 1
        return [f"{value + 0.0:.{max(0, places)}f}" if math.isfinite(value) else "-" for value in values]
    return [_cell(f"{value:.{exponent + places}e}") if value and math.isfinite(value) else cell(value) for value in values]


def numeral(value: float, digits: int = DIGITS) -> Expr:
    """The number as an expression, rounded for showing, so that it can stand in a formula.

    >>> numeral(0.30000000000000004), numeral(12.0), numeral(8333278.33)
    (0.300000000000000, 12, 8333278)
    """
    shown = as_shown(value, digits)
    return Integer(int(shown)) if shown == int(shown) and abs(shown) < 10**_WIDEST else Float(shown)


def all_digits(value: float) -> str:
    """All digits of a number; a power of ten behind an e where it is very large or small.

    >>> all_digits(0.5), all_digits(25000000.0), all_digits(0.00002)
    ('0.5', '2.5e+07', '2e-05')
    """
    if math.isfinite(value) and abs(value) >= 10**_WIDEST and value == int(value):
        mantissa, power = f"{value:.{_KNOWN - 1}e}".split("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{power}"
    return f"{value + 0.0:.{_KNOWN}g}"


def is_a_float(number: Float) -> bool:
    """Whether a float holds the number: one that is too small for all its digits only if it is that float itself."""
    value = float(number)
    return sys.float_info.min <= abs(value) <= sys.float_info.max or bool(number == value)


def digits_of(number: Float) -> str:
    """All digits of SymPy's decimal number, also of one that is beyond what a float can hold.

    >>> digits_of(Float(0.5)), digits_of(Float("-1.5e-400")), digits_of(Float("2e-320"))
    ('0.5', '-1.5e-400', '2e-320')
    """
    if is_a_float(number):
        return all_digits(float(number))
    if abs(number._mpf_[2]) > _FARTHEST:             # a power of two that mpmath would work out exactly
        raise SymcalcError("a decimal number as large or as small as this cannot be written")
    mantissa, power = str(number.n(_KNOWN)).split("e")
    return f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{power}"


def whole_digits(number: int) -> str:
    """The digits of a whole number, unless Python refuses to write so many.

    >>> whole_digits(-25)
    '-25'
    """
    try:
        return str(number)
    except ValueError:
        raise SymcalcError(f"a number of more than {sys.get_int_max_str_digits():,} digits cannot be written") from None


def with_power(number: int) -> str:
    """The digits of a whole number; a power of ten behind an e for more digits than a float has, where they end in zeros.

    >>> with_power(2 * 10**300), with_power(25000000), with_power(10**16 + 1)
    ('2e+300', '25000000', '10000000000000001')
    """
    digits = whole_digits(number)
    mantissa, zeros = digits.rstrip("0"), len(digits) - len(digits.rstrip("0"))
    size = mantissa.lstrip("-")
    if len(size) + zeros <= _KNOWN or zeros < _WIDEST:
        return digits
    point = f".{size[1:]}" if size[1:] else ""
    return f"{'-' * (number < 0)}{size[0]}{point}e+{len(size) + zeros - 1}"


def as_shown(value: float, digits: int = DIGITS) -> float:
    """The number with so many digits, and at least all of those in front of the point, where these are shown at all.

    >>> as_shown(0.30000000000000004), as_shown(8333278.33)
    (0.3, 8333278.0)
    """
    shown = rounded(value, _enough(value, digits))
    return shown if math.isfinite(shown) else value             # the largest floats round to infinity


def comes_out(found: float, value: float, digits: int = DIGITS, within: float = 1) -> bool:
    """Whether what a line gives is the number shown behind it, but for so many units of its last digit.

    >>> comes_out(8.528 - 17.6764, -9.14832), comes_out(8.528 - 17.6764, -9.14832, 5)
    (False, True)
    """
    shown = as_shown(value, digits)
    if not shown or not math.isfinite(shown):
        return found == shown
    unit = 10.0 ** (_exponent(abs(shown)) + 1 - _enough(shown, digits))
    return abs(found - shown) <= unit * (within + _BARELY)


def as_in_column(value: float, largest: float, digits: int = DIGITS) -> float:
    """The number with as many places behind the point as the largest of its column has with so many digits.

    >>> as_in_column(0.123456789, 1.1), as_in_column(1852919.888, 1929321), as_in_column(1852919.888, 25000000)
    (0.12346, 1852920.0, 1852920.0)
    """
    places = digits - 1 - _exponent(largest)
    return as_shown(round(value, places if abs(value) >= 10**_WIDEST else max(places, 0)), _KNOWN)


def _enough(value: float, digits: int) -> int:
    return max(digits, _exponent(abs(value)) + 1) if 1 <= abs(value) < 10**_WIDEST else digits


def _exponent(size: float) -> int:
    return math.floor(math.log10(size))


def _cell(plain: str) -> Inline:
    return Formula(text=TEXT.digits(plain), latex=LATEX.digits(plain)) if "e" in plain else plain
