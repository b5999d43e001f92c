"""The update formula of a method as generated Python."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from sympy import Expr, Symbol

from symcalc.compute.compiled import bound
from symcalc.compute.tape import Tape


def stepper(update: Expr, letters: Sequence[Symbol]) -> tuple[Callable[..., np.ndarray], str]:
    """The new parameters as a function of the letters in the update formula, and the source of that function.

    >>> theta, g = Symbol("theta"), Symbol("g")
    >>> step, source = stepper(theta - g, (theta, g))
    >>> step(np.array([3.0, 2.0]), np.array([1.0, 1.0]))
    array([2., 1.])
    """
    tape = Tape(letters, (), arrays=True)
    result = tape.value(update)
    function, source = bound(tape, "update", [result.source])
    return function, source
