"""What learners write in the place of a rule: each function gives what comes out, at a place where the rule is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sympy import Abs, Add, E, Expr, Integer, Mul, Pow, Rational, Symbol, cos, cot, csc, log, pi, sec, sin, tan

from symcalc.calculus.algebra.products import factors_of
from symcalc.calculus.elementary import lowered
from symcalc.calculus.rule import Rule, depends, letters_of
from symcalc.calculus.rules import (
    CASES,
    CONSTANT,
    CONSTANT_MULTIPLE,
    GENERAL_POWER,
    MAXIMUM,
    MINIMUM,
    PRODUCT,
    QUOTIENT,
    SUM,
    split,
)
from symcalc.calculus.tutor.misreadings import derivative, movable
from symcalc.calculus.tutor.places import Place
from symcalc.calculus.tutor.wrong_slopes import WRONG_SLOPES
from symcalc.functions import logarithm, relu
from symcalc.language.names import COUNT
from symcalc.parts import signed
from symcalc.vocabulary import FUNCTIONS
from symcalc.written import add, call, divide, is_number, mul, negative, power, rebuilt, replaced, subtract

ONE, TWO, HALF = Integer(1), Integer(2), Rational(1, 2)
_DEGREE = divide(pi, Integer(180))
_OF_ANGLES = (sin, cos, tan, cot, sec, csc)
Steps = Callable[[Place], Iterator[Expr]]


def square(u: Expr) -> Expr:
    """u²."""
    return power(u, TWO)


def chain(*makes: Callable[[Place], Expr]) -> Steps:
    """What is written in place of the chain rule."""
    return lambda p: (make(p) for make in makes if p.chained)


def of_power(make: Callable[[Place, Expr], Expr], where: Callable[[Expr], bool] = lambda n: True) -> Steps:
    """What is written in place of the power rule for u^n, the inner factor right."""
    def wrong(p: Place) -> Iterator[Expr]:
        if p.exponent is not None and where(p.exponent):
            yield mul(make(p, p.exponent), p.inner)
    return wrong


def in_rule(*makes: Callable[..., Expr], rule: Rule) -> Steps:
    """What is written in place of a rule of two parts, f and g, from f, g, f' and g'."""
    def wrong(p: Place) -> Iterator[Expr]:
        if p.rule is rule and len(p.slopes) == 2:
            yield from (make(*(part.expression for part in p.node.parts), *p.slopes) for make in makes)
    return wrong


def in_f_to_the_g(*makes: Callable[..., Expr]) -> Steps:
    """What is written in place of logarithmic differentiation, from f, g, f' and g'."""
    def wrong(p: Place) -> Iterator[Expr]:
        if p.rule is GENERAL_POWER:
            yield from (make(*p.e.args, *(derivative(part, p.x) for part in p.e.args)) for make in makes)
    return wrong


def is_two(n: Expr) -> bool:
    """Whether a 2 comes down from the exponent: u² and √u."""
    return n in (TWO, HALF)


def one_half(p: Place) -> Iterator[Expr]:
    """f' g, and f g'."""
    if p.rule is PRODUCT:
        factors = p.e.args
        for k, slope in enumerate(p.slopes):
            yield mul(*factors[:k], slope, *factors[k + 1:])


def with_minus(p: Place) -> Iterator[Expr]:
    """f' g - f g', and the other way round."""
    if terms := list(one_half(p)):
        yield subtract(terms[0], add(*terms[1:]))
        yield subtract(add(*terms[1:]), terms[0])


def _fixed(p: Place) -> list[Expr]:
    """The constant factors, those under the bar one by one."""
    return [inner for factor in split(p.e, p.x)[0] for inner in factors_of(factor)] if p.rule is CONSTANT_MULTIPLE else []


def without_factor(counts: bool) -> Steps:
    """The derivative without one of the constant factors, or without all of them."""
    def wrong(p: Place) -> Iterator[Expr]:
        fixed = _fixed(p)
        chosen = [k for k, factor in enumerate(fixed) if factor.has(COUNT) == counts]
        for k in chosen:
            if fixed[k] != -1:
                yield mul(*fixed[:k], *fixed[k + 1:], p.slopes[0])
        if len(fixed) > 1 and (counts or len(chosen) == len(fixed)):
            yield p.slopes[0]
    return wrong


def with_wrong_sign(p: Place) -> Iterator[Expr]:
    """One term with the wrong sign."""
    if p.rule is SUM:
        terms = [negative(slope) if signed(term)[0] else slope for term, slope in zip(p.e.args, p.slopes)]
        order = sorted(range(len(terms)), key=lambda k: not signed(p.e.args[k])[0])
        yield from (add(*terms[:k], negative(terms[k]), *terms[k + 1:]) for k in order)


def without_a_term(p: Place) -> Iterator[Expr]:
    """The sum without one of its terms."""
    if p.rule is SUM:
        terms = [negative(slope) if signed(term)[0] else slope for term, slope in zip(p.e.args, p.slopes)]
        yield from (add(*terms[:k], *terms[k + 1:]) for k in range(len(terms)))


def turned_outer(p: Place) -> Iterator[Expr]:
    """Where a sign comes in, and where learners believe that one does."""
    if p.elementary and (type(p.e) is sin or signed(p.outer)[0]):
        yield negative(mul(p.outer, p.inner))


def turned_inner(p: Place) -> Iterator[Expr]:
    """Only where the inside has a minus that can be lost."""
    terms = p.inside.args if isinstance(p.inside, Add) else (p.inside,)
    if p.chained and any(signed(term)[0] and depends(term, p.x) for term in terms):
        yield negative(mul(p.outer, p.inner))


def as_power(p: Place) -> Iterator[Expr]:
    """(a^u)' as u a^(u - 1), with the inner factor or without; or as x a^x."""
    if p.exponential:
        base = p.whole.base if isinstance(p.whole, Pow) else E
        yield mul(p.inside, power(base, lowered(p.inside)))
        yield mul(p.inside, power(base, lowered(p.inside)), p.inner)
        if not p.chained:
            yield mul(p.x, p.e)
            yield mul(p.x, p.outer)


