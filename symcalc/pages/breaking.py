"""Where a long formula may be broken: before + or -, between cases or factors, and never inside a name or a number.

For a terminal the unit is a character cell, for LaTeX about the width of an M.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from symcalc.errors import visible
from symcalc.vocabulary import FUNCTIONS, GREEK


@dataclass(frozen=True, slots=True)
class Break:
    """A space at which a formula may be broken; the best is least deep in brackets, and between cases or at + or -."""

    at: int
    depth: int          # a condition is one deeper than its case
    kind: int           # -1 between cases, 0 at + or -, 1 before a dot or relation, 2 between factors, 3 after a lone number
    below: bool = False         # within a denominator's brackets or an exponent's, as in /(1 + x) and 2^(n - 1)


# A word that belongs to what follows it: a sign, a sum, a derivative.
_JOINED = re.compile(r"(.*\*)?[-(\[{|√]*(Σ.*|[d∂][⁰¹²³⁴-⁹]*/[d∂].*)|[-+·=<≤>≥≠≈→←]|and|or|if")
_LONE = 3
_LONE_NUMBER = re.compile(r"(?:^|[-+=≈] |[(\[{])-?[0-9.,]+$")         # with no factor yet that it could stay with
_NUMBER_LENGTH = 40
_FILLED, _BETWEEN_TERMS = 0.4, 0.3         # of the room on a line: filled well enough, and where a term of the whole ends
_SHORTEST = 0.15                           # ... and filled enough where a denominator would be torn otherwise
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
    while width_of(ahead := _ahead(text, room)) > room and (places := _places(ahead)):
        end = _fitting(ahead, room)
        fitting = [place for place in places if place.at <= end]
        chosen = _best(fitting, room) if fitting else places[0]
        lines.append(text[:chosen.at])
        text, room = text[chosen.at + 1:], rest
    return [*lines, text]


def on_two_lines(text: str, room: int) -> tuple[str, str]:
    """The text broken once, where a formula may be; the second line is wider than the room only if there is no other way.

    >>> on_two_lines("the slope of x/(1 + x) at 2", 18)
    ('the slope of', 'x/(1 + x) at 2')
    """
    end = _fitting(text, room)
    places = [place for place in _places(text) if place.at <= end]
    if not places:
        return text[:end], text[end:]
    enough = [place for place in places if width_of(text[place.at + 1:]) <= room]
    at = (_best(enough, room) if enough else places[-1]).at
    return text[:at], text[at + 1:]


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

    Rather a short line than a fraction that ends with /(1.
    """
    places = [place for place in places if place.kind != _LONE] or places
    full = [place for place in places if place.at >= (_BETWEEN_TERMS if place.kind <= 0 == place.depth else _FILLED) * room]
    chosen = _outermost(full or places)
    outside = [place for place in places if not place.below and place.at >= _SHORTEST * room] if chosen.below else []
    return _outermost(outside) if outside else chosen


def _outermost(places: list[Break]) -> Break:
    return min(places, key=lambda place: (place.depth, place.kind, -place.at))


def _places(text: str) -> list[Break]:
    places, depth, bars, start = [], 0, 0, 0
    below: int | None = None                        # the depth within which a denominator or an exponent stands
    condition = None                                # the depth at which an "if" stands, while its condition lasts
    for k, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        bars ^= character == "|"
        if below is None and character in "([{" and text[k - 1:k] in ("/", "^"):
            below = depth
        elif below is not None and depth < below:
            below = None
        if condition is not None and (depth < condition or (depth == condition and character == ";")):
            condition = None
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
    return _LONE if is_factor and _LONE_NUMBER.search(text[max(0, k - _NUMBER_LENGTH):k]) else kind


# LaTeX

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\s+|.", re.DOTALL)
_MEASURED = re.compile(r"\\[A-Za-z]+|\\.|[0-9]+|\S")          # a number in one; spaces have no width
_START = re.compile(r"(\\left\.|\{\}|\\cdot|[-+= ])*")         # nothing yet that could end a line
_SUM_AT_END = re.compile(r"\\sum_\{[^{}]*\}\^\{[^{}]*\} $")       # which reaches over what follows
_SUM_LENGTH = 120
_NARROW = {r"\cdot": 0.72, r"\sum": 1.4, r"\partial": 0.6, r"\,": 0.17, r"\quad": 1.0, r"\qquad": 2.0, r"\left": 0.1,
           r"\right": 0.1, r"\max": 1.9, r"\min": 1.9, r"\begin": 0.0, r"\end": 0.0}
_LETTER = 0.55
_ALIKE = str.maketrans("123456789", "000000000")          # one digit is as wide as another
_SIGNS = {"+": 1.22, "-": 1.22, "=": 1.3, "<": 1.3, ">": 1.3, "(": 0.4, ")": 0.4, ",": 0.45, "'": 0.3, "|": 0.3}


def ems(latex: str) -> float:
    r"""About how wide the formula will be set, in ems; a fraction is as wide as the wider of its parts.

    >>> ems(r"\frac{a + b}{2}") < ems("a + b + 2")
    True
    """
    return _ems(latex.translate(_ALIKE))


@lru_cache(maxsize=1024)
def _ems(latex: str) -> float:
    return _measure(_Tokens(_MEASURED.findall(latex)))


def _widths(latex: str) -> dict[int, float]:
    """How wide the formula is up to each place outside all braces, and up to its end."""
    tokens = _TOKEN.findall(latex)
    starts = list(accumulate(map(len, tokens), initial=0))
    return {starts[k]: width for k, width in _running(_Tokens(tokens))}


