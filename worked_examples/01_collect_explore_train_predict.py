"""Why math: collect data, explore it, train a model, predict.

Films have a budget and a revenue. We look for the line that predicts one from the other, and let the derivative of the
cost tell how to move its slope and its intercept.
"""

import sys
from pathlib import Path

import symcalc as sc

pictures = Path(sys.argv[1]) if len(sys.argv) > 1 else None
if pictures:
    pictures.mkdir(parents=True, exist_ok=True)

# Collect: a few films, in tens of millions (illustrative numbers).
films = {"budget": [1.2, 2.5, 3.1, 4.0, 5.4, 6.3, 7.7, 8.8, 10.1, 11.9, 13.5, 15.0],
         "revenue": [4.9, 5.1, 10.8, 9.2, 17.5, 13.9, 22.4, 21.3, 30.6, 29.8, 39.9, 40.2]}

print("Explore: how far off is a line? The cost says it in one number.\n")
J = sc.mean_squared_error("revenue", sc.line("budget"))
print(J)
print("\nWith b = 0, for four slopes m:\n")
cost = J.compile(films)
for m in (1, 2, 3, 4):
    value, slope = cost({"m": m, "b": 0})
    print(f"  m = {m}: cost {value:6.1f}, slope in m {slope[0]:7.1f}")
print("\nWhere the slope is below 0, a larger m has a lower cost; above 0, a smaller one.")

print("\nTrain: the derivative, line by line, and then down the slope.\n")
print(J.derive("b"))
print()
run = J.descend(films, start={"m": 0, "b": 0}, rate=0.008, steps=12)
print(run)
print()
print(run.updates[0])

print("\nPredict: what does the line say about a film with a budget of 12?\n")
print(f"  {run.parameters['m']:.3f} · 12 + {run.parameters['b']:.3f} = {run.predict(budget=[12])[0]:.1f}")

if pictures:
    sc.figures.fit(run).savefig(pictures / "films-fit.png")
    sc.figures.cost_curve(run, "m").savefig(pictures / "films-cost.png")
