"""The descent of a loss whose steps go through no rows, as compiled code with the bits of the plain loop (extra symcalc[fast]).

+ - * / and the square root of doubles are the same in LLVM's code as in Python, as long as no product and sum become one
operation; exp, sin and the like are the very functions of the C library that Python's `math` calls. Where Python would raise,
there is no finite number here: so the compiled steps end before a number that is not finite, and the plain loop goes on.
"""

from __future__ import annotations

import ast
import ctypes
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial, reduce
from types import MappingProxyType

import numpy as np

from symcalc.compute.fused.engine import engine, lanes_here
from symcalc.compute.fused.instructions import Sections, Unknown, assigned, expression, sections_of
from symcalc.compute.fused.vectors import Code, Lanes, absolute, at, built_in, load, loop, store, where
from symcalc.compute.loops.loop import Form, PlainLoop, Same, Seen, form_of, updates_of

_NOTE = "# compiled by LLVM from these statements, with the bits of plain floats"
_OF_ONE = ("exp", "log", "log2", "log10", "log1p", "expm1", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh",
           "asinh", "acosh", "atanh", "erf", "cbrt")
_OF_TWO = ("pow", "atan2")
_SAMPLES = 256           # numbers at which the C library is compared with Python's `math`
_COMPARED = MappingProxyType({ast.Lt: "olt", ast.LtE: "ole", ast.Gt: "ogt", ast.GtE: "oge", ast.Eq: "oeq", ast.NotEq: "une"})
_SIGNS = MappingProxyType({ast.Add: Lanes.__add__, ast.Sub: Lanes.__sub__, ast.Mult: Lanes.__mul__, ast.Div: Lanes.__truediv__})


@cache
def address_of(name: str) -> int | None:
    """Where the C library's function is; None where there is none, or where Python's `math` has other bits somewhere."""
    try:
        function, python = getattr(ctypes.CDLL(None), name), getattr(math, name)          # no cbrt in old Pythons
    except (AttributeError, OSError, TypeError):             # where a process has no one place for all that it has loaded
        return None
    takes = 2 if name in _OF_TWO else 1
    function.argtypes, function.restype = [ctypes.c_double] * takes, ctypes.c_double
    numbers = np.random.RandomState(1).standard_normal((_SAMPLES, takes)) * np.geomspace(1e-8, 1e2, _SAMPLES)[::-1, None]
    for given in np.concatenate([numbers, np.abs(numbers), 1 / numbers, 1 + np.abs(numbers), np.tanh(numbers)]).tolist():
        try:
            expected = python(*given)
        except (ValueError, OverflowError):
            continue
        if function(*given) != expected:
            return None
    return ctypes.cast(function, ctypes.c_void_p).value


@dataclass(frozen=True, slots=True)
class Number:
    """A value in the code; `whole` where Python may have an integer or a truth, whose zero has no sign."""

    lanes: Lanes
    whole: bool = False

    @property
    def float(self) -> Lanes:
        """The same as a double."""
        return self.lanes.number()

    @property
    def truth(self) -> Lanes:
        """The same where it is a truth."""
        if self.lanes.element != "i1":
            raise Unknown("a number that is taken for a truth")
        return self.lanes


