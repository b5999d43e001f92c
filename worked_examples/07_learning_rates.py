"""Too small a rate crawls, too large a one flies off. Where between them is the limit? Calculus knows before the first step.

The curvature κ of a parabola bounds the rate: above 2/κ every step lands further away than it began.
"""

import sys
from pathlib import Path
from textwrap import fill

import symcalc as sc
from symcalc import figures

J = sc.Loss("2*(w - 3)^2 + 1")
print(J.diagnose(start={"w": 0}, rate=0.45))
print()

runs = J.sweep(start={"w": 0}, rates=[0.001, 0.05, 0.25, 0.45, 0.49, 0.5, 0.51], steps=60)
print(runs)
print()
for run in (runs[0], runs[2], runs[5], runs[6]):
    print(fill(f"rate {run.rate}: {run.message}", 88, subsequent_indent="    "))

if len(sys.argv) > 1:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    figures.costs_over_rates(runs).savefig(folder / "rates.png")
    figures.costs_over_steps(runs).savefig(folder / "steps.png")
