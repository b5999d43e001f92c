"""Bends: the absolute error and the hinge have a slope everywhere but at one point, and symcalc says what it takes there."""

import sys
from pathlib import Path
from textwrap import fill

import symcalc as sc
from symcalc import figures

absolute = sc.derive("abs(y - w)", "w")
print(absolute)
print()
print(sc.derive("max(0, 1 - y*w*x)", "w"))
print()

# At a bend the steps do not grow shorter: with a fixed rate the point ends up jumping to and fro.
for rate in (0.4, "0.4/k"):
    run = sc.Loss("abs(w - 1)").descend(start={"w": 0}, rate=rate, steps=200)
    print(fill(f"rate {rate}: w = {run.parameters['w']:.4f} after {run.nit} updates. {run.message}", 88,
               subsequent_indent="    "))

if len(sys.argv) > 1:
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    figures.function_and_derivative(sc.derive("abs(w - 1)", "w")).savefig(Path(sys.argv[1]) / "kink.png")
