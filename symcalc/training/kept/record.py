"""A run as plain data: everything that it takes to make it again, and every number that it went through."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
from sympy import Tuple

from symcalc.errors import LossError
from symcalc.language.names import COUNT, checked_name, column, name_of
from symcalc.language.prefix import from_prefix, prefixed
from symcalc.training.course import Course
from symcalc.training.fingerprint import Fingerprint
from symcalc.training.methods import COUNTED, method_record
from symcalc.training.problem.models import Model
from symcalc.training.problem.numbered import Numbered
from symcalc.training.problem.objective import Objective
from symcalc.training.problem.task import Task, Values
from symcalc.training.problem.units import Units
from symcalc.training.settings import Rate

L = TypeVar("L", bound=Objective)

FORMAT = 1
ARRAYS = ("points", "costs", "gradients", "states", "rates", "drives")


def record(run: Course) -> dict[str, Any]:
    """The run as data for JSON; formulas are as `prefixed` writes them.

    >>> from symcalc.training.losses import Loss
    >>> run = Loss("(w - 3)^2").descend(start={"w": 0}, rate=0.25, steps=2)
    >>> record(run)["loss"]["formula"], record(run)["history"]["points"]
    ('(^ (+ w -3) 2)', [[0.0], [1.5], [2.25]])
    """
    data = run.data if run.table is None else Fingerprint.of(run.table)
    tolerances = run.tolerances
    return {
        "format": FORMAT, "loss": loss_record(run.loss), "method": method_record(run.method),
        "rate": run.rate if isinstance(run.rate, float) else prefixed(run.rate), "steps": run.steps,
        "tolerance": tolerances.slope, "step_tolerance": tolerances.step, "cost_tolerance": tolerances.cost,
        "hold": list(run.held), "batch": run.batch, "seed": run.seed,
        "partials": None if run.partials is None else list(map(prefixed, run.partials)),
        "data": None if data is None else {"rows": data.rows, "columns": dict(data.columns)},
        "rounding": run.least_told, **({} if run.blur is None else {"cost_rounding": run.blur}),
        "stop": run.stop.name, "detail": run.detail, "source": run.source,
        "history": {name: None if values is None else _plain(values)
                    for name, values in ((name, getattr(run, name)) for name in ARRAYS)},
    }


def _plain(values: np.ndarray) -> list[Any]:
    """The numbers as lists, and in words those that JSON does not have."""
    if np.isfinite(values).all():
        return values.tolist()
    return [_plain(row) for row in values] if values.ndim > 1 else [
        value if math.isfinite(value) else str(value) for value in values.tolist()]


def loss_record(loss: Objective) -> dict[str, Any]:
    """A loss as data, its form as written; one by number has no other form."""
    if loss.units is not None:
        return {"formula": "", "parameters": [], "indexed": prefixed(loss.indexed), "task": _task_record(loss.task)}
    return {"formula": prefixed(loss.expression), "parameters": list(loss.names),
            "indexed": None if loss.indexed is None else prefixed(loss.indexed),
            "task": None if loss.task is None else _task_record(loss.task)}


def _task_record(task: Task) -> dict[str, Any]:
    model, values = task.model, task.values
    return {"target": [name_of(column) for column in (task.target if isinstance(task.target, tuple) else (task.target,))],
            "predictions": [] if model.units else [
                prefixed(part) for part in ((model.prediction,) if model.is_single else model.prediction)],
            "numbered": None if model.numbered is None else _number_record(model.numbered),
            "values": None if values is None else {"words": values.words, "least": values.least, "apart": values.apart,
                                                   "most": values.most if math.isfinite(values.most) else None}}


def _number_record(numbered: Numbered | Units) -> dict[str, Any]:
    own = ({"columns": list(numbered.columns)} if isinstance(numbered, Units) else
           {"weights": numbered.weights, "features": numbered.features})
    return {"prediction": prefixed(numbered.prediction), **own, "count": numbered.count}


def _numbered_in(kept: Mapping[str, Any]) -> Numbered | Units:
    prediction = from_prefix(kept["prediction"])
    if "columns" not in kept:
        return Numbered(**{**kept, "prediction": prediction})
    units = Units(prediction=prediction, columns=tuple(map(checked_name, kept["columns"])), count=kept["count"])
    if not units.columns or not units.fits(prediction):
        raise LossError("its prediction is not one by numbered units")
    return units


def task_in(kept: Mapping[str, Any]) -> Task:
    """What a loss has to predict, as `loss_record` wrote it."""
    targets = tuple(map(column, kept["target"]))
    predictions, values = tuple(map(from_prefix, kept["predictions"])), kept["values"]
    numbered = None if kept["numbered"] is None else _numbered_in(kept["numbered"])
    if isinstance(numbered, Units) and numbered.shown:
        model = Model.by_number(numbered)
    elif predictions:
        model = Model(prediction=predictions[0] if len(predictions) == 1 else Tuple(*predictions), numbered=numbered)
    else:
        raise LossError("it has no prediction")
    return Task(target=targets[0] if len(targets) == 1 else targets, model=model, values=None if values is None else Values(
        **{**values, "most": math.inf if values["most"] is None else values["most"]}))


def loss_in(kept: Mapping[str, Any], kind: type[L]) -> L:
    """The loss that `loss_record` wrote, of this kind.

    >>> loss_in(loss_record(Objective("mean((y - (m*x + b))^2)", parameters="b m")), Objective)
    <loss J(b, m) = 1/n Σ (yᵢ - (m xᵢ + b))²>
    """
    task = None if kept["task"] is None else task_in(kept["task"])
    indexed = None if kept["indexed"] is None else from_prefix(kept["indexed"])
    if task is not None and indexed is not None and task.model.units and task.model.units.fits(indexed):
        return kind._by_number(indexed, task)
    expression = from_prefix(kept["formula"])
    if whole := [part for part in expression.free_symbols if part.is_Symbol and part.is_integer and part != COUNT]:
        raise LossError(f"{whole[0]} is an index, which a loss to train does not have")
    return kind._as_built(expression, tuple(kept["parameters"]), task=task, indexed=indexed)


def rate_in(kept: float | str) -> Rate:
    """The rate, a number or a schedule in k."""
    return from_prefix(kept, {COUNTED.name: COUNTED}) if isinstance(kept, str) else float(kept)
