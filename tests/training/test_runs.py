"""Sweeps: every run is the run that it would be alone, in one table."""

import csv
import json
import math

import numpy as np
import pandas as pd
import pytest

import symcalc as sc
from symcalc.compute import compiling
from symcalc.errors import DescentError
from symcalc.training.stops import BRIEF, Stop

DATA = {"x": [1, 2, 3, 4], "y": [3, 5, 8, 9]}
LINE = "mean((y - (m*x + b))^2)"
RATES = [0.001, 0.05, 0.1, 0.12, 0.2]


@pytest.fixture(scope="module")
def J():
    return sc.Loss(LINE, columns="x y", parameters="m b")


@pytest.fixture(scope="module")
def runs(J):
    return J.sweep(DATA, start=[0, 0], rates=RATES, steps=60)


def test_every_run_is_what_it_is_alone(J):
    runs = J.sweep(DATA, starts=[[0, 0], {"b": 1, "m": 2}], rates=[0.01, "0.1/k"], methods=["momentum", "adam"], steps=40)
    assert len(runs) == 8
    k = 0
    for method in ("momentum", "adam"):
        for start in ([0, 0], [2, 1]):
            for rate in (0.01, "0.1/k"):
                alone = J.descend(DATA, start=start, rate=rate, method=method, steps=40)
                assert np.array_equal(runs[k].points, alone.points) and np.array_equal(runs[k].costs, alone.costs)
                assert runs[k].message == alone.message and str(runs[k].updates[3]) == str(alone.updates[3])
                k += 1


def test_the_loss_is_compiled_once(J, monkeypatch):
    made = []
    plain = compiling.compile_loss
    monkeypatch.setattr(compiling, "compile_loss", lambda *given: made.append(given) or plain(*given))
    J.sweep(DATA, start=[0, 0], rates=[0.001, 0.01, 0.05], steps=5)
    assert len(made) == 1


def test_the_stable_limit_and_the_whole_ratio(runs):
    """2/λ_max of the matrix of second derivatives by hand, and Σ actual / Σ ∇J·Δθ in a plain loop."""
    x = np.array(DATA["x"], dtype=float)
    matrix = 2 * np.array([[np.mean(x * x), x.mean()], [x.mean(), 1]])
    assert runs.stable_limit == pytest.approx(2 / np.linalg.eigvalsh(matrix)[-1], rel=1e-6)
    for run, row in zip(runs, runs.as_dict()["runs"]):
        promised = math.fsum(update.expected_change for update in run.updates)
        assert row["ratio"] == pytest.approx((run.costs[-1] - run.costs[0]) / promised, rel=1e-9)


def test_the_best_is_the_lowest_and_of_equals_the_quickest(runs):
    assert runs.best is runs[2]
    both = sc.Loss("(w - 3)^2").sweep(start=[0], rates=[0.3, 0.5, 0.6], steps=200)
    assert all(run.success for run in both) and both.best.rate == 0.5


def test_what_is_printed(runs):
    assert str(runs) == """\
5 runs on J(m, b)
═════════════════

  J(m, b) = 1/n Σ (yᵢ - (m xᵢ + b))²

All runs: gradient descent, from m = 0, b = 0.

 rate  of the limit  updates   J at the end  actual/expected  how it ended
─────  ────────────  ───────  ─────────────  ───────────────  ────────────────────────────────────
0.001       0.00835       60        6.09134            0.992  steps used up
 0.05       0.41752       60       0.176793            0.583  steps used up
  0.1       0.83503       60       0.175285            0.165  steps used up
 0.12       1.00204       60         72.757         -0.00204  steps used up, higher than the start
  0.2       1.67006       10  1.08082 · 10⁹            -0.67  diverged

At the start, gradient descent is stable at rates below 2/λ_max = 0.1198.

Lowest: J = 0.175285 after 60 updates (rate 0.1)."""


@pytest.mark.parametrize(("settings", "name", "common"), [
    ({"start": [1], "rates": [0.1, 0.2]}, "rate 0.1", "All runs: gradient descent, from w = 1."),
    ({"start": [1], "methods": ["adam", "newton"]}, "adam", "All runs: from w = 1."),
    ({"starts": [1, 2]}, "from w = 1", "All runs: gradient descent, rate 0.01."),
    ({"starts": [[1], {"w": 2}], "methods": ["adam", "momentum"], "rates": [0.1, "1/k"]}, "adam, rate 0.1, from w = 1",
     "Every run has its own method, rate and start."),
    ({"start": [1], "rates": [0.25]}, "rate 0.25", "All runs: gradient descent, rate 0.25, from w = 1."),
])
def test_a_run_is_named_by_what_tells_it_from_the_others(settings, name, common):
    runs = sc.Loss("w^2").sweep(steps=3, **settings)
    assert runs.named(runs[0]) == name and common in str(runs)


def test_it_is_a_sequence(runs):
    assert len(runs) == len(list(runs)) == 5 and runs[-1] is runs[4] and runs[1:3] == (runs[1], runs[2])
    assert isinstance(runs, sc.Runs) and repr(runs) == "<5 runs on J(m, b)>"
    with pytest.raises(IndexError, match="the sweep has 5 runs"):
        runs[5]


def test_it_is_saved_in_full_digits(runs, tmp_path):
    kept = json.loads(runs.save(tmp_path / "sweep.json").read_text(encoding="utf-8"))
    assert [row["J"] for row in kept["runs"]] == [run.fun for run in runs] and kept["stable_limit"] == runs.stable_limit
    with open(runs.save(tmp_path / "sweep.csv"), encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["m"]) for row in rows] == [run.x[0] for run in runs] and rows[0]["rate"] == "0.001"
    for suffix in ("md", "html", "tex", "txt"):
        assert "diverged" in runs.save(tmp_path / f"sweep.{suffix}").read_text(encoding="utf-8")


