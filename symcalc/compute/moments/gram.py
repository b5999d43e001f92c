"""The triangle R of a tall matrix Φ = Q R, in one pass over blocks of its rows.

RᵀR is the Gram matrix ΦᵀΦ, but |R α|² keeps the digits that αᵀ(ΦᵀΦ)α loses. The columns of Φ are 1 and products of
centred letters, a letter being any function of the data. To have R at the speed of the Gram matrix, the columns are first
made nearly orthogonal by the triangle U of a few hundred rows: W = Φ U⁻¹ is so well conditioned that the Cholesky factor C
of WᵀW has all its digits, and R = C U. Where those rows were no sample of the others, C U takes the place of U and the pass
is made again; where that does not help, the blocks are reduced one after the other by Householder's reflections.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import log10

import numpy as np

Monomial = tuple[int, ...]
"""A product of letters by number, in order: () is 1, (0, 2, 2) is a c²."""
Removal = tuple[slice | int, slice | int, np.ndarray]
"""From which rows of a block which others are taken, times which numbers."""

_SAMPLE = 1024           # rows of which U is made, at least
_TIMES = 4               # ... and at least so many for each function
_ELEMENTS = 196_608      # of a block, which stays in the cache
_LARGE = 4 * _ELEMENTS   # of a block that is reduced by reflections
_FEW = 4                 # functions up to which dot products are faster than a product of matrices
_ALONE = 10_000          # rows of a block then: BLAS wakes no threads for so short a dot product
_PANEL = 8               # functions that are made orthogonal one by one
_PIVOT = 0.05            # the least of WᵀW, in units of its diagonal, that costs no digits worth the name
_GOLDEN = 0.6180339887498949
_FAR = 280               # powers of ten from 1, at which a product may lose digits or overflow
_EVEN = 1e-100, 1e100    # ... of functions, whose squares are summed as they are
_NOISE = 64 * np.finfo(float).eps
_SMALL = 0.3             # of its spread: a mean that may stay where it is, for then the pivot is 0.95 or more


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows of letters: `worked_out` makes the letters of some rows from the columns there."""

    columns: Sequence[np.ndarray]
    rows: int
    worked_out: Callable[[Sequence[np.ndarray]], Sequence[np.ndarray | float]] = list

    def at(self, which: slice | np.ndarray) -> Sequence[np.ndarray | float]:
        """The letters in these rows."""
        return self.worked_out([column[which] for column in self.columns])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Triangle:
    """All that the moments need of some rows: their number, the centre of each letter, R of the functions of what is left.

    >>> np.abs(triangle(Rows(columns=[np.array([1.0, 2.0, 3.0])], rows=3), [(), (0,)]).uncentred).round(3)
    array([[1.732, 3.464],
           [0.   , 1.414]])
    """

    rows: int
    functions: tuple[Monomial, ...]
    centre: np.ndarray              # what is taken from each letter before anything else
    entries: np.ndarray             # R, with as many rows as functions, or as there are rows of the data

    @property
    def uncentred(self) -> np.ndarray:
        """R of the letters themselves, where no function is a product of several."""
        whole = self.entries.copy()
        whole[0] += whole[0, 0] * np.array([self.centre[function[0]] if function else 0.0 for function in self.functions])
        return whole

    @property
    def is_sound(self) -> bool:
        """Whether every entry is a number, and no product comes near either end of the floats."""
        if not (np.isfinite(self.entries).all() and np.isfinite(self.centre).all()):
            return False
        sizes = {function[0]: size for function, size in zip(self.functions, np.abs(self.entries).max(axis=0).tolist())
                 if len(function) == 1 and size > 0}
        products = [sum(log10(sizes[a]) for a in function) for function in self.functions
                    if len(function) > 1 and sizes.keys() >= set(function)]
        return all(abs(size) < _FAR for size in products)

    def about(self, centre: np.ndarray) -> np.ndarray:
        """R where something else is taken from the letters: (a + d)(b + e) = a b + e a + d b + d e."""
        apart, place = self.centre - centre, {function: k for k, function in enumerate(self.functions)}
        change = np.eye(len(place))
        for function, column in place.items():
            for picked in product((True, False), repeat=len(function)):
                if not all(picked):
                    kept = tuple(letter for letter, pick in zip(function, picked) if pick)
                    change[place[kept], column] += np.prod([apart[a] for a, pick in zip(function, picked) if not pick])
        return self.entries @ change


