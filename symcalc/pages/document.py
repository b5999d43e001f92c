"""What is said, with no say in how it looks: a document is a title and blocks, and each medium renders it.

Words are strings; mathematics is SymPy expressions (or a `Formula` written by hand), so that a renderer escapes the
one and typesets the other and never has to guess which is which.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from sympy import Basic


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """Mathematics that is no expression, written by hand for both worlds: (f + g)' = f' + g'.

    >>> Formula(text="(f + g)' = f' + g'", latex="(f + g)' = f' + g'").text
    "(f + g)' = f' + g'"
    """

    text: str
    latex: str


Inline: TypeAlias = str | Basic | Formula
"""A piece of a line: words, an expression, or a formula."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A title over what follows; level 1 is the largest."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words with mathematics among them; the parts follow each other without a space between."""

    parts: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Equation:
    """a = b = c: the sides under each other, joined by `relation`; a ← b = c where the `first` sign is another."""

    sides: tuple[Basic | Formula, ...]
    relation: str = "="
    first: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of a derivation: what stands there now, by which rule, and why."""

    expression: Basic
    rule: str = ""
    formula: Formula | None = None
    because: tuple[Inline, ...] = ()


@dataclass(frozen=True, slots=True)
class Steps:
    """A derivation: the first expression, then each line equal to the one before it."""

    lines: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Columns under a header; a number cell is a string already formatted, so that a column lines up on the right."""

    header: tuple[Inline, ...]
    rows: tuple[tuple[Inline, ...], ...]
    words: frozenset[int] = frozenset()        # columns of words, set on the left
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """Source to read, kept line by line."""

    text: str
    language: str = "python"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A picture (PNG bytes), with words for those who cannot see it."""

    png: bytes
    alt: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Blank:
    """Room to write in, in lines."""

    lines: int = 1


Block = Heading | Paragraph | Equation | Steps | Table | Code | Figure | Blank


@dataclass(frozen=True, slots=True)
class Document:
    """A title and its blocks.

    >>> Document("Slopes", (paragraph("The slope of ", 3, "."),)).blocks[0].parts
    ('The slope of ', '3', '.')
    """

    title: str
    blocks: tuple[Block, ...]
    name: str = field(default="", repr=False)           # of a page of its own, where there is no title


def paragraph(*parts: Inline | float) -> Paragraph:
    """A paragraph of these parts, plain numbers written as words."""
    return Paragraph(tuple(part if isinstance(part, (str, Basic, Formula)) else str(part) for part in parts))


def joined(items: Sequence[Inline], word: str = "and") -> tuple[Inline, ...]:
    """Items as people list them: a, b and c.

    >>> joined(("a", "b", "c"))
    ('a', ', ', 'b', ' and ', 'c')
    """
    parts: list[Inline] = []
    for k, item in enumerate(items):
        parts += [] if k == 0 else [f" {word} " if k == len(items) - 1 else ", "]
        parts.append(item)
    return tuple(parts)
