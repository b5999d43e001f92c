"""Tables and settings that are hostile, or only wrong, are refused in one sentence, or end as a run that says why."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

import symcalc as sc
from symcalc.errors import SymcalcError

CASES = json.loads(Path(__file__).with_name("hostile_data.json").read_text(encoding="utf-8"))
TABLES = [case for case in CASES if case["id"].startswith("csv-")]
RUNS = [case for case in CASES if case["id"].startswith("run-")]
LINE = "mean((y - w*x)^2)"


def test_all_are_there() -> None:
    assert (len(TABLES), len(RUNS)) == (29, 18)


def content(case: dict) -> bytes:
    if "hex" in case:
        return bytes.fromhex(case["hex"])
    return (case["text"] if "text" in case else case["recipe"][0] * case["recipe"][1]).encode()


@pytest.mark.parametrize("case", TABLES, ids=lambda case: case["id"])
def test_table(case: dict, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content(case))
    loss = sc.Loss(LINE, columns="x y")
    if "rows" in case:
        assert sc.read_table(path, "xy").rows == case["rows"]
        run = loss.descend(path, start=[0], rate=1e-60, steps=2)
        assert all(map(math.isfinite, run.history["J"]))
        return
    with pytest.raises(SymcalcError) as caught:
        loss.descend(path, start=[0], rate=0.01, steps=2)
    said = str(caught.value)
    assert case["refused"] in said and said.isprintable() and len(said) < 250
    assert [found.name for found in tmp_path.iterdir()] == ["t.csv"]


def test_a_constant_column_is_told() -> None:
    data = {"x": [1, 1, 1], "y": [2, 3, 4]}
    loss = sc.Loss("mean((y - (w*x + b))^2)")
    assert "xᵢ = 1 in every row, so that a change in w" in str(loss.minimum(data)).replace("\n", " ")
    assert "many values of the parameters serve equally well" in str(loss.diagnose(data)).replace("\n", " ")


@pytest.mark.parametrize("case", RUNS, ids=lambda case: case["id"])
def test_run(case: dict) -> None:
    loss = sc.Loss(case.get("loss", LINE if "data" in case else "w^2"))
    start = case.get("start", dict.fromkeys(loss.names, 1))
    rate = float(case.get("rate", 0.1))
    data = {"x": case["data"], "y": case["data"]} if "data" in case else None
    if case["ends"] == "refused":
        with pytest.raises(SymcalcError) as caught:
            loss.descend(data, start=start, rate=rate, steps=case.get("steps", 10))
        assert case["said"] in str(caught.value)
        return
    run = loss.descend(data, start=start, rate=rate, steps=case.get("steps", 10))
    numbers = [number for column in run.history.values() for number in column]
    assert all(map(math.isfinite, numbers if case["ends"] != "START" else run.x))
    if case["ends"] == "kink":
        assert "where w = 0: at a tie the argument 0 gives the slope" in str(loss.derive("w")) and run.fun == 0
    elif case["ends"] == "condition":
        assert "condition number = λ_max/λ_min" in str(loss.diagnose(start=start)) and "stable; try" in run.message
    elif case["ends"] == "USED UP":
        assert run.history["J"][0] == 1000 and run.nit == 10
    else:
        assert run.stop.name == case["ends"] and case["said"] in run.message
