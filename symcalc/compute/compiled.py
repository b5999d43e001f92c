"""The loss and its gradient as one Python function; compute/compiling.py makes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import numpy as np
from sympy import Expr, Indexed, Symbol

from symcalc.compute.across import across_rows
from symcalc.compute.cluster import InParts, in_parts
from symcalc.compute.generated import executed, source_of
from symcalc.compute.moments.gram import Triangle
from symcalc.compute.points import Values, checked_points, ordered
from symcalc.compute.tape import Tape, differs
from symcalc.errors import DescentError
from symcalc.language.data import read_table
from symcalc.language.names import name_of
from symcalc.language.table import Table
from symcalc.language.table_parts import Parts
from symcalc.pages.elided import several

_SEVERAL = 8              # points from which it pays to write a function for many of them


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Compiled:
    """Loss and gradient in one call: `value, gradient = f({"m": 0, "b": 0})` or `f([0, 0])`.

    `gradient` is a float64 array in the order of `parameters`; what has no real value comes out as nan.
    `strategy` is "scalar" (plain floats, no data), "moments" (the data entered once, when it was compiled), "tape" (NumPy
    over the columns), "fused" (the same as one compiled loop over the rows), "arrays" (what has an index as matrices and
    vectors) or "parts" (NumPy over each part of a Dask collection), `source` the generated Python.

    >>> import symcalc
    >>> symcalc.Loss("(w - 3)^2").compile()({"w": 1})
    (4.0, array([-4.]))
    """

    parameters: tuple[str, ...]
    strategy: str
    source: str
    function: Callable[..., Any]
    outside: Callable[[], Callable[..., Any]]       # the function for where `function` raises
    in_numpy: Callable[[], tuple[Tape, tuple[str, ...]]]                        # statements and results for arrays
    over: Callable[[Table | Parts | Triangle], Compiled]                                   # the same loss over other rows
    tape: Tape                                                                  # the statements, to be part of a longer program
    results: tuple[str, ...]                                                    # the names of the value and the slopes on it
    table: Table | Parts | None
    data: Table | Triangle | Parts | None                                       # its moments, or itself
    whole: bool = False                                                         # whether `function` takes one array
    by_rows: Callable[[Table], Compiled] | None = None                          # `over` for one look, where that makes moments

    def __call__(self, values: Values) -> tuple[float, np.ndarray]:
        return self.at(ordered(values, self.parameters))

    def at(self, point: np.ndarray) -> tuple[float, np.ndarray]:
        """Loss and gradient at a float64 array in the order of the parameters."""
        if self.strategy == "parts":
            values, gradients = self.across(point[np.newaxis])
            return float(values[0]), gradients[0]
        if not self.tape.arrays:
            try:
                with np.errstate(all="ignore"):
                    value, gradient = self.function(*point.tolist())
            except (ZeroDivisionError, OverflowError, ValueError):
                # Where Python's floats give up, NumPy's go on with inf and nan: √w is 0 at 0, though its slope is not finite.
                value, gradient = _quietly(self.outside(), point)
        else:
            value, gradient = _quietly(self.function, [point] if self.whole else point)
        return float(value), np.array(gradient, dtype=np.float64)

    def across(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Loss and gradient at many points at once, each a row of a float64 array: one value per point, one row per point.

        >>> import symcalc
        >>> symcalc.Loss("(w - 3)^2").compile().across(np.array([[1.0], [5.0]]))
        (array([4., 4.]), array([[-4.],
               [ 4.]]))
        """
        points = checked_points(points, self.parameters)
        if self.strategy == "parts":
            found = cast(InParts, self.function).across(points)  # one pass over the data for all of them
            return found[:, 0], found[:, 1:]
        if self.tape.arrays and not self.whole and len(points) >= _SEVERAL:
            rows = 0 if self.table is None else self.table.rows
            return across_rows(*self.in_numpy(), self.data, rows, points)
        if self.tape.arrays:
            each = [self.at(point) for point in points]
            return np.array([value for value, _ in each]), np.array([slopes for _, slopes in each]).reshape(points.shape)
        value, slopes = _quietly(self.outside(), points.T)
        values, gradients = np.empty(len(points)), np.empty(points.shape)
        values[:] = value
        for column, slope in zip(gradients.T, slopes):          # a slope may be the same number everywhere
            column[:] = slope
        return values, gradients

    def on(self, data: object) -> Compiled:
        """The same function over other rows, from the code that there is; `Loss.compile` chooses anew what is quickest.

        >>> import symcalc
        >>> J = symcalc.Loss("mean((y - b*x)^2)", columns="x y")
        >>> J.compile({"x": [1, 2], "y": [2, 4]}).on({"x": [1, 3], "y": [0, 0]})([1])
        (5.0, array([10.]))
        """
        if self.table is None:
            return self
        names = self.table.names if self.whole else map(name_of, self.tape.columns)      # x1, x2, ... of what has an index
        return self.over(data if isinstance(data, Triangle) else read_table(data, names))

    def once_over(self, table: Table) -> Compiled:
        """The same function over a few other rows for a single look, which are worth no moments.

        >>> import symcalc
        >>> J = symcalc.Loss("mean((y - b*x)^2)", columns="x y")
        >>> compiled = J.compile({"x": range(50), "y": range(50)})
        >>> few = J.table({"x": [1, 3], "y": [0, 0]})
        >>> compiled.strategy, compiled.once_over(few).strategy, compiled.once_over(few)([1])
        ('moments', 'tape', (5.0, array([10.])))
        """
        return (self.by_rows or self.over)(table)

    def __reduce__(self) -> tuple[Any, ...]:
        raise DescentError("a compiled loss holds functions, which cannot be pickled; pickle the loss, and compile that again")

    def __copy__(self, memo: object = None) -> Compiled:
        return self                             # nothing in it changes

    __deepcopy__ = __copy__

    def __repr__(self) -> str:
        return f"<compiled loss of {several(self.parameters)}: {self.strategy}>"


def _quietly(function: Callable[..., Any], point: Iterable[Any]) -> Any:
    with np.errstate(all="ignore"):
        return function(*point)


def evaluated(expression: Expr, values: Mapping[Symbol, Any], table: Table | Parts | None,
              columns: Sequence[Indexed]) -> np.ndarray:
    """The value of any part of a loss, one number per row where it differs from row to row (for diagnosis, not speed)."""
    if isinstance(table, Parts):
        if not differs(expression):
            return np.asarray(in_parts([expression], tuple(values), columns, table)(*values.values())[0], dtype=np.float64)
        table = table.here
    function = _binder(expression, tuple(values), tuple(columns))(table)
    with np.errstate(all="ignore"):
        value = function(*(np.asarray(given, dtype=np.float64)[()] for given in values.values()))
    return np.asarray(value, dtype=np.float64)


@lru_cache(maxsize=64)                # a page asks for the same parts at every update
def _binder(expression: Expr, letters: tuple[Symbol, ...], columns: tuple[Indexed, ...]) -> Callable[..., Any]:
    tape = Tape(letters, columns, arrays=True, blocks=not differs(expression))
    result = tape.value(expression)
    return executed(tape, source_of(tape, "value", result.source))
