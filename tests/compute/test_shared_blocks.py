"""Blocks of rows that threads share: the sums are the same to the last bit, and whatever happens in one reaches the caller."""

import _thread
import math
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

import numpy as np
import pytest
from tasks import damped_cosine, logistic, network

import symcalc as sc
from symcalc.compute import sharing
from symcalc.compute.fused.engine import lanes_here, llvm_here
from symcalc.compute.rows import total
from symcalc.compute.rows.total import Pool, Total

from .threads import PATIENCE, gone

ROWS = 430_000                       # five blocks or more, of which two or more each
TASKS = [logistic, damped_cosine, network]


@pytest.fixture(autouse=True)
def numpy_alone(monkeypatch):
    """As if llvmlite were not installed."""
    monkeypatch.setitem(sys.modules, "llvmlite", None)
    for looked_up in (llvm_here, lanes_here):
        looked_up.cache_clear()
    yield
    monkeypatch.undo()
    for looked_up in (llvm_here, lanes_here):
        looked_up.cache_clear()


@pytest.fixture
def with_three(numpy_alone, monkeypatch):
    """As on a machine with three processors, where sharing always pays."""
    monkeypatch.setattr(total, "cores", lambda: 3)
    monkeypatch.setattr(Total, "pays", lambda self: True)


def totals_of(f):
    """What sums a compiled loss up."""
    return next(cell.cell_contents for cell in f.function.__closure__ if isinstance(cell.cell_contents, Total))


@pytest.mark.parametrize("make", TASKS)
def test_the_sums_are_the_same_to_the_last_bit_whoever_makes_them(make, monkeypatch):
    task, found, before = make(ROWS), [], _thread._count()
    for threads in (1, 2, 3, 7):
        monkeypatch.setattr(total, "cores", lambda threads=threads: threads)
        monkeypatch.setattr(Total, "pays", lambda self: True)
        f = task.loss.compile(dict(task.data))
        value, gradient = f(task.start)
        again, others = f(task.start)
        assert value == again and gradient.tobytes() == others.tobytes()
        found.append((value, gradient.tobytes()))
    assert len(set(found)) == 1 and totals_of(f).count > 3
    by_hand, slopes = task.by_hand(task.start, **task.data)
    assert value == pytest.approx(by_hand, rel=1e-12) and gradient == pytest.approx(slopes, rel=1e-9, abs=1e-12)
    assert gone(before)


def blocks_with(work, blocks=6, **more):
    """The sums over as many blocks, the number of each being all that it holds."""
    return Total(work, [(k,) for k in range(blocks)], Pool(lambda: [()] * blocks), **more)


@pytest.mark.parametrize("error", [ZeroDivisionError, MemoryError, KeyboardInterrupt, SystemExit])
def test_an_error_in_another_thread_reaches_the_caller(error, with_three):
    before, caller, failed = _thread._count(), _thread.get_ident(), threading.Event()

    def work(k):
        if _thread.get_ident() != caller:
            failed.set()
            raise error("in another thread")
        failed.wait(PATIENCE)
        return (1.0,)

    with pytest.raises(error, match="in another thread"):
        blocks_with(work, 40)()
    assert gone(before)


def test_an_error_of_the_callers_own_ends_the_work_of_all(with_three):
    before, caller, begun, over = _thread._count(), _thread.get_ident(), SimpleQueue(), threading.Event()

    def work(k):
        if _thread.get_ident() == caller:
            for _ in range(2):
                begun.get(timeout=PATIENCE)
            raise ZeroDivisionError
        begun.put(k)
        over.wait(PATIENCE)
        return (1.0,)

    with pytest.raises(ZeroDivisionError):
        blocks_with(work, 100)()
    over.set()
    assert gone(before) and begun.empty()      # the others end the one that each had begun
    assert blocks_with(lambda k: (1.0,))() == (6.0,)


def test_what_the_caller_says_of_overflow_holds_in_every_thread(with_three):
    together, seen = threading.Barrier(3), []

    def work(k):
        together.wait(PATIENCE)                       # each of the three has one of them
        try:
            seen.append(float(np.exp(np.float64(1000.0))))
        except FloatingPointError:
            seen.append("raised")
            raise
        return (seen[-1],)

    before = _thread._count()
    with np.errstate(all="ignore"):
        assert blocks_with(work, 3)() == (math.inf,)
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        blocks_with(work, 3)()
    assert gone(before) and seen == [math.inf] * 3 + ["raised"] * 3


