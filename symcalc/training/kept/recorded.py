"""The record of a run read back: a file is anybody's, so that every key is checked before it is used."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, TypeGuard

import numpy as np

from symcalc.errors import DataError, SymcalcError, as_given, visible
from symcalc.language.names import checked_name, name_of
from symcalc.language.prefix import MAX_TEXT, from_prefix
from symcalc.language.table import Table
from symcalc.training.course import R
from symcalc.training.fingerprint import Fingerprint
from symcalc.training.kept.record import FORMAT, loss_in, rate_in
from symcalc.training.methods import Method, method_in
from symcalc.training.problem.objective import Objective
from symcalc.training.settings import MAX_STEPS, checked_hold
from symcalc.training.stops import Stop, Tolerances

_LONGEST = 10**7         # letters in the generated source
_MOST = 10_000           # equations, settings, parameters, columns, features, hidden units
_WORDS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def run_in(kept: Mapping[str, Any], kind: type[R], loss_kind: type[Objective], table: Table | None = None,
           source: str = "the record", told: Mapping[str, Any] | None = None) -> R:
    """The run that `record` wrote, of this kind, on a loss of its kind, with this table.

    `told` is what the file says beside the record, where it comes out of one.
    """
    run = _Kept(kept, source, "replay")
    if run.whole("format", 1, FORMAT) != FORMAT:
        run.refuse("format", f"{FORMAT}")
    loss = run.built("loss", lambda: _loss(run.inner("loss"), loss_kind))
    method = run.built("method", lambda: _method(run.inner("method")))
    rate = kept.get("rate")
    rate = run.built("rate", lambda: rate_in(run.text("rate", MAX_TEXT))) if isinstance(rate, str) else run.positive("rate")
    data = _fingerprint(run, loss)
    stop = Stop.__members__.get(run.text("stop", 40)) or run.refuse("stop", "a reason to stop, such as STEPS")
    held = run.built("hold", lambda: checked_hold(run.texts("hold"), loss.names))
    arrays: dict[str, Any] = _arrays(run.inner("history"), len(loss.names), len(method.state), stop)
    partials = None
    if kept.get("partials") is not None:
        partials = run.built("partials", lambda: tuple(map(from_prefix, run.texts("partials"))))
        if len(partials) != len(loss.names):
            run.refuse("partials", "one formula for each parameter")
    return kind(loss=loss, table=table, method=method, rate=rate, held=held, stop=stop, partials=partials,
                batch=_batch(run, data), seed=run.whole("seed", 0, 2**32 - 1), steps=run.whole("steps", 1, MAX_STEPS),
                detail=visible(run.text("detail", 10_000)),
                source="\n".join(map(visible, run.text("source", _LONGEST).split("\n"))),
                tolerances=Tolerances(slope=run.number("tolerance", 0), step=run.number("step_tolerance", 0),
                                      cost=run.number("cost_tolerance", 0)),
                data=data if table is None else None, told=told,
                **{name: None if kept.get(name) is None else run.number(name, 0) for name in ("rounding", "cost_rounding")},
                **arrays)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A mapping out of a file; what is asked of it is there and of the right kind, or the error names the key."""

    values: Mapping[str, Any]
    source: str
    place: str

    def refuse(self, key: str, wanted: str) -> NoReturn:
        raise DataError(f"{self.source} is no saved run: {self.place}.{key} is {wanted}, "
                        f"not {as_given(self.values.get(key, 'nothing'))}")

    def built(self, key: str, make: Any) -> Any:
        """What is made of a key; what is wrong with it is told with the key."""
        try:
            return make()
        except SymcalcError as fault:
            said = str(fault).splitlines()[0]
            raise DataError(said if said.startswith(f"{self.source} is no saved run") else
                            f"{self.source} is no saved run: {self.place}.{key} cannot be used, because {said}") from None

    def inner(self, key: str) -> _Kept:
        found = self.values.get(key)
        if not isinstance(found, dict) or len(found) > _MOST:
            self.refuse(key, "a mapping")
        return _Kept(found, self.source, f"{self.place}.{key}")

    def text(self, key: str, most: int) -> str:
        found = self.values.get(key)
        if not isinstance(found, str) or len(found) > most:
            self.refuse(key, f"a text of at most {most:,} characters")
        return found

    def texts(self, key: str) -> list[str]:
        found = self.values.get(key)
        if not isinstance(found, list) or len(found) > _MOST or not all(isinstance(item, str) for item in found):
            self.refuse(key, "a list of texts")
        return found

    def number(self, key: str, least: float = -math.inf) -> float:
        found = self.values.get(key)
        if not _is_number(found) or found < least:
            self.refuse(key, "a finite number" + ("" if least == -math.inf else f" of at least {least:g}"))
        return float(found)

    def positive(self, key: str) -> float:
        return self.number(key) if _is_number(self.values.get(key)) and self.values[key] > 0 else self.refuse(
            key, "a number greater than 0, or a formula in k")

    def whole(self, key: str, least: int, most: int) -> int:
        found = self.values.get(key)
        if isinstance(found, bool) or not isinstance(found, int) or not least <= found <= most:
            self.refuse(key, f"a whole number from {least:,} to {most:,}")
        return found

    def array(self, key: str, shape: tuple[int, ...], finite: bool) -> np.ndarray:
        """The numbers as an array of this shape."""
        try:
            found = np.array(_numbers(self.values.get(key), shape), dtype=np.float64).reshape(shape)
        except (TypeError, ValueError, OverflowError):
            self.refuse(key, f"{' × '.join(f'{size:,}' for size in shape)} numbers")
        if finite and not np.isfinite(found).all():
            self.refuse(key, "finite numbers alone")
        return found


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= 1.7976931348623157e308


