"""A diagnosis as a page: every number with the formula that it comes from."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
from sympy import Derivative, Expr, Integer, Rational, Symbol

from symcalc.language.names import columns_of, name_of, symbol
from symcalc.pages.document import Block, Equation, Formula, Heading, Inline, Table, joined, paragraph
from symcalc.pages.notation import latex, text
from symcalc.pages.numbers import aligned, numeral
from symcalc.pages.text import inline
from symcalc.training.diagnosis.curvature import SHOWN
from symcalc.training.methods import RATE
from symcalc.written import add, divide, mul, negative, number, power, replaced, subtract

if TYPE_CHECKING:
    from symcalc.training.diagnosis.diagnose import Diagnosis
    from symcalc.training.diagnosis.outlook import Outlook
    from symcalc.training.diagnosis.scaled import Scaled

_LONG = 60               # characters up to which a second derivative is shown as a formula
_WIDE = 6                # parameters up to which the matrix is shown in numbers
_BAD = 100               # condition numbers from which on the flattest direction is worth a word
_LETTERS = ("p", "q", "r"), ("A", "B", "C"), ("u", "v", "w"), ("f", "g", "h"), ("P", "Q", "R")

_STEEPEST = Formula(text="λ_max", latex=r"\lambda_{\max}")
_FLATTEST = Formula(text="λ_min", latex=r"\lambda_{\min}")
_CURVATURE = Formula(text="κ", latex=r"\kappa")
_LIMIT = Formula(text="largest stable rate", latex=r"\text{largest stable rate}")


def blocks(found: Diagnosis) -> Iterator[Block]:
    """What a diagnosis says, from the second derivatives to the cure."""
    yield Equation((found.loss.symbol, found.loss.expression))
    if np.isfinite(found.hessian).all() and not _is_without_value(found):
        yield from _curves(found)
    if found.rests:
        yield paragraph(*_resting(found))
    if found.obstacle:
        yield paragraph(*found.obstacle)
        return
    yield from _limit(found)
    if found.rate is not None:
        yield Heading(f"At the rate {text(numeral(found.rate))}")
        yield from _at(found, found.rate, found.outlook)
    suggested = found.foretold(found.suggested_rate)
    if found.rate is None or found.outlook.kind not in ("converges",):
        yield paragraph("Suggested: the rate ", numeral(found.suggested_rate), ". ", *suggested.parts)
    if found.scaled is not None:
        yield from _cured(found.scaled)


def _is_without_value(found: Diagnosis) -> bool:
    return not np.isfinite(found.gradient).all()


# How it curves

def _curves(found: Diagnosis) -> Iterator[Block]:
    yield Heading("How it curves")
    where = ", ".join(f"{text(symbol(name))} = {text(numeral(value))}" for name, value in found.start.items())
    yield paragraph(found.loss.symbol, " is quadratic, so its second derivatives are the same everywhere:"
                    if found.quadratic else f" curves differently from place to place. At the start, {where}:")
    count = len(found.loss.names)
    if count <= SHOWN:
        yield from _entries(found)
    elif count <= _WIDE:
        yield _matrix(found)
    else:
        yield paragraph(f"They make a matrix of {count} by {count} numbers.")


def _entries(found: Diagnosis) -> Iterator[Block]:
    names = _entry_names(found)
    for (row, column), name in names.items():
        first, second = found.loss.parameter(row), found.loss.parameter(column)
        value = found.hessian[found.loss.names.index(row), found.loss.names.index(column)]
        formula = found.formulas.get((row, column))
        sides = (name, Derivative(found.loss.symbol, first, second, evaluate=False), formula, numeral(value))
        kept = [side for side in sides if side is not None and not (side is formula and len(text(formula)) > _LONG)]
        yield Equation(tuple({text(side) if not isinstance(side, Formula) else side.text: side for side in kept}.values()))


def _entry_names(found: Diagnosis) -> dict[tuple[str, str], Expr | Formula | None]:
    """What each entry above the diagonal is called where a formula follows that needs it."""
    pairs = [(row, column) for k, row in enumerate(found.loss.names) for column in found.loss.names[k:]]
    if len(pairs) == 1:
        return {pairs[0]: _CURVATURE}
    return dict(zip(pairs, _free_letters(found) if len(pairs) == 3 else (None,) * len(pairs), strict=True))


def _free_letters(found: Diagnosis) -> tuple[Symbol, Symbol, Symbol]:
    """Three letters that are not the learner's."""
    taken = {*found.loss.names, *map(name_of, found.loss.columns)}
    letters = next(letters for letters in (*_LETTERS, ("h_1", "h_2", "h_3")) if not taken & set(letters))
    return tuple(Symbol(letter, real=True) for letter in letters)


