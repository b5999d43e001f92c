"""Centring and scaling: the same loss in coordinates in which it curves alike in all directions.

Columns may be replaced only where other parameters give the very same predictions, as m x + b = m' x' + b' does. So the
parts of the loss that are linear in the parameters are found, and in each of them what multiplies a parameter after
scaling must combine to what multiplied it before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from sympy import Basic, Expr, Sum, Symbol

from symcalc.compute.compiled import evaluated
from symcalc.language.names import columns_of, name_of, symbol
from symcalc.language.table import Table, table_of
from symcalc.pages.document import joined
from symcalc.pages.numbers import numeral
from symcalc.pages.text import inline
from symcalc.training.problem.objective import Objective
from symcalc.training.shape.curvature import derivative_in
from symcalc.written import divide, subtract

_ALIKE = 1e-9            # relative: how closely what is combined must meet what it stands for
_CONSTANT = 1e-9         # relative: a column that varies no more than this does not vary
_ROUNDING = 1e-14        # relative to the largest in its column: an entry of S this small is 0
_TRIALS = 20             # rows tried beyond four for each parameter

How = Literal["centre and scale", "scale"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """x' = (x - middle)/size for one column.

    >>> change = change_of(np.array([1.0, 3.0]), "centre and scale")
    >>> change.middle, change.size, change.applied(np.array([1.0, 3.0]))
    (2.0, 1.0, array([-1.,  1.]))
    """

    middle: float
    size: float
    how: How

    def applied(self, values: np.ndarray) -> np.ndarray:
        """The new values of the column."""
        return (values - self.middle) / self.size

    def undone(self, values: np.ndarray) -> np.ndarray:
        """The old values."""
        return values * self.size + self.middle

    def formula(self, letter: Expr) -> Expr:
        """The new value in terms of the old, in numbers."""
        lead = subtract(letter, numeral(self.middle)) if self.middle else letter
        return divide(lead, numeral(self.size))


def change_of(values: np.ndarray, how: How) -> Change | None:
    """By mean and standard deviation, or without centring by the root mean square; None where that is no change."""
    middle = float(np.mean(values)) if how == "centre and scale" else 0.0
    size = float(np.sqrt(np.mean((values - middle)**2)))
    if not np.isfinite(size) or size <= _CONSTANT * abs(middle) or (middle, size) == (0, 1):
        return None
    return Change(middle=middle, size=size, how=how)


def named(chosen: Mapping[str, Change]) -> str:
    """What is done to which columns.

    >>> named({"x": Change(middle=2.0, size=1.0, how="centre and scale"), "z": Change(middle=0.0, size=3.0, how="scale")})
    'centre and scale x and scale z'
    """
    some = {how: [symbol(name) for name, change in chosen.items() if change.how == how] for how in get_args(How)}
    return " and ".join(f"{how} {inline(joined(letters))}" for how, letters in some.items() if letters)


def changes(loss: Objective, table: Table) -> tuple[dict[str, Change], np.ndarray] | None:
    """The columns that can be replaced, and the matrix S with θ' = S θ; None where there are none.

    Each is centred and scaled if the loss can make up for it, only scaled if not, and left alone where it can do neither.

    >>> from symcalc.training.losses import Loss
    >>> from symcalc.language.data import read_table
    >>> loss = Loss("mean((y - (m*x + b))^2)")
    >>> found, matrix = changes(loss, read_table({"x": [1, 3], "y": [0, 1]}))
    >>> sorted(found), matrix.round(9).tolist()
    (['x'], [[1.0, 0.0], [2.0, 1.0]])
    """
    parts = tuple(dict.fromkeys(_linear_parts(loss.expression, frozenset(loss.parameters))))
    names = dict.fromkeys(name_of(column) for part in parts for parameter in loss.parameters
                          for column in columns_of(derivative_in(part, parameter)) if column != loss.target)
    chosen = _all_centred(names, table)
    matrix = _matrix(loss, parts, table, chosen) if chosen else None
    if matrix is None:
        chosen = _one_by_one(loss, parts, table, names)
        matrix = _matrix(loss, parts, table, chosen) if chosen else None
    return None if matrix is None else (chosen, matrix)


def _all_centred(names: Iterable[str], table: Table) -> dict[str, Change]:
    changed = {name: change_of(table[name], "centre and scale") for name in names}
    return {name: change for name, change in changed.items() if change is not None}


def _one_by_one(loss: Objective, parts: Sequence[Expr], table: Table, names: Iterable[str]) -> dict[str, Change]:
    """The most that can be done with each column while the others stay as they are."""
    chosen: dict[str, Change] = {}
    for name in names:
        for how in ("centre and scale", "scale"):
            change = change_of(table[name], how)
            if change is not None and _matrix(loss, parts, table, {name: change}) is not None:
                chosen[name] = change
                break
    return chosen


def _linear_parts(part: Basic, parameters: frozenset[Symbol]) -> Iterator[Expr]:
    """The largest parts that are linear in the parameters: m x + b in a squared residual, each parameter on its own."""
    if not part.free_symbols & parameters:
        return
    if isinstance(part, Sum):
        yield from _linear_parts(part.function, parameters)
    elif isinstance(part, Expr) and _is_linear(part, parameters):
        yield part
    else:
        for argument in part.args:
            yield from _linear_parts(argument, parameters)


def _is_linear(part: Expr, parameters: frozenset[Symbol]) -> bool:
    """Whether no derivative by a parameter has one in it still; a sum over rows within is looked at from the inside."""
    if part.has(Sum):
        return False
    return not any(derivative_in(part, parameter).free_symbols & parameters for parameter in parameters & part.free_symbols)


def _matrix(loss: Objective, parts: Sequence[Expr], table: Table, chosen: Mapping[str, Change]) -> np.ndarray | None:
    """S with θ' = S θ, so that every part has the same value before and after; None where there is none.

    What multiplies the parameters is compared on made-up rows between the extremes of each column.
    """
    rows = _TRIALS + 4 * len(loss.names)
    random = np.random.default_rng(0)
    after = {name_of(column): _between(table[name_of(column)], chosen.get(name_of(column)), random, rows)
             for column in loss.columns}
    before = {name: chosen[name].undone(values) if name in chosen else values for name, values in after.items()}
    new, old = (_multipliers(loss, parts, table_of(columns, rows, "")) for columns in (after, before))
    if not (np.isfinite(new).all() and np.isfinite(old).all()):
        return None
    size = np.abs(old).max(axis=0)
    size[size == 0] = 1
    if np.abs(new[:, -1] - old[:, -1]).max() > _ALIKE * size[-1]:           # what stands without a parameter
        return None
    matrix, *_ = np.linalg.lstsq(new[:, :-1], old[:, :-1] / size[:-1], rcond=None)
    met = np.abs(new[:, :-1] @ matrix - old[:, :-1] / size[:-1]).max() <= _ALIKE
    return np.where(np.abs(matrix) <= _ROUNDING * np.abs(matrix).max(axis=0), 0.0, matrix) * size[:-1] if met else None


def _between(values: np.ndarray, change: Change | None, random: np.random.Generator, rows: int) -> np.ndarray:
    values = values if change is None else change.applied(values)
    return random.uniform(values.min(), values.max(), rows)


def _multipliers(loss: Objective, parts: Sequence[Expr], table: Table) -> np.ndarray:
    """What multiplies each parameter in the rows of every part, one column each, and last what stands alone."""
    zero = dict.fromkeys(loss.parameters, 0.0)
    blocks = []
    for part in parts:
        alone = _in_rows(part, zero, loss, table)
        slopes = [_in_rows(derivative_in(part, parameter), zero, loss, table) for parameter in loss.parameters]
        blocks.append(np.column_stack([*slopes, alone]))
    return np.concatenate(blocks)


def _in_rows(part: Expr, values: Mapping[Symbol, float], loss: Objective, table: Table) -> np.ndarray:
    return np.broadcast_to(evaluated(part, values, table, loss.columns), table.rows)
