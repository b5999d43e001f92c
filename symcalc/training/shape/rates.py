"""Second derivatives by differences, and the rate to try where they are known."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Context

import numpy as np

from symcalc.compute.compiled import Compiled

_STEP = 1e-5         # of the differences of the gradient, relative to the parameter
_BELOW = 0.99        # how far below the limit a rate stays that is suggested


def hessian(compiled: Compiled, point: np.ndarray) -> np.ndarray:
    """The matrix of second derivatives at a point, from central differences of the derived gradient."""
    sizes = _STEP * np.maximum(1.0, np.abs(point))
    around = np.concatenate([point + np.diag(sizes), point - np.diag(sizes)])
    if compiled.strategy == "parts":
        slopes = compiled.across(around)[1]              # one pass over the data
    else:
        slopes = np.array([compiled.at(each)[1] for each in around])
    right, left = np.split(slopes, 2)
    with np.errstate(all="ignore"):
        matrix = (right - left) / (2 * sizes[:, np.newaxis])
    return (matrix + matrix.T) / 2


def suggested_rate(upwards: Sequence[float], everywhere: bool = True) -> float:
    """2/(λ_max + λ_min), the fastest for a quadratic, or else 1/λ_max; two digits, rounded down to stay below 2/λ_max.

    >>> suggested_rate((1.0, 2.0)), suggested_rate((1.0, 2.0), everywhere=False)
    (0.66, 0.5)
    """
    smallest, largest = float(upwards[0]), float(upwards[-1])
    best = min(2 / (smallest + largest), _BELOW * 2 / largest) if everywhere else 1 / largest
    return two_digits(best)


def two_digits(rate: float, *, up: bool = False) -> float:
    """The rate to two digits, rounded down unless `up`.

    >>> two_digits(0.1689), two_digits(0.1611, up=True)
    (0.16, 0.17)
    """
    return float(Context(prec=2, rounding=ROUND_CEILING if up else ROUND_FLOOR).create_decimal(f"{rate:.12g}"))
