"""The sums over rows that generated code makes: of products, of softplus, and of many runs side by side."""

from __future__ import annotations

import math

import numpy as np

_LARGE = 1e304           # e^z up to here can have 1 added, and be divided by
_PAIRED = 1e150          # ... and up to here be multiplied by another
_FEW = 512               # rows up to which pairs cost more calls than they spare
_TOGETHER = 32           # rows whose 1 + e^z are multiplied before their logarithm is taken
_SMALL = 1e-3            # a mean of ln(1 + e^z) of which the digits that 1 + e^z loses are no part
UNTHREADED = 10_000      # rows up to which BLAS wakes no threads for a dot product


def limited_exp(z: np.ndarray, out: np.ndarray) -> np.ndarray:
    """min(e^z, 1e304).

    >>> limited_exp(np.array([0.0, 709.0]), np.empty(2)).tolist()
    [1.0, 1e+304]
    """
    np.exp(z, out=out)
    return np.minimum(out, _LARGE, out=out) if np.maximum.reduce(out, axis=None) > _LARGE else out


def softplus_sum(z: np.ndarray, power: np.ndarray, above: np.ndarray, out: np.ndarray) -> np.floating:
    """Σ ln(1 + e^z) from e^z and 1 + e^z; clips both at 1e304 in place; `out` is scratch.

    The logarithm of a product is the sum of the logarithms, and one of 32 factors 1 + e^z costs no more than one of one.
    Where that overflows or nearly all e^z are small, two by two, (1 + a)(1 + b) = 1 + (a + b + ab) loses none of them.
    Where one is above 1e304, each is worked out by itself.

    >>> softplus_sum(np.array([0.0, 0.0, 0.0]), np.ones(3), 2 * np.ones(3), np.empty(3)) / np.log(2)
    np.float64(3.0)
    """
    rows, half = len(z), len(z) // 2
    if rows > _TOGETHER**2:
        total = _log_of_product(above, out)
        if _SMALL * rows < total < math.inf:                  # and so every factor is below 1e304, as none is below 1
            return total
    largest = np.maximum.reduce(power)
    if largest > _LARGE:
        np.minimum(power, _LARGE, out=power)
        np.minimum(above, _LARGE, out=above)
    if half < _FEW or not largest < _PAIRED:
        each = np.log1p(power, out=out)                       # one that ended there is z, not 700
        return np.add.reduce(each if largest < _LARGE else np.maximum(each, z, out=out))
    one, other, both = power[:half], power[half:2 * half], out[:half]
    np.multiply(one, other, out=both)
    np.add(both, one, out=both)
    np.add(both, other, out=both)
    total = np.add.reduce(np.log1p(both, out=both))
    return total if 2 * half == len(z) else total + np.log1p(power[-1])


def _log_of_product(factors: np.ndarray, out: np.ndarray) -> np.floating:
    """Σ ln f by the logarithms of products of 32; inf where one of these is above 1e304, or none of them a number."""
    count, apart = divmod(len(factors), _TOGETHER)
    products = np.multiply.reduce(factors[apart:].reshape(_TOGETHER, count), axis=0, out=out[:count])
    if apart:
        first = products[:apart]
        np.multiply(first, factors[:apart], out=first)
    return np.add.reduce(np.log(products, out=products)) if np.maximum.reduce(products) < _LARGE else np.float64(math.inf)


def product_sum(left: np.ndarray, right: np.ndarray) -> np.floating:
    """Σ left right, in pieces where there are many, so that it is the same on any number of processors.

    >>> product_sum(np.ones(25_000), np.arange(25_000.0))
    np.float64(312487500.0)
    """
    if len(right) <= UNTHREADED:
        return np.dot(left, right)
    pieces = -(-len(right) // UNTHREADED)
    length = len(right) // pieces
    whole = pieces * length
    lying, standing = left[:whole].reshape(pieces, 1, length), right[:whole].reshape(pieces, length, 1)
    found = np.add.reduce(np.matmul(lying, standing), axis=None)
    return found if whole == len(right) else found + np.dot(left[whole:], right[whole:])


# Sums over the rows, for all runs at once: what differs from row to row alone has one run's width

def dot(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Σ left right over the rows, for every run.

    >>> dot(np.array([[1.0], [2.0]]), np.array([[1.0, 0.0], [1.0, 5.0]]))
    array([ 3., 10.])
    """
    if left.shape[1] == 1:
        return left[:, 0] @ right
    if right.shape[1] == 1:
        return right[:, 0] @ left
    return np.einsum("ij,ij->j", left, right)


def total(values: np.ndarray) -> np.ndarray:
    """Σ values over the rows, for every run.

    >>> total(np.array([[1.0, 0.0], [1.0, 5.0]]))
    array([2., 5.])
    """
    return np.add.reduce(values)
