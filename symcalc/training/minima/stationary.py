"""Where every slope of a loss without data is 0, by algebra: one parameter, or two of which one can be put into the other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from sympy import Add, Basic, Expr, Float, Mul, Poly, Pow, Rational, Symbol

from symcalc.calculus.algebra.products import multiplied
from symcalc.calculus.algebra.terms import in_order
from symcalc.calculus.proof import prove
from symcalc.calculus.solving import solved
from symcalc.pages.document import Block, Equation, paragraph
from symcalc.pages.numbers import numeral
from symcalc.training.problem.objective import Objective
from symcalc.written import add, derivative_of, exact, number, power, replaced

_DEGREE = 12             # up to which a polynomial is factored
_DIGITS = 30             # to which a root without a formula is found

Point = dict[Symbol, Expr]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stationary:
    """All points at which every slope is 0, how they were found, and whether each is a number written exactly."""

    points: tuple[Point, ...]
    working: tuple[Block, ...]
    exact: bool


def stationary_points(loss: Objective) -> Stationary | None:
    """Where ∇J = 0; None where algebra does not tell.

    >>> from symcalc.training.losses import Loss
    >>> [*map(str, stationary_points(Loss("w^4 - 2*w^2")).points)]
    ['{w: -1}', '{w: 0}', '{w: 1}']
    """
    if loss.columns or not 1 <= len(loss.parameters) <= 2:
        return None
    return _of_one(loss) if len(loss.parameters) == 1 else _of_two(loss)


def _of_one(loss: Objective) -> Stationary | None:
    letter, slope = loss.parameters[0], loss.gradient().result[0]
    working: list[Block] = [paragraph("At a lowest or highest point the slope is 0:"), Equation((slope, number(0)))]
    found = roots(slope, letter)
    if found is None:
        cleared = _cleared(slope, letter)
        if cleared is None:
            return None
        slope, below = cleared
        values, factored = roots(slope, letter)
        values = tuple(value for value in values if below.subs(letter, value) != 0)
        working += [paragraph("Multiplied by ", below, ", which is not 0 where J has a value:"), Equation((slope, number(0)))]
    else:
        values, factored = found
    if factored is not None and not isinstance(slope, Mul) and _is_product(factored):
        working += [paragraph("Factored:"), Equation((factored, number(0)))]
    if _is_product(factored if factored is not None else slope):
        working.append(paragraph("A product is 0 where one of its factors is:"))
    working += _told(letter, values)
    return Stationary(points=tuple({letter: value} for value in values), working=tuple(working),
                      exact=not any(map(_is_long, values)))


def _is_product(expression: Expr) -> bool:
    """Whether several factors of a product can be 0."""
    return isinstance(expression, Mul) and sum(bool(factor.free_symbols) for factor in expression.args) > 1


def _told(letter: Symbol, values: Sequence[Expr]) -> list[Block]:
    if not values:
        return [paragraph("There is no real ", letter, " for which that holds.")]
    start: list[Block] = [paragraph("Where no formula is at hand, in numbers:")] * any(map(_is_long, values))
    return start + [Equation((letter, numeral(float(value))), "≈") if _is_long(value) else Equation((letter, value))
                    for value in values]


def _is_long(value: Expr) -> bool:
    """Whether the value was found by numbers."""
    return isinstance(value, Float) and exact(value).denominator > 10**9


# One equation

def roots(expression: Expr, letter: Symbol) -> tuple[tuple[Expr, ...], Expr | None] | None:
    """All real values at which the expression is 0, and its factored form where it is a polynomial; None where unknown."""
    polynomial = _polynomial(expression, (letter,))
    if polynomial is None:
        known = solved(expression, number(0), letter)
        return None if known is None else (known, None)
    if polynomial.is_zero:
        return None
    lead, factors = polynomial.factor_list()
    factors = sorted(factors, key=lambda found: not found[0].as_expr().is_Symbol)        # w (w - 1), not (w - 1) w
    values: list[Expr] = []
    for factor, _ in factors:
        values += _roots_of(factor, letter)
    factored = multiplied(Mul(lead, *(power(_in_order(factor), number(times)) for factor, times in factors), evaluate=False))
    if factored.free_symbols and expression.args:
        prove([expression, factored] if factored.args else [expression, Mul(factored, 1, evaluate=False)])
    return tuple(sorted(values, key=lambda value: value.evalf(_DIGITS))), factored


def _cleared(expression: Expr, letter: Symbol) -> tuple[Expr, Expr] | None:
    """A fraction of polynomials as what stands above the bar and below it; None where it is none."""
    exponents = [part.exp for part in expression.atoms(Pow) if part.has(letter)]
    if not all(exponent.is_Integer and abs(exponent) <= _DEGREE for exponent in exponents):
        return None
    above, below = (part.as_poly(letter) for part in _evaluated(expression).together().as_numer_denom())
    if above is None or below is None or above.is_zero or not below.degree() or max(above.degree(), below.degree()) > _DEGREE:
        return None
    if not all(part.domain.is_ZZ or part.domain.is_QQ for part in (above, below)):
        return None
    numerator, denominator = _in_order(above), _in_order(below)
    prove([Mul(expression, denominator, evaluate=False), Mul(numerator, number(1), evaluate=False)])
    return numerator, denominator


def _roots_of(factor: Poly, letter: Symbol) -> list[Expr]:
    if factor.degree() <= 2:
        return list(solved(_in_order(factor), number(0), letter) or ())
    return [Float(float(root.evalf(_DIGITS))) for root in factor.real_roots()]


def _in_order(factor: Poly) -> Expr:
    terms = [multiplied(term) for term in Add.make_args(factor.as_expr())]
    return add(*in_order(terms))


def _polynomial(expression: Expr, letters: Sequence[Symbol]) -> Poly | None:
    """The expression as a polynomial with rational coefficients in exactly these letters."""
    if _degree(expression, letters) > _DEGREE:
        return None                      # among them what would take long to multiply out
    found = _evaluated(expression).as_poly(*letters)
    return found if found is not None and (found.domain.is_ZZ or found.domain.is_QQ) else None


def _degree(part: Basic, letters: Sequence[Symbol]) -> float:
    """At most what degree the part has as a polynomial in the letters; infinity where it is none."""
    if not part.free_symbols.intersection(letters):
        return 0
    if part in letters:
        return 1
    inner = [_degree(argument, letters) for argument in part.args]
    if isinstance(part, Pow):
        return inner[0] * int(part.exp) if part.exp.is_Integer and part.exp > 0 else math.inf
    return max(inner) if isinstance(part, Add) else sum(inner) if isinstance(part, Mul) else math.inf


def _evaluated(part: Basic) -> Basic:
    """The expression as SymPy has it, where 1/4 is a number, with fractions for decimals."""
    if isinstance(part, Float):
        return number(exact(part))
    return part.func(*map(_evaluated, part.args)) if part.args else part


# Two equations

def _of_two(loss: Objective) -> Stationary | None:
    """The factor of one slope solved for one letter, and that put into the other slope."""
    slopes, letters = loss.gradient().result, loss.parameters
    polynomials = [_polynomial(slope, letters) for slope in slopes]
    if None in polynomials or any(p.is_zero for p in polynomials):
        return None
    first, *_ = sorted(((_branches(polynomials[k], letters), k) for k in (1, 0)), key=lambda found: found[0] is None)
    branches, k = first
    if branches is None:
        return None
    working: list[Block] = [paragraph("At a lowest or highest point every slope is 0:"),
                            *(Equation((slope, number(0))) for slope in slopes)]
    points: list[Point] = []
    for letter, value in branches:
        rest, other = next(other for other in letters if other != letter), slopes[1 - k]
        put_in = _simplified(replaced(other, {letter: value}.get), rest)
        found = roots(put_in, rest)
        if found is None:
            return None
        values, factored = found
        slope, remaining = (derivative_of(loss.symbol, letters[j]) for j in (k, 1 - k))
        working += [paragraph(slope, " = 0 where"), Equation((letter, value)),
                    paragraph("which turns ", remaining, " = 0 into"),
                    Equation((factored if factored is not None and _is_product(factored) else put_in, number(0)))]
        working += [] if put_in == rest else _told(rest, values)
        points += [{letter: _value(value, rest, at), rest: at} for at in values]
    unique = list({tuple(float(point[letter]) for letter in letters): {letter: point[letter] for letter in letters}
                   for point in points}.values())
    return Stationary(points=tuple(unique), working=tuple(working),
                      exact=not any(_is_long(value) for point in unique for value in point.values()))


def curve_of(loss: Objective) -> Expr | None:
    """What is 0 all along a curve on which both slopes are; None where there is no such curve, or algebra does not tell.

    >>> from symcalc.training.losses import Loss
    >>> print(curve_of(Loss("(u*v - 1)^2 + 3")))
    u*v - 1
    """
    if loss.columns or len(loss.parameters) != 2:
        return None
    one, other = (_polynomial(slope, loss.parameters) for slope in loss.gradient().result)
    if one is None or other is None:
        return None
    factors = [factor for factor, _ in one.gcd(other).factor_list()[1]]
    return _in_order(factors[0]) if len(factors) == 1 else None


def _branches(slope: Poly, letters: Sequence[Symbol]) -> list[tuple[Symbol, Expr]] | None:
    """The slope is 0 where a letter equals what the other makes of it: one pair for each factor; None where that is not all."""
    found: list[tuple[Symbol, Expr]] = []
    for factor, _ in slope.factor_list()[1]:
        letter = next((letter for letter in reversed(letters) if factor.degree(letter) == 1
                       and factor.coeff_monomial(letter) == factor.as_expr().coeff(letter)), None)
        if letter is not None:
            inner = next(other for other in letters if other != letter)
            lead = Fraction(*factor.coeff_monomial(letter).as_numer_denom())
            rest = (factor.as_expr() - factor.coeff_monomial(letter) * letter).as_poly(inner)
            value = _in_order(rest.set_domain("QQ").mul_ground(number(-1 / lead)))
            found.append((letter, value))
        elif len(factor.free_symbols) == 1:
            alone = factor.free_symbols.pop()
            found += [(alone, value) for value in _roots_of(factor.as_expr().as_poly(alone), alone)]
        else:
            return None
    return found


def _simplified(expression: Expr, letter: Symbol) -> Expr:
    """A polynomial in one letter, multiplied out, or as it is."""
    polynomial = _polynomial(expression, (letter,))
    return expression if polynomial is None or polynomial.is_zero else _in_order(polynomial)


def _value(formula: Expr, letter: Symbol, at: Expr) -> Expr:
    """The formula at a value of its letter."""
    value = formula.subs(letter, at)
    return number(exact(value)) if isinstance(value, Rational) else value


