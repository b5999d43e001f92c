"""Pieces of written mathematics: how tightly they hold together, and the step from an expression to its piece."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from functools import lru_cache
from typing import ClassVar, NamedTuple

from sympy import Basic

from symcalc.errors import SymcalcError
from symcalc.pages.media import Medium


class Level(IntEnum):
    """How tightly a piece holds together; a piece is bracketed where something tighter is needed."""

    RELATION = 0
    SUM = 1
    PRODUCT = 2
    BIG = 3           # Σ and d/dx: they reach over all that follows, so they stand last in a product
    FRACTION = 4
    POWER = 5
    ATOM = 6


class Piece(NamedTuple):
    """Written mathematics, and what a neighbour must know of it."""

    string: str
    level: Level
    first: str = ""         # "digit", "letter" or "" for anything else: decides 2x, 2 (x) and 2 · 3


class Walk:
    """One step of the walk: the piece of an expression, by a table that has a method for every head."""

    medium: Medium
    page: Basic
    table: ClassVar[Mapping[type, Callable[..., Piece]]]

    def write(self, expression: Basic) -> Piece:
        return _notation_of(type(expression), type(self))(self, expression)

    def at_least(self, expression: Basic, level: Level) -> str:
        """The expression, in brackets if it holds together less than `level`."""
        piece = self.write(expression)
        return piece.string if piece.level >= level else self.medium.brackets(piece.string)


@lru_cache(maxsize=256)                # each name of a function makes a head of its own
def _notation_of(head: type, walk: type[Walk]) -> Callable[..., Piece]:
    for kind in head.__mro__:
        if kind in walk.table:
            return walk.table[kind]
    raise SymcalcError(f"there is no notation for {head.__name__}")
