"""What stays of the form of an expression, by which an answer is found among the lines of a derivation."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from sympy import Add, Basic, Derivative, Expr, Indexed, Mul, Pow, Sum

from symcalc.written import exact, is_number


def form(expression: Basic) -> object:
    """What stays of the form when order, brackets round terms, signs and the working out of numbers do not count.

    >>> from sympy import Symbol
    >>> x, y = Symbol("x"), Symbol("y")
    >>> form(Mul(3, Mul(2, x, evaluate=False), evaluate=False)) == form(6*x)
    True
    >>> form(x*(x + y)) == form(x*x + x*y)
    False
    """
    return _scaled(expression)


def _scaled(part: Basic) -> tuple[Any, object]:
    """The number in front, and what it stands before."""
    if is_number(part):
        return exact(part), frozenset()
    if isinstance(part, Add):
        return _scaled_sum(part)
    if isinstance(part, (Mul, Pow)):
        return _scaled_product(part)
    return 1, frozenset({(_atom(part), 1)})


def _atom(part: Basic) -> object:
    if isinstance(part, Sum):
        return "sum", form(part.function)
    if isinstance(part, Derivative):
        return "derivative", part.variables, form(part.expr)
    if part.args and not isinstance(part, Indexed):
        return type(part), tuple(form(argument) if isinstance(argument, Expr) else argument for argument in part.args)
    return part


def _scaled_sum(total: Add) -> tuple[Any, object]:
    terms: dict[object, Any] = {}
    waiting: list[tuple[Any, Basic]] = [(1, total)]
    while waiting:
        sign, part = waiting.pop()
        if isinstance(part, Add):
            waiting += [(sign, term) for term in part.args]
        elif isinstance(part, Mul) and len(part.args) == 2 and part.args[0] == -1:
            waiting.append((-sign, part.args[1]))
        else:
            lead, rest = _scaled(part)
            terms[rest] = terms.get(rest, 0) + sign * lead
    kept = {rest: lead for rest, lead in terms.items() if lead}
    if len(kept) < 2:
        return next(((lead, rest) for rest, lead in kept.items()), (0, frozenset()))
    sign = 1 if min(kept.items(), key=lambda item: _order(item[0]))[1] > 0 else -1
    return sign, frozenset({(("total", frozenset((rest, sign * lead) for rest, lead in kept.items())), 1)})


def _order(key: object) -> str:
    """Some order of the terms, the same for equal ones."""
    if isinstance(key, frozenset):
        return "{" + ",".join(sorted(map(_order, key))) + "}"
    return "(" + ",".join(map(_order, key)) + ")" if isinstance(key, tuple) else str(key)


def _scaled_product(product: Basic) -> tuple[Any, object]:
    lead: Any = 1
    powers: dict[object, Any] = {}
    for factor in product.args if isinstance(product, Mul) else (product,):
        base, exponent = (factor.base, factor.exp) if isinstance(factor, Pow) else (factor, None)
        if exponent is not None and not (is_number(exponent) and exact(exponent).denominator == 1):
            key: object = (Pow, form(base), form(exponent))
            powers[key] = powers.get(key, 0) + 1
            continue
        times = 1 if exponent is None else int(exact(exponent))
        number, rest = _scaled(base)
        if number == 0 or abs(times) > 64:
            return (0, frozenset()) if number == 0 and times > 0 else (1, frozenset({(_atom(product), 1)}))
        lead *= Fraction(number) ** times
        for key, count in rest:
            powers[key] = powers.get(key, 0) + count * times
    return lead, frozenset((key, count) for key, count in powers.items() if count)
