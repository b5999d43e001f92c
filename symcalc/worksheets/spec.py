"""What a teacher orders: a sheet, its sections, and the items of each, read from TOML or from a mapping."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from symcalc.errors import ReadError, SymcalcError, visible
from symcalc.pages.files import path_of
from symcalc.worksheets.items.kinds import KINDS, build
from symcalc.worksheets.places import key_lines
from symcalc.worksheets.spec_file import read_text, toml
from symcalc.worksheets.spec_keys import (
    Check,
    Place,
    levels,
    listed,
    named,
    one_of,
    paragraphs,
    scalar,
    switch,
    table,
    whole,
    words,
)

_MOST = 200               # items of one version


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Some items of one kind."""

    kind: str
    count: int = 1
    level: tuple[int, ...] = (1,)             # taken in turn: (1, 2) asks for levels 1, 2, 1, 2, ...; one each without a count
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
    given, place = (spec, Place()) if isinstance(spec, Mapping) else _file(path_of(spec))
    found = Spec(**{"title": "", **table(given, _SHEET, place, _ELSEWHERE),
                    **{key: _SHEET[key](value, Place().at(key)) for key, value in changed.items()}})
    if not found.title:
        raise place.fault("title is missing; name the sheet, as in title = \"Slopes\"")
    asked = sum(ask.count for section in found.sections for ask in section.items)
    if not found.sections:
        raise place.fault('it has no sections; write [[sections]], and under it items = [{kind = "differentiate"}]')
    if asked > _MOST:
        raise place.fault(f"it asks for {asked} items; a sheet has from 1 to {_MOST}")
    return found


def _file(path: Path) -> tuple[Mapping[str, Any], Place]:
    text = read_text(path)
    return toml(path, text), Place(visible(path.name), key_lines(text))


def _ask(given: Any, place: Place) -> Ask:
    if not isinstance(given, Mapping):
        raise place.must('a table, as in {kind = "differentiate"}', given)
    # An item without a kind is the teacher's own.
    asked = {"kind": _OWN, **given} if given.keys() & _WRITTEN else given
    if "kind" not in asked:
        raise place.fault('an item needs a kind, as in kind = "differentiate", or a question of your own')
    kind = KINDS[_KIND(asked["kind"], place.at("kind"))]
    if both := [name for name in asked if name in _WRITTEN and name not in kind.params]:
        raise place.at(both[0]).fault(f"{kind.name} draws its own question; leave out the {both[0]}, or the kind")
    own = {name: _TEXTS.get(name, scalar) for name in kind.params if name not in _ITEM}
    found = table(asked, {"kind": _KIND, "level": levels(kind.levels, kind.name), **_ITEM, **own}, place, _ELSEWHERE)
    params = {name: found.pop(name) for name in own if name in found}
    level = found.pop("level", kind.levels[:1])
    ask = Ask(**{"count": len(level), **found}, level=level, params=params)
    if ask.is_written and ask.count > 1:
        raise place.at("count").fault("count is for items that are drawn; one that you wrote stands there once")
    if params or not kind.drawn:
        _try(ask, place)
    return ask


def _try(ask: Ask, place: Place) -> None:
    """An item of each level, to see that its kind can do with what it is given."""
    for level in dict.fromkeys(ask.levels):
        try:
            build(ask.kind, level, 0, **ask.params)
        except SymcalcError as fault:
            said = fault.sentence if isinstance(fault, ReadError) else str(fault)
            named = next((name for name in ask.params if said.startswith((f"{name} ", f"the {name} ", f"{name}:"))), None)
            key = named or next(iter(ask.params), None)
            raise (place.at(key) if key else place).fault(said) from fault


def _section(given: Any, place: Place) -> Section:
    if not isinstance(given, Mapping):
        raise place.must("a table, as [[sections]] begins one", given)
    found = Section(**table(given, _SECTION, place, _ELSEWHERE))
    if not found.items:
        raise place.fault('the section has no items; list some, as in items = [{kind = "differentiate"}]')
    return found


_OWN = "free"
_WRITTEN = frozenset({"question", "expression"})
_KIND = named("kind", KINDS)
_ITEM: Mapping[str, Check] = {"count": whole(1, 50), "points": whole(0, 100), "space": whole(0, 60)}
_TEXTS: Mapping[str, Check] = dict.fromkeys(("question", "answer", "expression", "latex"), words(2000, empty=False)) | {
    "wrt": words(40, empty=False)}
_SECTION: Mapping[str, Check] = {
    "title": words(), "note": paragraphs,
    "items": listed(_ask, 50, empty=False, how='a list, as in [{kind = "differentiate"}], or tables under [[sections.items]]')}
_SHEET: Mapping[str, Check] = {
    "title": words(empty=False), "course": words(), "date": words(80), "note": paragraphs,
    "fields": listed(words(40, empty=False), 4, how='a list, as in ["Name", "Date"]'), "paper": one_of("a4", "letter"),
    "large_print": switch, "versions": whole(1, 26), "seed": whole(0, 10**9), "hints": switch,
    "solutions": one_of("worked", "short"), "space": one_of("ruled", "blank", "none"), "points": switch, "rule_card": switch,
    "sections": listed(_section, 26, empty=False, how="tables, each under [[sections]] with two brackets"),
}
_ELSEWHERE: Mapping[str, str] = {
    **dict.fromkeys((*_ITEM, "kind", "level", "question", "answer", "expression", "wrt", "latex"),
                    'stands in an item, as in items = [{kind = "differentiate", level = 2}]'),
    **dict.fromkeys(_SHEET, "stands at the top, before the first [[sections]]"),
    "items": "stands in a section, under [[sections]]",
}
