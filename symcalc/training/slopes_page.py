"""Difference quotients in words: the table, and why their error first falls and then rises."""

from __future__ import annotations

import math
import sys

from sympy import Expr, Mul, Rational, Symbol

from symcalc.calculus.algebra.products import multiplied
from symcalc.calculus.algebra.tidy import tidied
from symcalc.calculus.kinks import told
from symcalc.calculus.proof import prove
from symcalc.pages.document import Block, Document, Equation, Formula, Inline, paragraph
from symcalc.pages.document import Table as Rows
from symcalc.pages.elided import elided
from symcalc.pages.notation import latex, text
from symcalc.pages.numbers import numeral
from symcalc.training.quotients import Quotients
from symcalc.written import derivative_of, mul

_DIGITS = 9              # of the quotients, so that one sees them settle and then lose their digits
_DELTA = Formula(text="Δ", latex=r"\Delta")
_SQUARE = Formula(text="Δ²", latex=r"\Delta^2")
_BENDING = Formula(text="Δ J''/2", latex=r"\Delta\, J''/2")
_ROUNDING = Formula(text="ε J/(2Δ)", latex=r"\varepsilon J/(2 \Delta)")
_BEST = Formula(text="√(ε J/J'')", latex=r"\sqrt{\varepsilon J / J''}")
_GAP = Formula(text="gap", latex=r"\text{gap}")
_SECOND = Formula(text="J''", latex="J''")


def document(slopes: Quotients) -> Document:
    """The derivative, the table of quotients, and what their errors are made of."""
    J, parameter = slopes.loss.symbol, slopes.parameter
    formula, value = slopes.loss.partial(parameter.name).result, numeral(slopes.derivative, _DIGITS)
    formula = elided(formula) if slopes.loss.is_large else formula
    no_slope = ", where there is no derivative: this is the value that is used in its place" * (slopes.sides is not None
                                                                                              or slopes.jumps)
    blocks: list[Block] = [
        *(slopes.loss.formula() if slopes.loss.is_large else (Equation((J, slopes.loss.expression)),)),
        Equation((derivative_of(J, parameter), *dict.fromkeys((formula, value)))),
        paragraph(f"at {slopes.place}{no_slope}. Beside it, the slope of the line through two points of the curve: ", _DELTA,
                  " apart (forward), or ", _DELTA, " to the left and to the right (central):"),
        _rows(slopes), *_missing(slopes), *_gap(slopes), *_why(slopes)]
    return Document(f"The slope of {slopes.loss.called} in {text(parameter)}", tuple(blocks))


def _rows(slopes: Quotients) -> Rows:
    rows = tuple((numeral(q.step), _cell(q.forward, _DIGITS), _cell(q.error, 2), _cell(q.central, _DIGITS),
                  _cell(q.central_error, 2)) for q in slopes.quotients)
    return Rows(header=(_DELTA, "forward", "error", "central", "error"), rows=rows)


def _cell(value: float, digits: int) -> Inline:
    return numeral(value, digits) if math.isfinite(value) else "-"


def _missing(slopes: Quotients) -> list[Block]:
    if all(math.isfinite(q.forward + q.central) for q in slopes.quotients):
        return []
    return [paragraph("Where there is a -, J has no finite value at one of the two points.")]


