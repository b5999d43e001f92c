"""Quadratic losses for descents by hand: every number of a few updates is a short decimal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from symcalc.pages.document import Block, Table, paragraph
from symcalc.training.losses import Loss
from symcalc.worksheets.items.bricks import Twin, Values, letter, number, product, term, times, total
from symcalc.worksheets.items.draw import Draw
from symcalc.worksheets.items.numbers import is_short
from symcalc.worksheets.items.proving import exact_slope

_RATES = tuple(Fraction(k, 1000) for k in (10, 20, 25, 40, 50, 100, 125, 150, 200, 250, 300, 400))
_ALONE = ("w", "w", "b", "m", "u")
_BOTH = (("u", "v"), ("a", "b"), ("p", "q"), ("v", "w"))

Point = dict[str, Fraction]


@dataclass(frozen=True, kw_only=True)
class Quadratic:
    """A loss in plain arithmetic, and its data, where it has some; `loss` is the same as symcalc has it."""

    names: tuple[str, ...]
    value: Callable[[Values], Any]
    made: Callable[[], Loss]
    data: Mapping[str, tuple[int, ...]] | None = None
    residuals: Callable[[Values], list[Any]] = lambda at: []

    @cached_property
    def loss(self) -> Loss:
        """Made when it is asked for: many losses are drawn before the numbers of one are short."""
        return self.made()

    def cost(self, at: Mapping[str, Fraction]) -> Fraction:
        return Fraction(self.value(_plain(at)))

    def slopes(self, at: Mapping[str, Fraction]) -> Point:
        """The gradient, exactly, by quotients."""
        return {name: exact_slope(self.value, _plain(at), name) for name in self.names}

    def walk(self, start: Point, rate: Fraction, steps: int) -> list[Point]:
        """The points of a descent, exactly."""
        points = [start]
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


def _plain(at: Mapping[str, Fraction]) -> Mapping[str, Fraction | int]:
    """Whole numbers as such, which are worked with several times as fast."""
    return {name: value.numerator if value.denominator == 1 else value for name, value in at.items()}


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
    return Quadratic(names=names, value=twin.value, made=lambda: Loss._as_built(twin.formula, names))


def _rows(draw: Draw, count: int, among: Sequence[int] = (-3, -2, 2, 3, 4)) -> Mapping[str, tuple[int, ...]]:
    """Rows near a line, none with y = 0; x is never 1, which would stand as a factor in a row's slope."""
    x = sorted(draw.shuffled(among)[:count])
    slope, level = draw.whole(1, 4), draw.whole(0, 5)
    lines = [slope * value + level for value in x]
    return {"x": tuple(x), "y": tuple(line + draw.whole(-2, 2, avoid=(-line,)) for line in lines)}


def _through_origin(draw: Draw) -> Quadratic:
    """Σ (y - m x)², with the data."""
    data, name = _rows(draw, draw.form("rows").choice((2, 4))), draw.choice(("m", "w", "a", "k"))
    return _of_rows(draw, data, (name,), lambda at, x: at[name] * x, f"{name}*x")


def _steep(draw: Draw) -> Quadratic:
    """The same with any small x."""
    data, name = _rows(draw, draw.form("rows").choice((2, 3)), range(1, 8)), draw.choice(("m", "w", "a", "k"))
    return _of_rows(draw, data, (name,), lambda at, x: at[name] * x, f"{name}*x")


def _line(draw: Draw) -> Quadratic:
    """Σ (y - (m x + b))² or the mean, with the data."""
    data, names = _rows(draw, draw.form("rows").choice((2, 4))), draw.choice((("m", "b"), ("w", "b"), ("a", "b")))
    slope, level = names
    return _of_rows(draw, data, names, lambda at, x: at[slope] * x + at[level], f"({slope}*x + {level})")


def _of_rows(draw: Draw, data: Mapping[str, tuple[int, ...]], names: tuple[str, ...], predict: Callable[..., Any],
             typed: str) -> Quadratic:
    around = draw.form("total").choice(("sum", "mean"))
    pairs = tuple(zip(data["x"], data["y"]))
    share = Fraction(1, len(pairs)) if around == "mean" else 1

    def residuals(at: Values) -> list[Any]:
        return [y - predict(at, x) for x, y in pairs]

    return Quadratic(names=names, value=lambda at: share * sum(r * r for r in residuals(at)), data=data, residuals=residuals,
                     made=lambda: Loss(f"{around}((y - {typed})^2)", columns="x y", parameters=names))


LOSSES: Mapping[int, tuple[Callable[[Draw], Quadratic], ...]] = {
    1: (_parabola,), 2: (_polynomial,), 3: (_two_letters, _coupled), 4: (_line, _through_origin)}
SEPARATE: Mapping[int, tuple[Callable[[Draw], Quadratic], ...]] = {
    1: (_parabola,), 2: (_polynomial,), 3: (_two_letters,), 4: (_steep,)}


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
        start = {name: Fraction(draw.whole(-4, 6, avoid=(-1, 0, 1))) for name in quadratic.names}
        points = _short_walk(quadratic, start, rate, steps)
        if points is not None:
            return Trace(quadratic=quadratic, rate=rate, points=points)
    return None


def _short_walk(quadratic: Quadratic, start: Point, rate: Fraction, steps: int) -> list[Point] | None:
    """The points of a descent; None at the first number that is not short, the first slope or value of 0 or the first rise."""
    points, cost = [start], quadratic.cost(start)
    for _ in range(steps):
        if 0 in quadratic.residuals(_plain(points[-1])):
            return None
        slopes = quadratic.slopes(points[-1])
        if not all(is_short(slope) and 0 < abs(slope) <= 100 and abs(slope) != 1 for slope in slopes.values()):
            return None
        points.append({name: value - rate * slopes[name] for name, value in points[-1].items()})
        before, cost = cost, quadratic.cost(points[-1])
        numbers = (*points[-1].values(), before, cost)
        is_bare = any(abs(value) in (0, 1) for value in points[-1].values()) or not cost
        if not all(map(is_short, numbers)) or is_bare or cost > Fraction(19, 20) * before:
            return None
    return points
