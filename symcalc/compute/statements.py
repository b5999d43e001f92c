"""Statements: a name, its source as one plain expression over names, and its mathematics as a comment."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_COMMENT = 40            # characters of a line before its comment
_SIGN = re.compile(r"^-| [-+*/<>=!&|]+ ")


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
    return set(re.findall(r"\b[a-z]+\d+(?:_\d+)?", source))


def packed(names: Iterable[str]) -> str:
    """The names as they are unpacked.

    >>> packed(["a0"]), packed(["a0", "a1"])
    ('a0,', 'a0, a1')
    """
    every = list(names)
    return f"{every[0]}," if len(every) == 1 else ", ".join(every)


def bracketed(source: str) -> str:
    """A factor as it stands in a product.

    >>> [bracketed(source) for source in ("-3.0", "p0 + 1.0", "a0[:, None]")]
    ['(-3.0)', '(p0 + 1.0)', 'a0[:, None]']
    """
    return f"({source})" if _SIGN.search(source) else source


def line(value: Value, source: str, comment: str, sign: str = "=") -> str:
    """A statement with its mathematics beside it.

    >>> line(Value("a0"), "p0 * p0", "m²")
    'a0 = p0 * p0                              # m²'
    """
    return beside(f"{value.source} {sign} {source}", comment)


def beside(code: str, comment: str) -> str:
    """Code with its mathematics beside it."""
    return code.ljust(_COMMENT) + f"  # {comment}"
