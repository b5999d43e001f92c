"""A descent that is on its way already: what its next update does, with all that its method keeps from those before."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from symcalc.training.descent import made_again
from symcalc.training.settings import rates_of

if TYPE_CHECKING:
    from symcalc.training.course import Course


@dataclass(frozen=True, kw_only=True, eq=False)
class UnderWay:
    """The run so far, and the update that is next.

    >>> from symcalc.training.losses import Loss
    >>> run = Loss("w^2").descend(start={"w": 1}, rate=0.25, steps=2, method="momentum")
    >>> next_one = UnderWay(run=run)
    >>> next_one.update, run.costs.round(4).tolist(), round(next_one.cost_after, 4), next_one.has_speed
    (3, [1.0, 0.25, 0.04], 0.5329, True)
    """

    run: Course

    @property
    def update(self) -> int:
        """Its number."""
        return self.run.nit + 1

    @property
    def rate(self) -> float:
        """Its rate."""
        return float(rates_of(self.run.rate, self.update)[-1])

    @property
    def has_speed(self) -> bool:
        """Whether the method keeps anything that is not 0 from the updates before."""
        return bool(self.run.states[-1].any())

    @cached_property
    def cost_after(self) -> float | None:
        """The cost after it; None where the run has ended."""
        onward = made_again(self.run, self.run.table, self.update)
        return onward.fun if onward.nit == self.update else None
