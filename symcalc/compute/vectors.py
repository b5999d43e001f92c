"""LLVM's code for numbers side by side: arithmetic and functions of eight rows, or of one, written like formulas.

A `Lanes` is a value in that code, and `x * y + 1.0` writes the instructions for it. With one lane the functions are those
of the C library, which Python's `math` calls, to the last bit. With more they are written out here, right to an ulp or two,
so that nothing but LLVM is needed: each reduces its argument exactly to a short interval, where a short polynomial serves.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from types import MappingProxyType

import numpy as np

_FAR = 2.0**30                   # up to here the angle is reduced exactly; beyond, the C library does it
_SHIFT = 1.5 * 2.0**52           # added to a number below 2^51, it leaves it rounded in the lowest bits
_BIAS = 1023                     # of a double's exponent
_LN2 = 0.6931471803691238, 1.9082149292705877e-10                  # its first 33 bits, and what is left
_HALF_PI = 1.5707963267948966, 6.123233995736766e-17, -1.4973849048591833e-33


@dataclass(slots=True)
class Code:
    """Instructions in order; `known` holds what has been worked out already, by function and arguments."""

    lines: list[str] = field(default_factory=list)
    known: dict[tuple[str, ...], Lanes] = field(default_factory=dict)
    called: dict[str, str] = field(default_factory=dict)          # the functions outside, with their declarations
    contract: bool = False            # whether a product may keep its digits for the sum that it goes into
    block: str = "entry"
    count: int = 0

    def fresh(self) -> int:
        self.count += 1
        return self.count

    def value(self, instruction: str, element: str, lanes: int) -> Lanes:
        """The result of an instruction, under a name of its own."""
        name = f"%v{self.fresh()}"
        self.lines.append(f"  {name} = {instruction}")
        return Lanes(self, name, element, lanes)

    def call(self, name: str, arguments: Sequence[Lanes], returned: str, element: str, lanes: int) -> Lanes:
        """The result of a function outside, which does nothing else."""
        types = ", ".join(x.type for x in arguments)
        plain = "" if name.startswith("llvm.") else " nounwind willreturn memory(none)"
        self.called[name] = f"declare {returned} @{name}({types}){plain}"
        return self.value(f"call {returned} @{name}({', '.join(map(str, arguments))})", element, lanes)

    def start(self, block: str) -> None:
        """What follows is a block that others jump to."""
        self.lines.append(f"{block}:")
        self.block = block

    def constant(self, value: float | int, lanes: int, element: str = "double") -> Lanes:
        text = _hexadecimal(value) if element == "double" else str(int(value))
        return Lanes(self, text if lanes == 1 else f"splat ({element} {text})", element, lanes)


@dataclass(frozen=True, slots=True, eq=False)
class Lanes:
    """A value, or several side by side, of doubles, whole numbers (i64) or truths (i1)."""

    code: Code
    name: str
    element: str
    lanes: int

    @property
    def type(self) -> str:
        return self.element if self.lanes == 1 else f"<{self.lanes} x {self.element}>"

    def __str__(self) -> str:
        return f"{self.type} {self.name}"

    def spread(self, lanes: int) -> Lanes:
        """The same in every lane."""
        if self.lanes == lanes:
            return self
        wide = f"<{lanes} x {self.element}>"
        one = self.code.value(f"insertelement {wide} poison, {self}, i64 0", self.element, lanes)
        return self.code.value(f"shufflevector {one}, {wide} poison, <{lanes} x i32> zeroinitializer", self.element, lanes)

    def number(self) -> Lanes:
        """A truth as 1 or 0."""
        return self.code.value(f"uitofp {self} to {self._typed('double')}", "double", self.lanes) if self.element == "i1" else self

    def _typed(self, element: str) -> str:
        return element if self.lanes == 1 else f"<{self.lanes} x {element}>"

    def bits(self) -> Lanes:
        return self.code.value(f"bitcast {self} to {self._typed('i64')}", "i64", self.lanes)

    def double(self) -> Lanes:
        return self.code.value(f"bitcast {self} to {self._typed('double')}", "double", self.lanes)

    def _with(self, operation: str, other: Lanes | float, element: str = "") -> Lanes:
        left, right = _alike(self, other)
        if left.element == "double":
            operation = f"f{operation}" + (" contract" if self.code.contract and left.lanes > 1 and operation[:3] != "cmp" else "")
        return self.code.value(f"{operation} {left}, {right.name}", element or left.element, left.lanes)

    def __add__(self, other: Lanes | float) -> Lanes:
        return self._with("add", other)

    def __sub__(self, other: Lanes | float) -> Lanes:
        return self._with("sub", other)

    def __mul__(self, other: Lanes | float) -> Lanes:
        return self._with("mul", other)

    def __truediv__(self, other: Lanes | float) -> Lanes:
        return self._with("div", other)

    def __radd__(self, other: float) -> Lanes:
        return self.code.constant(other, self.lanes) + self

    def __rsub__(self, other: float) -> Lanes:
        return self.code.constant(other, self.lanes) - self

    def __rmul__(self, other: float) -> Lanes:
        return self.code.constant(other, self.lanes) * self

    def __rtruediv__(self, other: float) -> Lanes:
        return self.code.constant(other, self.lanes) / self

    def __neg__(self) -> Lanes:
        whole = self.number()
        return self.code.value(f"fneg {whole}", "double", self.lanes)

    def __and__(self, other: Lanes | int) -> Lanes:
        return self._with("and", other)

    def __or__(self, other: Lanes | int) -> Lanes:
        return self._with("or", other)

    def __xor__(self, other: Lanes) -> Lanes:
        return self._with("xor", other)

    def __lshift__(self, places: int) -> Lanes:
        return self._with("shl", places)

    def __rshift__(self, places: int) -> Lanes:
        return self._with("lshr", places)

    def compared(self, how: str, other: Lanes | float) -> Lanes:
        """Whether it is olt, ole, ogt, oge, oeq the other; no nan is. One is une another, and nan uno anything."""
        return (self if self.element == "i64" else self.number())._with(
            f"cmp {how}" if self.element != "i64" else f"icmp {how}", other, "i1")


def _hexadecimal(value: float) -> str:
    return f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"


def _alike(left: Lanes, right: Lanes | float) -> tuple[Lanes, Lanes]:
    """Both with the same number of lanes, truths as numbers beside numbers."""
    if not isinstance(right, Lanes):
        return left, left.code.constant(right, left.lanes, left.element)
    lanes = max(left.lanes, right.lanes)
    if left.element != right.element:
        left, right = left.number(), right.number()
    return left.spread(lanes), right.spread(lanes)


def where(test: Lanes, then: Lanes | float, other: Lanes | float) -> Lanes:
    """One or the other, lane by lane."""
    code = test.code
    pair = [part if isinstance(part, Lanes) else code.constant(part, test.lanes) for part in (then, other)]
    lanes = max(test.lanes, pair[0].lanes, pair[1].lanes)
    first, second = (part.spread(lanes) for part in _alike(*pair))
    return code.value(f"select {test.spread(lanes)}, {first}, {second}", first.element, lanes)


def built_in(name: str, *arguments: Lanes | float) -> Lanes:
    """One of LLVM's own functions, such as fma and sqrt, each of which is an instruction."""
    lanes = max(x.lanes for x in arguments if isinstance(x, Lanes))
    code = next(x.code for x in arguments if isinstance(x, Lanes))
    given = [x.number().spread(lanes) if isinstance(x, Lanes) else code.constant(x, lanes) for x in arguments]
    kind = "f64" if lanes == 1 else f"v{lanes}f64"
    return code.call(f"llvm.{name}.{kind}", given, given[0].type, "double", lanes)


