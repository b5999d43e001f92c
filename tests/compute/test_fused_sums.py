"""What compiled loops gain their speed by: one logarithm for many rows, threads that stay, compiling when it is repaid."""

import math
from functools import cache

import mpmath
import numpy as np
import pytest
from tasks import logistic

import symcalc as sc
from symcalc.compute import choice, estimate
from symcalc.compute.fused import engine, sharing
from symcalc.compute.fused import loops as fused
from symcalc.compute.fused.kernels import PART

pytest.importorskip("llvmlite")

RNG = np.random.RandomState(8)


# One logarithm for the softplus of many rows

@cache
def softplus_sum(numbers):
    """Σ softplus(z) and Σ z σ(z)."""
    with mpmath.workprec(120):
        powers = [(z, mpmath.exp(z)) for z in map(mpmath.mpf, numbers)]
        return (float(mpmath.fsum(mpmath.log1p(e) for _, e in powers)), float(mpmath.fsum(z * e / (1 + e) for z, e in powers)))


@pytest.mark.parametrize("lanes", [2, 4, 8])
@pytest.mark.parametrize("z", [
    np.zeros(PART), np.zeros(2 * PART + 5), np.full(40, 1e-300), np.full(40, -30.0), np.full(100, -730.0), np.full(50, 800.0),
    RNG.normal(0, 3, 2_500), RNG.normal(0, 300, 1_500), RNG.normal(-40, 2, 1_000), np.array([-745.1, -746, -1e308, 1e308]),
    RNG.normal(0, 1, 1), RNG.normal(0, 1, PART - 1)], ids=lambda z: f"{len(z)} rows about {z.mean():.3g}")
def test_sums_of_softplus_lose_nothing(z, lanes, monkeypatch):
    monkeypatch.setattr(fused, "lanes_here", lambda: lanes)
    compiled = fused.gradient(sc.Loss("sum(softplus(w*x))", columns="x").compile({"x": z}))
    value, (slope,) = compiled([1.0])
    expected, by = softplus_sum(tuple(z.tolist()))
    assert value == pytest.approx(expected, rel=1e-13, abs=5e-324 * len(z))             # of which no float has a half
    assert slope == pytest.approx(by, rel=1e-12, abs=5e-324 * np.abs(z[z > -800]).sum())


def test_what_is_no_number_stays_so_in_sums_of_softplus():
    f = fused.gradient(sc.Loss("mean(softplus(w*x)) + mean(x*softplus(w*x))", columns="x").compile({"x": [1.0, 2.0, 3.0]}))
    assert math.isnan(f([math.nan])[0]) and f([math.inf])[0] == math.inf
    assert f([0.7])[0] == pytest.approx(np.mean([(1 + x) * math.log1p(math.exp(0.7 * x)) for x in (1, 2, 3)]), rel=1e-14)


def test_ln_cosh_has_no_call_in_its_loop():
    x, y = RNG.normal(size=(2, 3_000)) * np.repeat([1e-6, 1, 50], 1_000)
    f = fused.gradient(sc.Loss("mean(ln(cosh(y - w*x)))", columns="x y").compile({"x": x, "y": y}))
    with mpmath.workprec(200):
        expected = float(mpmath.fsum(mpmath.log(mpmath.cosh(mpmath.mpf(each))) for each in (y - 0.3 * x).tolist()) / len(x))
    value, slopes = f([0.3])
    assert value == pytest.approx(expected, rel=1e-13)
    assert slopes == pytest.approx([-(x * np.tanh(y - 0.3 * x)).mean()], rel=1e-12)
    source = fused.Source(fused.sections_of(f.tape, f.results))
    source.sums(8)
    assert not [name for name in source.called if not name.startswith("llvm.")]


# Threads that stay

def logistic_loop(rows, cores, monkeypatch):
    from .test_fused import first_row, steps_of
    monkeypatch.setattr(fused, "cores", lambda: cores)
    task = logistic(rows)
    steps = steps_of(task.loss, dict(task.data))
    return fused.loop(steps), first_row(steps, task.start)


