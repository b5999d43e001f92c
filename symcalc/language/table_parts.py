"""A table in parts: the rows stay where Dask has them, and what is asked of them comes back.

A part is read where it lies: the columns wanted, checked as a table in memory is. What goes over the network is a function
of a part's table, and what that gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, ClassVar, NamedTuple, Protocol

import numpy as np

from symcalc.errors import DataError
from symcalc.language.column_names import chosen_names, counted, listed
from symcalc.language.memory import from_memory
from symcalc.language.table import Table, table_of

_HERE = 2**26            # bytes of a table that may be brought into memory unasked
_AT_ONCE = 2**19         # rows that are sent for at once, since their numbers go along with the question
_SHARE = 0.5             # of the workers' memory that the columns may take
_WORKER = 2**28          # bytes that a worker needs for itself
SOURCE = "the data"


class Check(Protocol):
    """Raises where the column of this name does not fit in a table whose first row has this number."""

    @property
    def name(self) -> str: ...

    def __call__(self, table: Table, first: int) -> None: ...


class Part(NamedTuple):
    """What Dask holds of a part: its number of rows, what is wrong with it, and its columns."""

    rows: int
    fault: str
    columns: tuple[np.ndarray, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What makes a part out of a piece of the collection: the columns wanted, and what they have to be."""

    names: tuple[str, ...]
    checks: tuple[Check, ...]
    first: int = 1                   # the number of the first row

    def __call__(self, piece: Any) -> Part:
        """The part; a fault is told, not raised, so that the first one of all parts can be found."""
        sizes = set(map(len, piece.values())) if isinstance(piece, dict) else {len(piece)}
        if sizes == {0}:
            return Part(0, "", ())
        try:
            table = from_memory(piece, self.names, self.first)
            for check in self.checks:
                check(table, self.first)
        except DataError as fault:
            return Part(max(sizes), str(fault), ())
        return Part(table.rows, "", tuple(table[name] for name in self.names))