def _gap(slopes: Quotients) -> list[Block]:
    """How far the forward quotient is from the derivative, by formula."""
    if slopes.jumps:
        return [paragraph(f"J jumps at {slopes.place}, so no line touches it there, and the quotients need not come to rest."),
                *told(slopes.met)]
    if slopes.sides is not None:
        return _at_a_kink(slopes, *slopes.sides)
    half = _half(slopes.second)
    if half == 0:
        return [paragraph("J is a straight line in ", slopes.parameter, *_between(slopes), ": every quotient is the slope, but "
                          "for rounding", *_reaching(slopes), ".")]
    if slopes.is_quadratic:
        return _of_a_quadratic(slopes, half)
    if slopes.curvatures is not None:
        left, right = slopes.curvatures
        forward, central = (mul(numeral(share), _step()) for share in (right / 2, (right - left) / 4))
        return [paragraph("The second derivative jumps here, from ", numeral(left), " on the left to ", numeral(right),
                          " on the right: for a small Δ the forward quotient is off by about ", forward, ", and the central "
                          "one by about ", central, ".")]
    if not math.isfinite(slopes.curvature):
        return [paragraph("The second derivative has no value here, so the errors of the quotients need not fall as Δ and Δ² "
                          "do.")]
    if slopes.is_inflection:
        return [paragraph("Here ", _SECOND, " = 0, so the forward quotient, too, is off by less than any multiple of ", _DELTA,
                          " once that is small: as a rule its error falls with ", _SQUARE, ", as that of the central one.")]
    return [paragraph("For a small Δ the forward quotient is off by about half the second derivative times Δ; of the "
                      "central one that part cancels, and what is left falls with Δ²."),
            Equation((_GAP, Formula(
                text=f"Δ/2 · ({text(slopes.second)})", latex=rf"\frac{{\Delta}}{{2}} \left({latex(slopes.second)}\right)"),
                mul(numeral(slopes.curvature / 2), _step())), "≈")]


def _at_a_kink(slopes: Quotients, left: float, right: float) -> list[Block]:
    return [paragraph(f"J has a kink at {slopes.place}: its slope is ", numeral(left), " on the left and ", numeral(right),
                      " on the right. The forward quotient goes to the right one, the central one to ",
                      numeral((left + right) / 2), ", halfway between the two."), *told(slopes.met)]


def _of_a_quadratic(slopes: Quotients, half: Expr) -> list[Block]:
    value = numeral(slopes.curvature / 2)
    gap = multiplied(Mul(half, _step(), evaluate=False))
    by_formula = Formula(text="Δ · J''/2", latex=r"\Delta \cdot J''/2")
    sides = (_GAP, by_formula, gap, *((mul(value, _step()),) if half.free_symbols else ()))
    return [paragraph("J is quadratic in ", slopes.parameter, *_between(slopes), ": the forward quotient is off by exactly "
                      "half the second derivative times Δ, and the central one is the slope itself, but for rounding",
                      *_reaching(slopes), "."), Equation(sides)]


def _half(second: Expr) -> Expr:
    """Half the second derivative, put in order."""
    half = mul(Rational(1, 2), second)
    half = ([line for _, line in tidied(half)] or [half])[-1]
    if half.args and half.free_symbols:
        prove([mul(Rational(1, 2), second), half])
    return half


def _between(slopes: Quotients) -> tuple[str, ...]:
    return (" between its bends",) if slopes.kinks else ()


def _reaching(slopes: Quotients) -> tuple[str, ...]:
    return (", as long as it does not reach over a bend",) if slopes.kinks else ()


def _step() -> Symbol:
    return Symbol("Delta", real=True)


def _why(slopes: Quotients) -> list[Block]:
    """That rounding stops the error from falling, and where."""
    if slopes.predicted is None:
        return []
    best = slopes.best
    epsilon = numeral(sys.float_info.epsilon, 2)
    rounded = ("each value of J is rounded to 16 digits, by up to ε/2 of its size with ",
               Formula(text=f"ε = {text(epsilon)}", latex=rf"\varepsilon = {latex(epsilon)}"),
               ", and that too is divided by ", _DELTA, ". The curve adds ", _BENDING, ", rounding about ", _ROUNDING)
    words: tuple[Inline, ...]
    if best is slopes.quotients[-1]:
        words = ("The forward error falls down to the last row. It would not fall for ever: ", *rounded,
                 "; the two would be the same only at")
    else:
        words = ("But the forward error is least at ", _DELTA, " = ", numeral(best.step), ", and rises again for a smaller ",
                 _DELTA, ": ", *rounded, "; the two are the same at")
    return [paragraph(*words), Equation((_DELTA, _BEST, numeral(slopes.predicted, 2))),
            paragraph("The derivative needs no ", _DELTA, ", so it has neither error.")]
