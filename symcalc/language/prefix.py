"""An expression as one line of text and back, exactly as written: what is kept in files.

Every operation stands before its operands, in brackets of its own: y - m x is `(+ y (* -1 (* m x)))`. Nothing is implied,
so that nothing is rearranged on the way back, and nothing is evaluated: a head that is not in the table is refused.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

import sympy
from sympy import Add, Basic, Expr, Float, Indexed, KroneckerDelta, Max, Min, Mul, Piecewise, Pow, Rational, Sum, Symbol
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import Boolean

from symcalc.errors import ReadError, visible
from symcalc.indices import element, softmax_at, sum_over, whole
from symcalc.language.constants import Constants
from symcalc.language.gate import MAX_SYMPY_NODES
from symcalc.language.names import COUNT, ROW, checked_name, symbol
from symcalc.language.shape import MAX_SYMPY_DEPTH, small
from symcalc.language.sums import end as end_named
from symcalc.language.sums import index as index_named
from symcalc.vocabulary import FUNCTIONS
from symcalc.written import call

MAX_TEXT = 200_000       # characters
_TOKEN = re.compile(r"\(|\)|[^\s()]+")
_NUMBER = re.compile(r"-?\d{1,310}(/\d{1,310})?", re.ASCII)
_FLOAT = re.compile(r"-?\d{1,310}(\.\d{1,40})?(e[+-]?\d{1,3})?", re.ASCII)
_ELEMENT = re.compile(r"([A-Za-z]\w*)\[([A-Za-z]\w*(?:,[A-Za-z]\w*)?)\]", re.ASCII)

_UNEVALUATED: Mapping[str, type] = MappingProxyType({
    "+": Add, "*": Mul, "^": Pow, "<": sympy.StrictLessThan, "<=": sympy.LessThan, ">": sympy.StrictGreaterThan,
    ">=": sympy.GreaterThan, "==": sympy.Equality, "!=": sympy.Unequality, "and": sympy.And, "or": sympy.Or,
    "piecewise": Piecewise, "max": Max, "min": Min, "same": KroneckerDelta, "softmax_at": softmax_at,
    **{row.names[0]: head for head, row in FUNCTIONS.items()},
})
_CONSTANTS: Mapping[str, Basic] = MappingProxyType({"(pi)": sympy.pi, "(e)": sympy.E, "(true)": sympy.true})
_NAMES: Mapping[type, str] = MappingProxyType({head: name for name, head in _UNEVALUATED.items()})
_WORDS: Mapping[Basic, str] = MappingProxyType({constant: name for name, constant in _CONSTANTS.items()})

_TAKES: Mapping[str, tuple[int, int | None]] = MappingProxyType(dict.fromkeys(("+", "*", "max", "min", "and", "or"), (2, None)))

Letter = Callable[[str], Basic]


def prefixed(expression: Basic) -> str:
    """The expression as text that `from_prefix` reads back.

    >>> from symcalc.language import read
    >>> prefixed(read("mean((y - m*x)^2)"))
    '(* (^ #n -1) (sum (^ (+ y[i] (* -1 m x[i])) 2) i n))'
    """
    if expression in _WORDS:
        return _WORDS[expression]
    if isinstance(expression, Float):
        return repr(float(expression))
    if isinstance(expression, Rational):
        return str(expression.p) if expression.q == 1 else f"{expression.p}/{expression.q}"
    if isinstance(expression, Symbol):
        return f"#{expression.name}" if expression.is_integer else expression.name
    if isinstance(expression, Indexed):
        return f"{expression.base.label.name}[{','.join(index.name for index in expression.indices)}]"
    if isinstance(expression, Sum):
        index, _, end = expression.limits[0]
        return f"(sum {prefixed(expression.function)} {index} {end})"
    if isinstance(expression, ExprCondPair):
        return f"(case {' '.join(map(prefixed, expression.args))})"
    if type(expression) not in _NAMES:
        raise ReadError(f"{visible(type(expression).__name__)[:40]} has no form to be kept in a file")
    return f"({_NAMES[type(expression)]} {' '.join(map(prefixed, expression.args))})"


def from_prefix(text: str, letters: Mapping[str, Basic] | None = None) -> Expr:
    """The expression that `prefixed` wrote; `letters` are what its names stand for, if not parameters.

    >>> from_prefix("(+ y[i] (* -1 m x[i]))")
    -m*x[i] + y[i]
    >>> from_prefix("(getattr m n)")
    Traceback (most recent call last):
    symcalc.errors.ReadError: getattr is no operation of a kept formula
    """
    if len(text) > MAX_TEXT:
        raise ReadError(f"a kept formula has at most {MAX_TEXT:,} characters")
    expression = small(_Reader(text, symbol if letters is None else _letter_of(letters)).whole(), MAX_SYMPY_NODES)
    if not isinstance(expression, Expr):
        raise ReadError("a kept formula is an expression, and this is a condition")
    Constants().value(expression)
    return expression


def _fits(head: str, parts: list[Basic]) -> bool:
    """Whether the operands are as many as the operation takes, and of its kind."""
    if head == "case":
        return len(parts) == 2 and isinstance(parts[0], Expr) and isinstance(parts[1], Boolean)
    if head == "piecewise":
        return bool(parts) and all(isinstance(part, ExprCondPair) for part in parts) and parts[-1].cond == sympy.true
    wanted = Boolean if head in ("and", "or") else Expr
    row = FUNCTIONS.get(_UNEVALUATED[head])
    least, most = row.takes if row is not None else _TAKES.get(head, (2, 2))
    return least <= len(parts) <= (most or len(parts)) and all(
        isinstance(part, wanted) and not isinstance(part, ExprCondPair) for part in parts)


def _letter_of(letters: Mapping[str, Basic]) -> Letter:
    def letter(name: str) -> Basic:
        if name not in letters:
            raise ReadError(f"{visible(name)[:40]} has no meaning in this kept formula; its letters are {', '.join(letters)}")
        return letters[name]

    return letter


class _Reader:
    """Reads one kept formula, token by token."""

    def __init__(self, text: str, letter: Letter) -> None:
        self.tokens, self.letter, self.depth = _TOKEN.findall(text)[::-1], letter, 0

    def whole(self) -> Basic:
        found = self.part()
        if self.tokens:
            raise ReadError(f"a kept formula ends too early, before {self.shown(self.tokens[-1])}")
        return found

    def next(self) -> str:
        if not self.tokens:
            raise ReadError("a kept formula breaks off: a bracket is not closed")
        return self.tokens.pop()

    def part(self) -> Basic:
        token = self.next()
        if token == ")":
            raise ReadError("a kept formula has a bracket that closes nothing")
        return self.operation() if token == "(" else self.leaf(token)

    def operation(self) -> Basic:
        self.depth += 1
        if self.depth > MAX_SYMPY_DEPTH:
            raise ReadError(f"a kept formula is nested at most {MAX_SYMPY_DEPTH} levels deep")
        head, parts = self.next(), []
        if head == "sum":
            found = self.total()
        else:
            while self.tokens and self.tokens[-1] != ")":
                parts.append(self.part())
            found = self.built(head, parts)
        if self.next() != ")":
            raise ReadError("a kept formula has a sum with more than a body, an index and an end")
        self.depth -= 1
        return found

    def total(self) -> Basic:
        body, index, end = self.part(), self.next(), self.next()
        if not isinstance(body, Expr) or (index == ROW.name) != (end == COUNT.name):
            raise ReadError("a kept formula has a sum that runs neither over the rows nor over an index of its own")
        return sum_over(index_named(index), end_named(end), body)

    def built(self, head: str, parts: list[Basic]) -> Basic:
        if not parts and f"({head})" in _CONSTANTS:
            return _CONSTANTS[f"({head})"]
        if head not in _UNEVALUATED and head != "case":
            raise ReadError(f"{self.shown(head)} is no operation of a kept formula")
        if not _fits(head, parts):
            raise ReadError(f"{head} does not take such operands in a kept formula")
        return ExprCondPair(*parts) if head == "case" else call(_UNEVALUATED[head], *parts)

    def leaf(self, token: str) -> Basic:
        if _NUMBER.fullmatch(token):
            above, _, below = token.partition("/")
            if below and not int(below):
                raise ReadError("a kept formula divides by zero")
            return Rational(int(above), int(below or 1))
        if _FLOAT.fullmatch(token) and math.isfinite(float(token)):
            return Float(float(token))
        if match := _ELEMENT.fullmatch(token):
            return element(checked_name(match[1]), *(whole(index) for index in match[2].split(",")))
        return whole(checked_name(token[1:])) if token.startswith("#") else self.letter(token)

    @staticmethod
    def shown(token: str) -> str:
        return visible(token)[:40]
