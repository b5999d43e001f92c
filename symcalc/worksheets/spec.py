"""What a teacher orders: a sheet, its sections, and the items of each, read from TOML or from a mapping."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symcalc.errors import SymcalcError, visible
from symcalc.worksheets.item import Item, WorksheetError
from symcalc.worksheets.kinds import KINDS
from symcalc.worksheets.own import own_item
from symcalc.worksheets.places import key_lines
from symcalc.worksheets.spec_keys import (
    Check,
    Place,
    listed,
    named,
    one_of,
    paragraphs,
    switch,
    table,
    whole,
    wholes,
    words,
)

_LONGEST = 200_000        # characters of a spec
_MOST = 200               # items of one version


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Some items of one kind, or one item of the teacher's own: words, or a formula to differentiate."""

    kind: str = ""
    count: int = 1
    level: tuple[int, ...] = (1,)             # taken in turn: (1, 2) asks for levels 1, 2, 1, 2, ...
    points: int | None = None                 # of each item; None for what its kind gives
    space: int | None = None                  # in lines
    own: Item | None = None                   # the teacher's own, the same in all versions

    @property
    def levels(self) -> tuple[int, ...]:
        """The level of each item."""
        return tuple(self.level[k % len(self.level)] for k in range(self.count))


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a sheet with a title of its own."""

    title: str = ""
    note: tuple[str, ...] = ()
    items: tuple[Ask, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """A whole sheet as it was ordered.

    >>> spec = read_spec({"title": "Slopes", "sections": [{"items": [{"kind": "differentiate", "level": [1, 2], "count": 3}]}]})
    >>> spec.sections[0].items[0].levels, spec.paper
    ((1, 2, 1), 'a4')
    """

    title: str
    course: str = ""
    date: str = ""
    note: tuple[str, ...] = ()
    fields: tuple[str, ...] = ("Name", "Date")
    paper: str = "a4"
    large_print: bool = False
    versions: int = 2
    seed: int = 1
    hints: bool = False
    solutions: str = "worked"
    space: str = "ruled"
    points: bool = True
    rule_card: bool = False
    sections: tuple[Section, ...] = ()


def read_spec(spec: str | os.PathLike[str] | Mapping[str, Any], **changed: Any) -> Spec:
    """The spec in a TOML file, or in a mapping of the same form; `changed` keys come in the place of its own.

    >>> read_spec({"titel": "Slopes"})
    Traceback (most recent call last):
    symcalc.worksheets.item.WorksheetError: the spec: there is no key "titel" here; did you mean title?
    """
    given, place = (spec, Place()) if isinstance(spec, Mapping) else _file(Path(spec))
    found = Spec(**{"title": "", **table(given, _SHEET, place),
                    **{key: _SHEET[key](value, Place().at(key)) for key, value in changed.items()}})
    if not found.title:
        raise place.fault("title is missing; name the sheet, as in title = \"Slopes\"")
    asked = sum(ask.count for section in found.sections for ask in section.items)
    if not 1 <= asked <= _MOST:
        raise place.fault(f"it asks for {asked} items; a sheet has from 1 to {_MOST}")
    return found


def _file(path: Path) -> tuple[Mapping[str, Any], Place]:
    name = visible(path.name)
    try:
        written = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as fault:
        raise WorksheetError(f"cannot read '{visible(str(path))}': {fault.strerror or fault}") from fault
    except UnicodeDecodeError as fault:
        raise WorksheetError(f"{name} is no text in UTF-8; save it as UTF-8") from fault
    if len(written) > _LONGEST:
        raise WorksheetError(f"{name} has {len(written):,} characters; a spec has at most {_LONGEST:,}")
    try:
        return tomllib.loads(written), Place(name, key_lines(written))
    except tomllib.TOMLDecodeError as fault:
        raise WorksheetError(_no_toml(name, str(fault))) from fault
    except RecursionError as fault:
        raise WorksheetError(f"{name} is nested too deeply; a spec has sections, and sections have items") from fault


def _no_toml(name: str, complaint: str) -> str:
    """What tomllib says, with the line in front: "Invalid value (at line 2, column 7)"."""
    found = re.fullmatch(r"(.*) \(at line (\d+), column \d+\)", complaint)
    said = visible(found[1] if found else complaint)
    return f"{name}{f', line {found[2]}' if found else ''}: this is no TOML: {said[:1].lower()}{said[1:]}"


def _ask(given: Any, place: Place) -> Ask:
    found = table(given, _ITEM, place)
    own = {key: found.pop(key) for key in _OWN if key in found}
    if "kind" in found and own:
        raise place.at(next(iter(own))).fault(f"{next(iter(own))} is for an item of your own; leave it or kind out")
    if "kind" in found:
        _check_level(found, place)
        return Ask(**found)
    if not {"question", "formula"} & own.keys():
        raise place.fault("an item needs a kind, as in kind = \"differentiate\", or a question or formula of your own")
    if ("formula" in own) != ("wrt" in own):
        raise place.fault("formula and wrt go together, as in formula = \"x^2\", wrt = \"x\"")
    if fixed := {"count", "level"} & found.keys():
        raise place.at(min(fixed)).fault(f"{min(fixed)} is for items that are drawn; an item of your own stands there once")
    try:
        return Ask(**found, own=own_item(**own))
    except SymcalcError as fault:
        raise place.at("formula").fault(str(fault)) from fault


def _check_level(found: dict[str, Any], place: Place) -> None:
    """The levels are those of the kind; the first of them where none is given."""
    valid = KINDS[found["kind"]].levels
    for level in found.setdefault("level", valid[:1]):
        if level not in valid:
            raise place.at("level").fault(f"there is no level {level} of {found['kind']}; its levels are "
                                          f"{', '.join(map(str, valid))}")


def _section(given: Any, place: Place) -> Section:
    return Section(**table(given, _SECTION, place))


_OWN = ("question", "answer", "solution", "hint", "formula", "wrt")
_ITEM: Mapping[str, Check] = {
    "kind": named("kind", KINDS), "count": whole(1, 50), "level": wholes(1, 9), "points": whole(0, 100), "space": whole(0, 60),
    "question": paragraphs, "answer": paragraphs, "solution": paragraphs, "hint": words(1000),
    "formula": words(2000, empty=False), "wrt": words(empty=False),
}
_SECTION: Mapping[str, Check] = {"title": words(), "note": paragraphs, "items": listed(_ask, 50, empty=False)}
_SHEET: Mapping[str, Check] = {
    "title": words(empty=False), "course": words(), "date": words(80), "note": paragraphs,
    "fields": listed(words(40, empty=False), 4), "paper": one_of("a4", "letter"), "large_print": switch,
    "versions": whole(1, 26), "seed": whole(0, 10**9), "hints": switch, "solutions": one_of("worked", "short"),
    "space": one_of("ruled", "blank", "none"), "points": switch, "rule_card": switch,
    "sections": listed(_section, 26, empty=False),
}
