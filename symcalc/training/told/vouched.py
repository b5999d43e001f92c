"""An update out of a file, worked out again before it is shown: anybody may have changed the numbers there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from symcalc.pages.document import Block, paragraph
from symcalc.pages.notation import text
from symcalc.pages.numbers import short
from symcalc.training.told.step import Step
from symcalc.training.told.steps_found import newton_system
from symcalc.training.told.working import states, working

ROUNDING = 1e-10         # of the largest value in its column: a number that is no further off is the same, but for rounding
_Number = tuple[str, float, float, np.ndarray]       # its name, as it was told, as it is found, and its column


def vouched(update: Step) -> tuple[Block, ...]:
    """The working of the update where its formulas give its numbers; else the first number that they do not give.

    >>> from symcalc.training.losses import Loss
    >>> run = Loss("(w - 3)^2").descend(start={"w": 0}, rate=0.25, steps=1)
    >>> vouched(run.updates[0]) == run.updates[0].document().blocks
    True
    """
    with np.errstate(all="ignore"):
        for name, told, found, column in (*_where_it_starts(update), *_where_it_leads(update)):
            if not (abs(told - found) <= ROUNDING * np.nanmax(np.abs(column)) or (np.isnan(told) and np.isnan(found))):
                return (paragraph("This step is not shown, for its formulas do not make the numbers that the file gives it: "
                                  f"{name} comes out as {short(found)}, and the file has {short(told)}."),)
    return working(update)


def _where_it_starts(update: Step) -> Iterator[_Number]:
    """J before and after, its slopes, and those that drove the step."""
    run, k = update.run, update.k
    J = run.loss.symbol.func.__name__
    (before, gradient), (after, _) = (run.compiled.at(run.points[step]) for step in (k - 1, k))
    yield f"{J} before it", update.J_before, before, run.costs
    yield f"{J} after it", update.J_after, after, run.costs
    for j, letter in enumerate(run.loss.parameters):
        yield text(run.slope_name(letter)), run.gradients[k - 1, j], gradient[j], run.gradients
    place = update.place
    for j, slope in enumerate(place.compiled.at(place.point)[1]):
        column = run.gradients if run.drives is None else run.drives
        yield f"the slope {text(run.slope_name(run.loss.parameters[j]))}", place.slopes[j], slope, column


def _where_it_leads(update: Step) -> Iterator[_Number]:
    """What the method carries along, and the parameters after the step."""
    run, k = update.run, update.k
    step, _ = run.method.step()
    newton = newton_system(update)[1] if run.method.needs_curvature else np.zeros(len(run.loss.parameters))
    for j, letter in enumerate(run.loss.parameters):
        carried, point = run.states[k - 1, :, j].tolist(), float(run.points[k - 1, j])
        *made, new = [*carried, point] if j not in update.turn else step(
            point, float(update.slopes[j]), update.rate, float(k), float(newton[j]), *carried)
        for s, own in enumerate(states(run, letter).values()):
            yield text(own), run.states[k, s, j], made[s], run.states[:, s]
        yield text(letter), run.points[k, j], new, run.points
