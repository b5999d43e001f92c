"""A run as data: every number to its last digit, and nothing that JSON does not know."""

import csv
import io
import json
import math

import pytest

import symcalc as sc
from symcalc.training.kept.export import laid_out, run_csv

ROWS = {"x": [30, 40, 100], "y": [45, 60, 150]}


def line_run(steps=4):
    return sc.half_mean_squared_error("y", sc.line("x")).descend(ROWS, start=[0, 0], rate=1e-4, steps=steps)


RUNS = [
    line_run, lambda: sc.Loss("(w - 3)^2").descend(start=[3], rate=0.1), lambda: sc.Loss("ln(w)").descend(start=[-1]),
    lambda: sc.Loss("w^4").descend(start=[10], rate=0.1), lambda: sc.Loss("w^2").descend(start=[1.3e154], rate=0.9, steps=3),
    lambda: sc.Loss("w^3").descend(start=[-1], rate=0.1), lambda: sc.Loss("sqrt(w)").descend(start=[0]),
    lambda: sc.Loss("w^2 + 0*v").descend(start=[1e-170, 1], rate=0.1, steps=2, tolerance=0),
]
IDS = ["line", "converged at once", "no start", "diverged", "overflow", "bottomless", "no slope", "underflow"]


@pytest.mark.parametrize("make", RUNS, ids=IDS)
def test_json_reads_back_to_the_same_numbers(make):
    run = make()
    data = json.loads(laid_out(run.as_dict()), parse_constant=pytest.fail)         # NaN and Infinity would be constants
    assert [u["parameters"] for u in data["updates"]] == [run.named(point) for point in run.points[1:]]
    assert [u["J"] for u in data["updates"]] == run.costs[1:].tolist()
    assert [list(u["gradient"].values()) for u in data["updates"]] == run.gradients[:-1].tolist()
    assert data["parameters"] == run.parameters and data["message"] == run.message and data["status"] == run.status


def test_the_keys_are_those_of_the_contract():
    data = json.loads(laid_out(line_run().as_dict()))
    assert {"loss", "gradient", "status", "message", "parameters", "updates"} <= set(data)
    assert data["loss"] == "1/(2n) Σ (yᵢ - (m xᵢ + b))²"
    assert data["gradient"] == {"m": "-1/n Σ xᵢ (yᵢ - (m xᵢ + b))", "b": "-1/n Σ (yᵢ - (m xᵢ + b))"}
    assert all(list(u) == ["k", "parameters", "J", "gradient", "expected_change", "actual_change", "ratio", "rate"]
               for u in data["updates"])
    assert [u["k"] for u in data["updates"]] == [1, 2, 3, 4]
    first = data["updates"][0]
    assert first["parameters"] == {"m": 0.625, "b": 0.0085}                    # after the update
    assert first["gradient"] == pytest.approx({"m": -6250, "b": -85})          # what drove it
    assert data["updates"][-1]["parameters"] == data["parameters"]             # where the run ended


@pytest.mark.parametrize("make", RUNS, ids=IDS)
def test_csv_reads_back_to_the_same_numbers(make):
    run = make()
    header, *rows = csv.reader(io.StringIO(run_csv(run)))
    names = run.loss.names
    assert header == ["step", *names, "J", *(f"dJ_d{name}" for name in names)]
    assert len(rows) == run.nit + 1 and [row[0] for row in rows] == [str(k) for k in range(run.nit + 1)]
    for row, point, cost, gradient in zip(rows, run.points, run.costs, run.gradients):
        for cell, value in zip(row[1:], (*point, cost, *gradient)):
            assert float(cell) == value or (math.isnan(float(cell)) and math.isnan(value))


def test_a_saved_history_is_a_table_that_symcalc_reads():
    run = line_run()
    columns = {name: [float(row[name]) for row in csv.DictReader(io.StringIO(run_csv(run)))] for name in ("m", "J")}
    assert columns == {"m": run.history["m"].tolist(), "J": run.history["J"].tolist()}
