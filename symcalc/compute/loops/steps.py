"""What every step of a plain method does: the equations of the method, parameter by parameter, over a compiled loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sympy import Dummy, Expr, Symbol

from symcalc.compute.compiled import Compiled
from symcalc.compute.loops.equations import Equations, equations_on
from symcalc.compute.statements import Value
from symcalc.compute.tape import Tape
from symcalc.written import replaced


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
    """What every step of a plain method does: its equations, for each parameter, at the gradient where it starts or ahead."""

    compiled: Compiled
    slopes: Sequence[Expr]               # the names by which the comments call the slopes
    moving: Sequence[int]                # the places of the parameters that are not held
    equations: Equations
    letters: Letters
    settings: Mapping[Symbol, float]
    ahead: Expr | None = None            # where the slopes are taken that drive a step, if that is not where it starts

    @property
    def parameters(self) -> Sequence[Symbol]:
        """What they move."""
        return self.compiled.tape.parameters


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
    ahead: Expr | None

    @property
    def parameters(self) -> Sequence[Symbol]:
        """What the steps move."""
        return self.tape.tape.parameters


def form_of(steps: Steps) -> Form:
    """The steps without their numbers, by which code that was written for them is found again."""
    compiled = steps.compiled
    return Form(tape=Same(compiled.tape), results=compiled.results, slopes=tuple(steps.slopes), moving=tuple(steps.moving),
                equations=tuple(steps.equations), letters=steps.letters, settings=tuple(steps.settings.items()),
                ahead=steps.ahead)


def updates_of(steps: Steps | Form) -> tuple[Tape, list[str], list[str]]:
    """The method's equations for every parameter in the learner's names, on one tape, and its lines with the new values.

    Before these the lines that say where the slopes are taken, the values themselves in the last; none where that is not ahead.
    """
    letters, slopes = steps.letters, steps.slopes
    tape = Tape((), (), arrays=False, letter="u")
    tape.known |= {letters.rate: Value("rate", moves=True), letters.counted: Value("k", moves=True)}
    looks = _looks(tape, steps)
    driven, lines = "d" if looks else "g", list[str]()
    for j in steps.moving:
        done, parameter = len(tape.moving), steps.parameters[j]
        states = [f"s{row}_{j}" for row in range(len(letters.state))]
        own = {letters.theta: parameter, letters.slope: slopes[j]}
        tape.known |= {parameter: Value(f"p{j}", moves=True), slopes[j]: Value(f"{driven}{j}", moves=True)}
        own |= _letters_of(tape, dict(zip(letters.state, states)), parameter)
        found = equations_on(tape, steps.equations, dict(steps.settings), own)
        lines += [*tape.written(done), f"{', '.join([*states, f'p{j}'])} = {', '.join(value.source for value in found)}"]
    return tape, looks, lines


def _looks(tape: Tape, steps: Steps | Form) -> list[str]:
    """Where the slopes are taken for each parameter that moves: statements, and their results in one line."""
    if steps.ahead is None:
        return []
    letters, found = steps.letters, []
    tape.known |= {letter: Value(repr(value)) for letter, value in dict(steps.settings).items()}
    for j in steps.moving:
        names = {letters.slope: f"g{j}", **{letter: f"s{row}_{j}" for row, letter in enumerate(letters.state)}}
        tape.known[steps.parameters[j]] = Value(f"p{j}", moves=True)
        own = {letters.theta: steps.parameters[j]} | _letters_of(tape, names, steps.parameters[j])
        found.append(tape.value(replaced(steps.ahead, own.get)).source)
    return [*tape.written(), ", ".join(found)]


def _letters_of(tape: Tape, names: Mapping[Symbol, str], parameter: Symbol) -> dict[Symbol, Symbol]:
    """What a parameter has of its own for these letters of a method, put on the tape by their names in the code."""
    own = {letter: Dummy(f"{letter.name}_{parameter.name}", real=True) for letter in names}
    tape.known |= {own[letter]: Value(name, moves=True) for letter, name in names.items()}
    return own
