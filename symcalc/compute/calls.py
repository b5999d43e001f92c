"""Plain statements as calls that write into buffers: `a2 = p0 * p0 - p1` becomes two NumPy calls with a place for each result.

The buffers are few, and used again as soon as what stands in them is needed no more, so that they stay in the cache.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

_OPERATORS = {ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide"}
_SUMS = {"np.dot": "dot", "np.add.reduce": "total"}
_OUT_BY_NAME = ("maximum(", "minimum(")          # NumPy warns where a third argument follows
_COMMENT = 60            # characters of a line before its comment


class Kind(IntEnum):
    """What a value has one number for; of two, the larger is what they make together."""

    FIXED = 0            # all steps
    COUNTED = 1          # each step
    COLUMN = 2           # each row of the data
    RUNS = 3             # each run
    MATRIX = 4           # each parameter of each run
    ROWS = 5             # each row in each run


_LETTERS = {Kind.RUNS: "b", Kind.MATRIX: "m", Kind.ROWS: "w"}
_LISTS = {Kind.RUNS: "vectors", Kind.MATRIX: "matrices", Kind.ROWS: "room"}


@dataclass(slots=True)
class Call:
    """One line: its name, what is called (or the whole source), the names in it, and what its value has a number for."""

    name: str
    source: str
    inputs: list[str]
    kind: Kind
    buffered: bool                    # whether it writes into a buffer
    comment: str = ""
    in_rows: bool = False             # whether it is done block by block of the rows
    total: bool = False               # whether it adds to what the blocks before it gave


@dataclass(slots=True)
class Buffered:
    """Statements taken apart into calls, in order; `kinds` says what every name has a number for.

    >>> taken = Buffered({"p0": Kind.RUNS})
    >>> taken.statement("a0", "2.0 * p0 - 1.0")
    >>> print(*taken.lines({"g0": "a0"}), sep="\\n")
    x0 = multiply(k0, p0, g0)
    a0 = subtract(x0, k1, g0)
    """

    kinds: dict[str, Kind]
    calls: list[Call] = field(default_factory=list)
    constants: dict[str, str] = field(default_factory=dict)          # sources of numbers, and what they are called
    ufuncs: set[str] = field(default_factory=set)
    room: dict[Kind, int] = field(default_factory=lambda: dict.fromkeys(_LETTERS, 0))        # buffers that there must be
    known: dict[tuple[str, ...], str] = field(default_factory=dict)
    alias: dict[str, str] = field(default_factory=dict)

    def statement(self, name: str, source: str, comment: str = "", in_rows: bool = False, total: bool = False) -> None:
        """One statement; its last call bears its name and its comment."""
        begun = len(self.calls)
        atom, kind = self._taken(ast.parse(source, mode="eval").body)
        if len(self.calls) > begun and self.calls[-1].name == atom:
            last = self.calls[-1]
            last.name, last.comment, last.total = name, comment, total
            self.known[next(reversed(self.known))] = name
        elif total or kind <= Kind.COUNTED:
            self.calls.append(Call(name, atom, _names(atom), kind, False, comment, total=total))
        else:
            self.alias[name] = atom
        self.kinds[name] = kind
        for call in self.calls[begun:]:
            call.in_rows = in_rows

    def _taken(self, node: ast.expr) -> tuple[str, Kind]:
        """The expression as the name or number in which it ends, with the calls that it takes put in line."""
        match node:
            case ast.Name(id=name):
                return self.alias.get(name, name), self.kinds[name]
            case ast.Constant() | ast.UnaryOp(operand=ast.Constant()):
                return ast.unparse(node), Kind.FIXED
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return self._elementwise("negative", [inner], node)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                return self._elementwise(_OPERATORS[type(op)], [left, right], node)
            case ast.Call(func=called, args=inner):
                name = ast.unparse(called)
                if name in _SUMS:
                    taken = [self._taken(part)[0] for part in inner]
                    return self._new(_SUMS[name], taken, Kind.RUNS, f"{_SUMS[name]}({', '.join(taken)})"), Kind.RUNS
                if isinstance(getattr(np, name.removeprefix("np."), None), np.ufunc):
                    return self._elementwise(name.removeprefix("np."), inner, node)
                return self._plain(node, inner, lambda atoms: f"{name}({', '.join(atoms)})")
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                sign = ast.unparse(ast.Compare(ast.Name("_"), [op], [ast.Name("_")])).strip("_")
                return self._plain(node, [left, right], sign.join)
            case ast.BinOp(left=left, op=ast.BitAnd(), right=right):
                return self._plain(node, [left, right], " & ".join)
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return self._plain(node, [left, right], " | ".join)
        raise ValueError(f"no statement of ours: {ast.unparse(node)}")

    def _elementwise(self, name: str, inner: Sequence[ast.expr], node: ast.expr) -> tuple[str, Kind]:
        taken = [self._taken(part) for part in inner]
        kind = joint(known for _, known in taken)
        if kind <= Kind.COUNTED:
            return f"({_in_floats(node)})", kind
        if name == "negative" and (factor := self._scaled(taken[0][0])) is not None:
            return self._new("multiply", factor, kind), kind
        self.ufuncs.add(name)
        return self._new(name, [self.constant(atom) if known is Kind.FIXED else atom for atom, known in taken], kind), kind

    def _scaled(self, name: str) -> list[str] | None:
        """-(2 a) as (-2) a, which takes one call: what is multiplied; None where there is no such number."""
        call = next((call for call in reversed(self.calls) if call.name == name and call.source.startswith("multiply(")), None)
        names = {constant: number for number, constant in self.constants.items()}
        number = None if call is None else names.get(call.inputs[0])
        return None if number is None else [self.constant(f"-{number}" if number[0] != "-" else number[1:]), call.inputs[1]]

    def _plain(self, node: ast.expr, inner: Sequence[ast.expr], written: Callable[[list[str]], str]) -> tuple[str, Kind]:
        """What makes an array of its own: comparisons, cases, and functions that are not NumPy's."""
        taken = [self._taken(part) for part in inner]
        kind, atoms = joint(known for _, known in taken), [atom for atom, _ in taken]
        return (f"({_in_floats(node)})", kind) if kind <= Kind.COUNTED else (self._new("", atoms, kind, written(atoms)), kind)

    def _new(self, function: str, inputs: list[str], kind: Kind, source: str = "") -> str:
        key = (source or function, *inputs)
        if key not in self.known:
            self.known[key] = name = f"x{len(self.known)}"
            names = [name for atom in inputs for name in _names(atom)]
            self.calls.append(Call(name, source or f"{function}({', '.join(inputs)})", names, kind,
                                   not source and kind in _LETTERS))
            self.kinds[name] = kind
        return self.known[key]

    def constant(self, source: str) -> str:
        """A number as an array without axes, which NumPy takes as it is."""
        return self.constants.setdefault(source, f"k{len(self.constants)}")

    def needed(self, results: Iterable[str], there: Collection[str] = ()) -> list[Call]:
        """The calls without which the results are not there, those for the rows together; some are `there` already."""
        wanted, found = {self.alias.get(name, name) for name in results}, []
        for call in reversed(self.calls):
            if call.name in wanted and call.name not in there:
                wanted |= set(call.inputs)
                found.append(call)
        return found[::-1]

    def in_common(self, results: Collection[str], others: Iterable[str]) -> list[str]:
        """The vectors that these results are made of and that are on the way to the others, too: the last such on every way."""
        calls, shared = self.needed(results), {call.name for call in self.needed(others)}
        used = {*results, *(name for call in calls if call.name not in shared for name in call.inputs)}
        return [call.name for call in calls if call.name in shared & used and call.kind is Kind.RUNS and call.buffered]

    def lines(self, results: Mapping[str, str], blocks: str = "blocks", there: Collection[str] = ()) -> list[str]:
        """The calls that the results need, each of these written where it belongs; what is in the rows stands in a loop.

        What is `there` already, by its name, is not made again.
        """
        wanted = {place: self.alias.get(name, name) for place, name in results.items()}
        calls = self.needed(wanted.values(), there)
        first = {name: place for place, name in reversed(wanted.items())}
        made = {call.name: call for call in calls}
        rows = [at for at, call in enumerate(calls) if call.in_rows]
        last = {name: at for at, call in enumerate(calls) for name in call.inputs}
        for name, at in last.items():               # what comes from before the loop is needed in its last round, too
            if at in rows and not (name in made and made[name].in_rows):
                last[name] = rows[-1]
        place_of = first | self._on_the_way(calls, first, last)
        free: dict[Kind, list[str]] = {kind: [] for kind in _LETTERS}
        made_room = dict.fromkeys(_LETTERS, 0)

        def buffer(kind: Kind) -> str:
            if free[kind]:
                return free[kind].pop()
            made_room[kind] += 1
            self.room[kind] = max(self.room[kind], made_room[kind])
            return f"{_LETTERS[kind]}{made_room[kind] - 1}"

        held: dict[str, str] = {}
        written: list[str] = []
        for at, call in enumerate(calls):
            if rows and at == rows[0]:
                for total in (other for other in calls if other.total):
                    held[total.name] = buffer(Kind.RUNS)
                    written += [f"{total.name} = {held[total.name]}", f"{total.name}.fill(0.0)"]
                written += [f"for {blocks}:", ""]
                opened = len(written) - 1
            for name in set(call.inputs):
                if last[name] == at and name in held:
                    free[made[name].kind].append(held.pop(name))
            line = f"{call.name} {'+=' if call.total else '='} {call.source}"
            if call.buffered and not call.total:
                out = place_of.get(call.name)
                if out is None:
                    out = held[call.name] = buffer(call.kind)
                by_name = "out=" * call.source.startswith(_OUT_BY_NAME)
                line = f"{call.name} = {call.source[:-1]}, {by_name}{out})"
            line = f"    {line}" if call.in_rows else line
            written.append(f"{line.ljust(_COMMENT)}  # {call.comment}" if call.comment else line)
        for place, name in wanted.items():
            if not (name in made and made[name].buffered and not made[name].total and first[name] == place):
                written.append(f"{place}[...] = {name}")
        if rows:
            names = self._buffer_names(Kind.ROWS)
            written[opened:opened + 1] = [f"    {names} = room"] if names else []
        return written

    @staticmethod
    def _on_the_way(calls: Sequence[Call], place_of: Mapping[str, str], last: Mapping[str, int]) -> dict[str, str]:
        """What is needed for a result alone may stand where the result will."""
        made, found = {call.name: call for call in calls if call.buffered and not call.total}, {}
        for at in range(len(calls) - 1, -1, -1):
            call = calls[at]
            place = place_of.get(call.name) or found.get(call.name)
            if place is None or call.name not in made:
                continue
            for name in call.inputs:
                part = made.get(name)
                alike = part and (part.kind, part.in_rows) == (call.kind, call.in_rows)
                if alike and last[name] == at and name not in place_of:
                    found[name] = place
                    break
        return found

    def unpacked(self, kind: Kind) -> list[str]:
        """The buffers of a kind out of the list that holds them, after the lines that use them have been written."""
        names = self._buffer_names(kind)
        return [f"{names} = {_LISTS[kind]}"] if names else []

    def named(self) -> list[str]:
        """The names of the functions and numbers that the lines use."""
        functions = [f"{', '.join(sorted(self.ufuncs))} = {', '.join(f'np.{name}' for name in sorted(self.ufuncs))}"]
        numbers = [f"{name} = np.array({source})" for source, name in self.constants.items()]
        return [*functions, *numbers] if self.ufuncs else numbers

    def _buffer_names(self, kind: Kind) -> str:
        names = [f"{_LETTERS[kind]}{k}" for k in range(self.room[kind])]
        return f"{names[0]}," if len(names) == 1 else ", ".join(names)


def joint(kinds: Iterable[Kind]) -> Kind:
    """What values of these kinds make together.

    >>> joint([Kind.COLUMN, Kind.RUNS]).name
    'ROWS'
    """
    found = set(kinds)
    return Kind.ROWS if {Kind.COLUMN, Kind.RUNS} <= found else max(found, default=Kind.FIXED)


def _names(source: str) -> list[str]:
    return [part.id for part in ast.walk(ast.parse(source, mode="eval")) if isinstance(part, ast.Name)]


def _in_floats(node: ast.expr) -> str:
    """The same for plain floats, as a loop for one run has it."""
    return re.sub(r"\bnp\.(\w+)", lambda name: f"{'math' if hasattr(math, name[1]) else 'np'}.{name[1]}",
                  ast.unparse(node).replace("np.power", "math.pow"))
