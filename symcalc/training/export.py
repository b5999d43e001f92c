"""A run as data: every number, in full."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from symcalc.training.run import Run


def run_json(run: Run) -> str:
    """The run as JSON, numbers to the last digit."""
    return json.dumps(run.as_dict(), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def run_csv(run: Run) -> str:
    """The points visited as CSV: step, each parameter, J, each partial derivative there."""
    names = run.loss.names
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["step" if "step" not in names else "update", *names, "J", *(f"dJ_d{name}" for name in names)])
    for k, (point, cost, gradient) in enumerate(zip(run.points, run.costs, run.gradients)):
        writer.writerow([k, *map(repr, map(float, (*point, cost, *gradient)))])
    return out.getvalue()
