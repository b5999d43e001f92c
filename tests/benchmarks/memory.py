"""The most memory that a descent over ten million rows takes, beside the data: at most 1.2 times as much and 64 MB.

    python tests/benchmarks/memory.py

Each loss runs in a process of its own; what the process held before the descent is not counted but for the data.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROWS = 10_000_000
TASKS = ("T1", "T2", "T3", "T4")
PROGRAM = """
import resource, sys
from tasks import TASKS
task = TASKS[sys.argv[1]](2_000)                     # so that everything is imported and warm
def descend(task, steps):
    task.loss.descend(dict(task.data), start=task.start.tolist(), rate=1e-6, steps=steps, tolerance=0)
descend(task, 3)
import numpy as np
columns = {name: np.resize(column, int(sys.argv[2])) for name, column in task.data.items()}
bytes_ = sum(column.nbytes for column in columns.values())
object.__setattr__(task, "data", columns)
open("/proc/self/clear_refs", "w").write("5")        # the high-water mark starts here
def held(key):
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith(key)) * 1024
before = held("VmRSS")
descend(task, 5)
print(bytes_, held("VmHWM") - before)
"""


def main() -> None:
    for name in TASKS:
        done = subprocess.run([sys.executable, "-c", PROGRAM, name, str(ROWS)], check=True, capture_output=True, text=True,
                              cwd=Path(__file__).parent)
        data, more = map(int, done.stdout.split())
        allowed = 0.2 * data + 64e6
        print(f"{name}: {data / 1e6:.0f} MB of data, {more / 1e6:.0f} MB more at the most; {allowed / 1e6:.0f} MB are allowed", flush=True)


if __name__ == "__main__":
    main()
