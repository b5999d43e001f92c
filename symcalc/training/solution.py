"""The normal equations with the numbers of the data in them, down to the solution."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from sympy import Basic, Expr, Sum, Symbol

from symcalc.compute.compiled import evaluated
from symcalc.language.names import COUNT
from symcalc.language.table import Table
from symcalc.pages.document import Block, Equation, paragraph
from symcalc.pages.numbers import DIGITS, numeral
from symcalc.training.least_squares import Fit
from symcalc.training.normal_equations import NormalEquations, equation
from symcalc.written import replaced

_TRUE = 1e-4             # how far, relatively, a value may be from what the rounded numbers give
_DIGITS = (DIGITS, 9, 12, 15)


def with_numbers(equations: NormalEquations, table: Table, fit: Fit) -> tuple[Block, ...]:
    """The equations and the formulas for the solution with the sums worked out, where rounding leaves them true."""
    sums = {total: float(evaluated(total, {}, table, equations.loss.columns))
            for sides in equations.stages[-1].equations for side in sides for total in side.atoms(Sum)}
    digits = _enough(equations, sums, table.rows, fit) if not len(fit.flat) else None
    put_in = _values(sums, table.rows, digits or DIGITS)
    rows = "row" if table.rows == 1 else "rows"
    blocks: list[Block] = [paragraph(f"With the {table.rows} {rows} of the data:")]
    blocks += [equation(*(_filled(side, put_in) for side in sides)) for sides in equations.stages[-1].equations]
    if digits is not None:
        known = dict(zip(equations.loss.parameters, fit.point))
        for parameter, formula in equations.solution:
            filled = _filled(formula, {**put_in, **_others(known, parameter, digits)})
            blocks.append(Equation((parameter, filled, numeral(known[parameter], digits))))
    elif equations.solution and not len(fit.flat):
        blocks.append(paragraph("Below the bar two numbers are nearly the same, and their difference would be lost in rounding: "
                                "the solution is worked out from the columns less their means."))
    return tuple(blocks)


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
        given = [float(evaluated(_filled(formula, {**put_in, **_others(known, parameter, digits)}), {}, None, ()))
                 for parameter, formula in equations.solution]
        if np.allclose(given, [known[parameter] for parameter, _ in equations.solution], rtol=_TRUE, atol=0):
            return digits
    return None
