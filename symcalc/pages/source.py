"""An expression as source that SymPy reads back: `sympy.sympify(source(e))` has the value of `e`."""

from __future__ import annotations

import keyword

import sympy
from sympy import Basic, Float, Indexed, Symbol
from sympy.printing.str import StrPrinter

from symcalc.vocabulary import FUNCTIONS


def source(expression: Basic) -> str:
    """The expression in SymPy's syntax, in the order in which it was written.

    >>> from sympy import Add, symbols
    >>> x, y = symbols("x y")
    >>> source(Add(y, x**2, evaluate=False))
    'y + x**2'
    """
    return str(_Source({"order": "none"}).doprint(expression))


class _Source(StrPrinter):
    """SymPy's own printer, but for columns, for names that SymPy would take for something else, and for our functions."""

    printmethod = "_symcalc_source"          # not _sympystr, by which SymPy's classes would print themselves

    def _print_Symbol(self, symbol: Symbol) -> str:
        taken = keyword.iskeyword(symbol.name) or hasattr(sympy, symbol.name)
        return f"Symbol('{symbol.name}')" if taken else symbol.name

    def _print_Indexed(self, column: Indexed) -> str:
        return f"Indexed('{column.base.label.name}', {', '.join(map(self._print, column.indices))})"

    def _print_Float(self, number: Float) -> str:
        return repr(float(number))

    def _print_Function(self, function: sympy.Function) -> str:
        row = FUNCTIONS.get(function.func)
        if row is not None and row.plain is not None:
            return self._print(row.plain(*function.args))
        return super()._print_Function(function)

    _print_sigmoid = _print_softplus = _print_relu = _print_Function
