"""What a command says, and where: the output, and the error stream; nothing in it steers the terminal."""

from __future__ import annotations

import codecs
import errno
import os
import sys
from contextlib import suppress
from typing import Any

import click

from symcalc.errors import visible
from symcalc.pages.ink import carries
from symcalc.pages.terminal import folded, said, spelt


def tell(shown: Any) -> None:
    """Print it; where nobody watches, click leaves the colours out once more.

    OSError where there is nothing to print to, as behind `>&-`, where Python would be silent.
    """
    if sys.stdout is None:
        raise OSError(errno.EBADF, "standard output is closed")
    click.echo(said(shown), file=sys.stdout)         # named, for click takes an output in ASCII for a mistake


def forsake_output() -> None:
    """What could not be printed goes nowhere: Python would try again as it ends, and complain in words of its own."""
    with suppress(OSError, AttributeError):          # where the output is no file, or there is none, nothing is tried again
        printed_to = sys.stdout.fileno()
        os.dup2(os.open(os.devnull, os.O_WRONLY), printed_to)


def complain(error: object) -> None:
    """One sentence on the error stream, with the caret of a formula under the place where it was."""
    note(f"symcalc: {error}")


def note(text: str) -> None:
    """A line on the error stream."""
    if not carries(sys.stderr, text):
        *lines, last = text.split("\n")
        if lines and last.strip(" ") == "^":
            last = " " * len(spelt(lines[-1][:len(last) - 1])) + "^"
        text = "\n".join(map(spelt, [*lines, last]))
    click.echo(folded("\n".join(map(visible, text.split("\n"))), sys.stderr), file=sys.stderr)


def prepare() -> None:
    """From here on a letter that a stream does not have is written in ASCII: no traceback, and no question mark."""
    codecs.register_error("symcalc", _spelt)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="symcalc")


def _spelt(fault: UnicodeError) -> tuple[str, int]:
    if not isinstance(fault, UnicodeEncodeError):
        raise fault
    return spelt(visible(fault.object[fault.start:fault.end])), fault.end
