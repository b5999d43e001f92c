"""The wrong rules that learners use: one small declaration for each, in the order of how likely they are.

Each says what a learner writes where a rule of the derivation should be used; the tutor puts that in the place of the
one right step, leaves the rest right, and sees whether the answer at hand comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sympy import Abs, E, Expr, Integer, Pow, Rational, log, preorder_traversal, sin

from symcalc.calculus.elementary import lowered
from symcalc.calculus.misreadings import derivative
from symcalc.calculus.places import Place, Words, WrongRule
from symcalc.calculus.rule import Rule, depends, letters_of
from symcalc.calculus.rules import (
    CASES,
    CONSTANT,
    CONSTANT_MULTIPLE,
    GENERAL_POWER,
    IDENTITY,
    MAXIMUM,
    MINIMUM,
    PRODUCT,
    QUOTIENT,
    SUM,
)
from symcalc.calculus.terms import factors_of
from symcalc.calculus.wrong_slopes import WRONG_SLOPES
from symcalc.functions import relu
from symcalc.language.names import COUNT
from symcalc.parts import signed
from symcalc.written import add, call, divide, is_number, mul, negative, power, subtract

ONE, TWO, HALF = Integer(1), Integer(2), Rational(1, 2)


def _square(u: Expr) -> Expr:
    return power(u, TWO)


def chain(*makes: Callable[[Place], Expr]) -> Callable[[Place], Iterator[Expr]]:
    """What is written in place of the chain rule."""
    return lambda p: (make(p) for make in makes if p.chained)


def of_power(make: Callable[[Place, Expr], Expr], where: Callable[[Expr], bool] = lambda n: True,
             ) -> Callable[[Place], Iterator[Expr]]:
    """What is written in place of the power rule for u^n; the inner factor is right or, as often, forgotten too."""
    def wrong(p: Place) -> Iterator[Expr]:
        if p.exponent is not None and where(p.exponent):
            yield mul(make(p, p.exponent), p.inner)
    return wrong


def in_rule(*makes: Callable[..., Expr], rule: Rule) -> Callable[[Place], Iterator[Expr]]:
    """What is written in place of a rule of two parts, f and g, from f, g, f' and g'."""
    def wrong(p: Place) -> Iterator[Expr]:
        if p.rule is rule and len(p.slopes) == 2:
            yield from (make(*(part.expression for part in p.node.parts), *p.slopes) for make in makes)
    return wrong


def _is_two(n: Expr) -> bool:
    return n in (TWO, HALF)


def _halves(p: Place) -> Iterator[Expr]:
    if p.rule is PRODUCT:
        factors = p.e.args
        for k, slope in enumerate(p.slopes):
            yield mul(*factors[:k], slope, *factors[k + 1:])


def _minus(p: Place) -> Iterator[Expr]:
    if terms := list(_halves(p)):
        yield subtract(terms[0], add(*terms[1:]))
        yield subtract(add(*terms[1:]), terms[0])


def _fixed(p: Place) -> list[Expr]:
    return [inner for factor in p.e.args if not depends(factor, p.x) for inner in factors_of(factor)
            ] if p.rule is CONSTANT_MULTIPLE else []


def _is_count(factor: Expr) -> bool:
    return factor.has(COUNT)


def _dropped(counts: bool) -> Callable[[Place], Iterator[Expr]]:
    """The derivative without one of the constant factors, or without all of them."""
    def wrong(p: Place) -> Iterator[Expr]:
        fixed = _fixed(p)
        chosen = [k for k, factor in enumerate(fixed) if _is_count(factor) == counts]
        for k in chosen:
            if fixed[k] != -1:
                yield mul(*fixed[:k], *fixed[k + 1:], p.slopes[0])
        if len(fixed) > 1 and (counts or len(chosen) == len(fixed)):
            yield p.slopes[0]
    return wrong


def _signs(p: Place) -> Iterator[Expr]:
    """One term with the wrong sign."""
    if p.rule is SUM:
        terms = [negative(slope) if signed(term)[0] else slope for term, slope in zip(p.e.args, p.slopes)]
        order = sorted(range(len(terms)), key=lambda k: not signed(p.e.args[k])[0])
        yield from (add(*terms[:k], negative(terms[k]), *terms[k + 1:]) for k in order)


def _left_out(p: Place) -> Iterator[Expr]:
    if p.rule is SUM:
        terms = [negative(slope) if signed(term)[0] else slope for term, slope in zip(p.e.args, p.slopes)]
        yield from (add(*terms[:k], *terms[k + 1:]) for k in range(len(terms)))


def _wrong_sign(p: Place) -> Iterator[Expr]:
    """Where a sign comes in, and where learners believe that one does."""
    if p.elementary and (type(p.e) is sin or signed(p.outer)[0]):
        yield negative(mul(p.outer, p.inner))


def _lost_sign(p: Place) -> Iterator[Expr]:
    """Only where the inside has a minus that can be lost."""
    if p.chained and any(signed(part)[0] and depends(part, p.x) for part in preorder_traversal(p.inside)):
        yield negative(mul(p.outer, p.inner))


def _as_power(p: Place) -> Iterator[Expr]:
    if p.exponential:
        base = p.e.base if isinstance(p.e, Pow) else E
        yield mul(p.inside, power(base, lowered(p.inside)))
        yield mul(p.inside, power(base, lowered(p.inside)), p.inner)


def _without_ln(p: Place) -> Iterator[Expr]:
    if p.exponential and isinstance(p.e, Pow) and p.e.base is not E:
        yield mul(p.e, p.inner)
        yield divide(mul(p.e, p.inner), call(log, p.e.base))


def _one_case(p: Place) -> Iterator[Expr]:
    if p.rule in (MAXIMUM, MINIMUM, CASES):
        yield from p.slopes
    if type(p.e) in (Abs, relu) and p.elementary:
        yield p.inner


def _function_wrong(p: Place) -> Iterator[Expr]:
    if p.elementary and (slopes := WRONG_SLOPES.get(type(p.e))):
        yield from (mul(slope(p.inside), p.inner) for slope in slopes)


def _above(f: Expr, g: Expr, df: Expr, dg: Expr) -> Expr:
    return subtract(mul(df, g), mul(f, dg))


def _over_square(join: Callable[[Expr, Expr], Expr]) -> Callable[..., Expr]:
    return lambda f, g, df, dg: divide(join(mul(df, g), mul(f, dg)), _square(g))


def _factor_too(p: Place) -> Iterator[Expr]:
    """(c f)' as f + c f', as c' f' where c has a letter of its own, or as 0 · f'."""
    if fixed := _fixed(p):
        yield add(p.node.parts[0].expression, mul(*fixed, p.slopes[0]))
        for k, factor in enumerate(fixed):
            for letter in letters_of(factor):
                yield mul(*fixed[:k], derivative(factor, letter), *fixed[k + 1:], p.slopes[0])
        yield Integer(0)


