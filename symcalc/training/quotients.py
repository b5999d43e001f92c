"""Difference quotients beside the derivative at one point, and what makes them err: the curve, a kink, a jump, rounding."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from sympy import Expr, Symbol

from symcalc.calculus.derivation import Derivation, derive
from symcalc.calculus.kinks import Kink
from symcalc.compute.compiled import Compiled, evaluated
from symcalc.language.table import Table
from symcalc.language.table_parts import Parts
from symcalc.pages.elided import several
from symcalc.pages.notation import text
from symcalc.pages.numbers import numeral
from symcalc.training.problem.objective import Objective

_SMALLEST = 15           # the change goes from 1 down to 10⁻¹⁵
_EPSILON = sys.float_info.epsilon
_MET = 4 * _EPSILON      # relative: how closely both sides of a kink's equation are the same at the kink
_BESIDE = 1e-8           # how far beside a kink its two slopes are taken
_JUMP = 1e-6             # relative: by how much they differ there
_STEEP = 4               # how often the height that a slope explains a jump has to be
_AROUND = 0.01           # how far away the second derivatives are taken beside which one is 0
_NOTHING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotient:
    """(f(x + Δ) - f(x))/Δ and (f(x + Δ) - f(x - Δ))/(2Δ) for one Δ, and how far they are from the derivative."""

    step: float
    forward: float
    central: float
    error: float                 # of the forward quotient, with its sign
    central_error: float


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Quotients:
    """Difference quotients for Δ = 1, 0.1, ... 10⁻¹⁵ beside the derivative at one point, in numbers; `Slopes` shows them."""

    loss: Objective
    table: Table | Parts | None
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
        """The slope there, by the derivative; at a kink the subgradient."""
        return float(self._here[1][self.loss.parameters.index(self.parameter)])

    @cached_property
    def kinks(self) -> tuple[Kink, ...]:
        """Where the slope jumps as the parameter moves."""
        return self.loss.partial(self.parameter.name).kinks

    @cached_property
    def met(self) -> tuple[Kink, ...]:
        """The kinks that lie at the point."""
        return tuple(kink for kink in self.kinks if self._is_met(kink))

    @cached_property
    def sides(self) -> tuple[float, float] | None:
        """The slopes to the left and to the right where the point is a kink, so that there is no derivative; else None.

        >>> from symcalc import slopes
        >>> slopes("3*x + abs(x)", "x", at=0).sides
        (2.0, 4.0)
        """
        return self._jump(lambda value: self._value_and_slope(value)[1]) if self.met else None

    @cached_property
    def jumps(self) -> bool:
        """Whether the function itself jumps at the point."""
        jump = self._jump(self.function) if self.met else None
        if jump is None:
            return False
        here = self.at[self.parameter.name]
        width = _BESIDE * max(1, abs(here))
        steep = max(abs(self._value_and_slope(here + side)[1]) for side in (-width, width))
        return abs(jump[1] - jump[0]) > _STEEP * width * steep

    @cached_property
    def _second(self) -> Derivation:
        return derive(self.loss.partial(self.parameter.name).result, self.parameter)

    @property
    def second(self) -> Expr:
        """The second derivative, as a formula."""
        return self._second.result

    @cached_property
    def curvature(self) -> float:
        """The second derivative at the point."""
        return self._curvature(self.at[self.parameter.name])

    @cached_property
    def curvatures(self) -> tuple[float, float] | None:
        """The second derivatives to the left and to the right where they differ; else None."""
        return self._jump(self._curvature) if any(map(self._is_met, self._second.kinks)) else None

    @cached_property
    def is_inflection(self) -> bool:
        """Whether the second derivative is 0 at the point, though not around it."""
        here = self.at[self.parameter.name]
        away = [abs(self._curvature(here + side * max(1, abs(here)))) for side in (-_AROUND, _AROUND)]
        return any(abs(self.curvature) <= _NOTHING * size for size in away if 0 < size < math.inf)

    def _curvature(self, value: float) -> float:
        return float(self._evaluated(self.second, value))

    def _evaluated(self, expression: Expr, value: float) -> np.ndarray:
        values = {parameter: self.at[parameter.name] for parameter in self.loss.parameters} | {self.parameter: value}
        return evaluated(expression, values, self.table, self.loss.columns)

    def _is_met(self, kink: Kink) -> bool:
        left, right = (self._evaluated(side, self.at[self.parameter.name]) for side in kink.equation.args)
        return bool(np.isclose(left, right, rtol=_MET, atol=0).any())

    def _jump(self, height: Callable[[float], float]) -> tuple[float, float] | None:
        """The heights on both sides of the point; None where they are the same, or one is missing."""
        here = self.at[self.parameter.name]
        left, right = (height(here + side * max(1, abs(here))) for side in (-_BESIDE, _BESIDE))
        same = not abs(right - left) > _JUMP * max(1, abs(left), abs(right)) or not math.isfinite(right - left)
        return None if same else (float(f"{left:.6g}"), float(f"{right:.6g}"))

    @property
    def is_quadratic(self) -> bool:
        """Whether the curvature is the same everywhere along this parameter, so that the gap is exactly Δ f''/2."""
        return self.parameter not in self.second.free_symbols

    def function(self, value: float) -> float:
        """The function where the parameter has this value and all else is held."""
        return self._value_and_slope(value)[0]

    def _value_and_slope(self, value: float) -> tuple[float, float]:
        cost, slopes = self.compiled({**self.at, self.parameter.name: value})
        return cost, float(slopes[self.loss.parameters.index(self.parameter)])

    def quotient(self, step: float) -> Quotient:
        """The difference quotients for this Δ.

        >>> from symcalc import slopes
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
        """√(ε f/f''), the Δ at which what the curve adds and what rounding adds are the same; None where the curve adds none.

        >>> from symcalc import slopes
        >>> print(f"{slopes('x^2', 'x', at=2).predicted:.3g}")
        2.11e-08
        """
        size = self.bending(2)
        return math.sqrt(_EPSILON * abs(self.value) / size) if size > 0 and self.value else None

    def bending(self, step: float) -> float:
        """Δ f''/2: what the curve adds to the forward quotient; 0 where f'' is not there or is 0."""
        bent = math.isfinite(self.curvature) and not (self.sides or self.jumps or self.curvatures or self.is_inflection)
        return step * abs(self.curvature) / 2 if bent else 0.0

    def rounding(self, step: float) -> float:
        """ε f/(2 Δ): what rounding the two values of f adds, about."""
        return _EPSILON * abs(self.value) / (2 * step)

    @property
    def place(self) -> str:
        """The point in words."""
        return several([f"{text(parameter)} = {text(numeral(self.at[parameter.name]))}" for parameter in self.loss.parameters])
