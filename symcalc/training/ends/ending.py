"""How a run ended, in words: what is particular to it beyond the reason that every such end shares."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from symcalc.compute.loops.hessian import affine_hessian
from symcalc.pages.notation import text
from symcalc.pages.numbers import rounded, short
from symcalc.training.change import ROUNDING
from symcalc.training.ends.leaving import beyond, listed
from symcalc.training.ends.pace import Crawl, crawl, is_precise, keeps_bouncing, limit_beyond, may_look, swings
from symcalc.training.ends.resting import at_rest, kind, moved
from symcalc.training.ends.trials import blur, calmer_rate, larger_rate, no_rate_found, shrinking_rate_helps, smaller_rate
from symcalc.training.methods import method_named
from symcalc.training.problem.objective import Objective
from symcalc.training.shape.scaling import changes, named
from symcalc.training.shape.spectrum import MINIMUM, kind_of, spectrum
from symcalc.training.stops import Stop, rises_at_end, top
from symcalc.training.walking.walk import Walk

_NOTHING = 1e-14         # of the largest second derivative: those of a parameter without a say
_ALONG = 0.99            # of the direction in which a saddle falls, that lies along one parameter
_UNDER_WAY = 10          # updates from which it is asked whether there is a minimum to reach
_SEEN = 6                # points at the end of a run, to see whether its last steps go back and forth
_SEEN_RISE = 1e-3        # of what was gained: a smaller rise at the end is not worth a word
_THROWN = "The cost is higher than at the start, as the first updates went too far."
_SHRUNK = 0.1            # of the first rate: a schedule that ends below this may be why a run crawls
_UNEVEN = 100.0          # a condition number from which scaling the data pays
_SAMPLE = 100_000        # rows in which it is seen how large the columns are
_NEWTON = 10             # updates in which Newton's method has to arrive
_MANY = 1e9              # updates that nobody waits for


def ending(loss: Objective, walk: Walk, stop: Stop, last: np.ndarray) -> tuple[Stop, str]:
    """The reason, looked at more closely, and what to add to its sentence."""
    with np.errstate(all="ignore"):              # what is beyond the floats is no number, and no comparison holds for it
        return _looked_at(loss, walk, stop, last)


def _looked_at(loss: Objective, walk: Walk, stop: Stop, last: np.ndarray) -> tuple[Stop, str]:
    if stop in (Stop.START, Stop.OUTSIDE):
        return _outside(loss, walk, stop, last)
    if stop is Stop.CONVERGED:
        stop = kind(walk)
    look = _LOOKS.get(stop)
    return look(loss, walk, stop) if look is not None else (stop, "")


def looks_at_rows(walk: Walk, stop: Stop) -> bool:
    """Whether what there is to say of the end may come from the rows; else the moments of the data tell all of it.

    Of a loss with affine slopes, whose moments are known, the rows are asked where it has no value, and how to scale them.
    """
    if stop in (Stop.START, Stop.OUTSIDE) or walk.compiled.strategy != "moments" or walk.batches:
        return True
    hessian = affine_hessian(walk.compiled)
    return hessian is None or spectrum(hessian[np.ix_(walk.moving, walk.moving)]).condition > _UNEVEN


# Each look takes a reason, and gives the more telling one with what is particular to this run

def _converged(loss: Objective, walk: Walk, stop: Stop) -> tuple[Stop, str]:
    """Here, as every slope is zero; but where the parameters decay, what the method goes for is no minimum of J."""
    if walk.pull() <= walk.tolerances.slope:
        return stop, ""
    return stop, f"The method {walk.method.name} would go on all the same: its equations move a parameter even without a slope."


def _outside(loss: Objective, walk: Walk, stop: Stop, last: np.ndarray) -> tuple[Stop, str]:
    stop, trouble = beyond(loss, walk, stop, last, walk.history.costs)
    if stop in (Stop.BOTTOMLESS, Stop.DIVERGED, Stop.OVERFLOW):
        return stop, "" if stop is Stop.BOTTOMLESS else smaller_rate(walk)
    where = _capital(trouble.sentence) + "." if trouble is not None else ""
    return stop, _said(where, smaller_rate(walk, settles=True) if stop is not Stop.START else "")


def glimpsed(loss: Objective, walk: Walk, stop: Stop) -> Stop:
    """The more telling reason, as far as the few points tell that are known of the run."""
    with np.errstate(all="ignore"):
        return kind(walk) if stop is Stop.CONVERGED else (_still if stop is Stop.STILL else _glimpsed)(loss, walk, stop)[0]


def _glimpsed(loss: Objective, walk: Walk, stop: Stop) -> tuple[Stop, str]:
    costs = walk.history.costs
    if stop is not Stop.STEPS or costs[-1] > costs[0] or (np.diff(costs) > 0).any() or not may_look(walk):
        return stop, ""
    if walk.history.made >= _UNDER_WAY and limit_beyond(walk) is not None:
        return Stop.UNREACHED, ""
    return stop if crawl(walk) is None or _back_and_forth(walk) else Stop.CRAWLING, ""


def _flat(loss: Objective, walk: Walk, stop: Stop) -> tuple[Stop, str]:
    point = walk.history.points[-1]
    matrix = walk.curved(point)
    if np.isfinite(matrix).all() and matrix.any(axis=1).all() and kind_of(matrix) == MINIMUM:
        steps = at_rest(walk, point, matrix)[1]
        ahead = moved(walk, point, steps[0])
        if len(steps) > 1 and walk.compiled.at(ahead)[0] < walk.history.costs[-1]:
            there = ", ".join(f"{text(letter)} = {short(value, 3)}" for letter, value in zip(loss.parameters, ahead.tolist()))
            return stop, (f"Going by the curvature, J is lowest near {there}: scale the data or the loss, or give a smaller "
                          "tolerance.")
    sizes = np.abs(walk.curved(walk.history.points[-1])).max(axis=1)
    idle = walk.moving[sizes <= min(_NOTHING * sizes.max(), walk.tolerances.slope)]
    if 0 < len(idle) < len(walk.moving):
        names = listed([text(loss.parameters[j]) for j in idle])
        return stop, f"The cost does not depend on {names} here. Another start may show the way."
    if walk.history.count > 1 and may_look(walk) and (limit := limit_beyond(walk)) is not None:
        return Stop.UNREACHED, _unreached(loss, walk, limit)
    return stop, "Another start may show the way." if walk.history.count == 1 else ""


def _saddle(loss: Objective, walk: Walk, stop: Stop) -> tuple[Stop, str]:
    """Along which parameter it falls, if along one."""
    way = np.abs(spectrum(walk.curved(walk.history.points[-1])).directions[:, 0])
    if way.max() < _ALONG:
        return stop, "Start a little to one side."
    return stop, f"It falls along {text(loss.parameters[walk.moving[way.argmax()]])}: start a little to one side."


def _diverged(loss: Objective, walk: Walk, stop: Stop) -> tuple[Stop, str]:
    return stop, smaller_rate(walk)


def _two_cycle(loss: Objective, walk: Walk, stop: Stop) -> tuple[Stop, str]:
    if not (loss.has_kinks and _over_a_kink(walk)):
        return stop, _said("The rate is too large.", smaller_rate(walk))
    cure = f" From here a rate that shrinks, {short(walk.rates[0])}/k, comes closer." if shrinking_rate_helps(walk) else ""
    return stop, f"There is a kink between them, over which any rate that stays the same jumps.{cure}"


def _over_a_kink(walk: Walk) -> bool:
    """Whether the slopes at the two points differ by much more than the curvature at either can explain."""
    (a, b), slopes = walk.history.points[-2:, walk.moving], walk.history.gradients[-2:, walk.moving]
    jump = slopes[1] - slopes[0]
    return not any(np.abs(jump - walk.curved(point) @ (b - a)).max() <= np.abs(jump).max() / 2
                   for point in walk.history.points[-2:])


def _no_step(loss: Objective, walk: Walk, stop: Stop) -> tuple[Stop, str]:
    costs = walk.history.costs
    if walk.undefined is not None:
        slope = short(float(walk.history.gradients[-1, walk.undefined]))
        return stop, f"Its equations have no real value for {text(loss.parameters[walk.undefined])}, whose slope is {slope}."
    if rises_at_end(costs) > 2 and costs[-1] > top(costs):
        return Stop.DIVERGED, smaller_rate(walk)
    if walk.method.search:
        if is_precise(walk):
            return Stop.PRECISE, ""
        return stop, no_rate_found(walk)
    return stop, "The matrix of second derivatives has no inverse here, so Newton's step is not defined."


def _still(loss: Objective, walk: Walk, stop: Stop) -> tuple[Stop, str]:
    costs = walk.history.costs
    if walk.history.rates[-1] == 0:
        return Stop.NO_RATE, ""
    if costs[-1] > costs[0] and (advice := smaller_rate(walk)):
        return stop, f"{_THROWN} {advice}"
    return (Stop.PRECISE, "") if is_precise(walk) else (stop, "")


def _used_up(loss: Objective, walk: Walk, stop: Stop) -> tuple[Stop, str]:
    """Steps used up: was the run climbing, bouncing, on its way to nowhere, crawling, or simply not there yet?"""
    costs = walk.history.costs
    if not walk.batches and (rose := rises_at_end(costs)) and _climbs(walk, rose):
        last = "update" if rose == 1 else f"{rose} updates"
        return stop, _said(f"The cost rose in the last {last}.", smaller_rate(walk))
    if costs[-1] > costs[0] and (advice := smaller_rate(walk)):
        return stop, f"{_THROWN} {advice}"
    if swings(costs) and _by_rounding(walk):
        return Stop.PRECISE, ""
    if keeps_bouncing(costs):
        return stop, _bounces(walk)
    if not may_look(walk):
        return stop, ""
    if len(costs) > _UNDER_WAY and (limit := limit_beyond(walk)) is not None:
        return Stop.UNREACHED, _unreached(loss, walk, limit)
    if not walk.batches and (found := crawl(walk)) is not None:
        if _back_and_forth(walk):
            return stop, _said("The last updates go back and forth, each undoing the one before.", smaller_rate(walk))
        return Stop.CRAWLING, _shrunk(walk) or _said(_wait(found), _cure(loss, walk, found))
    return stop, ""


_LOOKS = {Stop.CONVERGED: _converged, Stop.FLAT: _flat, Stop.SADDLE: _saddle, Stop.DIVERGED: _diverged,
          Stop.TWO_CYCLE: _two_cycle, Stop.NO_STEP: _no_step, Stop.STILL: _still, Stop.STEPS: _used_up}


# What there is to say

def _unreached(loss: Objective, walk: Walk, limit: float) -> str:
    if limit == -math.inf:
        return "It falls without bound, so this loss has no minimum to find."
    limit = 0.0 if abs(limit) < 1e-9 * abs(float(walk.history.costs[0])) else limit
    squares = " + ".join(f"{text(loss.parameters[j])}²" for j in walk.moving)
    penalty = f"0.01 {squares}" if len(walk.moving) == 1 else f"0.01 ({squares})"
    return (f"It nears {short(limit)}, but no finite values reach it. A penalty on large parameters, such as "
            f"{penalty if len(walk.moving) <= 3 else '0.01 times the sum of their squares'}, gives the loss a minimum.")


def _climbs(walk: Walk, rises: int) -> bool:
    """Whether the last rises are more than rounding near the minimum, or the swing of a method that overshoots."""
    costs = walk.history.costs
    rise = costs[-1] - costs[-1 - rises]
    if costs[-1] >= costs[0]:
        return bool(rise > ROUNDING * abs(costs[-1]))
    return not walk.method.state and bool(rise > _SEEN_RISE * (costs[0] - costs.min()))


def _back_and_forth(walk: Walk) -> bool:
    """Whether each of the last steps nearly undid the one before it, as across a valley at too large a rate."""
    steps = np.diff(walk.history.points[-_SEEN:], axis=0)
    turned, long = np.sum(steps[1:] * steps[:-1], axis=1), np.linalg.norm(steps, axis=1)
    return bool((turned < -0.9 * long[1:] * long[:-1]).all())


def _by_rounding(walk: Walk) -> bool:
    """Whether the cost goes up and down by rounding alone, and so little is left to fall that it is lost in that."""
    costs = walk.history.costs
    return not walk.batches and bool(np.ptp(costs[len(costs) // 2:]) <= (least := blur(walk))) and is_precise(walk, least)


def _bounces(walk: Walk) -> str:
    """That the cost goes up and down, with the rate that would bring it lower."""
    costs = walk.history.costs
    late = costs[len(costs) // 2:]
    low, high = short(late.min(), 3), short(late.max(), 3)
    noise = f", as {walk.batches.size} of {walk.table.rows} rows show the slope only roughly" if walk.batches else ""
    cure = f" From here a rate of {short(rate)} brings it lower." if (rate := calmer_rate(walk)) is not None else ""
    return f"In the later half of the run the cost goes up and down between {low} and {high}{noise}.{cure}"


def _wait(found: Crawl) -> str:
    if math.isnan(found.condition):
        return "The slopes are so small here that the cost hardly moves."
    if found.updates > _MANY:
        return "At this pace it would not come close to the minimum in a billion more updates."
    return f"At this pace it takes about {int(rounded(found.updates, 2)):,} more updates to come close to the minimum."


def _cure(loss: Objective, walk: Walk, found: Crawl) -> str:
    """What makes a run faster that crawls: a larger rate, data on one scale, or Newton's method."""
    if math.isnan(found.condition):
        return "Another start may show the way."
    if sentence := larger_rate(walk):
        return sentence
    if found.condition > _UNEVEN:
        uneven = f"J curves {short(found.condition, 2)} times as much in one direction as in another"
        if advice := _unscaled(loss, walk):
            return f"{uneven}: {advice}."
        if (updates := _newton_takes(walk)) is not None:
            return f"{uneven}: Newton's method allows for that and takes {updates} update{'s' * (updates != 1)}."
    return ""


