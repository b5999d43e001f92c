"""What a person at a terminal sees: colours where it has them, ASCII where it has no other letters, lines as wide as it is."""

from __future__ import annotations

import os
import re
import sys
from shutil import get_terminal_size
from textwrap import wrap
from typing import TYPE_CHECKING, Any, TextIO

from symcalc.pages.ink import Ink, carries, marked, painted

if TYPE_CHECKING:
    from symcalc.pages.document import Document

_VERDICT = re.compile(r"[^.:]+[.:]")
_NARROWEST = 40


def is_colored(stream: TextIO | None = None) -> bool:
    """Whether what is written there reaches a terminal whose user wants colours; see https://no-color.org.

    >>> import io
    >>> is_colored(io.StringIO())
    False
    """
    stream = sys.stdout if stream is None else stream
    return bool(stream) and stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "") != "dumb"


def show(*shown: Any) -> None:
    """Print each, as `print` does, with the colours that the terminal has; sentences are wrapped to its width, too.

    Objects of symcalc, SymPy expressions, and strings such as hints. Into files and pipes it writes what `print` writes.

    >>> show("Use the chain rule.", "Then the sum rule.")
    Use the chain rule.
    Then the sum rule.
    """
    for each in shown:
        print(said(each))


def said(shown: Any) -> str:
    """What there is to read of an object, an expression or a sentence, for the output as it is.

    >>> said("√x → x²")
    '√x → x²'
    """
    if isinstance(shown, str):
        return folded(shown if carries(sys.stdout, shown) else spelt(shown), sys.stdout)
    if hasattr(shown, "document") and not isinstance(shown, type):
        return in_color(shown, shown.document()) or str(shown)          # in ASCII where it has to be
    from sympy import Basic

    from symcalc.pages import ascii, notation

    if not isinstance(shown, Basic):
        return said(str(shown))
    return written if carries(sys.stdout, written := notation.text(shown)) else ascii.written(shown)


def in_color(shown: object, document: Document) -> str:
    """What the object has to say with the terminal's codes for what stands out; nothing where they do not belong."""
    if not is_colored():
        return ""
    from symcalc.pages.text import for_terminal

    colored = _judged(shown, for_terminal(document, colored=True))
    return colored if carries(sys.stdout, colored) else ""


def folded(text: str, stream: TextIO | None) -> str:
    """Sentences broken between words where a terminal would break them within; a caret keeps its place."""
    if not (stream and stream.isatty()) or text.endswith("^"):
        return text
    width = max(get_terminal_size().columns, _NARROWEST)
    return "\n".join(part for line in text.split("\n") for part in
                     (wrap(line, width, break_long_words=False, break_on_hyphens=False) if len(line) > width else [line]))


def spelt(text: str) -> str:
    """The text in ASCII."""
    from symcalc.pages.ascii import ascii_of

    return ascii_of(text)


def _judged(shown: object, text: str) -> str:
    """The first words of a verdict in the colour of right or wrong."""
    first, sign, rest = text.partition("\n")
    correct = getattr(shown, "correct", None)
    if correct is None or not (found := _VERDICT.match(first)):
        return text
    return painted(marked(first, 0, found.end(), Ink.RIGHT if correct else Ink.WRONG)) + sign + rest
