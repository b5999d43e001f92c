"""Data in parts, on Dask's own schedulers: the numbers are those of the same rows in memory, whatever happens to a worker."""

import os
import pickle
import signal
import subprocess
import sys

import numpy as np
import pytest

import symcalc as sc
from symcalc.compute.cluster import in_parts
from symcalc.language.collection import read_collection

dask = pytest.importorskip("dask")
distributed = pytest.importorskip("distributed")
pd = pytest.importorskip("pandas")
da = pytest.importorskip("dask.array")
dd = pytest.importorskip("dask.dataframe")

ROWS, CUT = 1000, 270
RNG = np.random.RandomState(6)
FEATURES = {f"x{k}": RNG.normal(k, 2, ROWS) for k in range(10)}
X = 5 * RNG.rand(ROWS)
DATA = FEATURES | {"x": X, "y": 3 + 2 * X + RNG.normal(0, 1, ROWS), "s": RNG.choice([-1.0, 1.0], ROWS),
                   "d": np.exp(-X / 2) * np.cos(3 * X + 0.2) + 1 + RNG.normal(0, 0.1, ROWS), "far": 1e6 + X}
LINE = "mean((y - (m*x + b))^2)"
LOGISTIC = "mean(ln(1 + exp(-s*(v*x1 + w*x2 + b))))"
COLUMNS = [*DATA]

# Formula, parameters, start, rate, what it becomes
TASKS = [
    (LINE, "m b", [1, 2], 0.05, "moments"),
    (f"mean((y - ({' + '.join(f'w{k}*x{k}' for k in range(10))}))^2)", [f"w{k}" for k in range(10)], [0.1] * 10, 1e-3,
     "moments"),
    (LOGISTIC, "v w b", [0.3, -0.2, 0.1], 0.1, "parts"),
    ("mean((d - (a*exp(-b*x)*cos(w*x + p) + c))^2)", "a b w p c", [1.1, 0.4, 2.9, 0.1, 0.9], 0.05, "parts"),
]


def loss_of(formula, parameters=()):
    return sc.Loss(formula, columns=[name for name in COLUMNS if name in formula], parameters=parameters)


def arrays(data=DATA, cut=CUT):
    return {name: da.from_array(values, chunks=cut) for name, values in data.items()}


def frame(data=DATA):
    return dd.from_pandas(pd.DataFrame(data), npartitions=4)


@pytest.fixture(scope="module")
def client():
    with (dask.config.set({"distributed.worker.memory.pause": 0.9}),
          distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0",
                                   memory_limit="400MB") as cluster, distributed.Client(cluster) as client):
        yield client


@pytest.fixture
def here():
    with dask.config.set(scheduler="synchronous"):
        yield


def same(run, expected, within=1e-12):
    assert (run.nit, run.stop, run.message) == (expected.nit, expected.stop, expected.message)
    for found, wanted in ((run.points, expected.points), (run.costs, expected.costs), (run.gradients, expected.gradients)):
        np.testing.assert_allclose(found, wanted, rtol=within, atol=within * max(1.0, np.abs(wanted).max()))


# Two workers

@pytest.mark.parametrize("formula, parameters, start, rate, strategy", TASKS)
@pytest.mark.parametrize("made", [arrays, frame])
def test_a_descent_on_two_workers_is_that_in_memory(client, made, formula, parameters, start, rate, strategy):
    loss = loss_of(formula, parameters)
    run = loss.descend(made(), start=start, rate=rate, steps=40)
    same(run, loss.descend(DATA, start=start, rate=rate, steps=40))
    assert run.compiled.strategy == strategy


def test_a_worker_is_killed_and_nothing_is_lost(client):
    loss, before = loss_of(LOGISTIC), set(client.run(os.getpid).values())

    def kill(after):
        if after.nit == 5:
            os.kill(min(before), signal.SIGKILL)

    settings = {"start": [0.3, -0.2, 0.1], "rate": 0.5, "steps": 15}
    killed, whole = loss.descend(arrays(), callback=kill, **settings), loss.descend(arrays(), **settings)
    client.wait_for_workers(2, timeout=300)
    assert set(client.run(os.getpid).values()) != before
    np.testing.assert_array_equal(killed.points, whole.points)
    np.testing.assert_array_equal(killed.costs, whole.costs)
    same(killed, loss.descend(DATA, **settings))


