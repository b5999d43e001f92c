"""A run tells how far it has come at the same numbers of updates, whichever loop makes them, and is the same run unwatched."""

from importlib.util import find_spec

import numpy as np
import pytest

import symcalc as sc
from symcalc.compute.fused import loops as fused
from symcalc.training.walking import walk
from symcalc.training.walking.callbacks import due

LOOPS = {"one by one": lambda steps, count: None, "the fastest": walk.fastest, "compiled": lambda steps, count: fused.loop(steps)}
X = np.linspace(-1, 1, 40)
ROWS = {"x": X, "y": np.sin(X)}
NAMES = ["one by one", "the fastest", pytest.param("compiled", marks=pytest.mark.skipif(
    find_spec("llvmlite") is None, reason="llvmlite is not installed"))]
CASES = [("mean((y - (m*x + b))^2)", ROWS, [0, 0], 0.1, 250), ("mean((y - m*tanh(b*x))^2)", ROWS, [0.5, 0.5], 0.1, 234),
         ("(w^2 - 3)^2", None, [1], 1e-4, 7), ("(w - 3)^2", None, [0], 0.1, 500), ("w^4", None, [9], 1.0, 300)]


def told(case, loop, monkeypatch, **more):
    formula, data, start, rate, steps = case
    monkeypatch.setattr(walk, "fastest", LOOPS[loop])
    seen = []
    run = sc.Loss(formula, columns="x y" if data else "").descend(
        data, start=start, rate=rate, steps=steps, progress=seen.append, **more)
    return run, seen


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
@pytest.mark.parametrize("loop", NAMES)
def test_every_loop_tells_the_same(case, loop, monkeypatch):
    run, seen = told(case, loop, monkeypatch)
    steps, every = case[-1], -(-case[-1] // 100)
    assert seen == [k for k in range(1, run.nit + 1) if k % every == 0 or k == steps] and len(seen) <= 100


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
@pytest.mark.parametrize("loop", NAMES)
def test_who_is_told_changes_nothing(case, loop, monkeypatch):
    run, _ = told(case, loop, monkeypatch)
    formula, data, start, rate, steps = case
    alone = sc.Loss(formula, columns="x y" if data else "").descend(data, start=start, rate=rate, steps=steps)
    assert run.points.tobytes() == alone.points.tobytes() and run.message == alone.message


def test_a_callback_that_stops_the_run_is_told_of_what_there_is(monkeypatch):
    def stop(result):
        if result.nit == 25:
            raise StopIteration

    run, seen = told(CASES[0], "the fastest", monkeypatch, callback=stop)
    assert (run.stop, run.nit, seen) == (sc.Stop.CALLBACK, 25, [3, 6, 9, 12, 15, 18, 21, 24])


@pytest.mark.parametrize("steps", [1, 2, 99, 100, 101, 250, 10**6])
def test_a_hundred_numbers_at_the_most_and_always_the_last(steps):
    whole, halves = [*due(0, steps, steps)], [*due(0, steps // 2, steps)]
    halves += due(halves[-1] if halves else 0, steps, steps)
    assert whole == halves == sorted(set(whole)) and whole[-1] == steps and len(whole) <= 100


def test_runs_side_by_side_tell_the_same_whatever_makes_their_steps(monkeypatch):
    loss, starts, told = sc.Loss("(u - 1)^2 + v^4"), np.random.default_rng(3).normal(size=(66, 2)), []
    for front in (True, False):
        if not front:
            monkeypatch.setattr("symcalc.training.many.front._Abreast._far", lambda self, steps: 0)
        told.append([])
        loss.sweep(starts=starts, rates=[0.02, 0.3], steps=700, progress=told[-1].append)
    assert told[0] == told[1] and told[0][-1] == 2 * 66 * 700
