"""A letter that does not occur: the derivative 0 is right, but rarely what was meant."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from sympy import Expr, Symbol

from symcalc.calculus.rule import depends, letters_of
from symcalc.pages.document import Paragraph

_LONG = 3               # letters in a name from which one may be mistyped


def absences(expression: Expr, variables: Sequence[Symbol]) -> list[Paragraph]:
    """For each letter that does not occur in the expression, a sentence that says so, with the one that was perhaps meant.

    >>> x, X = Symbol("x"), Symbol("X")
    >>> absences(x**2, [X])[0].parts
    (X, ' does not occur in the formula', '; did you mean ', x, '?')
    """
    if not letters_of(expression):
        return []                   # of a bare number nobody expects it
    return [Paragraph((variable, " does not occur in the formula", *_meant(variable, expression)))
            for variable in dict.fromkeys(variables) if not depends(expression, variable)]


def _meant(variable: Symbol, expression: Expr) -> tuple[str | Symbol, ...]:
    known = {letter.name: letter for letter in letters_of(expression) if isinstance(letter, Symbol)}
    alike = [name for name in known if name.casefold() == variable.name.casefold()]
    if not alike and len(variable.name) >= _LONG:
        alike = get_close_matches(variable.name, known, n=1, cutoff=0.7)
    return ("; did you mean ", known[alike[0]], "?") if alike else (".",)
