"""Slopes by difference quotients beside the derivative, for a change that shrinks until rounding takes over."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from sympy import Symbol

from symcalc.compute.points import Values, ordered
from symcalc.errors import LossError
from symcalc.pages.document import Document
from symcalc.pages.notation import text
from symcalc.pages.numbers import short
from symcalc.pages.shown import Shown
from symcalc.training.problem.objective import Objective
from symcalc.training.quotients import Quotients
from symcalc.training.slopes_page import document


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Slopes(Quotients, Shown):
    """Difference quotients for Δ = 1, 0.1, ... 10⁻¹⁵ beside the derivative at one point.

    >>> print([short(quotient.forward, 6) for quotient in slopes("x^2", "x", at=2).quotients[:4]])
    ['5', '4.1', '4.01', '4.001']
    """

    def document(self) -> Document:
        """The table, and why its error first falls and then rises."""
        return document(self)

    def as_dict(self) -> dict[str, Any]:
        """The numbers as plain data, for JSON."""
        def finite(value: float | None) -> float | None:
            return value if value is not None and math.isfinite(value) else None
        return {"function": text(self.loss.expression), "wrt": self.parameter.name, "at": dict(self.at),
                "derivative": finite(self.derivative), "sides": self.sides, "best": self.best.step,
                "predicted": finite(self.predicted),
                "quotients": [{"step": q.step, "forward": finite(q.forward), "error": finite(q.error),
                               "central": finite(q.central), "central_error": finite(q.central_error)} for q in self.quotients]}

    def __repr__(self) -> str:
        return f"<slopes of {self.loss.called} in {text(self.parameter)}: derivative {short(self.derivative)}>"


def slopes_of(loss: Objective, wrt: str | Symbol, data: object = None, *, at: Values) -> Slopes:
    """Difference quotients of a loss by one parameter, beside the derivative; what `Loss.slopes` says holds here.

    >>> from symcalc.training.losses import Loss
    >>> found = slopes_of(Loss("sum((y - (m*x + b))^2)", columns="x y"), "b", {"x": [1, 2], "y": [3, 5]}, at={"m": 1, "b": 0})
    >>> found.derivative, found.quotient(0.5).error
    (-10.0, 1.0)
    """
    point = ordered(at, loss.names)
    if not np.isfinite(point).all():
        raise LossError(f"the slope is taken where every parameter is finite, not at {', '.join(map(short, point))}")
    found = Slopes(loss=loss, table=loss.table(data), parameter=loss.parameter(wrt),
                   at=dict(zip(loss.names, map(float, point), strict=True)))
    if not (math.isfinite(found.value) and math.isfinite(found.derivative)):
        raise LossError(f"{text(loss.expression)} has no finite value, or no finite slope, at {found.place}")
    return found


def slopes(formula: object, wrt: str | Symbol, *, at: float | Values) -> Slopes:
    """Difference quotients of a formula beside its derivative, at a number or, for several letters, a mapping.

    >>> slopes("x^2", "x", at=2).derivative
    4.0
    """
    loss = Objective(formula)
    point: Any = [at] if isinstance(at, (int, float)) and len(loss.parameters) == 1 else at
    return slopes_of(loss, wrt, at=point)
