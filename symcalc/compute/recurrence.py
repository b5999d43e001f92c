"""Descents that are one affine map, z ← A z + c, made a block of steps at a time.

Where the slopes are affine in the parameters, as those of a squared error of a linear model are, and the method's
equations are affine too, the way z - z* from the fixed point is multiplied by A in each step. So a block of steps is doubled
by one product with a power of A, in which the way dies out as exactly as it does step by step. That everything is affine
is read off the generated code itself: it is run on `Affine` numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from symcalc.compute.generated import bound, executed, indented
from symcalc.compute.loop import PlainLoop, Steps, with_costs
from symcalc.compute.tape import Tape

_WORTH = 200             # steps from which a block is quicker than one after the other
_MOST = 24               # parameters and states up to which a block is quicker
_UNEVEN = 1e6            # the condition number of the slopes' matrix up to which the fixed point is known well enough
_COARSE = 2.0 ** -45     # of a parameter: smaller steps are made one by one, since rounding decides where they end
_GROWN = 1e6             # what a power of A may do to rounding
_ONE_BY_ONE = 1024       # of those smaller steps, after which one looks whether they still move
_BLOCK = """\
# Every step above is one affine map of the parameters and the states, z ← A z + c. Many steps are made at once by their way
# from its fixed point, which each step multiplies by A; cost and slopes are then worked out at all points by the same lines.
def block(way, powers, steps):
    ways = np.empty((way.size, steps + 1))
    ways[:, 0] = way
    for begin, end, back, power, less_one in powers:                # those so far, times A^back, are those that follow
        np.einsum("ij,jk->ik", power, ways[:, begin - back:end - back], out=ways[:, begin:end])
        if less_one:                                                # of A^back near 1, A^back - 1 holds more digits
            ways[:, begin:end] += ways[:, begin - back:end - back]
    return ways
