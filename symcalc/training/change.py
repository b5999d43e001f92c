"""The change of the cost from point to point: what the slopes promise, what comes, and what is rounding."""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import ArrayLike

ROUNDING = 64 * sys.float_info.epsilon      # relative to J: a change of this size is rounding and no more


def change_of(before: ArrayLike, after: ArrayLike) -> np.ndarray:
    """after - before, costs both; 0 where that is rounding.

    >>> change_of([2, 1], [1, 1 + 2**-50]).tolist()
    [-1.0, 0.0]
    """
    with np.errstate(all="ignore"):
        change = np.subtract(after, before)
        return np.where(np.abs(change) < ROUNDING * np.maximum(np.abs(before), np.abs(after)), 0.0, change)


def promised(slopes: np.ndarray, points: np.ndarray) -> np.ndarray:
    """What the slopes promise of J in each step from point to point, ∇J·Δθ."""
    with np.errstate(all="ignore"):
        return np.sum(slopes * np.diff(points, axis=0), axis=1)
