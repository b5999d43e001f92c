"""A saved run: it comes back with every number, runs again to the same numbers, and a file that is none is one sentence."""

import copy
import csv
import io
import json
import os
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import symcalc as sc
from symcalc.training.descent import descend
from symcalc.training.kept.export import run_csv
from symcalc.training.methods import METHODS, method_named

ROOT = Path(sc.__file__).parents[1]
ROWS = {"x": [1.0, 2.0, 3.0, 4.0, 5.0], "y": [2.1, 3.9, 6.2, 8.1, 9.8]}
ARRAYS = ("points", "costs", "gradients", "states", "rates", "drives")
SEARCHES = {"newton", "line search", "backtracking"}


def line_run(**how):
    return sc.mean_squared_error("y", sc.line("x")).descend(ROWS, start=[0, 0.5], steps=how.pop("steps", 25), **how)


def stopped_by_callback():
    def stop(result):
        if result.nit == 7:
            raise StopIteration

    return line_run(rate=0.01, callback=stop)


def interrupted():
    def stop(made):
        if made >= 3:
            raise KeyboardInterrupt

    return line_run(rate=0.01, progress=stop)


def interrupted_at_once():
    """Before the first update: the start is all there is."""
    run = line_run(rate=0.01, steps=1)
    first = {name: getattr(run, name)[:1] for name in ("points", "costs", "gradients", "states")}
    return replace(run, stop=sc.Stop.INTERRUPTED, rates=run.rates[:0], **first)


HEAVY = sc.method("heavy ball", "v = beta*v + g", "theta = theta - eta*v", beta=0.5)
RUNS = {
    **{name: lambda name=name: line_run(method=name) for name in METHODS},
    **{f"{name}, batch": lambda name=name: line_run(method=name, batch=2, seed=7) for name in METHODS if name not in SEARCHES},
    "schedule": lambda: line_run(rate="0.02/(1 + 0.1*k)"), "piecewise": lambda: line_run(
        rate="piecewise((0.01, k < 5), (0.001, True))"),
    "held": lambda: line_run(hold="b", rate=0.01), "own method": lambda: line_run(method=HEAVY),
    "tolerances": lambda: line_run(rate=0.02, steps=5000, tolerance=1e-3, step_tolerance=1e-9, cost_tolerance=1e-9),
    "no data": lambda: sc.Loss("(1 - u)^2 + 100*(v - u^2)^2").descend(start=[-1, 1], rate=0.001),
    "kinks": lambda: sc.Loss("abs(w) + max(v, w, -v)").descend(start=[1, 2], rate=0.1),
    "diverged": lambda: line_run(rate=1.0), "no start": lambda: sc.Loss("ln(w)").descend(start=[-1]),
    "at once": lambda: sc.Loss("(w - 3)^2").descend(start=[3]), "callback": stopped_by_callback, "interrupted": interrupted,
    "interrupted at once": interrupted_at_once,
    "wrong slopes": lambda: descend(sc.Loss("(w - 3)^2"), None, kind=sc.Run, start=[0], rate=0.1, steps=5,
                                    partials=(sc.read("w - 3"),)),
    "cases": lambda: sc.Loss("mean(piecewise(((y - m*x)^2, abs(y - m*x) < 1), (abs(y - m*x), True)))").descend(
        ROWS, start=[0], rate=0.01, steps=9),
}


def equal(one, other):
    return all((a is None and b is None) or np.array_equal(a, b, equal_nan=True)
               for a, b in ((getattr(one, name), getattr(other, name)) for name in ARRAYS))


@pytest.mark.parametrize("name", RUNS)
def test_a_saved_run_comes_back_and_runs_again(name, tmp_path):
    run = RUNS[name]()
    loaded = sc.load_run(run.save(tmp_path / "run.json"))
    assert equal(run, loaded) and loaded.message == run.message
    assert loaded.rows == run.rows == (5 if run.table else 0)
    assert loaded.as_dict() == run.as_dict() and loaded.source == run.source and repr(loaded) == repr(run)
    assert loaded.loss.expression == run.loss.expression and loaded.loss.names == run.loss.names
    again = loaded.replay(ROWS if run.table is not None else None)
    assert again.same and again.first_difference is None and "every number is equal" in str(again)
    assert again.as_dict()["same"] is True and run.replay().same
    for kept in (pickle.loads(pickle.dumps(run)), copy.copy(run), copy.deepcopy(run)):
        assert equal(run, kept) and str(kept) == str(run) and kept.replay().same
        assert not kept.points.flags.writeable and not kept.costs.flags.writeable


