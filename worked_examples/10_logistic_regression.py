"""Yes or no: the chance that a student passes, from the hours of study. The sigmoid turns a line into a probability.

Its loss is the cross-entropy; the derivative comes out as simple as that of the line: prediction minus truth, times x.
"""

import sys
from pathlib import Path

import symcalc as sc
from symcalc import figures

J = sc.cross_entropy("y", sc.logistic_classification("x"))
students = {"x": [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4], "y": [0, 0, 0, 1, 0, 1, 1, 1]}

print(J.derive("w"))
print()
run = J.descend(students, start={"w": 0, "b": 0}, rate=0.5, steps=400)
print(run.summary())
print()
print("The chance to pass:\n")
for hours, chance in zip((1, 2, 3), run.predict(x=[1, 2, 3])):
    print(f"  after {hours} hour{'s' * (hours != 1)}: {chance:.0%}")

if len(sys.argv) > 1:
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    figures.fit(run).savefig(Path(sys.argv[1]) / "passing.png")
