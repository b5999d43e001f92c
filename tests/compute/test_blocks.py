"""Many rows are gone through block by block; the sums are those of all rows at once."""

import numpy as np
import pytest
from tasks import damped_cosine, logistic

import symcalc as sc
from symcalc.compute.generated import split

RNG = np.random.RandomState(8)


@pytest.mark.parametrize("rows", [1, 3, 9_999, 100_000, 100_001, 130_000])
def test_a_loss_over_blocks_is_the_loss_over_all_rows(rows):
    for task in (logistic(rows), damped_cosine(rows)):
        compiled = task.loss.compile(dict(task.data))
        value, gradient = compiled(task.start)
        expected, slopes = task.by_hand(task.start, **task.data)
        assert compiled.strategy == "tape" and "total = Total(sums, blocks, Buffers(" in compiled.source
        assert value == pytest.approx(expected, rel=1e-11)
        assert gradient == pytest.approx(slopes, rel=1e-10, abs=1e-12)


def test_what_needs_the_data_alone_is_worked_out_once_and_cut_with_them():
    source = sc.Loss("mean(exp(-y*x*w))").compile({"x": [1.0, 2.0], "y": [1.0, 3.0]}).source
    before, step = source.split("def value_and_gradient")
    assert "c0 * c1" in before and "c0 * c1" not in step


def test_sums_that_rows_wait_for_are_whole():
    """A slope that divides row by row by a sum over all rows."""
    loss = sc.Loss("ln(mean(exp(w*x)))*mean(cosh(w*x))")
    x = RNG.normal(size=25_000)
    value, gradient = loss.compile({"x": x})([0.7])
    e, z = np.exp(0.7 * x), 0.7 * x
    assert value == pytest.approx(np.log(e.mean()) * np.cosh(z).mean(), rel=1e-12)
    expected = (x * e).mean() / e.mean() * np.cosh(z).mean() + np.log(e.mean()) * (x * np.sinh(z)).mean()
    assert gradient[0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("z", [0.0, 1e-300, 1e-8, 0.5, 1.5707963, 3.0, 3.141592653589793, 100.0, -2.0, 1e6])
def test_sines_and_cosines_by_the_tangent_of_the_half(z):
    loss = sc.Loss("sum(w*sin(x) + v*cos(x))")
    value, (sine, cosine) = loss.compile({"x": [z]})([1, 1])
    assert sine == pytest.approx(np.sin(z), rel=1e-14, abs=1e-15) and cosine == pytest.approx(np.cos(z), rel=1e-14, abs=1e-15)
    assert value == pytest.approx(np.sin(z) + np.cos(z), rel=1e-14, abs=1e-15)


def test_blocks_are_views_that_cover_every_row():
    x, y = np.arange(25_000.0), np.arange(25_000.0) + 1
    blocks = split(25_000.0, 10_000, x, y)
    assert np.array_equal(np.concatenate([block for block, _ in blocks]), x)
    assert all(one.base is x and two.base is y for one, two in blocks)
