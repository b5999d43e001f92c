"""Where a long formula may be broken: before + or -, between cases or factors, and never inside a name or a number."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from symcalc.errors import visible


@dataclass(frozen=True, slots=True)
class Break:
    """A space at which a formula may be broken; the best is least deep in brackets, and between cases or at + or -."""

    at: int
    depth: int          # a condition is one deeper than its case
    kind: int           # -1 between cases, 0 at + or -, 1 before a dot or relation, 2 between factors, 3 after a lone number,
                        # 4 before a slash, where else the denominator would be torn, 5 after d/dx or Σ, 6 between names
    below: bool = False         # within a denominator's brackets or an exponent's, as in /(1 + x) and 2^(n - 1)
    width: int = 1              # of what is left out: a space, and nothing where there is none


# A word that belongs to what follows it: a sign, a sum, a derivative.
_JOINED = re.compile(r"(.*\*)?[-(\[{|√]*(Σ.*|[d∂][⁰¹²³⁴-⁹]*/[d∂].*)|[-+·=<≤>≥≠≈→←]|and|or|if")
_OPERATOR = re.compile(r"(.*[-*(\[{|√])?(Σ.*|[d∂][⁰¹²³⁴-⁹]*/[d∂].*)")
_BEFORE_NAMES = re.compile(r"(?<=\S)(?=[\^∂])|(?<=[^\sd∂⁰¹²³⁴-⁹])(?=/)")
_IN_BRACKETS = re.compile(r"(?<=[(\[{])(?=[^\s)\]}])")
LONE, _SLASH, _OPENED, _TORN = 3, 4, 5, 6
_DENOMINATOR = re.compile(r"/[\w√]*\(")
_UNDER = re.compile(r"[/^]-?[\w√]*$")        # on which the brackets of a denominator or an exponent open
_ALONE = re.compile(r"(?:^|[-+=≈] |[(\[{])-?[0-9.,]+$")
_NUMBER_LENGTH = 40
_FILLED, _BETWEEN_TERMS = 0.4, 0.3         # of the room on a line: filled well enough, and where a term of the whole ends
_SHORTEST = 0.15                           # ... and filled enough where a denominator would be torn otherwise
_DEEP = 2               # brackets more than round a slash, in which a formula is rather broken before that
_FAR = 3                # times the room on a line
_KINDS = {"+": 0, "-": 0, "·": 1, "=": 1, "≤": 1, "≥": 1, "<": 1, ">": 1, "≠": 1}


def width_of(text: str) -> int:
    """The number of terminal cells that the text takes.

    >>> width_of("x²"), width_of("x̄"), width_of("数")
    (2, 1, 2)
    """
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in visible(text))


def broken(text: str, first: int, rest: int) -> list[str]:
    """The lines of a written formula, the first at most `first` cells wide and the others `rest`.

    >>> broken("2 (a + b) + 3 (c + d)", 15, 12)
    ['2 (a + b)', '+ 3 (c + d)']
    """
    lines, room = [], first
    while width_of(ahead := _ahead(text, room)) > room:
        places, end = _places(ahead), _fitting(ahead, room)
        fitting = [place for place in places if place.at <= end]
        chosen = _best(fitting, room) if fitting else _hardly(ahead, places, end)
        if chosen is None:
            break
        lines.append(text[:chosen.at])
        text, room = text[chosen.at + chosen.width:], rest
    return [*lines, text]


def _hardly(text: str, places: list[Break], end: int) -> Break | None:
    """Where names are so long that nothing fits: after a d/dx, else between two names, and else as early as may be."""
    spaces = [space.start() for space in re.finditer(" ", text)]
    words = zip([0, *(space + 1 for space in spaces)], spaces)
    opened = [Break(stop, 0, _OPENED) for start, stop in words if _OPERATOR.fullmatch(text[start:stop])]
    before, inside = ([Break(found.start(), 0, _TORN, width=0) for found in torn.finditer(text)]
                      for torn in (_BEFORE_NAMES, _IN_BRACKETS))
    for fitting in ([place for place in some if place.at <= end] for some in (opened, before, inside)):
        if fitting:
            return fitting[-1]
    return min([*places, *opened, *before, *inside], key=lambda place: place.at, default=None)


def on_two_lines(text: str, room: int) -> tuple[str, str]:
    """The text broken once, where a formula may be; the second line is wider than the room only if there is no other way.

    >>> on_two_lines("the slope of x/(1 + x) at 2", 18)
    ('the slope of', 'x/(1 + x) at 2')
    """
    end = _fitting(text, room)
    places = [place for place in _places(text) if place.at <= end]
    if not places:
        return text[:end], text[end:]
    enough = [place for place in places if width_of(text[place.at + place.width:]) <= room]
    chosen = _best(enough, room) if enough else places[-1]
    return text[:chosen.at], text[chosen.at + chosen.width:]


def _ahead(text: str, room: int) -> str:
    """As much of the text as can matter for its first line, so that a formula of pages is not gone through for every line."""
    head = text[:_FAR * room]
    return head if len(head) < len(text) and width_of(head) > room and _places(head) else text


def _fitting(text: str, room: int) -> int:
    """How many characters there is room for."""
    for end, character in enumerate(text):
        room -= width_of(character)
        if room < 0:
            return end
    return len(text)


def _best(places: list[Break], room: float) -> Break:
    """The outermost break on a line that is filled well enough, and there the last; no number waits there for its factor.

    Rather a short line, or one that begins with a slash, than a fraction that ends with /(1.
    """
    outside = [place for place in places if not place.below and place.at >= _SHORTEST * room]
    places = [place for place in places if place.kind < LONE] or [place for place in places if place.kind == LONE] or places
    full = [place for place in places if place.at >= (_BETWEEN_TERMS if place.kind <= 0 == place.depth else _FILLED) * room]
    chosen = outermost(full or places)
    slashes = [place for place in outside if place.kind == _SLASH]
    if chosen.below:
        chosen = outermost([place for place in outside if place.kind < LONE] or slashes or [chosen])
    return outermost([place for place in slashes if place.depth + _DEEP <= chosen.depth] or [chosen])


def outermost(places: list[Break]) -> Break:
    """The break that is least deep, of the best kind, and last."""
    return min(places, key=lambda place: (place.depth, place.kind, -place.at))


def _places(text: str) -> list[Break]:
    places, depth, bars, start = [], 0, 0, 0
    below: int | None = None                        # the depth within which a denominator or an exponent stands
    condition = None                                # the depth at which an "if" stands, while its condition lasts
    for k, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        bars ^= character == "|"
        if below is None and character in "([{" and _UNDER.search(text[start:k]):
            below = depth
        elif below is not None and depth < below:
            below = None
        if condition is not None and (depth < condition or (depth == condition and character == ";")):
            condition = None
        if k > 0 and character == "/" and _DENOMINATOR.match(text, k):
            places.append(Break(k, depth + bars + (condition is not None), _SLASH, below is not None, width=0))
        if character == " ":
            if not _JOINED.fullmatch(text[start:k]):
                places.append(Break(k, depth + bars + (condition is not None), _kind(text, k), below is not None))
            if text[start:k] == "if":
                condition = depth
            start = k + 1
    return places


def _kind(text: str, k: int) -> int:
    if text[k - 1] == ";":
        return -1
    kind = _KINDS.get(text[k + 1:k + 2] if text[k + 2:k + 3] == " " else "", 2)
    is_factor = kind == 2 or text[k + 1:k + 2] == "·"
    return LONE if is_factor and waits(text, k) else kind


def waits(text: str, k: int) -> bool:
    """Whether the number that ends there has no factor yet that it could stay with.

    >>> waits("2 (a + b)", 1), waits("2x (a + b)", 2)
    (True, False)
    """
    return bool(_ALONE.search(text[max(0, k - _NUMBER_LENGTH):k]))
