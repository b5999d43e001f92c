"""A run keeps everything, under SciPy's names and its own, and cannot be changed afterwards."""

import json

import numpy as np
import pytest

import symcalc as sc
from symcalc.errors import DataError, LossError, SymcalcError
from symcalc.training.stops import Stop

ROWS = {"x": [30, 40, 100], "y": [45, 60, 150]}


@pytest.fixture(scope="module")
def run():
    return sc.half_mean_squared_error("y", sc.line("x")).descend(ROWS, start={"m": 0, "b": 0}, rate=1e-4, steps=3)


GOLDEN = """\
Gradient descent on J(m, b)
═══════════════════════════

  J(m, b) = 1/(2n) Σ (yᵢ - (m xᵢ + b))²

  ∂J/∂m = -1/n Σ xᵢ (yᵢ - (m xᵢ + b))

  ∂J/∂b = -1/n Σ (yᵢ - (m xᵢ + b))

Each step: m ← m - η ∂J/∂m and so for every parameter, with the rate η = 0.0001.

step        m          b        J    ∂J/∂m    ∂J/∂b  expected ΔJ  actual ΔJ   ratio
────  ───────  ─────────  ───────  ───────  ───────  ───────────  ─────────  ──────
   0  0.00000  0.0000000  4687.50        -        -            -          -       -
   1  0.62500  0.0085000  1594.63  -6250.0  -85.000      -3907.0    -3092.9  0.7916
   2  0.98954  0.0134575   542.47  -3645.4  -49.575      -1329.1    -1052.2  0.7916
   3  1.20215  0.0163488   184.54  -2126.2  -28.913       -452.1     -357.9  0.7916

Each row has m, b and J after its step; the slopes are those before it.

All steps are used up."""


def test_a_run_prints_its_formulas_then_its_updates(run):
    assert str(run) == GOLDEN
    assert repr(run) == "<run of gradient descent: 3 updates, steps>"


def test_a_long_run_prints_its_first_and_last_rows_only():
    lines = str(sc.Loss("(w - 3)^2").descend(start=[0], rate=0.001, steps=500)).splitlines()
    first = next(k for k, line in enumerate(lines) if line.startswith("   0"))
    assert [line.split()[0] for line in lines[first:first + 25]] == [*map(str, range(12)), "…", *map(str, range(489, 501))]


def test_what_is_lost_in_rounding_shows_no_ratio():
    run = sc.Loss("(w - 3)^2 + 1").descend(start=[0], rate=0.3, steps=40)
    ratios = [line.split()[-1] for line in str(run).splitlines() if line[:4].strip().isdigit()]
    assert ratios[1] == "0.7000" and ratios[-1] == "-" and run.stop is Stop.CONVERGED


def test_scipys_names(run):
    assert run.x.tolist() == run.points[-1].tolist() and run.x.dtype == np.float64
    assert run.fun == run.costs[-1] and type(run.fun) is float
    assert run.jac.tolist() == run.gradients[-1].tolist() and run.nit == 3
    assert (run.success, run.status, run.message) == (False, 1, "All steps are used up.")
    done = sc.Loss("(w - 3)^2").descend(start=[0], rate=0.5)
    assert (done.success, done.status, done.fun, done.jac.tolist()) == (True, 0, 0.0, [0.0])
    lost = sc.Loss("ln(w)").descend(start=[-1])
    assert not lost.success and lost.status > 1 and lost.nit == 0 and np.isnan(lost.fun)


def test_history_by_name(run):
    assert list(run.history) == ["m", "b", "J"]
    assert run.history["m"].tolist() == run.points[:, 0].tolist() and run.history["J"].tolist() == run.costs.tolist()
    assert all(len(values) == run.nit + 1 for values in run.history.values())
    assert run.parameters == {"m": run.x[0], "b": run.x[1]} and all(type(v) is float for v in run.parameters.values())


@pytest.mark.parametrize("change", [
    lambda run: run.x.__setitem__(0, 9), lambda run: run.points.__setitem__((0, 0), 9), lambda run: run.costs.__setitem__(0, 9),
    lambda run: run.gradients.__setitem__((0, 0), 9), lambda run: run.jac.__setitem__(0, 9),
    lambda run: run.history["m"].__setitem__(0, 9), lambda run: run.history["J"].__setitem__(0, 9),
    lambda run: run.history.__setitem__("m", 9), lambda run: setattr(run, "rate", 9), lambda run: setattr(run, "stop", 9),
    lambda run: run.updates.__setitem__(0, 9), lambda run: setattr(run.updates[0], "k", 9),
])
def test_nothing_in_a_run_can_be_changed(run, change):
    with pytest.raises((ValueError, TypeError, AttributeError)):
        change(run)
    assert str(run) == GOLDEN


def test_updates_are_a_sequence(run):
    assert len(run.updates) == 3 and [u.k for u in run.updates] == [1, 2, 3]
    assert [u.k for u in run.updates[1:]] == [2, 3] and run.updates[-1].k == 3 and [u.k for u in run.updates[::-1]] == [3, 2, 1]
    assert repr(run.updates) == "<3 updates>" and len(list(run.updates)) == 3
    for k in (3, -4, 99):
        with pytest.raises(IndexError, match="the run has 3 updates"):
            run.updates[k]
    assert len(sc.Loss("w^2").descend(start=[0]).updates) == 0
    with pytest.raises(IndexError, match="the run has 1 update$"):
        sc.Loss("w^2").descend(start=[1], steps=1, rate=0.1).updates[1]


