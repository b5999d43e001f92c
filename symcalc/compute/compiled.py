"""The loss and its gradient as one Python function, generated from the derivation's own result.

What it is generated for is chosen here: moments where the sums over the rows separate, else the rows themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import numpy as np
from sympy import Expr, Indexed, Symbol

from symcalc.compute.cluster import in_parts
from symcalc.compute.generated import executed, source_of
from symcalc.compute.moments import Moments, moments_of
from symcalc.compute.stable import stabilised
from symcalc.compute.tape import Tape, differs
from symcalc.errors import DescentError
from symcalc.language.names import plain_name
from symcalc.language.table import Table
from symcalc.language.table_parts import Parts

_MANY = 32                # rows from which moments are worth the pass over the data
_NO_NUMBERS = (str, bytes, bool, np.bool_, complex, np.complexfloating)        # though some can be made into a float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Compiled:
    """Loss and gradient in one call: `value, gradient = f({"m": 0, "b": 0})` or `f([0, 0])`.

    `gradient` is a float64 array in the order of `parameters`; what has no real value comes out as nan.
    `strategy` is "scalar" (plain floats, no data), "moments" (the data entered once, when it was compiled), "tape" (NumPy
    over the columns) or "parts" (NumPy over each part of a Dask collection), `source` the generated Python.

    >>> import symcalc
    >>> symcalc.Loss("(w - 3)^2").compile()({"w": 1})
    (4.0, array([-4.]))
    """

    parameters: tuple[str, ...]
    strategy: str
    source: str
    function: Callable[..., tuple[float, tuple[float, ...]]]
    outside: Callable[[], Callable[..., tuple[float, tuple[float, ...]]]]       # the function for where `function` raises
    bind: Callable[[Table | Parts | None], Callable[..., tuple[float, tuple[float, ...]]]]
    tape: Tape                                                                  # the statements, to be part of a longer program
    results: tuple[str, ...]                                                    # the names of the value and the slopes on it
    table: Table | Parts | None

    def __call__(self, values: Mapping[str, float] | Sequence[float]) -> tuple[float, np.ndarray]:
        return self.at(ordered(values, self.parameters))

    def at(self, point: np.ndarray) -> tuple[float, np.ndarray]:
        """Loss and gradient at a float64 array in the order of the parameters."""
        if self.strategy == "parts":
            values, gradients = self.across(point[np.newaxis])
            return float(values[0]), gradients[0]
        if not self.tape.arrays:
            try:
                value, gradient = self.function(*point.tolist())
            except (ZeroDivisionError, OverflowError, ValueError):
                # Where Python's floats give up, NumPy's go on with inf and nan: √w is 0 at 0, though its slope is not finite.
                value, gradient = _quietly(self.outside(), point)
        else:
            value, gradient = _quietly(self.function, point)
        return float(value), np.array(gradient, dtype=np.float64)

    def across(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Loss and gradient at many points at once, each a row of a float64 array: one value per point, one row per point.

        >>> import symcalc
        >>> symcalc.Loss("(w - 3)^2").compile().across(np.array([[1.0], [5.0]]))
        (array([4., 4.]), array([[-4.],
               [ 4.]]))
        """
        if self.strategy == "parts":
            found = self.function.across(points)                # one pass over the data for all of them
            return found[:, 0], found[:, 1:]
        if self.tape.arrays:
            found = [self.at(point) for point in points]
            return np.array([value for value, _ in found]), np.array([slopes for _, slopes in found]).reshape(points.shape)
        value, slopes = _quietly(self.outside(), points.T)
        values, gradients = np.empty(len(points)), np.empty(points.shape)
        values[:] = value
        for column, slope in zip(gradients.T, slopes):          # a slope may be the same number everywhere
            column[:] = slope
        return values, gradients

    def on(self, table: Table | Parts) -> Compiled:
        """The same function over other rows."""
        return replace(self, function=self.bind(table), table=table)

    def __repr__(self) -> str:
        return f"<compiled loss of {', '.join(self.parameters)}: {self.strategy}>"


def _quietly(function: Callable[..., Any], point: np.ndarray) -> Any:
    with np.errstate(all="ignore"):
        return function(*point)


