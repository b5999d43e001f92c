"""Expressions to straight-line Python: each subexpression once, for loss and gradient together.

Generated code holds only names that are made here (p0 for a parameter, c0 for a column, a0 for a step), so a
parameter may be called `exp`, `select` or `nan`. What depends on the data alone is worked out once, before the first
step. Sums of products become dot products.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sympy import (
    Add,
    And,
    Basic,
    E,
    Expr,
    Indexed,
    KroneckerDelta,
    Max,
    Min,
    Mul,
    Number,
    NumberSymbol,
    Or,
    Piecewise,
    Pow,
    Sum,
    cos,
    exp,
    sin,
)
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanFalse, BooleanTrue

from symcalc.compute.program import Program
from symcalc.compute.statements import Value, bracketed
from symcalc.errors import LossError
from symcalc.language.names import COUNT
from symcalc.pages.notation import text
from symcalc.parts import is_below, product_as_written, signed, upright
from symcalc.vocabulary import FUNCTIONS, Function
from symcalc.written import exact, is_number


@dataclass(slots=True)
class Tape(Program):
    """A program made of expressions: what each becomes in Python, the same for loss and gradient."""

    def __post_init__(self) -> None:
        self.known |= {symbol: Value(f"p{k}", moves=True) for k, symbol in enumerate(self.parameters)}
        self.known |= {column: Value(f"c{k}", array=True) for k, column in enumerate(self.columns)}
        self.known[COUNT] = Value("rows")

    def in_numpy(self) -> Tape:
        """An empty tape of the same kind on which every parameter may be an array: what has no value is nan, not an error."""
        return Tape(self.parameters, self.columns, arrays=True)

    def value(self, expression: Basic) -> Value:
        """The value of an expression, with the statements that it still needs put on the tape."""
        if expression not in self.known:
            lower = next((_LOWER[kind] for kind in type(expression).__mro__ if kind in _LOWER), None)
            if lower is None and type(expression) in FUNCTIONS:
                lower = Tape.function
            if lower is None:
                raise LossError(f"{text(expression)} has no numeric form, so it cannot be compiled")
            self.known[expression] = lower(self, expression)
        return self.known[expression]

    # Numbers and arithmetic

    def number(self, part: Number) -> Value:
        if not is_number(part):
            raise LossError(f"{part} is not a finite number")
        value = exact(part)
        try:
            found = value.numerator / value.denominator
        except OverflowError:
            found = math.inf                   # with either sign
        if value and not sys.float_info.min <= abs(found) <= sys.float_info.max:     # 1e200², as in the slope of (1e200 w)²
            size = "large" if found > 1 else "small"
            raise LossError(f"a number in the formula or its derivative is too {size} to compute with; use other units, in "
                            "which it is closer to 1")
        return _literal(found)

    def constant(self, part: NumberSymbol) -> Value:
        return _literal(float(part))

    def add(self, part: Add) -> Value:
        written, inputs = "", []
        for term in part.args:
            minus, rest = signed(term)
            value = self.value(rest)
            inputs.append(value)
            written += (" - " if minus else " + ") + value.source
        lead = "-" if written.startswith(" - ") else ""
        return self.statement(lead + written[3:], inputs, part)

    def multiply(self, part: Mul) -> Value:
        """Numbers and parameters together first, so that an array is touched once for all of them."""
        scalars, arrays = self.split(part.args)
        if not arrays:
            return self.fraction(part.args, part)
        if not scalars:
            return self.fraction(arrays, part)
        # Only parameters, no rows: one float, whose product with the array costs one pass.
        lead = self.fraction(scalars, product_as_written(scalars))
        rest = self.fraction(arrays, product_as_written(arrays))
        return self.statement(f"{bracketed(lead.source)} * {rest.source}", [lead, rest], part)

    def split(self, factors: Sequence[Basic]) -> tuple[list[Basic], list[Basic]]:
        """The factors that are one number, and those that differ from row to row."""
        scalars = [factor for factor in factors if not differs(factor)]
        return scalars, [factor for factor in factors if differs(factor)]

    def fraction(self, factors: Sequence[Basic], whole: Basic) -> Value:
        above = [self.value(factor) for factor in factors if not is_below(factor)]
        below = [self.value(upright(factor)) for factor in factors if is_below(factor)]
        if len(above) == 1 and not below:
            return above[0]
        written = " * ".join(sorted(bracketed(value.source) for value in above)) or "1.0"
        if below:
            under = " * ".join(sorted(bracketed(value.source) for value in below))
            written += f" / {under}" if len(below) == 1 else f" / ({under})"
        return self.statement(written, above + below, whole)

    def power(self, part: Pow) -> Value:
        base, exponent = part.args
        if is_below(part):
            return self.fraction([part], part)
        if base is E:
            return self.apply(FUNCTIONS[exp], [exponent], part)
        value = self.value(base)
        if exponent in (2, 3):
            return self.statement(" * ".join([bracketed(value.source)] * int(exponent)), [value], part)
        if is_number(exponent) and exact(exponent) * 2 == 1:
            return self.statement(f"{self.module}.sqrt({value.source})", [value], part)
        other = self.value(exponent)
        return self.statement(f"{'np.power' if self.arrays else 'math.pow'}({value.source}, {other.source})",
                              [value, other], part)

    @property
    def module(self) -> str:
        return "np" if self.arrays else "math"

    # Functions and cases

    def function(self, part: Expr) -> Value:
        if self.arrays and isinstance(part, (sin, cos)) and self.value(part.args[0]).array:
            return self.circular(part)
        return self.apply(FUNCTIONS[type(part)], part.args, part)

    def circular(self, part: sin | cos) -> Value:
        """sin z = t d and cos z = d - 1 with t = tan(z/2) and d = 2/(1 + t²), since NumPy's tan is six times as fast."""
        z = self.value(part.args[0])
        t = self.statement(f"np.tan(0.5 * {z.source})", [z], part.args[0], note=", half of it, its tangent")
        d = self.statement(f"2.0 / (1.0 + {t.source} * {t.source})", [t], part.args[0],
                           note=", half of it, 2/(1 + its tangent squared)")
        return self.statement(f"{t.source} * {d.source}" if isinstance(part, sin) else f"{d.source} - 1.0", [t, d], part)

    def apply(self, row: Function, arguments: Sequence[Basic], part: Basic) -> Value:
        values = [self.value(argument) for argument in arguments]
        sources = [value.source for value in values]
        return self.statement(row.code(self.arrays).format(*sources, all=", ".join(sources)), values, part)

    def extremum(self, part: Max | Min) -> Value:
        name = "max" if isinstance(part, Max) else "min"
        values = [self.value(argument) for argument in part.args]
        if not self.arrays:
            return self.statement(f"{name}({', '.join(value.source for value in values)})", values, part)
        written = values[0].source
        for value in values[1:]:
            written = f"np.{name}imum({written}, {value.source})"
        return self.statement(written, values, part)

    def cases(self, part: Piecewise) -> Value:
        *pairs, (last, _) = part.args
        values = [self.value(last)]
        written = values[0].source
        for result, condition in reversed(pairs):
            then, test = self.value(result), self.value(condition)
            values += [then, test]
            written = f"np.where({test.source}, {then.source}, {written})" if self.arrays else \
                f"({then.source} if {test.source} else {written})"
        return self.statement(written, values, part)

    def relation(self, part: Relational) -> Value:
        left, right = self.value(part.lhs), self.value(part.rhs)
        return self.statement(f"({left.source} {part.rel_op} {right.source})", [left, right], part)

    def coincidence(self, part: KroneckerDelta) -> Value:
        """[y = 2] as 1.0 where it holds and 0.0 elsewhere."""
        left, right = map(self.value, part.args)
        return self.statement(f"({left.source} == {right.source}) * 1.0", [left, right], part)

    def junction(self, part: And | Or) -> Value:
        values = [self.value(argument) for argument in part.args]
        joint = " & " if isinstance(part, And) else " | "
        return self.statement(joint.join(value.source for value in values), values, part)

    def truth(self, part: Basic) -> Value:
        return Value(str(part == True))  # noqa: E712

    # Sums over the rows

    def row_sum(self, part: Sum) -> Value:
        """Σ c f g as c times a dot product; Σ of what is the same in every row as n times it."""
        body = part.function
        scalars, arrays = self.split(body.args if isinstance(body, Mul) else (body,))
        if not arrays:
            value = self.value(body)
            return self.statement(f"rows * {bracketed(value.source)}", [value], part)
        total = self.reduced(arrays, part)
        if not scalars:
            return total
        lead = self.fraction(scalars, product_as_written(scalars))
        return self.statement(f"{bracketed(lead.source)} * {total.source}", [lead, total], part)

    def reduced(self, arrays: list[Basic], part: Sum) -> Value:
        if len(arrays) == 1 and isinstance(arrays[0], Pow) and arrays[0].exp == 2:
            value = self.value(arrays[0].base)
            return self.statement(f"np.dot({value.source}, {value.source})", [value], part, array=False)
        if len(arrays) > 1 and not any(map(is_below, arrays[-1:])):
            left, right = self.fraction(arrays[:-1], product_as_written(arrays[:-1])), self.value(arrays[-1])
            return self.statement(f"np.dot({left.source}, {right.source})", [left, right], part, array=False)
        value = self.fraction(arrays, product_as_written(arrays))
        return self.statement(f"np.add.reduce({value.source})", [value], part, array=False)


def _literal(value: float) -> Value:
    return Value(repr(float(value)))


@lru_cache(maxsize=256)
def differs(part: Basic) -> bool:
    """Whether a part has a value of its own in each row; a sum over the rows has one in all."""
    return isinstance(part, Indexed) or (not isinstance(part, Sum) and any(map(differs, part.args)))


_LOWER: dict[type, Callable[[Tape, Basic], Value]] = {
    Number: Tape.number, NumberSymbol: Tape.constant, Add: Tape.add, Mul: Tape.multiply, Pow: Tape.power,
    Max: Tape.extremum, Min: Tape.extremum, Piecewise: Tape.cases, Relational: Tape.relation, And: Tape.junction,
    KroneckerDelta: Tape.coincidence, Or: Tape.junction, BooleanTrue: Tape.truth, BooleanFalse: Tape.truth,
    Sum: lambda tape, part: tape.row_sum(part),          # which a tape of moments does in its own way
}
