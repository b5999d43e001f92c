"""What the generated code may call: functions that stay right where the textbook formula overflows."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike


def sigmoid(z: ArrayLike) -> np.ndarray:
    """1/(1 + e^(-z)), with e^(-|z|) only, so that nothing overflows.

    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    small = np.exp(-np.abs(z))
    return np.where(np.asarray(z) >= 0, 1.0, small) / (1.0 + small)


def softplus(z: ArrayLike) -> np.ndarray:
    """ln(1 + e^z) as max(z, 0) + ln(1 + e^(-|z|)).

    >>> softplus(np.array([-1000.0, 1000.0]))
    array([   0., 1000.])
    """
    return np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z)))


def gamma(z: ArrayLike) -> np.ndarray:
    """Γ(z), elementwise; nan where it has no value, inf where it is too large.

    >>> gamma(np.array([5.0, -1.0]))
    array([24., nan])
    """
    return np.array([_gamma(value) for value in np.ravel(z)]).reshape(np.shape(z))


def _gamma(value: float) -> float:
    try:
        return math.gamma(value)
    except OverflowError:
        return math.inf
    except ValueError:
        return math.nan


def scalar_max(*values: float) -> float:
    """The largest of the floats; nan where one is nan, which Python's `max` may pass over.

    >>> scalar_max(0.0, math.nan)
    nan
    """
    return math.nan if any(map(math.isnan, values)) else max(values)


def scalar_min(*values: float) -> float:
    """The smallest of the floats; nan where one is nan.

    >>> scalar_min(0.0, 2.0)
    0.0
    """
    return math.nan if any(map(math.isnan, values)) else min(values)


def scalar_sigmoid(z: float) -> float:
    """1/(1 + e^(-z)) for one float.

    >>> scalar_sigmoid(-1000.0)
    0.0
    """
    small = math.exp(-abs(z))
    return (1.0 if z >= 0 else small) / (1.0 + small)


def scalar_softplus(z: float) -> float:
    """ln(1 + e^z) for one float.

    >>> scalar_softplus(1000.0)
    1000.0
    """
    return max(z, 0.0) + math.log1p(math.exp(-abs(z)))
