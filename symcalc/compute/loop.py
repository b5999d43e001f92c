"""The equations of a method as generated Python: for one parameter, and for all of them in a loop with the loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from sympy import Dummy, Expr, Symbol

from symcalc.compute.compiled import Compiled
from symcalc.compute.generated import bound, executed, indented, source_of
from symcalc.compute.program import Value
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
    tape.known |= {letter: Value(repr(value)) for letter, value in settings.items()}
    results = []
    for letter, formula in equations:
        tape.known[letter] = value = tape.value(formula)
        results.append(value.source)
    source = source_of(tape, "update", f"({', '.join(results)},)")
    return executed(tape, source)(None), source


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """The letters of a method's equations: parameter, slope, rate, number of the update, and the state."""

    theta: Symbol
    slope: Symbol
    rate: Symbol
    counted: Symbol
    state: Sequence[Symbol]


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """What every step of a plain method does: its equations, parameter by parameter, at the gradient where it starts."""

    compiled: Compiled
    slopes: Sequence[Expr]               # the names by which the comments call the slopes
    moving: Sequence[int]                # the places of the parameters that are not held
    equations: Equations
    letters: Letters
    settings: Mapping[Symbol, float]


class Loop(Protocol):
    """Many steps in one call.

    `last` is the history's row for the point where they start, `rates` has one rate for each, `number` is that of the first.
    `keep` is called once with the rows that follow: the point, its cost, its gradient, its state, the rate that led there.
    There are fewer than rates where a float has no value for the next, or where somebody interrupts.
    """

    source: str

    def __call__(self, last: np.ndarray, rates: np.ndarray, number: int, keep: Callable[[np.ndarray], None]) -> None: ...


@dataclass(frozen=True, slots=True)
class PlainLoop:
    """The steps as one generated function, with the method's equations and the loss in line."""

    steps: Steps
    function: Callable[..., None]
    source: str

    def __call__(self, last: np.ndarray, rates: np.ndarray, number: int, keep: Callable[[np.ndarray], None]) -> None:
        numbers: list[float] = []
        size = len(self.steps.compiled.parameters)
        width = (2 + len(self.steps.letters.state)) * size + 2
        first, state = last.tolist(), slice(2 * size + 1, width - 1)
        try:
            with np.errstate(all="ignore"):
                self.function(first[:size], first[size + 1:2 * size + 1], first[state], float(number), rates.tolist(),
                              numbers.extend)
        except (ZeroDivisionError, OverflowError, ValueError):
            pass                                # where Python's floats give up; the rows so far stand
        finally:
            keep(np.fromiter(numbers, np.float64, len(numbers)).reshape(-1, width))


def plain_loop(steps: Steps) -> PlainLoop:
    """The loop in plain Python, which serves every loss and method."""
    compiled, loss = steps.compiled, steps.compiled.tape
    count, letters = len(compiled.parameters), steps.letters
    tape, updates = _updates(steps)
    points, gradients = _names("p", range(count)), _names("g", range(count))
    states = [f"s{row}_{j}" for row in range(len(letters.state)) for j in range(count)]
    value, *found = compiled.results
    body = [*updates, *loss.steps,
            *(f"g{j} = {_float(source, loss)}" for j, source in enumerate(found)),
            f"keep(({', '.join([*points, _float(value, loss), *gradients, *states, 'rate'])}))",
            *(["k += 1.0"] if any(formula.has(letters.counted) for _, formula in steps.equations) else [])]
    inner = [*tape.before, "def descend(point, gradient, state, k, rates, keep):",
             *indented([f"{_packed(points)} = point", f"{_packed(gradients)} = gradient",
                        *([f"{_packed(states)} = state"] if states else []), "for rate in rates:", *indented(body)]),
             "return descend"]
    source = bound(loss, inner)
    return PlainLoop(steps, executed(loss, source)(compiled.table), source)


def _updates(steps: Steps) -> tuple[Tape, list[str]]:
    """The method's equations for every parameter in the learner's names, on one tape, and its lines with the new values."""
    letters, slopes = steps.letters, steps.slopes
    tape = Tape((), (), arrays=False, letter="u")
    tape.known |= {letter: Value(repr(value)) for letter, value in steps.settings.items()}
    tape.known |= {letters.rate: Value("rate", moves=True), letters.counted: Value("k", moves=True)}
    lines: list[str] = []
    for j in steps.moving:
        done, parameter = len(tape.moving), steps.compiled.tape.parameters[j]
        states = [f"s{row}_{j}" for row in range(len(letters.state))]
        own = {letters.theta: parameter, letters.slope: slopes[j]}
        tape.known |= {parameter: Value(f"p{j}", moves=True), slopes[j]: Value(f"g{j}", moves=True)}
        for letter, name in zip(letters.state, states):
            own[letter] = Dummy(f"{letter.name}_{parameter.name}", real=True)
            tape.known[own[letter]] = Value(name, moves=True)
        found = []
        for letter, formula in steps.equations:
            found.append(value := tape.value(replaced(formula, own.get)))
            own[letter] = Dummy(own.get(letter, letter).name, real=True)          # what is new, for the equations below
            tape.known[own[letter]] = value
        lines += [*tape.written(done), f"{', '.join([*states, f'p{j}'])} = {', '.join(value.source for value in found)}"]
    return tape, lines


def _float(source: str, tape: Tape) -> str:
    """NumPy's numbers as plain floats, which are faster one by one."""
    return f"float({source})" if tape.arrays else source


def _names(letter: str, places: Sequence[int]) -> list[str]:
    return [f"{letter}{place}" for place in places]


def _packed(names: Sequence[str]) -> str:
    return f"{', '.join(names)}," if len(names) == 1 else ", ".join(names)
