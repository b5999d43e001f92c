"""What change in the cost should a step bring, and what change comes?

For a parabola with curvature κ the ratio of the two is exactly 1 - ηκ/2: near 1 for a tiny step, 1/2 for the step that
lands on the minimum, below 0 where the cost rises.
"""

import sys
from pathlib import Path
from textwrap import fill

import symcalc as sc
from symcalc import figures

J = sc.Loss("3*(w - 2)^2")
kappa = 6
for rate in (0.001, 0.05, 1 / 6, 0.25, 0.3, 0.4):
    update = J.descend(start={"w": 5}, rate=rate, steps=1).updates[0]
    print(f"rate {rate:.3f}: expected {update.expected_change:8.3f}, actual {update.actual_change:8.3f}, "
          f"ratio {update.ratio:6.3f} = 1 - ηκ/2 = {1 - rate * kappa / 2:6.3f}")

print()
print(J.descend(start={"w": 5}, rate=0.05, steps=1).updates[0])
print()
print(fill(f"rate 0.4, 100 steps: {J.descend(start={'w': 5}, rate=0.4, steps=100).message}", 88))

if len(sys.argv) > 1:
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    run = J.descend(start={"w": 5}, rate="0.02 + 0.02*k", steps=16)          # a longer step each time
    figures.expected_actual(run).savefig(Path(sys.argv[1]) / "expected-actual.png")
