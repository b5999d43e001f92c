"""The descent: one update after another, each kept, until the steps are used up or going on makes no sense."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from symcalc.compute.compiled import Compiled, ordered
from symcalc.errors import DescentError
from symcalc.training.diagnosis import rate_advice, trouble_at
from symcalc.training.losses import Loss
from symcalc.training.methods import Method, method_named
from symcalc.training.run import Run, Stop

MAX_STEPS = 10_000_000
_RISES = 10              # updates in a row with a rising cost, after which a run counts as diverging
_GROWN = 10.0            # ... if the cost is this many times what it was at the start
_UNBOUNDED = 1e9         # how far below zero a cost falls, in units of the first, before it counts as bottomless


def descend(loss: Loss, data: object, *, start: Mapping[str, float] | Sequence[float], rate: float, steps: int,
            method: str, tolerance: float) -> Run:
    """Run the method on the loss; what `Loss.descend` says holds here."""
    _check(rate, steps, tolerance)
    formula = method_named(method)
    point = ordered(start, loss.names)
    if not np.isfinite(point).all():
        raise DescentError(f"the start is not finite: {', '.join(loss.names)} = {', '.join(map(str, point))}")
    table = loss.table(data)
    compiled = loss.compile(table)
    walk = _Walk(compiled=compiled, method=formula, rate=float(rate), tolerance=tolerance)
    stop, last = walk.go(point, steps)
    return Run(loss=loss, table=table, method=formula, rate=float(rate), points=np.array(walk.points),
               costs=np.array(walk.costs), gradients=np.array(walk.gradients), stop=stop,
               detail=_detail(stop, walk, loss, table, last), source=f"{compiled.source}\n{walk.source}")


def _check(rate: float, steps: int, tolerance: float) -> None:
    for name, value in (("rate", rate), ("tolerance", tolerance)):
        if isinstance(value, (str, bool)) or not isinstance(value, (int, float, np.number)) or not math.isfinite(value):
            raise DescentError(f"the {name} is a finite number, not {value!r:.40}")
    if rate <= 0:
        raise DescentError(f"the rate must be greater than 0, not {rate}; a negative rate would climb")
    if tolerance < 0:
        raise DescentError(f"the tolerance is at least 0, not {tolerance}")
    if isinstance(steps, bool) or not isinstance(steps, (int, np.integer)) or not 1 <= steps <= MAX_STEPS:
        raise DescentError(f"steps is a whole number from 1 to {MAX_STEPS:,}, not {steps!r:.40}")


@dataclass(kw_only=True)
class _Walk:
    """The points visited so far, with cost and gradient at each; the last point is always finite."""

    compiled: Compiled
    method: Method
    rate: float
    tolerance: float
    points: list[np.ndarray] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    gradients: list[np.ndarray] = field(default_factory=list)
    rises: int = 0

    def __post_init__(self) -> None:
        self.step, self.source = self.method.step()

    def go(self, point: np.ndarray, steps: int) -> tuple[Stop, np.ndarray]:
        """Walk; return why it ended, and the point where it would have gone on."""
        if (stop := self.visit(point)) is not None:
            return stop, point
        for _ in range(steps):
            with np.errstate(all="ignore"):
                point = self.step(self.points[-1], self.gradients[-1], self.rate)
            if (stop := self.visit(point)) is not None:
                return stop, point
        return Stop.STEPS, point

    def visit(self, point: np.ndarray) -> Stop | None:
        """Keep the point if everything there is finite; say whether the run ends there."""
        cost, gradient = self.compiled.at(point)
        if not (np.isfinite(point).all() and math.isfinite(cost) and np.isfinite(gradient).all()):
            if not self.points:
                self.points, self.costs, self.gradients = [point], [cost], [gradient]
                return Stop.START
            return Stop.OUTSIDE if math.isnan(cost) and np.isfinite(point).all() and not self.grows() else Stop.DIVERGED
        self.points.append(point)
        self.costs.append(cost)
        self.gradients.append(gradient)
        return self.ended()

    def grows(self) -> bool:
        return self.rises > 0 or abs(self.costs[-1]) > 1e100

    def ended(self) -> Stop | None:
        if np.abs(self.gradients[-1]).max() <= self.tolerance:
            return Stop.CONVERGED
        if len(self.points) < 2:
            return None
        if (self.points[-1] == self.points[-2]).all():
            return Stop.STILL
        self.rises = self.rises + 1 if self.costs[-1] > self.costs[-2] else 0
        first = abs(self.costs[0])
        if self.costs[-1] < -_UNBOUNDED * (1 + first):
            return Stop.BOTTOMLESS
        if self.rises >= _RISES and abs(self.costs[-1]) > _GROWN * first:
            return Stop.DIVERGED
        return Stop.TWO_CYCLE if self.jumps() else None

    def jumps(self) -> bool:
        """Whether the point has come back, twice, to where it was two steps before."""
        if len(self.points) < 5:
            return False
        *_, e, d, c, b, a = self.points
        size = np.abs(a).max() + np.abs(b).max()
        return bool(max(np.abs(a - c).max(), np.abs(b - d).max(), np.abs(c - e).max()) <= 1e-12 * size
                    < 1e-6 * size < np.abs(a - b).max())


def _detail(stop: Stop, walk: _Walk, loss: Loss, table: object, last: np.ndarray) -> str:
    """What is particular to this run: the place of the trouble, or the rate that would have worked."""
    if stop in (Stop.START, Stop.OUTSIDE):
        return _capital(trouble_at(loss, table, dict(zip(loss.parameters, map(float, last), strict=True)))) + "."
    if stop in (Stop.DIVERGED, Stop.TWO_CYCLE):
        return rate_advice(walk.compiled, walk.points[0])
    if stop is Stop.STEPS and walk.rises:
        return f"The cost rose in the last {walk.rises} updates. {rate_advice(walk.compiled, walk.points[0])}".strip()
    return ""


def _capital(sentence: str) -> str:
    # A formula at the start keeps its letters.
    return sentence if not sentence.startswith("the ") else "T" + sentence[1:]
