"""From a tape to a function that runs.

This is the only module that turns source into code, and the source holds no name that it did not make itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from math import prod
from types import MappingProxyType
from typing import Any

import numpy as np

from symcalc.compute import numerics, row_sums
from symcalc.compute.rows.total import Pool, Room, Total
from symcalc.compute.tape import Tape
from symcalc.language.table import Table
from symcalc.vocabulary import FUNCTIONS

_KEPT = 6_000_000        # numbers that are kept with the data, though they could be worked out from them
_LANES = 8               # floats in a line of the cache
_HELPED = [row for row in FUNCTIONS.values() if row.helper]
_PLAIN = {"math": math, "float": float, "abs": abs, "max": numerics.scalar_max, "min": numerics.scalar_min}


def split(rows: float, most: int, *arrays: np.ndarray | tuple[np.ndarray, ...]) -> list[tuple[Any, ...]]:
    """The arrays, or each of several, in blocks of at most so many rows, which are the last axis, as views.

    The blocks are even in number and size, so that two who share them have as much to do.

    >>> [(x.shape, [len(column) for column in z]) for x, z in split(20.0, 16, np.zeros((2, 20)), (np.zeros(20), np.zeros(20)))]
    [((2, 16), [16, 16]), ((2, 4), [4, 4])]
    """
    size = _length(rows, most)
    return [tuple(tuple(column[begin:begin + size] for column in array) if isinstance(array, tuple)
                  else array[..., begin:begin + size] for array in arrays) for begin in range(0, int(rows), size)]


def _length(rows: float, most: int) -> int:
    """The rows of a block, a multiple of what a line of the cache holds."""
    if rows <= most:
        return int(rows)
    pairs = -(-int(rows) // (2 * most))
    return -(-int(rows) // (2 * pairs * _LANES)) * _LANES


class Buffers(Pool):
    """Room for what is worked out in a block of rows: arrays of several shapes, in one piece each.

    >>> buffers = Buffers(20.0, 16, (2,), ())
    >>> [[part.shape for part in block] for block in buffers.taken()]
    [[(2, 16), (16,)], [(2, 4), (4,)]]
    """

    def __init__(self, rows: float, most: int, *shapes: tuple[int, ...]) -> None:
        size = _length(rows, most)
        whole, rest = divmod(int(rows), size)
        lengths = [(-(-prod(shape) * size // _LANES) + 1) * _LANES for shape in shapes]

        def made() -> Room:
            room = np.empty(sum(lengths) + _LANES)
            first = -room.ctypes.data // room.itemsize % _LANES              # each starts where a line of the cache does
            begins = [*accumulate(lengths, initial=first)]

            def cut(size: int) -> tuple[np.ndarray, ...]:
                return tuple(room[begin:begin + prod(shape) * size].reshape(*shape, size)
                             for begin, shape in zip(begins, shapes))

            return [cut(size)] * whole + ([cut(rest)] if rest else [])

        Pool.__init__(self, made)


class Fixed:
    """Blocks of rows with what the data alone decide: kept where that is little, else worked out on every way through.

    >>> [sum(total.tolist()) for total, in Fixed(lambda x: (x + 1,), 1, [(np.zeros(2),), (np.ones(3),)])]
    [2.0, 6.0]
    """

    def __init__(self, fixed: Callable[..., tuple[np.ndarray, ...]], arrays: int, blocks: list[tuple[np.ndarray, ...]]) -> None:
        self.fixed, self.blocks = fixed, blocks
        few = arrays * sum(np.shape(block[0])[-1] for block in blocks) <= _KEPT
        self.kept = [fixed(*block) for block in blocks] if few else []

    def __len__(self) -> int:
        return len(self.blocks)

    def __getitem__(self, k: int) -> tuple[np.ndarray, ...]:
        return self.kept[k] if self.kept else self.fixed(*self.blocks[k])


_ARRAYS = {**_PLAIN, "np": np, "split": split, "Fixed": Fixed, "Buffers": Buffers, "Total": Total,
           **{name: getattr(row_sums, name) for name in ("dot", "total", "limited_exp", "softplus_sum", "product_sum")},
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
