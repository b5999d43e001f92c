"""Products and sums as a person reckons with them: numbers first, equal factors joined, like terms added.

Nothing here knows what a derivation is; `tidy.py` says which of these steps a line needs, and names them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

from sympy import (
    Add,
    Basic,
    Derivative,
    Expr,
    Indexed,
    Integer,
    Mul,
    Number,
    NumberSymbol,
    Pow,
    Sum,
    Symbol,
    exp,
    preorder_traversal,
)

from symcalc.written import add, exact, is_number, is_zero, mul, negative, number, power


@dataclass(frozen=True, slots=True)
class Written:
    """What the learner wrote: its parts, and which letter stood before which in a product there."""

    parts: frozenset[Basic] = frozenset()
    before: frozenset[tuple[Expr, Expr]] = frozenset()


NOTHING = Written()


def written_in(expression: Expr) -> Written:
    """The parts of an expression that keep their form, and the order of its letters.

    >>> x, y = Symbol("x"), Symbol("y")
    >>> written_in(Mul(y, Pow(x, 2), evaluate=False)).before
    frozenset({(y, x)})
    """
    parts = frozenset(preorder_traversal(expression))
    products = [[base for base in map(_base, factors_of(part)) if isinstance(base, _LETTERS)]
                for part in parts if isinstance(part, Mul)]
    return Written(parts, frozenset((first, second) for letters in products
                                    for k, first in enumerate(letters) for second in letters[k + 1:]))

_LETTERS = (Symbol, Indexed)
_MOST_TERMS = 24            # of a product multiplied out


# A product as number and factors

_Exponent = tuple[Fraction, bool]          # and whether it was a decimal
_ABSENT: _Exponent = (Fraction(0), False)

@dataclass(frozen=True, slots=True)
class Product:
    """A number times powers: 6 x² y is 6 and {x: 2, y: 1}; a decimal stays a decimal."""

    coefficient: Fraction
    decimal: bool
    powers: Mapping[Expr, _Exponent]

    def expression(self, written: Written = NOTHING) -> Expr:
        """The number first, then letters, columns, exponentials, functions, brackets, what stands below the bar, sums."""
        kept = [power(base, _number(*exponent)) for base, exponent in _as_written(self.powers, written) if exponent[0]]
        return _with_coefficient(self.coefficient, self.decimal, sorted(kept, key=_rank))


def product_of(expression: Expr) -> Product:
    """The expression as one product.

    >>> x = Symbol("x")
    >>> product_of(Mul(x, 6, x, evaluate=False)).powers
    {x: (Fraction(2, 1), False)}
    """
    coefficient, decimal = Fraction(1), False
    powers: dict[Expr, _Exponent] = {}
    for factor in factors_of(expression):
        base, exponent = _base_and_exponent(factor)
        if is_zero(base) and exponent > 0:
            return Product(Fraction(0), False, {})
        if is_number(base) and exponent.denominator == 1 and abs(exponent) <= 64 and not is_zero(base):
            coefficient *= exact(base) ** int(exponent)
            decimal = decimal or base.is_Float
        else:
            before, was_decimal = powers.get(base, _ABSENT)
            powers[base] = (before + exponent, was_decimal or (isinstance(factor, Pow) and factor.exp.is_Float))
    return Product(coefficient, decimal, powers)


def multiplied(product: Expr, written: Written = NOTHING) -> Expr:
    """The product with its numbers worked out and first, equal factors joined, and the rest in the usual order.

    >>> x = Symbol("x")
    >>> multiplied(Mul(x, 2, x, Pow(x, -1), evaluate=False)).args
    (2, x)
    """
    return product_of(product).expression(written) if _is_product(product) else product


def _is_product(expression: Expr) -> bool:
    return isinstance(expression, Mul) or _is_power_of_product(expression) or (
        isinstance(expression, Pow) and is_number(expression.base) and expression.exp.is_Integer and expression.exp > 0)


def _is_power_of_product(expression: Expr) -> bool:
    return isinstance(expression, Pow) and bool(expression.exp.is_Integer) and isinstance(expression.base, (Mul, Pow))


def factors_of(product: Expr) -> list[Expr]:
    """The factors of a product of products, also where one stands under a whole power: (2 x²)³ is 2³ x⁶."""
    if isinstance(product, Mul):
        return [inner for factor in product.args for inner in factors_of(factor)]
    if _is_power_of_product(product):
        return [_to_the(factor, product.exp) for factor in factors_of(product.base)]
    return [product]


def _to_the(factor: Expr, exponent: Expr) -> Expr:
    if isinstance(factor, Pow) and is_number(factor.exp):
        return power(factor.base, _number(exact(factor.exp) * exact(exponent), factor.exp.is_Float))
    return power(factor, exponent)


def _base_and_exponent(factor: Expr) -> tuple[Expr, Fraction]:
    if isinstance(factor, Pow) and is_number(factor.exp):
        return factor.base, exact(factor.exp)
    return factor, Fraction(1)


def _number(value: Fraction, decimal: bool) -> Expr:
    return number(value).evalf(15) if decimal and value.denominator != 1 else number(value)


_KINDS = (((Number, NumberSymbol), 0), (Symbol, 1), (Indexed, 2), ((exp, Pow), 2.5), (Add, 4), (Derivative, 4.5))


def _rank(factor: Expr) -> float:
    """Constants, letters, columns, exponentials, functions, brackets, what stands below the bar, sums."""
    base, exponent = _base_and_exponent(factor)
    if isinstance(factor, Sum):
        return 6
    if exponent < 0:
        return 5 + _rank(base) / 10
    return next((rank for kind, rank in _KINDS if isinstance(base, kind)), 3)


def _base(factor: Expr) -> Expr:
    return _base_and_exponent(factor)[0]


def _as_written(powers: Mapping[Expr, _Exponent], written: Written) -> list[tuple[Expr, _Exponent]]:
    """The powers as they come, but no letter behind one that it stood before in what the learner wrote."""
    ordered: list[tuple[Expr, _Exponent]] = []
    for base, exponent in powers.items():
        at = next((k for k, (other, _) in enumerate(ordered) if (base, other) in written.before), len(ordered))
        ordered.insert(at, (base, exponent))
    return ordered


def _with_coefficient(coefficient: Fraction, decimal: bool, factors: list[Expr]) -> Expr:
    """The number in front; a decimal stays one, a fraction puts its denominator under the bar with the rest."""
    if coefficient.denominator == 1 or decimal or not factors:
        return mul(_number(coefficient, decimal), *factors)
    above = Integer(coefficient.numerator)
    over = [factor for factor in factors if _rank(factor) < 5]
    under = [factor for factor in factors if _rank(factor) >= 5]
    lead = [] if abs(above) == 1 else [abs(above)]
    below = Pow(Integer(coefficient.denominator), Integer(-1), evaluate=False)
    divided = Mul(*lead, *over, below, *under, evaluate=False)
    return negative(divided) if above < 0 else divided


# A sum as terms

def terms_of(part: Expr) -> list[Expr]:
    """The terms of a sum, brackets after a plus or minus opened."""
    if isinstance(part, Add):
        return [inner for term in part.args for inner in terms_of(term)]
    if isinstance(part, Mul) and len(part.args) == 2 and part.args[0] == -1 and isinstance(part.args[1], Add):
        return [negative(term) for term in terms_of(part.args[1])]
    return [part]


def gathered(terms: list[Expr], written: Written = NOTHING) -> list[Expr] | None:
    """Terms that differ only in their number added: a x + b x = (a + b) x; None where no two are alike.

    >>> x, y = Symbol("x"), Symbol("y")
    >>> gathered([2*x, y, 3*x])
    [5*x, y]
    """
    products = [product_of(term) for term in terms]
    alike: dict[frozenset[tuple[Expr, _Exponent]], Product] = {}
    for product in products:
        key = frozenset(product.powers.items())
        before = alike.get(key, Product(Fraction(0), False, product.powers))
        alike[key] = Product(before.coefficient + product.coefficient, before.decimal or product.decimal, before.powers)
    if len(alike) == len(products):
        return None
    return [product.expression(written) for product in alike.values() if product.coefficient]


def distributed(term: Expr, written: Written = NOTHING) -> list[Expr]:
    """The product multiplied out, brackets under a power left alone: x (y + 1) is x y and x.

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
    """Powers of one letter from the highest down; otherwise as they come, but a positive term first."""
    products = [product_of(term) for term in terms]
    letters = {base for product in products for base in product.powers}
    if len(letters) == 1:
        letter = letters.pop()
        degree = {term: product.powers.get(letter, _ABSENT)[0] for term, product in zip(terms, products)}
        return sorted(terms, key=degree.__getitem__, reverse=True)
    return sorted(terms, key=lambda term: term is not next(
        (term for term, product in zip(terms, products) if product.coefficient > 0), terms[0]))


