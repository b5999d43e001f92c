"""Loss and gradient as one Python function, generated from the derivation's own result.

What it is generated for is chosen here: moments where the sums over the rows separate, else the rows themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Any

from sympy import Expr, Indexed, Symbol

from symcalc.compute.cluster import in_parts
from symcalc.compute.compiled import Compiled
from symcalc.compute.estimate import CALLS, compiling, saved
from symcalc.compute.generated import executed, source_of
from symcalc.compute.moments.gram import Triangle
from symcalc.compute.moments.sums import moments_of
from symcalc.compute.moments.tapes import Moments
from symcalc.compute.reverse import accumulated
from symcalc.compute.stable import all_stabilised
from symcalc.compute.tape import Tape
from symcalc.language.table import Table
from symcalc.language.table_parts import Parts

_MANY = 32                # rows from which moments are worth the pass over the data
_COUNTLESS = 10**9        # rows in parts, which are not counted before they are needed


def compile_loss(loss: Expr, gradient: Sequence[Expr] | None, parameters: Sequence[Symbol], columns: Sequence[Indexed] = (),
                 table: Table | Parts | None = None) -> Compiled:
    """One function for the loss and the partials that the derivations ended in; without these, by reverse accumulation.

    Without columns the code is plain Python on floats; with columns it is NumPy over them, bound to `table`.
    """
    given = (loss, None if gradient is None else tuple(gradient), tuple(parameters), tuple(columns),
             _COUNTLESS if isinstance(table, Parts) else None if table is None else table.rows)
    return _quickest(_over(_lowered(*given), partial(_lowered, *given, by_rows=True), table))


def _quickest(compiled: Compiled) -> Compiled:
    """The same loss, fused where so many rows are gone through in each call that compiling pays."""
    if compiled.tape.arrays and CALLS * saved(compiled.tape, compiled.table.rows) > compiling(compiled.tape):
        from symcalc.compute.fused import loops as fused  # it looks for llvmlite
        return fused.gradient(compiled) or compiled
    return compiled


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
