"""What the numbers along an axis are counted from and in, so that they are short and differ from each other."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from symcalc.pages.numbers import short

_NARROW = 1e-4           # a window as narrow as this beside its values is labelled with the distance from its middle
_LEAST = 1e-3            # sizes below are counted in a power of ten


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A large number that the ticks have in common, and a power of ten: both stand once, in the label."""

    middle: float = 0.0
    power: int = 0

    def counted(self, value: float) -> float:
        """What stands at this value."""
        return (value - self.middle) / 10.0 ** self.power

    def label(self, name: str) -> str:
        """The name of the axis with what its numbers are counted from and in.

        >>> Scale(power=6).label("J"), Scale(middle=5e6).label("w"), Scale(middle=-7.0, power=-5).label("w")
        ('J (in 1000000)', 'w - 5000000', '(w + 7) (in 10⁻⁵)')
        """
        if self.middle:
            away = f"{name} {'-' if self.middle > 0 else '+'} {whole(abs(self.middle))}"
            name = f"({away})" if self.power else away
        return f"{name} (in {short(10.0 ** self.power)})" if self.power else name


def scale(low: float, high: float, most: float) -> Scale:
    """How an axis from one end to the other is counted, where numbers from `most` on are too long.

    >>> scale(0, 3e12, 1e6), scale(5_000_000, 5_000_000.2, 1e6), scale(0, 7, 1e6)
    (Scale(middle=0.0, power=12), Scale(middle=5000000.0, power=0), Scale(middle=0.0, power=0))
    """
    size, span = max(abs(low), abs(high)), high - low
    if not (math.isfinite(size) and span > 0):
        return Scale()
    middle = 0.0
    if span < _NARROW * size:
        middle = round((low + high) / 2, -math.ceil(math.log10(span)))
        size = max(high - middle, middle - low)
    return Scale(middle=middle, power=0 if _LEAST <= size < most else math.floor(math.log10(size)))


def whole(number: float) -> str:
    """Every digit, since the ticks are counted from here.

    >>> whole(5_000_000.0), whole(2.5e15)
    ('5000000', '2500000000000000')
    """
    return np.format_float_positional(number, trim="-")
