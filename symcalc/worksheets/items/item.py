"""An item of a worksheet: a question, the answer and its worked solution, each as blocks of a document."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from sympy import Expr

from symcalc.errors import SymcalcError
from symcalc.pages.document import Block, Formula, Heading, Inline, Paragraph, paragraph

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"             # of versions, and of answers to choose from

# A number, or a letter that is neither the article, nor that of the part (b).
_TERM = r"(?:(?<!\w)-?\d+(?:\.\d+)?|(?<![\w'])(?!(?<=\()[a-z]\))(?![aAI])[A-Za-z](?!\w))"
_MATHEMATICS = re.compile(rf"({_TERM}(?:(?: [=+] |/| ){_TERM})*)")


def with_mathematics(said: str) -> Paragraph:
    """The words of a question of ours with its numbers and letters as mathematics: -8 with a minus, the slope m slanted.

    >>> [part.text for part in with_mathematics("(b) At a point m = -3 the line m x + b is 1/2.").parts[1::2]]
    ['m = -3', 'm x + b', '1/2']
    """
    pieces: list[Inline] = [*_MATHEMATICS.split(said)]
    pieces[1::2] = [Formula(text=piece, latex=piece) for piece in pieces[1::2] if isinstance(piece, str)]
    return Paragraph(tuple(piece for piece in pieces if piece))


def under_a_question(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Blocks as they stand in a solution, where a heading is no more than a line of words.

    >>> under_a_question([Heading("The rate")])
    (Paragraph(parts=('The rate:',)),)
    """
    return tuple(paragraph(f"{block.text}:") if isinstance(block, Heading) else block for block in blocks)


class WorksheetError(SymcalcError):
    """A spec that cannot be read, or an item that could not be made or proved."""


class Unproved(WorksheetError):
    """An answer that the independent route does not confirm; `build` adds which item it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What a learner is asked, and what the key says; `checks` proofs stand behind the answer.

    `space` is the room to write in, in lines; `source` says what is asked in one text, so that equal items are found;
    where a kind has only a few questions, asked again with other numbers, `pattern` names which of them it is.
    `length` is that of the derivation behind the answer, by which versions are alike. Where the answer is one of several
    to choose from, `choices` holds them and `right` the place of the right one; where it is one formula or number,
    `expected` holds it.
    """

    kind: str
    level: int
    seed: int
    question: tuple[Block, ...]
    answer: tuple[Block, ...]
    solution: tuple[Block, ...]
    hints: tuple[Paragraph, ...] = ()
    points: int = 1
    space: int = 4
    checks: int = 0
    source: str = ""
    pattern: str = ""
    length: int = 0
    choices: tuple[Inline, ...] = ()
    right: int | None = None
    expected: Expr | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of item: its name in a spec, what it asks in a few words, its levels, and how one is made from a draw.

    `make(draw, level, **given)` gives None where the draw leads to no nice item; `params` says in words what a spec may
    give beside the level, by name. What is not `drawn` but written by a teacher may look as it likes.
    """

    name: str
    about: str
    levels: tuple[int, ...]
    make: Callable[..., Item | None]
    params: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    drawn: bool = True
