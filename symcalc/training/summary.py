"""A run in a few lines: where it went, what became of J, how it ended, and what the ratios were."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from symcalc.pages.document import Block, Document, Inline, Paragraph, Table, paragraph
from symcalc.pages.notation import text
from symcalc.pages.numbers import aligned, short
from symcalc.pages.shown import Shown
from symcalc.training.page import title_of
from symcalc.training.update import ROUNDING

if TYPE_CHECKING:
    from symcalc.training.minima.minimum import Minimum
    from symcalc.training.run import Run


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Summary(Shown):
    """Start, end and change of every parameter and of J, how the run ended, and its largest and smallest ratio.

    >>> from symcalc.training.losses import Loss
    >>> Loss("(w - 3)^2").descend(start=[0], rate=0.25, steps=3).summary().ratios
    (0.75, 0.75)
    """

    run: Run

    @property
    def ratios(self) -> tuple[float, float] | None:
        """The smallest and the largest ratio of actual to expected change; None where no step has one."""
        run = self.run
        with np.errstate(all="ignore"):
            expected = np.einsum("kp,kp->k", run.gradients[:-1], np.diff(run.points, axis=0))
            actual = np.diff(run.costs)
            seen = np.maximum(np.abs(expected), np.abs(actual)) > ROUNDING * np.maximum(
                np.abs(run.costs[1:]), np.abs(run.costs[:-1]))
            ratios = (actual / expected)[seen]
        ratios = ratios[np.isfinite(ratios)]
        return (float(ratios.min()), float(ratios.max())) if len(ratios) else None

    def document(self) -> Document:
        """The table of start and end, then how it ended."""
        run = self.run
        ends = [(*run.points[k], run.costs[k]) for k in (0, -1)]
        with np.errstate(invalid="ignore"):              # a start without a value has no change either
            rows = [(name, *aligned([start, end, end - start])) for name, start, end in
                    zip((*run.loss.parameters, run.loss.symbol.func.__name__), *ends)]
        updates = f"{run.nit} update{'s' * (run.nit != 1)}"
        rate: tuple[Inline, ...] = () if run.method.search else (
            ", with the rate ", short(run.rate) if isinstance(run.rate, float) else run.rate)
        blocks: list[Block] = [paragraph(updates, *rate, "."),
                               Table(header=("", "start", "end", "change"), rows=tuple(rows), words=frozenset({0})),
                               paragraph(run.message)]
        if run.minimum is not None:
            blocks.append(self._minimum(run.minimum))
        if self.ratios is not None:
            blocks.append(paragraph(f"Actual over expected change of J: {_between(*self.ratios)}."))
        return Document(f"{title_of(run)} on {text(run.loss.symbol)}", tuple(blocks))

    def _minimum(self, minimum: Minimum) -> Paragraph:
        parameters = self.run.loss.parameters
        values = ", ".join(f"{text(parameter)} = {short(minimum.point[parameter.name])}" for parameter in parameters)
        return paragraph(f"By calculus, every slope is 0 at {values}, where J = {short(minimum.J)}; the run ended "
                         f"{short(self.run.distance, 3)} from there.")

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


def _between(least: float, most: float) -> str:
    if math.isclose(least, most, rel_tol=1e-6):
        return f"{short(least, 4)} in every step"
    return f"from {short(least, 4)} to {short(most, 4)}"
