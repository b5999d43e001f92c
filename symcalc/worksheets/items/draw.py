"""Chance that comes out the same on every machine: all of it from one stream of `random.Random(seed).random()`."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Collection, Sequence
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """Numbers and choices drawn from a seed; a fork has a stream of its own, whatever was drawn before it.

    The form of an item is drawn from `shape`: with the same shape and another seed only the numbers differ.

    >>> Draw(7).whole(1, 6), Draw(7).whole(1, 6), Draw(7).fork("b").whole(1, 6)
    (2, 2, 3)
    >>> Draw(7, shape=1).form("rule").whole(1, 99) == Draw(8, shape=1).form("rule").whole(1, 99)
    True
    """

    __slots__ = ("_random", "seed", "shape")

    def __init__(self, seed: int, shape: int | None = None) -> None:
        self.seed = seed
        self.shape = seed if shape is None else shape
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
        """A stream of its own for a part with a name; the form stays the same."""
        return Draw(_hashed(self.seed, name), self.shape)

    def form(self, name: str) -> Draw:
        """The stream from which the choice of this name is drawn that gives the item its form."""
        return Draw(_hashed(self.shape, name))


def _hashed(seed: int, name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed} {name}".encode()).digest()[:8], "big")
