"""What every step of a plain method does, as the loops that make many steps are told it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from sympy import Expr

from symcalc.compute.compiled import Compiled
from symcalc.compute.loops.steps import Letters, Same, Steps
from symcalc.training.methods import COUNTED, RATE, SLOPE, THETA, Method


def plain_steps(compiled: Compiled, method: Method, slopes: Sequence[Expr], moving: tuple[int, ...]) -> Steps:
    """The method's equations for every parameter that moves, at the slopes of the loss."""
    if compiled.table is not None:
        return _steps(compiled, method, slopes, moving)
    return _known_steps(Same(compiled), Same(method), tuple(slopes), moving)


def _steps(compiled: Compiled, method: Method, slopes: Sequence[Expr], moving: Sequence[int]) -> Steps:
    letters = Letters(theta=THETA, slope=SLOPE, rate=RATE, counted=COUNTED, state=method.state)
    return Steps(compiled=compiled, slopes=slopes, moving=list(moving), equations=method.equations, letters=letters,
                 settings=method.settings, ahead=method.slope_at if method.looks_ahead else None)


@lru_cache(maxsize=32)
def _known_steps(compiled: Same, method: Same, slopes: tuple[Expr, ...], moving: tuple[int, ...]) -> Steps:
    """The same without data; kept, as one descent follows the other."""
    return _steps(compiled.it, method.it, slopes, moving)
