"""A diagnosis as a page: every number with the formula that it comes from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from sympy import Derivative, Equality, Expr, Integer, Mul, Pow, Rational, Symbol

from symcalc.language.names import name_of, symbol
from symcalc.pages.document import Block, Equation, Formula, Heading, Inline, Table, paragraph
from symcalc.pages.elided import shortened
from symcalc.pages.notation import latex, text
from symcalc.pages.numbers import DIGITS, aligned, numeral
from symcalc.training.diagnosis.foretold import Foretold
from symcalc.training.diagnosis.momentum import limit_written
from symcalc.training.diagnosis.outlook import RESTING, beside_one, power_of_ten
from symcalc.training.diagnosis.scaled import BAD
from symcalc.training.shape.curvature import SHOWN, is_piecewise_linear
from symcalc.training.shape.scaling import named
from symcalc.written import add, divide, mul, power, replaced, subtract

if TYPE_CHECKING:
    from symcalc.training.diagnosis.outlook import Outlook
    from symcalc.training.diagnosis.scaled import Scaled
    from symcalc.training.shape.scaling import Change

_LONG = 60               # characters up to which a second derivative is shown as a formula
_WIDE = 6                # parameters up to which the matrix is shown in numbers
_LARGE = 1e7             # condition numbers from which on only the power of ten tells anything
_ROUNDING = 1e-14
SUGGESTED = "Suggested: the rate "       # how the sentence with the rate begins
_LETTERS = ("p", "q", "r"), ("A", "B", "C"), ("u", "v", "w"), ("P", "Q", "R"), ("f", "g", "h"), ("h_1", "h_2", "h_3")

_STEEPEST = Formula(text="λ_max", latex=r"\lambda_{\max}")
_FLATTEST = Formula(text="λ_min", latex=r"\lambda_{\min}")
_CURVATURE = Formula(text="κ", latex=r"\kappa")
_LIMIT = Formula(text="largest stable rate", latex=r"\text{largest stable rate}")


def blocks(found: Foretold) -> Iterator[Block]:
    """What a diagnosis says, from the second derivatives to the cure."""
    yield from found.loss.formula() if found.loss.is_large else (Equation((found.loss.symbol, found.loss.expression)),)
    if found.has_value and np.isfinite(found.hessian).all():
        yield from _curves(found)
    if found.rests is not None:
        yield paragraph(f"{RESTING.format(found.there)} ", _NATURE[found.rests])
    if found.hindrance:
        yield paragraph(*found.hindrance)
        return
    yield from _limit(found)
    if found.rests is not None:
        return
    if not found.obstacle:
        yield from _rates(found)
    if found.scaled is not None:
        yield from _cured(found, found.scaled)


def _rates(found: Foretold) -> Iterator[Block]:
    """What the given rate does, and a better one."""
    given, better = found.outlook, found.foretold(found.suggested_rate)
    if given is not None:
        yield from _at(found, given)
        yield from _first_step(found)
    if given is None or (given.kind != "converges" and not (found.momentum.beta and _as_good(given, better))):
        yield paragraph(SUGGESTED, numeral(better.rate), ". ", *better.parts)


def _as_good(given: Outlook, other: Outlook) -> bool:
    """Whether the one rate is stable and takes no more steps than the other."""
    return given.kind not in ("diverges", "unstable", "jumps") and given.per_digit <= other.per_digit * (1 + _ROUNDING)


_NATURE = {"minimum": "It is a minimum.", "maximum": "It is a maximum.",
            "saddle point": "It is a saddle: the lowest point along one direction, the highest along another.",
            "undecided": "The curvature is 0 along some direction too, so it does not tell whether this is a minimum."}


# How it curves

def _curves(found: Foretold) -> Iterator[Block]:
    yield Heading("How it curves")
    if is_piecewise_linear(found.loss, found.formulas):
        yield paragraph("J is made of straight pieces: its second derivatives are 0 wherever it has any.")
        return
    count = len(found.loss.names)
    them = "second derivative" if count == 1 else "second derivatives"
    if found.quadratic:
        yield paragraph(f"J is {'quadratic' if found.hessian.any() else 'linear'}: it has the same {them} everywhere.")
    else:
        these = "This is its" if count == 1 else "These are its" if count <= _WIDE else "What follows comes from its"
        values = [Equality(symbol(name), numeral(value), evaluate=False) for name, value in found.start.items()]
        where = [part for value in shortened(values, "…") for part in (", ", value)]
        yield paragraph(f"J curves differently from place to place. {these} {them} {found.there}", *where, ".")
    if count <= SHOWN:
        yield from _entries(found)
    elif count <= _WIDE:
        yield _matrix(found)
    if not found.formulas:
        why = f"there are {count * (count + 1) // 2:,}" if found.loss.is_large else "their formulas have no numeric form"
        yield paragraph(f"Found from differences of the slopes, since {why}.")


def _entries(found: Foretold) -> Iterator[Block]:
    loss, names = found.loss, found.loss.names
    pairs = [(row, column) for row in range(len(names)) for column in range(row, len(names))]
    named: tuple[Formula | Symbol | None, ...] = (None,) * len(pairs)
    if not found.hindrance:
        named = (_CURVATURE,) if len(pairs) == 1 else _free_letters(found) if len(pairs) == 3 else named
    for name, (row, column) in zip(named, pairs, strict=True):
        standing = Derivative(loss.symbol, loss.parameters[row], loss.parameters[column], evaluate=False)
        formula = found.formulas.get((names[row], names[column]))
        if formula is not None and len(text(formula)) > _LONG:
            formula = None
        yield _equation(name, standing, formula, numeral(found.hessian[row, column]))


def _equation(*sides: Expr | Formula | None) -> Equation:
    """The sides that there are, each once."""
    written = {side.text if isinstance(side, Formula) else text(side): side for side in sides if side is not None}
    return Equation(tuple(written.values()))


def _free_letters(found: Foretold) -> tuple[Symbol, Symbol, Symbol]:
    """Three letters that are not the learner's."""
    taken = {*found.loss.names, *map(name_of, found.loss.columns)}
    p, q, r = next(letters for letters in _LETTERS if not taken & set(letters))
    return Symbol(p, real=True), Symbol(q, real=True), Symbol(r, real=True)


