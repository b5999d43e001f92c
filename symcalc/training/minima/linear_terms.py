"""What is linear in the parameters, term by term: brackets multiplied out, sums over the rows taken apart."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Add, Expr, Indexed, Integer, Mul, Pow, Sum, Symbol

from symcalc.calculus.algebra.products import factors_of, multiplied
from symcalc.calculus.algebra.terms import joined, terms_of
from symcalc.language.names import COUNT, ROW, name_of
from symcalc.parts import product_as_written
from symcalc.written import add, row_sum

_MOST = 400              # terms that are multiplied out

Term = tuple[Symbol | None, Expr]
"""A parameter, None in a constant, and what stands before it."""


def multiplied_out(expression: Expr, parameters: Sequence[Symbol]) -> list[Term] | None:
    """The terms of an expression, each with its parameter (None in a constant) and what stands before that.

    None where a term is not linear in the parameters.
    """
    found: list[Term] = []
    for term in _opened(expression, parameters):
        moving = [factor for factor in factors_of(term) if factor.free_symbols.intersection(parameters)]
        outside = [factor for factor in factors_of(term) if factor not in moving]
        if len(moving) > 1 or len(found) > _MOST:
            return None
        if not moving and any(isinstance(factor, Sum) for factor in outside):
            moving = [next(factor for factor in outside if isinstance(factor, Sum))]
            outside.remove(moving[0])
        inner = _of_factor(moving[0], parameters) if moving else [(None, Integer(1))]
        if inner is None:
            return None
        found += [(parameter, multiplied(Mul(*outside, rest, evaluate=False))) for parameter, rest in inner]
    return found


def _of_factor(factor: Expr, parameters: Sequence[Symbol]) -> list[Term] | None:
    if factor in parameters:
        return [(factor, Integer(1))]
    if not isinstance(factor, Sum):
        return None
    inner = multiplied_out(factor.function, parameters)
    return None if inner is None else [(parameter, _summed(rest, factor)) for parameter, rest in inner]


def _summed(term: Expr, total: Sum) -> Expr:
    """Σ term, with what is the same in every row before the sum; Σ 1 is n."""
    fixed = [factor for factor in factors_of(term) if ROW not in factor.free_symbols]
    varying = sorted((factor for factor in factors_of(term) if ROW in factor.free_symbols), key=_in_order)
    rows = row_sum(product_as_written(varying), total) if varying else COUNT
    return multiplied(Mul(*fixed, rows, evaluate=False))


def _in_order(factor: Expr) -> tuple[bool, str]:
    """Columns before all else and by name, so that the same product is written in the same way in every equation."""
    base = factor.base if isinstance(factor, Pow) else factor
    return (False, name_of(base)) if isinstance(base, Indexed) else (True, "")


def _opened(expression: Expr, parameters: Sequence[Symbol]) -> list[Expr]:
    """The terms, with brackets multiplied out where a parameter stands in them."""
    found: list[Expr] = []
    waiting = terms_of(expression)[::-1]
    while waiting and len(found) <= _MOST:
        term = waiting.pop()
        factors = factors_of(term)
        bracket = next((factor for factor in factors if isinstance(factor, Add)
                        and factor.free_symbols.intersection(parameters)), None)
        if bracket is None:
            found.append(term)
        else:
            others = [factor for factor in factors if factor is not bracket]
            waiting += [multiplied(Mul(*others, inner, evaluate=False)) for inner in reversed(terms_of(bracket))]
    return found


def before(terms: Sequence[Term], wanted: Symbol | None) -> Expr:
    """What stands before the parameter in all the terms together."""
    return add(*joined([rest for parameter, rest in terms if parameter == wanted]))
