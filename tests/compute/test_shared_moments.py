"""The pass over the data, shared among threads: the same digits on any number of cores, and right ones."""

import numpy as np
import pytest

import symcalc as sc
from symcalc.compute.moments import blocks
from symcalc.compute.moments.gram import Rows, triangle

RNG = np.random.RandomState(8)
ROWS = 300_001                          # a last block that is not full, and a run in it that is not
COLUMNS = [*RNG.normal(size=(11, ROWS))]


def functions(count):
    return [(), *((k,) for k in range(count))]


@pytest.mark.parametrize("count", [1, 2, 5, 11])
def test_threads_leave_no_trace(count, monkeypatch):
    data, found = Rows(columns=COLUMNS[:count], rows=ROWS), []
    for cores in (1, 2, 3):
        monkeypatch.setattr(blocks, "cores", lambda cores=cores: cores)
        found.append(triangle(data, functions(count)).entries)
    assert np.array_equal(found[0], found[1]) and np.array_equal(found[0], found[2])
    whole = np.stack([np.ones(ROWS), *(column - centre for column, centre in zip(data.columns, triangle(data, functions(
        count)).centre))])
    products = whole @ whole.T
    assert np.abs(found[0].T @ found[0] - products).max() < 1e-12 * products.max()


def test_letters_are_made_where_the_threads_are_and_nobody_is_warned(monkeypatch):
    """log of 0 is asked for in every thread, each of which has its own say whether NumPy may warn."""
    monkeypatch.setattr(blocks, "cores", lambda: 2)
    x = np.abs(COLUMNS[0])
    x[::1000] = 0.0
    found = triangle(Rows(columns=[x], rows=ROWS, worked_out=lambda cut: [np.log(cut[0]), cut[0]]), functions(2))
    assert not found.is_sound
    with pytest.raises(ZeroDivisionError):
        triangle(Rows(columns=[x], rows=ROWS, worked_out=lambda cut: [1 / 0 if len(cut[0]) > 2_000 else cut[0]]), functions(1))


@pytest.mark.parametrize("close", [1.0, 0.2, 0.01, 1e-4])
def test_functions_that_stand_apart_stay_and_cost_no_digits(close):
    """What is left of y by x and 1, in extended precision, whether y was made orthogonal to them on the way or not."""
    x, e = COLUMNS[0], COLUMNS[1]
    y = 5 + x + close * e
    found = triangle(Rows(columns=[x, y], rows=ROWS), functions(2)).entries
    wide = [column.astype(np.longdouble) for column in (x, y)]
    x_, y_ = (column - column.mean() for column in wide)
    slope = (x_ @ y_) / (x_ @ x_)
    left = y_ - slope * x_
    assert found[1, 2] / found[1, 1] == pytest.approx(float(slope), rel=1e-13)
    assert found[2, 2] ** 2 == pytest.approx(float(left @ left), rel=1e-12)


def test_columns_whose_sum_is_no_float_are_still_numbers():
    x = np.array([1e308, 1e308, -1e308, 3.0])
    assert sc.Loss("mean(x*w)", columns="x").table({"x": x})["x"].tolist() == x.tolist()
    for fault, said in ((np.nan, "missing"), (np.inf, "inf is not finite"), (-np.inf, "-inf is not finite")):
        with pytest.raises(sc.SymcalcError, match=f"row 3.*{said}"):
            sc.Loss("mean(x*w)", columns="x").table({"x": np.where(x < 0, fault, x)})
    with pytest.raises(sc.SymcalcError, match="row 1: inf is not finite"):
        sc.Loss("mean(x*w)", columns="x").table({"x": np.array([np.inf, -np.inf])})
