"""One step of a descent beside the formula that drove it, with the change that was expected and the change that came."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, overload

import numpy as np
from numpy.typing import ArrayLike
from sympy import Expr

from symcalc.errors import DescentError, as_given
from symcalc.language.items import is_whole
from symcalc.pages.document import Document
from symcalc.pages.numbers import DIGITS, comes_out, numeral, short
from symcalc.pages.shown import Shown
from symcalc.training.ratio import reading
from symcalc.training.slope_numbers import Place, alike
from symcalc.training.working import working

if TYPE_CHECKING:
    from symcalc.training.run import Run

_EXACT = 0.6             # of the last digit: a difference of two numbers comes out as it is written, if it is not on the border
ROUNDING = 64 * sys.float_info.epsilon      # relative to J: a change of this size is rounding and no more


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Update(Shown):
    """Step k of a run: before, gradient, change, after; the cost before and after.

    >>> from symcalc.training.losses import Loss
    >>> u = Loss("(w - 3)^2").descend(start={"w": 0}, rate=0.25, steps=1).updates[0]
    >>> u.k, u.before, u.gradient, u.after
    (1, {'w': 0.0}, {'w': -6.0}, {'w': 1.5})
    >>> u.expected_change, u.actual_change, u.ratio
    (-9.0, -6.75, 0.75)
    """

    _pickled: ClassVar[bool] = True          # a run, which writes itself down

    run: Run
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

    def reading(self) -> str:
        """What the ratio says about the step, in a sentence."""
        return reading(self)

    def compared(self) -> tuple[Expr, Expr]:
        """J before and after, with the same places behind the point, enough of them for their difference to come out."""
        costs, change = [self.J_before, self.J_after], self.actual_change
        for digits in range(DIGITS, 16):
            before, after = alike(costs, digits)
            if comes_out(after - before, change, within=_EXACT):
                break
        return numeral(before, 15), numeral(after, 15)

    def as_dict(self) -> dict[str, Any]:
        """The update as plain data: parameters and J after it, its rate, and the slopes that drove it.

        Where those are not ∇J at the point where the step starts, `rows` or `slopes_at` say which they are.
        """
        changes = {"expected_change": self.expected_change, "actual_change": self.actual_change, "ratio": self.ratio}
        return {"k": self.k, "parameters": self.after, "J": self.J_after, "gradient": self.gradient,
                **{name: value if math.isfinite(value) else None for name, value in changes.items()},
                "rate": self.rate, **({} if self.rows is None else {"rows": list(self.rows)}),
                **({"slopes_at": self.run.named(self.taken_at)} if self.run.method.looks_ahead else {})}

    def __repr__(self) -> str:
        return f"<update {self.k}: J from {short(self.J_before)} to {short(self.J_after)}>"

    def document(self) -> Document:
        """Per parameter the formula, the numbers in it, its value and the new parameter; then expected and actual change.

        Where there are hundreds, the first of them has its equations, and the others stand in a table.
        """
        if self.run.told is None:
            return Document(f"Update {self.k}", working(self))
        from symcalc.training.vouched import vouched
        return Document(f"Update {self.k}", vouched(self))


class Updates(Sequence[Update]):
    """The updates of a run in order; `updates[0]` is the first, with k = 1."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    def __len__(self) -> int:
        return self._run.nit

    @overload
    def __getitem__(self, index: int) -> Update: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Update, ...]: ...
    def __getitem__(self, index: int | slice) -> Update | tuple[Update, ...]:
        if isinstance(index, slice):
            return tuple(Update(run=self._run, k=k + 1) for k in range(*index.indices(len(self))))
        if not isinstance(index, bool) and not is_whole(index):
            raise DescentError(f"updates are counted: updates[0] is the first; {as_given(index)} is no whole number")
        if not -len(self) <= index < len(self):
            raise IndexError(f"the run has {len(self)} update{'s' * (len(self) != 1)}")
        return Update(run=self._run, k=index % len(self) + 1)

    def __iter__(self) -> Iterator[Update]:
        return (Update(run=self._run, k=k + 1) for k in range(len(self)))

    def __repr__(self) -> str:
        return f"<{len(self)} update{'s' * (len(self) != 1)}>"


def change_of(before: ArrayLike, after: ArrayLike) -> np.ndarray:
    """after - before, costs both; 0 where that is rounding.

    >>> change_of([2, 1], [1, 1 + 2**-50]).tolist()
    [-1.0, 0.0]
    """
    with np.errstate(all="ignore"):
        change = np.subtract(after, before)
        return np.where(np.abs(change) < ROUNDING * np.maximum(np.abs(before), np.abs(after)), 0.0, change)


def promised(slopes: np.ndarray, points: np.ndarray) -> np.ndarray:
    """What the slopes promise of J in each step from point to point, ∇J·Δθ."""
    with np.errstate(all="ignore"):
        return np.sum(slopes * np.diff(points, axis=0), axis=1)