return block"""


class Affine:
    """c + a·z in unknowns z, or whatever is not of this form: what + - * / make of such numbers.

    >>> u, v = unknowns(2)
    >>> (3 - (u - v)*2).parts, (u*v + 1).parts, (u/v).parts
    (array([ 3., -2.,  2.]), None, None)
    """

    __slots__ = ("parts",)
    __array_ufunc__ = None                          # NumPy's numbers leave the arithmetic to it

    def __init__(self, parts: np.ndarray | None) -> None:
        self.parts = parts                          # c, then a; None where it is not affine

    def __add__(self, other: Affine | float) -> Affine:
        if self.parts is None:
            return self
        if isinstance(other, Affine):
            return other if other.parts is None else Affine(self.parts + other.parts)
        parts = self.parts.copy()
        parts[0] += other
        return Affine(parts)

    def __mul__(self, other: Affine | float) -> Affine:
        return Affine(None if self.parts is None or isinstance(other, Affine) else self.parts * other)

    def __truediv__(self, other: Affine | float) -> Affine:
        return Affine(None if self.parts is None or isinstance(other, Affine) else self.parts / other)

    def __rtruediv__(self, other: float) -> Affine:
        return Affine(None)

    def __neg__(self) -> Affine:
        return self * -1.0

    def __sub__(self, other: Affine | float) -> Affine:
        return self + -other

    def __rsub__(self, other: float) -> Affine:
        return -self + other

    __radd__, __rmul__ = __add__, __mul__


def unknowns(count: int) -> list[Affine]:
    """z itself, one by one."""
    return [Affine(row) for row in np.eye(count, count + 1, 1)]


@dataclass(frozen=True, slots=True)
class Motion:
    """What the steps with one rate do: their fixed point, and the powers of A, or of A - 1, by the number of steps."""

    fixed: np.ndarray
    powers: dict[int, tuple[np.ndarray, bool]]

    def plan(self, steps: int) -> list[tuple[int, int, int, np.ndarray, bool]]:
        """How a block of steps is made: from where to where, from how far back, by which power."""
        found, made = [], 1
        while made <= steps:
            back = self._largest(made)
            found.append((made, min(made + back, steps + 1), back, *self.powers[back]))
            made += back
        return found

    def _largest(self, made: int) -> int:
        """The largest power up to so many steps, squared as often as that takes: A² - 1 = 2 (A - 1) + (A - 1)²."""
        size = max(self.powers)
        while 2 * size <= made:
            power, less_one = self.powers[size]
            if less_one and np.abs(power + np.eye(len(power))).sum(axis=1).max() < 0.5:
                power, less_one = power + np.eye(len(power)), False
            power = 2 * power + power @ power if less_one else power @ power
            if not np.abs(power).max() < _GROWN:
                break
            size *= 2
            self.powers[size] = power, less_one
        return min(size, max(known for known in self.powers if known <= made))


@dataclass(frozen=True, slots=True)
class Recurrence:
    """The steps of an affine map by blocks, and one by one where that is better."""

    plain: PlainLoop
    block: Callable[..., np.ndarray]
    source: str
    motions: dict[float, Motion | None] = field(default_factory=dict)

    def __call__(self, last: np.ndarray, rates: np.ndarray, number: int, keep: Callable[[np.ndarray], None]) -> None:
        if len(rates) < _WORTH or not (rates == rates[0]).all():
            return self.plain(last, rates, number, keep)
        rate, steps = float(rates[0]), self.plain.steps
        if rate not in self.motions:
            self.motions[rate] = _motion(self.plain, rate, last)
        motion, places = self.motions[rate], _places(steps)
        if motion is None:
            return self.plain(last, rates, number, keep)
        way = last[places] - motion.fixed
        if not _coarse(motion, way[:, None], len(steps.moving)).any():
            return self.plain(last, rates[:_ONE_BY_ONE], number, keep)
        columns = np.empty((len(last), len(rates)))
        columns[:] = last[:, None]
        with np.errstate(all="ignore"):
            ways = self.block(way, motion.plan(len(rates)), len(rates))
            columns[places] = motion.fixed[:, None] + ways[:, 1:]
        columns[-1] = rate
        keep(columns[:, :self._good(columns, motion, ways)].T)

    def _good(self, columns: np.ndarray, motion: Motion, ways: np.ndarray) -> int:
        """How many of the steps stand: with a cost that a float can hold, and larger than what rounding makes of them."""
        with_costs(self.plain.steps, columns)
        count = len(self.plain.steps.moving)
        if not _coarse(motion, ways[:, -16:-1], count).any():
            fine = ~_coarse(motion, ways[:, :-1], count)
            columns = columns[:, :max(1, int(np.argmax(fine)))]
        finite = np.isfinite(columns)
        return columns.shape[1] if finite.all() else int(np.argmin(finite.all(axis=0)))


def _coarse(motion: Motion, ways: np.ndarray, count: int) -> np.ndarray:
    """For each way from the fixed point, whether the step from there moves one of the first `count` by more than rounding."""
    with np.errstate(all="ignore"):
        change = np.abs(np.einsum("ij,jk->ik", motion.powers[1][0][:count], ways))
        return (change > _COARSE * np.abs(motion.fixed[:count, None] + ways[:count])).any(axis=0)


def recurrence(plain: PlainLoop) -> Recurrence | None:
    """The steps of a loop as blocks of an affine map; None where its equations or the slopes are none, or are too many."""
    size = len(_places(plain.steps))
    if not (plain.bare and plain.unvaried and 0 < size <= _MOST) or _map(plain, 1.0, np.zeros(plain.width)) is None:
        return None
    tape, lines = Tape((), (), arrays=True), _BLOCK.splitlines()
    source = "\n".join([plain.source.rstrip(), *indented(lines), ""])
    return Recurrence(plain, executed(tape, bound(tape, lines))(None), source)


def _places(steps: Steps) -> np.ndarray:
    """Where in a row of the history the parameters that move stand, and then their states."""
    count, moving = len(steps.compiled.parameters), np.array(steps.moving)
    return np.concatenate([moving, *(moving + (2 + row) * count + 1 for row in range(len(steps.letters.state)))])


def _map(plain: PlainLoop, rate: float, row: np.ndarray) -> tuple[np.ndarray, ...] | None:
    """What a step adds to z: c + B z + G g for the slopes g; and g itself, q + H θ. None where one is not affine.

    `row` has the values of what is held.
    """
    steps, count = plain.steps, len(plain.steps.compiled.parameters)
    moving, places = steps.moving, _places(steps)
    _, slopes = steps.compiled.function(*_filled(row[:count].tolist(), moving, unknowns(len(moving))))
    letters = unknowns(len(places) + len(moving))
    before = _filled([*row[:count].tolist(), *[0.0] * (plain.width - count)], places, letters)
    gradient = _filled([0.0] * count, moving, letters[len(places):])
    kept: list[Any] = []
    plain.function(before[:count], gradient, before[2 * count + 1:-1], 1.0, [rate], kept.extend)
    after = [*kept[:count], *[0.0] * (count + 1), *kept[count:]]
    found = _parts([after[place] for place in places], len(letters)), _parts([slopes[j] for j in moving], len(moving))
    if any(part is None for part in found):
        return None
    step, slope = found
    size = len(places)
    step[:, 1:size + 1] -= np.eye(size)
    return step[:, 0], step[:, 1:size + 1], step[:, size + 1:], slope[:, 0], slope[:, 1:]


def _filled(values: list[Any], places: Any, letters: list[Affine]) -> list[Any]:
    for place, letter in zip(places, letters):
        values[place] = letter
    return values


def _parts(numbers: list[Affine | float], size: int) -> np.ndarray | None:
    rows = [number.parts if isinstance(number, Affine) else np.array([number, *[0.0] * size]) for number in numbers]
    return None if any(row is None for row in rows) else np.array(rows)


def _motion(plain: PlainLoop, rate: float, row: np.ndarray) -> Motion | None:
    """The fixed point and A of the steps with this rate; None where the one is not known to nearly all digits."""
    added, own, driven, slope, bend = _map(plain, rate, row)
    steps, count = plain.steps, len(plain.steps.moving)
    whole = own.copy()
    whole[:, :count] += driven @ bend
    if not (np.isfinite(whole).all() and np.isfinite(bend).all() and np.linalg.cond(bend) < _UNEVEN):
        return None
    point = row[:len(steps.compiled.parameters)].tolist()
    try:
        fixed = np.linalg.solve(whole, -(added + driven @ slope))
        for _ in range(2):                          # what the slopes themselves say there is the most precise
            there = steps.compiled.function(*_filled(point, steps.moving, fixed[:count].tolist()))[1]
            left = added + own @ fixed + driven @ np.array([there[j] for j in steps.moving])
            fixed = fixed - np.linalg.solve(whole, left)
    except (np.linalg.LinAlgError, ZeroDivisionError, OverflowError):
        return None
    return Motion(fixed, {1: (whole, True)}) if np.isfinite(fixed).all() else None
