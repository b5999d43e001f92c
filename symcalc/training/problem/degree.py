"""What the form of a loss tells without a derivative, as hundreds of parameters have too many: its degree, its kinks."""

from __future__ import annotations

from collections.abc import Collection

from sympy import Add, Basic, Expr, Max, Min, Mul, Piecewise, Pow, Sum, Symbol

from symcalc.vocabulary import FUNCTIONS


def degree_of(expression: Expr, letters: Collection[Symbol]) -> int | None:
    """The degree in the letters, as written; None where the expression is no polynomial in them.

    >>> x, y = Symbol("x"), Symbol("y")
    >>> degree_of((x*y + 1)**2 + x/y, [x]), degree_of((x*y + 1)**2, [x, y]), degree_of(x/y, [y])
    (2, 4, None)
    """
    known: dict[Basic, int | None] = dict.fromkeys(letters, 1)

    def visit(part: Basic) -> int | None:
        if part not in known:
            inner = [visit(argument) for argument in ((part.function,) if isinstance(part, Sum) else part.args)]
            known[part] = _degree(part, inner)
        return known[part]

    return visit(expression)


def _degree(part: Basic, inner: list[int | None]) -> int | None:
    if not any(degree != 0 for degree in inner):
        return 0
    known = [degree for degree in inner if degree is not None]
    if len(known) < len(inner):
        return None
    if isinstance(part, (Add, Sum)):
        return max(known)
    if isinstance(part, Mul):
        return sum(known)
    if isinstance(part, Pow) and part.exp.is_Integer and part.exp > 0:
        return known[0] * int(part.exp)
    return None


def may_jump(expression: Expr, letters: Collection[Symbol]) -> bool:
    """Whether a part that moves with the letters has a kink somewhere, or cases.

    >>> x = Symbol("x", real=True)
    >>> may_jump(abs(x), [x]), may_jump(x**2, [x])
    (True, False)
    """
    known: dict[Basic, bool] = dict.fromkeys(letters, True)
    found = []

    def moves(part: Basic) -> bool:
        if part not in known:
            inner = [moves(argument) for argument in part.args]          # all of them, to see every kink
            known[part] = any(inner)
            if known[part] and (isinstance(part, (Max, Min, Piecewise)) or (
                    type(part) in FUNCTIONS and FUNCTIONS[type(part)].kink)):
                found.append(part)
        return known[part]

    moves(expression)
    return bool(found)
