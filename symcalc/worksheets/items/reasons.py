"""Questions with a reason for an answer: on slopes and steps, rates, errors, and several parameters at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

from symcalc.worksheets.items.draw import Draw
from symcalc.worksheets.items.numbers import decimal
from symcalc.worksheets.items.proving import exact_slope, require

_NAMES = ("m", "b", "w")
_TRIPLES = ((3, 4), (5, 12), (8, 15), (7, 24), (20, 21))
_UNITS = (("metres", "kilometres", 1000), ("minutes", "hours", 60), ("cents", "euros", 100), ("grams", "kilograms", 1000),
          ("seconds", "minutes", 60), ("centimetres", "metres", 100), ("months", "years", 12))
_KINDS = {(True, True): "minimum", (False, False): "maximum", (True, False): "saddle point"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, its model answer, what helps, what to look for in an answer, and by how many checks the answer holds."""

    question: str
    answer: str
    hint: str
    look: str = ""
    checks: int = 0


# Level 1: slopes and steps

def _no_step(draw: Draw) -> Asked:
    name, place, rate = draw.choice(_NAMES), draw.whole(2, 40), Fraction(draw.whole(1, 9), 10)
    slope = exact_slope(lambda at: (at["w"] - place)**2, {"w": Fraction(place)}, "w")
    require(place - rate * slope == place, f"a step where the slope is {slope}")
    return Asked(f"At {name} = {place} the slope of the cost is 0. By how much does a step with the rate "
                 f"{decimal(rate)} change "
                 f"{name}, and why?",
                 f"By nothing: {name} stays {place}. A step is the rate times the slope, and the slope is 0.",
                 "What is a step made of?", "the product of rate and slope as the reason", 1)


def _one_step(draw: Draw) -> Asked:
    name, place = draw.choice(_NAMES), draw.whole(2, 30)
    slope, rate = draw.sign() * draw.whole(2, 9), Fraction(draw.whole(1, 9), 10)
    after = place - rate * slope
    require((after < place) == (slope > 0), f"a step against the slope {slope}")
    way = "smaller" if slope > 0 else "larger"
    return Asked(f"At {name} = {place} the slope of the cost is {slope}, and the rate is {decimal(rate)}. Where does one step "
                 f"of gradient descent lead, and why does {name} become {way}?",
                 f"To {name} = {decimal(after)}. The step is {decimal(-rate * slope)}, against the slope: the cost "
                 f"{'rises' if slope > 0 else 'falls'} as {name} grows.", "The step is minus the rate times the slope.",
                 "the sign of the step opposite to that of the slope", 1)


def _longer(draw: Draw) -> Asked:
    name, sign, times = draw.choice(_NAMES), draw.sign(), draw.whole(2, 6)
    flat, near, far = draw.whole(2, 9), draw.whole(1, 9), draw.whole(11, 20)
    rate = Fraction(draw.whole(1, 9), 100)
    require((rate * flat * times) / (rate * flat) == times, f"steps {times} times as long")
    return Asked(f"At {name} = {near} the slope of the cost is {sign * flat}, at {name} = {far} it is "
                 f"{sign * flat * times}. From "
                 "which of the two places is a step longer, at the same rate, and how many times as long?",
                 f"From {name} = {far}: the step there is {times} times as long, as the slope is {times} times as large.",
                 "A step is the rate times the slope.", "that the rate is a common factor", 1)


def _touching(draw: Draw) -> Asked:
    name, place, height = draw.choice(_NAMES), draw.whole(1, 9), draw.whole(20, 40)
    slope, along = draw.sign() * draw.whole(2, 9), draw.whole(2, 4)
    other = height + slope * along
    require(Fraction(other - height, along) == slope, f"the slope {slope} of a tangent")
    return Asked(f"The tangent to the cost at {name} = {place} touches it at the height {height} and has the height {other} at "
                 f"{name} = {place + along}. What is the slope of the cost at {name} = {place}, and what does its sign say?",
                 f"The slope is {slope}. The cost {'rises' if slope > 0 else 'falls'} as {name} grows from there.",
                 "The change upwards over the change to the right.", "the quotient of the two changes, and its sign", 1)


