"""Many steps in one call: what a loop is, and the one in plain Python, with the method's equations and the loss in line."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from typing import Any, Protocol

import numpy as np
from sympy import Dummy, Expr, Symbol

from symcalc.compute.compiled import Compiled
from symcalc.compute.generated import bound, executed, indented
from symcalc.compute.loops.equations import Equations, equations_on
from symcalc.compute.loops.lines import in_place, kept
from symcalc.compute.statements import Value, packed
from symcalc.compute.tape import Tape
from symcalc.language.table import Table

_BLOCK = 4096            # points at a time, whose numbers stay in the cache


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

    @property
    def parameters(self) -> Sequence[Symbol]:
        """What they move."""
        return self.compiled.tape.parameters


@dataclass(frozen=True, slots=True)
class Seen:
    """What some steps have passed: of the first parameter that moves the least slope, in size, and by how much it differed at
    least from where it was one step and two steps before; the least and the greatest cost; the largest parameter, in size."""

    slope: float
    once: float
    twice: float
    least: float
    most: float
    size: float


class Loop(Protocol):
    """Many steps in one call.

    `last` is the history's row for the point where they start, `rates` has one rate for each, `number` is that of the first.
    `keep` is called once with the rows that follow: the point, its cost, its gradient, its state, the rate that led there.
    There are fewer than rates where a float has no value for the next, or where somebody interrupts. Some loops have a `fill`,
    too, that puts the rows straight where they will be kept, unless it answers None: then the loop is to be called. Some have
    `cheap`, the steps that take no longer than a look at where they lead.
    """

    source: str

    def __call__(self, last: np.ndarray, rates: np.ndarray, number: int, keep: Callable[[np.ndarray], None]) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """What of a loop does not depend on the numbers in a table."""

    source: str
    bind: Callable[[Table | None], Callable[..., None]]
    bare: bool
    unvaried: bool                       # whether the method's equations are + - * / alone, too, and the same in every step
    known: dict[str, bool] = field(default_factory=dict)         # what has been found out about the steps
    # How many steps have been asked for, in all descents; here, as it is to last as long as what it was written from. The
    # choice between loops with the same bits is all that may go by it.
    asked: list[int] = field(default_factory=lambda: [0])


@dataclass(frozen=True, slots=True)
class PlainLoop:
    """The steps as one generated function, with the method's equations and the loss in line.

    Where only + - * / are needed, which are the same on arrays to the last bit, the function is `bare`: it works out no more
    than the next step needs, and costs and slopes are worked out at all points together.
    """

    steps: Steps
    bound: Callable[[], Callable[..., None]]         # the function, bound to the data when it is first asked for
    source: str
    written: Generated

    @property
    def function(self) -> Callable[..., None]:
        """The generated function over the data."""
        return self.bound()

    @property
    def bare(self) -> bool:
        """Whether only the points and the states are kept as they come."""
        return self.written.bare

    @property
    def width(self) -> int:
        """The numbers in a row of the history."""
        return (2 + len(self.steps.letters.state)) * len(self.steps.compiled.parameters) + 2

    def __call__(self, last: np.ndarray, rates: np.ndarray, number: int, keep: Callable[[np.ndarray], None]) -> None:
        numbers: list[float] = []
        size, first, led = len(self.steps.compiled.parameters), last.tolist(), rates.tolist()
        try:
            with np.errstate(all="ignore"):
                self.function(first[:size], first[size + 1:2 * size + 1], first[2 * size + 1:-1], float(number), led, numbers)
        except (ZeroDivisionError, OverflowError, ValueError):
            pass                                # where Python's floats give up; the rows so far stand
        finally:
            keep(self._rows(np.fromiter(numbers, np.float64, len(numbers)), rates))

    def _rows(self, numbers: np.ndarray, rates: np.ndarray) -> np.ndarray:
        size = len(self.steps.compiled.parameters)
        each = self.width - size - 2 if self.bare else self.width
        found = numbers[:len(numbers) // each * each].reshape(-1, each).T        # what was interrupted may be half a step
        if not self.bare:
            return found.T
        columns = np.empty((self.width, found.shape[1]))
        columns[:size], columns[2 * size + 1:-1], columns[-1] = found[:size], found[size:], rates[:found.shape[1]]
        with_costs(self.steps, columns)
        return columns.T


def plain_loop(steps: Steps) -> PlainLoop:
    """The loop in plain Python, which serves every loss and method.

    >>> import symcalc
    >>> theta, g, rate, k = map(Symbol, ("theta", "g", "rate", "k"))
    >>> steps = Steps(compiled=symcalc.Loss("(w - 3)^2").compile(), slopes=[g], moving=[0], settings={},
    ...               equations=[(theta, theta - rate*g)],
    ...               letters=Letters(theta=theta, slope=g, rate=rate, counted=k, state=()))
    >>> kept = []
    >>> plain_loop(steps)(np.array([0.0, 9.0, -6.0, np.nan]), np.array([0.25, 0.25]), 1, kept.append)
    >>> kept[0].tolist()
    [[1.5, 2.25, -3.0, 0.25], [2.25, 0.5625, -1.5, 0.25]]
    """
    compiled, written = steps.compiled, _written(form_of(steps))
    source = f"{written.source}\n# At the points so kept, for all at once, the cost and its slopes:\n{compiled.source}"
    return PlainLoop(steps=steps, bound=cache(partial(written.bind, compiled.data)), written=written,
                     source=source if written.bare else written.source)


class Same:
    """A tape, or anything else that stays as it is once it is written, equal to nothing but itself."""

    def __init__(self, it: Any) -> None:
        self.it = it

    @property
    def tape(self) -> Tape:
        """What it holds, where that is a tape."""
        return self.it

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.it is other.it

    def __hash__(self) -> int:
        return id(self.it)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a loop is written from: the steps without the numbers in a table."""

    tape: Same
    results: tuple[str, ...]
    slopes: tuple[Expr, ...]
    moving: tuple[int, ...]
    equations: Equations
    letters: Letters
    settings: tuple[tuple[Symbol, float], ...]

    @property
    def parameters(self) -> Sequence[Symbol]:
        """What the steps move."""
        return self.tape.tape.parameters


