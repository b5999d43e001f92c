"""What is typed at the prompt: its words, in any case, slips of the pen, and what the tab key offers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path

from symcalc.errors import SymcalcError, visible

WORDS = ("loss", "data", "derive", "ask", "check", "hint", "start", "rate", "method", "step", "why", "run", "minimum",
         "diagnose", "plot", "save", "help", "quit")         # in the order in which a session needs them
_ALONE = {"exit": "quit", "bye": "quit", "q": "quit", "exit()": "quit", "quit()": "quit", "?": "help"}      # with nothing after
_INSTEAD = {"descend": "step", "train": "step", "fit": "step", "update": "step", "go": "step", "load": "data", "open": "data",
            "read": "data", "csv": "data", "diff": "derive", "differentiate": "derive", "derivative": "derive", "wrt": "derive",
            "gradient": "derive", "answer": "check", "guess": "check", "begin": "start", "draw": "plot", "solve": "minimum",
            "function": "loss", "show": "run", "print": "run"}          # what others call it
_DETAILS = ("brief", "normal", "full")
_NEAR = 0.7              # how alike, at least, a name and a word are when one is taken for a slip of the other
MOST_STEPS = 100_000     # updates that one word may ask for
_SHOWN = 40              # characters of what was typed, in a sentence about it


def parted(line: str) -> tuple[str, str]:
    """The word with which a line begins, empty for a formula, and the rest.

    >>> parted("Step 5"), parted("exit"), parted("q + 1")
    (('step', '5'), ('quit', ''), ('', 'q + 1'))
    """
    word, _, rest = line.partition(" ")
    plain, rest = word.lower(), rest.strip()
    if plain in WORDS:
        return plain, rest
    return (_ALONE[plain], "") if plain in _ALONE and not rest else ("", line)


def check_bare(line: str) -> None:
    """A name alone is more often a slip than a formula, which would take the place of the one there is.

    >>> check_bare("stpe")
    Traceback (most recent call last):
    symcalc.errors.SymcalcError: there is no word 'stpe'; did you mean step? For the formula stpe type: loss stpe
    """
    if re.fullmatch(r"[^\W\d]\w*", line):
        short = visible(line[:_SHOWN])
        raise SymcalcError(f"{misspelt(line) or f'there is no word {short!r}; help shows those there are.'} "
                           f"For the formula {short} type: loss {short}")


def misspelt(line: str) -> SymcalcError | None:
    """What there is to say about a line that begins with what is nearly a word, or with what another program calls it."""
    word = line.split()[0]
    meant = _INSTEAD.get(word.lower())
    near = [meant] if meant else get_close_matches(word.lower(), (*WORDS, *_ALONE), 1, _NEAR)
    if not near or near[0] == word.lower():
        return None
    return SymcalcError(f"there is no word {visible(word[:_SHOWN])!r}; did you mean {near[0]}?")


def with_detail(text: str, letters: Sequence[str]) -> tuple[str, str]:
    """The letters to differentiate by, and how many steps stand in a line.

    >>> with_detail("u v Full", ["u", "v"]), with_detail("", ["w"])
    (('u v', 'full'), ('w', 'normal'))
    """
    words = text.split()
    detail = words.pop().lower() if words and words[-1].lower() in _DETAILS else "normal"
    if not words and len(letters) == 1:
        return letters[0], detail
    if not words:
        raise SymcalcError(f"a letter is missing, as in: derive {(letters or ['x'])[0]}")
    if len(words) == 2 and words[0] in letters and get_close_matches(words[1].lower(), _DETAILS, 1, _NEAR):
        raise SymcalcError(f"after the letter comes brief or full, not {visible(words[1][:_SHOWN])!r}")
    return " ".join(words), detail


# What stands after a word

def wanted(text: str, what: str, pattern: str) -> str:
    if not text:
        raise SymcalcError(f"{what} is missing, as in: {pattern}")
    return text


def new_file(text: str, pattern: str) -> Path:
    path = Path(wanted(text, "a file", pattern))
    if path.exists():
        raise SymcalcError(f"{visible(text[:80])} exists; give another name")
    return path


def free_name() -> str:
    """run.png, or run-2.png where there is such a file, and so on."""
    return next(name for k in range(1, 10_000) if not Path(name := f"run{f'-{k}' if k > 1 else ''}.png").exists())


def count(text: str) -> int:
    if not text:
        return 1
    digits = text.lstrip("0")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > len(str(MOST_STEPS)) or int(digits) > MOST_STEPS:
        raise SymcalcError(f"a number of updates is a whole number from 1 to {MOST_STEPS:,}, not {visible(text[:_SHOWN])!r}")
    return int(digits)


def which(text: str, what: str) -> int:
    """The number of the update or line that is asked for."""
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(MOST_STEPS)):
        raise SymcalcError(f"say which {what} by its number, as in why 1, not {visible(text[:_SHOWN])!r}")
    return int(text)


def check_alone(word: str, text: str, instead: str) -> None:
    """Nothing is dropped in silence that stands after a word which takes nothing."""
    if text:
        raise SymcalcError(f"nothing can follow {word}, so not {visible(text[:_SHOWN])!r}; {instead}")


# The tab key

def files(begun: str) -> list[str]:
    """The files and folders whose names begin so."""
    folder, _, name = begun.rpartition("/")
    try:
        found = sorted(Path(f"{folder}/" if "/" in begun else ".").iterdir())
    except OSError:
        return []
    before = begun[:len(begun) - len(name)]
    return [f"{before}{path.name}{'/' * path.is_dir()}" for path in found
            if path.name.startswith(name) and (name or not path.name.startswith("."))]


def completed(names: Iterable[str], begun: str, text: str) -> list[str]:
    """What takes the place of the last piece typed, `text`, to make one of the names of what was `begun`.

    >>> completed(["line search", "newton"], "line se", "se")
    ['search']
    """
    kept = len(begun) - len(text)
    return [name[kept:] for name in names if name.lower().startswith(begun.lower())]
