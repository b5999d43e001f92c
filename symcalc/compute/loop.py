"""The equations of a method as generated Python, in plain floats."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sympy import Expr, Symbol

from symcalc.compute.compiled import executed, source_of
from symcalc.compute.tape import Tape, Value


def stepper(equations: Sequence[tuple[Symbol, Expr]], inputs: Sequence[Symbol],
            settings: Mapping[Symbol, float]) -> tuple[Callable[..., tuple[float, ...]], str]:
    """The left sides of the equations as a function of the inputs, one parameter at a time, and its source.

    >>> theta, g, v = Symbol("theta"), Symbol("g"), Symbol("v")
    >>> step, source = stepper([(v, 2*g), (Symbol("new"), theta - v)], (theta, g), {})
    >>> step(3.0, 1.0)
    (2.0, 1.0)
    """
    tape = Tape(inputs, (), arrays=False)
    tape.known |= {letter: Value(repr(value)) for letter, value in settings.items()}
    results = []
    for letter, formula in equations:
        tape.known[letter] = value = tape.value(formula)
        results.append(value.source)
    bind, source = executed(tape, source_of(tape, "update", f"({', '.join(results)},)"))
    return bind(None), source
