"""exp, ln, sin, tanh and the like of several numbers side by side, in LLVM's code, right to an ulp or two.

Nothing but LLVM is needed for them: each reduces its argument exactly to a short interval, where a short polynomial serves.
Of one number alone they are the C library's, as in Python's `math`, to the last bit.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from types import MappingProxyType

import numpy as np

from symcalc.compute.fused.vectors import Lanes, absolute, built_in, fma, hexadecimal, library, where

_FAR = 2.0**30                   # up to here the angle is reduced exactly; beyond, the C library does it
_SHIFT = 1.5 * 2.0**52           # added to a number below 2^51, it leaves it rounded in the lowest bits
_BIAS = 1023                     # of a double's exponent
_HALF_WAY = 512                  # added to a negative exponent, so that what is below the least normal number is rounded once
_LN2 = 0.6931471803691238, 1.9082149292705877e-10                  # its first 33 bits, and what is left
_HALF_PI = 1.5707963267948966, 6.123233995736766e-17, -1.4973849048591833e-33


# Polynomials

def economised(series: Sequence[float], low: float, high: float, terms: int) -> list[float]:
    """The power series from low to high with fewer terms: what Chebyshev's polynomials beyond them would add is left out.

    >>> economised([1.0, 0.5, 0.25], -1.0, 1.0, 2)
    [1.125, 0.5]
    """
    whole = np.polynomial.Polynomial(series, domain=[-1, 1]).convert(kind=np.polynomial.Chebyshev, domain=[low, high])
    return whole.truncate(terms).convert(kind=np.polynomial.Polynomial, domain=[-1, 1]).coef.tolist()


def _polynomial(x: Lanes, coefficients: Sequence[float]) -> Lanes:
    *others, last = coefficients
    return reduce(lambda found, lower: fma(found, x, lower), reversed(others), x.code.constant(last, x.lanes))


# e^r = 1 + r + r² EXP(r) for |r| <= ln(2)/2; sin r = r + r³ SIN(r²), cos r = 1 - r²/2 + r⁴ COS(r²) for |r| <= π/4;
# atanh s = s + s³ ATANH(s²), for s up to 1/3, and up to 0.172.
_EXP = economised([1 / math.factorial(k) for k in range(2, 18)], -0.347, 0.347, 10)
_SIN = economised([(-1)**(k + 1) / math.factorial(2 * k + 3) for k in range(9)], 0.0, 0.617, 6)
_COS = economised([(-1)**k / math.factorial(2 * k + 4) for k in range(9)], 0.0, 0.617, 6)
_ATANH = economised([1 / (2 * k + 3) for k in range(24)], 0.0, 1 / 9, 12)
_ATANH_NEAR = economised([1 / (2 * k + 3) for k in range(16)], 0.0, 0.0295, 7)


# Functions of several lanes

def _reduced(x: Lanes, bias: int) -> tuple[Lanes, Lanes]:
    """r = x - k ln 2, and a float whose lowest bits are k + bias, for the whole number k next to x / ln 2."""
    shifted = fma(x, 1 / math.log(2), _SHIFT + bias)
    k = shifted - (_SHIFT + bias)
    return fma(k, -_LN2[1], fma(k, -_LN2[0], x)), shifted


def _reduced_power(x: Lanes) -> tuple[Lanes, Lanes, Lanes]:
    """r + r² EXP(r), that is e^r - 1, and two powers of 2 with e^x = e^r times both; below -746 and above 710 as there."""
    x = where(x.compared("olt", -746.0), -746.0, where(x.compared("ogt", 710.0), 710.0, x))
    r, shifted = _reduced(x, 2 * _BIAS)
    whole = shifted.bits() & 0xFFFFF
    half = whole >> 1
    return fma(r * r, _polynomial(r, _EXP), r), (half << 52).double(), ((whole - half) << 52).double()


def exp(x: Lanes) -> Lanes:
    """e^x = e^r 2^k, where 2^k is taken in two factors, each a float; inf or 0 where e^x is too large or too small."""
    power, half, other = _reduced_power(x)
    return (power * half + half) * other


def log(x: Lanes) -> Lanes:
    """ln x = k ln 2 + 2 atanh(f/(2 + f)) for x = 2^k (1 + f), with 1 + f from √½ to √2."""
    small = x.compared("olt", 2.0**-1022)
    bits = where(small, x * 2.0**54, x).bits()
    low, one = (struct.unpack("<q", struct.pack("<d", value))[0] for value in (math.sqrt(0.5), 1.0))
    biased = (bits + (one - low)) >> 52
    k = (biased | _whole(2.0**52)).double() - where(small, 2.0**52 + _BIAS + 54, 2.0**52 + _BIAS)
    f = (bits - ((biased - _BIAS) << 52)).double() - 1.0
    s = f / (f + 2.0)
    square, half = s * s, f * f * 0.5
    # f - (f²/2 - s (f²/2 + R)), which loses nothing near 1, where f - 2 s would cancel.
    rest = square * 2.0 * _polynomial(square, _ATANH_NEAR)
    found = fma(k, _LN2[0], f - (half - fma(s, half + rest, k * _LN2[1])))
    found = where(x.compared("olt", math.inf), found, x)
    return where(x.compared("ogt", 0.0), found, where(x.compared("oeq", 0.0), -math.inf, where(
        x.compared("olt", 0.0), math.nan, x)))


def _whole(value: float) -> int:
    return struct.unpack("<q", struct.pack("<d", value))[0]


def _circular(x: Lanes) -> tuple[Lanes, Lanes]:
    """sin x and cos x."""
    code, key = x.code, ("circular", x.name)
    if key not in code.known:
        shifted = fma(x, 2 / math.pi, _SHIFT)
        n, quarter = shifted - _SHIFT, shifted.bits()
        r = reduce(lambda rest, part: fma(n, -part, rest), _HALF_PI, x)
        square = r * r
        odd = fma(square * r, _polynomial(square, _SIN), r)
        even = fma(square, fma(square, _polynomial(square, _COS), -0.5), 1.0)
        swapped = (quarter & 1).compared("ne", 0)
        sine = (where(swapped, even, odd).bits() ^ ((quarter & 2) << 62)).double()
        cosine = (where(swapped, odd, even).bits() ^ (((quarter + 1) & 2) << 62)).double()
        code.known[key] = sine
        code.known["cosine", x.name] = cosine
        far = absolute(x).compared("ogt", _FAR)
        tag, before = code.fresh(), code.block
        any_far = code.call(f"llvm.vector.reduce.or.v{x.lanes}i1", [far], "i1", "i1", 1)
        code.lines.append(f"  br {any_far}, label %far{tag}, label %near{tag}, !prof !0")
        code.start(f"far{tag}")
        slow = library("sin", x), library("cos", x)
        code.lines.append(f"  br label %near{tag}")
        code.start(f"near{tag}")
        for name, near, there in zip(("circular", "cosine"), (sine, cosine), slow):
            code.known[name, x.name] = code.value(
                f"phi {x.type} [ {near.name}, %{before} ], [ {there.name}, %far{tag} ]", "double", x.lanes)
    return code.known[key], code.known["cosine", x.name]


def _decaying(x: Lanes) -> Lanes:
    """e^(-|x|), which softplus and sigmoid share: never above 1, so that one factor 2^(k + 512) is a float for every k."""
    key = ("decaying", x.name)
    if key not in x.code.known:
        least = -absolute(x)
        r, shifted = _reduced(where(least.compared("olt", -746.0), -746.0, least), _BIAS + _HALF_WAY)
        scale = (shifted.bits() << 52).double()
        x.code.known[key] = fma(fma(r * r, _polynomial(r, _EXP), r), scale, scale) * 2.0**-_HALF_WAY
    return x.code.known[key]


def softplus_added(x: Lanes, total: Lanes, product: Lanes) -> tuple[Lanes, Lanes]:
    """A sum of softplus(x) = max(x, 0) + ln(1 + e) with one more: the sum of max(x, 0), and the product of all 1 + e, less 1.

    One logarithm of the product then stands for those of all rows, and as the 1 is left out, no e is too small for it. It is no
    more than 2 to the power of how many there are.
    """
    e = _decaying(x)
    return total + where(x.compared("olt", 0.0), 0.0, x), fma(e, product, e) + product


def softplus(x: Lanes) -> Lanes:
    """max(x, 0) + 2 atanh(e/(2 + e)), where e = e^(-|x|)."""
    e = _decaying(x)
    s = e / (e + 2.0)
    square = s * s
    return built_in("maximum", x, 0.0) + 2.0 * fma(square * s, _polynomial(square, _ATANH), s)


def sigmoid(x: Lanes) -> Lanes:
    """1/(1 + e) where x is not negative, else e/(1 + e), where e = e^(-|x|)."""
    e = _decaying(x)
    return where(x.compared("oge", 0.0), 1.0, e) / (e + 1.0)


def tanh(x: Lanes) -> Lanes:
    """-t/(t + 2) for t = e^(-2|x|) - 1, with the sign of x."""
    power, half, other = _reduced_power(where(x.compared("uno", 0.0), x, built_in("minnum", absolute(x), 40.0)) * -2.0)
    scale = half * other
    t = fma(power, scale, scale - 1.0)
    return built_in("copysign", -t / (t + 2.0), x)


def expm1(x: Lanes) -> Lanes:
    """(e^r - 1) 2^k + (2^k - 1), which loses nothing near 0, where k is 0; above 40 as e^x."""
    power, half, other = _reduced_power(where(x.compared("olt", -40.0), -40.0, x))
    scale = half * other
    return where(x.compared("ogt", 40.0), (power * half + half) * other, fma(power, scale, scale - 1.0))


def log1p(x: Lanes) -> Lanes:
    """ln u + what is lost in u = 1 + x."""
    u = x + 1.0
    lost = where(absolute(x).compared("olt", 2.0**53), (x - (u - 1.0)) / u, 0.0)
    return where(x.compared("oeq", -1.0), -math.inf, log(u) + lost)


def atanh(x: Lanes) -> Lanes:
    """ln(1 + 2x/(1 - x))/2 of |x|, with the sign of x."""
    size = absolute(x)
    return built_in("copysign", log1p((size + size) / (1.0 - size)) * 0.5, x)


def step(x: Lanes) -> Lanes:
    """0 below 0, 1/2 at 0, 1 above; nan stays nan."""
    return where(x.compared("olt", 0.0), 0.0, where(x.compared("ogt", 0.0), 1.0, where(x.compared("oeq", 0.0), 0.5, x)))


def sign(x: Lanes) -> Lanes:
    """-1 below 0, 1 above; 0 and nan stay as they are."""
    return where(x.compared("olt", 0.0), -1.0, where(x.compared("ogt", 0.0), 1.0, x))


def logsumexp(first: Lanes, *others: Lanes) -> Lanes:
    """The largest plus ln(1 + what the others add), one after the other."""
    largest, added = first, first.code.constant(0.0, first.lanes)
    for z in others:
        new = built_in("maximum", largest, z)
        power = exp(built_in("minimum", largest, z) - new)
        added = where(z.compared("ogt", largest), added * power + power, added + power)
        largest = new
    return largest + log1p(added)


def softmax(which: Lanes, *logits: Lanes) -> Lanes:
    """e^(k-th)/(e^a + e^b + ...), with the largest subtracted from all."""
    code, key = which.code, ("powers", *(z.name for z in logits))
    if key not in code.known:
        largest = reduce(lambda found, z: built_in("maximum", found, z), logits)
        powers = [exp(z - largest) for z in logits]
        code.known[key] = total = reduce(Lanes.__add__, powers)
        code.known |= {(*key, hexadecimal(k)): power / total for k, power in enumerate(powers, start=1)}
    return code.known[*key, which.name]


FUNCTIONS: Mapping[str, Callable[..., Lanes]] = MappingProxyType({
    "exp": exp, "log": log, "tanh": tanh, "softplus": softplus, "sigmoid": sigmoid, "expm1": expm1, "log1p": log1p,
    "atanh": atanh, "logsumexp": logsumexp, "sin": lambda x: _circular(x)[0], "cos": lambda x: _circular(x)[1],
    "tan": lambda x: _circular(x)[0] / _circular(x)[1],
})
"""The functions of several lanes; there are others in the C library alone."""


def _softplus_of_one(z: Lanes) -> Lanes:
    return where(z.compared("ugt", 0.0), z, 0.0) + library("log1p", library("exp", -absolute(z)))


def _sigmoid_of_one(z: Lanes) -> Lanes:
    small = library("exp", -absolute(z))
    return where(z.compared("oge", 0.0), 1.0, small) / (1.0 + small)


OF_ONE: Mapping[str, Callable[[Lanes], Lanes]] = MappingProxyType({"softplus": _softplus_of_one, "sigmoid": _sigmoid_of_one})
"""The functions of one lane that the C library lacks, as compute/numerics.py has them for plain floats."""