def taken_out(total: Add, wanted: Collection[Expr] | None = None, written: Written = NOTHING) -> tuple[Expr, Expr] | None:
    """The factor that all terms share, and what is left in the bracket; of the `wanted` bases only, where given.

    >>> x, y = Symbol("x"), Symbol("y")
    >>> taken_out(Add(2*x*y, 4*x, evaluate=False))
    (2*x, y + 2)
    """
    products = [product_of(term) for term in total.args]
    first, *others = (product.powers for product in products)
    powers = {base: (least, False) for base in first if wanted is None or base in wanted
              if (least := min(powers.get(base, _ABSENT)[0] for powers in (first, *others))) > 0}
    share = Fraction(1) if wanted is not None or any(product.decimal for product in products) else _share(products)
    if not powers and share == 1:
        return None
    left = [Product(product.coefficient / share, product.decimal,
                    {base: (exponent - powers.get(base, _ABSENT)[0], decimal)
                     for base, (exponent, decimal) in product.powers.items()}) for product in products]
    return Product(share, False, powers).expression(written), add(*(product.expression(written) for product in left))


def _share(products: list[Product]) -> Fraction:
    """The number that all terms share; with a minus sign where all have one."""
    numbers = [product.coefficient for product in products]
    share = Fraction(gcd(*(number.numerator for number in numbers)), lcm(*(number.denominator for number in numbers)))
    return -share if all(number < 0 for number in numbers) else share
