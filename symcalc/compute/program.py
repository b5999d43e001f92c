"""Straight-line Python: statements that are worked out once each, in the order in which they must stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from sympy import Basic, Indexed, Symbol

from symcalc.compute.rows.blockwise import Blockwise, blockwise
from symcalc.compute.statements import Statement, Value, line
from symcalc.language.names import name_of
from symcalc.language.table import Table
from symcalc.pages.beginnings import Beginnings
from symcalc.pages.notation import text

_COMMENT = 100          # characters of mathematics beside a statement


@dataclass(slots=True)
class Program:
    """Statements that work out expressions; `before` those that need no parameters, `steps` the rest.

    Where there are rows, the steps are: what needs no row; then, block by block, what each row needs and what is summed
    over the rows; then what needs the sums.
    """

    parameters: Sequence[Symbol]
    columns: Sequence[Indexed]
    arrays: bool                                            # NumPy over columns, or plain floats
    letter: str = "a"                                       # what the names of the statements start with
    blocks: bool = False                                    # whether many rows are gone through block by block
    still: list[Statement] = field(default_factory=list)                # what needs no parameters
    moving: list[Statement] = field(default_factory=list)               # what needs them
    known: dict[Basic, Value] = field(default_factory=dict)
    computed: dict[str, Value] = field(default_factory=dict)
    told: Beginnings = field(default_factory=lambda: Beginnings(_COMMENT))

    @property
    def given(self) -> list[str]:
        """What the code is given before it runs: the columns, and the number of rows."""
        return [*(f"c{k}" for k in range(len(self.columns))), "rows"] if self.arrays else []

    @property
    def helpers(self) -> dict[str, Callable[..., Any]]:
        """What the code calls beside what all code may call."""
        return {}

    @property
    def legend(self) -> list[str]:
        """What the names in the code stand for."""
        return self.meanings()

    def meanings(self) -> list[str]:
        """What the names of parameters and columns stand for."""
        columns = self.columns if self.arrays else ()
        return [*(f"p{k} is {text(symbol)}" for k, symbol in enumerate(self.parameters)),
                *(f"c{k} is the column {name_of(column)}" for k, column in enumerate(columns))]

    def data(self, table: Table | None) -> list[Any]:
        """The values of those for a table."""
        if not self.arrays:
            return []
        return [*(table[name_of(column)] for column in self.columns), np.float64(table.rows)] if table is not None else [
            np.float64(1)]

    def statement(self, source: str, inputs: Sequence[Value], expression: Basic, array: bool | None = None,
                  note: str = "") -> Value:
        """A new step with this source, or the earlier one with the same; beside it its mathematics and the note."""
        if source not in self.computed:
            total = array is False and any(value.array for value in inputs)
            value = Value(f"{self.letter}{len(self.computed)}", moves=any(value.moves for value in inputs),
                          array=any(value.array for value in inputs) if array is None else array,
                          summed=total or any(value.summed for value in inputs))
            comment = self.told(expression) + note
            (self.moving if value.moves else self.still).append((replace(value, total=total), source, comment))
            self.computed[source] = value
        return self.computed[source]

    @property
    def in_blocks(self) -> bool:
        """Whether the rows can be gone through block by block: where there are any, and none needs a sum over all of them."""
        return (self.blocks and any(value.array for value, *_ in self.moving)
                and not any(value.array and value.summed for value, *_ in self.moving))

    @property
    def steps(self) -> list[str]:
        """The statements that need the parameters, in order."""
        if not self.in_blocks:
            return self.written()
        return self.blockwise().steps

    def written(self, since: int = 0) -> list[str]:
        """The statements that need the parameters from the one of this number on, just as they came."""
        return [line(*statement) for statement in self.moving[since:]]

    @property
    def prepared(self) -> list[str]:
        """What is done before the first step: what needs no parameters, and the rows in blocks."""
        return self.blockwise().prepared if self.in_blocks else self.before

    @property
    def before(self) -> list[str]:
        """What is done before the first step where the rows are not in blocks."""
        return self.unmoved()

    def unmoved(self) -> list[str]:
        """The statements that need no parameters, just as they came."""
        return [line(*statement) for statement in self.still]

    @property
    def fixed(self) -> list[str]:
        """The names of the arrays that need no parameters."""
        return [value.source for value, *_ in self.still if value.array]

    def blockwise(self) -> Blockwise:
        """The program over rows that are gone through block by block."""
        return blockwise([f"c{k}" for k in range(len(self.columns))], self.still, self.moving)