@pytest.mark.parametrize("name", ["gradient descent", "nesterov, batch", "schedule", "adam", "newton"])
def test_a_run_with_data_prints_its_updates_when_it_is_loaded_with_them(name, tmp_path):
    run = RUNS[name]()
    path = run.save(tmp_path / "run.json")
    assert str(sc.load_run(path, ROWS).updates[-1]) == str(run.updates[-1])
    with pytest.raises(sc.DataError, match=r"loaded without its data, which this needs; write load_run\(path, data\)"):
        str(sc.load_run(path).updates[-1])


def test_losses_and_methods_can_be_pickled():
    loss = sc.Loss("mean((y - (m*x + b))^2)", parameters="b m")
    kept = pickle.loads(pickle.dumps(loss))
    assert str(kept) == str(loss) and kept.expression.args == loss.expression.args and kept.names == ("b", "m")
    for method in map(method_named, METHODS):
        assert pickle.loads(pickle.dumps(method)) is method
    heavy = pickle.loads(pickle.dumps(HEAVY))
    assert heavy.name == "heavy ball" and list(heavy.settings.values()) == [0.5]
    assert equal(line_run(method=heavy), line_run(method=HEAVY))


SCRIPT = """
import pickle, sys
from pathlib import Path
import symcalc as sc
rows = {"x": [1.0, 2.0, 3.0, 4.0, 5.0], "y": [2.1, 3.9, 6.2, 8.1, 9.8]}
for name, how in (("adam", {"batch": 2, "seed": 7}), ("nesterov", {"rate": "0.01/(1 + k)"}), ("newton", {})):
    run = sc.mean_squared_error("y", sc.line("x")).descend(rows, start=[0, 0.5], steps=25, method=name, **how)
    run.save(Path(sys.argv[1], f"{name}.json"))
    Path(sys.argv[1], f"{name}.pickle").write_bytes(pickle.dumps(run))
"""


