"""How the rate of a step was found, and the direction: a schedule, a search along -∇J, Newton's ∇²J p = ∇J."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import combinations_with_replacement

import numpy as np
from sympy import Add, Expr, Integer, Mul, Pow, Symbol

from symcalc.pages.document import Block, Equation, Formula, Inline, Table, paragraph
from symcalc.pages.marked import Marked
from symcalc.pages.numbers import DIGITS, aligned, as_shown, comes_out, numeral, short
from symcalc.training.course import Course
from symcalc.training.methods import COUNTED, NEWTON, RATE
from symcalc.training.shape.curvature import second_derivatives
from symcalc.training.shape.spectrum import newton_step
from symcalc.training.told.slope_numbers import MORE, Place, put_in, value_of
from symcalc.training.told.step import Step
from symcalc.training.walking.searches import ARMIJO
from symcalc.written import derivative_of, divide, replaced

_SHOWN = 3               # second derivatives that are written out

_EXACT = Formula(text="∇J·∇J/(∇J·∇²J ∇J)", latex=r"\frac{\nabla J \cdot \nabla J}{\nabla J \cdot \nabla^2 J\, \nabla J}")
_LIMIT = Formula(text=f"J - {ARMIJO:g} η ∇J·∇J", latex=rf"J - {ARMIJO:g}\, \eta\, \nabla J \cdot \nabla J")
SYSTEM = Formula(text="∇²J p = ∇J", latex=r"\nabla^2 J\, p = \nabla J")
_HESSIAN = Formula(text="∇²J", latex=r"\nabla^2 J")
_GRADIENT = Formula(text="∇J", latex=r"\nabla J")


def scheduled(update: Step) -> list[Block]:
    """The rate's formula with the number of the update in it."""
    run = update.run
    if isinstance(run.rate, float) or run.method.search:
        return []
    numbers = replaced(run.rate, {COUNTED: Integer(update.k)}.get)
    return [Equation((RATE, run.rate, numbers, numeral(update.rate)))]


def searched(update: Step) -> list[Block]:
    """How the search came by its rate."""
    run = update.run
    slopes = _moving(run, update.slopes_before)
    with np.errstate(all="ignore"):
        square = float(slopes @ slopes)
    if not math.isfinite(square):
        return [paragraph("The rate is searched along -∇J; the squares of the slopes are too large to show how.")]
    if run.method.search == "line":
        bend = float(slopes @ curvature(run, run.points[update.k - 1]) @ slopes)
        if bend > 0 and math.isclose(square / bend, update.rate, rel_tol=1e-6):
            return [paragraph("The rate that leads to the lowest point along -∇J, as J is a quadratic there:"),
                    Equation((RATE, _EXACT, _divided(square, bend, update.rate), numeral(update.rate)))]
    return _backtracked(update, square)


def _backtracked(update: Step, square: float) -> list[Block]:
    first = first_rate(update)
    halvings = round(math.log2(first / update.rate))
    times = {0: "is kept", 1: "is halved once"}.get(halvings, f"is halved {halvings} times")
    until = "as" if halvings == 0 else "until"
    before, after = update.compared()
    fall = [numeral(ARMIJO), numeral(update.rate), numeral(square)]
    limit = Add(before, Mul(-1, *fall, evaluate=False), evaluate=False)
    bound, found = update.J_before - ARMIJO * update.rate * square, float(before) - math.prod(map(float, fall))
    digits = next((digits for digits in range(9, DIGITS, -1) if comes_out(found, bound, digits)), DIGITS)
    return [paragraph("The rate η = ", short(first), f" {times}, {until} J falls by enough (Armijo's condition):"),
            Equation((Formula(text="new J", latex=r"J_{\text{new}}"), _LIMIT), relation="≤"),
            Equation((after, limit, numeral(bound, digits)), first="≤")]


def first_rate(update: Step) -> float:
    """The rate from which a search starts in this update."""
    rate = update.run.rate
    return rate if isinstance(rate, float) else value_of(replaced(rate, {COUNTED: Integer(update.k)}.get))


# Newton

