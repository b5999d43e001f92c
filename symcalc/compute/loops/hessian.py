"""The second derivatives of a loss whose slopes are affine, read off the code that works these out."""

from __future__ import annotations

import numpy as np

from symcalc.compute.compiled import Compiled
from symcalc.compute.loops.loop import is_arithmetic
from symcalc.compute.loops.recurrence import parts_of, unknowns

_MOST = 60               # parameters up to which numbers with a slope for each are quick


def affine_hessian(compiled: Compiled) -> np.ndarray | None:
    """∇²J where it is the same everywhere: H of the slopes q + H θ; None where the code does not show that.

    It has all the digits that the slopes have, as there is no difference of near numbers in it.

    >>> import symcalc
    >>> affine_hessian(symcalc.Loss("(u - 3*v)^2").compile())
    array([[ 2., -6.],
           [-6., 18.]])
    >>> affine_hessian(symcalc.Loss("u^4").compile()) is None
    True
    """
    count = len(compiled.parameters)
    if count > _MOST or not is_arithmetic(compiled.tape):
        return None
    try:
        with np.errstate(all="ignore"):
            found = parts_of(compiled.function(*unknowns(count))[1], count)
    except (ZeroDivisionError, OverflowError):
        return None
    return None if found is None else (found[:, 1:] + found[:, 1:].T) / 2
