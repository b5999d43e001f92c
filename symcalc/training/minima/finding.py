"""Finding the point where every slope is 0: in closed form where there is one, else by Newton's method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from sympy import Expr

from symcalc.calculus.algebra.products import multiplied
from symcalc.compute.compiled import Compiled, evaluated
from symcalc.errors import LossError, ProofError
from symcalc.language.names import ROW
from symcalc.language.table import Table
from symcalc.pages.document import Inline
from symcalc.pages.document import joined as listed
from symcalc.pages.notation import text
from symcalc.pages.numbers import numeral, short
from symcalc.training.diagnosis.curvature import MAXIMUM, MINIMUM, SADDLE, UNDECIDED, kind_of, scaled, second_derivatives
from symcalc.training.losses import Loss
from symcalc.training.minima.least_squares import Fit, Rows, dependence, fitted, rows_of
from symcalc.training.minima.minimum import INFLECTION, Minimum, StationaryPoint, compared, told
from symcalc.training.minima.normal_equations import NormalEquations, normal_equations
from symcalc.training.minima.polishing import polished
from symcalc.training.minima.solution import worked_out
from symcalc.training.minima.stationary import Point, stationary_points
from symcalc.written import add, mul

_SINGULAR = 1e-11                # relative: the least eigenvalue at which a direction is flat
_CONSISTENT = 1e-9
_ZERO = 1e-9                     # of a slope, beside the size of what it is made of


def minimum_of(loss: Loss, data: object = None, near: Mapping[str, float] | Sequence[float] | None = None) -> Minimum:
    """Where ∇J = 0; what `Loss.minimum` says holds here.

    >>> minimum_of(Loss("mean((y - m)^2)", columns="y"), {"y": [1, 2, 6]}).point
    {'m': 3.0}
    """
    table = loss.table(data)
    equations = normal_equations(loss)
    if equations is not None:
        return _of_quadratic(loss, table, equations)
    found = stationary_points(loss) if table is None else None
    if found is not None and not found.points:
        raise LossError(f"{text(loss.symbol)} = {text(loss.expression)} has no lowest point: there is no point at which "
                        f"{'its slope' if len(loss.parameters) == 1 else 'every slope'} is 0")
    if found is not None:
        points = _classified(loss, found.points)
        return Minimum(loss=loss, points=points, exact=found.exact, working=(*found.working, compared(loss, points)),
                       reading=_by_curvature(loss, points), flat=np.empty((0, len(loss.parameters))))
    if near is None:
        raise LossError(f"where the slope of {text(loss.symbol)} is 0 has no closed form here; give a point close to it, as in "
                        "minimum(data, near=run.parameters)")
    return polished(loss, table, near)


# Quadratic losses

def _of_quadratic(loss: Loss, table: Table | None, equations: NormalEquations) -> Minimum:
    hessian = _numbers([[multiplied(mul(factor, entry)) for entry in row]
                        for factor, row in zip(equations.factors, equations.matrix)], loss, table)
    hessian = (hessian + hessian.T) / 2
    rows = rows_of(loss, table)
    fit = fitted(rows) if rows is not None else _from_equations(loss, table, equations, hessian)
    if table is None and equations.solution:
        fit = Fit(point=np.array([float(dict(equations.solution)[parameter]) for parameter in loss.parameters]), flat=fit.flat)
    kind = MINIMUM if rows is not None else kind_of(_without(hessian, fit.flat))
    cost = loss.compile(table).at(fit.point)[0]
    point = StationaryPoint(values=tuple(map(float, fit.point)), J=cost, kind=kind, hessian=tuple(map(tuple, hessian)))
    reading = _many(loss, table, rows, fit, kind) if len(fit.flat) else _only(loss, equations, hessian, kind)
    working, said = worked_out(equations, table, fit)
    return Minimum(loss=loss, points=(point,), exact=True, working=(*working, *told(loss, point, not said)), reading=reading,
                   flat=fit.flat)


def _without(hessian: np.ndarray, flat: np.ndarray) -> np.ndarray:
    """The Hessian within the directions that are not flat."""
    if not len(flat):
        return hessian
    across = np.linalg.svd(flat)[2][len(flat):]
    return across @ hessian @ across.T


def _numbers(matrix: Sequence[Sequence[Expr]], loss: Loss, table: Table | None) -> np.ndarray:
    return np.array([[float(evaluated(entry, {}, table, loss.columns)) for entry in row] for row in matrix])


def _from_equations(loss: Loss, table: Table | None, equations: NormalEquations, hessian: np.ndarray) -> Fit:
    """The solution of A θ = r, where the loss is not a sum of squares; its flat directions where there are many."""
    matrix = _numbers(equations.matrix, loss, table)
    right = _numbers([equations.right], loss, table)[0]
    units, lengths = scaled(hessian)
    values, vectors = np.linalg.eigh(units)
    flat = np.abs(values) <= _SINGULAR * max(1.0, np.abs(values).max())
    if not flat.any():
        return Fit(point=np.linalg.solve(matrix, right), flat=np.empty((0, len(right))))
    point = np.linalg.lstsq(matrix, right, rcond=None)[0]
    if np.abs(matrix @ point - right).max() > _CONSISTENT * max(1.0, np.abs(right).max()):
        raise LossError(f"{text(loss.symbol)} = {text(loss.expression)} has no lowest point: there is no point at which every "
                        "slope is 0")
    return Fit(point=point, flat=np.linalg.qr((vectors[:, flat].T / lengths).T)[0].T)


def _only(loss: Loss, equations: NormalEquations, hessian: np.ndarray, kind: str) -> tuple[Inline, ...]:
    """Why the one point of a quadratic loss is what it is."""
    way = {MINIMUM: "upwards", MAXIMUM: "downwards"}
    sign = ">" if kind == MINIMUM else "<"
    if len(loss.parameters) == 1:
        second = multiplied(mul(equations.factors[0], equations.matrix[0][0]))
        value: tuple[Inline, ...] = () if second.is_Number else (" = ", numeral(hessian[0, 0]))
        return ("The second derivative is ", second, *value, f" {sign} 0 everywhere: J curves {way[kind]}, so this is its "
                f"{kind}, and the only one.")
    sizes = np.linalg.eigvalsh(hessian)
    if kind == SADDLE:
        return ("The second derivatives are the same everywhere, and the eigenvalues of the Hessian have both signs ",
                f"({short(sizes[0], 4)} to {short(sizes[-1], 4)}): J curves upwards in one direction and downwards in another, "
                "so this is a saddle point, and there is no minimum.")
    seen = f" ({short(sizes[0], 4)} to {short(sizes[-1], 4)})" if abs(sizes).min() > _SINGULAR * abs(sizes).max() else ""
    return ("The second derivatives are the same everywhere, and the eigenvalues of the Hessian are all ",
            f"{'above' if kind == MINIMUM else 'below'} 0{seen}: J curves {way[kind]} in every direction, so this is its "
            f"{kind}, and the only one.")


def _many(loss: Loss, table: Table | None, rows: Rows | None, fit: Fit, kind: str) -> tuple[Inline, ...]:
    """Which columns are to blame for many minima."""
    one = "point" if kind == UNDECIDED else kind
    start, end = f"Not one {one} but many, all with this J: ", " The one given is the nearest to 0."
    features = rows.features if rows is not None and table is not None else None
    if features is not None and table.rows < len(loss.parameters):
        count = f"there is {table.rows} row" if table.rows == 1 else f"there are {table.rows} rows"
        return (f"{start}{count} for {len(loss.parameters)} parameters.{end}",)
    blame = dependence(rows) if features is not None else None
    if blame is None:
        along = [parameter for parameter, share in zip(loss.parameters, np.abs(fit.flat).max(axis=0)) if share > 1e-9]
        return (start, *listed(along), f" can be changed{' together' * (len(along) > 1)} without changing J." + end)
    if len(blame) == 1:
        (k,) = blame
        return (start, features[k], " = 0 in every row, so that J does not depend on ", loss.parameters[k], "." + end)
    shares = {k: share for k, share in blame.items() if features[k].has(ROW)}
    last = max(shares)                                 # the column that is told by the others; a constant tells no column
    made = add(*(mul(numeral(-share / blame[last], 4), features[k]) for k, share in blame.items() if k != last))
    others = [loss.parameters[k] for k in blame if k != last]
    return (start, features[last], " = ", made, " in every row, so that a change in ", loss.parameters[last],
            " can be made up for by ", *listed(others), f".{end}")


# Losses without data

def _classified(loss: Loss, points: Sequence[Point]) -> tuple[StationaryPoint, ...]:
    compiled, second = loss.compile(), second_derivatives(loss, None)
    places = [np.array([float(values[parameter].evalf(30)) for parameter in loss.parameters]) for values in points]
    found = []
    for k, at in enumerate(places):
        cost, slopes = compiled.at(at)
        hessian = second(at)
        if not np.abs(slopes).max() <= _ZERO * max(1.0, np.abs(hessian).max() * np.abs(at).max()):
            raise ProofError(f"a point at which {text(loss.symbol)} should have no slope has one")
        kind = kind_of(hessian)
        if kind == UNDECIDED and len(at) == 1:
            kind = _by_sides(compiled, places, k)
        found.append(StationaryPoint(values=tuple(map(float, at)), J=cost, kind=kind, hessian=tuple(map(tuple, hessian))))
    return tuple(found)


def _by_sides(compiled: Compiled, places: Sequence[np.ndarray], k: int) -> str:
    """The kind of a point of a curve by the signs of the slope halfway to its neighbours."""
    at = places[k]
    left = (places[k - 1] + at) / 2 if k else at - 1
    right = (places[k + 1] + at) / 2 if k + 1 < len(places) else at + 1
    signs = tuple(float(np.sign(compiled.at(side)[1][0])) for side in (left, right))
    return {(-1, 1): MINIMUM, (1, -1): MAXIMUM, (1, 1): INFLECTION, (-1, -1): INFLECTION}.get(signs, UNDECIDED)


def _by_curvature(loss: Loss, points: Sequence[StationaryPoint]) -> tuple[Inline, ...]:
    """How the second derivatives tell one kind from another."""
    kinds = {point.kind for point in points}
    if len(loss.parameters) > 1:
        undecided = " Where the determinant is 0 they do not tell." * (UNDECIDED in kinds)
        return ("Where the determinant of the Hessian is above 0 the point is a minimum if the second derivative by ",
                loss.parameters[0], " is above 0, and a maximum if it is below; where the determinant is below 0 it is a "
                f"saddle point.{undecided}")
    flat = any(point.hessian[0][0] == 0 for point in points)
    return ("Where the second derivative is above 0, J curves upwards: a minimum; where it is below 0, a maximum."
            + " Where it is 0, the signs of the slope on both sides tell." * flat,)
