"""The rate up to which a run settles, and one that works."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_FLOOR, Context

import numpy as np

from symcalc.compute.compiled import Compiled
from symcalc.pages.numbers import rounded, short

_STEP = 1e-5         # of the differences of the gradient, relative to the parameter
_TRIES = 12          # rates tried, each a quarter of the one before, until one works
_BELOW = 0.99        # how far below the limit a rate stays that is suggested
_TRIAL = 25          # updates that a rate must last without the cost rising


def hessian(compiled: Compiled, point: np.ndarray) -> np.ndarray:
    """The matrix of second derivatives at a point, from central differences of the derived gradient."""
    columns = []
    for k, value in enumerate(point):
        step = np.zeros_like(point)
        step[k] = _STEP * max(1.0, abs(value))
        right, left = (compiled.at(point + sign * step)[1] for sign in (1, -1))
        with np.errstate(all="ignore"):
            columns.append((right - left) / (2 * step[k]))
    matrix = np.array(columns)
    return (matrix + matrix.T) / 2


def stable_rate(compiled: Compiled, point: np.ndarray) -> float | None:
    """2/λ_max: gradient descent on the quadratic that fits the loss here converges below this rate.

    None where the loss does not curve upwards, or has no finite curvature.

    >>> from symcalc.training.losses import Loss
    >>> f = Loss("3*w^2").compile()
    >>> round(stable_rate(f, np.array([1.0])), 9)
    0.333333333
    """
    matrix = hessian(compiled, point)
    if not np.isfinite(matrix).all():
        return None
    largest = float(np.linalg.eigvalsh(matrix)[-1])
    return 2 / largest if largest > 0 else None


def suggested_rate(upwards: Sequence[float], everywhere: bool = True) -> float:
    """2/(λ_max + λ_min), the fastest for a quadratic, or else 1/λ_max; two digits, rounded down to stay below 2/λ_max.

    >>> suggested_rate((1.0, 2.0)), suggested_rate((1.0, 2.0), everywhere=False)
    (0.66, 0.5)
    """
    smallest, largest = float(upwards[0]), float(upwards[-1])
    best = min(2 / (smallest + largest), _BELOW * 2 / largest) if everywhere else 1 / largest
    return float(Context(prec=2, rounding=ROUND_FLOOR).create_decimal(f"{best:.12g}"))


def rate_advice(compiled: Compiled, step: Callable[..., np.ndarray], start: np.ndarray, rate: float) -> str:
    """A sentence with a smaller rate that was tried from the start and works, and the largest stable one there.

    >>> from symcalc.training.losses import Loss
    >>> f = Loss("3*w^2").compile()
    >>> rate_advice(f, lambda theta, g, eta: theta - eta*g, np.array([1.0]), 0.5)
    'At the start rates below 0.333 are stable; try 0.17.'
    """
    limit = stable_rate(compiled, start)
    known = f"At the start rates below {short(limit, 3)} are stable; " if limit is not None and limit <= rate else ""
    rate = min(rate, limit or rate) / 2
    for _ in range(_TRIES):
        candidate = rounded(rate, 2)
        if _descends(compiled, step, start, candidate):
            return f"{known}{'try' if known else 'Try'} {short(candidate)}."
        rate /= 4
    return ""


def _descends(compiled: Compiled, step: Callable[..., np.ndarray], point: np.ndarray, rate: float) -> bool:
    """Whether the first updates at this rate stay finite and never raise the cost."""
    cost, gradient = compiled.at(point)
    for _ in range(_TRIAL):
        with np.errstate(all="ignore"):
            point = step(point, gradient, rate)
        before, (cost, gradient) = cost, compiled.at(point)
        if not (np.isfinite(gradient).all() and cost <= before + 1e-9 * abs(before)):
            return False
    return True
