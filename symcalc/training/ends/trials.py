"""Rates that are tried before they are advised: the run's own method walks again, with its batches and held parameters."""

from __future__ import annotations

from copy import copy

import numpy as np

from symcalc.pages.numbers import rounded, short
from symcalc.training.change import ROUNDING
from symcalc.training.ends.pace import may_look
from symcalc.training.rounding import scatter_at
from symcalc.training.shape.spectrum import limit_of
from symcalc.training.stops import CONVERGED, Stop
from symcalc.training.walking.history import History
from symcalc.training.walking.searches import HALVINGS
from symcalc.training.walking.walk import Walk

_ABOUT = 1 + 1e-6        # how exactly the limit is known, where it is from differences
_TRIES = 12              # rates tried, each a quarter of the one before, until one works
_TRIAL = 25              # updates that a rate must last
_MEMORY = 4              # ... and so many times as many where a method remembers earlier slopes, or draws its rows by lot
_SHRINKING = 100         # updates of a trial with a rate that shrinks
_NEAR = 1e-6             # of the size of a point: a step so short that a curve is no more than a line and a bend
_SCATTERS = 16           # times how J scatters: what rounding alone makes of it in a whole run
_LARGER = 1000.0, 100.0, 10.0, 3.0           # times the rate, where a larger one is looked for
_FAR_LESS = 1024.0       # times as small as the rates that a search has tried
_ENDS_WELL = CONVERGED | {Stop.STEPS, Stop.STILL, Stop.NO_RATE}


def smaller_rate(walk: Walk, settles: bool = False) -> str:
    """A sentence with a smaller rate that works from the start; it `settles` where the slopes have to shrink, too."""
    start, first = walk.history.points[0], float(walk.rates[0])
    limit = stable_limit(walk, start)
    known = f"At the start rates below {short(limit, 3)} are stable; " if limit is not None and limit <= _ABOUT * first else ""
    rate = (min(first, limit) if limit is not None else first) / 2
    for _ in range(_TRIES):
        candidate = rounded(rate, 2)
        if _works(walk, *tried(walk, start, candidate), settles):
            return f"{known}{'try' if known else 'Try'} {_named(walk, candidate)}."
        rate /= 4
    return ""


def larger_rate(walk: Walk) -> str:
    """A sentence with a rate at least three times as large that works from the start and brings the cost lower."""
    start, first = walk.history.points[0], float(walk.rates[0])
    limits = [limit for point in (start, walk.history.points[-1]) if (limit := stable_limit(walk, point)) is not None]
    half = min(limits, default=0.0) / 2
    for rate in (half,) if limits else (first * factor for factor in _LARGER):
        candidate = rounded(rate, 2)
        if candidate < 3 * first:
            continue
        seen = tried(walk, start, candidate)
        costs = seen[1].costs
        if _works(walk, *seen, False) and _lower(walk, costs[-1], walk.history.costs[min(len(costs), walk.history.count) - 1]):
            known = f"Rates below {short(2 * half, 3)} are stable; t" if limits else "T"
            return f"{known}ry {_named(walk, candidate)}."
    return ""


def calmer_rate(walk: Walk) -> float | None:
    """A tenth of the rate, if from where the run ended it brings J lower on average than before, and than going on does."""
    costs, candidate = walk.history.costs, rounded(float(walk.rates[0]) / 10, 2)
    if not is_constant(walk):
        return None
    stop, seen = tried(walk, walk.history.points[-1], candidate)
    reached = _later_mean(seen.costs)
    if stop not in _ENDS_WELL or not _lower(walk, reached, _later_mean(costs)):
        return None
    onward = _gone_on(walk, seen.made)
    return candidate if onward is None or _lower(walk, reached, _later_mean(onward)) else None


def _gone_on(walk: Walk, more: int) -> np.ndarray | None:
    """The costs of so many further updates at the same rate; None where it leads to no cost."""
    trial, made = copy(walk), walk.history.made
    trial.rates, trial.watch, trial.progress = np.full(made + more, walk.rates[0]), None, None
    trial.history = walk.history.copied()
    trial.tried()
    return trial.history.costs[made + 1:] if trial.history.made > made else None


