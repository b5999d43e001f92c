"""The constant parts of an expression, worked out in floats with limits at every step, before anything exact is asked to."""

from __future__ import annotations

import math

import mpmath
from sympy import Add, Basic, Expr, Indexed, Mul, Number, NumberSymbol, Pow, Rational, Symbol

from symcalc.errors import LossError
from symcalc.vocabulary import FUNCTIONS

MAX_EXPONENT = 1_000             # of a constant exponent
MAX_CONSTANT = 1e300             # of a constant part, and 1/MAX_CONSTANT the smallest
MAX_ARGUMENT = 1e8               # of a function of a constant; beyond it the proof cannot work it out
_TINY = math.nextafter(0.0, 1.0)


class Constants:
    """Works out the constant parts of an expression, each within bounds; anything with a letter in it gives None."""

    def __init__(self) -> None:
        self.known: dict[Basic, float | None] = {}

    def value(self, part: Basic) -> float | None:
        if part not in self.known:
            self.known[part] = self.bounded(part, self.worked_out(part))
        return self.known[part]

    def bounded(self, part: Basic, value: float | None) -> float | None:
        if value is None or value == 0 or 1 / MAX_CONSTANT <= abs(value) <= MAX_CONSTANT:
            return value
        size = "small" if abs(value) < 1 else "large"
        raise LossError(f"the constant {_shown(part)} is too {size} to compute with")

    def worked_out(self, part: Basic) -> float | None:
        if isinstance(part, (Number, NumberSymbol)):
            return self.number(part)
        if isinstance(part, (Symbol, Indexed)):
            return None
        inner = [self.value(argument) for argument in part.args if isinstance(argument, Basic)]
        if isinstance(part, Pow):
            return self.power(part, *inner)
        constants = [value for value in inner if value is not None]
        if isinstance(part, Mul) and len(constants) > 1:
            self.bounded(part, _product(constants))
        if len(constants) < len(inner) or not isinstance(part, (Add, Mul, *FUNCTIONS)):
            return None
        if isinstance(part, Add):
            return math.fsum(constants)
        return _product(constants) if isinstance(part, Mul) else self.function(part, constants)

    def number(self, part: Number | NumberSymbol) -> float:
        if isinstance(part, Rational) and max(abs(part.p), part.q).bit_length() > 1_000:
            raise LossError("a whole number has more than 300 digits")
        value = float(part)
        if value == 0 and not part.is_zero:
            raise LossError("a number is too small to compute with; float64 cannot tell it from 0")
        return value

    def power(self, part: Pow, base: float | None, exponent: float | None) -> float | None:
        if exponent is not None and abs(exponent) > MAX_EXPONENT:
            raise LossError(f"the exponent {_shown(part.exp)} is too large to compute with; at most {MAX_EXPONENT:,}")
        if base == 0 and exponent is not None and exponent < 0:
            raise LossError(f"division by zero in {_shown(part)}")
        if base is None or exponent is None:
            return None
        try:
            return math.pow(base, exponent) or (_TINY if base else 0.0)
        except OverflowError:
            return math.inf
        except ValueError:
            raise LossError(f"{_shown(part)} is not real") from None

    def function(self, part: Expr, arguments: list[float]) -> float:
        row = FUNCTIONS[part.func]
        if row.inside is not None and not row.inside(*arguments):
            raise LossError(f"{_shown(part)} is not {'taken' if row.narrow else 'real'}; {row.needs}")
        if any(abs(argument) > MAX_ARGUMENT for argument in arguments):
            raise LossError(f"the constant {_shown(part)} is too large to compute with")
        try:
            return float(row.value(mpmath.fp, *arguments))
        except OverflowError:
            return math.inf
        except ZeroDivisionError:
            raise LossError(f"division by zero in {_shown(part)}") from None


def _product(factors: list[float]) -> float:
    """The product, which is 0 only where a factor is, not where float64 can no longer tell."""
    return math.prod(factors) or (_TINY if all(factors) else 0.0)


def _shown(part: Basic) -> str:
    from symcalc.pages.notation import text
    return text(part)[:60]
