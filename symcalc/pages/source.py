"""An expression as source that SymPy reads back: `sympy.sympify(source(e))` has the value of `e`."""

from __future__ import annotations

import builtins
import keyword

import sympy
from sympy import Basic, Float, Indexed, Symbol
from sympy.core.function import AppliedUndef
from sympy.printing.str import StrPrinter

from symcalc.indices import softmax_at
from symcalc.pages.numbers import digits_of, is_a_float
from symcalc.primed import Primed
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
        return f"Symbol('{symbol.name}')" if _is_taken(symbol.name) else symbol.name

    def _print_Indexed(self, column: Indexed) -> str:
        return f"Indexed('{column.base.label.name}', {', '.join(map(self._print, column.indices))})"

    def _print_AppliedUndef(self, function: AppliedUndef) -> str:
        return f"{_head(function)}({', '.join(map(self._print, function.args))})"

    def _print_Primed(self, part: Primed) -> str:
        arguments = [self._print(argument) for argument in part.function.args]
        letters = [fresh if order and not part.is_plain else argument
                   for argument, fresh, order in zip(arguments, _fresh(part), part.orders)]
        counts = "".join(f", ({letter}, {order})" if order > 1 else f", {letter}"
                         for letter, order in zip(letters, part.orders) if order)
        slope = f"Derivative({_head(part.function)}({', '.join(letters)}){counts})"
        for letter, argument in zip(letters, arguments):
            slope = slope if letter == argument else f"Subs({slope}, {letter}, {argument})"
        return slope

    def _print_Float(self, number: Float) -> str:
        return repr(float(number)) if is_a_float(number) else digits_of(number)


def _is_taken(name: str) -> bool:
    return keyword.iskeyword(name) or hasattr(sympy, name) or hasattr(builtins, name)


def _head(function: AppliedUndef) -> str:
    name = function.func.__name__
    return f"Function('{name}')" if _is_taken(name) else name


def _fresh(part: Primed) -> list[str]:
    """A letter for each argument that the expression does not have yet."""
    taken = {symbol.name for symbol in part.function.free_symbols}
    stem = next(stem for stem in ("u", *(f"u{k}" for k in range(len(taken)))) if not any(
        name.startswith(f"{stem}_") for name in taken))
    return [f"{stem}_{k}" for k in range(1, len(part.orders) + 1)]