def _numbers(given: object, shape: tuple[int, ...]) -> Any:
    """Nested lists of numbers of exactly this shape; nothing in them is turned into a number that is none."""
    if not shape:
        if isinstance(given, str) and given in _WORDS:
            return _WORDS[given]
        if not _is_number(given):
            raise TypeError
        return float(given)
    if not isinstance(given, list) or len(given) != shape[0]:
        raise TypeError
    return [_numbers(item, shape[1:]) for item in given]


def _loss(kept: _Kept, kind: type[Objective]) -> Objective:
    indexed, task = kept.values.get("indexed"), kept.values.get("task")
    return loss_in({"formula": kept.text("formula", MAX_TEXT), "parameters": kept.texts("parameters"),
                    "indexed": None if indexed is None else kept.text("indexed", MAX_TEXT),
                    "task": None if task is None else _task(kept.inner("task"))}, kind)


def _task(kept: _Kept) -> dict[str, Any]:
    if not kept.texts("target"):
        kept.refuse("target", "a list of at least one text")
    found: dict[str, Any] = {"target": kept.texts("target"), "predictions": kept.texts("predictions"), "numbered": None,
                             "values": None}
    if kept.values.get("numbered") is not None:
        numbered = kept.inner("numbered")
        own = {"columns": numbered.texts("columns")} if "columns" in numbered.values else {
            key: checked_name(numbered.text(key, 40)) for key in ("weights", "features")}
        found["numbered"] = {"prediction": numbered.text("prediction", MAX_TEXT), **own,
                             "count": numbered.whole("count", 1, _MOST)}
    if not kept.texts("predictions") and "columns" not in (found["numbered"] or ()):
        kept.refuse("predictions", "a list of at least one text")
    if kept.values.get("values") is not None:
        values = kept.inner("values")
        found["values"] = {"words": visible(values.text("words", 200)), "least": values.number("least"),
                           "apart": values.number("apart", 0),
                           "most": None if values.values.get("most") is None else values.number("most")}
    return found


def _method(kept: _Kept) -> Method:
    equations = kept.values.get("equations")
    if not isinstance(equations, list) or not 1 <= len(equations) <= _MOST or not all(
            isinstance(pair, list) and len(pair) == 2 and all(isinstance(side, str) for side in pair) for pair in equations):
        kept.refuse("equations", "a list of pairs, a letter and its formula")
    settings = kept.inner("settings")
    if kept.values.get("search") not in ("", "line", "backtracking"):
        kept.refuse("search", "'', 'line' or 'backtracking'")
    if not isinstance(kept.values.get("turns"), bool):
        kept.refuse("turns", "true or false")
    return method_in({"name": visible(kept.text("name", 100)), "equations": equations,
                      "settings": {name: settings.number(name) for name in settings.values},
                      "slope_at": kept.text("slope_at", MAX_TEXT), "rate": kept.positive("rate"),
                      "search": kept.values["search"], "turns": kept.values["turns"]})


def _fingerprint(run: _Kept, loss: Objective) -> Fingerprint | None:
    if run.values.get("data") is None:
        if loss.columns:
            run.refuse("data", "a mapping, as the loss has columns")
        return None
    data = run.inner("data")
    columns = data.inner("columns")
    if set(columns.values) != set(map(name_of, loss.columns)):
        data.refuse("columns", f"a mapping for {', '.join(map(name_of, loss.columns)) or 'no column'}")
    return Fingerprint(rows=data.whole("rows", 1, 2**53), columns={name: columns.text(name, 64) for name in columns.values})


def _batch(run: _Kept, data: Fingerprint | None) -> int | None:
    if run.values.get("batch") is None:
        return None
    return run.refuse("batch", "null, as there are no rows") if data is None else run.whole("batch", 1, data.rows)


def _arrays(history: _Kept, parameters: int, state: int, stop: Stop) -> dict[str, np.ndarray | None]:
    """The numbers of the run, as many as there are points, and finite from the first to the last."""
    costs = history.values.get("costs")
    if not isinstance(costs, list) or not 1 <= len(costs) <= (MAX_STEPS + 1 if stop is not Stop.START else 1):
        history.refuse("costs", "one number for each point")
    points = len(costs)
    shapes = {"points": (points, parameters), "costs": (points,), "gradients": (points, parameters),
              "states": (points, state, parameters), "rates": (points - 1,)}
    finite = stop is not Stop.START
    arrays: dict[str, np.ndarray | None] = {name: history.array(name, shape, finite) for name, shape in shapes.items()}
    arrays["drives"] = None if history.values.get("drives") is None else history.array(
        "drives", (points - 1, parameters), finite)
    return arrays
