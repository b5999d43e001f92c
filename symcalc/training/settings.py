"""What a run is asked to do, checked before the first step."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
from sympy import Basic, Expr, Symbol

from symcalc.compute.compiled import evaluated
from symcalc.compute.points import ordered
from symcalc.errors import DescentError, SymcalcError, as_given, visible
from symcalc.language import read
from symcalc.language.gate import MAX_SYMPY_NODES
from symcalc.language.items import is_whole
from symcalc.language.names import listed, plain_name
from symcalc.language.shape import small
from symcalc.pages.elided import several
from symcalc.pages.marked import Marked
from symcalc.pages.notation import text
from symcalc.training.methods import COUNTED, NEWTON, RATE, Method
from symcalc.training.stops import Tolerances
from symcalc.written import replaced

MAX_STEPS = 10_000_000

Rate: TypeAlias = float | Expr
"""A number, or a schedule: a formula in k, the number of the update."""


def checked_steps(steps: int) -> int:
    """The number of steps, if it is one."""
    if not is_whole(steps) or not 1 <= steps <= MAX_STEPS:
        raise DescentError(f"steps is a whole number from 1 to {MAX_STEPS:,}, not {as_given(steps)}")
    return int(steps)


def checked_rate(rate: object, method: Method) -> Rate:
    """The rate as a float, or as a formula in k; the method's own where none is given.

    >>> from symcalc.training.methods import method_named
    >>> text(checked_rate("0.1/(1 + k)", method_named("momentum")))
    '0.1/(1 + k)'
    """
    if rate is None:
        return method.rate
    if isinstance(rate, Basic):
        _bounded(rate)
    if isinstance(rate, Expr) and rate.free_symbols == {COUNTED}:
        return rate                                # of a run that is made again
    if isinstance(rate, str) or (isinstance(rate, Expr) and rate.free_symbols):
        return _schedule(rate)
    value = float(ordered((rate,), ("rate",))[0])
    if not math.isfinite(value):
        raise DescentError(f"the rate is a finite number, not {value}")
    if value <= 0:
        would = "a negative rate would climb" if value < 0 else "with a rate of 0 nothing moves"
        raise DescentError(f"the rate must be greater than 0, not {value:.15g}; {would}")
    return value


def _bounded(rate: Basic) -> None:
    """Nothing is asked of a rate from outside before it is known to be small and well made."""
    try:
        small(rate, MAX_SYMPY_NODES)
    except SymcalcError as fault:
        raise DescentError(f"the rate is a number or a formula in k: {fault}") from None


def _schedule(rate: object) -> Rate:
    try:
        formula = read(rate)
    except SymcalcError as fault:
        raise DescentError("the rate is a number or a formula in k, such as 0.1/(1 + k): "
                           f"{str(fault).splitlines()[0]}") from None
    letters = formula.free_symbols
    if other := sorted(part.name for part in letters if part.name != "k"):
        raise DescentError(f"a rate may change with k, the number of the update, and with nothing else; it has {other[0]}")
    if not letters:
        return checked_rate(float(formula), None)
    return replaced(formula, dict.fromkeys(letters, COUNTED).get)


def rates_of(rate: Rate, steps: int) -> np.ndarray:
    """The rate of every update, from the first on.

    >>> rates_of(checked_rate("1/k", None), 4).tolist()
    [1.0, 0.5, 0.3333333333333333, 0.25]
    """
    if isinstance(rate, float):
        same = np.ndarray((steps,), np.float64, np.array(rate), 0, (0,))          # np.broadcast_to, in a third of its time
        same.setflags(write=False)
        return same
    values = np.broadcast_to(evaluated(rate, {COUNTED: np.arange(1.0, steps + 1)}, None, ()), steps)
    wrong = ~(np.isfinite(values) & (values >= 0))
    if wrong.any():
        k = int(np.argmax(wrong))
        raise DescentError(f"the rate {text(rate)} is {values[k]:.4g} for update {k + 1}; it must be finite and not negative")
    return values


def shared_letters(parameters: Sequence[Symbol], method: Method, rate: Rate) -> dict[str, str]:
    """The parameters that are written like a letter of the method, and what that letter is there.

    >>> from symcalc.training.methods import method_named
    >>> shared_letters([Symbol("eta", real=True)], method_named("momentum"), 0.1)
    {'η': 'the learning rate'}
    """
    counts = not isinstance(rate, float) or any(formula.has(COUNTED) for _, formula in method.equations)
    carried = [Marked(letter.name, parameter) for letter in method.state for parameter in parameters]
    own = {RATE: "the learning rate", **dict.fromkeys(method.settings, "a setting"),
           **({COUNTED: "the number of the update"} if counts else {}),
           **({NEWTON: "Newton's step"} if method.needs_curvature else {}),
           **dict.fromkeys(carried, "carried from step to step")}
    said = {text(letter): what for letter, what in own.items()}
    return {name: said[name] for name in map(text, parameters) if name in said}


def checked_tolerances(slope: object, step: object, cost: object) -> Tolerances:
    """The tolerances as floats, none negative."""
    names = ("tolerance", "step tolerance", "cost tolerance")
    values = ordered((slope, step, cost), names).tolist()
    for name, value in zip(names, values):
        if not math.isfinite(value):
            raise DescentError(f"the {name} is a finite number, not {value}")
        if value < 0:
            raise DescentError(f"the {name} is at least 0, not {value}")
    return Tolerances(slope=values[0], step=values[1], cost=values[2])


def checked_hold(hold: str | Iterable[str | Symbol], names: Sequence[str]) -> tuple[str, ...]:
    """The names of the parameters that keep their value; at least one other must be left to move."""
    if isinstance(hold, tuple) and not hold:
        return ()
    if not isinstance(hold, Iterable) or getattr(hold, "ndim", 1) == 0:
        raise DescentError(f"hold is a text such as 'm b' or a list of names, not {as_given(hold)}")
    wanted = listed(hold) if isinstance(hold, str) else tuple(
        part.name if isinstance(part, Symbol) else part for part in hold)
    held = tuple(dict.fromkeys(plain_name(name) if isinstance(name, str) and name else as_given(name) for name in wanted))
    if unknown := [name for name in held if name not in names]:
        raise DescentError(f"{visible(unknown[0])[:40]} cannot be held, as there is no such parameter; "
                           f"the loss has {several(names)}")
    if len(held) == len(names):
        raise DescentError("every parameter is held, so there is nothing to move; leave at least one free")
    return held


def checked_start(start: object, names: Sequence[str]) -> np.ndarray:
    """The start in the order of the parameters, every value finite."""
    point = ordered(start, names)
    if not all(map(math.isfinite, point.tolist())):
        wrong = ", ".join(f"{name} = {value}" for name, value in zip(names, point) if not math.isfinite(value))
        raise DescentError(f"the start is not finite: {wrong}")
    return point
