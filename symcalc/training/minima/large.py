"""The minimum of a loss of hundreds of parameters: with numbers alone, as its equations would fill pages."""

from __future__ import annotations

import numpy as np

from symcalc.compute.compiled import Compiled
from symcalc.compute.points import Values
from symcalc.errors import LossError
from symcalc.language.table import Table
from symcalc.language.table_parts import Parts
from symcalc.pages.document import Inline, paragraph
from symcalc.training.minima.least_squares import Fit, fitted, is_exact, rows_of
from symcalc.training.minima.minimum import Minimum, StationaryPoint, told
from symcalc.training.minima.polishing import polished
from symcalc.training.minima.quadratic import only
from symcalc.training.minima.without import NEAR
from symcalc.training.problem.objective import Objective
from symcalc.training.shape.curvature import is_quadratic
from symcalc.training.shape.spectrum import MINIMUM, kind_of, scaled
from symcalc.vocabulary import LOSS

_SINGULAR = 1e-11                # relative: the least eigenvalue at which a direction is flat
_LEVEL = 1e-9                    # ... and the largest slope that is none


def of_large(loss: Objective, table: Table | Parts | None, near: Values | None) -> Minimum:
    """The one point at which all slopes of a quadratic loss are 0, or the nearest to 0 of many; else Newton's from `near`."""
    if not is_quadratic(loss):
        if near is None:
            raise LossError(f"where all {len(loss.parameters)} slopes are 0 has no closed form here; give a point close to it, "
                            f"as in {NEAR}")
        return polished(loss, table, near)
    compiled, rows = loss.compile(table), rows_of(loss, table)
    if rows is not None:
        fit, hessian = fitted(rows), 2 * rows.matrix.T @ rows.matrix
    else:
        hessian = _hessian(compiled)
        fit = _solved(compiled, hessian)
    cost = 0.0 if rows is not None and is_exact(rows, fit) else compiled.at(fit.point)[0]
    kind = MINIMUM if rows is not None or len(fit.flat) else kind_of(hessian)
    point = StationaryPoint(values=tuple(map(float, fit.point)), J=cost, kind=kind, hessian=tuple(map(tuple, hessian)))
    how = "from the rows themselves, without squaring them" if rows is not None else "by their matrix of second derivatives"
    working = paragraph(f"That all {len(loss.parameters)} slopes are 0 is as many equations, linear in the parameters. Solved "
                        f"{how}:")
    return Minimum(loss=loss, points=(point,), exact=True, working=(working, *told(loss, point)),
                   reading=_many(fit) if len(fit.flat) else only(loss, LOSS, None, hessian, kind), flat=fit.flat)


def _hessian(compiled: Compiled) -> np.ndarray:
    """The second derivatives of a quadratic: by how much its slopes change where one parameter is 1 and not 0."""
    units = np.eye(len(compiled.parameters))
    at_zero = compiled.at(np.zeros(len(units)))[1]
    matrix = np.array([compiled.at(unit)[1] - at_zero for unit in units])
    return (matrix + matrix.T) / 2


def _solved(compiled: Compiled, hessian: np.ndarray) -> Fit:
    """H θ = -∇J(0), put right once by the slopes that are left there."""
    units, lengths = scaled(hessian)
    values, vectors = np.linalg.eigh(units)
    steep = np.abs(values) > _SINGULAR * np.abs(values).max()
    point = np.zeros(len(values))
    for _ in range(2):
        slopes = compiled.at(point)[1] / lengths
        point = point - vectors[:, steep] @ ((vectors[:, steep].T @ slopes) / values[steep]) / lengths
    size = np.abs(compiled.at(np.zeros(len(values)))[1] / lengths).max()
    if np.abs(compiled.at(point)[1] / lengths).max() > _LEVEL * max(size, np.finfo(float).tiny):
        raise LossError("the loss has no lowest point: there is no point at which every slope is 0")
    if steep.all():
        return Fit(point=point, flat=np.empty((0, len(values))))
    flat = np.linalg.qr(vectors[:, ~steep] / lengths[:, None])[0].T
    return Fit(point=point - flat.T @ (flat @ point), flat=flat)


def _many(fit: Fit) -> tuple[Inline, ...]:
    ways = "one direction" if len(fit.flat) == 1 else f"{len(fit.flat)} directions"
    return (f"Not one minimum but many, all with this J: along {ways} the parameters can be changed together without changing "
            "it. The one given is the nearest to 0.",)
