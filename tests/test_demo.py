"""The demo tells the four words of the lesson on its table, with the numbers that NumPy finds too."""

import csv
import json
import os
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib import font_manager

import symcalc as sc
from symcalc.demo import STORIES, demo
from symcalc.errors import SymcalcError

ROOT = Path(sc.__file__).parents[1]


@pytest.fixture(scope="module")
def films():
    return demo("films")


@pytest.fixture(scope="module")
def table():
    rows = list(csv.DictReader(files("symcalc").joinpath("films.csv").read_text(encoding="utf-8").splitlines()))
    return {name: np.array([float(row[name]) for row in rows]) for name in ("budget", "revenue")}


def test_the_four_words_stand_in_order(films):
    titles = re.findall(r"^(\w+)\n─+$", str(films), re.MULTILINE)
    assert titles == ["Collect", "Explore", "Train", "Predict"]
    assert str(films).startswith("Collect, explore, train, predict\n═")


def test_collect_shows_the_table_and_says_that_it_is_made_up(films, table):
    text = str(films).replace("\n", " ")
    assert "illustrative: made up for this lesson, not measured" in text
    assert films.data.rows == 12 and all((films.data[name] == table[name]).all() for name in table)
    for budget, revenue in zip(table["budget"], table["revenue"]):
        assert re.search(rf"^ +{budget:.1f} +{revenue:.1f}$", str(films), re.MULTILINE)


def test_explore_tells_the_truth_about_the_cost(films, table):
    part = str(films).partition("Explore\n")[2].partition("Train\n")[0]
    rows = re.findall(r"^ *(\d\.\d) +([\d.]+) +(-?[\d.]+) +(█+)$", part, re.MULTILINE)
    assert len(rows) == 11
    for m, cost, slope, _ in rows:
        residual = table["revenue"] - float(m) * table["budget"]
        assert float(cost) == pytest.approx(np.mean(residual**2), abs=0.05)
        assert float(slope) == pytest.approx(-2 * np.mean(table["budget"] * residual), abs=0.05)
    lowest = min(rows, key=lambda row: float(row[1]))[0]
    assert f"reaches its least near m = {float(lowest):g}" in part.replace("\n", " ")
    longest = max(float(cost) for _, cost, _, _ in rows)
    assert all(abs(len(bar) - max(1, 40 * float(cost) / longest)) < 0.501 for _, cost, _, bar in rows)


def test_train_derives_then_descends(films):
    part = str(films).partition("Train\n")[2]
    assert "= -2/n Σ budgetᵢ (revenueᵢ - (m budgetᵢ + b))" in part and "= -2/n Σ (revenueᵢ - (m budgetᵢ + b))" in part
    assert all(rule in part for rule in ("constant multiple rule", "chain rule", "sum rule", "identity rule"))
    assert str(films.run.updates[0]).partition("\n\n")[2] in part
    assert "All steps are used up." in part and films.run.nit == 12


def test_the_line_is_close_to_the_best_line(films, table):
    slope, intercept = np.polyfit(table["budget"], table["revenue"], 1)
    best = np.mean((table["revenue"] - (slope * table["budget"] + intercept)) ** 2)
    assert best <= films.run.fun < 1.05 * best


def test_predict_uses_the_line(films):
    m, b = films.run.parameters["m"], films.run.parameters["b"]
    ending = str(films).replace("\n", " ").rpartition("Predict")[2]
    assert f"m = {m:.4g} and b = {b:.4g}, a film with a budget of 12 should bring about {12 * m + b:.3g}" in ending


def test_as_data(films, table):
    data = json.loads(json.dumps(films.as_dict(), allow_nan=False))
    assert list(data) == ["table", "run", "prediction"] and data["run"] == films.run.as_dict()
    assert data["table"] == {name: values.tolist() for name, values in table.items()}
    m, b = films.run.parameters["m"], films.run.parameters["b"]
    assert data["prediction"] == {"budget": 12.0, "revenue": pytest.approx(12 * m + b)}


@pytest.mark.parametrize("name", ["cars", "", None, 5])
def test_another_name_is_refused_with_those_there_are(name):
    with pytest.raises(SymcalcError, match=f"there is no demo {name!r}; there is {', '.join(STORIES)}"):
        demo(name)


def test_the_command_runs_without_network_or_home(tmp_path):
    code = ("import socket, sys\n"
            "def none(*a, **k): raise AssertionError('the network was used')\n"
            "socket.socket.connect = socket.create_connection = none\n"
            "from symcalc.cli import run\n"
            "sys.argv = ['symcalc', 'demo', '--plot', 'films.png']\n"
            "run()")
    # Where the fonts have been looked for: matplotlib tells of it on a slow machine, and of a home that it cannot write to.
    assert font_manager.fontManager.ttflist
    ended = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, cwd=tmp_path, timeout=600,
                           env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8",
                                "MPLCONFIGDIR": matplotlib.get_cachedir()})
    assert (ended.returncode, ended.stderr) == (0, b"saved films.png\n")
    assert (tmp_path / "films.png").read_bytes().startswith(b"\x89PNG")
    assert ended.stdout.decode("utf-8") == f"{demo()}\n"
