"""Oracles for the short answers with a reason: what each has to say, worked out from the words of its question."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from fractions import Fraction

N = r"(-?\d+(?:\.\d+)?)"


def _numbers(found: re.Match) -> list[Fraction]:
    return [Fraction(part) for part in found.groups() if re.fullmatch(N, part)]


def _plain(value: Fraction) -> str:
    return f"{float(value):g}"


def _one_step(found: re.Match) -> str:
    place, slope, rate = _numbers(found)
    assert found[5] == ("smaller" if slope > 0 else "larger")
    return (f"To {found[1]} = {_plain(place - slope * rate)}. The step is {_plain(-slope * rate)}, against the slope: "
            f"the cost {'rises' if slope > 0 else 'falls'} as")


def _longer(found: re.Match) -> str:
    _, one, far, other = _numbers(found)
    return f"From {found[1]} = {_plain(far)}: the step there is {_plain(other / one)} times as long"


def _touching(found: re.Match) -> str:
    first, low, high, second = _numbers(found)[:4]
    slope = (high - low) / (second - first)
    return f"The slope is {_plain(slope)}. The cost {'rises' if slope > 0 else 'falls'} as"


def _to_and_fro(found: re.Match) -> str:
    one, other = _numbers(found)[:2]
    return f"The minimum is at w = {_plain((one + other) / 2)}, halfway. The rate is just at the limit"


def _multiplied(found: re.Match) -> str:
    factor, rate = _numbers(found)
    return f"The slopes are {factor} times as large, and the minimum stays where it is. The rate {_plain(rate / factor)} makes"


def _pulls(found: re.Match) -> str:
    first, second, one, other = _numbers(found)
    small, large = one - first, other - second
    assert abs(small) < abs(large)
    return f"The residuals are {small} and {large}, the squared errors {small**2} and {large**2}. The second row counts more"


def _dominates(found: re.Match) -> str:
    count, ones, wide = _numbers(found)
    assert count == ones + 1
    return f"It has {wide**2} of {wide**2 + ones} in the squares and {wide} of {wide + ones} in the sizes"


def _estimated(found: re.Match) -> str:
    low, first, high, second = _numbers(found)[:4]
    return f"About {_plain((high - low) / (second - first))}. That is the slope of the secant"


def _steepest(found: re.Match) -> str:
    m, b = map(int, _numbers(found))
    return f"Against the gradient it falls by {math.hypot(m, b):g}, the length of the gradient; by m alone only by {abs(m)}."


def _narrow(found: re.Match) -> str:
    steep, flat, rate = _numbers(found)
    assert abs(1 - rate * steep) < 1 and 1 - rate * steep == 0
    return (f"Below {_plain(2 / steep)}. In the steep direction the distance becomes 0 at once, in the flat one it is "
            f"multiplied by {_plain(1 - rate * flat)}:")


def _curved(found: re.Match) -> str:
    u, v = _numbers(found)
    kind, stays = ("saddle point", "leaves it") if u * v < 0 else ("minimum", "comes back to it") if u > 0 else (
        "maximum", "leaves it")
    assert stays in found.answer
    return f"A {kind}: "


def _one_row(found: re.Match) -> str:
    *slopes, rate = _numbers(found)
    assert sum(slopes) == 0
    return ("The mean has the slope 0: a descent with all rows rests there. The first row alone changes w by "
            f"{_plain(-rate * slopes[0])}:")


ASKED: dict[str, Callable[..., str]] = {
    rf"At (\w) = {N} the slope of the cost is 0\. By how much .* the rate {N} change \1, and why\?":
        lambda found: f"By nothing: {found[1]} stays {found[2]}. A step is the rate times the slope, and the slope is 0",
    rf"At (\w) = {N} the slope of the cost is {N}, and the rate is {N}\. Where .* why does \1 become (\w+)\?": _one_step,
    rf"At (\w) = {N} the slope of the cost is {N}, at \1 = {N} it is {N}\. From which .*": _longer,
    rf"The tangent to the cost at \w = {N} touches it at the height {N} and has the height {N} at \w = {N}\. .*": _touching,
    rf"On a parabola the values of w are {N}, {N}, \1, \2 and so on\. .*": _to_and_fro,
    rf"A cost is multiplied by {N}\. .* the same steps as the rate {N} did before\?": _multiplied,
    rf"A column \w in \w+ is written in \w+, so that its numbers are {N} times as large\. .*":
        lambda found: f"The slope m is divided by {found[1]}, and the predictions stay the same",
    rf"{N} is added to a cost, whose lowest value is at w = {N}\. .*":
        lambda found: f"a constant has the derivative 0. The minimum stays at w = {found[2]}; its value is {found[1]} higher.",
    rf"At a point u changes by {N} for each unit of x, and J by {N} for each unit of u\. .*":
        lambda found: f"By {int(found[1]) * int(found[2])}: the chain rule multiplies the two",
    rf"A line predicts {N} and {N} where {N} and {N} were measured\. .*": _pulls,
    rf"Of {N} residuals {N} are 1 and one is {N}\. .*": _dominates,
    rf"A cost is {N} at w = {N} and {N} at w = {N}\. Estimate .*": _estimated,
    rf"The gradient of a cost in \(m, b\) is \({N}, {N}\)\. How fast .*": _steepest,
    rf"A quadratic cost has the curvature {N} in one direction and {N} in the other\. .* the rate {N} shrink .*": _narrow,
    rf"At a point both partial derivatives are 0\. The second derivatives are {N} in u and {N} in v, .*": _curved,
    rf"At some w the squared errors of three rows have the slopes {N}, {N}, {N}\. .* the rate {N} do .*": _one_row,
}
