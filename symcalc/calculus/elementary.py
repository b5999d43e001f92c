"""The rules for powers and functions of u: each for u = x itself and, by the chain rule, for any inner function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sympy import Add, E, Equality, Expr, Integer, Pow, Symbol, exp, log

from symcalc.calculus.rule import Pattern, Rule, depends
from symcalc.pages.document import Inline, joined
from symcalc.pages.notation import text
from symcalc.parts import residual_parts, signed
from symcalc.vocabulary import FUNCTIONS, HALF, ONE, TWO, Function
from symcalc.written import add, call, divide, exact, is_number, mul, negative, number, power, rebuilt

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


def off_the_bar(e: Expr) -> Expr:
    """b^(-n) for 1/b^n, and exp(-u) for 1/exp(u); anything else, and what would then lose a minus, as it is.

    >>> x = Symbol("x")
    >>> off_the_bar(Pow(exp(x), -1, evaluate=False)), off_the_bar(x)
    (exp(-x), x)
    """
    below = e.base if isinstance(e, Pow) and e.exp == -1 else None
    if not isinstance(below, (Pow, exp)) or signed(below.args[-1])[0]:
        return e
    return rebuilt(below, (*below.args[:-1], negative(below.args[-1])))


def _is_power(e: Expr, x: Symbol) -> bool:
    return isinstance(e, Pow) and not depends(off_the_bar(e).exp, x)


def _is_reciprocal(e: Expr, x: Symbol) -> bool:
    """1/u, also where u is x^x, but not 1/x^n, nor 1/a^x."""
    return isinstance(e, Pow) and e.exp == -1 and (
        (over := off_the_bar(e)) == e or (isinstance(over, Pow) and all(depends(part, x) for part in over.args)))


def _power_slope(e: Expr) -> Expr:
    base, exponent = off_the_bar(e).args
    if e.exp == exponent or is_number(exponent):
        return mul(exponent, power(base, lowered(exponent)))
    return divide(exponent, power(base, raised(e.base.exp)))        # -n/x^(n + 1), as 1/x^n stands below the bar


def _exponential_slope(e: Expr) -> Expr:
    return divide(ONE, _exponential_slope(e.base)) if isinstance(e, Pow) else FUNCTIONS[exp].derivative(e.args[0])


def _power_called(e: Expr) -> str:
    named = {TWO: "the square", Integer(3): "the cube"}
    exponent = off_the_bar(e).exp
    return named.get(exponent) or (f"the {exponent}th power" if exponent in range(4, 21) else f"the power {text(exponent)}")


POWERS = (
    Outer(name="square root rule", called=lambda e: "the square root",
           matches=lambda e, x: _is_power(e, x) and e.exp == HALF,
           inner=lambda e: e.base, slope=lambda e: divide(ONE, mul(TWO, e)),
           sample=lambda u: power(u, HALF)),
    Outer(name="reciprocal rule", called=lambda e: "the reciprocal",
           matches=_is_reciprocal,
           inner=lambda e: e.base, slope=lambda e: negative(power(e.base, Integer(-2))),
           sample=lambda u: power(u, Integer(-1))),
    Outer(name="power rule", called=_power_called,
           matches=_is_power,
           inner=lambda e: off_the_bar(e).base, slope=_power_slope,
           sample=lambda u: power(u, Symbol("n"))),
    Outer(name="exponential rule", called=lambda e: "the exponential function",
           matches=lambda e, x: type(off_the_bar(e)) is exp,
           inner=lambda e: off_the_bar(e).args[0], slope=_exponential_slope,
           sample=lambda u: call(exp, u)),
    Outer(name="exponential rule", called=lambda e: "the exponential function",
           matches=lambda e, x: isinstance(e, Pow) and off_the_bar(e).base is E,
           inner=lambda e: off_the_bar(e).exp, slope=lambda e: e,
           sample=lambda u: power(E, u)),
    Outer(name="exponential rule", called=lambda e: f"the exponential function with base {text(off_the_bar(e).base)}",
           matches=lambda e, x: isinstance(e, Pow) and not depends(off_the_bar(e).base, x),
           inner=lambda e: off_the_bar(e).exp, slope=lambda e: mul(e, call(log, off_the_bar(e).base)),
           sample=lambda u: power(Symbol("a"), u)),
)


def lowered(exponent: Expr) -> Expr:
    """The exponent less one, worked out where a number stands in it.

    >>> lowered(INNER + 1), text(lowered(INNER - Symbol("k")))
    (u, 'u - k - 1')
    """
    return _moved(exponent, -1)


def raised(exponent: Expr) -> Expr:
    """The exponent and one, worked out where a number stands in it.

    >>> raised(INNER - 1), raised(Integer(2))
    (u, 3)
    """
    return _moved(exponent, 1)


def _moved(exponent: Expr, by: int) -> Expr:
    if is_number(exponent):
        moved = exact(exponent) + by
        return number(moved) if moved.denominator == 1 or not exponent.is_Float else exponent + by
    terms = exponent.args if isinstance(exponent, Add) else (exponent,)
    if (at := next((k for k, term in enumerate(terms) if is_number(term)), None)) is not None:
        return add(*terms[:at], _moved(terms[at], by), *terms[at + 1:])
    return add(*terms, Integer(by))