def _later_mean(costs: np.ndarray) -> float:
    return float(costs[len(costs) // 2:].mean())


def shrinking_rate_helps(walk: Walk) -> bool:
    """Whether η/k in place of η comes lower, from where the run ended."""
    if not is_constant(walk):
        return False
    stop, history = _again(walk, walk.history.points[-1], walk.rates[0] / np.arange(1.0, _SHRINKING + 1))
    return stop in _ENDS_WELL and _lower(walk, history.costs[-1], walk.history.costs[-2:].min())


def blur(walk: Walk) -> float:
    """How far J goes up and down by rounding alone where the run ended, seen in steps so short that nothing else is."""
    points = walk.history.points
    if len(points) < 2:
        return 0.0
    step = points[-1] - points[-2]
    short = _NEAR * np.maximum(1.0, np.abs(points[-1])).max() / max(float(np.abs(step).max()), np.finfo(float).tiny)
    return _SCATTERS * (scatter_at(walk.compiled, points[-1] - min(1.0, short) * step, points[-1]) or 0.0)


def _lower(walk: Walk, cost: float, before: float) -> bool:
    """Whether a cost is lower by more than rounding."""
    return bool(cost < before - ROUNDING * abs(before)) and bool(cost < before - blur(walk))


def tried(walk: Walk, start: np.ndarray, rate: float) -> tuple[Stop, History]:
    """How the run would go with this rate at first, and why it would end."""
    long = _TRIAL * (_MEMORY if walk.method.state or walk.batches else 1)
    rates = np.full(long, rate) if is_constant(walk) else walk.rates[:long] * (rate / walk.rates[0])
    return _again(walk, start, rates)


def _again(walk: Walk, start: np.ndarray, rates: np.ndarray) -> tuple[Stop, History]:
    """The same walk with other rates, and nobody watching."""
    trial = copy(walk)
    trial.rates, trial.watch, trial.progress = rates, None, None
    trial.history = History(len(start), len(walk.method.state), walk.driven_apart)
    stop, _ = trial.tried(start)
    return stop, trial.history


def is_constant(walk: Walk) -> bool:
    """Whether the rate is one number, not a schedule."""
    return bool(walk.rates[0] == walk.rates[-1] and (walk.rates == walk.rates[0]).all())


def no_rate_found(walk: Walk) -> str:
    """Why a search found no rate that brings the fall, and from which to start it where there is one."""
    if not _can_move(walk):
        return (f"The rate from which the search starts, {short(_next_rate(walk))}, is too small for floating-point numbers; "
                "start from a larger one.")
    if (rate := _smaller_than_tried(walk)) is not None:
        return f"None of the rates tried brings the fall that the slope promises; start from {short(rate, 2)}."
    return "No rate, however small, brings the fall that the slope promises, as happens at a kink."


def _next_rate(walk: Walk) -> float:
    return float(walk.rates[min(walk.history.made, len(walk.rates) - 1)])


def _can_move(walk: Walk) -> bool:
    """Whether the first step that a search tries leads to another point, and to another J."""
    point, slopes = walk.history.points[-1], np.zeros(len(walk.history.points[-1]))
    slopes[walk.moving] = walk.history.gradients[-1][walk.moving]
    there = point - _next_rate(walk) * slopes
    return bool((there != point).any()) and walk.compiled.at(there)[0] != walk.history.costs[-1]


def _smaller_than_tried(walk: Walk) -> float | None:
    """A rate far below those that the search has tried, at which J falls; None where there is none that moves the point."""
    point, cost, slopes = walk.history.points[-1], walk.history.costs[-1], np.zeros(len(walk.history.points[-1]))
    slopes[walk.moving] = walk.history.gradients[-1][walk.moving]
    rate = _next_rate(walk) / 2.0**HALVINGS
    while may_look(walk) and rate and ((there := point - rate * slopes) != point).any():
        if walk.compiled.at(there)[0] < cost - ROUNDING * abs(cost):
            return rate
        rate /= _FAR_LESS
    return None


def stable_limit(walk: Walk, point: np.ndarray) -> float | None:
    """2/λ_max there, which is a limit for gradient descent and for no other method."""
    plain = walk.method.name == "gradient descent" and not walk.batches
    return limit_of(walk.curved(point)) if plain else None


def _works(walk: Walk, stop: Stop, history: History, settles: bool) -> bool:
    """Whether a trial went down: in every step, or, for a method that may overshoot, on the whole."""
    costs = history.costs
    if stop not in _ENDS_WELL or not costs[-1] <= costs[0]:
        return False
    slopes = np.abs(history.gradients[:, walk.moving]).max(axis=1)
    if settles and slopes[-1] >= slopes[0]:
        return False
    if walk.method.state or walk.batches:
        return bool(costs[len(costs) // 2:].max() <= costs[0])
    return bool((np.diff(costs) <= 1e-9 * np.abs(costs[:-1])).all())


def _named(walk: Walk, rate: float) -> str:
    return short(rate) if is_constant(walk) else f"{short(rate / float(walk.rates[0]), 2)} times these rates"
