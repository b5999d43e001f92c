"""Printed mathematics read back as plain functions: what the oracles of the worksheets start from.

Only the LaTeX on the page is known here: nothing of symcalc, SymPy or how a formula came about.
"""

import math
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import mpmath

Function = Callable[[dict[str, Any]], Any]           # of letters by name, a column by its letter with _i, and n

_TOKEN = re.compile(r"\\[a-zA-Z]+|\d+(?:\.\d+)?|[a-zA-Z]|\\.|\S")
_SPOKEN = {r"\left", r"\right", r"\,", r"\ "}
_CALLS = {r"\sin": mpmath.sin, r"\cos": mpmath.cos, r"\ln": mpmath.ln}
_GREEK = {r"\eta": "eta", r"\kappa": "kappa", r"\Delta": "Delta"}
_STOPS = {"+", "-", ")", "}", "=", "", ",", "]"}


class Unreadable(ValueError):
    """LaTeX that is no formula, such as a blank or a name in words."""


def read(latex: str, number: Callable[[str], Any] = mpmath.mpf) -> Function:
    """The formula as a function of its letters; `number` makes its numbers, Fraction for exact ones.

    >>> read(r"\\frac{3}{4} \\left(x + 1\\right)^{2} - 2 x", Fraction)({"x": Fraction(3)})
    Fraction(6, 1)
    """
    reader = _Reader(latex, number)
    found = reader.sum()
    if reader.token:
        raise Unreadable(latex)
    return found


def exact(latex: str) -> Fraction:
    """The value of a formula in numbers only."""
    return read(latex, Fraction)({})


def letters(latex: str) -> list[str]:
    """The letters of a formula in order, columns with their _i; without e, and without n where it counts rows.

    >>> letters(r"\\frac{1}{n} \\sum_{i=1}^{n} \\left(y_{i} - w \\sin\\left(x_{i}\\right)\\right)^{2}")
    ['y_i', 'w', 'x_i']
    """
    bare = re.sub(r"\\sum_\{i=1\}\^\{n\}|\\frac\{d\}\{d[a-z]\}", " ", latex)
    bare = re.sub(r"(?<![a-zA-Z])n(?![a-zA-Z_])", " ", bare) if r"\sum" in latex else bare
    found = re.findall(r"(?<![\\a-zA-Z])([a-zA-Z])(_\{i\})?(?![a-zA-Z])", re.sub(r"\\[a-zA-Z]+", " ", bare))
    return list(dict.fromkeys(name + ("_i" if index else "") for name, index in found if name != "e"))


class _Reader:
    def __init__(self, latex: str, number: Callable[[str], Any]) -> None:
        self.latex, self.number = latex, number
        self.tokens = [token for token in _TOKEN.findall(latex) if token not in _SPOKEN]
        self.k = 0

    @property
    def token(self) -> str:
        return self.tokens[self.k] if self.k < len(self.tokens) else ""

    def take(self, *wanted: str) -> str:
        token = self.token
        if wanted and token not in wanted:
            raise Unreadable(f"{token!r} for {wanted} in {self.latex}")
        self.k += 1
        return token

    def ahead(self, *tokens: str) -> bool:
        return tuple(self.tokens[self.k:self.k + len(tokens)]) == tokens

    def sum(self) -> Function:
        parts = []
        sign = -1 if self.token == "-" and self.take() else 1
        while True:
            parts.append((sign, self.product()))
            if self.token not in ("+", "-"):
                return lambda at: _total(parts, at)
            sign = 1 if self.take() == "+" else -1

    def product(self) -> Function:
        factors = [self.power()]
        while self.token not in _STOPS:
            if self.token == r"\cdot":
                self.take()
            factors.append(self.power())
        return lambda at: math.prod(factor(at) for factor in factors)

    def power(self) -> Function:
        base = self.base()
        if self.token != "^":
            return base
        self.take()
        exponent = self.group()
        return lambda at: base(at)**exponent(at)

    def group(self) -> Function:
        """What stands in braces, or one token without them."""
        if self.token != "{":
            return self.base()
        self.take("{")
        found = self.sum()
        self.take("}")
        return found

    def base(self) -> Function:
        token = self.take()
        if re.fullmatch(r"\d+(\.\d+)?", token):
            value = self.number(token)
            return lambda at: value
        if token == "(":
            found = self.sum()
            self.take(")")
            return found
        if token == r"\frac":
            return self.slope() if self.ahead("{", "d", "}", "{", "d") else self.quotient()
        if token == r"\sqrt":
            found = self.group()
            return lambda at: mpmath.sqrt(found(at))
        if token in _CALLS:
            return self.call(_CALLS[token])
        if token == r"\sum":
            return self.rows()
        if token == "e":
            return lambda at: mpmath.e
        name = _GREEK.get(token, token)
        if not re.fullmatch(r"[a-zA-Z]+", name):
            raise Unreadable(f"{token!r} in {self.latex}")
        if self.token == "_":
            self.take("_"), self.take("{"), self.take("i"), self.take("}")
            return lambda at: at[f"{name}_i"][at["i"]]
        return lambda at: at[name]

    def quotient(self) -> Function:
        above, below = self.group(), self.group()
        return lambda at: above(at) / below(at)

    def call(self, function: Callable[[Any], Any]) -> Function:
        exponent = None
        if self.token == "^":
            self.take()
            exponent = self.group()
        self.take("(")
        inside = self.sum()
        self.take(")")
        return lambda at: function(inside(at))**(exponent(at) if exponent else 1)

    def slope(self) -> Function:
        r"""\frac{d}{dx} of what stands behind it."""
        self.k += 5
        name = self.take()
        self.take("}")
        inside = self.power()
        return lambda at: mpmath.diff(lambda value: inside({**at, name: value}), at[name])

    def rows(self) -> Function:
        self.k += 10                   # _{i=1}^{n}
        inside = self.product()
        return lambda at: sum(inside({**at, "i": k}) for k in range(int(at["n"])))


def _total(parts: list[tuple[int, Function]], at: dict[str, Any]) -> Any:
    first, *others = (sign * part(at) for sign, part in parts)
    return sum(others, first)


def slopes_in(latex: str) -> Iterator[str]:
    r"""The operands of every \frac{d}{dx} in a line, in order.

    >>> list(slopes_in(r"2 \cdot \frac{d}{dt} \left(t^{2}\right) + \frac{d}{dt} 7"))
    ['t^{2}', '7']
    """
    plain = latex.replace(r"\left", "").replace(r"\right", "")
    for found in re.finditer(r"\\frac\{d\}\{d[a-z]\} ", plain):
        operand = _first(plain[found.end():])
        yield operand[1:-1] if operand.startswith("(") and operand.endswith(")") else operand


def _first(latex: str) -> str:
    r"""The operand at the start: brackets, a letter, a number or a function, with its power."""
    k, depth, seen = 0, 0, False
    while k < len(latex):
        if depth == 0 and seen and not latex.startswith(("^", "(", "{"), k):
            break
        command = re.match(r"\\[a-zA-Z]+|\d+", latex[k:])
        token = command.group() if command else latex[k]
        depth += (token in "({") - (token in ")}")
        k += len(token)
        seen = depth == 0
        if seen and token == ")" and not latex.startswith("^", k):
            break
    return latex[:k]
