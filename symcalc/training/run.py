"""A run: every update of a descent, how it ended and why, to be shown, saved and made again."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from symcalc.pages.document import Document
from symcalc.pages.shown import Shown
from symcalc.training.course import Course
from symcalc.training.problem.objective import L
from symcalc.training.told.page import page
from symcalc.training.told.summary import Summary
from symcalc.training.told.update import Updates

if TYPE_CHECKING:
    from symcalc.training.kept.replay import Replay


class Run(Course[L], Shown):
    """A whole descent; `updates[k]` is one step beside the formula that drove it.

    SciPy's names are there: `x`, `fun`, `jac`, `nit`, `success`, `status`, `message`.

    >>> from symcalc.training.losses import Loss
    >>> run = Loss("(w - 3)^2").descend(start={"w": 0}, rate=0.5, steps=5)
    >>> run.parameters, run.success, run.message
    ({'w': 3.0}, True, 'Converged: every partial derivative is zero to within the tolerance.')
    """

    @property
    def updates(self) -> Updates:
        """The updates, made when they are asked for."""
        return Updates(self)

    def document(self) -> Document:
        """The formulas on top, then the table of updates, then how it ended."""
        return page(self)

    def summary(self) -> Summary:
        """Where the run started and ended, in a few lines."""
        return Summary(run=self)

    def replay(self, data: object = None, progress: Callable[[int], None] | None = None) -> Replay[Self]:
        """The run made again, step by step, and whether every number is the same; `data` where it was loaded without."""
        from symcalc.training.kept.replay import replay
        return replay(self, data, progress)

    def __reduce__(self) -> tuple[Any, ...]:
        from symcalc.training.kept.record import record
        from symcalc.training.kept.recorded import run_in
        return run_in, (record(self), type(self), type(self.loss), self.table, "the record", self.told)

    def as_dict(self) -> dict[str, Any]:
        """The run as plain data, for JSON; "replay" holds what it takes to make the run again.

        The formulas of the slopes are left out where there are hundreds, each as long as the loss.
        """
        from symcalc.training.kept.export import run_head
        from symcalc.training.kept.record import record
        return {**run_head(self), "updates": [update.as_dict() for update in self.updates], "replay": record(self)}

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Save by suffix: .csv and .json hold every number, .html steps through the run, the others are what `print` shows."""
        from symcalc.pages.files import path_of, write_text
        from symcalc.pages.save import save
        from symcalc.training.kept.export import laid_out, run_csv
        suffix = path_of(path).suffix.lower()
        if suffix in (".csv", ".json"):
            return write_text(path, run_csv(self) if suffix == ".csv" else laid_out(self.as_dict()) + "\n")
        from symcalc.training.stepping.page import write_page
        return save(self, path, (".json", ".csv"), own={".html": lambda target: write_page(self, target)})

    def __repr__(self) -> str:
        s = "s" * (self.nit != 1)
        return f"<run of {self.method.name}: {self.nit} update{s}, {self.stop.name.lower().replace('_', ' ')}>"
