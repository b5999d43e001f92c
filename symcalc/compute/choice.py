"""Which loop runs a descent: the one whose steps are estimated to take the least time."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from symcalc.compute.estimate import compiling, compiling_alone, saved
from symcalc.compute.indexed.loop import array_loop
from symcalc.compute.loops.loop import Loop, PlainLoop, plain_loop
from symcalc.compute.loops.recurrence import recurrence
from symcalc.compute.loops.steps import Same, Steps

_MARGIN = 2              # how many times the compiling is to be saved, since many runs end before their last step
_AGAIN = 4               # times the steps so far: as many are expected again of a loss that was descended before


def fastest(steps: Steps, count: int = 0) -> Loop:
    """The quickest loop that serves these steps, of which there will be `count` unless the run ends before.

    Loops with different bits are chosen by this descent alone. The compiled plain loop has the same bits, so it may also be
    chosen because the loss has been descended before.

    >>> import symcalc
    >>> from sympy import Symbol
    >>> from symcalc.compute.loops.steps import Letters
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
    plain = plain_loop(steps) if compiled.data is not None else _plain(Same(steps))
    if (blocks := recurrence(plain)) is not None:
        return blocks
    if not compiled.tape.arrays:
        return _alike(plain, count)
    if count * saved(compiled.tape, compiled.table.rows if compiled.table else 1) > _MARGIN * compiling(compiled.tape):
        from symcalc.compute.fused import loops as fused  # it needs NumPy's polynomials, and looks for llvmlite
        return fused.loop(steps) or plain
    return plain


@lru_cache(maxsize=32)
def _plain(same: Same) -> PlainLoop:
    """The plain loop of these very steps; kept, where it holds no data."""
    return plain_loop(same.it)


def _alike(plain: PlainLoop, count: int) -> Loop:
    """The plain loop, or the same compiled, as soon as those steps that are likely to come pay for that."""
    asked, tape = plain.written.asked, plain.steps.compiled.tape
    alone = count * saved(tape, 1) > _MARGIN * compiling(tape)
    likely = count / _MARGIN + _AGAIN * asked[0]
    asked[0] += count
    if alone or likely * saved(tape, 1) > compiling_alone(tape):
        from symcalc.compute.fused import scalar
        if (found := scalar.compiled_loop(plain)) is not None:
            return replace(found, told=alone)            # what was done before is not to be seen in the source
    return plain
