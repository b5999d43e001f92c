"""Algebra of fractions: cancelling, one bar for all terms, brackets with a bar of their own under the bar."""

from __future__ import annotations

from fractions import Fraction
from math import isqrt, lcm

from sympy import Add, Expr, Float, Integer, Mul, Poly, Pow, Symbol, preorder_traversal

from symcalc.calculus.algebra.kind import Algebra, inside_out
from symcalc.calculus.algebra.products import Product, Written, factors_of, multiplied, product_of, unordered
from symcalc.calculus.algebra.terms import distributed, in_order, joined, positive_first, size, taken_out, terms_of
from symcalc.parts import is_below
from symcalc.written import add, is_number, mul, number, power

_MOST_PARTS, _MOST_DEGREE = 40, 8         # of a polynomial that is divided by another


def _cancel(part: Expr, written: Written) -> Expr:
    """(f g + f h)/(f k) = (g + h)/k."""
    if not isinstance(part, Mul):
        return part
    factors = factors_of(part)
    for k, factor in enumerate(factors):                 # x/(x² - x) = x/(x (x - 1))
        if is_below(factor) and isinstance(factor.base, Add):
            above = {base for base, (exponent, _) in product_of(part).powers.items() if exponent > 0}
            if split := taken_out(factor.base, above, written):
                below = [power(each, factor.exp) for each in split]
                return _cancel(multiplied(Mul(*factors[:k], *below, *factors[k + 1:], evaluate=False), written), written)
    below = {factor.base for factor in factors if isinstance(factor, Pow) and factor.exp.is_negative}
    for k, factor in enumerate(factors):
        split = taken_out(factor, below, written) if isinstance(factor, Add) else None
        if split is None and below and isinstance(factor, Add):
            split = _with_bracket_below(factor, below, written)
        if split is not None:
            return _cancel(multiplied(Mul(*factors[:k], *split, *factors[k + 1:], evaluate=False), written), written)
    return part


def _with_bracket_below(total: Add, below: set[Expr], written: Written) -> tuple[Expr, Expr] | None:
    """The sum as a factor times a bracket that also stands below the bar."""
    split = taken_out(total, None, written)
    known = split is not None and any(isinstance(base, Add) and unordered(base) == unordered(split[1]) for base in below)
    return split if known else None


# Polynomials in one letter

def _divide(part: Expr, written: Written) -> Expr:
    """(x² - 1)/(x - 1) = x + 1, and (x - 1)/(x² - 1) = 1/(x + 1), where that leaves less to read."""
    shorter = _reduced(part, written) if isinstance(part, Mul) else part
    return shorter if shorter is not part and size(shorter) < size(part) else part


def _reduced(part: Expr, written: Written) -> Expr:
    powers = product_of(part).powers
    below = [base for base, (exponent, _) in powers.items() if exponent < 0 and isinstance(base, Add)]
    above = [base for base, (exponent, _) in powers.items() if exponent == 1 and isinstance(base, Add)]
    for total in above:
        for divisor in below:
            if (left := _without_shared(total, divisor)) is not None:
                factors = [left[0] if factor == total else factor for factor in factors_of(part)]
                return _reduced(multiplied(Mul(*factors, divisor, Pow(left[1], Integer(-1), evaluate=False), evaluate=False),
                                           written), written)
    return part


def _without_shared(total: Expr, divisor: Expr) -> tuple[Expr, Expr] | None:
    """Two polynomials in one letter without the factor that they share; None where they share none."""
    letters = total.free_symbols | divisor.free_symbols
    if len(letters) != 1 or not isinstance(letter := letters.pop(), Symbol) or not all(map(_is_small, (total, divisor))):
        return None
    polynomials = [expression.as_poly(letter) for expression in (total, divisor)]
    if None in polynomials:
        return None
    shared = Poly.gcd(*polynomials)
    if shared.degree() < 1:
        return None
    above, below = (_as_sum(Poly.quo(polynomial, shared), letter) for polynomial in polynomials)
    return above, below


def _is_small(expression: Expr) -> bool:
    powers = [part.exp for part in preorder_traversal(expression) if isinstance(part, Pow)]
    return size(expression) <= _MOST_PARTS and not expression.has(Float) and all(
        exponent.is_Integer and 0 < exponent <= _MOST_DEGREE for exponent in powers)


def _as_sum(polynomial: Poly, letter: Symbol) -> Expr:
    return add(*(mul(coefficient, power(letter, number(degree))) for (degree,), coefficient in polynomial.terms()))


# One bar

def _over_one_bar(part: Expr, written: Written) -> Expr:
    """f + g/h = (f h + g)/h, where that leaves less to read."""
    if isinstance(part, Mul):
        return _bracket_over_one_bar(part, written)
    shorter = _joined_fractions(part, written) if isinstance(part, Add) else part
    return shorter if shorter is not part and size(shorter) < size(part) else part


def _bracket_over_one_bar(part: Mul, written: Written) -> Expr:
    """(1 + f/g)/(g + f) = 1/g: the bracket over one bar where the whole product then gets no longer."""
    factors = factors_of(part)
    for k, factor in enumerate(factors):
        if isinstance(factor, Add) and factor not in written.parts:
            joined = _joined_fractions(factor, written)
            shorter = multiplied(Mul(*factors[:k], joined, *factors[k + 1:], evaluate=False), written)
            most = size(part) - all(map(is_number, factors[:k] + factors[k + 1:]))      # a sum behind a sign must get shorter
            if joined is not factor and size(shorter) <= most:
                return shorter
    return part


