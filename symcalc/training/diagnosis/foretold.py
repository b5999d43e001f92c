"""What is known of a run before its first step, in numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from sympy import Expr

from symcalc.errors import DescentError
from symcalc.pages.document import Inline
from symcalc.pages.notation import text
from symcalc.pages.numbers import numeral, short
from symcalc.pages.text import inline
from symcalc.training.diagnosis.momentum import Momentum, momentum_of, momentum_outlook
from symcalc.training.diagnosis.outlook import AT_START, RESTING, Outlook, outlook, outlook_at_start
from symcalc.training.diagnosis.scaled import Scaled
from symcalc.training.diagnosis.under_way import UnderWay
from symcalc.training.methods import Method, method_named
from symcalc.training.problem.objective import Objective
from symcalc.training.settings import Rate, checked_rate, rates_of
from symcalc.training.shape.curvature import Partials
from symcalc.training.shape.spectrum import Nature, Spectrum, kind_of, level, limit_of

METHOD = method_named("gradient descent")
_UNMOVED = 1e-12         # relative to the curvature: a slope this small is none
_FEW = 2                 # roundings for every parameter, in an eigenvalue that is 0


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Foretold:
    """How a loss curves at the start, and what that says of rates and of the run; `Diagnosis` is what one sees of it."""

    loss: Objective
    start: Mapping[str, float] | None        # None where it was not given, for it does not matter to a quadratic
    rate: float | None
    schedule: Expr | None                    # where the rate is a formula in k; `rate` is then the first
    cost_after: float | None                 # after one step from the start, where both are given
    steps: int | None
    quadratic: bool                          # whether all this holds everywhere and not only at the start
    formulas: Partials
    hessian: np.ndarray
    cost: float
    gradient: np.ndarray
    curvature: Spectrum
    hindrance: tuple[Inline, ...]            # why the loss, whatever the method, lets nothing be foretold
    scaled: Scaled | None
    method: Method = METHOD
    under_way: UnderWay | None = None        # the descent, where it is not yet to start but on its way here

    @property
    def there(self) -> str:
        """What the place is called of which all this is said."""
        return AT_START if self.under_way is None else "here"

    @cached_property
    def momentum(self) -> Momentum | None:
        """How much of its speed the method keeps from step to step; None where its largest stable rate is not known."""
        return momentum_of(self.method)

    @property
    def obstacle(self) -> tuple[Inline, ...]:
        """Why nothing can be foretold, from the loss or the method; nothing where something can."""
        return self.hindrance or (_not_known(self.method) if self.momentum is None else ())

    @property
    def stable_rate(self) -> float | None:
        """2/λ_max: gradient descent settles below it, and leaves the minimum above it; with momentum 2 (1 + β)/λ_max."""
        limit = None if self.obstacle else limit_of(self.hessian)
        return None if limit is None or self.momentum is None else self.momentum.limit / 2 * limit

    @property
    def condition(self) -> float | None:
        """λ_max/λ_min: inf where the loss does not change along some direction, None where it does not curve upwards in all."""
        return None if self.hindrance or math.isnan(self.curvature.condition) else self.curvature.condition

    @property
    def is_lost(self) -> bool:
        """Whether λ_min is not 0, but lost in rounding beside λ_max."""
        return self.condition == math.inf and (self.scaled is not None or not level(self.hessian, _FEW)[0].size)

    @property
    def suggested_rate(self) -> float | None:
        """2/(λ_max + λ_min) for a quadratic, the fastest there is; otherwise 1/λ_max; two digits.

        With momentum the least of the rates that shrink the distance by √β in every direction; with Nesterov's 1/λ_max.
        """
        if self.hindrance or self.momentum is None:
            return None
        return self.momentum.suggested_rate(self.curvature.upwards.tolist(), self.quadratic)

    @cached_property
    def outlook(self) -> Outlook | None:
        """What the given rate will do; None where no rate is given or nothing can be foretold."""
        return self.foretold(self.rate) if self.rate is not None else None

    def foretold(self, rate: object) -> Outlook | None:
        """What any other rate would do; of a schedule, the first."""
        if self.hindrance or self.momentum is None:
            return None
        rate, upwards = first_of(checked_rate(rate, METHOD)), self.curvature.upwards.tolist()
        if self.is_lost:                 # what is lost in rounding sets the pace
            upwards = [self.curvature.zero, *upwards]
        if not math.isfinite(rate * self.curvature.largest):
            raise DescentError(f"the rate {short(rate)} is too large to compute with")
        bowl = self.condition is not None and math.isfinite(self.condition) and not self.has_kinks
        if self.momentum.beta:
            return momentum_outlook(self.momentum, rate, upwards, steps=self.steps, everywhere=self.quadratic,
                                    bowl=self.quadratic or bowl, there=self.there,
                                    partly=not self.quadratic and len(upwards) < len(self.gradient))
        if self.quadratic:
            return outlook(rate, upwards, steps=self.steps)
        return outlook_at_start(rate, upwards, steps=self.steps, bowl=bowl, there=self.there)

    @property
    def sentence(self) -> str:
        """What the given rate will do, or which rates are stable where none is given, or why nothing can be foretold."""
        stable, suggested = self.stable_rate, self.suggested_rate
        if stable is None or suggested is None:
            return inline(self.obstacle)
        if self.rests is not None:
            return RESTING.format(self.there)
        if self.outlook is not None:
            return self.outlook.sentence
        where = "Rates" if self.quadratic else f"{self.there.capitalize()} rates"
        return inline((f"{where} below ", numeral(stable, 3), " are stable; try ", numeral(suggested), "."))

    @property
    def has_value(self) -> bool:
        """Whether the loss and its slopes are finite at the start."""
        return math.isfinite(self.cost) and bool(np.isfinite(self.gradient).all())

    @property
    def has_kinks(self) -> bool:
        """Whether a slope jumps somewhere, which the second derivatives do not see."""
        return self.loss.has_kinks

    @property
    def rests(self) -> Nature | None:
        """What the start is, where every slope there is zero, so that no step moves it."""
        if self.under_way is not None and self.under_way.has_speed:
            return None
        if self.start is None or not self.has_value or not np.isfinite(self.hessian).all():
            return None
        size = np.abs(self.hessian).max() * max(map(abs, self.start.values()))
        return kind_of(self.hessian) if np.abs(self.gradient).max() <= _UNMOVED * size else None


def first_of(rate: Rate) -> float:
    """The rate of the first update."""
    value = float(rates_of(rate, 1)[0])
    if not value:
        raise DescentError(f"the rate {text(rate)} is 0 for update 1, so no parameter moves")
    return value


def _not_known(method: Method) -> tuple[Inline, ...]:
    """That nothing is known here of the method's rates."""
    if method.search:
        return (f"By {method.name} every step looks for a rate of its own.",)
    given = [f" with {letter.name} = {short(value)}" for letter, value in method.settings.items()]
    return (f"symcalc does not know the largest stable rate of {method.name}{given[0] if len(given) == 1 else ''}.",)
