"""The generated Python, read statement by statement and written as LLVM's code: this subset of Python and no more.

A statement of any other kind raises `Unknown`, and the generated Python itself serves instead.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from types import MappingProxyType
from typing import Any

import numpy as np

from symcalc.compute.fused import elementary
from symcalc.compute.fused.vectors import Code, Lanes, absolute, built_in, library, where
from symcalc.compute.generated import executed
from symcalc.compute.statements import Value
from symcalc.compute.tape import Tape
from symcalc.language.table import Table


class Unknown(Exception):
    """A statement that has no form in LLVM's code here."""


_ARITHMETIC = MappingProxyType({ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
                                ast.BitAnd: operator.and_, ast.BitOr: operator.or_})
_COMPARED = MappingProxyType({ast.Lt: "olt", ast.LtE: "ole", ast.Gt: "ogt", ast.GtE: "oge", ast.Eq: "oeq", ast.NotEq: "une"})
_LIBRARY = frozenset(["exp", "log", "log2", "log10", "log1p", "expm1", "sin", "cos", "tan", "asin", "acos", "atan", "sinh",
                      "cosh", "tanh", "asinh", "acosh", "atanh", "erf", "cbrt", "pow", "atan2"])
_NUMPY = MappingProxyType({"arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh", "arccosh": "acosh",
                           "arctanh": "atanh", "arctan2": "atan2", "power": "pow", "maximum": "max", "minimum": "min"})
_WHOLE = 16              # exponents up to which a power is a product


def assigned(line: str) -> list[tuple[str, ast.expr]]:
    """The names that a line gives values to, each with its expression.

    >>> [(name, ast.unparse(node)) for name, node in assigned("a, b = c + 1.0, d      # both")]
    [('a', 'c + 1.0'), ('b', 'd')]
    """
    match ast.parse(line.strip()).body:
        case [ast.Assign(targets=[ast.Name(id=name)], value=node)]:
            return [(name, node)]
        case [ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=nodes))] if len(names) == len(nodes):
            return [(name.id, node) for name, node in zip(names, nodes)]
    raise Unknown(line)


