"""What single items are, wherever they are given: whole numbers, and what a mask hides."""

from __future__ import annotations

from typing import TypeGuard

import numpy as np

from symcalc.errors import DescentError, as_given


def is_whole(value: object) -> TypeGuard[int]:
    """Whether it is a whole number of Python's or NumPy's; no bool, and no time span, which NumPy counts among the integers.

    >>> is_whole(3), is_whole(True), is_whole(3.0), is_whole(np.timedelta64(3, "D"))
    (True, False, False, False)
    """
    return isinstance(value, (int, np.integer)) and not isinstance(value, (bool, np.timedelta64))


def counted(index: object, what: str) -> int:
    """The index, if it is a whole number, as the items of a sequence have it.

    >>> counted(1.5, "runs")
    Traceback (most recent call last):
    symcalc.errors.DescentError: runs are counted: runs[0] is the first; 1.5 is no whole number
    """
    if not isinstance(index, bool) and not is_whole(index):
        raise DescentError(f"{what} are counted: {what}[0] is the first; {as_given(index)} is no whole number")
    return int(index)


def holds_masked(values: object) -> bool:
    """Whether an item of an array, or of lists in lists, is masked: NumPy makes nan of it, or what stands behind the mask.

    >>> holds_masked([[1, 2], [3, np.ma.masked]]), holds_masked([1, "2"])
    (True, False)
    """
    if isinstance(values, (list, tuple)):
        return any(map(holds_masked, values))
    return bool(np.ma.is_masked(values))
