"""Quadratic losses: the one point at which every slope is 0, or the many, and why."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from sympy import Abs, Expr, Sum

from symcalc.calculus.algebra.products import multiplied
from symcalc.compute.compiled import evaluated
from symcalc.language.names import ROW, columns_of
from symcalc.language.table import Table
from symcalc.language.table_parts import Parts
from symcalc.pages.document import Inline
from symcalc.pages.document import joined as listed
from symcalc.pages.notation import text
from symcalc.pages.numbers import numeral
from symcalc.training.minima.least_squares import (
    FAINT,
    ROUGH,
    Fit,
    Rows,
    check_size,
    dependence,
    fitted,
    is_exact,
    rows_of,
    too_small,
)
from symcalc.training.minima.minimum import Minimum, StationaryPoint, check_cost, told
from symcalc.training.minima.normal_equations import NormalEquations
from symcalc.training.minima.precise import solved_precisely
from symcalc.training.minima.solution import worked_out
from symcalc.training.problem.objective import Objective
from symcalc.training.shape.spectrum import MAXIMUM, MINIMUM, SADDLE, UNDECIDED, Nature, kind_by, scaled
from symcalc.vocabulary import LOSS
from symcalc.written import add, is_number, mul, row_sum

_SQUARES = "write the loss with squares, as in (y - (m x + b))², which lose half as many"
_SEEN = 1e-11                    # relative: an eigenvalue whose first digits are not rounding
_ROUNDED = 32 * np.finfo(float).eps          # relative, for every parameter: what rounding makes of an eigenvalue that is 0


def of_quadratic(loss: Objective, table: Table | Parts | None, equations: NormalEquations, name: str = LOSS) -> Minimum:
    """The point at which all slopes of a quadratic loss are 0, from its normal equations; `name` is what the loss is called.

    >>> from symcalc.training.losses import Loss
    >>> from symcalc.training.minima.normal_equations import normal_equations
    >>> loss = Loss("(a + b - 1)^2")
    >>> found = of_quadratic(loss, None, normal_equations(loss))
    >>> found.kind, found.J
    ('one of many minima', 0.0)
    """
    hessian = _numbers([[multiplied(mul(factor, entry)) for entry in row]
                        for factor, row in zip(equations.factors, equations.matrix)], loss, table)
    check_size(hessian, of_data=table is not None)
    hessian = (hessian + hessian.T) / 2
    rows = rows_of(loss, table) if table is not None else None            # without data all is known exactly
    fit, kind, cost = (_from_rows(loss, table, equations, rows) if rows is not None else
                       _from_equations(loss, table, equations, hessian))
    solution = dict(equations.solution)
    if table is None and solution and all(map(is_number, solution.values())):
        fit = Fit(point=np.array([float(solution[parameter]) for parameter in loss.parameters]), flat=fit.flat)
    if cost is None:
        cost = 0.0 if rows is not None and is_exact(rows, fit) else loss.compile(table).at(fit.point)[0]
    check_cost(loss, fit.point, cost)
    point = StationaryPoint(values=tuple(map(float, fit.point)), J=cost, kind=kind, hessian=tuple(map(tuple, hessian)))
    many = len(fit.flat) > 0
    reading = _many(loss, name, table, rows, fit, kind) if many else only(
        loss, name, equations, hessian, kind, _roughly(name, rows is not None) if fit.rough else "")
    working, said = worked_out(equations, table, fit)
    return Minimum(loss=loss, points=(point,), exact=True, working=(*working, *told(loss, point, not said, name)),
                   reading=reading, flat=fit.flat)


def _numbers(matrix: Sequence[Sequence[Expr]], loss: Objective, table: Table | Parts | None) -> np.ndarray:
    return np.array([[float(evaluated(entry, {}, table, loss.columns)) for entry in row] for row in matrix])


def _from_rows(loss: Objective, table: Table | Parts | None, equations: NormalEquations,
               rows: Rows) -> tuple[Fit, Nature, float | None]:
    """The solution from the squares themselves, or, where floats leave it rough, with more digits if there are not too many."""
    fit = fitted(rows)
    found = solved_precisely(loss, table, equations) if fit.rough else None
    return (fit, MINIMUM, None) if found is None else (found.fit, MINIMUM, found.J)


def _roughly(name: str, squares: bool) -> str:
    """What rounding has done to a point, and what to do about it."""
    lost = "columns are so nearly made of each other, or so nearly constant, that rounding has taken digits" if squares else (
        "sums of products over so many rows have lost digits")
    return f" But the {lost}, and the point and {name} are known only roughly{'' if squares else f': {_SQUARES}'}."


def _from_equations(loss: Objective, table: Table | Parts | None, equations: NormalEquations,
                    hessian: np.ndarray) -> tuple[Fit, Nature, float | None]:
    """The solution of A θ = r, where the loss is not written as a sum of squares, its kind, and J there if that is known.

    Sums of products lose twice as many digits as squares do. Where floats have few left, and the data are too many for more,
    the point is rough; where they cannot tell a direction along which J hardly curves from a flat one, the kind is undecided.
    """
    matrix = _numbers(equations.matrix, loss, table)
    right = _numbers([equations.right], loss, table)[0]
    if table is not None:
        _check_sums(loss, table, equations, matrix, right)
    if (found := solved_precisely(loss, table, equations)) is not None:
        return found.fit, found.kind, found.J
    values = np.linalg.eigvalsh(scaled(hessian)[0])
    sizes = np.abs(values)
    known = sizes.min() > _ROUNDED * len(values) * sizes.max()
    point = np.linalg.solve(matrix, right) if known else np.linalg.lstsq(matrix, right, rcond=None)[0]
    fit = Fit(point=point, flat=np.empty((0, len(right))), how="from the sums as floats have them",
              rough=bool(sizes.min() <= ROUGH * sizes.max()))
    return fit, kind_by(values, 0.0) if known else UNDECIDED, None


def _check_sums(loss: Objective, table: Table | Parts, equations: NormalEquations, matrix: np.ndarray,
                right: np.ndarray) -> None:
    """Refuses sums over the rows that are more than a number can hold, or that lost digits for being so small."""
    check_size(matrix, right)
    entries = [entry for row in equations.matrix for entry in row]
    for entry, value in zip((*entries, *equations.right), (*matrix.flat, *right)):
        if abs(value) >= FAINT:
            continue
        for total in entry.atoms(Sum):
            sizes = [float(evaluated(row_sum(Abs(column, evaluate=False), total), {}, table, loss.columns)) / table.rows
                     for column in columns_of(total)]
            if any(0 < size < math.sqrt(FAINT) for size in sizes):
                raise too_small(of_data=True)


def only(loss: Objective, name: str, equations: NormalEquations | None, hessian: np.ndarray, kind: str,
         but: str = "") -> tuple[Inline, ...]:
    """Why the one point of a quadratic loss is what it is, `but`; the equations are those of a loss of one parameter."""
    way = {MINIMUM: "upwards", MAXIMUM: "downwards"}
    sign = ">" if kind == MINIMUM else "<"
    if len(loss.parameters) == 1:
        second = multiplied(mul(equations.factors[0], equations.matrix[0][0]))
        value: tuple[Inline, ...] = () if second.is_Number else (" = ", numeral(hessian[0, 0]))
        return ("The second derivative is ", second, *value, f" {sign} 0 everywhere: {name} curves {way[kind]}, so this is its "
                f"{kind}, and the only one.")
    sizes = np.linalg.eigvalsh(hessian)
    least, largest = (text(numeral(size, 4)) for size in (sizes[0], sizes[-1]))
    seen = f" ({least} to {largest})" if abs(sizes).min() > _SEEN * abs(sizes).max() else ""
    if kind == SADDLE:
        return ("The second derivatives are the same everywhere, and the eigenvalues of the Hessian have both signs"
                f"{seen}: {name} curves upwards in one direction and downwards in another, so this is a saddle point, and "
                "there is no minimum.",)
    if kind == UNDECIDED:
        return ("The second derivatives are the same everywhere. But the sums of products over so many rows have lost so many "
                f"digits that it cannot be told whether {name} curves in every direction, and the point and {name} are "
                f"known only roughly: {_SQUARES}.",)
    return ("The second derivatives are the same everywhere, and the eigenvalues of the Hessian are all ",
            f"{'above' if kind == MINIMUM else 'below'} 0{seen}: {name} curves {way[kind]} in every direction, so this is its "
            f"{kind}, and the only one.{but}")


def _many(loss: Objective, name: str, table: Table | Parts | None, rows: Rows | None, fit: Fit,
          kind: str) -> tuple[Inline, ...]:
    """Which columns are to blame for many minima."""
    one = "point" if kind == UNDECIDED else kind
    known = " as far as floats tell" if fit.rough else ""
    start, end = f"Not one {one} but many{known}, all with this {name}: ", " The one given is the nearest to 0."
    features = rows.features if rows is not None and table is not None else None
    if features is not None and table.rows < len(loss.parameters):
        count = f"there is {table.rows} row" if table.rows == 1 else f"there are {table.rows} rows"
        return (f"{start}{count} for {len(loss.parameters)} parameters.{end}",)
    blame = dependence(rows) if features is not None else None
    if blame is None or (len(blame) > 1 and not any(features[k].has(ROW) for k in blame)):         # two constants, as b + c
        along = [parameter for parameter, share in zip(loss.parameters, np.abs(fit.flat).max(axis=0)) if share > 1e-9]
        return (start, *listed(along), f" can be changed{' together' * (len(along) > 1)} without changing {name}." + end)
    if len(blame) == 1:
        (k,) = blame
        return (start, features[k], f" = 0 in every row, so that {name} does not depend on ", loss.parameters[k], "." + end)
    shares = {k: share for k, share in blame.items() if features[k].has(ROW)}
    last = max(shares)                                 # the column that is told by the others; a constant tells no column
    made = add(*(mul(numeral(-share / blame[last], 4), features[k]) for k, share in blame.items() if k != last))
    others = [loss.parameters[k] for k in blame if k != last]
    return (start, features[last], " = ", made, " in every row, so that a change in ", loss.parameters[last],
            " can be made up for by ", *listed(others), f".{end}")