def test_the_same_numbers_in_any_process(tmp_path, monkeypatch):
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    subprocess.run([sys.executable, "-c", SCRIPT, str(there)], check=True, timeout=600,
                   env={**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": str(ROOT)})
    monkeypatch.setattr(sys, "argv", ["", str(here)])
    exec(SCRIPT, {})                              # where sets have another order
    names = sorted(path.name for path in there.glob("*.json"))
    assert names == ["adam.json", "nesterov.json", "newton.json"]
    for name in names:
        assert (here / name).read_bytes() == (there / name).read_bytes()
        loaded = sc.load_run(there / name)
        assert loaded.replay(ROWS).same
        kept = pickle.loads((there / name).with_suffix(".pickle").read_bytes())
        assert kept.replay().same and kept.method == loaded.method


def test_the_rows_of_the_batches_are_those_that_numpy_draws(tmp_path):
    """One epoch by hand: frozen RandomState, the mean squared error's slopes in plain NumPy."""
    run = sc.load_run(line_run(batch=2, seed=7, steps=3, rate=0.01).save(tmp_path / "run.json"))
    x, y, point = np.array(ROWS["x"]), np.array(ROWS["y"]), np.array([0, 0.5])
    order = np.random.RandomState([7, 0]).permutation(5)
    for k in range(3):
        rows = order[2 * k:2 * k + 2]
        residual = y[rows] - (point[0] * x[rows] + point[1])
        point = point - 0.01 * np.array([-2 * np.mean(x[rows] * residual), -2 * np.mean(residual)])
        assert run.points[k + 1] == pytest.approx(point, rel=1e-13)


# What is not the same is told

def changed(path, change):
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def nudged(run, path, by):
    """The run saved with one number changed, and made again."""
    def nudge(data):
        data["replay"]["history"]["points"][3][1] += by

    return sc.load_run(changed(run.save(path), nudge)).replay(ROWS)


def test_a_number_that_was_changed_is_found(tmp_path):
    run = line_run(rate=0.01)
    again = nudged(run, tmp_path / "run.json", 1e-9)
    assert not again.same and (again.first_difference.k, again.first_difference.name) == (3, "b")
    assert str(again).startswith("Not the same: after 3 updates, b was ")
    assert repr(again) == "<replay of 25 updates: not the same>"
    assert again.as_dict()["first_difference"]["now"] == repr(float(run.points[3, 1]))


def test_rounding_of_another_machine_is_told_apart_from_a_change(tmp_path):
    again = nudged(line_run(rate=0.01), tmp_path / "run.json", 1e-15)
    assert again.same and 0 < again.furthest < 1e-14 and "equal but for rounding" in str(again) and "last bit" not in str(again)


def test_fewer_updates_are_not_the_same(tmp_path):
    again = sc.load_run(changed(line_run(rate=0.01).save(tmp_path / "run.json"), lambda data: data["replay"].update(steps=9)))
    assert again.replay(ROWS).sentence == "Not the same: the run had 25 updates, and ends after 9 when it is made again."


@pytest.mark.parametrize(("rows", "said"), [
    ({**ROWS, "x": [1, 2, 3, 4, 6]}, "the data: these are not the data of the run; the column x holds other numbers"),
    ({name: values[:4] for name, values in ROWS.items()}, "which had 5 rows; here are 4"),
    ({"x": ROWS["x"]}, "the formula uses y, x; the data has x"),
])
def test_other_data_are_refused(rows, said, tmp_path):
    run = line_run(rate=0.01)
    for call in (lambda: sc.load_run(run.save(tmp_path / "run.json"), rows), lambda: run.replay(rows)):
        with pytest.raises(sc.DataError, match=said):
            call()


def test_a_replay_without_its_data_asks_for_them(tmp_path):
    run = sc.load_run(line_run(rate=0.01).save(tmp_path / "run.json"))
    with pytest.raises(sc.SymcalcError, match=r"loaded without its data; give them to replay it"):
        run.replay()


# Files that are no saved run

def at(*path, value):
    """A change that puts the value at this place below "replay"; `del` takes it away."""
    def change(data):
        inner = data["replay"]
        for key in path[:-1]:
            inner = inner[key]
        if value is del_:
            del inner[path[-1]]
        else:
            inner[path[-1]] = value
    return change


del_ = object()
HOSTILE = [
    (at("format", value=2), "replay.format is a whole number from 1 to 1, not 2"), (at("format", value=del_), "replay.format"),
    (at("loss", value=[]), "replay.loss is a mapping, not []"),
    (at("loss", "formula", value=7), "replay.loss.formula is a text"),
    (at("loss", "formula", value="(__import__ m)"), "replay.loss cannot be used, because __import__ is no operation"),
    (at("loss", "formula", value="(+ m b #q)"), "q is an index"),
    (at("loss", "formula", value="(+ m b x[i])"), "i is an index"),
    (at("loss", "parameters", value=["m"]), "b is neither a parameter nor a column"),
    (at("loss", "parameters", value="mb"), "replay.loss.parameters is a list of texts"),
    (at("loss", "parameters", value=["m", "c"]), "c does not occur in the loss"),
    (at("method", "equations", value=[]), "replay.method.equations is a list of pairs"),
    (at("method", "equations", value=[["theta", "(+ theta q)"]]), "q has no meaning"),
    (at("method", "equations", value=[["v", "theta"]]), "the last equation of a method gives the new theta"),
    (at("method", "equations", value=[["g", "theta"], ["theta", "g"]]), "those above it a state"),
    (at("method", "settings", value={"beta": "0.9"}), "replay.method.settings.beta is a finite number, not '0.9'"),
    (at("method", "settings", value={"__x": 1}), "is no name"), (at("method", "search", value="all"), "replay.method.search"),
    (at("method", "turns", value=1), "replay.method.turns is true or false"),
    (at("method", "rate", value=0), "replay.method.rate"),
    (at("rate", value="(* k q)"), "replay.rate cannot be used"),
    (at("rate", value=-1), "replay.rate is a number greater than 0"),
    (at("rate", value=None), "replay.rate"), (at("rate", value=True), "replay.rate"),
    (at("steps", value=10**9), "replay.steps"),
    (at("steps", value=2.5), "replay.steps is a whole number"), (at("seed", value=-1), "replay.seed is a whole number"),
    (at("batch", value="all"), "replay.batch"),
    (at("batch", value=6), "replay.batch is a whole number from 1 to 5, not 6"),
    (at("tolerance", value=-1), "replay.tolerance is a finite number of at least 0"),
    (at("cost_tolerance", value=10**400), "replay.cost_tolerance"), (at("hold", value=["q"]), "q cannot be held"),
    (at("hold", value=["m", "b"]), "every parameter is held"), (at("stop", value="GAVE_UP"), "replay.stop is a reason to stop"),
    (at("detail", value=1), "replay.detail is a text"), (at("source", value="x" * (10**7 + 1)), "replay.source is a text"),
    (at("data", value=None), "replay.data is a mapping, as the loss has columns"),
    (at("data", "columns", value={"x": "0"}), "replay.data.columns is a mapping for y, x"),
    (at("data", "rows", value=0), "replay.data.rows"), (at("partials", value=["m"]), "one formula for each parameter"),
    (at("history", value=None), "replay.history is a mapping"), (at("history", "costs", value=[]), "replay.history.costs"),
    (at("history", "costs", value=[1.0]), "replay.history.points is 1 × 2 numbers"),
    (at("history", "costs", 2, value=None), "replay.history.costs is 26 numbers"),
    (at("history", "costs", 2, value="nan"), "replay.history.costs is finite numbers alone"),
    (at("history", "points", 2, value=[1.0]), "replay.history.points is 26 × 2 numbers"),
    (at("history", "points", 2, 0, value=True), "replay.history.points is 26 × 2 numbers"),
    (at("history", "points", 2, 0, value="inf"), "finite numbers alone"),
    (at("history", "rates", value={}), "replay.history.rates"),
    (at("history", "states", value=[]), "replay.history.states is 26 × 0 × 2 numbers"),
    (at("history", "drives", value=[1]), "replay.history.drives is 25 × 2 numbers"),
]


@pytest.mark.parametrize(("change", "said"), HOSTILE, ids=[said for _, said in HOSTILE])
def test_a_wrong_key_is_named(change, said, tmp_path):
    path = changed(line_run(rate=0.01).save(tmp_path / "run.json"), change)
    with pytest.raises(sc.DataError) as caught:
        sc.load_run(path)
    sentence = str(caught.value)
    assert sentence.startswith("run.json is no saved run: ") and said in sentence, sentence
    assert sentence.isprintable() and len(sentence) < 300


@pytest.mark.parametrize(("content", "said"), [
    (b"", "it is not JSON at line 1, column 1"), (b'{"replay": {"format"', "it is not JSON at line 1"),
    (b"[]", 'it has no "replay"'),
    (b'{"replay": []}', 'it has no "replay"'), (b'{"J": NaN}', "it holds NaN, which is no JSON"),
    (b'{"J": -Infinity}', "it holds -Infinity"), (b"\xff\xfe\x00", "is not UTF-8 text"), (b"[" * 100_000, "nested too deeply"),
    (b'{"J": ' + b"9" * 10_000 + b"}", "a number in it is too long"), (b"PK\x03\x04", "it is not JSON"),
    (b"x,y\n1,2\n", "it is not JSON"),
])
def test_a_file_that_is_none(content, said, tmp_path):
    (tmp_path / "run.json").write_bytes(content)
    with pytest.raises(sc.DataError) as caught:
        sc.load_run(tmp_path / "run.json")
    assert said in str(caught.value) and str(caught.value).isprintable()


def test_a_truncated_file_is_none_wherever_it_ends(tmp_path):
    whole = line_run(rate=0.01, steps=2).save(tmp_path / "run.json").read_text(encoding="utf-8")
    for length in range(0, len(whole) - 2, 97):
        (tmp_path / "run.json").write_text(whole[:length], encoding="utf-8")
        with pytest.raises(sc.DataError, match=r"run\.json is no saved run"):
            sc.load_run(tmp_path / "run.json")


def test_no_file_a_folder_and_a_large_one(tmp_path, monkeypatch):
    for path, said in ((tmp_path / "none.json", "there is no file"), (tmp_path, "is a folder"), ("a\0b", "there is no file")):
        with pytest.raises(sc.DataError, match=said):
            sc.load_run(path)
    monkeypatch.setattr("symcalc.training.loading.MAX_BYTES", 100)
    with pytest.raises(sc.DataError, match="so it is not read"):
        sc.load_run(line_run(rate=0.01).save(tmp_path / "run.json"))


def test_what_a_file_says_cannot_steer_a_terminal(tmp_path):
    for key in ("detail", "source"):
        run = sc.load_run(changed(line_run(rate=0.01).save(tmp_path / "run.json"), at(key, value="\x1b[31mred")))
        assert "\x1b" not in run.message + run.source


# The other files

@pytest.mark.parametrize(("name", "more"), [
    ("gradient descent", []), ("schedule", ["rate"]), ("line search", ["rate"]), ("held", []), ("newton", []),
    ("momentum", ["v_m", "v_b"]), ("adagrad", ["s_m", "s_b"]), ("nesterov", ["g_m", "g_b", "v_m", "v_b"]),
    ("nesterov, batch", ["g_m", "g_b", "v_m", "v_b"]), ("gradient descent, batch", ["g_m", "g_b"]),
])
def test_the_columns_of_a_csv_file(name, more):
    run = RUNS[name]()
    header, *rows = csv.reader(io.StringIO(run_csv(run)))
    assert header == ["step", "m", "b", "J", "dJ_dm", "dJ_db", *more]
    assert len(rows) == run.nit + 1 and all(cell == "" for cell in rows[0][6:])
    named = {"rate": run.rates} | ({} if run.drives is None else {"g_m": run.drives[:, 0], "g_b": run.drives[:, 1]})
    named |= {f"{letter.name}_{parameter}": run.states[1:, j, k] for j, letter in enumerate(run.method.state)
              for k, parameter in enumerate("mb")}
    for place, column in enumerate(more, 6):
        assert [float(row[place]) for row in rows[1:]] == named[column].tolist()


def test_a_parameter_that_is_called_rate_keeps_its_column():
    header = run_csv(sc.Loss("(rate - 3)^2").descend(start=[0], rate="0.1/k", steps=3)).splitlines()[0]
    assert header == "step,rate,J,dJ_drate,rate_of_update"


@pytest.mark.parametrize("suffix", [".html", ".tex", ".md"])
@pytest.mark.parametrize("name", ["gradient descent", "adamw", "newton", "schedule", "held", "nesterov, batch"])
def test_every_run_saves_to_every_suffix(name, suffix, tmp_path):
    path = RUNS[name]().save(tmp_path / f"run{suffix}")
    assert len(path.read_text(encoding="utf-8")) > 200


# Callbacks

def test_a_callback_is_called_as_scipy_calls_it():
    seen = []

    class Keeper:
        def keep(self, intermediate_result):
            seen.append(intermediate_result.nit)

    def by_name(*, intermediate_result):
        seen.append(intermediate_result.nit)

    def with_more(intermediate_result, more=1):
        seen.append(intermediate_result.nit)

    for callback in (lambda result: seen.append(result.nit), by_name, with_more, Keeper().keep,
                     lambda *given: seen.append(given[0].nit)):
        seen.clear()
        assert line_run(rate=0.01, steps=3, callback=callback).nit == 3 and seen == [1, 2, 3]
    assert line_run(rate=0.01, steps=3, callback=print, hold="b").nit == 3          # built in, with any number of arguments


def test_what_a_callback_raises_travels_up():
    def fail(result):
        raise LookupError(result.nit)

    with pytest.raises(LookupError, match="1"):
        line_run(rate=0.01, callback=fail)
    with pytest.raises(sc.DescentError, match="the callback is a function of one argument, not int"):
        line_run(rate=0.01, callback=3)


def test_progress_is_the_number_of_updates():
    seen = []
    assert line_run(rate=1e-4, steps=500, progress=seen.append).nit == 500
    assert seen == sorted(set(seen)) and seen[-1] == 500


# Losses of the catalogue

ONES = {**ROWS, "y": [0, 1, 1, 0, 1], "z": [1, 2, 3, 2, 1], "y1": [1, 0, 0, 1, 0], "y2": [0, 1, 1, 0, 1],
        "x1": ROWS["x"], "x2": ROWS["y"]}
NUMBERED = {name: values for name, values in ONES.items() if name != "x"}


@pytest.mark.parametrize(("make", "rows"), [
    (lambda: sc.logistic_loss("y", sc.linear(["x1", "x2"])), ONES),
    (lambda: sc.mean_squared_error("y", sc.network("x", hidden=2)), ONES),
    (lambda: sc.softmax_cross_entropy(["y1", "y2"], sc.softmax_classification("x", classes=2)), ONES),
    (lambda: sc.softmax_cross_entropy("z", sc.softmax_classification("x", classes=3)), ONES),
    (lambda: sc.mean_squared_error("y", sc.linear("x", features=2)), NUMBERED),
    (lambda: sc.elastic_net(sc.huber("y", sc.line("x")), 0.1, 0.2), ONES),
], ids=["logistic", "network", "one column for each class", "class numbers", "features by number", "penalty"])
def test_a_loss_of_the_catalogue_comes_back_with_its_model(make, rows, tmp_path):
    loss = make()
    run = loss.descend(rows, start=[0.1] * len(loss.names), rate=1e-3, steps=5)
    loaded = sc.load_run(run.save(tmp_path / "run.json"), rows)
    assert str(loaded.summary()).endswith(str(run.summary()).partition("\n\n")[2])
    assert loaded.replay().same and loaded.loss.indexed == loss.indexed
    given = {str(column.base): [0.5, 1.5] for column in loss.model.columns}
    assert np.array_equal(loaded.predict(**given), run.predict(**given))
    assert pickle.loads(pickle.dumps(loss)).expression == loss.expression