def fma(x: Lanes | float, y: Lanes | float, z: Lanes | float) -> Lanes:
    """x y + z, rounded once."""
    return built_in("fma", x, y, z)


def absolute(x: Lanes) -> Lanes:
    return built_in("fabs", x)


def library(name: str, *arguments: Lanes) -> Lanes:
    """A function of the C library, lane by lane."""
    lanes, code = max(x.lanes for x in arguments), arguments[0].code
    arguments = [x.number().spread(lanes) for x in arguments]
    if lanes == 1:
        return code.call(name, arguments, "double", "double", 1)
    found = Lanes(code, "poison", "double", lanes)
    for lane in range(lanes):
        one = library(name, *(code.value(f"extractelement {x}, i64 {lane}", "double", 1) for x in arguments))
        found = code.value(f"insertelement {found}, {one}, i64 {lane}", "double", lanes)
    return found


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

def _reduced_power(x: Lanes) -> tuple[Lanes, Lanes, Lanes]:
    """r + r² EXP(r), that is e^r - 1, and two powers of 2 with e^x = e^r times both; below -746 and above 710 as there."""
    x = where(x.compared("olt", -746.0), -746.0, where(x.compared("ogt", 710.0), 710.0, x))
    bias = 2 * _BIAS
    shifted = fma(x, 1 / math.log(2), _SHIFT + bias)
    k = shifted - (_SHIFT + bias)
    r = fma(k, -_LN2[1], fma(k, -_LN2[0], x))
    whole = shifted.bits() & 0xFFFFF
    half = whole >> 1
    return fma(r * r, _polynomial(r, _EXP), r), (half << 52).double(), ((whole - half) << 52).double()


