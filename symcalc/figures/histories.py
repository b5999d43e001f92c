"""What a run did from step to step: the cost and the parameters, the changes that were expected and those that came."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from symcalc.errors import LossError
from symcalc.figures.style import BLUE, GREY, ORANGE, check_drawn, cost_name, drawing, legend, look, outside, stacked
from symcalc.pages.numbers import short
from symcalc.pages.typeset import typeset
from symcalc.training.run import Run
from symcalc.training.views import in_view, left_out, started, tenfold
from symcalc.written import derivative_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from symcalc.training.effect import Effect

_DRAWN = 1_000           # points of a curve; more cannot be seen
_TENFOLD = 100           # how many times its least value J has to start at for a scale of powers of ten
_NAMED = 12              # parameters that the legend names
_MARKED, _POINTS = 30, 60        # points that have a mark each, in a history and elsewhere
_BEHIND = 1.9            # behind what is named, which matplotlib draws at 2
_CLIMBED = 1e6           # times the start: a wrong gradient that takes the cost beyond leaves the picture there
_FEW = 4                 # names that a legend inside the picture has room for
_HIGHEST = 3             # ratios beyond this, or as far below 0, are arrows at the edge
_LINE, _LONGEST = 78, 60         # characters of a title's line, and of a formula in a legend
_APART = 0.12             # of the height of the picture, so that two lines of words beside it do not touch
_SIGNPOSTS = ((1, "1: the tangent tells all"), (0.5, "1/2: onto the minimum"), (0, "0: just as high"))


def thinned(count: int) -> np.ndarray:
    """Steps evenly through a long run, with its first and its last.

    >>> thinned(3), len(thinned(50_000))
    (array([0, 1, 2]), 1000)
    """
    return np.unique(np.linspace(0, count - 1, min(count, _DRAWN)).astype(int))


def draw_cost(axes: Axes, run: Run, seen: int, **how: Any) -> None:
    """J against the step, on a scale of powers of ten where it is above 0 and falls or climbs through several."""
    steps = thinned(seen)
    axes.plot(steps, run.costs[steps], **how)
    _scale(axes, run.costs[steps])
    over_steps(axes, 0, seen - 1)


def _scale(axes: Axes, costs: np.ndarray) -> None:
    if ends := tenfold(costs):
        axes.set_yscale("log")
        axes.set_ylim(*ends)


def over_steps(axes: Axes, first: int, last: int) -> None:
    """The axis of the steps: whole numbers, with some room beside a single one."""
    room = 0.02 * (last - first) or 0.5
    axes.set_xlim(first - room, last + room)
    axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)


def history(run: Run) -> Figure:
    """J against the step, and below it each parameter against the step.

    >>> from symcalc.training.losses import Loss
    >>> figure = history(Loss("(w - 3)^2").descend(start={"w": 0}, rate=0.2, steps=20))
    >>> [axes.get_ylabel() for axes in figure.axes], figure.axes[0].get_yscale()
    (['J(w)', 'w'], 'log')
    """
    check_drawn(run, Run)
    started(run, "is no course")
    seen = in_view(run)
    parameters = run.loss.parameters
    with stacked(2) as (figure, (above, below)):
        draw_cost(above, run, seen, color=BLUE, marker="o" if seen <= _MARKED else "", markersize=3)
        steps = thinned(seen)
        named = _most_moved(run)
        for place, j in enumerate(named):
            below.plot(steps, run.points[steps, j], **look(place), marker="o" if seen <= _MARKED else "", markersize=3,
                       label=typeset(parameters[j]))
        others = sorted(set(range(len(parameters))) - set(named))
        for place, j in enumerate(others):
            below.plot(steps, run.points[steps, j], color=GREY, linewidth=0.5, alpha=0.5, zorder=_BEHIND,
                       label=f"{len(others)} that moved less" if place == 0 else f"_{j}")
        above.set(ylabel=cost_name(run.loss), title=f"The cost and the parameters, step by step{left_out(run)}")
        below.set(xlabel="step", ylabel=typeset(parameters[0]) if len(parameters) == 1 else "parameters")
        if len(parameters) > _FEW:
            outside(below)
        elif len(parameters) > 1:
            legend(below, fontsize=8)
    return figure


def _most_moved(run: Run) -> list[int]:
    """The places of the parameters that have a name in the picture: all, or of many those that moved most."""
    if len(run.loss.parameters) <= _NAMED:
        return list(range(len(run.loss.parameters)))
    return sorted(np.argsort(-np.ptp(run.points[:in_view(run)], axis=0), kind="stable")[:_NAMED].tolist())


def expected_actual(run: Run) -> Figure:
    """∇J·Δθ and the change that came, step by step; below them their ratio, with what it says about a step.

    >>> from symcalc.training.losses import Loss
    >>> figure = expected_actual(Loss("(w - 3)^2").descend(start={"w": 0}, rate=0.25, steps=3))
    >>> figure.axes[1].lines[0].get_ydata()
    array([0.75, 0.75, 0.75])
    """
    check_drawn(run, Run)
    started(run, "is no change")
    if not run.nit:
        raise LossError(f"there is no change to draw: the run made no step. {run.message}")
    steps = thinned(in_view(run))[1:]
    with stacked(2) as (figure, (above, below)):
        _changes(above, run, steps)
        above.set_title(f"The change expected, and the change that came{left_out(run)}")
        _ratios(below, run, steps)
        below.set_xlabel("step")
        over_steps(below, int(steps[0]), int(steps[-1]))
    return figure


def _known(run: Run, steps: np.ndarray) -> np.ndarray:
    """Which changes say something: not those that are lost in the rounding of J."""
    return ~run.lost[steps - 1]


def _changes(axes: Axes, run: Run, steps: np.ndarray) -> None:
    known = _known(run, steps)
    expected, actual = (np.array([getattr(run.updates[k - 1], name) for k in steps])
                        for name in ("expected_change", "actual_change"))
    # Where every change is a fall, its size can be seen on a scale of powers of ten, however small it becomes.
    falls = bool((expected[known] < 0).all() and (actual[known] < 0).all() and known.any())
    sign, shown = (-1, known) if falls else (1, slice(None))
    for name, changes, mark, line, colour, label in (("expected", expected, "s", "--", BLUE, "∇J·Δθ"),
                                                     ("actual", actual, "o", "-", ORANGE, "ΔJ")):
        axes.plot(steps[shown], sign * changes[shown], line, marker=mark if len(steps) <= _POINTS else "", color=colour,
                  markersize=4, linewidth=1, label=f"{name}: {'-' * falls}{label}")
    if not falls:
        axes.axhline(0, color=GREY, linewidth=0.7)
    elif -min(expected.min(), actual.min()) > _TENFOLD * -max(expected[known].max(), actual[known].max()):
        axes.set_yscale("log")
    axes.set_ylabel("fall of J" if falls else "change of J")
    legend(axes, fontsize=8)
    if len(steps) == 1:
        axes.set_ylim(*(f(0, 1.15 * f(0, *axes.dataLim.intervaly)) for f in (min, max)))


def _ratios(axes: Axes, run: Run, steps: np.ndarray) -> None:
    """Actual / expected, with an arrow where it lies out of the picture, and lines at the ratios that mean something."""
    ratio = np.array([run.updates[k - 1].ratio for k in steps])
    inside = np.where(np.abs(ratio) <= _HIGHEST, ratio, np.nan)
    axes.plot(steps, inside, marker="o" if len(steps) <= _POINTS else "", color="black", markersize=4, linewidth=1,
              label="actual / expected")
    beyond = ((ratio > _HIGHEST, _HIGHEST, "^", "above", "up", np.max),
              (ratio < -_HIGHEST, -_HIGHEST, "v", "below", "down", np.min))
    arrows = [axes.plot(steps[there], np.full(there.sum(), edge), arrow, color=ORANGE, markersize=6, linestyle="none",
                        label=f"{side} {edge}, {way} to {short(furthest(ratio[there]), 4)}")[0]
              for there, edge, arrow, side, way, furthest in beyond if there.any()]
    if arrows:
        axes.legend(handles=arrows, fontsize=8)
    drawn = np.clip(ratio[~np.isnan(ratio)], -_HIGHEST, _HIGHEST)
    low, high = min(-0.4, float(drawn.min(initial=0)) - 0.1), max(1.15, float(drawn.max(initial=1)) + 0.1)
    for height, words in (*_SIGNPOSTS, (-_APART * (high - low), "below 0: the cost rose")):
        axes.annotate(words, (1.01, height), xycoords=("axes fraction", "data"), fontsize=8, color=GREY, va="center",
                      annotation_clip=False)
    for height, _ in _SIGNPOSTS:
        axes.axhline(height, color=GREY, linewidth=0.7, linestyle=":")
    axes.set(ylabel="actual / expected", ylim=(low, high))


def effect(compared: Effect) -> Figure:
    """J against the step with the right gradient and with the learner's, from one start at one rate.

    >>> from symcalc.training.losses import Loss
    >>> compared = Loss("(w - 3)^2").compare_gradients({"w": "-2*(w - 3)"}, start={"w": 0}, rate=0.1, steps=4)
    >>> [line.get_label() for line in effect(compared).axes[0].lines]
    ['right: dJ/dw = 2 (w - 3)', 'wrong: -2 (w - 3)']
    """
    right, wrong = compared.right, compared.wrong
    names = list(compared.formulas)
    loss = compared.loss
    known = [f"{typeset(derivative_of(loss.symbol, loss.parameter(name)))} = {typeset(loss.partial(name).result)}"
             for name in names]
    given = [typeset(compared.formulas[name]) for name in names]
    other = "wrong" if compared.mistaken else "given"
    with drawing(6.4, 4.6) as (figure, axes):
        for run, colour, mark, label in ((right, BLUE, "o-", "right"), (wrong, ORANGE, "s--", other)):
            seen = thinned(in_view(run))
            formulas = known if run is right else given
            axes.plot(seen, run.costs[seen], mark if len(seen) <= _POINTS else mark[1:], color=colour, markersize=4,
                      linewidth=1.2, label=f"{label}: {_cut(', '.join(formulas))}{left_out(run)}")
        # What climbs out of sight would take the scale with it, and press the other flat.
        _scale(axes, np.minimum(np.concatenate([line.get_ydata() for line in axes.lines]), _CLIMBED * abs(right.costs[0])))
        over_steps(axes, 0, max(in_view(right), in_view(wrong)) - 1)
        axes.set(xlabel="step", ylabel=cost_name(compared.loss))
        axes.set_title(fill(compared.sentence, _LINE), fontsize=10)
        legend(axes, fontsize=8)
    return figure


def _cut(formula: str) -> str:
    return formula if len(formula) <= _LONGEST else f"{formula[:_LONGEST - 1]}…"
