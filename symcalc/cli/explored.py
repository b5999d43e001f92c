"""What a session at the prompt is about: a formula, and for one that runs over rows the table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symcalc.errors import SymcalcError

if TYPE_CHECKING:
    from sympy import Expr

    from symcalc.training.diagnosis.diagnose import Diagnosis
    from symcalc.training.losses import Loss
    from symcalc.training.minima.minimum import Minimum
    from symcalc.training.run import Run


@dataclass(frozen=True, kw_only=True)
class Explored:
    """A formula, the file of a table, and the names that were given a start, which makes them parameters."""

    formula: str | None = None
    data: Path | None = None
    started: tuple[str, ...] = ()

    @property
    def typed(self) -> str:
        """The formula, if there is one."""
        if self.formula is None:
            raise SymcalcError("there is no formula yet; type one, such as (w - 3)^2")
        return self.formula

    @cached_property
    def _read(self) -> Expr:
        """The formula by itself; a table may make columns of more of its names."""
        from symcalc.language import read

        return read(self.typed)

    @property
    def table(self) -> Path | None:
        """The table, for a formula that runs over its rows."""
        from symcalc.language.names import has_row_sum

        return self.data if self.data is not None and has_row_sum(self._read) else None

    @cached_property
    def known(self) -> tuple[str, ...]:
        """The columns of that table."""
        from symcalc.language.data import column_names

        return () if self.table is None else column_names(self.table)

    @cached_property
    def letters(self) -> list[str]:
        """What the formula can be differentiated by."""
        from symcalc.language import read
        from symcalc.language.names import name_of, parameters_of

        expression = read(self.typed, columns=self.known) if self.known else self._read
        return [name_of(part) for part in parameters_of(expression)]

    @cached_property
    def loss(self) -> Loss:
        """The loss; every name with a start is a parameter of it."""
        from symcalc.cli.given import explored_loss

        loss = explored_loss(self.typed, self.table, self.started)
        for name in self.started:
            loss.parameter(name)
        return loss

    @property
    def walked(self) -> Loss:
        """The loss, with the table that it needs: only so can it be descended."""
        from symcalc.cli.given import needing_no_data

        return self.loss if self.table is not None else needing_no_data(self.loss, "type data FILE.csv")

    def completed(self, start: dict[str, float]) -> dict[str, float]:
        """A value for every parameter; what was left out is 0."""
        return dict.fromkeys(self.loss.names, 0.0) | start

    def minimum(self, near: str) -> Minimum:
        """Where every slope is 0; close to a point, if one is typed, whose values left out are 0."""
        from symcalc.cli.given import minimum_of, values
        from symcalc.training.settings import checked_start

        loss, point = self.walked, None
        if near:
            point = self.completed(values("a point", near))
            checked_start(point, loss.names)
        return minimum_of(loss, self.table, point, "minimum", "rate 1/(k + 1)")

    def diagnosis(self, rate: str, start: dict[str, float], how: dict[str, Any], run: Run | None) -> Diagnosis:
        """What is known before a step from here, at the rate that is typed or else the one in use, by the method in use.

        A rate that is typed is that of a new run from here; without one it is the run under way that goes on.
        """
        from symcalc.cli.given import rate as rate_of
        from symcalc.training.diagnosis.diagnose import diagnose
        from symcalc.training.diagnosis.under_way import UnderWay

        if run is not None and run.nit and not rate:
            return diagnose(run.loss, run.table, start=run.parameters, rate=run.rate, method=run.method,
                            under_way=UnderWay(run=run))
        return self.walked.diagnose(self.table, start=start, **how | ({"rate": rate_of(rate)} if rate else {}))

    def table_told(self) -> str:
        """How many rows there are, of which columns."""
        from symcalc.language.data import column_names, read_table

        table = read_table(self.data, column_names(self.data))
        return f"{table.rows} row{'s' * (table.rows != 1)} of {', '.join(table.names)}"

    def letters_told(self) -> str:
        """Which letters are parameters and which are columns, as far as that can be known yet."""
        from symcalc.language.names import columns_of, has_row_sum
        from symcalc.pages.document import Document
        from symcalc.pages.text import render
        from symcalc.training.problem.models import roles

        letters = f"Letters: {', '.join(self.letters)}." if self.letters else "It has no letters to differentiate by."
        if not has_row_sum(self._read):
            unused = "\nThe formula has no mean(...) or sum(...) over rows, so the table is not used."
            return letters + unused * (self.data is not None)
        if self.data is None and not columns_of(self._read):
            return f"{letters}\nWhich of them are columns, a table says: data FILE.csv"
        return render(Document("", (roles(self.loss.parameters, self.loss.columns),))).strip()