def _matrix(found: Foretold) -> Table:
    cells = [aligned(column, 5) for column in found.hessian.T]
    header = (Formula(text="∇²J", latex=r"\nabla^2 J"), *found.loss.parameters)
    return Table(header=header, rows=tuple((letter, *row) for letter, row in zip(found.loss.parameters, zip(*cells))))


# The largest stable rate

def _limit(found: Foretold) -> Iterator[Block]:
    yield Heading("The largest stable rate")
    momentum, count, largest = found.momentum, len(found.loss.names), numeral(found.curvature.largest)
    if count == 2:
        yield _largest_of_two(found)
    elif count > 2:
        yield paragraph("The largest eigenvalue of the matrix of second derivatives is ", _STEEPEST, " = ", largest, ".")
    top = _steepest(found)
    if momentum is None:
        yield paragraph(*found.obstacle)
    else:
        formula, above, below = limit_written(momentum, top, largest)
        yield _equation(_LIMIT, formula, quotient(above, below), numeral(found.stable_rate))
    if count > 1:
        yield from _condition(found)
    if found.has_kinks:
        yield paragraph("J has kinks too, where its slope jumps. The second derivatives do not see them: about a kink the "
                        "point goes on jumping at any fixed rate.")


def _steepest(found: Foretold) -> Formula:
    return _STEEPEST if len(found.loss.names) > 1 else _CURVATURE


def quotient(above: Expr, below: Expr) -> Expr:
    """a/b as written, not reduced."""
    return Mul(above, Pow(below, Integer(-1), evaluate=False), evaluate=False)


def _largest_of_two(found: Foretold) -> Equation:
    p, q, r = _free_letters(found)
    half = divide(subtract(p, r), Integer(2))
    root = power(add(power(half, Integer(2)), power(q, Integer(2))), Rational(1, 2))
    formula = add(divide(add(p, r), Integer(2)), root)
    numbers = {p: found.hessian[0, 0], q: found.hessian[0, 1], r: found.hessian[1, 1]}
    return _equation(_STEEPEST, formula, replaced(formula, {letter: numeral(value) for letter, value in numbers.items()}.get),
                     numeral(found.curvature.largest))


def _condition(found: Foretold) -> Iterator[Block]:
    if found.condition is None:
        yield paragraph("Along another direction J curves downwards (", _FLATTEST, " = ",
                        numeral(found.curvature.smallest), ")",
                        "." if found.momentum is None else ": there the steps grow until it bends upwards.")
    elif found.is_lost:
        yield paragraph("The condition number is so large that ", _FLATTEST, " is lost in rounding.")
    elif math.isinf(found.condition) and not found.quadratic:
        yield paragraph(f"Along some direction J does not curve {found.there} (", _FLATTEST, " is 0 to within rounding).")
    elif math.isinf(found.condition):
        yield paragraph("Along some direction J does not change, or too little for rounding to show it (", _FLATTEST, " is 0 "
                        "to within rounding), so many values of the parameters serve equally well, or nearly so.")
    else:
        known = max(1, min(DIGITS, 14 - math.ceil(math.log10(found.condition))))       # what rounding leaves of λ_min
        value = numeral(found.condition, 3) if found.condition < _LARGE else power_of_ten(found.condition, min(3, known))
        yield _equation(Formula(text="condition number", latex=r"\text{condition number}"),
                        Formula(text="λ_max/λ_min", latex=r"\frac{\lambda_{\max}}{\lambda_{\min}}"),
                        quotient(numeral(found.curvature.largest), numeral(found.curvature.smallest, known)), value)
        if found.condition > BAD and found.momentum is not None:
            yield paragraph("That is large: a rate that suits the steepest direction is far too small for the flattest.")


# What a rate does

