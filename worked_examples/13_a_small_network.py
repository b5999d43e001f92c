"""A small network: its gradient as one derivation, the same numbers by back-propagation, and what a wrong slope does."""

import sys
from pathlib import Path

import symcalc as sc
from symcalc import figures

J = sc.Loss("mean((y - (v*tanh(w*x + c) + b))^2)", columns="x y")
data = {"x": [-2, -1, 0, 1, 2], "y": [-0.9, -0.6, 0.1, 0.8, 1.0]}
start = {"v": 0.5, "w": 0.5, "c": 0, "b": 0}

print(J.gradient())
print()
print(J.backpropagation(at=start, data=data, row=1))
print()
compared = J.compare_gradients({"w": "-2*mean(v*x*(y - (v*tanh(w*x + c) + b)))"}, data, start=start, rate=0.2, steps=8)
print(compared)

if len(sys.argv) > 1:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    figures.tree(J).savefig(folder / "network.png")
    figures.effect(compared).savefig(folder / "wrong-slope.png")
