"""The runs of a sweep side by side: how the cost falls in each, and how low each rate ends."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from symcalc.errors import DescentError
from symcalc.figures.histories import over_steps
from symcalc.figures.style import GREY, check_drawn, cost_name, drawing, legend, look, outside
from symcalc.pages.numbers import short
from symcalc.pages.typeset import typeset
from symcalc.training.many.runs import Runs

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from symcalc.training.run import Run

_NAMED = 12              # runs that the legend names
_FEW = 4                 # names that a legend inside the picture has room for
_MARKED = 12             # points that have a mark each
_MARKS = "osD^vPX*"
_DRAWN = 1_000           # points of a curve; more cannot be seen
_HIGHEST = 1e3           # times the highest start: a run that diverges leaves the picture there
_TENFOLD = 10            # times its least value J has to reach for a scale of powers of ten
_LOWEST = 1e-16          # ... and below this share of it a cost is as good as 0


def costs_over_steps(runs: Runs) -> Figure:
    """J against the step, one curve for each run, on a logarithmic axis where J is never negative.

    >>> from symcalc import Loss
    >>> runs = Loss("(w - 3)^2").sweep(start=[0], rates=[0.1, 0.2], steps=5)
    >>> [line.get_label() for line in costs_over_steps(runs).axes[0].lines]
    ['rate 0.1', 'rate 0.2']
    """
    going = _going(runs)
    with drawing() as (figure, axes):
        for k, run in enumerate(going):
            axes.plot(*_thinned(run.costs), **look(k), marker="o" if len(run.costs) <= _MARKED else "", markersize=3,
                      linewidth=1.4, label=_label(runs, run, k, len(going)))
        _height(axes, going)
        over_steps(axes, 0, max(len(run.costs) for run in going) - 1)
        axes.set(xlabel="step", ylabel=cost_name(runs[0].loss), title="The cost in each run")
        if len(going) > _FEW:
            outside(axes)
        elif len(going) > 1:
            legend(axes, fontsize=8)
    return figure


def costs_over_rates(runs: Runs) -> Figure:
    """J where each run ended, against its rate; the stable limit 2/λ_max is marked.

    >>> from symcalc import Loss
    >>> runs = Loss("(w - 3)^2").sweep(start=[0], rates=[0.1, 0.2, 1.1], steps=5)
    >>> costs_over_rates(runs).axes[0].get_xlabel()
    'rate'
    """
    rated = [run for run in _going(runs) if isinstance(run.rate, float)]
    if len({run.rate for run in rated}) < 2:
        raise DescentError("there is nothing to draw over the rate: the runs have one rate, or schedules")
    with drawing() as (figure, axes):
        kinds = dict.fromkeys(map(_kind, rated))
        for k, kind in enumerate(kinds):
            points = sorted((run.rate, run.fun) for run in rated if _kind(run) == kind)
            told = [word for word, others in zip(kind, zip(*kinds)) if len(set(others)) > 1]
            axes.plot(*zip(*points), **look(k), marker=_MARKS[k % len(_MARKS)], markersize=4, linewidth=1,
                      label=", ".join(told) or "J at the end" if k < _NAMED else f"_{k}")
        axes.axhline(float(rated[0].costs[0]), color=GREY, linewidth=0.8, linestyle=":", label="J at the start")
        if (limit := runs.stable_limit) is not None:
            axes.axvline(limit, color=GREY, linewidth=1, linestyle="--", label=f"stable limit 2/λ_max = {short(limit, 4)}")
        _height(axes, rated, ends=True)
        _beyond(axes, rated)
        if max(run.rate for run in rated) > 10 * min(run.rate for run in rated):
            axes.set_xscale("log")
        axes.set(xlabel="rate", ylabel=cost_name(runs[0].loss), title="The cost at the end of each run")
        if len(kinds) > _FEW:
            outside(axes)
        else:
            legend(axes, fontsize=8)
    return figure


def _going(runs: Runs) -> list[Run]:
    check_drawn(runs, Runs, "the runs that loss.sweep(...) gives")
    going = [run for run in runs if run.started]
    if not going:
        raise DescentError(f"there is no run to draw: {runs[0].message}")
    return going


def _label(runs: Runs, run: Run, k: int, count: int) -> str:
    """The run's name; for those that the legend has no room for, how many they are, once."""
    return runs.named(run) if k < _NAMED else f"and {count - _NAMED} more" if k == _NAMED else f"_{k}"


def _kind(run: Run) -> tuple[str, str]:
    """The method and the start."""
    start = ", ".join(f"{typeset(p)} = {short(value)}" for p, value in zip(run.loss.parameters, run.points[0]))
    return run.method.name, f"from {start}"


def _thinned(costs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Steps and costs, evenly through a long run, with its last."""
    steps = np.unique(np.linspace(0, len(costs) - 1, min(len(costs), _DRAWN)).astype(int))
    return steps, costs[steps]


def _beyond(axes: Axes, runs: list[Run]) -> None:
    """Arrows at the edge for the ends that lie out of the picture: a run that went off, or a J of exactly 0 on a log scale."""
    low, high = axes.get_ylim()
    ends = [(run.rate, run.fun) for run in runs]
    for arrow, rates, edge in (("^", [rate for rate, cost in ends if cost > high], high),
                               ("v", [rate for rate, cost in ends if cost < low], low)):
        if rates:
            axes.plot(rates, [edge] * len(rates), arrow, color="black", markersize=6, clip_on=False, zorder=5,
                      label="higher up" if arrow == "^" else "further down")


def _height(axes: Axes, runs: list[Run], ends: bool = False) -> None:
    """The axis of J, without what lies far above the start or as good as at 0."""
    start = max(float(run.costs[0]) for run in runs)
    seen = np.concatenate([[start] if ends else [], *(run.costs[-1:] if ends else run.costs for run in runs)])
    low = max(float(seen[seen > 0].min(initial=math.inf)), _LOWEST * start)
    if seen.min() < 0 or start <= 0 or max(float(seen.max()), start) < _TENFOLD * low:
        top = min(float(seen.max()), start + _HIGHEST * (abs(start) or 1.0))
        margin = 0.05 * (top - float(seen.min())) or 1.0
        axes.set_ylim(float(seen.min()) - margin, top + margin)
        return
    axes.set_yscale("log")
    axes.set_ylim(min(low, start) / 2, min(2 * float(max(seen.max(), start)), _HIGHEST * start))
