"""One step of a descent beside the formula that drove it, with the change that was expected and the change that came."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, overload

from symcalc.language.items import counted
from symcalc.pages.document import Document
from symcalc.pages.numbers import short
from symcalc.pages.shown import Shown
from symcalc.training.course import Course
from symcalc.training.told.ratio import reading
from symcalc.training.told.step import Step
from symcalc.training.told.working import working


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Update(Step, Shown):
    """Step k of a run: before, gradient, change, after; the cost before and after.

    >>> from symcalc.training.losses import Loss
    >>> u = Loss("(w - 3)^2").descend(start={"w": 0}, rate=0.25, steps=1).updates[0]
    >>> u.k, u.before, u.gradient, u.after
    (1, {'w': 0.0}, {'w': -6.0}, {'w': 1.5})
    >>> u.expected_change, u.actual_change, u.ratio
    (-9.0, -6.75, 0.75)
    """

    _pickled: ClassVar[bool] = True          # a run, which writes itself down

    def reading(self) -> str:
        """What the ratio says about the step, in a sentence."""
        return reading(self)

    def as_dict(self) -> dict[str, Any]:
        """The update as plain data: parameters and J after it, its rate, and the slopes that drove it.

        Where those are not ∇J at the point where the step starts, `rows` or `slopes_at` say which they are.
        """
        changes = {"expected_change": self.expected_change, "actual_change": self.actual_change, "ratio": self.ratio}
        return {"k": self.k, "parameters": self.after, "J": self.J_after, "gradient": self.gradient,
                **{name: value if math.isfinite(value) else None for name, value in changes.items()},
                "rate": self.rate, **({} if self.rows is None else {"rows": list(self.rows)}),
                **({"slopes_at": self.run.named(self.taken_at)} if self.run.method.looks_ahead else {})}

    def __repr__(self) -> str:
        return f"<update {self.k}: J from {short(self.J_before)} to {short(self.J_after)}>"

    def document(self) -> Document:
        """Per parameter the formula, the numbers in it, its value and the new parameter; then expected and actual change.

        Where there are hundreds, the first of them has its equations, and the others stand in a table.
        """
        if self.run.told is None:
            return Document(f"Update {self.k}", working(self))
        from symcalc.training.told.vouched import vouched
        return Document(f"Update {self.k}", vouched(self))


class Updates(Sequence[Update]):
    """The updates of a run in order; `updates[0]` is the first, with k = 1."""

    __slots__ = ("_run",)

    def __init__(self, run: Course) -> None:
        self._run = run

    def __len__(self) -> int:
        return self._run.nit

    @overload
    def __getitem__(self, index: int) -> Update: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Update, ...]: ...
    def __getitem__(self, index: int | slice) -> Update | tuple[Update, ...]:
        if isinstance(index, slice):
            return tuple(Update(run=self._run, k=k + 1) for k in range(*index.indices(len(self))))
        index = counted(index, "updates")
        if not -len(self) <= index < len(self):
            raise IndexError(f"the run has {len(self)} update{'s' * (len(self) != 1)}")
        return Update(run=self._run, k=index % len(self) + 1)

    def __iter__(self) -> Iterator[Update]:
        return (Update(run=self._run, k=k + 1) for k in range(len(self)))

    def __repr__(self) -> str:
        return f"<{len(self)} update{'s' * (len(self) != 1)}>"
