"""Rates that a method looks for at every step."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from symcalc.compute.compiled import Compiled

HALVINGS = 60            # of the rate, while a smaller one is looked for
ARMIJO = 1e-4            # Armijo's c: the share of the promised fall that must come


def rate_along(compiled: Compiled, point: np.ndarray, slopes: np.ndarray, cost: float, first: float,
               curvature: Callable[[np.ndarray], np.ndarray] | None = None) -> float | None:
    """The rate along -∇J: exact where a quadratic's curvature is given, else the first half of `first` that brings enough.

    Enough is ARMIJO of the fall that the slopes promise; None where no half brings it.
    """
    unit = 2.0 ** (math.frexp(float(np.abs(slopes).max()))[1] - 1)       # of their size: their squares may be no numbers
    slopes = slopes / unit
    square = float(slopes @ slopes)
    if curvature is not None and (bend := float(slopes @ curvature(point) @ slopes)) > 0:
        return square / bend
    rate = first
    for _ in range(HALVINGS):
        with np.errstate(all="ignore"):
            there = compiled.at(point - rate * unit * slopes)[0]
            enough = there <= cost - ARMIJO * (rate * unit) * (unit * square)
        if there < cost and enough:         # a fall that rounding loses is none
            return float(rate)
        rate /= 2
    return None
