"""Expressions that have a name of their own, recognised: 1/(1 + e^(-z)) is σ(z)."""

from __future__ import annotations

from sympy import Add, Basic, Expr, Integer, Mul, Pow

from symcalc.functions import sigmoid
from symcalc.parts import exponent_of_e
from symcalc.written import call, is_one, mul, negative, power, subtract


def as_sigmoid(part: Expr) -> Expr:
    """1/(1 + e^(-z)) is σ(z), e^z/(1 + e^z) too, and e^z/(1 + e^z)² is σ(z) (1 - σ(z)); the rest stays.

    >>> from sympy import Symbol, exp
    >>> z = Symbol("z")
    >>> as_sigmoid(1 / (1 + exp(-z)))
    sigmoid(z)
    """
    factors = [copy for factor in (part.args if isinstance(part, Mul) else (part,)) for copy in _single(factor)]
    for k, factor in enumerate(factors):
        z = _logistic_exponent(factor)
        if z is None:
            continue
        above = next((j for j, other in enumerate(factors) if exponent_of_e(other) == z), None)
        if above is None:
            factors[k] = call(sigmoid, negative(z))
        else:
            factors[above] = call(sigmoid, z)
            del factors[k]
        return as_sigmoid(_complemented(mul(*factors)))
    return part


def _single(factor: Expr) -> list[Expr]:
    """1/(1 + e^z)² as two factors, so that each can become a sigmoid."""
    if isinstance(factor, Pow) and factor.exp in (-2, -3):
        single = power(factor.base, Integer(-1))
        if _logistic_exponent(single) is not None:
            return [single] * -int(factor.exp)
    return [factor]


def _complemented(product: Expr) -> Expr:
    """σ(z) σ(-z) = σ(z) (1 - σ(z)), in terms of the one without the minus sign."""
    factors = list(product.args) if isinstance(product, Mul) else [product]
    for k, factor in enumerate(factors):
        if isinstance(factor, sigmoid) and (other := call(sigmoid, negative(factor.args[0]))) in factors[:k]:
            plain = min(factor, other, key=lambda s: isinstance(s.args[0], Mul) and s.args[0].args[0].is_negative is True)
            factors[factors.index(other)], factors[k] = plain, subtract(Integer(1), plain)
    return mul(*factors)


def _logistic_exponent(factor: Basic) -> Expr | None:
    """z where the factor is 1/(1 + e^z)."""
    if not (isinstance(factor, Pow) and factor.exp == -1 and isinstance(factor.base, Add) and len(factor.base.args) == 2):
        return None
    one, other = sorted(factor.base.args, key=lambda term: not is_one(term))
    return exponent_of_e(other) if is_one(one) else None


def sigmoid_or_none(part: Basic) -> Basic | None:
    named = as_sigmoid(part) if isinstance(part, (Mul, Pow)) else part
    return None if named == part else named
