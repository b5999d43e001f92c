"""Small equations solved for one letter, where a kink wants to say at which value it lies.

What is polynomial of degree 1 or 2 in the letter, under ln, e^u, |u| or as factors of a product that is 0, is
solved as on paper; every solution is put back with numbers, and where that leaves a doubt, nothing is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import islice

from sympy import Abs, Add, E, Expr, Float, Integer, Mul, Pow, Rational, Symbol, exp, log, sqrt

from symcalc.calculus.algebra.products import Product, multiplied, product_of
from symcalc.calculus.algebra.terms import distributed, gathered, in_order, terms_of
from symcalc.calculus.point import NO_VALUE, candidates
from symcalc.calculus.rule import depends
from symcalc.parts import exponent_of_e, signed
from symcalc.written import add, call, divide, exact, is_number, negative, number, subtract

_DEEPEST = 4                 # functions within functions
_TRIALS, _WANTED = 18, 2     # points at which a solution is put back, and how many of them must have a value
_ROUNDING = 1e-40
_TOO_SMALL = 1e-9            # to say of a float which sign the number has

Solutions = tuple[Expr, ...] | None
"""All real solutions, () where there is none, and None where that is not known."""


def solved(left: Expr, right: Expr, letter: Symbol) -> Solutions:
    """The real values of the letter at which left = right, each checked with numbers; None where they are not known.

    >>> x = Symbol("x", real=True)
    >>> solved(3*x, Integer(2), x), solved(x**2, 2*x, x), solved(x**2, Integer(-1), x)
    ((2/3,), (0, 2), ())
    """
    found = _zeros(subtract(left, right), letter, _DEEPEST)
    if found is None or not all(_holds(left, right, letter, value) for value in found):
        return None
    return _in_size(dict.fromkeys(_decimal(value) if left.has(Float) or right.has(Float) else value for value in found))


def _in_size(values: dict[Expr, None]) -> tuple[Expr, ...]:
    return tuple(sorted(values)) if all(value.is_number for value in values) else tuple(values)


def _decimal(value: Expr) -> Expr:
    """A short decimal for a fraction, where the learner wrote decimals."""
    return Float(value) if isinstance(value, Rational) and value.q != 1 and 10**6 % value.q == 0 else value


def _zeros(e: Expr, letter: Symbol, depth: int) -> Solutions:
    if not depends(e, letter) or not depth:
        return None
    if len(terms_of(e)) == 1:
        return _of_product(e, letter, depth)
    moving = {base for term in _multiplied_out(e) for base in product_of(term).powers if depends(base, letter)}
    if len(moving) != 1:
        return None
    inner = moving.pop()
    coefficients = _coefficients(e, inner)
    values = _of_polynomial(coefficients) if coefficients else None
    if values is None or inner == letter:
        return values
    return _all([_inverted(inner, value, letter, depth) for value in values])


def _all(parts: Sequence[Solutions]) -> Solutions:
    return None if None in parts else tuple(value for part in parts for value in part)


def _of_product(e: Expr, letter: Symbol, depth: int) -> Solutions:
    """A product is 0 where a factor is."""
    powers = product_of(e).powers
    return _all([_zero_of(base, letter, depth) for base, (exponent, _) in powers.items()
                 if depends(base, letter) and exponent > 0])


def _zero_of(base: Expr, letter: Symbol, depth: int) -> Solutions:
    if base == letter:
        return (Integer(0),)
    return _zeros(base, letter, depth - 1) if isinstance(base, Add) else _inverted(base, Integer(0), letter, depth)


def _inverted(outer: Expr, value: Expr, letter: Symbol, depth: int) -> Solutions:
    """Where f(u) = value, for the few f that can be undone."""
    u, values = _undone(outer, value)
    return None if values is None else _all([
        (inner,) if u == letter else _zeros(subtract(u, inner), letter, depth - 1) for inner in values])


def _undone(outer: Expr, value: Expr) -> tuple[Expr, Solutions]:
    """u of f(u), and the values of u for which f(u) = value."""
    if type(outer) is log:
        return outer.args[0], (Integer(1) if value == 0 else E if value == 1 else call(exp, value),)
    size = None if value.free_symbols else float(value)
    if size is None or (abs(size) < _TOO_SMALL and value != 0):
        return outer, None                  # whether it is positive depends on the letters, or on rounding
    if (u := exponent_of_e(outer)) is not None:
        return u, (_logarithm(value),) if size > 0 else ()
    if isinstance(outer, Abs):
        return outer.args[0], tuple(dict.fromkeys((negative(value), value))) if size >= 0 else ()
    return outer, None


def _logarithm(value: Expr) -> Expr:
    return Integer(0) if value == 1 else Integer(1) if value == E else call(log, value)


# Polynomials in one part of the expression

def _multiplied_out(e: Expr) -> list[Expr]:
    return [product for term in terms_of(e) for product in distributed(_unsquared(term))]


def _unsquared(term: Expr) -> Expr:
    """(x - 1)² as (x - 1) (x - 1), to be multiplied out."""
    factors = [copy for factor in (term.args if isinstance(term, Mul) else (term,)) for copy in (
        (factor.base, factor.base) if isinstance(factor, Pow) and factor.exp == 2 and isinstance(factor.base, Add)
        else (factor,))]
    return Mul(*factors, evaluate=False) if len(factors) > 1 else factors[0]


def _coefficients(e: Expr, inner: Expr) -> list[list[Expr]] | None:
    """The terms that stand before u⁰, u¹ and u²; None where there are other powers."""
    by_degree: list[list[Expr]] = [[], [], []]
    for term in _multiplied_out(e):
        product = product_of(term)
        degree, _ = product.powers.get(inner, (Fraction(0), False))
        if degree not in (0, 1, 2):
            return None
        rest = {base: exponent for base, exponent in product.powers.items() if base != inner}
        by_degree[int(degree)].append(Product(product.coefficient, product.decimal, rest).expression())
    gather = [gathered(terms) for terms in by_degree]
    return [terms if fewer is None else fewer for terms, fewer in zip(by_degree, gather)]


def _of_polynomial(coefficients: list[list[Expr]]) -> Solutions:
    constant, linear, square = coefficients
    if not square:
        never = not linear and constant and all(map(is_number, constant)) and sum(map(exact, constant)) != 0
        return (_quotient(constant, linear),) if linear else () if never else None
    if not constant:
        return (Integer(0), _quotient(linear, square)) if linear else (Integer(0),)
    numbers = [sum((exact(term) for term in terms), Fraction(0)) if all(map(is_number, terms)) else None
               for terms in coefficients]
    return None if None in numbers else _of_quadratic(*numbers)


def _quotient(constant: list[Expr], linear: list[Expr]) -> Expr:
    """-b/a, with as few minus signs as there can be."""
    if all(signed(term)[0] for term in linear):
        above, below = constant, [negative(term) for term in linear]
    else:
        above, below = [negative(term) for term in constant], linear
    written = divide(add(*in_order(above)), add(*below)) if above else Integer(0)
    return multiplied(written)


def _of_quadratic(c: Fraction, b: Fraction, a: Fraction) -> tuple[Expr, ...]:
    """a u² + b u + c = 0 at u = -b/(2a) ± √(b² - 4ac)/(2a)."""
    middle, spread = -b / (2 * a), (b * b - 4 * a * c) / (4 * a * a)
    if spread < 0:
        return ()
    root = sqrt(number(spread))
    if root.is_Rational:
        return tuple(number(value) for value in dict.fromkeys((middle - exact(root), middle + exact(root))))
    return subtract(number(middle), root), add(number(middle), root)


# The check

def _holds(left: Expr, right: Expr, letter: Symbol, value: Expr) -> bool:
    """Whether left = right where the letter has this value, at random values of all the others."""
    tried = 0
    for point in islice(candidates(add(left, right, value)), _TRIALS):
        try:
            there = point.placed(letter, point.value(value))
            sides = [there.value(side) for side in (left, right)]
        except NO_VALUE:
            continue
        if abs(sides[0] - sides[1]) > _ROUNDING * max(1, *map(abs, sides)):
            return False
        tried += 1
    return tried >= _WANTED
