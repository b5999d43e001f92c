"""One film, one residual, squared: how does the error change when the slope of the line does?

The chain rule in three moves: split into outside and inside, differentiate each, multiply. Then the same for all films
at once, which is the gradient that training needs.
"""

import sys
from pathlib import Path

import symcalc as sc
from symcalc import figures

error = sc.derive("(y - (m*x + b))^2", "m", detail="full")
print(error)
print()

# A learner's first try loses the inner derivative; symcalc says so.
print(error.check("2*(y - (m*x + b))"))
print()
print(error.check("-2*x*(y - (m*x + b))"))
print()

J = sc.mean_squared_error("y", sc.line("x"))
for name in ("m", "b"):
    print(J.derive(name, detail="brief"))
    print()

if len(sys.argv) > 1:
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    figures.tree(error).savefig(Path(sys.argv[1]) / "chain-rule.png")
