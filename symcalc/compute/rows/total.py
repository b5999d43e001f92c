"""Sums over all rows from what generated code makes of one block of them, in the room that it has for that."""

from __future__ import annotations

from _thread import get_ident
from collections.abc import Callable, Sequence
from functools import reduce
from operator import add
from threading import main_thread
from time import perf_counter
from typing import Any

import numpy as np

from symcalc.compute.sharing import cores, helpers, share

_LEAST = 2e-3            # seconds that it takes alone, from which a second thread may be worth its beginning
_OLDER = 1.1             # what the best time so far grows by with every call
_UNTRIED = 0.99          # ... and that of the other way, which is so tried again

Room = list[tuple[Any, ...]]
"""Arrays to work in, for each block of rows its own views of them."""


class Pool:
    """Room for whoever goes through the blocks: it is taken, used and given back, so that threads never share one.

    >>> rooms = Pool(lambda: [(np.empty(3),)])
    >>> one, other = rooms.taken(), rooms.taken()
    >>> rooms.give_back(one)
    >>> rooms.taken() is one, one is other
    (True, False)
    """

    def __init__(self, made: Callable[[], Room]) -> None:
        self.made, self.free = made, [made()]

    def taken(self) -> Room:
        """Room that nobody else has."""
        try:
            return self.free.pop()
        except IndexError:
            return self.made()

    def give_back(self, room: Room) -> None:
        """The room, for the next."""
        self.free.append(room)


class Total:
    """Σ over the blocks of what a function makes of each, added in their order, whoever worked them out.

    Threads share the blocks where that has turned out to be quicker, which it is where the work on a block takes long and a
    processor is free. One that somebody else began, as Dask does for each of its parts, is itself such a share, and shares
    nothing.

    >>> total = Total(lambda x, factor: (factor * x.sum(), x.max()), [(np.ones(2),), (np.arange(3.0),)], Pool(lambda: [(), ()]))
    >>> [float(found) for found in total(10.0)]
    [50.0, 3.0]
    """

    def __init__(self, sums: Callable[..., tuple[Any, ...]], blocks: Sequence[tuple[Any, ...]], rooms: Pool,
                 clock: Callable[[], float] = perf_counter) -> None:
        self.sums, self.blocks, self.rooms, self.clock, self.count = sums, blocks, rooms, clock, len(blocks)
        self.seconds = [0.0, 0.0]               # that a call takes, alone and shared

    def __call__(self, *numbers: Any) -> tuple[Any, ...]:
        if self.count == 1:
            return self.alone(numbers)[0]
        begun, shared = self.clock(), self.pays()
        found = self.each(numbers, min(self.count, cores())) if shared else self.alone(numbers)
        taken, other = self.seconds[shared], self.seconds[not shared]
        now = self.clock() - begun
        self.seconds[shared], self.seconds[not shared] = min(now, taken * _OLDER) if taken else now, other * _UNTRIED
        return tuple(reduce(add, terms) for terms in zip(*found))

    def pays(self) -> bool:
        """Whether to share the next call, as far as is known; what was not tried for long is tried again."""
        alone, shared = self.seconds
        return alone > _LEAST and shared < alone and cores() > 1 and get_ident() == main_thread().ident

    def alone(self, numbers: Sequence[Any]) -> list[tuple[Any, ...]]:
        """What the function makes of each block, one after the other."""
        room = self.rooms.taken()
        try:
            return [self.sums(*self.blocks[k], *room[k], *numbers) for k in range(self.count)]
        finally:
            self.rooms.give_back(room)

    def each(self, numbers: Sequence[Any], threads: int) -> list[tuple[Any, ...]]:
        """What the function makes of each block, which so many threads share."""
        found: list[Any] = [None] * self.count
        modes = np.geterr()                     # each thread has its own

        def work(first: int, last: int) -> None:
            room = self.rooms.taken()
            try:
                with np.errstate(**modes):
                    for k in range(first, last):
                        found[k] = self.sums(*self.blocks[k], *room[k], *numbers)
            finally:
                self.rooms.give_back(room)

        with helpers(threads) as jobs:
            share(work, self.count, threads, jobs, some=1)
        return found
