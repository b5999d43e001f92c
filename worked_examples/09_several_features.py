"""Many levers: a film's revenue from its budget, its screens and its stars. One rule gives the slope of every weight.

Features of different size make a long, narrow valley: the stable rate is small, and the descent crawls. Brought to one
scale, the same descent is there in a fraction of the steps.
"""

import sys
from pathlib import Path

import numpy as np

import symcalc as sc
from symcalc import figures

films = {"budget": [12, 25, 31, 40, 54, 63, 77, 88], "screens": [0.9, 1.4, 1.1, 2.2, 2.0, 2.9, 3.1, 3.0],
         "stars": [1, 0, 2, 1, 3, 1, 2, 3], "revenue": [33, 51, 72, 88, 121, 119, 150, 171]}
J = sc.mean_squared_error("revenue", sc.linear("budget screens stars"))
print(J)
print()
print(J.derive("w2", detail="brief"))          # and so for every weight: only the column in front of the residual is another
print()


def scaled(column):
    return (np.array(column) - np.mean(column)) / np.std(column)


start = dict.fromkeys(J.names, 0.0)
even = {name: column if name == "revenue" else scaled(column) for name, column in films.items()}
for title, data in (("as measured", films), ("brought to one scale", even)):
    before = J.diagnose(data, start=start)
    run = J.descend(data, start=start, rate=before.suggested_rate, steps=300_000, tolerance=1e-6)
    print(f"{title[0].upper()}{title[1:]}, rates below {before.stable_rate:.5f} are stable and the condition number is "
          f"{before.condition:,.0f}:\n  {run.nit:,} updates lead to J = {run.fun:.4f}.\n")
print(J.minimum(films))

if len(sys.argv) > 1:
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    few = J.descend(even, start=start, rate=J.diagnose(even, start=start).suggested_rate / 4, steps=40)
    figures.history(few).savefig(Path(sys.argv[1]) / "features.png")
