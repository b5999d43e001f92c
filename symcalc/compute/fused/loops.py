"""The whole descent as compiled code, several rows or several runs side by side (extra symcalc[fast]).

fused/kernels.py writes the code, fused/engine.py compiles it; here it meets the numbers, and the threads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from symcalc.compute.compiled import Compiled
from symcalc.compute.fused.engine import Engine, engine, lanes_here, pointers
from symcalc.compute.fused.instructions import Sections, Unknown, sections_of
from symcalc.compute.fused.kernels import PART, Source
from symcalc.compute.fused.together import Meeting
from symcalc.compute.loops.loop import plain_loop
from symcalc.compute.loops.steps import Form, Same, Steps, form_of
from symcalc.compute.sharing import Jobs, cores, helpers, share
from symcalc.language.table import Table

_HANDED = 12_000         # statements for all rows together, some 2 microseconds, that are worth a thread that is there
_BEGUN = 2_000_000       # ... and one that is begun for them
_LOOK = 1_000_000        # statements that take as long as a look at where the run stands
_FEW = 24                # statements for every row up to which two vectors of rows go side by side
_PIECE = 2**24           # rows gone through in one call, a tenth of a second, so that an interruption is soon heard
_MANY = 16_000           # steps of blocks of runs from which threads share them


# The rows

@dataclass(frozen=True, slots=True)
class Rows:
    """A table as the compiled functions take it: where its columns are, and the numbers that stay the same."""

    pointers: Any
    given: np.ndarray
    rows: int
    totals: int
    work: int                        # statements for all rows together

    @property
    def parts(self) -> int:
        """In how many parts the rows are gone through; 1 where there is nothing to sum."""
        return -(-self.rows // PART) if self.totals else 1

    def threads(self, least: int) -> int:
        """How many threads share the rows, each with as much work at least."""
        return max(1, min(cores(), self.parts, self.work // least)) if self.totals else 1

    def room(self) -> np.ndarray:
        """Room for the sums of every part."""
        return np.empty((self.parts, self.totals))


def _rows_of(sections: Sections, table: Table | None) -> Rows:
    columns = [np.require(column, np.float64, ["C", "A"]) for column in sections.values(table, sections.columns)]
    rows = table.rows if table is not None else 0
    return Rows(pointers(columns), sections.given(table), rows, len(sections.totals), rows * len(sections.rows))


def _sum_up(made: Engine, point: np.ndarray, rows: Rows, sums: np.ndarray, threads: int, jobs: Jobs) -> None:
    """The sums over the rows at the point."""
    def work(first: int, last: int) -> None:
        made("sums", point, rows.pointers, rows.given, rows.rows, first, last, sums)

    share(work, rows.parts, threads, jobs)


def _abreast(sections: Sections, lanes: int) -> int:
    """How many rows side by side: two vectors where registers and the time to compile them allow, as one waits for itself."""
    return lanes * (2 if len(sections.rows) <= _FEW else 1)


def _note(sections: Sections, lanes: int) -> str:
    """The line that says in the source how it was compiled."""
    how = f"{_abreast(sections, lanes)} rows side by side" if sections.totals else "in plain floats"
    return f"# compiled by LLVM from these statements, {how}"


# Loss and gradient

def gradient(compiled: Compiled) -> Compiled | None:
    """The same loss and gradient as compiled code over the rows; None where there is no such code.

    LLVM compiles it when it is called for the first time.
    """
    lanes = lanes_here()
    if not lanes:
        return None
    try:
        sections, text = _gradient_code(Same(compiled.tape), compiled.results, lanes)
        rows = _rows_of(sections, compiled.data)
    except Unknown:
        return None
    size, threads = len(compiled.parameters), rows.threads(_BEGUN)

    def value_and_gradient(*numbers: float) -> tuple[float, tuple[float, ...]]:
        made = engine(text, ("sums", "finish"))
        point, found, sums = np.array(numbers, dtype=np.float64), np.empty(size + 1), rows.room()
        with helpers(threads) as jobs:
            _sum_up(made, point, rows, sums, threads, jobs)
        made("finish", point, rows.given, sums, rows.parts, found)
        value, *slopes = found.tolist()
        return value, tuple(slopes)

    return replace(compiled, strategy="fused", function=value_and_gradient,
                   source=f"{_note(sections, lanes)}\n{compiled.source}")


@lru_cache(maxsize=32)
def _gradient_code(same: Same, results: tuple[str, ...], lanes: int) -> tuple[Sections, str]:
    """The code for so many lanes; kept, as one compiling of a loss follows the other."""
    source = Source(sections_of(same.tape, results))
    if not source.sections.totals:
        raise Unknown("nothing is summed over rows")
    source.sums(_abreast(source.sections, lanes))
    source.finish()
    return source.sections, source.text


# The descent

@dataclass(frozen=True, slots=True, kw_only=True)
class FusedLoop:
    """The steps as one compiled function; where rows are many, threads share those of each step."""

    rows: Rows
    text: str
    shared: bool                     # whether threads may share the rows
    width: int                       # of the history's rows
    source: str

    def __call__(self, last: np.ndarray, rates: np.ndarray, number: int, keep: Callable[[np.ndarray], None]) -> None:
        rates, made, sums = np.ascontiguousarray(rates, dtype=np.float64), 0, self.rows.room()
        history, some = np.empty((len(rates) + 1, self.width)), max(1, _PIECE // max(1, self.rows.rows))
        history[0] = last[:self.width]
        threads = self._threads(len(rates))
        try:
            with helpers(threads) as jobs:
                while made < len(rates):
                    wanted = min(some, len(rates) - made)
                    done = self._some(wanted, history[made:], rates[made:], number + made, sums, threads, jobs)
                    made += done
                    if done < wanted:
                        break
        finally:
            keep(history[1:made + 1])

    @property
    def cheap(self) -> int:
        """How many steps take no longer than a look at where they lead."""
        return max(1, _LOOK // max(1, self.rows.work))

    def _threads(self, steps: int) -> int:
        """How many threads share the rows of so many steps; those that are begun for it are to be worth it."""
        return min(self.rows.threads(_HANDED), max(1, steps * self.rows.work // _BEGUN)) if self.shared else 1

    def _some(self, count: int, history: np.ndarray, rates: np.ndarray, number: int, sums: np.ndarray, threads: int,
              jobs: Jobs) -> int:
        """So many steps from the first row on; how many of them led to finite numbers."""
        rows = self.rows
        table = rows.pointers, rows.given, rows.rows, rows.parts, sums
        steps = history, rates, count, float(number), history[1:]
        if not self.shared:
            return engine(self.text, ("descend",))("descend", *steps, *table)
        made, meeting, found = engine(self.text, ("lead", "help")), Meeting(threads), []

        def take_part(first: int, _: int) -> None:
            if first == 0:
                with meeting.led():
                    found.append(made("lead", *steps, *table, *meeting.passed))
            else:
                made("help", history[1:], self.width, *table, *meeting.passed)

        share(take_part, threads, threads, jobs)
        return found[0]


def loop(steps: Steps) -> FusedLoop | None:
    """The steps as a compiled loop, compiled when it is called for the first time; None where there is no such code."""
    form, lanes = form_of(steps), lanes_here()
    if not lanes:
        return None
    try:
        rows = _rows_of(_loop_code(form, False, lanes)[0], steps.compiled.data)
        shared = rows.threads(_HANDED) > 1
        sections, text, width = _loop_code(form, shared, lanes)
    except Unknown:
        return None
    return FusedLoop(rows=rows, text=text, shared=shared, width=width,
                     source=f"{_note(sections, lanes)}\n{plain_loop(steps).source}")


@lru_cache(maxsize=32)
def _loop_code(form: Form, shared: bool, lanes: int) -> tuple[Sections, str, int]:
    """The code of the loop and the length of a row of its history; kept, as one descent follows the other."""
    source = Source(sections_of(form.tape.tape, form.results), form)
    if source.sections.totals:
        source.sums(_abreast(source.sections, lanes))
    source.descent(shared)
    return source.sections, source.text, source.width


@lru_cache(maxsize=32)
def _race_code(form: Form, kept: bool, abreast: int) -> tuple[Sections, str]:
    source = Source(sections_of(form.tape.tape, form.results), form)
    if source.sections.totals:
        raise Unknown("steps that go through the rows")
    source.race(abreast, kept)
    return source.sections, source.text


def race(steps: Steps, jobs: Jobs, kept: bool = True) -> Callable[..., None] | None:
    """Many runs side by side: `advance(points, gradients, states, costs, rates, scales, seen, number)`, or None.

    Only for losses whose steps do not go through the rows (strategies "scalar" and "moments"). The arrays are contiguous
    float64 with the runs along the last axis: `points` and `gradients` (row, parameter, run), the parameters that move first,
    then those held; `states` (row, letter, parameter that moves, run); `costs` (row, run). A run's rate in a step is the
    step's entry in `rates` times its own in `scales`. Row 0 is the present; a row for every step is filled behind it, or where
    they are not `kept`, row 1 for the last step alone, and `seen` goes on, a row for what each name in SEEN stands for.
    `number` is that of the first step; the threads of `jobs` share the runs. What leaves the finite numbers goes on as inf or
    nan. The arithmetic is the plain loop's, operation by operation; exp, sin and the like may differ by an ulp.
    """
    abreast = (4 if kept else 2) * lanes_here()          # several vectors, as each waits for its own last step
    if not abreast:
        return None
    try:
        sections, text = _race_code(form_of(steps), kept, abreast)
        given = sections.given(steps.compiled.data)
    except Unknown:
        return None

    def advance(points: np.ndarray, gradients: np.ndarray, states: np.ndarray, costs: np.ndarray, rates: np.ndarray,
                scales: np.ndarray, seen: np.ndarray, number: int) -> None:
        count, runs, blocks = len(rates), len(scales), -(-len(scales) // abreast)
        if count and runs:
            made = engine(text, ("race",)).over(
                "race", points, gradients, states, costs, np.ascontiguousarray(rates), np.ascontiguousarray(scales), seen,
                runs, count, float(number), given)
            share(made, blocks, max(1, min(cores(), blocks, blocks * count // _MANY)), jobs)

    return advance
