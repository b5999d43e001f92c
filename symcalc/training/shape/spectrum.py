"""What a Hessian says: its eigenvalues, the kind of a stationary point, the largest stable rate, Newton's step."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

_ROUNDING = 1e-12        # relative to the largest eigenvalue: one smaller than this counts as zero
_FLAT = 1e-9             # ... and where a kind is told, in units in which the diagonal is 1
_SINGULAR = 64 * np.finfo(float).eps         # ... and where a matrix is inverted: what rounding makes of a 0

Nature = Literal["minimum", "maximum", "saddle point", "undecided"]
MINIMUM: Final = "minimum"
MAXIMUM: Final = "maximum"
SADDLE: Final = "saddle point"
UNDECIDED: Final = "undecided"


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
    with np.errstate(invalid="ignore"):              # of entries that are not finite
        lengths = np.maximum(np.sqrt(np.diag(size)), size.max(axis=1) / math.sqrt(size.max() or 1.0))
    lengths[lengths == 0] = 1
    return _in_units(matrix, lengths), lengths


def _in_units(matrix: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """The matrix by rows and by columns, one after the other: the product of two small lengths may be no number."""
    with np.errstate(all="ignore"):                  # of entries that are not finite
        return matrix / lengths[:, np.newaxis] / lengths


def level(matrix: np.ndarray, rounding: float) -> tuple[np.ndarray, np.ndarray]:
    """The directions along which J does not curve by more than so many roundings, and how much it may curve there.

    They are in columns, in units of the parameters in which the diagonal is 1, so that no unit makes a direction seem level.

    >>> [len(level(np.array(rows), 2)[0].T) for rows in ([[1e14, 0], [0, 2.0]], [[2.0, 4.0], [4.0, 8.0]])]
    [0, 1]
    """
    found = spectrum(scaled(matrix)[0])
    nothing = rounding * len(matrix) * np.finfo(float).eps * float(np.abs(found.values).max())
    return found.directions[:, np.abs(found.values) <= nothing], np.float64(nothing)


def kind_of(matrix: np.ndarray) -> Nature:
    """What kind of point it is where the slopes are 0 and this is the Hessian; "undecided" where a 0 leaves it open.

    >>> kind_of(np.array([[2.0, 0.0], [0.0, -1e-9]])), kind_of(np.array([[2.0, 2.0], [2.0, 2.0]]))
    ('saddle point', 'undecided')
    """
    if not matrix.size or not np.isfinite(matrix).all():
        return UNDECIDED
    return kind_by(spectrum(scaled(matrix)[0]).values)


def kind_by(values: np.ndarray, flat: float = _FLAT) -> Nature:
    """What kind of point it is by the eigenvalues of the Hessian, the least first; one up to `flat` of the largest is a 0."""
    nothing = flat * float(np.abs(values).max())
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
    units = _in_units(matrix, lengths)
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
