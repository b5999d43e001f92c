"""Chance that comes out the same on every machine: all of it from one stream of `random.Random(seed).random()`."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Collection, Sequence
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """Numbers and choices drawn from a seed; a fork has a stream of its own, whatever was drawn before it.

    >>> Draw(7).whole(1, 6), Draw(7).whole(1, 6), Draw(7).fork("b").whole(1, 6)
    (2, 2, 3)
    """

    __slots__ = ("_random", "seed")

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._random = random.Random(seed)

    def whole(self, low: int, high: int, avoid: Collection[int] = ()) -> int:
        """A whole number from low to high, none of those to avoid."""
        return self.choice([value for value in range(low, high + 1) if value not in avoid])

    def choice(self, values: Sequence[T]) -> T:
        """One of the values."""
        return values[int(self._random.random() * len(values))]

    def sign(self) -> int:
        """1 or -1."""
        return 1 if self._random.random() < 0.5 else -1

    def shuffled(self, values: Sequence[T]) -> list[T]:
        """The values in another order."""
        left, order = list(values), []
        while left:
            order.append(left.pop(int(self._random.random() * len(left))))
        return order

    def fork(self, name: str) -> Draw:
        """A stream of its own for a part with a name."""
        return Draw(int.from_bytes(hashlib.sha256(f"{self.seed} {name}".encode()).digest()[:8], "big"))
