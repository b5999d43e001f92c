"""How expressions begin: for many that have parts in common, none of them written to its end."""

from __future__ import annotations

from sympy import Basic, Integer

from symcalc.pages.media import TEXT
from symcalc.pages.notation import Writer
from symcalc.pages.pieces import Piece


class Beginnings(Writer):
    """How expressions begin in text, for many that have parts in common: each part is written once.

    >>> from sympy import symbols
    >>> a, b = symbols("a b")
    >>> Beginnings(5)(a + 3*b), Beginnings(5)(3*b)
    ('a + 3...', '3b')
    """

    def __init__(self, length: int) -> None:
        super().__init__(TEXT, Integer(0))
        self.length = length
        self.known: dict[Basic, Piece] = {}

    def __call__(self, expression: Basic) -> str:
        written = self.write(expression).string
        return written if len(written) <= self.length else written[:self.length] + "..."

    def write(self, expression: Basic) -> Piece:
        if expression not in self.known:
            piece = super().write(expression)
            # One character more than is shown tells that there is more.
            self.known[expression] = piece._replace(string=piece.string[:self.length + 1])
        return self.known[expression]
