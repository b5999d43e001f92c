"""The working of a step, as one writes it by hand: formula, numbers, value, and the method's equations with numbers."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import product

import numpy as np
from sympy import Add, Basic, Dummy, Expr, Mul, Symbol

from symcalc.compute.compiled import evaluated
from symcalc.pages.document import Block, Equation, Formula, Inline, Table, joined, paragraph
from symcalc.pages.elided import elided, shortened
from symcalc.pages.marked import Marked
from symcalc.pages.notation import latex, text
from symcalc.pages.numberless import filled
from symcalc.pages.numbers import DIGITS, aligned, as_shown, comes_out, numeral
from symcalc.training.course import Course
from symcalc.training.methods import COUNTED, NEWTON, RATE, SLOPE, THETA, Method
from symcalc.training.told.ratio import reading, without_ratio
from symcalc.training.told.slope_numbers import MORE, Place
from symcalc.training.told.step import Step
from symcalc.training.told.steps_found import distinct, newton_blocks, newton_letter, newton_system, scheduled, searched
from symcalc.written import replaced

_SEEN = 0.02             # how far, relatively, a change may be from that of the rounded numbers,
_CLOSE = 1e-3            # how far from what they give,
_NOTHING = 1e-14         # and what is rounding and no more
_LISTED = 12             # rows of a batch that are named one by one


def working(update: Step) -> tuple[Block, ...]:
    """What drove the step, with its numbers; the equations of the method; then expected and actual change."""
    run, place = update.run, update.place
    if run.loss.is_large:
        return *_aside(update), *_rows(update), *scheduled(update), *_of_many(update), *_outcome(update)
    turn = [run.loss.parameters[j] for j in update.turn]
    blocks = [*_aside(update), *_rows(update), *scheduled(update), *_ahead(update, place)]
    slopes = {parameter: _slope(run, place, parameter) for parameter in turn}
    if run.method.needs_curvature or run.method.search:
        blocks += [*slopes.values(), *(newton_blocks(update, place) if run.method.needs_curvature else searched(update))]
        slopes = {}
    step = newton_system(update)[1] if run.method.needs_curvature else np.zeros(len(run.loss.parameters))
    for parameter in turn:
        blocks += [slopes[parameter]] if slopes else []
        blocks += _equations(update, place, parameter, step)
    return (*blocks, *_outcome(update))


# What holds for the whole step

def _aside(update: Step) -> list[Block]:
    """Which parameters stay, and why."""
    run = update.run
    names = run.loss.names
    said: list[Block] = []
    if run.held:
        said.append(paragraph(*joined([equal(run.loss.parameter(name), numeral(update.before[name])) for name in run.held]),
                              f" {'is' if len(run.held) == 1 else 'are'} held."))
    if run.method.turns:
        waiting = [run.loss.parameters[j] for j in run.moving if j not in update.turn]
        others = (*joined(waiting), f" stay{'s' * (len(waiting) == 1)} for now")
        if waiting:
            said.append(paragraph("It is the turn of ", run.loss.parameter(names[update.turn[0]]), "; ", *others, "."))
    return said


def equal(left: Expr, right: Expr) -> Formula:
    """The equation as a piece of a sentence."""
    return Formula(text=f"{text(left)} = {text(right)}", latex=f"{latex(left)} = {latex(right)}")


def _rows(update: Step) -> list[Block]:
    """Which rows drive the step, counted from 1."""
    rows = update.rows
    if rows is None:
        return []
    numbers = [str(row) for row in rows[:_LISTED]]
    listed = joined(numbers if len(rows) <= _LISTED else [*numbers, f"{len(rows) - _LISTED} more"])
    count = f"{len(rows)} of the {update.run.table.rows} rows"
    which = "row" if len(rows) == 1 else "rows"
    return [paragraph(f"The slopes are those of {count}, {which} ", *listed, f", so n = {len(rows)}.")]


def _ahead(update: Step, place: Place) -> list[Block]:
    """The point at which the slopes are taken, where that is not where the step starts."""
    run = update.run
    if not run.method.looks_ahead:
        return []
    blocks: list[Block] = [paragraph("The slopes are taken ahead of where the step starts:")]
    for j in update.turn:
        parameter = run.loss.parameters[j]
        writer = _Writer(update, place, j)
        name = Formula(text=f"{text(parameter)} ahead", latex=_with_word(parameter, "ahead"))
        blocks.append(writer.equation(name, run.method.slope_at, float(update.taken_at[j])))
    return blocks


# Slopes

def _slope(run: Course, place: Place, parameter: Symbol) -> Equation:
    formula = run.slopes[parameter.name]
    value = float(place.slopes[run.loss.names.index(parameter.name)])
    return Equation((run.slope_name(parameter), *distinct(formula, *place.sides(formula, value), numeral(value))))


def _of_many(update: Step) -> list[Block]:
    """The slope and the equations of the first of hundreds of parameters, and what became of the others."""
    run, changes = update.run, update.run.points[update.k - 1:update.k + 1]
    first = run.loss.parameters[update.turn[0]]
    blocks: list[Block] = [Equation((run.slope_name(first), elided(run.slopes[first.name]),
                                     numeral(float(update.slopes[update.turn[0]]))))]
    alone = not (run.method.needs_curvature or run.method.search)          # so that its own slope tells its step
    if alone:
        blocks += _equations(update, update.place, first, np.zeros(len(run.loss.parameters)))
    if len(update.turn) > 1:
        places = list(update.turn)
        cells = (aligned(values[places]) for values in (update.slopes, *changes))
        rows = [(run.loss.parameters[j], *row) for j, row in zip(places, zip(*cells))]
        blocks += [paragraph(f"{'And so for' if alone else 'The step of the method moves'} all {len(places)}:"),
                   Table(header=("parameter", "slope", "before", "after"), words=frozenset({0}),
                         rows=tuple(shortened(rows, ("…",) * 4)))]
    return blocks


# The method's equations

def _equations(update: Step, place: Place, parameter: Symbol, step: np.ndarray) -> list[Block]:
    """Each equation of the method for one parameter: formula, numbers, value."""
    run, method = update.run, update.run.method
    j = run.loss.parameters.index(parameter)
    writer = _Writer(update, place, j, float(step[j]))
    blocks: list[Block] = []
    for s, (letter, formula) in enumerate(method.equations[:-1]):
        after = float(run.states[update.k, s, j])
        blocks.append(writer.equation(writer.names[letter], formula, after, first=sign_of(method, letter)))
        writer.values[letter] = after
    return [*blocks, writer.equation(renewed(parameter), method.update, float(run.points[update.k, j]))]


def renewed(parameter: Symbol) -> Formula:
    """The parameter after the step, which the last of a method's equations is for."""
    return Formula(text=f"new {text(parameter)}", latex=_with_word(parameter, "new"))


