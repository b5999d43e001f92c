"""Compiled code and what it works on live as long as it runs, whoever else compiles, forgets or is interrupted meanwhile."""

import _thread
import gc
import subprocess
import sys
import threading
import weakref

import numpy as np
import pytest

pytest.importorskip("llvmlite")

from symcalc.compute.fused import engine as engines
from symcalc.compute.fused import loops as fused

from .test_together import loop_of, with_functions
from .threads import PATIENCE, gone

AT_ONCE = """
import sys, threading, time
import numpy as np, symcalc as sc
from symcalc.compute.fused import loops, scalar
from symcalc.compute.fused.engine import engine
from symcalc.compute.loops.loop import plain_loop
from symcalc.training.walking import walk
x, asked = np.sin(np.arange(900.0)), set()
for room in (loops, scalar):
    room.engine = lambda text, names: (asked.add(names), engine(text, names))[1]
if sys.argv[1] == "rows":
    formula, data = "mean((1 - {k}*a*exp(-b*x^2))^2)", {"x": x}
    walk.fastest = lambda steps, count: loops.loop(steps)
else:
    formula, data = "(a - {k})^2 + 10*(b - a^2)^2", None
    walk.fastest = lambda steps, count: scalar.compiled_loop(plain_loop(steps))
for k in range(1, 5):
    loss, points, start = sc.Loss(formula.format(k=k), parameters="a b"), [], threading.Barrier(4)
    def descend():
        start.wait()
        run = loss.descend(data, start=[0.1, 0.2], rate=1e-3, steps=8_000, method="adam", tolerance=0)
        points.append(run.points.tobytes())
    threads = [threading.Thread(target=descend) for _ in range(4)]
    for thread in threads: thread.start()
    while any(thread.is_alive() for thread in threads):
        engine.cache_clear()
        time.sleep(0.01)
    assert len(points) == 4 and len(set(points)) == 1
print(asked)
"""


@pytest.mark.parametrize(("loop", "function"), [("rows", "descend"), ("scalar", "march")])
def test_threads_may_descend_the_same_loss_at_once(loop, function):
    """A new one each time, which all of them compile; and others are compiled, so that none of them is remembered."""
    done = subprocess.run([sys.executable, "-c", AT_ONCE, loop], check=False, capture_output=True, text=True,
                          timeout=3 * PATIENCE)
    assert (done.returncode, done.stdout.strip()) == (0, str({(function,)})), done.stderr


def test_a_function_at_work_keeps_its_code_and_what_it_was_given(monkeypatch):
    """As seen from inside it, when nobody else has any of it."""
    seen, held = [], []

    class Keeper:
        pass

    def finish(*addresses):
        engines.engine.cache_clear()
        gc.collect()
        seen.extend(each() is not None for each in held)

    def taken(thing):
        held.append(weakref.ref(thing))
        return thing

    engines.Engine({"finish": finish}, taken(Keeper()))("finish", engines.pointers([taken(np.ones(3))]), taken(np.ones(3)))
    assert seen == [True] * 3 and not any(each() for each in held)


def test_what_a_thread_works_on_outlives_the_one_who_was_interrupted(monkeypatch):
    """Ctrl-C where another thread leads: the sums and the rates that it goes on with are still there."""
    loop, row, _ = loop_of("logistic", 2, monkeypatch)
    held, seen, begun, over, before = [], [], threading.Event(), threading.Event(), _thread._count()

    def watched(real):
        def function(*arguments, **named):
            found = real(*arguments, **named)
            held.append(weakref.ref(found))
            return found
        return function

    def leading(real):
        def lead(*addresses):
            begun.set()
            over.wait(PATIENCE)
            gc.collect()
            seen.extend(each() is not None for each in held)
            return 0
        return lead

    def interrupted(work, count, threads, jobs):
        jobs.put(lambda: work(0, 1))
        begun.wait(PATIENCE)
        raise KeyboardInterrupt

    monkeypatch.setattr(fused.Rows, "room", watched(fused.Rows.room))
    monkeypatch.setattr(np, "ascontiguousarray", watched(np.ascontiguousarray))
    monkeypatch.setattr(fused, "share", interrupted)
    with_functions(monkeypatch, lead=leading)
    try:                                        # pytest.raises would hold all that the frames have
        loop(row, np.full(60, 0.05)[::2], 1, lambda rows: None)
    except KeyboardInterrupt:
        over.set()
    assert gone(before) and seen == [True, True]
