"""A function above its derivative: where the slope is 0, where the function rises and falls, and where it has a kink."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from sympy import Expr, Integer

from symcalc.calculus.derivation import Derivation
from symcalc.calculus.solving import solved
from symcalc.compute.compiled import evaluated
from symcalc.compute.stable import stabilised
from symcalc.errors import LossError
from symcalc.figures.style import BLUE, GREY, ORANGE, legend, stacked
from symcalc.language.names import columns_of, parameters_of
from symcalc.pages.notation import text
from symcalc.pages.numbers import short
from symcalc.pages.typeset import typeset

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ACROSS = 801
_REACH = 4.0             # to either side of where something happens, or of 0 where nothing is known to
_ROOM = 0.6              # of the way from the first to the last such place, to either side of them
_EDGE = 0.04             # of where the function has values, as much is shown beside its end
_STEEP = 0.25            # of the height of the curve, from one value to the next, tells of a pole
_CROP = 0.5              # of the height of nine tenths of the curve, above and below them, is what is shown of a pole
_HALVINGS = 60
_LETTER = 0.017          # of the picture, the width of a letter
_SHORT = 8               # letters of a name that stands beside each zero
_LONGEST = 70            # characters of a formula in a title
_LEVEL = 1e-6            # of the largest slope nearby, what counts as 0

Function = Callable[[np.ndarray], np.ndarray]


def function_and_derivative(derivation: Derivation, low: float | None = None, high: float | None = None, *,
                            at: Mapping[str, float] | None = None) -> Figure:
    """f above f': dotted lines where the slope is 0, shades where f rises and where it falls, squares at its kinks.

    `low` and `high` are the ends of what is drawn, left out: round the zeros and kinks that are known. `at` gives the values
    of the other letters.

    >>> from symcalc.calculus.problems import derive
    >>> figure = function_and_derivative(derive("x^3 - 3*x", "x"))
    >>> [axes.get_title(loc="left") for axes in figure.axes]
    ['f(x) = x³ - 3x', "f'(x) = 3x² - 3"]
    """
    if not isinstance(derivation, Derivation):
        raise LossError("a function and its derivative are drawn from a first derivative by one letter, as derive makes it")
    variable = derivation.variable
    value, slope = _functions(derivation, at or {})
    zeros = _numbers(solved(derivation.result, Integer(0), variable), at or {})
    kinks = [place for kink in derivation.kinks
             for place in _numbers((each.rhs for each in kink.solution), at or {})]
    across = _across(low, high, [*zeros, *kinks], slope)
    start, end = across[0], across[-1]
    heights, slopes = value(across), slope(across)
    if not np.isfinite(heights).any() or not np.isfinite(slopes).any():
        raise LossError(f"there is nothing to draw: the function has no finite value between {short(start)} and {short(end)}")
    kinks = sorted(place for place in set(kinks) if start < place < end)
    zeros = [zero for zero in _zeros(slope, across, slopes, zeros) if zero not in kinks]
    with stacked(2, 6.4, 6.0) as (figure, (above, below)):
        _shade(above, across, slopes)
        _curve(above, across, heights, kinks, BLUE, jumps=False)
        _curve(below, across, slopes, kinks, ORANGE, jumps=True)
        below.axhline(0, color=GREY, linewidth=0.8)
        if kinks:
            above.plot(kinks, value(np.array(kinks)), "s", color="black", markersize=6, label="kink")
            below.plot(kinks, slope(np.array(kinks)), "s", color="black", markersize=6, label="slope used at the kink")
            legend(below, fontsize=8)
        letter = typeset(variable)
        above.set(ylabel="f", title=_titled(f"f({letter})", derivation.expression), xlim=(start, end))
        below.set(ylabel="f'", xlabel=letter, title=_titled(f"f'({letter})", derivation.result))
        _mark(above, below, zeros, value(np.array(zeros)), letter)
        if above.get_legend_handles_labels()[0]:
            legend(above, fontsize=8)
    return figure


# What is known of the function

def _functions(derivation: Derivation, at: Mapping[str, float]) -> tuple[Function, Function]:
    """f and f' of an array of values of the variable, every other letter at its value; f' is nan where f has no value."""
    variable = derivation.variable
    if columns := columns_of(derivation.expression):
        raise LossError(f"a curve needs one letter and numbers for the others; {text(columns[0])} has a value for every row")
    others = [letter for letter in parameters_of(derivation.expression) if letter != variable]
    if missing := [letter for letter in others if letter.name not in at]:
        raise LossError(f"the value of {', '.join(map(text, missing))} is needed to draw the curve; give it, as in "
                        f"at={{'{missing[0].name}': 1}}")
    constants = {letter: float(at[letter.name]) for letter in others}

    def function(expression: Expr) -> Function:
        ready = stabilised(expression)
        return lambda values: np.array(np.broadcast_to(
            evaluated(ready, {variable: values, **constants}, None, ()), values.shape))
    value, slope = function(derivation.expression), function(derivation.result)
    return value, lambda values: np.where(np.isfinite(value(values)), slope(values), np.nan)


def _numbers(values: Iterable[Expr] | None, at: Mapping[str, float]) -> list[float]:
    """Solutions as numbers, the other letters at their values."""
    found = []
    for value in values or ():
        constants = {letter: float(at[letter.name]) for letter in parameters_of(value)}
        found.append(float(evaluated(value, constants, None, ())))
    return sorted(number for number in found if np.isfinite(number))


def _ends(low: float | None, high: float | None, places: list[float]) -> tuple[float, float]:
    """From where to where the function is drawn."""
    first, last = (min(places), max(places)) if places else (0.0, 0.0)
    room = _ROOM * (last - first) or max(_REACH, 1.5 * abs(first))
    start, end = first - room if low is None else float(low), last + room if high is None else float(high)
    if not (np.isfinite([start, end]).all() and start < end):
        raise LossError(f"a curve is drawn from a smaller to a larger value, not from {short(start)} to {short(end)}")
    return start, end


def _across(low: float | None, high: float | None, places: list[float], slope: Function) -> np.ndarray:
    """The values that are drawn: up to an end that is given, and otherwise no further than the function has values."""
    start, end = _ends(low, high, places)
    across = np.linspace(start, end, _ACROSS)
    there = across[np.isfinite(slope(across))]
    if len(there):
        room = max(_EDGE * np.ptp(there), across[1] - across[0])
        start = max(start, there[0] - room) if low is None else start
        end = min(end, there[-1] + room) if high is None else end
    return np.linspace(start, end, _ACROSS)


def _zeros(slope: Function, across: np.ndarray, slopes: np.ndarray, known: list[float]) -> list[float]:
    """Where the slope is 0: what is known by algebra, and what lies between two signs, found by halving."""
    start, end = across[0], across[-1]
    found = [zero for zero in known if start <= zero <= end and abs(slope(np.array([zero]))[0]) <= _LEVEL * _size(slopes)]
    for k in np.flatnonzero(slopes[:-1] * slopes[1:] < 0):
        low, high = across[k], across[k + 1]
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if slope(np.array([middle]))[0] * slopes[k] > 0 else (low, middle)
        # Where the slope jumps over 0, as at a kink or a pole, it is not 0.
        if abs(slope(np.array([low]))[0]) <= _LEVEL * _size(slopes[max(0, k - 1):k + 3]):
            found.append(high)
    # A value that is met exactly is 0 between two others of the picture, or the function is level there.
    level = slopes == 0
    found += list(across[1:-1][level[1:-1] & ~level[:-2] & ~level[2:] & np.isfinite(slopes[:-2] + slopes[2:])])
    found.sort()
    apart = (end - start) / len(across)
    return [zero for k, zero in enumerate(found) if k == 0 or zero - found[k - 1] > apart]


def _size(slopes: np.ndarray) -> float:
    return float(np.abs(slopes[np.isfinite(slopes)]).max(initial=0.0))


# What is drawn of it

def _curve(axes: Axes, across: np.ndarray, heights: np.ndarray, kinks: list[float], colour: str, jumps: bool) -> None:
    """The curve, torn where it has no value and, that of the slope, at its kinks; no further up a pole than can be seen."""
    heights = np.where(np.isfinite(heights), heights, np.nan)
    if jumps:
        for kink in kinks:
            near = int(np.argmin(np.abs(across - kink)))
            heights[near] = np.nan
    finite = heights[np.isfinite(heights)]
    low, high = float(finite.min()), float(finite.max())
    # From one value to the next a smooth curve goes a small part of its height; beside a pole it goes most of it.
    if np.abs(np.diff(finite)).max(initial=0.0) > _STEEP * (high - low):
        least, most = np.percentile(finite, (5, 95))
        low, high = max(low, least - _CROP * (most - least)), min(high, most + _CROP * (most - least))
    margin = 0.12 * (high - low) or 0.5 * max(abs(high), 1.0)
    # Across a pole a line would join what is not joined.
    jump = np.flatnonzero((heights[:-1] < low - margin) & (heights[1:] > high + margin)
                          | (heights[:-1] > high + margin) & (heights[1:] < low - margin))
    heights[jump] = np.nan
    axes.plot(across, heights, color=colour, linewidth=1.6)
    axes.set_ylim(low - margin, high + margin)


def _mark(above: Axes, below: Axes, zeros: list[float], heights: np.ndarray, letter: str) -> None:
    """A dotted line and a point on both curves where the slope is 0, and the value of the letter where it has room."""
    start, end = below.get_xlim()
    named: list[float] = []
    for zero, height in zip(zeros, heights):
        for axes in (above, below):
            axes.axvline(zero, color=GREY, linewidth=0.9, linestyle=":")
        above.plot([zero], [height], "o", color=BLUE, markersize=6)
        below.plot([zero], [0], "o", color=ORANGE, markersize=6)
        said = f"{letter} = {short(zero, 4)}" if len(letter) <= _SHORT else short(zero, 4)
        wide = len(said) * _LETTER * (end - start)
        if not named or zero - named[-1] > wide:
            named.append(zero)
            side, away = ("left", 5) if zero < end - wide else ("right", -5)
            below.annotate(said, (zero, 0), xytext=(away, 5), ha=side, textcoords="offset points", fontsize=8, color="#333333",
                           bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.5})


def _shade(axes: Axes, across: np.ndarray, slopes: np.ndarray) -> None:
    """Light bands where the function rises and where it falls."""
    for rising, colour, hatch, label in ((slopes > 0, BLUE, "", "rises"), (slopes < 0, ORANGE, "//", "falls")):
        if rising.any():
            axes.fill_between(across, 0, 1, where=rising, transform=axes.get_xaxis_transform(), facecolor=(colour, 0.1),
                              edgecolor=(colour, 0.3), linewidth=0, hatch=hatch, label=label)


def _titled(name: str, formula: Expr) -> str:
    written = typeset(formula)
    return f"{name} = {written if len(written) <= _LONGEST else f'{written[:_LONGEST - 1]}…'}"