def without_ln(p: Place) -> Iterator[Expr]:
    """(a^u)' as a^u u', or with ln(a) under the bar."""
    if p.exponential and isinstance(p.whole, Pow) and p.whole.base is not E:
        yield mul(p.e, p.inner)
        yield divide(mul(p.e, p.inner), call(log, p.whole.base))


def base_forgotten(p: Place) -> Iterator[Expr]:
    """The slope of a logarithm as that of the natural one."""
    if p.elementary and type(p.e) is logarithm:
        yield divide(p.inner, p.inside)


def base_above(p: Place) -> Iterator[Expr]:
    """The slope of a logarithm with ln(b) as a factor, which belongs below the bar."""
    if p.elementary and type(p.e) is logarithm:
        yield divide(mul(call(log, p.e.args[1]), p.inner), p.inside)


def in_degrees(p: Place) -> Iterator[Expr]:
    """The slope of the sine of so many degrees."""
    if p.elementary and type(p.e) in _OF_ANGLES:
        yield mul(_DEGREE, p.outer_at(mul(_DEGREE, p.inside)), p.inner)
        yield mul(_DEGREE, p.outer, p.inner)


def cases_swapped(p: Place) -> Iterator[Expr]:
    """The slope of one of two cases where that of the other belongs."""
    if p.rule in (MAXIMUM, MINIMUM, CASES) and len(p.slopes) == 2:
        yield p.rule.combine(p.e, p.x, *reversed(p.slopes))
    if type(p.e) is relu and p.elementary:
        yield mul(p.outer_at(negative(p.inside)), p.inner)


def one_case(p: Place) -> Iterator[Expr]:
    """The slope of one case for all of them."""
    if p.rule in (MAXIMUM, MINIMUM, CASES):
        yield from p.slopes
    if type(p.e) in (Abs, relu) and p.elementary:
        yield p.inner


def wrong_slope(p: Place) -> Iterator[Expr]:
    """What learners take the function's derivative for."""
    if p.elementary and (known := WRONG_SLOPES.get(type(p.e))):
        yield from (mul(slope(p.inside), p.inner) for slope in known.slopes)


def above_the_bar(f: Expr, g: Expr, df: Expr, dg: Expr) -> Expr:
    """f' g - f g'."""
    return subtract(mul(df, g), mul(f, dg))


def over_the_bar_alone(p: Place) -> Iterator[Expr]:
    """The denominator as it is, or none, and -u'/u for 1/u."""
    if p.rule is QUOTIENT:
        (f, g), (df, dg) = (part.expression for part in p.node.parts), p.slopes
        yield divide(above_the_bar(f, g, df, dg), g)
        yield above_the_bar(f, g, df, dg)
    if p.exponent == -1:
        yield negative(mul(p.e, p.inner))


def number_outside(p: Place) -> Expr:
    """The number of u' as a factor, and the rest of it inside: -3 sin(x²) for cos(x³)."""
    factors = p.inner.args if isinstance(p.inner, Mul) and is_number(p.inner.args[0]) else (ONE, p.inner)
    return mul(factors[0], p.outer_at(mul(*factors[1:])))


def over_square(join: Callable[[Expr, Expr], Expr]) -> Callable[..., Expr]:
    """The quotient rule with its two terms joined in another way."""
    return lambda f, g, df, dg: divide(join(mul(df, g), mul(f, dg)), square(g))


def factor_too(p: Place) -> Iterator[Expr]:
    """(c f)' as f + c f', as c' f' where c has a letter of its own, or as 0 · f'."""
    if fixed := _fixed(p):
        yield add(p.node.parts[0].expression, mul(*fixed, p.slopes[0]))
        for k, factor in enumerate(fixed):
            for slope in as_if(factor):
                yield mul(*fixed[:k], slope, *fixed[k + 1:], p.slopes[0])
                yield mul(*fixed[:k], slope, *fixed[k + 1:], p.node.parts[0].expression)
        yield Integer(0)


def as_if_it_changed(p: Place) -> Iterator[Expr]:
    """b² differentiated to 2b and π² to 2π, though neither has the letter in it."""
    if p.rule is CONSTANT:
        yield from as_if(p.e)


def as_if(constant: Expr) -> Iterator[Expr]:
    """The derivatives of a constant as if a letter, or the number in it, changed: 2b of b², 2π of π², cos(2) of sin(2)."""
    yield from (derivative(constant, letter) for letter in movable(constant))
    if not letters_of(constant) and (isinstance(constant, Pow) or type(constant) in FUNCTIONS):
        moving = Symbol("moving", real=True)
        slope = derivative(rebuilt(constant, (moving, *constant.args[1:])), moving)
        yield replaced(slope, {moving: constant.args[0]}.get)


def lowered_wrongly(p: Place) -> Iterator[Expr]:
    """n u^(n - 2), and for fractions the slips of n - 1: 2/3 - 1 as 1/3."""
    if p.exponent is not None and is_number(p.exponent):
        n = p.exponent
        for wrong in (n - 2, 1 - n, -n):
            yield mul(n, power(p.inside, wrong), p.inner)
