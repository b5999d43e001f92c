"""How fast a function changes near a point: how far from there it is looked at, and how wide the first step is."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from math import floor, log10

import numpy as np

from symcalc.training.slopes import Slopes

_REACH = 1.5             # times a change, to either side of the point, is looked at
_FINE = 2_001            # values that are tried
_TURNS = 2               # of the function, and of its slope, which the picture of a secant still bears
_MOST, _PART = 0.9, 0.25         # so much of the change of the slope takes so much of the picture, unless there is a corner
_LEAST = 1e-9            # of where the point is, the narrowest
_STRAIGHT = 0.1          # of the slope: a secant that differs by less from the tangent cannot be told from it
_NOTHING = 1e-9          # of the size of a slope: a change of it that is rounding

Curve = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


def first_change(slopes: Slopes) -> float:
    """The widest of 1, 0.5, 0.2, 0.1 ... in which the function turns no more than can be seen; more where it hardly bends.

    >>> from symcalc.training.slopes import slopes
    >>> [first_change(slopes(formula, "x", at=at)) for formula, at in (("x^2", 2), ("sin(50*x)", 0.1), ("x^2", 1000))]
    [1.0, 0.02, 200.0]
    """
    here, curve = slopes.at[slopes.parameter.name], _curve(slopes)
    size = max(1.0, abs(here))
    unit = next((unit for unit in _steps_from(1.0, _LEAST * size) if _is_simple(curve, here, unit)), 1.0)
    if unit < 1.0 or not _is_straight(slopes, unit):
        return unit
    wider = reversed([*_steps_from(10.0 ** floor(log10(size)), 1.0)])
    return next((wide for wide in wider if not _is_straight(slopes, wide) and _is_simple(curve, here, wide)), unit)


def _steps_from(most: float, least: float) -> chain[float]:
    """1, 0.5, 0.2, 0.1 and so on, times a power of ten, down to the least."""
    powers = range(floor(log10(most)), floor(log10(least)) - 1, -1)
    return chain.from_iterable((float(f"1e{power}"), float(f"5e{power - 1}"), float(f"2e{power - 1}")) for power in powers)


def _curve(slopes: Slopes) -> Curve:
    """The function and its slope at many values of the parameter, all else held."""
    j = slopes.loss.parameters.index(slopes.parameter)
    point = np.array([slopes.at[name] for name in slopes.loss.names])

    def curve(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        points = np.repeat(point[np.newaxis], len(values), axis=0)
        points[:, j] = values
        heights, partials = slopes.compiled.across(points)
        return heights, partials[:, j]
    return curve


def _is_simple(curve: Curve, here: float, unit: float) -> bool:
    """Whether function and slope turn no more than twice so far from here, and bend over a good part of the way."""
    values = here + np.append(_REACH * unit * np.linspace(-1, 1, _FINE), unit)
    heights, slopes = curve(values)
    there = np.isfinite(heights) & np.isfinite(slopes)
    if not there[-1] or there.sum() < _FINE // 2:
        return False
    heights, slopes = heights[:-1][there[:-1]], slopes[:-1][there[:-1]]
    return _turns(heights) <= _TURNS and _turns(slopes) <= _TURNS and not _has_corner(slopes)


def _has_corner(slopes: np.ndarray) -> bool:
    """Whether nearly all of the change of the slope is in a small part of the picture, as at a kink or beside a pole."""
    changes = np.sort(np.abs(np.diff(slopes)))[::-1]
    if changes.sum() <= _NOTHING * np.abs(slopes).max():
        return False
    needed = int(np.searchsorted(np.cumsum(changes), _MOST * changes.sum())) + 1
    return needed < _PART * _FINE


def _turns(values: np.ndarray) -> int:
    """How often they begin to fall or to rise, but for rounding."""
    steps = np.diff(values)
    signs = np.sign(steps[np.abs(steps) > _NOTHING * np.abs(values).max(initial=0.0) / len(values)])
    return int(np.count_nonzero(np.diff(signs)))


def _is_straight(slopes: Slopes, step: float) -> bool:
    """Whether the secant so far cannot be told from the tangent, though the function bends."""
    quotient = slopes.quotient(step)
    return 0 < abs(quotient.error) < _STRAIGHT * abs(slopes.derivative)
