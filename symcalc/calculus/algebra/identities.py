"""Expressions that have a name of their own, recognised: 1/(1 + e^(-z)) is σ(z), sin/cos is tan, sin² + cos² is 1."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import combinations

from sympy import (
    Abs,
    Add,
    Derivative,
    Expr,
    Integer,
    Mul,
    Pow,
    Symbol,
    cos,
    cosh,
    cot,
    csc,
    sec,
    sign,
    sin,
    sinh,
    tan,
    tanh,
)

from symcalc.calculus.algebra.bases import Exponents, exponents_of, in_place_of
from symcalc.calculus.algebra.kind import EXPONENTIALS, Algebra, inside_out
from symcalc.calculus.algebra.products import Product, Written, product_of
from symcalc.calculus.algebra.terms import distributed, size, terms_of
from symcalc.pages.notation import latex, text
from symcalc.parts import exponent_of_e, signed
from symcalc.vocabulary import FUNCTIONS
from symcalc.written import add, call, divide, mul, negative, number, power, replaced

# Hyperbolic functions

def _named_hyperbolic(expression: Expr, written: Written) -> Expr:
    """e^z + e^(-z) and e^z - e^(-z), where both occur, as 2 cosh(z) and 2 sinh(z)."""
    found = {part: named for part in expression.atoms(Add) if (named := _hyperbolic(part)) is not None}
    both = {named.args[1].args[0] for named in found.values() if named.has(cosh)} & {
        named.args[1].args[0] for named in found.values() if named.has(sinh)}
    return replaced(expression, lambda part: part if isinstance(part, Derivative) else
                    found[part] if part in found and found[part].args[1].args[0] in both else None)


def _hyperbolic(part: Add) -> Expr | None:
    if len(part.args) != 2:
        return None
    (first, second), z = part.args, exponent_of_e(part.args[0])
    minus, inner = signed(second)
    if z is None or exponent_of_e(inner) != negative(z) or signed(first)[0]:
        return None
    return mul(Integer(2), call(sinh if minus else cosh, z))


# Sine and cosine

_U = Symbol("u", real=True)


def _ratio(above: type, below: type, name: type) -> Algebra:
    """sin(u)/cos(u) = tan(u)."""
    def named(part: Expr, written: Written) -> Expr:
        exponents = exponents_of(part) if isinstance(part, Mul) else {}
        for base, exponent in exponents.items():
            if isinstance(base, above) and exponent > 0:
                other = call(below, base.args[0])
                if exponents.get(other) == -exponent:
                    gone = {base: exponent, other: -exponent}
                    return in_place_of(part, gone, [power(call(name, base.args[0]), number(exponent))], written)
        return part

    return _naming(divide(call(above, _U), call(below, _U)), call(name, _U), frozenset({above}), named)


def _reciprocal(below: type, name: type) -> Algebra:
    """1/cos(u) = sec(u), where the learner wrote a secant."""
    def named(part: Expr, written: Written) -> Expr:
        known = any(isinstance(own, name) for own in written.parts)
        exponents = exponents_of(part) if known and isinstance(part, (Mul, Pow)) else {}
        for base, exponent in exponents.items():
            if isinstance(base, below) and exponent < 0:
                return in_place_of(part, {base: exponent}, [power(call(name, base.args[0]), number(-exponent))], written)
        return part

    return _naming(divide(Integer(1), call(below, _U)), call(name, _U), frozenset({below}), named)


def _naming(form: Expr, name: Expr, about: frozenset[type], change: Callable[[Expr, Written], Expr]) -> Algebra:
    called = FUNCTIONS[type(name)].called
    return Algebra(name=f"name {called}", formula=f"{text(form)} = {text(name)}", latex=f"{latex(form)} = {latex(name)}",
                   because="this fraction has a name of its own", rewrite=inside_out(change), about=about)


def _squares(square: Expr, other: Expr) -> Algebra:
    """sin²(u) f + cos²(u) f = f, brackets multiplied out where that helps; the other square may have a minus sign."""
    minus, partner = signed(other)
    heads = (type(square.base), type(partner.base), -1 if minus else 1)

    def joined(part: Expr, written: Written) -> Expr:
        terms = terms_of(part) if isinstance(part, Add) else []
        for candidate in (terms, [inner for term in terms for inner in distributed(term, written)]):
            found = [product_of(term) for term in candidate]
            products = None if _has_like_terms(found) else _joined_squares(found, heads)
            if products is not None:
                left = [product.expression(written) for product in products]
                shorter = add(*(joined(left, written)))
                return shorter if size(shorter) < size(part) else part
        return part

    total = add(square, other)
    return Algebra(name="sum of squares", formula=f"{text(total)} = 1", latex=f"{latex(total)} = 1",
                   because="the two squares together make 1", rewrite=inside_out(joined), about=frozenset(heads[:1]))


def _has_like_terms(products: list[Product]) -> bool:
    """Whether terms differ only in their number, which are to be added first: one of them may be gone then."""
    return any(_same_powers(one, {base: exponent for base, (exponent, _) in other.powers.items()})
               for one, other in combinations(products, 2))


def _joined_squares(products: list[Product], heads: tuple[type, type, int]) -> list[Product] | None:
    for k, product in enumerate(products):
        for rest, partner in _with_a_square(product, *heads[:2]):
            for other, candidate in enumerate(products):
                if candidate.coefficient == heads[2] * product.coefficient and _same_powers(candidate, partner):
                    kept = [rest if at == k else one for at, one in enumerate(products) if at != other]
                    return _joined_squares(kept, heads) or kept
    return None


def _with_a_square(product: Product, head: type, partner: type) -> Iterator[tuple[Product, Exponents]]:
    """Each sin²(u) in the product: what is left without it, and the powers of the term with cos²(u) in its place."""
    for base, (exponent, _) in product.powers.items():
        if isinstance(base, head) and exponent >= 2:
            powers = {**product.powers, base: (exponent - 2, False)}
            other = call(partner, base.args[0])
            wanted = {key: value for key, (value, _) in powers.items()}
            wanted[other] = wanted.get(other, Fraction(0)) + 2
            yield Product(product.coefficient, product.decimal, powers), wanted


def _same_powers(product: Product, powers: Exponents) -> bool:
    return {base: exponent for base, (exponent, _) in product.powers.items() if exponent} == {
        base: exponent for base, exponent in powers.items() if exponent}


# Absolute values

def _signs(part: Expr, written: Written) -> Expr:
    """u sign(u) = |u|, |u| sign(u) = u and sign(u)/|u| = 1/u."""
    exponents = exponents_of(part) if isinstance(part, Mul) else {}
    for base, exponent in exponents.items():
        if not isinstance(base, sign) or exponent != 1:
            continue
        u, size_ = base.args[0], Abs(base.args[0], evaluate=False)
        if abs(there := exponents.get(size_, Fraction(0))) >= 1:      # |u|^0.5 sign(u) stays, with its value 0 at 0
            step = Fraction(1) if there > 0 else Fraction(-1)
            return in_place_of(part, {base: exponent, size_: step}, [power(u, number(step))], written)
        if exponents.get(u, Fraction(0)) >= 1:
            return in_place_of(part, {base: exponent, u: Fraction(1)}, [size_], written)
    return part


HYPERBOLIC = Algebra(
    name="name the hyperbolic functions", formula="e^z + e^(-z) = 2 cosh(z), e^z - e^(-z) = 2 sinh(z)",
    latex=r"e^{z} + e^{-z} = 2 \cosh(z),\; e^{z} - e^{-z} = 2 \sinh(z)",
    because="these sums have names of their own", rewrite=_named_hyperbolic, about=EXPONENTIALS,
    renames=True)
RATIOS = (_ratio(sin, cos, tan), _ratio(cos, sin, cot), _ratio(sinh, cosh, tanh), _reciprocal(cos, sec), _reciprocal(sin, csc))
PYTHAGORAS = (_squares(power(call(sin, _U), Integer(2)), power(call(cos, _U), Integer(2))),
              _squares(power(call(cosh, _U), Integer(2)), negative(power(call(sinh, _U), Integer(2)))))
SIGNS = Algebra(
    name="sign times absolute value", formula="u · sign(u) = |u|, |u| · sign(u) = u",
    latex=r"u \cdot \operatorname{sign}(u) = |u|,\; |u| \cdot \operatorname{sign}(u) = u",
    because="the sign of u times u is the absolute value of u", rewrite=inside_out(_signs), about=frozenset({sign}))
