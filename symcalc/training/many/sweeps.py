"""Making the runs of a sweep: a few one after another, each kept whole; many side by side, of which the ends are kept."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, overload

import numpy as np
from sympy import Expr

from symcalc.compute.compiled import Compiled
from symcalc.compute.points import Values
from symcalc.errors import DescentError, as_given
from symcalc.language.table import Table
from symcalc.language.table_parts import Parts
from symcalc.training.descent import Settings, descend, walk_of
from symcalc.training.many.ended import Ended, end_of
from symcalc.training.many.front import Ends, ends_of
from symcalc.training.many.looks import Looks, passed_of
from symcalc.training.many.runs import FEW, Runs
from symcalc.training.methods import Method, method_named
from symcalc.training.problem.objective import Objective
from symcalc.training.run import Run
from symcalc.training.settings import (
    MAX_STEPS,
    Rate,
    checked_hold,
    checked_rate,
    checked_start,
    checked_steps,
    checked_tolerances,
    rates_of,
)
from symcalc.training.stops import Stop
from symcalc.training.walking.callbacks import checked_progress

_MOST = 100_000          # runs in a sweep
_MOST_UPDATES = 100 * MAX_STEPS     # of runs side by side; one after another they take longer
_WRITTEN_OUT = frozenset({"scalar", "moments", "tape", "fused"})         # strategies whose statements can be done for many



@dataclass(frozen=True, slots=True, kw_only=True)
class Descents:
    """How a run of the sweep is made, alone."""

    loss: Objective
    table: Table | Parts | None
    steps: int
    settings: Mapping[str, Any]
    compiled: Compiled | None = None

    def __call__(self, run: Ended) -> Run:
        return descend(self.loss, self.table, kind=Run, start=run.start, rate=run.rate, steps=self.steps, method=run.method,
                       compiled=self.compiled, **self.settings)

    def __reduce__(self) -> tuple[Any, ...]:
        return _descents, (self.loss, self.table, self.steps, dict(self.settings))


def _descents(loss: Objective, table: Table | Parts | None, steps: int, settings: Mapping[str, Any]) -> Descents:
    return Descents(loss=loss, table=table, steps=steps, settings=settings)


def sweep(loss: Objective, data: object = None, *, start: Values | None = None,
          starts: Sequence[Values] | np.ndarray | None = None,
          rate: float | str | Expr | None = None, rates: Sequence[float | str | Expr] | None = None,
          method: str | Method | None = None, methods: Sequence[str | Method] | None = None, steps: int = 100,
          **settings: Any) -> Runs:
    """Every combination of the methods, starts and rates, each as a run; what `Loss.sweep` says holds here."""
    if unknown := [name for name in settings if name not in Settings.__annotations__]:
        raise TypeError(f"sweep() got an unexpected keyword argument {unknown[0]!r}")
    wanted = (_several("method", method, methods, "gradient descent"), _several("start", start, starts, None),
              _several("rate", rate, rates, None))
    if methods is None and starts is None and rates is None:
        raise DescentError("a sweep compares several runs: give rates=[...], methods=[...] or starts=[...]")
    if wanted[1] == [None]:
        raise DescentError("a sweep needs a place to start: give start, or starts=[...]")
    count, steps = math.prod(map(len, wanted)), checked_steps(steps)
    chosen = [method_named(each) for each in wanted[0]]
    _check_size(count, steps, _MOST_UPDATES)
    places = _checked_places(wanted[1], starts, loss.names)
    paces = _different(chosen, places, wanted[2])
    table = loss.table(data)
    compiled = loss.compile(table)
    make = Descents(loss=loss, table=table, steps=steps, settings=settings, compiled=compiled)
    together = [_can_go_abreast(by, compiled, settings) for by in chosen]
    _check_size(count, steps, _MOST_UPDATES if count > FEW and all(together) else MAX_STEPS)
    if count > FEW:
        return _many(make, compiled, chosen, places, paces)
    whole = _one_by_one(make, chosen, places, paces)
    return Runs(loss=loss, ends=tuple(map(end_of, whole)), whole=dict(enumerate(whole)), make=make)


def _many(make: Descents, compiled: Compiled, methods: Sequence[Method], starts: np.ndarray,
          rates: Sequence[Rate | None]) -> Runs:
    """The ends of many runs, up to one that is interrupted; those of a method go side by side where they can."""
    found: list[tuple[Sequence[Ended], Looks | None]] = []
    for by in methods:
        found.append(_abreast(make, compiled, by, starts, rates) if _can_go_abreast(by, compiled, make.settings)
                     else (_one_by_one(make, [by], starts, rates, end_of), None))
        ended = found[-1][0]
        last = ended.found.stops[-1] if isinstance(ended, Together) else ended[-1].stop
        if len(ended) < len(starts) * len(rates) or last is Stop.INTERRUPTED:
            break
    alone = {name: value for name, value in make.settings.items() if name not in ("callback", "progress")}
    quiet = replace(make, settings=alone)

    def look() -> tuple[Ended, ...]:
        return tuple(end for ended, looks in found for end in (ended if looks is None else looks.closer(ended, quiet)))

    ends = found[0][0] if len(found) == 1 else tuple(end for ended, _ in found for end in ended)
    return Runs(loss=make.loss, ends=ends, whole={}, make=quiet, look=look)


def _check_size(runs: int, steps: int, most: int) -> None:
    if runs > _MOST or runs * steps > most:
        raise DescentError(f"a sweep has at most {_MOST:,} runs and {most:,} updates; "
                           f"these are {runs:,} runs of {steps:,} updates")


def _can_go_abreast(method: Method, compiled: Compiled, settings: Mapping[str, Any]) -> bool:
    """Whether nobody looks on, and every step is the method's equations at the gradient where it starts."""
    watched = any(settings.get(name) is not None for name in ("batch", "callback"))
    plain = not (method.needs_curvature or method.search or method.turns or method.looks_ahead)
    return plain and not watched and compiled.strategy in _WRITTEN_OUT


