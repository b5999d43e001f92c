"""A derivative to work out, from text or SymPy, without a loss around it."""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Basic, Sum, Symbol

from symcalc.calculus import derivation
from symcalc.calculus.derivation import Derivation
from symcalc.calculus.gradient import Gradient
from symcalc.calculus.gradient import gradient as gradient_by
from symcalc.errors import LossError
from symcalc.language import read
from symcalc.language.names import COUNT, ROW, columns_of, listed, name_of, parameters_of, symbol


def derive(formula: str | Basic, wrt: str | Symbol, *, columns: str | Iterable[str] = (), detail: str = "normal") -> Derivation:
    """d/dwrt (formula), line by line; every other letter is a constant.

    >>> print(derive("3x^2", "x"))
    d/dx (3x²)
      = 3 · d/dx x²
            constant multiple rule: (c f)' = c f'
            3 is a constant number and stays as a factor
      = 3 · 2x
            power rule: (x^n)' = n x^(n - 1)
            the square of x itself
      = 6x
            simplify the product: a · (b c) = a b c
            numbers and signs first, equal factors joined or cancelled
    <BLANKLINE>
    Proved: 9 checks, each line against the one before.
    """
    names = listed(wrt.name if isinstance(wrt, Symbol) else wrt)
    if len(names) != 1:
        raise LossError(f"differentiate by one letter at a time, not by {', '.join(names) or 'none'}")
    expression = read(formula, parameters=names, columns=columns)
    if expression.has(Sum) and names[0] in (ROW.name, COUNT.name):
        raise LossError(f"{names[0]} counts the rows here (i is the row, n their number); differentiate by a parameter")
    if names[0] in map(name_of, columns_of(expression)):
        raise LossError(f"{names[0]} is a column of data; differentiate by a parameter: "
                        f"{', '.join(p.name for p in parameters_of(expression)) or 'there is none'}")
    return derivation.derive(expression, symbol(names[0]), detail)


def gradient(formula: str | Basic, *, columns: str | Iterable[str] = ()) -> Gradient:
    """∇ (formula), by every letter that is no column, in order of appearance: what the partials share once.

    >>> gradient("(u + 3v)^2").result
    (2*(u + 3*v), 6*(u + 3*v))
    """
    expression = read(formula, columns=columns)
    letters = parameters_of(expression)
    if not letters:
        raise LossError("the formula has no letters to differentiate by")
    return gradient_by(expression, letters)
