"""Losses that differ by a factor: other = c J, so that the same path is walked at another rate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from sympy import Expr, Integer, Mul, sqrt

from symcalc.calculus.algebra.products import multiplied
from symcalc.calculus.point import NO_VALUE, Point, candidates
from symcalc.calculus.proof import points, prove
from symcalc.compute.compiled import evaluated, ordered
from symcalc.errors import LossError, ProofError
from symcalc.language.names import COUNT, name_of
from symcalc.language.table import Table
from symcalc.pages.document import Block, Document, Equation, Formula, Inline, paragraph
from symcalc.pages.document import Table as Rows
from symcalc.pages.notation import latex, text
from symcalc.pages.numbers import aligned, short
from symcalc.pages.shown import Shown
from symcalc.parts import signed
from symcalc.training.diagnosis.curvature import limit_of, second_derivatives
from symcalc.training.losses import Loss
from symcalc.training.run import Run
from symcalc.written import divide, exact, is_number, number, power

_LARGEST = 1000              # numerator and denominator of the number in a factor
_SAME = 1e-30                # relative, with as many digits as a proof has
_SHOWN = 40                  # digits by which a fraction is recognised
_COUNTS = (2, 3)             # rows in the random data at which losses are compared
_POWERS = (Fraction(1, 2), Fraction(2))


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Scale(Shown):
    """other = c · J: `factor` is c as a formula in n, None where there is none; `power` is p where other = c · Jᵖ.

    >>> scale = scale_of(Loss("sum((y - m*x)^2)", columns="x y"), Loss("mean((y - m*x)^2)/2", columns="x y"))
    >>> text(scale.factor)
    '1/(2n)'
    """

    loss: Loss
    other: Loss
    factor: Expr | None
    power: Fraction | None
    table: Table | None = None
    runs: tuple[Run, Run] | None = None

    @property
    def rate_factor(self) -> Expr | None:
        """1/c: by what the rate is multiplied for the other loss to walk the same path."""
        if self.factor is None or self.power != 1:
            return None
        return number(1 / exact(self.factor)) if is_number(self.factor) else multiplied(divide(Integer(1), self.factor))

    @cached_property
    def value(self) -> float | None:
        """1/c as a number, with the rows of the data."""
        if self.rate_factor is None or (self.table is None and self.rate_factor.has(COUNT)):
            return None
        return float(evaluated(self.rate_factor, {}, self.table, ()))

    @property
    def difference(self) -> float | None:
        """How far apart the two paths come, relative to the size of each parameter; rounding, where they are the same."""
        if self.runs is None:
            return None
        one, other = (run.points for run in self.runs)
        count = min(len(one), len(other))
        return float((np.abs(one[:count] - other[:count]) / np.maximum(np.abs(one[:count]).max(axis=0), 1e-300)).max())

    @property
    def sentence(self) -> str:
        """What the two losses have to do with each other."""
        if self.factor is None:
            return "The two losses differ by more than a factor: no rate makes one walk the path of the other."
        if self.power != 1:
            return ("K rises with J, so both are least at the same point; but they differ by more than a factor: the slopes of "
                    "K are those of J times a factor that changes on the way, so no rate makes one walk the path of the other.")
        if signed(self.rate_factor)[0]:
            return "The one is the other upside down: where the one falls the other rises."
        if self.rate_factor == 1:
            return "The two losses are equal: the same path at the same rate."
        number_is = f" = {short(self.value)}" if self.value is not None and self.rate_factor.has(COUNT) else ""
        return f"The same path if the rate is multiplied by {text(self.rate_factor)}{number_is}."

    # Showing

    def document(self) -> Document:
        """The two losses, what stands between them, and both paths side by side."""
        first, second = Formula(text="J", latex="J"), Formula(text="K", latex="K")
        blocks: list[Block] = [Equation((first, self.loss.expression)), Equation((second, self.other.expression))]
        if self.factor is not None:
            blocks.append(Equation((second, self._related())))
        if self.rate_factor is not None and self.rate_factor != 1 and not signed(self.rate_factor)[0]:
            blocks.append(paragraph("A factor of the loss is a factor of every slope, and so of every step. ", self.sentence))
        else:
            blocks.append(paragraph(self.sentence))
        if self.runs is not None:
            blocks += self._side_by_side()
        return Document("The scale of a loss", tuple(blocks))

    def _related(self) -> Formula:
        """c · J, or c · √J."""
        inner = {1: ("J", "J"), Fraction(1, 2): ("√J", r"\sqrt{J}"), 2: ("J²", "J^2")}[self.power]
        if self.factor in (1, -1):
            sign = "-" * (self.factor == -1)
            return Formula(text=sign + inner[0], latex=sign + inner[1])
        return Formula(text=f"{text(self.factor)} · {inner[0]}", latex=rf"{latex(self.factor)} \cdot {inner[1]}")

    def _side_by_side(self) -> list[Block]:
        one, other = self.runs
        count = min(len(one.points), len(other.points))
        parameters = self.loss.parameters
        columns = [aligned(run.points[:count, k]) for k in range(len(parameters)) for run in (one, other)]
        costs = [aligned(run.costs[:count]) for run in (one, other)]
        header: list[Inline] = ["step"]
        for parameter in parameters:
            header += [_by("J", parameter), _by("K", parameter)]
        rows = tuple((str(k), *cells) for k, cells in enumerate(zip(*columns, *costs)))
        end = (f"The paths differ by at most {short(self.difference, 1)} of the parameters' size: rounding, no more."
               if self.difference else "The paths are the same to the last digit.")
        return [paragraph(f"J with the rate {short(one.rate)}, and K with the rate {short(one.rate)} · "
                          f"{short(self.value)} = {short(other.rate)}:"),
                Rows(header=(*header, "J", "K"), rows=rows), paragraph(end)]

    def as_dict(self) -> dict[str, Any]:
        """The relation as plain data, for JSON."""
        return {"loss": text(self.loss.expression), "other": text(self.other.expression),
                "factor": text(self.factor) if self.factor is not None else None,
                "power": str(self.power) if self.power is not None else None,
                "rate_factor": text(self.rate_factor) if self.rate_factor is not None else None, "value": self.value,
                "sentence": self.sentence}

    def __repr__(self) -> str:
        return f"<scale: {self.sentence}>"


def scale_of(loss: Loss, other: Loss, data: object = None, *, start: Mapping[str, float] | Sequence[float] | None = None,
             rate: float | None = None, steps: int = 6) -> Scale:
    """What two losses of the same parameters have to do with each other; what `Loss.scale_to` says holds here."""
    if set(loss.names) != set(other.names):
        raise LossError(f"the losses have different parameters: {', '.join(loss.names)} and {', '.join(other.names)}")
    factor, exponent = _relation(loss.expression, other.expression)
    needed = loss.columns or other.columns
    table = _shared_table(loss, other, data) if data is not None and needed else None
    scale = Scale(loss=loss, other=other, factor=factor, power=exponent, table=table)
    if scale.value is None or (needed and table is None) or scale.value <= 0:
        return scale
    at = ordered(start if start is not None else [0.0] * len(loss.names), loss.names)
    first = float(rate) if rate is not None else _moderate(loss, table, at)
    named = dict(zip(loss.names, map(float, at)))
    runs = (loss.descend(table, start=named, rate=first, steps=steps, tolerance=0),
            other.descend(table, start=named, rate=first * scale.value, steps=steps, tolerance=0))
    order = [other.names.index(name) for name in loss.names]
    return Scale(loss=loss, other=other, factor=factor, power=exponent, table=table,
                 runs=runs if order == sorted(order) and all(run.started for run in runs) else None)


def _shared_table(loss: Loss, other: Loss, data: object) -> Table | None:
    from symcalc.language.table import read_table
    names = dict.fromkeys(name_of(column) for column in (*loss.columns, *other.columns))
    loss.table(data), other.table(data)          # refuse what either would refuse
    return read_table(data, tuple(names))


def _moderate(loss: Loss, table: Table | None, at: np.ndarray) -> float:
    """A rate of one digit well within what is stable at the start."""
    limit = limit_of(second_derivatives(loss, table)(at))
    return float(short((limit or 0.1) / 5, 1))


def _by(letter: str, parameter: Expr) -> Formula:
    return Formula(text=f"{text(parameter)} by {letter}", latex=rf"{latex(parameter)} \text{{ by }} {letter}")


# The factor

def _relation(one: Expr, other: Expr) -> tuple[Expr | None, Fraction | None]:
    """c and p with other = c · oneᵖ, c a number times a power of n; (None, None) where there are none."""
    for exponent in (Fraction(1), *_POWERS):
        base = one if exponent == 1 else power(one, number(exponent))
        factor = _factor(base, other)
        if factor is not None and _is_proved(other, factor, base) and (
                exponent == 1 or (not signed(factor)[0] and _is_never_negative(one))):
            return factor, exponent
    return None, None


def _is_never_negative(expression: Expr) -> bool:
    """Whether no point that is tried has a value below 0, so that the square rises with the expression."""
    for point in candidates(expression):
        try:
            if point.value(expression) < 0:
                return False
        except NO_VALUE:
            continue
    return True


def _factor(one: Expr, other: Expr) -> Expr | None:
    """c in other = c · one, read off random points with 2 and with 3 rows."""
    ratios = {count: [_ratio(point, one, other) for point in found] for count, found in _points(one, other).items()}
    if any(not values or None in values or any(abs(value - values[0]) > _SAME * abs(values[0]) for value in values)
           for values in ratios.values()):
        return None
    small, large = (ratios[count][0] for count in _COUNTS)
    if small == 0 or large / small <= 0:
        return None
    exact = small.context
    growth = exact.log(large / small) / exact.log(exact.mpf(_COUNTS[1]) / _COUNTS[0])
    twice = _fraction(2 * growth, 1)                     # the power of n, by halves
    exponent = None if twice is None else twice / 2
    lead = None if exponent is None else _lead(small / exact.mpf(_COUNTS[0]) ** exact.mpf(float(exponent)))
    if lead is None:
        return None
    return multiplied(Mul(lead, power(COUNT, number(exponent)), evaluate=False)) if exponent else lead


def _points(one: Expr, other: Expr) -> dict[int, list[Point]]:
    """Points at which the loss has a value, each with so many rows."""
    found = points(one)
    return {count: [Point(point.context, {**point.numbers, COUNT: point.context.mpf(count)}, point.tables)
                    for point in found] for count in _COUNTS}


def _ratio(point: Point, one: Expr, other: Expr) -> Any:
    try:
        return point.value(other) / point.value(one)
    except NO_VALUE:
        return None


def _lead(value: Any) -> Expr | None:
    """The number as a fraction, or as a root of one."""
    plain = _fraction(value, _LARGEST)
    if plain is not None:
        return number(plain)
    square = _fraction(value * value, _LARGEST)
    return None if square is None else sqrt(number(square)) * (1 if value > 0 else -1)


def _fraction(value: Any, largest: int) -> Fraction | None:
    """The fraction of small numbers that the value is, to 30 digits; decimals such as 0.001 among them."""
    near = Fraction(value.context.nstr(value, _SHOWN, min_fixed=-_SHOWN, max_fixed=_SHOWN)).limit_denominator(largest)
    return near if abs(value * near.denominator - near.numerator) <= _SAME * near.denominator * max(1, abs(value)) else None


def _is_proved(other: Expr, factor: Expr, base: Expr) -> bool:
    """Whether other = factor · base, by the proof that lines of a derivation have to pass."""
    try:
        return prove([other, Mul(factor, base, evaluate=False)]).passed
    except ProofError:
        return False
