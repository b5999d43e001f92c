"""What a derivation costs: the corpus, then expressions that double in size, all in one process after import.

    python tests/benchmarks/derivations.py

A median of at most 50 ms and 8 lines, a worst case of at most 1 s, and a cost that grows with the size of what is
printed: twice the terms take about twice the time. Processor time, the quietest of a few rounds.
"""

import statistics
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import symcalc as sc

sys.path.insert(0, str(Path(__file__).parent.parent / "calculus"))
from corpus import CORPUS, OVER_ROWS

ROUNDS = 5
GROWING: dict[str, tuple[Callable[[int], str], tuple[int, ...]]] = {
    "a sum of powers": (lambda k: " + ".join(f"{j + 2}*x^{j + 2}" for j in range(k)), (10, 20, 40)),
    "a sum of sines": (lambda k: " + ".join(f"sin({j + 2}*x)" for j in range(k)), (10, 20, 40)),
    "a linear model": (lambda k: f"mean((y - ({' + '.join(f'w{j}*x{j}' for j in range(1, k + 1))}))^2)", (6, 12, 24)),
    "sines in each other": (lambda k: "sin(" * k + "x" + ")" * k, (10, 20, 40)),
    "logarithms in each other": (lambda k: "ln(1 + " * k + "x" + ")" * k, (5, 10, 20)),
}


def milliseconds(formula: str, letter: str) -> float:
    """The best of a few rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        before = time.process_time()
        sc.derive(formula, letter)
        best = min(best, time.process_time() - before)
    return best * 1000


def main() -> None:
    problems = [case[:2] for case in (*CORPUS, *OVER_ROWS)]
    sc.derive("x^2*sin(x)", "x")
    times = {problem: milliseconds(*problem) for problem in problems}
    lines = [len(sc.derive(*problem).lines) for problem in problems]
    worst = max(times, key=times.__getitem__)
    medians = f"{statistics.median(times.values()):.1f} ms and {statistics.median(lines):.0f} lines"
    print(f"{len(problems)} problems: median {medians}; the worst {times[worst]:.0f} ms, {worst[0]} by {worst[1]}")
    for name, (formula, sizes) in GROWING.items():
        found = [milliseconds(formula(size), "w1" if "w1" in formula(2) else "x") for size in sizes]
        ratios = ", ".join(f"{after / before:.1f}" for before, after in pairwise(found))
        print(f"{name}: {', '.join(f'{size} in {cost:.0f} ms' for size, cost in zip(sizes, found))}; doubled: {ratios} times")


if __name__ == "__main__":
    main()
