"""What is a slope? Two points on a curve give a secant; let the second come closer, and it becomes the tangent.

The difference quotient comes as close to the derivative as one likes, until the computer's rounding takes over: one more
reason to have the derivative itself.
"""

import sys
from pathlib import Path

import symcalc as sc
from symcalc import figures

parabola = sc.slopes("x^2", "x", at=2)
print(parabola)
print()
print(sc.derive("x^2", "x"))
print()

# A bend has no one slope: from the left the quotients tend to one number, from the right to another.
print(sc.slopes("abs(x - 1)", "x", at=1))

if len(sys.argv) > 1:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    figures.secants(parabola).savefig(folder / "secants.png")
    figures.difference_errors(parabola).savefig(folder / "errors.png")
