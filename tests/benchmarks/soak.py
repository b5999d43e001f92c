"""What a process holds more after 10,000 derivations and 2,000 descents, all different: less than 20 MB.

    python tests/benchmarks/soak.py [derivations] [descents] [--trace]

A first part, not counted, fills what keeps the latest (1,000 derivations, 200 descents: the caches of SymPy and our own have
bounds). With --trace, the lines that hold more at the end than after that part are named; it takes several times as long.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import random
import tracemalloc
from pathlib import Path

import numpy as np

import symcalc as sc
from symcalc.compute import choice

WARM = (1_000, 200)
ONE = ("exp", "ln", "sin", "cos", "tanh", "sqrt", "atan", "abs", "sigmoid", "softplus", "relu", "cosh", "erf")
NAMES = ["x", "y", "w", "alpha", "t", "s", "q", "rho"]
METHODS = ("gradient descent", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw", "newton", "line search",
           "backtracking", "coordinate descent")
REFUSED = (sc.ReadError, sc.LossError, sc.ProofError)       # a formula without a value, such as ln(-3), is passed over


def formula(draw: random.Random, depth: int) -> str:
    """A random formula in a few letters, with numbers of its own."""
    if depth == 0:
        return draw.choice([*NAMES, "x", "x", f"{draw.randint(2, 99)}", f"{draw.uniform(0, 9):.3f}"])
    if draw.random() < 0.35:
        return f"{draw.choice(ONE)}({formula(draw, depth - 1)})"
    if draw.random() < 0.3:
        return f"({formula(draw, depth - 1)})^{draw.choice(['2', '3', '-1', '1/2', 'x'])}"
    return f"({formula(draw, depth - 1)} {draw.choice('+-*/')} {formula(draw, depth - 1)})"


def derive(draw: random.Random) -> bool:
    """One derivation, printed and now and then checked and hinted at; False where the formula has no value."""
    try:
        derivation = sc.derive(formula(draw, draw.randint(1, 3)), "x")
    except REFUSED:
        return False
    str(derivation), derivation.document(), sc.latex(derivation.result)
    if draw.random() < 0.05:
        derivation.check(formula(draw, 1)), derivation.hints()
    return True


def given(draw: random.Random, rows: int) -> dict[str, np.ndarray]:
    """A line with noise, in new numbers each time."""
    random = np.random.default_rng(draw.getrandbits(32))
    x = random.uniform(-1, 1, rows)
    return {"x": x, "y": 2 * x + 1 + random.normal(size=rows) / 10, "c": (x > 0) * 1.0}


def loss(draw: random.Random) -> tuple[sc.Loss, int]:
    """A loss with new numbers in its formula, and how many rows it takes (0 for none): every way to compute is met."""
    number = f"{draw.uniform(0.5, 3):.4f}"
    rows = draw.choice([7, 60, 500])
    return draw.choice([
        lambda: (sc.Loss(f"(w - {number})^2 + {number}*v^2 + w*v"), 0),                              # recurrence
        lambda: (sc.Loss(f"({number} - u)^2 + 5*(v - u^2)^2"), 0),                                   # plain floats
        lambda: (sc.Loss(f"ln(cosh(w - {number})) + exp(v/3) - v"), 0),
        lambda: (sc.Loss(f"mean((y - ({number}*m*x + b))^2)", columns="x y"), rows),                 # moments
        lambda: (sc.Loss(f"mean(ln(1 + exp({number}*m*x)) - c*m*x) + b^2", columns="x c"), rows),    # tape
        lambda: (sc.Loss(f"mean((y - a*sin({number}*k*x))^2)", columns="x y"), rows),
        lambda: (sc.Loss(f"mean(tanh({number}*m*x - y)^2) + b^2", columns="x y"), 40_000),           # the same in blocks
        lambda: (sc.mean_squared_error("y", sc.network("x", draw.randint(2, 3))), rows),
        lambda: (sc.mean_squared_error("y", sc.network("x", draw.randint(20, 60))), rows),           # arrays
    ])()


def descend(draw: random.Random) -> bool:
    """One descent by a method drawn by lot; printed now and then, and many from different starts side by side."""
    choice._MARGIN = draw.choice((1e-9, 2))              # at next to 0, whatever can be compiled by LLVM is
    J, rows = loss(draw)
    large = len(J.parameters) > 20
    data = given(draw, rows) if rows else None
    start = [draw.uniform(0.1, 1) for _ in J.parameters]
    method = draw.choice(METHODS[:7] if large else METHODS)
    steps = draw.choice([3, 20]) if rows > 1_000 or large else draw.choice([3, 20, 200, 2_000])
    kind = draw.random()
    if kind < 0.05 and not large:
        J.sweep(data, starts=[start, [one / 2 for one in start]], rates=[0.01], steps=steps)
        return True
    batch = max(1, rows // 3) if kind > 0.9 and rows and method in METHODS[:7] else None
    run = J.descend(data, start=start, steps=steps, rate=0.01, method=method, batch=batch)
    if kind < 0.3 and not large:
        str(run), run.document(), run.updates[:2] and str(run.updates[0])
    return True


def both(draw: random.Random, derivations: int, descents: int) -> None:
    """So many of either, in turns as a session has them."""
    left = {derive: derivations, descend: descents}
    while any(left.values()):
        task = draw.choices(list(left), list(left.values()))[0]
        left[task] -= task(draw)


def held() -> float:
    """Megabytes of resident memory, without what the allocator could give back."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("derivations", nargs="?", type=int, default=10_000)
    parser.add_argument("descents", nargs="?", type=int, default=2_000)
    parser.add_argument("--trace", action="store_true")
    options = parser.parse_args()
    draw = random.Random(8)
    both(draw, *WARM)
    first = held()
    print(f"after {WARM[0]} derivations and {WARM[1]} descents: {first:.1f} MB", flush=True)
    if options.trace:
        tracemalloc.start(8)
        before = tracemalloc.take_snapshot()
    for part in range(1, 11):
        both(draw, options.derivations // 10, options.descents // 10)
        done = f"{options.derivations // 10 * part:6,} and {options.descents // 10 * part:5,} more"
        print(f"{done}: {held() - first:+.1f} MB", flush=True)
    begun = held()
    print(f"grown by {begun - first:.1f} MB; at most 20 MB are allowed")
    if options.trace:
        for line in tracemalloc.take_snapshot().compare_to(before, "lineno")[:30]:
            print(line)


if __name__ == "__main__":
    main()
