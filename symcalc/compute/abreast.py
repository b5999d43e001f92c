"""Runs side by side in the lanes of one compiled loop, where that pays; else in NumPy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from symcalc.compute.estimate import compiling, saved
from symcalc.compute.loops.many import PAST, Front, Room, SeenOfRuns, SideBySide, side_by_side
from symcalc.compute.loops.steps import Steps
from symcalc.compute.sharing import helpers

Kept: TypeAlias = tuple[np.ndarray, ...]                     # rows of a room

_LOOPS = 2               # that are compiled: one that keeps all steps, and one that keeps the last


@dataclass(slots=True)
class Lanes:
    """The front as one compiled loop with a lane for each run; where the runs' rates change each in its own way, NumPy's."""

    steps: Steps
    race: Callable[..., None]
    glide: Callable[..., None]           # the same, of which only the end is kept
    source: str
    others: SideBySide | None = field(default=None)

    def __call__(self, room: Room, count: int, number: int) -> None:
        now, ahead = slice(PAST, PAST + 1 + count), room.rates[PAST + 1:PAST + 1 + count, 0]
        if room.rates.strides[0] == 0:                       # no rate changes
            rates, scales = np.ones(count), np.broadcast_to(ahead[0], room.runs)
        elif (ahead == ahead[:, :1]).all():                  # those of all runs are the same
            rates, scales = ahead[:, 0], np.ones(room.runs)
        else:
            self.others = self.others or side_by_side(self.steps)
            self.others(room, count, number)
            return
        seen = np.empty((0, room.runs))
        self.race(room.points[now], room.gradients[now], room.states[now], room.costs[now], rates, scales, seen, number)

    def far(self, room: Room, count: int, number: int) -> tuple[SeenOfRuns, Kept]:
        """So many steps with the rates of the first; the last becomes the present.

        Of the others there is what was seen, and what stood in the room at the present and before it `PAST` updates ago.
        """
        arrays, now, scales = arrays_of(room), slice(PAST, PAST + 2), np.broadcast_to(room.rates[PAST + 1, 0], room.runs)
        seen = np.array([np.nan, *[np.inf] * 3, -np.inf, np.inf, 0.0])[:, None].repeat(room.runs, axis=1)
        seen[0] = room.points[PAST - 1, 0]
        for some, first in ((count - PAST, number), (PAST, number + count - PAST)):
            kept = present(room)
            self.glide(*(array[now] for array in arrays), np.ones(some), scales, seen, first)
            for array in arrays:
                array[PAST] = array[PAST + 1]
            room.points[PAST - 1, 0] = seen[0]
        return SeenOfRuns(*seen[1:]), kept


def arrays_of(room: Room) -> tuple[np.ndarray, ...]:
    """What stands in a room, as a race takes it."""
    return room.points, room.gradients, room.states, room.costs


def present(room: Room) -> Kept:
    """A copy of the present and of the row before."""
    return tuple(array[PAST - 1:PAST + 1].copy() for array in arrays_of(room))


@contextmanager
def front_for(steps: Steps, updates: int) -> Iterator[Front]:
    """What takes many runs further, that will make so many updates in all; the threads that it shares them with end with it."""
    compiled = steps.compiled
    with helpers() as jobs:
        if not compiled.tape.arrays and updates * saved(compiled.tape, 1) > _LOOPS * compiling(compiled.tape):
            from symcalc.compute.fused import loops as fused  # it looks for llvmlite
            if (race := fused.race(steps, jobs)) is not None:
                yield Lanes(steps, race, fused.race(steps, jobs, kept=False), compiled.source)
                return
        yield side_by_side(steps)