def _matrix(found: Diagnosis) -> Table:
    cells = [aligned(column, 5) for column in found.hessian.T]
    header = (Formula(text="∇²J", latex=r"\nabla^2 J"), *found.loss.parameters)
    return Table(header=header, rows=tuple((letter, *row) for letter, row in zip(found.loss.parameters, zip(*cells))))


def _resting(found: Diagnosis) -> tuple[Inline, ...]:
    what = {"minimum": "a minimum", "maximum": "a maximum", "saddle": "a saddle: a minimum along one direction, a maximum along "
            "another", "flat": "flat along some direction"}[found.rests]
    return ("Every slope is 0 at the start, so no step leads away from it. It is ", what, ".")


# The largest stable rate

def _limit(found: Diagnosis) -> Iterator[Block]:
    yield Heading("The largest stable rate")
    largest = numeral(found.curvature.largest)
    single = len(found.loss.names) == 1
    if not single:
        yield _largest(found, largest)
    top: Formula = _CURVATURE if single else _STEEPEST
    yield Equation((_LIMIT, Formula(text=f"2/{top.text}", latex=rf"\frac{{2}}{{{top.latex}}}"), divide(Integer(2), largest),
                    numeral(found.stable_rate)))
    if not single:
        yield from _condition(found)


def _largest(found: Diagnosis, value: Expr) -> Equation:
    """The largest eigenvalue: of two by two as a formula."""
    if len(found.loss.names) != 2:
        name = Formula(text="λ_max, the largest eigenvalue of that matrix,",
                       latex=r"\lambda_{\max}\text{, the largest eigenvalue of that matrix,}")
        return Equation((name, value))
    p, q, r = _free_letters(found)
    mean, half = divide(add(p, r), Integer(2)), divide(subtract(p, r), Integer(2))
    formula = add(mean, power(add(power(half, Integer(2)), power(q, Integer(2))), Rational(1, 2)))
    numbers = {p: found.hessian[0, 0], q: found.hessian[0, 1], r: found.hessian[1, 1]}
    return Equation((_STEEPEST, formula, replaced(formula, {letter: numeral(v) for letter, v in numbers.items()}.get), value))


def _condition(found: Diagnosis) -> Iterator[Block]:
    if found.condition is None:
        yield paragraph("Along another direction ", found.loss.symbol, " curves downwards (", _FLATTEST, " = ",
                        numeral(found.curvature.smallest), "); there the steps grow until it bends upwards.")
    elif math.isinf(found.condition):
        yield paragraph("Along some direction ", found.loss.symbol, " hardly changes, or not at all: ", _FLATTEST,
                        " is 0 to within rounding, so many values of the parameters serve equally well.")
    else:
        ratio = Formula(text="λ_max/λ_min", latex=r"\frac{\lambda_{\max}}{\lambda_{\min}}")
        name = Formula(text="condition number", latex=r"\text{condition number}")
        yield Equation((name, ratio, divide(numeral(found.curvature.largest), numeral(found.curvature.smallest)),
                        numeral(found.condition, 3)))
        if found.condition > _BAD:
            yield paragraph("That is large: a rate that suits the steepest direction is far too small for the flattest.")


# What a rate does

def _at(found: Diagnosis, rate: float, foretold: Outlook) -> Iterator[Block]:
    values = list(dict.fromkeys((found.curvature.largest, float(found.curvature.upwards[0]))))
    yield paragraph("Each step multiplies the distance to the minimum",
                    "" if len(values) == 1 else " along the steepest direction", " by")
    top = _STEEPEST if len(found.loss.names) > 1 else _CURVATURE
    yield Equation((Formula(text=f"1 - η {top.text}", latex=rf"1 - \eta {top.latex}"),
                    subtract(Integer(1), mul(numeral(rate), numeral(found.curvature.largest))),
                    numeral(1 - rate * found.curvature.largest, 4)))
    yield paragraph(*foretold.parts)


# The cure

def _cured(scaled: Scaled) -> Iterator[Block]:
    whats = {how: [symbol(name) for name, change in scaled.changes.items() if change.how == how]
             for how in ("centre and scale", "scale")}
    todo = [f"{how} {inline(joined(names))}" for how, names in whats.items() if names]
    yield Heading(f"The cure: {' and '.join(todo)}")
    yield from (Equation((_primed(name), change.formula(symbol(name)))) for name, change in scaled.changes.items())
    what = "mean and standard deviation" if whats["centre and scale"] else "root mean square"
    yield paragraph("The condition number becomes ", numeral(scaled.condition, 3), ", the largest stable rate ",
                    numeral(scaled.stable_rate, 3), ". Suggested: the rate ", numeral(scaled.rate), ".")


def _primed(name: str) -> Formula:
    letter = symbol(name)
    return Formula(text=f"{text(letter)}'", latex=f"{latex(letter)}'")
