"""How a loss curves: its second derivatives by rule, compiled, and whether they are the same everywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations_with_replacement

import numpy as np
from sympy import Expr, Indexed, Symbol

from symcalc.calculus.unfolding import Application, applied
from symcalc.compute.cluster import in_parts
from symcalc.compute.compiled import Compiled
from symcalc.compute.generated import executed, source_of
from symcalc.compute.loops.hessian import affine_hessian
from symcalc.compute.stable import stabilised
from symcalc.compute.tape import Tape
from symcalc.errors import LossError
from symcalc.language.table import Table
from symcalc.language.table_parts import Parts
from symcalc.training.problem.degree import degree_of
from symcalc.training.problem.objective import Objective
from symcalc.training.shape.rates import hessian

SHOWN = 3                # parameters up to which the Hessian is derived line by line
_MANY = 20               # parameters from which differences are cheaper than formulas that are used a few times
_LARGE_TABLE = 100_000   # ... and rows


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondDerivatives:
    """∇²J as a function of a point, a float64 matrix in the order of the parameters; nan where it has no real value.

    `symbolic` is False where the formulas have no numeric form, so that differences of the gradient stand in for them.
    """

    function: Callable[[np.ndarray], np.ndarray]
    symbolic: bool

    def __call__(self, point: np.ndarray) -> np.ndarray:
        return self.function(np.asarray(point, dtype=np.float64))


Partials = Mapping[tuple[str, str], Expr]


def second_derivatives(loss: Objective, table: Table | Parts | None, partials: Partials | None = None) -> SecondDerivatives:
    """The Hessian of the loss over its table, differentiated by rule and compiled once; `partials` if they are known.

    Of a large loss, that has tens of thousands of entries, it comes from differences of the slopes.

    >>> from symcalc.training.losses import Loss
    >>> curvature = second_derivatives(Loss("u^2*v"), None)
    >>> curvature(np.array([3.0, 5.0]))
    array([[10.,  6.],
           [ 6.,  0.]])
    """
    if loss.is_large:
        return by_differences(loss.compile(table))
    try:
        return SecondDerivatives(function=_compiled(loss, table, partials or _partials(loss)), symbolic=True)
    except LossError:
        return by_differences(loss.compile(table))


def affordable_derivatives(loss: Objective, table: Table | Parts | None, compiled: Compiled) -> SecondDerivatives:
    """The Hessian for a look or two: off the code of affine slopes, or by rule; by differences where that is slow.

    >>> from symcalc.training.losses import Loss
    >>> J = Loss("w^4")
    >>> affordable_derivatives(J, None, J.compile())(np.array([1.0]))
    array([[12.]])
    """
    if (hessian := affine_hessian(compiled)) is not None:
        return SecondDerivatives(function=lambda point: hessian.copy(), symbolic=True)
    if len(loss.parameters) > _MANY or (table is not None and (isinstance(table, Parts) or table.rows > _LARGE_TABLE)):
        return by_differences(compiled)
    return second_derivatives(loss, table)


def by_differences(compiled: Compiled) -> SecondDerivatives:
    """The Hessian by differences of the compiled slopes.

    >>> from symcalc.training.losses import Loss
    >>> by_differences(Loss("u*v").compile())(np.array([3.0, 5.0])).round(6)
    array([[0., 1.],
           [1., 0.]])
    """
    return SecondDerivatives(function=lambda point: hessian(compiled, point), symbolic=False)


def _compiled(loss: Objective, table: Table | Parts | None, partials: Partials) -> Callable[[np.ndarray], np.ndarray]:
    entries = tuple(partials.values())
    if isinstance(table, Parts):
        function = in_parts([stabilised(entry) for entry in entries], loss.parameters, loss.columns, table)
    else:
        function = _lowered(entries, loss.parameters, loss.columns)(table)
    above = np.triu_indices(len(loss.parameters))

    def matrix(point: np.ndarray) -> np.ndarray:
        with np.errstate(all="ignore"):
            found = function(*point)
        values = np.zeros((len(point), len(point)))
        values[above] = found
        return values + np.triu(values, 1).T

    return matrix


@lru_cache(maxsize=32)
def _lowered(entries: tuple[Expr, ...], parameters: tuple[Symbol, ...],
             columns: tuple[Indexed, ...]) -> Callable[[Table | None], Callable[..., tuple[float, ...]]]:
    """What binds a table to the function for the entries; kept, as every run asks how the loss curves where it ends."""
    tape = Tape(parameters, columns, arrays=True, blocks=True)
    results = [tape.value(stabilised(entry)).source for entry in entries]
    return executed(tape, source_of(tape, "second_derivatives", f"({', '.join(results)},)"))


def second_partials(loss: Objective) -> dict[tuple[str, str], Expr]:
    """The second partials by pairs of names, each pair once, row by row.

    Those of a few parameters are what `loss.hessian()` derives and proves. Of many, the proved gradient is differentiated
    by the same rules, without the lines: 30 parameters have 465 pairs. There are none for a large loss.

    >>> from symcalc.training.losses import Loss
    >>> second_partials(Loss("u^2*v"))
    {('u', 'u'): 2*v, ('u', 'v'): 2*u, ('v', 'v'): 0}
    """
    if loss.is_large:
        return {}
    pairs = list(combinations_with_replacement(loss.names, 2))
    if len(loss.names) <= SHOWN:
        derived = loss.hessian()
        return {pair: derived[pair].result for pair in pairs}
    return _partials(loss)


def _partials(loss: Objective) -> dict[tuple[str, str], Expr]:
    found = _differentiated(tuple(slope.result for slope in loss.gradient().values()), loss.parameters)
    return dict(zip(combinations_with_replacement(loss.names, 2), found, strict=True))


@lru_cache(maxsize=32)
def _differentiated(slopes: tuple[Expr, ...], letters: tuple[Symbol, ...]) -> tuple[Expr, ...]:
    """The slopes of the slopes, each pair of letters once, row by row; kept, as the runs of a sweep have the same."""
    known: dict[Symbol, dict[Expr, Application]] = {letter: {} for letter in letters}
    return tuple(derivative_in(slopes[row], letters[column], known[letters[column]])
                 for row, column in combinations_with_replacement(range(len(letters)), 2))


def derivative_in(part: Expr, variable: Symbol, known: dict[Expr, Application] | None = None) -> Expr:
    """The derivative by the rules alone, without lines; `known` keeps what was found for parts that come again.

    >>> from symcalc.training.losses import Loss
    >>> u = Loss("u^2").parameters[0]
    >>> derivative_in(u**3, u)
    3*u**2
    """
    known = {} if known is None else known
    root = applied(part, variable, known)
    return root.shown(frozenset(known.values()), {})


def is_quadratic(loss: Objective, partials: Partials | None = None) -> bool:
    """Whether the loss is one quadratic everywhere: no second derivative has a parameter in it, and no slope jumps.

    >>> from symcalc.training.losses import Loss
    >>> is_quadratic(Loss("mean((y - (m*x + b))^2)")), is_quadratic(Loss("w^4")), is_quadratic(Loss("w^2 + abs(w)"))
    (True, False, False)
    """
    letters = set(loss.parameters)
    if loss.has_kinks:
        return False
    if loss.is_large:
        degree = degree_of(loss.expression, letters)
        return degree is not None and degree <= 2
    return not any(letters & entry.free_symbols for entry in (partials or second_partials(loss)).values())


def is_piecewise_linear(loss: Objective, partials: Partials | None = None) -> bool:
    """Whether the loss is made of straight pieces that meet in kinks, as a mean of absolute errors is.

    >>> from symcalc.training.losses import Loss
    >>> is_piecewise_linear(Loss("mean(abs(y - m*x))")), is_piecewise_linear(Loss("3*w"))
    (True, False)
    """
    return not loss.is_large and loss.has_kinks and all(
        entry == 0 for entry in (partials or second_partials(loss)).values())