def _joined_fractions(part: Add, written: Written) -> Expr:
    terms = terms_of(part)
    products = [product_of(term) for term in terms]
    below = [{base: -exponent for base, (exponent, _) in product.powers.items() if exponent < 0} for product in products]
    bar: dict[Expr, Fraction] = {}
    for powers in below:
        bar |= {base: max(exponent, bar.get(base, Fraction(0))) for base, exponent in powers.items()}
    alike = all(powers == bar for powers in below)
    if not bar or not (alike or any(isinstance(base, Add) or exponent.denominator != 1 for base, exponent in bar.items())):
        return part
    shared = [number(_numbers_below(products)), *(power(base, number(exponent)) for base, exponent in bar.items())]
    above = [multiplied(Mul(term, *shared, evaluate=False), written) for term in terms]
    longer = [inner for term in above for inner in distributed(term, written)]
    candidates = [_quotient(joined(tops, written), shared, written) for tops in (above, longer)]
    return min(candidates, key=size)


def _numbers_below(products: list[Product]) -> int:
    """The least number that clears the fractions among the numbers in front; a decimal is none."""
    return lcm(*(product.coefficient.denominator for product in products if not product.decimal))


def _quotient(above: list[Expr], below: list[Expr], written: Written) -> Expr:
    bars = [Pow(factor, Integer(-1), evaluate=False) for factor in below]
    return multiplied(Mul(add(*positive_first(in_order(above))), *bars, evaluate=False), written)


def _into_bracket(part: Expr, written: Written) -> Expr:
    """x (1 + 1/x) = x + 1, where both stand above the bar or both below."""
    powers = product_of(part).powers if isinstance(part, (Mul, Pow)) else {}
    for bracket, (exponent, _) in powers.items():
        if not isinstance(bracket, Add) or exponent.denominator != 1:
            continue
        for base, needed in _below_terms(bracket).items():
            there = powers.get(base, (Fraction(0), False))[0]
            if there * exponent > 0 and abs(there) >= abs(exponent) * needed:
                joined = _cleared(part, bracket, exponent, power(base, number(needed)),
                                  power(base, number(-exponent * needed)), written)
                return _into_bracket(joined, written) if size(joined) < size(part) else part
    return part


def _expanded(part: Expr, written: Written) -> Expr:
    """1/(1 + a/x) = x/(x + a), and 1/√(1 - x/4) = 2/√(4 - x), where that leaves less to read."""
    powers = product_of(part).powers if isinstance(part, (Mul, Pow)) else {}
    for bracket, (exponent, _) in powers.items():
        if not isinstance(bracket, Add) or bracket in written.parts or exponent > 0:
            continue
        numbers, letters = _numbers_below([product_of(term) for term in bracket.args]), _below_terms(bracket)
        root = isqrt(numbers)
        if exponent.denominator == 1:
            clearing = mul(number(numbers), *(power(base, number(needed)) for base, needed in letters.items()))
            outside = Pow(clearing, number(-exponent), evaluate=False)
        elif exponent.denominator == 2 and not letters and root**2 == numbers:
            clearing, outside = number(numbers), number(root ** int(-2 * exponent))
        else:
            continue
        expanded = _cleared(part, bracket, exponent, clearing, outside, written)
        if size(expanded) < size(part):
            return expanded
    return part


def _cleared(part: Expr, bracket: Add, exponent: Fraction, clearing: Expr, outside: Expr, written: Written) -> Expr:
    """The product with each term of a bracket times what clears its fractions, and with what makes up for that outside."""
    cleared = add(*(multiplied(Mul(term, clearing, evaluate=False), written) for term in bracket.args))
    return multiplied(Mul(part, outside, power(bracket, number(-exponent)), power(cleared, number(exponent)),
                          evaluate=False), written)


def _below_terms(bracket: Add) -> dict[Expr, Fraction]:
    """What stands under the bars of the terms, each at its highest power."""
    below: dict[Expr, Fraction] = {}
    for term in bracket.args:
        below |= {base: max(-exponent, below.get(base, Fraction(0)))
                  for base, (exponent, _) in product_of(term).powers.items() if exponent < 0}
    return below


CANCEL = Algebra(
    name="cancel", formula="(f g + f h)/(f k) = (g + h)/k", latex=r"\frac{f g + f h}{f k} = \frac{g + h}{k}",
    because="a factor of every term above the bar is also a factor below it", rewrite=inside_out(_cancel))
POLYNOMIALS = Algebra(
    name="divide the polynomials", formula="(f g)/f = g", latex=r"\frac{f g}{f} = g",
    because="the polynomial above the bar has the bracket below it as a factor", rewrite=inside_out(_divide))
COMMON_DENOMINATOR = Algebra(
    name="common denominator", formula="f + g/h = (f h + g)/h", latex=r"f + \frac{g}{h} = \frac{f h + g}{h}",
    because="over one fraction bar there is less to read", rewrite=inside_out(_over_one_bar))
BELOW = Algebra(
    name="multiply into the bracket", formula="f (g + h/f) = f g + h", latex=r"f \left(g + \frac{h}{f}\right) = f g + h",
    because="the factor clears the fraction in the bracket", rewrite=inside_out(_into_bracket))
EXPANDED = Algebra(
    name="expand the fraction", formula="f/(g + h/k) = f k/(g k + h)", latex=r"\frac{f}{g + \frac{h}{k}} = \frac{f k}{g k + h}",
    because="the same factor above and below the bar clears the fraction in the bracket",
    rewrite=inside_out(_expanded))