# Level 2: rates and scales

def _to_and_fro(draw: Draw) -> Asked:
    low, reach = draw.whole(1, 9), draw.whole(1, 6)
    high, middle = low + 2 * reach, low + reach
    curvature = draw.whole(2, 8)
    rate = Fraction(2, curvature)
    for start, end in ((low, high), (high, low)):
        slope = exact_slope(lambda at: Fraction(curvature, 2) * (at["w"] - middle)**2, {"w": Fraction(start)}, "w")
        require(start - rate * slope == end, f"a step from {start} to {end}")
        require(start - rate / 2 * slope == middle, f"a step from {start} with half the rate")
    return Asked(f"On a parabola the values of w are {low}, {high}, {low}, {high} and so on. Where is the minimum, "
                 "what is wrong "
                 "with the rate, and which rate would lead to the minimum in one step?",
                 f"The minimum is at w = {middle}, halfway. The rate is just at the limit: each step goes as far past the "
                 "minimum as it began before it. Half the rate leads to the minimum in one step.",
                 "How far is each value from the minimum?", "the middle, and that half the rate goes half as far", 4)


def _multiplied(draw: Draw) -> Asked:
    factor, rate = draw.choice((2, 4, 5, 10, 20)), Fraction(draw.whole(1, 9) * 2, 10)
    place = Fraction(draw.whole(2, 9))
    plain, larger = (exact_slope(lambda at, by=by: by * (at["w"] - 1)**2, {"w": place}, "w") for by in (1, factor))
    require(larger == factor * plain and rate / factor * larger == rate * plain, f"a cost times {factor}")
    return Asked(f"A cost is multiplied by {factor}. What happens to its slopes and to the place of its minimum, and "
                 "which rate "
                 f"makes the same steps as the rate {decimal(rate)} did before?",
                 f"The slopes are {factor} times as large, and the minimum stays where it is. The rate "
                 f"{decimal(rate / factor)} makes the same steps.", "A factor stays when one differentiates.",
                 "that rate times slope stays the same", 2)


def _other_units(draw: Draw) -> Asked:
    (smaller, larger, by), name = draw.choice(_UNITS), draw.choice(("x", "t", "s", "h"))
    x = [draw.whole(1, 4), draw.whole(5, 9), draw.whole(10, 15)]
    y = [draw.whole(2, 40) for _ in x]
    before, after = (_fitted([scale * value for value in x], y) for scale in (1, by))
    require(before == by * after, f"a line fitted to a column times {by}")
    return Asked(f"A column {name} in {larger} is written in {smaller}, so that its numbers are {by} times as large. What "
                 f"happens to the slope m of the line m {name} + b that fits best, and what to its predictions?",
                 f"The slope m is divided by {by}, and the predictions stay the same, as m {name} does.",
                 f"What has to stay the same in m {name} + b?", f"that the product m {name} is what fits the data", 1)


def _fitted(x: list[int], y: list[int]) -> Fraction:
    """The slope of the line with the least squared error."""
    n = len(x)
    products = n * sum(a * b for a, b in zip(x, y)) - sum(x) * sum(y)
    return Fraction(products, n * sum(a * a for a in x) - sum(x)**2)


def _raised(draw: Draw) -> Asked:
    more, place = draw.whole(2, 90), draw.whole(2, 20)
    for at in (place, place + 1):
        plain, higher = (exact_slope(lambda here, by=by: (here["w"] - place)**2 + by, {"w": Fraction(at)},
                                                               "w") for by in (0, more))
        require(plain == higher, f"a cost raised by {more}")
    return Asked(f"{more} is added to a cost, whose lowest value is at w = {place}. What happens to its slopes, to "
                 "the place of "
                 "its minimum, and to its value there?",
                 f"The slopes stay the same, since a constant has the derivative 0. The minimum stays at w = {place}; "
                 "its value "
                 f"is {more} higher.", "What is the derivative of a constant?", "slopes and place the same, the value not", 2)


