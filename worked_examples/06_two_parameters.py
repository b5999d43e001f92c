"""Two levers at once: slope and intercept. The gradient has a partial derivative for each, and says where it is steepest."""

import sys
from pathlib import Path

import symcalc as sc
from symcalc import figures

hours = {"hours": [1, 2, 3, 4], "points": [2, 3, 7, 8]}
J = sc.mean_squared_error("points", sc.line("hours"))

print(J.gradient())
print()

run = J.descend(hours, start={"m": 0, "b": 0}, rate=0.05, steps=40)
print(run.updates[0])
print()
print(run)
print()
print(f"After 40 steps the run is {run.distance:.3f} from the minimum. For five hours it predicts "
      f"{run.predict(hours=[5])[0]:.2f} points.")

if len(sys.argv) > 1:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    figures.contours(run).savefig(folder / "two-parameters.png")
    figures.data_and_cost(run, over="m").savefig(folder / "line-and-cost.png")
