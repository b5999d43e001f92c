"""The twin of a formula that someone else wrote: its values as SymPy works them out, which knows nothing of our rules."""

from __future__ import annotations

from typing import Any

from sympy import Expr

from symcalc.worksheets.items.bricks import CONTEXT, Twin, Values
from symcalc.worksheets.items.item import Unproved
from symcalc.worksheets.items.proving import value_of


def twin_of(formula: Expr) -> Twin:
    """The formula with its value at given letters; ZeroDivisionError outside of its domain, as of ln(x) at -1.

    >>> from sympy import log
    >>> from symcalc.worksheets.items.bricks import symbol
    >>> from symcalc.worksheets.items.proving import confirmed
    >>> confirmed(twin_of(log(symbol("x"))), 1/symbol("x"), "x")
    6
    """
    def value(at: Values) -> Any:
        try:
            return value_of(formula, {name: CONTEXT.mpf(number) for name, number in at.items()})
        except Unproved:
            raise ZeroDivisionError from None

    return Twin(formula, value)