# Level 3: chains, errors, estimates

def _chained(draw: Draw) -> Asked:
    inner, outer = draw.sign() * draw.whole(2, 9), draw.sign() * draw.whole(2, 9)
    whole = exact_slope(lambda at: outer * (inner * at["x"] + 1), {"x": Fraction(1)}, "x")
    require(whole == inner * outer, f"a chain of {inner} and {outer}")
    return Asked(f"At a point u changes by {inner} for each unit of x, and J by {outer} for each unit of u. By how much does J "
                 "change for each unit of x, and which rule says so?",
                 f"By {whole}: the chain rule multiplies the two, {outer} times {inner}.",
                 "What does a small change of x do to u, and that of u to J?", "a product, not a sum", 1)


def _pulls(draw: Draw) -> Asked:
    small, large = draw.sign() * draw.whole(1, 3), draw.sign() * draw.whole(4, 9)
    first, second = draw.whole(10, 30), draw.whole(10, 30)
    slopes = [exact_slope(lambda at, r=residual: (r - at["b"])**2, {"b": Fraction(0)}, "b") for residual in (small, large)]
    require(abs(slopes[1]) > abs(slopes[0]), f"the residuals {small} and {large}")
    return Asked(f"A line predicts {first} and {second} where {first + small} and {second + large} were measured. "
                 "Which residuals "
                 "are these, which squared errors, and which of the two rows counts more for the next step? Why?",
                 f"The residuals are {small} and {large}, the squared errors {small**2} and {large**2}. The second row counts "
                 "more: the slope of a squared error is twice the residual in size.",
                 "Measured minus predicted.", "measured minus predicted, and the residual in the slope", 2)


def _dominates(draw: Draw) -> Asked:
    others, wide = draw.whole(4, 12), draw.whole(6, 20)
    residuals = [1] * others + [wide]
    squares, sizes = sum(r * r for r in residuals), sum(map(abs, residuals))
    require(Fraction(wide**2, squares) > Fraction(wide, sizes), f"an outlier of {wide} among {others}")
    return Asked(f"Of {others + 1} residuals {others} are 1 and one is {wide}. Which part of the sum of squared "
                 "errors comes from "
                 "that one, which part of the sum of absolute errors, and what does that say about outliers?",
                 f"It has {wide**2} of {squares} in the squares and {wide} of {sizes} in the sizes. Squaring gives an outlier "
                 "more weight, so it pulls the fit more.", "Add up both kinds of error.",
                 "both sums, and that squaring favours the large one", 1)


def _estimated(draw: Draw) -> Asked:
    place, step, bend = draw.whole(1, 6), Fraction(1, draw.choice((5, 10))), draw.whole(1, 4)
    low, high = (bend * (place + by)**2 for by in (Fraction(0), step))
    quotient = (high - low) / step
    slope = exact_slope(lambda at: bend * at["w"]**2, {"w": Fraction(place)}, "w")
    require(0 < quotient - slope <= bend * step, f"the slope at {place} by a quotient")
    return Asked(f"A cost is {decimal(Fraction(low))} at w = {place} and {decimal(high)} at w = "
                 f"{decimal(place + step)}. Estimate its "
                 f"slope at w = {place}. Why is that only an estimate, and how would it become better?",
                 f"About {decimal(quotient)}. That is the slope of the secant through the two points, not of the tangent; a "
                 "smaller change of w would bring it closer.", "The change of the cost over that of w.",
                 "secant against tangent, and a smaller change", 1)


# Level 4: several parameters

def _steepest(draw: Draw) -> Asked:
    one, other = draw.shuffled(draw.choice(_TRIPLES))
    m, b = draw.sign() * one, draw.sign() * other
    length = isqrt(m * m + b * b)
    require(length * length == m * m + b * b and length > max(one, other), f"the length of ({m}, {b})")
    return Asked(f"The gradient of a cost in (m, b) is ({m}, {b}). How fast does the cost fall there for each unit of "
                 "way against the "
                 "gradient, and how fast if m alone is changed? What does that say about the direction of a step?",
                 f"Against the gradient it falls by {length}, the length of the gradient; by m alone only by {abs(m)}. No "
                 "direction falls faster than that against the gradient.", "How long is the gradient?",
                 "the length by Pythagoras, and that it is the largest rate of fall", 1)