def _shrunk(walk: Walk) -> str:
    rates = walk.history.rates
    if rates[-1] >= _SHRUNK * rates[0]:
        return ""
    return (f"The rate has shrunk from {short(rates[0], 3)} to {short(rates[-1], 3)}, too fast to arrive; "
            "let it shrink more slowly.")


def _unscaled(loss: Objective, walk: Walk) -> str:
    """What to do to the columns that are far from mean 0 and spread 1, where the loss can make up for it."""
    if walk.table is None or (found := changes(loss, walk.table.thinned(_SAMPLE))) is None:
        return ""
    return named({name: change for name, change in found[0].items()
                  if abs(change.middle) > change.size or not 0.1 < change.size < 10})


def _newton_takes(walk: Walk) -> int | None:
    """After how many updates Newton's method converges from the same start."""
    trial = replace(walk, method=method_named("newton"), rates=np.ones(_NEWTON), watch=None, progress=None)
    stop, _ = trial.tried(walk.history.points[0])
    return trial.history.count - 1 if stop is Stop.CONVERGED and kind(trial) is Stop.CONVERGED else None


def _said(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def _capital(sentence: str) -> str:
    # A formula at the start keeps its letters.
    return sentence[0].upper() + sentence[1:] if sentence.startswith(("the ", "its ")) else sentence
