"""The equations of a method as generated Python, for one parameter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sympy import Dummy, Expr, Symbol

from symcalc.compute.generated import executed, source_of
from symcalc.compute.statements import Value
from symcalc.compute.tape import Tape
from symcalc.written import replaced

Equations = Sequence[tuple[Symbol, Expr]]


def stepper(equations: Equations, inputs: Sequence[Symbol],
            settings: Mapping[Symbol, float]) -> tuple[Callable[..., tuple[float, ...]], str]:
    """The left sides of the equations as a function of the inputs, one parameter at a time, and its source.

    >>> theta, g, v = Symbol("theta"), Symbol("g"), Symbol("v")
    >>> step, source = stepper([(v, 2*g), (Symbol("new"), theta - v)], (theta, g), {})
    >>> step(3.0, 1.0)
    (2.0, 1.0)
    """
    tape = Tape(inputs, (), arrays=False)
    results = [value.source for value in equations_on(tape, equations, settings, {})]
    source = source_of(tape, "update", f"({', '.join(results)},)")
    return executed(tape, source)(None), source


def equations_on(tape: Tape, equations: Equations, settings: Mapping[Symbol, float],
                 given: Mapping[Symbol, Expr]) -> list[Value]:
    """The values of the left sides, put on a tape; an equation takes the new values of those above it.

    `given` has what the tape knows a letter by, where that is not the letter itself.

    >>> v, w, g = Symbol("v"), Symbol("w"), Symbol("g")
    >>> tape = Tape((w, g), (), arrays=False)
    >>> equations_on(tape, [(v, 2*g), (w, w - v)], {}, {})[-1].source, tape.written()
    ('a1', ['a0 = 2.0 * p1                             # 2g', 'a1 = p0 - a0                              # w - v'])
    """
    tape.known |= {letter: Value(repr(value)) for letter, value in settings.items()}
    names, found = dict(given), []
    for letter, formula in equations:
        found.append(value := tape.value(replaced(formula, names.get)))
        names[letter] = Dummy(names.get(letter, letter).name, real=True)          # what is new, for the equations below
        tape.known[names[letter]] = value
    return found
