"""Items on stationary points: where every slope is 0, and what kind of point that is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import cos, pi, sin

from symcalc.pages.document import Equation, Formula, Inline, Paragraph, joined, paragraph
from symcalc.pages.notation import text
from symcalc.pages.numbers import short
from symcalc.training.losses import Loss
from symcalc.worksheets.items.bricks import CONTEXT, Twin, letter, number, product, symbol, term, times, total
from symcalc.worksheets.items.derivatives import equals
from symcalc.worksheets.items.draw import Draw
from symcalc.worksheets.items.item import Item, Kind, under_a_question, with_mathematics
from symcalc.worksheets.items.numbers import moderate
from symcalc.worksheets.items.proving import require, slope

_NAMES = ("x", "x", "t", "w", "u")
_PAIRS = (("x", "y"), ("u", "v"), ("p", "q"), ("a", "b"))
_NEAR = 1e-3                 # how far around a point its neighbours are tried
_DIRECTIONS = 24

Found = tuple[Twin, tuple[str, ...], list[tuple[int, ...]]]          # the formula, its letters, its stationary points


def _parabola(draw: Draw) -> Found | None:
    """a x² + b x + c with its vertex at a whole number."""
    name = draw.choice(_NAMES)
    x, a, p = letter(name), draw.sign() * draw.whole(2, 6), draw.sign() * draw.whole(1, 6)
    twin = total(term(a, x, 2), times(-2 * a * p, x), number(draw.sign() * draw.whole(2, 9)))
    return twin, (name,), [(p,)]


def _cubic(draw: Draw) -> Found | None:
    """2 a x³ - 3 a (p + q) x² + 6 a p q x + c, whose slope is 6 a (x - p) (x - q)."""
    name, sign = draw.choice(_NAMES), draw.sign()
    p = draw.whole(-4, 3, avoid=(0,))
    q = draw.whole(p + 1, 5, avoid=(0, -p))
    x = letter(name)
    twin = total(term(2 * sign, x, 3), term(-3 * sign * (p + q), x, 2), times(6 * sign * p * q, x), number(draw.whole(2, 20)))
    return twin, (name,), [(p,), (q,)]


def _plane(draw: Draw) -> Found | None:
    """a x² + c x y + b y² + d x + e y, with one stationary point at whole numbers."""
    names = draw.choice(_PAIRS)
    x, y = map(letter, names)
    a, b = (draw.sign() * draw.whole(1, 4) for _ in range(2))
    c, p, q = (draw.sign() * draw.whole(1, 4) for _ in range(3))
    d, e = -(2 * a * p + c * q), -(2 * b * q + c * p)
    if 4 * a * b == c * c or 0 in (d, e) or 1 in (abs(c), abs(d), abs(e)):
        return None
    twin = total(term(a, x, 2), product(times(c, x), y), term(b, y, 2), times(d, x), times(e, y))
    return twin, names, [(p, q)]


def _cubic_and_bowl(draw: Draw) -> Found | None:
    """a x³ - 3 a p² x + b y² - 2 b q y: a minimum or maximum, and a saddle point."""
    names = draw.choice(_PAIRS)
    x, y = map(letter, names)
    a, p = draw.sign() * draw.whole(1, 3), draw.whole(1, 3)
    b, q = draw.sign() * draw.whole(1, 4), draw.sign() * draw.whole(1, 5)
    twin = total(term(a, x, 3), times(-3 * a * p * p, x), term(b, y, 2), times(-2 * b * q, y))
    return twin, names, [(-p, q), (p, q)]


def _quartic(draw: Draw) -> Found | None:
    """a x⁴ - 2 a p² x² + c: a bump between two valleys, or the other way round."""
    name = draw.choice(_NAMES)
    x, a, p = letter(name), draw.sign() * draw.whole(1, 4), draw.whole(1, 4)
    twin = total(term(a, x, 4), term(-2 * a * p * p, x, 2), number(draw.sign() * draw.whole(2, 20)))
    return twin, (name,), [(-p,), (0,), (p,)]


_FORMS: Mapping[int, tuple[Callable[[Draw], Found | None], ...]] = {
    1: (_parabola,), 2: (_cubic,), 3: (_plane, _quartic), 4: (_cubic_and_bowl,)}


def _stationary(draw: Draw, level: int) -> Item | None:
    found = draw.form("formula").choice(_FORMS[level])(draw)
    if found is None or not moderate([found[0].formula], largest=300):
        return None
    twin, names, wanted = found
    loss = Loss._as_built(twin.formula, names)
    minimum = loss.minimum()
    kinds = {point.values: point.kind for point in minimum.points}
    require(sorted(kinds) == [tuple(map(float, point)) for point in sorted(wanted)],
            f"the stationary points of {text(twin.formula)}")
    for point in wanted:
        seen = kind_seen(twin, names, point)
        require(kinds[point] == seen, f"the point {point} of {text(twin.formula)} is no {kinds[point]} by its neighbours")
    points = sorted(minimum.points, key=lambda point: point.values)
    answer = [Paragraph((*_at(names, point.values), *with_mathematics(f", J = {short(point.J)}: {point.kind}").parts))
              for point in points]
    return Item(
        kind="stationary", level=level, seed=draw.seed, points=2 + 2 * level, space=6 + 3 * level,
        checks=len(loss.gradient().proof.checks) + len(wanted) * (_DIRECTIONS + len(names)),
        question=(paragraph("Find all points where ", "the slope" if len(names) == 1 else "every slope",
                            " is 0, and say for each what kind of point it is."), Equation((loss.symbol, loss.expression))),
        answer=tuple(answer), solution=under_a_question(minimum.document().blocks[1:]),
        hints=(paragraph(f"Set {'the slope' if len(names) == 1 else 'every slope'} to 0 and solve."),
               with_mathematics("The second derivative tells the kind: J curves upwards where it is positive.")
               if len(names) == 1 else
               paragraph("The Hessian is the same everywhere: do its eigenvalues have one sign or both?")
               if len(wanted) == 1 else
               paragraph("The sign of ", _determinant(*names), " tells a saddle point from the others.")),
        source=f"stationary {text(twin.formula)}", length=len(wanted))


def _determinant(x: str, y: str) -> Formula:
    """That of the second derivatives."""
    return Formula(text=f"∂²J/∂{x}² ∂²J/∂{y}² - (∂²J/∂{x}∂{y})²", latex=(
        rf"\frac{{\partial^2 J}}{{\partial {x}^2}} \frac{{\partial^2 J}}{{\partial {y}^2}}"
        rf" - \left(\frac{{\partial^2 J}}{{\partial {x} \partial {y}}}\right)^2"))


def _at(names: Sequence[str], values: Sequence[float]) -> tuple[Inline, ...]:
    return joined([equals(symbol(name), number(int(value)).formula) for name, value in zip(names, values)])


def kind_seen(twin: Twin, names: Sequence[str], point: Sequence[int]) -> str:
    """What kind of point it is by the values around it; "" where a slope there is not 0."""
    at = {name: CONTEXT.mpf(value) for name, value in zip(names, point)}
    if any(abs(slope(twin, at, name)) > 1e-15 for name in names):
        return ""
    here = twin.value(at)
    around = [twin.value({name: at[name] + _NEAR * CONTEXT.mpf(part) for name, part in zip(names, way)})
              for way in _ways(len(names))]
    if all(value > here for value in around):
        return "minimum"
    return "maximum" if all(value < here for value in around) else "saddle point" if len(names) > 1 else "inflection point"


def _ways(count: int) -> list[tuple[float, ...]]:
    if count == 1:
        return [(-1.0,), (1.0,)]
    return [(cos(2 * pi * k / _DIRECTIONS), sin(2 * pi * k / _DIRECTIONS)) for k in range(_DIRECTIONS)]


POINTS = (
    Kind(name="stationary", about="stationary points and their kinds", levels=(1, 2, 3, 4), make=_stationary),
)
