"""All kinds of items by name, and the making of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from symcalc.errors import ProofError, meant
from symcalc.worksheets.items.curves import CURVES
from symcalc.worksheets.items.derivatives import DERIVATIVES
from symcalc.worksheets.items.descent import DESCENTS
from symcalc.worksheets.items.draw import Draw
from symcalc.worksheets.items.item import Item, Kind, Unproved, WorksheetError
from symcalc.worksheets.items.mistakes import MISTAKES
from symcalc.worksheets.items.numbers import blemishes, formulas_in
from symcalc.worksheets.items.partials import PARTIALS
from symcalc.worksheets.items.points import POINTS
from symcalc.worksheets.items.steps import STEPS
from symcalc.worksheets.items.tables import TABLES
from symcalc.worksheets.items.words import WORDS

_TRIES = 60

_ALL = (*DERIVATIVES, *PARTIALS, *STEPS, *MISTAKES, *DESCENTS, *POINTS, *TABLES, *WORDS, *CURVES)

KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in _ALL})


def build(kind: str, level: int, seed: int, *, shape: int | None = None, **given: object) -> Item:
    """An item of this kind and level, proved; the same for the same seed.

    With the same `shape` and other seeds the items have the same form and differ in their numbers. `given` is what the
    kind's `params` name. WorksheetError where no item comes out or its answer is not confirmed, with kind, level and seed.

    >>> from symcalc.pages import text
    >>> from symcalc.pages.document import Document
    >>> print(text.render(Document("", build("differentiate", 1, seed=7, rule="power").answer)).strip())
    g'(t) = 35t⁴ - 9
    """
    found = _known(kind, level, given)
    for attempt in range(_TRIES):
        try:
            item = found.make(Draw(seed, shape).fork(f"{kind} {level} {attempt}"), level, **given)
        except (Unproved, ProofError) as error:
            raise WorksheetError(f"{kind}, level {level}, seed {seed}: the answer is not confirmed: {error}") from error
        if item is not None and not (found.drawn and _is_clumsy(item)):
            return replace(item, seed=seed)
    raise WorksheetError(f"no item of kind {kind}, level {level} came out of seed {seed}; take another seed")


def _is_clumsy(item: Item) -> bool:
    """Whether something such as 1x or + -3 stands anywhere in the item."""
    return any(map(blemishes, formulas_in((*item.question, *item.answer, *item.solution))))


def _known(kind: str, level: int, given: Mapping[str, object]) -> Kind:
    """The kind of this name; WorksheetError where it, its level or what is given does not exist."""
    if kind not in KINDS:
        listed = f"the kinds are {', '.join(KINDS)}"
        raise WorksheetError(f"there is no kind {kind!r:.40}; {meant(kind, KINDS, listed)}")
    found = KINDS[kind]
    if level not in found.levels:
        raise WorksheetError(f"{kind} has the levels {', '.join(map(str, found.levels))}, not {level!r:.40}")
    if unknown := [name for name in given if name not in found.params]:
        valid = "; ".join(f"{name} ({about})" for name, about in found.params.items())
        raise WorksheetError(f"{kind} takes no {unknown[0]}" + (f"; it takes {valid}" if valid else ""))
    return found
