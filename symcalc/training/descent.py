"""The descent: one update after another, each kept, until the steps are used up or going on makes no sense."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from sympy import Expr

from symcalc.compute.compiled import Compiled, compile_loss, ordered
from symcalc.errors import DescentError
from symcalc.training.diagnosis import Trouble, rate_advice, stable_rate, trouble_at
from symcalc.training.losses import Loss
from symcalc.training.methods import Method, method_named
from symcalc.training.run import Run, Stop

MAX_STEPS = 10_000_000
_RISES = 10              # updates in a row with a rising cost, after which a run counts as diverging
_GROWN = 10.0            # ... if the cost is this many times what it was at the start
_UNBOUNDED = 1e9         # how far below zero a cost falls, in units of the first, before it counts as bottomless


def descend(loss: Loss, data: object, *, start: Mapping[str, float] | Sequence[float], rate: float, steps: int,
            method: str, tolerance: float, partials: tuple[Expr, ...] | None = None) -> Run:
    """Run the method on the loss; what `Loss.descend` says holds here. `partials` drive it in place of the gradient."""
    rate, tolerance = _checked(rate, steps, tolerance)
    formula = method_named(method)
    point = ordered(start, loss.names)
    if not np.isfinite(point).all():
        wrong = ", ".join(f"{name} = {value}" for name, value in zip(loss.names, point) if not math.isfinite(value))
        raise DescentError(f"the start is not finite: {wrong}")
    table = loss.table(data)
    compiled = loss.compile(table) if partials is None else compile_loss(
        loss.expression, partials, loss.parameters, loss.columns, table)
    walk = _Walk(compiled=compiled, method=formula, rate=rate, tolerance=tolerance)
    stop, last = walk.go(point, steps)
    trouble = None
    if stop in (Stop.START, Stop.OUTSIDE) and np.isfinite(last).all():
        trouble = trouble_at(loss, table, dict(zip(loss.parameters, map(float, last), strict=True)))
    if stop is Stop.OUTSIDE and (trouble is None or trouble.overflow):
        stop = Stop.BOTTOMLESS if compiled.at(last)[0] == -math.inf else Stop.DIVERGED
    return Run(loss=loss, table=table, method=formula, rate=rate, points=np.array(walk.points),
               costs=np.array(walk.costs), gradients=np.array(walk.gradients), stop=stop,
               detail=_detail(stop, walk, trouble) if partials is None else "", source=f"{compiled.source}\n{walk.source}",
               partials=partials)


def _checked(rate: float, steps: int, tolerance: float) -> tuple[float, float]:
    """The rate and the tolerance as floats, if a run can be made with them and the steps."""
    rate, tolerance = map(float, ordered((rate, tolerance), ("rate", "tolerance")))
    for name, value in (("rate", rate), ("tolerance", tolerance)):
        if not math.isfinite(value):
            raise DescentError(f"the {name} is a finite number, not {value}")
    if rate <= 0:
        raise DescentError(f"the rate must be greater than 0, not {rate}; a negative rate would climb")
    if tolerance < 0:
        raise DescentError(f"the tolerance is at least 0, not {tolerance}")
    if isinstance(steps, bool) or not isinstance(steps, (int, np.integer)) or not 1 <= steps <= MAX_STEPS:
        raise DescentError(f"steps is a whole number from 1 to {MAX_STEPS:,}, not {steps!r:.40}")
    return rate, tolerance


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
            return Stop.OUTSIDE
        self.points.append(point)
        self.costs.append(cost)
        self.gradients.append(gradient)
        return self.ended()

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

    def advice(self) -> str:
        return rate_advice(self.compiled, self.step, self.points[0], self.rate)

    def jumps(self) -> bool:
        """Whether the point has come back, twice, to where it was two steps before."""
        if len(self.points) < 5:
            return False
        e, d, c, b, a = self.points[-5:]
        with np.errstate(all="ignore"):
            size = np.abs(a).max() + np.abs(b).max()
            return bool(max(np.abs(a - c).max(), np.abs(b - d).max(), np.abs(c - e).max()) <= 1e-12 * size
                        < 1e-6 * size < np.abs(a - b).max())


def _detail(stop: Stop, walk: _Walk, trouble: Trouble | None) -> str:
    """What is particular to this run: the place of the trouble, or the rate that would have worked."""
    if stop in (Stop.START, Stop.OUTSIDE) and trouble is not None:
        return _capital(trouble.sentence) + "."
    if stop is Stop.DIVERGED or (stop is Stop.TWO_CYCLE and stable_rate(walk.compiled, walk.points[0]) is not None):
        return walk.advice()         # not where it jumps over a kink, as it does at any rate
    if stop is Stop.STEPS and walk.rises:
        last = "update" if walk.rises == 1 else f"{walk.rises} updates"
        return f"The cost rose in the last {last}. {walk.advice()}".strip()
    return ""


def _capital(sentence: str) -> str:
    # A formula at the start keeps its letters.
    return sentence if not sentence.startswith("the ") else "T" + sentence[1:]
