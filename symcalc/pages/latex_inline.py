r"""A line of LaTeX: words escaped, mathematics between dollar signs."""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Basic

from symcalc.pages.document import Formula, Inline
from symcalc.pages.latex_breaking import broken_latex
from symcalc.pages.latex_words import words
from symcalc.pages.rendering import formula_of

_INLINE = 18.0            # TeX breaks no line within brackets: wider formulas in a sentence are cut into pieces


def fragment(expression: Basic | Formula) -> str:
    r"""The mathematics between dollar signs, for a sentence.

    >>> from sympy import Symbol
    >>> print(fragment(Symbol("x")**2))
    $x^{2}$
    """
    return " ".join(f"${piece}$" for piece in broken_latex(formula_of(expression).latex, _INLINE, _INLINE))


def inline(parts: Iterable[Inline]) -> str:
    r"""Words escaped, mathematics between dollar signs.

    >>> print(inline(("5 % of ", Formula(text="x", latex="x"))))
    5 \% of $x$
    """
    return "".join(words(part) if isinstance(part, str) else fragment(part) for part in parts)