def test_runs_without_a_value_are_kept_and_told():
    runs = sc.Loss("ln(w)").sweep(starts=[-1, -2], rate=0.1, steps=5)
    assert "no value at the start" in str(runs) and str(runs).endswith("No run has a finite cost.")
    assert runs.stable_limit is None and json.dumps(runs.as_dict(), allow_nan=False)
    with pytest.raises(DescentError, match="no run of the sweep has a finite cost"):
        runs.best  # noqa: B018
    mixed = sc.Loss("ln(w)").sweep(starts=[-1, 2], rate=0.1, steps=5)
    assert mixed.best is mixed[1]


def test_an_interrupted_sweep_keeps_what_it_has(J):
    def interrupt(result):
        if result.nit == 4:
            raise KeyboardInterrupt
    runs = J.sweep(DATA, start=[0, 0], rates=RATES, steps=20, callback=interrupt)
    assert [run.stop for run in runs] == [Stop.INTERRUPTED] and runs[0].nit == 4


def test_held_parameters_and_batches_go_through(J):
    held = J.sweep(DATA, start=[2, 0], rates=[0.1, 0.9], steps=5, hold="m")
    assert all((run.points[:, 0] == 2).all() for run in held) and held.stable_limit == pytest.approx(1)
    assert J.sweep(DATA, start=[0, 0], rates=[0.1, 0.2], steps=5, batch=2).stable_limit is None


def test_every_end_has_its_few_words():
    assert set(BRIEF) == set(Stop) and all(len(words) < 28 for words in BRIEF.values())


@pytest.mark.parametrize(("settings", "sentence"), [
    ({"start": [0, 0]}, "a sweep compares several runs: give rates=[...], methods=[...] or starts=[...]"),
    ({"rates": [0.1]}, "a sweep needs a place to start: give start, or starts=[...]"),
    ({"start": [0, 0], "rates": []}, "rates is an empty list; a sweep needs at least one rate"),
    ({"start": [0, 0], "rates": 0.1}, "rates is a list, not 0.1"),
    ({"start": [0, 0], "rates": "0.1"}, "rates is a list, not '0.1'"),
    ({"start": [0, 0], "methods": "adam"}, "methods is a list, not 'adam'"),
    ({"starts": {"m": 0, "b": 0}}, "starts is a list, not {'m': 0, 'b': 0}"),
    ({"start": [0, 0], "rate": 0.1, "rates": [0.1]}, "give rate or rates, not both"),
    ({"start": [0, 0], "rates": [0.1, -1]}, "the rate must be greater than 0, not -1; a negative rate would climb"),
    ({"start": [0, 0], "methods": ["adam", "adam"]}, "the method 'adam' is given twice; leave one of them out"),
    ({"start": [0, 0], "rates": [0.1, 0.2, 0.1]}, "the rate 0.1 is given twice"),
    ({"start": [0, 0], "methods": ["adam", "adamm"]}, "there is no method 'adamm'; did you mean adam?"),
    ({"starts": [[0, 0], [1]]}, "2 values are needed, one each for m, b"),
    ({"start": [0, 0], "rates": [k / 100 for k in range(1, 12)], "steps": 10**6}, "a sweep has at most 100,000 runs and 10,000,000 updates"),
    ({"start": [0, 0], "rates": [0.1], "steps": 0}, "steps is a whole number"),
    ({"start": [0, 0], "rates": ["1/k", 0.1, "1/10"]}, "the rate 0.1 is given twice; leave one of them out"),
    ({"start": [0, 0], "methods": ["adam", "Adam"]}, "the method 'adam' is given twice"),
    ({"starts": [[0, 1], {"b": 1, "m": 0}]}, "the start [0.0, 1.0] is given twice"),
    ({"start": [0, 0], "rates": [0.1, 0.2], "methods": ["adam", "line search"]}, "line search finds the rate of every step itself"),
])
def test_bad_sweeps_get_one_sentence(J, settings, sentence):
    with pytest.raises(DescentError) as caught:
        J.sweep(DATA, **settings)
    assert sentence in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("start", [("ln(w)", 0), ("ln(w)", -1), ("-ln(w)", 0), ("1/w", 0), ("w^(1/3)", -8), ("sqrt(w)", 0),
                                   ("exp(w)", 800), ("atanh(w)", 1)], ids=str)
def test_a_start_without_a_value_can_be_shown_in_every_form(start):
    formula, at = start
    runs = sc.Loss(formula).sweep(start=[at], rates=[0.1])
    for shown in (runs, runs[0], runs[0].summary()):
        assert "inf" not in json.dumps(shown.as_dict(), allow_nan=False).partition('"replay"')[0] and str(shown)
    assert str(runs).startswith("1 run on J(w)\n") and "  -inf " not in str(runs) and repr(runs) == "<1 run on J(w)>"


def test_a_sweep_with_starts_outside_the_domain_says_so():
    runs = sc.Loss("ln(w)").sweep(starts=np.arange(-40, 40.0)[:, None], rate=0.1, steps=20)
    assert sum(run.nit == 0 for run in runs) == 41


def test_the_starts_in_a_frame_are_its_rows_not_the_names_of_its_columns():
    frame = pd.DataFrame([[1.0, 3.0], [2.0, 4.0]])
    runs = sc.Loss("(u - 1)^2 + v^2").sweep(starts=frame, rates=[0.1], steps=1)
    assert [run.points[0].tolist() for run in runs] == frame.to_numpy().tolist()