def form_of(steps: Steps) -> Form:
    """The steps without their numbers, by which code that was written for them is found again."""
    compiled = steps.compiled
    return Form(tape=Same(compiled.tape), results=compiled.results, slopes=tuple(steps.slopes), moving=tuple(steps.moving),
                equations=tuple(steps.equations), letters=steps.letters, settings=tuple(steps.settings.items()))


@lru_cache(maxsize=32)
def _written(form: Form) -> Generated:
    """The loop's source; kept, as one descent follows the other."""
    loss, letters, (value, *found) = form.tape.tape, form.letters, form.results
    tape, updates = updates_of(form)
    count, moving = len(form.parameters), form.moving
    points, gradients = ([f"{letter}{j}" for j in range(count)] for letter in "pg")
    states = [f"s{row}_{j}" for row in range(len(letters.state)) for j in range(count)]
    bare, counts = is_arithmetic(loss), any(formula.has(letters.counted) for _, formula in form.equations)
    driving = [f"g{j} = {_float(source, loss)}" for j, source in enumerate(found) if not bare or j in moving]
    keep = kept([*points, *states] if bare else [*points, _float(value, loss), *gradients, *states, "rate"])
    lines = [*keep, *_needed(loss, [found[j] for j in moving]), *driving] if bare else [*loss.steps, *driving, *keep]
    inner = [*tape.before, "def descend(point, gradient, state, k, rates, keep):",
             *indented([f"{packed(points)} = point", f"{packed(gradients)} = gradient",
                        *([f"{packed(states)} = state"] if states else []),
                        "for rate in rates:", *indented([*in_place([*updates, *lines]), *(["k += 1.0"] if counts else [])])]),
             "return descend"]
    source = bound(loss, inner)
    return Generated(source=source, bind=executed(loss, source), bare=bare, unvaried=is_arithmetic(tape) and not counts)


def with_costs(steps: Steps, columns: np.ndarray) -> None:
    """Cost and slopes at the points of many rows, each a column, put into their places."""
    size, function = len(steps.compiled.parameters), steps.compiled.function
    with np.errstate(all="ignore"):
        for begin in range(0, columns.shape[1], _BLOCK):
            block = columns[:, begin:begin + _BLOCK]
            block[size], slopes = function(*block[:size])
            for column, slope in zip(block[size + 1:], slopes):          # a slope may be the same number everywhere
                column[:] = slope


_NUMBER = r"\d+\.?\d*(?:e[+-]?\d+)?"
_ARITHMETIC = re.compile(rf"(?:[-+/() ]|\*(?!\*)|(?:[a-z]\d+(?:_\d+)?|rows|rate)\b(?!\()|{_NUMBER})*")


def is_arithmetic(tape: Tape) -> bool:
    """Whether the steps need only + - * / of plain floats, which are the same on arrays to the last bit."""
    return not tape.arrays and all(_ARITHMETIC.fullmatch(source) for _, source, _ in tape.moving)


def _needed(tape: Tape, results: Sequence[str]) -> list[str]:
    """Those lines of a tape that these results need, in order."""
    wanted, found = set(results), []
    for (value, source, _), line in zip(reversed(tape.moving), reversed(tape.written())):
        if value.source in wanted:
            found.append(line)
            wanted.update(_NAME.findall(source))
    return found[::-1]


_NAME = re.compile(r"[a-z]\d+(?:_\d+)?")


def updates_of(steps: Steps | Form) -> tuple[Tape, list[str]]:
    """The method's equations for every parameter in the learner's names, on one tape, and its lines with the new values."""
    letters, slopes = steps.letters, steps.slopes
    tape = Tape((), (), arrays=False, letter="u")
    tape.known |= {letters.rate: Value("rate", moves=True), letters.counted: Value("k", moves=True)}
    lines: list[str] = []
    for j in steps.moving:
        done, parameter = len(tape.moving), steps.parameters[j]
        states = [f"s{row}_{j}" for row in range(len(letters.state))]
        own = {letters.theta: parameter, letters.slope: slopes[j]}
        tape.known |= {parameter: Value(f"p{j}", moves=True), slopes[j]: Value(f"g{j}", moves=True)}
        for letter, name in zip(letters.state, states):
            own[letter] = Dummy(f"{letter.name}_{parameter.name}", real=True)
            tape.known[own[letter]] = Value(name, moves=True)
        found = equations_on(tape, steps.equations, dict(steps.settings), own)
        lines += [*tape.written(done), f"{', '.join([*states, f'p{j}'])} = {', '.join(value.source for value in found)}"]
    return tape, lines


def _float(source: str, tape: Tape) -> str:
    """NumPy's numbers as plain floats, which are faster one by one."""
    return f"float({source})" if tape.arrays else source
