"""What it costs to keep every update: a run with its whole history against the same loop that keeps nothing.

Promise: a run of 10,000 updates on 1,000 rows takes at most 1.3 times the loop alone, and less than 200 bytes an update
plus 8 for every number kept. Run it: python tests/benchmarks/showing.py
"""

from __future__ import annotations

import tracemalloc
from collections import deque
from statistics import median
from time import perf_counter

import numpy as np

import symcalc as sc
from symcalc.compute.loop import Letters, descent_loop
from symcalc.training.methods import COUNTED, RATE, SLOPE, THETA, method_named
from symcalc.written import derivative_of

STEPS, ROWS, ROUNDS = 10_000, 1_000, 15


def times(name: str) -> list[float]:
    """The ratio of the run to the bare loop, round by round, in turns."""
    rng = np.random.RandomState(1)
    x = rng.rand(ROWS)
    data = {"x": x, "y": 3 + 50 * x + rng.normal(0, 3, ROWS)}
    loss, method = sc.mean_squared_error("y", sc.line("x")), method_named(name)
    compiled = loss.compile(data)
    letters = Letters(theta=THETA, slope=SLOPE, rate=RATE, counted=COUNTED, state=method.state)
    slopes = [derivative_of(loss.symbol, parameter) for parameter in loss.parameters]
    loop, _ = descent_loop(compiled, slopes, range(2), method.equations, letters, method.settings)
    nothing, ratios = deque(maxlen=0).append, []
    for _ in range(ROUNDS):
        began = perf_counter()
        value, gradient = compiled({"m": 0, "b": 0})
        loop([0.0, 0.0], gradient.tolist(), [0.0] * 2 * len(method.state), 1.0, [1e-4] * STEPS, nothing)
        bare = perf_counter() - began
        began = perf_counter()
        run = loss.descend(data, start=[0, 0], rate=1e-4, steps=STEPS, method=name)
        ratios.append((perf_counter() - began) / bare)
        assert run.nit == STEPS
    return ratios


def memory(name: str) -> tuple[float, float, int]:
    """Bytes an update that stay and that are needed on the way, and the numbers kept for an update."""
    loss = sc.Loss("(1 - u)^2 + 100*(v - u^2)^2")
    loss.descend(start=[-1, 1], rate=1e-4, steps=10, method=name)
    tracemalloc.start()
    run = loss.descend(start=[-1, 1], rate=1e-4, steps=STEPS, method=name)
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return kept / run.nit, peak / run.nit, sum(array[0].size for array in (run.points, run.costs, run.gradients, run.states)) + 1


if __name__ == "__main__":
    for name in ("gradient descent", "momentum", "adam"):
        found = times(name)
        kept, peak, numbers = memory(name)
        print(f"{name:18} {median(found):.2f} times the loop alone ({min(found):.2f} to {max(found):.2f}); "
              f"{kept:.0f} bytes an update kept, {peak:.0f} at the peak, for {numbers} numbers of 8 bytes")
