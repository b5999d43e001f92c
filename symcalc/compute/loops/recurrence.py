"""Descents that are one affine map, z ← A z + c, made a block of steps at a time.

Where the slopes are affine in the parameters, as those of a squared error of a linear model are, and the method's
equations are affine too, the way z - z* from the fixed point is multiplied by A in each step. So a block of steps is doubled
by one product with a power of A, in which the way dies out as exactly as it does step by step. That everything is affine
is read off the generated code itself: it is run on `Affine` numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from symcalc.compute.generated import bound, executed
from symcalc.compute.loops.loop import PlainLoop, with_costs
from symcalc.compute.loops.steps import Steps
from symcalc.compute.tape import Tape

_FIRST = 32              # steps whose powers of A stand ready
_WORTH = 200             # steps from which a block is quicker than one after the other
_MOST = 24               # parameters and states up to which a block is quicker
_UNEVEN = 1e6            # the condition number of the slopes' matrix up to which the fixed point is known well enough
_COARSE = 2.0 ** -45     # of a parameter: smaller steps are made one by one, since rounding decides where they end
_NEAR = 0.25             # the sum of the squares of a power of A that counts as near 1
_ROUNDING = 1e-12        # ... of an eigenvalue of A
_LAST = 16               # steps at the end of a block by which one sees that the others were no smaller
_ONE_BY_ONE = 1024       # of those smaller steps, after which one looks whether they still move
_SOME = 0.7390851        # in the place of what is held, while one looks how the steps are built
_BLOCK = """\
# With one rate, every step above is the same affine map of the parameters and the states, z ← A z + c. So many steps are made
# at once, by the way from the fixed point of that map to z, which each step multiplies by A.
def block(way, first, powers, steps):
    far = way[:, None]
    done = np.zeros((way.size, steps + 1))                          # how far each step is from the start,
    done[:, 1:first.shape[0]] = (first[:-1] @ way).T                # by A - 1, A² - 1, ...
    still_near = True
    for begin, end, back, power, less_one in powers:                # those so far, times A^back, are those that follow
        before = done[:, begin - back:end - back]
        if less_one:                                                # of A^back near 1, A^back - 1 holds more digits
            done[:, begin:end] = before + np.einsum("ij,jk->ik", power, far + before)
            continue
        if still_near:
            done[:, :begin] += far                                  # from here on, how far it is from the fixed point
            still_near = False
        np.einsum("ij,jk->ik", power, before, out=done[:, begin:end])
    return done[:, 1:], still_near"""


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


@dataclass(slots=True)
class Motion:
    """What the steps with one rate do: their fixed point, and the powers of A, which draws no step away from it."""

    fixed: np.ndarray
    first: np.ndarray                               # A - 1, A² - 1, A³ - 1, ...
    powers: list[tuple[np.ndarray, bool]]           # the last of those, its square, the square of that, ..., less 1 or not

    def plan(self, steps: int) -> list[tuple[int, int, int, np.ndarray, bool]]:
        """How a block of steps is made: from where to where, from how far back, by which power."""
        found, made, level = [], len(self.first), 0
        while made <= steps:
            found.append((made, min(2 * made, steps + 1), made, *self.powers[level]))
            if level + 1 == len(self.powers):
                power, less_one = self.powers[level]
                self.powers.append(_best(2 * power + power @ power) if less_one else (power @ power, False))
            made, level = 2 * made, level + 1
        return found


def motion_by(fixed: np.ndarray, less_one: np.ndarray) -> Motion | None:
    """From A - 1; None where some steps lead away from the fixed point."""
    if not np.abs(np.linalg.eigvals(less_one + np.eye(len(less_one)))).max() < 1 + _ROUNDING:
        return None
    first = less_one[None]
    while len(first) < _FIRST and _best(first[-1])[1]:
        first = np.concatenate([first, first[-1] + first + first[-1] @ first])
    return Motion(fixed, first, [_best(first[-1])])


def _best(less_one: np.ndarray) -> tuple[np.ndarray, bool]:
    """A^k - 1 while A^k is near 1, where that has more digits; then A^k itself."""
    power = less_one + np.eye(len(less_one))
    return (less_one, True) if np.einsum("ij,ij", power, power) > _NEAR else (power, False)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """The steps of an affine map: by blocks where `fill` makes them, else, when it is called, one by one."""

    plain: PlainLoop
    block: Callable[..., np.ndarray]
    source: str
    motions: dict[float, Motion | None] = field(default_factory=dict)

    def __call__(self, last: np.ndarray, rates: np.ndarray, number: int, keep: Callable[[np.ndarray], None]) -> None:
        motion = self._motion(last, rates)
        self.plain(last, rates if motion is None else rates[:_ONE_BY_ONE], number, keep)

    def fill(self, room: np.ndarray, last: np.ndarray, before: float, rates: np.ndarray,
             number: int) -> tuple[int | None, None]:
        """Steps from the row `last` on, put into `room`, whose columns are contiguous.

        How many, or None where they are better made one by one.
        """
        motion, steps = self._motion(last, rates), self.plain.steps
        if motion is None:
            return None, None
        count, places = len(steps.moving), _places(steps)
        columns, start = room.T, last[places]
        with np.errstate(all="ignore"):
            if not _coarse(motion, start[:, None], count).any():
                return None, None
            if count < len(steps.parameters):       # what is held stays
                columns[:] = last[:, None]
            way = start - motion.fixed
            done, near = self.block(way, motion.first, motion.plan(len(rates)), len(rates))
            reached = np.add(done, (start if near else motion.fixed)[:, None], out=done)
            columns[places], columns[-1] = reached, rates[0]
            with_costs(steps, columns)
            return _good(columns, motion, reached, count), None

    def _motion(self, last: np.ndarray, rates: np.ndarray) -> Motion | None:
        """How the steps move; None where they do so in many ways, or in one that is not known."""
        if len(rates) < _WORTH or (rates.strides[0] and not (rates == rates[0]).all()):
            return None
        rate = float(rates[0])
        if rate not in self.motions:
            with np.errstate(all="ignore"):
                self.motions[rate] = _motion(self.plain, rate, last)
        return self.motions[rate]


def _good(columns: np.ndarray, motion: Motion, reached: np.ndarray, count: int) -> int:
    """How many of the steps stand: those up to which all is finite, and larger than what rounding makes of them."""
    finite = np.isfinite(columns)
    if not finite.all():
        return int(np.argmin(finite.all(axis=0)))
    if _coarse(motion, reached[:, -_LAST:], count).any():
        return columns.shape[1]
    return max(1, int(np.argmin(_coarse(motion, reached, count))))


def _coarse(motion: Motion, reached: np.ndarray, count: int) -> np.ndarray:
    """For each z, whether the step from there moves one of the first `count`, the parameters, by more than rounding."""
    change = np.abs(np.einsum("ij,jk->ik", motion.first[0, :count], reached - motion.fixed[:, None]))
    return (change > _COARSE * np.abs(reached[:count])).any(axis=0)


def recurrence(plain: PlainLoop) -> Recurrence | None:
    """The steps of a loop as blocks of an affine map; None where its equations or the slopes are none, or are too many."""
    written, letters = plain.written, len(plain.steps.moving) * (1 + len(plain.steps.letters.state))
    if not (written.bare and written.unvaried and 0 < letters <= _MOST):
        return None
    if "affine" not in written.known:
        written.known["affine"] = _is_affine(plain)
    if not written.known["affine"]:
        return None
    return Recurrence(plain, _block(), f"{plain.source}\n{_BLOCK}\n")


def _is_affine(plain: PlainLoop) -> bool:
    try:
        with np.errstate(all="ignore"):
            return _map(plain, 1.0, np.full(plain.width, _SOME)) is not None
    except (ZeroDivisionError, OverflowError):
        return False


@cache
def _block() -> Callable[..., np.ndarray]:
    tape = Tape((), (), arrays=True)
    return executed(tape, bound(tape, [*_BLOCK.splitlines(), "return block"]))(None)


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
    plain.function(before[:count], gradient, before[2 * count + 1:-1], 1.0, [rate], kept)
    after = [*kept[:count], *[0.0] * (count + 1), *kept[count:]]
    found = parts_of([after[place] for place in places], len(letters)), parts_of([slopes[j] for j in moving], len(moving))
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


def parts_of(numbers: Iterable[Affine | float], size: int) -> np.ndarray | None:
    """c and a of each number, one per row; None where one is not affine."""
    rows = [number.parts if isinstance(number, Affine) else np.array([number, *[0.0] * size]) for number in numbers]
    return None if any(row is None for row in rows) else np.array(rows)


def _motion(plain: PlainLoop, rate: float, row: np.ndarray) -> Motion | None:
    """The fixed point and A of the steps with this rate; None where the one is not known to nearly all digits."""
    steps, count = plain.steps, len(plain.steps.moving)
    point = row[:len(steps.compiled.parameters)].tolist()
    try:
        added, own, driven, slope, hessian = _map(plain, rate, row)
        whole = own.copy()
        whole[:, :count] += driven @ hessian
        inverse, uneven = np.linalg.inv(whole), np.linalg.norm(hessian) * np.linalg.norm(np.linalg.inv(hessian))
        fixed = -inverse @ (added + driven @ slope)
        for _ in range(2):                          # what the slopes themselves say there is the most precise
            there = steps.compiled.function(*_filled(point, steps.moving, fixed[:count].tolist()))[1]
            left = added + own @ fixed + driven @ np.array([there[j] for j in steps.moving])
            fixed = fixed - inverse @ left
        known = uneven < _UNEVEN and np.isfinite(fixed).all() and np.isfinite(whole).all()
        return motion_by(fixed, whole) if known else None
    except (np.linalg.LinAlgError, ZeroDivisionError, OverflowError):
        return None