def joined(triangles: Sequence[Triangle]) -> Triangle:
    """The triangle of all the rows together of which the parts' triangles are given.

    >>> parts = [triangle(Rows(columns=[x], rows=2), [(), (0,)]) for x in np.array([[1.0, 2.0], [3.0, 4.0]])]
    >>> whole = joined(parts)
    >>> whole.rows, np.abs(whole.uncentred).round(3).tolist()
    (4, [[2.0, 5.0], [0.0, 2.236]])
    """
    first = triangles[0]
    entries = np.linalg.qr(np.concatenate([part.about(first.centre) for part in triangles]), mode="r")
    return Triangle(rows=sum(part.rows for part in triangles), functions=first.functions, centre=first.centre,
                    entries=entries)


def closed(functions: Collection[Monomial]) -> list[Monomial]:
    """The functions, and all that a product of theirs has as factors.

    >>> closed([(0, 1)])
    [(0, 1), (), (0,), (1,)]
    """
    return list(dict.fromkeys([*functions, *(kept for function in functions for size in range(len(function))
                                             for kept in combinations(function, size))]))


def triangle(data: Rows, functions: Sequence[Monomial]) -> Triangle:
    """R of the functions over all rows; they begin with 1, and have the factors of every product among them.

    >>> x = np.arange(5.0)
    >>> np.abs(triangle(Rows(columns=[x], rows=5), [(), (0,), (0, 0)]).entries).round(3)
    array([[2.236, 0.   , 4.472],
           [0.   , 3.162, 0.   ],
           [0.   , 0.   , 3.742]])
    """
    wanted = max(_SAMPLE, _TIMES * len(functions))
    with np.errstate(all="ignore"):
        # Rows from all over, by multiples of the golden ratio, which no period in the data can be in step with.
        which = slice(None) if data.rows <= wanted else np.sort(
            (np.arange(1.0, wanted + 1) * _GOLDEN % 1 * data.rows).astype(np.int64))
        few = [np.broadcast_to(np.asarray(letter, dtype=np.float64), min(data.rows, wanted)) for letter in data.at(which)]
        centre = np.array([_amid(letter) for letter in few])
        matrix = _Matrix(data, functions, centre)
        begun = matrix.filled(few, np.ones((len(functions), min(data.rows, wanted))))
        entries = np.linalg.qr(begun.T, mode="r")
        if data.rows > wanted:
            entries = _orthogonal_first(matrix, entries)
    return Triangle(rows=data.rows, functions=tuple(functions), centre=centre, entries=entries)


def _amid(letter: np.ndarray) -> float:
    """The value nearest to the mean; a value, so that what is constant becomes 0."""
    return float(letter[np.argmin(np.abs(letter - (letter / len(letter)).sum()))])


