"""The secant that turns into the tangent, and the error of difference quotients over the change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from symcalc.errors import LossError
from symcalc.figures.pace import first_change
from symcalc.figures.style import BLUE, GREY, ORANGE, check_drawn, cost_name, drawing, legend, panels
from symcalc.pages.numbers import short
from symcalc.pages.typeset import typeset
from symcalc.training.slopes import Slopes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_STEPS = (1.0, 0.5, 0.1, 0.01)           # in units in which the first secant can be told from the tangent
_ACROSS = 121            # points of a curve
_REACH = 1.5             # of the first change, to either side of the point


def secants(slopes: Slopes) -> Figure:
    """Four panels: the line through two points of the curve, as the second comes closer, beside the tangent.

    >>> from symcalc.training.slopes import slopes
    >>> [axes.get_title(loc="left") for axes in secants(slopes("x^2", "x", at=2)).axes]
    ['Δ = 1: slope 5', 'Δ = 0.5: slope 4.5', 'Δ = 0.1: slope 4.1', 'Δ = 0.01: slope 4.01']
    """
    check_drawn(slopes, Slopes, "the slopes that loss.slopes(...) gives")
    here, unit = slopes.at[slopes.parameter.name], first_change(slopes)
    across = np.linspace(here - _REACH * unit, here + _REACH * unit, _ACROSS)
    curve = np.array([slopes.function(value) for value in across])
    steps = [step * unit for step in _STEPS]
    touching = "tangent, slope" if slopes.sides is None else "slope used at the kink:"
    with panels(2, 2) as (figure, all_axes):
        for axes, step in zip(all_axes, steps):
            quotient = slopes.quotient(step).forward
            if not np.isfinite(quotient):
                raise LossError(f"there is no secant to draw: the function has no finite value at "
                                f"{typeset(slopes.parameter)} = {short(here + step)}")
            axes.plot(across, curve, color=BLUE, label="J")
            axes.plot(across, slopes.value + slopes.derivative * (across - here), color=GREY, linewidth=1,
                      label=f"{touching} {short(slopes.derivative)}")
            axes.plot(across, slopes.value + quotient * (across - here), "--", color=ORANGE, linewidth=1.4, label="secant")
            _legs(axes, slopes, step)
            axes.set_title(f"Δ = {short(step)}: slope {short(quotient)}")
            axes.set_ylim(*_limits(curve, slopes, quotient, unit))
        for axes in all_axes[::2]:
            axes.set_ylabel(cost_name(slopes.loss))
        for axes in all_axes[2:]:
            axes.set_xlabel(typeset(slopes.parameter))
        legend(all_axes[0], fontsize=8)
    return figure


def _legs(axes: Axes, slopes: Slopes, step: float) -> None:
    """The change to the right and the change upwards, and the two points that they join."""
    here, there = slopes.at[slopes.parameter.name], slopes.at[slopes.parameter.name] + step
    low, high = slopes.value, slopes.function(there)
    axes.plot([here, there, there], [low, low, high], color=ORANGE, linewidth=0.8, alpha=0.7)
    axes.plot([here, there], [low, high], "o", color=ORANGE, markersize=4)


def _limits(curve: np.ndarray, slopes: Slopes, quotient: float, unit: float) -> tuple[float, float]:
    """From below the curve and the lines near the point to above them."""
    there = slopes.at[slopes.parameter.name] + unit
    seen = [*curve[np.isfinite(curve)], slopes.value, slopes.function(there), slopes.value + quotient * unit]
    low, high = min(seen), max(seen)
    margin = 0.08 * (high - low) or 1.0
    return low - margin, high + margin


def difference_errors(slopes: Slopes) -> Figure:
    """The error of both quotients over Δ, both on scales of powers of ten: a V, with what makes its two sides.

    >>> from symcalc.training.slopes import slopes
    >>> difference_errors(slopes("x^2", "x", at=2)).axes[0].get_xscale()
    'log'
    """
    check_drawn(slopes, Slopes, "the slopes that loss.slopes(...) gives")
    steps = np.array([quotient.step for quotient in slopes.quotients])
    forward, central = (np.abs([getattr(quotient, name) for quotient in slopes.quotients])
                        for name in ("error", "central_error"))
    with drawing() as (figure, axes):
        for errors, colour, mark, label in ((forward, ORANGE, "o-", "forward"), (central, BLUE, "s-", "central")):
            seen = np.isfinite(errors) & (errors > 0)                # an error of exactly 0 has no place on this scale
            axes.plot(steps[seen], errors[seen], mark, color=colour, markersize=4, linewidth=1, label=label)
        axes.set(xscale="log", yscale="log")
        for side, line, label in ((slopes.bending, ":", "the curve: Δ J''/2"), (slopes.rounding, "--", "rounding: ε J/(2Δ)")):
            if side(1.0) > 0:
                axes.plot(steps, list(map(side, steps)), line, color=GREY, label=label)
        seen = np.concatenate([forward, central])
        seen = seen[np.isfinite(seen) & (seen > 0)]
        if len(seen):
            axes.set_ylim(seen.min() / 10, seen.max() * 10)
        else:
            axes.annotate("every quotient is the slope itself: no error to draw", (0.04, 0.06), xycoords="axes fraction",
                          fontsize=9)
        if slopes.predicted is not None:
            axes.axvline(slopes.predicted, color=GREY, linewidth=0.7)
            axes.annotate("√(ε J/J'')", (slopes.predicted, axes.get_ylim()[1]), xytext=(4, -12), textcoords="offset points",
                          fontsize=8, color=GREY)
        axes.set(xlabel="Δ", ylabel="error",
                 title=f"How far a difference quotient is from the slope in {typeset(slopes.parameter)}")
        legend(axes, fontsize=8)
    return figure
