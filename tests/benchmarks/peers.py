"""What a step of gradient descent costs beside the peers, all in one process, in turns.

    pip install -e ".[bench]" && python tests/benchmarks/peers.py [T1 T2 T3 T4 T5 valley starts pass text]

Ours is `loss.descend(...)` from the call to the run, with every update kept and the stop rules on: with NumPy alone, and where
llvmlite is installed, with the fused loop. The peers are their loop and nothing else; one that is not installed is left out. Every
gradient is checked against the one by hand first, to 1e-9. Microseconds a step, the quietest of several rounds; in brackets how
many times as long as our best.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

import numpy as np
from contestants import CONTESTANTS, Descend
from tasks import TASKS, Task, line, rosenbrock, ten_features

import symcalc as sc
from symcalc.compute.fused.engine import lanes_here, llvm_here

ROUNDS = 5
SECONDS = 0.2            # about what a round takes
LONG = 1.5
MOST = 20_000            # steps in it
SIZES = (1_000, 10_000, 100_000, 1_000_000)
RATE = 1e-6


@contextmanager
def without_fast() -> Iterator[None]:
    """As if llvmlite were not installed."""
    before = sys.modules.get("llvmlite")
    sys.modules["llvmlite"] = None
    _forget()
    try:
        yield
    finally:
        del sys.modules["llvmlite"]
        _forget()
        if before is not None:
            sys.modules["llvmlite"] = before


def _forget() -> None:
    for looked_up in (llvm_here, lanes_here):
        looked_up.cache_clear()


def ours(task: Task) -> Descend:
    """symcalc's own descent, whole."""
    data, start = dict(task.data) or None, task.start.tolist()

    def descend(steps: int, rate: float) -> np.ndarray:
        return task.loss.descend(data, start=start, rate=rate, steps=steps, tolerance=0).x

    return descend


def plain(task: Task) -> Descend:
    """The same with NumPy alone."""
    run = ours(task)

    def descend(steps: int, rate: float) -> np.ndarray:
        with without_fast():
            return run(steps, rate)

    return descend


OURS = {"symcalc": plain, "symcalc [fast]": ours}


