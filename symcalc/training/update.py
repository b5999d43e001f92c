"""One step of a descent beside the formula that drove it, with the change that was expected and the change that came."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sympy import Add, Basic, Expr, Mul, Sum, Symbol

from symcalc.language.names import COUNT, name_of
from symcalc.pages.document import Block, Document, Equation, Formula, paragraph
from symcalc.pages.notation import latex, text
from symcalc.pages.numbers import DIGITS, numeral, short
from symcalc.pages.shown import Shown
from symcalc.training.methods import RATE
from symcalc.written import add, replaced, row_sum

if TYPE_CHECKING:
    from symcalc.training.run import Run

_FAITHFUL = 1e-3         # how far, relatively, a slope may be from what the rounded numbers give
_ALL_DIGITS = 17         # of a float
_FEW = 3                 # rows for which a sum is written out, row by row
_ROUNDING = 64 * sys.float_info.epsilon      # how exactly J is known, relative to its size


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Update(Shown):
    """Step k of a run: before, gradient, change, after; the cost before and after.

    >>> from symcalc.training.losses import Loss
    >>> u = Loss("(w - 3)^2").descend(start={"w": 0}, rate=0.25, steps=1).updates[0]
    >>> u.k, u.before, u.gradient, u.after
    (1, {'w': 0.0}, {'w': -6.0}, {'w': 1.5})
    >>> u.expected_change, u.actual_change, u.ratio
    (-9.0, -6.75, 0.75)
    """

    run: Run
    k: int

    @property
    def before(self) -> dict[str, float]:
        """The parameters before the step."""
        return self.run.named(self.run.points[self.k - 1])

    @property
    def after(self) -> dict[str, float]:
        """The parameters after the step."""
        return self.run.named(self.run.points[self.k])

    @property
    def gradient(self) -> dict[str, float]:
        """The partial derivatives that drove the step."""
        return self.run.named(self.run.gradients[self.k - 1])

    @property
    def J_before(self) -> float:
        """The cost before the step."""
        return float(self.run.costs[self.k - 1])

    @property
    def J_after(self) -> float:
        """The cost after the step."""
        return float(self.run.costs[self.k])

    @property
    def expected_change(self) -> float:
        """∇J·Δθ, the change in the cost that the derivative leads us to expect."""
        run = self.run
        with np.errstate(all="ignore"):
            return float(np.dot(run.gradients[self.k - 1], run.points[self.k] - run.points[self.k - 1]))

    @property
    def actual_change(self) -> float:
        """The change in the cost that came."""
        return self.J_after - self.J_before

    @property
    def ratio(self) -> float:
        """Actual over expected change: 1 - ηκ/2 for a quadratic; nan where no finite change was expected."""
        expected = self.expected_change
        return self.actual_change / expected if expected and math.isfinite(expected) else math.nan

    @property
    def is_lost_in_rounding(self) -> bool:
        """Whether the changes are too small to be seen in J, so that the actual one is rounding and no more."""
        return (max(abs(self.expected_change), abs(self.actual_change))
                <= _ROUNDING * max(abs(self.J_before), abs(self.J_after)))

    def reading(self) -> str:
        """What the ratio says about the step, in a sentence."""
        if self.run.partials is not None:
            return "what drove this step is not the gradient, so the change that it promises need not come"
        if self.is_lost_in_rounding:
            return "but so small a change is lost in the rounding of J, so this ratio says nothing"
        ratio = round(self.ratio, 9)               # 0.9 is 0.9, whatever its last bit says
        return next(sentence for least, sentence in _READINGS if ratio >= least)

    def as_dict(self) -> dict[str, Any]:
        """The update as plain data: parameters and J after it, and the gradient that drove it."""
        changes = {"expected_change": self.expected_change, "actual_change": self.actual_change, "ratio": self.ratio}
        return {"k": self.k, "parameters": self.after, "J": self.J_after, "gradient": self.gradient,
                **{name: value if math.isfinite(value) else None for name, value in changes.items()}}

    def __repr__(self) -> str:
        return f"<update {self.k}: J from {short(self.J_before)} to {short(self.J_after)}>"

    # Showing

    def document(self) -> Document:
        """Per parameter the formula, the numbers in it, its value and the new parameter; then expected and actual change."""
        blocks: list[Block] = []
        for parameter in self.run.loss.parameters:
            blocks += [self._slope(parameter), self._new(parameter)]
        blocks += [self._expected(), *self._outcome()]
        return Document(f"Update {self.k}", tuple(blocks))

    def _slope(self, parameter: Symbol) -> Equation:
        formula = self.run.slopes[parameter.name]
        value = numeral(self.gradient[parameter.name])
        sides = (formula, self._with_numbers(formula), self._row_by_row(formula), value)
        # Where a step changes nothing, as in a slope that is a number already, it is written once.
        return Equation((self.run.slope_name(parameter),
                         *{text(side): side for side in sides if side is not None}.values()))

    def _values(self) -> dict[Basic, Expr]:
        table, digits = self.run.table, self._digits()
        rows: dict[Basic, Expr] = {COUNT: numeral(table.rows)} if table is not None else {}
        return {symbol: _put_in(numeral(self.before[symbol.name], digits)) for symbol in self.run.loss.parameters} | rows

    def _digits(self) -> int:
        """Enough digits of the parameters for the numbers shown to give the slopes shown, also close to a minimum."""
        before, gradient = self.run.points[self.k - 1], self.run.gradients[self.k - 1]
        for digits in (DIGITS, 9, 12):
            rounded = np.array([float(numeral(value, digits)) for value in before])
            if np.allclose(self.run.compiled.at(rounded)[1], gradient, rtol=_FAITHFUL, atol=0):
                return digits
        return _ALL_DIGITS

    def _with_numbers(self, formula: Expr) -> Expr:
        """The formula with the parameters' values in it; a sum still stands, over its rows."""
        values = self._values()

        def change(part: Basic) -> Basic | None:
            if isinstance(part, Sum):
                return row_sum(replaced(part.function, values.get), part)
            return values.get(part)

        return replaced(formula, change)

    def _row_by_row(self, formula: Expr) -> Expr | None:
        """The formula with its sums written out in numbers, where the rows are few."""
        table, values = self.run.table, self._values()
        if table is None or table.rows > _FEW:
            return None

        def change(part: Basic) -> Basic | None:
            if not isinstance(part, Sum):
                return values.get(part)
            rows = [{**values, **{column: numeral(table[name_of(column)][row]) for column in self.run.loss.columns}}
                    for row in range(table.rows)]
            return add(*(replaced(part.function, row.get) for row in rows))

        return replaced(formula, change)

    def _new(self, parameter: Symbol) -> Equation:
        formula = self.run.update_formula(parameter.name)
        numbers = {parameter: self._values()[parameter], RATE: numeral(float(self.run.rates[self.k - 1])),
                   self.run.slope_name(parameter): numeral(self.gradient[parameter.name])}
        name = Formula(text=f"new {text(parameter)}", latex=rf"{latex(parameter)}_{{\text{{new}}}}"
                       if "_" not in latex(parameter) else rf"\text{{new }} {latex(parameter)}")
        after = numeral(self.after[parameter.name], self._digits())
        return Equation((name, formula, replaced(formula, numbers.get), after))

    def _expected(self) -> Equation:
        changes = self.run.points[self.k] - self.run.points[self.k - 1]
        products = [Mul(numeral(slope), numeral(change), evaluate=False)
                    for slope, change in zip(self.gradient.values(), changes)]
        name = Formula(text="expected ΔJ", latex=r"\text{expected } \Delta J")
        total = Formula(text="∇J·Δθ", latex=r"\nabla J \cdot \Delta\theta") if self.run.partials is None else Formula(
            text="g·Δθ", latex=r"g \cdot \Delta\theta")
        shown = products[0] if len(products) == 1 else Add(*products, evaluate=False)
        return Equation((name, total, shown, _result(self.expected_change)))

    def _outcome(self) -> list[Block]:
        actual = Equation((
            Formula(text="actual ΔJ", latex=r"\text{actual } \Delta J"),
            Add(numeral(self.J_after, 10), Mul(-1, numeral(self.J_before, 10), evaluate=False), evaluate=False),
            _result(self.actual_change)))
        if not math.isfinite(self.ratio):
            return [actual, paragraph("No finite change was expected, so there is no ratio.")]
        return [actual, paragraph(f"ratio = actual / expected = {short(self.ratio, 4)}: {self.reading()}.")]


def _put_in(value: Expr) -> Expr:
    """The value as it stands in a formula; as a factor, a bare -1 would be taken for a minus sign and vanish."""
    return Mul(-1, 1, evaluate=False) if value == -1 else value


def _result(value: float) -> Expr | Formula:
    """The number; a product of two large finite numbers need not be finite."""
    return numeral(value) if math.isfinite(value) else Formula(text="too large", latex=r"\text{too large}")


_READINGS = (
    (1.02, "the cost fell faster than the tangent promised, so the curve bends downwards here"),
    (0.9, "a small step, along which the tangent tells nearly everything"),
    (0.6, "a step of moderate size; the curve has begun to bend away from the tangent"),
    (0.4, "about the step that lands on the minimum along this direction, where the ratio is 1/2"),
    (1e-12, "the step went past the minimum along this direction, though the cost still fell"),
    (-1e-12, "the step went past the minimum along this direction, to a point just as high"),
    (-math.inf, "the step went so far past the minimum that the cost rose; take a smaller rate"),
)