def _one_by_one(make: Descents, methods: Sequence[Method], starts: Iterable[np.ndarray], rates: Sequence[Any],
                kept: Any = lambda run: run) -> list[Any]:
    """The runs one after another, or what is to be kept of them, up to one that is interrupted."""
    made = []
    for by, at, pace in itertools.product(methods, starts, rates):
        run = descend(make.loss, make.table, kind=Run, start=at, rate=pace, steps=make.steps, method=by, compiled=make.compiled,
                      **make.settings)
        made.append(kept(run))
        if run.stop is Stop.INTERRUPTED:
            break
    return made


def _abreast(make: Descents, compiled: Compiled, method: Method, starts: np.ndarray,
             rates: Sequence[Rate | None]) -> tuple[Together, Looks]:
    """The runs of a method from all starts with all rates, side by side: their ends."""
    loss, given, own = make.loss, make.settings, [method.rate if rate is None else rate for rate in rates]
    ahead = [rates_of(rate, make.steps) for rate in own]
    tolerances = checked_tolerances(given.get("tolerance", 1e-10), given.get("step_tolerance", 0.0),
                                    given.get("cost_tolerance", 0.0))
    held = checked_hold(given.get("hold", ()), loss.names)
    walk = walk_of(loss, make.table, compiled, method, ahead[0], tolerances, held)
    points = np.repeat(starts, len(own), axis=0)
    paces = np.tile(np.arange(len(own)), len(starts))
    ends = ends_of(walk, points, ahead, paces, checked_progress(given.get("progress")), passed_of(points, make.steps))
    return (Together(method, own, [float(each[0]) for each in ahead], paces, points, ends),
            Looks(loss, walk, ends, points, ahead, paces))


@dataclass(frozen=True, eq=False)
class Together(Sequence[Ended]):
    """The ends of runs that went side by side, those that began; a thousand records are written when somebody asks for one."""

    method: Method
    rates: Sequence[Rate]
    first_rates: Sequence[float]
    paces: np.ndarray
    starts: np.ndarray
    found: Ends

    @cached_property
    def written(self) -> tuple[Ended, ...]:
        """All of them."""
        ends, said = self.found, {stop: stop.value for stop in set(self.found.stops) if stop is not None}
        return tuple(
            Ended(method=self.method, rate=self.rates[pace], start=start, first=first, x=x, fun=cost, nit=updates, stop=stop,
                  message=said[stop], first_rate=self.first_rates[pace])
            for pace, start, first, x, cost, updates, stop in zip(self.paces.tolist(), self.starts, ends.firsts.tolist(),
                                                                  ends.points, ends.costs.tolist(), ends.updates.tolist(),
                                                                  ends.stops)
            if stop is not None)

    def __len__(self) -> int:
        return len(self.found.stops) - self.found.stops.count(None)

    @overload
    def __getitem__(self, index: int) -> Ended: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Ended, ...]: ...
    def __getitem__(self, index: int | slice) -> Ended | tuple[Ended, ...]:
        return self.written[index]


def _checked_places(wanted: Sequence[Any], starts: object, names: Sequence[str]) -> np.ndarray:
    """The starts in rows, in the order of the parameters; those of an array need no look at each."""
    if isinstance(starts, np.ndarray) and starts.dtype.kind in "iuf" and starts.shape[1:] == (len(names),):
        points = starts.astype(np.float64)
        if np.isfinite(points).all():
            return points
    return np.array([checked_start([at] if isinstance(at, (int, float)) and len(names) == 1 else at, names) for at in wanted])


def _different(methods: Sequence[Method], starts: np.ndarray, rates: Sequence[Any]) -> list[Rate | None]:
    """The rates as numbers or schedules, None for the method's own; no two runs would be the same."""
    paces = [checked_rate(rate, methods[0]) for rate in rates]
    for name, many in (("method", [each.name for each in methods]), ("rate", paces)):
        if twice := next((each for each, count in Counter(map(repr, many)).items() if count > 1), None):
            raise DescentError(f"the {name} {twice} is given twice; leave one of them out")
    points = np.ascontiguousarray(starts + 0.0)                         # it makes 0 of -0
    if len(set(points.view(f"V{points.itemsize * points.shape[1]}").ravel().tolist())) < len(starts):
        twice = Counter(repr(start.tolist()) for start in starts).most_common(1)[0][0]
        raise DescentError(f"the start {twice} is given twice; leave one of them out")
    if len(rates) > 1 and (searching := next((each.name for each in methods if each.search == "line"), None)):
        raise DescentError(f"{searching} finds the rate of every step itself, so it does not go with several rates")
    return [None if rate is None else pace for rate, pace in zip(rates, paces)]


def _several(name: str, one: Any, many: Any, otherwise: Any) -> list[Any]:
    """What to go through: the many, the one, or what stands in for it."""
    if many is None:
        return [otherwise if one is None else one]
    if one is not None:
        raise DescentError(f"give {name} or {name}s, not both")
    if isinstance(many, (str, bytes, Mapping, Method)) or not hasattr(many, "__iter__") or getattr(many, "ndim", 1) == 0:
        raise DescentError(f"{name}s is a list, not {as_given(many)}")
    # A frame would give the names of its columns.
    found = np.asarray(many).tolist() if hasattr(many, "__array__") else list(many)
    if not found:
        raise DescentError(f"{name}s is an empty list; a sweep needs at least one {name}")
    return found
