"""Why a loss has no single point to give at which every slope is 0."""

from __future__ import annotations

from sympy import cos, sin, tan

from symcalc.pages.notation import text
from symcalc.training.minima.stationary import curve_of
from symcalc.training.problem.objective import Objective

NEAR, FALLING = "minimum(data, near=run.parameters)", 'rate="1/(k + 1)"'       # what the advice names is Python
_NEAR = f"give a point close to it, as in {NEAR}"
_REPEATING = (sin, cos, tan)


def without_a_point(loss: Objective) -> str:
    """What is said where no point close by is given.

    >>> from symcalc.training.losses import Loss
    >>> without_a_point(Loss("(a*b - 1)^2")).partition(";")[0]
    'every slope of J(a, b) is 0 all along a b - 1 = 0: that is no single point'
    """
    name = text(loss.symbol)
    curve = _along_a_curve(loss)
    if curve:
        return f"{curve}; to say which is meant, {_NEAR}"
    unknown, bend = f"where the slope of {name} is 0 has no closed form here", _at_a_bend(loss)
    if bend:
        return f"{unknown}, and {bend}; for another point {_NEAR}"
    if any(slope.has(*_REPEATING) for slope in loss.gradient().result):
        return (f"{unknown}: sines and cosines repeat, so that there may be infinitely many such points; to say which is "
                f"meant, {_NEAR}")
    return f"{unknown}; {_NEAR}"


def why_not_close(loss: Objective) -> str:
    """Why no point was found close to the one that was given, or what to do about it."""
    special = "" if loss.is_large else _along_a_curve(loss) or _at_a_bend(loss)
    return special or ("start closer, or there is no such point, as where J only levels off "
                                                        "far away")


def _along_a_curve(loss: Objective) -> str:
    curve = curve_of(loss)
    return "" if curve is None else (f"every slope of {text(loss.symbol)} is 0 all along {text(curve)} = 0: that is no single "
                                     "point")


def _at_a_bend(loss: Objective) -> str:
    """Why no step that looks for a slope of 0 finds a minimum at a bend, and what does."""
    kinks = [kink for name in loss.names for kink in loss.gradient()[name].kinks]
    return "" if not kinks else (
        f"where J is lowest at a bend, as that of {text(kinks[0].part)} may be, its slopes jump over 0 without being 0; "
        f"descend with a rate that falls, such as {FALLING}, comes close to such a point")
