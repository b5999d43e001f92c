"""Products as a person reckons with them: a number times powers, equal factors joined, letters as the learner had them.

Nothing here knows what a derivation is; `tidy.py` says which of these steps a line needs, and names them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache, partial
from itertools import combinations, pairwise
from math import gcd

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

from symcalc.parts import exponent_of_e, is_algebraic
from symcalc.written import exact, is_number, is_zero, mul, negative, number, power

_Terms = frozenset[tuple[Basic, int]]


@lru_cache(maxsize=256)
def unordered(total: Add) -> _Terms:
    """The terms of a sum and how often each occurs, for comparing sums whatever the order."""
    return frozenset(Counter(total.args).items())


@lru_cache(maxsize=256)
def _opposite(total: Add) -> _Terms:
    """The same with every sign turned."""
    return frozenset(Counter(map(negative, total.args)).items())


@dataclass(frozen=True, slots=True)
class Written:
    """What the learner wrote: its parts, its sums by their terms, which letter stood before which in a product, and behind
    what polynomials stood there, as in sin(x) (x + 1)."""

    parts: frozenset[Basic] = frozenset()
    sums: Mapping[_Terms, Add] = field(default_factory=dict)
    before: frozenset[tuple[Expr, Expr]] = frozenset()
    polynomials: float = 2.45               # the rank of their brackets in a product

    def own(self, base: Expr) -> Expr:
        """A sum in the learner's own order."""
        return self.sums.get(unordered(base), base) if isinstance(base, Add) else base

    def renamed(self, rename: Callable[[Expr, Written], Expr]) -> Written:
        """The same with what the learner's sums are called now: 1/(1 + e^(-z)) in one of them is σ(z)."""
        sums = [new for part in self.sums.values() if isinstance(new := rename(part, self), Add) and new != part]
        return replace(self, parts=self.parts | frozenset(sums), sums={**self.sums, **{unordered(new): new for new in sums}})


NOTHING = Written()


def written_in(expression: Expr) -> Written:
    """The parts of an expression that keep their form, and the order of its letters.

    >>> x, y = Symbol("x"), Symbol("y")
    >>> written_in(Mul(y, Pow(x, 2), evaluate=False)).before
    frozenset({(y, x)})
    """
    parts = dict.fromkeys(preorder_traversal(expression))
    factors = [factors_of(part) for part in parts if isinstance(part, Mul)]
    products = [[base for base in map(_base, product) if isinstance(base, _LETTERS)] for product in factors]
    behind = [_BEHIND[one] for product in factors for one, other in pairwise(map(_rank, product))
              if one in _BEHIND and other in _POLYNOMIALS]
    sums = {unordered(part): part for part in parts if isinstance(part, Add)}
    places = _places(products)
    return Written(frozenset(parts), sums, frozenset((first, second) for letters in products
                                                     for first, second in combinations(letters, 2)
                                                     if places[first] < places[second]), max(behind, default=_POLYNOMIALS[0]))


def _places(products: Sequence[Sequence[Expr]]) -> dict[Expr, int]:
    """One order for all letters: that of the first product, then each new letter behind the one that it came after."""
    order: list[Expr] = []
    for letters in products:
        for k, letter in enumerate(letters):
            if letter not in order:
                known = next((other for other in letters[k + 1:] if other in order), None)
                at = order.index(letters[k - 1]) + 1 if k else len(order) if known is None else order.index(known)
                order.insert(at, letter)
    return {letter: k for k, letter in enumerate(order)}


_LETTERS = (Symbol, Indexed)


# A product as number and factors

Exponent = tuple[Fraction, bool]          # and whether it was a decimal
ABSENT: Exponent = (Fraction(0), False)

@dataclass(frozen=True, slots=True)
class Product:
    """A number times powers: 6 x² y is 6 and {x: 2, y: 1}; a decimal stays a decimal."""

    coefficient: Fraction
    decimal: bool
    powers: Mapping[Expr, Exponent]

    def expression(self, written: Written = NOTHING) -> Expr:
        """The number first, then letters, columns, roots, polynomials, functions, brackets, what is below the bar, sums."""
        powers = _with_one_root(_as_written(self.powers, written))
        kept = [power(written.own(base), _number(*exponent)) for base, exponent in powers if exponent[0]]
        kept.sort(key=partial(_rank, polynomials=written.polynomials))
        return _with_coefficient(self.coefficient, self.decimal, kept)


@lru_cache(maxsize=512)
def product_of(expression: Expr) -> Product:
    """The expression as one product.

    >>> x = Symbol("x")
    >>> product_of(Mul(x, 6, x, evaluate=False)).powers
    {x: (Fraction(2, 1), False)}
    """
    coefficient, decimal = Fraction(1), False
    powers: dict[Expr, Exponent] = {}
    for factor in factors_of(expression):
        base, exponent = _base_and_exponent(factor)
        if is_zero(base) and exponent > 0:
            return Product(Fraction(0), False, {})
        if is_number(base) and exponent.denominator == 1 and abs(exponent) <= 64 and not is_zero(base):
            coefficient *= exact(base) ** int(exponent)
            decimal = decimal or base.is_Float
        else:
            base, sign = _as_known(base, exponent, powers)
            coefficient *= sign
            before, was_decimal = powers.get(base, ABSENT)
            powers[base] = (before + exponent, was_decimal or (isinstance(factor, Pow) and factor.exp.is_Float))
    return Product(_absorbed(coefficient, powers), decimal, powers)


