"""The matrix Φᵀ of functions of the data, a block of rows at a time, and the Gram matrix WᵀW of W = Φ U⁻¹.

BLAS is slow at AAᵀ for a few long rows, and at AB where the sums are long. So few functions are multiplied in short runs, each
of which stays on one thread; the blocks are shared among threads of our own. Neither the blocks nor the order in which they are
added know of the threads, so that any number of them gives the same digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from symcalc.compute.sharing import cores, helpers, share

Monomial = tuple[int, ...]
"""A product of letters by number, in order: () is 1, (0, 2, 2) is a c²."""
Removal = tuple[slice | int, slice | int, np.ndarray]
"""From which rows of a block which others are taken, times which numbers."""

_ELEMENTS = 393_216      # of a block, which stays near the processor
_FEW = 32                # functions up to which short runs are faster than a product of whole blocks
_RUN = 8_192             # rows of a run
_ALONE = 2**18           # products of two numbers in a product of matrices for which BLAS wakes no threads
_PAYS = 2**19            # elements in all from which a second thread does
_PANEL = 8               # functions that are made orthogonal one by one


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows of letters: `worked_out` makes the letters of some rows from the columns there."""

    columns: Sequence[np.ndarray]
    rows: int
    worked_out: Callable[[Sequence[np.ndarray]], Sequence[np.ndarray | float]] = list

    def at(self, which: slice | np.ndarray) -> Sequence[np.ndarray | float]:
        """The letters in these rows."""
        return self.worked_out([column[which] for column in self.columns])


class Matrix:
    """Φᵀ, block by block."""

    def __init__(self, data: Rows, functions: Sequence[Monomial], centre: np.ndarray) -> None:
        place = {function: k for k, function in enumerate(functions)}
        self.data, self.centre, self.size = data, centre, len(functions)
        self.scale: np.ndarray | None = None          # of each function, where squares would leave the floats
        self.letters = [place[a,] for a in range(len(centre))]
        self.products = [(place[function], place[function[:-1]], place[function[-1:]])
                         for function in sorted(functions, key=len) if len(function) > 1]

    def filled(self, letters: Sequence[np.ndarray | float], block: np.ndarray) -> np.ndarray:
        """The functions of the letters, one per row of the block, under the first, which is 1."""
        for row, letter, centre in zip(self.letters, letters, self.centre):
            np.subtract(letter, centre, out=block[row])
        for row, left, right in self.products:
            np.multiply(block[left], block[right], out=block[row])
        if self.scale is not None:
            block[1:] *= self.scale[1:]
        return block

    def memory(self, rows: int) -> np.ndarray:
        """Room for a block of so many rows, under its first function."""
        room = np.empty((self.size, min(rows, self.data.rows)))
        room[0] = 1.0
        return room

    def block(self, begin: int, memory: np.ndarray) -> np.ndarray:
        """As many rows as there is room for, from this one on."""
        end = min(begin + memory.shape[1], self.data.rows)
        return self.filled(self.data.at(slice(begin, end)), memory[:, :end - begin])

    def blocks(self, elements: int) -> Iterator[np.ndarray]:
        """The blocks one after the other, in the same memory."""
        memory = self.memory(max(elements // self.size, 2 * self.size))
        for begin in range(0, self.data.rows, memory.shape[1]):
            yield self.block(begin, memory)


def gram(matrix: Matrix, unit: np.ndarray) -> np.ndarray:
    """WᵀW of W = Φ U⁻¹, for a triangle U with 1 on its diagonal.

    >>> gram(Matrix(Rows(columns=[np.arange(4.0)], rows=4), [(), (0,)], np.zeros(1)), np.eye(2))
    array([[ 4.,  6.],
           [ 6., 14.]])
    """
    steps = _elimination(unit, 0, matrix.size)
    if matrix.size <= _FEW:
        return _in_runs(matrix, steps)
    found = np.zeros((matrix.size, matrix.size))
    for block in matrix.blocks(_ELEMENTS):
        _solve(steps, block)
        found += block @ block.T
    return found


def _in_runs(matrix: Matrix, steps: Sequence[Removal]) -> np.ndarray:
    """The same for few functions, by products of short runs of rows."""
    run = min(_RUN, _ALONE // matrix.size**2)
    rows = run * max(1, _ELEMENTS // (run * matrix.size))
    sums = np.empty((-(-matrix.data.rows // rows), matrix.size, matrix.size - 1))
    # BLAS has threads of its own for what takes one function from another, and those would wait for each other.
    threads = cores() if len(sums) > 1 and matrix.data.rows * matrix.size >= _PAYS and not steps else 1
    room = [matrix.memory(rows) for _ in range(threads)]

    def work(first: int, last: int) -> None:
        memory = room.pop()
        with np.errstate(all="ignore"):          # which every thread has its own of
            for k in range(first, last):
                block = matrix.block(k * rows, memory)
                _solve(steps, block)
                sums[k] = _times_itself(block, run)
        room.append(memory)

    if threads > 1:
        with helpers(threads) as jobs:
            share(work, len(sums), threads, jobs)
    else:
        work(0, len(sums))
    found = np.empty((matrix.size, matrix.size))
    found[0, 0], found[:, 1:] = matrix.data.rows, sums.sum(axis=0)
    return np.triu(found) + np.triu(found, 1).T


def _times_itself(block: np.ndarray, run: int) -> np.ndarray:
    """Columns 1, 2, ... of AAᵀ; column 0 is row 0, by symmetry.

    To multiply A by A[1:] keeps NumPy from calling BLAS's symmetric product, which is slower here.
    """
    size, rows = block.shape
    whole = rows - rows % run
    cut = block[:, :whole].reshape(size, -1, run).transpose(1, 0, 2)
    rest = block[:, whole:]
    return np.matmul(cut, cut[:, 1:].transpose(0, 2, 1)).sum(axis=0) + np.dot(rest, rest[1:].T)


def _elimination(unit: np.ndarray, first: int, end: int) -> list[Removal]:
    """How Φ becomes W with W U = Φ: from these rows of a block, numbers times those rows are taken, one after the other.

    >>> _elimination(np.array([[1.0, 0.0, 3.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]), 0, 3)
    [(2, 0, array(3.))]
    """
    if end - first > _PANEL:
        middle = (first + end) // 2
        numbers = unit[first:middle, middle:end].T.copy()
        across = [(slice(middle, end), slice(first, middle), numbers)] if numbers.any() else []
        return [*_elimination(unit, first, middle), *across, *_elimination(unit, middle, end)]
    used = [(j, np.flatnonzero(unit[first:j, j])) for j in range(first + 1, end)]
    spans = [(j, first + int(places[0]) if places.size == 1 else slice(first + int(places[0]), first + int(places[-1]) + 1))
             for j, places in used if places.size]
    return [(j, span, np.array(unit[span, j])) for j, span in spans]


def _solve(steps: Sequence[Removal], block: np.ndarray) -> None:
    """Φ becomes W with W U = Φ."""
    for which, others, numbers in steps:
        block[which] -= np.dot(numbers, block[others])
