"""What it costs to start: whole processes, measured in turns in one run.

    python tests/benchmarks/startup.py

Beside `import sympy, numpy`: the command line, and the first gradient of a line's squared error, from the import on: derived,
proved, compiled and evaluated. It may cost at most 1.6 times as much. Bytecode is kept, as Python does by itself: a first
round, not counted, leaves it for the others.
"""

import os
import statistics
import subprocess
import sys
import time

RUNS = 15
FIRST_GRADIENT = """
import numpy as np, symcalc as sc
J = sc.Loss("mean((y - (m*x + b))^2)", columns="x y")
assert J.gradient().proof.passed
x = np.arange(50.0)
value, gradient = J.compile({"x": x, "y": 2*x + 1})({"m": 0, "b": 0})
assert gradient.tolist() == [-2*np.mean(x*(2*x + 1)), -100.0]
"""
COMMANDS = {
    "import sympy, numpy": [sys.executable, "-c", "import sympy, numpy"],
    "import symcalc": [sys.executable, "-c", "import symcalc"],
    "first gradient": [sys.executable, "-c", FIRST_GRADIENT],
    "symcalc --help": [sys.executable, "-m", "symcalc", "--help"],
    "symcalc derive": [sys.executable, "-m", "symcalc", "derive", "x^2", "--wrt", "x"],
    "symcalc demo": [sys.executable, "-m", "symcalc", "demo"],
}
SURROUNDINGS = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def seconds(command: list[str]) -> float:
    """The wall time of one process."""
    before = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=SURROUNDINGS)
    return time.perf_counter() - before


def main() -> None:
    for command in COMMANDS.values():      # once, for the bytecode and the file system's cache
        seconds(command)
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(RUNS):
        for name, command in COMMANDS.items():
            times[name].append(seconds(command))
    yardstick = times["import sympy, numpy"]
    for name, found in times.items():
        ratio = statistics.median(mine / theirs for mine, theirs in zip(found, yardstick))
        print(f"{name:20} median {statistics.median(found) * 1000:5.0f} ms, {ratio:5.2f} times import sympy, numpy")


if __name__ == "__main__":
    main()
