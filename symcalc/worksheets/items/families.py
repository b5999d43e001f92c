"""The formulas to differentiate, by rule and level: for each a few forms, whose numbers are drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from symcalc.errors import perhaps
from symcalc.worksheets.items.bricks import (
    Twin,
    bowl,
    coefficient,
    cosine,
    exponential,
    letter,
    logarithm,
    number,
    product,
    quotient,
    raised,
    root,
    sine,
    straight,
    term,
    times,
    total,
)
from symcalc.worksheets.items.draw import Draw
from symcalc.worksheets.items.item import WorksheetError

Maker = Callable[[Draw, Twin], Twin]


def _falling(draw: Draw, x: Twin, count: int, top: int) -> Twin:
    """A sum of powers with falling exponents, down to x, and a number behind it."""
    exponents = sorted(draw.shuffled(range(2, top + 1))[:count - 1], reverse=True)
    terms = [term(coefficient(draw) if k else draw.whole(2, 9), x, n) for k, n in enumerate((*exponents, 1))]
    return total(*terms, number(coefficient(draw)))


def _polynomial(count: int, top: int) -> Maker:
    return lambda d, x: _falling(d, x, count, top)


def _over_powers(d: Draw, x: Twin) -> Twin:
    return total(term(d.whole(2, 9), x, -d.whole(2, 4)), term(coefficient(d), x, d.whole(2, 4)))


def _with_root(d: Draw, x: Twin) -> Twin:
    return total(times(2 * d.whole(2, 6), root(x)), term(coefficient(d), x, -d.whole(2, 3)),
                 term(coefficient(d), x, d.whole(2, 4)))


def _outer(outer: Callable[[Twin], Twin], inside: Callable[[Draw, Twin], Twin]) -> Maker:
    return lambda d, x: outer(inside(d, x))


def _multiple(d: Draw, x: Twin) -> Twin:
    return times(d.whole(2, 6), x)


def _positive(make: Callable[..., Twin]) -> Maker:
    return lambda d, x: make(d, x, positive=True)


def _scaled(make: Maker) -> Maker:
    return lambda d, x: times(d.whole(2, 9), make(d, x))


def _times_power(make: Maker, low: int = 2, high: int = 4) -> Maker:
    """x^n times a function."""
    return lambda d, x: product(raised(x, d.whole(low, high)), make(d, x))


def _over_power(make: Maker) -> Maker:
    return lambda d, x: quotient(make(d, x), raised(x, d.whole(2, 4)))


def _two_terms(first: Maker, second: Maker) -> Maker:
    """c f + d g."""
    return lambda d, x: total(times(d.whole(2, 9), first(d, x)), times(coefficient(d), second(d, x)))


def _alone(outer: Callable[[Twin], Twin]) -> Maker:
    return lambda d, x: outer(x)


def _to_the(make: Maker, low: int = 3, high: int = 6) -> Maker:
    return lambda d, x: raised(make(d, x), d.whole(low, high))


def _power_of_x(d: Draw, x: Twin) -> Twin:
    return raised(x, d.whole(2, 4))


def _lines_over(d: Draw, x: Twin) -> Twin:
    above, below = straight(d, x), straight(d, x)
    return quotient(above, below)


def _line_over_simple(d: Draw, x: Twin) -> Twin:
    return quotient(straight(d, x), total(x, number(coefficient(d))))


RULES: Mapping[str, Mapping[int, tuple[Maker, ...]]] = {
    "power": {
        1: (_polynomial(2, 5),),
        2: (_polynomial(3, 6),),
        3: (_over_powers,),
        4: (_with_root,),
    },
    "product": {
        1: (lambda d, x: product(straight(d, x), straight(d, x)),),
        2: (lambda d, x: product(bowl(d, x), straight(d, x)),),
        3: (_times_power(_alone(sine)), _times_power(_alone(cosine)), _times_power(_alone(exponential))),
        4: (lambda d, x: product(straight(d, x), exponential(_multiple(d, x))), _times_power(_outer(sine, _multiple))),
    },
    "quotient": {
        1: (_line_over_simple,),
        2: (_lines_over,),
        3: (lambda d, x: quotient(bowl(d, x), straight(d, x)),),
        4: (_over_power(_outer(exponential, _multiple)), _over_power(_outer(sine, _multiple))),
    },
    "chain": {
        1: (_to_the(straight),),
        2: (_to_the(bowl),),
        3: (_outer(root, _positive(bowl)), lambda d, x: term(d.whole(2, 9), straight(d, x), -d.whole(2, 4))),
        4: (_to_the(_outer(sine, _multiple)), _to_the(lambda d, x: total(exponential(_multiple(d, x)), number(d.whole(2, 9))))),
    },
    "exponential": {
        1: (_two_terms(_alone(exponential), _power_of_x),),
        2: (_scaled(_outer(exponential, _multiple)),),
        3: (_scaled(_outer(exponential, bowl)),),
        4: (_times_power(_outer(exponential, _multiple)),),
    },
    "logarithm": {
        1: (_two_terms(_alone(logarithm), _power_of_x),),
        2: (_scaled(_outer(logarithm, _positive(straight))),),
        3: (_scaled(_outer(logarithm, _positive(bowl))),),
        4: (_times_power(_outer(logarithm, _positive(straight))),),
    },
    "trigonometric": {
        1: (_two_terms(_alone(sine), _alone(cosine)),),
        2: (_scaled(_outer(sine, _multiple)), _scaled(_outer(cosine, _multiple))),
        3: (_scaled(_outer(sine, straight)), _scaled(_outer(cosine, bowl))),
        4: (_times_power(_outer(cosine, _multiple)), _scaled(_to_the(_outer(cosine, _multiple), 2, 4))),
    },
    "mixed": {
        3: (_times_power(_to_the(straight)), _times_power(_outer(logarithm, _positive(straight)))),
        4: (lambda d, x: product(exponential(_multiple(d, x)), sine(_multiple(d, x))),
            lambda d, x: product(exponential(_multiple(d, x)), cosine(_multiple(d, x))),
            lambda d, x: product(_to_the(straight, 2, 4)(d, x), exponential(_multiple(d, x))),
            _outer(logarithm, lambda d, x: total(exponential(_multiple(d, x)), number(d.whole(2, 9)))),
            _outer(root, lambda d, x: total(exponential(_multiple(d, x)), number(d.whole(2, 9))))),
    },
}

# For slopes at a point: formulas whose values there are simple, at 0 where e or a sine is in them.
AT_A_POINT: Mapping[int, tuple[Maker, ...]] = {
    1: (_polynomial(2, 5), _to_the(straight)),
    2: (_polynomial(3, 5), lambda d, x: product(bowl(d, x), straight(d, x)), _to_the(bowl, 3, 4)),
    3: (_lines_over, _outer(root, _positive(bowl)), lambda d, x: term(d.whole(2, 9), straight(d, x), -d.whole(2, 4)),
        _over_powers),
    4: (lambda d, x: product(straight(d, x), exponential(_multiple(d, x))),
        lambda d, x: total(times(d.whole(2, 9), sine(_multiple(d, x))), times(coefficient(d), exponential(_multiple(d, x)))),
        lambda d, x: product(times(d.whole(2, 9), exponential(_multiple(d, x))), cosine(_multiple(d, x)))),
}

_BY_LEVEL: Mapping[int, tuple[str, ...]] = {1: ("power", "chain"), 2: ("power", "product", "quotient", "chain", "exponential"),
                                            3: tuple(RULES), 4: tuple(RULES)}


def checked_rule(rule: object, level: int) -> str | None:
    """The rule that a spec gives; WorksheetError where there is none of this name at the level."""
    if rule is None or (rule in RULES and level in RULES[rule]):
        return rule
    valid = [name for name, levels in RULES.items() if level in levels]
    raise WorksheetError(f"the rule at level {level} is one of {', '.join(valid)}, not {rule!r:.40}"
                         + perhaps(rule, valid))


def forms(draw: Draw, level: int, rule: str | None = None) -> tuple[Maker, ...]:
    """The forms of the rule, or of one that suits the level."""
    return RULES[checked_rule(rule, level) or draw.form("rule").choice(_BY_LEVEL[level])][level]


def drawn(draw: Draw, makers: Sequence[Maker], name: str = "x") -> Twin:
    """A formula of one of the forms, in the letter."""
    return draw.form("formula").choice(makers)(draw, letter(name))
