"""One compiled loss in many threads, under any number of threads of BLAS, and through pickle and copy: the same numbers."""

from __future__ import annotations

import copy
import json
import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest

import symcalc as sc
from symcalc.compute.fused import loops as fused
from symcalc.errors import SymcalcError
from symcalc.pages.shown import Shown

ROOT = Path(sc.__file__).parents[1]
THREADS, POINTS = 8, 16
STRATEGIES = ("scalar", "moments", "tape", "tape in blocks", "arrays", "arrays in moments", "fused", "fused in parts")
BLAS = ("moments", "tape", "tape in blocks", "arrays", "arrays in moments")           # these call it


def made(strategy):
    """The loss, its data, and a few points; every number by formula, so that another process has the same."""
    rows = {"tape in blocks": 60_000, "fused in parts": 150_000, "tape": 40}.get(strategy, 3_000)
    k = np.arange(rows)
    x, y = np.sin(1.7 * k) + 0.3, np.cos(0.9 * k) * 2
    points = np.sin(np.arange(POINTS * 2).reshape(POINTS, 2))
    if strategy == "scalar":
        return sc.Loss("(1 - u)^2 + 100*(v - u^2)^2 + exp(-u*v)").compile(), points
    if strategy.startswith("arrays"):
        tables = {"x": np.stack([np.sin((j + 1) * k) for j in range(12)], axis=1), "y": y}
        model = sc.linear("x", features=12) if "moments" in strategy else sc.network(["a", "c"], hidden=24)
        data = tables if "moments" in strategy else {"a": x, "c": np.cos(k), "y": y}
        found = sc.mean_squared_error("y", model).compile(data)
        return found, np.sin(np.arange(POINTS * len(found.parameters)).reshape(POINTS, -1))
    formula = "mean((y - (m*x + b))^2)" if strategy == "moments" else "mean(ln(1 + exp(-y*(m*x + b)))) + b^2"
    found = sc.Loss(formula, parameters="m b", columns="x y").compile({"x": x, "y": y})
    if strategy.startswith("fused"):
        found = fused.gradient(found)
        if found is None:
            pytest.skip("llvmlite is not installed")
    return found, points


NAMED = {"tape in blocks": "tape", "fused in parts": "fused"}


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_thread_gets_its_own_numbers(strategy):
    f, points = made(strategy)
    assert "moments" in strategy or f.strategy == NAMED.get(strategy, strategy)
    alone = [f(point) for point in points]
    f, _ = made(strategy)                       # a new one, as its first call may compile and make room
    together = Barrier(THREADS)

    def work(first):
        together.wait()
        order = np.roll(np.arange(len(points)), -first * 5)
        return {int(k): f(points[k]) for k in (*order, *order[::-1])}

    with ThreadPoolExecutor(THREADS) as pool:
        for found in pool.map(work, range(THREADS)):
            for k, (value, gradient) in found.items():
                assert value == alone[k][0] and np.array_equal(gradient, alone[k][1]), (strategy, k)


SCRIPT = """
import json, sys
sys.path.insert(0, sys.argv[1])
from test_shared import numbers
print(json.dumps(numbers()))
"""


def numbers():
    """The value and the slopes at a few points, by strategy."""
    return {strategy: [[value, *slopes.tolist()] for value, slopes in map(f, points[:8])]
            for strategy in BLAS for f, points in [made(strategy)]}


def test_the_number_of_threads_of_blas_changes_nothing():
    """One thread in another process; here there are as many as there are cores."""
    settings = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    done = subprocess.run([sys.executable, "-c", SCRIPT, str(Path(__file__).parent)], check=True, timeout=600,
                          capture_output=True, text=True, env={**os.environ, **settings, "PYTHONPATH": str(ROOT)})
    alone, here = json.loads(done.stdout), numbers()
    for strategy in BLAS:
        one, many = np.array(alone[strategy]), np.array(here[strategy])
        apart = np.abs(one - many) / np.abs(one).max(axis=1, keepdims=True)
        assert apart.max() <= 1e-12, (strategy, apart.max())


# Pickle and copy

ROWS = {"x": [1.0, 2.0, 3.0], "y": [2.0, 3.0, 5.0]}


def line():
    return sc.mean_squared_error("y", sc.line("x"))


OBJECTS = {
    "loss": line, "loss as text": lambda: sc.Loss("mean((y - m*x)^2) + piecewise((m, m > 1), (m^2, True))", columns="x y"),
    "network": lambda: sc.mean_squared_error("y", sc.network("x", hidden=2)), "table": lambda: sc.read_table(ROWS),
    "derivation": lambda: line().derive("m"), "gradient": lambda: line().gradient(),
    "second": lambda: sc.derive("x^2*sin(x)", "x", order=2),
    "sine": lambda: sc.derive("x^2*sin(x)", "x"), "verdict": lambda: line().derive("m").check("2*mean(x*(m*x + b - y))"),
    "run": lambda: line().descend(ROWS, start=[0, 0], rate=0.05, steps=4),
    "update": lambda: line().descend(ROWS, start=[0, 0], rate=0.05, steps=4).updates[1],
    "sweep": lambda: line().sweep(ROWS, start=[0, 0], rates=[0.05, 0.1], steps=4),
    "replay": lambda: line().descend(ROWS, start=[0, 0], rate=0.05, steps=4).replay(), "minimum": lambda: line().minimum(ROWS),
    "effect": lambda: line().compare_gradients({"m": "mean(x*y)"}, ROWS, start=[0, 0], rate=0.05, steps=3),
    "diagnosis": lambda: line().diagnose(ROWS), "model": lambda: sc.line("x"),
    "compiled": lambda: line().compile(ROWS), "compiled, scalar": lambda: sc.Loss("u^2").compile(),
    "compiled by number": lambda: sc.mean_squared_error("y", sc.network("x", hidden=12)).compile(ROWS),
}


@cache
def kept(name):
    """The object, which no way of copying it changes."""
    return OBJECTS[name]()


WAYS = {"pickle": lambda one: pickle.loads(pickle.dumps(one)), "deepcopy": copy.deepcopy, "copy": copy.copy}
MADE_AGAIN = {"derivation", "gradient", "second", "sine", "verdict", "minimum", "effect", "diagnosis", "model"}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", OBJECTS)
def test_it_comes_back_the_same_or_says_why_not(name, way):
    found = kept(name)
    try:
        again = WAYS[way](found)
    except SymcalcError as refused:
        said = str(refused)
        assert said.isprintable() and "; pickle the loss" in said
        assert name.startswith("compiled") or (name in MADE_AGAIN and way == "pickle")
        return
    assert name not in MADE_AGAIN or way != "pickle"
    assert not name.startswith("compiled") or way != "pickle"
    assert str(again) == str(found) and repr(again) == repr(found) and type(again) is type(found)
    assert (again is found) == (way != "pickle") or not isinstance(found, Shown)
    if hasattr(found, "as_dict"):
        assert json.dumps(again.as_dict()) == json.dumps(found.as_dict())


def test_symcalc_never_loads_a_pickle_itself():
    for path in Path(sc.__file__).parent.rglob("*.py"):
        written = path.read_text(encoding="utf-8")
        for word in ("import pickle", "pickle.load", "cloudpickle", "import marshal", "import shelve", "allow_pickle=True",
                     "joblib"):
            assert word not in written, (path, word)