def _as_if_it_changed(p: Place) -> Iterator[Expr]:
    """b² differentiated to 2b and π² to 2π, though neither has the letter in it."""
    if p.rule is CONSTANT:
        yield from (derivative(p.e, letter) for letter in letters_of(p.e))
        if isinstance(p.e, Pow) and not letters_of(p.e):
            yield mul(p.e.exp, power(p.e.base, lowered(p.e.exp)))


def _lowered_wrongly(p: Place) -> Iterator[Expr]:
    """n u^(n - 2), and for fractions the slips of n - 1: 2/3 - 1 as 1/3."""
    if p.exponent is not None and is_number(p.exponent):
        n = p.exponent
        for wrong in (n - 2, 1 - n, -n):
            yield mul(n, power(p.inside, wrong), p.inner)


def _about_inside(before: str, after: str) -> Callable[[Place], Words]:
    return lambda p: (before.replace("OUTER", p.called), p.inside, after.replace("OUTER", p.called))


def _about(before: str, after: str = ".") -> Callable[[Place], Words]:
    return lambda p: (before, p.e, after)


FORGOTTEN = WrongRule(
    name="inner derivative forgotten", wrong=chain(lambda p: p.outer),
    says=_about_inside("OUTER is differentiated, but the derivative of the inside, ", ", is missing as a factor."))

LIKELY: tuple[WrongRule, ...] = (
    FORGOTTEN,
    WrongRule(name="power rule used on an exponential", wrong=_as_power,
            says=lambda p: ("The power rule is for a fixed exponent; in ", p.e, " the exponent is what changes.")),
    WrongRule(name="one case used everywhere", wrong=_one_case,
            says=_about("The slope of ", " differs from case to case; the answer has one case for all.")),
)

