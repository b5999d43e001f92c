"""Many runs of one method at once: they go on side by side, and each ends where it would have ended alone.

Only where the runs are is kept, with the few points before that the stop rules look at. Every chunk of steps is looked through
by tests that cost little and miss nothing; the rules themselves see the runs in which something may have happened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from symcalc.compute.abreast import Kept, Lanes, arrays_of, front_for, present
from symcalc.compute.loops.many import PAST, Front, Room, ordered_places, room_for
from symcalc.training.many.suspects import carries, may_end, may_have_ended
from symcalc.training.stops import Stop, Track, first_stops
from symcalc.training.walking.callbacks import due
from symcalc.training.walking.walk import Walk

_ABREAST = 2048          # runs side by side: their arrays stay in the cache
_NUMBERS = 320_000       # in a room: as many steps between two looks as there is room for
_LARGEST = 4_000_000     # ... and in the smallest room for all that go side by side
_FIRST, _LONGEST = 16, 256           # steps up to the first look, and at most
_LEAVE = 0.8             # of the runs are still on their way when those that ended leave the room
_FAR, _WORTH = 4096, 64  # steps made at once where only the last are kept, and from which that pays
_POINTS = 5              # points before the present that the rules look at; of the costs it is all of the past


@dataclass(frozen=True, slots=True)
class Ends:
    """How many runs ended, each in its place: where, the cost there and at the start, after how many updates, and why.

    `last` is where a run would have gone on that left the domain. `stops` has None for runs that never began. `passed` has the
    points and costs after some numbers of updates; those of a run that had ended by then say nothing.
    """

    points: np.ndarray
    costs: np.ndarray
    firsts: np.ndarray
    updates: np.ndarray
    last: np.ndarray
    slopes: np.ndarray
    stops: list[Stop | None]
    passed: dict[int, tuple[np.ndarray, np.ndarray]]


def ends_of(walk: Walk, starts: np.ndarray, rates: Sequence[np.ndarray], paces: Sequence[int],
            progress: Callable[[int], None] | None = None, passed: Iterable[int] = ()) -> Ends:
    """Go from every start by the walk's plain method, with the rates of its pace; keep where all are after `passed` updates."""
    runs, size = starts.shape
    ends = Ends(points=starts.copy(), costs=np.empty(runs), firsts=np.empty(runs), updates=np.zeros(runs, dtype=int),
                last=starts.copy(), slopes=np.empty((runs, size)), stops=[None] * runs,
                passed={update: (np.empty((runs, size)), np.empty(runs)) for update in passed})
    steps, paces = len(rates[0]), np.asarray(paces)
    most = max(1, min(_ABREAST, _LARGEST // _numbers(walk, PAST + _FIRST)))
    with front_for(walk.steps, runs * steps) as front:
        try:
            for begin in range(0, runs, most):
                which = np.arange(begin, min(begin + most, runs))
                _Abreast(walk, front, rates, paces, ends, which, progress, begin * steps).go(starts)
        except KeyboardInterrupt:
            if all(stop is None for stop in ends.stops):
                raise                               # nothing has been worked out that could be kept
    return ends


def _numbers(walk: Walk, rows: int) -> int:
    """How many numbers a run takes in a room."""
    return rows * (2 * len(walk.compiled.parameters) + (len(walk.method.state) + 1) * len(walk.moving) + 1)


@dataclass
class _Abreast:
    """The runs that are on their way, in a room; what is known of those that ended stands in `ends`."""

    walk: Walk
    front: Front
    rates: Sequence[np.ndarray]
    paces: np.ndarray
    ends: Ends
    which: np.ndarray                    # the runs in the room
    progress: Callable[[int], None] | None
    before: int                          # the updates of those that went before
    going: np.ndarray = field(init=False)            # those of them that have not ended
    lowest: np.ndarray = field(init=False)
    room: Room = field(init=False)
    spare: np.ndarray = field(init=False)
    constant: bool = field(init=False)               # whether no rate ever changes
    made: int = 0
    careful: int = 0                                 # up to which update every point is kept
    tail: Kept | None = None                         # PAST updates ago, where nothing is kept of the points since

    def go(self, starts: np.ndarray) -> None:
        """All steps, or as many as there are runs for."""
        ends, which, steps = self.ends, self.which, len(self.rates[0])
        costs, slopes = self.walk.compiled.across(starts[which])
        ends.costs[which] = ends.firsts[which] = self.lowest = costs
        ends.slopes[which] = slopes
        self.going = np.ones(len(which), dtype=bool)
        told, order, moving = 0, ordered_places(self.walk.steps), len(self.walk.moving)
        points, past = np.full((PAST + 1, len(order), len(which)), np.nan), np.full((PAST + 1, len(which)), np.nan)
        points[PAST], past[PAST] = starts[which].T[order], costs
        states = np.zeros((len(self.walk.method.state), moving, len(which)))
        self._furnish(points, np.array([slopes.T[order]] * 2), past, states)
        try:
            self._judge(0)
            while self.made < steps and self.going.any():
                if np.count_nonzero(self.going) < _LEAVE * len(self.going):
                    self._leave()
                if not ((far := self._far(steps)) and self._glided(far)):
                    self._recall()
                    self._walked(min(self.room.length, steps - self.made, max(_FIRST, self.made)))
                if self.progress is not None:
                    made = self.made if self.going.any() else int(ends.updates[which].max())
                    for update in due(told, made, steps):
                        self.progress(self.before + update * len(which))
                        told = update
            self._end_all(Stop.STEPS)
        except KeyboardInterrupt:
            self._end_all(Stop.INTERRUPTED)
            raise

    def _walked(self, count: int) -> None:
        """So many steps, each looked at."""
        self._pace(count)
        self.front(self.room, count, self.made + 1)
        self._judge(count)
        self._note(count)
        self._shift(count)

    # The room

    def _furnish(self, points: np.ndarray, gradients: np.ndarray, costs: np.ndarray, states: np.ndarray) -> None:
        """A room for the runs, with their latest points and costs, their last two slopes, and their state."""
        letters, moving, runs = states.shape
        length = max(_FIRST, min(_LONGEST, _NUMBERS // (runs * _numbers(self.walk, 1))))
        self.room = room = room_for(gradients.shape[1], moving, letters, length, runs)
        room.points[:PAST + 1], room.costs[:PAST + 1] = points, costs
        room.gradients[PAST - 1:PAST + 1], room.states[PAST] = gradients, states
        self.spare = np.empty((room.length, runs))             # large arrays are dear to allocate
        room.points[PAST + 1:, moving:] = room.points[PAST, moving:]           # what is held
        self.constant = all(rates.strides == (0,) for rates in self.rates)
        if self.constant:
            first = np.array([rates[0] for rates in self.rates])[self.paces[self.which]]
            known = np.tile(first, (moving, 1)) if (first != first[0]).any() else first[0]
            room.rates = np.broadcast_to(known, room.rates.shape)

    def _pace(self, count: int) -> None:
        if self.constant:
            return
        ahead = np.array([rates[self.made:self.made + count] for rates in self.rates])
        self.room.rates[PAST + 1:PAST + 1 + count] = ahead[self.paces[self.which]].T[:, None, :]

    def _leave(self) -> None:
        """Those that have ended leave, so that the others have the room for themselves."""
        room, going = self.room, self.going
        self.which, self.lowest = self.which[going], self.lowest[going]
        self.going = np.ones(len(self.which), dtype=bool)
        self._furnish(room.points[:PAST + 1, :, going], room.gradients[PAST - 1:PAST + 1, :, going],
                      room.costs[:PAST + 1, going], room.states[PAST][:, :, going])

    def _far(self, steps: int) -> int:
        """How many steps to make at once, of which only the last are kept; 0 where all are."""
        walk, ahead = self.walk, [update - self.made for update in self.ends.passed if update > self.made]
        count = min(_FAR, max(_WORTH, 2 * self.made), steps - self.made, *ahead)
        plain = isinstance(self.front, Lanes) and self.constant and carries(walk)
        watched = walk.tolerances.step or walk.tolerances.cost
        return count if plain and not watched and self.made >= self.careful and count >= _WORTH else 0

    def _glided(self, count: int) -> bool:
        """Make so many steps, and keep the last; False, with nothing changed, where a run may have ended on the way."""
        room, lowest, kept, done = self.room, self.lowest, present(self.room), False
        try:
            seen, tail = self.front.far(room, count, self.made + 1)
            self._sink(seen.least)
            ended = may_have_ended(seen, self.walk, kept[0][1], room.points[PAST], self.ends.firsts[self.which])
            done = not (self.going & ended).any()
        finally:                                               # also where Ctrl-C came within
            if not done:
                self._restore(kept)
                self.lowest, self.careful = lowest, self.made + count
        if done:
            self.tail = tail
            self.made += count
            self._note(0)
        return done

    def _restore(self, kept: Kept) -> None:
        for array, rows in zip(arrays_of(self.room), kept):
            array[PAST - 1:PAST + 1] = rows

    def _recall(self) -> None:
        """The points before the present, where only that was kept: the last steps once more."""
        if self.tail is not None:
            self._restore(self.tail)
            self.tail, self.made = None, self.made - PAST
            self.front(self.room, PAST, self.made + 1)
            self._shift(PAST)

    def _sink(self, costs: np.ndarray) -> None:
        with np.errstate(all="ignore"):
            self.lowest = np.fmin(self.lowest, costs)

    def _note(self, count: int) -> None:
        """Where the runs are after the updates of which that is to be kept, now or in so many more."""
        for update, (points, costs) in self.ends.passed.items():
            if self.made <= update <= self.made + count:
                row = PAST + update - self.made
                points[self.which], costs[self.which] = self.room.points[row].T[:, self._order], self.room.costs[row]

    def _shift(self, count: int) -> None:
        """The last point is the present now, with its past before it."""
        room = self.room
        room.points[PAST - _POINTS:PAST + 1] = room.points[PAST - _POINTS + count:PAST + 1 + count].copy()
        room.costs[:PAST + 1] = room.costs[count:PAST + 1 + count].copy()
        room.gradients[PAST - 1:PAST + 1] = room.gradients[PAST - 1 + count:PAST + 1 + count].copy()
        room.states[PAST] = room.states[PAST + count]
        self.made += count

    # Who has ended

    def _suspects(self, count: int) -> np.ndarray:
        """The places of the runs that the rules have to look at; on the way it is kept how low the costs fell."""
        room, costs = self.room, self.room.costs[PAST + 1:PAST + 1 + count]
        with np.errstate(all="ignore"):
            lowest = None if costs.min(initial=0) >= 0 else costs.min(axis=0)
        if lowest is not None:
            self._sink(lowest)
        may = may_end(room, self.walk, count, self.ends.firsts[self.which], lowest, self.spare,
                      fresh=not self.made, constant=self.constant)
        return np.flatnonzero(self.going & may)

    def _judge(self, count: int) -> None:
        """End the runs that end at one of the rows after the present, or, for a count of 0, at the present."""
        room, walk, suspects = self.room, self.walk, self._suspects(count)
        if not len(suspects):
            return
        begun = PAST - self.made if self.made < PAST else 0
        rows, since = slice(begun, PAST + 1 + count), PAST + (count > 0) - begun
        points, costs = room.points[rows][..., suspects], room.costs[rows][:, suspects]
        gradients, states = room.gradients[rows][..., suspects], room.states[rows][..., suspects]
        finite = (np.isfinite(points).all(axis=1) & np.isfinite(costs) & np.isfinite(gradients).all(axis=1)
                  & np.isfinite(states).all(axis=(1, 2)))[since:]
        whole = np.where(finite.all(axis=0), len(finite), finite.argmin(axis=0))
        last = np.minimum(np.arange(len(costs))[:, None], since + whole - 1)           # what comes after the last is as it is
        if begun == 0:
            # The rules look at the start and at the lowest cost, which are long gone; they stand before the latest rows.
            last, since = np.concatenate([last[:2], last]), since + 2
        def kept(values: np.ndarray) -> np.ndarray:
            return np.take_along_axis(values, last.reshape(len(last), *[1] * (values.ndim - 2), -1), axis=0)
        costs = kept(costs)
        if begun == 0:
            costs[0], costs[1] = self.ends.firsts[self.which[suspects]], self.lowest[suspects]
        at, stops = first_stops(Track(points=kept(points), costs=costs, gradients=kept(gradients),
                                      moving=np.arange(len(walk.moving)), tolerances=walk.tolerances,
                                      coasts=walk.coasts), since)
        at -= since
        first = PAST + (count > 0)
        stopped = at < whole
        self._end(suspects[stopped], [stop for stop, here in zip(stops, stopped.tolist()) if here], first + at[stopped])
        for k in np.flatnonzero(~stopped & (whole < len(finite))).tolist():
            self._outside(int(suspects[k]), first + int(whole[k]))

    @cached_property
    def _order(self) -> np.ndarray:
        """Where in the room the parameters are, in their own order."""
        return np.argsort(ordered_places(self.walk.steps))

    def _end(self, places: np.ndarray, stops: Sequence[Stop], rows: np.ndarray) -> None:
        """These runs end, each for its reason and at its row."""
        ends, runs, room = self.ends, self.which[places], self.room
        ends.points[runs] = ends.last[runs] = room.points[rows, :, places][:, self._order]
        ends.slopes[runs] = room.gradients[rows, :, places][:, self._order]
        ends.costs[runs], ends.updates[runs] = room.costs[rows, places], self.made + rows - PAST
        for run, stop in zip(runs.tolist(), stops):
            ends.stops[run] = stop
        self.going[places] = False

    def _end_all(self, stop: Stop) -> None:
        """Those that are still on their way end where they are."""
        left = np.flatnonzero(self.going)
        self._end(left, [stop] * len(left), np.full(len(left), PAST))

    def _outside(self, place: int, row: int) -> None:
        """The run ends before this row, where something is not finite; where the method has no value, that is the reason."""
        ends, run, room, before = self.ends, self.which[place], self.room, max(PAST, row - 1)
        self._end(np.array([place]), [Stop.OUTSIDE if row > PAST else Stop.START], np.array([before]))
        if row == PAST:
            return
        ends.last[run] = room.points[row, self._order, place]
        if not carries(self.walk) and np.isnan(ends.last[run]).any():
            state = np.zeros((len(room.states[before]), ends.points.shape[1]))
            state[:, self.walk.moving] = room.states[before, :, :, place]
            rate = float(self.rates[self.paces[run]][ends.updates[run]])
            self.walk.stepped(ends.points[run], ends.slopes[run], rate, int(ends.updates[run]) + 1, state)
            if self.walk.undefined is not None:
                ends.stops[run], ends.last[run] = Stop.NO_STEP, ends.points[run]
                self.walk.undefined = None
