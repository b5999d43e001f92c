"""Items on one function of one letter: its derivative, the slope at a point, the tangent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from sympy import Expr, Integer, Rational, exp, sin

from symcalc.calculus.derivation import Derivation, derive
from symcalc.calculus.tutor.hints import hints as climbing
from symcalc.pages.document import Block, Equation, Formula, Inline, Paragraph, paragraph
from symcalc.pages.notation import latex, text
from symcalc.pages.rendering import formula_of
from symcalc.training.told.slope_numbers import put_in as in_brackets
from symcalc.worksheets.items.bricks import CONTEXT, Twin, symbol
from symcalc.worksheets.items.draw import Draw
from symcalc.worksheets.items.families import AT_A_POINT, RULES, Maker, checked_rule, drawn, forms
from symcalc.worksheets.items.item import Item, Kind
from symcalc.worksheets.items.numbers import is_short, moderate, value_at, written
from symcalc.worksheets.items.proving import confirmed, require, same, slope, value_of
from symcalc.written import add, is_number, mul, replaced

_LETTERS = (("f", "x"), ("f", "x"), ("g", "x"), ("f", "t"), ("g", "t"), ("h", "s"))
_POINTS = (2, 1, -1, 3, -2, 4)
_BARE_ONE = (re.compile(r"(?<![\d.^])1 (?=[\w(√])"), re.compile(r"(?<![\d.^{])1 (?=\\(?!cdot|right)|[a-z])"))
_TRIES = 80                  # formulas before none is found
_FLAT = 1e-12
_STEPS = (Fraction(1, 10), Fraction(1, 20), Fraction(1, 50), Fraction(1, 100))      # along a tangent
_FORETOLD = 0.1              # of the expected change is the most by which the actual one may differ
BY_RULE = MappingProxyType({"rule": f"one of {', '.join(RULES)}"})


def named(draw: Draw) -> tuple[str, str]:
    """The letters of the function and of its argument."""
    return draw.form("letters").choice(_LETTERS)


def function_of(name: str, argument: Expr | str) -> Formula:
    """f(x)."""
    shown = argument if isinstance(argument, str) else text(argument)
    typeset = argument if isinstance(argument, str) else latex(argument)
    return Formula(text=f"{name}({shown})", latex=f"{name}({typeset})")


def slope_of(name: str, argument: Expr | str) -> Formula:
    """f'(x)."""
    return function_of(f"{name}'", argument)


def derived(twin: Twin, name: str) -> tuple[Derivation, int] | None:
    """The derivation of a formula with the checks behind it; None where its numbers are not nice."""
    derivation = derive(twin.formula, symbol(name))
    if is_number(derivation.result) or not moderate([derivation.result]):
        return None
    return derivation, len(derivation.proof.checks) + confirmed(twin, derivation.result, name)


def _differentiate(draw: Draw, level: int, rule: str | None = None) -> Item | None:
    f, x = named(draw)
    twin = drawn(draw, forms(draw, level, rule), x)
    made = derived(twin, x)
    if made is None:
        return None
    derivation, checks = made
    return Item(
        kind="differentiate", level=level, seed=draw.seed, points=1 + level, space=3 + 2 * level, checks=checks,
        question=(paragraph("Differentiate with respect to ", symbol(x), "."), Equation((function_of(f, x), twin.formula))),
        answer=(Equation((slope_of(f, x), derivation.result)),), solution=derivation.working(),
        hints=first_hints(derivation, 2), source=f"differentiate {text(twin.formula)}", length=len(derivation.lines),
        expected=derivation.result)


def first_hints(derivation: Derivation, count: int) -> tuple[Paragraph, ...]:
    """What the tutor would say first."""
    return tuple(Paragraph(hint.parts) for hint in climbing(derivation).hints[:count])


def with_point(draw: Draw, makers: Sequence[Maker], name: str, largest: int) -> tuple[Twin, int] | None:
    """A formula and a place at which its value and its slope are small whole numbers or simple fractions.

    They are found by plain arithmetic, so that only what is nice is derived.
    """
    for _ in range(_TRIES):
        twin = drawn(draw, makers, name)
        for a in draw.shuffled((*_POINTS, 0) if twin.formula.has(exp, sin) else _POINTS):
            at = {name: CONTEXT.mpf(a)}
            try:
                height, steepness = twin.value(at), slope(twin, at, name)
            except (ZeroDivisionError, ValueError):
                continue
            if _is_simple(height, largest) and _is_simple(steepness, largest) and abs(steepness) > _FLAT:
                return twin, a
    return None


