"""Algebra of products and sums: like terms, common factors, brackets, and what stands before a sum over the rows."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from sympy import Add, Basic, Expr, Mul, Pow, Sum

from symcalc.calculus.algebra.kind import Algebra, inside_out
from symcalc.calculus.algebra.products import Written, factors_of, multiplied
from symcalc.calculus.algebra.terms import (
    distributed,
    gathered,
    in_order,
    joined,
    led_by_plus,
    positive_first,
    size,
    taken_out,
    terms_of,
)
from symcalc.functions import sigmoid, softmax
from symcalc.indices import index_of, softmax_at
from symcalc.language.names import ROW
from symcalc.parts import exponent_of_e, signed
from symcalc.written import add, is_number, mul, negative, rebuilt, row_sum


def _simplified(part: Expr, written: Written) -> Expr:
    """A product with its number first; in a sum the learner's own products, too, so that all terms have one order."""
    if isinstance(part, Add):
        return rebuilt(part, tuple(multiplied(term, written) if isinstance(term, Mul) else term for term in part.args))
    return multiplied(part, written)


def _collect(part: Expr, written: Written) -> Expr:
    """a x + b x = (a + b) x, with a and b numbers."""
    terms = terms_of(part)
    fewer = gathered(terms, written) if isinstance(part, Add) else None
    if fewer is None:
        return part
    turned = fewer and signed(fewer[0])[0] and (is_number(fewer[0]) or not signed(terms[0])[0])
    return add(*positive_first(fewer) if turned else fewer)


def _multiply_out(part: Expr, written: Written) -> Expr:
    """a (b + c) + d = a b + a c + d, where the like terms then leave less to read."""
    if not isinstance(part, Add) or size(part) > _MOST:
        return part
    longer = [product for term in terms_of(part) for product in distributed(term, written)]
    shorter = add(*in_order(joined(longer, written)))
    split = taken_out(part, None, written)
    if split is not None and any(isinstance(factor, Add) for factor in factors_of(split[0])):
        return part                      # a bracket in every term is taken out, not opened
    return shorter if size(shorter) < size(part) else part


def _common(part: Expr, written: Written) -> Expr:
    """f g + f h = f (g + h), where it is worth it: in a product, under a Σ, or where f is a bracket or an exponential."""
    if isinstance(part, Sum):
        return row_sum(_factored(part.function, written), part)
    if isinstance(part, Mul):
        factors = [_factored(factor, written, "letters") for factor in part.args]
        return part if factors == list(part.args) else multiplied(Mul(*factors, evaluate=False), written)
    return _factored(part, written, "weighty")


def _factored(part: Expr, written: Written, wanted: str = "any") -> Expr:
    split = taken_out(part, None, written) if isinstance(part, Add) and part not in written.parts else None
    if split is None or (wanted == "letters" and is_number(split[0])) or (
            wanted == "weighty" and not any(map(_is_weighty, factors_of(split[0])))
            and not (split[1].has(*_CHANCES) and not split[0].has(*_CHANCES))):
        return part
    rest = add(*led_by_plus(terms_of(split[1])))
    return multiplied(Mul(split[0], rest, evaluate=False), written)


_MOST = 200              # letters and numbers in what is multiplied out
_CHANCES = (sigmoid, softmax, softmax_at)          # what a target is taken from: x (σ - y)


def _is_weighty(factor: Expr) -> bool:
    """Whether a factor in every term makes the terms hard to read."""
    base = factor.base if isinstance(factor, Pow) and is_number(factor.exp) else factor
    return isinstance(base, (Add, Pow)) or exponent_of_e(base) is not None


def _minus(part: Expr, written: Written) -> Expr:
    """-(a - b) = b - a, also where the bracket stands in a product or behind a Σ."""
    if not isinstance(part, Mul) or not signed(part)[0]:
        return part
    for factor in part.args[1:]:
        turned = _turned(factor, written)
        if turned is not None:
            lead = (-part.args[0], *(turned if other is factor else other for other in part.args[1:]))
            return multiplied(Mul(*lead, evaluate=False), written) if len(part.args) > 2 or part.args[0] != -1 else turned
    return part


