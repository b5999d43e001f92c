"""The kinds of items that a spec may ask for, as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from symcalc.pages.document import Document, Table
from symcalc.pages.shown import Shown
from symcalc.worksheets.items.kinds import KINDS


@dataclass(frozen=True, slots=True)
class KindTable(Shown):
    """Each kind with what it asks, its levels, and what a spec may give beside them.

    >>> print(KindTable())
    Kinds of items
    ══════════════
    <BLANKLINE>
    kind ...
    """

    def document(self) -> Document:
        """The table."""
        rows = tuple((kind.name, kind.about, _range(kind.levels), ", ".join(kind.params)) for kind in KINDS.values())
        header = ("kind", "asks for", "levels", "takes")
        return Document("Kinds of items", (Table(header=header, rows=rows, words=frozenset(range(4))),))

    def as_dict(self) -> dict[str, Any]:
        """The kinds by name, for programs; what each takes is said in words."""
        return {kind.name: {"about": kind.about, "levels": list(kind.levels), "takes": dict(kind.params)}
                for kind in KINDS.values()}


def _range(levels: tuple[int, ...]) -> str:
    return f"{levels[0]} to {levels[-1]}" if len(levels) > 1 else str(levels[0])
