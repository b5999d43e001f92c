"""Sums as a person reckons with them: like terms added, brackets multiplied out, what all terms share taken out."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from math import gcd, lcm

from sympy import Add, Basic, Expr, Indexed, Mul, preorder_traversal

from symcalc.calculus.algebra.products import (
    ABSENT,
    NOTHING,
    Product,
    Written,
    factors_of,
    multiplied,
    product_of,
    unordered,
)
from symcalc.parts import exponent_of_e, signed
from symcalc.written import add, is_number, negative

_MOST_TERMS = 24            # of a product multiplied out


def terms_of(part: Expr) -> list[Expr]:
    """The terms of a sum, brackets after a plus or minus opened."""
    if isinstance(part, Add):
        return [inner for term in part.args for inner in terms_of(term)]
    if isinstance(part, Mul) and len(part.args) == 2 and part.args[0] == -1 and isinstance(part.args[1], Add):
        return [negative(term) for term in terms_of(part.args[1])]
    return [part]


def gathered(terms: list[Expr], written: Written = NOTHING) -> list[Expr] | None:
    """Terms that differ only in their number added: a x + b x = (a + b) x; None where no two can be.

    A decimal has 15 digits. A term that the sum would lose among them stays: x + 10⁻²⁰ x is not x.

    >>> from sympy import Symbol
    >>> x, y = Symbol("x"), Symbol("y")
    >>> gathered([2*x, y, 3*x])
    [5*x, y]
    """
    products = [product_of(term) for term in terms]
    alike: dict[object, Product] = {}
    for product in products:
        key: object = frozenset((unordered(base) if isinstance(base, Add) else exponent_of_e(base) or base,
                                 exponent_of_e(base) is None, exponent) for base, exponent in product.powers.items())
        before = alike.get(key, Product(Fraction(0), False, product.powers))
        total = Product(before.coefficient + product.coefficient, before.decimal or product.decimal, before.powers)
        if total.decimal and _is_lost(before.coefficient, product.coefficient):
            key, total = (key, len(alike)), product
        alike[key] = total
    if len(alike) == len(products):
        return None
    return [product.expression(written) for product in alike.values() if product.coefficient]


def _is_lost(one: Fraction, other: Fraction) -> bool:
    """Whether rounding to 15 digits leaves nothing of the smaller in their sum."""
    less, more = sorted(map(abs, (one, other)))
    return 0 < less * 10**15 < more


def joined(terms: list[Expr], written: Written = NOTHING) -> list[Expr]:
    """The terms, alike ones added; none at all where everything cancels.

    >>> from sympy import Symbol
    >>> x = Symbol("x")
    >>> joined([x, -x])
    []
    """
    fewer = gathered(terms, written)
    return terms if fewer is None else fewer


def distributed(term: Expr, written: Written = NOTHING) -> list[Expr]:
    """The product multiplied out, brackets under a power left alone: x (y + 1) is x y and x.

    >>> from sympy import Symbol
    >>> x, y = Symbol("x"), Symbol("y")
    >>> distributed(x * (y + 1))
    [x, x*y]
    """
    factors = factors_of(term)
    sums = [factor for factor in factors if isinstance(factor, Add)]
    products = [[factor for factor in factors if not isinstance(factor, Add)]]
    for bracket in sums:
        if len(products) * len(bracket.args) > _MOST_TERMS:
            return [term]
        products = [[*product, inner] for product in products for inner in terms_of(bracket)]
    return [multiplied(Mul(*product, evaluate=False), written) for product in products] if sums else [term]


def size(expression: Basic) -> int:
    """How much there is to read: letters, numbers and columns."""
    waiting, count = preorder_traversal(expression), 0
    for part in waiting:
        if isinstance(part, Indexed):
            waiting.skip()
        count += (isinstance(part, Indexed) or not part.args) and part != -1
    return count


def in_order(terms: list[Expr]) -> list[Expr]:
    """Powers of one letter in order; otherwise as they come, but a positive term first and a number last.

    >>> from sympy import Integer, Symbol
    >>> x = Symbol("x")
    >>> in_order([4*x, Integer(2), x**2])
    [x**2, 4*x, 2]
    """
    return by_degree(terms) or positive_first(sorted(terms, key=is_number))


def by_degree(terms: list[Expr]) -> list[Expr]:
    """The powers of one letter from the highest down, or up where only that spares a minus in front: 1 - x²; else none.

    >>> from sympy import Integer, Symbol
    >>> x = Symbol("x")
    >>> by_degree([Integer(1), -x**2]), by_degree([x, Symbol("y")])
    ([1, -x**2], [])
    """
    powers = [product_of(term).powers for term in terms]
    letters = {base for each in powers for base in each}
    if len(letters) != 1:
        return []
    degrees = {term: each.get(min(letters, key=str), ABSENT)[0] for term, each in zip(terms, powers)}
    down = sorted(terms, key=degrees.__getitem__, reverse=True)
    return down[::-1] if signed(down[0])[0] and not signed(down[-1])[0] else down


def positive_first(terms: list[Expr]) -> list[Expr]:
    """The terms with one that has no minus sign in front, where there is one.

    >>> from sympy import Integer, Symbol
    >>> x = Symbol("x")
    >>> positive_first([-x, Integer(1)])
    [1, -x]
    """
    lead = next((k for k, term in enumerate(terms) if not signed(term)[0]), 0)
    return [*terms[lead:lead + 1], *terms[:lead], *terms[lead + 1:]]


def led_by_plus(terms: list[Expr]) -> list[Expr]:
    """The terms as they come, but with a plus in front where one can stand there, and no powers up and down.

    >>> from sympy import Integer, Symbol
    >>> x = Symbol("x")
    >>> led_by_plus([4*x, Integer(2), x**2]), led_by_plus([Integer(2), 4*x])
    ([x**2, 4*x, 2], [2, 4*x])
    """
    down = by_degree(terms)
    if down and terms not in (down, down[::-1]):
        terms = down
    return positive_first(terms)


def taken_out(total: Add, wanted: Collection[Expr] | None = None, written: Written = NOTHING) -> tuple[Expr, Expr] | None:
    """The factor that all terms share, and what is left in the bracket; of the `wanted` bases only, where given.

    >>> from sympy import Symbol
    >>> x, y = Symbol("x"), Symbol("y")
    >>> taken_out(Add(2*x*y, 4*x, evaluate=False))
    (2*x, y + 2)
    """
    products = [product_of(term) for term in total.args]
    first, *others = (product.powers for product in products)
    powers = {base: (least, False) for base in first if wanted is None or base in wanted
              if (least := min(powers.get(base, ABSENT)[0] for powers in (first, *others))) > 0}
    share = Fraction(1) if wanted is not None or any(product.decimal for product in products) else _share(products)
    if not powers and share == 1:
        return None
    left = [Product(product.coefficient / share, product.decimal,
                    {base: (exponent - powers.get(base, ABSENT)[0], decimal)
                     for base, (exponent, decimal) in product.powers.items()}) for product in products]
    bracket = [term for product in left for term in terms_of(product.expression(written))]
    return Product(share, False, powers).expression(written), add(*bracket)


def _share(products: list[Product]) -> Fraction:
    """The number that all terms share; with a minus sign where all have one."""
    numbers = [product.coefficient for product in products]
    share = Fraction(gcd(*(number.numerator for number in numbers)), lcm(*(number.denominator for number in numbers)))
    return -share if all(number < 0 for number in numbers) else share
