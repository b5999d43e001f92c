"""Algebra with indices: the one term that [j = k] leaves of a sum over j, and the softmax by its name."""

from __future__ import annotations

from sympy import Add, Basic, Expr, Indexed, Integer, KroneckerDelta, Mul, Piecewise, Pow, Sum, Symbol, Tuple

from symcalc.calculus.algebra.kind import Algebra, inside_out
from symcalc.calculus.algebra.products import Written, factors_of, multiplied
from symcalc.calculus.algebra.terms import distributed, in_order, taken_out, terms_of
from symcalc.indices import index_of, renamed, softmax_at
from symcalc.parts import exponent_of_e
from symcalc.written import add, call, is_zero, mul, replaced, row_sum


def one_term(part: Expr, written: Written) -> Expr:
    """Σⱼ [j = k] f(j) = f(k).

    >>> from symcalc.calculus.algebra.products import NOTHING
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
    index = index_of(total)
    others = {other for part in term.atoms(KroneckerDelta) if index in part.args for other in part.args if other != index}
    for other in sorted(others, key=str):
        if (left := _without(term, {index, other})) is not None:
            return renamed(left, index, other)
    return None


def _without(term: Expr, indices: set[Symbol]) -> Expr | None:
    """The term without its factor [j = k], which may stand in each case that is not 0; None where it has none."""
    factors = factors_of(term)
    for at, factor in enumerate(factors):
        left: Expr | None = None
        if isinstance(factor, KroneckerDelta) and set(factor.args) == indices:
            left = Integer(1)
        elif isinstance(factor, Piecewise):
            values = [value if is_zero(value) else _without(value, indices) for value, _ in factor.args]
            if None not in values:
                left = Piecewise(*(Tuple(value, case.args[1]) for value, case in zip(values, factor.args)), evaluate=False)
        if left is not None:
            return mul(*factors[:at], left, *factors[at + 1:])
    return None


def as_softmax(part: Expr, written: Written) -> Expr:
    """e^zₖ/Σⱼ e^zⱼ = softmaxₖ(z), also where it takes multiplying out: (a S - a b)/S² = a/S (1 - b/S).

    >>> from sympy import exp
    >>> from symcalc.calculus.algebra.products import NOTHING
    >>> from symcalc.indices import element, sum_over, whole
    >>> j, k = whole("j"), whole("k")
    >>> as_softmax(exp(element("z", k)) / sum_over(j, whole("K"), exp(element("z", j))), NOTHING).exponent
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
    return mul(*split) if split else add(*in_order(terms))


def _below(factor: Basic) -> bool:
    """Whether the factor is a power of 1/Σⱼ e^zⱼ."""
    return isinstance(factor, Pow) and factor.exp.is_Integer and factor.exp < 0 and _logit(factor.base) is not None


def _logit(total: Basic) -> Expr | None:
    """zⱼ where the sum is Σⱼ e^zⱼ, or what else stands there, as zⱼ/T, with the index j on letters alone."""
    z = exponent_of_e(total.function) if isinstance(total, Sum) else None
    if z is None or z.has(Sum):
        return None
    bare = replaced(z, lambda part: Integer(0) if isinstance(part, Indexed) else None)
    return z if index_of(total) in z.free_symbols and index_of(total) not in bare.free_symbols else None


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
        if _below(single) or exponent_of_e(single) is not None:
            return [single] * abs(int(factor.exp))
    return [factor]


def _over(above: Expr, total: Sum) -> Expr | None:
    """softmaxₖ(z) where e^zₖ stands over this Σⱼ e^zⱼ."""
    own, logit, z = index_of(total), _logit(total), exponent_of_e(above)
    if logit is None or z is None:
        return None
    indices = sorted({index for part in z.atoms(Indexed) for index in part.indices}, key=str)
    index = next((index for index in indices if renamed(logit, own, index) == z), None)
    return None if index is None else call(softmax_at, total, index)


ONE_TERM = Algebra(
    name="one term of the sum", formula="Σⱼ [j = k] f(j) = f(k)", latex=r"\sum_{j} \left[j = k\right] f(j) = f(k)",
    because="in every other term [j = k] is 0", rewrite=inside_out(one_term),
    about=frozenset({KroneckerDelta}))
NAME_SOFTMAX = Algebra(
    name="name the softmax", formula="e^zₖ/Σⱼ e^zⱼ = softmaxₖ(z)",
    latex=r"\frac{e^{z_{k}}}{\sum_{j} e^{z_{j}}} = \operatorname{softmax}_{k}(z)",
    because="this fraction has a name of its own: the share of one exponential in their sum", rewrite=inside_out(as_softmax),
    about=frozenset({Sum}))
