"""Which loop runs a descent: the one whose steps are estimated to take the least time."""

from __future__ import annotations

from symcalc.compute.indexed_loop import array_loop
from symcalc.compute.loop import Loop, Steps, plain_loop


def fastest(steps: Steps) -> Loop:
    """The quickest loop that serves these steps."""
    if steps.compiled.whole:
        return array_loop(steps)
    return plain_loop(steps)