def _narrow(draw: Draw) -> Asked:
    flat, steep = draw.whole(1, 3), draw.choice((20, 25, 40, 50))
    limit = Fraction(2, steep)
    rate = limit / 2
    left = 1 - rate * flat
    require(abs(1 - limit * Fraction(99, 100) * steep) < 1 < abs(1 - limit * Fraction(101, 100) * steep), f"the limit {limit}")
    require(1 - rate * steep == 0 and Fraction(4, 5) < left < 1, f"the rate {rate} in a valley")
    return Asked(f"A quadratic cost has the curvature {steep} in one direction and {flat} in the other. Below which rate is "
                 f"gradient descent stable? By which factor does a step with the rate {decimal(rate)} shrink the "
                 "distance to the "
                 "minimum in each direction, and what follows?",
                 f"Below {decimal(limit)}. In the steep direction the distance becomes 0 at once, in the flat one it "
                 "is multiplied "
                 f"by {decimal(left)}: the steep direction limits the rate, and along the flat one the descent crawls.",
                 "A step multiplies the distance by 1 minus rate times curvature.",
                 "both factors, and which of them is slow", 3)


def _curved(draw: Draw) -> Asked:
    u, v = draw.sign() * draw.whole(1, 9), draw.sign() * draw.whole(1, 9)
    kind = _KINDS[max(u, v) > 0, min(u, v) > 0]
    around = {Fraction(u) * a * a + Fraction(v) * b * b for a, b in ((1, 0), (0, 1), (-1, 0), (0, -1))}
    require(("minimum" if min(around) > 0 else "maximum" if max(around) < 0 else "saddle point") == kind, f"a {kind}")
    why = {"minimum": "the cost curves upwards in both directions",
           "maximum": "the cost curves downwards in both directions",
           "saddle point": "the cost curves upwards in one direction and downwards in the other"}[kind]
    stays = "comes back to it" if kind == "minimum" else "leaves it"
    return Asked(f"At a point both partial derivatives are 0. The second derivatives are {2 * u} in u and {2 * v} in "
                 "v, the mixed "
                 "one is 0. What kind of point is it, and what does a descent with a small rate do that begins a little beside "
                 "it in u and in v?",
                 f"A {kind}: {why}. Begun a little beside it in u and in v, a descent {stays}.",
                 "Which way does the cost curve along u, and along v?", "the two signs, and which way the steps lead", 1)


def _one_row(draw: Draw) -> Asked:
    first, second = draw.whole(2, 9), draw.sign() * draw.whole(1, 9)
    slopes, rate = [first, second, -first - second], Fraction(draw.whole(1, 9), 10)
    require(sum(slopes) == 0 and rate * first != 0, f"rows with the slopes {slopes}")
    return Asked(f"At some w the squared errors of three rows have the slopes {', '.join(map(str, slopes))}. What is "
                 "the slope of "
                 f"their mean, and what does a step with the rate {decimal(rate)} do that is made with the first row "
                 "alone? What "
                 "does that say about mini-batches?",
                 f"The mean has the slope 0: a descent with all rows rests there. The first row alone changes w by "
                 f"{decimal(-rate * first)}: steps of mini-batches do not come to rest there unless the rate shrinks.",
                 "What is the mean of the three slopes?", "that a part of the rows has a slope where the whole has none", 1)


REASONS: Mapping[int, tuple[Callable[[Draw], Asked], ...]] = {
    1: (_no_step, _one_step, _longer, _touching), 2: (_to_and_fro, _multiplied, _other_units, _raised),
    3: (_chained, _pulls, _dominates, _estimated), 4: (_steepest, _narrow, _curved, _one_row)}
