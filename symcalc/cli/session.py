"""The lines of a session: typed at a terminal, with keys and a history, or read from a file or a pipe."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import get_terminal_size
from textwrap import wrap
from typing import Any

from symcalc.cli.screen import tell
from symcalc.errors import visible

PROMPT = "symcalc> "
LONGEST = 10_000         # characters of a line that are read; a formula has far fewer
_KEPT = 1_000            # lines of history


def split(text: str) -> Iterator[str]:
    """The lines of what was pasted; one whose brackets stay open goes on in the next.

    >>> list(split("mean((y -\\n (m*x + b))^2)\\nderive m"))
    ['mean((y -  (m*x + b))^2)', 'derive m']
    """
    held = ""
    for line in text.splitlines() or [""]:
        held = f"{held} {line}" if held else line
        if sum(map(held.count, "([")) <= sum(map(held.count, ")]")):
            yield held
            held = ""
    if held:
        yield held


def explained(said: str) -> str:
    """What follows a word, beside the word with all that can stand after it.

    >>> explained("rate 0.1: the learning rate")
    '  rate 0.1              the learning rate'
    """
    usage, _, what = said.partition(": ")
    lines = wrap(what, max(min(get_terminal_size().columns, 100) - 25, 24))
    return "\n".join(f"  {usage if k == 0 else '':21} {line}" for k, line in enumerate(lines))


def from_stream(answer: Callable[[str], bool], stream: Any) -> None:
    """Answer the lines of a file or a pipe, each shown before its answer, as a session reads."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="surrogateescape")     # a byte that is no text is named where a formula holds it
    while line := stream.readline(LONGEST + 1):
        if len(line) > LONGEST:
            tell(f"a line is longer than {LONGEST:,} characters; what follows is not read")
            return
        tell(f"{PROMPT}{visible(line.rstrip())}")
        if answer(line):
            return


def at_terminal(loop: Callable[[], None], welcome: str) -> None:
    """Keep the loop going until it says that it is over; Ctrl-C gives up a line, and no more."""
    with history():
        tell(welcome)
        while True:
            try:
                loop()
                return
            except KeyboardInterrupt:
                tell("")


@contextmanager
def history() -> Iterator[None]:
    """The arrow keys bring back what was typed, in sessions before this one, too; the tab key shows all that can follow."""
    try:
        import readline
    except ImportError:                         # Windows has none, and no tab key either
        yield
        return
    readline.set_completer_delims(" \t\n")      # only blanks part what is completed: names of files have / and - in them
    readline.parse_and_bind("set show-all-if-ambiguous on")
    readline.set_history_length(_KEPT)
    path = history_file(os.environ)
    kept = path if path is not None and _is_ours(path) else None
    if kept is not None:
        readline.read_history_file(kept)
    try:
        yield
    finally:
        if kept is not None:
            with suppress(OSError):             # the disk is full, or the folder is gone: the session has ended all the same
                readline.write_history_file(kept)


def history_file(environment: Any) -> Path | None:
    """Where the lines typed are kept, by the rules of the XDG folders; nowhere where there is no home.

    >>> str(history_file({"XDG_STATE_HOME": "/state"})), history_file({})
    ('/state/symcalc/history', None)
    """
    state, home = environment.get("XDG_STATE_HOME", ""), environment.get("HOME", "")
    if not os.path.isabs(state):
        state = os.path.join(home, ".local", "state") if os.path.isabs(home) else ""
    return Path(state, "symcalc", "history") if state else None


def _is_ours(path: Path) -> bool:
    """Whether the file is there, or can be made, for nobody else to read."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0), 0o600)
        try:
            os.fchmod(file, 0o600)              # one that is there already may have other permissions
        finally:
            os.close(file)
        return path.is_file() and path.stat().st_size < LONGEST * _KEPT
    except OSError:
        return False
