"""Functions that are only named, f(x): their rules, in which the slope stays f', and what stands in for them in a proof."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from sympy import Expr, Function, Symbol
from sympy.core.function import AppliedUndef

from symcalc.calculus.elementary import Outer, elementary
from symcalc.calculus.rule import Rule
from symcalc.calculus.several import chain_rule, moving
from symcalc.pages.document import Formula, Inline
from symcalc.pages.media import LATEX
from symcalc.pages.notation import named
from symcalc.primed import Primed, primed

STEP = 1e-25                     # of the difference quotient; its error is about STEP², far below the tolerance of a proof
MORE_DIGITS = 40                 # for each difference quotient within another
_NTH = ("first", "second", "third", "fourth", "fifth", "sixth")


def arguments_of(part: Expr) -> tuple[Expr, ...]:
    """u, v of f(u, v), or of a slope of it."""
    return part.function.args if isinstance(part, Primed) else part.args


def _is_unknown(e: Expr) -> bool:
    return isinstance(e, (AppliedUndef, Primed))


def _name(e: Expr) -> Formula:
    return Formula(text=named(e), latex=named(e, LATEX))


def _together(sayings: Iterable[tuple[Inline, ...]]) -> tuple[Inline, ...]:
    """What is said of each function, once."""
    return tuple(part for k, saying in enumerate(dict.fromkeys(sayings)) for part in (*(["; "] if k else []), *saying))


def _stays(es: Sequence[Expr]) -> tuple[Inline, ...]:
    """f is not known: its slope stays f'."""
    return _together((_name(e), " is not known: its slope stays ", _name(primed(e, 0))) for e in es)


def _of_one_argument(head: type[Expr], sample: Callable[[Symbol], Expr]) -> tuple[Rule, Rule]:
    direct, chain = elementary(Outer(
        name="derivative of a function only named", called=lambda e: f"the function {named(e)}",
        matches=lambda e, x: isinstance(e, head) and len(arguments_of(e)) == 1,
        inner=lambda e: arguments_of(e)[0], slope=lambda e: primed(e, 0), sample=sample))
    return (replace(direct, because=lambda es, x: _stays(es)),
            replace(chain, because=lambda es, x: (*chain.because(es, x), "; ", *_stays(es))))


def _partials(es: tuple[Expr, ...], x: Symbol) -> tuple[Inline, ...]:
    """f is not known: ∂₁f is its slope in the first argument and ∂₂f in the second."""
    return _together((_name(e), " is not known: ", *_slopes(e, moving(arguments_of(e), x))) for e in es)


def _slopes(e: Expr, which: Sequence[int]) -> Iterator[Inline]:
    for j, k in enumerate(which):
        if j:
            yield " and " if j == len(which) - 1 else ", "
        yield _name(primed(e, k))
        yield f" in the {_nth(k)}" if j else f" is its slope in the {_nth(k)} argument"


def _nth(k: int) -> str:
    return _NTH[k] if k < len(_NTH) else f"{k + 1}th"


SEVERAL = (
    Rule(
        name="partial derivative of a function only named", statement=Formula(
            text="∂/∂x f(x, y) = ∂₁f(x, y)",
            latex=r"\frac{\partial}{\partial x} f(x, y) = \partial_1 f(x, y)"),
        applies=lambda e, x: _is_unknown(e) and [arguments_of(e)[k] for k in moving(arguments_of(e), x)] == [x],
        parts=lambda e, x: (),
        combine=lambda e, x: primed(e, moving(arguments_of(e), x)[0]),
        because=_partials,
    ),
    chain_rule(
        Formula(text="(f(u, v))' = ∂₁f(u, v) · u' + ∂₂f(u, v) · v'",
                latex=r"\left(f(u, v)\right)' = \partial_1 f(u, v) \cdot u' + \partial_2 f(u, v) \cdot v'"),
        applies=lambda e, x: _is_unknown(e), partial=lambda k, e: primed(e, k), because=_partials, arguments=arguments_of),
)
_F = Function("f")
UNKNOWN: tuple[Rule, ...] = (*_of_one_argument(AppliedUndef, _F), *_of_one_argument(Primed, lambda u: primed(_F(u), 0)),
                             *SEVERAL)
"""The rules for functions that are only named."""


# For the proof

def stand_in(context: Any, name: str, orders: Sequence[int], arguments: Sequence[Any]) -> Any:
    """A smooth function in the place of the one that is only named, the same for the same name, or a slope of it.

    Its slopes are difference quotients, so that they come from no rule.

    >>> import mpmath
    >>> x = mpmath.mpf(2)
    >>> abs(stand_in(mpmath.mp, "f", [1], [x]) - mpmath.diff(lambda t: stand_in(mpmath.mp, "f", [0], [t]), x)) < 1e-9
    True
    """
    with context.workdps(context.dps + MORE_DIGITS * sum(orders)):
        return _quotient(context, _smooth(context, name, len(arguments)), list(orders), list(arguments))


def _smooth(context: Any, name: str, count: int) -> Callable[..., Any]:
    draw = random.Random(name)
    lowest = context.mpf(draw.uniform(1, 2))
    weights = [[context.mpf(draw.uniform(0.3, 1.2)) for _ in range(4)] for _ in range(count)]

    def function(*arguments: Any) -> Any:
        line, square, wave, swing = (sum(row[k] * u ** (2 if k == 1 else 1) for row, u in zip(weights, arguments))
                                     for k in range(4))
        return lowest + line / 3 + square / 5 + context.exp(context.sin(wave)) + context.sin(swing) / 2

    return function


def _quotient(context: Any, function: Callable[..., Any], orders: list[int], arguments: list[Any]) -> Any:
    k = next((k for k, order in enumerate(orders) if order), None)
    if k is None:
        return function(*arguments)
    fewer = [order - (j == k) for j, order in enumerate(orders)]
    step = context.mpf(STEP)
    right, left = (_quotient(context, function, fewer, [u + sign * step * (j == k) for j, u in enumerate(arguments)])
                   for sign in (1, -1))
    return (right - left) / (2 * step)
