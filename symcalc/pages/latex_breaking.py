"""Where a long LaTeX formula may be broken, and how wide it will be set: the unit is about the width of an M."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import accumulate

from symcalc.pages.breaking import LONE, Break, outermost, waits
from symcalc.vocabulary import FUNCTIONS, GREEK

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
    places = [place for place in places if place.kind != LONE] or places
    full = [place for place in places if widths[place.at] >= enough] or places
    return outermost(full)


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
        return LONE if waits(latex, k - 1) else 1
    follows = latex.startswith(r"\left", k) and latex.endswith((") ", "} "), 0, k)
    return 2 if follows and not _SUM_AT_END.search(latex[max(0, k - _SUM_LENGTH):k]) else None
