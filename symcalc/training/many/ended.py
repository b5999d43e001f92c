"""How a run of a sweep ended, in a record, and in the words of the page."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from symcalc.pages.notation import text
from symcalc.pages.numbers import short
from symcalc.training.course import Course
from symcalc.training.ends.pace import keeps_bouncing
from symcalc.training.methods import Method
from symcalc.training.settings import Rate
from symcalc.training.stops import BRIEF, Stop


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ended:
    """What the table says of a run: what was asked for, where and why it ended, and the cost at both ends."""

    method: Method
    rate: Rate
    start: np.ndarray
    first: float                         # the cost at the start
    x: np.ndarray
    fun: float
    nit: int
    stop: Stop
    message: str
    ratio: float = math.nan              # actual over expected change; nan where the slopes on the way were not kept
    first_rate: float = math.nan
    bounces: bool | None = False         # whether the cost went up and down and no longer fell; None where it was not asked


def end_of(run: Course) -> Ended:
    """What the table says of a whole run."""
    return Ended(method=run.method, rate=run.rate, start=run.points[0], first=float(run.costs[0]), x=run.x, fun=run.fun,
                 nit=run.nit, stop=run.stop, message=run.message, ratio=_ratio(run), first_rate=_first_rate(run),
                 bounces=run.stop is Stop.STEPS and keeps_bouncing(run.costs))


def _first_rate(run: Course) -> float:
    return run.rate if isinstance(run.rate, float) else float(run.rates[0]) if run.nit else math.nan


def _ratio(run: Course) -> float:
    """The whole change of the cost over the sum of the changes that the slopes promised, ∇J·Δθ."""
    with np.errstate(all="ignore"):
        expected = float(np.sum(run.gradients[:-1] * np.diff(run.points, axis=0)))
        return (run.fun - float(run.costs[0])) / expected if expected and not run.lost.all() else math.nan


def ended_briefly(run: Ended) -> str:
    """How it ended in a few words."""
    climbed = run.stop is Stop.STEPS and run.fun > run.first
    more = ", higher than the start" if climbed else ", going up and down" if run.bounces else ""
    return f"{BRIEF[run.stop]}{more}"


def rate_in_words(method: Method, rate: Rate) -> str:
    """The rate to a few digits, or its formula; that it is searched for, where it is."""
    return "searched" if method.search else short(rate, 4) if isinstance(rate, float) else text(rate)
