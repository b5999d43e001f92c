"""Answers as learners give them: what is right in odd forms, which mistake explains a wrong one, and a ladder of hints."""

import sys
from pathlib import Path
from textwrap import fill

import symcalc as sc
from symcalc import figures

ANSWERS = (
    ("(0.5x + 3)^2", "x", ("2(0.5x + 3)", "0.5x + 3", "x/2 + 3", "x^2", "0.25x^2 + 3x + 9")),
    ("x^2*sin(x)", "x", ("2x*cos(x)", "2x*sin(x) + x^2*d/dx(sin(x))", "x (2 sin(x) + x cos(x))")),
    ("x/(x^2 + 1)", "x", ("1/(2x)", "(2x^2 - (x^2 + 1))/(x^2 + 1)^2", "(1 - x^2)/(1 + x^2)^2")),
    ("mean((y - (m*x + b))^2)", "m", ("2/n*sum(x*(y - (m*x + b)))", "-2/n*sum(y*(y - (m*x + b)))", "2*mean(x*(m*x + b - y))")),
)

for formula, letter, answers in ANSWERS:
    derivation = sc.derive(formula, letter)
    print(sc.text(derivation.lines[0].expression))
    for answer in answers:
        print(f"\n> {answer}")
        print(derivation.check(answer))
    print("\n" + "-" * 40 + "\n")

print(f"Hints for {sc.text(derivation.lines[0].expression)}\n")
for level, hint in enumerate(derivation.hints(), start=1):
    print(fill(f"{level}. {hint}", 88, subsequent_indent="   "))

if len(sys.argv) > 1:
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    # Most of the mistakes leave out one factor on the way down this tree.
    figures.tree(sc.derive("(0.5x + 3)^2", "x")).savefig(Path(sys.argv[1]) / "outside-inside.png")