@dataclass(slots=True)
class Writer:
    """The generated Python as LLVM's code, operation by operation; `doubtful` are the results that must be finite."""

    code: Code
    doubtful: list[Lanes] = field(default_factory=list)

    def value(self, node: ast.expr, known: Mapping[str, Number]) -> Number:
        """The value of an expression; `Unknown` where it is not certain to have Python's bits."""
        match node:
            case ast.Constant(value=bool(truth)):
                return Number(self.code.constant(truth, 1, "i1"), whole=True)
            case ast.Constant(value=int(number) | float(number)):
                return Number(self.code.constant(float(number), 1), whole=isinstance(number, int))
            case ast.Name(id=name) if name in known:
                return known[name]
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                found = self.value(inner, known)
                if found.whole:
                    raise Unknown("the sign of an integer")
                return Number(-found.lanes)
            case ast.BinOp(left=left, op=sign, right=right):
                return self.operation(type(sign), self.value(left, known), self.value(right, known))
            case ast.Compare(left=left, ops=[sign], comparators=[right]):
                first, second = self.value(left, known).float, self.value(right, known).float
                return Number(first.compared(_COMPARED[type(sign)], second), whole=True)
            case ast.IfExp(test=test, body=then, orelse=other):
                pair = self.value(then, known), self.value(other, known)
                return Number(where(self.value(test, known).truth, *(part.float for part in pair)),
                              whole=any(part.whole for part in pair))
            case ast.Call(func=function, args=arguments, keywords=[]):
                return self.called(ast.unparse(function).removeprefix("math."), [self.value(each, known) for each in arguments])
        raise Unknown(ast.unparse(node))

    def operation(self, sign: type[ast.operator], left: Number, right: Number) -> Number:
        """+ - * / of doubles; of two integers only the difference of truths."""
        if sign in (ast.BitAnd, ast.BitOr):
            pair = left.truth, right.truth
            return Number(pair[0] & pair[1] if sign is ast.BitAnd else pair[0] | pair[1], whole=True)
        whole = left.whole and right.whole
        if sign not in _SIGNS or (whole and not (sign is ast.Sub and left.truth and right.truth)):
            raise Unknown("an operation on integers")
        found = _SIGNS[sign](left.float, right.float)
        return Number(self.certain(found) if sign is ast.Div else found, whole)

    def certain(self, value: Lanes) -> Lanes:
        """The value, which Python has, too, where it is finite."""
        self.doubtful.append(value)
        return value

    def called(self, name: str, given: list[Number]) -> Number:
        """A function of the generated code, as compute/numerics.py and `math` have it for floats."""
        whole, values = any(number.whole for number in given), [number.float for number in given]
        match name, values:
            case "abs", [z]:
                return Number(absolute(z), whole)
            case "max" | "min", _:
                before = "ogt" if name == "max" else "olt"
                values = [self.certain(value) for value in values]
                return Number(reduce(lambda found, z: where(z.compared(before, found), z, found), values), whole)
            case "sqrt", [z]:
                return Number(self.certain(built_in("sqrt", z)))
            case "step", [z]:
                half = where(z.compared("oeq", 0.0), 0.5, z.compared("ogt", 0.0).number())
                return Number(where(z.compared("uno", z), z, half))
            case "softplus", [z]:
                above = where(self.code.constant(0.0, 1).compared("ogt", z), 0.0, z)
                return Number(above + self.library("log1p", self.library("exp", -absolute(z))))
            case "sigmoid", [z]:
                small = self.library("exp", -absolute(z))
                return Number(where(z.compared("oge", 0.0), 1.0, small) / (1.0 + small))
            case "logarithm", [z, base]:
                return Number(self.logarithm(z, base))
        if name in (_OF_ONE if len(values) == 1 else _OF_TWO if len(values) == 2 else ()):
            return Number(self.library(name, *values))
        raise Unknown(name)

    def logarithm(self, z: Lanes, base: Lanes) -> Lanes:
        """To a base that is written as a number."""
        if base.name.startswith("%"):
            raise Unknown("a base that moves")
        known = {self.code.constant(number, 1).name: f"log{number:.0f}" for number in (2.0, 10.0)}
        if base.name in known:
            return self.library(known[base.name], z)
        return self.certain(self.library("log", z) / self.library("log", base))

    def library(self, name: str, *values: Lanes) -> Lanes:
        """A function of the C library, called where it is, so that LLVM takes it for no other that is nearly the same."""
        if (address := address_of(name)) is None:
            raise Unknown(name)
        return self.certain(self.code.value(
            f"call double inttoptr (i64 {address} to ptr)({', '.join(map(str, values))}) nounwind willreturn memory(none)",
            "double", 1))


def _march(sections: Sections, form: Form) -> str:
    """Steps from a row of the history on, as long as all is finite; how many they were.

    Every column of the history has a place of its own, `between` numbers after the one before. What `Seen` tells is
    followed on the way: `seen` has the first moving parameter one step before the row, and gets what was seen behind it.
    """
    code, size, state = Code(), len(form.parameters), len(form.letters.state)
    writer, first_moving = Writer(code), form.moving[0]
    names = [*(f"p{j}" for j in range(size)), "cost", *(f"g{j}" for j in range(size)),
             *(f"s{row}_{j}" for row in range(state) for j in range(size))]
    given = {name: Number(load(at(code, "%given", k))) for k, name in enumerate(sections.names)}
    start = {name: load(at(code, "%row", place)) for place, name in enumerate(names) if name != "cost"}
    start |= {"k": Lanes(code, "%number", "double", 1), "before": load(at(code, "%seen", 0))}
    start |= {name: code.constant(math.inf if least else -math.inf, 1) for name, least in _SEEN.items()}
    start["size"] = _largest([start[f"p{j}"] for j in range(size)])
    between = Lanes(code, "%between", "i64", 1)
    columns = [at(code, "%history", between * place).name for place in range(len(names) + 1)]
    tape, lines = updates_of(form)
    with loop(code, code.constant(0, 1, "i64"), Lanes(code, "%count", "i64", 1), 1, start) as steps:
        rate = load(at(code, "%rates", steps.i * Lanes(code, "%apart", "i64", 1)))
        known = given | {name: Number(value) for name, value in steps.now.items()} | {"rate": Number(rate)}
        for line in (*tape.before, *lines):
            known |= {name: writer.value(node, known) for name, node in assigned(line)}
        for name, node in (*sections.before, *sections.after):
            known[name] = writer.value(node, known)
        cost, *slopes = (writer.value(expression(source), known) for source in sections.results)
        known |= {"cost": cost, "k": writer.operation(ast.Add, known["k"], Number(code.constant(1.0, 1)))}
        known |= {f"g{j}": slope for j, slope in enumerate(slopes)}
        new = {name: known[name].float for name in names}
        for name, column in zip((*names, "rate"), columns):
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
