"""The names of a table's columns, and how messages say them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from symcalc.errors import DataError, as_given, visible
from symcalc.language.names import items_of

MAX_COLUMNS = 1000

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_SHOWN = 40


def checked_names(names: Sequence[object], where: str) -> tuple[str, ...]:
    """The names as plain strings: each fit for a formula, none twice."""
    if not 0 < len(names) <= MAX_COLUMNS:
        raise DataError(f"{where}: there are {counted(len(names), 'column')}; give 1 to {MAX_COLUMNS}")
    seen: set[str] = set()
    for number, name in enumerate(names, 1):
        if isinstance(name, str) and not name:
            raise DataError(f"{where}: column {number} has no name; name it, or delete the extra comma")
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise DataError(f"{where}: {quoted(name)} is not a column name; {_renaming(name, names)}")
        if name in seen:
            raise DataError(f"{where}: column {name} appears twice; rename one of the two")
        seen.add(name)
    return tuple(map(str, names))


def _renaming(name: object, taken: Sequence[object]) -> str:
    """What to do about a name that no formula can hold: "Film title" may become Film_title."""
    fit = re.sub(r"\W+", "_", name).strip("_") if isinstance(name, str) else ""
    if _NAME.fullmatch(fit) and fit not in [other for other in taken if isinstance(other, str)]:
        return f"rename it to {fit}"
    return "start with a letter and use only A to Z, a to z, 0 to 9 and _, at most 64 of them"


def chosen_names(names: Iterable[str], known: Sequence[str], source: str) -> tuple[str, ...]:
    """The names that the formula uses, each once, all of them known."""
    wanted = tuple(dict.fromkeys(map(str, items_of(names))))
    missing = [name for name in wanted if name not in known]
    folded = {name.casefold(): name for name in sorted(set(known).difference(wanted))}
    for name in missing:
        for near in get_close_matches(name.casefold(), folded, n=1):     # the same letters in another case come first
            raise DataError(f"{source} has no column {_shown(name)}; did you mean {folded[near]}?")
    if missing:
        raise DataError(f"the formula uses {listed(wanted)}; {source} has {listed(known)}")
    return wanted


def listed(names: Sequence[str]) -> str:
    return (", ".join(map(_shown, names[:10])) or "no columns") + (", ..." if len(names) > 10 else "")


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def quoted(value: object) -> str:
    return f"'{_shown(str.__str__(value))}'" if isinstance(value, str) else as_given(value)


def _shown(text: str) -> str:
    return visible(text[:_SHOWN]) + ("..." if len(text) > _SHOWN else "")
