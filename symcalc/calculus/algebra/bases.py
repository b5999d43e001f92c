"""A product taken apart by its bases, and put together again without some of them."""

from __future__ import annotations

from fractions import Fraction

from sympy import Expr, Mul

from symcalc.calculus.algebra.products import Product, Written, product_of

Exponents = dict[Expr, Fraction]


def exponents_of(part: Expr) -> Exponents:
    """The bases of a product, each with its exponent."""
    return {base: exponent for base, (exponent, _) in product_of(part).powers.items()}


def in_place_of(part: Expr, gone: Exponents, named: list[Expr], written: Written) -> Expr:
    """The product without the powers that are gone, with the named factors instead."""
    product = product_of(part)
    left = {base: (exponent - gone.get(base, Fraction(0)), decimal) for base, (exponent, decimal) in product.powers.items()}
    rest = Product(product.coefficient, product.decimal, left).expression(written)
    return product_of(Mul(rest, *named, evaluate=False)).expression(written)
