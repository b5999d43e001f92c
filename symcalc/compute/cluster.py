"""A loss over a table in parts: every part sums over its own rows, and what is left to do needs no rows.

From one tape two functions are written: `partial`, from the parameters to the sums over the rows of a part, and `finish`,
from the parameters and the sums over all rows to the results. A sum inside a sum takes a round of its own, and one that no
parameter touches is made once. The sums of the parts are added in the order of the parts, so that they are the same each
time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from sympy import Basic, Expr, Indexed, Symbol

from symcalc.compute.generated import function_in, indented
from symcalc.compute.row_sums import UNTHREADED
from symcalc.compute.statements import Statement, Value, line, packed
from symcalc.compute.tape import Tape
from symcalc.language.names import name_of
from symcalc.language.table import Table
from symcalc.language.table_parts import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One statement of a tape, what it is made of, and how many sums over the rows lie below it."""

    statement: Statement
    inputs: tuple[str, ...]
    below: int

    @property
    def value(self) -> Value:
        return self.statement[0]

    @property
    def name(self) -> str:
        return self.value.source

    @property
    def total(self) -> bool:
        """Whether it is such a sum itself."""
        return self.value.total

    def line(self, sign: str = "=") -> str:
        return line(*self.statement, sign)


@dataclass(slots=True)
class PartTape(Tape):
    """A tape that knows of every statement what it is made of."""

    made: dict[str, Made] = field(default_factory=dict)

    def statement(self, source: str, inputs: Sequence[Value], expression: Basic, array: bool | None = None,
                  note: str = "") -> Value:
        """A statement as on any tape, its inputs kept."""
        if source in self.computed:
            return self.computed[source]
        value = Tape.statement(self, source, inputs, expression, array, note)
        known = [self.made[each.source] for each in inputs if each.source in self.made]
        self.made[value.source] = Made(
            statement=(self.moving if value.moves else self.still)[-1], inputs=tuple(each.name for each in known),
            below=max((each.below + each.total for each in known), default=0))
        return value

    def needed(self, wanted: Collection[str]) -> list[Made]:
        """The statements that these names need, themselves among them, in order; the sums are not taken apart."""
        found, waiting = set(wanted), list(wanted)
        while waiting:
            each = self.made.get(waiting.pop())
            if each is not None and (not each.total or each.name in wanted):
                waiting += [name for name in each.inputs if name not in found]
                found.update(each.inputs)
        return [each for name, each in self.made.items() if name in found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """Sums that can be made together: the names of what they need, their own, and the code that makes them."""

    given: tuple[str, ...]
    totals: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """The sums of a round over the rows of one part, at several points at once: a row for each."""

    source: str
    points: tuple[tuple[float, ...], ...]
    rows: int                # of all parts

    def __call__(self, table: Table) -> np.ndarray:
        """What goes to a worker and is done there."""
        with np.errstate(all="ignore"):
            function = _bind(self.source)(*table.columns.values(), table.rows, np.float64(self.rows))
            return np.array([function(*map(np.float64, point)) for point in self.points], dtype=np.float64)


@lru_cache(maxsize=64)
def _bind(source: str) -> Callable[..., Callable[..., Any]]:
    return function_in(source, arrays=True)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InParts:
    """Expressions over a table in parts, as a function of the parameters: `across(points)` is one pass over the parts."""

    parts: Parts
    parameters: tuple[str, ...]
    rounds: tuple[Round, ...]
    finish: Callable[..., Sequence[float]]
    needs: tuple[str, ...]                   # what `finish` is given
    results: tuple[str, ...]                 # the names on the tape of what it gives
    tape: PartTape
    source: str
    fixed: dict[str, float]                  # the sums that no parameter touches

    def __call__(self, *point: float) -> Sequence[float]:
        return self._finished(np.array([point], dtype=np.float64))[0]

    def across(self, points: np.ndarray) -> np.ndarray:
        """The results at every point, a row for each."""
        return np.array(self._finished(points), dtype=np.float64)

    def _finished(self, points: np.ndarray) -> list[Sequence[float]]:
        known = dict(zip(self.parameters, points.T)) | {
            name: np.full(len(points), value) for name, value in self.fixed.items()}
        for each in self.rounds:
            known |= dict(zip(each.totals, added(self.by_parts(each, known, len(points))).T))
        given = [known[name] for name in self.needs]
        with np.errstate(all="ignore"):
            return [self.finish(*(values[k] for values in given)) for k in range(len(points))]

    def first_without_value(self, point: np.ndarray) -> int | None:
        """The first of the parts that have rows with a sum that is not finite at the point; None where all are."""
        known = dict(zip(self.parameters, point.reshape(-1, 1))) | {
            name: np.array([value]) for name, value in self.fixed.items()}
        for each in self.rounds:
            sums = self.by_parts(each, known, 1)
            for k, found in enumerate(sums):
                if not np.isfinite(found).all():
                    return k
            known |= dict(zip(each.totals, added(sums).T))
        return None

    def by_parts(self, each: Round, known: dict[str, np.ndarray], count: int) -> list[np.ndarray]:
        """The sums of a round, part by part."""
        points = np.array([known[name] for name in each.given], dtype=np.float64).reshape(len(each.given), count).T
        return self.parts.each(Sums(source=each.source, points=tuple(map(tuple, points.tolist())), rows=self.parts.rows))


def added(sums: Sequence[np.ndarray]) -> np.ndarray:
    """The sums of all parts, added one after the other, in their order."""
    with np.errstate(all="ignore"):
        total = sums[0].copy()
        for one in sums[1:]:
            total += one
    return total


def in_parts(expressions: Sequence[Expr], parameters: Sequence[Symbol], columns: Sequence[Indexed],
             parts: Parts) -> InParts:
    """The expressions, each one number, over the parts."""
    tape = PartTape(parameters, columns, arrays=True)
    results = tuple(tape.value(expression).source for expression in expressions)
    parts = parts.select(map(name_of, columns))
    if any(each.total and each.value.moves for each in tape.made.values()):
        parts.hold()                             # they will be gone through more than once
    letters = tuple(f"p{k}" for k in range(len(parameters)))
    fixed, rounds, sources = {}, [], []
    for moves in (False, True):
        totals = [each for each in tape.made.values() if each.total and each.value.moves == moves]
        for below in sorted({each.below for each in totals}):
            one = _round(tape, [each for each in totals if each.below == below], letters)
            sources.append(one.source)
            if moves:
                rounds.append(one)
            else:
                given = tuple(fixed[name] for name in one.given)
                sums = parts.once(Sums(source=one.source, points=(given,), rows=parts.rows))
                fixed |= dict(zip(one.totals, added(sums)[0].tolist()))
    needs, source = _finish(tape, results, letters)
    sources.append(source)
    return InParts(parts=parts, parameters=letters, rounds=tuple(rounds), needs=needs, results=results, tape=tape, fixed=fixed,
                   source="\n".join(sources), finish=function_in(source, arrays=True)(np.float64(parts.rows)))


def _round(tape: PartTape, totals: Sequence[Made], letters: Sequence[str]) -> Round:
    names = [each.name for each in totals]
    needed = tape.needed(names)
    moves = any(each.value.moves for each in totals)
    given = (*(letters if moves else ()), *(each.name for each in needed if each.total and each.name not in names))
    columns = [f"c{k}" for k in range(len(tape.columns))]
    together = ", ".join(columns)
    body = [*(each.line() for each in needed if not each.value.array and not each.total),
            f"{' = '.join(names)} = 0.0", f"for {packed(columns)} in blocks:",
            *(f"    {each.line('+=' if each.total else '=')}" for each in needed
              if each.value.array or each.name in names)]
    lines = [f"# {'; '.join(tape.legend)}", "# the sums over the rows of one part: size is their number, rows that of all",
             f"def bind({together}, size, rows):", f"    blocks = split(size, {UNTHREADED}, {together})",
             *indented([f"def partial({', '.join(given)}):", *indented(body), f"    return {', '.join(names)},",
                        "return partial"])]
    return Round(given=given, totals=tuple(names), source="\n".join([*lines, ""]))


def _finish(tape: PartTape, results: Sequence[str], letters: Sequence[str]) -> tuple[tuple[str, ...], str]:
    needed = tape.needed([name for name in results if name in tape.made and not tape.made[name].total])
    whole = {*(each.name for each in needed if each.total), *(name for name in results if name in tape.made
                                                               and tape.made[name].total)}
    given = (*letters, *(name for name in tape.made if name in whole))
    body = [each.line() for each in needed if not each.total]
    lines = ["# from the sums of all parts together", "def bind(rows):",
             *indented([f"def finish({', '.join(given)}):", *indented(body), f"    return {', '.join(results)},",
                        "return finish"])]
    return given, "\n".join([*lines, ""])