@pytest.mark.parametrize(("rows", "cores"), [(PART + 1, 2), (20_000, 2), (20_000, 3), (70_001, 7)])
def test_many_short_steps_are_the_same_for_any_number_of_threads(rows, cores, monkeypatch):
    monkeypatch.setattr(fused, "_STAYING", 1)
    monkeypatch.setattr(fused, "_PIECE", 100 * rows)          # so that threads come and go
    found, rates = [], np.full(250, 0.5)
    for number in (1, cores):
        loop, row = logistic_loop(rows, number, monkeypatch)
        assert loop.threads == min(number, -(-rows // PART))
        loop(row, rates, 1, found.append)
    assert len(found[0]) == 250 and np.array_equal(*found)
    assert loop.names == ("descend", "help") and sharing.functions().count("define") == 5


def test_a_descent_does_not_wait_for_ever_for_helpers_when_it_is_interrupted(monkeypatch):
    monkeypatch.setattr(fused, "_STAYING", 1)
    loop, row = logistic_loop(20_000, 2, monkeypatch)
    loop(row, np.full(5, 0.1), 1, lambda rows: None)
    made = engine.engine(loop.text, loop.names)

    def interrupted(*arguments):
        raise KeyboardInterrupt

    kept = []
    monkeypatch.setitem(made.functions, "descend", interrupted)
    with pytest.raises(KeyboardInterrupt):
        loop(row, np.full(5, 0.1), 1, kept.append)
    assert [len(rows) for rows in kept] == [0]


# When to compile

def fresh(number):
    """A loss that no other test descends."""
    return sc.Loss(f"(1 - u)^2 + {number}*(v - u^2)^2")


def test_descents_are_compiled_once_they_have_repaid_it():
    loss, how = fresh(87.25), {"start": [-1, 1], "rate": 1e-4, "steps": 2_000, "tolerance": 0}
    plain = loss.descend(**how)
    assert "LLVM" not in plain.source
    each = 2_000 * estimate.saved(loss.compile().tape, 1)
    due = math.ceil(choice._MARGIN * estimate.compiling(loss.compile().tape) / each)
    runs = [loss.descend(**how) for _ in range(due)]
    compiled = ["LLVM" in run.source for run in runs]
    assert 5 < due < 200 and compiled == sorted(compiled) and compiled.index(True) in (due - 3, due - 2, due - 1)
    assert np.array_equal(runs[-1].points, plain.points) and runs[-1].message == plain.message


def test_who_asks_for_compiled_loops_gets_them():
    loss, how = fresh(88.5), {"start": [-1, 1], "rate": 1e-4, "steps": 50}
    plain = loss.descend(**how)
    assert loss.compile(strategy="fused")([1, 1])[0] == 0
    asked = loss.descend(**how)
    assert "LLVM" not in plain.source and asked.source.startswith("# compiled by LLVM") and (asked.points == plain.points).all()
    data = {"x": [1.0, 2.0, 3.0], "y": [0.1, 0.2, 0.7]}
    rows = sc.Loss("mean((y - tanh(w*x + 0.125))^2)", columns="x y")
    f = rows.compile(data, strategy="fused")
    assert f.strategy == "fused" and f([0.3])[0] == pytest.approx(rows.compile(data)([0.3])[0], rel=1e-14)
    assert rows.descend(data, start=[0], rate=0.1, steps=3).source.startswith("# compiled by LLVM")


@pytest.mark.parametrize(("strategy", "said"), [("tape", "not 'tape'"), ("", "not ''"), (3, "not 3")])
def test_another_strategy_is_refused(strategy, said):
    with pytest.raises(sc.DescentError, match=said):
        fresh(89).compile(strategy=strategy)


def test_compiled_loops_are_refused_where_there_can_be_none(monkeypatch):
    data = {"x": RNG.rand(50), "y": RNG.rand(50)}
    wide = sc.mean_squared_error("y", sc.network("x", hidden=300))
    with pytest.raises(sc.DescentError, match="strategy arrays has no compiled loop"):
        wide.compile(data, strategy="fused")
    monkeypatch.setattr(engine, "lanes_here", lambda: 0)
    with pytest.raises(sc.DescentError, match=r"pip install symcalc\[fast\]"):
        fresh(90).compile(strategy="fused")
