"""Cases that need not be told apart: tidying for piecewise formulas."""

from __future__ import annotations

from sympy import Expr, Piecewise, Tuple

from symcalc.calculus.terms import Written
from symcalc.written import replaced


def same_in_every_case(part: Expr, written: Written) -> Expr:
    """{f if c; f otherwise} = f.

    >>> from sympy import Integer, Symbol
    >>> x, zero = Symbol("x"), Integer(0)
    >>> same_in_every_case(Piecewise(Tuple(zero, x > 1), Tuple(zero, True), evaluate=False), Written())
    0
    """
    values = {pair.args[0] for pair in part.args} if isinstance(part, Piecewise) else ()
    return values.pop() if len(values) == 1 else part


def known_conditions(part: Expr, written: Written) -> Expr:
    """{{f if c; g otherwise} if c; h otherwise} = {f if c; h otherwise}.

    >>> from sympy import Integer, Symbol
    >>> x = Symbol("x")
    >>> inner = Piecewise(Tuple(x, x > 1), Tuple(Integer(2), True), evaluate=False)
    >>> known_conditions(Piecewise(Tuple(inner, x > 1), Tuple(Integer(3), True), evaluate=False), Written())
    Piecewise((x, x > 1), (3, True))
    """
    if not isinstance(part, Piecewise):
        return part

    def settled(value: Expr, condition: object) -> Expr:
        return replaced(value, lambda inner: inner.args[0].args[0] if isinstance(inner, Piecewise)
                        and inner.args[0].args[1] == condition else None)

    cases = [(settled(*pair.args), pair.args[1]) for pair in part.args]
    return part if all(value == pair.args[0] for (value, _), pair in zip(cases, part.args)) else \
        Piecewise(*(Tuple(*case) for case in cases), evaluate=False)
