"""What is known of a run before its first step: how the loss curves, which rates are stable, what the given one will do."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from sympy import Expr

from symcalc.compute.points import Values, ordered
from symcalc.errors import DataError, DescentError, LossError, as_given
from symcalc.language.items import is_whole
from symcalc.language.table import Table
from symcalc.language.table_parts import Parts
from symcalc.pages.document import Document, Inline
from symcalc.pages.elided import several
from symcalc.pages.notation import text
from symcalc.pages.numbers import short
from symcalc.pages.shown import Shown
from symcalc.pages.text import inline
from symcalc.training.diagnosis.foretold import METHOD, Foretold, first_of
from symcalc.training.diagnosis.momentum import momentum_of
from symcalc.training.diagnosis.outlook import AT_START
from symcalc.training.diagnosis.page import blocks
from symcalc.training.diagnosis.scaled import cure
from symcalc.training.diagnosis.under_way import UnderWay
from symcalc.training.methods import Method, method_named
from symcalc.training.minima.least_squares import rows_of
from symcalc.training.problem.objective import Objective
from symcalc.training.settings import checked_rate
from symcalc.training.shape.curvature import (
    Partials,
    is_piecewise_linear,
    is_quadratic,
    second_derivatives,
    second_partials,
)
from symcalc.training.shape.spectrum import Spectrum, level, scaled, spectrum
from symcalc.training.shape.trouble import trouble_at

_LEVEL = 1e-6            # relative: a slope along a valley's floor as small as this is none
_FAINT = 1e-290          # a sum of squares that may have lost everything for being so small
_MANY = 16               # roundings for every parameter: the most that there may be in an eigenvalue that is 0


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Diagnosis(Foretold, Shown):
    """How a loss curves at the start, the largest stable rate 2/λ_max, and what a rate will do there.

    With momentum the largest stable rate is 2 (1 + β)/λ_max, with Nesterov's 2 (1 + β)/((1 + 2β) λ_max); of other methods it
    is not known here.
    `hessian` is the matrix of second derivatives at the start, `formulas` its entries by pairs of names where they have a
    numeric form. Where nothing can be foretold, `obstacle` says why, in words, and the rates are None.

    >>> from symcalc.training.losses import Loss
    >>> d = diagnose(Loss("3*w^2"), rate=0.5)
    >>> round(d.stable_rate, 9), d.suggested_rate, d.sentence
    (0.333333333, 0.16, 'The run diverges: the rate is 1.5 times the largest stable one, and every step multiplies the \
distance to the minimum by 2.')
    """

    def document(self) -> Document:
        """The second derivatives, the largest stable rate, what the rate will do, and the cure where there is one."""
        by = "" if self.method == METHOD else f" by {self.method.name}"
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


def diagnose(loss: Objective, data: object = None, *, start: Values | None = None,
             rate: float | str | Expr | None = None, steps: int | None = None,
             method: str | Method = METHOD, under_way: UnderWay | None = None) -> Diagnosis:
    """The diagnosis of a descent; what `Loss.diagnose` says holds here. `under_way` is one that has come to this start."""
    method = method_named(method)
    wanted = None if rate is None else checked_rate(rate, METHOD)
    first = None if wanted is None else first_of(wanted) if under_way is None else under_way.rate
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
        _no_forecast(loss, table, partials, matrix, found, value, gradient, quadratic,
                     AT_START if under_way is None else "here")
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


def _point(loss: Objective, start: Values | None, quadratic: bool) -> np.ndarray:
    if start is None and not quadratic:
        raise DescentError(f"this loss curves differently from place to place, so give the start, a value for each of "
                           f"{several(loss.names)}")
    point = np.zeros(len(loss.names)) if start is None else ordered(start, loss.names)
    if not np.isfinite(point).all():
        raise DescentError(f"the start is not finite: {', '.join(map(short, point))}")
    return point


# Where nothing can be foretold

def _no_value(loss: Objective, table: Table | Parts | None, point: np.ndarray) -> tuple[Inline, ...]:
    trouble = trouble_at(loss, table, dict(zip(loss.parameters, map(float, point), strict=True)))
    return ("No step can be made from this start, since ", trouble.sentence, ".")


def _no_forecast(loss: Objective, table: Table | Parts | None, partials: Partials, hessian: np.ndarray, found: Spectrum,
                 cost: float, gradient: np.ndarray, quadratic: bool, there: str) -> tuple[Inline, ...]:
    """Why the curvature sets no limit to the rate, in words; nothing where it does."""
    if not np.isfinite(found.values).all():
        return (f"J has no finite second derivative {there}, so nothing can be foretold from it.",)
    along = " along some direction" if len(gradient) > 1 else ""
    if quadratic and _falls(hessian, cost, gradient) and not _is_sum_of_squares(loss, table):
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


def _is_sum_of_squares(loss: Objective, table: Table | Parts | None) -> bool:
    """Whether it is one, as it is written, and so has a minimum."""
    try:
        return rows_of(loss, table) is not None
    except (LossError, DataError):                    # of squares too small or too large to add up
        return True


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