def sign_of(method: Method, letter: Symbol) -> str:
    """← where the new value comes of the old one, = for what is only named on the way."""
    earlier = [right for _, right in method.equations[:method.state.index(letter) + 1]]
    return "←" if any(right.has(letter) for right in earlier) else "="


class _Writer:
    """The letters of a method's equations for one parameter, and their values at the time."""

    def __init__(self, update: Step, place: Place, j: int, newton: float = 0.0) -> None:
        run = update.run
        self.least = place.digits                               # so that θ looks as it does in the slope
        parameter = run.loss.parameters[j]
        self.given = {*run.method.settings, COUNTED}           # as they are, and never rounded
        self.names: dict[Basic, Basic] = {
            THETA: parameter, SLOPE: run.slope_name(parameter), NEWTON: newton_letter(run, parameter), **states(run, parameter)}
        self.values: dict[Symbol, float] = {
            THETA: float(run.points[update.k - 1, j]), SLOPE: float(place.slopes[j]), RATE: update.rate,
            COUNTED: float(update.k), NEWTON: newton, **run.method.settings,
            **{letter: float(run.states[update.k - 1, s, j]) for s, letter in enumerate(run.method.state)}}

    def equation(self, left: Basic | Formula, formula: Expr, value: float, first: str = "=") -> Equation:
        """The formula in the parameter's letters, in numbers, and its value, with digits enough for the value to be seen."""
        letters = _letters_in(formula)
        there = [letter for letter in self.values if letter in letters]
        change = abs(value - self.values[THETA]) if THETA in there else abs(value)
        unseen = change <= _NOTHING * abs(value)
        # θ has more digits before the others have.
        for others, digits in product((DIGITS, 9, MORE[-1]), [digits for digits in MORE if digits >= self.least]):
            kept = dict.fromkeys(self.given, 15) | {THETA: digits}
            shown = {letter: as_shown(self.values[letter], kept.get(letter, others)) for letter in there}
            most = digits if THETA in there else others
            last = most if unseen else _digits_given(float(evaluated(formula, shown, None, ())), value, change, most)
            if last:
                break
        numbers = filled(formula, shown)
        named = _renamed(formula, tuple(self.names.items()))
        return Equation((left, *distinct(named, numbers, numeral(value, last or MORE[-1]))), first=first)