def _is_simple(value: Any, largest: int) -> bool:
    if not isinstance(value, CONTEXT.mpf) or abs(value) > largest:
        return False
    near = Fraction(float(value)).limit_denominator(9)
    return same(value, CONTEXT.mpf(near.numerator) / near.denominator) and abs(near.numerator) <= largest


def at_place(twin: Twin, derivation: Derivation, name: str, a: int) -> tuple[Rational, Rational]:
    """The value and the slope there, exactly, both confirmed by plain arithmetic."""
    at = {name: CONTEXT.mpf(a)}
    height, steepness = value_at(twin.formula, **{name: a}), value_at(derivation.result, **{name: a})
    for exact, plain in ((height, twin.value(at)), (steepness, slope(twin, at, name))):
        require(exact is not None and same(CONTEXT.mpf(exact.p) / exact.q, plain), f"{text(twin.formula)} at {a}")
    return height, steepness


def put_in(derivation: Derivation, f: str, x: str, a: int, steepness: Expr) -> tuple[Block, ...]:
    """f'(x), then f'(a) in numbers."""
    numbers = numbers_in(derivation.result, {x: a})
    shown = (numbers, steepness) if numbers.text != text(steepness) else (steepness,)
    return (paragraph("Put ", equals(symbol(x), Integer(a)), " into ", slope_of(f, x), ":"),
            Equation((slope_of(f, Integer(a)), *shown)))


def numbers_in(formula: Expr, at: Mapping[str, int]) -> Formula:
    """The formula with numbers for its letters, a 1 among factors set apart from what follows: 30 · 1 · (5 · 1² - 8)²."""
    put = replaced(formula, {symbol(name): in_brackets(Integer(value)) for name, value in at.items()}.get)
    return Formula(text=_BARE_ONE[0].sub("1 · ", text(put)), latex=_BARE_ONE[1].sub(r"1 \\cdot ", latex(put)))


def equals(left: Expr | Formula, right: Expr) -> Formula:
    """x = 2, for a sentence."""
    one, other = formula_of(left), formula_of(right)
    return Formula(text=f"{one.text} = {other.text}", latex=f"{one.latex} = {other.latex}")


def _pointed(level: int, rule: str | None) -> tuple[Maker, ...]:
    """The forms of the rule, or those of the level."""
    wanted = checked_rule(rule, level)
    return RULES[wanted][level] if wanted else AT_A_POINT[level]


def _at_a_point(draw: Draw, level: int, rule: str | None, x: str, largest: int) -> tuple[Twin, int, Derivation, int] | None:
    """A function and a place, its derivation, and the checks behind it; None where no numbers are nice."""
    found = with_point(draw, _pointed(level, rule), x, largest)
    made = found and derived(found[0], x)
    return (*found, *made) if found and made else None


def _evaluate(draw: Draw, level: int, rule: str | None = None) -> Item | None:
    f, x = named(draw)
    found = _at_a_point(draw, level, rule, x, largest=300)
    if found is None:
        return None
    twin, a, derivation, checks = found
    _, steepness = at_place(twin, derivation, x, a)
    return Item(
        kind="evaluate", level=level, seed=draw.seed, points=2 + level, space=4 + 2 * level, checks=checks + 1,
        question=(paragraph("Find the slope of ", function_of(f, x), " at ", equals(symbol(x), Integer(a)), "."),
                  Equation((function_of(f, x), twin.formula))),
        answer=(Equation((slope_of(f, Integer(a)), steepness)),),
        solution=(*derivation.working(), *put_in(derivation, f, x, a, steepness)),
        hints=(paragraph("First differentiate, then put the number in."), *first_hints(derivation, 1)),
        source=f"evaluate {text(twin.formula)} at {a}", length=len(derivation.lines), expected=steepness)


