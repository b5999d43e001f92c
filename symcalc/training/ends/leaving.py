"""Where a run breaks off as its next step leads to no finite value: which value that is."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from symcalc.pages.document import joined
from symcalc.pages.notation import text
from symcalc.training.problem.objective import Objective
from symcalc.training.shape.trouble import Trouble, trouble_at
from symcalc.training.stops import Stop, top
from symcalc.training.walking.walk import Walk


def beyond(loss: Objective, walk: Walk, stop: Stop, last: np.ndarray, costs: np.ndarray) -> tuple[Stop, Trouble | None]:
    """Where the trouble is: at which part of the loss, in which row; or which number was only too large, J or another.

    Of the `costs` the first and the last tell whether J was seen to grow before it was too large.
    """
    trouble = _trouble(loss, walk, stop, last)
    if stop is not Stop.OUTSIDE or not trouble.overflow:
        return stop, trouble
    cost = walk.compiled.at(last)[0]
    if cost == -math.inf:
        return Stop.BOTTOMLESS, None
    if cost == math.inf or (math.isnan(cost) and np.isfinite(last).all()):          # nan: a part of J is too large there
        return Stop.DIVERGED if costs[-1] > top(costs) else Stop.OVERFLOW, None
    return Stop.NO_STEP, trouble


def _trouble(loss: Objective, walk: Walk, stop: Stop, last: np.ndarray) -> Trouble:
    """What has no finite value: a parameter, the loss or a slope there, or what the method keeps."""
    lost = [text(letter) for letter, value in zip(loss.parameters, last.tolist(), strict=True) if not math.isfinite(value)]
    if lost:
        return Trouble(sentence=f"its equations give no finite value for {listed(lost)}", overflow=True)
    if stop is Stop.OUTSIDE and walk.method.state and _has_slopes(walk, last):
        return Trouble(sentence="its equations give no finite value for what it keeps between updates", overflow=True)
    return trouble_at(loss, walk.table, dict(zip(loss.parameters, map(float, last), strict=True)))


def _has_slopes(walk: Walk, point: np.ndarray) -> bool:
    """Whether the loss and its slopes have finite values there."""
    cost, slopes = walk.compiled.at(point)
    return math.isfinite(cost) and bool(np.isfinite(slopes).all())


def listed(names: Sequence[str]) -> str:
    """The names in a sentence.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return "".join(map(str, joined(list(names))))