def exp(x: Lanes) -> Lanes:
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
    """e^(-|x|), which softplus and sigmoid share."""
    key = ("decaying", x.name)
    if key not in x.code.known:
        x.code.known[key] = exp(-absolute(x))
    return x.code.known[key]


def softplus(x: Lanes) -> Lanes:
    """max(x, 0) + 2 atanh(e/(2 + e)), where e = e^(-|x|)."""
    e = _decaying(x)
    s = e / (e + 2.0)
    square = s * s
    return built_in("maximum", x, 0.0) + 2.0 * fma(square * s, _polynomial(square, _ATANH), s)


def sigmoid(x: Lanes) -> Lanes:
    e = _decaying(x)
    return where(x.compared("oge", 0.0), 1.0, e) / (e + 1.0)


def tanh(x: Lanes) -> Lanes:
    """-t/(t + 2) for t = e^(-2|x|) - 1, with the sign of x."""
    power, half, other = _reduced_power(where(x.compared("uno", 0.0), x, built_in("minnum", absolute(x), 40.0)) * -2.0)
    scale = half * other
    t = fma(power, scale, scale - 1.0)
    return built_in("copysign", -t / (t + 2.0), x)


def expm1(x: Lanes) -> Lanes:
    power, half, other = _reduced_power(where(x.compared("olt", -40.0), -40.0, x))
    scale = half * other
    return where(x.compared("ogt", 40.0), (power * half + half) * other, fma(power, scale, scale - 1.0))


def log1p(x: Lanes) -> Lanes:
    """ln u + what is lost in u = 1 + x."""
    u = x + 1.0
    lost = where(absolute(x).compared("olt", 2.0**53), (x - (u - 1.0)) / u, 0.0)
    return where(x.compared("oeq", -1.0), -math.inf, log(u) + lost)


def step(x: Lanes) -> Lanes:
    return where(x.compared("olt", 0.0), 0.0, where(x.compared("ogt", 0.0), 1.0, where(x.compared("oeq", 0.0), 0.5, x)))


def sign(x: Lanes) -> Lanes:
    return where(x.compared("olt", 0.0), -1.0, where(x.compared("ogt", 0.0), 1.0, x))


FUNCTIONS: Mapping[str, Callable[[Lanes], Lanes]] = MappingProxyType({
    "exp": exp, "log": log, "tanh": tanh, "softplus": softplus, "sigmoid": sigmoid, "expm1": expm1, "log1p": log1p,
    "sin": lambda x: _circular(x)[0], "cos": lambda x: _circular(x)[1], "tan": lambda x: _circular(x)[0] / _circular(x)[1],
})
"""The functions of several lanes; there are others in the C library alone."""

def _softplus_of_one(z: Lanes) -> Lanes:
    return where(z.compared("ugt", 0.0), z, 0.0) + library("log1p", library("exp", -absolute(z)))


def _sigmoid_of_one(z: Lanes) -> Lanes:
    small = library("exp", -absolute(z))
    return where(z.compared("oge", 0.0), 1.0, small) / (1.0 + small)


OF_ONE: Mapping[str, Callable[[Lanes], Lanes]] = MappingProxyType({"softplus": _softplus_of_one, "sigmoid": _sigmoid_of_one})
"""The functions of one lane that the C library lacks, as compute/numerics.py has them for plain floats."""
