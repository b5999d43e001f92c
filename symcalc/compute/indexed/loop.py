"""The descent of a loss over whole arrays: the method's equations once, for all parameters together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from symcalc.compute.generated import bound, executed, indented
from symcalc.compute.indexed.compiling import opened, slopes_of
from symcalc.compute.loops.equations import equations_on
from symcalc.compute.loops.steps import Steps
from symcalc.compute.statements import Value
from symcalc.compute.tape import Tape


@dataclass(frozen=True, slots=True)
class ArrayLoop:
    """The steps as one generated function, in which the point, its gradient and the state are arrays."""

    steps: Steps
    function: Callable[..., None]
    source: str

    def __call__(self, last: np.ndarray, rates: np.ndarray, number: int, keep: Callable[[np.ndarray], None]) -> None:
        size, states = len(self.steps.compiled.parameters), len(self.steps.letters.state)
        moves = np.zeros(size, dtype=bool)
        moves[self.steps.moving] = True
        rows: list[np.ndarray] = []
        try:
            with np.errstate(all="ignore"):
                self.function(last[:size], last[size + 1:2 * size + 1], last[2 * size + 1:-1].reshape(states, size),
                              float(number), rates.tolist(), moves, rows.append)
        finally:
            keep(np.array(rows).reshape(-1, (2 + states) * size + 2))


def array_loop(steps: Steps) -> ArrayLoop:
    """The loop of a loss whose letters are arrays; its source is as long for any number of parameters."""
    compiled, program = steps.compiled, steps.compiled.tape
    states = [f"s{row}" for row in range(len(steps.letters.state))]
    value, *filled = compiled.results
    before, updates = _updates(steps, states)
    body = [*updates, *opened(program), *program.steps, *slopes_of(program, filled), "gradient = slopes",
            f"keep(np.concatenate(({', '.join(['point', f'[{value}]', 'gradient', *states, '[rate]'])})))", "k += 1.0"]
    source = bound(program, [
        *before, "def descend(point, gradient, state, k, rates, moves, keep):",
        *indented([*([f"{', '.join(states)}, = state"] if states else []), "for rate in rates:", *indented(body)]),
        "return descend"])
    return ArrayLoop(steps, executed(program, source)(compiled.data), source)


def _updates(steps: Steps, states: list[str]) -> tuple[list[str], list[str]]:
    """What is the same in every step, and the lines with the new state and the new point; what is held stays where it was."""
    letters = steps.letters
    tape = Tape((), (), arrays=True, letter="u")
    tape.known |= {letters.rate: Value("rate", moves=True), letters.counted: Value("k", moves=True)}
    names = [*states, "point"]
    tape.known |= {letter: Value(name, moves=True, array=True)
                   for letter, name in zip((*letters.state, letters.theta, letters.slope), (*names, "gradient"), strict=True)}
    held = len(steps.moving) < len(steps.compiled.parameters)
    found: list[str] = []
    for value, name in zip(equations_on(tape, steps.equations, steps.settings, {}), names, strict=True):
        written = value.source if value.array else f"np.full(len(point), {value.source})"
        found.append(f"np.where(moves, {written}, {name})" if held else written)
    return tape.before, [*tape.written(), f"{', '.join(names)} = {', '.join(found)}"]
