"""What the ratio of the actual to the expected change says about a step, in a sentence."""

from __future__ import annotations

import math

import numpy as np

from symcalc.training.told.step import Step

_DOWN = (
    (1.02, "the cost fell faster than the tangent promised, so the curve bends downwards here"),
    (0.9, "a small step, along which the tangent tells nearly everything"),
    (0.6, "a step of moderate size; the curve has begun to bend away from the tangent"),
    (0.4, "about the step that lands on the minimum along this direction, where the ratio is 1/2"),
    (1e-12, "the step went past the minimum along this direction, though the cost still fell"),
    (-1e-12, "the step went past the minimum along this direction, to a point just as high"),
    (-math.inf, "the step went so far past the minimum that the cost rose"),
)
_UP = (
    (1.02, "and the cost rose by more than the tangent promised, since the curve bends upwards"),
    (0.9, "and the cost rose as the tangent promised"),
    (1e-12, "and the cost rose, though by less than the tangent promised"),
    (-1e-12, "and the cost is as high as before"),
    (-math.inf, "and yet the cost fell: the curve bends downwards behind the rise"),
)


def reading(update: Step) -> str:
    """What the ratio says about the step; of what drove it, where that is not the gradient."""
    if not update.run.by_gradient:
        return "what drove this step is not the gradient, so the change that it promises need not come"
    if update.is_lost_in_rounding:
        return "but so small a change is lost in the rounding of J, so this ratio says nothing"
    ratio = round(update.ratio, 9)               # 0.9 is 0.9, whatever its last bit says
    if update.expected_change > 0:
        return f"the step led uphill, {_why_uphill(update)}, {_of(_UP, ratio)}"
    return f"{_of(_DOWN, ratio)}{_cure(update) if ratio < -1e-12 else ''}"


def without_ratio(update: Step) -> str:
    """Why there is no ratio, in a whole sentence."""
    if not math.isfinite(update.expected_change):
        return "No finite change was expected, so there is no ratio."
    if not np.any(update.run.points[update.k] != update.run.points[update.k - 1]):
        return "The step changed nothing, so there is no ratio."
    if not update.expected_change:
        return "No change was expected, so there is no ratio: along this step J is level at first."
    return "So small a change is lost in the rounding of J, so there is no ratio to read."


def _of(sentences: tuple[tuple[float, str], ...], ratio: float) -> str:
    return next(sentence for least, sentence in sentences if ratio >= least)


def _why_uphill(update: Step) -> str:
    run = update.run
    if run.batch is not None:
        return "since the slopes of these rows alone point elsewhere than those of all"
    if run.method.needs_curvature:
        return "as Newton's step makes for where the slope is 0, be it a maximum or a saddle"
    if run.method.state:
        return "since what it carries along from the steps before outweighs the slope here"
    return "against the gradient"


def _cure(update: Step) -> str:
    if update.run.method.search:
        return ""
    return ", for what it carries along made the step so long" if _carried_too_far(update) else "; take a smaller rate"


def _carried_too_far(update: Step) -> bool:
    """Whether the cost would not have risen without the part of the step that is carried along."""
    run, before = update.run, update.run.points[update.k - 1]
    if not (run.method.coasts and run.method.state):
        return False
    alone, step = run.points[update.k].copy(), run.method.step()[0]
    for j in update.turn:
        try:
            *_, coasted = step(before.item(j), 0.0, update.rate, float(update.k), 0.0, *run.states[update.k - 1, :, j].tolist())
        except (ArithmeticError, ValueError):
            return False
        alone[j] -= coasted - before[j]
    uphill = update.slopes_before @ (alone - before) > 0              # by slopes further ahead, it holds the step back
    return bool(uphill or run.compiled.at(alone)[0] <= update.J_before)