def timed(call: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    began = perf_counter()
    call()
    return perf_counter() - began


def seated(task: Task) -> dict[str, Descend]:
    """Those who take part, each with the right gradient."""
    found, slopes = {}, task.by_hand(task.start, **task.data)[1]
    for name, contestant in {**OURS, **CONTESTANTS}.items():
        try:
            descend = contestant(task)
            after = descend(1, 1.0)
        except (ImportError, NotImplementedError):
            continue
        np.testing.assert_allclose(task.start - after, slopes, rtol=1e-9, atol=1e-9 * np.abs(slopes).max(), err_msg=name)
        found[name] = descend
    return found


def steps_for(name: str, descend: Descend) -> int:
    """So many steps that a round takes its time; ours a longer one, as what a whole run costs once is no step."""
    steps, seconds = 1, LONG if name in OURS else SECONDS
    while steps < MOST and (taken := timed(lambda: descend(steps, RATE))) < seconds / 2:
        steps = min(MOST, max(2 * steps, int(steps * seconds / max(taken, 1e-6) / 2)))
    return steps


def per_step(task: Task) -> dict[str, float]:
    """Microseconds a step for each, the quietest of the rounds."""
    contestants = seated(task)
    steps = {name: steps_for(name, descend) for name, descend in contestants.items()}
    best = dict.fromkeys(contestants, np.inf)
    for _ in range(ROUNDS):
        for name, descend in contestants.items():
            best[name] = min(best[name], timed(lambda: descend(steps[name], RATE)) / steps[name] * 1e6)
    return best


def show(title: str, found: dict[str, float], unit: str) -> None:
    """One line for each, the quickest of ours the measure."""
    measure = min(value for name, value in found.items() if name.startswith("symcalc"))
    print(f"{title}, {unit}")
    for name, value in found.items():
        print(f"    {name:16} {value:12.3f}  ({value / measure:.2f})")
    print(flush=True)


def with_the_pass(make: Callable[[int], Task], steps: int = 1_000, rows: int = 1_000_000) -> dict[str, float]:
    """Milliseconds for a thousand steps over a million rows, the first pass over the data included."""
    contestants = seated(make(rows))
    few = {name: steps if name.startswith("symcalc") else 20 for name in contestants}          # theirs cost the same every step
    best = dict.fromkeys(contestants, np.inf)
    for _ in range(3):
        for name, descend in contestants.items():
            best[name] = min(best[name], timed(lambda: descend(few[name], RATE)) / few[name] * steps * 1e3)
    return best


def from_text(steps: int = 10_000) -> dict[str, float]:
    """Milliseconds from the formula to the end of a descent over fifty rows: reading, deriving, compiling, descending.

    Ours once with a formula that comes again in each round, whose program is known then, and once with new letters each time.
    """
    best: dict[str, float] = {}
    for round_ in range(ROUNDS):
        for name, contestant in {**OURS, "symcalc, new": plain, **CONTESTANTS}.items():
            if name not in (*OURS, "symcalc, new", "JAX", "numba", "lambdify"):
                continue
            m, b = (f"m{round_}", f"b{round_}") if name == "symcalc, new" else "mb"

            def whole() -> None:
                fresh = line(50)
                object.__setattr__(fresh, "loss", sc.Loss(f"mean((y - ({m}*x + {b}))^2)", columns="x y"))
                contestant(fresh)(steps, 1e-3)

            taken = timed(whole) * 1e3
            best[name] = min(best.get(name, np.inf), taken) if round_ else np.inf          # the first pays for imports
    return best


def in_the_valley(steps: int = 10_000) -> dict[str, float]:
    """Milliseconds for ten thousand steps in Rosenbrock's valley, without data, again and again: what is compiled stays."""
    contestants = seated(rosenbrock())
    best = dict.fromkeys(contestants, np.inf)
    for _ in range(ROUNDS):
        for name, descend in contestants.items():
            until = perf_counter() + SECONDS
            while perf_counter() < until:
                best[name] = min(best[name], timed(lambda: descend(steps, RATE)) * 1e3)
    return best


def many_starts(count: int = 1_000, steps: int = 10_000) -> dict[str, float]:
    """Milliseconds for ten thousand steps from each of a thousand starts in Rosenbrock's valley."""
    starts = np.random.RandomState(6).uniform(-1, 1, (count, 2))
    loss = rosenbrock().loss

    def by_hand() -> None:
        u, v = starts.T.copy()
        for _ in range(steps):
            r = v - u * u
            u, v = u - 1e-4 * (-2 * (1 - u) - 400 * u * r), v - 1e-4 * 200 * r

    def sweep() -> None:
        loss.sweep(starts=starts, rates=[1e-4], steps=steps)

    def plainly() -> None:
        with without_fast():
            sweep()

    calls = {"NumPy": by_hand, "symcalc": plainly, "symcalc [fast]": sweep}
    best = dict.fromkeys(calls, np.inf)
    for _ in range(2 * ROUNDS):                             # the first of which compiles
        for name, call in calls.items():
            best[name] = min(best[name], timed(call) * 1e3)
    return best


def main(wanted: list[str]) -> None:
    for name, make in TASKS.items():
        for rows in SIZES:
            if not wanted or name in wanted:
                show(f"{make.__doc__} {rows:,} rows", per_step(make(rows)), "microseconds a step")
    if not wanted or "valley" in wanted:
        show(in_the_valley.__doc__, in_the_valley(), "in all")
    if not wanted or "starts" in wanted:
        show(many_starts.__doc__, many_starts(), "in all")
    if not wanted or "pass" in wanted:
        for make in (line, ten_features):
            show(f"{make.__doc__} {with_the_pass.__doc__}", with_the_pass(make), "in all")
    if not wanted or "text" in wanted:
        show(from_text.__doc__.splitlines()[0], from_text(), "in all")


if __name__ == "__main__":
    main(sys.argv[1:])
