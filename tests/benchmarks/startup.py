"""What it costs to start: whole processes, measured in turns in one run.

    python tests/benchmarks/startup.py

`symcalc derive "x^2" --wrt x` may cost at most 1.6 times `python -c "import sympy"`.
"""

import statistics
import subprocess
import sys
import time

RUNS = 15
COMMANDS = {
    "import sympy": [sys.executable, "-c", "import sympy"],
    "import symcalc": [sys.executable, "-c", "import symcalc"],
    "symcalc --help": [sys.executable, "-m", "symcalc", "--help"],
    "symcalc derive": [sys.executable, "-m", "symcalc", "derive", "x^2", "--wrt", "x"],
    "symcalc demo": [sys.executable, "-m", "symcalc", "demo"],
}


def seconds(command: list[str]) -> float:
    """The wall time of one process."""
    before = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - before


def main() -> None:
    for command in COMMANDS.values():      # once for the file system's cache
        seconds(command)
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(RUNS):
        for name, command in COMMANDS.items():
            times[name].append(seconds(command))
    yardstick = times["import sympy"]
    for name, found in times.items():
        ratio = statistics.median(mine / theirs for mine, theirs in zip(found, yardstick))
        print(f"{name:16} median {statistics.median(found) * 1000:5.0f} ms, {ratio:5.2f} times import sympy")


if __name__ == "__main__":
    main()