def test_a_worker_is_killed_while_batches_are_drawn(client, monkeypatch):
    monkeypatch.setattr("symcalc.training.walking.batches._AHEAD", 0)           # each is sent for by itself
    loss, before = loss_of(LOGISTIC), set(client.run(os.getpid).values())

    def kill(after):
        if after.nit == 3:
            os.kill(min(before), signal.SIGKILL)

    settings = {"start": [0.3, -0.2, 0.1], "rate": 0.5, "steps": 6, "batch": 90, "seed": 5}
    killed, whole = loss.descend(arrays(), callback=kill, **settings), loss.descend(DATA, **settings)
    client.wait_for_workers(2, timeout=300)
    assert set(client.run(os.getpid).values()) != before
    np.testing.assert_array_equal(killed.points, whole.points)
    np.testing.assert_array_equal(killed.drives, whole.drives)
    same(killed, whole)


def test_a_table_twice_as_large_as_a_workers_memory(client):
    rows = 50_000_000
    x = da.linspace(0, 2, rows, chunks=1_000_000)
    before = client.run(os.getpid)
    run = loss_of(LINE).descend({"x": x, "y": 3 * x + 1}, start=[0, 0], rate=0.4, steps=1000, tolerance=1e-12)
    assert run.parameters == pytest.approx({"m": 3, "b": 1}, abs=1e-9)
    assert 0 <= run.fun < 1e-20 and run.rows == rows
    value, slopes = loss_of("mean(abs(y - m*x))").compile(run.table)([2.5])
    assert [value, *slopes] == pytest.approx([1.5, -1], abs=1e-12)             # of |x/2 + 1|
    assert client.run(os.getpid) == before, "a worker ran out of memory"


def test_parts_stay_with_the_workers_and_are_read_anew_when_they_are_gone(client):
    compiled = loss_of(LOGISTIC).compile(arrays())
    compiled([0, 0, 0])
    assert sum(map(len, client.has_what().values())) >= len(compiled.table.pieces)
    before = compiled([0.1, 0.2, 0.3])[0]
    # As after a restart, which itself gives up on workers that are slow to come.
    client.cancel(distributed.futures_of(compiled.table._read), force=True)
    assert compiled([0.1, 0.2, 0.3])[0] == before
    with dask.config.set(scheduler="synchronous"):
        assert compiled([0.1, 0.2, 0.3])[0] == before


# Where the parts come from

@pytest.mark.filterwarnings("ignore:The inplace keyword")          # Dask's own, of pandas 3.1
def test_csv_and_parquet_in_many_parts(client, tmp_path):
    loss, settings = loss_of(LOGISTIC), {"start": [0.3, -0.2, 0.1], "rate": 0.1, "steps": 5}
    whole = pd.DataFrame(DATA).assign(title="a film")
    for k, begin in enumerate(range(0, ROWS, 300)):
        whole[begin:begin + 300].to_csv(tmp_path / f"part{k}.csv", index=False)
    dd.from_pandas(whole, npartitions=5).to_parquet(tmp_path / "table")
    expected = loss.descend(DATA, **settings)
    for data in (dd.read_csv(f"{tmp_path}/*.csv"), dd.read_parquet(tmp_path / "table")):
        run = loss.descend(data, **settings)
        same(run, expected)
        assert run.rows == ROWS and len(run.table.pieces) > 1


def sizes_unknown():
    return {name: frame()[name].values for name in DATA}


def series():
    return {name: frame()[name] for name in DATA}


def one_part_empty():
    return dd.concat([frame(), frame()[frame().x < -1].partitions[:1]])


def cut_differently():
    return arrays() | {"x": da.from_array(DATA["x"], chunks=333), "x1": DATA["x1"]}


def of_integers():
    return frame().assign(s=frame().s.astype("int32"))


@pytest.mark.parametrize("made", [sizes_unknown, series, one_part_empty, cut_differently, of_integers])
@pytest.mark.parametrize("formula", [LINE, LOGISTIC])
def test_however_the_parts_are_made(here, made, formula):
    loss = loss_of(formula)
    settings = {"start": [0.1] * len(loss.names), "rate": 0.05, "steps": 5}
    same(loss.descend(made(), **settings), loss.descend(DATA, **settings))


