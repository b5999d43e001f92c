"""Which loop runs a descent: the one whose steps are estimated to take the least time."""

from __future__ import annotations

from symcalc.compute.estimate import compiling, saved
from symcalc.compute.indexed.loop import array_loop
from symcalc.compute.loops.loop import Loop, Steps, plain_loop
from symcalc.compute.loops.recurrence import recurrence

_MARGIN = 2              # how many times the compiling is to be saved, since many runs end before their last step


def fastest(steps: Steps, count: int = 0) -> Loop:
    """The quickest loop that serves these steps, of which there will be `count` unless the run ends before.

    This descent alone decides it, not what was done before, so that it is the same to the last bit whenever it is made.

    >>> import symcalc
    >>> from sympy import Symbol
    >>> from symcalc.compute.loops.loop import Letters
    >>> theta, g, rate, k = map(Symbol, ("theta", "g", "rate", "k"))
    >>> steps = Steps(compiled=symcalc.Loss("(w - 3)^2").compile(), slopes=[g], moving=[0], settings={},
    ...               equations=[(theta, theta - rate*g)],
    ...               letters=Letters(theta=theta, slope=g, rate=rate, counted=k, state=()))
    >>> type(fastest(steps)).__name__
    'Recurrence'
    """
    compiled = steps.compiled
    if compiled.whole:
        return array_loop(steps)
    plain = plain_loop(steps)
    if (blocks := recurrence(plain)) is not None:
        return blocks
    if count * saved(compiled.tape, compiled.table.rows if compiled.table else 1) > _MARGIN * compiling(compiled.tape):
        from symcalc.compute.fused import loops as fused  # it needs NumPy's polynomials, and looks for llvmlite
        return fused.loop(steps) or plain
    return plain
