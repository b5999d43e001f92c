"""Losses that differ by a factor, and perhaps a constant: other = c J + d, so that the same path is walked at another rate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, Generic

import numpy as np
from sympy import Expr, Integer, Symbol

from symcalc.calculus.algebra.products import multiplied
from symcalc.compute.compiled import evaluated
from symcalc.compute.points import Values, ordered
from symcalc.errors import LossError
from symcalc.language.names import COUNT, name_of
from symcalc.language.table import Table
from symcalc.language.table_parts import Parts
from symcalc.pages.document import Block, Document, Equation, Formula, Inline, paragraph
from symcalc.pages.document import Table as Rows
from symcalc.pages.notation import latex, text
from symcalc.pages.numbers import aligned, numeral, rounded, short
from symcalc.pages.shown import Shown
from symcalc.parts import signed
from symcalc.training.descent import descend
from symcalc.training.problem.objective import L, Objective
from symcalc.training.relation import relation
from symcalc.training.run import Run
from symcalc.training.shape.curvature import second_derivatives
from symcalc.training.shape.spectrum import limit_of
from symcalc.written import divide, exact, is_number, number

_NONE = Integer(0)


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Scale(Shown, Generic[L]):
    """other = c · Jᵖ + d: `factor` is c as a formula in n, None where there is none; `power` is p, `constant` d.

    The constant is None where it is made of the data.

    >>> from symcalc.training.losses import Loss
    >>> scale = scale_of(Loss("sum((y - m*x)^2)", columns="x y"), Loss("mean((y - m*x)^2)/2", columns="x y"))
    >>> text(scale.factor)
    '1/(2n)'
    """

    loss: L
    other: L
    factor: Expr | None
    power: Fraction | None
    constant: Expr | None = _NONE
    table: Table | Parts | None = None
    runs: tuple[Run[L], Run[L]] | None = None

    @property
    def rate_factor(self) -> Expr | None:
        """1/c: by what the rate is multiplied for the other loss to walk the same path."""
        if self.factor is None or self.power != 1:
            return None
        return number(1 / exact(self.factor)) if is_number(self.factor) else multiplied(divide(Integer(1), self.factor))

    @cached_property
    def value(self) -> float | None:
        """1/c as a number, with the rows of the data."""
        if self.rate_factor is None or (self.table is None and self.counts_rows):
            return None
        return float(evaluated(self.rate_factor, {}, self.table, ()))

    @property
    def counts_rows(self) -> bool:
        """Whether the factor of the rate depends on how many rows there are."""
        return self.rate_factor is not None and self.rate_factor.has(COUNT)

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
            return ("The one is the other upside down" + ", but for a constant" * (self.constant != 0)
                    + ": where the one falls the other rises.")
        if self.rate_factor == 1 and self.constant == 0:
            return "The two losses are equal: the same path at the same rate."
        if self.rate_factor == 1:
            return f"K = {self._related().text}: a constant has slope 0, so the same path at the same rate."
        number_is = f" = {short(self.value)}" if self.value is not None and self.counts_rows else ""
        return f"The same path if the rate is multiplied by {text(self.rate_factor)}{number_is}."

    # Showing

    def document(self) -> Document:
        """The two losses, what stands between them, and both paths side by side."""
        first, second = Formula(text="J", latex="J"), Formula(text="K", latex="K")
        blocks: list[Block] = [Equation((first, self.loss.expression)), Equation((second, self.other.expression))]
        if self.factor is not None:
            blocks.append(Equation((second, self._related())))
        if self.rate_factor is not None and self.rate_factor != 1 and not signed(self.rate_factor)[0]:
            constant = "" if self.constant == 0 else "A constant has slope 0. "
            blocks.append(paragraph("A factor of the loss is a factor of every slope, and so of every step. ",
                                    constant, self.sentence))
        else:
            blocks.append(paragraph(self.sentence))
        if self.runs is not None:
            blocks += self._side_by_side(*self.runs)
        return Document("The scale of a loss", tuple(blocks))

    def _related(self) -> Formula:
        """c · J + d, or c · √J."""
        inner = {1: ("J", "J"), Fraction(1, 2): ("√J", r"\sqrt{J}"), 2: ("J²", "J^2")}[self.power]
        if self.factor in (1, -1):
            before = ("-" * (self.factor == -1),) * 2
        else:
            before = f"{text(self.factor)} · ", rf"{latex(self.factor)} \cdot "
        below, size = signed(self.constant if self.constant is not None else Symbol("d"))       # d is made of the data
        sign = f" {'-' if below else '+'} "
        after = ("", "") if size == 0 else (sign + text(size), sign + latex(size))
        return Formula(text=before[0] + inner[0] + after[0], latex=before[1] + inner[1] + after[1])

    def _side_by_side(self, one: Run, other: Run) -> list[Block]:
        count = min(len(one.points), len(other.points))
        parameters = self.loss.parameters
        columns = [aligned(run.points[:count, k]) for k in range(len(parameters)) for run in (one, other)]
        costs = [aligned(run.costs[:count]) for run in (one, other)]
        header: list[Inline] = ["step"]
        for parameter in parameters:
            header += [_by("J", parameter), _by("K", parameter)]
        rows = tuple((str(k), *cells) for k, cells in enumerate(zip(*columns, *costs)))
        end = (f"The paths differ by at most {text(numeral(self.difference, 1))} of the parameters' size: rounding, no more."
               if self.difference else "The paths are the same to the last digit.")
        return [paragraph(f"J with the rate {short(one.rate)}, and K with the rate {short(one.rate)} · "
                          f"{short(other.rate / one.rate)} = {short(other.rate)}:"),
                Rows(header=(*header, "J", "K"), rows=rows), paragraph(end)]

    def as_dict(self) -> dict[str, Any]:
        """The relation as plain data, for JSON."""
        return {"loss": text(self.loss.expression), "other": text(self.other.expression),
                "factor": text(self.factor) if self.factor is not None else None,
                "power": str(self.power) if self.power is not None else None,
                "constant": text(self.constant) if self.constant is not None else None,
                "rate_factor": text(self.rate_factor) if self.rate_factor is not None else None, "value": self.value,
                "sentence": self.sentence}

    def __repr__(self) -> str:
        return f"<scale: {self.sentence}>"


def scale_of(loss: Objective, other: Objective, data: object = None, *,
             start: Values | None = None, rate: float | None = None, steps: int = 6) -> Scale:
    """What two losses of the same parameters have to do with each other; what `Loss.scale_to` says holds here."""
    if set(loss.names) != set(other.names):
        raise LossError(f"the losses have different parameters: {', '.join(loss.names)} and {', '.join(other.names)}")
    found = relation(loss, other)
    needed = loss.columns or other.columns
    table = _shared_table(loss, other, data) if data is not None and needed else None
    scale = Scale(loss=loss, other=other, factor=found.factor, power=found.power, constant=found.constant, table=table)
    if scale.value is None or (needed and table is None) or scale.value <= 0:
        return scale
    at = ordered(start if start is not None else [0.0] * len(loss.names), loss.names)
    first = float(rate) if rate is not None else _moderate(loss, table, at)
    named = dict(zip(loss.names, map(float, at)))
    runs = (descend(loss, table, kind=Run, start=named, rate=first, steps=steps, tolerance=0),
            descend(other, table, kind=Run, start=named, rate=first * scale.value, steps=steps, tolerance=0))
    order = [other.names.index(name) for name in loss.names]
    return replace(scale, runs=runs if order == sorted(order) and all(run.started for run in runs) else None)


def _shared_table(loss: Objective, other: Objective, data: object) -> Table | Parts | None:
    from symcalc.language.data import read_table
    names = dict.fromkeys(name_of(column) for column in (*loss.columns, *other.columns))
    loss.table(data), other.table(data)          # refuse what either would refuse
    return read_table(data, tuple(names))


def _moderate(loss: Objective, table: Table | Parts | None, at: np.ndarray) -> float:
    """A rate of one digit well within what is stable at the start."""
    limit = limit_of(second_derivatives(loss, table)(at))
    return rounded((limit or 0.1) / 5, 1)


def _by(letter: str, parameter: Expr) -> Formula:
    return Formula(text=f"{text(parameter)} by {letter}", latex=rf"{latex(parameter)} \text{{ by }} {letter}")