def _tangent(draw: Draw, level: int, rule: str | None = None) -> Item | None:
    f, x = named(draw)
    found = _at_a_point(draw, level, rule, x, largest=100)
    if found is None:
        return None
    twin, a, derivation, checks = found
    height, steepness = at_place(twin, derivation, x, a)
    step = _close_step(draw, twin, x, a, steepness)
    if step is None or abs(steepness) == 1:
        return None
    change = _exactly(steepness) * step
    tangent = add(mul(steepness, symbol(x)), height - steepness * a)
    require(same(value_of(tangent, {x: CONTEXT.mpf(a)}), twin.value({x: CONTEXT.mpf(a)})), "the tangent meets the curve")
    y, delta = symbol("y"), Formula(text=f"Δ{x}", latex=rf"\Delta {x}")
    change_of = Formula(text=f"Δ{f}", latex=rf"\Delta {f}")
    point = add(symbol(x), Integer(-a))
    through: tuple[Inline | Expr, ...] = (y, add(mul(steepness, point) if a else mul(steepness, symbol(x)), height), tangent)
    sides = tuple(side for k, side in enumerate(through) if k == 0 or text(side) != text(through[k - 1]))
    expected = Equation((change_of, Formula(text=f"{f}'({a}) · {delta.text}", latex=rf"{f}'({a}) \cdot {delta.latex}"),
                         mul_shown(steepness, step), written(change)), first="≈")
    return Item(
        kind="tangent", level=level, seed=draw.seed, points=3 + level, space=6 + 2 * level, checks=checks + 3,
        question=(paragraph("(a) Find the tangent line of ", function_of(f, x), " at ", equals(symbol(x), Integer(a)), "."),
                  Equation((function_of(f, x), twin.formula)),
                  paragraph("(b) By about how much does ", function_of(f, x), " change when ", symbol(x), " goes from ",
                            Integer(a), " to ", written(a + step), "? Use the tangent.")),
        answer=(Equation((y, tangent)), Equation((change_of, written(change)), "≈")),
        solution=(*derivation.working(), *put_in(derivation, f, x, a, steepness),
                  paragraph("(a) The tangent goes through the point (", Integer(a), ", ", height, ") with this slope:"),
                  Equation(sides), paragraph("(b) Expected change = slope times step, with ",
                                             Formula(text=f"{delta.text} = {text(written(step))}",
                                                     latex=f"{delta.latex} = {latex(written(step))}"), ":"), expected),
        hints=(paragraph("(a) The tangent has the slope of the curve and goes through its point."),
               paragraph("(b) The expected change is the slope times the step.")),
        source=f"tangent {text(twin.formula)} at {a} step {step}", length=len(derivation.lines), expected=tangent)


def _close_step(draw: Draw, twin: Twin, x: str, a: int, steepness: Rational) -> Fraction | None:
    """A step along which the tangent foretells the change of the function well, by a short number."""
    height = twin.value({x: CONTEXT.mpf(a)})
    for step in (sign * size for size in draw.shuffled(_STEPS) for sign in draw.shuffled((1, -1))):
        change = _exactly(steepness) * step
        there = {x: a + CONTEXT.mpf(step.numerator) / step.denominator}
        actual = twin.value(there) - height
        expected = CONTEXT.mpf(change.numerator) / change.denominator
        if is_short(change) and isinstance(actual, CONTEXT.mpf) and abs(actual - expected) <= _FORETOLD * abs(expected):
            return step
    return None


def _exactly(value: Rational) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def mul_shown(slope: Expr, step: Fraction) -> Formula:
    """slope · step, a negative step in brackets."""
    right = written(step)
    return Formula(text=f"{text(slope)} · {text(right) if step > 0 else f'({text(right)})'}",
                   latex=rf"{latex(slope)} \cdot {latex(right) if step > 0 else rf'({latex(right)})'}")


DERIVATIVES = (
    Kind(name="differentiate", about="the derivative of a formula", levels=(1, 2, 3, 4), make=_differentiate, params=BY_RULE),
    Kind(name="evaluate", about="the slope at a point", levels=(1, 2, 3, 4), make=_evaluate, params=BY_RULE),
    Kind(name="tangent", about="the tangent line, and the change to expect for a small step", levels=(1, 2, 3, 4),
         make=_tangent, params=BY_RULE),
)
