"""A closer look at how runs ended that went side by side, by the few of their points that are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from symcalc.training.ends.ending import glimpsed
from symcalc.training.ends.leaving import beyond
from symcalc.training.ends.pace import keeps_bouncing, rises, telling
from symcalc.training.many.ended import Ended
from symcalc.training.many.front import Ends
from symcalc.training.problem.objective import Objective
from symcalc.training.run import Run
from symcalc.training.stops import Stop
from symcalc.training.walking.history import Glimpses
from symcalc.training.walking.walk import Walk

_APART = 1e-6            # of the size of a point: ends that are closer than this are of one kind
_MOST = 2_000            # runs of which some points on the way are kept; a look at each takes up to a millisecond
_WIDEST = 50             # ... and parameters
_AGAIN = 50_000          # updates that are made again for a closer look
_LATEST = 4              # points before the last by which it is seen whether the cost still rises at times
_ROWS = 1_000            # ... each counted once more for so many rows


def passed_of(points: np.ndarray, steps: int) -> list[int]:
    """After how many updates it is kept where runs are that start at these points."""
    return telling(steps)[1:] if len(points) <= _MOST and points.shape[1] <= _WIDEST else []


@dataclass(slots=True)
class Looks:
    """What kind of place it is where the slopes are 0, what is beyond a last point, what a run does at its last step.

    What takes the whole run, such as whether it bounces, is seen in the run made again alone, where there are few such.
    """

    loss: Objective
    walk: Walk
    ends: Ends
    starts: np.ndarray
    rates: Sequence[np.ndarray]
    paces: np.ndarray
    kinds: dict[tuple[Any, ...], Stop] = field(default_factory=dict)

    def closer(self, ended: Sequence[Ended], make: Callable[[Ended], Run]) -> list[Ended]:
        """The ends with the more telling reasons; `make` makes a run alone."""
        looks, found = {Stop.CONVERGED: self.kind, Stop.OUTSIDE: self.outside, Stop.STILL: self.still}, list(ended)
        if self.ends.passed:
            looks[Stop.STEPS] = self.used_up
        begun = [run for run, stop in enumerate(self.ends.stops) if stop is not None]
        for at, run in enumerate(begun):
            if (stop := self.ends.stops[run]) in looks and (closer := looks[stop](run)) is not stop:
                found[at] = replace(ended[at], stop=closer, message=closer.value)
        flat = [at for at, run in enumerate(found) if run.stop is Stop.FLAT and run.nit]
        for at in self._few(flat, found):       # whether a flat place is on the way to nowhere is seen by the steps before it
            alone = make(found[at])
            if alone.nit == found[at].nit:
                found[at] = replace(found[at], stop=alone.stop, message=alone.stop.value)
        rose = [at for at, run in enumerate(found) if run.stop is Stop.STEPS and self._may_have_risen(begun[at])]
        asked = self._few(rose, found)
        for at in rose:
            found[at] = replace(found[at], bounces=keeps_bouncing(make(found[at]).costs) if asked else None)
        return found

    def _few(self, places: Sequence[int], ended: Sequence[Ended]) -> Sequence[int]:
        """The places of runs that can be made again alone; none where that would take too long."""
        return places if sum(ended[at].nit for at in places) * (1 + self._rows // _ROWS) <= _AGAIN else ()

    def _may_have_risen(self, run: int) -> bool:
        """Whether the cost rose between some of the latest points that are known, or none are."""
        if not self.ends.passed:
            return True
        latest = [costs[run] for update, (_, costs) in sorted(self.ends.passed.items()) if update < self.ends.updates[run]]
        return bool(rises(np.array([*latest[-_LATEST:], self.ends.costs[run]])) > 0)

    @property
    def _rows(self) -> int:
        return 0 if self.walk.table is None else self.walk.table.rows

    def kind(self, run: int) -> Stop:
        point = self.ends.points[run]
        near = (*np.round(point / (_APART * (1 + np.abs(point).max()))).tolist(), self.ends.updates[run] > 0)
        if near not in self.kinds:
            self.kinds[near] = self._glimpsed(run, [])
        return self.kinds[near]

    def outside(self, run: int) -> Stop:
        ends = self.ends
        return beyond(self.loss, self.walk, Stop.OUTSIDE, ends.last[run], np.array([ends.firsts[run], ends.costs[run]]))[0]

    def still(self, run: int) -> Stop:
        return self._glimpsed(run, [])

    def used_up(self, run: int) -> Stop:
        return self._glimpsed(run, [update for update in self.ends.passed if update < self.ends.updates[run]])

    def _glimpsed(self, run: int, passed: Sequence[int]) -> Stop:
        """The closer reason by the start, the points after so many updates, and the end."""
        ends, made, rates = self.ends, int(self.ends.updates[run]), self.rates[self.paces[run]]
        trial, seen = copy(self.walk), sorted({0, *passed, made})
        nothing = np.full(ends.points.shape[1], np.nan)
        trial.rates, trial.watch, trial.progress = rates, None, None
        trial.history = Glimpses(len(nothing), len(self.walk.method.state), seen)
        for update in seen[:-1]:
            point, cost = (self.starts[run], ends.firsts[run]) if update == 0 else (
                ends.passed[update][0][run], ends.passed[update][1][run])
            trial.history.keep(point, cost, nothing)
        trial.history.keep(ends.points[run], ends.costs[run], ends.slopes[run], rate=rates[max(made, 1) - 1])
        return glimpsed(self.loss, trial, ends.stops[run])
