"""What may stand under a key of a spec: each check returns the value as it is used, or says what would be valid."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from symcalc.errors import as_given, meant, perhaps, visible
from symcalc.worksheets.items.item import WorksheetError
from symcalc.worksheets.places import Path


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a spec something stands: the line of its key in a file, or which item of which section.

    >>> Place("sheet.toml", {("title",): 3}).at("title").where
    'sheet.toml, line 3'
    >>> Place().at("sections").at(0).at("items").at(1).where
    'item 2 of section 1'
    """

    file: str = ""
    lines: Mapping[Path, int] = field(default_factory=dict)
    path: Path = ()

    def at(self, step: str | int) -> Place:
        """The place of a key, or of the entry with this number, within."""
        return Place(self.file, self.lines, (*self.path, step))

    @property
    def where(self) -> str:
        # A key that is written [[so]] is known by its first table.
        known = next((self.lines[path] for k in range(len(self.path), 0, -1) for path in (self.path[:k], (*self.path[:k], 0))
                      if path in self.lines), None)
        if known is not None:
            return f"{self.file}, line {known}"
        numbers = [f"{str(name).removesuffix('s')} {step + 1}" for name, step in zip(self.path, self.path[1:])
                   if isinstance(step, int)]
        return " of ".join(reversed(numbers)) or self.file or "the spec"

    @property
    def key(self) -> str:
        """The nearest key, with the number of the entry in it."""
        name = next((str(step) for step in reversed(self.path) if isinstance(step, str)), "the spec")
        return f"entry {self.path[-1] + 1} of {name}" if self.path and isinstance(self.path[-1], int) else name

    def fault(self, sentence: str) -> WorksheetError:
        """The error for this place."""
        return WorksheetError(f"{self.where}: {sentence}")

    def must(self, what: str, value: object) -> WorksheetError:
        """The error for a value that does not fit."""
        return self.fault(f"{self.key} must be {what}, not {_shown(value)}")


Check = Callable[[Any, Place], Any]

_LARGEST = 10**9          # of a whole number under any key


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (Mapping, list, tuple)):
        return "a table" if isinstance(value, Mapping) else "a list"
    number = isinstance(value, (int, float))
    written = f'"{visible(value)}"' if isinstance(value, str) else as_given(value) if number else visible(str(value))
    return written if len(written) <= 40 else f"{written[:36]}...{written[0] if written[0] == chr(34) else ''}"


def _no_text(place: Place, value: object) -> WorksheetError:
    """The error for a value that wants quotes: 12 May as "12 May"."""
    written = _shown(value)
    is_short = not isinstance(value, (Mapping, list, tuple)) and " " not in written
    return place.must(f'a text in quotes{f", as in {_quoted(written)}" if is_short else ""}', value)


def _quoted(written: str) -> str:
    return f'"{written}"'


def words(most: int = 200, empty: bool = True) -> Check:
    """A text on one line.

    >>> words()("  two\\nlines ", Place())
    'two lines'
    """
    def check(value: Any, place: Place) -> str:
        if not isinstance(value, str):
            raise _no_text(place, value)
        said = " ".join(value.split())
        if not said and not empty:
            raise place.fault(f"{place.key} is empty; give it some words")
        if len(said) > most:
            raise place.fault(f"{place.key} has {len(said):,} characters; at most {most:,} are allowed")
        return said
    return check


def paragraphs(value: Any, place: Place) -> tuple[str, ...]:
    """A text whose paragraphs are parted by empty lines.

    >>> paragraphs("one\\ntwo\\n\\nthree", Place())
    ('one two', 'three')
    """
    if not isinstance(value, str):
        raise _no_text(place, value)
    if len(value) > 5000:
        raise place.fault(f"{place.key} has {len(value):,} characters; at most 5,000 are allowed")
    parts = "\n".join(line.strip() for line in value.strip().splitlines()).split("\n\n")
    return tuple(" ".join(part.split()) for part in parts if part.strip())


def whole(low: int, high: int) -> Check:
    """A whole number from low to high."""
    def check(value: Any, place: Place) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise place.must(f"a whole number from {low:,} to {high:,}", value)
        return value
    return check


