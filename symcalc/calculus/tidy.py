"""From the last rule to the form that a textbook prints: algebra as named lines, house style.

What the learner wrote stays as it is; only what differentiating has put together is tidied. Each pass is one line, and
like any other line it is proved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from sympy import Add, Basic, E, Expr, Indexed, Integer, Mul, Number, NumberSymbol, Pow, Sum, Symbol, exp, preorder_traversal

from symcalc.functions import sigmoid
from symcalc.written import (
    add,
    call,
    exact,
    is_number,
    is_one,
    is_zero,
    mul,
    negative,
    number,
    power,
    rebuilt,
    replaced,
    subtract,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Algebra:
    """One kind of rewriting that changes the form and not the value."""

    name: str
    formula: str
    latex: str
    because: str
    rewrite: Callable[[Expr, frozenset[Basic]], Expr]      # (expression, what the learner wrote) -> the tidier form


def tidied(expression: Expr, written: frozenset[Basic]) -> list[tuple[Algebra, Expr]]:
    """The tidying that the expression needs: each pass that changes it, with what it gives.

    >>> x = Symbol("x", real=True)
    >>> [(algebra.name, line) for algebra, line in tidied(mul(Integer(3), mul(Integer(2), x)), frozenset())]
    [('multiply the factors', 6*x)]
    """
    lines = []
    for algebra in PASSES:
        tidier = algebra.rewrite(expression, written)
        if tidier != expression:
            lines.append((algebra, tidier))
            expression = tidier
    return lines


def written_parts(expression: Expr) -> frozenset[Basic]:
    """Every part of what the learner wrote; sums and products stay as they are there."""
    return frozenset(preorder_traversal(expression))


def _bottom_up(expression: Expr, written: frozenset[Basic], change: Callable[[Expr], Expr]) -> Expr:
    """Apply `change` to every part that is not the learner's own, innermost first."""
    known: dict[Basic, Basic] = {}

    def visit(part: Basic) -> Basic:
        if part in written or not part.args or isinstance(part, Indexed):
            return part
        if part not in known:
            inner = rebuilt(part, tuple(map(visit, part.args)))
            known[part] = change(inner) if isinstance(inner, Expr) else inner
        return known[part]

    return visit(expression)


# Products

def _factors(product: Expr) -> list[Expr]:
    """The factors of a product of products, also where a product stands under a bar."""
    if isinstance(product, Mul):
        return [inner for factor in product.args for inner in _factors(factor)]
    if isinstance(product, Pow) and isinstance(product.base, Mul) and product.exp.is_Integer:
        return [_to_the(factor, product.exp) for factor in _factors(product.base)]
    return [product]


def _to_the(factor: Expr, exponent: Expr) -> Expr:
    if isinstance(factor, Pow) and is_number(factor.exp):
        return power(factor.base, number(exact(factor.exp) * exact(exponent)))
    return power(factor, exponent)


def _base_and_exponent(factor: Expr) -> tuple[Expr, Fraction]:
    if isinstance(factor, Pow) and is_number(factor.exp):
        return factor.base, exact(factor.exp)
    return factor, Fraction(1)


def _rank(factor: Expr) -> float:
    """Numbers, letters, columns, functions, brackets, what stands below the bar, sums: the order in a product."""
    base, exponent = _base_and_exponent(factor)
    if isinstance(factor, Sum):
        return 6
    if exponent < 0:
        return 5 + _rank(base) / 10
    kinds: tuple[tuple[type | tuple[type, ...], int], ...] = (
        ((Number, NumberSymbol, Symbol), 1), (Indexed, 2), (Add, 4))
    return next((rank for kind, rank in kinds if isinstance(base, kind)), 3)