def test_a_thread_of_somebody_else_shares_nothing(monkeypatch):
    """As Dask's, each of which has a part of the rows."""
    monkeypatch.setattr(total, "cores", lambda: 3)
    seen, sums = set(), blocks_with(lambda k: (seen.add(_thread.get_ident()), 1.0)[1:])
    sums.seconds[:] = [1.0, 0.5]
    assert sums.pays()
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(sums.pays).result() is False
        assert pool.submit(sums).result() == (6.0,)
    assert len(seen) == 1


@pytest.mark.parametrize(("seconds", "pays"), [([0.0, 0.0], False), ([1e-3, 0.0], False), ([0.1, 0.0], True), ([0.1, 0.09], True),
                                               ([0.1, 0.11], False)])
def test_threads_share_what_takes_long_and_where_it_was_quicker(seconds, pays, monkeypatch):
    monkeypatch.setattr(total, "cores", lambda: 2)
    sums = blocks_with(lambda k: (1.0,))
    sums.seconds[:] = seconds
    assert sums.pays() is pays
    monkeypatch.setattr(total, "cores", lambda: 1)
    assert not sums.pays()


def test_what_was_slower_once_is_tried_again():
    sums = blocks_with(lambda k: (1.0,), clock=iter([3.0, 3.008]).__next__)
    sums.seconds[:] = [0.01, 0.02]
    sums()
    assert sums.seconds[0] == pytest.approx(0.008) and sums.seconds[1] == pytest.approx(0.0198)


@pytest.mark.parametrize("make", TASKS)
def test_threads_that_call_at_the_same_time_have_buffers_of_their_own(make, with_three):
    task = make(230_000)
    f = task.loss.compile(dict(task.data))
    points = task.start + 0.1 * np.random.RandomState(1).normal(size=(12, len(task.start)))
    alone = [(value, slopes.tobytes()) for value, slopes in map(f, points)]
    with ThreadPoolExecutor(4) as pool:
        assert [(value, slopes.tobytes()) for value, slopes in pool.map(f, points)] == alone
    assert len(totals_of(f).rooms.free) <= 3 * 4 + 1


def test_where_no_thread_is_to_be_had_one_does_it_alone(with_three, monkeypatch):
    def refused(*arguments):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(sharing, "start_new_thread", refused)
    assert blocks_with(lambda k: (float(k), 1.0))() == (15.0, 6.0)


def test_an_interruption_leaves_no_thread_behind_and_keeps_the_rows_so_far(with_three, monkeypatch):
    """Ctrl-C as the threads for one of the points begin, two for each."""
    task, before, begun, real = logistic(ROWS), _thread._count(), [], sharing.start_new_thread

    def interrupted(*arguments):
        begun.append(real(*arguments))
        if len(begun) == 8:
            raise KeyboardInterrupt

    data, start = dict(task.data), task.start.tolist()
    whole = task.loss.descend(data, start=start, rate=0.1, steps=5, tolerance=0)
    monkeypatch.setattr(sharing, "start_new_thread", interrupted)
    run = task.loss.descend(data, start=start, rate=0.1, steps=5, tolerance=0)
    assert run.message.startswith("Interrupted") and gone(before)
    assert len(run.points) in (3, 4) and run.points.tobytes() == whole.points[:len(run.points)].tobytes()


FORKED = """
import sys; sys.modules["llvmlite"] = None
import os, numpy as np, symcalc as sc
from symcalc.compute.rows import total
total.cores = lambda: 3
total.Total.pays = lambda self: True
x = np.sin(np.arange(450_000.0))
f = sc.Loss("mean((1 - tanh(w*x + b))^2)", columns="x").compile({"x": x})
first = f([0.1, 0.2])
if child := os.fork():
    assert os.waitpid(child, 0)[1] == 0
    assert f([0.1, 0.2])[0] == first[0]
else:
    os._exit(0 if f([0.1, 0.2])[0] == first[0] else 1)
import atexit
atexit.register(lambda: print(f([0.1, 0.2])[0] == first[0]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no forks")
def test_forks_and_the_end_of_python_are_survived():
    done = subprocess.run([sys.executable, "-c", FORKED], check=False, capture_output=True, text=True, timeout=3 * PATIENCE)
    assert (done.returncode, done.stdout.strip()) == (0, "True"), done.stderr


def test_a_descent_is_the_same_to_the_last_bit(monkeypatch):
    task, points = logistic(ROWS), []
    for pays in (False, True):
        monkeypatch.setattr(Total, "pays", lambda self, pays=pays: pays)
        run = task.loss.descend(dict(task.data), start=task.start.tolist(), rate=0.1, steps=4, tolerance=0)
        assert isinstance(run, sc.Run) and "Total(sums, blocks" in run.source
        points.append(run.points.tobytes())
    assert points[0] == points[1]
