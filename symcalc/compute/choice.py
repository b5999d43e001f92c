"""Which loop runs a descent: the one whose steps are estimated to take the least time."""

from __future__ import annotations

from symcalc.compute.loop import Loop, Steps, plain_loop
from symcalc.compute.recurrence import recurrence


def fastest(steps: Steps) -> Loop:
    """The quickest loop that serves these steps."""
    plain = plain_loop(steps)
    return recurrence(plain) or plain
