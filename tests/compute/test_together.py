"""Threads that share the rows of every step inside compiled code: the same bytes as one thread, whoever fails or is late."""

import _thread
import ctypes
import gc
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from itertools import count

import numpy as np
import pytest

import symcalc as sc
from symcalc.compute import sharing
from symcalc.compute.fused import kernels, together
from symcalc.compute.fused import loops as fused
from symcalc.compute.loops.loop import plain_loop
from symcalc.training.stops import Stop

from .threads import PATIENCE, gone

pytest.importorskip("llvmlite")

K = np.arange(30_001.0)
X, Y = np.sin(1.7 * K), np.cos(0.9 * K)
LOSSES = {
    "logistic": "mean(ln(1 + exp(-y*(v*x + w)))) + 0.1*v^2", "cosine": "mean((y - v*exp(-x*w)*cos(w*x + v))^2)",
    "units": "mean((y - v*tanh(w*x) - w*tanh(v*x - 1))^2)", "clipped": "mean(max(y - v*x, w*x, 0))",
}


def loop_of(name, threads, monkeypatch, rows=30_001, method="momentum"):
    from .test_fused import first_row, steps_of
    monkeypatch.setattr(fused, "cores", lambda: threads)
    monkeypatch.setattr(fused, "_HANDED", 1)
    monkeypatch.setattr(fused, "_BEGUN", 1)
    loss = sc.Loss(LOSSES[name], parameters="v w", columns="x y")
    steps = steps_of(loss, {"x": X[:rows], "y": Y[:rows]}, method)
    return fused.loop(steps), first_row(steps, [0.3, 0.4]), steps


def made(loop, row, count=60):
    found = []
    loop(row, np.full(count, 0.05), 1, found.append)
    return found[0]


@pytest.mark.parametrize("spins", [0, 4_000])
@pytest.mark.parametrize(("name", "rows", "threads"), [
    ("logistic", 1_025, 2), ("logistic", 30_001, 2), ("cosine", 30_001, 3), ("units", 9_000, 2), ("clipped", 30_001, 9)])
def test_the_bytes_are_those_of_one_thread(name, rows, threads, spins, monkeypatch):
    """Also where every wait gives the processor away at once."""
    monkeypatch.setattr(together, "_SPINS", spins)
    fused._loop_code.cache_clear()
    before = _thread._count()
    alone, row, steps = loop_of(name, 1, monkeypatch, rows)
    several, _, _ = loop_of(name, threads, monkeypatch, rows)
    expected, found = made(alone, row), made(several, row)
    assert several.shared and several._threads(60) > 1 and not alone.shared
    assert found.tobytes() == expected.tobytes() and len(found) == 60 and gone(before)
    plain = made(plain_loop(steps), row, 5)
    assert np.allclose(plain, found[:5, :plain.shape[1]], rtol=1e-10, atol=1e-14)


def test_all_parts_are_taken_by_all_threads(monkeypatch):
    """Each part of each step once: the sums of a loss that counts its rows."""
    monkeypatch.setattr(fused, "cores", lambda: 4)
    monkeypatch.setattr(fused, "_HANDED", 1)
    loss = sc.Loss("sum(exp(0*x)*w + 0*y)/30001", columns="x y")
    run = loss.descend({"x": X, "y": Y}, start=[1.0], rate=1e-3, steps=4_000, tolerance=0)
    assert np.allclose(run.points[:, 0], 1 - 1e-3 * np.arange(4_001), rtol=0, atol=1e-9)


@pytest.mark.parametrize("late", [None, 0.0, 0.02])
def test_nobody_waits_for_a_thread_that_is_late_or_never_comes(late, monkeypatch):
    expected = made(*loop_of("units", 1, monkeypatch)[:2])
    loop, row, _ = loop_of("units", 3, monkeypatch)

    def begun(work, arguments):
        if late is None:
            raise RuntimeError("can't start new thread")
        begin(lambda: (time.sleep(late), work(*arguments)), ())

    begin, before = sharing.start_new_thread, _thread._count()
    monkeypatch.setattr(sharing, "start_new_thread", begun)
    assert made(loop, row).tobytes() == expected.tobytes() and gone(before)


def with_functions(monkeypatch, **changed):
    """The compiled functions, with some of them changed: each is given the real one."""
    def engine(text, names, real=fused.engine):
        found = real(text, names)
        functions = {name: changed[name](function) if name in changed else function
                     for name, function in found.functions.items()}
        return replace(found, functions=functions)

    monkeypatch.setattr(fused, "engine", engine)


@pytest.mark.parametrize("name", ["help", "lead"])
def test_an_error_in_any_thread_reaches_the_one_who_waits_and_the_next_call_works(name, monkeypatch):
    expected = made(*loop_of("logistic", 1, monkeypatch)[:2])
    loop, row, _ = loop_of("logistic", 3, monkeypatch)
    failed, before = threading.Event(), _thread._count()

    def failing(real):
        def function(*arguments):
            failed.set()
            raise MemoryError("no room")
        return function

    def waiting(real):
        return lambda *arguments: (failed.wait(PATIENCE), real(*arguments))[1]

    other = {"help": "lead", "lead": "help"}[name]
    with monkeypatch.context() as within:
        with_functions(within, **{name: failing, other: waiting})
        with pytest.raises(MemoryError, match="no room"):
            made(loop, row)
        assert failed.is_set()
    assert gone(before)
    assert made(loop, row).tobytes() == expected.tobytes() and gone(before)


