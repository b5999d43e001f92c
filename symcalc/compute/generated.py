"""From a tape to a function that runs.

This is the only module that turns source into code, and the source holds no name that it did not make itself.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate, starmap
from math import prod
from types import MappingProxyType
from typing import Any

import numpy as np

from symcalc.compute import numerics
from symcalc.compute.tape import Tape
from symcalc.language.table import Table
from symcalc.vocabulary import FUNCTIONS

_BLOCK = 10_000          # rows at a time: they stay in the cache, and BLAS wakes no threads for so short a dot product
_KEPT = 4_000_000        # numbers that are kept with the data, though they could be worked out from them
_LANES = 8               # floats in a line of the cache
_HELPED = [row for row in FUNCTIONS.values() if row.helper]
_PLAIN = {"math": math, "float": float, "abs": abs, "max": numerics.scalar_max, "min": numerics.scalar_min}


def split(rows: float, *arrays: np.ndarray) -> list[tuple[np.ndarray, ...]]:
    """The arrays in blocks of rows, as views.

    >>> [len(x) for x, in split(25_000, np.zeros(25_000))]
    [10000, 10000, 5000]
    """
    return [tuple(array[begin:begin + _BLOCK] for array in arrays) for begin in range(0, int(rows), _BLOCK)]


class Buffers(threading.local):
    """Room for what is worked out in a block of rows, for each thread its own: the buffers for one block after the other.

    Those with several rows come first.

    >>> buffers = Buffers(25_000.0, 1, 2)
    >>> [[room.shape for room in block] for block in buffers()][1:]
    [[(2, 10000), (10000,)], [(2, 5000), (5000,)]]
    """

    def __init__(self, rows: float, number: int, *groups: int) -> None:
        whole, rest = divmod(int(rows), _BLOCK)
        size = min(int(rows), _BLOCK)
        width = -(-size // _LANES) * _LANES + _LANES
        count = number + sum(groups)
        room = np.empty(count * width + _LANES)
        first = -room.ctypes.data // room.itemsize % _LANES              # each starts where a line of the cache does
        matrix = room[first:first + count * width].reshape(count, width)
        ends = [*accumulate(groups)]

        def cut(size: int) -> tuple[np.ndarray, ...]:
            # Those with several rows in one piece, for BLAS would take a copy of what has gaps.
            return (*(matrix[end - rows:end].reshape(-1)[:rows * size].reshape(rows, size) for rows, end in zip(groups, ends)),
                    *matrix[count - number:, :size])

        self.blocks = [cut(size)] * whole + ([cut(rest)] if rest else [])

    def __call__(self) -> list[tuple[np.ndarray, ...]]:
        return self.blocks


class Fixed:
    """Blocks of rows with what the data alone decide: kept where that is little, else worked out on every way through.

    >>> [sum(total.tolist()) for total, in Fixed(lambda x: (x + 1,), 1, [(np.zeros(2),), (np.ones(3),)])]
    [2.0, 6.0]
    """

    def __init__(self, fixed: Callable[..., tuple[np.ndarray, ...]], arrays: int, blocks: list[tuple[np.ndarray, ...]]) -> None:
        self.fixed, self.blocks = fixed, blocks
        few = arrays * sum(np.shape(block[0])[-1] for block in blocks) <= _KEPT
        self.kept = [fixed(*block) for block in blocks] if few else None

    def __iter__(self) -> Iterator[tuple[np.ndarray, ...]]:
        return starmap(self.fixed, self.blocks) if self.kept is None else iter(self.kept)


def strips(rows: float, size: int, *arrays: np.ndarray | tuple[np.ndarray, ...]) -> list[tuple[Any, ...]]:
    """The arrays, or each of several, whose last axis is the rows, in blocks of so many of them, as views.

    >>> [(x.shape, [len(column) for column in z]) for x, z in strips(5.0, 3, np.zeros((2, 5)), (np.zeros(5), np.zeros(5)))]
    [((2, 3), [3, 3]), ((2, 2), [2, 2])]
    """
    return [tuple(tuple(column[begin:begin + size] for column in array) if isinstance(array, tuple)
                  else array[..., begin:begin + size] for array in arrays) for begin in range(0, int(rows), size)]


class Rooms(threading.local):
    """Room for whole arrays of several shapes over a block of rows, for each thread its own, each in one piece.

    >>> rooms = Rooms(5.0, 3, (2,), ())
    >>> [[room.shape for room in block] for block in rooms()]
    [[(2, 3), (3,)], [(2, 2), (2,)]]
    """

    def __init__(self, rows: float, size: int, *shapes: tuple[int, ...]) -> None:
        whole, rest = divmod(int(rows), size)
        size = min(int(rows), size)
        lengths = [-(-prod(shape) * size // _LANES) * _LANES for shape in shapes]
        room = np.empty(sum(lengths) + _LANES)
        first = -room.ctypes.data // room.itemsize % _LANES              # each starts where a line of the cache does
        begins = [*accumulate(lengths, initial=first)]

        def cut(size: int) -> tuple[np.ndarray, ...]:
            return tuple(room[begin:begin + prod(shape) * size].reshape(*shape, size) for begin, shape in zip(begins, shapes))

        self.blocks = [cut(size)] * whole + ([cut(rest)] if rest else [])

    def __call__(self) -> list[tuple[np.ndarray, ...]]:
        return self.blocks


_ARRAYS = {**_PLAIN, "np": np, "zip": zip, "split": split, "strips": strips, "Fixed": Fixed, "Buffers": Buffers, "Rooms": Rooms,
           **{name: getattr(numerics, name) for name in ("dot", "total", "limited_exp", "softplus_sum")},
           **{row.helper: getattr(numerics, row.helper) for row in _HELPED if not row.vector}}
_SCALARS = {**_PLAIN, **{row.helper: getattr(numerics, f"scalar_{row.helper}") for row in _HELPED if not row.scalar}}


def executed(tape: Tape, source: str) -> Callable[[Any], Callable[..., Any]]:
    """What binds the data of a table to the generated function."""
    bind = function_in(source, tape.arrays, tape.helpers)

    def bound_to(table: Table | None) -> Callable[..., Any]:
        with np.errstate(all="ignore"):
            return bind(*tape.data(table))

    return bound_to


def function_in(source: str, arrays: bool, helpers: Mapping[str, Any] = MappingProxyType({})) -> Callable[..., Any]:
    """The function `bind` of a generated source: NumPy over columns, or plain floats; `helpers` are what else it calls."""
    namespace: dict[str, Any] = {"__builtins__": {}, **(_ARRAYS if arrays else _SCALARS), **helpers}
    exec(compile(source, "<symcalc>", "exec"), namespace)
    return namespace["bind"]


def source_of(tape: Tape, name: str, returned: str) -> str:
    """The tape as a function of its parameters, within one that binds the data."""
    arguments = ", ".join(f"p{k}" for k in range(len(tape.parameters)))
    return bound(tape, [f"def {name}({arguments}):", *indented(tape.steps), f"    return {returned}", f"return {name}"])


def indented(lines: Sequence[str]) -> list[str]:
    """The lines one level further in."""
    return [f"    {line}" for line in lines]


def bound(tape: Tape, inner: Sequence[str], blocks: bool = True) -> str:
    """A function that binds the data, does what needs no parameters, and goes on with the inner lines, in blocks or not."""
    head = [f"# {'; '.join(tape.legend)}", f"def bind({', '.join(tape.given)}):"]
    return "\n".join([*head, *indented([*(tape.prepared if blocks else tape.before), *inner]), ""])
