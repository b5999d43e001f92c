"""An expression as source that SymPy reads back: `sympy.sympify(source(e))` has the value of `e`."""

from __future__ import annotations

import builtins
import keyword

import sympy
from sympy import Basic, Float, Indexed, Symbol
from sympy.printing.str import StrPrinter

from symcalc.indices import softmax_at
from symcalc.vocabulary import FUNCTIONS
from symcalc.written import replaced


def source(expression: Basic) -> str:
    """The expression in SymPy's syntax, in the order in which it was written.

    >>> from sympy import Add, symbols
    >>> x, y = symbols("x y")
    >>> source(Add(y, x**2, evaluate=False))
    'y + x**2'
    """
    return str(_Source({"order": "none"}).doprint(replaced(expression, _in_plain_functions)))


def _in_plain_functions(part: Basic) -> Basic | None:
    """Our own functions by their definitions in SymPy's."""
    if isinstance(part, softmax_at):
        return part.plain
    row = FUNCTIONS.get(type(part))
    if row is None or row.plain is None:
        return None
    return row.plain(*(replaced(argument, _in_plain_functions) for argument in part.args))


class _Source(StrPrinter):
    """SymPy's own printer, but for columns, and for names that SymPy would take for something else."""

    printmethod = "_symcalc_source"          # not _sympystr, by which SymPy's classes would print themselves

    def _print_Symbol(self, symbol: Symbol) -> str:
        taken = keyword.iskeyword(symbol.name) or hasattr(sympy, symbol.name) or hasattr(builtins, symbol.name)
        return f"Symbol('{symbol.name}')" if taken else symbol.name

    def _print_Indexed(self, column: Indexed) -> str:
        return f"Indexed('{column.base.label.name}', {', '.join(map(self._print, column.indices))})"

    def _print_Float(self, number: Float) -> str:
        return repr(float(number))
