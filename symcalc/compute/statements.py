"""Statements: a name, its source as one plain expression over names, and its mathematics as a comment."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Value:
    """A name or number in the code: whether it is an array over the rows, moves with the parameters, needs a whole sum."""

    source: str
    array: bool = False
    moves: bool = False
    summed: bool = False
    total: bool = False          # whether it is such a sum itself


Statement = tuple[Value, str, str]
"""A name, its source as one plain expression, and its comment."""


def names_in(source: str) -> set[str]:
    """The names in the source of a statement."""
    return set(re.findall(r"[a-z]+\d+", source))


def packed(names: Iterable[str]) -> str:
    """The names as they are unpacked."""
    together = ", ".join(names)
    return together if ", " in together else f"{together},"


def line(value: Value, source: str, comment: str) -> str:
    """A statement with its mathematics beside it."""
    return f"{value.source} = {source}".ljust(40) + f"  # {comment}"
