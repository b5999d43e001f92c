"""What a teacher orders: a sheet, its sections, and the items of each, read from TOML or from a mapping."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from symcalc.errors import ReadError, SymcalcError, visible
from symcalc.pages.files import read_bounded
from symcalc.worksheets.items.item import WorksheetError
from symcalc.worksheets.items.kinds import KINDS, build
from symcalc.worksheets.places import key_lines
from symcalc.worksheets.spec_keys import (
    Check,
    Place,
    listed,
    named,
    one_of,
    paragraphs,
    scalar,
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
    """Some items of one kind."""

    kind: str
    count: int = 1
    level: tuple[int, ...] = (1,)             # taken in turn: (1, 2) asks for levels 1, 2, 1, 2, ...
    points: int | None = None                 # of each item; None for what its kind gives
    space: int | None = None                  # in lines
    params: Mapping[str, Any] = field(default_factory=dict)      # what its kind takes beside the level

    @property
    def is_written(self) -> bool:
        """Whether a teacher wrote the item, so that it stands in all versions as it is."""
        return bool(self.params.keys() & _WRITTEN)

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
    symcalc.worksheets.items.item.WorksheetError: the spec: there is no key "titel" here; did you mean title?
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
        data = read_bounded(path, 4 * _LONGEST)
        written = data[:4 * _LONGEST].decode("utf-8-sig").replace("\r\n", "\n")
    except SymcalcError as fault:
        raise WorksheetError(str(fault)) from None
    except UnicodeDecodeError as fault:
        raise WorksheetError(f"{name} is no text in UTF-8; save it as UTF-8") from fault
    if len(data) > 4 * _LONGEST:
        raise WorksheetError(f"{name} is larger than {4 * _LONGEST:,} bytes; a spec has at most {_LONGEST:,} characters")
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
    if not isinstance(given, Mapping):
        raise place.must("a table", given)
    # An item without a kind is the teacher's own.
    asked = {"kind": _OWN, **given} if given.keys() & _WRITTEN else given
    if "kind" not in asked:
        raise place.fault('an item needs a kind, as in kind = "differentiate", or a question of your own')
    kind = KINDS[_ITEM["kind"](asked["kind"], place.at("kind"))]
    found = table(asked, {**_ITEM, **dict.fromkeys(kind.params, scalar)}, place)
    params = {name: found.pop(name) for name in kind.params if name in found}
    for level in found.setdefault("level", kind.levels[:1]):
        if level not in kind.levels:
            raise place.at("level").fault(f"there is no level {level} of {kind.name}; its levels are "
                                          f"{', '.join(map(str, kind.levels))}")
    ask = Ask(**found, params=params)
    if ask.is_written and ask.count > 1:
        raise place.at("count").fault("count is for items that are drawn; one that you wrote stands there once")
    if params:
        _try(ask, place)
    return ask


def _try(ask: Ask, place: Place) -> None:
    """One item, to see that its kind can do with what it is given."""
    try:
        build(ask.kind, ask.level[0], 0, **ask.params)
    except SymcalcError as fault:
        said = fault.sentence if isinstance(fault, ReadError) else str(fault)
        raise place.at(next(iter(ask.params), "kind")).fault(said) from fault


def _section(given: Any, place: Place) -> Section:
    return Section(**table(given, _SECTION, place))


_OWN = "free"
_WRITTEN = frozenset({"question", "expression"})
_ITEM: Mapping[str, Check] = {
    "kind": named("kind", KINDS), "count": whole(1, 50), "level": wholes(1, 9), "points": whole(0, 100), "space": whole(0, 60),
}
_SECTION: Mapping[str, Check] = {"title": words(), "note": paragraphs, "items": listed(_ask, 50, empty=False)}
_SHEET: Mapping[str, Check] = {
    "title": words(empty=False), "course": words(), "date": words(80), "note": paragraphs,
    "fields": listed(words(40, empty=False), 4), "paper": one_of("a4", "letter"), "large_print": switch,
    "versions": whole(1, 26), "seed": whole(0, 10**9), "hints": switch, "solutions": one_of("worked", "short"),
    "space": one_of("ruled", "blank", "none"), "points": switch, "rule_card": switch,
    "sections": listed(_section, 26, empty=False),
}
