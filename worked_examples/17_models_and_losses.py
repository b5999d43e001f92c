"""Models and losses by name: a curve that levels off, a yes or no, and one outlier; each loss with its own last line.

The derivation does not care which model or loss it is given. What it ends in looks much the same each time: what is
seen, less what is predicted, times how the prediction moves with the parameter.
"""

import sys
from pathlib import Path

import symcalc as sc
from symcalc import figures

print("1. A reaction speeds up with the amount of substrate s, until the enzyme is busy all the time.")
print("   V is the highest speed, K the amount at which half of it is reached.\n")
reaction = sc.mean_squared_error("v", sc.michaelis_menten("s"))
print(reaction)
print()
print(reaction.derive("K"))
speeds = {"s": [0.5, 1, 2, 4, 8, 16], "v": [0.99, 1.66, 2.52, 3.31, 4.02, 4.41]}
run = reaction.descend(speeds, start={"V": 4, "K": 1}, rate=0.5, steps=2000)
print("\nMeasured at six amounts, the speeds give V = {V:.3f} and K = {K:.3f}.".format(**run.parameters))
print("Speed at s = 2 and s = 32:", run.predict(s=[2, 32]).round(3))
if len(sys.argv) > 1:
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    figures.fit(run).savefig(Path(sys.argv[1]) / "enzyme.png")

print("\n2. Passed or not, after so many hours: the prediction is a probability, the loss the surprise at what came.")
print("   However the loss is written, its slope ends in probability less outcome, times the hours.\n")
passing = sc.logistic_classification("hours")
for loss in (sc.cross_entropy("passed", passing), sc.logistic_loss("passed", passing)):
    print(sc.text(loss.expression))
    print("  slope by w:", sc.text(loss.derive("w").result))
exams = {"hours": [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5], "passed": [0, 0, 0, 1, 0, 1, 0, 1, 1, 1]}
run = sc.logistic_loss("passed", passing).descend(exams, start={"w": 0, "b": 0}, rate=0.3, steps=5000)
print("\nTen students give w = {w:.3f} and b = {b:.3f}.".format(**run.parameters))
print("Chances after 1, 3 and 5 hours:", run.predict(hours=[1, 3, 5]).round(3))

print("\n3. Five points on the line y = 2x + 1, and a sixth that was typed wrong: 90 for 9.")
print("   The square asks the line to bend to it; Huber's loss turns straight at 1 and lets it be.\n")
table = {"x": [0, 1, 2, 3, 4, 5], "y": [1, 3, 5, 7, 90, 11]}
for loss in (sc.mean_squared_error("y", sc.line("x")), sc.huber("y", sc.line("x"), delta=1)):
    run = loss.descend(table, start={"m": 0, "b": 0}, rate=0.1, steps=5000)
    print(sc.text(loss.expression))
    print("  slope by b:", sc.text(loss.derive("b").result))
    print("  m = {m:.3f}, b = {b:.3f}".format(**run.parameters))
if len(sys.argv) > 1:
    figures.fit(run).savefig(Path(sys.argv[1]) / "outlier.png")
