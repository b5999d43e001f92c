"""The loss and its gradient as one Python function, generated from the derivation's own result.

What it is generated for is chosen here: moments where the sums over the rows separate, else the rows themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Any, cast

import numpy as np
from sympy import Expr, Indexed, Symbol

from symcalc.compute.cluster import InParts, in_parts
from symcalc.compute.estimate import quickest
from symcalc.compute.generated import executed, source_of
from symcalc.compute.moments.gram import Triangle
from symcalc.compute.moments.sums import moments_of
from symcalc.compute.moments.tapes import Moments
from symcalc.compute.points import checked_points, ordered
from symcalc.compute.reverse import accumulated
from symcalc.compute.stable import all_stabilised
from symcalc.compute.tape import Tape, differs
from symcalc.errors import DescentError
from symcalc.language.names import name_of
from symcalc.language.table import Table, read_table
from symcalc.language.table_parts import Parts
from symcalc.pages.elided import several

_MANY = 32                # rows from which moments are worth the pass over the data
_COUNTLESS = 10**9        # rows in parts, which are not counted before they are needed
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

    def __call__(self, values: Mapping[str, float] | Sequence[float]) -> tuple[float, np.ndarray]:
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
            from symcalc.compute.loops.many import evaluated_across  # it builds on this file
            return evaluated_across(self, points)
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


def compile_loss(loss: Expr, gradient: Sequence[Expr] | None, parameters: Sequence[Symbol], columns: Sequence[Indexed] = (),
                 table: Table | Parts | None = None) -> Compiled:
    """One function for the loss and the partials that the derivations ended in; without these, by reverse accumulation.

    Without columns the code is plain Python on floats; with columns it is NumPy over them, bound to `table`.
    """
    given = (loss, None if gradient is None else tuple(gradient), tuple(parameters), tuple(columns),
             _COUNTLESS if isinstance(table, Parts) else None if table is None else table.rows)
    return quickest(_over(_lowered(*given), partial(_lowered, *given, by_rows=True), table))


def _over(lowered: Lowered, by_rows: Callable[[], Lowered], table: Any) -> Compiled:
    """The lowered loss over a table; from its rows, which `by_rows` is for, where its moments are too large or too small."""
    data = lowered.tape.triangle(table) if isinstance(lowered.tape, Moments) else table
    if isinstance(data, Triangle) and data is not table and not data.is_sound:
        lowered, data = by_rows(), table
    tape = lowered.tape
    names = tuple(symbol.name for symbol in tape.parameters)
    over = partial(_over, lowered, by_rows)
    if isinstance(table, Parts) and tape.arrays:
        function = in_parts(lowered.expressions, tape.parameters, tape.columns, table)
        return Compiled(parameters=names, strategy="parts", source=function.source, function=function, outside=lambda: function,
                        in_numpy=lambda: (function.tape, function.results), over=over, tape=function.tape,
                        results=function.results, table=table, data=table)
    return Compiled(parameters=names, strategy=_strategy(tape), source=lowered.source, function=lowered.bind(data),
                    outside=cache(lambda: lowered.in_numpy().bind(data)),
                    in_numpy=lambda: (lowered.in_numpy().tape, lowered.in_numpy().results),
                    over=over, tape=tape, results=lowered.results, table=table, data=data,
                    by_rows=(lambda few: _over(by_rows(), by_rows, few)) if isinstance(tape, Moments) else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lowered:
    """What of a compiled loss does not depend on the numbers in its table."""

    expressions: tuple[Expr, ...]
    tape: Tape
    results: tuple[str, ...]
    source: str
    bind: Callable[[Any], Callable[..., Any]]
    in_numpy: Callable[[], Lowered]          # the same for parameters that are arrays


@lru_cache(maxsize=32)
def _lowered(loss: Expr, gradient: tuple[Expr, ...] | None, parameters: tuple[Symbol, ...], columns: tuple[Indexed, ...],
             rows: int | None, by_rows: bool = False) -> Lowered:
    """The statements for these expressions and so many rows; kept, as one descent follows the other."""
    if gradient is None:
        value, slopes = accumulated(loss, parameters)
        expressions = (value, *slopes)
    else:
        expressions = tuple(all_stabilised((loss, *gradient)))
    return _written(_tape(expressions, parameters, columns, rows, by_rows), expressions)


def _written(tape: Tape, expressions: tuple[Expr, ...]) -> Lowered:
    results = tuple(tape.value(expression).source for expression in expressions)
    source = source_of(tape, "value_and_gradient", f"{results[0]}, ({', '.join(results[1:])},)")
    found = Lowered(expressions=expressions, tape=tape, results=results, source=source, bind=executed(tape, source),
                    in_numpy=cache(lambda: found if tape.arrays else _written(tape.in_numpy(), expressions)))
    return found


def _tape(expressions: Sequence[Expr], parameters: Sequence[Symbol], columns: Sequence[Indexed], rows: int | None,
          by_rows: bool) -> Tape:
    """Moments where every sum separates and there are rows enough, unless `by_rows`; plain floats where there are none."""
    many = rows is not None and rows >= _MANY and not by_rows
    separated = moments_of(expressions, parameters, columns, rows) if many and rows else None
    return separated or Tape(parameters, columns, arrays=rows is not None, blocks=True)


def _strategy(tape: Tape) -> str:
    return "moments" if isinstance(tape, Moments) else "tape" if tape.arrays else "scalar"


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
