"""From a tape to a function that runs.

This is the only module that turns source into code, and the source holds no name that it did not make itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from symcalc.compute import numerics
from symcalc.compute.tape import Tape
from symcalc.language.table import Table
from symcalc.vocabulary import FUNCTIONS

_BLOCK = 10_000          # rows at a time: they stay in the cache, and BLAS wakes no threads for so short a dot product
_HELPED = [row for row in FUNCTIONS.values() if row.helper]
_PLAIN = {"math": math, "float": float, "abs": abs, "max": numerics.scalar_max, "min": numerics.scalar_min}


def split(rows: float, *arrays: np.ndarray) -> list[tuple[np.ndarray, ...]]:
    """The arrays in blocks of rows, as views.

    >>> [len(x) for x, in split(25_000, np.zeros(25_000))]
    [10000, 10000, 5000]
    """
    return [tuple(array[begin:begin + _BLOCK] for array in arrays) for begin in range(0, int(rows), _BLOCK)]


_ARRAYS = {**_PLAIN, "np": np, "split": split,
           **{row.helper: getattr(numerics, row.helper) for row in _HELPED if not row.vector}}
_SCALARS = {**_PLAIN, **{row.helper: getattr(numerics, f"scalar_{row.helper}") for row in _HELPED if not row.scalar}}


def executed(tape: Tape, source: str) -> Callable[[Table | None], Callable[..., Any]]:
    """What binds the data of a table to the generated function."""
    bind = function_in(source, tape.arrays)

    def bound_to(table: Table | None) -> Callable[..., Any]:
        with np.errstate(all="ignore"):
            return bind(*tape.data(table))

    return bound_to


def function_in(source: str, arrays: bool) -> Callable[..., Any]:
    """The function `bind` of a generated source: NumPy over columns, or plain floats."""
    namespace: dict[str, Any] = {"__builtins__": {}, **(_ARRAYS if arrays else _SCALARS)}
    exec(compile(source, "<symcalc>", "exec"), namespace)
    return namespace["bind"]


def source_of(tape: Tape, name: str, returned: str) -> str:
    """The tape as a function of its parameters, within one that binds the data."""
    arguments = ", ".join(f"p{k}" for k in range(len(tape.parameters)))
    return bound(tape, [f"def {name}({arguments}):", *indented(tape.steps), f"    return {returned}", f"return {name}"])


def indented(lines: Sequence[str]) -> list[str]:
    """The lines one level further in."""
    return [f"    {line}" for line in lines]


def bound(tape: Tape, inner: Sequence[str]) -> str:
    """A function that binds the data, does what needs no parameters, and goes on with the inner lines."""
    head = [f"# {'; '.join(tape.legend)}", f"def bind({', '.join(tape.given)}):"]
    return "\n".join([*head, *indented([*tape.prepared, *inner]), ""])
