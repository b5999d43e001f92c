"""LLVM's code for numbers side by side, written like formulas.

A `Lanes` is a value in that code, of one row or of eight, and `x * y + 1.0` writes the instructions for it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Code:
    """Instructions in order; `known` holds what has been worked out already, by function and arguments."""

    lines: list[str] = field(default_factory=lambda: ["entry:"])
    known: dict[tuple[str, ...], Lanes] = field(default_factory=dict)
    called: dict[str, str] = field(default_factory=dict)          # the functions outside, with their declarations
    contract: bool = False            # whether a product may keep its digits for the sum that it goes into
    block: str = "entry"
    count: int = 0

    def fresh(self) -> int:
        self.count += 1
        return self.count

    def value(self, instruction: str, element: str, lanes: int) -> Lanes:
        """The result of an instruction, under a name of its own."""
        name = f"%v{self.fresh()}"
        self.lines.append(f"  {name} = {instruction}")
        return Lanes(self, name, element, lanes)

    def call(self, name: str, arguments: Sequence[Lanes], returned: str, element: str, lanes: int) -> Lanes:
        """The result of a function outside, which does nothing else."""
        types = ", ".join(x.type for x in arguments)
        plain = "" if name.startswith("llvm.") else " nounwind willreturn memory(none)"
        self.called[name] = f"declare {returned} @{name}({types}){plain}"
        return self.value(f"call {returned} @{name}({', '.join(map(str, arguments))})", element, lanes)

    def start(self, block: str) -> None:
        """What follows is a block that others jump to."""
        self.lines.append(f"{block}:")
        self.block = block

    def counted(self, lanes: int) -> Lanes:
        """0, 1, 2 and so on."""
        return Lanes(self, f"<{', '.join(f'i64 {lane}' for lane in range(lanes))}>", "i64", lanes)

    def constant(self, value: float | int, lanes: int, element: str = "double") -> Lanes:
        text = hexadecimal(value) if element == "double" else str(int(value))
        return Lanes(self, text if lanes == 1 else f"splat ({element} {text})", element, lanes)


@dataclass(frozen=True, slots=True, eq=False)
class Lanes:
    """A value, or several side by side, of doubles, whole numbers (i64) or truths (i1)."""

    code: Code
    name: str
    element: str
    lanes: int

    @property
    def type(self) -> str:
        return self.element if self.lanes == 1 else f"<{self.lanes} x {self.element}>"

    def __str__(self) -> str:
        return f"{self.type} {self.name}"

    def spread(self, lanes: int) -> Lanes:
        """The same in every lane."""
        if self.lanes == lanes:
            return self
        wide = f"<{lanes} x {self.element}>"
        one = self.code.value(f"insertelement {wide} poison, {self}, i64 0", self.element, lanes)
        return self.code.value(f"shufflevector {one}, {wide} poison, <{lanes} x i32> zeroinitializer", self.element, lanes)

    def number(self) -> Lanes:
        """A truth as 1 or 0."""
        if self.element != "i1":
            return self
        return self.code.value(f"uitofp {self} to {self._typed('double')}", "double", self.lanes)

    def _typed(self, element: str) -> str:
        return element if self.lanes == 1 else f"<{self.lanes} x {element}>"

    def bits(self) -> Lanes:
        return self.code.value(f"bitcast {self} to {self._typed('i64')}", "i64", self.lanes)

    def double(self) -> Lanes:
        return self.code.value(f"bitcast {self} to {self._typed('double')}", "double", self.lanes)

    def _with(self, operation: str, other: Lanes | float, element: str = "") -> Lanes:
        left, right = _alike(self, other)
        if left.element == "double":
            loose = self.code.contract and left.lanes > 1 and not operation.startswith("cmp")
            operation = f"f{operation} contract" if loose else f"f{operation}"
        return self.code.value(f"{operation} {left}, {right.name}", element or left.element, left.lanes)

    def __add__(self, other: Lanes | float) -> Lanes:
        return self._with("add", other)

    def __sub__(self, other: Lanes | float) -> Lanes:
        return self._with("sub", other)

    def __mul__(self, other: Lanes | float) -> Lanes:
        return self._with("mul", other)

    def __truediv__(self, other: Lanes | float) -> Lanes:
        return self._with("div", other)

    def __radd__(self, other: float) -> Lanes:
        return self.code.constant(other, self.lanes) + self

    def __rsub__(self, other: float) -> Lanes:
        return self.code.constant(other, self.lanes) - self

    def __rmul__(self, other: float) -> Lanes:
        return self.code.constant(other, self.lanes) * self

    def __rtruediv__(self, other: float) -> Lanes:
        return self.code.constant(other, self.lanes) / self

    def __neg__(self) -> Lanes:
        whole = self.number()
        return self.code.value(f"fneg {whole}", "double", self.lanes)

    def __and__(self, other: Lanes | int) -> Lanes:
        return self._with("and", other)

    def __or__(self, other: Lanes | int) -> Lanes:
        return self._with("or", other)

    def __xor__(self, other: Lanes) -> Lanes:
        return self._with("xor", other)

    def __lshift__(self, places: int) -> Lanes:
        return self._with("shl", places)

    def __rshift__(self, places: int) -> Lanes:
        return self._with("lshr", places)

    def compared(self, how: str, other: Lanes | float) -> Lanes:
        """Whether it is olt, ole, ogt, oge, oeq the other; no nan is. One is une another, and nan uno anything."""
        return (self if self.element == "i64" else self.number())._with(
            f"cmp {how}" if self.element != "i64" else f"icmp {how}", other, "i1")


def hexadecimal(value: float) -> str:
    return f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"


def _alike(left: Lanes, right: Lanes | float) -> tuple[Lanes, Lanes]:
    """Both with the same number of lanes, truths as numbers beside numbers."""
    if not isinstance(right, Lanes):
        return left, left.code.constant(right, left.lanes, left.element)
    lanes = max(left.lanes, right.lanes)
    if left.element != right.element:
        left, right = left.number(), right.number()
    return left.spread(lanes), right.spread(lanes)


def where(test: Lanes, then: Lanes | float, other: Lanes | float) -> Lanes:
    """One or the other, lane by lane."""
    code = test.code
    pair = [part if isinstance(part, Lanes) else code.constant(part, test.lanes) for part in (then, other)]
    lanes = max(test.lanes, pair[0].lanes, pair[1].lanes)
    first, second = (part.spread(lanes) for part in _alike(*pair))
    return code.value(f"select {test.spread(lanes)}, {first}, {second}", first.element, lanes)


def built_in(name: str, *arguments: Lanes | float) -> Lanes:
    """One of LLVM's own functions, such as fma and sqrt, each of which is an instruction."""
    lanes = max(x.lanes for x in arguments if isinstance(x, Lanes))
    code = next(x.code for x in arguments if isinstance(x, Lanes))
    given = [x.number().spread(lanes) if isinstance(x, Lanes) else code.constant(x, lanes) for x in arguments]
    kind = "f64" if lanes == 1 else f"v{lanes}f64"
    return code.call(f"llvm.{name}.{kind}", given, given[0].type, "double", lanes)


