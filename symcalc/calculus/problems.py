"""A derivative to work out, from text or SymPy, without a loss around it."""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Basic, Indexed, IndexedBase, Sum, Symbol

from symcalc.calculus import derivation
from symcalc.calculus.derivation import Derivation
from symcalc.errors import LossError
from symcalc.language import read
from symcalc.language.names import COUNT, ROW, columns_of, name_of, parameters_of
from symcalc.language.sums import check_letter, letter, letters


def derive(formula: str | Basic, wrt: str | Symbol | Indexed, *, columns: str | Iterable[str] = (),
           detail: str = "normal") -> Derivation:
    """d/dwrt (formula), line by line; every other letter is a constant. `wrt` is a letter, m, or an element, w[k].

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
    names = letters(wrt.name if isinstance(wrt, (Symbol, Indexed, IndexedBase)) else wrt)
    if len(names) != 1:
        raise LossError(f"differentiate by one letter at a time, not by {', '.join(names) or 'none'}")
    expression = read(formula, parameters=names, columns=columns)
    if expression.has(Sum) and names[0] in (ROW.name, COUNT.name):
        raise LossError(f"{names[0]} counts the rows here (i is the row, n their number); differentiate by a parameter")
    check_letter(letter(names[0]), expression)
    if names[0] in map(name_of, columns_of(expression)):
        raise LossError(f"{names[0]} is a column of data; differentiate by a parameter: "
                        f"{', '.join(p.name for p in parameters_of(expression)) or 'there is none'}")
    return derivation.derive(expression, letter(names[0]), detail)
