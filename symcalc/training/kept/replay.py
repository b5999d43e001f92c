"""A run made again from what is kept of it, and compared number by number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Generic

import numpy as np

from symcalc.errors import LossError
from symcalc.language.table import Table
from symcalc.language.table_parts import Parts
from symcalc.pages.document import Document, paragraph
from symcalc.pages.shown import Shown
from symcalc.training.course import Course, R, with_data
from symcalc.training.descent import made_again
from symcalc.training.kept.retold import CUT_SHORT, Retold, remarks, retold
from symcalc.training.stops import Stop
from symcalc.training.told.vouched import ROUNDING


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The first number that came out another: after so many updates, what it is called, as it was and as it is."""

    k: int
    name: str
    before: float
    now: float


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Replay(Shown, Generic[R]):
    """A run beside the same run made again.

    >>> from symcalc.training.losses import Loss
    >>> print(Loss("(w - 3)^2").descend(start={"w": 0}, rate=0.25, steps=3).replay())
    The same: 3 updates made again, and every number is equal to the last bit.
    """

    _pickled: ClassVar[bool] = True          # a run, which writes itself down

    run: R
    again: R
    first_difference: Difference | None          # that is more than rounding
    furthest: float = 0.0                        # how far two numbers are apart at the most, beside the largest of their kind
    retold: tuple[Retold, ...] = ()              # what the run, or its file, says of itself otherwise
    remarks: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether there are as many numbers, each the same but for rounding, and the run ended for the same reason."""
        return self._same_numbers and not self.retold

    @property
    def _same_numbers(self) -> bool:
        before_the_first = self.run.nit == 0 and self.run.stop in CUT_SHORT
        return self.first_difference is None and (self.run.nit == self.again.nit or before_the_first)

    @property
    def interrupted(self) -> bool:
        """Whether it was the replay that somebody stopped."""
        return self.again.stop is Stop.INTERRUPTED and self.again.nit < self.run.nit

    @property
    def sentence(self) -> str:
        """What came of it."""
        return " ".join((self._compared, *self.remarks))

    @property
    def _compared(self) -> str:
        made = _counted(self.again.nit)
        if self._same_numbers and self.retold:
            others = len(self.retold) - 1
            more = f", and {others} more {'is' if others == 1 else 'are'} another" if others else ""
            equal = "equal but for rounding" if self.furthest else "equal to the last bit"
            return (f"Not the same: {made} made again, and every number of its record is {equal}, but "
                    f"{self.retold[0].sentence}{more}.")
        if self.same and not self.furthest:
            return f"The same: {made} made again, and every number is equal to the last bit."
        if self.same:
            return (f"The same: {made} made again, and every number is equal but for rounding; another machine, or other "
                    "libraries, may add in another order.")
        if self.first_difference is None and self.interrupted:
            return f"Interrupted: {made} of {self.run.nit:,} made again, and the same so far."
        if self.first_difference is None:
            return f"Not the same: the run had {_counted(self.run.nit)}, and ends after {self.again.nit} when it is made again."
        found = self.first_difference
        return (f"Not the same: after {_counted(found.k)}, {found.name} was {found.before!r} and is now {found.now!r} "
                f"(a difference of {abs(found.now - found.before):.2g}).")

    def document(self) -> Document:
        """The sentence."""
        return Document("", (paragraph(self.sentence),), "The run made again")

    def as_dict(self) -> dict[str, Any]:
        """The replay as plain data, for JSON."""
        found = self.first_difference
        return {"same": self.same, "sentence": self.sentence, "updates": self.again.nit,
                "retold": [{"what": one.what, "before": one.before, "now": one.now} for one in self.retold],
                "first_difference": None if found is None else {
                    "k": found.k, "name": found.name, "before": repr(found.before), "now": repr(found.now)}}

    def __repr__(self) -> str:
        return f"<replay of {self.again.nit} updates: {'the same' if self.same else 'not the same'}>"


def replay(run: R, data: object = None, progress: Callable[[int], None] | None = None) -> Replay[R]:
    """The run made again with the same settings; what `Run.replay` says holds here."""
    table = run.table
    if data is not None:
        table = with_data(run, data).table if table is None else _same(table, run.loss.table(data))
    elif run.data is not None:
        raise LossError("the run was loaded without its data; give them to replay it, as in run.replay(data)")
    steps = max(1, run.nit) if run.stop in CUT_SHORT else run.steps
    again = made_again(run, table, steps, progress)
    furthest, difference = _compared(run, again)
    cut = again.stop is Stop.INTERRUPTED and again.nit < run.nit
    return Replay(run=run, again=again, first_difference=difference, furthest=furthest,
                  retold=() if cut else retold(run, again, bool(furthest)), remarks=() if cut else remarks(run, again))


def _same(table: Table | Parts, given: Table | Parts | None) -> Table | Parts:
    """The run's own table, where what is given is the same data."""
    from symcalc.training.fingerprint import Fingerprint

    if given is not None:
        Fingerprint.of(table).check(given)
    return table


def _compared(run: Course, again: Course) -> tuple[float, Difference | None]:
    """How far the numbers are apart at the most, and the first that is another, point by point: parameters, cost, slopes."""
    names = [*run.loss.names, run.loss.symbol.func.__name__, *(f"∂J/∂{name}" for name in run.loss.names)]
    both = min(run.nit, again.nit) + 1
    before, now = (np.column_stack([one.points[:both], one.costs[:both], one.gradients[:both]]) for one in (run, again))
    other = (before != now) & ~(np.isnan(before) & np.isnan(now))
    if not other.any():
        return 0.0, None
    with np.errstate(all="ignore"):
        apart = np.where(other, np.abs(now - before) / np.nanmax(np.abs(before), axis=0, initial=0.0), 0.0)
    further = np.argwhere(~(apart <= ROUNDING))
    if not len(further):
        return float(apart.max()), None
    k, column = further[0]
    return float(np.nanmax(apart)), Difference(k=int(k), name=names[column], before=float(before[k, column]),
                                               now=float(now[k, column]))


def _counted(updates: int) -> str:
    return f"{updates:,} update{'s' * (updates != 1)}"
