"""The texts of many states that are told one after the other: of each only what it does not have from the one before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

from symcalc.pages.slots import Form, Forms

_NEW = "*"
_WORTH = 2               # numbers that a kind must spare to be written down although another would do

Kind = tuple[int, tuple[str, ...]]
"""A line: its form, and where each of its numbers comes from. `*` is the next new one, `3.0` the first of the line three
lines up, `<-1.0` the first that the state before has one line up."""


@dataclass(frozen=True, slots=True)
class Retelling:
    """A row is the places whose line is of another kind than in the state before, each with that kind, then the new numbers.

    Zeros before the point are left out. Where a block of lines is shorter than in another state, empty lines fill it up, so
    that all that follows keeps its place.

    >>> told = Retelling.of([[["m = 1"], ["J = 2, m = 1"]], [["m = 0.5"], ["J = 7, m = 0.5"]], [["m = 3"], ["none"]]])
    >>> told.lines, told.kinds
    ((('m = ', 0), ('J = ', 0, ', m = ', 1), ('none',)), ('0 *', '1 * 1.0', '2'))
    >>> told.rows
    ('0:0 1:1|1 2', '|.5 7', '1:2|3')
    """

    lines: tuple[Form, ...]
    kinds: tuple[str, ...]
    rows: tuple[str, ...]

    @classmethod
    def of(cls, texts: Sequence[Sequence[Sequence[str]]]) -> Retelling:
        """What it takes to have every text again; a text is blocks of lines."""
        heights = [max(map(len, alike)) for alike in zip_longest(*texts, fillvalue=())]
        flat = [[*chain.from_iterable([*block, *[""] * (height - len(block))]
                                      for block, height in zip_longest(text, heights, fillvalue=()))] for text in texts]
        forms = Forms.of([line for text in flat for line in text])
        found = iter(forms.texts)
        teller = _Teller()
        rows = tuple(teller.row([next(found) for _ in text]) for text in flat)
        return cls(forms.forms, tuple(" ".join((str(form), *sources)) for form, sources in teller.kinds), rows)


class _Teller:
    """What has been told so far: all kinds of lines in turn, and the lines of the state before."""

    def __init__(self) -> None:
        self.kinds: dict[Kind, int] = {}
        self._known: dict[tuple[int, int], list[tuple[str, ...]]] = {}      # of a place and a form: the sources so far
        self._missed: Counter[tuple[int, int, tuple[str, ...]]] = Counter()     # numbers told although they come from somewhere
        self._layout: list[Kind] = []
        self._before: list[tuple[str, ...]] = []
        self._at_before: dict[str, tuple[int, int]] = {}                    # where a number stands in the state before

    def row(self, lines: Sequence[tuple[int | str, ...]]) -> str:
        """The next state, whose lines are a form and its numbers."""
        layout: list[Kind] = []
        now: list[tuple[str, ...]] = []
        at: dict[str, tuple[int, int]] = {}
        new: list[str] = []
        for place, (form, *given) in enumerate(lines):
            numbers = tuple(map(str, given))
            now.append(numbers)
            sources = self._sources(int(form), place, now, at)
            layout.append((int(form), sources))
            new += [number for number, source in zip(numbers, sources) if source == _NEW]
            at |= {number: (place, k) for k, number in enumerate(numbers)}
        changes = [f"{place}:{self.kinds.setdefault(kind, len(self.kinds))}" for place, kind in enumerate(layout)
                   if place >= len(self._layout) or self._layout[place] != kind]
        self._layout, self._before, self._at_before = layout, now, at
        return f"{' '.join(changes)}|{' '.join(number[number.startswith('0.'):] for number in new)}"

    def _sources(self, form: int, place: int, now: list[tuple[str, ...]], at: dict[str, tuple[int, int]]) -> tuple[str, ...]:
        """Where the numbers of the last line come from: as in a state before where that holds and tells hardly more."""
        known = self._known.setdefault((place, form), [])
        fresh = tuple(self._source(number, place, at) for number in now[-1])
        holding = [sources for sources in known if all(
            source == _NEW or self._number(source, place, now) == number for source, number in zip(sources, now[-1]))]
        best = min(holding, key=_count_new, default=None)
        if best is not None:
            self._missed[place, form, fresh] += _count_new(best) - _count_new(fresh)
            if self._missed[place, form, fresh] < _WORTH:
                return best
        known.append(fresh)
        return fresh

    def _source(self, number: str, place: int, at: dict[str, tuple[int, int]]) -> str:
        if number in at:
            line, k = at[number]
            return f"{place - line}.{k}"
        if number in self._at_before:
            line, k = self._at_before[number]
            return f"<{line - place}.{k}"
        return _NEW

    def _number(self, source: str, place: int, now: list[tuple[str, ...]]) -> str | None:
        """The number that comes from there, where there is one."""
        old = source.startswith("<")
        far, k = map(int, source[old:].split("."))
        lines, line = (self._before, place + far) if old else (now, place - far)
        return lines[line][k] if 0 <= line < len(lines) and k < len(lines[line]) else None


def _count_new(sources: tuple[str, ...]) -> int:
    return sources.count(_NEW)
