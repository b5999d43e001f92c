"""A loss over rows at many points at once: every value an array over rows and points, block by block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symcalc.compute.calls import Buffered, Kind
from symcalc.compute.generated import bound, executed, indented
from symcalc.compute.tape import Tape

_ELEMENTS = 16_384       # numbers in an array over rows and points
_ABREAST = 512           # points at a time


def across_rows(loss: Tape, results: Sequence[str], data: Any, rows: int, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The loss and its gradient over so many rows, for many points at once."""
    taken, (inputs, gradients), (value, *slopes) = statements_of(loss), places(len(loss.parameters)), results
    body = taken.lines({**dict(zip(gradients, slopes)), "J": value}, packed_rows(loss))
    inner = [*taken.named(),
             *written_function("values_and_gradients", [*inputs, *gradients, "J", "vectors", "blocks"],
                               [*taken.unpacked(Kind.RUNS), *body]),
             f"return values_and_gradients, [{', '.join(rowwise(loss))}]"]
    function, columns = executed(loss, bound(loss, inner, blocks=False))(data)
    values, found = np.empty(len(points)), np.empty(points.shape)
    for begin in range(0, len(points), _ABREAST):
        part = slice(begin, begin + _ABREAST)
        across = np.ascontiguousarray(points[part].T)
        runs, into = across.shape[1], np.empty(across.shape)
        blocks = row_blocks(loss, rows, columns, runs, taken.room[Kind.ROWS])
        with np.errstate(all="ignore"):
            function(*across, *into, values[part], [np.empty(runs) for _ in range(taken.room[Kind.RUNS])], blocks)
        found[part] = into.T
    return values, found


# Writing it out, here and for whole runs side by side

def places(parameters: int) -> tuple[list[str], list[str]]:
    """What the parameters and the slopes are called."""
    return [f"p{j}" for j in range(parameters)], [f"g{j}" for j in range(parameters)]


def rowwise(loss: Tape) -> list[str]:
    """The arrays that have a value for each row."""
    return [*(f"c{k}" for k in range(len(loss.columns))), *loss.fixed]


def packed_rows(loss: Tape) -> str:
    """How the loop over the blocks of rows begins."""
    return f"{', '.join([*rowwise(loss), 'room'])} in blocks"


def written_function(name: str, arguments: Sequence[str], body: Sequence[str]) -> list[str]:
    return [f"def {name}({', '.join(arguments)}):", *indented(body)]


def statements_of(loss: Tape) -> Buffered:
    """The statements of the loss and its gradient, in the order in which they are worked out."""
    kinds = dict.fromkeys(loss.given, Kind.FIXED) | {f"p{j}": Kind.RUNS for j in range(len(loss.parameters))}
    kinds |= {value.source: Kind.COLUMN if value.array else Kind.FIXED for value in loss.computed.values() if not value.moves}
    kinds |= {name: Kind.COLUMN for name in rowwise(loss) if loss.arrays}
    taken, split = Buffered(kinds), loss.in_blocks or not any(value.array for value, *_ in loss.moving)
    for part in ((0, 1, 2) if split else (1,)):
        for value, source, comment in loss.moving:
            inside = value.array or value.total
            if not split or part == (1 if inside else 2 if value.summed else 0):
                taken.statement(value.source, source, comment, in_rows=inside or not split, total=value.total)
    return taken


def row_blocks(tape: Tape, rows: int, columns: Sequence[np.ndarray], runs: int, buffers: int) -> list[tuple[Any, ...]]:
    """The columns in blocks of rows, each with the buffers for its rows and all runs."""
    if not rows:
        return []
    height = min(rows, max(1, _ELEMENTS // runs)) if tape.in_blocks else rows
    rooms = [np.empty((height, runs)) for _ in range(buffers)]
    found = []
    for begin in range(0, rows, height):
        parts = [column[begin:begin + height, None] for column in columns]
        found.append((*parts, [room[:min(height, rows - begin)] for room in rooms]))
    return found
