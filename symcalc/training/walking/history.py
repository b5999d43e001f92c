"""What a walk leaves behind: a row of numbers for every point visited, in an array that grows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import copy

import numpy as np

from symcalc.compute.loops.loop import Seen

_ROOM = 2**20            # numbers that there is room for at the beginning, where so many may come; not used, they cost nothing


class History:
    """Per point: where, the cost and the gradient there, and the state, rate and slopes that led to it.

    With `apart`, the slopes that led there are kept, too, since they are not the gradient at the point before. There is `room`
    for so many points, or more.

    >>> history = History(2, 0, room=10)
    >>> history.keep([1.0, 2.0], 5.0, [2.0, 4.0])
    >>> history.count, history.points
    (1, array([[1., 2.]]))
    """

    __slots__ = ("_parameters", "_rows", "_state", "count")

    def __init__(self, parameters: int, state: int, apart: bool = False, room: int = 1) -> None:
        self._parameters, self._state = parameters, state
        width = 2 + (2 + state + apart) * parameters
        self._rows = np.empty((min(room, 1 + _ROOM // width), width), order="F")
        self.count = 0

    @property
    def _places(self) -> list[int]:
        """Where in a row the cost, the gradient, the state, the rate and the slopes begin; the point begins it."""
        size = self._parameters
        return [size, size + 1, 2 * size + 1, (2 + self._state) * size + 1, (2 + self._state) * size + 2]

    def keep(self, point: np.ndarray, cost: float, gradient: np.ndarray, state: np.ndarray | float = 0.0,
             rate: float = np.nan, drive: np.ndarray | float = np.nan) -> None:
        """One more point; it is there from the moment when `count` says so, so that an interruption leaves no half row."""
        self._make_room(1)
        row, (at_cost, at_gradient, at_state, at_rate, at_drive) = self._rows[self.count], self._places
        row[:at_cost], row[at_cost], row[at_gradient:at_state], row[at_rate] = point, cost, gradient, rate
        row[at_state:at_rate] = np.ravel(state)
        if at_drive < len(row):
            row[at_drive:] = drive
        self.count += 1

    def keep_finite(self, rows: np.ndarray) -> np.ndarray | None:
        """Many points at once, each a row: the point, the cost, the gradient, the state, the rate.

        They are kept up to the first that is not finite, whose point is returned.
        """
        finite = np.isfinite(rows)
        whole = len(rows) if finite.all() else int(np.argmin(finite.all(axis=1)))
        self._make_room(whole)
        self._rows[self.count:self.count + whole, :rows.shape[1]] = rows[:whole]
        self.count += whole
        return rows[whole, :self._parameters] if whole < len(rows) else None

    def room(self, more: int) -> np.ndarray:
        """Where the rows of so many more points will be, for whoever fills them in; `filled` then says how many he has."""
        self._make_room(more)
        return self._rows[self.count:self.count + more]

    def filled(self, more: int) -> None:
        """So many of those rows are there, and all numbers in them finite."""
        self.count += more

    def _make_room(self, more: int) -> None:
        short = self.count + more - len(self._rows)
        if short > 0:
            longer = np.empty((len(self._rows) + max(short, len(self._rows)), self._rows.shape[1]), order="F")
            longer[:self.count] = self._rows[:self.count]
            self._rows = longer

    def cut(self, count: int) -> None:
        """Forget what came after the first `count` points."""
        self.count = min(count, self.count)

    def trim(self) -> None:
        """Give back the room for further points, where it is more than those that are there take."""
        if 2 * self.count < len(self._rows):
            self._rows = self._rows[:self.count].copy(order="F")

    def copied(self) -> History:
        """Another with the same points, which may go on by itself."""
        other = copy(self)
        other._rows = self._rows[:self.count].copy(order="F")
        return other

    @property
    def made(self) -> int:
        """The number of updates that led to the last point."""
        return self.count - 1

    def place(self, update: int) -> int:
        """Where the point after so many updates stands."""
        return update

    def passed(self, first: int) -> Seen:
        """What the last step has passed, in plain floats: `first` is the first parameter that moves.

        >>> history = History(1, 0)
        >>> for point in ([5.0], [4.0], [4.5]): history.keep(point, point[0]**2, [2*point[0]])
        >>> history.passed(0)
        Seen(slope=9.0, once=0.5, twice=0.5, least=20.25, most=20.25, size=4.5)
        """
        *before, last, here = self.points[-3:].tolist()
        cost, slope = self.costs.item(-1), self.gradients.item(-1, first)
        twice = abs(here[first] - before[0][first]) if before else math.inf
        return Seen(slope=abs(slope), once=abs(here[first] - last[first]), twice=twice, least=cost, most=cost,
                    size=max(map(abs, here + last)))

    @property
    def last(self) -> np.ndarray:
        """The last row, whole."""
        return self._rows[self.count - 1]

    @property
    def points(self) -> np.ndarray:
        """One row per point visited, the start first."""
        return self._rows[:self.count, :self._parameters]

    @property
    def costs(self) -> np.ndarray:
        """The cost at each."""
        return self._rows[:self.count, self._parameters]

    @property
    def gradients(self) -> np.ndarray:
        """The gradient at each."""
        return self._rows[:self.count, self._places[1]:self._places[2]]

    @property
    def state(self) -> np.ndarray:
        """The method's letters at the last, per parameter."""
        return self._rows[self.count - 1, self._places[2]:self._places[3]].reshape(self._state, self._parameters)

    @property
    def states(self) -> np.ndarray:
        """The method's letters at each, per parameter."""
        return self._rows[:self.count, self._places[2]:self._places[3]].reshape(self.count, self._state, self._parameters)

    @property
    def rates(self) -> np.ndarray:
        """The rate of each update, one fewer than there are points."""
        return self._rows[1:self.count, self._places[3]]

    @property
    def drives(self) -> np.ndarray:
        """The slopes that drove each update."""
        return self._rows[1:self.count, self._places[4]:]


class Glimpses(History):
    """A few of the points of a longer history, each with the number of the updates before it.

    >>> seen = Glimpses(1, 0, numbers=[0, 50, 100])
    >>> seen.made, seen.place(50)
    (100, 1)
    """

    __slots__ = ("_numbers",)

    def __init__(self, parameters: int, state: int, numbers: Sequence[int]) -> None:
        super().__init__(parameters, state, room=len(numbers))
        self._numbers = list(numbers)

    @property
    def made(self) -> int:
        return self._numbers[-1]

    def place(self, update: int) -> int:
        return self._numbers.index(update)
