"""What a walk leaves behind: a row of numbers for every point visited, in arrays that grow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_FIRST = 64              # rows that there is room for at the beginning


class History:
    """Per point: where, the cost and the gradient there, and the state, rate and slopes that led to it.

    >>> history = History(2, 0)
    >>> history.keep([1.0, 2.0], 5.0, [2.0, 4.0])
    >>> history.count, history.points
    (1, array([[1., 2.]]))
    """

    __slots__ = ("_arrays", "count")

    def __init__(self, parameters: int, state: int) -> None:
        shapes = ((parameters,), (), (parameters,), (state, parameters), (), (parameters,))
        self._arrays = [np.empty((_FIRST, *shape)) for shape in shapes]
        self.count = 0

    def keep(self, point: Sequence[float], cost: float, gradient: Sequence[float], state: object = 0.0,
             rate: float = np.nan, drive: object = np.nan) -> None:
        """One more point; it is there from the moment when `count` says so, so that an interruption leaves no half row."""
        if self.count == len(self._arrays[0]):
            self._arrays = [np.concatenate([kept, np.empty_like(kept)]) for kept in self._arrays]
        for kept, value in zip(self._arrays, (point, cost, gradient, state, rate, drive)):
            kept[self.count] = value
        self.count += 1

    @property
    def width(self) -> int:
        """How many numbers a row of `keep_finite` has."""
        return 2 + sum(int(np.prod(kept.shape[1:])) for kept in (*self._arrays[:1], *self._arrays[2:4]))

    def keep_finite(self, numbers: Sequence[float]) -> np.ndarray | None:
        """Many points at once, one after the other: the point, the cost, the gradient, the state, the rate.

        They are kept up to the first that is not finite, whose point is returned.
        """
        if not numbers:
            return None
        values, wide = np.fromiter(numbers, np.float64, len(numbers)).reshape(-1, self.width), self._arrays[0].shape[1]
        finite = np.isfinite(values)
        whole = len(values) if finite.all() else int(np.argmin(finite.all(axis=1)))
        self._keep_rows(values[:whole], wide)
        return values[whole, :wide] if whole < len(values) else None

    def _keep_rows(self, values: np.ndarray, wide: int) -> None:
        short = self.count + len(values) - len(self._arrays[0])
        if short > 0:
            more = max(short, len(self._arrays[0]))
            self._arrays = [np.concatenate([kept, np.empty((more, *kept.shape[1:]))]) for kept in self._arrays]
        points, costs, gradients, state, rates, drives = (
            kept[self.count:self.count + len(values)] for kept in self._arrays)
        points[...] = values[:, :wide]
        costs[...] = values[:, wide]
        gradients[...] = values[:, wide + 1:2 * wide + 1]
        state[...] = values[:, 2 * wide + 1:-1].reshape(state.shape)
        rates[...] = values[:, -1]
        drives[...] = np.nan
        self.count += len(values)

    def cut(self, count: int) -> None:
        """Forget what came after the first `count` points."""
        self.count = min(count, self.count)

    @property
    def points(self) -> np.ndarray:
        """One row per point visited, the start first."""
        return self._arrays[0][:self.count]

    @property
    def costs(self) -> np.ndarray:
        """The cost at each."""
        return self._arrays[1][:self.count]

    @property
    def gradients(self) -> np.ndarray:
        """The gradient at each."""
        return self._arrays[2][:self.count]

    @property
    def states(self) -> np.ndarray:
        """The method's letters at each, per parameter."""
        return self._arrays[3][:self.count]

    @property
    def rates(self) -> np.ndarray:
        """The rate of each update, one fewer than there are points."""
        return self._arrays[4][1:self.count]

    @property
    def drives(self) -> np.ndarray:
        """The slopes that drove each update."""
        return self._arrays[5][1:self.count]