def _absorbed(coefficient: Fraction, powers: dict[Expr, Exponent]) -> Fraction:
    """√(2π)/(2π) is 1/√(2π): a root of constants takes in those constants from across the bar; what is left of the number."""
    for base, (exponent, decimal) in list(powers.items()):
        if not isinstance(base, Mul) or exponent.denominator == 1 or base.free_symbols:
            continue
        step = -1 if exponent > 0 else 1
        inside = product_of(base)
        while coefficient and exponent * step < 0 and all(
                powers.get(part, ABSENT)[0] * step >= count > 0 for part, (count, _) in inside.powers.items()):
            shared = gcd(inside.coefficient.numerator, (coefficient ** step).numerator)
            if shared != inside.coefficient:
                break
            exponent += step
            coefficient /= inside.coefficient ** step
            powers |= {part: (powers[part][0] - step * count, False) for part, (count, _) in inside.powers.items()}
            powers[base] = (exponent, decimal)
    return coefficient


def _as_known(base: Expr, exponent: Fraction, powers: Mapping[Expr, Exponent]) -> tuple[Expr, int]:
    """A sum as it already stands among the powers, its terms in another order or all with the other sign; and the sign.

    e^z stands for exp(z), too.
    """
    z = exponent_of_e(base)
    if z is not None:
        return next((other for other in powers if exponent_of_e(other) == z), base), 1
    for other in powers if isinstance(base, Add) else ():
        if isinstance(other, Add) and len(other.args) == len(base.args):
            if unordered(other) == unordered(base):
                return other, 1
            if exponent.denominator == 1 and unordered(other) == _opposite(base):
                return other, -1 if exponent % 2 else 1
    return base, 1


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


_KINDS = (((Number, NumberSymbol), 0), (Symbol, 1), (Indexed, 2), ((exp, Pow), 2.5), (Derivative, 4.5))
_NUMBER_IN_FRONT = 0.02                                  # behind other brackets: (σ - y) (1 - tanh²)
_BRACKETS = 4.0
_POLYNOMIALS = (NOTHING.polynomials, NOTHING.polynomials + _NUMBER_IN_FRONT)
_BEHIND = {2.5: 2.55, 3: _BRACKETS}                      # the rank of polynomials that stand behind exponentials, functions


def _rank(factor: Expr, polynomials: float = NOTHING.polynomials) -> float:
    """Constants, letters, columns, roots, polynomials, exponentials, functions, other brackets, what is below the bar, sums."""
    base, exponent = _base_and_exponent(factor)
    if isinstance(factor, Sum):
        return 6
    if isinstance(base, Add) and exponent > 0:
        # (x² + 1)³ sin(2x), unless the learner has it the other way round
        return (polynomials if is_algebraic(base) else _BRACKETS) + _NUMBER_IN_FRONT * (
            isinstance(factor, Add) and is_number(factor.args[0]))
    if exponent < 0:
        return 5 + _rank(_to_the(factor, Integer(-1))) / 10
    if isinstance(base, _LETTERS) and exponent == Fraction(1, 2) and factor.exp.is_Rational:
        return 2.4                       # y √x, for √x y looks like the root of both
    if isinstance(factor, Pow) and not factor.free_symbols:
        return 2.42                      # x √(2/π) (1 + x²)
    return next((rank for kind, rank in _KINDS if isinstance(base, kind)), 3)


def _base(factor: Expr) -> Expr:
    return _base_and_exponent(factor)[0]


def _as_written(powers: Mapping[Expr, Exponent], written: Written) -> list[tuple[Expr, Exponent]]:
    """The powers as they come, but no letter behind one that it stood before in what the learner wrote."""
    before, ordered = list(powers), list[Expr]()
    for _ in before:                            # a letter that was put in front may belong behind another
        ordered = []
        for base in before:
            ordered.insert(next((k for k, other in enumerate(ordered) if (base, other) in written.before), len(ordered)), base)
        if ordered == before:
            break
        before = ordered
    return [(base, powers[base]) for base in ordered]


def _with_one_root(powers: list[tuple[Expr, Exponent]]) -> list[tuple[Expr, Exponent]]:
    """√2 √π is √(2π)."""
    for root in (Fraction(1, 2), Fraction(-1, 2)):
        constants = [base for base, (exponent, _) in powers if exponent == root and not base.free_symbols
                     and isinstance(base, (Number, NumberSymbol, Mul)) and base.is_positive]
        if len(constants) > 1:
            under = product_of(Mul(*constants, evaluate=False)).expression()
            powers = [*(pair for pair in powers if pair[0] not in constants), (under, (root, False))]
    return powers


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
