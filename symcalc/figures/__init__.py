"""Pictures of a run: each function returns a matplotlib Figure and neither shows nor saves it.

    >>> from symcalc import Loss, figures
    >>> run = Loss("(w - 3)^2").descend(start={"w": 0}, rate=0.2, steps=5)
    >>> figures.cost_curve(run, "w").axes[0].get_title(loc="left")
    'The cost over w'
"""

from __future__ import annotations

from symcalc.figures.curves import cost_curve
from symcalc.figures.fits import fit
from symcalc.figures.slopes import difference_errors, secants
from symcalc.figures.surfaces import contours
from symcalc.figures.sweeps import costs_over_rates, costs_over_steps

__all__ = ["contours", "cost_curve", "costs_over_rates", "costs_over_steps", "difference_errors", "fit", "secants"]
