"""Quadratic losses for descents by hand: every number of a few updates is a short decimal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symcalc.pages.document import Block, Table, paragraph
from symcalc.training.losses import Loss
from symcalc.worksheets.bricks import Twin, letter, number, product, raised, term, times, total
from symcalc.worksheets.draw import Draw
from symcalc.worksheets.numbers import is_short
from symcalc.worksheets.proving import exact_slope

_RATES = tuple(Fraction(k, 1000) for k in (10, 20, 25, 40, 50, 100, 125, 150, 200, 250, 300, 400))
_ALONE = ("w", "w", "b", "m", "u")
_BOTH = (("u", "v"), ("a", "b"), ("p", "q"), ("v", "w"))

Point = dict[str, Fraction]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quadratic:
    """A loss, the same in plain arithmetic, and its data, where it has some."""

    loss: Loss
    plain: Twin
    data: Mapping[str, tuple[int, ...]] | None = None

    def cost(self, at: Mapping[str, Fraction]) -> Fraction:
        return Fraction(self.plain.value(at))

    def slopes(self, at: Mapping[str, Fraction]) -> Point:
        """The gradient, exactly, by quotients."""
        return {name: exact_slope(self.plain, at, name) for name in self.loss.names}

    def walk(self, start: Mapping[str, Fraction], rate: Fraction, steps: int) -> list[Point]:
        """The points of a descent, exactly."""
        points = [dict(start)]
        for _ in range(steps):
            slopes = self.slopes(points[-1])
            points.append({name: value - rate * slopes[name] for name, value in points[-1].items()})
        return points

    def given(self) -> tuple[Block, ...]:
        """The data, as a question shows them."""
        if self.data is None:
            return ()
        names = list(self.data)
        return (paragraph("The data:"), Table(header=tuple(letter(name).formula for name in names),
                                              rows=tuple(tuple(map(str, row)) for row in zip(*self.data.values()))))


def _parabola(draw: Draw) -> Quadratic:
    """a (w - c)²."""
    w = letter(draw.choice(_ALONE))
    twin = term(draw.whole(2, 6), total(w, number(draw.sign() * draw.whole(1, 9))), 2)
    return _without_data(twin, (str(w.formula),))


def _polynomial(draw: Draw) -> Quadratic:
    """a w² + b w + c."""
    w = letter(draw.choice(_ALONE))
    twin = total(term(draw.whole(2, 6), w, 2), times(draw.sign() * draw.whole(2, 12), w), number(draw.whole(2, 20)))
    return _without_data(twin, (str(w.formula),))


def _two_letters(draw: Draw) -> Quadratic:
    """a (u - p)² + b (v - q)², where a and b differ."""
    names = draw.choice(_BOTH)
    u, v = map(letter, names)
    a = draw.whole(2, 5)
    twin = total(term(a, total(u, number(draw.sign() * draw.whole(1, 5))), 2),
                 term(draw.whole(2, 5, avoid=(a,)), total(v, number(draw.sign() * draw.whole(1, 5))), 2))
    return _without_data(twin, names)


def _coupled(draw: Draw) -> Quadratic:
    """a u² + c u v + b v² + d u + e v."""
    names = draw.choice(_BOTH)
    u, v = map(letter, names)
    twin = total(term(draw.whole(2, 4), u, 2), product(times(draw.sign() * 2, u), v), term(draw.whole(2, 4), v, 2),
                 times(draw.sign() * draw.whole(2, 9), u), times(draw.sign() * draw.whole(2, 9), v))
    return _without_data(twin, names)


def _without_data(twin: Twin, names: tuple[str, ...]) -> Quadratic:
    return Quadratic(loss=Loss._as_built(twin.formula, names), plain=twin)


def _rows(draw: Draw, count: int) -> Mapping[str, tuple[int, ...]]:
    x = sorted(draw.shuffled(range(1, 5))[:count])
    slope, level = draw.whole(1, 4), draw.whole(0, 3)
    return {"x": tuple(x), "y": tuple(slope * value + level + draw.whole(-2, 2) for value in x)}


def _through_origin(draw: Draw) -> Quadratic:
    """Σ (y - m x)², with the data."""
    data, name = _rows(draw, draw.form("rows").choice((2, 3))), draw.choice(("m", "w", "a", "k"))
    return _of_rows(draw, data, (name,), lambda at, x: at[name] * x, f"{name}*x")


def _line(draw: Draw) -> Quadratic:
    """Σ (y - (m x + b))² or the mean, with the data."""
    data, names = _rows(draw, draw.form("rows").choice((2, 4))), draw.choice((("m", "b"), ("w", "b"), ("a", "b")))
    slope, level = names
    return _of_rows(draw, data, names, lambda at, x: at[slope] * x + at[level], f"({slope}*x + {level})")


def _of_rows(draw: Draw, data: Mapping[str, tuple[int, ...]], names: tuple[str, ...], predict: Callable[..., Any],
             typed: str) -> Quadratic:
    around = draw.form("total").choice(("sum", "mean"))
    loss = Loss(f"{around}((y - {typed})^2)", columns="x y", parameters=names)
    pairs = tuple(zip(data["x"], data["y"]))
    share = Fraction(1, len(pairs)) if around == "mean" else 1
    plain = Twin(loss.expression, lambda at: share * sum((y - predict(at, x))**2 for x, y in pairs))
    return Quadratic(loss=loss, plain=plain, data=data)


LOSSES: Mapping[int, tuple[Callable[[Draw], Quadratic], ...]] = {
    1: (_parabola,), 2: (_polynomial,), 3: (_two_letters, _coupled), 4: (_line, _through_origin)}
SEPARATE: Mapping[int, tuple[Callable[[Draw], Quadratic], ...]] = {
    1: (_parabola,), 2: (_polynomial,), 3: (_two_letters,), 4: (_through_origin,)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A few updates of which every number is a short decimal."""

    quadratic: Quadratic
    rate: Fraction
    points: list[Point]

    @property
    def steps(self) -> int:
        return len(self.points) - 1


_TRIES = 400


def short_trace(draw: Draw, level: int, steps: int) -> Trace | None:
    """A loss of the level with a start and a rate from which every number of the updates is short, and the cost falls."""
    make = draw.form("loss").choice(LOSSES[level])
    for _ in range(_TRIES):
        quadratic, rate = make(draw), draw.choice(_RATES)
        start = {name: Fraction(draw.whole(-4, 6, avoid=(0,))) for name in quadratic.loss.names}
        points = quadratic.walk(start, rate, steps)
        costs = [quadratic.cost(point) for point in points]
        slopes = [slope for point in points[:-1] for slope in quadratic.slopes(point).values()]
        if not all(map(is_short, (*costs, *slopes, *(value for point in points for value in point.values())))):
            continue
        falls = all(after <= Fraction(19, 20) * before for before, after in zip(costs, costs[1:]))
        if falls and costs[-1] > 0 and 0 not in slopes and all(abs(slope) <= 100 for slope in slopes):
            return Trace(quadratic=quadratic, rate=rate, points=points)
    return None
