"""The rules for powers and functions of u: each for u = x itself and, by the chain rule, for any inner function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sympy import Add, E, Equality, Expr, Integer, Pow, Symbol, exp, log

from symcalc.calculus.rule import Pattern, Rule, depends
from symcalc.pages.document import Inline, joined
from symcalc.pages.notation import text
from symcalc.parts import residual_parts
from symcalc.vocabulary import FUNCTIONS, HALF, ONE, TWO, Function
from symcalc.written import add, call, divide, exact, is_minus, is_number, mul, negative, number, power

INNER = Symbol("u", real=True)
"""The inner function in a chain rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outer:
    """An outermost operation on u: when it is one, what u is, and its slope with respect to u."""

    name: str                                     # of the rule where u is the variable itself
    called: Callable[[Expr], str]                 # in a sentence
    matches: Callable[[Expr, Symbol], bool]
    inner: Callable[[Expr], Expr]
    slope: Callable[[Expr], Expr]
    sample: Callable[[Symbol], Expr]              # the operation on a letter, from which the formula is written


def elementary(outer: Outer) -> tuple[Rule, Rule]:
    """The rule for f(x) and the chain rule for f(u)."""
    at_x, at_u = (outer.sample(letter) for letter in (Symbol("x", real=True), INNER))
    direct = Rule(
        name=outer.name,
        statement=Pattern(operation=at_x, slope=outer.slope(at_x), chained=False),
        applies=lambda e, x: outer.matches(e, x) and outer.inner(e) == x,
        parts=lambda e, x: (),
        combine=lambda e, x: outer.slope(e),
        because=lambda es, x: (*joined(list(dict.fromkeys(map(outer.called, es)))), " of ", x, " itself"),
    )
    chain = Rule(
        name="chain rule",
        statement=Pattern(operation=at_u, slope=outer.slope(at_u), chained=True),
        applies=outer.matches,
        parts=lambda e, x: (outer.inner(e),),
        combine=lambda e, x, inner: mul(outer.slope(e), inner),
        because=lambda es, x: _chain_reason(outer, es),
    )
    return direct, chain


def _chain_reason(outer: Outer, es: tuple[Expr, ...]) -> tuple[Inline, ...]:
    """What stands outside and what inside; u names the inside unless the learner has a u."""
    inside: dict[str, list[Expr]] = {}
    for e in es:
        inside.setdefault(outer.called(e), []).append(outer.inner(e))
    named = not any(depends(e, INNER) for e in es)
    reason: list[Inline] = []
    for called, (first, *others) in inside.items():
        reason += ["; " if reason else "", f"outside stands {called}, inside ", *_inside(first, named)]
        for other in others:
            reason += [", and again with ", *_inside(other, named)]
    return tuple(reason)


def _inside(inner: Expr, named: bool) -> tuple[Inline, ...]:
    called = Equality(INNER, inner, evaluate=False) if named else inner
    return (called, ", the residual") if _is_residual(inner) else (called,)


def _is_residual(inner: Expr) -> bool:
    """Whether it is y - p; p - y is no residual, but one with its sign turned."""
    found = residual_parts(inner)
    return found is not None and found[0] in inner.args


def of_row(row: Function) -> Outer:
    """The outermost operation that a row of the vocabulary describes."""
    return Outer(
        name=f"derivative of {row.called}", called=lambda e: row.called,
        matches=lambda e, x: type(e) is row.head,         # not isinstance: SymPy also calls a Pow of E an exp
        inner=lambda e: e.args[0], slope=lambda e: row.derivative(e.args[0]),
        sample=lambda u: call(row.head, u),
    )


def _is_power(e: Expr, x: Symbol) -> bool:
    return isinstance(e, Pow) and not depends(e.exp, x)


def _as_power(e: Expr) -> tuple[Expr, Expr]:
    """b and n of b^n, where n may be below the bar: 1/b^5 is b^(-5)."""
    below = e.base if e.exp == -1 else None
    if isinstance(below, Pow) and is_number(below.exp) and not is_minus(below.exp) and below.base is not E:
        return below.base, -below.exp
    return e.base, e.exp


def _power_slope(e: Expr) -> Expr:
    base, exponent = _as_power(e)
    return mul(exponent, power(base, lowered(exponent)))


def _power_called(e: Expr) -> str:
    named = {TWO: "the square", Integer(3): "the cube"}
    exponent = _as_power(e)[1]
    return named.get(exponent) or (f"the {exponent}th power" if exponent in range(4, 21) else f"the power {text(exponent)}")


POWERS = (
    Outer(name="square root rule", called=lambda e: "the square root",
           matches=lambda e, x: _is_power(e, x) and e.exp == HALF,
           inner=lambda e: e.base, slope=lambda e: divide(ONE, mul(TWO, e)),
           sample=lambda u: power(u, HALF)),
    Outer(name="reciprocal rule", called=lambda e: "the reciprocal",
           matches=lambda e, x: _is_power(e, x) and _as_power(e)[1] == -1,
           inner=lambda e: e.base, slope=lambda e: negative(power(e.base, Integer(-2))),
           sample=lambda u: power(u, Integer(-1))),
    Outer(name="power rule", called=_power_called,
           matches=_is_power,
           inner=lambda e: _as_power(e)[0], slope=_power_slope,
           sample=lambda u: power(u, Symbol("n"))),
    replace(of_row(FUNCTIONS[exp]), name="exponential rule"),
    Outer(name="exponential rule", called=lambda e: "the exponential function",
           matches=lambda e, x: isinstance(e, Pow) and e.base is E,
           inner=lambda e: e.exp, slope=lambda e: e,
           sample=lambda u: power(E, u)),
    Outer(name="exponential rule", called=lambda e: f"the exponential function with base {text(e.base)}",
           matches=lambda e, x: isinstance(e, Pow) and not depends(e.base, x),
           inner=lambda e: e.exp, slope=lambda e: mul(e, call(log, e.base)),
           sample=lambda u: power(Symbol("a"), u)),
)


def lowered(exponent: Expr) -> Expr:
    """The exponent less one, worked out where a number stands in it.

    >>> lowered(INNER + 1), text(lowered(INNER - Symbol("k")))
    (u, 'u - k - 1')
    """
    if is_number(exponent):
        less = exact(exponent) - 1
        return number(less) if less.denominator == 1 or not exponent.is_Float else exponent - 1
    terms = exponent.args if isinstance(exponent, Add) else (exponent,)
    if (at := next((k for k, term in enumerate(terms) if is_number(term)), None)) is not None:
        return add(*terms[:at], lowered(terms[at]), *terms[at + 1:])
    return add(*terms, Integer(-1))
