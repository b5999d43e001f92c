"""What the generated code may call: functions that stay right where the textbook formula overflows."""

from __future__ import annotations

import math
from functools import reduce

import numpy as np
from numpy.typing import ArrayLike


def sigmoid(z: ArrayLike) -> np.ndarray:
    """1/(1 + e^(-z)); where e^(-z) is too large for a float, that is 1/inf, the 0 that it should be.

    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    with np.errstate(over="ignore"):
        return 1.0 / (1.0 + np.exp(-np.asarray(z)))


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


# Error function, what is kin to Γ, steps

_ERF = np.frompyfunc(math.erf, 1, 1)


def erf(z: ArrayLike) -> np.ndarray:
    """erf(z), elementwise.

    >>> erf(np.array([0.0, 30.0]))
    array([0., 1.])
    """
    return np.asarray(_ERF(z), dtype=np.float64)


# B_2k/(2k), of the series ψ(y) ~ ln y - 1/(2y) - Σ B_2k/(2k y^2k); from y = 10 on the next term is below 1e-16.
_SERIES = (1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12)
_SHIFT = 10


def digamma(z: ArrayLike) -> np.ndarray:
    """ψ(z) = Γ'(z)/Γ(z) for z > 0, elsewhere nan: by ψ(z) = ψ(z + 1) - 1/z to where its series is exact.

    >>> digamma(np.array([1.0, -1.0])).round(12)
    array([-0.57721566,         nan])
    """
    z = np.where(np.asarray(z) > 0, z, np.nan)
    y = z + _SHIFT
    return np.log(y) - _below_the_log(y) - sum(1 / (z + k) for k in range(_SHIFT))


def scalar_digamma(z: float) -> float:
    """ψ(z) for one float.

    >>> round(scalar_digamma(1.0), 12)
    -0.577215664902
    """
    if not z > 0:
        return math.nan
    y = z + _SHIFT
    return math.log(y) - _below_the_log(y) - sum(1 / (z + k) for k in range(_SHIFT))


def _below_the_log(y: ArrayLike) -> ArrayLike:
    small = 1 / y
    return 0.5 * small + reduce(lambda rest, term: (rest + term) * small * small, reversed(_SERIES), 0.0)


def lgamma(z: ArrayLike) -> np.ndarray:
    """ln Γ(z) for z > 0, elsewhere nan; where Γ(z) is too large for a float it still has a value.

    >>> lgamma(np.array([1.0, 200.0, -1.0])).round(3)
    array([  0.   , 857.934,     nan])
    """
    with np.errstate(over="ignore"):
        return np.asarray(_LGAMMA(z), dtype=np.float64)


def scalar_lgamma(z: float) -> float:
    """ln Γ(z) for one float.

    >>> round(scalar_lgamma(3.0), 12) == round(math.log(2), 12), scalar_lgamma(1e306)
    (True, inf)
    """
    if not z > 0:
        return math.nan
    try:
        return math.lgamma(z)
    except OverflowError:
        return math.inf


_LGAMMA = np.frompyfunc(scalar_lgamma, 1, 1)


def polygamma(order: float, z: ArrayLike) -> np.ndarray:
    """ψ_k(z), the k-th derivative of digamma, for z > 0, elsewhere nan: by ψ_k(z) = ψ_k(z + 1) - (-1)^k k!/z^(k + 1).

    >>> polygamma(1, np.array([1.0, -1.0])).round(12)
    array([1.64493407,        nan])
    """
    return _polygamma(int(order), np.where(np.asarray(z) > 0, z, np.nan))


def scalar_polygamma(order: float, z: float) -> float:
    """ψ_k(z) for one float.

    >>> round(scalar_polygamma(1.0, 1.0), 12)
    1.644934066848
    """
    return float(_polygamma(int(order), np.float64(z))) if z > 0 else math.nan


def _polygamma(k: int, z: np.ndarray) -> np.ndarray:
    """The k-th derivative of digamma's series at y, and of the terms 1/(z + j) that lead there."""
    shift = _SHIFT + k
    y = z + shift
    series = sum(term * math.prod(range(2 * j + 1, 2 * j + k)) * 2 * j / y**(2 * j) for j, term in enumerate(_SERIES, start=1))
    far = (math.factorial(k - 1) + math.factorial(k) / (2 * y) + series) / y**k
    with np.errstate(over="ignore", divide="ignore"):
        return (-1) ** (k + 1) * (far + math.factorial(k) * sum(1 / (z + j)**(k + 1) for j in range(shift)))


def scalar_step(z: float) -> float:
    """0 below 0, 1/2 at 0, 1 above; nan stays nan.

    >>> scalar_step(-3.0), scalar_step(0.0)
    (0.0, 0.5)
    """
    return math.nan if math.isnan(z) else 0.5 if z == 0 else float(z > 0)


# Logarithms to any base

def logarithm(z: ArrayLike, base: ArrayLike) -> np.ndarray:
    """log_b(z), with the exact functions for the bases 2 and 10.

    >>> logarithm(np.array([8.0, 1024.0]), 2.0)
    array([ 3., 10.])
    """
    known = {2.0: np.log2, 10.0: np.log10}.get(base) if isinstance(base, float) else None
    return np.log(z) / np.log(base) if known is None else known(z)


def scalar_logarithm(z: float, base: float) -> float:
    """log_b(z) for one float.

    >>> scalar_logarithm(1000.0, 10.0)
    3.0
    """
    known = {2.0: math.log2, 10.0: math.log10}.get(base)
    return math.log(z) / math.log(base) if known is None else known(z)


# Log-sum-exp and softmax

def logsumexp(*logits: ArrayLike) -> np.ndarray:
    """ln(e^a + e^b + ...) as the largest plus ln(1 + what the others add), so that nothing overflows.

    >>> logsumexp(np.array([-1000.0, 1000.0]), 1000.0)
    array([1000.        , 1000.69314718])
    """
    *others, largest = np.sort(np.broadcast_arrays(*logits), axis=0)
    return largest + np.log1p(sum(np.exp(other - largest) for other in others))


def softmax(which: float, *logits: ArrayLike) -> np.ndarray:
    """e^(k-th)/(e^a + e^b + ...), with the largest subtracted from all.

    >>> softmax(1, np.array([-1000.0, 1000.0]), 1000.0)
    array([0. , 0.5])
    """
    largest = reduce(np.maximum, logits)
    powers = [np.exp(logit - largest) for logit in logits]
    return powers[int(which) - 1] / sum(powers)


def scalar_logsumexp(*logits: float) -> float:
    """ln(e^a + e^b + ...) for floats.

    >>> scalar_logsumexp(1000.0, -1000.0)
    1000.0
    """
    *others, largest = sorted(logits)
    return largest + math.log1p(sum(math.exp(other - largest) for other in others))


def scalar_softmax(which: float, *logits: float) -> float:
    """e^(k-th)/(e^a + e^b + ...) for floats.

    >>> scalar_softmax(2, 1000.0, 1000.0)
    0.5
    """
    largest = max(logits)
    return math.exp(logits[int(which) - 1] - largest) / sum(math.exp(logit - largest) for logit in logits)
