"""How large a derivative may become: bounds by construction, since every line is kept, proved and printed."""

from __future__ import annotations

from sympy import Basic, Expr, Indexed

from symcalc.errors import LossError
from symcalc.language.gate import MAX_NODES
from symcalc.pages.beginnings import Beginnings

MAX_DERIVATIVE = 5_000       # parts of a line, where the formula is no larger than one that is read from text
MAX_LARGE = 20_000           # and where SymPy or the catalogue made it, or as many as it has itself, _TIMES over
_TIMES = 4
_SHOWN = Beginnings(40)


def parts_in(expression: Basic, known: dict[Basic, int] | None = None) -> int:
    """How many parts the expression has where it is written out; what occurs twice counts twice, x[i] counts once.

    `known` keeps what was counted, for lines that have much in common.

    >>> from sympy import Symbol
    >>> x = Symbol("x")
    >>> parts_in(x**2 + x)
    5
    """
    known = {} if known is None else known
    waiting = [expression]
    while waiting:
        part = waiting[-1]
        missing = [] if isinstance(part, Indexed) else [inner for inner in part.args if inner not in known]
        if missing:
            waiting += missing
            continue
        known[waiting.pop()] = 1 if isinstance(part, Indexed) else 1 + sum(known[inner] for inner in part.args)
    return known[expression]


def most_parts(expression: Expr) -> int:
    """How many parts a line of the expression's derivation may have."""
    own = parts_in(expression)
    return MAX_DERIVATIVE if own <= MAX_NODES else max(MAX_LARGE, _TIMES * own)


def check_size(line: Expr, most: int, opened: Expr, rule: str, known: dict[Basic, int]) -> None:
    """Whether the line is no larger than that; if it is, a `LossError` names the part whose rule made it so."""
    if parts_in(line, known) > most:
        raise LossError(f"the derivative has more than {most:,} parts after the {rule} on {_SHOWN(opened)}; split it: give its "
                        "factors or inner parts letters of their own, such as u, and differentiate them one at a time")
