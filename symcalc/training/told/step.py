"""One step of a descent in numbers: where it leads, the slopes that drove it, the change expected and the one that came."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from sympy import Expr

from symcalc.pages.numbers import DIGITS, comes_out, numeral
from symcalc.training.change import promised
from symcalc.training.course import Course
from symcalc.training.told.slope_numbers import Place, alike

_EXACT = 0.6             # of the last digit: a difference of two numbers comes out as it is written, if it is not on the border


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Step:
    """Step k of a run; `Update` is what one sees of it."""

    run: Course
    k: int

    @property
    def before(self) -> dict[str, float]:
        """The parameters before the step."""
        return self.run.named(self.run.points[self.k - 1])

    @property
    def after(self) -> dict[str, float]:
        """The parameters after the step."""
        return self.run.named(self.run.points[self.k])

    @property
    def gradient(self) -> dict[str, float]:
        """The partial derivatives that drove the step: with Nesterov those further ahead, with batches those of the rows."""
        return self.run.named(self.slopes)

    @property
    def slopes(self) -> np.ndarray:
        """The same as an array."""
        return self.slopes_before if self.run.drives is None else self.run.drives[self.k - 1]

    @property
    def slopes_before(self) -> np.ndarray:
        """∇J where the step starts, over all rows, whatever drove the step."""
        return self.run.gradients[self.k - 1]

    @property
    def rate(self) -> float:
        """The learning rate of this step."""
        return float(self.run.rates[self.k - 1])

    @property
    def turn(self) -> tuple[int, ...]:
        """The places of the parameters that this step moves."""
        moving = self.run.moving
        return (moving[(self.k - 1) % len(moving)],) if self.run.method.turns else moving

    @property
    def rows(self) -> tuple[int, ...] | None:
        """The rows of the batch that drove the step, in order and counted from 1; None where all rows did."""
        batches = self.run.batches
        return None if batches is None else tuple(sorted((batches.of(self.k) + 1).tolist()))

    @property
    def taken_at(self) -> np.ndarray:
        """The point at which the slopes were taken."""
        run, point = self.run, self.run.points[self.k - 1].copy()
        if run.method.looks_ahead:
            ahead = run.method.ahead()
            for j in run.moving:
                point[j], = ahead(float(point[j]), float(self.slopes_before[j]), self.rate, float(self.k), 0.0,
                                  *run.states[self.k - 1, :, j].tolist())
        return point

    @property
    def place(self) -> Place:
        """Where the slopes that drove the step were taken, over which rows, and what they are there."""
        run = self.run
        table, compiled, sums = run.table, run.compiled, run.sums
        if run.batches is not None:
            table = run.batches.table(run.table, self.k)
            compiled, sums = compiled.once_over(table), {}
        return Place(parameters=run.loss.parameters, columns=run.loss.columns, compiled=compiled, table=table,
                     point=self.taken_at, slopes=self.slopes, sums=sums)

    @property
    def J_before(self) -> float:
        """The cost before the step."""
        return float(self.run.costs[self.k - 1])

    @property
    def J_after(self) -> float:
        """The cost after the step."""
        return float(self.run.costs[self.k])

    @property
    def expected_change(self) -> float:
        """∇J·Δθ, the change in the cost that the derivative leads us to expect."""
        run = self.run
        return float(promised(run.gradients[self.k - 1], run.points[self.k - 1:self.k + 1])[0])

    @property
    def actual_change(self) -> float:
        """The change in the cost that came; 0 where it is rounding."""
        return float(self.run.changes[self.k - 1])

    @property
    def ratio(self) -> float:
        """Actual over expected change: 1 - ηκ/2 for a quadratic; nan where none is expected, or rounding is all there is."""
        expected = self.expected_change
        known = expected and math.isfinite(expected) and not self.is_lost_in_rounding
        return self.actual_change / expected if known else math.nan

    @property
    def is_lost_in_rounding(self) -> bool:
        """Whether the changes are so small beside J that its rounding decides on their ratio."""
        return bool(self.run.lost[self.k - 1])

    def compared(self) -> tuple[Expr, Expr]:
        """J before and after, with the same places behind the point, enough of them for their difference to come out."""
        costs, change = self.run.told_costs[self.k - 1:self.k + 1].tolist(), self.actual_change
        for digits in range(DIGITS, 16):
            before, after = alike(costs, digits)
            if comes_out(after - before, change, within=_EXACT):
                break
        return numeral(before, 15), numeral(after, 15)
