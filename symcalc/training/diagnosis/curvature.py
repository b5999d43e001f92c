"""How a loss curves: its second derivatives by rule, compiled, and what their eigenvalues say."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations_with_replacement
from typing import Literal

import numpy as np
from sympy import Expr, Indexed, Symbol

from symcalc.calculus.unfolding import Application, applied
from symcalc.compute.cluster import in_parts
from symcalc.compute.compiled import Compiled
from symcalc.compute.generated import executed, source_of
from symcalc.compute.stable import stabilised
from symcalc.compute.tape import Tape
from symcalc.errors import LossError
from symcalc.language.table import Table
from symcalc.language.table_parts import Parts
from symcalc.training.diagnosis.degree import degree_of
from symcalc.training.diagnosis.rates import hessian
from symcalc.training.losses import Loss

SHOWN = 3                # parameters up to which the Hessian is derived line by line
MINIMUM, MAXIMUM, SADDLE, UNDECIDED = "minimum", "maximum", "saddle point", "undecided"
_ROUNDING = 1e-12        # relative to the largest eigenvalue: one smaller than this counts as zero
_FLAT = 1e-9             # ... and where a kind is told, in units in which the diagonal is 1
_SINGULAR = 64 * np.finfo(float).eps         # ... and where a matrix is inverted: what rounding makes of a 0
_MANY = 20               # parameters from which differences are cheaper than formulas that are used a few times
_LARGE_TABLE = 100_000   # ... and rows

Nature = Literal["minimum", "maximum", "saddle point", "undecided"]


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


def second_derivatives(loss: Loss, table: Table | Parts | None, partials: Partials | None = None) -> SecondDerivatives:
    """The Hessian of the loss over its table, differentiated by rule and compiled once; `partials` if they are known.

    Of a large loss, that has tens of thousands of entries, it comes from differences of the slopes.

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


def affordable_derivatives(loss: Loss, table: Table | Parts | None, compiled: Compiled) -> SecondDerivatives:
    """The Hessian for a look or two: by rule, or by differences where many parameters or rows make that slow.

    >>> J = Loss("w^4")
    >>> affordable_derivatives(J, None, J.compile())(np.array([1.0]))
    array([[12.]])
    """
    if len(loss.parameters) > _MANY or (table is not None and (isinstance(table, Parts) or table.rows > _LARGE_TABLE)):
        return by_differences(compiled)
    return second_derivatives(loss, table)


def by_differences(compiled: Compiled) -> SecondDerivatives:
    """The Hessian by differences of the compiled slopes.

    >>> by_differences(Loss("u*v").compile())(np.array([3.0, 5.0])).round(6)
    array([[0., 1.],
           [1., 0.]])
    """
    return SecondDerivatives(function=lambda point: hessian(compiled, point), symbolic=False)


def _compiled(loss: Loss, table: Table | Parts | None, partials: Partials) -> Callable[[np.ndarray], np.ndarray]:
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


def second_partials(loss: Loss) -> dict[tuple[str, str], Expr]:
    """The second partials by pairs of names, each pair once, row by row.

    Those of a few parameters are what `loss.hessian()` derives and proves. Of many, the proved gradient is differentiated
    by the same rules, without the lines: 30 parameters have 465 pairs. There are none for a large loss.

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


def _partials(loss: Loss) -> dict[tuple[str, str], Expr]:
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

    >>> u = Loss("u^2").parameters[0]
    >>> derivative_in(u**3, u)
    3*u**2
    """
    known = {} if known is None else known
    root = applied(part, variable, known)
    return root.shown(frozenset(known.values()), {})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spectrum:
    """The eigenvalues of a Hessian, λ_min first: how the loss curves along the directions that do not mix.

    >>> found = spectrum(np.array([[2.0, 0.0], [0.0, 8.0]]))
    >>> found.smallest, found.largest, found.condition
    (2.0, 8.0, 4.0)
    """

    values: np.ndarray
    directions: np.ndarray               # of length 1, in columns

    @property
    def smallest(self) -> float:
        """λ_min, the curvature along the flattest direction."""
        return float(self.values[0])

    @property
    def largest(self) -> float:
        """λ_max, the curvature along the steepest direction."""
        return float(self.values[-1])

    @property
    def zero(self) -> float:
        """The size up to which an eigenvalue is rounding."""
        return _ROUNDING * float(np.abs(self.values).max())

    @property
    def upwards(self) -> np.ndarray:
        """The eigenvalues above 0, the smallest first."""
        return self.values[self.values > self.zero]

    @property
    def condition(self) -> float:
        """λ_max/λ_min, how much steeper the steepest direction is than the flattest; inf along a valley, nan if not upwards."""
        if not self.largest > self.zero or self.smallest < -self.zero:
            return math.nan
        return self.largest / self.smallest if self.smallest > self.zero else math.inf


