"""Items with a picture: read a cost curve, and match formulas to curves."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import isclose
from typing import TYPE_CHECKING

from symcalc.figures.style import BLUE, drawing, panels
from symcalc.pages.document import Equation, Figure, Inline, Paragraph, joined, paragraph
from symcalc.pages.notation import text
from symcalc.training.losses import Loss
from symcalc.worksheets.items.bricks import Twin, letter, number, symbol, term, times, total
from symcalc.worksheets.items.derivatives import equals
from symcalc.worksheets.items.draw import Draw
from symcalc.worksheets.items.item import Item, Kind, with_mathematics
from symcalc.worksheets.items.proving import exact_slope, require
from symcalc.written import derivative_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Picture

_POINTS = 121                # of a curve that is drawn
_REACH = 5                   # how far the axis goes to either side of 0
_NAMES = "ABC"
_J = symbol("J")


def _valley(draw: Draw, name: str, a: int, c: int, d: int) -> Twin:
    """a (w - c)² + d."""
    w = letter(name)
    inside = total(w, number(-c)) if c else w
    return total(term(a, inside, 2), number(d)) if d else term(a, inside, 2)


def _curve(axes: Axes, twin: Twin, name: str, top: float) -> None:
    places = [-_REACH + 2 * _REACH * k / (_POINTS - 1) for k in range(_POINTS)]
    axes.plot(places, [float(twin.value({name: at})) for at in places], color=BLUE)
    axes.set(xlim=(-_REACH, _REACH), ylim=(min(0, -0.05 * top), top), xlabel=name, xticks=range(-_REACH, _REACH + 1))
    axes.grid(visible=True, color="#DDDDDD", linewidth=0.6)


def _png(figure: Picture) -> bytes:
    picture = io.BytesIO()
    figure.savefig(picture, format="png", metadata={"Software": None})       # the same bytes whatever made them
    return picture.getvalue()


def _read_curve(draw: Draw, level: int) -> Item | None:
    name = draw.form("letter").choice(("w", "m", "b"))
    a, c, d = draw.whole(1, 2), draw.whole(-3, 3, avoid=(0,)), 2 * draw.whole(1, 4)
    at = [place for place in range(-4, 5) if abs(place - c) in (1, 2)]
    start = draw.choice(at)
    twin = _valley(draw, name, a, c, d)
    loss, w = Loss._as_built(twin.formula, (name,)), symbol(name)
    found = loss.minimum()
    slope = exact_slope(twin.value, {name: Fraction(start)}, name)
    require(found.point == {name: c} and d == found.J, f"the minimum of {text(twin.formula)}")
    require(slope == loss.compile()([start])[1][0], f"the slope of {text(twin.formula)} at {start}")
    with drawing(5.6, 3.4) as (figure, axes):
        _curve(axes, twin, name, 6 * a + d + 4)
        axes.plot([start], [float(twin.value({name: start}))], "o", color="black")
        axes.set(ylabel="J", yticks=range(0, 6 * a + d + 5, 2))
    way, sign = ("smaller", "positive") if slope > 0 else ("larger", "negative")
    asked = [with_mathematics("(a) Where is the minimum, and what is J there?"),
             paragraph("(b) Is the slope at the point marked positive or negative?"),
             paragraph("(c) Does gradient descent make ", w, " larger or smaller there?")]
    if level == 2:
        asked.append(paragraph("(d) The curve is a parabola. Find its formula, and from it the slope at the point marked."))
    told = [Paragraph(("(a) ", equals(w, number(c).formula), *with_mathematics(f", J = {d}; (b) {sign}; (c) {way}.").parts))]
    tail = [Equation((loss.symbol, twin.formula)), Paragraph(("(d) The slope there is ", number(slope).formula, "."))]
    rise = twin.value({name: Fraction(c + 1)}) - d
    worked = (Paragraph(("The lowest point gives the bracket, and one step to its right ", _J, " is higher by ",
                         number(rise).formula, ", the number before it. Differentiated:")),
              Equation((derivative_of(loss.symbol, w), loss.gradient()[name].result)))
    reason = paragraph(f"The curve {'rises' if slope > 0 else 'falls'} there as ", w, f" grows, so the slope is {sign}, and "
                       "a step against it makes ", w, f" {way}.")
    return Item(
        kind="read_curve", level=level, seed=draw.seed, points=3 + level, space=3 + 2 * level,
        checks=len(loss.gradient().proof.checks) + 3,
        question=(paragraph("The curve shows the cost ", _J, " over ", w, "."),
                  Figure(png=_png(figure), alt=f"The cost J over {name}, a valley, with a point at {name} = {start}"), *asked),
        answer=(*told, *(tail if level == 2 else ())), solution=(reason, *(worked if level == 2 else ())),
        hints=(paragraph("At the minimum the curve is flat."),
               paragraph("Read from left to right: does the curve rise or fall at the point?")),
        source=f"read {text(twin.formula)} at {start}", length=1)


def _same_shape(draw: Draw, name: str) -> list[Twin]:
    """Three valleys that differ in where they lie."""
    a, d = draw.whole(1, 2), draw.whole(1, 4)
    return [_valley(draw, name, a, c, d) for c in draw.shuffled((-3, -2, -1, 1, 2, 3))[:3]]


def _several_shapes(draw: Draw, name: str) -> list[Twin]:
    """A valley, and either two pairs of valleys or a rise and a fall with a bump; all of it within the picture."""
    valley = _valley(draw, name, 1, draw.sign() * draw.whole(1, 3), draw.whole(2, 9))
    if draw.form("shapes").choice((True, False)):
        return [valley, _two_valleys(draw, name, 2), _two_valleys(draw, name, 3)]
    p = draw.whole(2, 3)
    return [valley, _bump(draw, name, p, 1), _bump(draw, name, p, -1)]


def _two_valleys(draw: Draw, name: str, p: int) -> Twin:
    """w⁴/4 - p² w²/2 + c, lowest at p and -p."""
    w = letter(name)
    return total(times(Fraction(1, 4), term(1, w, 4)), times(Fraction(-p * p, 2), term(1, w, 2)), number(draw.whole(21, 30)))


def _bump(draw: Draw, name: str, p: int, sign: int) -> Twin:
    """w³/3 - p² w + c, or turned round, with a valley at p and a bump at -p, or the other way."""
    w = letter(name)
    return total(times(Fraction(sign, 3), term(1, w, 3)), times(-sign * p * p, w), number(draw.whole(19, 21)))


_THREE: Mapping[int, Callable[[Draw, str], list[Twin]]] = {1: _same_shape, 2: _several_shapes}


def _match_curve(draw: Draw, level: int) -> Item | None:
    name = draw.form("letter").choice(("w", "m", "b"))
    formulas = _THREE[level](draw, name)
    order = draw.shuffled(range(3))
    checks = _told_apart(formulas, name)
    with panels(1, 3, 8.4, 3.0) as (figure, axes):
        for axis, place, title in zip(axes, order, _NAMES):
            _curve(axis, formulas[place], name, 40 if level == 2 else 24)
            axis.set(title=title, xticks=range(-4, 5, 2))
        for k, twin in enumerate(formulas):
            require(_is_drawn(twin, name, axes[order.index(k)]), f"the curve of {text(twin.formula)}")
    pairs = [f"({k + 1}) is {_NAMES[order.index(k)]}" for k in range(3)]
    listed = [Paragraph((f"({k + 1}) ", equals(Loss._as_built(twin.formula, (name,)).symbol, twin.formula)))
              for k, twin in enumerate(formulas)]
    key = paragraph(f"{pairs[0]}, {pairs[1]}, {pairs[2]}.")
    reasons = [Paragraph((f"({k + 1}) ", *_why(twin, name))) for k, twin in enumerate(formulas)]
    return Item(
        kind="match_curve", level=level, seed=draw.seed, points=3, space=3, checks=checks,
        question=(paragraph("Which curve belongs to which formula?"), *listed,
                  Figure(png=_png(figure), alt=f"Three cost curves over {name}, called A, B and C")),
        answer=(key,), solution=tuple(reasons),
        hints=(paragraph("Look for the lowest points, and put one of them in."),
               paragraph("Where is the slope of each formula 0?")),
        source=f"match {[text(twin.formula) for twin in formulas]}", length=3)


def _is_drawn(twin: Twin, name: str, axes: Axes) -> bool:
    """Whether the curve in these axes is that of the formula, as symcalc compiles it."""
    compiled = Loss._as_built(twin.formula, (name,)).compile()
    return all(isclose(compiled([x])[0], y, rel_tol=1e-9, abs_tol=1e-9) for x, y in axes.lines[0].get_xydata()[::10])


def _told_apart(formulas: Sequence[Twin], name: str) -> int:
    """How many pairs of values show that no two of the curves are the same, and that each is that of its formula."""
    places = (-3, -1, 1, 2)
    values = [[Fraction(twin.value({name: Fraction(at)})) for at in places] for twin in formulas]
    for twin, own in zip(formulas, values):
        compiled = Loss._as_built(twin.formula, (name,)).compile()
        same = all(abs(compiled([at])[0] - value) < 1e-9 for at, value in zip(places, own))
        require(same, f"the curve of {text(twin.formula)}")
        require(sum(own == other for other in values) == 1, f"{text(twin.formula)} is there twice")
    return len(formulas) * len(places)


def _why(twin: Twin, name: str) -> tuple[Inline, ...]:
    """Where its slope is 0, by which the curve is known."""
    points = Loss._as_built(twin.formula, (name,)).minimum().points
    found = sorted(round(point.values[0], 9) for point in points)
    return ("The slope of ", twin.formula, f" is 0 where {name} = ", *joined([f"{value:g}" for value in found]), ".")


CURVES = (
    Kind(name="read_curve", about="read a cost curve: its minimum, slopes, the way of a step", levels=(1, 2), make=_read_curve),
    Kind(name="match_curve", about="match formulas to cost curves", levels=(1, 2), make=_match_curve),
)