def _digits_given(found: float, value: float, change: float, most: int) -> int:
    """With how many digits the value comes out of the numbers; 0 where so few that the change would not be seen."""
    if abs(found - value) > _CLOSE * change:
        return 0
    found = value if abs(found - value) <= _NOTHING * change else found
    return next((digits for digits in range(most, DIGITS - 1, -1)
                 if comes_out(found, value, digits) and abs(as_shown(value, digits) - value) <= _SEEN * change), 0)


# Every step of a run has the same equations.

@lru_cache(maxsize=256)
def _letters_in(formula: Expr) -> frozenset[Basic]:
    return frozenset(formula.free_symbols)


@lru_cache(maxsize=64)
def _renamed(formula: Expr, names: tuple[tuple[Basic, Basic], ...]) -> Expr:
    return replaced(formula, dict(names).get)


def states(run: Course, parameter: Symbol) -> dict[Symbol, Symbol]:
    """The method's letters for one parameter: v_m, or plain v where there is no other parameter."""
    alone = len(run.loss.parameters) == 1 and parameter.name not in {letter.name for letter in run.method.state}
    return dict(zip(run.method.state, _letters(run.method.state, parameter, alone)))


@lru_cache(maxsize=256)
def _letters(state: tuple[Symbol, ...], parameter: Symbol, alone: bool) -> tuple[Symbol, ...]:
    return tuple(Dummy(letter.name, real=True) if alone else Marked(letter.name, parameter) for letter in state)


def _with_word(parameter: Symbol, word: str) -> str:
    letter = latex(parameter)
    return rf"{letter}_{{\text{{{word}}}}}" if "_" not in letter else rf"\text{{{word} }} {letter}"


# Expected against actual

def _outcome(update: Step) -> list[Block]:
    before, after = update.compared()
    actual = Equation((Formula(text="actual ΔJ", latex=r"\text{actual } \Delta J"),
                       Add(after, Mul(-1, before, evaluate=False), evaluate=False), _result(update.actual_change)))
    said: tuple[Inline, ...] = (without_ratio(update),)
    if math.isfinite(update.ratio):
        said = ("ratio = actual / expected = ", numeral(update.ratio, 4), f": {reading(update)}.")
    return [*_from_the_start(update), _expected(update), actual, paragraph(*said)]


def _from_the_start(update: Step) -> list[Block]:
    """∇J where the step starts, where other slopes have been shown."""
    if update.run.drives is None:
        return []
    where = "where the step starts" if update.rows is None else "over all rows"
    slopes = [update.run.slope_name(update.run.loss.parameters[j]) for j in update.turn]
    values = joined(shortened([equal(slope, numeral(update.slopes_before[j])) for slope, j in zip(slopes, update.turn)], "…"))
    return [paragraph(f"The change to expect goes by the slopes {where}, ", *values, ":")]


def _expected(update: Step) -> Equation:
    run = update.run
    changes = run.points[update.k] - run.points[update.k - 1]
    pairs = [(float(update.slopes_before[j]), float(changes[j])) for j in update.turn]
    for digits in MORE:                     # products may nearly cancel
        promised = sum(as_shown(slope, digits) * as_shown(change, digits) for slope, change in pairs)
        if comes_out(promised, update.expected_change):
            break
    numbers = [(numeral(slope, digits), numeral(change, digits)) for slope, change in pairs]
    # As a factor, a bare -1 would be taken for a minus sign and vanish; flat, it looks like any other number in front.
    products = [Mul(*((-1, 1) if slope == -1 else (slope,)), change, evaluate=False) for slope, change in numbers]
    name = Formula(text="expected ΔJ", latex=r"\text{expected } \Delta J")
    total = Formula(text="∇J·Δθ", latex=r"\nabla J \cdot \Delta\theta") if run.by_gradient else Formula(
        text="g·Δθ", latex=r"g \cdot \Delta\theta")
    whole = products[0] if len(products) == 1 else Add(*products, evaluate=False)
    return Equation((name, total, elided(whole) if run.loss.is_large else whole, _result(update.expected_change)))


def _result(value: float) -> Expr | Formula:
    """The number; a product of two large finite numbers need not be finite."""
    return numeral(value) if math.isfinite(value) else Formula(text="too large", latex=r"\text{too large}")