def needed(statements: Sequence[tuple[str, ast.expr]], wanted: Iterable[ast.expr]) -> list[tuple[str, ast.expr]]:
    """The statements without which the expressions wanted have no value."""
    names, kept = {part.id for node in wanted for part in ast.walk(node) if isinstance(part, ast.Name)}, []
    for name, node in reversed(statements):
        if name in names:
            kept.insert(0, (name, node))
            names |= {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    return kept


def with_circles(statements: Sequence[tuple[str, ast.expr]]) -> list[tuple[str, ast.expr]]:
    """The sines and cosines that are written by the tangent of the half, for NumPy's sake, as what they are.

    >>> written = assigned("t, s, c = np.tan(0.5 * z), t * t, (1.0 - s) / (1.0 + s)")
    >>> ast.unparse(with_circles(written)[-1][1])
    'np.cos(z)'
    """
    squares: dict[str, tuple[str, str]] = {}          # of the tangents, as they may be written, with tangent and angle
    forms: dict[str, str] = {}
    found = []
    for name, node in statements:
        written = ast.unparse(node)
        if written.startswith("np.tan(0.5 * "):
            angle = written.removeprefix("np.tan(0.5 * ").removesuffix(")")
            squares |= {form.format(name): (name, angle) for form in ("{0} * {0}", "2.0 / (1.0 + {0} * {0})")}
        elif written in squares:
            t, angle = squares[written]
            sines, cosines = ((f"{t} * {name}", f"{name} * {t}"), (f"{name} - 1.0",)) if "/" in written else (
                (f"2.0 * {t} / (1.0 + {name})",), (f"(1.0 - {name}) / (1.0 + {name})",))
            forms |= dict.fromkeys(sines, f"np.sin({angle})") | dict.fromkeys(cosines, f"np.cos({angle})")
        found.append((name, expression(forms[written]) if written in forms else node))
    return found


def value_of(node: ast.expr, known: Mapping[str, Lanes | float], code: Code) -> Lanes | float:
    """The expression's value in the code; a float where it is one already."""
    match node:
        case ast.Constant(value=bool(truth)):
            return code.constant(truth, 1, "i1")
        case ast.Constant(value=int(number) | float(number)):
            return float(number)
        case ast.Name(id=name) if name in known:
            return known[name]
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -value_of(inner, known, code)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _ARITHMETIC:
            above, below = value_of(left, known, code), value_of(right, known, code)
            if isinstance(sign, (ast.Add, ast.Sub, ast.Mult, ast.Div)):
                above, below = (x.number() if isinstance(x, Lanes) else x for x in (above, below))
            if not isinstance(above, Lanes):
                above = code.constant(above, 1)              # so that 1.0 / 0.0 is what it is there, not an error here
            return _ARITHMETIC[type(sign)](above, below)
        case ast.Compare(left=left, ops=[sign], comparators=[right]):
            return _lanes(value_of(left, known, code), code).compared(_COMPARED[type(sign)], value_of(right, known, code))
        case ast.IfExp(test=test, body=then, orelse=other):
            return where(*(value_of(part, known, code) for part in (test, then, other)))
        case ast.Call(func=function, args=arguments, keywords=[]):
            name = ast.unparse(function).removeprefix("np.").removeprefix("math.")
            values = [_lanes(value_of(argument, known, code), code) for argument in arguments]
            return called(_NUMPY.get(name, name), values)
    raise Unknown(ast.unparse(node))


def _lanes(value: Lanes | float, code: Code) -> Lanes:
    return value if isinstance(value, Lanes) else code.constant(value, 1)


def called(name: str, values: list[Lanes]) -> Lanes:
    """The value of a function of the generated code."""
    first, lanes = values[0], max(value.lanes for value in values)
    match name, values:
        case "where", [test, then, other]:
            return where(test, then, other)
        case "max" | "min", _:
            return reduce(lambda found, other: built_in(f"{name}imum", found, other), values)
        case "sqrt", [x]:
            return built_in("sqrt", x)
        case "abs", [x]:
            return absolute(x.number())
        case "float", [x]:
            return x.number()
        case "sign" | "step", [x]:
            return getattr(elementary, name)(x)
        case "heaviside", [x, half] if half.name == first.code.constant(0.5, 1).name:
            return elementary.step(x)
        case "logarithm", [x, base]:
            return _logarithm(x, base)
        case "pow", [x, exponent] if x.lanes > 1 and exponent.name in _WHOLE_POWERS:
            return _product(x, _WHOLE_POWERS[exponent.name])
    if lanes > 1 and name == "softmax":
        return elementary.softmax(first, *(value.number().spread(lanes) for value in values[1:]))
    if lanes > 1 and name in elementary.FUNCTIONS:
        return elementary.FUNCTIONS[name](*(value.number().spread(lanes) for value in values))
    if lanes == 1 and name in elementary.OF_ONE:
        return elementary.OF_ONE[name](*values)
    if name in _LIBRARY:
        return library(name, *values)
    raise Unknown(name)


_WHOLE_POWERS = MappingProxyType({Code().constant(float(k), 1).name: k for k in range(-_WHOLE, _WHOLE + 1)})


def _product(x: Lanes, exponent: int) -> Lanes:
    """x to a whole power, by squaring."""
    if exponent < 0:
        return 1.0 / _product(x, -exponent)
    found = x.code.constant(1.0, x.lanes) if not exponent % 2 else x
    while exponent := exponent // 2:
        x = x * x
        found = found * x if exponent % 2 else found
    return found


def _logarithm(x: Lanes, base: Lanes) -> Lanes:
    known = {x.code.constant(2.0, 1).name: "log2", x.code.constant(10.0, 1).name: "log10"}
    if base.name in known and x.lanes == 1:
        return library(known[base.name], x)
    return called("log", [x]) / called("log", [base])


# The tape, statement by statement

@dataclass(frozen=True, slots=True, kw_only=True)
class Sections:
    """The statements of a tape in the order of their work: before the rows, in every row, summed, after the rows."""

    tape: Tape
    results: Sequence[str]
    names: Sequence[str]                                      # what is given as one number each
    settled: Sequence[str]                                    # those of them that the data have to be gone through for
    before: Sequence[tuple[str, ast.expr]]
    rows: Sequence[tuple[str, ast.expr]]
    totals: Sequence[tuple[str, tuple[ast.expr, ...]]]        # the factors whose products are summed
    softplus: Collection[str]                                 # the totals that sum up the softplus of their factor
    after: Sequence[tuple[str, ast.expr]]

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return [f"c{k}" for k in range(len(self.tape.columns))] if self.tape.arrays else []

    def values(self, table: Table | None, names: Sequence[str]) -> list[Any]:
        """What the tape is given by these names for a table."""
        known = dict(zip(self.tape.given, self.tape.data(table)))
        return [known[name] for name in names]

    def given(self, table: Table | None) -> np.ndarray:
        """The values of `names` for a table; `Unknown` where one is more than a number."""
        early = [pair for line in self.tape.before for pair in assigned(line)]
        lines = [f"    {name} = {ast.unparse(node)}" for name, node in needed(early, map(expression, self.settled))]
        settled = executed(self.tape, "\n".join([
            f"def bind({', '.join(self.tape.given)}):", *lines, f"    return ({''.join(f'{name}, ' for name in self.settled)})"
        ]))(table) if self.settled else ()
        values = [*self.values(table, self.names[:len(self.names) - len(self.settled)]), *settled]
        if any(np.ndim(value) for value in values):
            raise Unknown("an array that is no column")
        return np.array(values, dtype=np.float64)


def sections_of(tape: Tape, results: Sequence[str]) -> Sections:
    """The tape taken apart; `Unknown` where its rows wait for a sum over all rows."""
    if any(value.array for value, *_ in tape.moving) and not tape.in_blocks:
        raise Unknown("rows that wait for a sum")
    early = [(name, node) for line in tape.before for name, node in assigned(line)]
    settled = [name for name, _ in early if name not in tape.fixed]

    def those(wanted: Callable[[Value], bool]) -> list[tuple[str, ast.expr]]:
        return [(value.source, expression(source)) for value, source, _ in tape.moving if wanted(value)]

    rows = with_circles([*((name, node) for name, node in early if name in tape.fixed), *those(lambda value: value.array)])
    inside = {name: node.args[0] for name, node in rows if isinstance(node, ast.Call) and ast.unparse(node.func) == "softplus"}
    totals = [(name, _factors(node)) for name, node in those(lambda value: value.total)]
    summed = {name: inside[ast.unparse(factors[0])] for name, factors in totals
              if len(factors) == 1 and ast.unparse(factors[0]) in inside}
    totals = [(name, (summed[name],) if name in summed else factors) for name, factors in totals]
    return Sections(
        tape=tape, results=results, settled=settled, totals=totals, softplus=summed,
        rows=needed(rows, [factor for _, factors in totals for factor in factors]),
        names=[*(name for name in tape.given if not (tape.arrays and name.startswith("c"))), *settled],
        before=those(lambda value: not value.array and not value.summed),
        after=those(lambda value: value.summed and not value.total and not value.array))


def expression(source: str) -> ast.expr:
    return ast.parse(source, mode="eval").body


def _factors(node: ast.expr) -> tuple[ast.expr, ...]:
    match node:
        case ast.Call(args=[_] | [_, _] as factors) if ast.unparse(node.func) in ("np.dot", "np.add.reduce"):
            return tuple(factors)
    raise Unknown(ast.unparse(node))