def test_features_as_one_table_of_two_dimensions(here):
    matrix = np.column_stack([DATA["x1"], DATA["x2"], DATA["x3"]])
    loss = sc.mean_squared_error("y", sc.linear("x", features=3))
    settings = {"start": [0.0] * 4, "rate": 0.02, "steps": 5}
    run = loss.descend({"x": da.from_array(matrix, chunks=(300, 2)), "y": da.from_array(DATA["y"], chunks=200)}, **settings)
    same(run, loss.descend({"x": matrix, "y": DATA["y"]}, **settings))


@pytest.mark.parametrize("scheduler", ["threads", "synchronous"])
def test_without_a_cluster(scheduler):
    with dask.config.set(scheduler=scheduler):
        for formula in (LINE, LOGISTIC):
            loss = loss_of(formula)
            settings = {"start": [0.1] * len(loss.names), "rate": 0.05, "steps": 5}
            same(loss.descend(frame(), **settings), loss.descend(DATA, **settings))


def test_separable_losses_touch_the_data_once(here):
    touched = []

    def seen(block):
        touched.append(len(block))
        return block

    table = arrays() | {"x": da.from_array(DATA["x"], chunks=CUT).map_blocks(seen, dtype=float, meta=np.empty(0))}
    run = loss_of(LINE).descend(table, start=[0, 0], rate=0.1, steps=500)
    again = run.compiled([1, 2])[0]
    assert sorted(touched) == [190, 270, 270, 270] and again == pytest.approx(np.mean((DATA["y"] - X - 2) ** 2))


def test_the_slope_far_from_zero_keeps_its_digits(here):
    found = loss_of("mean((y - (m*far + b))^2)").minimum(arrays())
    slope = np.polyfit(DATA["far"] - DATA["far"].mean(), DATA["y"], 1)[0]
    assert found.point["m"] == pytest.approx(slope, rel=1e-12)


def test_sums_inside_sums_are_made_in_rounds(here):
    m, (x, y) = sc.parameters("m"), sc.columns("x y")
    (size,) = sc.mean(x).atoms(type(sc.sum_rows(x)))
    total = size.func((y - m * (x - size / ROWS)) ** 2 + m * size, *size.limits)
    found = in_parts([total, size], [m], [x, y], read_collection(arrays(), ["x", "y"]))
    y, x = DATA["y"], DATA["x"]
    assert found(0.3) == pytest.approx((np.sum((y - 0.3 * (x - x.mean())) ** 2) + 0.3 * ROWS * x.sum(), x.sum()), rel=1e-13)


# What is wrong with the data

def damaged(name, row, value):
    values = DATA[name].copy()
    values[row] = value
    return DATA | {name: values}


@pytest.mark.parametrize("made", [arrays, frame])
@pytest.mark.parametrize("formula", [LINE, LOGISTIC])
@pytest.mark.parametrize("row", [0, 700])
@pytest.mark.parametrize("value", [np.nan, -np.inf])
def test_a_bad_value_is_told_with_its_row_in_the_whole(here, made, formula, row, value):
    data, loss = damaged("x" if formula == LINE else "x2", row, value), loss_of(formula)
    with pytest.raises(sc.DataError) as expected:
        loss.compile(data)
    with pytest.raises(sc.DataError) as found:
        loss.compile(made(data))
    assert str(found.value) == str(expected.value) and f"row {row + 1}:" in str(found.value)


def test_the_first_of_two_bad_values_is_told(client):
    data = damaged("x", 400, np.nan)
    data["y"] = damaged("y", 900, np.inf)["y"]
    with pytest.raises(sc.DataError, match=r"column x, row 401: the value is missing \(nan\)"):
        loss_of(LINE).descend(arrays(data), start=[0, 0], rate=0.1, steps=3)


@pytest.mark.parametrize("row", [3, 999])
def test_a_target_is_checked_in_every_part(here, row):
    with pytest.raises(sc.DataError, match=f"^s is 0 in row {row + 1} of the data; this loss wants -1 or 1$"):
        sc.hinge("s", sc.line("x")).compile(arrays(damaged("s", row, 0)))


def test_some_of_the_columns_keep_their_checks(here):
    loss = sc.hinge("s", sc.line("x"))
    parts = loss.table(arrays(damaged("s", 3, 0)))
    assert parts.select(["x"]).rows == 1000
    with pytest.raises(sc.DataError, match="^s is 0 in row 4 of the data"):
        parts.select(["s"]).rows