class _Tokens(list[str]):
    """Tokens, and where each brace is closed, so that no group is searched for its end again at every level round it."""

    def __init__(self, tokens: list[str]) -> None:
        super().__init__(tokens)
        self.closing: dict[int, int] = {}
        opened = []
        for k, token in enumerate(tokens):
            if token == "{":
                opened.append(k)
            elif token == "}" and opened:
                self.closing[opened.pop()] = k


def _measure(tokens: _Tokens, start: int = 0, end: int | None = None) -> float:
    return max(width for _, width in _running(tokens, start, end))


def _running(tokens: _Tokens, start: int = 0, end: int | None = None) -> Iterator[tuple[int, float]]:
    """Each token outside all braces, by number, and the width of what is before it; at last that of the whole."""
    width, k, end = 0.0, start, len(tokens) if end is None else end
    while k < end:
        yield k, width
        token = tokens[k]
        if token == r"\frac":
            above, k = _group(tokens, k + 1, end)
            below, k = _group(tokens, k, end)
            width += 0.3 + max(above, below)
        elif token in "^_":
            inner, k = _group(tokens, k + 1, end)
            width += 0.7 * inner
        else:
            width += _single(token)
            k += 1
    yield k, width


def _single(token: str) -> float:
    if token in _SIGNS:
        return _SIGNS[token]
    if token in "{}&" or token.isspace():
        return 0.0
    if token.isdigit():
        return _LETTER * len(token)
    return _NARROW.get(token, 1.2 if token[1:] in _FUNCTIONS else _LETTER)


_FUNCTIONS = {row.latex[1:] for row in FUNCTIONS.values()} - GREEK.keys()         # σ and Γ are letters


def _group(tokens: _Tokens, start: int, end: int) -> tuple[float, int]:
    """The width of the braced group (or of the one token) at `start`, and the place behind it."""
    if start >= end or tokens[start] != "{":
        return _measure(tokens, start, min(start + 1, end)), start + 1
    closing = tokens.closing.get(start, end)
    return _measure(tokens, start + 1, closing), closing + 1


def broken_latex(latex: str, first: float, rest: float) -> list[str]:
    r"""The lines of a LaTeX formula, at most so many ems wide; brackets open at a break are closed and opened again.

    >>> broken_latex(r"\left(a + b\right) c", 1, 1)
    ['\\left(a\\right.', '\\left.{} + b\\right) c']
    """
    lines, start, opening = [], 0, ""
    for chosen in _breaks(latex.translate(_ALIKE), first, rest):
        lines.append(opening + latex[start:chosen.at] + r"\right." * chosen.depth)
        start, opening = chosen.at + 1, _opening(chosen)
    return [*lines, opening + latex[start:]]


@lru_cache(maxsize=1024)               # the steps of a run have the same formulas with other digits
def _breaks(latex: str, first: float, rest: float) -> tuple[Break, ...]:
    """Where the formula is broken; gone through once, as one of pages has hundreds of lines."""
    if ems(latex) <= first:
        return ()
    widths, places = _widths(latex), _latex_places(latex)
    ends = [widths[place.at] for place in places]
    chosen: list[Break] = []
    start, before, room, k = 0, 0.0, first, 0           # `before` is the width of what has been broken
    while widths[len(latex)] - before > room:
        begins = _START.match(latex, start).end()
        while k < len(places) and places[k].at < begins:
            k += 1
        if k == len(places):
            break
        fitting = places[k:bisect_right(ends, before + room, k)] or [places[k]]
        chosen.append(_best_latex(widths, fitting, before + 0.4 * room))
        start, room = chosen[-1].at + 1, rest
        before = widths[start] - ems(_opening(chosen[-1]))
    return tuple(chosen)


def _opening(chosen: Break) -> str:
    """What the next line begins with: the brackets that were open, and a sign."""
    # The empty group makes TeX space a sign at the start of a line as a sign between two terms.
    return r"\left." * chosen.depth + (r"{} \cdot " if chosen.kind == 2 else "{} ")


def _best_latex(widths: Mapping[int, float], places: list[Break], enough: float) -> Break:
    places = [place for place in places if place.kind != _LONE] or places
    full = [place for place in places if widths[place.at] >= enough] or places
    return _outermost(full)


def _latex_places(latex: str) -> list[Break]:
    """The spaces outside all braces at which a sign, a dot or a bracketed factor follows."""
    places: list[Break] = []
    braces = depth = 0
    before = ""
    for match in _TOKEN.finditer(latex):
        token = match[0]
        braces += (token in ("{", r"\begin")) - (token in ("}", r"\end"))
        depth += (token == r"\left") - (token == r"\right")
        kind = _latex_kind(latex, match.end()) if token == " " and braces == 0 else None
        if kind is not None and before not in ("+", "-", "=", r"\cdot"):
            places.append(Break(match.start(), depth, kind))
        before = before if token == " " else token
    return places


def _latex_kind(latex: str, k: int) -> int | None:
    if latex[k:k + 2] in ("+ ", "- "):
        return 0
    if latex.startswith(r"\cdot ", k):
        return _LONE if _LONE_NUMBER.search(latex[max(0, k - _NUMBER_LENGTH):k - 1]) else 1
    follows = latex.startswith(r"\left", k) and latex.endswith((") ", "} "), 0, k)
    return 2 if follows and not _SUM_AT_END.search(latex[max(0, k - _SUM_LENGTH):k]) else None
