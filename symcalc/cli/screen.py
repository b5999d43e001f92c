"""What a person sees: colours where the terminal has them, ASCII where it has no other letters, and nothing that steers it."""

from __future__ import annotations

import codecs
import os
import re
import sys
from shutil import get_terminal_size
from textwrap import wrap
from typing import Any, TextIO

import click

from symcalc.errors import visible
from symcalc.pages.ink import Ink, carries, marked, painted

_VERDICT = re.compile(r"[^.:]+[.:]")


def is_colored(stream: TextIO | None = None) -> bool:
    """Whether what is written there reaches a terminal whose user wants colours; see https://no-color.org.

    >>> import io
    >>> is_colored(io.StringIO())
    False
    """
    stream = sys.stdout if stream is None else stream
    return bool(stream) and stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "") != "dumb"


def said(shown: Any) -> str:
    """What there is to read of an object, an expression or a sentence, for the output as it is.

    >>> said("√x → x²")
    '√x → x²'
    """
    if isinstance(shown, str):
        return _folded(shown if carries(sys.stdout, shown) else _in_ascii(shown), sys.stdout)
    if not hasattr(shown, "document"):
        from symcalc.pages import ascii, notation

        return written if carries(sys.stdout, written := notation.text(shown)) else ascii.written(shown)
    if is_colored():
        from symcalc.pages.text import for_terminal

        colored = _judged(shown, for_terminal(shown.document(), colored=True))
        if carries(sys.stdout, colored):
            return colored
    return str(shown)                        # in ASCII where it has to be


def tell(shown: Any) -> None:
    """Print it; where nobody watches, click leaves the colours out once more."""
    click.echo(said(shown), file=sys.stdout)         # named, for click takes an output in ASCII for a mistake


def complain(error: object) -> None:
    """One sentence on the error stream, with the caret of a formula under the place where it was."""
    note(f"symcalc: {error}")


def note(text: str) -> None:
    """A line on the error stream."""
    if not carries(sys.stderr, text):
        *lines, last = text.split("\n")
        if lines and last.strip(" ") == "^":
            last = " " * len(_in_ascii(lines[-1][:len(last) - 1])) + "^"
        text = "\n".join(map(_in_ascii, [*lines, last]))
    click.echo(_folded("\n".join(map(visible, text.split("\n"))), sys.stderr), file=sys.stderr)


def _folded(text: str, stream: TextIO | None) -> str:
    """Sentences broken between words where a terminal would break them within; a caret keeps its place."""
    if not (stream and stream.isatty()) or text.endswith("^"):
        return text
    width = max(get_terminal_size().columns, 40)
    return "\n".join(folded for line in text.split("\n") for folded in
                     (wrap(line, width, break_long_words=False, break_on_hyphens=False) if len(line) > width else [line]))


def _judged(shown: Any, text: str) -> str:
    """The first words of a verdict in the colour of right or wrong."""
    first, sign, rest = text.partition("\n")
    correct = getattr(shown, "correct", None)
    if correct is None or not (found := _VERDICT.match(first)):
        return text
    return painted(marked(first, 0, found.end(), Ink.RIGHT if correct else Ink.WRONG)) + sign + rest


def prepare() -> None:
    """From here on a letter that a stream does not have is written in ASCII: no traceback, and no question mark."""
    codecs.register_error("symcalc", _spelt)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="symcalc")


def _spelt(fault: UnicodeError) -> tuple[str, int]:
    if not isinstance(fault, UnicodeEncodeError):
        raise fault
    return _in_ascii(visible(fault.object[fault.start:fault.end])), fault.end


def _in_ascii(text: str) -> str:
    from symcalc.pages.ascii import ascii_of

    return ascii_of(text)