def curvature(run: Course, point: np.ndarray) -> np.ndarray:
    """The second derivatives at a point, as the run saw them."""
    return second_derivatives(run.loss, run.table)(point)


def newton_letter(run: Course, parameter: Symbol) -> Symbol:
    """p, or p_m where there are several parameters."""
    return NEWTON if len(run.loss.parameters) == 1 else _newton_of(parameter)


@lru_cache(maxsize=256)                # the same letter in every step
def _newton_of(parameter: Symbol) -> Symbol:
    return Marked(NEWTON.name, parameter)


def newton_system(update: Step) -> tuple[np.ndarray, np.ndarray]:
    """∇²J and the p of ∇²J p = ∇J, for the parameters that move."""
    run, moving = update.run, list(update.run.moving)
    matrix = curvature(run, run.points[update.k - 1])
    step = np.zeros(len(matrix))
    step[moving] = newton_step(matrix[np.ix_(moving, moving)], update.slopes[moving])
    return matrix, step


def newton_blocks(update: Step, place: Place) -> list[Block]:
    """The second derivatives with their numbers, and the p that they give."""
    run = update.run
    moving = [run.loss.parameters[j] for j in run.moving]
    matrix, step = newton_system(update)
    blocks: list[Block] = []
    if len(moving) * (len(moving) + 1) // 2 <= _SHOWN:
        blocks += [_second(run, place, pair, matrix) for pair in combinations_with_replacement(moving, 2)]
    slopes = update.slopes
    if len(moving) == 1:
        j = run.moving[0]
        quotient = divide(run.slope_name(moving[0]), _second_name(run, moving[0], moving[0]))
        numbers = _divided(float(slopes[j]), float(matrix[j, j]), float(step[j]))
        return [*blocks, Equation((newton_letter(run, moving[0]), quotient, numbers, numeral(step[j])))]
    # The same number stands twice in ∇²J, and so looks the same.
    entries = aligned(matrix[np.ix_(run.moving, run.moving)].ravel().tolist())
    columns = [*(entries[k::len(moving)] for k in range(len(moving))),
               aligned(slopes[list(run.moving)]), aligned(step[list(run.moving)])]
    rows = zip(moving, *columns)
    header: tuple[Inline, ...] = (_HESSIAN, *moving, _GRADIENT, NEWTON)
    return [*blocks, paragraph("Newton's step ", NEWTON, " solves ", SYSTEM, ":"),
            Table(header=header, rows=tuple(map(tuple, rows)), words=frozenset({0}))]


def _second(run: Course, place: Place, pair: tuple[Symbol, Symbol], matrix: np.ndarray) -> Equation:
    names = run.loss.names
    value = float(matrix[names.index(pair[0].name), names.index(pair[1].name)])
    formula = run.loss.hessian()[pair].result
    # Where the curvature is rounding, or was found by differences at a kink, the formula's numbers would not give it.
    worked = comes_out(float(place.value(formula)), value)
    sides = distinct(formula, *place.sides(formula, value), numeral(value)) if worked else [formula]
    return Equation((_second_name(run, *pair), *sides))


def _divided(above: float, below: float, value: float) -> Expr:
    """The quotient, with digits enough for its value to come out."""
    for digits in MORE:
        if comes_out(as_shown(above, digits) / as_shown(below, digits), value):
            break
    return Mul(numeral(above, digits), Pow(put_in(numeral(below, digits)), -1, evaluate=False), evaluate=False)


def _second_name(run: Course, first: Symbol, second: Symbol) -> Expr:
    return derivative_of(derivative_of(run.loss.symbol, first), second)


def distinct(*sides: Expr | Formula) -> list[Expr | Formula]:
    """The sides, each once: where a step changes nothing, as in a slope that is a number already, it is not written again."""
    from symcalc.pages.rendering import formula_of
    return list({formula_of(side).text: side for side in sides}.values())


def _moving(run: Course, slopes: np.ndarray) -> np.ndarray:
    kept = np.zeros_like(slopes)
    kept[list(run.moving)] = slopes[list(run.moving)]
    return kept