def _answered(work: Callable[[Table], Any] | None, names: tuple[str, ...], part: Part) -> tuple[int, str, Any]:
    """The rows of a part, its fault, and what comes of the work on it."""
    rows, fault, columns = part
    idle = work is None or not rows or fault
    return rows, fault, None if idle else work(table_of(dict(zip(names, columns)), rows, SOURCE))


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Parts:
    """Columns of float64 in parts that Dask works on: a table as far as it can be one without being here.

    The parts are read when something is asked of them, all in one pass: then they are checked, and their rows counted.
    """

    names: tuple[str, ...]
    pieces: tuple[Any, ...]          # Dask's Delayed, or a mapping of columns to such
    checks: tuple[Check, ...] = ()
    source: ClassVar[str] = SOURCE           # what messages call it, as of a table in memory

    def __post_init__(self) -> None:
        self.__dict__["_kept"] = {}

    def __repr__(self) -> str:
        return f"<Parts: {listed(self.names)}; {counted(len(self.pieces), 'part')} of {self.source}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(Parts, names=self.names, pieces=self.pieces, checks=self.checks), ()

    def select(self, names: Iterable[str]) -> Parts:
        """These columns, in this order, each with the checks that it has to stand."""
        wanted = chosen_names(names, self.names, self.source)
        checks = tuple(check for check in self.checks if check.name in wanted)
        return self if wanted == self.names else Parts(names=wanted, pieces=self.pieces, checks=checks)

    def checked(self, check: Check) -> Parts:
        """The same parts, each of which has to stand this check, too."""
        return self if check in self.checks else Parts(names=self.names, pieces=self.pieces, checks=(*self.checks, check))

    # What is asked of the parts

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """The number of rows of each part; where none has been asked anything yet, that takes a pass over the data."""
        self._asked([None] * len(self.pieces))
        return self.__dict__["counts"]

    @property
    def rows(self) -> int:
        """The number of rows in all."""
        return sum(self.counts)

    def each(self, work: Callable[[Table], Any]) -> list[Any]:
        """What comes of the work on every part that has rows, in their order."""
        return self._asked([work] * len(self.pieces))

    def once(self, work: Callable[[Table], Any]) -> list[Any]:
        """The same, kept: equal work is not done again."""
        if work not in self._kept:
            self._kept[work] = self.each(work)
        return self._kept[work]

    def hold(self) -> None:
        """From now on Dask keeps the parts at hand, if they fit into its workers; else they are read each time."""
        if self._read is self._anew and 8 * self.rows * len(self.names) <= _memory():
            import dask
            self._kept["held"] = dask.base.get_scheduler(), dask.persist(*self._anew)

    def _asked(self, works: Sequence[Callable[[Table], Any] | None]) -> list[Any]:
        answers = self._answers(dict(enumerate(works)))
        self._learn(tuple(rows for rows, *_ in answers), [fault for _, fault, _ in answers])
        return [answer for rows, _, answer in answers if rows]

    def _answers(self, works: Mapping[int, Callable[[Table], Any] | None]) -> tuple[tuple[int, str, Any], ...]:
        """What comes of the work on the parts at these places: their rows, their faults, and the answers."""
        def ask() -> tuple[tuple[int, str, Any], ...]:
            return computed(_asking([*works.values()], self.names, [self._read[k] for k in works]))

        try:
            return ask()
        except CancelledError:                  # the cluster was started anew, and what it held is gone
            if not self._kept.pop("held", None):
                raise
            self.hold()
            return ask()

    def _learn(self, counts: tuple[int, ...], faults: Sequence[str]) -> None:
        bad = next((k for k, fault in enumerate(faults) if fault), None)
        if bad is not None:
            raise DataError(self._located(bad, sum(counts[:bad]), faults[bad]))
        if not sum(counts):
            raise DataError(f"{self.source} has no data rows; give at least one")
        if self.__dict__.setdefault("counts", counts) != counts:
            raise DataError(f"{self.source} had {self.rows:,} rows when they were first read, and now {sum(counts):,}, or are "
                            "parted in another way; keep them as they are while they are in use")

    def _located(self, k: int, before: int, fault: str) -> str:
        """The fault with its row counted from the first of all, or with the part where it has no row."""
        if not before:
            return fault
        reader = Reader(names=self.names, checks=self.checks, first=before + 1)
        (_, found, _), = computed(_read_by(reader, self.pieces[k:k + 1]))
        return f"in part {k + 1} of {len(self.pieces)}, {fault}" if found == fault else found

    @property
    def _read(self) -> tuple[Any, ...]:
        """The parts as Dask's Delayed: those that its present scheduler holds, or else such as are read for every question."""
        import dask
        scheduler, held = self._kept.get("held", (None, None))
        return held if held is not None and scheduler == dask.base.get_scheduler() else self._anew

    @cached_property
    def _anew(self) -> tuple[Any, ...]:
        return tuple(_read_by(Reader(names=self.names, checks=self.checks), self.pieces))

    # Rows that are brought here

    def tables(self) -> Iterator[tuple[int, Table]]:
        """One part after the other as a table in memory, those without rows left out, each with the number of rows before."""
        return (self.part(k) for k in range(sum(map(bool, self.counts))))

    def part(self, k: int) -> tuple[int, Table]:
        """The number of rows before the k-th of the parts that have any, and that part as a table in memory."""
        place = [place for place, rows in enumerate(self.counts) if rows][k]
        (rows, _, columns), = computed(self._read[place:place + 1])
        return sum(self.counts[:place]), table_of(dict(zip(self.names, columns)), rows, self.source)

    def thinned(self, most: int) -> Table:
        """At most so many rows, evenly through the whole, as a table in memory."""
        apart, before, works = -(-self.rows // most), 0, []
        for rows in self.counts:
            works.append(partial(_rows, slice(-before % apart, None, apart)))
            before += rows
        return _joined(self._asked(works), self.names, -(-self.rows // apart))

    def rows_at(self, numbers: np.ndarray) -> Table:
        """The rows of these numbers, counted from 0, in this order; only the parts that they are in are asked."""
        columns = {name: np.empty(len(numbers)) for name in self.names}
        begins = np.cumsum((0, *self.counts))
        for first in range(0, len(numbers), _AT_ONCE):
            some = numbers[first:first + _AT_ONCE]
            parts = np.searchsorted(begins, some, side="right") - 1
            places = {int(k): np.flatnonzero(parts == k) for k in np.unique(parts)}
            answers = self._answers({k: partial(_rows, some[there] - begins[k]) for k, there in places.items()})
            counts, faults = list(self.counts), [""] * len(self.counts)
            for k, (rows, fault, _) in zip(places, answers):
                counts[k], faults[k] = rows, fault
            self._learn(tuple(counts), faults)
            for there, (_, _, found) in zip(places.values(), answers):
                for name, values in found.items():
                    columns[name][first + there] = values
        return table_of(columns, len(numbers), self.source)

    @property
    def is_small(self) -> bool:
        """Whether the whole table may be brought here unasked."""
        return 8 * self.rows * len(self.names) <= _HERE

    @cached_property
    def here(self) -> Table:
        """The whole as a table in memory, where it is small."""
        if not self.is_small:
            raise DataError(f"this wants the rows in memory, and {self.rows:,} rows of {listed(self.names)} are too many to be "
                            "brought here unasked; give a sample of them that is in memory")
        return _joined([table.columns for _, table in self.tables()], self.names, self.rows)

    def __getitem__(self, name: str) -> np.ndarray:
        return self.here[name]


def _rows(which: slice | np.ndarray, table: Table) -> dict[str, np.ndarray]:
    return {name: values[which] for name, values in table.columns.items()}


def _joined(parts: Sequence[Mapping[str, np.ndarray]], names: Sequence[str], rows: int) -> Table:
    return table_of({name: np.concatenate([part[name] for part in parts]) for name in names}, rows, SOURCE)


def computed(delayed: Sequence[Any]) -> tuple[Any, ...]:
    """What Dask makes of the Delayed, on its own scheduler; what it cannot read is told in one sentence."""
    import dask
    try:
        return dask.compute(*delayed)
    except (OSError, ValueError, TypeError) as fault:
        said = " ".join(str(fault).split()) or type(fault).__name__
        raise DataError(f"{SOURCE} cannot be read: {said}") from fault


def _asking(works: Sequence[Callable[[Table], Any] | None], names: tuple[str, ...], parts: Sequence[Any]) -> list[Any]:
    import dask
    return [dask.delayed(partial(_answered, work, names), pure=False, traverse=False)(part) for work, part in zip(works, parts)]


def _read_by(reader: Reader, pieces: Sequence[Any]) -> list[Any]:
    import dask
    read = dask.delayed(reader, pure=False, traverse=False)
    return [read(piece) for piece in pieces]


def _memory() -> float:
    """The bytes that the columns may take, where Dask works now: half of what its workers have to spare."""
    import dask
    client = getattr(dask.base.get_scheduler(), "__self__", None)
    if hasattr(client, "scheduler_info"):
        limits = [worker["memory_limit"] or 0 for worker in client.scheduler_info()["workers"].values()]
    else:
        try:
            from distributed.system import MEMORY_LIMIT
        except ImportError:
            return 0.0
        limits = [MEMORY_LIMIT]
    return _SHARE * sum(max(0, limit - _WORKER) for limit in limits)
