"""Which rate, which method, which start? The same descent, many times over, in one table.

A valley that is twenty times as steep across as along it: gradient descent has to take steps that are short enough for
the steep direction, and crawls along the flat one; momentum gathers speed there, and Newton's method sees both curvatures.
"""

import sys
from pathlib import Path
from textwrap import fill

import symcalc as sc
from symcalc import figures

J = sc.Loss("(u - 2)^2 + 20*(v - 1)^2")
start = {"u": 0, "v": 0}

rates = J.sweep(start=start, rates=[0.001, 0.01, 0.03, 0.049, 0.05, 0.051], steps=100)
print(rates)
print()

methods = J.sweep(start=start, rate=0.02, steps=100,
                  methods=["gradient descent", "momentum", "nesterov", "adagrad", "rmsprop", "adam"])
print(methods)
print()
print(J.sweep(start=start, steps=100, methods=["newton", "line search", "backtracking", "coordinate descent"]))
print()

# Every run of a sweep is a whole run, which says how it ended and why.
for run in rates[-2:]:
    print(fill(f"rate {run.rate}: {run.message}", 88, subsequent_indent="    "))
print()

# Two valleys: where a run ends depends on where it starts.
print(sc.Loss("(w^2 - 4)^2 + w").sweep(starts=[{"w": -3}, {"w": -0.1}, {"w": 0.2}, {"w": 3}], rate=0.01, steps=200))

if len(sys.argv) > 1:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    figures.costs_over_steps(methods).savefig(folder / "methods.png")
    figures.costs_over_rates(rates).savefig(folder / "valley-rates.png")
