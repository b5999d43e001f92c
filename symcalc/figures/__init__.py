"""Pictures of a run: each function returns a matplotlib Figure and neither shows nor saves it."""

from __future__ import annotations

from symcalc.figures.curves import cost_curve
from symcalc.figures.fits import fit
from symcalc.figures.surfaces import contours

__all__ = ["contours", "cost_curve", "fit"]
