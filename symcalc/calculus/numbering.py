"""The numbers that indices stand for while a line is checked, and tables of random numbers for what they count."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import combinations, cycle, islice, product
from typing import Any

from sympy import Basic, Derivative, Expr, Indexed, Integer, KroneckerDelta, Sum, Symbol
from sympy.tensor.indexed import IndexedBase

from symcalc.indices import index_of, is_indexed
from symcalc.language.names import COUNT, ROW

ROWS = 3                     # rows of random data that a sum runs over
FEATURES = 4                 # and what any other index runs up to
_SPREAD = 1000               # makes a whole number by chance of a random one

Indices = tuple[tuple[Symbol, int], ...]
"""The number of each index that a sum around has set."""

Tables = Mapping[IndexedBase, Mapping[tuple[int, ...], Any]]
"""A value for every element of every vector and column, by its numbers."""


def drawn(expression: Expr, draw: Callable[[], Any]) -> Tables:
    """Random numbers for all elements of whatever has an index in the expression.

    >>> from symcalc.language.names import column
    >>> {str(base): dict(table) for base, table in drawn(column("x"), lambda: 7).items()}
    {'x': {(1,): 7, (2,): 7, (3,): 7}}
    """
    tables = {base: {place: draw() for place in places} for base, places in _places(expression)}
    for base, classes in _classes(expression).items():
        # Of a class only its own number means something: from one on, by chance, each in turn.
        numbers = islice(cycle(classes), int(abs(draw()) * _SPREAD) % len(classes), None)
        tables[base] = {place: value * 0 + next(numbers) for place, value in tables[base].items()}
    return tables


@lru_cache(maxsize=256)
def _classes(expression: Expr) -> Mapping[IndexedBase, list[int]]:
    """The columns that hold the number of a class, and the numbers that they are compared with: y in [y = 2]."""
    found: dict[IndexedBase, list[int]] = {}
    for part in sorted(expression.atoms(KroneckerDelta), key=lambda part: int(part.args[1]) if _is_class(part) else 0):
        if _is_class(part):
            found.setdefault(part.args[0].base, []).append(int(part.args[1]))
    return found


@lru_cache(maxsize=256)
def _places(expression: Expr) -> tuple[tuple[IndexedBase, tuple[tuple[int, ...], ...]], ...]:
    """Whatever has an index, and the numbers of its elements."""
    most = max(FEATURES, *(int(total.limits[0][2]) for total in _sums(expression)
                           if isinstance(total.limits[0][2], Integer)), ROWS)
    parts = {part.base: part for part in sorted(expression.atoms(Indexed), key=str)}
    return tuple((base, tuple(product(*(_numbers(index, most) for index in part.indices)))) for base, part in parts.items())


@lru_cache(maxsize=256)
def _sums(expression: Expr) -> frozenset[Sum]:
    return frozenset(expression.atoms(Sum))


def _is_class(part: KroneckerDelta) -> bool:
    return isinstance(part.args[0], Indexed) and isinstance(part.args[1], Integer)


def _numbers(index: Basic, most: int) -> Sequence[int]:
    """The numbers that an index may stand for; in x[7] it is one itself."""
    return (int(index),) if isinstance(index, Integer) else range(1, (ROWS if index == ROW else most) + 1)


def counted(expression: Expr, k: int) -> dict[Symbol, Any]:
    """Whole numbers for the ends of sums and for the indices that are free, these in all ways of being equal or not.

    >>> from symcalc.indices import element, same, whole
    >>> [tuple(counted(same(whole("c"), whole("k")), k).values())[2:] for k in range(4)]
    [(1, 1), (2, 1), (1, 2), (2, 2)]
    """
    ends = {total.limits[0][2]: FEATURES for total in _sums(expression) if total.limits[0][2] != COUNT}
    free = sorted(_free(expression), key=str)
    first = {index_of(total): 1 for total in _sums(expression)}          # for what is looked at outside its sum
    return {COUNT: ROWS, ROW: 1, **first, **ends, **{index: 1 + (k >> place) % 2 for place, index in enumerate(free)}}


def coincidences(expression: Expr, numbers: Mapping[Symbol, Any]) -> tuple[bool, ...]:
    """Which of the free indices have the same number."""
    return tuple(numbers[one] == numbers[other] for one, other in combinations(sorted(_free(expression), key=str), 2))


def patterns(expression: Expr) -> int:
    """In how many ways numbers are given to free indices that may or may not be the same."""
    free = len(_free(expression))
    return 2 ** free if free > 1 else 1


@lru_cache(maxsize=256)
def _free(expression: Basic) -> frozenset[Symbol]:
    """The indices that no sum runs over, the row apart; a derivative may hold one in its variable alone."""
    if not is_indexed(expression):
        return frozenset()
    parts = [expression, *(variable for part in expression.atoms(Derivative) for variable in part.variables)]
    ends = {total.limits[0][2] for total in expression.atoms(Sum)}
    counting = {letter for part in parts for letter in part.free_symbols if isinstance(letter, Symbol) and letter.is_integer}
    return frozenset(counting - ends - {ROW, COUNT})
