"""Slopes by difference quotients beside the derivative, for a change that shrinks until rounding takes over."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from sympy import Expr, Mul, Rational, Symbol

from symcalc.calculus.algebra.products import multiplied
from symcalc.calculus.algebra.tidy import tidied
from symcalc.calculus.derivation import derive
from symcalc.calculus.proof import prove
from symcalc.compute.compiled import Compiled, evaluated, ordered
from symcalc.errors import LossError
from symcalc.language.table import Table
from symcalc.pages.document import Block, Document, Equation, Formula, paragraph
from symcalc.pages.document import Table as Rows
from symcalc.pages.notation import latex, text
from symcalc.pages.numbers import cell, numeral, short
from symcalc.pages.shown import Shown
from symcalc.training.losses import Loss
from symcalc.written import derivative_of, mul

_SMALLEST = 15           # the change goes from 1 down to 10⁻¹⁵
_EPSILON = sys.float_info.epsilon
_DIGITS = 9              # of the quotients, so that one sees them settle and then lose their digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotient:
    """(f(x + Δ) - f(x))/Δ and (f(x + Δ) - f(x - Δ))/(2Δ) for one Δ, and how far they are from the derivative."""

    step: float
    forward: float
    central: float
    error: float                 # of the forward quotient, with its sign
    central_error: float


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Slopes(Shown):
    """Difference quotients for Δ = 1, 0.1, ... 10⁻¹⁵ beside the derivative at one point.

    >>> print([short(quotient.forward, 6) for quotient in slopes("x^2", "x", at=2).quotients[:4]])
    ['5', '4.1', '4.01', '4.001']
    """

    loss: Loss
    table: Table | None
    parameter: Symbol
    at: Mapping[str, float]

    @cached_property
    def compiled(self) -> Compiled:
        """The loss and its gradient as one function."""
        return self.loss.compile(self.table)

    @cached_property
    def _here(self) -> tuple[float, np.ndarray]:
        return self.compiled(self.at)

    @property
    def value(self) -> float:
        """The function at the point."""
        return self._here[0]

    @property
    def derivative(self) -> float:
        """The slope there, by the derivative."""
        return float(self._here[1][self.loss.parameters.index(self.parameter)])

    @cached_property
    def second(self) -> Expr:
        """The second derivative, as a formula."""
        return derive(self.loss.gradient()[self.parameter.name].result, self.parameter).result

    @cached_property
    def curvature(self) -> float:
        """The second derivative at the point."""
        values = {parameter: self.at[parameter.name] for parameter in self.loss.parameters}
        return float(evaluated(self.second, values, self.table, self.loss.columns))

    @property
    def is_quadratic(self) -> bool:
        """Whether the curvature is the same everywhere along this parameter, so that the gap is exactly Δ f''/2."""
        return self.parameter not in self.second.free_symbols

    def function(self, value: float) -> float:
        """The function where the parameter has this value and all else is held."""
        return self.compiled({**self.at, self.parameter.name: value})[0]

    def quotient(self, step: float) -> Quotient:
        """The difference quotients for this Δ.

        >>> slopes("x^2", "x", at=2).quotient(0.5).forward
        4.5
        """
        here = self.at[self.parameter.name]
        right, left = self.function(here + step), self.function(here - step)
        with np.errstate(all="ignore"):
            forward, central = (right - self.value) / step, (right - left) / (2 * step)
        return Quotient(step=step, forward=forward, central=central, error=forward - self.derivative,
                        central_error=central - self.derivative)

    @cached_property
    def quotients(self) -> tuple[Quotient, ...]:
        """One for each Δ of the table."""
        return tuple(self.quotient(float(f"1e-{k}")) for k in range(_SMALLEST + 1))

    @property
    def best(self) -> Quotient:
        """The forward quotient that is closest to the derivative."""
        return min((quotient for quotient in self.quotients if math.isfinite(quotient.error)), key=lambda q: abs(q.error),
                   default=self.quotients[0])

    @property
    def predicted(self) -> float | None:
        """√(ε f/f''), the Δ at which what the curve adds and what rounding adds are the same; None for a straight line.

        >>> short(slopes("x^2", "x", at=2).predicted, 3)
        '2.11 · 10⁻⁸'
        """
        size = abs(self.curvature)
        return math.sqrt(_EPSILON * abs(self.value) / size) if size > 0 and self.value and math.isfinite(size) else None

    def bending(self, step: float) -> float:
        """Δ f''/2: what the curve adds to the forward quotient."""
        return step * abs(self.curvature) / 2

    def rounding(self, step: float) -> float:
        """ε f/(2 Δ): what rounding the two values of f adds, about."""
        return _EPSILON * abs(self.value) / (2 * step)

    # Showing

    def document(self) -> Document:
        """The table, and why its error first falls and then rises."""
        formula, value = self.loss.gradient()[self.parameter.name].result, numeral(self.derivative, _DIGITS)
        blocks: list[Block] = [
            Equation((self.loss.symbol, self.loss.expression)),
            Equation((derivative_of(self.loss.symbol, self.parameter), *dict.fromkeys((formula, value)))),
            paragraph(f"at {self.place}. Beside it, the slope of the line through two points of the curve: ", _DELTA,
                      " apart (forward), or ", _DELTA, " to the left and to the right (central):"),
            self._rows(), *self._gap(), *self._why()]
        return Document(f"The slope of {text(self.loss.symbol)} in {text(self.parameter)}", tuple(blocks))

    @property
    def place(self) -> str:
        """The point in words."""
        return ", ".join(f"{text(parameter)} = {short(self.at[parameter.name])}" for parameter in self.loss.parameters)

    def _rows(self) -> Rows:
        rows = tuple((cell(10.0 ** -k), cell(q.forward, _DIGITS), cell(q.error, 2), cell(q.central, _DIGITS),
                      cell(q.central_error, 2)) for k, q in enumerate(self.quotients))
        return Rows(header=(_DELTA, "forward", "error", "central", "error"), rows=rows)

    def _gap(self) -> list[Block]:
        """How far the forward quotient is from the derivative, by formula."""
        half = mul(Rational(1, 2), self.second)
        half = ([line for _, line in tidied(half)] or [half])[-1]
        if half.args and half.free_symbols:
            prove([mul(Rational(1, 2), self.second), half])
        if half == 0:
            return [paragraph("J is a straight line in ", self.parameter, ": every quotient is the slope, but for rounding.")]
        step = Symbol("Delta", real=True)
        if self.is_quadratic:
            value = numeral(self.curvature / 2)
            gap = multiplied(Mul(half, step, evaluate=False))
            by_formula = Formula(text="Δ · J''/2", latex=r"\Delta \cdot J''/2")
            sides = (_GAP, by_formula, gap, *((mul(value, step),) if half.free_symbols else ()))
            return [paragraph("J is quadratic in ", self.parameter, ": the forward quotient is off by exactly half the second "
                              "derivative times Δ, and the central one is the slope itself, but for rounding."),
                    Equation(sides)]
        return [paragraph("For a small Δ the forward quotient is off by about half the second derivative times Δ; of the "
                          "central one that part cancels, and what is left falls with Δ²."),
                Equation((_GAP, Formula(
                    text=f"Δ/2 · ({text(self.second)})", latex=rf"\frac{{\Delta}}{{2}} \left({latex(self.second)}\right)"),
                    mul(numeral(self.curvature / 2), step)), "≈")]

    def _why(self) -> list[Block]:
        if self.predicted is None:
            return []
        best = self.best
        k, rounding = self.quotients.index(best), cell(_EPSILON, 2)
        return [paragraph("But the forward error is least at ", _DELTA, " = ", cell(10.0 ** -k), ", and rises again for a "
                          "smaller ", _DELTA, ": each value of J is rounded to 16 digits, by up to ε/2 of its size with ",
                          Formula(text=f"ε = {rounding.text}", latex=rf"\varepsilon = {rounding.latex}"),
                          ", and that too is divided by ", _DELTA, ". The curve adds ", _BENDING, ", rounding about ",
                          _ROUNDING, "; the two are the same at"),
                Equation((_DELTA, _BEST, numeral(self.predicted, 2))),
                paragraph("The derivative needs no ", _DELTA, ", so it has neither error.")]

    def as_dict(self) -> dict[str, Any]:
        """The numbers as plain data, for JSON."""
        def finite(value: float | None) -> float | None:
            return value if value is not None and math.isfinite(value) else None
        return {"function": text(self.loss.expression), "wrt": self.parameter.name, "at": dict(self.at),
                "derivative": finite(self.derivative), "best": self.best.step, "predicted": finite(self.predicted),
                "quotients": [{"step": q.step, "forward": finite(q.forward), "error": finite(q.error),
                               "central": finite(q.central), "central_error": finite(q.central_error)} for q in self.quotients]}

    def __repr__(self) -> str:
        return f"<slopes of {text(self.loss.symbol)} in {text(self.parameter)}: derivative {short(self.derivative)}>"


def slopes_of(loss: Loss, wrt: str | Symbol, data: object = None, *, at: Mapping[str, float] | Sequence[float]) -> Slopes:
    """Difference quotients of a loss by one parameter, beside the derivative; what `Loss.slopes` says holds here.

    >>> found = slopes_of(Loss("sum((y - (m*x + b))^2)", columns="x y"), "b", {"x": [1, 2], "y": [3, 5]}, at={"m": 1, "b": 0})
    >>> found.derivative, found.quotient(0.5).error
    (-10.0, 1.0)
    """
    point = ordered(at, loss.names)
    if not np.isfinite(point).all():
        raise LossError(f"the slope is taken where every parameter is finite, not at {', '.join(map(short, point))}")
    found = Slopes(loss=loss, table=loss.table(data), parameter=loss.parameter(wrt),
                   at=dict(zip(loss.names, map(float, point), strict=True)))
    if not (math.isfinite(found.value) and math.isfinite(found.derivative)):
        raise LossError(f"{text(loss.expression)} has no finite value, or no finite slope, at {found.place}")
    return found


def slopes(formula: object, wrt: str | Symbol, *, at: float | Mapping[str, float] | Sequence[float]) -> Slopes:
    """Difference quotients of a formula beside its derivative, at a number or, for several letters, a mapping.

    >>> slopes("x^2", "x", at=2).derivative
    4.0
    """
    loss = Loss(formula)
    return slopes_of(loss, wrt, at=[at] if isinstance(at, (int, float)) and len(loss.parameters) == 1 else at)


_DELTA = Formula(text="Δ", latex=r"\Delta")
_BENDING = Formula(text="Δ J''/2", latex=r"\Delta\, J''/2")
_ROUNDING = Formula(text="ε J/(2Δ)", latex=r"\varepsilon J/(2 \Delta)")
_BEST = Formula(text="√(ε J/J'')", latex=r"\sqrt{\varepsilon J / J''}")
_GAP = Formula(text="gap", latex=r"\text{gap}")
