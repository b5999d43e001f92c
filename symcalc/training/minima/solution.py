"""The normal equations with the numbers of the data in them, down to the solution."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from sympy import Basic, Expr, Sum, Symbol

from symcalc.calculus.algebra.products import multiplied
from symcalc.calculus.algebra.terms import joined, terms_of
from symcalc.compute.compiled import evaluated
from symcalc.language.names import COUNT
from symcalc.language.table import Table
from symcalc.language.table_parts import Parts
from symcalc.pages.document import Block, Equation, paragraph
from symcalc.pages.document import joined as listed
from symcalc.pages.numbers import DIGITS, numeral
from symcalc.training.minima.least_squares import Fit
from symcalc.training.minima.normal_equations import NormalEquations, equation
from symcalc.written import add, is_number, replaced

_TRUE = 1e-4             # how far, relatively, a value may be from what the rounded numbers give
_NOTHING = 1e-9          # beside the largest value, what counts as 0
_DIGITS = (DIGITS, 9, 12, 15)


def worked_out(equations: NormalEquations, table: Table | Parts | None, fit: Fit) -> tuple[tuple[Block, ...], bool]:
    """The derivation, then the equations and the solution with the numbers of the data; whether that tells the solution.

    Where rounding the numbers would make them untrue, they have more digits, or the formulas stay without them.
    """
    loss, last = equations.loss, equations.stages[-1].equations
    told = all(left == parameter and is_number(right) for parameter, (left, right) in zip(loss.parameters, last))
    if table is None or told:
        return (*equations.derivation(), *([] if told else [_solved(equations, fit)])), told
    sums = {total: float(evaluated(total, {}, table, loss.columns))
            for sides in equations.stages[-1].equations for side in sides for total in side.atoms(Sum)}
    alone = not len(fit.flat)
    digits = _enough(equations, sums, table.rows, fit) if alone and not fit.rough else None
    put_in = _values(sums, table.rows, digits or DIGITS)
    blocks = [*(equations.blocks() if alone else equations.derivation()),
              paragraph(f"With the {table.rows} row{'s' * (table.rows != 1)} of the data:")]
    filled_in = [tuple(_with_values(side, put_in) for side in sides) for sides in equations.stages[-1].equations]
    blocks += [equation(*sides) for sides in dict.fromkeys(filled_in)]
    if not equations.solution or not alone:
        return (*blocks, _solved(equations, fit)), False
    if digits is None:
        blocks.append(paragraph("Below the bar two numbers are nearly the same, and their difference would be lost in "
                                f"rounding: the solution is worked out {fit.how}."))
        return tuple(blocks), False
    known = dict(zip(loss.parameters, fit.point))
    blocks.append(paragraph("and in the formula" + "s" * (len(known) > 1) + ":"))
    for parameter, formula in equations.solution:
        filled = _filled(formula, {**put_in, **_others(known, parameter, digits)})
        blocks.append(Equation((parameter, *dict.fromkeys((filled, numeral(known[parameter], digits))))))
    return tuple(blocks), True


def _solved(equations: NormalEquations, fit: Fit) -> Block:
    """What is said before a point that no formula gives."""
    if len(fit.flat):
        return paragraph("Of the points at which that holds, the nearest to 0:")
    return paragraph("Solved for ", *listed(equations.loss.parameters), ":")


def _with_values(side: Expr, values: Mapping[Basic, Expr]) -> Expr:
    """The side with numbers before its parameters: 11.4 m."""
    return add(*joined([multiplied(_filled(term, values)) for term in terms_of(side)]))


def _values(sums: Mapping[Basic, float], rows: int, digits: int) -> dict[Basic, Expr]:
    return {total: numeral(value, digits) for total, value in sums.items()} | {COUNT: numeral(rows)}


def _others(known: Mapping[Symbol, float], parameter: Symbol, digits: int) -> dict[Basic, Expr]:
    return {other: numeral(value, digits) for other, value in known.items() if other != parameter}


def _filled(formula: Expr, values: Mapping[Basic, Expr]) -> Expr:
    return replaced(formula, values.get)


def _enough(equations: NormalEquations, sums: Mapping[Basic, float], rows: int, fit: Fit) -> int | None:
    """Digits with which the rounded numbers still give the solution; None where floats do not have as many."""
    if not equations.solution:
        return DIGITS
    known = dict(zip(equations.loss.parameters, fit.point))
    for digits in _DIGITS:
        put_in = _values(sums, rows, digits)
        given = [_number(_filled(formula, {**put_in, **_others(known, parameter, digits)}))
                 for parameter, formula in equations.solution]
        wanted = np.array([known[parameter] for parameter, _ in equations.solution])
        if np.allclose(given, wanted, rtol=_TRUE, atol=_NOTHING * np.abs(wanted).max()):
            return digits
    return None


def _number(formula: Expr) -> float:
    """The value; nan where two numbers below the bar are the same as rounded."""
    try:
        return float(evaluated(formula, {}, None, ()))
    except ZeroDivisionError:
        return math.nan
