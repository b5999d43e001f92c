"""Items on several letters: partial derivatives, and the gradient of a loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sympy import Expr, Function, Integer, Symbol

from symcalc.calculus.gradient import Gradient, gradient
from symcalc.pages.document import Equation, Formula, Inline, joined, paragraph
from symcalc.pages.notation import latex, text
from symcalc.training.losses import Loss
from symcalc.worksheets.items.bricks import (
    CONTEXT,
    Twin,
    coefficient,
    coprime,
    cosine,
    exponential,
    letter,
    minus,
    number,
    product,
    raised,
    sine,
    straight,
    symbol,
    term,
    times,
    total,
)
from symcalc.worksheets.items.derivatives import equals, numbers_in
from symcalc.worksheets.items.draw import Draw
from symcalc.worksheets.items.item import Item, Kind
from symcalc.worksheets.items.numbers import moderate
from symcalc.worksheets.items.proving import confirmed, exact_slope, over_rows, require, same, slope
from symcalc.written import derivative_of

_PAIRS = (("x", "y"), ("x", "y"), ("u", "v"), ("s", "t"), ("p", "q"))
_MODELS = (("m", "b"), ("w", "b"), ("a", "b"), ("k", "c"), ("u", "v"))

_LARGEST = 200               # of the slopes that a learner works out

Maker = Callable[[Draw, Twin, Twin], Twin]


def _power_of_line(d: Draw, x: Twin, y: Twin) -> Twin:
    """(a x + b y + c)^n, from which no number can be taken out."""
    a = d.whole(2, 5)
    return raised(total(times(a, x), times(coefficient(d), y), number(coprime(d, 1, 9, a, signed=False))), d.whole(3, 5))


_FORMS: Mapping[int, tuple[Maker, ...]] = {
    1: (lambda d, x, y: total(product(term(d.whole(2, 9), x, 2), y), times(coefficient(d), x), times(coefficient(d), y)),
        lambda d, x, y: total(term(d.whole(2, 9), x, 2), product(times(coefficient(d), x), y), term(coefficient(d), y, 2))),
    2: (lambda d, x, y: total(product(term(d.whole(2, 9), x, d.whole(2, 4)), raised(y, d.whole(2, 4))),
                              term(coefficient(d), x, d.whole(2, 3)), times(coefficient(d), y)),
        _power_of_line),
    3: (lambda d, x, y: product(raised(x, d.whole(2, 4)), sine(times(d.whole(2, 6), y))),
        lambda d, x, y: product(raised(y, d.whole(2, 4)), exponential(times(d.whole(2, 6), x))),
        lambda d, x, y: product(straight(d, x), cosine(times(d.whole(2, 6), y)))),
    4: (lambda d, x, y: times(d.whole(2, 9), exponential(product(times(d.whole(2, 6), x), y))),
        lambda d, x, y: product(times(d.whole(2, 9), x), sine(product(times(d.whole(2, 6), x), y))),
        lambda d, x, y: raised(total(product(times(d.whole(2, 6), x), y), term(coefficient(d), y, 2)), d.whole(3, 5))),
}


def partials(twin: Twin, names: Sequence[str]) -> tuple[Gradient, int] | None:
    """The gradient with the checks behind it; None where its numbers are not nice."""
    found = gradient(twin.formula, [symbol(name) for name in names])
    if not moderate(found.result):
        return None
    checks = len(found.proof.checks) + sum(confirmed(twin, found[name].result, name, names) for name in names)
    return found, checks


def _partial(draw: Draw, level: int) -> Item | None:
    names = draw.form("letters").choice(_PAIRS)
    twin = draw.form("formula").choice(_FORMS[level])(draw, *map(letter, names))
    made = partials(twin, names)
    if made is None:
        return None
    found, checks = made
    x, y = map(symbol, names)
    name = draw.form("name").choice("fgh")
    return Item(
        kind="partial", level=level, seed=draw.seed, points=2 + level, space=5 + 2 * level, checks=checks,
        question=(paragraph("Find the partial derivatives with respect to ", x, " and ", y, "."),
                  Equation((Function(name)(x, y), twin.formula))),
        answer=tuple(Equation((_partial_of(name, letter), found[letter.name].result)) for letter in (x, y)),
        solution=tuple(block for name in names for block in found[name].working()),
        hints=(paragraph("For the slope in ", x, ", treat ", y, " as a number that stays the same."),),
        source=f"partial {text(twin.formula)}", length=sum(len(found[name].lines) for name in names))


def _partial_of(name: str, by: Symbol) -> Formula:
    """∂f/∂x."""
    return Formula(text=f"∂{name}/∂{text(by)}", latex=rf"\frac{{\partial {name}}}{{\partial {latex(by)}}}")


# Gradients of losses

def _one_row(draw: Draw, names: Sequence[str]) -> Twin:
    """(y - (m x + b))² with numbers for x and y."""
    m, b = map(letter, names)
    return raised(minus(number(coefficient(draw)), total(times(draw.whole(2, 6), m), b)), 2)


def _two_bowls(draw: Draw, names: Sequence[str]) -> Twin:
    """a (u - p)² + c u v + d v²."""
    u, v = map(letter, names)
    return total(term(draw.whole(2, 5), total(u, number(coefficient(draw))), 2), product(times(coefficient(draw), u), v),
                 term(draw.whole(2, 5), v, 2))


def _two_rows(draw: Draw, names: Sequence[str]) -> Twin:
    """Two squared residuals, with numbers."""
    m, b = map(letter, names)
    first = draw.whole(2, 4)
    second = first + draw.whole(1, 3)
    return total(*(raised(minus(number(draw.whole(2, 9)), total(times(x, m), b)), 2) for x in (first, second)))


def _gradient_at_point(draw: Draw, level: int, make: Callable[[Draw, Sequence[str]], Twin]) -> Item | None:
    names = draw.form("letters").choice(_MODELS)
    twin = make(draw, names)
    at = {name: draw.whole(-3, 4, avoid=(0,)) for name in names}
    expected = [exact_slope(twin.value, at, name) for name in names]            # before anything is derived
    if 0 in expected or max(map(abs, expected)) > _LARGEST:
        return None
    made = partials(twin, names)
    if made is None:
        return None
    found, checks = made
    loss = Loss._as_built(twin.formula, names)
    values = [_exactly(found[name].result, at) for name in names]
    for name, value in zip(names, values):
        point = {other: CONTEXT.mpf(number) for other, number in at.items()}
        require(same(slope(twin, point, name), CONTEXT.mpf(int(value))), f"the slope of {text(twin.formula)} by {name}")
    where = ", ".join(f"{name} = {value}" for name, value in at.items())
    slopes = [derivative_of(loss.symbol, parameter) for parameter in loss.parameters]
    solution = [block for name in names for block in found[name].working()]
    return Item(
        kind="gradient", level=level, seed=draw.seed, points=3 + level, space=6 + 2 * level, checks=checks + 2,
        question=(paragraph("Find the gradient of the loss, and its value at ", *_places(at), "."),
                  Equation((loss.symbol, loss.expression))),
        answer=tuple(Equation((name, found[parameter.name].result, value))
                     for name, parameter, value in zip(slopes, loss.parameters, values)),
        solution=(*solution, paragraph("With ", *_places(at), ":"),
                  *(Equation((name, numbers_in(found[parameter.name].result, at), value))
                    for name, parameter, value in zip(slopes, loss.parameters, values))),
        hints=(paragraph("Differentiate with respect to one letter at a time; the other stays as it is."),
               paragraph("Then put the numbers in, negative ones in brackets.")),
        source=f"gradient {text(twin.formula)} at {where}", length=sum(len(found[name].lines) for name in names))


def _exactly(formula: Expr, at: Mapping[str, int]) -> Integer:
    return Integer(formula.xreplace({symbol(name): Integer(value) for name, value in at.items()}).doit())


def _places(at: Mapping[str, int]) -> tuple[Inline, ...]:
    return joined([equals(symbol(name), Integer(value)) for name, value in at.items()])


# Losses over rows of data

@dataclass(frozen=True, slots=True)
class _Model:
    """A prediction as it is typed, with {a}, {b} for parameters, {x}, {z} for columns, {k} for a number; and in Python."""

    typed: str
    predict: Callable[..., Any]           # of the row's x and z, a, b and k

    def parameters(self) -> int:
        return sum(name in self.typed for name in ("{a}", "{b}"))


_LINES = (
    _Model("{a}*{x} + {b}", lambda x, z, a, b, k: a * x + b),
    _Model("{a}*{x} + {k}", lambda x, z, a, b, k: a * x + k),
    _Model("{k}*{x} + {b}", lambda x, z, a, b, k: k * x + b),
    _Model("{a}*{x}^2 + {b}", lambda x, z, a, b, k: a * x**2 + b),
)
_CURVES = (
    _Model("{a}*{x}^2 + {b}*{x} + {k}", lambda x, z, a, b, k: a * x**2 + b * x + k),
    _Model("{a}*{x} + {b}*{z} + {k}", lambda x, z, a, b, k: a * x + b * z + k),
    _Model("{a}*e^({k}*{x}) + {b}", lambda x, z, a, b, k: a * CONTEXT.exp(k * x) + b),
    _Model("{a}*sin({k}*{x}) + {b}", lambda x, z, a, b, k: a * CONTEXT.sin(k * x) + b),
)
_COLUMNS = (("x", "z", "y"), ("t", "x", "y"), ("x", "t", "h"), ("s", "x", "y"))
_TOTALS: Mapping[str, Callable[[list[Any]], Any]] = {
    "mean({})": lambda squares: sum(squares) / len(squares),
    "sum({})": sum,
    "sum({})/2": lambda squares: sum(squares) / 2,
    "mean({})/2": lambda squares: sum(squares) / len(squares) / 2,
}
# The rows for x, z and y: numbers that are exact in any arithmetic.
_ROWS = tuple(tuple(map(CONTEXT.mpf, row)) for row in ((0.25, 1.125, 0.75), (0.875, -0.5, 2.125), (1.625, 0.75, -0.5)))


def _over_rows(draw: Draw, level: int, models: Sequence[_Model]) -> Item | None:
    model = draw.form("model").choice(models)
    around = draw.form("total").choice(tuple(_TOTALS))
    turned = draw.form("order").choice((False, True))
    a, b = draw.choice(_MODELS)
    x, z, y = draw.choice([names for names in _COLUMNS if not {a, b} & set(names)])
    k = draw.whole(2, 6)
    typed = model.typed.format(a=a, b=b, x=x, z=z, k=k)
    residual = f"({typed} - {y})^2" if turned else f"({y} - ({typed}))^2"
    columns = [name for name, mark in ((x, "{x}"), (z, "{z}"), (y, "")) if mark in model.typed]
    loss = Loss(around.format(residual), columns=columns)
    found = loss.gradient()

    def plain(at: Mapping[str, Any]) -> Any:
        gaps = [row[2] - model.predict(row[0], row[1], at.get(a), at.get(b), k) for row in _ROWS]
        return _TOTALS[around]([gap**2 for gap in gaps])

    checks = len(found.proof.checks) + _agree(loss, found, plain, {x: 0, z: 1, y: 2})
    slopes = [derivative_of(loss.symbol, parameter) for parameter in loss.parameters]
    return Item(
        kind="gradient", level=level, seed=draw.seed, points=3 + level, space=8 + 2 * level, checks=checks,
        question=(paragraph("Find the gradient of the loss. The columns of the data are ", *joined(loss.columns),
                            "; the parameters are " if len(slopes) > 1 else "; the parameter is ",
                            *joined(loss.parameters), "."),
                  Equation((loss.symbol, loss.expression))),
        answer=tuple(Equation((slope, derivation.result)) for slope, derivation in zip(slopes, found.values())),
        solution=tuple(block for derivation in found.values() for block in derivation.working()),
        hints=(paragraph("The derivative of a sum over the rows is the sum of the derivatives, row by row."),
               paragraph("Outside stands a square; what is squared has a derivative too.")),
        source=f"gradient {text(loss.expression)}", length=sum(len(derivation.lines) for derivation in found.values()))


def _agree(loss: Loss, found: Gradient, plain: Callable[[Mapping[str, Any]], Any], columns: Mapping[str, int]) -> int:
    """At how many places the gradient agrees with quotients of the plain sum over the rows."""
    data = {name: [row[k] for row in _ROWS] for name, k in columns.items()}
    twin = Twin(loss.expression, plain)
    return sum(confirmed(twin, over_rows(found[name].result, data), name, loss.names) for name in loss.names)


def _gradient(draw: Draw, level: int) -> Item | None:
    if level == 1:
        return _gradient_at_point(draw, level, draw.form("loss").choice((_one_row, _two_bowls)))
    if level == 2:
        return _gradient_at_point(draw, level, _two_rows)
    return _over_rows(draw, level, _LINES if level == 3 else _CURVES)


PARTIALS = (
    Kind(name="partial", about="the partial derivatives of a function of two letters", levels=(1, 2, 3, 4), make=_partial),
    Kind(name="gradient", about="the gradient of a loss", levels=(1, 2, 3, 4), make=_gradient),
)
