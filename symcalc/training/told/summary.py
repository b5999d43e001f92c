"""A run in a few lines: where it went, what became of J, how it ended, and what the ratios were."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from symcalc.pages.document import Block, Document, Inline, Paragraph, Table, paragraph
from symcalc.pages.elided import several, shortened
from symcalc.pages.notation import text
from symcalc.pages.numbers import aligned, short
from symcalc.pages.shown import Shown
from symcalc.training.change import promised
from symcalc.training.course import Course
from symcalc.training.told.page import as_read, blurred, title_on

if TYPE_CHECKING:
    from symcalc.training.minima.minimum import Minimum


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Summary(Shown):
    """Start, end and change of every parameter and of J, how the run ended, and how its ratios were.

    >>> from symcalc.training.losses import Loss
    >>> Loss("(w - 3)^2").descend(start=[0], rate=0.25, steps=3).summary().ratios
    (0.75, 0.75)
    """

    _pickled: ClassVar[bool] = True          # a run, which writes itself down

    run: Course

    @property
    def ratios(self) -> tuple[float, float] | None:
        """The smallest and the largest ratio of actual to expected change; None where no step has one."""
        ratios = self._seen[1]
        return (float(ratios.min()), float(ratios.max())) if len(ratios) else None

    @cached_property
    def _seen(self) -> tuple[np.ndarray, np.ndarray]:
        """The expected changes and the ratios, of the steps whose ratio says something."""
        run = self.run
        with np.errstate(all="ignore"):
            expected = promised(run.gradients[:-1], run.points)
            ratios = run.changes / expected
            seen = ~run.lost & np.isfinite(ratios)
        return expected[seen], ratios[seen]

    def document(self) -> Document:
        """The table of start and end, then how it ended."""
        run = self.run
        ends = [(*run.points[k], run.told_costs[k]) for k in (0, -1)]
        with np.errstate(invalid="ignore"):              # a start without a value has no change either
            rows = [(name, *aligned([start, end, end - start])) for name, start, end in
                    zip((*run.loss.parameters, run.loss.symbol.func.__name__), *ends)]
            rows = [*shortened(rows[:-1], ("…",) * 4), rows[-1]]
        updates = f"{run.nit} update{'s' * (run.nit != 1)}"
        rate: tuple[Inline, ...] = () if run.method.search else (
            ", with the rate ", short(run.rate) if isinstance(run.rate, float) else run.rate)
        blocks: list[Block] = [*as_read(run), paragraph(updates, *rate, "."),
                               Table(header=("", "start", "end", "change"), rows=tuple(rows), words=frozenset({0})),
                               paragraph(run.message), *blurred(run)]
        if run.minimum is not None:
            blocks.append(self._minimum(run.minimum))
        if self.ratios is not None:
            blocks.append(paragraph(f"Actual over expected change of J: {_told(*self._seen)}."))
        return Document(title_on(run), tuple(blocks))

    def _minimum(self, minimum: Minimum) -> Paragraph:
        parameters = self.run.loss.parameters
        values = several([f"{text(parameter)} = {short(minimum.point[parameter.name])}" for parameter in parameters])
        many, nearest = (" at many points, such as", "the nearest of them") if len(minimum.flat) else (" at", "there")
        return paragraph(f"By calculus, every slope is 0{many} {values}, where J = {short(minimum.J)}; the run ended "
                         f"{short(self.run.distance, 3)} from {nearest}.")

    def as_dict(self) -> dict[str, Any]:
        """The summary as plain data, for JSON."""
        run = self.run
        return {"loss": text(run.loss.expression), "method": run.method.name, "updates": run.nit,
                "start": run.named(run.points[0]), "end": run.parameters,
                "J_start": _finite(float(run.costs[0])), "J_end": _finite(run.fun), "distance": run.distance,
                "message": run.message,
                "ratios": None if self.ratios is None else list(self.ratios)}

    def __repr__(self) -> str:
        return f"<summary of {self.run!r}>"


def _finite(value: float) -> float | None:
    """The number, as far as JSON has it."""
    return value if math.isfinite(value) else None


def _told(expected: np.ndarray, ratios: np.ndarray) -> str:
    """Their range; where steps led uphill, whose ratios mean something else, how many did and the middle of the others."""
    uphill = int(np.sum(expected > 0))
    if uphill == len(ratios):
        return f"every step led uphill, {_alike(ratios)}"
    if uphill:
        middle = short(float(np.median(ratios[expected < 0])), 4)
        return f"{middle} is the median of the steps downhill; {uphill} of {len(ratios)} led uphill"
    return _alike(ratios)


def _alike(ratios: np.ndarray) -> str:
    least, most = short(float(ratios.min()), 4), short(float(ratios.max()), 4)
    return f"{least} in every step" if least == most else f"from {least} to {most}"
