"""Many steps in one call: what a loop is, and the one in plain Python, with the method's equations and the loss in line."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from typing import Protocol

import numpy as np

from symcalc.compute.generated import bound, executed, indented
from symcalc.compute.loops.lines import in_place, kept
from symcalc.compute.loops.steps import Form, Steps, form_of, updates_of
from symcalc.compute.statements import beside, packed
from symcalc.compute.tape import Tape
from symcalc.language.table import Table

_BLOCK = 4096            # points at a time, whose numbers stay in the cache


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
    `keep` is called once with the rows that follow: the point, its cost, its gradient, its state, the rate that led there, and
    the slopes that did, where these are taken ahead.
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
    unvaried: bool                       # whether the method's equations, at the gradient there, are + - * / alone, too, and
                                         # the same in every step
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
        each = 2 + len(self.steps.letters.state) + (self.steps.ahead is not None)
        return each * len(self.steps.compiled.parameters) + 2

    @property
    def at_rate(self) -> int:
        """Where in such a row the rate stands, behind the state."""
        return (2 + len(self.steps.letters.state)) * len(self.steps.compiled.parameters) + 1

    def __call__(self, last: np.ndarray, rates: np.ndarray, number: int, keep: Callable[[np.ndarray], None]) -> None:
        numbers: list[float] = []
        size, first, led = len(self.steps.compiled.parameters), last.tolist(), rates.tolist()
        try:
            with np.errstate(all="ignore"):
                self.function(first[:size], first[size + 1:2 * size + 1], first[2 * size + 1:self.at_rate], float(number), led,
                              numbers)
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
        columns, at = np.empty((self.width, found.shape[1])), self.at_rate
        columns[:size], columns[at], states = found[:size], rates[:found.shape[1]], at - size - 1
        columns[2 * size + 1:at], columns[at + 1:] = found[size:states], found[states:]
        with_costs(self.steps, columns)
        return columns.T


def plain_loop(steps: Steps) -> PlainLoop:
    """The loop in plain Python, which serves every loss and method.

    >>> import symcalc
    >>> from sympy import Symbol
    >>> from symcalc.compute.loops.steps import Letters
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


@lru_cache(maxsize=32)
def _written(form: Form) -> Generated:
    """The loop's source; kept, as one descent follows the other."""
    loss, letters, (value, *found) = form.tape.tape, form.letters, form.results
    tape, looks, updates = updates_of(form)
    count, moving = len(form.parameters), form.moving
    points, gradients, drives = ([f"{letter}{j}" for j in range(count)] for letter in "pgd")
    states = [f"s{row}_{j}" for row in range(len(letters.state)) for j in range(count)]
    formulas = [formula for _, formula in form.equations] + ([form.ahead] if looks else [])
    bare, counts = is_arithmetic(loss), any(formula.has(letters.counted) for formula in formulas)
    apart, needs = drives if looks else [], [j for j in moving if not looks or form.ahead.has(letters.slope)]
    driving = [f"g{j} = {_float(source, loss)}" for j, source in enumerate(found) if not bare or j in needs]
    keep = kept([*points, *states, *apart] if bare else [*points, _float(value, loss), *gradients, *states, "rate", *apart])
    lines = [*keep, *_needed(loss, [found[j] for j in needs]), *driving] if bare else [*loss.steps, *driving, *keep]
    if looks:                                   # so the point goes there, and comes back
        here, left = (", ".join(f"{letter}{j}" for j in moving) for letter in "pq")
        looks = [*looks[:-1], f"{left} = {here}", beside(f"{here} = {looks[-1]}", "the slopes are taken there"),
                 *_needed(loss, found), *(f"{name} = {source}" for name, source in zip(drives, found)), f"{here} = {left}"]
    inner = [*tape.before, "def descend(point, gradient, state, k, rates, keep):",
             *indented([f"{packed(points)} = point", f"{packed(gradients)} = gradient",
                        *([f"{packed(states)} = state"] if states else []),
                        "for rate in rates:", *indented([*in_place([*looks, *updates, *lines]),
                                                         *(["k += 1.0"] if counts else [])])]),
             "return descend"]
    source = bound(loss, inner)
    return Generated(source=source, bind=executed(loss, source), bare=bare,
                     unvaried=is_arithmetic(tape) and not (counts or looks))


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


def _float(source: str, tape: Tape) -> str:
    """NumPy's numbers as plain floats, which are faster one by one."""
    return f"float({source})" if tape.arrays else source