class _Matrix:
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

    def blocks(self, elements: int) -> Iterator[np.ndarray]:
        """The blocks one after the other, in the same memory."""
        rows = _ALONE if self.size <= _FEW else max(elements // self.size, 2 * self.size)
        memory = np.ones((self.size, min(rows, self.data.rows)))
        for begin in range(0, self.data.rows, rows):
            end = min(begin + rows, self.data.rows)
            yield self.filled(self.data.at(slice(begin, end)), memory[:, :end - begin])


def _orthogonal_first(matrix: _Matrix, sampled: np.ndarray) -> np.ndarray:
    """R from the triangle of a sample, by the Gram matrix of what that makes orthogonal; else by reflections."""
    sizes = np.abs(sampled).max(axis=0)
    if not ((sizes == 0) | ((sizes > _EVEN[0]) & (sizes < _EVEN[1]))).all():
        matrix.scale = np.exp2(-np.frexp(np.where(np.isfinite(sizes), sizes, 1.0))[1])[:, None]
        matrix.scale[0] = 1.0
    found = sampled if matrix.scale is None else sampled * matrix.scale.T
    for _ in range(2):
        unit = _unit(found)
        gram = _gram(matrix, unit)
        if not np.isfinite(gram).all():
            return np.full_like(gram, np.nan)
        factor, pivot = _cholesky(gram, unit)
        if factor is None:
            break
        found = factor @ unit
        if pivot > _PIVOT:
            return found if matrix.scale is None else found / matrix.scale.T
    matrix.scale = None
    return _reflected(matrix)


def _unit(entries: np.ndarray) -> np.ndarray:
    """A triangle with 1 on its diagonal: each row by its pivot, where that is more than rounding."""
    pivots = np.diagonal(entries)
    kept = np.abs(pivots) > _NOISE * np.abs(entries).max(axis=0)
    unit = np.divide(entries, pivots[:, None], where=kept[:, None], out=np.zeros_like(entries))
    np.fill_diagonal(unit, 1.0)
    for j in range(1, len(pivots)):
        # What is left of the mean of a centred letter is too small to matter, and a pass over it costs time: it stays.
        if abs(unit[0, j] * pivots[0]) < _SMALL * abs(pivots[j]):
            unit[0] -= unit[0, j] * unit[j]
    return unit


def _gram(matrix: _Matrix, unit: np.ndarray) -> np.ndarray:
    """WᵀW of W = Φ U⁻¹."""
    steps = _elimination(unit, 0, matrix.size)
    if matrix.size > _FEW:
        gram = np.zeros((matrix.size, matrix.size))
        for block in matrix.blocks(_ELEMENTS):
            _solve(steps, block)
            gram += block @ block.T
        return gram
    pairs = [(k, j) for k in range(matrix.size) for j in range(max(k, 1), matrix.size)]
    sums = [0.0] * len(pairs)
    for block in matrix.blocks(_ELEMENTS):
        _solve(steps, block)
        rows = [*block]
        sums = [so_far + np.dot(rows[k], rows[j]) for so_far, (k, j) in zip(sums, pairs)]
    gram = np.full((matrix.size, matrix.size), float(matrix.data.rows))          # which is the square of the first, 1
    for (k, j), entry in zip(pairs, sums):
        gram[k, j] = gram[j, k] = entry
    return gram


def _elimination(unit: np.ndarray, first: int, end: int) -> list[Removal]:
    """How Φ becomes W with W U = Φ: from these rows of a block, numbers times those rows are taken, one after the other.

    >>> _elimination(np.array([[1.0, 0.0, 3.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]), 0, 3)
    [(2, 0, array(3.))]
    """
    if end - first > _PANEL:
        middle = (first + end) // 2
        return [*_elimination(unit, first, middle),
                (slice(middle, end), slice(first, middle), unit[first:middle, middle:end].T.copy()),
                *_elimination(unit, middle, end)]
    used = [(j, np.flatnonzero(unit[first:j, j])) for j in range(first + 1, end)]
    spans = [(j, first + int(places[0]) if places.size == 1 else slice(first + int(places[0]), first + int(places[-1]) + 1))
             for j, places in used if places.size]
    return [(j, span, np.array(unit[span, j])) for j, span in spans]


def _solve(steps: Sequence[Removal], block: np.ndarray) -> None:
    """Φ becomes W with W U = Φ."""
    for which, others, numbers in steps:
        block[which] -= np.dot(numbers, block[others])


def _cholesky(gram: np.ndarray, unit: np.ndarray) -> tuple[np.ndarray | None, float]:
    """C with CᵀC = WᵀW, and its least pivot in units of the diagonal; None where rounding makes one negative.

    What is left of a column by those before it is nothing, where it is no more than rounding makes of such a column.
    """
    squares = np.diagonal(gram)
    left = squares > _NOISE**2 * np.einsum("kj,kl,lj->j", unit, gram, unit, optimize=True)
    lengths = np.sqrt(np.where(left, squares, 0.0))
    units = np.where(left, lengths, np.inf)
    scaled = gram / np.outer(units, units)
    np.fill_diagonal(scaled, 1.0)
    try:
        factor = np.linalg.cholesky(scaled).T
    except np.linalg.LinAlgError:
        return None, 0.0
    return factor * lengths, float(np.diagonal(factor).min())


def _reflected(matrix: _Matrix) -> np.ndarray:
    """R by Householder's reflections, a block at a time under the triangle of those before."""
    found = np.zeros((0, matrix.size))
    for block in matrix.blocks(_LARGE):
        found = np.linalg.qr(np.concatenate([found, block.T]), mode="r")
    return found
