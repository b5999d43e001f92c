"""The same loss over centred and scaled columns, and the way back to the learner's own parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from symcalc.compute.points import Values, ordered
from symcalc.language.table import Table, table_of
from symcalc.language.table_parts import Parts
from symcalc.training.descent import descend
from symcalc.training.diagnosis.momentum import momentum_of
from symcalc.training.methods import Method
from symcalc.training.problem.objective import Objective
from symcalc.training.run import Run
from symcalc.training.shape.curvature import Partials, second_derivatives
from symcalc.training.shape.scaling import Change, changes
from symcalc.training.shape.spectrum import Spectrum, spectrum

BAD = 100               # condition numbers up to which nothing needs a cure
_CURED = 10              # how many times better it must become


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Scaled:
    """A loss over centred and scaled columns: `data` holds them under their old names, `start` the same model as before.

    >>> from symcalc.training.losses import Loss
    >>> J = Loss("mean((y - (m*x + b))^2)")
    >>> scaled = J.diagnose({"x": [2000, 2001, 2002], "y": [1, 3, 5]}, start={"m": 0, "b": 0}).scaled
    >>> run = scaled.descend(rate=0.5, steps=10)
    >>> {name: round(value, 6) for name, value in scaled.unscaled(run.parameters).items()}
    {'m': 2.0, 'b': -3999.0}
    """

    loss: Objective
    table: Table
    changes: Mapping[str, Change]
    matrix: np.ndarray                   # S with θ' = S θ
    start: Mapping[str, float]
    curvature: Spectrum
    rate: float | None                   # suggested, where the method's largest stable rate is known
    method: Method                       # for which it is

    @property
    def data(self) -> Mapping[str, np.ndarray]:
        """The columns of the loss, those that were changed in their place."""
        return self.table.columns

    @property
    def condition(self) -> float:
        """λ_max/λ_min over these columns."""
        return self.curvature.condition

    @property
    def stable_rate(self) -> float | None:
        """What `Diagnosis.stable_rate` is, over these columns."""
        momentum = momentum_of(self.method)
        return None if momentum is None else momentum.limit / self.curvature.largest

    def descend(self, *, start: Values | None = None, rate: float | None = None,
                steps: int = 100, **options: Any) -> Run:
        """`J.descend` over these columns, from the same model, by the same method, at the suggested rate if there is one."""
        return descend(self.loss, self.data, kind=Run, start=self.start if start is None else start,
                       rate=self.rate if rate is None else rate, steps=steps, **{"method": self.method} | options)

    def unscaled(self, parameters: Values) -> dict[str, float]:
        """The parameters that predict from the columns as they were what these predict from the new ones."""
        values = np.linalg.solve(self.matrix, ordered(parameters, self.loss.names))
        return dict(zip(self.loss.names, map(float, values), strict=True))

    def as_dict(self) -> dict[str, Any]:
        """The change and what it does as plain data, for JSON."""
        return {"columns": {name: {"middle": change.middle, "size": change.size} for name, change in self.changes.items()},
                "start": dict(self.start), "lambda_max": self.curvature.largest, "condition": self.condition,
                "stable_rate": self.stable_rate, "suggested_rate": self.rate}

    def __repr__(self) -> str:
        return f"<scaled columns {', '.join(self.changes)}: condition number {self.condition:.3g}>"


def cure(loss: Objective, table: Table | Parts | None, start: np.ndarray, condition: float, partials: Partials | None,
         quadratic: bool, method: Method) -> Scaled | None:
    """The scaled columns, where they cure a bad condition number; None where nothing is ill or this is no cure."""
    if isinstance(table, Parts):
        table = table.here if table.is_small else None            # the new columns would need a cluster of their own
    if table is None or not condition > BAD or (found := changes(loss, table)) is None:
        return None
    chosen, matrix = found
    columns = {name: table[name] for name in table.names} | {name: change.applied(table[name])
                                                             for name, change in chosen.items()}
    scaled = table_of(columns, table.rows, table.source)
    point = matrix @ start
    curvature = spectrum(second_derivatives(loss, scaled, partials)(point))
    if not (curvature.largest > 0 and curvature.condition < condition / _CURED):
        return None
    momentum = momentum_of(method)
    rate = None if momentum is None else momentum.suggested_rate(curvature.upwards.tolist(), quadratic)
    return Scaled(loss=loss, table=scaled, changes=MappingProxyType(chosen), matrix=matrix,
                  start=MappingProxyType(dict(zip(loss.names, map(float, point), strict=True))), curvature=curvature,
                  rate=rate, method=method)
