"""A run as data: every number, in full."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from symcalc.pages.notation import text
from symcalc.training.course import Course


def run_head(run: Course) -> dict[str, Any]:
    """The first entries of a run's data: the formulas, the settings, how it ended and where."""
    return {"loss": text(run.loss.expression),
            "gradient": {} if run.loss.is_large else {name: text(slope) for name, slope in run.slopes.items()},
            "method": run.method.name,
            "rate": run.rate if isinstance(run.rate, float) else text(run.rate),
            "status": run.status, "message": run.message, "start": run.named(run.points[0]),
            "parameters": run.parameters}


def laid_out(data: Mapping[str, Any], ascii_only: bool = False) -> str:
    """The data as JSON with an update on each line, and what is kept for a replay with a key on each.

    >>> print(laid_out({"J": 1.5, "updates": [{"k": 1}, {"k": 2}], "replay": {"steps": 2}}))
    {
      "J": 1.5,
      "updates": [
        {"k": 1},
        {"k": 2}
      ],
      "replay": {
        "steps": 2
      }
    }
    """
    def line(value: object) -> str:
        return json.dumps(value, ensure_ascii=ascii_only, allow_nan=False)

    def block(value: object) -> str:
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return "[\n    " + ",\n    ".join(map(line, value)) + "\n  ]"
        if isinstance(value, dict) and value:
            return "{\n    " + ",\n    ".join(f"{line(key)}: {line(inner)}" for key, inner in value.items()) + "\n  }"
        return line(value)

    return "{\n  " + ",\n  ".join(f"{line(key)}: {block(value)}" for key, value in data.items()) + "\n}"


def run_csv(run: Course) -> str:
    """The points visited as CSV: step, each parameter, J, each partial derivative there, and how the method came there.

    The last are, in this order and only where they say more: the rate of the update that led to the point, the slopes that
    drove it where they are not the gradient, and the letters that the method carries, per parameter. The start has none.
    """
    names = run.loss.names
    header = ["step" if "step" not in names else "update", *names, "J", *(f"dJ_d{name}" for name in names)]
    columns: list[Sequence[object]] = [range(run.nit + 1), *run.points.T.tolist(), run.costs.tolist(),
                                       *run.gradients.T.tolist()]
    for name, values in _arrivals(run).items():
        header.append(name if name not in header else f"{name}_of_update")
        columns.append(["", *values.tolist()])
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(zip(*columns))
    return out.getvalue()


def _arrivals(run: Course) -> dict[str, np.ndarray]:
    """What led to each point but the start, by name."""
    found = {"rate": run.rates} if len(set(run.rates.tolist())) > 1 else {}
    if run.drives is not None:
        found |= {f"g_{name}": run.drives[:, k] for k, name in enumerate(run.loss.names)}
    return found | {f"{letter.name}_{name}": run.states[1:, place, k] for place, letter in enumerate(run.method.state)
                    for k, name in enumerate(run.loss.names)}
