"""The cost over two parameters in space, and cut into slices with one of them frozen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from symcalc.errors import LossError
from symcalc.figures.cut_surface import draw_surface
from symcalc.figures.style import BLUE, ORANGE, check_drawn, cost_name, drawing, side_by_side
from symcalc.pages.notation import text
from symcalc.pages.numbers import short
from symcalc.pages.typeset import typeset
from symcalc.training.losses import Loss
from symcalc.training.run import Run
from symcalc.training.views import fineness, grid, in_view, last_seen, left_out, started, windows
from symcalc.written import derivative_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from sympy import Symbol

    from symcalc.compute.compiled import Compiled

_GRID, _COARSE = 41, 21
_HIGHEST = 1.6           # times as far above the least J as the run comes: what is higher is left out
_CUT = 0.05              # of the surface, if more than this is left out its edge is seen
_CASING = 2.8            # points of white along the way, which without colours could not be told from the surface
_MOST = 6                # slices that can be read beside each other
_ACROSS = 121
_FROM_NUMBERS = (9, 14, 9)                # points to the labels of the axes, which may be longer than the axes are
_LETTERS = 10.5          # of a head line, in an inch
_TANGENT = 0.25          # of the width of a slice, to either side of the point


def surface(run: Run) -> Figure:
    """J over two parameters as a surface in space, with the way of the run on it.

    >>> run = Loss("u^2 + 4*v^2").descend(start={"u": 2, "v": 1}, rate=0.1, steps=8)
    >>> axes = surface(run).axes[0]
    >>> axes.get_xlabel(), axes.get_ylabel(), axes.get_zlabel()
    ('u', 'v', 'J(u, v)')
    """
    check_drawn(run, Run)
    if len(run.loss.parameters) != 2:
        raise LossError(f"a surface needs a loss of two parameters; this one has {len(run.loss.parameters)}")
    started(run, "is no surface")
    seen = in_view(run)
    u, v = windows(run)
    size = fineness(run, _GRID, _COARSE)
    across, up, cost = grid(run, u, v, size)
    low = float(np.nanmin(np.where(np.isfinite(cost), cost, np.nan)))
    top = low + _HIGHEST * (float(run.costs[:seen].max()) - low)
    above = float((cost > top).mean())
    if top > low and above > _CUT:                          # an edge across large cells would be angular
        times = 2 if above < 0.5 else 4 if above < 0.75 or size < _GRID else 8
        across, up, cost = grid(run, u, v, times * (size - 1) + 1)
    with drawing(6.4, 5.2, projection="3d") as (figure, axes):
        first, second = run.loss.parameters
        # The way is drawn over the surface that it lies on, which matplotlib would sort by distance as a whole.
        axes.computed_zorder = False
        fine = len(across) > size
        draw_surface(axes, across, up, cost, top if top > low else np.inf,
                     linewidth=0 if fine else 0.2, edgecolor="none" if fine else (0, 0.3, 0.5, 0.25))
        way = (run.points[:seen, 0], run.points[:seen, 1], run.costs[:seen])
        axes.plot(*way, color="white", linewidth=_CASING, zorder=2)
        axes.plot(*way, "o-", color=ORANGE, markersize=3, linewidth=1.3, zorder=3, label="the run")
        axes.plot(*(part[:1] for part in way), "s", color=ORANGE, markersize=6, zorder=4, label="start")
        axes.plot(*(part[-1:] for part in way), "*", color="black", markersize=10, zorder=4, label=last_seen(run))
        axes.set(xlabel=typeset(first), ylabel=typeset(second), zlabel=cost_name(run.loss), xlim=u, ylim=v,
                 title=f"{cost_name(run.loss)} as a surface{left_out(run)}")
        axes.locator_params(nbins=5)
        for axis, pad in zip((axes.xaxis, axes.yaxis, axes.zaxis), _FROM_NUMBERS):
            axis.labelpad = pad
        axes.view_init(elev=32, azim=-58)
        axes.set_box_aspect(None, zoom=0.88)
        axes.legend(fontsize=8, loc="upper right")
    return figure


def slices(function: Loss | str, name: str, data: object = None, *, frozen: Mapping[str, Sequence[float]],
           at: float) -> Figure:
    """The curve over one letter with another frozen at several values, a panel for each, and the tangent: ∂f/∂x in pictures.

    `frozen` gives the values of the frozen letter, and one each of any others; the tangent is drawn at `at`.

    >>> figure = slices("3*x*y", "x", frozen={"y": [1, 3, 6, 9]}, at=2)
    >>> [axes.get_title(loc="left") for axes in figure.axes]
    ['y = 1: slope 3', 'y = 3: slope 9', 'y = 6: slope 18', 'y = 9: slope 27']
    """
    loss = function if isinstance(function, Loss) else Loss(function)
    parameter = loss.parameter(name)
    j = loss.parameters.index(parameter)
    points, letter = _frozen(loss, j, frozen)
    points[:, j] = at
    compiled = loss.compile(data)
    reach = 1.5 * max(abs(at), 1.0)
    values = np.linspace(at - reach, at + reach, _ACROSS)
    rows = 1 if len(points) <= 4 else 2
    with side_by_side(-(-len(points) // rows), rows, 2.7, 2.7) as (figure, all_axes):
        for axes, point in zip(all_axes, points):
            slope = _slice(axes, loss, compiled, point, j, values)
            axes.set_title(f"{typeset(loss.parameters[letter])} = {short(point[letter])}: slope {short(slope, 4)}", fontsize=10)
            axes.set_xlabel(typeset(parameter))
        lows, highs = zip(*(axes.get_ylim() for axes in all_axes[:len(points)]))
        for axes in all_axes[:len(points)]:
            axes.set_ylim(min(lows), max(highs))               # one scale, so that slopes can be compared
        for axes in all_axes[len(points):]:
            axes.set_visible(False)
        all_axes[0].set_ylabel(cost_name(loss))
        figure.suptitle(_headed(loss, parameter, int(figure.get_figwidth() * _LETTERS)), fontsize=11, x=0.01, ha="left")
    return figure


def _slice(axes: Axes, loss: Loss, compiled: Compiled, point: np.ndarray, j: int, values: np.ndarray) -> float:
    """The curve through the point over the letter in place j, with its tangent; the slope of that."""
    cost, slopes = compiled.at(point)
    at, slope = point[j], slopes[j]
    if not np.isfinite([cost, slope]).all():
        place = ", ".join(f"{text(each)} = {short(value)}" for each, value in zip(loss.parameters, point))
        raise LossError(f"{text(loss.expression)} has no finite value, or no finite slope, at {place}")
    line = np.repeat(point[np.newaxis], len(values), axis=0)
    line[:, j] = values
    axes.plot(values, [compiled.at(each)[0] for each in line], color=BLUE)
    half = _TANGENT * (values[-1] - values[0])
    axes.plot([at - half, at + half], [cost - slope * half, cost + slope * half], color=ORANGE, linewidth=1.4)
    axes.plot([at], [cost], "o", color=ORANGE, markersize=5)
    return float(slope)


def _headed(loss: Loss, parameter: Symbol, room: int) -> str:
    """The function and its derivative, on one line where both have room on it."""
    said = (f"{typeset(loss.symbol)} = {typeset(loss.expression)}",
            f"{typeset(derivative_of(loss.symbol, parameter))} = {typeset(loss.partial(parameter.name).result)}")
    joint = ",  " if sum(map(len, said)) < room else "\n"
    return joint.join(part if len(part) <= room else f"{part[:room - 1]}…" for part in said)


def _frozen(loss: Loss, j: int, frozen: Mapping[str, Sequence[float]]) -> tuple[np.ndarray, int]:
    """A point for each slice, and the place of the letter that differs from one to the next."""
    if not isinstance(frozen, Mapping) or not frozen:
        raise LossError(f"name the letter to freeze and its values, as in frozen={{'{loss.names[j - 1]}': [1, 2, 3]}}")
    given: dict[int, np.ndarray] = {}
    for name, values in frozen.items():
        given[loss.names.index(loss.parameter(name).name)] = np.atleast_1d(np.asarray(values, dtype=float))
    if j in given:
        raise LossError(f"{text(loss.parameters[j])} is the letter that moves, so it cannot be frozen too")
    if missing := [text(p) for k, p in enumerate(loss.parameters) if k != j and k not in given]:
        raise LossError(f"the value of {', '.join(missing)} is needed too; add it to `frozen`")
    several = [k for k, values in given.items() if len(values) > 1]
    if len(several) > 1 or any(len(values) == 0 for values in given.values()):
        raise LossError("one letter is frozen at several values, and every other at one")
    letter = several[0] if several else next(iter(given))
    if len(given[letter]) > _MOST:
        raise LossError(f"at most {_MOST} slices can be read beside each other, not {len(given[letter])}")
    points = np.empty((len(given[letter]), len(loss.parameters)))
    for k, values in given.items():
        points[:, k] = values
    return points, letter
