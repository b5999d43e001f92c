"""Many texts that differ in their numbers alone, kept as one form and the numbers of each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_NUMBER = re.compile(r"([0-9]+(?:\.[0-9]+)?)")

Form = tuple[str | int, ...]
"""Text, and between the texts the places of the numbers that go there: ("m = ", 0, " of ", 1)."""


@dataclass(frozen=True, slots=True)
class Forms:
    """The forms, each once; and for every text the place of its form, then its numbers.

    >>> Forms.of(["m = 1 of 9, 1", "m = 2.5 of 9, 2.5", "none"])
    Forms(forms=(('m = ', 0, ' of 9, ', 0, ''), ('none',)), texts=((0, '1'), (0, '2.5'), (1,)))
    """

    forms: tuple[Form, ...]
    texts: tuple[tuple[int | str, ...], ...]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Forms:
        """The forms of these texts, and what it takes to have every text again."""
        cut = [_NUMBER.split(text) for text in texts]           # pieces and numbers in turns
        alike: dict[tuple[str, ...], list[int]] = {}
        for k, parts in enumerate(cut):
            alike.setdefault(tuple(parts[::2]), []).append(k)
        forms: list[Form] = []
        found: list[tuple[int | str, ...]] = [()] * len(texts)
        for place, (pieces, members) in enumerate(alike.items()):
            columns = [*zip(*(cut[k][1::2] for k in members))]
            form, moving = _form(pieces, columns)
            forms.append(form)
            for row, k in enumerate(members):
                found[k] = (place, *(column[row] for column in moving))
        return cls(tuple(forms), tuple(found))


def _form(pieces: Sequence[str], columns: Sequence[tuple[str, ...]]) -> tuple[Form, list[tuple[str, ...]]]:
    """The form, and the numbers that go into it: what is the same in every text is text, what is the same twice stands once."""
    form: list[str | int] = [pieces[0]]
    places: dict[tuple[str, ...], int] = {}
    for column, piece in zip(columns, pieces[1:]):
        if len({*column}) == 1:
            form[-1] += column[0] + piece
        else:
            form += [places.setdefault(column, len(places)), piece]
    return tuple(form), list(places)