def _turned(factor: Expr, written: Written) -> Expr | None:
    """The factor with all signs in its bracket turned, where that leaves no more minus signs than before.

    1 - x keeps its number in front, but 1 - p turns into p - 1 where p is a softmax.
    """
    if isinstance(factor, Sum):
        inner = [(other, _turned(other, written)) for other in factors_of(factor.function)]
        at = next((k for k, (_, turned) in enumerate(inner) if turned is not None), None)
        if at is None:
            return None
        return row_sum(multiplied(Mul(*(turned if k == at else other for k, (other, turned) in enumerate(inner)),
                                      evaluate=False), written), factor)
    if not isinstance(factor, Add) or factor in written.parts or (
            is_number(factor.args[0]) and not factor.has(softmax, softmax_at)):
        return None
    terms = [_minus(negative(term), written) if term.has(softmax, softmax_at) else negative(term) for term in factor.args]
    return add(*positive_first(terms)) if 2 * sum(signed(term)[0] for term in terms) <= len(terms) else None


# Sums over the rows, or over an index of their own

def _varies(factor: Basic, total: Sum) -> bool:
    """Whether a factor differs from row to row, or from one j to the next."""
    return index_of(total) in _letters(factor)


@lru_cache(maxsize=512)
def _letters(part: Basic) -> frozenset[Basic]:
    return frozenset(part.free_symbols)


def _count(part: Expr, written: Written) -> Expr:
    """Σ c = n c."""
    return mul(part.limits[0][2], part.function) if isinstance(part, Sum) and not _varies(part.function, part) else part


def _take_out(part: Expr, written: Written) -> Expr:
    """Σ c f = c Σ f."""
    if not isinstance(part, Sum):
        return part
    factors = factors_of(part.function)
    fixed = [factor for factor in factors if not _varies(factor, part)]
    varying = [factor for factor in factors if _varies(factor, part)]
    if not fixed or not varying:
        return part
    inside = varying[0] if len(varying) == 1 else Mul(*varying, evaluate=False)
    return multiplied(Mul(*fixed, row_sum(inside, part), evaluate=False), written)


def _over_rows(change: Callable[[Expr, Written], Expr]) -> Callable[[Expr, Written], Expr]:
    """The change of sums over the rows only."""
    return lambda part, written: change(part, written) if isinstance(part, Sum) and index_of(part) == ROW else part


def _over_index(change: Callable[[Expr, Written], Expr]) -> Callable[[Expr, Written], Expr]:
    """The change of sums over an index of their own only."""
    return lambda part, written: change(part, written) if isinstance(part, Sum) and index_of(part) != ROW else part


PRODUCT = Algebra(
    name="simplify the product", formula="a · (b c) = a b c", latex=r"a \cdot (b\,c) = a\,b\,c",
    because="numbers and signs first, equal factors joined or cancelled", rewrite=inside_out(_simplified))
LIKE_TERMS = Algebra(
    name="collect like terms", formula="a f + b f = (a + b) f", latex=r"a f + b f = (a + b) f",
    because="terms that differ only in their number are added", rewrite=inside_out(_collect))
FACTOR = Algebra(
    name="take out the common factor", formula="f g + f h = f (g + h)", latex=r"f g + f h = f (g + h)",
    because="every term in the sum has this factor", rewrite=inside_out(_common))
BRACKETS = Algebra(
    name="multiply out", formula="f (g + h) = f g + f h", latex=r"f (g + h) = f g + f h",
    because="multiply the brackets out; then some terms cancel or join", rewrite=inside_out(_multiply_out))
MINUS = Algebra(
    name="minus into the bracket", formula="-(f - g) = g - f", latex="-(f - g) = g - f",
    because="the minus sign turns the sign of every term", rewrite=inside_out(_minus))
COUNTS = (
    Algebra(
        name="sum of a constant", formula="Σ c = n c", latex=r"\sum_{i=1}^{n} c = n\,c",
        because="the same number in each of the n rows", rewrite=inside_out(_over_rows(_count))),
    Algebra(
        name="sum of a constant", formula="Σⱼ c = p c", latex=r"\sum_{j=1}^{p} c = p\,c",
        because="the same number in each term of the sum", rewrite=inside_out(_over_index(_count))))
BEFORE_SUM = (
    Algebra(
        name="constant factor out of the sum", formula="Σ c f = c Σ f", latex=r"\sum c\,f = c \sum f",
        because="a factor that is the same in every row stands before the sum", rewrite=inside_out(_over_rows(_take_out))),
    Algebra(
        name="constant factor out of the sum", formula="Σⱼ c f = c Σⱼ f", latex=r"\sum_{j} c\,f = c \sum_{j} f",
        because="a factor that is the same in every term stands before the sum", rewrite=inside_out(_over_index(_take_out))))
