"""A sweep: the same descent at several rates, with several methods or from several starts, side by side."""

from __future__ import annotations

import csv
import io
import json
import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, overload
from weakref import WeakValueDictionary

import numpy as np

from symcalc.errors import DescentError
from symcalc.language.items import counted
from symcalc.pages.document import Block, Document, Equation, Formula, Inline, Table, paragraph
from symcalc.pages.notation import text
from symcalc.pages.numbers import aligned, cell, short
from symcalc.pages.shown import Shown
from symcalc.training.many.ended import Ended, ended_briefly, rate_in_words
from symcalc.training.many.groups import grouped
from symcalc.training.problem.objective import L, Objective
from symcalc.training.run import Run
from symcalc.training.shape.curvature import affordable_derivatives
from symcalc.training.shape.spectrum import limit_of
from symcalc.training.stops import Stop, status_of

FEW = 64                 # runs up to which each is kept whole and has a row of its own on the page
_SAME = 1e-9             # costs that differ by less than this share of the fall count as equally low
_LIMIT = Formula(text="2/λ_max", latex=r"2/\lambda_{\max}")


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Runs(Shown, Sequence[Run[L]], Generic[L]):
    """Runs of one loss over one table, in the order in which they were asked for; `runs[k]` is a whole run.

    Of many runs only the ends are kept; a whole run is made again, alone, when it is asked for. It may say more of how it
    ended, and is rounded in another order: where a method amplifies that, as RMSProp near a minimum, its numbers differ.

    >>> from symcalc.training.losses import Loss
    >>> runs = Loss("(w - 3)^2").sweep(start={"w": 0}, rates=[0.1, 0.5, 1.1], steps=50)
    >>> runs.best.rate, [run.stop.name for run in runs]
    (0.5, ['STEPS', 'CONVERGED', 'DIVERGED'])
    """

    loss: L
    ends: Sequence[Ended]                          # as the stop rules saw them
    whole: Mapping[int, Run[L]]                    # the runs that are kept
    make: Callable[[Ended], Run[L]]                # for the others
    look: Callable[[], Sequence[Ended]] | None = None        # the ends after a closer look, which takes its time
    made: WeakValueDictionary[int, Run[L]] = field(default_factory=WeakValueDictionary)

    @cached_property
    def ended(self) -> Sequence[Ended]:
        """How each run ended."""
        return self.ends if self.look is None else self.look()

    def __len__(self) -> int:
        return len(self.ends)

    @overload
    def __getitem__(self, index: int) -> Run[L]: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Run[L], ...]: ...
    def __getitem__(self, index: int | slice) -> Run[L] | tuple[Run[L], ...]:
        if isinstance(index, slice):
            return tuple(self[k] for k in range(*index.indices(len(self))))
        index = counted(index, "runs")
        if not -len(self) <= index < len(self):
            raise IndexError(f"the sweep has {len(self)} run{'s' * (len(self) != 1)}")
        k = range(len(self))[index]
        run = self.whole.get(k) or self.made.get(k)
        if run is None:
            run = self.made[k] = self.make(self.ends[k])
        return run

    def __iter__(self) -> Iterator[Run[L]]:
        return (self[k] for k in range(len(self)))

    def __reduce__(self) -> tuple[Any, ...]:
        return _runs_of, (self.loss, tuple(self.ended), dict(self.whole), self.make)

    @property
    def best(self) -> Run[L]:
        """The run that ended lowest; of several that ended equally low, the one with the fewest updates."""
        return self[self._best]

    @cached_property
    def _best(self) -> int:
        going = [k for k, run in enumerate(self.ends) if math.isfinite(run.fun)]
        if not going:
            raise DescentError("no run of the sweep has a finite cost; start elsewhere")
        lowest = min(self.ends[k].fun for k in going)
        slack = _SAME * max(0.0, *(self.ends[k].first - lowest for k in going))
        return min((k for k in going if self.ends[k].fun <= lowest + slack), key=lambda k: (self.ends[k].nit, self.ends[k].fun))

    @cached_property
    def stable_limit(self) -> float | None:
        """2/λ_max at the start, below which gradient descent on the quadratic that fits there converges.

        None where the runs start at different points, none of them is gradient descent, or the loss curves downwards.
        """
        if self._vary("start") or not any(map(_is_plain, self.ends)) or self.ends[0].stop is Stop.START:
            return None
        first = self[0]
        if first.batch is not None:
            return None
        second = affordable_derivatives(first.loss, first.table, first.compiled)
        return limit_of(second(first.points[0])[np.ix_(first.moving, first.moving)])

    def named(self, run: Run | Ended) -> str:
        """What tells the run from the others: its method, rate or start.

        >>> from symcalc.training.losses import Loss
        >>> runs = Loss("w^2").sweep(start=[1], rates=[0.1, 0.2], methods=["adam", "momentum"], steps=1)
        >>> runs.named(runs[0])
        'adam, rate 0.1'
        """
        said = [run.method.name] if self._vary("method") else []
        alike = self._rates[run.method.name]
        said += [f"rate {_rate(run)}"] if len(alike) > 1 else []          # not where the method alone decides on it
        said += [f"from {self.place(run)}"] if self._vary("start") else []
        return ", ".join(said) or f"rate {_rate(run)}"

    def place(self, run: Run | Ended) -> str:
        """Where the run started."""
        start = run.start if isinstance(run, Ended) else run.points[0]
        return ", ".join(f"{text(parameter)} = {short(value)}" for parameter, value in zip(self.loss.parameters, start))

    @cached_property
    def _rates(self) -> Mapping[str, Mapping[str, None]]:
        """The rates of each method's runs, in words."""
        found: dict[str, dict[str, None]] = {}
        for (name, rate), method in {(run.method.name, run.rate): run.method for run in self.ends}.items():
            found.setdefault(name, {})[rate_in_words(method, rate)] = None
        return found

    @cached_property
    def _varying(self) -> frozenset[str]:
        seen: dict[str, set[Any]] = {
            "method": {run.method.name for run in self.ends}, "start": {run.start.tobytes() for run in self.ends},
            "rate": {rate for rates in self._rates.values() for rate in rates}}
        return frozenset(key for key, values in seen.items() if len(values) > 1)

    def _vary(self, key: str) -> bool:
        return key in self._varying

    def told(self, key: str, run: Run | Ended) -> str:
        """The run's method, rate or start in words."""
        return {"method": lambda: run.method.name, "rate": lambda: _rate(run), "start": lambda: self.place(run)}[key]()

    # Showing and saving

    def document(self) -> Document:
        """The loss, what the runs have in common, a row for each (of many for each kind of end), the limit, and the best."""
        loss = self.loss
        blocks: list[Block] = [Equation((loss.symbol, loss.expression)), paragraph(self._common()),
                               *(grouped(self.ended, loss.parameters) if len(self) > FEW else [self._table()])]
        if self.stable_limit is not None:
            blocks.append(paragraph("At the start, gradient descent is stable at rates below ", _LIMIT,
                                    f" = {short(self.stable_limit, 4)}."))
        blocks.append(paragraph(self._verdict()))
        return Document(f"{self._counted} on {text(loss.symbol)}", tuple(blocks))

    @property
    def _counted(self) -> str:
        return f"{len(self):,} run{'s' * (len(self) != 1)}"

    def _common(self) -> str:
        run = self.ends[0]
        if len(self) > FEW:
            methods, rates = len(self._rates), max(map(len, self._rates.values()))
            starts = len({each.start.tobytes() for each in self.ends})
            same = [run.method.name if methods == 1 else f"{methods} methods",
                    f"rate {_rate(run)}" if rates == 1 else f"{rates:,} rates",
                    f"from {self.place(run)}" if starts == 1 else f"{starts:,} starts"]
            return f"All runs: {', '.join(same)}."
        same = ["" if self._vary("method") else run.method.name, "" if self._vary("rate") else f"rate {_rate(run)}",
                "" if self._vary("start") else f"from {self.place(run)}"]
        return f"All runs: {', '.join(filter(None, same))}." if any(same) else "Every run has its own method, rate and start."

    def _table(self) -> Table:
        keys = [key for key in ("method", "start", "rate") if self._vary(key)] or ["rate"]
        columns: list[tuple[Inline, list[Inline]]] = [(key, [self.told(key, run) for run in self.ended]) for key in keys]
        words = {k for k, key in enumerate(keys) if key != "rate"}
        if "rate" in keys and self.stable_limit is not None and all(map(_is_plain, self.ended)):
            columns.append(("of the limit", aligned([run.first_rate / self.stable_limit for run in self.ended], 4)))
        columns += [("updates", [str(run.nit) for run in self.ended]),
                    ("J at the end", [cell(run.fun) if math.isfinite(run.fun) else "-" for run in self.ended]),
                    ("actual/expected", aligned([run.ratio for run in self.ended], 3)),
                    ("how it ended", [ended_briefly(run) for run in self.ended])]
        return Table(header=tuple(name for name, _ in columns), rows=tuple(zip(*(cells for _, cells in columns))),
                     words=frozenset(words | {len(columns) - 1}))

    def _verdict(self) -> str:
        if not any(math.isfinite(run.fun) for run in self.ended):
            return "No run has a finite cost."
        best = self.ended[self._best]
        return (f"Lowest: J = {short(best.fun)} after {best.nit:,} update{'s' * (best.nit != 1)} "
                f"({self.named(best)}).")

    def as_dict(self) -> dict[str, Any]:
        """The comparison as plain data, for JSON; the updates are in each run's own `as_dict()`."""
        names = self.loss.names
        return {"loss": text(self.loss.expression), "stable_limit": self.stable_limit,
                "runs": [{"method": run.method.name, "rate": run.rate if isinstance(run.rate, float) else text(run.rate),
                          "start": dict(zip(names, run.start.tolist())), "updates": run.nit,
                          "parameters": _finite(dict(zip(names, run.x.tolist()))),
                          "J": run.fun if math.isfinite(run.fun) else None,
                          "ratio": run.ratio if math.isfinite(run.ratio) else None,
                          "status": status_of(run.stop), "message": run.message} for run in self.ended]}

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Save by suffix: .csv and .json hold the comparison in full digits, the others what `print` shows."""
        from symcalc.pages.files import path_of, write_text
        from symcalc.pages.save import save
        suffix = path_of(path).suffix.lower()
        if suffix == ".json":
            return write_text(path, json.dumps(self.as_dict(), ensure_ascii=False, indent=2, allow_nan=False) + "\n")
        return write_text(path, self._csv()) if suffix == ".csv" else save(self, path, (".json", ".csv"))

    def _csv(self) -> str:
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        names = self.loss.names
        writer.writerow(["method", "rate", *(f"{name}_start" for name in names), "updates", *names, "J", "ratio", "status"])
        for run in self.ended:
            numbers = [repr(float(value)) for value in (*run.x, run.fun, run.ratio)]
            writer.writerow([run.method.name, repr(run.rate) if isinstance(run.rate, float) else text(run.rate),
                             *map(repr, run.start.tolist()), run.nit, *numbers, status_of(run.stop)])
        return out.getvalue()

    def __repr__(self) -> str:
        return f"<{self._counted} on {text(self.loss.symbol)}>"


def _runs_of(loss: Objective, ends: Sequence[Ended], whole: Mapping[int, Run], make: Callable[[Ended], Run]) -> Runs:
    return Runs(loss=loss, ends=ends, whole=whole, make=make)


def _is_plain(run: Ended) -> bool:
    return run.method.name == "gradient descent"


def _rate(run: Run | Ended) -> str:
    return rate_in_words(run.method, run.rate)


def _finite(values: Mapping[str, float]) -> dict[str, float | None]:
    return {name: value if math.isfinite(value) else None for name, value in values.items()}