WRONG = [
    (lambda: frame().rename(columns={"x": "X"}), "the data has no column x; did you mean X?"),
    (lambda: {"x": arrays()["x"]}, "the formula uses y, x; the data has x"),
    (lambda: arrays() | {"y": arrays()["y"][:-1]}, "the data: column y has 999 values and column x has 1000; give one value "
                                                   "per row in each"),
    (lambda: frame().assign(x=frame().x.astype(str)), "the data, column x holds text or other objects; give only columns of "
                                                      "real numbers"),
    (lambda: arrays() | {"x": arrays()["x"] * 1j}, "the data, column x holds complex numbers; give only columns of real "
                                                   "numbers"),
    (lambda: arrays() | {"x": arrays()["x"].reshape(500, 2)}, "the data, column x is an array of shape (500, 2); give a flat "
                                                              "list of numbers, one per row"),
    (lambda: frame()[frame().x < -1], "the data has no data rows; give at least one"),
    (lambda: dask.delayed(DATA), "a table cannot be read from DelayedLeaf; give the path of a CSV file, a mapping such as "
                                 "{'x': [1, 2], 'y': [3, 5]}, a DataFrame or a structured array"),
    (lambda: sizes_unknown() | {"x": DATA["x"]}, "the data, column x is in memory, and the parts of the others are of unknown "
                                                 "sizes; give it as a column of the same collection"),
    (lambda: series() | {"x": frame().repartition(npartitions=2).x}, "the data: the columns are cut into parts in different "
     "ways (y 4 parts, x 2 parts); cut them alike, as rechunk or repartition does"),
]


@pytest.mark.parametrize("made, said", WRONG)
def test_what_does_not_fit_is_told_in_one_sentence(here, made, said):
    with pytest.raises(sc.DataError) as found:
        loss_of(LINE).compile(made())
    assert str(found.value) == said


def test_a_file_that_cannot_be_read(here, tmp_path):
    for k, cell in enumerate(("1", "2", "three")):
        (tmp_path / f"{k}.csv").write_text(f"x,y\n1.5,2\n{cell},3\n")
    with pytest.raises(sc.DataError, match=r"the data cannot be read: .*three"):
        loss_of(LINE).compile(dd.read_csv(f"{tmp_path}/*.csv"))


def test_files_that_change_meanwhile(here, tmp_path):
    file = tmp_path / "table.csv"
    file.write_text("x,y\n1,2.0\n2,5\n3,6\n")
    compiled = loss_of("mean(abs(y - m*x))").compile(read_collection(dd.read_csv(file), ["y", "x"]))
    assert compiled([1])[0] == pytest.approx(7 / 3)
    compiled.table._kept.clear()                # as where the table does not fit into the workers
    file.write_text("x,y\n1,2.0\n2,5\n")
    with pytest.raises(sc.DataError, match="the data had 3 rows when they were first read, and now 2"):
        compiled([1])
    file.write_text("x,y\n1,2.0\n2,5\n3,\n")
    with pytest.raises(sc.DataError, match=r"column y, row 3: the value is missing \(nan\)"):
        compiled([1])


def test_a_sum_over_the_rows_that_has_no_column(here):
    loss = sc.Loss("sum((m - 3)^2)", parameters="m")
    settings = {"start": [0], "rate": 1e-7, "steps": 60}
    same(loss.descend(arrays({"x": DATA["x"]}), **settings), loss.descend({"x": DATA["x"]}, **settings))


# What is asked of a run

def test_what_wants_the_rows_says_so(here):
    settings = {"start": [0, 0], "rate": 0.1, "steps": 3}
    many = {name: da.ones(10_000_000, chunks=1_000_000) for name in "xy"}
    run = loss_of(LINE).descend(many, **settings)
    with pytest.raises(sc.DataError, match="this wants the rows in memory, and 10,000,000 rows of y, x are too many"):
        run.table["x"]


