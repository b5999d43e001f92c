"""Batches of rows drawn out of the parts of a Dask collection: those that are drawn in memory, and nothing else is sent."""

import numpy as np
import pytest

import symcalc as sc
from symcalc.language import table_parts
from symcalc.language.collection import read_collection
from symcalc.training.walking import batches

dask = pytest.importorskip("dask")
pd = pytest.importorskip("pandas")
da = pytest.importorskip("dask.array")
dd = pytest.importorskip("dask.dataframe")

ROWS = 103
RNG = np.random.RandomState(8)
X = RNG.normal(size=ROWS)
DATA = {"x": X, "y": 3 + 2 * X + RNG.normal(size=ROWS), "s": np.where(X + RNG.normal(size=ROWS) > 0, 1.0, -1.0)}
LINE = sc.Loss("mean((y - (m*x + b))^2)", columns="x y")
LOGISTIC = sc.Loss("mean(ln(1 + exp(-s*(w*x + b))))", columns="x s")
NETWORK = sc.Loss("mean((y - (v*tanh(w*x + c) + b))^2)", columns="x y")


@pytest.fixture(autouse=True)
def here():
    with dask.config.set(scheduler="synchronous"):
        yield


def arrays(cut=30):
    return {name: da.from_array(values, chunks=cut) for name, values in DATA.items()}


def frame():
    return dd.from_pandas(pd.DataFrame(DATA), npartitions=4)


def with_empty_parts():
    pieces = [pd.DataFrame(DATA)[first:last] for first, last in ((0, 0), (0, 40), (40, 40), (40, 41), (41, ROWS))]
    return dd.from_delayed([dask.delayed(piece) for piece in pieces], meta=pieces[0])


@pytest.mark.parametrize("ahead", [0, 200, 2**19])
@pytest.mark.parametrize(("loss", "data", "settings"), [
    (LINE, arrays, {"batch": 10, "seed": 3, "rate": 0.05, "steps": 25}),
    (LINE, with_empty_parts, {"batch": 103, "rate": 0.05, "steps": 5, "method": "momentum"}),
    (LOGISTIC, frame, {"batch": 7, "seed": 1, "rate": "0.5/k", "steps": 32, "method": "nesterov"}),
    (LOGISTIC, arrays, {"batch": 1, "rate": 0.01, "steps": 40, "hold": "b"}),
    (NETWORK, with_empty_parts, {"batch": 40, "rate": 0.1, "steps": 8, "method": "adam"}),
])
def test_the_rows_that_drive_a_step_are_those_in_memory(loss, data, settings, ahead, monkeypatch):
    monkeypatch.setattr(batches, "_AHEAD", ahead)
    start = [0.3] * len(loss.names)
    run, expected = loss.descend(data(), start=start, **settings), loss.descend(DATA, start=start, **settings)
    for name in ("points", "drives", "states"):
        assert getattr(run, name).tobytes() == getattr(expected, name).tobytes(), name
    np.testing.assert_allclose(run.costs, expected.costs, rtol=1e-12)
    assert run.message == expected.message
    assert [update.rows for update in run.updates] == [update.rows for update in expected.updates]
    assert str(run.updates[-1]) == str(expected.updates[-1])


def test_what_is_sent_are_the_rows_of_the_batches_and_no_others(monkeypatch):
    sent, real = [], table_parts.Parts.rows_at

    def rows_at(parts, numbers):
        sent.append(len(numbers))
        return real(parts, numbers)

    monkeypatch.setattr(table_parts.Parts, "rows_at", rows_at)
    monkeypatch.setattr(table_parts, "_HERE", 0)             # no table is small enough to be brought here
    monkeypatch.setattr(batches, "_AHEAD", 100)
    LOGISTIC.descend(arrays(), start=[0, 0], batch=10, rate=0.1, steps=14)
    assert sent == [30, 30, 30, 23, 20], "batches of 10, three at a time; the eleventh has the 3 rows that are left"


def test_only_the_parts_that_rows_are_in_are_read():
    read = []

    def piece(k):
        read.append(k)
        return pd.DataFrame({"x": [10.0 * k, 10.0 * k + 1]})

    parts = read_collection(dd.from_delayed([dask.delayed(piece)(k) for k in range(5)], meta=pd.DataFrame({"x": [0.0]})))
    assert parts.rows == 10
    read.clear()
    assert parts.rows_at(np.array([9, 2, 3]))["x"].tolist() == [41.0, 10.0, 11.0] and sorted(read) == [1, 4]


@pytest.mark.parametrize("at_once", [1, 7, 2**19])
def test_rows_come_in_the_order_of_their_numbers(at_once, monkeypatch):
    monkeypatch.setattr(table_parts, "_AT_ONCE", at_once)
    parts, numbers = read_collection(with_empty_parts(), ["y", "x"]), np.array([102, 0, 40, 41, 39, 0, 77], dtype=np.int32)
    table = parts.rows_at(numbers)
    assert table.rows == 7 and all(table[name].tobytes() == DATA[name][numbers].tobytes() for name in "xy")


def test_parts_that_change_while_batches_are_drawn_are_noticed(tmp_path):
    file = tmp_path / "part.csv"
    file.write_text("x,y\n1.5,1\n2,1\n3,1\n")
    parts = read_collection(dd.read_csv(str(file)))
    assert parts.rows == 3
    file.write_text("x,y\n1.5,1\n2,1\n")
    with pytest.raises(sc.DataError, match="the data had 3 rows when they were first read, and now 2"):
        parts.rows_at(np.array([0]))
    file.write_text("x,y\n1.5,1\n2,1\n,1\n")
    with pytest.raises(sc.DataError, match=r"column x, row 3: the value is missing \(nan\)"):
        parts.rows_at(np.array([0]))


@pytest.mark.parametrize("settings", [{"batch": 104}, {"batch": 0}, {"batch": 2.5}, {"batch": 5, "seed": -1}])
def test_what_is_wrong_with_a_batch_is_said_as_in_memory(settings):
    said = []
    for data in (arrays(), DATA):
        with pytest.raises(sc.DescentError) as refused:
            LINE.descend(data, start=[0, 0], rate=0.1, **settings)
        said.append(str(refused.value))
    assert said[0] == said[1]
