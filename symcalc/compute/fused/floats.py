"""The plain loop's statements as LLVM's code, with the very bits of Python's floats.

+ - * / and the square root of doubles are the same in LLVM's code as in Python, as long as no product and sum become one
operation; exp, sin and the like are the very functions of the C library that Python's `math` calls. Where Python would raise,
there is no finite number here: so whoever runs the code ends it before a number that is not finite.
"""

from __future__ import annotations

import ast
import ctypes
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, reduce
from types import MappingProxyType

import numpy as np

from symcalc.compute.fused.instructions import Unknown
from symcalc.compute.fused.vectors import Code, Lanes, absolute, built_in, where

# What generated code calls of `math`: the functions of the vocabulary's rows but for gamma, which Python works out by itself,
# and those with which powers, logarithms and stable forms are written.
_OF_ONE = ("exp", "log", "log2", "log10", "log1p", "expm1", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh",
           "asinh", "acosh", "atanh", "erf", "cbrt")
_OF_TWO = ("pow", "atan2")
_SAMPLES = 256           # numbers at which the C library is compared with Python's `math`
_COMPARED = MappingProxyType({ast.Lt: "olt", ast.LtE: "ole", ast.Gt: "ogt", ast.GtE: "oge", ast.Eq: "oeq", ast.NotEq: "une"})
_SIGNS = MappingProxyType({ast.Add: Lanes.__add__, ast.Sub: Lanes.__sub__, ast.Mult: Lanes.__mul__, ast.Div: Lanes.__truediv__})


@cache
def address_of(name: str) -> int | None:
    """Where the C library's function is; None where there is none, or where Python's `math` has other bits than it at any of
    the numbers compared."""
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
        """& and | of truths, + - * / of doubles; of whole numbers only the difference of truths, of which signs are made."""
        if sign in (ast.BitAnd, ast.BitOr):
            pair = left.truth, right.truth
            return Number(pair[0] & pair[1] if sign is ast.BitAnd else pair[0] | pair[1], whole=True)
        whole = left.whole and right.whole
        if sign not in _SIGNS or (whole and not (sign is ast.Sub and left.truth and right.truth)):
            raise Unknown("an operation on integers")
        found = _SIGNS[sign](left.float, right.float)
        return Number(self.certain(found) if sign is ast.Div else found, whole)

    def certain(self, value: Lanes) -> Lanes:
        """The value, put on the list of those that must be finite: where they are, Python has the same."""
        self.doubtful.append(value)
        return value

    def called(self, name: str, given: list[Number]) -> Number:
        """A function of the generated code, as compute/numerics.py and `math` have it for floats.

        Those of the former are said again, operation by operation, as LLVM cannot read Python.
        """
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
        """A function of the C library, called by address: by name LLVM would know it, and might fold or replace it."""
        if (address := address_of(name)) is None:
            raise Unknown(name)
        return self.certain(self.code.value(
            f"call double inttoptr (i64 {address} to ptr)({', '.join(map(str, values))}) nounwind willreturn memory(none)",
            "double", 1))
