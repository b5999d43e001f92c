"""The descent of a loss whose steps go through no rows, as compiled code with the bits of the plain loop (extra symcalc[fast]).

Where Python would raise, a number of compute/fused/floats.py is not finite: so the compiled steps end before such a number, and
the plain loop goes on.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache, partial, reduce
from types import MappingProxyType

import numpy as np

from symcalc.compute.fused.engine import engine, lanes_here
from symcalc.compute.fused.floats import Number, Writer
from symcalc.compute.fused.instructions import Sections, Unknown, assigned, expression, sections_of
from symcalc.compute.fused.vectors import Code, Lanes, absolute, at, load, loop, store, where
from symcalc.compute.loops.loop import PlainLoop, Seen
from symcalc.compute.loops.steps import Form, Same, form_of, updates_of

_NOTE = "# compiled by LLVM from these statements, with the bits of plain floats"


def _march(sections: Sections, form: Form) -> str:
    """Steps from a row of the history on, as long as all is finite; how many they were.

    Every column of the history has a place of its own, `between` numbers after the one before. What `Seen` tells is
    followed on the way: `seen` has the first moving parameter one step before the row, and gets what was seen behind it.
    """
    code, size, state = Code(), len(form.parameters), len(form.letters.state)
    writer, first_moving, (tape, looks, lines) = Writer(code), form.moving[0], updates_of(form)
    drives = [f"d{j}" for j in range(size)] if looks else []
    names = [*(f"p{j}" for j in range(size)), "cost", *(f"g{j}" for j in range(size)),
             *(f"s{row}_{j}" for row in range(state) for j in range(size))]
    given = {name: Number(load(at(code, "%given", k))) for k, name in enumerate(sections.names)}
    start = {name: load(at(code, "%row", place)) for place, name in enumerate(names) if name != "cost"}
    start |= {"k": Lanes(code, "%number", "double", 1), "before": load(at(code, "%seen", 0))}
    start |= {name: code.constant(math.inf if least else -math.inf, 1) for name, least in _SEEN.items()}
    start["size"] = _largest([start[f"p{j}"] for j in range(size)])
    between = Lanes(code, "%between", "i64", 1)
    columns = [at(code, "%history", between * place).name for place in range(len(names) + 1 + len(drives))]
    with loop(code, code.constant(0, 1, "i64"), Lanes(code, "%count", "i64", 1), 1, start) as steps:
        rate = load(at(code, "%rates", steps.i * Lanes(code, "%apart", "i64", 1)))
        known = given | {name: Number(value) for name, value in steps.now.items()} | {"rate": Number(rate)}
        _take([*tape.before, *looks[:-1]], writer, known)
        if looks:
            ahead = ", ".join(f"p{j}" for j in form.moving)
            there = _take([f"{ahead} = {looks[-1]}"], writer, dict(known))
            known |= zip(drives, _results(sections, writer, there)[1:], strict=True)
        cost, *slopes = _results(sections, writer, _take(lines, writer, known))
        known |= {"cost": cost, "k": writer.operation(ast.Add, known["k"], Number(code.constant(1.0, 1)))}
        known |= {f"g{j}": slope for j, slope in enumerate(slopes)}
        new = {name: known[name].float for name in (*names, *drives)}
        for name, column in zip((*names, "rate", *drives), columns, strict=True):
            store(new[name] if name != "rate" else rate, at(code, column, steps.i))
        rest = code.constant(0.0, 1)
        for value in (*writer.doubtful, *new.values()):               # x - x is 0 where x is finite, else nan
            rest = rest + (value - value)
        steps.while_true = finite = rest.compared("oeq", 0.0)
        seen = _seen(steps.now, new, f"p{first_moving}", f"g{first_moving}", [new[f"p{j}"] for j in range(size)])
        steps.now = {**{name: new[name] for name in names if name != "cost"}, "k": known["k"].float,
                     "before": steps.now[f"p{first_moving}"], **seen}
    for place, name in enumerate(_SEEN, start=1):
        store(steps.now[name], at(code, "%seen", place))
    made = where(finite, steps.i + 1, steps.i)
    code.lines.append(f"  ret {made}")
    return "\n".join([*code.called.values(), f"define i64 @march({_ARGUMENTS}) {{", *code.lines, "}"])


def _take(lines: Iterable[str], writer: Writer, known: dict[str, Number]) -> dict[str, Number]:
    """What is known when these lines have been gone through, too."""
    for line in lines:
        known |= {name: writer.value(node, known) for name, node in assigned(line)}
    return known


def _results(sections: Sections, writer: Writer, known: dict[str, Number]) -> list[Number]:
    """The loss and its slopes at the point that is known."""
    for name, node in (*sections.before, *sections.after):
        known[name] = writer.value(node, known)
    return [writer.value(expression(source), known) for source in sections.results]


_ARGUMENTS = ("ptr noalias %row, ptr noalias %rates, i64 %apart, i64 %count, double %number, ptr noalias %history, "
              "i64 %between, ptr noalias %given, ptr noalias %seen")
_SEEN = MappingProxyType({"slope": True, "once": True, "twice": True, "least": True, "most": False, "size": False})
"""The fields of `Seen`, and whether each is the least of all."""


def _seen(then: dict[str, Lanes], new: dict[str, Lanes], point: str, slope: str, points: list[Lanes]) -> dict[str, Lanes]:
    """What is seen with one step more."""
    here, there = new[point], then[point]
    found = {"slope": absolute(new[slope]), "once": absolute(here - there), "twice": absolute(here - then["before"]),
             "least": new["cost"], "most": new["cost"]}
    found = {name: _further(value, then[name], _SEEN[name]) for name, value in found.items()}
    return found | {"size": _further(_largest(points), then["size"], False)}


def _largest(values: list[Lanes]) -> Lanes:
    return reduce(lambda most, value: _further(value, most, False), map(absolute, values))


def _further(one: Lanes, other: Lanes, least: bool) -> Lanes:
    return where(one.compared("olt" if least else "ogt", other), one, other)


@dataclass(frozen=True, slots=True)
class CompiledLoop:
    """The plain loop's steps as a compiled function, to the last bit, and by the plain loop where they leave the finite."""

    plain: PlainLoop
    text: str
    given: np.ndarray
    told: bool = False               # whether its source says that it is compiled

    @property
    def source(self) -> str:
        """What it is compiled from."""
        return f"{_NOTE}\n{self.plain.source}" if self.told else self.plain.source

    @property
    def function(self) -> Callable[..., int]:
        """The compiled function."""
        return partial(engine(self.text, ("march",)), "march")

    def fill(self, room: np.ndarray, last: np.ndarray, before: float, rates: np.ndarray, number: int) -> tuple[int, Seen]:
        """Steps from the row `last` on, put into `room`, whose columns are contiguous; how many, and what they have passed.

        `before` is where the first parameter that moves was one step before `last`; nan where there was none.
        """
        rates = np.asarray(rates, dtype=np.float64)
        width, (apart,), between = len(last), rates.strides, room.strides[1]
        numbers = np.empty(width + 1 + len(_SEEN))               # the row, and what is seen
        numbers[:width], numbers[width] = last, before
        row = numbers.ctypes.data
        made = self.function(row, rates.ctypes.data, apart // 8, len(rates), float(number), room.ctypes.data, between // 8,
                             self.given.ctypes.data, row + 8 * width)
        return made, Seen(*numbers[width + 1:].tolist())

    def __call__(self, last: np.ndarray, rates: np.ndarray, number: int, keep: Callable[[np.ndarray], None]) -> None:
        room = np.empty((len(rates), self.plain.width), order="F")
        made = self.fill(room, last, math.nan, rates, number)[0] if len(rates) else 0
        found = [room[:made]]
        if made < len(rates):
            self.plain(room[made - 1] if made else last, rates[made:], number + made, found.append)
        keep(np.concatenate(found))


def compiled_loop(plain: PlainLoop) -> CompiledLoop | None:
    """The plain loop as a compiled one, compiled when it is called for the first time; None where its bits are not certain."""
    if not lanes_here():
        return None
    return _over(plain) if plain.steps.compiled.data is not None else _without_data(Same(plain))


@lru_cache(maxsize=32)
def _without_data(same: Same) -> CompiledLoop | None:
    return _over(same.it)


def _over(plain: PlainLoop) -> CompiledLoop | None:
    try:
        sections, text = _code(form_of(plain.steps))
        return CompiledLoop(plain, text, sections.given(plain.steps.compiled.data))
    except Unknown:
        return None


@lru_cache(maxsize=32)
def _code(form: Form) -> tuple[Sections, str]:
    """The code of the loop; kept, as one descent follows the other."""
    sections = sections_of(form.tape.tape, form.results)
    if sections.totals or form.tape.tape.arrays:
        raise Unknown("steps that go through the rows")
    return sections, _march(sections, form)