COMMON: tuple[WrongRule, ...] = (
    WrongRule(name="inner derivative left unevaluated", wrong=chain(lambda p: mul(p.outer, p.inside)),
            says=_about_inside("The factor after the derivative of OUTER is the inside itself, ",
                               "; its derivative belongs there.")),
    WrongRule(name="the 2 dropped", wrong=of_power(lambda p, n: power(p.inside, lowered(n)), _is_two),
            says=_about("The 2 that comes from the exponent is missing where ", " is differentiated.")),
    WrongRule(name="exponent not brought down",
            wrong=of_power(lambda p, n: power(p.inside, lowered(n)), lambda n: n != -1 and not _is_two(n)),
            says=_about("The exponent is lowered, but it is missing as a factor, where ", " is differentiated.")),
    WrongRule(name="exponent not lowered", wrong=of_power(lambda p, n: mul(n, p.e)),
            says=_about("The exponent came down as a factor, but the power kept its old exponent, where ",
                        " is differentiated.")),
    WrongRule(name="exponent kept as a factor only", wrong=of_power(lambda p, n: mul(n, p.inside), lambda n: n != TWO),
            says=_about("The exponent came down as a factor, but the rest of the power is gone, where ",
                        " is differentiated.")),
    WrongRule(name="exponent raised instead of lowered", wrong=of_power(lambda p, n: mul(n, power(p.inside, add(n, ONE)
                                                                                      if not is_number(n) else n + 1))),
            says=_about("The exponent of ", " went up by 1; differentiating takes it down by 1.")),
    WrongRule(name="exponent lowered wrongly", wrong=_lowered_wrongly,
            says=_about("The exponent of ", " goes down by 1, and by no more or less.")),
    WrongRule(name="the 1/n dropped", wrong=_dropped(counts=True),
            says=lambda p: ("What stands before the sum is a constant factor and stays: the number of rows is missing.",)),
    WrongRule(name="a constant factor dropped", wrong=_dropped(counts=False),
            says=_about("A constant factor of ", " is missing; it stays when the rest is differentiated.")),
    WrongRule(name="product rule as product of derivatives",
            wrong=lambda p: iter((mul(*p.slopes),) if p.rule is PRODUCT else ()),
            says=_about("The derivative of the product ", " is not the product of the derivatives of its factors; "
                        "each term keeps the other factor as it is.")),
    WrongRule(name="one half of the product rule forgotten", wrong=_halves,
            says=_about("Only one factor of ", " is differentiated; the product rule has a term for each.")),
    WrongRule(name="sign of the outer derivative wrong", wrong=_wrong_sign,
            says=lambda p: (f"The derivative of {p.called} has the wrong sign where ", p.e, " is differentiated.")),
    WrongRule(name="minus in the product rule", wrong=_minus,
            says=_about("The terms of the product rule are added, not subtracted, where ", " is differentiated.")),
    WrongRule(name="quotient order swapped", wrong=in_rule(_over_square(lambda a, b: subtract(b, a)), rule=QUOTIENT),
            says=_about("The two terms above the bar have changed places, which turns the sign, where ",
                        " is differentiated.")),
    WrongRule(name="plus in the quotient rule", wrong=in_rule(_over_square(add), rule=QUOTIENT),
            says=_about("Between the two terms above the bar stands a minus, not a plus, where ", " is differentiated.")),
    WrongRule(name="quotient rule as quotient of derivatives",
            wrong=in_rule(lambda f, g, df, dg: divide(df, dg), rule=QUOTIENT),
            says=_about("The derivative of the fraction ", " is not the derivative of the top over that of the bottom.")),
    WrongRule(name="denominator not squared",
            wrong=in_rule(lambda f, g, df, dg: divide(_above(f, g, df, dg), g),
                          lambda f, g, df, dg: _above(f, g, df, dg), rule=QUOTIENT),
            says=_about("Above the bar all is right, but below it belongs the square of the denominator, where ",
                        " is differentiated.")),
    WrongRule(name="one half of the quotient rule forgotten",
            wrong=in_rule(lambda f, g, df, dg: divide(df, g), lambda f, g, df, dg: negative(divide(mul(f, dg), _square(g))),
                          lambda f, g, df, dg: divide(mul(f, dg), _square(g)),
                          lambda f, g, df, dg: divide(df, _square(g)), rule=QUOTIENT),
            says=_about("Top and bottom of ", " both change; the quotient rule has a term for each.")),
    WrongRule(name="reciprocal of the derivative",
            wrong=lambda p: iter((divide(ONE, p.inner),) if p.exponent == -1 else ()),
            says=_about("The derivative of ", " is not one over the derivative of what stands below the bar.")),
    WrongRule(name="ln of the base dropped", wrong=_without_ln,
            says=_about("The logarithm of the base does not stand as a factor where ", " is differentiated.")),
    WrongRule(name="power rule used on f^g",
            wrong=in_rule(lambda f, g, df, dg: mul(g, power(f, subtract(g, ONE)), df),
                          lambda f, g, df, dg: mul(g, power(f, subtract(g, ONE))), rule=GENERAL_POWER),
            says=lambda p: ("In ", p.e, " the exponent changes too; the power rule alone is for a fixed exponent.")),
    WrongRule(name="exponential rule used on f^g",
            wrong=in_rule(lambda f, g, df, dg: mul(power(f, g), call(log, f), dg), rule=GENERAL_POWER),
            says=lambda p: ("In ", p.e, " the base changes too; the exponential rule alone is for a fixed base.")),
    WrongRule(name="sign of the inner derivative lost", wrong=_lost_sign,
            says=_about_inside("OUTER is differentiated, but the derivative of the inside, ", ", has the wrong sign.")),
    WrongRule(name="outer function kept", wrong=chain(lambda p: mul(p.e, p.inner)),
            says=_about_inside("The derivative of the inside, ", ", is a factor, but OUTER itself is not differentiated.")),
    WrongRule(name="only the inner derivative", wrong=chain(lambda p: p.inner),
            says=_about_inside("Only the inside, ", ", is differentiated; the derivative of OUTER is missing as a factor.")),
    WrongRule(name="outer function of the inner derivative", wrong=chain(lambda p: p.of(p.inner)),
            says=_about_inside("Only the inside, ", ", is differentiated, in its place; OUTER has a derivative too.")),
    WrongRule(name="outer derivative at the inner derivative",
            wrong=chain(lambda p: p.outer_at(p.inner), lambda p: mul(p.outer_at(p.inner), p.inner)),
            says=_about_inside("The derivative of OUTER is taken at the derivative of the inside; it is taken at the inside, ",
                               ", itself.")),
    WrongRule(name="inner derivative added", wrong=chain(lambda p: add(p.outer, p.inner), lambda p: subtract(p.outer, p.inner)),
            says=_about_inside("The derivative of the inside, ", ", is added; in the chain rule it is a factor.")),
)