def _at(found: Foretold, foretold: Outlook) -> Iterator[Block]:
    rate = foretold.rate
    yield Heading(f"At the rate η = {text(numeral(rate))}")
    if found.schedule is not None:
        which = "first of the rates " if found.under_way is None else f"rate of update {found.under_way.update} out of "
        yield paragraph(f"That is the {which}", found.schedule, "; what follows holds while they stay close to it.")
    if not found.momentum.beta:
        yield from _factors(found, rate)
    yield paragraph(*foretold.parts)


def _factors(found: Foretold, rate: float) -> Iterator[Block]:
    """By how much each step of gradient descent multiplies the distance to the minimum."""
    upwards = found.curvature.upwards
    along = " along the steepest direction" if len(found.loss.names) > 1 else ""
    yield paragraph(f"Each step multiplies the distance to the minimum{along} by" if found.quadratic else
                    f"With the curvature {found.there} each step would multiply the distance to the lowest point{along} by")
    yield _factor(rate, upwards[-1], _steepest(found))
    slowest = 1 - rate * upwards[0]
    if slowest > abs(1 - rate * upwards[-1]) and found.condition is not None and found.condition < _LARGE:
        yield paragraph("and along the flattest by")
        yield _factor(rate, upwards[0], _FLATTEST)


def _first_step(found: Foretold) -> Iterator[Block]:
    """What the step from the start does to J, whatever the curvature says."""
    if found.cost_after is None:
        return
    if not math.isfinite(found.cost_after):
        yield paragraph(f"{_next(found)} leads to where J has no finite value.")
    else:
        yield paragraph(f"{_next(found)} takes J from ", *_apart(found.cost, found.cost_after), ".")


def _next(found: Foretold) -> str:
    return "The first step" if found.under_way is None else f"Update {found.under_way.update}"


def _apart(before: float, after: float) -> tuple[Expr | str, ...]:
    """Two numbers with as many digits as it takes to tell them apart."""
    digits = next((digits for digits in range(DIGITS, 16) if f"{before:.{digits}g}" != f"{after:.{digits}g}"), DIGITS)
    return numeral(before, digits), " to ", numeral(after, digits)


def _factor(rate: float, curvature: float, name: Formula) -> Equation:
    """1 - ηλ = numbers = value."""
    return _equation(Formula(text=f"1 - η {name.text}", latex=rf"1 - \eta {name.latex}"),
                     subtract(Integer(1), Mul(numeral(rate), numeral(curvature), evaluate=False)),
                     beside_one(1 - rate * curvature, 4))


# The cure

def _cured(found: Foretold, scaled: Scaled) -> Iterator[Block]:
    yield Heading(f"The cure: {named(scaled.changes)}")
    for name, change in scaled.changes.items():
        letter = symbol(name)
        prime = Formula(text=f"{text(letter)}'", latex=f"{latex(letter)}'")
        yield Equation((prime, _in_words(letter, change), change.formula(letter)))
    parts: list[Inline] = ["With these columns the condition number is ", numeral(scaled.condition, 3)]
    if scaled.rate is not None:
        foretold = replace(found, scaled=None, curvature=scaled.curvature).foretold(scaled.rate)
        parts += [" and the largest stable rate ", numeral(scaled.stable_rate, 3), f". {SUGGESTED}", numeral(scaled.rate), ". ",
                  *foretold.parts]
    yield paragraph(*parts, *(["."] if scaled.rate is None else []))
    if len(scaled.loss.names) <= SHOWN:
        yield paragraph("From the parameters over these columns, each with a prime, back to those over the old ones:")
        yield from _way_back(scaled)


def _way_back(scaled: Scaled) -> Iterator[Equation]:
    """θ = S⁻¹ θ', one parameter a line."""
    parameters = scaled.loss.parameters
    for parameter, row in zip(parameters, np.linalg.inv(scaled.matrix)):
        seen = np.abs(row) > _ROUNDING * np.abs(row).max()
        terms = [mul(numeral(value), letter) for value, letter, kept in zip(row, parameters, seen) if kept]
        yield Equation((parameter, Formula(text=_primed_sum(map(text, terms)), latex=_primed_sum(map(latex, terms)))))


def _primed_sum(terms: Iterable[str]) -> str:
    """The sum of terms that each end in a letter, with a prime on each of these.

    >>> _primed_sum(["2m", "-3b"])
    "2m' - 3b'"
    """
    first, *others = (f"{term}'" for term in terms)
    return first + "".join(f" - {term[1:].lstrip()}" if term[0] in "-−" else f" + {term}" for term in others)


def _in_words(letter: Symbol, change: Change) -> Formula:
    if change.how == "scale":
        return Formula(text=f"{text(letter)}/(root mean square)",
                       latex=rf"\frac{{{latex(letter)}}}{{\text{{root mean square}}}}")
    return Formula(text=f"({text(letter)} - mean)/(standard deviation)",
                   latex=rf"\frac{{{latex(letter)} - \text{{mean}}}}{{\text{{standard deviation}}}}")