@pytest.mark.parametrize("formula", [LINE, LOGISTIC])
def test_a_run_over_parts_answers_as_one_in_memory(here, tmp_path, formula):
    loss = loss_of(formula)
    settings = {"start": [0.1] * len(loss.names), "rate": 0.05, "steps": 5}
    run, expected = loss.descend(arrays(), **settings), loss.descend(DATA, **settings)
    assert run.replay().same
    assert str(run) == str(expected) and str(run.summary()) == str(expected.summary())
    assert str(run.updates[0]) == str(expected.updates[0])
    assert pickle.loads(pickle.dumps(run)).parameters == run.parameters
    saved = run.save(tmp_path / "run.json")
    assert sc.load_run(saved, DATA).table["x" if formula == LINE else "x1"].shape == (ROWS,)
    with pytest.raises(sc.DataError, match="these are not the data of the run; the column"):
        sc.load_run(saved, arrays({name: values[::-1] for name, values in DATA.items()}))


@pytest.mark.parametrize("formula, settings", [
    (LOGISTIC, {"method": "newton", "rate": 1}), (LOGISTIC, {"method": "line search"}), (LOGISTIC, {"method": "nesterov"}),
    (LOGISTIC, {"method": "adam", "hold": "b"}), (LINE, {"method": "newton", "rate": 1}), (LINE, {"rate": 5, "steps": 60}),
    ("mean(sqrt(x - a))", {"rate": 1}),
])
def test_methods_and_endings_over_parts(here, formula, settings):
    loss = loss_of(formula)
    settings = {"start": [0.001] * len(loss.names), "rate": 0.1, "steps": 8} | settings
    same(loss.descend(arrays(), **settings), loss.descend(DATA, **settings), 1e-10)


@pytest.mark.parametrize("formula", [LINE, "mean(x*(y - (m*x + b))^2)", "mean((y - (m*x + k*x1 + b))^2) + 0.1*m^2",
                                     "sqrt(mean((y - m*x)^2))", "mean((x1 - m)^2) + mean((x2 - k)^2)"])
def test_the_minimum_of_parts(here, formula):
    loss = loss_of(formula)
    found, expected = loss.minimum(arrays()), loss.minimum(DATA)
    assert found.kind == expected.kind
    assert [found.J, *found.point.values()] == pytest.approx([expected.J, *expected.point.values()], rel=1e-12)


def test_many_minima_of_parts(here):
    twice = DATA | {"x1": 2 * DATA["x"]}
    loss = loss_of("mean((y - (m*x + k*x1 + b))^2)")
    found, expected = loss.minimum(arrays(twice)), loss.minimum(twice)
    assert expected.reading[0].startswith("Not one minimum but many, all")       # in memory more digits decide it
    assert found.reading == (expected.reading[0].replace("many", "many as far as floats tell"), *expected.reading[1:])
    assert [*found.point.values()] == pytest.approx([*expected.point.values()], rel=1e-9)


def test_figures_and_diagnosis_of_parts(here):
    loss = loss_of(LINE)
    run, expected = (loss.descend(data, start=[0, 0], rate=0.1, steps=5) for data in (arrays(), DATA))
    drawn, wanted = (sc.figures.fit(each).axes[0].lines[0].get_xydata() for each in (run, expected))
    np.testing.assert_array_equal(drawn, wanted)
    assert loss.diagnose(arrays(), rate=0.1).sentence == loss.diagnose(DATA, rate=0.1).sentence
    assert len(run.table.thinned(100).columns["x"]) == 100
    np.testing.assert_array_equal(run.table.thinned(7)["x"], expected.table.thinned(7)["x"])


def test_nobody_needs_dask_who_has_no_collection():
    code = ("import sys; sys.modules['dask'] = None; import symcalc as sc; "
            "run = sc.Loss('mean((y - m*x)^2)').descend({'x': [1, 2], 'y': [2, 4]}, start=[0], rate=0.1, steps=5); "
            "print(run.nit, 'distributed' in sys.modules)")
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "5 False\n"


def test_the_row_is_named_though_its_part_has_no_other(here):
    ones = [np.ones(1), np.ones(1001), np.ones(1)]
    for bad, row in ((0, 1), (2, 1003)):
        parts = [part if k != bad else -part for k, part in enumerate(ones)]
        table = {"p": da.from_array(np.concatenate(parts), chunks=((1, 1001, 1),))}
        run = sc.Loss("mean(ln(a*p)) + b^2", columns="p").descend(table, start=[1, 2], rate=0.1)
        assert f"ln(a pᵢ) has no real value in row {row} at a = 1" in run.message
    scalar = sc.Loss("mean(p*ln(b)) + b^2", columns="p").descend(table, start=[-1], rate=0.1)
    assert "ln(b) has no real value at b = -1" in scalar.message
