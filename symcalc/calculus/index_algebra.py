"""Algebra with indices: the one term that [j = k] leaves of a sum over j, and the softmax by its name."""

from __future__ import annotations

from sympy import Add, Basic, Expr, Indexed, KroneckerDelta, Mul, Pow, Sum

from symcalc.calculus.terms import Written, distributed, factors_of, multiplied, taken_out, terms_of
from symcalc.indices import index_of, renamed, softmax_at
from symcalc.parts import exponent_of_e
from symcalc.written import add, call, mul, row_sum


def one_term(part: Expr, written: Written) -> Expr:
    """Σⱼ [j = k] f(j) = f(k).

    >>> from symcalc.calculus.terms import NOTHING
    >>> from symcalc.indices import element, same, sum_over, whole
    >>> j, k = whole("j"), whole("k")
    >>> one_term(sum_over(j, whole("p"), mul(same(j, k), element("x", j))), NOTHING)
    x[k]
    """
    if not isinstance(part, Sum) or not part.function.has(KroneckerDelta):
        return part
    single: list[Expr] = []
    rest: list[Expr] = []
    for term in (inner for longer in terms_of(part.function) for inner in _opened(longer, written)):
        picked = _picked(term, part)
        (rest if picked is None else single).append(term if picked is None else picked)
    return add(*single, *([row_sum(add(*rest), part)] if rest else [])) if single else part


def _opened(term: Expr, written: Written) -> list[Expr]:
    """The terms of a product with [j = k] inside one of its brackets."""
    brackets = any(isinstance(factor, Add) and factor.has(KroneckerDelta) for factor in factors_of(term))
    return distributed(term, written) if brackets else [term]


def _picked(term: Expr, total: Sum) -> Expr | None:
    """What is left of the sum of a term with the factor [j = k]: the term without it, at k."""
    index, factors = index_of(total), factors_of(term)
    for at, factor in enumerate(factors):
        if isinstance(factor, KroneckerDelta) and index in factor.args:
            other = next(argument for argument in factor.args if argument != index)
            return renamed(mul(*factors[:at], *factors[at + 1:]), index, other)
    return None


def as_softmax(part: Expr, written: Written) -> Expr:
    """e^zₖ/Σⱼ e^zⱼ = softmaxₖ(z), also where it takes multiplying out: (a S - a b)/S² = a/S (1 - b/S).

    >>> from sympy import exp
    >>> from symcalc.calculus.terms import NOTHING
    >>> from symcalc.indices import element, sum_over, whole
    >>> j, k = whole("j"), whole("k")
    >>> as_softmax(exp(element("z", k)) / sum_over(j, whole("K"), exp(element("z", j))), NOTHING).element
    z[k]
    """
    if not isinstance(part, Mul) or not any(map(_below, factors_of(part))):
        return part
    terms = [_named(term) for term in distributed(part, written)]
    if len(terms) == 1:
        return multiplied(terms[0], written)
    if any(map(_below, (factor for term in terms for factor in factors_of(term)))):
        return part
    split = taken_out(Add(*terms, evaluate=False), None, written)
    return mul(*split) if split else add(*terms)


def _below(factor: Basic) -> bool:
    """Whether the factor is a power of 1/Σⱼ e^zⱼ."""
    return isinstance(factor, Pow) and factor.exp.is_Integer and factor.exp < 0 and _logits(factor.base) is not None


def _logits(total: Basic) -> Indexed | None:
    """zⱼ where the sum is Σⱼ e^zⱼ."""
    if not isinstance(total, Sum):
        return None
    z = exponent_of_e(total.function)
    return z if isinstance(z, Indexed) and index_of(total) in z.indices else None


def _named(product: Expr) -> Expr:
    """The product with softmaxₖ(z) for every e^zₖ that stands over a Σⱼ e^zⱼ."""
    factors = [copy for factor in factors_of(product) for copy in _single(factor)]
    for below in [factor for factor in factors if _below(factor)]:
        for above in factors:
            if (named := _over(above, below.base)) is not None:
                factors[factors.index(above)] = named
                factors.remove(below)
                break
    return mul(*factors)


def _single(factor: Expr) -> list[Expr]:
    """A whole power of e^zₖ, or of 1/Σⱼ e^zⱼ, as that many factors."""
    if isinstance(factor, Pow) and factor.exp.is_Integer and abs(factor.exp) > 1:
        single = factor.base if factor.exp > 0 else Pow(factor.base, -1, evaluate=False)
        if _below(single) or isinstance(exponent_of_e(single), Indexed):
            return [single] * abs(int(factor.exp))
    return [factor]


def _over(above: Expr, total: Sum) -> Expr | None:
    """softmaxₖ(z) where e^zₖ stands over this Σⱼ e^zⱼ."""
    logits, z = _logits(total), exponent_of_e(above)
    if logits is None or not isinstance(z, Indexed) or z.base != logits.base:
        return None
    index = next(own for own, summed in zip(z.indices, logits.indices) if summed == index_of(total))
    return call(softmax_at, total, index) if renamed(logits, index_of(total), index) == z else None
