"""An item of a worksheet: a question, the answer and its worked solution, each as blocks of a document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from symcalc.errors import SymcalcError
from symcalc.pages.document import Block
from symcalc.worksheets.draw import Draw


class WorksheetError(SymcalcError):
    """A spec that cannot be read, or an item that could not be made or proved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What a learner is asked, and what the key says; `checks` proofs stand behind the answer.

    `space` is the room to write in, in lines; `source` says what is asked in one text, so that equal items are found.
    """

    kind: str
    level: int
    seed: int
    question: tuple[Block, ...]
    answer: tuple[Block, ...]
    solution: tuple[Block, ...]
    hints: tuple[str, ...] = ()
    points: int = 1
    space: int = 4
    checks: int = 0
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of item: its name in a spec, what it asks in a few words, its levels, and how one is made from a draw."""

    name: str
    about: str
    levels: tuple[int, ...]
    make: Callable[[Draw, int], Item]
