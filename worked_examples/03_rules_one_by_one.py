"""The rules of differentiation, one by one: what each says, where it applies, and why."""

import sys
from pathlib import Path

import symcalc as sc
from symcalc import figures

for formula in ("7", "x^5", "3x^2 - 11", "x^2*sin(x)", "sin(x)/x", "(3x^2 + 10x)^3", "e^(-x^2/2)", "ln(1 + x^2)"):
    derivation = sc.derive(formula, "x")
    print(derivation)
    print()

if len(sys.argv) > 1:
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    product = sc.derive("x^2*sin(x)", "x")
    figures.function_and_derivative(product, -4, 4).savefig(Path(sys.argv[1]) / "product-rule.png")
