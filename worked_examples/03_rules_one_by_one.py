"""The rules of differentiation, one by one: what each says, where it applies, and why."""

import symcalc as sc

for formula in ("7", "x^5", "3x^2 - 11", "x^2*sin(x)", "sin(x)/x", "(3x^2 + 10x)^3", "e^(-x^2/2)", "ln(1 + x^2)"):
    derivation = sc.derive(formula, "x")
    print(derivation)
    print()
