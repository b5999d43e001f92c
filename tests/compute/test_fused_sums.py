"""What compiled loops gain their speed by: one logarithm for many rows, threads that help, compiling where it pays."""

import _thread
import math
import os
import queue
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import count
from types import FunctionType

import mpmath
import numpy as np
import pytest
from tasks import logistic

import symcalc as sc
from symcalc.compute import choice, estimate, sharing
from symcalc.compute.fused import loops as fused
from symcalc.compute.fused.kernels import PART

from .threads import PATIENCE, gone

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


# Threads that help

def logistic_loop(rows, cores, monkeypatch):
    from .test_fused import first_row, steps_of
    monkeypatch.setattr(fused, "cores", lambda: cores)
    monkeypatch.setattr(fused, "_HANDED", 1)
    monkeypatch.setattr(fused, "_BEGUN", 1)
    task = logistic(rows)
    steps = steps_of(task.loss, dict(task.data))
    return fused.loop(steps), first_row(steps, task.start)


def expected_rows(rows, count, monkeypatch):
    loop, row = logistic_loop(rows, 1, monkeypatch)
    found = []
    loop(row, np.full(count, 0.5), 1, found.append)
    assert not loop.shared and len(found[0]) == count
    return found[0]


@pytest.mark.parametrize(("rows", "cores"), [(PART + 1, 2), (20_000, 2), (20_000, 3), (70_001, 7)])
def test_many_short_steps_are_the_same_for_any_number_of_threads(rows, cores, monkeypatch):
    expected, found = expected_rows(rows, 100, monkeypatch), []
    loop, row = logistic_loop(rows, cores, monkeypatch)
    before = _thread._count()
    loop(row, np.full(100, 0.5), 1, found.append)
    assert loop.shared and loop._threads(100) == min(cores, -(-rows // PART))
    assert np.array_equal(found[0], expected) and gone(before)
    monkeypatch.setattr(fused, "_BEGUN", 10**9)
    loop(row, np.full(3, 0.5), 1, found.append)                # so few that no thread is begun for them
    assert np.array_equal(found[1], expected[:3])


def test_descents_at_once_in_several_threads_have_their_own_numbers(monkeypatch):
    expected, found = expected_rows(20_000, 40, monkeypatch), []
    loop, row = logistic_loop(20_000, 3, monkeypatch)
    with ThreadPoolExecutor(4) as pool:
        for each in [pool.submit(loop, row, np.full(40, 0.5), 1, found.append) for _ in range(8)]:
            each.result()
    assert len(found) == 8 and all(np.array_equal(rows, expected) for rows in found)


@pytest.mark.parametrize(("place", "calls", "kept"), [
    ("begin", 1, 0), ("begin", 2, 0), ("put", 1, 0), ("put", 10, 8), ("put", 21, 20)])
def test_an_interruption_leaves_no_thread_behind_wherever_it_comes(place, calls, kept, monkeypatch):
    """Ctrl-C while threads begin, just after work was handed over, and when the threads are told that it is over."""
    expected, found, before = expected_rows(20_000, 20, monkeypatch), [], _thread._count()
    loop, row = logistic_loop(20_000, 3, monkeypatch)
    monkeypatch.setattr(fused, "_PIECE", 40_000)               # two steps in a call
    numbers = count(1)

    def interrupted(call):
        if next(numbers) == calls:
            raise KeyboardInterrupt

    class Queue(queue.SimpleQueue):
        def put(self, item):
            super().put(item)
            if place == "put" and threading.current_thread() is threading.main_thread() and isinstance(item, FunctionType | None):
                interrupted(item)

    def begun(*arguments):
        real(*arguments)
        if place == "begin":
            interrupted(arguments)

    real = sharing.start_new_thread
    monkeypatch.setattr(sharing, "start_new_thread", begun)
    monkeypatch.setattr(sharing, "SimpleQueue", Queue)
    with pytest.raises(KeyboardInterrupt):
        loop(row, np.full(20, 0.5), 1, found.append)
    assert gone(before) and len(found) == 1 and np.array_equal(found[0], expected[:kept])


def test_where_no_thread_is_to_be_had_one_does_it_alone(monkeypatch):
    expected, found = expected_rows(20_000, 5, monkeypatch), []
    loop, row = logistic_loop(20_000, 3, monkeypatch)

    def refused(*arguments):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(sharing, "start_new_thread", refused)
    loop(row, np.full(5, 0.5), 1, found.append)
    assert np.array_equal(found[0], expected)


ENDING = """
import _thread, atexit, os, signal, time
import numpy as np, symcalc as sc
from symcalc.compute.fused import loops
loops.cores, loops._HANDED = lambda: 3, 1
x = np.sin(np.arange(40_000.0))
loss = sc.Loss("mean((1 - tanh(w*x + b))^2)", columns="x")
def run(steps): return loss.descend({"x": x}, start=[0.1, 0.2], rate=0.1, steps=steps, tolerance=0)
first = run(500)
assert "LLVM" in first.source
if child := os.fork():
    assert os.waitpid(child, 0)[1] == 0
else:
    os._exit(0 if (run(500).points == first.points).all() else 1)
atexit.register(lambda: print((run(500).points == first.points).all()))
signal.signal(signal.SIGALRM, signal.default_int_handler)
for k in range(20):
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.002 + 0.004 * k)
        run(100_000)
    except KeyboardInterrupt:
        pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
while _thread._count():
    time.sleep(0.01)
begun = time.process_time()
time.sleep(0.2)
assert time.process_time() - begun < 0.1
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no forks")
def test_forks_signals_and_the_end_of_python_are_survived():
    ended = subprocess.run([sys.executable, "-c", ENDING], check=False, capture_output=True, text=True, timeout=3 * PATIENCE)
    assert (ended.returncode, ended.stdout.strip()) == (0, "True"), ended.stderr


# When to compile

def test_a_descent_is_the_same_whatever_was_done_before():
    """The rate is such that the last bit of one step decides all that follow."""
    x = RNG.normal(size=200)
    data, how = {"x": x, "y": (x > 0.3).astype(float)}, {"start": [0.1, 0.2], "rate": 6, "steps": 900, "tolerance": 0}
    loss = sc.Loss("mean((y - tanh(w*x + b))^2)", columns="x y")
    first = loss.descend(data, **how)
    loss.descend(data, start=[0.1, 0.2], rate=0.1, steps=200_000)
    fused.gradient(loss.compile(data))([0.1, 0.2])
    for _ in range(9):
        again = loss.descend(data, **how)
    assert again.source == first.source and "LLVM" not in first.source
    assert np.array_equal(again.points, first.points) and first.replay(data).same


def test_compiling_is_the_longer_the_more_statements_there_are(monkeypatch):
    loss, data = sc.Loss("mean((y - tanh(w*x))^2)", columns="x y"), {"x": RNG.normal(size=50), "y": np.ones(50)}
    tape = loss.compile(data).tape
    due = math.ceil(choice._MARGIN * estimate.compiling(tape) / estimate.saved(tape, 50))
    from .test_fused import steps_of
    loops = [type(choice.fastest(steps_of(loss, data), count)).__name__ for count in (due - 1, due + 1)]
    assert loops == ["PlainLoop", "FusedLoop"]
    monkeypatch.setattr(estimate, "_EACH", 2 * estimate._EACH)
    assert type(choice.fastest(steps_of(loss, data), due + 1)).__name__ == "PlainLoop"
