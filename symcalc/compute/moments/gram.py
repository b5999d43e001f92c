"""The triangle R of a tall matrix Φ = Q R, in one pass over blocks of its rows.

RᵀR is the Gram matrix ΦᵀΦ, but |R α|² keeps the digits that αᵀ(ΦᵀΦ)α loses. The columns of Φ are 1 and products of
centred letters, a letter being any function of the data. To have R at the speed of the Gram matrix, the columns are first
made nearly orthogonal by the triangle U of a few hundred rows: W = Φ U⁻¹ is so well conditioned that the Cholesky factor C
of WᵀW has all its digits, and R = C U. Where those rows were no sample of the others, C U takes the place of U and the pass
is made again; where that does not help, the blocks are reduced one after the other by Householder's reflections.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import log10

import numpy as np

from symcalc.compute.moments.blocks import Matrix, Monomial, Rows, gram

_SAMPLE = 1024           # rows of which U is made, at least
_TIMES = 4               # ... and at least so many for each function
_ALONE = 8_192           # elements that BLAS reduces without waking threads, which then keep a core busy for a while
_LARGE = 786_432         # elements of a block that is reduced by reflections
_APART = 0.1             # of a function's size: what the others leave of it in the sample, with which it may stay as it is
_PIVOT = 0.05            # the least of WᵀW, in units of its diagonal, that costs no digits worth the name
_GOLDEN = 0.6180339887498949
_FAR = 280               # powers of ten from 1, at which a product may lose digits or overflow
_EVEN = 1e-100, 1e100    # ... of functions, whose squares are summed as they are
_NOISE = 64 * np.finfo(float).eps


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
        matrix = Matrix(data, functions, centre)
        begun = matrix.filled(few, np.ones((len(functions), min(data.rows, wanted))))
        entries = _reduced(begun.T)
        if data.rows > wanted:
            entries = _orthogonal_first(matrix, entries)
    return Triangle(rows=data.rows, functions=tuple(functions), centre=centre, entries=entries)


def _reduced(tall: np.ndarray) -> np.ndarray:
    """R of a few rows: of pieces, and then of the pieces' triangles."""
    pieces = -(-tall.size // _ALONE)
    if pieces > 1 and len(tall) > 2 * pieces * tall.shape[1]:
        tall = np.concatenate([np.linalg.qr(piece, mode="r") for piece in np.array_split(tall, pieces)])
    return np.linalg.qr(tall, mode="r")


def _amid(letter: np.ndarray) -> float:
    """The value nearest to the mean; a value, so that what is constant becomes 0."""
    return float(letter[np.argmin(np.abs(letter - (letter / len(letter)).sum()))])


def _orthogonal_first(matrix: Matrix, sampled: np.ndarray) -> np.ndarray:
    """R from the triangle of a sample, by the Gram matrix of what that makes orthogonal; else by reflections."""
    sizes = np.abs(sampled).max(axis=0)
    if not ((sizes == 0) | ((sizes > _EVEN[0]) & (sizes < _EVEN[1]))).all():
        matrix.scale = np.exp2(-np.frexp(np.where(np.isfinite(sizes), sizes, 1.0))[1])[:, None]
        matrix.scale[0] = 1.0
    found = sampled if matrix.scale is None else sampled * matrix.scale.T
    for _ in range(2):
        unit = _unit(found)
        products = gram(matrix, unit)
        if not np.isfinite(products).all():
            return np.full_like(products, np.nan)
        factor, pivot = _cholesky(products, unit)
        if factor is None:
            break
        found = factor @ unit
        if pivot > _PIVOT:
            return found if matrix.scale is None else found / matrix.scale.T
    matrix.scale = None
    return _reflected(matrix)


def _unit(entries: np.ndarray) -> np.ndarray:
    """A triangle U with 1 on its diagonal, where W U = Φ has no function that is nearly what those before it make up.

    One that stands well apart from them stays as it is, since taking them away would cost a pass each.
    """
    pivots, ones = np.diagonal(entries), np.eye(len(entries))
    kept = np.abs(pivots) > _NOISE * np.abs(entries).max(axis=0)               # more than rounding
    apart = np.abs(pivots) > _APART * np.linalg.norm(entries, axis=0)
    entries = np.where(kept[:, None], entries, ones)
    unit = np.linalg.solve(np.where(apart, entries, np.diag(np.diagonal(entries))), entries)
    return np.where(apart, ones, unit)


def _cholesky(products: np.ndarray, unit: np.ndarray) -> tuple[np.ndarray | None, float]:
    """C with CᵀC = WᵀW, and its least pivot in units of the diagonal; None where rounding makes one negative.

    What is left of a column by those before it is nothing, where it is no more than rounding makes of such a column.
    """
    squares = np.diagonal(products)
    left = squares > _NOISE**2 * np.einsum("kj,kl,lj->j", unit, products, unit, optimize=True)
    lengths = np.sqrt(np.where(left, squares, 0.0))
    units = np.where(left, lengths, np.inf)
    scaled = products / np.outer(units, units)
    np.fill_diagonal(scaled, 1.0)
    try:
        factor = np.linalg.cholesky(scaled).T
    except np.linalg.LinAlgError:
        return None, 0.0
    return factor * lengths, float(np.diagonal(factor).min())


def _reflected(matrix: Matrix) -> np.ndarray:
    """R by Householder's reflections, a block at a time under the triangle of those before."""
    found = np.zeros((0, matrix.size))
    for block in matrix.blocks(_LARGE):
        found = np.linalg.qr(np.concatenate([found, block.T]), mode="r")
    return found
