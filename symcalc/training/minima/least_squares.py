"""Squares of what is linear in the parameters, solved from the rows themselves: no digit is lost by squaring them."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from sympy import Expr, Integer, Pow, Rational, Sum

from symcalc.calculus.algebra.products import factors_of
from symcalc.calculus.algebra.terms import terms_of
from symcalc.compute.compiled import evaluated
from symcalc.compute.moments.tapes import pass_over
from symcalc.compute.reverse import accumulated
from symcalc.compute.tape import differs
from symcalc.errors import DataError, LossError, SymcalcError
from symcalc.language.names import columns_of
from symcalc.language.table import Table
from symcalc.language.table_parts import Parts
from symcalc.parts import product_as_written, signed
from symcalc.training.minima.linear_terms import multiplied_out
from symcalc.training.problem.degree import degree_of
from symcalc.training.problem.objective import Objective
from symcalc.written import add, mul, negative, replaced

_LOST = 1e-11            # what is left of a column, relative, where it is made of the others: rounding, no more
_MADE = 1e-9             # how far, relatively, a column may be from what the others make of it
_NOTHING = 2e-15         # of the size of the data: less is rounding
ROUGH = sys.float_info.epsilon / 1e-10          # of the largest size, or of a column's mean: less leaves fewer than ten digits
FAINT = 1e-290           # a sum of squares that has lost digits, or everything, for being so small
_REST = 1e-12            # of the size of d: more than this no rounding of d leaves
_SAME = 1e-14            # how equal the entries of a column must be to count as one number

_OF_FORMULA = "the square of a number in the formula is too {} to compute with; use other units, in which it is closer to 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """|B θ - d|², the loss but for a constant factor: one row of B and d for each square."""

    matrix: np.ndarray
    right: np.ndarray
    features: tuple[Expr, ...] | None        # what stands before each parameter, where it is the same formula in every row
    reduced: bool = False                    # whether the first row is what all have in common, as in a triangle
    of_data: bool = True                     # or of numbers in the formula alone


def rows_of(loss: Objective, table: Table | Parts | None) -> Rows | None:
    """The squares of which the loss is a sum; None where it is not one, or a square is not of something linear.

    The rows of a table in parts are reduced to a triangle, whose rows have the same sum of squares.
    """
    blocks = [_block(term, loss, table) for term in terms_of(loss.expression)]
    if not blocks or None in blocks:
        return None
    return Rows(matrix=np.vstack([block.matrix for block in blocks]), right=np.concatenate([block.right for block in blocks]),
                features=blocks[0].features if len(blocks) == 1 else None, reduced=len(blocks) == 1 and blocks[0].reduced,
                of_data=table is not None)


def _block(term: Expr, loss: Objective, table: Table | Parts | None) -> Rows | None:
    """c Σ w (base)² as the rows √(c w) base."""
    total = next((factor for factor in factors_of(term) if isinstance(factor, Sum)), None)
    outside = [factor for factor in factors_of(term) if factor is not total]
    inside = factors_of(total.function) if total is not None else outside
    square = next((factor for factor in inside if isinstance(factor, Pow) and factor.exp == 2
                   and factor.free_symbols.intersection(loss.parameters)), None)
    others = [factor for factor in (*inside, *(outside if total is not None else ())) if factor is not square]
    if square is None or any(factor.free_symbols.intersection(loss.parameters) for factor in others):
        return None
    found = _linear(square.base, loss)
    if found is None:
        return None
    features, constant = found
    # y - (m x + b) has -x and -1 before its parameters; with all signs turned it is the same square.
    turn = all(signed(feature)[0] for feature in features)
    shown = tuple(map(negative, features) if turn else features)
    if total is not None and isinstance(table, Parts):
        return _reduced([*features, constant], others, loss, table, shown)
    count = table.rows if total is not None and table is not None else 1

    def values(expression: Expr) -> np.ndarray:
        return np.broadcast_to(evaluated(expression, {}, table, columns_of(expression)), count)

    weight = values(product_as_written(others)) if others else np.ones(count)
    if not (weight >= 0).all():
        return None
    *columns, right = (_weighted(np.sqrt(weight), values(function), table is not None)
                       for function in (*features, constant))
    return Rows(matrix=np.column_stack(columns), right=-right, features=shown, of_data=table is not None)


def _reduced(functions: Sequence[Expr], weights: Sequence[Expr], loss: Objective, parts: Parts,
             features: tuple[Expr, ...]) -> Rows | None:
    """The triangle of √w times the functions, the last of which stands without a parameter."""
    of_rows = [weight for weight in weights if differs(weight)]
    same = math.prod(float(evaluated(weight, {}, parts, loss.columns)) for weight in weights if not differs(weight))
    root = [Pow(product_as_written(of_rows), Rational(1, 2), evaluate=False)] if of_rows else []
    letters = [mul(*root, function) for function in functions]
    triangle = pass_over(letters, ((), *((k,) for k in range(len(letters)))), loss.columns)(parts).uncentred[:, 1:]
    if same < 0 or not np.isfinite(triangle).all():
        return None                              # where a weight of rows is negative, its root is nan
    triangle = np.column_stack([_weighted(np.float64(math.sqrt(same)), column, True) for column in triangle.T])
    return Rows(matrix=triangle[:, :-1], right=-triangle[:, -1], features=features, reduced=True)


def _weighted(root: np.ndarray, values: np.ndarray, of_data: bool) -> np.ndarray:
    """The values of a column times the roots of the weights; refused where that is too large, or 0 for being so small."""
    with np.errstate(over="ignore", under="ignore"):
        product = root * values
    check_size(product, of_data=of_data)
    if np.abs(product).max() < sys.float_info.min and ((root != 0) & (values != 0)).any():
        raise too_small(of_data)
    return product


def _linear(base: Expr, loss: Objective) -> tuple[list[Expr], Expr] | None:
    """What stands before each parameter, and what stands alone; None where that is not linear in the parameters."""
    if loss.is_large:
        if degree_of(base, loss.parameters) != 1:
            return None
        nothing = dict.fromkeys(loss.parameters, Integer(0))
        return [*accumulated(base, loss.parameters)[1]], replaced(base, nothing.get)
    terms = multiplied_out(base, loss.parameters)
    return None if terms is None else (
        [add(*(rest for by, rest in terms if by == parameter)) for parameter in loss.parameters],
        add(*(rest for by, rest in terms if by is None)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """The θ at which |B θ - d|² is least: that nearest to 0 where there are many, with the directions that are flat."""

    point: np.ndarray
    flat: np.ndarray         # one orthonormal row for each direction; none where there is one minimum
    how: str = "from the columns less their means"         # it was worked out where formulas with rounded numbers do not do
    rough: bool = False                                     # whether rounding has left it only a few digits
    rest: float = math.inf                                  # |B θ - d| by what of d is at right angles to the columns


def fitted(rows: Rows) -> Fit:
    """The least-squares solution, from centred columns where one column is constant, else from the columns as they are.

    It is rough where columns are so nearly made of each other that more digits than those of floats would tell more.

    >>> x = np.array([1e6, 1e6 + 1, 1e6 + 2])
    >>> rows = Rows(matrix=np.column_stack([x, np.ones(3)]), right=2*x + 1, features=None)
    >>> fitted(rows).point
    array([2., 1.])
    """
    _check_rows(np.column_stack([rows.matrix, rows.right]), rows.of_data)
    fit = _from_triangle(rows.matrix, rows.right) if rows.reduced else _by_centring(rows.matrix, rows.right)
    # A value that the data see as rounding of others is 0.
    lengths = np.linalg.norm(rows.matrix, axis=0)
    seen = np.linalg.norm(rows.right)
    if len(lengths) == 1 and lengths[0]:
        seen = np.abs(rows.matrix[:, 0] / lengths[0]) @ np.abs(rows.right)       # beside a 0 of the column there is no noise
    noise = np.abs(fit.point) * lengths <= _NOTHING * seen
    return replace(fit, point=np.where(noise, 0.0, fit.point))


def check_size(*sums: np.ndarray, of_data: bool = True) -> None:
    """Refuses sums of squares of the data, or of numbers in the formula, that are more than a number can hold."""
    if all(np.isfinite(found).all() for found in sums):
        return
    raise DataError("the squares of the data add up to more than 1.8 · 10³⁰⁸, where numbers end; give the data in larger "
                    "units, such as x/1e100") if of_data else LossError(_OF_FORMULA.format("large"))


def too_small(of_data: bool) -> SymcalcError:
    """That the squares are less than a number can hold."""
    return DataError("the squares of the data are too small to be told from 0; give the data in smaller units, such as "
                     "x/1e-100") if of_data else LossError(_OF_FORMULA.format("small"))


def _check_rows(columns: np.ndarray, of_data: bool) -> None:
    """Refuses columns whose squares add up to more than a number can hold, or to less without being 0."""
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        squares = np.sum(np.square(columns), axis=0)
    check_size(squares, of_data=of_data)
    if ((squares < FAINT) & columns.any(axis=0)).any():
        raise too_small(of_data)


def is_exact(rows: Rows, fit: Fit) -> bool:
    """Whether every square is 0 there, but for rounding, which may be large only where d itself is.

    >>> rows = Rows(matrix=np.array([[0.1, 0.2]]), right=np.array([0.3]), features=None)
    >>> is_exact(rows, fitted(rows))
    True
    """
    sizes = np.abs(rows.matrix) @ np.abs(fit.point) + np.abs(rows.right)
    return bool(fit.rest <= _REST * np.linalg.norm(rows.right)
                and (np.abs(rows.matrix @ fit.point - rows.right) <= _NOTHING * sizes).all())


def _by_centring(matrix: np.ndarray, right: np.ndarray) -> Fit:
    constant = next((k for k in range(matrix.shape[1]) if _is_constant(matrix[:, k])), None)
    if constant is None or len(matrix) == 1:
        return _solved(matrix, right)
    height = float(matrix[0, constant])
    others = [k for k in range(matrix.shape[1]) if k != constant]
    means = np.array([_mean(matrix[:, k]) for k in others])
    centred = matrix[:, others] - means
    rough = bool(np.ptp(matrix[:, constant]))
    for k, (column, mean) in enumerate(zip(centred.T, means)):
        spread = np.abs(column).max()
        rough |= bool(np.ptp(matrix[:, others[k]]) and spread <= ROUGH * abs(mean))
        if spread <= _SAME * abs(mean):
            centred[:, k] = 0                    # constant, too: what is left is rounding
    middle = _mean(right)
    inner = _solved(centred, right - middle)
    inner = replace(inner, rough=inner.rough or rough)
    return _with_constant(inner, others, constant, (middle - means @ inner.point) / height, -(inner.flat @ means) / height)


def _from_triangle(matrix: np.ndarray, right: np.ndarray) -> Fit:
    """The same from a triangle: below its first row, everything is centred."""
    constant = next((k for k in range(matrix.shape[1]) if matrix[0, k] and not matrix[1:, k].any()), None)
    if constant is None:
        return _solved(matrix, right)
    others = [k for k in range(matrix.shape[1]) if k != constant]
    centred, middle, height = matrix[1:, others].copy(), matrix[0, others], matrix[0, constant]
    centred[:, np.abs(centred).max(axis=0, initial=0) <= _SAME * np.abs(middle)] = 0
    inner = _solved(centred, right[1:])
    return _with_constant(inner, others, constant, (right[0] - middle @ inner.point) / height, -(inner.flat @ middle) / height)


def _with_constant(inner: Fit, others: Sequence[int], constant: int, height: float, along: np.ndarray) -> Fit:
    """The fit of the other columns, with what the constant one makes up for."""
    point, flat = np.empty(len(others) + 1), np.zeros((len(inner.flat), len(others) + 1))
    point[others], point[constant] = inner.point, height
    flat[:, others], flat[:, constant] = inner.flat, along
    return replace(_nearest(point, flat), rest=inner.rest, rough=inner.rough)


def _solved(matrix: np.ndarray, right: np.ndarray) -> Fit:
    """By singular values of the columns brought to one length."""
    if not matrix.shape[1]:
        return Fit(point=np.empty(0), flat=np.empty((0, 0)), rest=float(np.linalg.norm(right)))
    lengths = np.linalg.norm(matrix, axis=0)
    lengths[lengths == 0] = 1
    if matrix.shape[1] == 1:             # the singular vector would lose what is small in the column beside the rest of it
        unit = matrix[:, 0] / lengths
        share = unit @ right
        return Fit(point=share / lengths, flat=np.empty((0, 1)) if matrix.any() else np.eye(1),
                   rest=float(np.linalg.norm(right - share * unit)))
    left, sizes, across = np.linalg.svd(matrix / lengths, full_matrices=len(matrix) < matrix.shape[1])
    sizes = np.append(sizes, np.zeros(matrix.shape[1] - len(sizes)))
    kept = sizes > _LOST * sizes[0]
    used = left.T[:len(kept)][kept[:len(left.T)]]
    shares = used @ right
    fit = _nearest(across[kept].T @ (shares / sizes[kept]) / lengths, across[~kept] / lengths)
    return replace(fit, rest=float(np.linalg.norm(right - shares @ used)), rough=bool(sizes[-1] <= ROUGH * sizes[0]))


def _nearest(point: np.ndarray, flat: np.ndarray) -> Fit:
    if not len(flat):
        return Fit(point=point, flat=flat)
    flat = np.linalg.qr(flat.T)[0].T
    return Fit(point=point - flat.T @ (flat @ point), flat=flat)


def _is_constant(column: np.ndarray) -> bool:
    return bool(column[0] != 0 and np.abs(column - column[0]).max() <= _SAME * abs(column[0]))


def _mean(column: np.ndarray) -> float:
    """The mean, and what its rounding left of it."""
    rough = float(column.mean())
    return rough + float((column - rough).mean())


def dependence(rows: Rows) -> dict[int, float] | None:
    """Shares of columns, by their places, that together are 0 in every row; None where every column is needed.

    >>> dependence(Rows(matrix=np.array([[1.0, 2.0], [2.0, 4.0]]), right=np.zeros(2), features=None))
    {0: -2.0, 1: 1.0}
    """
    for k in range(rows.matrix.shape[1]):
        before, column = rows.matrix[:, :k], rows.matrix[:, k]
        point, size = _solved(before, column).point, np.linalg.norm(column)
        if np.linalg.norm(before @ point - column) <= _MADE * size:
            shares = np.abs(point) * np.linalg.norm(before, axis=0)
            return {**{j: -float(point[j]) for j in range(k) if shares[j] > _MADE * size}, k: 1.0}
    return None