def multiplied(product: Expr) -> Expr:
    """The product with its numbers worked out and first, equal factors joined, and the rest in the usual order.

    >>> x = Symbol("x")
    >>> multiplied(Mul(x, 2, x, Pow(x, -1), evaluate=False)).args
    (2, x)
    """
    coefficient, exponents, decimal = Fraction(1), dict[Expr, Fraction](), False
    for factor in _factors(product):
        base, exponent = _base_and_exponent(factor)
        if is_number(base) and exponent.denominator == 1 and abs(exponent) <= 64 and not is_zero(base):
            coefficient *= exact(base) ** int(exponent)
            decimal = decimal or base.is_Float
        elif is_zero(factor):
            return Integer(0)
        else:
            exponents[base] = exponents.get(base, Fraction(0)) + exponent
    kept = [power(base, number(exponent)) for base, exponent in exponents.items() if exponent]
    return _with_coefficient(coefficient, decimal, sorted(kept, key=_rank))


def _with_coefficient(coefficient: Fraction, decimal: bool, factors: list[Expr]) -> Expr:
    """The number in front; a decimal stays one, a fraction puts its denominator under the bar with the rest."""
    if decimal and coefficient.denominator != 1:
        return mul(number(coefficient).evalf(15), *factors)
    above = Integer(coefficient.numerator)
    if coefficient.denominator == 1 or not factors:
        return mul(number(coefficient), *factors)
    over = [factor for factor in factors if _rank(factor) < 5]
    under = [factor for factor in factors if _rank(factor) >= 5]
    signed = mul(*over, *under) if above in (1, -1) else Mul(Integer(abs(above)), *over, *under, evaluate=False)
    parts = signed.args if isinstance(signed, Mul) else (signed,)
    at = next((k for k, part in enumerate(parts) if _rank(part) >= 5), len(parts))
    divided = Mul(*parts[:at], Pow(Integer(coefficient.denominator), Integer(-1), evaluate=False), *parts[at:], evaluate=False)
    return negative(divided) if above < 0 else divided


def _multiply(part: Expr) -> Expr:
    return multiplied(part) if isinstance(part, Mul) else part


# Sums

def _coefficient_and_rest(term: Expr) -> tuple[Fraction, bool, tuple[Expr, ...]]:
    coefficient, decimal, rest = Fraction(1), False, []
    for factor in _factors(term):
        base, exponent = _base_and_exponent(factor)
        if is_number(base) and exponent in (1, -1) and not is_zero(base):
            coefficient *= exact(base) ** int(exponent)
            decimal = decimal or base.is_Float
        else:
            rest.append(factor)
    return coefficient, decimal, tuple(rest)


def _terms(part: Expr) -> list[Expr]:
    """The terms of a sum, brackets after a plus or minus opened."""
    if isinstance(part, Add):
        return [inner for term in part.args for inner in _terms(term)]
    if isinstance(part, Mul) and len(part.args) == 2 and part.args[0] == -1 and isinstance(part.args[1], Add):
        return [negative(term) for term in _terms(part.args[1])]
    return [part]


def _collect(part: Expr) -> Expr:
    """a x + b x = (a + b) x, with a and b numbers."""
    if not isinstance(part, Add):
        return part
    gathered: dict[frozenset[tuple[Expr, int]], tuple[Fraction, bool, tuple[Expr, ...]]] = {}
    terms = _terms(part)
    for term in terms:
        coefficient, decimal, rest = _coefficient_and_rest(term)
        key = frozenset((factor, rest.count(factor)) for factor in rest)
        before = gathered.get(key, (Fraction(0), False, rest))
        gathered[key] = (before[0] + coefficient, before[1] or decimal, before[2])
    if len(gathered) == len(terms):
        return part
    return add(*(_with_coefficient(coefficient, decimal, list(rest))
                 for coefficient, decimal, rest in gathered.values() if coefficient))


# Sums over the rows

def _varies(factor: Basic) -> bool:
    """Whether a factor differs from row to row."""
    return factor.has(Indexed)


def _count(part: Expr) -> Expr:
    """Σ c = n c."""
    return mul(part.limits[0][2], part.function) if isinstance(part, Sum) and not _varies(part.function) else _multiply(part)


def _take_out(part: Expr) -> Expr:
    """Σ c f = c Σ f."""
    if not isinstance(part, Sum):
        return _multiply(part)
    factors = _factors(part.function)
    fixed = [factor for factor in factors if not _varies(factor)]
    varying = [factor for factor in factors if _varies(factor)]
    if not fixed or not varying:
        return part
    inside = varying[0] if len(varying) == 1 else Mul(*varying, evaluate=False)
    return Mul(*fixed, Sum(inside, *part.limits), evaluate=False)


