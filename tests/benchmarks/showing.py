"""What it costs to keep and judge every update: a whole run against the same compiled loop that keeps nothing.

    python tests/benchmarks/showing.py

Promise: 10,000 updates on 1,000 rows take at most 1.3 times what they take without keeping them where the rows are gone
through in each step, and about a microsecond more an update where they are not; less than 200 bytes an update stay,
plus 8 for every number.
"""

import tracemalloc
from statistics import median
from time import perf_counter

import numpy as np

import symcalc as sc
from symcalc.compute.choice import fastest
from symcalc.compute.loops.steps import Letters, Steps
from symcalc.training.methods import COUNTED, RATE, SLOPE, THETA, method_named
from symcalc.written import derivative_of

STEPS, ROWS, ROUNDS = 10_000, 1_000, 15
RNG = np.random.RandomState(1)
X = RNG.rand(ROWS)
LOSSES = {
    "rows in each step": (sc.Loss("mean(ln(1 + exp(-y*(m*x + b))))"),
                          {"x": X, "y": np.sign(X - 0.5 + RNG.normal(0, 0.3, ROWS))}),
    "moments": (sc.mean_squared_error("y", sc.line("x")), {"x": X, "y": 3 + 50 * X + RNG.normal(0, 3, ROWS)}),
}


def times(loss: sc.Loss, data: dict, name: str) -> tuple[list[float], list[float]]:
    """Seconds of whole runs, and of compiling and looping alone, in turns."""
    method = method_named(name)
    letters = Letters(theta=THETA, slope=SLOPE, rate=RATE, counted=COUNTED, state=method.state)
    slopes = [derivative_of(loss.symbol, parameter) for parameter in loss.parameters]
    whole, bare = [], []
    loss.gradient()
    for _ in range(ROUNDS):
        began = perf_counter()
        compiled = loss.compile(data)
        loop = fastest(Steps(compiled=compiled, slopes=slopes, moving=range(2), equations=method.equations, letters=letters,
                             settings=method.settings), STEPS)
        value, gradient = compiled([0, 0])
        first = np.concatenate([[0.0, 0.0, value], gradient, np.zeros(2 * len(method.state) + 1)])
        loop(first, np.full(STEPS, 1e-4), 1, lambda rows: None)
        bare.append(perf_counter() - began)
        began = perf_counter()
        run = loss.descend(data, start=[0, 0], rate=1e-4, steps=STEPS, method=name)
        whole.append(perf_counter() - began)
        assert run.nit == STEPS
    return whole, bare


def memory(name: str) -> tuple[float, float, int]:
    """Bytes an update that stay and that are needed on the way, and the numbers kept for an update."""
    loss = sc.Loss("(1 - u)^2 + 100*(v - u^2)^2")
    loss.descend(start=[-1, 1], rate=1e-4, steps=10, method=name)
    tracemalloc.start()
    run = loss.descend(start=[-1, 1], rate=1e-4, steps=STEPS, method=name)
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    numbers = sum(array[0].size for array in (run.points, run.costs, run.gradients, run.states)) + 1
    return kept / run.nit, peak / run.nit, numbers


def main() -> None:
    for name in ("gradient descent", "momentum", "adam"):
        for regime, (loss, data) in LOSSES.items():
            whole, bare = times(loss, data, name)
            ratio = median(mine / theirs for mine, theirs in zip(whole, bare))
            more = median(mine - theirs for mine, theirs in zip(whole, bare)) / STEPS * 1e6
            print(f"{name:18} {regime:18} {ratio:5.2f} times, {more:5.2f} microseconds more an update")
        kept, peak, numbers = memory(name)
        print(f"{name:18} {kept:.0f} bytes an update stay, {peak:.0f} at the peak; {numbers} numbers of 8 bytes")


if __name__ == "__main__":
    main()
