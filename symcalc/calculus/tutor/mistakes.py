"""The wrong rules that learners use: one small declaration for each, in the order of how likely they are.

Each says what a learner writes where a rule of the derivation should be used; the tutor puts that in the place of the
one right step, leaves the rest right, and sees whether the answer at hand comes out.
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import Integer, log

from symcalc.calculus.elementary import lowered, raised
from symcalc.calculus.rules import CONSTANT, IDENTITY, PRODUCT, QUOTIENT
from symcalc.calculus.tutor.misreadings import derivative
from symcalc.calculus.tutor.places import Place, Words, WrongRule
from symcalc.calculus.tutor.wrong_slopes import WRONG_SLOPES
from symcalc.calculus.tutor.wrong_steps import (
    as_if_it_changed,
    as_power,
    base_above,
    base_forgotten,
    cases_swapped,
    chain,
    factor_too,
    in_degrees,
    in_f_to_the_g,
    in_rule,
    is_two,
    lowered_wrongly,
    number_outside,
    of_power,
    one_case,
    one_half,
    over_square,
    over_the_bar_alone,
    square,
    turned_inner,
    turned_outer,
    with_minus,
    with_wrong_sign,
    without_a_term,
    without_factor,
    without_ln,
    wrong_slope,
)
from symcalc.parts import is_below, upright
from symcalc.written import add, call, divide, is_number, mul, negative, power, subtract

ONE, TWO = Integer(1), Integer(2)


def _about_inside(before: str, after: str) -> Callable[[Place], Words]:
    return lambda p: (before.replace("OUTER", p.called), p.inside, after.replace("OUTER", p.called))


def _about(before: str, after: str = ".") -> Callable[[Place], Words]:
    return lambda p: (before, p.e, after)


FORGOTTEN = WrongRule(
    name="inner derivative forgotten", wrong=chain(lambda p: p.outer),
    says=_about_inside("OUTER is differentiated, but the derivative of the inside, ", ", is missing as a factor."))

LIKELY: tuple[WrongRule, ...] = (
    FORGOTTEN,
    WrongRule(name="power rule used on f^g",
              wrong=in_f_to_the_g(lambda f, g, df, dg: mul(g, power(f, subtract(g, ONE)), df),
                                  lambda f, g, df, dg: mul(g, power(f, subtract(g, ONE)))),
              says=lambda p: ("In ", p.e, " the exponent changes too; the power rule alone is for a fixed exponent.")),
    WrongRule(name="exponential rule used on f^g",
              wrong=in_f_to_the_g(lambda f, g, df, dg: mul(power(f, g), call(log, f), dg)),
              says=lambda p: ("In ", p.e, " the base changes too; the exponential rule alone is for a fixed base.")),
    WrongRule(name="power rule used on an exponential", wrong=as_power,
              says=lambda p: ("The power rule is for a fixed exponent; in ", p.e, " the exponent is what changes.")),
    WrongRule(name="ln of the base dropped", wrong=without_ln,
              says=_about("The logarithm of the base does not stand as a factor where ", " is differentiated.")),
    WrongRule(name="base of the logarithm forgotten", wrong=base_forgotten,
              says=_about("The slope is that of the natural logarithm; ", " has another base, which comes in as well.")),
    WrongRule(name="ln of the base above the bar", wrong=base_above,
              says=_about("The logarithm of the base stands on the wrong side of the bar where ", " is differentiated.")),
    WrongRule(name="cases swapped", wrong=cases_swapped,
              says=_about("Each slope stands in the case of the other where ", " is differentiated.")),
    WrongRule(name="one case used everywhere", wrong=one_case,
              says=_about("The slope of ", " differs from case to case; the answer has one case for all.")),
)

COMMON: tuple[WrongRule, ...] = (
    WrongRule(name="inner derivative left unevaluated", wrong=chain(lambda p: mul(p.outer, p.inside)),
              says=_about_inside("The factor after the derivative of OUTER is the inside itself, ",
                                 "; its derivative belongs there.")),
    WrongRule(name="product rule as product of derivatives",
              wrong=lambda p: iter((mul(*p.slopes),) if p.rule is PRODUCT else ()),
              says=_about("The derivative of the product ", " is not the product of the derivatives of its factors; "
                          "each term keeps the other factor as it is.")),
    WrongRule(name="product rule as sum of derivatives",
              wrong=lambda p: iter((add(*p.slopes),) if p.rule is PRODUCT else ()),
              says=_about("The derivative of the product ", " is not the sum of the derivatives of its factors; "
                          "in each term the other factor stays.")),
    WrongRule(name="one half of the product rule forgotten", wrong=one_half,
              says=_about("Only one factor of ", " is differentiated; the product rule has a term for each.")),
    WrongRule(name="minus in the product rule", wrong=with_minus,
              says=_about("The terms of the product rule are added, not subtracted, where ", " is differentiated.")),
    WrongRule(name="quotient order swapped", wrong=in_rule(over_square(lambda a, b: subtract(b, a)), rule=QUOTIENT),
              says=_about("The two terms above the bar have changed places, which turns the sign, where ",
                          " is differentiated.")),
    WrongRule(name="plus in the quotient rule", wrong=in_rule(over_square(add), rule=QUOTIENT),
              says=_about("Between the two terms above the bar stands a minus, not a plus, where ", " is differentiated.")),
    WrongRule(name="quotient rule as quotient of derivatives",
              wrong=in_rule(lambda f, g, df, dg: divide(df, dg), rule=QUOTIENT),
              says=_about("The derivative of the fraction ", " is not the derivative of the top over that of the bottom.")),
    WrongRule(name="denominator not squared",
              wrong=over_the_bar_alone,
              says=_about("Above the bar all is right, but below it belongs the square of the denominator, where ",
                          " is differentiated.")),
    WrongRule(name="one half of the quotient rule forgotten",
              wrong=in_rule(lambda f, g, df, dg: divide(df, g), lambda f, g, df, dg: negative(divide(mul(f, dg), square(g))),
                            lambda f, g, df, dg: divide(mul(f, dg), square(g)),
                            lambda f, g, df, dg: divide(df, square(g)), rule=QUOTIENT),
              says=_about("Top and bottom of ", " both change; the quotient rule has a term for each.")),
    WrongRule(name="outer derivative at the inner derivative",
              wrong=chain(lambda p: p.outer_at(p.inner), lambda p: mul(p.outer_at(p.inner), p.inner), number_outside),
              says=_about_inside("The derivative of OUTER is taken at the derivative of the inside; it belongs at ", ".")),
    WrongRule(name="the 2 dropped", wrong=of_power(lambda p, n: power(p.inside, lowered(n)), is_two),
              says=lambda p: ("The 2 that comes from the exponent is missing ", "" if p.exponent == TWO else "below the bar ",
                              "where ", p.e, " is differentiated.")),
    WrongRule(name="exponent not brought down",
              wrong=of_power(lambda p, n: power(p.inside, lowered(n)), lambda n: n != -1 and not is_two(n)),
              says=_about("The exponent is lowered, but it is missing as a factor, where ", " is differentiated.")),
    WrongRule(name="exponent not lowered", wrong=of_power(lambda p, n: mul(n, p.e), lambda n: n != -1),
              says=_about("The exponent came down as a factor, but the power kept its old exponent, where ",
                          " is differentiated.")),
    WrongRule(name="exponent kept as a factor only", wrong=of_power(lambda p, n: mul(n, p.inside), lambda n: n != TWO),
              says=_about("The exponent came down as a factor, but the rest of the power is gone, where ",
                          " is differentiated.")),
    WrongRule(name="exponent raised instead of lowered", wrong=of_power(lambda p, n: mul(n, power(p.inside, raised(n)))),
              says=_about("The exponent of ", " went up by 1; differentiating takes it down by 1.")),
    WrongRule(name="the 1/n dropped", wrong=without_factor(counts=True),
              says=lambda p: ("What stands before the sum is a constant factor and stays: the number of rows is missing.",)),
    WrongRule(name="a constant factor dropped", wrong=without_factor(counts=False),
              says=_about("A constant factor of ", " is missing; it stays when the rest is differentiated.")),
    WrongRule(name="sign of the outer derivative wrong", wrong=turned_outer,
              says=lambda p: (f"The derivative of {p.called} has the wrong sign where ", p.e, " is differentiated.")),
    WrongRule(name="reciprocal of the derivative",
              wrong=lambda p: iter((divide(ONE, derivative(upright(p.e), p.x)),) if p.elementary and is_below(p.e) else ()),
              says=_about("The derivative of ", " is not one over the derivative of what stands below the bar.")),
    WrongRule(name="sign of the inner derivative lost", wrong=turned_inner,
              says=_about_inside("OUTER is differentiated, but the derivative of the inside, ", ", has the wrong sign.")),
    WrongRule(name="outer function kept", wrong=chain(lambda p: mul(p.e, p.inner)),
              says=_about_inside("The derivative of the inside, ", ", is a factor, but OUTER itself is not differentiated.")),
    WrongRule(name="only the inner derivative", wrong=chain(lambda p: p.inner),
              says=_about_inside("Only the inside, ", ", is differentiated; the derivative of OUTER is missing as a factor.")),
    WrongRule(name="outer function of the inner derivative", wrong=chain(lambda p: p.of(p.inner)),
              says=_about_inside("Only the inside, ", ", is differentiated, in its place; OUTER has a derivative too.")),
    WrongRule(name="inside of the function lost", alone=True,
              wrong=chain(lambda p: mul(p.outer_at(p.x), p.inner), lambda p: p.outer_at(p.x)),
              says=_about_inside("The derivative of OUTER is taken at the letter alone; it belongs at the inside, ", ".")),
    WrongRule(name="inner derivative added", wrong=chain(lambda p: add(p.outer, p.inner), lambda p: subtract(p.outer, p.inner)),
              says=_about_inside("The derivative of the inside, ", ", is added; in the chain rule it is a factor.")),
)

RARER: tuple[WrongRule, ...] = (
    WrongRule(name="factor lowered instead of the exponent", alone=True,
              wrong=of_power(lambda p, n: mul(lowered(n), p.e), lambda n: is_number(n) and n > 2),
              says=_about("The exponent itself comes down as the factor, and the power is then lowered by 1, where ",
                          " is differentiated.")),
    WrongRule(name="exponent lowered wrongly", wrong=lowered_wrongly,
              says=_about("The exponent of ", " goes down by 1, and by no more or less.")),
    WrongRule(name="sign of a term lost", wrong=with_wrong_sign,
              says=_about("One term of ", " is differentiated with the wrong sign.")),
    WrongRule(name="a term left out", wrong=without_a_term,
              says=_about("The derivative of one term of ", " is missing.")),
    WrongRule(name="a constant kept", wrong=lambda p: iter((p.e,) if p.rule is CONSTANT else ()),
              says=lambda p: (p.e, " does not change with ", p.x, ", but it still stands in the answer: "
                              "its derivative is that of a constant.")),
    WrongRule(name="a constant differentiated to 1", wrong=lambda p: iter((ONE,) if p.rule is CONSTANT else ()),
              says=lambda p: (p.e, " does not change with ", p.x, ", so its derivative is that of a constant and not 1.")),
    WrongRule(name="a constant differentiated as if it changed", wrong=as_if_it_changed,
              says=lambda p: (p.e, " does not change with ", p.x, ", but it is differentiated as if it did.")),
    WrongRule(name="a constant factor differentiated too", wrong=factor_too,
              says=_about("A constant factor of ", " is differentiated as if it changed; it stays as it is.")),
    WrongRule(name="the variable not differentiated", wrong=lambda p: iter((p.e,) if p.rule is IDENTITY else ()),
              says=lambda p: (p.x, " still stands where its derivative belongs.")),
    WrongRule(name="degrees instead of radians", wrong=in_degrees, alone=True,
              says=_about("The angle in ", " is in radians, so no π/180 comes in.")),
    WrongRule(name="derivative of the function wrong", wrong=wrong_slope,
              says=lambda p: (f"The rule for the derivative of {p.called} is not the right one where ", p.e,
                              f" is differentiated; {WRONG_SLOPES[type(p.e)].hint}.")),
)