# The sigmoid

def _exponent_of_e(part: Basic) -> Expr | None:
    if isinstance(part, exp):
        return part.args[0]
    return part.exp if isinstance(part, Pow) and part.base is E else None


def as_sigmoid(part: Expr) -> Expr:
    """1/(1 + e^(-z)) is σ(z), e^z/(1 + e^z) too, and e^z/(1 + e^z)² is σ(z) (1 - σ(z)); the rest stays.

    >>> z = Symbol("z")
    >>> as_sigmoid(1 / (1 + exp(-z)))
    sigmoid(z)
    """
    factors = [copy for factor in (part.args if isinstance(part, Mul) else (part,)) for copy in _single(factor)]
    for k, factor in enumerate(factors):
        z = _logistic_exponent(factor)
        if z is None:
            continue
        above = next((j for j, other in enumerate(factors) if _exponent_of_e(other) == z), None)
        if above is None:
            factors[k] = call(sigmoid, negative(z))
        else:
            factors[above] = call(sigmoid, z)
            del factors[k]
        return as_sigmoid(_complemented(mul(*factors)))
    return part


def _single(factor: Expr) -> list[Expr]:
    """1/(1 + e^z)² as two factors, so that each can become a sigmoid."""
    if isinstance(factor, Pow) and factor.exp in (-2, -3):
        single = power(factor.base, Integer(-1))
        if _logistic_exponent(single) is not None:
            return [single] * -int(factor.exp)
    return [factor]


def _complemented(product: Expr) -> Expr:
    """σ(z) σ(-z) = σ(z) (1 - σ(z)), in terms of the one without the minus sign."""
    factors = list(product.args) if isinstance(product, Mul) else [product]
    for k, factor in enumerate(factors):
        if isinstance(factor, sigmoid) and (other := call(sigmoid, negative(factor.args[0]))) in factors[:k]:
            plain = min(factor, other, key=lambda s: isinstance(s.args[0], Mul) and s.args[0].args[0].is_negative is True)
            factors[factors.index(other)], factors[k] = plain, subtract(Integer(1), plain)
    return mul(*factors)


def _logistic_exponent(factor: Basic) -> Expr | None:
    """z where the factor is 1/(1 + e^z)."""
    if not (isinstance(factor, Pow) and factor.exp == -1 and isinstance(factor.base, Add) and len(factor.base.args) == 2):
        return None
    one, other = sorted(factor.base.args, key=lambda term: not is_one(term))
    return _exponent_of_e(other) if is_one(one) else None


def _sigmoid_or_none(part: Basic) -> Basic | None:
    named = as_sigmoid(part) if isinstance(part, (Mul, Pow)) else part
    return None if named == part else named


PASSES: tuple[Algebra, ...] = (
    Algebra(name="multiply the factors", formula="a · (b c) = a b c", latex=r"a \cdot (b\,c) = a\,b\,c",
            because="numbers and signs first, equal factors joined",
            rewrite=lambda e, written: _bottom_up(e, written, _multiply)),
    Algebra(name="collect like terms", formula="a f + b f = (a + b) f", latex=r"a f + b f = (a + b) f",
            because="terms that differ only in their number are added",
            rewrite=lambda e, written: _bottom_up(e, written, _collect)),
    Algebra(name="sum of a constant", formula="Σ c = n c", latex=r"\sum_{i=1}^{n} c = n\,c",
            because="the same number in each of the n rows",
            rewrite=lambda e, written: _bottom_up(e, written, _count)),
    Algebra(name="constant factor out of the sum", formula="Σ c f = c Σ f", latex=r"\sum c\,f = c \sum f",
            because="a factor that is the same in every row stands before the sum",
            rewrite=lambda e, written: _bottom_up(e, written, _take_out)),
    Algebra(name="name the sigmoid", formula="1/(1 + e^(-z)) = σ(z)", latex=r"\frac{1}{1 + e^{-z}} = \sigma(z)",
            because="this fraction has a name of its own",
            rewrite=lambda e, written: replaced(e, _sigmoid_or_none)),
)