def test_predictions(run):
    assert run.predict(x=[1, 2, 3]) == pytest.approx(run.parameters["b"] + run.parameters["m"] * np.array([1, 2, 3]))
    for columns, error, sentence in (({}, DataError, "give values for x"), ({"z": [1]}, DataError, "give values for x"),
                                     ({"x": [1], "y": [2]}, DataError, "the model has no column y"),
                                     ({"x": ["a"]}, DataError, "column x")):
        with pytest.raises(error, match=sentence):
            run.predict(**columns)
    with pytest.raises(LossError, match="no model to predict with"):
        sc.Loss("(w - 3)^2").descend(start=[0]).predict(x=[1])


def test_only_the_models_parameters_predict():
    run = sc.Loss("mean((y - w*x)^2) + lam^2", columns="x y").descend(ROWS, start={"w": 1, "lam": 5}, rate=1e-5, steps=2)
    assert run.predict(x=[2.0])[0] == 2 * run.parameters["w"]


def test_the_source_is_the_loop_that_ran(run):
    assert "def descend(point, gradient, state, k, rates, keep):" in run.source
    assert "p0 = " in run.source and "# m - η ∂J/∂m" in run.source
    assert "p0 is m; p1 is b" in run.source


@pytest.mark.parametrize(("suffix", "begins"), [
    (".txt", "Gradient descent on J(m, b)\n═"), (".md", "# Gradient descent"), (".html", "<!"), (".tex", "\\documentclass"),
    (".ipynb", "{"), (".csv", "step,m,b,J,dJ_dm,dJ_db\n0,"), (".json", "{\n"), (".CSV", "step,"), (".JSON", "{\n"),
])
def test_saving_by_suffix(run, tmp_path, suffix, begins):
    path = run.save(tmp_path / f"run{suffix}")
    content = path.read_text(encoding="utf-8")
    assert path == tmp_path / f"run{suffix}" and content.lower().startswith(begins.lower()) and content.endswith("\n")
    assert run.save(str(path)) == path                             # over itself, and by a path that is text


@pytest.mark.parametrize(("name", "sentence"), [
    ("run.doc", "does not end in"), ("run.svg", r"or \.csv; pictures are drawn by sc\.figures"), ("run", "does not end in"),
    ("nowhere/run.csv", "there is no folder"), ("nowhere/run.html", "there is no folder"),
])
def test_a_run_that_cannot_be_saved_says_why(run, tmp_path, monkeypatch, name, sentence):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SymcalcError, match=sentence):
        run.save(name)
    assert not list(tmp_path.iterdir())


def test_a_notebook_gets_text_latex_and_html(run):
    media = run._repr_mimebundle_()
    assert set(media) == {"text/plain", "text/latex", "text/html"} and media["text/plain"] == GOLDEN
    assert set(run.updates[0]._repr_mimebundle_(include={"text/html"})) == {"text/html"}


def test_plain_data_are_what_json_keeps(run):
    assert json.loads(json.dumps(run.as_dict(), allow_nan=False)) == run.as_dict()


def test_a_run_knows_its_distance_to_the_minimum_by_calculus():
    data = {"x": [1.0, 2.0, 3.0, 4.0], "y": [1.0, 3.0, 2.0, 5.0]}
    best = np.linalg.lstsq(np.stack([data["x"], np.ones(4)], axis=1), np.array(data["y"]), rcond=None)[0]
    short = sc.mean_squared_error("y", sc.line("x")).descend(data, start=[0, 0], rate=0.05, steps=50)
    assert short.distance == pytest.approx(np.linalg.norm(short.x - best), rel=1e-9)
    assert "By calculus, every slope is 0 at m = 1.1, b = 0" in str(short.summary()).replace("\n", " ")
    assert short.summary().as_dict()["distance"] == short.distance


@pytest.mark.parametrize("settings", [
    {"formula": "w"}, {"formula": "exp(w) - w"}, {"formula": "(u - 1)^2 + v^2", "hold": "v"}])
def test_where_there_is_no_closed_form_there_is_no_distance(settings):
    loss = sc.Loss(settings.pop("formula"))
    run = loss.descend(start=[0.5] * len(loss.names), rate=0.1, steps=3, **settings)
    assert run.minimum is None and run.distance is None and "By calculus" not in str(run.summary())


def test_a_batch_drives_its_step_where_floats_of_python_give_up():
    """1/(1 + m⁴) overflows in plain Python at m = 1e100, so that the slopes come from NumPy: those of the batch's rows."""
    random = np.random.default_rng(0)
    x = random.normal(size=1000)
    data, settings = {"x": x, "y": 2 * x + random.normal(size=1000)}, {"rate": 0.3, "steps": 4, "batch": 40, "seed": 3}
    line = sc.Loss("mean((y - b*x)^2)").descend(data, start=[0], **settings)
    far = sc.Loss("mean((y - b*x)^2) + exp(-m^2) + 1/(1 + m^4)", parameters="m b").descend(
        data, start=[1e100, 0], hold="m", **settings)
    assert far.history["b"] == pytest.approx(line.history["b"])
