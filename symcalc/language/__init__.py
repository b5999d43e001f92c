"""Reading what a person wrote."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sympy import Basic, Expr, Integer

from symcalc.errors import LossError
from symcalc.language.gate import admitted
from symcalc.language.sums import letters


def read(formula: object, *, parameters: Collection[str] = (), columns: Iterable[str] | str = (),
         functions: Iterable[str] | str | None = None) -> Expr:
    """A formula, as text or as a SymPy expression, to an expression that has passed the gate.

    `functions` declares names such as f, of which nothing but the name is known; what SymPy has applied needs no
    declaration where they are allowed, that is, where `functions` is not None.

    >>> read("2x + 1")
    2*x + 1
    """
    if isinstance(formula, str):
        from symcalc.language.reader import read_text
        declared = () if functions is None else functions
        return read_text(str.__str__(formula), parameters=parameters, columns=columns, functions=declared)
    if isinstance(formula, int) and not isinstance(formula, bool):
        return admitted(Integer(formula))
    if isinstance(formula, Basic):
        return admitted(formula, letters(parameters), unknown=functions is not None)
    raise LossError(f"a formula is text or a SymPy expression, not {type(formula).__name__}")
