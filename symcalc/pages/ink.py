"""What a terminal shows: the few things that stand out, each of them said in words as well, and the letters that it has."""

from __future__ import annotations

import re
from enum import StrEnum

from symcalc.errors import visible


class Ink(StrEnum):
    """The terminal's code for what stands out; green against magenta, which every eye tells apart on dark and on light."""

    PLAIN = ""
    HEADING = "1"
    LINE = "2"               # under headings and over rows
    RULE = "35"              # the name of a rule
    CHANGED = "01"           # what a line of a derivation has that the line before it had not
    RIGHT = "1;32"
    WRONG = "1;35"


Span = tuple[Ink, str]
Line = str | tuple[Span, ...]
"""A line of text, in pieces where some of it stands out."""

_MOST = 0.6              # of a line; where more than that is new, nothing stands out
_TOKEN = re.compile(r"\w+|.", re.DOTALL)


def carries(stream: object, text: str) -> bool:
    """Whether the stream has all letters of the text.

    >>> import io
    >>> carries(io.TextIOWrapper(io.BytesIO(), encoding="latin-1"), "Σ x²"), carries(None, "Σ")
    (False, True)
    """
    encoding = getattr(stream, "encoding", None)
    try:
        text.encode(encoding or "utf-8", "surrogatepass" if "utf" in (encoding or "utf").lower() else "strict")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def spans_of(line: Line) -> tuple[Span, ...]:
    return ((Ink.PLAIN, line),) if isinstance(line, str) else line


def plain(line: Line) -> str:
    """The words alone.

    >>> plain(((Ink.RULE, "power rule"), (Ink.PLAIN, ": why")))
    'power rule: why'
    """
    return line if isinstance(line, str) else "".join(text for _, text in line)


def shown(line: Line) -> str:
    """The line as it is written, without spaces at its end; what could steer a terminal is shown.

    >>> shown("a\\x1b[2J  ")
    'a<U+001B>[2J'
    """
    return visible(plain(line).rstrip(" "))


def painted(line: Line) -> str:
    """The same with the terminal's codes around what stands out.

    >>> painted(((Ink.RULE, "power rule"), (Ink.PLAIN, ": \\x1b")))
    '\\x1b[35mpower rule\\x1b[0m: <U+001B>'
    """
    spans = [(ink, visible(text)) for ink, text in spans_of(line)]
    while spans and not (spans[-1][1].rstrip(" ")):
        spans.pop()
    if spans:
        spans[-1] = spans[-1][0], spans[-1][1].rstrip(" ")
    return "".join(f"\x1b[{ink}m{text}\x1b[0m" if ink and text else text for ink, text in spans)


def changed(before: str, after: str) -> tuple[int, int]:
    """Where `after` differs from `before`: from the first token that does up to the last, with the brackets that belong to it.

    Where most of the line is new, nothing is marked.

    >>> a, b = changed("2 (u + 1) d/dx (u + 1)", "2 (u + 1) u'")
    >>> "2 (u + 1) u'"[a:b]
    "u'"
    """
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    first = last = 0
    while first < min(len(old), len(new)) and old[first] == new[first]:
        first += 1
    while last < min(len(old), len(new)) - first and old[-1 - last] == new[-1 - last]:
        last += 1
    start = len("".join(new[:first]))
    end = len(after) - len("".join(new[len(new) - last:]))
    start, end = _balanced(after, start, end) if start < end else (0, 0)
    return (start, end) if end - start <= _MOST * len(after) else (0, 0)


def _balanced(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch, widened until each of its brackets has its partner, without blanks at its ends."""
    depth = lowest = 0
    for character in text[start:end]:
        depth += (character in "([{") - (character in ")]}")
        lowest = min(lowest, depth)
    while start > 0 and lowest < 0:
        start -= 1
        lowest += (text[start] in "([{") - (text[start] in ")]}")
        depth += (text[start] in "([{") - (text[start] in ")]}")
    while end < len(text) and depth > 0:
        depth += (text[end] in "([{") - (text[end] in ")]}")
        end += 1
    inner = text[start:end]
    return end - len(inner.lstrip(" ")), end - len(inner) + len(inner.rstrip(" "))


def marked(line: str, start: int, end: int, ink: Ink = Ink.CHANGED) -> Line:
    """The line with what stands from `start` up to `end` in this ink.

    >>> marked("2x + 1", 0, 2)
    ((<Ink.CHANGED: '01'>, '2x'), (<Ink.PLAIN: ''>, ' + 1'))
    """
    start, end = max(start, 0), min(end, len(line))
    if start >= end:
        return line
    spans = ((Ink.PLAIN, line[:start]), (ink, line[start:end]), (Ink.PLAIN, line[end:]))
    return tuple(span for span in spans if span[1])


def joined(*lines: Line) -> Line:
    """One line after the other on one line.

    >>> joined("a", "b"), joined("a", ((Ink.RULE, "b"),))
    ('ab', ((<Ink.PLAIN: ''>, 'a'), (<Ink.RULE: '35'>, 'b')))
    """
    if all(isinstance(line, str) for line in lines):
        return "".join(map(plain, lines))
    return tuple(span for line in lines for span in spans_of(line) if span[1])
