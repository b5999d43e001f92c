"""How long it takes to write the page of a run, and how large it is: python tests/benchmarks/page.py.

Seconds of processor time, the quietest of five: of the first page that a session writes, and of a later one.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import symcalc as sc

X = np.linspace(0, 5, 40)
DATA = {"x": X, "z": np.cos(3 * X), "y": 0.6 * X + np.sin(np.arange(40)), "c": (X > 2) * 1.0}
RUNS = {
    "a line, 1,000 updates": lambda: sc.mean_squared_error("y", sc.line("x")).descend(
        DATA, start=[0, 0], rate=0.01, steps=1000),
    "three parameters, 200 updates": lambda: sc.Loss("mean((y - (a*z + m*x + b))^2)", columns="x y z").descend(
        DATA, start=[0, 0, 0], rate=0.01, steps=200),
    "logistic, 200 updates": lambda: sc.logistic_loss("c", sc.line("x")).descend(DATA, start=[0, 0], rate=0.1, steps=200),
    "Adam, two parameters, 200 updates": lambda: sc.Loss("(1 - u)^2 + 100*(v - u^2)^2").descend(
        start=[-1, 1], rate=0.01, steps=200, method="adam"),
}


def measured(name: str) -> None:
    """The first page and a later one of a run, on a line."""
    run = RUNS[name]()
    with TemporaryDirectory() as folder:
        page = Path(folder, "run.html")
        times = []
        for _ in range(5):
            start = time.process_time()
            run.save(page)
            times.append(time.process_time() - start)
        print(f"{times[0]:.3f} {min(times[1:]):.3f} {page.stat().st_size}")


def main() -> None:
    """Each run in a process of its own, three times."""
    for name in RUNS:
        found = [subprocess.run([sys.executable, __file__, name], capture_output=True, text=True, check=True).stdout.split()
                 for _ in range(3)]
        first, later = (min(float(row[k]) for row in found) for k in (0, 1))
        print(f"{name:35} first {first:.2f} s, later {later:.2f} s, {int(found[0][2]) / 1000:.0f} kB")


if __name__ == "__main__":
    measured(sys.argv[1]) if len(sys.argv) > 1 else main()
