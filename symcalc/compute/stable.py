"""The same value by a road that does not overflow: softplus and sigmoid where they are hidden in e^z.

The derivation differentiates the formula as it was written; only the numbers take this road.
"""

from __future__ import annotations

from sympy import Add, Basic, E, Expr, Mul, Pow, exp, log

from symcalc.calculus.tidy import as_sigmoid
from symcalc.functions import sigmoid, softplus
from symcalc.written import add, call, is_one, negative, rebuilt


def stabilised(expression: Expr) -> Expr:
    """The expression with ln(1 + e^z) as softplus(z), 1/(1 + e^(-z)) as σ(z), 1 - σ(z) as σ(-z).

    >>> from sympy import Symbol
    >>> stabilised(log(1 + exp(Symbol("z"))))
    softplus(z)
    """
    known: dict[Basic, Basic] = {}

    def visit(part: Basic) -> Basic:
        if part not in known:
            named = as_sigmoid(part) if isinstance(part, (Mul, Pow)) else part
            inner = rebuilt(named, tuple(map(visit, named.args))) if named.args else named
            known[part] = _one_step(inner)
        return known[part]

    return visit(expression)


def _one_step(part: Basic) -> Basic:
    if isinstance(part, log):
        return _stable_log(part)
    if isinstance(part, Add):
        return _stable_complement(part)
    return part


def _stable_log(part: log) -> Expr:
    inside = part.args[0]
    if isinstance(inside, sigmoid):                    # ln σ(z) = -softplus(-z)
        return negative(call(softplus, negative(inside.args[0])))
    if isinstance(inside, Add) and len(inside.args) == 2:
        others = [term for term in inside.args if not is_one(term)]
        exponent = _exponent(others[0]) if len(others) == 1 else None
        if exponent is not None:                       # ln(1 + e^z) = softplus(z)
            return call(softplus, exponent)
    return part


def _exponent(term: Basic) -> Expr | None:
    """z where the term is e^z."""
    if isinstance(term, exp):
        return term.args[0]
    return term.exp if isinstance(term, Pow) and term.base is E else None


def _stable_complement(part: Add) -> Expr:
    """1 - σ(z) = σ(-z), which keeps its digits where σ(z) is close to 1."""
    for term in part.args:
        probability = negative(term) if isinstance(term, Mul) else term
        ones = [other for other in part.args if is_one(other)]
        if isinstance(term, Mul) and isinstance(probability, sigmoid) and ones:
            rest = [other for other in part.args if other is not term and other is not ones[0]]
            return add(call(sigmoid, negative(probability.args[0])), *rest)
    return part
