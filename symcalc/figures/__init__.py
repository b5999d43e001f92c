"""Pictures of a run: each function returns a matplotlib Figure and neither shows nor saves it; `animate` saves a moving one.

    >>> from symcalc import Loss, figures
    >>> run = Loss("(w - 3)^2").descend(start={"w": 0}, rate=0.2, steps=5)
    >>> figures.cost_curve(run, "w").axes[0].get_title(loc="left")
    'The cost over w'
"""

from __future__ import annotations

from symcalc.figures.animation import animate, strip
from symcalc.figures.curves import cost_curve
from symcalc.figures.derivatives import function_and_derivative
from symcalc.figures.fits import fit
from symcalc.figures.histories import effect, expected_actual, history
from symcalc.figures.landscapes import slices, surface
from symcalc.figures.slopes import difference_errors, secants
from symcalc.figures.steps import data_and_cost
from symcalc.figures.surfaces import contours
from symcalc.figures.sweeps import costs_over_rates, costs_over_steps
from symcalc.figures.trees import tree

__all__ = ["animate", "contours", "cost_curve", "costs_over_rates", "costs_over_steps", "data_and_cost", "difference_errors",
           "effect", "expected_actual", "fit", "function_and_derivative", "history", "secants", "slices", "strip", "surface",
           "tree"]