RARER: tuple[WrongRule, ...] = (
    WrongRule(name="sign of a term lost", wrong=_signs,
            says=_about("One term of ", " is differentiated with the wrong sign.")),
    WrongRule(name="a term left out", wrong=_left_out,
            says=_about("The derivative of one term of ", " is missing.")),
    WrongRule(name="a constant kept", wrong=lambda p: iter((p.e,) if p.rule is CONSTANT else ()),
            says=lambda p: (p.e, " does not change with ", p.x, ", but it still stands in the answer: "
                            "its derivative is that of a constant.")),
    WrongRule(name="a constant differentiated as if it changed", wrong=_as_if_it_changed,
            says=lambda p: (p.e, " does not change with ", p.x, ", but it is differentiated as if it did.")),
    WrongRule(name="a constant differentiated to 1", wrong=lambda p: iter((ONE,) if p.rule is CONSTANT else ()),
            says=lambda p: (p.e, " does not change with ", p.x, ", so its derivative is that of a constant and not 1.")),
    WrongRule(name="a constant factor differentiated too", wrong=_factor_too,
            says=_about("A constant factor of ", " is differentiated as if it changed; it stays as it is.")),
    WrongRule(name="the variable not differentiated", wrong=lambda p: iter((p.e,) if p.rule is IDENTITY else ()),
            says=lambda p: (p.x, " still stands where its derivative belongs.")),
    WrongRule(name="derivative of the function wrong", wrong=_function_wrong,
            says=lambda p: (f"The rule for the derivative of {p.called} is not the right one where ", p.e,
                            " is differentiated.")),
)
