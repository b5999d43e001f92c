"""A sweep: the same descent at several rates, with several methods or from several starts, side by side."""

from __future__ import annotations

import csv
import io
import itertools
import json
import math
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, overload

import numpy as np
from sympy import Expr

from symcalc.errors import DescentError
from symcalc.pages.document import Block, Document, Equation, Formula, Inline, Table, paragraph
from symcalc.pages.notation import text
from symcalc.pages.numbers import aligned, cell, short
from symcalc.pages.shown import Shown
from symcalc.training.descent import descend
from symcalc.training.diagnosis.curvature import affordable_derivatives, limit_of
from symcalc.training.losses import Loss
from symcalc.training.methods import Method, method_named
from symcalc.training.run import Run
from symcalc.training.settings import MAX_STEPS, checked_rate, checked_start, checked_steps
from symcalc.training.stops import Stop

_MOST = 10_000           # runs in a sweep
_SAME = 1e-9             # costs that differ by less than this share of the fall count as equally low
_LIMIT = Formula(text="2/λ_max", latex=r"2/\lambda_{\max}")


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Runs(Shown, Sequence[Run]):
    """Runs of one loss over one table, in the order in which they were asked for; `runs[k]` is a whole run.

    >>> runs = Loss("(w - 3)^2").sweep(start={"w": 0}, rates=[0.1, 0.5, 1.1], steps=50)
    >>> runs.best.rate, [run.stop.name for run in runs]
    (0.5, ['STEPS', 'CONVERGED', 'DIVERGED'])
    """

    runs: tuple[Run, ...]

    def __len__(self) -> int:
        return len(self.runs)

    @overload
    def __getitem__(self, index: int) -> Run: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Run, ...]: ...
    def __getitem__(self, index: int | slice) -> Run | tuple[Run, ...]:
        if isinstance(index, slice):
            return self.runs[index]
        if not -len(self) <= index < len(self):
            raise IndexError(f"the sweep has {len(self)} run{'s' * (len(self) != 1)}")
        return self.runs[index]

    def __iter__(self) -> Iterator[Run]:
        return iter(self.runs)

    @cached_property
    def best(self) -> Run:
        """The run that ended lowest; of several that ended equally low, the one with the fewest updates."""
        going = [run for run in self.runs if math.isfinite(run.fun)]
        if not going:
            raise DescentError("no run of the sweep has a finite cost; start elsewhere")
        lowest = min(run.fun for run in going)
        slack = _SAME * max(float(run.costs[0]) - lowest for run in going)
        return min((run for run in going if run.fun <= lowest + slack), key=lambda run: run.nit)

    @cached_property
    def stable_limit(self) -> float | None:
        """2/λ_max at the start, below which gradient descent on the quadratic that fits there converges.

        None where the runs start at different points, none of them is gradient descent, or the loss curves downwards.
        """
        first = self.runs[0]
        if self._vary("start") or not any(map(_is_plain, self.runs)) or not first.started:
            return None
        moving = [k for k, name in enumerate(first.loss.names) if name not in first.held]
        second = affordable_derivatives(first.loss, first.table, first.compiled)
        return limit_of(second(first.points[0])[np.ix_(moving, moving)])

    def named(self, run: Run) -> str:
        """What tells the run from the others: its method, rate or start.

        >>> runs = Loss("w^2").sweep(start=[1], rates=[0.1, 0.2], methods=["adam", "momentum"], steps=1)
        >>> runs.named(runs[0])
        'adam, rate 0.1'
        """
        said = [run.method.name] if self._vary("method") else []
        alike = {_rate(other) for other in self.runs if other.method == run.method and _start(other) == _start(run)}
        said += [f"rate {_rate(run)}"] if len(alike) > 1 else []          # not where the method alone decides on it
        said += [f"from {_start(run)}"] if self._vary("start") else []
        return ", ".join(said) or f"rate {_rate(run)}"

    def _vary(self, key: str) -> bool:
        return len({_TOLD[key](run) for run in self.runs}) > 1

    # Showing and saving

    def document(self) -> Document:
        """The loss, what the runs have in common, a table with a row for each, the stable limit, and the best."""
        loss = self.runs[0].loss
        blocks: list[Block] = [Equation((loss.symbol, loss.expression)), paragraph(self._common()), self._table()]
        if self.stable_limit is not None:
            blocks.append(paragraph("At the start, gradient descent is stable at rates below ", _LIMIT,
                                    f" = {short(self.stable_limit, 4)}."))
        blocks.append(paragraph(self._verdict()))
        return Document(f"{self._counted} on {text(loss.symbol)}", tuple(blocks))

    @property
    def _counted(self) -> str:
        return f"{len(self)} run{'s' * (len(self) != 1)}"

    def _common(self) -> str:
        run = self.runs[0]
        same = ["" if self._vary("method") else run.method.name, "" if self._vary("rate") else f"rate {_rate(run)}",
                "" if self._vary("start") else f"from {_start(run)}"]
        return f"All runs: {', '.join(filter(None, same))}." if any(same) else "Every run has its own method, rate and start."

    def _table(self) -> Table:
        keys = [key for key in ("method", "start", "rate") if self._vary(key)] or ["rate"]
        columns: list[tuple[Inline, list[Inline]]] = [(key, [_TOLD[key](run) for run in self.runs]) for key in keys]
        words = {k for k, key in enumerate(keys) if key != "rate"}
        if "rate" in keys and self.stable_limit is not None and all(map(_is_plain, self.runs)):
            columns.append(("of the limit", aligned([_first_rate(run) / self.stable_limit for run in self.runs], 4)))
        columns += [("updates", [str(run.nit) for run in self.runs]),
                    ("J at the end", [cell(run.fun) if math.isfinite(run.fun) else "-" for run in self.runs]),
                    ("actual/expected", aligned([_ratio(run) for run in self.runs], 3)),
                    ("how it ended", [_ended(run) for run in self.runs])]
        return Table(header=tuple(name for name, _ in columns), rows=tuple(zip(*(cells for _, cells in columns))),
                     words=frozenset(words | {len(columns) - 1}))

    def _verdict(self) -> str:
        if not any(math.isfinite(run.fun) for run in self.runs):
            return "No run has a finite cost."
        best = self.best
        return (f"Lowest: J = {short(best.fun)} after {best.nit} update{'s' * (best.nit != 1)} "
                f"({self.named(best)}).")

    def as_dict(self) -> dict[str, Any]:
        """The comparison as plain data, for JSON; the updates are in each run's own `as_dict()`."""
        return {"loss": text(self.runs[0].loss.expression), "stable_limit": self.stable_limit,
                "runs": [{"method": run.method.name, "rate": run.rate if isinstance(run.rate, float) else text(run.rate),
                          "start": run.named(run.points[0]), "updates": run.nit, "parameters": _finite(run.parameters),
                          "J": run.fun if math.isfinite(run.fun) else None,
                          "ratio": ratio if math.isfinite(ratio := _ratio(run)) else None,
                          "status": run.status, "message": run.message} for run in self.runs]}

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Save by suffix: .csv and .json hold the comparison in full digits, the others what `print` shows."""
        from symcalc.pages.files import write_text
        from symcalc.pages.save import save
        suffix = Path(path).suffix.lower()
        if suffix == ".json":
            return write_text(path, json.dumps(self.as_dict(), ensure_ascii=False, indent=2, allow_nan=False) + "\n")
        return write_text(path, self._csv()) if suffix == ".csv" else save(self, path, (".json", ".csv"))

    def _csv(self) -> str:
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        names = self.runs[0].loss.names
        writer.writerow(["method", "rate", *(f"{name}_start" for name in names), "updates", *names, "J", "ratio", "status"])
        for run in self.runs:
            numbers = [repr(float(value)) for value in (*run.x, run.fun, _ratio(run))]
            writer.writerow([run.method.name, repr(run.rate) if isinstance(run.rate, float) else text(run.rate),
                             *(repr(float(value)) for value in run.points[0]), run.nit, *numbers, run.status])
        return out.getvalue()

    def __repr__(self) -> str:
        return f"<{self._counted} on {text(self.runs[0].loss.symbol)}>"


def _is_plain(run: Run) -> bool:
    return run.method.name == "gradient descent" and run.batch is None


def _rate(run: Run) -> str:
    if run.method.search:
        return "searched"
    return short(run.rate, 4) if isinstance(run.rate, float) else text(run.rate)


def _first_rate(run: Run) -> float:
    return run.rate if isinstance(run.rate, float) else float(run.rates[0]) if run.nit else math.nan


def _start(run: Run) -> str:
    return ", ".join(f"{text(parameter)} = {short(value)}" for parameter, value in zip(run.loss.parameters, run.points[0]))


_TOLD = {"method": lambda run: run.method.name, "rate": _rate, "start": _start}


def _ratio(run: Run) -> float:
    """The whole change of the cost over the sum of the changes that the slopes promised, ∇J·Δθ."""
    with np.errstate(all="ignore"):
        expected = float(np.sum(run.gradients[:-1] * np.diff(run.points, axis=0)))
        return (run.fun - float(run.costs[0])) / expected if expected else math.nan


def _ended(run: Run) -> str:
    climbed = run.stop is Stop.STEPS and run.fun > run.costs[0]
    return f"{_BRIEF[run.stop]}{', higher than the start' if climbed else ''}"


def _finite(values: Mapping[str, float]) -> dict[str, float | None]:
    return {name: value if math.isfinite(value) else None for name, value in values.items()}


_BRIEF = {
    Stop.CONVERGED: "converged", Stop.SMALL_STEP: "converged (small steps)", Stop.SMALL_CHANGE: "converged (small changes)",
    Stop.PRECISE: "converged (to rounding)", Stop.STEPS: "steps used up", Stop.STILL: "stands still",
    Stop.TWO_CYCLE: "jumps between two points", Stop.DIVERGED: "diverged", Stop.BOTTOMLESS: "falls without bound",
    Stop.OUTSIDE: "left the domain", Stop.START: "no value at the start", Stop.MAXIMUM: "at a maximum",
    Stop.SADDLE: "at a saddle", Stop.FLAT: "on flat ground", Stop.CRAWLING: "crawls", Stop.NO_STEP: "no next step",
    Stop.CALLBACK: "stopped by the callback", Stop.INTERRUPTED: "interrupted", Stop.UNREACHED: "no minimum this way",
    Stop.NO_RATE: "rate fell to 0",
}


# Making them

Start = Mapping[str, float] | Sequence[float]


def sweep(loss: Loss, data: object = None, *, start: Start | None = None, starts: Sequence[Start] | None = None,
          rate: float | str | Expr | None = None, rates: Sequence[float | str | Expr] | None = None,
          method: str | Method | None = None, methods: Sequence[str | Method] | None = None, steps: int = 100,
          **settings: Any) -> Runs:
    """Every combination of the methods, starts and rates, each as a run; what `Loss.sweep` says holds here."""
    wanted = (_several("method", method, methods, "gradient descent"), _several("start", start, starts, None),
              _several("rate", rate, rates, None))
    if methods is None and starts is None and rates is None:
        raise DescentError("a sweep compares several runs: give rates=[...], methods=[...] or starts=[...]")
    if wanted[1] == [None]:
        raise DescentError("a sweep needs a place to start: give start, or starts=[...]")
    count, steps = math.prod(map(len, wanted)), checked_steps(steps)
    if count > _MOST or count * steps > MAX_STEPS:
        raise DescentError(f"a sweep has at most {_MOST:,} runs and {MAX_STEPS:,} updates; "
                           f"these are {count:,} runs of {steps:,} updates")
    chosen = [method_named(each) for each in wanted[0]]
    places = [[at] if isinstance(at, (int, float)) and len(loss.names) == 1 else at for at in wanted[1]]
    _check_different(chosen, [checked_start(at, loss.names).tolist() for at in places], wanted[2])
    table = loss.table(data)
    compiled = loss.compile(table)
    made: list[Run] = []
    for by, at, pace in itertools.product(chosen, places, wanted[2]):
        made.append(descend(loss, table, start=at, rate=pace, steps=steps, method=by, compiled=compiled, **settings))
        if made[-1].stop is Stop.INTERRUPTED:
            break
    return Runs(runs=tuple(made))


def _check_different(methods: Sequence[Method], starts: Sequence[list[float]], rates: Sequence[Any]) -> None:
    """Whether no two runs would be the same."""
    paces = [checked_rate(rate, methods[0]) for rate in rates]
    for name, many in (("method", [each.name for each in methods]), ("rate", paces), ("start", starts)):
        if twice := next((each for each, count in Counter(map(repr, many)).items() if count > 1), None):
            raise DescentError(f"the {name} {twice} is given twice; leave one of them out")
    if len(rates) > 1 and (searching := next((each.name for each in methods if each.search == "line"), None)):
        raise DescentError(f"{searching} finds the rate of every step itself, so it does not go with several rates")


def _several(name: str, one: Any, many: Any, otherwise: Any) -> list[Any]:
    """What to go through: the many, the one, or what stands in for it."""
    if many is None:
        return [otherwise if one is None else one]
    if one is not None:
        raise DescentError(f"give {name} or {name}s, not both")
    if isinstance(many, (str, bytes, Mapping, Method)) or not hasattr(many, "__iter__"):
        raise DescentError(f"{name}s is a list, not {many!r:.40}")
    found = many.tolist() if isinstance(many, np.ndarray) else list(many)
    if not found:
        raise DescentError(f"{name}s is an empty list; a sweep needs at least one {name}")
    return found
