"""How long it takes to write the page of a run, and how large it is: python tests/benchmarks/page.py.

Seconds of processor time, the quietest of five: of the first page that a session writes, and of a later one.
`python tests/benchmarks/page.py sizes` tells instead how many kB 200 updates take, all methods with each of many losses.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import symcalc as sc
from symcalc.training.methods import METHODS
from symcalc.training.stepping.page import page

X = np.linspace(0, 5, 40)
DATA = {"x": X, "z": np.cos(3 * X), "y": 0.6 * X + np.sin(np.arange(40)), "c": (X > 2) * 1.0, "s": np.where(X > 2, 1.0, -1.0),
        "p": np.floor(X)}
RUNS = {
    "a line, 1,000 updates": lambda: sc.mean_squared_error("y", sc.line("x")).descend(
        DATA, start=[0, 0], rate=0.01, steps=1000),
    "three parameters, 200 updates": lambda: sc.Loss("mean((y - (a*z + m*x + b))^2)", columns="x y z").descend(
        DATA, start=[0, 0, 0], rate=0.01, steps=200),
    "logistic, 200 updates": lambda: sc.logistic_loss("c", sc.line("x")).descend(DATA, start=[0, 0], rate=0.1, steps=200),
    "Adam, two parameters, 200 updates": lambda: sc.Loss("(1 - u)^2 + 100*(v - u^2)^2").descend(
        start=[-1, 1], rate=0.01, steps=200, method="adam"),
}


U = "a*z + m*x + b"
SIZED = {
    "line": f"mean((y - ({U}))^2)", "parabola": "mean((y - (a*x^2 + m*x + b))^2)", "ridge": f"mean((y - ({U}))^2) + 0.1*(a^2 + m^2)",
    "absolute": f"mean(abs(y - ({U})))", "hinge": f"mean(max(0, 1 - s*({U}))) + 0.05*(a^2 + m^2)",
    "pseudo-Huber": f"mean(sqrt(1 + (y - ({U}))^2) - 1)", "Poisson": f"mean(exp({U}) - p*({U}))",
    "logistic": f"mean(softplus({U}) - c*({U}))", "squared sigmoid": f"mean((c - sigmoid({U}))^2)",
    "cross-entropy": f"-mean(c*ln(sigmoid({U})) + (1 - c)*ln(1 - sigmoid({U})))",
    "neuron": "mean((y - u*tanh(w*x + b))^2)", "decay": "mean((y - a*exp(-m*x) - b)^2)",
    "no data": "(1 - u)^2 + 100*(v - u^2)^2 + (w - u*v)^2",
    "network of 4": sc.mean_squared_error("y", sc.network("x", hidden=1)),
    "products of 4": "mean((y - (a*z + m*x + b + d*x*z))^2)",
}


def sizes() -> None:
    """A line for each loss, a column for each method; and how many updates were made where the run ended before."""
    print(f"{'kB':16}" + "".join(f"{method[:9]:>10}" for method in METHODS))
    for name, formula in SIZED.items():
        loss = sc.Loss(formula, columns="" if name == "no data" else "x y z c s p") if isinstance(formula, str) else formula
        start = [0.1 * (k + 1) * (-1) ** k for k in range(len(loss.parameters))]
        found = []
        for method in METHODS:
            run = loss.descend(DATA if loss.columns else None, start=start, rate=1e-4 if name == "Poisson" else 0.003, steps=200,
                               method=method)
            found.append(f"{len(page(run).encode()) / 1000:.0f}" + (f" ({run.nit})" if run.nit < 200 else ""))
        print(f"{name:16}" + "".join(f"{size:>10}" for size in found), flush=True)


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
    sizes() if sys.argv[1:] == ["sizes"] else measured(sys.argv[1]) if len(sys.argv) > 1 else main()
