"""What the tab key puts in at the prompt."""

from __future__ import annotations

import cmd
from typing import Any

from symcalc.cli import typed
from symcalc.cli.explored import Explored
from symcalc.cli.typed import WORDS


class Completing(cmd.Cmd):
    """A prompt whose tab key knows the words, and what can follow each of them."""

    about: Explored

    def complete(self, text: str, state: int) -> str | None:
        """What the tab key puts in; a blank follows the only word that there can be."""
        found = super().complete(text, state)
        return f"{found} " if found and len(self.completion_matches) == 1 and not found.endswith("/") else found

    def completenames(self, text: str, *_: Any) -> list[str]:
        """The words that begin so."""
        return [word for word in WORDS if word.startswith(text.lower())]

    def completedefault(self, text: str, line: str, *_: Any) -> list[str]:
        """After derive and ask the letters, after method the methods, after data, plot and save the files."""
        word, rest = typed.parted(line.lstrip())
        if word == "method":
            from symcalc.training.methods import METHODS
            return typed.completed(METHODS, rest, text)
        if word in ("derive", "ask") and self.about.formula is not None:
            return [letter for letter in self.about.letters if letter.startswith(text)]
        return typed.completed(typed.files(rest), rest, text) if word in ("data", "plot", "save") else []