def spectrum(matrix: np.ndarray) -> Spectrum:
    """The eigenvalues of a symmetric matrix and their directions; nan where an entry is not finite.

    >>> spectrum(np.array([[2.0, 0.0], [0.0, 8.0]])).values
    array([2., 8.])
    """
    if not np.isfinite(matrix).all():
        return Spectrum(values=np.full(len(matrix), np.nan), directions=np.full(matrix.shape, np.nan))
    values, directions = np.linalg.eigh(matrix)
    return Spectrum(values=values, directions=directions)


def limit_of(matrix: np.ndarray) -> float | None:
    """2/λ_max: gradient descent on a quadratic with this Hessian converges below this rate; None where it curves nowhere up.

    >>> limit_of(np.array([[2.0, 0.0], [0.0, 8.0]])), limit_of(np.array([[-1.0]]))
    (0.25, None)
    """
    found = spectrum(matrix)
    return 2 / found.largest if found.largest > found.zero else None


def scaled(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The Hessian in units of the parameters in which its diagonal is 1, so that no unit hides another, and these units.

    Where a diagonal is too small for its row, so that J is no bowl, the row is brought to size instead.

    >>> scaled(np.array([[4.0, 0.0], [0.0, 1e-6]]))[0]
    array([[1., 0.],
           [0., 1.]])
    """
    size = np.abs(matrix)
    lengths = np.maximum(np.sqrt(np.diag(size)), size.max(axis=1) / math.sqrt(size.max() or 1.0))
    lengths[lengths == 0] = 1
    return matrix / np.outer(lengths, lengths), lengths


def kind_of(matrix: np.ndarray) -> Nature:
    """What kind of point it is where the slopes are 0 and this is the Hessian; "undecided" where a 0 leaves it open.

    >>> kind_of(np.array([[2.0, 0.0], [0.0, -1e-9]])), kind_of(np.array([[2.0, 2.0], [2.0, 2.0]]))
    ('saddle point', 'undecided')
    """
    if not matrix.size or not np.isfinite(matrix).all():
        return UNDECIDED
    return kind_by(spectrum(scaled(matrix)[0]).values)


def kind_by(values: np.ndarray) -> Nature:
    """What kind of point it is by the eigenvalues of the Hessian, the least first."""
    nothing = _FLAT * float(np.abs(values).max())
    if values[0] > nothing:
        return MINIMUM
    if values[-1] < -nothing:
        return MAXIMUM
    return SADDLE if values[0] < -nothing and values[-1] > nothing else UNDECIDED


def newton_step(matrix: np.ndarray, slopes: np.ndarray) -> np.ndarray | None:
    """p of ∇²J p = ∇J; None where the matrix has no inverse, or one made of rounding, or p is too large.

    >>> newton_step(np.array([[2.0, 0.0], [0.0, 4.0]]), np.array([1.0, 1.0]))
    array([0.5 , 0.25])
    """
    if not (np.isfinite(matrix).all() and np.isfinite(slopes).all()):
        return None
    lengths = np.exp2(np.round(np.log2(scaled(matrix)[1])))          # powers of 2, as dividing by them rounds nothing
    units = matrix / np.outer(lengths, lengths)
    sizes = np.abs(spectrum(units).values)
    if sizes.min() <= _SINGULAR * sizes.max():
        return None
    with np.errstate(all="ignore"):
        step = np.linalg.solve(units, slopes / lengths) / lengths
    return step if np.isfinite(step).all() else None


def shortest_step(matrix: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """The p of ∇²J p = ∇J along those directions in which J curves; 0 along the others.

    >>> shortest_step(np.array([[2.0, 2.0], [2.0, 2.0]]), np.array([2.0, 2.0]))
    array([0.5, 0.5])
    """
    units, lengths = scaled(matrix)
    found = spectrum(units)
    size = np.abs(found.values)
    curved = size > _FLAT * size.max()
    along = (found.directions.T @ (slopes / lengths))[curved] / found.values[curved]
    return found.directions[:, curved] @ along / lengths


def is_quadratic(loss: Loss, partials: Partials | None = None) -> bool:
    """Whether the loss is one quadratic everywhere: no second derivative has a parameter in it, and no slope jumps.

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


def is_piecewise_linear(loss: Loss, partials: Partials | None = None) -> bool:
    """Whether the loss is made of straight pieces that meet in kinks, as a mean of absolute errors is.

    >>> is_piecewise_linear(Loss("mean(abs(y - m*x))")), is_piecewise_linear(Loss("3*w"))
    (True, False)
    """
    return not loss.is_large and loss.has_kinks and all(
        entry == 0 for entry in (partials or second_partials(loss)).values())
