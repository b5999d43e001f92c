"""What a step costs in every kind of descent, so that none falls off a cliff.

    pip install -e ".[bench]" && python tests/benchmarks/cases.py [STEPS]

T1 at 1,000 rows and T3 at 10,000, with NumPy alone and with the fused loop; microseconds a step, of whole runs, the quietest of several.
"""

from __future__ import annotations

import sys
from time import perf_counter

from peers import without_fast
from tasks import Task, line, logistic

CASES = {
    "gradient descent": {}, "a schedule": {"rate": "0.1/(1 + k/100)"}, "one held": {"hold": 1},
    "momentum": {"method": "momentum"}, "nesterov": {"method": "nesterov"}, "adam": {"method": "adam"},
    "adam, a schedule": {"method": "adam", "rate": "0.1/sqrt(k)"}, "rmsprop": {"method": "rmsprop"},
    "adagrad": {"method": "adagrad"}, "a tolerance of the step": {"step_tolerance": 1e-300},
    "a tolerance of the cost": {"cost_tolerance": 1e-300}, "a callback": {"callback": lambda intermediate_result: None},
    "batches of 32": {"batch": 32}, "batches, momentum": {"batch": 32, "method": "momentum"}}
ROUNDS = 3


def microseconds(task: Task, steps: int, **how: object) -> float:
    """Of a step, in the quietest of the rounds."""
    if "hold" in how:
        how["hold"] = task.loss.names[-1]
    given = {"rate": 1e-3} | how
    best = float("inf")
    for _ in range(ROUNDS):
        began = perf_counter()
        run = task.loss.descend(dict(task.data), start=task.start.tolist(), steps=steps, tolerance=0, **given)
        best = min(best, (perf_counter() - began) / max(1, run.nit) * 1e6)
    return best


def main(steps: int) -> None:
    tasks = {"T1, 1,000 rows": line(1_000), "T3, 10,000 rows": logistic(10_000)}
    print(f"{'':26}" + "".join(f"{name:>20} {'[fast]':>9}" for name in tasks))
    for case, how in CASES.items():
        found = []
        for task in tasks.values():
            some = steps if task.name == "T1" else steps // 2
            with without_fast():
                found.append(microseconds(task, some, **how))
            found.append(microseconds(task, some, **how))
        print(f"{case:26}" + "".join(f"{plain:20.2f} {fast:9.2f}" for plain, fast in zip(found[::2], found[1::2])), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
