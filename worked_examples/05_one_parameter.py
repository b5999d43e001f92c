"""One lever: the slope of a line through the origin. Walk down its cost curve, and watch each step.

Where the derivative is negative the cost falls to the right, so the step goes right: against the derivative, the longer
the steeper it is.
"""

import sys
from pathlib import Path

import symcalc as sc
from symcalc import figures

hours = {"hours": [1, 2, 3, 4], "points": [2, 3, 7, 8]}
J = sc.Loss("mean((points - m*hours)^2)", columns="hours points")

run = J.descend(hours, start={"m": 0}, rate=0.02, steps=12)
print(run.updates[0])
print()
print(run)
print()

# The same place without walking: where the derivative is 0.
print(J.minimum(hours))

if len(sys.argv) > 1:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    figures.cost_curve(run, "m").savefig(folder / "one-parameter.png")
    run.save(folder / "one-parameter.html")
