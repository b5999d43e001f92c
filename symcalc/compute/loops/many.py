"""Many runs side by side: every parameter an array over the runs, every step a few NumPy calls for all of them.

What a run is, where it starts, when it ends: all that is none of this file's business. It takes the runs in a `Room` so many
steps further, by the same statements as a single run takes, and whoever can do that faster may stand in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
from sympy import Dummy

from symcalc.compute.across import packed_rows, places, row_blocks, rowwise, statements_of, written_function
from symcalc.compute.calls import Buffered, Kind
from symcalc.compute.generated import bound, executed, indented
from symcalc.compute.loops.steps import Form, Same, Steps, form_of
from symcalc.compute.statements import Value
from symcalc.compute.tape import Tape
from symcalc.written import replaced

PAST = 12                # points before the present that a room keeps, for what is seen in several points in a row
_SLICE = 32_768          # numbers in an array where the costs of several steps are worked out together


@dataclass(slots=True)
class Room:
    """Where some runs are, and room for their next steps: float64 arrays, the runs along the last axis, a row for each step.

    Row `PAST` is the present, the rows before it the latest points. The parameters that move come first, then those held.
    """

    points: np.ndarray                   # row, parameter, run
    gradients: np.ndarray                # the same
    states: np.ndarray                   # row, letter of the method, parameter that moves, run
    costs: np.ndarray                    # row, run
    rates: np.ndarray                    # row, parameter that moves, run: the rate that leads there
    views: list[tuple[Any, ...]] = field(default_factory=list)
    buffers: tuple[Any, ...] = ()
    slice: int = 1

    @property
    def length(self) -> int:
        """For how many steps there is room."""
        return len(self.costs) - PAST - 1

    @property
    def runs(self) -> int:
        """How many runs there are."""
        return self.costs.shape[1]


def room_for(parameters: int, moving: int, letters: int, steps: int, runs: int) -> Room:
    """An empty room.

    >>> room_for(2, 2, 0, 10, 5).points.shape
    (23, 2, 5)
    """
    rows = PAST + 1 + steps
    points, gradients = np.empty((2, rows, parameters, runs))
    states = np.zeros((rows, letters, moving, runs))
    return Room(points=points, gradients=gradients, states=states, costs=np.empty((rows, runs)),
                rates=np.empty((rows, moving, runs)))


@dataclass(frozen=True, slots=True)
class SeenOfRuns:
    """What was seen of each run on the way, where the points themselves are not kept."""

    once: np.ndarray                     # by how much the first parameter that moves differs at least from one step before; inf
                                         # where the method has no state, and who stays where it is stays for good
    twice: np.ndarray                    # ... and from two
    slope: np.ndarray                    # its slope where that was least
    most: np.ndarray                     # the greatest cost
    least: np.ndarray
    total: np.ndarray                    # the sum of the costs, not finite where one was not


class Front(Protocol):
    """So many steps further with all runs of a room, whose first is the update of this number.

    From the present in row `PAST`, with the rates that stand in the rows that follow, it fills these rows: points, costs,
    gradients and states. Numbers that are not finite may come out; whoever asked looks at them.
    """

    source: str

    def __call__(self, room: Room, count: int, number: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Written:
    """The code of a front in NumPy, which no numbers of a table are in."""

    source: str
    bind: Callable[[Any], tuple[Any, ...]]
    buffers: Mapping[Kind, int]          # that it needs
    common: int                          # vectors that the gradient leaves to the costs


@dataclass(slots=True)
class SideBySide:
    """The front in NumPy."""

    steps: Steps
    source: str
    advance: Callable[..., None]
    values: Callable[..., None] | None   # the costs for many points; None where they come with the gradients
    columns: Sequence[np.ndarray]
    written: Written

    def __call__(self, room: Room, count: int, number: int) -> None:
        if not room.views:
            self._furnish(room)
        vectors, matrices, blocks, long, common = room.buffers
        with np.errstate(all="ignore"):
            self.advance(room.views[:count], float(number), vectors, matrices, blocks)
            if self.values is None:
                return
            for begin in range(0, count, room.slice):
                end = min(begin + room.slice, count)
                rows = slice(PAST + 1 + begin, PAST + 1 + end)
                points, costs = (room.points[rows, place] for place in self.order), room.costs[rows]
                self.values(*points, *common[:, begin:end], costs, [each[:len(costs)] for each in long])

    @property
    def order(self) -> list[int]:
        """Where in a room every parameter is."""
        placed = ordered_places(self.steps)
        return [placed.index(j) for j in range(len(placed))]

    def _furnish(self, room: Room) -> None:
        """The buffers, and the views that every step needs, made once for all chunks."""
        tape, table = self.steps.compiled.tape, self.steps.compiled.table
        rows = 0 if table is None else table.rows
        moving, runs, need, order = len(self.steps.moving), room.runs, self.written.buffers, self.order
        same = np.array(room.rates.flat[0]) if not any(room.rates.strides) else None           # one rate for all runs and steps
        common = np.empty((self.written.common, room.length, runs))
        for row in range(PAST, PAST + room.length):
            then = row + 1
            rates = room.rates[then].reshape(-1) if same is None else same
            points, slopes = room.points[then], room.gradients[then]
            room.views.append((room.points[row, :moving].reshape(-1), room.gradients[row, :moving].reshape(-1),
                               *room.states[row].reshape(-1, moving * runs), rates,
                               points[:moving].reshape(-1), *room.states[then].reshape(-1, moving * runs),
                               *(points[at] for at in order), *(slopes[at] for at in order), room.costs[then],
                               *common[:, row - PAST]))
        room.slice = max(1, _SLICE // runs)
        room.buffers = ([np.empty(runs) for _ in range(need[Kind.RUNS])],
                        [np.empty(moving * runs) for _ in range(need[Kind.MATRIX])],
                        row_blocks(tape, rows, self.columns, runs, need[Kind.ROWS]),
                        [np.empty((room.slice, runs)) for _ in range(need[Kind.RUNS])] if self.values is not None else [],
                        common)


def ordered_places(steps: Steps) -> list[int]:
    """The places of the parameters in the order in which a room has them: first those that move."""
    return [*steps.moving, *(j for j in range(len(steps.compiled.parameters)) if j not in steps.moving)]


def side_by_side(steps: Steps) -> SideBySide:
    """The front for the steps of a plain method."""
    tape, results = steps.compiled.in_numpy()
    written = _written(Same(tape), results, form_of(steps))
    advance, values, columns = written.bind(steps.compiled.data)
    return SideBySide(steps, written.source, advance, values, columns, written)


@lru_cache(maxsize=32)
def _written(same: Same, results: tuple[str, ...], form: Form) -> Written:
    """The code; kept, as one sweep follows the other."""
    loss, (value, *slopes), carried = same.tape, results, range(len(form.letters.state))
    taken, (points, gradients) = statements_of(loss), places(len(loss.parameters))
    before, (*states, new) = _of_method(form, taken)
    update = taken.lines({**{f"t{row}": state for row, state in zip(carried, states)}, "q": new})
    after = dict(zip(gradients, slopes))
    in_rows = any(call.in_rows for call in taken.calls)
    shared = [] if in_rows else taken.in_common([value], slopes)
    left = {f"h{k}": name for k, name in enumerate(shared)}
    body = taken.lines({**after, "J": value} if in_rows else {**left, **after}, packed_rows(loss))
    cost = [] if in_rows else taken.lines({"J": value}, there=shared)
    costs = [] if in_rows else written_function("values", [*points, *shared, "J", "vectors"],
                                                [*taken.unpacked(Kind.RUNS), *cost])
    names = ["p", "g", *(f"s{row}" for row in carried), "rate", "q", *(f"t{row}" for row in carried), *points, *gradients, "J",
             *left]
    counts = any(formula.has(form.letters.counted) for _, formula in form.equations)
    inner = [*before, *taken.named(),
             *written_function("advance", ["steps", "k", "vectors", "matrices", "blocks"], [
                 *taken.unpacked(Kind.RUNS), *taken.unpacked(Kind.MATRIX), f"for {', '.join(names)} in steps:",
                 *indented([*update, *body, *(["k += 1.0"] if counts else [])])]),
             *costs, f"return advance, {'values' if costs else 'None'}, [{', '.join(rowwise(loss) if in_rows else [])}]"]
    source = bound(loss, inner, blocks=False)
    return Written(source, executed(loss, source), taken.room, len(left))


# Writing it out

def _of_method(steps: Form, taken: Buffered) -> tuple[list[str], list[str]]:
    """The method's equations for all parameters at once: what needs no step, and the names of the new state and the new θ."""
    letters = steps.letters
    tape = Tape((), (), arrays=True, letter="u")
    tape.known |= {letter: Value(repr(value)) for letter, value in steps.settings}
    given = {letters.theta: "p", letters.slope: "g", letters.rate: "rate", letters.counted: "k",
             **{letter: f"s{row}" for row, letter in enumerate(letters.state)}}
    tape.known |= {letter: Value(name, moves=True) for letter, name in given.items()}
    own: dict[str, Any] = {}
    results = []
    for letter, formula in steps.equations:
        value = tape.value(replaced(formula, own.get))
        own[letter] = Dummy(letter.name, real=True)                # what is new, for the equations below
        tape.known[own[letter]] = value
        results.append(value.source)
    taken.kinds |= dict.fromkeys(given.values(), Kind.MATRIX) | {"k": Kind.COUNTED}
    taken.kinds |= {value.source: Kind.FIXED for value in tape.computed.values() if not value.moves}
    for value, source, comment in tape.moving:
        taken.statement(value.source, source, comment)
    return tape.before, results
