"""What is known of a run before its first step: how the loss curves, which rates are stable, what the given one will do."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
from sympy import Expr

from symcalc.compute.points import ordered
from symcalc.errors import DescentError, as_given
from symcalc.language.items import is_whole
from symcalc.language.table import Table
from symcalc.language.table_parts import Parts
from symcalc.pages.document import Document, Inline
from symcalc.pages.elided import several
from symcalc.pages.notation import text
from symcalc.pages.numbers import numeral, short
from symcalc.pages.shown import Shown
from symcalc.pages.text import inline
from symcalc.training.diagnosis.curvature import (
    Partials,
    is_piecewise_linear,
    is_quadratic,
    second_derivatives,
    second_partials,
)
from symcalc.training.diagnosis.momentum import Momentum, momentum_of, momentum_outlook
from symcalc.training.diagnosis.outlook import AT_START, RESTING, Outlook, outlook, outlook_at_start
from symcalc.training.diagnosis.scaled import Scaled, cure
from symcalc.training.diagnosis.spectrum import Nature, Spectrum, kind_of, level, limit_of, scaled, spectrum
from symcalc.training.diagnosis.trouble import trouble_at
from symcalc.training.diagnosis.under_way import UnderWay
from symcalc.training.losses import Loss
from symcalc.training.methods import Method, method_named
from symcalc.training.settings import Rate, checked_rate, rates_of

_METHOD = method_named("gradient descent")
_UNMOVED = 1e-12         # relative to the curvature: a slope this small is none
_LEVEL = 1e-6            # relative: a slope along a valley's floor as small as this is none
_FAINT = 1e-290          # a sum of squares that may have lost everything for being so small
_FEW, _MANY = 2, 16      # roundings for every parameter: in an eigenvalue that is 0, and the most that there may be


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Diagnosis(Shown):
    """How a loss curves at the start, the largest stable rate 2/λ_max, and what a rate will do there.

    With momentum the largest stable rate is 2 (1 + β)/λ_max, with Nesterov's 2 (1 + β)/((1 + 2β) λ_max); of other methods it
    is not known here.
    `hessian` is the matrix of second derivatives at the start, `formulas` its entries by pairs of names where they have a
    numeric form. Where nothing can be foretold, `obstacle` says why, in words, and the rates are None.

    >>> d = diagnose(Loss("3*w^2"), rate=0.5)
    >>> round(d.stable_rate, 9), d.suggested_rate, d.sentence
    (0.333333333, 0.16, 'It diverges: the rate is 1.5 times the largest stable one, and every step multiplies the \
distance to the minimum by 2.')
    """

    loss: Loss
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
    method: Method = _METHOD
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
        rate, upwards = _first(checked_rate(rate, _METHOD)), self.curvature.upwards.tolist()
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

    def document(self) -> Document:
        """The second derivatives, the largest stable rate, what the rate will do, and the cure where there is one."""
        from symcalc.training.diagnosis.page import blocks
        by = "" if self.method == _METHOD else f" by {self.method.name}"
        made = 0 if self.under_way is None else self.under_way.run.nit
        after = f", after {made:,} update{'s' * (made != 1)}" if made else ""
        return Document(f"{'In' if made else 'Before'} the descent of {self.loss.called}{by}{after}", tuple(blocks(self)))

    def as_dict(self) -> dict[str, Any]:
        """The diagnosis as plain data, for JSON."""
        finite = np.isfinite(self.hessian).all()
        return {"loss": text(self.loss.expression), "method": self.method.name, "quadratic": self.quadratic,
                "start": dict(self.start) if self.start is not None else None,
                "hessian": self.hessian.tolist() if finite else None,
                "formulas": {" ".join(pair): text(entry) for pair, entry in self.formulas.items()},
                "lambda_max": self.curvature.largest if finite else None,
                "lambda_min": self.curvature.smallest if finite else None,
                "condition": self.condition if self.condition is not None and math.isfinite(self.condition) else None,
                "stable_rate": self.stable_rate, "suggested_rate": self.suggested_rate,
                "J_after_first_step": self.cost_after if math.isfinite(self.cost_after or 0) else None,
                "outlook": self.outlook.as_dict() if self.outlook else None,
                "obstacle": inline(self.obstacle) or None, "sentence": self.sentence,
                "scaled": self.scaled.as_dict() if self.scaled else None}

    def __repr__(self) -> str:
        known = f"rates below {short(self.stable_rate, 3)} are stable" if self.stable_rate is not None else "no stable rate"
        return f"<diagnosis of {self.loss.called}: {known}>"


def diagnose(loss: Loss, data: object = None, *, start: Mapping[str, float] | Sequence[float] | None = None,
             rate: float | str | Expr | None = None, steps: int | None = None,
             method: str | Method = _METHOD, under_way: UnderWay | None = None) -> Diagnosis:
    """The diagnosis of a descent; what `Loss.diagnose` says holds here. `under_way` is one that has come to this start."""
    method = method_named(method)
    wanted = None if rate is None else checked_rate(rate, _METHOD)
    first = None if wanted is None else _first(wanted) if under_way is None else under_way.rate
    if steps is not None and (not is_whole(steps) or steps < 1):
        raise DescentError(f"steps is a whole number from 1 on, not {as_given(steps)}")
    table, partials = loss.table(data), second_partials(loss)
    quadratic = is_quadratic(loss, partials)
    point = _point(loss, start, quadratic)
    second = second_derivatives(loss, table, partials)
    compiled = loss.compile(table)
    value, gradient = compiled.at(point)
    matrix = second(point)
    found = spectrum(matrix)
    hindrance = _no_value(loss, table, point) if not (math.isfinite(value) and np.isfinite(gradient).all()) else \
        _no_forecast(loss, partials, matrix, found, value, gradient, quadratic, AT_START if under_way is None else "here")
    scaled = None if hindrance else cure(loss, table, point, found.condition, partials, quadratic, method)
    shown = partials if second.symbolic else {}
    given = None if start is None else MappingProxyType(dict(zip(loss.names, map(float, point), strict=True)))
    after = None
    if first is not None and start is not None and momentum_of(method) is not None:       # the first step is -η ∇J
        with np.errstate(all="ignore"):
            after = under_way.cost_after if under_way is not None else float(compiled.at(point - first * gradient)[0])
    made = Diagnosis(loss=loss, start=given, rate=first, schedule=wanted if isinstance(wanted, Expr) else None,
                     cost_after=after, steps=steps, quadratic=quadratic, formulas=MappingProxyType(shown),
                     hessian=matrix, cost=value, gradient=gradient, curvature=found, hindrance=hindrance, scaled=scaled,
                     method=method, under_way=under_way)
    if first is not None:
        made.foretold(first)             # so that a rate too large is met here
    return made


def _first(rate: Rate) -> float:
    """The rate of the first update."""
    value = float(rates_of(rate, 1)[0])
    if not value:
        raise DescentError(f"the rate {text(rate)} is 0 for update 1, so no parameter moves")
    return value


def _point(loss: Loss, start: Mapping[str, float] | Sequence[float] | None, quadratic: bool) -> np.ndarray:
    if start is None and not quadratic:
        raise DescentError(f"this loss curves differently from place to place, so give the start, a value for each of "
                           f"{several(loss.names)}")
    point = np.zeros(len(loss.names)) if start is None else ordered(start, loss.names)
    if not np.isfinite(point).all():
        raise DescentError(f"the start is not finite: {', '.join(map(short, point))}")
    return point


# Where nothing can be foretold

def _no_value(loss: Loss, table: Table | Parts | None, point: np.ndarray) -> tuple[Inline, ...]:
    trouble = trouble_at(loss, table, dict(zip(loss.parameters, map(float, point), strict=True)))
    return ("No step can be made from this start, since ", trouble.sentence, ".")


def _no_forecast(loss: Loss, partials: Partials, hessian: np.ndarray, found: Spectrum, cost: float, gradient: np.ndarray,
                 quadratic: bool, there: str) -> tuple[Inline, ...]:
    """Why the curvature sets no limit to the rate, in words; nothing where it does."""
    if not np.isfinite(found.values).all():
        return (f"J has no finite second derivative {there}, so nothing can be foretold from it.",)
    along = " along some direction" if len(gradient) > 1 else ""
    if quadratic and loss.model is None and _falls(hessian, cost, gradient):              # a sum of squares has a minimum
        curving = [abs(size) for name, size in zip(loss.names, np.diag(hessian)) if partials.get((name, name), 0) != 0]
        if min(curving, default=1) < _FAINT:
            return ("Its second derivatives are too small to tell from 0; give the data in smaller units, such as x/1e-100.",)
        return (f"J has no minimum:{along} it falls for ever, at any rate.",)
    if found.largest > found.zero:
        return ()
    if is_piecewise_linear(loss, partials):
        return ("Its slopes do not shrink towards the minimum: at a fixed rate the point ends up jumping about it, the "
                "farther the larger the rate. Let the rate shrink with the steps.",)
    if quadratic:
        return ("J is the same everywhere, so there is nothing to descend.",)
    return (f"J does not curve upwards {there}, so the curvature {'there ' * (there == AT_START)}sets no limit to the rate.",)


def _falls(hessian: np.ndarray, cost: float, gradient: np.ndarray) -> bool:
    """Whether a quadratic falls for ever along some direction: it curves downwards, or is level and slopes."""
    units, lengths = scaled(hessian)
    directions, nothing = level(hessian, _MANY)
    if np.linalg.eigvalsh(units)[0] < -nothing:
        return True
    slopes = gradient / lengths
    down = np.abs(directions.T @ slopes).max(initial=0)
    # Where rounding hides how much it curves, a sum of squares, which is never below 0, slopes by less than this.
    return bool(down > _LEVEL * np.abs(slopes).max() and down > math.sqrt(2 * nothing * abs(cost)))


def _not_known(method: Method) -> tuple[Inline, ...]:
    """That nothing is known here of the method's rates."""
    if method.search:
        return (f"By {method.name} every step looks for a rate of its own.",)
    given = [f" with {letter.name} = {short(value)}" for letter, value in method.settings.items()]
    return (f"symcalc does not know the largest stable rate of {method.name}{given[0] if len(given) == 1 else ''}.",)
