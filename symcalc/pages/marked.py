"""Letters that bear the name of another: v_m, the v of the parameter m."""

from __future__ import annotations

from sympy import Dummy, Symbol


class Marked(Dummy):
    """The letter `name` of what `mark` stands for; no two of them are the same letter.

    >>> from symcalc.pages.notation import latex, text
    >>> v = Marked("v", Symbol("m"))
    >>> text(v), latex(v)
    ('v_m', 'v_{m}')
    """

    __slots__ = ("mark",)

    def __new__(cls, name: str, mark: Symbol) -> Marked:
        made = super().__new__(cls, name, real=True)
        made.mark = mark
        return made