def fma(x: Lanes | float, y: Lanes | float, z: Lanes | float) -> Lanes:
    """x y + z, rounded once."""
    return built_in("fma", x, y, z)


def absolute(x: Lanes) -> Lanes:
    return built_in("fabs", x)


def library(name: str, *arguments: Lanes) -> Lanes:
    """A function of the C library, lane by lane."""
    lanes, code = max(x.lanes for x in arguments), arguments[0].code
    arguments = [x.number().spread(lanes) for x in arguments]
    if lanes == 1:
        return code.call(name, arguments, "double", "double", 1)
    found = Lanes(code, "poison", "double", lanes)
    for lane in range(lanes):
        one = library(name, *(code.value(f"extractelement {x}, i64 {lane}", "double", 1) for x in arguments))
        found = code.value(f"insertelement {found}, {one}, i64 {lane}", "double", lanes)
    return found


def added(values: Lanes) -> Lanes:
    """The lanes' sum, one half added to the other, and so on."""
    while values.lanes > 2:
        half = values.lanes // 2
        places = [", ".join(f"i32 {lane}" for lane in range(begin, begin + half)) for begin in (0, half)]
        low, high = (values.code.value(f"shufflevector {values}, {values.type} poison, <{half} x i32> <{chosen}>",
                                       "double", half) for chosen in places)
        values = low + high
    first, second = (values.code.value(f"extractelement {values}, i64 {lane}", "double", 1) for lane in (0, 1))
    return first + second


