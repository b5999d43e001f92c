"""Many texts that differ in their numbers alone, kept as one form and the numbers of each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_NUMBER = re.compile(r"([0-9]+(?:\.[0-9]+)?|[⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_SIGNED = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)")

Form = tuple[str | int, ...]
"""Text and places of numbers: ("m = ", 0, " of ", 1). Where the number is raised, as in x⁵, the place is ~0, ~1 and so on."""


@dataclass(frozen=True, slots=True)
class Forms:
    """The forms, each once; and for every text the place of its form, then its numbers.

    >>> Forms.of(["m = 1 of 9, 1", "m = 2.5 of 9, 2.5", "none"])
    Forms(forms=(('m = ', 0, ' of 9, ', 0), ('none',)), texts=((0, '1'), (0, '2.5'), (1,)))
    >>> Forms.of(["b¹, 1", "b²⁰, 20"])
    Forms(forms=(('b', -1, ', ', 0),), texts=((0, '1'), (0, '20')))
    """

    forms: tuple[Form, ...]
    texts: tuple[tuple[int | str, ...], ...]

    @classmethod
    def of(cls, texts: Sequence[str], signed: bool = False) -> Forms:
        """The forms of these texts, and what it takes to have every text again; `signed` where a minus is but a sign."""
        cut = [(_SIGNED if signed else _NUMBER).split(text) for text in texts]           # pieces and numbers in turns
        alike: dict[tuple[tuple[str, ...], tuple[bool, ...]], list[int]] = {}
        for k, parts in enumerate(cut):
            alike.setdefault((tuple(parts[::2]), tuple(number[0] in "⁰¹²³⁴⁵⁶⁷⁸⁹" for number in parts[1::2])), []).append(k)
        forms: list[Form] = []
        found: list[tuple[int | str, ...]] = [()] * len(texts)
        for place, ((pieces, raised), members) in enumerate(alike.items()):
            columns = [*zip(*(cut[k][1::2] for k in members))]
            form, moving = _form(pieces, columns, raised)
            forms.append(form)
            for row, k in enumerate(members):
                found[k] = (place, *(column[row] for column in moving))
        return cls(tuple(forms), tuple(found))


def _form(pieces: Sequence[str], columns: Sequence[tuple[str, ...]],
          raised: Sequence[bool]) -> tuple[Form, list[tuple[str, ...]]]:
    """The form, and the numbers that go into it: what is the same in every text is text, what is the same twice stands once."""
    form: list[str | int] = [pieces[0]]
    places: dict[tuple[str, ...], int] = {}
    for column, up, piece in zip(columns, raised, pieces[1:]):
        if len({*column}) == 1:
            form[-1] = f"{form[-1]}{column[0]}{piece}"
        else:
            place = places.setdefault(tuple(number.translate(_RAISED) for number in column), len(places))
            form += [~place if up else place, piece]
    return tuple(part for part in form if part != ""), list(places)


@dataclass(frozen=True, slots=True)
class Paths:
    """Drawn lines of one element, to a tenth: their forms, and for each the place of its form and its numbers.

    The numbers are counted in tenths, each from the one before.

    >>> Paths.of(["M0,1L5,-2", "M0,1.5L5,3"])
    Paths(forms=(('M0,', 0, 'L5,', 1),), rows=('0 10 -30', '0 15 15'))
    """

    forms: tuple[Form, ...]
    rows: tuple[str, ...]

    @classmethod
    def of(cls, paths: Sequence[str]) -> Paths:
        """What it takes to have every path again."""
        found = Forms.of(paths, signed=True)
        return cls(found.forms, tuple(" ".join((str(form), *_steps(numbers))) for form, *numbers in found.texts))


def _steps(numbers: Sequence[int | str]) -> list[str]:
    tenths = [round(10 * float(number)) for number in numbers]
    return [str(after - before) for before, after in zip([0, *tenths], tenths)]