def ordered(values: Mapping[str, float] | Sequence[float], parameters: Sequence[str]) -> np.ndarray:
    """The values as a float64 array in the order of the parameters, each present, real and a number.

    >>> ordered({"b": 2, "m": 1}, ["m", "b"])
    array([1., 2.])
    """
    if isinstance(values, Mapping):
        values = {_plain(name): value for name, value in values.items()}
        missing = [name for name in parameters if name not in values]
        unknown = [str(name) for name in values if name not in parameters]
        if missing or unknown:
            amiss = (("no value for", missing), ("there is no parameter", unknown))
            what = [f"{said} {', '.join(names)}" for said, names in amiss if names]
            which = "the parameter is" if len(parameters) == 1 else "the parameters are"
            raise DescentError(f"{', and '.join(what)}; {which} {', '.join(parameters)}")
        values = [values[name] for name in parameters]
    elif hasattr(values, "__array__"):
        values = np.asarray(values).tolist()
    if isinstance(values, (str, bytes)) or not isinstance(values, Sequence) or len(values) != len(parameters):
        each = "" if len(parameters) == 1 else "one each "
        raise DescentError(f"{_counted(len(parameters))} needed, {each}for {', '.join(parameters)}; write a list, or "
                           f"a mapping such as {{'{parameters[0]}': 0.5}}")
    return np.array([_real(value, name) for value, name in zip(values, parameters)], dtype=np.float64)


def _plain(name: object) -> object:
    """A parameter's name as the loss has it, from a symbol or from text with a Greek letter."""
    name = name.name if isinstance(name, Symbol) else name
    return plain_name(name) if isinstance(name, str) and name else name


def _counted(number: int) -> str:
    return "1 value is" if number == 1 else f"{number} values are"


def _real(value: Any, name: str) -> float:
    if isinstance(value, _NO_NUMBERS) or getattr(value, "ndim", 0) or not hasattr(value, "__float__"):
        raise DescentError(f"the value of {name} is a real number, not {type(value).__name__} {value!r:.40}")
    try:
        return float(value)
    except (TypeError, OverflowError, ValueError):
        raise DescentError(f"the value of {name} is not a real number that a float can hold") from None


def compile_loss(loss: Expr, gradient: Sequence[Expr], parameters: Sequence[Symbol], columns: Sequence[Indexed] = (),
                 table: Table | Parts | None = None) -> Compiled:
    """One function for the loss and the partials that the derivations ended in.

    Without columns the code is plain Python on floats; with columns it is NumPy over them, bound to `table`.
    """
    stable = [stabilised(expression) for expression in (loss, *gradient)]

    def written(tape: Tape) -> tuple[tuple[str, ...], str]:
        results = tuple(tape.value(expression).source for expression in stable)
        return results, source_of(tape, "value_and_gradient", f"{results[0]}, ({', '.join(results[1:])},)")

    def outside() -> Callable[..., Any]:
        arrays = tape.in_numpy()
        return executed(arrays, written(arrays)[1])(table)

    tape = _tape(stable, parameters, columns, table)
    names = tuple(symbol.name for symbol in parameters)
    if isinstance(table, Parts) and tape.arrays:
        function = in_parts(stable, parameters, columns, table)
        return Compiled(parameters=names, strategy="parts", source=function.source, function=function, outside=lambda: function,
                        bind=partial(in_parts, stable, parameters, columns), tape=function.tape, results=function.results,
                        table=table)
    results, source = written(tape)
    bind = executed(tape, source)
    return Compiled(parameters=names, strategy=_strategy(tape), source=source, function=bind(table), outside=cache(outside),
                    bind=bind, tape=tape, results=results, table=table)


def _tape(expressions: Sequence[Expr], parameters: Sequence[Symbol], columns: Sequence[Indexed],
          table: Table | Parts | None) -> Tape:
    """Moments where every sum separates and there are rows enough; else NumPy over the rows, or plain floats without data."""
    many = isinstance(table, Parts) or (table is not None and table.rows >= _MANY)
    separated = moments_of(expressions, parameters, columns) if many else None
    return separated or Tape(parameters, columns, arrays=table is not None, blocks=True)


def _strategy(tape: Tape) -> str:
    return "moments" if isinstance(tape, Moments) else "tape" if tape.arrays else "scalar"


def evaluated(expression: Expr, values: Mapping[Symbol, float], table: Table | Parts | None,
              columns: Sequence[Indexed]) -> np.ndarray:
    """The value of any part of a loss, one number per row where it differs from row to row (for diagnosis, not speed)."""
    if isinstance(table, Parts):
        if not differs(expression):
            return np.asarray(in_parts([expression], tuple(values), columns, table)(*values.values())[0], dtype=np.float64)
        table = table.here
    tape = Tape(tuple(values), columns, arrays=True)
    result = tape.value(expression)
    function = executed(tape, source_of(tape, "value", result.source))(table)
    with np.errstate(all="ignore"):
        value = function(*map(np.float64, values.values()))
    return np.asarray(value, dtype=np.float64)