# Memory

def at(code: Code, pointer: str, place: Lanes | int, element: str = "double") -> Lanes:
    """Where the number (or the pointer) of this place is, counted from where the pointer points to."""
    offset = place if isinstance(place, Lanes) else code.constant(place, 1, "i64")
    return code.value(f"getelementptr {element}, ptr {pointer}, {offset}", "ptr", 1)


def load(place: Lanes, there: Lanes | None = None, element: str = "double") -> Lanes:
    """The number there; or the numbers side by side from there on, with 0 in the lanes for which there are none."""
    code = place.code
    if there is None:
        return code.value(f"load {element}, {place}, align 8", element, 1)
    eight, zero = Lanes(code, "8", "i32", 1), Lanes(code, "zeroinitializer", "double", there.lanes)
    name, wide = f"llvm.masked.load.v{there.lanes}f64.p0", f"<{there.lanes} x double>"
    return code.call(name, [place, eight, there, zero], wide, "double", there.lanes)


def store(value: Lanes, place: Lanes, there: Lanes | None = None) -> None:
    """The number put there; or those of the lanes that there are."""
    code = value.code
    if there is None:
        code.lines.append(f"  store {value}, {place}, align 8")
        return
    name = f"llvm.masked.store.v{there.lanes}f64.p0"
    code.called[name] = f"declare void @{name}({value.type}, ptr, i32, {there.type})"
    code.lines.append(f"  call void @{name}({value}, {place}, i32 8, {there})")


# Loops

@dataclass(slots=True)
class Rounds:
    """A loop being written: its counter, what it carries from one round to the next, and what it goes on for."""

    i: Lanes
    now: dict[str, Lanes]
    while_true: Lanes | None = None


@contextmanager
def loop(code: Code, begin: Lanes, end: Lanes, by: int = 1, carried: Mapping[str, Lanes] | None = None) -> Iterator[Rounds]:
    """The instructions of the body, for i from begin up to end, once at least; `now` is to hold what is carried on.

    Behind the body, `now` has what came out last.
    """
    tag, before, first = code.fresh(), code.block, dict(carried or {})
    code.lines.append(f"  br label %loop{tag}")
    code.start(f"loop{tag}")
    hole = len(code.lines)
    this = Rounds(Lanes(code, f"%i{tag}", "i64", 1),
                {name: Lanes(code, f"%{name}.{tag}", value.element, value.lanes) for name, value in first.items()})
    heads = dict(this.now)
    yield this
    following = this.i + by
    more = following.compared("slt", end)
    if this.while_true is not None:
        more = more & this.while_true
    code.lines[hole:hole] = [
        f"  {head.name} = phi {head.type} [ {start.name}, %{before} ], [ {last.name}, %{code.block} ]"
        for head, start, last in ((this.i, begin, following),
                                  *((heads[name], first[name], this.now[name]) for name in first))]
    code.lines.append(f"  br {more}, label %loop{tag}, label %after{tag}")
    code.start(f"after{tag}")