def levels(known: Collection[int], kind: str) -> Check:
    """One of the known levels of a kind, or a list of them, as a tuple.

    >>> levels((1, 2), "trace")(2, Place()), levels((1, 2), "trace")([1, 2], Place())
    ((2,), (1, 2))
    """
    def one(value: Any, place: Place) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise place.must(f"{_or_list(known)}, or a list of them", value)
        if value not in known:
            raise place.fault(f"there is no level {_shown(value)} of {kind}; its levels are {', '.join(map(str, known))}")
        return value

    def check(value: Any, place: Place) -> tuple[int, ...]:
        if isinstance(value, (list, tuple)):
            if not value:
                raise place.fault(f"{place.key} is an empty list; write {_or_list(known)}, or a list of them")
            return tuple(one(entry, place.at(k)) for k, entry in enumerate(value))
        return (one(value, place),)
    return check


def _or_list(numbers: Collection[int]) -> str:
    return " or ".join(map(str, numbers)) if len(numbers) < 3 else f"a whole number from {min(numbers)} to {max(numbers)}"


def switch(value: Any, place: Place) -> bool:
    """true or false.

    >>> switch(True, Place())
    True
    """
    if not isinstance(value, bool):
        raise place.must("true or false", value)
    return value


def scalar(value: Any, place: Place) -> Any:
    """A text, a number, true or false; what it means is for the kind to say."""
    if not isinstance(value, (str, int, float)) or (isinstance(value, int) and abs(value) > _LARGEST):
        raise place.must("a text or a number", value)
    return words(2000)(value, place) if isinstance(value, str) else value


def one_of(*names: str) -> Check:
    """One of these words.

    >>> one_of("a4", "letter")("leter", Place().at("paper"))
    Traceback (most recent call last):
    symcalc.worksheets.items.item.WorksheetError: the spec: paper must be "a4" or "letter", not "leter"; did you mean "letter"?
    """
    def check(value: Any, place: Place) -> str:
        if value not in names:
            quoted = [_quoted(name) for name in names]
            raise place.fault(f"{place.key} must be {', '.join(quoted[:-1])} or {quoted[-1]}, not {_shown(value)}"
                              + perhaps(_shown(value), quoted))
        return value
    return check


def named(called: str, names: Collection[str]) -> Check:
    """A name out of a long list; another gets the nearest, or all.

    >>> named("kind", ["gradient"])("gradeint", Place("a.toml"))
    Traceback (most recent call last):
    symcalc.worksheets.items.item.WorksheetError: a.toml: there is no kind "gradeint"; did you mean gradient?
    """
    def check(value: Any, place: Place) -> str:
        if not isinstance(value, str):
            raise _no_text(place, value)
        if value not in names:
            listed = f"the {called}s are {', '.join(names)}"
            raise place.fault(f"there is no {called} {_shown(value)}; {meant(value, names, listed)}")
        return value
    return check


def listed(entry: Check, most: int, empty: bool = True, how: str = "a list") -> Check:
    """A list of such entries, and how it is written."""
    def check(value: Any, place: Place) -> tuple[Any, ...]:
        if not isinstance(value, (list, tuple)):
            raise place.must(how, value)
        if len(value) > most or not (value or empty):
            raise place.fault(f"{place.key} has {len(value)} entries; {'at most' if value else 'from 1 to'} {most} are allowed")
        return tuple(entry(part, place.at(k)) for k, part in enumerate(value))
    return check


def table(given: Any, keys: Mapping[str, Check], place: Place, elsewhere: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The entries of a table, each checked by the row for its key; `elsewhere` says where other keys belong.

    >>> table({"seed": 7}, {"seed": whole(0, 9)}, Place())
    {'seed': 7}
    >>> table({"kind": "x"}, {"seed": whole(0, 9)}, Place(), {"kind": "stands in an item"})
    Traceback (most recent call last):
    symcalc.worksheets.items.item.WorksheetError: the spec: kind stands in an item, not here
    """
    if not isinstance(given, Mapping):
        raise place.must("a table", given)
    for name in given:
        if name not in keys:
            if elsewhere and name in elsewhere:
                raise place.at(name).fault(f"{name} {elsewhere[name]}, not here")
            listed = f"the keys are {', '.join(keys)}"
            raise place.at(name).fault(f"there is no key {_shown(name)} here; {meant(str(name), keys, listed)}")
    return {name: keys[name](value, place.at(name)) for name, value in given.items()}
