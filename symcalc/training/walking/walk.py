"""The walk: one update after another, in chunks, each chunk judged as a whole; the last point is always finite."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from sympy import Expr

from symcalc.compute.choice import fastest
from symcalc.compute.compiled import Compiled
from symcalc.compute.loops.loop import Seen
from symcalc.compute.loops.recurrence import Recurrence
from symcalc.compute.loops.steps import Steps
from symcalc.language.table import Table
from symcalc.language.table_parts import Parts
from symcalc.training.methods import Method
from symcalc.training.shape.spectrum import newton_step
from symcalc.training.stops import Stop, Tolerances, Track, first_stop, is_uneventful
from symcalc.training.walking.batches import Batches
from symcalc.training.walking.callbacks import due
from symcalc.training.walking.history import History
from symcalc.training.walking.plain_steps import plain_steps
from symcalc.training.walking.searches import rate_along

_VAST = 2**19            # numbers kept between two looks at where the run stands, where an update costs a microsecond
_LARGEST = 1024          # updates, where they go through the rows
_SHARE = 4               # ... and at most a quarter of those made, as what comes after the end is made in vain
_CHEAP = 64              # ... but at least so many where they cost a microsecond
_TWICE = 2               # times those made, where each is worked out by itself, as a look costs as much as a hundred of them
_BLOCK = 512             # ... and at least so many where they are made together
_MANIFOLD = 8            # times those made, where so many cost hardly more than a few
_COMPILED = 2**14        # ... and at least so many where they cost a hundredth of one
_BY_HAND = 64            # steps one by one where the loop gives up at once, before it is tried again
_RAISED = (ZeroDivisionError, OverflowError, ValueError)         # where Python's floats give up


@dataclass(kw_only=True)
class Walk:
    """Everything that a step needs, and the history of those made."""

    compiled: Compiled
    slopes: Sequence[Expr]                                  # the names of the slopes, for the reader of the source
    table: Table | Parts | None
    method: Method
    rates: np.ndarray                                       # one for every step
    tolerances: Tolerances
    moving: np.ndarray                                      # the places of the parameters that are not held
    curvature: Callable[[np.ndarray], np.ndarray]           # the second derivatives at a point
    batches: Batches | None = None
    exact: bool = False                                     # whether the curvature is the same everywhere
    watch: Callable[[History], None] | None = None          # called after every step; may raise StopIteration
    progress: Callable[[int], None] | None = None           # called a hundred times, with the updates made so far
    history: History = field(init=False)
    undefined: int | None = None                            # the parameter for which the method's equations have no value
    _seen: Seen | None = field(default=None, init=False)    # what the last chunk has passed, where its loop tells
    _told: int = field(default=0, init=False)               # updates that `progress` knows of
    _by_hand: int = field(default=1, init=False)            # steps to make without the loop, where it gives up

    def __post_init__(self) -> None:
        self.loop = fastest(self.steps, len(self.rates)) if self.is_plain else None
        self.fill = getattr(self.loop, "fill", None)          # of a loop that puts its steps straight into the history
        self.source = f"{self.compiled.source}\n{self._step[1]}" if self.loop is None else self.loop.source
        self.ahead = self.method.ahead() if self.method.looks_ahead else None
        self.history = History(len(self.compiled.parameters), len(self.method.state), self.driven_apart, len(self.rates) + 1)

    @cached_property
    def _step(self) -> tuple[Callable[..., tuple[float, ...]], str]:
        """One step of the method, and its source."""
        return self.method.step()

    @property
    def is_plain(self) -> bool:
        """Whether every step is the method's equations at a gradient of all rows, so that all can be one loop."""
        special = self.method.needs_curvature or self.method.search or self.method.turns or self.batches or self.watch
        ahead = self.method.looks_ahead and self.compiled.tape.arrays       # which would go through the rows twice in a step
        return not (special or ahead or self.compiled.strategy == "parts")

    def curved(self, point: np.ndarray) -> np.ndarray:
        """The second derivatives by the parameters that move; nan where there are none."""
        return self.curvature(point)[np.ix_(self.moving, self.moving)]

    @property
    def driven_apart(self) -> bool:
        """Whether what drives a step is not the gradient at the point it starts from."""
        return self.method.looks_ahead or self.batches is not None

    @cached_property
    def coasts(self) -> bool:
        """Whether a step may lead away from a point where every slope is zero."""
        return self.method.coasts or self.batches is not None

    def pull(self) -> float:
        """How far, per unit of the rate, the method moves a parameter from here that has no slope and no past."""
        point, rate = self.history.points[-1], float(self.rates[max(self.history.made, 1) - 1])
        if not (self.coasts and rate):
            return 0.0
        aside = copy(self)                      # as a step may leave a word of what has no value
        after, _ = aside.stepped(point, np.zeros_like(point), rate, 1, np.zeros((len(self.method.state), len(point))))
        return float(np.nan_to_num(np.abs(after - point)).max()) / abs(rate)

    def go(self, start: np.ndarray | None = None) -> tuple[Stop, np.ndarray]:
        """Walk from the start, or on from the last point; return why it ended, and the point where it would have gone on."""
        try:
            return self.tried(start)
        except KeyboardInterrupt:
            if not self.history.count:
                raise                               # nothing has been worked out that could be kept
            return Stop.INTERRUPTED, self.history.points[-1]

    def tried(self, start: np.ndarray | None = None) -> tuple[Stop, np.ndarray]:
        """The same for a walk of which only the whole tells anything: an interruption is raised."""
        return (None if start is None else self._begin(start)) or self._go()

    def _begin(self, start: np.ndarray) -> tuple[Stop, np.ndarray] | None:
        cost, gradient = self.compiled.at(start)
        self.history.keep(start, cost, gradient)
        if not _finite(start, cost, gradient):
            return Stop.START, start
        if self._is_slopeless(gradient) and (stop := self._judge(0)):
            return stop, start
        return None

    def _go(self) -> tuple[Stop, np.ndarray]:
        steps, self._seen = len(self.rates), None
        while (made := self.history.count - 1) < steps:
            ended, point = self._some(min(steps - made, self._chunk(made)))
            stop = self._judge(made + 1) or ended or self._watched()
            self._tell()
            if stop:
                return stop, point
        return Stop.STEPS, self.history.points[-1]

    def _watched(self) -> Stop | None:
        try:
            if self.watch is not None:
                self.watch(self.history)
        except StopIteration:
            return Stop.CALLBACK
        return None

    def _tell(self) -> None:
        """Whom it may concern, how many updates there are: at the same numbers whichever loop made them."""
        if self.progress is not None:
            for made in due(self._told, self.history.count - 1, len(self.rates)):
                self._told = made
                self.progress(made)

    def _is_slopeless(self, gradient: np.ndarray) -> bool:
        """Whether a run may end where it starts, which no other rule sees to."""
        slopes = gradient.tolist()
        return all(abs(slopes[j]) <= self.tolerances.slope for j in self.moving.tolist())

    def _chunk(self, made: int) -> int:
        """How many updates to make before the next look at where the run stands."""
        if self.watch is not None:
            return 1
        vast = max(_CHEAP, _VAST // len(self.history.last))
        if self.progress is not None and not isinstance(self.loop, Recurrence):          # whose blocks round by their length
            vast = min(vast, next(due(made, len(self.rates), len(self.rates))) - made)
        if isinstance(self.loop, Recurrence):
            return min(vast, max(_BLOCK, _MANIFOLD * made))
        if self.fill is not None:
            return min(vast, max(_COMPILED, _MANIFOLD * made))
        if self.loop is not None and not self.compiled.tape.arrays:
            return min(vast, max(_CHEAP, _TWICE * made))
        return min(vast, _LARGEST, max(getattr(self.loop, "cheap", 1), made // _SHARE))

    def _judge(self, since: int) -> Stop | None:
        """Whether the run ends at one of the points from `since` on; what was made beyond it is forgotten."""
        if since >= self.history.count:
            return None
        seen = self._seen if self.history.count - since > 1 or not since else self.history.passed(self.moving.item(0))
        if seen is not None and is_uneventful(seen, self.history.costs.item(0), self.tolerances):
            return None
        patience = 0 if self.batches else len(self.moving) if self.method.turns else 1
        found = first_stop(Track(points=self.history.points, costs=self.history.costs, gradients=self.history.gradients,
                                 moving=self.moving, tolerances=self.tolerances, patience=patience,
                                 coasts=self.coasts), since)
        if found is None:
            return None
        self.history.cut(found[0] + 1)
        return found[1]

    def _some(self, count: int) -> tuple[Stop | None, np.ndarray]:
        """Make so many steps, or as many as stay finite; the point that was reached, or would have been."""
        before = self.history.count
        if self.loop is not None and (ended := self._looped(count)) is not None:
            return ended
        # A loop that makes no step may make none for long, as where a branch that is not taken has no value.
        self._by_hand = min(2 * self._by_hand, _BY_HAND) if self.history.count == before else 1
        point = self.history.points[-1]
        for _ in range(count if self.loop is None else min(count, self._by_hand)):
            stop, point = self._one()
            if stop is not None:
                return stop, point
        return None, point

    def _looped(self, count: int) -> tuple[Stop | None, np.ndarray] | None:
        """So many steps by the loop; None where it gave up, and one step is to be looked at closely."""
        if self.fill is not None and (some := self._filled(count)) is not None:
            if some == count:
                return None, self.history.points[-1]
            self._seen = None                   # of what follows
            return None
        history, found, made = self.history, [], self.history.count - 1
        first_bad = None
        try:
            self.loop(history.last, self.rates[made:made + count], made + 1, found.append)
        finally:
            for rows in found:
                first_bad = history.keep_finite(rows)
        if first_bad is not None:
            return None if self.driven_apart else (Stop.OUTSIDE, first_bad)          # it may be ahead that nothing is finite
        return (None, history.points[-1]) if history.count == made + count + 1 else None

    def _filled(self, count: int) -> int | None:
        """How many steps are put straight into the history, fewer where one is to be looked at; None where that is not done."""
        history, since = self.history, self.history.count
        before = history.points[since - 2, self.moving[0]] if since > 1 else math.nan
        room = history.room(count)
        made, self._seen = self.fill(room, history.last, before, self.rates[since - 1:since - 1 + count], since)
        history.filled(made or 0)
        return made

    @property
    def steps(self) -> Steps:
        """What every step of a plain method does."""
        return plain_steps(self.compiled, self.method, self.slopes, tuple(self.moving.tolist()))

    def _one(self) -> tuple[Stop | None, np.ndarray]:
        """One step, kept if everything is finite where it leads."""
        k, history = self.history.count, self.history
        point, state, gradient = history.points[-1], history.state, history.gradients[-1]
        drive = self._drive(k, point, state, gradient) if self.driven_apart else gradient
        if not np.isfinite(drive).all():
            return Stop.OUTSIDE, self._looked_at
        newton = self._newton(point, drive) if self.method.needs_curvature else None
        if newton is None and self.method.needs_curvature:
            return Stop.NO_STEP, point
        rate = self.rates[k - 1]
        if self.method.search:
            slopes = np.zeros_like(point)
            slopes[self.moving] = gradient[self.moving]
            bent = self.curvature if self.method.search == "line" and self.exact else None
            rate = rate_along(self.compiled, point, slopes, history.costs[-1], rate, bent)
            if rate is None:
                return Stop.NO_STEP, point
        after, new = self.stepped(point, drive, rate, k, state, newton)
        if self.undefined is not None:
            return Stop.NO_STEP, point
        cost, slopes = self.compiled.at(after)
        if not (_finite(after, cost, slopes) and np.isfinite(new).all()):
            return Stop.OUTSIDE, after
        history.keep(after, cost, slopes, new, rate, drive)
        return None, after

    def stepped(self, point: np.ndarray, drive: np.ndarray, rate: float, k: int, state: np.ndarray,
                newton: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """The method's equations for every parameter that moves, or whose turn it is."""
        after, new = point.copy(), state.copy()
        moving = (self.moving[(k - 1) % len(self.moving)],) if self.method.turns else self.moving
        for j in moving:
            inputs = (point.item(j), drive.item(j), float(rate), float(k), 0.0 if newton is None else newton.item(j),
                      *state[:, j].tolist())
            try:
                *new[:, j], after[j] = self._step[0](*inputs)
            except ValueError:                  # as of ln(g) where g is negative
                self.undefined = j
            except _RAISED:
                after[j] = math.nan
        return after, new

    def _drive(self, k: int, point: np.ndarray, state: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        """The slopes that drive the step: those of the batch's rows, or those further ahead."""
        self._looked_at = point
        if self.ahead is not None:
            self._looked_at = point.copy()
            for j in self.moving:
                self._looked_at[j], = self.ahead(point.item(j), gradient.item(j), float(self.rates[k - 1]), float(k), 0.0,
                                                 *state[:, j].tolist())
        compiled = self.compiled if self.batches is None else self.compiled.once_over(self.batches.table(self.table, k))
        return compiled.at(self._looked_at)[1]

    def _newton(self, point: np.ndarray, drive: np.ndarray) -> np.ndarray | None:
        """p of ∇²J p = ∇J, for the parameters that move; None where there is none."""
        found = newton_step(self.curved(point), drive[self.moving])
        if found is None:
            return None
        step = np.zeros_like(point)
        step[self.moving] = found
        return step


def _finite(point: np.ndarray, cost: float, gradient: np.ndarray) -> bool:
    return math.isfinite(cost) and all(map(math.isfinite, (*point.tolist(), *gradient.tolist())))
