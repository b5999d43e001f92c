"""How a run ended, in words: what is particular to it beyond the reason that every such end shares."""

from __future__ import annotations

import math

import numpy as np

from symcalc.training.diagnosis import Trouble, hessian, rate_advice, stable_rate, trouble_at
from symcalc.training.losses import Loss
from symcalc.training.stops import Stop, rises_at_end
from symcalc.training.walk import Walk

_NEAR = 1e-3             # Newton's step, relative to the point, up to which a place with no slope is a minimum and not flat
_TRIES = 12              # rates tried, each a quarter of the one before, until one works
_TRIAL = 25              # updates that a rate must last without the cost rising


def ending(loss: Loss, walk: Walk, stop: Stop, last: np.ndarray) -> tuple[Stop, str]:
    """The reason, looked at more closely, and what to add to its sentence."""
    trouble = None
    if stop in (Stop.START, Stop.OUTSIDE) and np.isfinite(last).all():
        trouble = trouble_at(loss, walk.table, dict(zip(loss.parameters, map(float, last), strict=True)))
    if stop is Stop.OUTSIDE and (trouble is None or trouble.overflow):
        stop = Stop.BOTTOMLESS if walk.compiled.at(last)[0] == -math.inf else Stop.DIVERGED
    if stop is Stop.CONVERGED:
        stop = _kind(walk)
    return stop, _detail(stop, walk, trouble)


def _kind(walk: Walk) -> Stop:
    """What kind of place it is where every slope is zero, by the Hessian there."""
    point, slopes = walk.history.points[-1], walk.history.gradients[-1][walk.moving]
    matrix = hessian(walk.compiled, point)[np.ix_(walk.moving, walk.moving)]
    if not np.isfinite(matrix).all():
        return Stop.CONVERGED
    values = np.linalg.eigvalsh(matrix)
    size = np.abs(values).max()
    if size == 0 or np.abs(slopes).max() > _NEAR * size * (1 + np.abs(point[walk.moving]).max()):
        return Stop.FLAT
    if values[0] < -1e-4 * size:
        return Stop.SADDLE if values[-1] > 1e-4 * size else Stop.MAXIMUM
    return Stop.CONVERGED


def _detail(stop: Stop, walk: Walk, trouble: Trouble | None) -> str:
    """What is particular to this run: the place of the trouble, or the rate that would have worked."""
    if stop in (Stop.START, Stop.OUTSIDE) and trouble is not None:
        return _capital(trouble.sentence) + "."
    if stop is Stop.DIVERGED or (stop is Stop.TWO_CYCLE and stable_rate(walk.compiled, walk.history.points[0]) is not None):
        return _advice(walk)         # not where it jumps over a kink, as it does at any rate
    if stop is Stop.STEPS and (rises := rises_at_end(walk.history.costs)) and not walk.batches:
        last = "update" if rises == 1 else f"{rises} updates"
        return f"The cost rose in the last {last}. {_advice(walk)}".strip()
    return ""


def _advice(walk: Walk) -> str:
    """A smaller rate that works from the start."""
    first = float(walk.rates[0])
    return rate_advice(walk.compiled, lambda theta, g, eta: theta - eta * g, walk.history.points[0], first)


def _capital(sentence: str) -> str:
    # A formula at the start keeps its letters.
    return sentence if not sentence.startswith("the ") else "T" + sentence[1:]