@pytest.mark.parametrize(("formula", "rate", "stop"), [
    ("mean((y - exp(w*x))^2)", 3e3, Stop.OVERFLOW), ("mean(sqrt(w + 2 + x + 0*y))", 0.5, Stop.OUTSIDE),
    ("mean((y - w*tanh(x*w))^2)", 0.4, None)])
def test_all_threads_end_where_the_run_ends(formula, rate, stop, monkeypatch):
    loss, before, runs = sc.Loss(formula, parameters="w", columns="x y"), _thread._count(), []
    monkeypatch.setattr(fused, "_HANDED", 1)
    from symcalc.training.walking import walk
    monkeypatch.setattr(walk, "fastest", lambda steps, count: fused.loop(steps))
    for threads in (1, 2, 3):
        monkeypatch.setattr(fused, "cores", lambda threads=threads: threads)
        runs.append(loss.descend({"x": X, "y": Y}, start=[0.5], rate=rate, steps=600))
    assert len({run.points.tobytes() for run in runs}) == len({run.stop for run in runs}) == 1
    assert "LLVM" in runs[0].source and gone(before) and (stop is None or runs[0].stop is stop)


def address(callback):
    return ctypes.cast(callback, ctypes.c_void_p).value


def test_the_one_who_leads_waits_for_parts_that_another_has_taken(monkeypatch):
    """The helper stands still between taking its first parts and summing them up, until the leader waits, or went on."""
    alone, row, _ = loop_of("cosine", 1, monkeypatch)
    expected, leader, helped, before = made(alone, row), [], [], _thread._count()
    begun, taken, over = threading.Event(), threading.Event(), threading.Event()

    @ctypes.CFUNCTYPE(None)
    def between():
        if leader == [_thread.get_ident()]:
            begun.set()
            taken.wait(PATIENCE)
            taken.set()                         # once is enough
        else:
            helped.append(taken.set())
            over.wait(PATIENCE)

    @ctypes.CFUNCTYPE(ctypes.c_int32)
    def waiting():
        if leader == [_thread.get_ident()]:
            over.set()
        return 0

    def leading(real):
        def lead(*arguments):
            leader.append(_thread.get_ident())
            try:
                return real(*arguments)
            finally:
                over.set()
        return lead

    sums, room = "  call void @sums(", fused.Rows.room
    with monkeypatch.context() as within:
        within.setattr(together, "_SPINS", -1)
        text = together.helping().replace(sums, f"  call void inttoptr (i64 {address(between)} to ptr)()\n{sums}")
        within.setattr(kernels, "helping", lambda: text)
        within.setattr(together, "giving_way", lambda: address(waiting))
        within.setattr(fused.Rows, "room", lambda rows: np.full_like(room(rows), np.nan))
        with_functions(within, lead=leading, help=lambda real: lambda *arguments: (begun.wait(PATIENCE), real(*arguments))[1])
        fused._loop_code.cache_clear()
        found = made(loop_of("cosine", 2, within)[0], row)
    fused._loop_code.cache_clear()
    assert gone(before) and helped and found.tobytes() == expected.tobytes()


ALONE = """
import numpy as np, symcalc as sc
from symcalc.compute.fused import loops, together
from symcalc.compute.fused.engine import engine
from symcalc.training.walking import walk
kept, x = [], np.sin(np.arange(20_000.0))
loops.cores, loops._HANDED = lambda: 2, 1
walk.fastest = lambda steps, count: kept.append(loops.loop(steps)) or kept[0]
sc.Loss("mean((1 - tanh(w*x))^2)", columns="x").descend({"x": x}, start=[0.1], rate=0.1, steps=3)
loop, = kept
rows, sums = loop.rows, np.full_like(loop.rows.room(), 7.0)
engine(loop.text, ("lead", "help"))("help", np.zeros(loop.width), loop.width, rows.pointers, rows.given, rows.rows, rows.parts,
                                    sums, *together.Meeting(2).passed)
print((sums == 7.0).all())
"""


def test_one_who_helps_gives_up_where_nobody_leads():
    done = subprocess.run([sys.executable, "-c", ALONE], check=False, capture_output=True, text=True, timeout=PATIENCE)
    assert (done.returncode, done.stdout.strip()) == (0, "True"), done.stderr


@pytest.mark.skipif(os.name == "nt", reason="the system sends no such signals")
def test_an_interruption_is_heard_between_two_calls(monkeypatch):
    """Ctrl-C while both threads are in compiled code: it comes out soon, with the steps so far, and no thread stays."""
    expected = made(*loop_of("cosine", 1, monkeypatch)[:2], 200)
    found, begun, before = [], count(1), _thread._count()

    def leading(real):
        def lead(*arguments):
            if next(begun) == 4:                # within this call or soon after it, when three have come to their ends
                signal.setitimer(signal.ITIMER_REAL, 0.05)
            return real(*arguments)
        return lead

    with_functions(monkeypatch, lead=leading)
    loop, row, _ = loop_of("cosine", 2, monkeypatch)
    monkeypatch.setattr(fused, "_PIECE", len(K) * 3)
    old = signal.signal(signal.SIGALRM, signal.default_int_handler)
    gc.disable()                                # what is raised while it tells others that it collects is lost
    try:
        with pytest.raises(KeyboardInterrupt):
            loop(row, np.full(1_000_000, 0.05), 1, found.append)
    finally:
        gc.enable()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
    kept = min(len(found[0]), 200)
    assert gone(before) and 0 < len(found[0]) < 1_000_000 and found[0][:kept].tobytes() == expected[:kept].tobytes()
