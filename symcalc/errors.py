"""What symcalc says when it cannot go on: one sentence with where, why and what to do instead."""

from __future__ import annotations

import reprlib
import unicodedata
from collections.abc import Iterable

_WIDTH = 72      # of the piece of a long text that is shown above the caret
_GIVEN = 40      # characters of a value that a message repeats
_HALF = 150     # characters at either end of a long path
_NEAR = 0.7      # how alike a name is to the one that was meant; 1 is the same


def visible(text: str) -> str:
    """`text` with everything that could steer a terminal, or hide, written as its code point.

    >>> visible("x\\x1b[31m")
    'x<U+001B>[31m'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else f"<U+{ord(c):04X}>" for c in text)


def named(path: object) -> str:
    """A path as a message repeats it: visible, and of one that would fill the screen the beginning and the end.

    >>> named("points.csv"), len(named("x"*100_000 + ".csv"))
    ('points.csv', 301)
    """
    return ends_of(visible(str(path)))


def ends_of(words: str, half: int = _HALF) -> str:
    """The words, or of more than twice so many characters the beginning and the end.

    >>> ends_of("symcalc", 3)
    'sym…alc'
    """
    return words if len(words) <= 2 * half else f"{words[:half]}…{words[-half:]}"


def described(character: str) -> str:
    """A character as a reader can look it up: itself, its code point and its name.

    >>> described("\\u0445")
    "'х' (U+0445 CYRILLIC SMALL LETTER HA)"
    """
    name = unicodedata.name(character, "")
    shown = f"'{character}' " if character.isprintable() and not character.isspace() else ""
    return f"{shown}(U+{ord(character):04X}{' ' if name else ''}{name})".strip()


class _Plain(reprlib.Repr):
    """Writes Python's own values; any other is told by its kind, since what it writes of itself is code of its own."""

    def repr1(self, x: object, level: int) -> str:
        if type(x) is int and x.bit_length() > 1_000:
            return "a whole number of more than 300 digits"           # Python refuses to write out the longest
        return super().repr1(x, level) if type(x) in _PLAIN or _home(x) in _KNOWN else type(x).__name__

    def repr_dict(self, x: dict[object, object], level: int) -> str:
        """The pairs in the order in which they were given; reprlib sorts them."""
        shown = [*x][:self.maxdict] if level else []
        pairs = [f"{self.repr1(key, level - 1)}: {self.repr1(x[key], level - 1)}" for key in shown]
        return "{" + ", ".join([*pairs, "..."] if len(pairs) < len(x) else pairs) + "}"


def _home(value: object) -> str:
    return str(type(value).__module__).partition(".")[0]


_KNOWN = frozenset({"numpy", "pandas", "decimal", "fractions", "datetime"})
_PLAIN = frozenset({int, float, complex, bool, str, bytes, list, tuple, dict, set, frozenset, range, type(None)})
_TELLER = _Plain()
_TELLER.maxstring = _TELLER.maxother = _GIVEN + 8


def as_given(value: object) -> str:
    """A value that was given, as a message repeats it: short, visible, and without asking a stranger to write itself.

    >>> as_given([1, "a\\x1b"]), as_given(object())
    ("[1, 'a\\\\x1b']", 'object')
    """
    return visible(_TELLER.repr(value))[:_GIVEN]


def meant(given: object, names: Iterable[str], otherwise: str) -> str:
    """Which of the names was perhaps meant, by its letters or by how it begins; where none is near, what else to say.

    >>> meant("Adma", ["newton", "adam"], ""), meant("sgd", ["newton", "adam"], "there are newton and adam")
    ('did you mean adam?', 'there are newton and adam')
    """
    from difflib import get_close_matches  # takes longer to import than most commands have to wait

    wanted, known = ("_".join(given.lower().replace("-", " ").split()) if isinstance(given, str) else ""), tuple(names)
    near = get_close_matches(wanted, known, n=1, cutoff=_NEAR) or [name for name in known if wanted[:4] == name[:4]]
    return f"did you mean {near[0]}?" if len(near) == 1 else otherwise


def perhaps(given: object, names: Iterable[str]) -> str:
    """What to add to a sentence that lists the names: the one that was perhaps meant.

    >>> perhaps("breif", ["brief", "full"]), perhaps("long", ["brief", "full"])
    ('; did you mean brief?', '')
    """
    near = meant(given, names, "")
    return near and f"; {near}"


class SymcalcError(Exception):
    """Every error that symcalc raises on purpose; `str()` is what to show a person.

    >>> raise SymcalcError("there is nothing to do")
    Traceback (most recent call last):
    symcalc.errors.SymcalcError: there is nothing to do
    """


class ReadError(SymcalcError, ValueError):
    """A text that is no formula: the sentence, then the text with a caret under the place.

    >>> print(ReadError("something must follow '+'", "x +", 3))
    something must follow '+'
      x +
         ^
    """

    def __init__(self, sentence: str, text: str = "", position: int | None = None) -> None:
        self.sentence, self.text, self.position = sentence, text, position
        super().__init__(sentence, text, position)

    def __str__(self) -> str:
        if self.position is None:
            return self.sentence
        start = max(0, self.position - _WIDTH // 2)
        before = visible(self.text[start:self.position])
        after = visible(self.text[self.position:start + _WIDTH])
        return f"{self.sentence}\n  {before}{after}\n  {' ' * len(before)}^"


class LossError(SymcalcError, ValueError):
    """An expression that cannot be a loss, or cannot be differentiated or compiled.

    >>> issubclass(LossError, ValueError)
    True
    """


class DataError(SymcalcError, ValueError):
    """A table that does not fit: which file, line and column, and the fix.

    >>> issubclass(DataError, ValueError)
    True
    """


class DescentError(SymcalcError, ValueError):
    """A descent that cannot start: its rate, steps, start or method.

    >>> issubclass(DescentError, ValueError)
    True
    """


class ProofError(SymcalcError):
    """A line of a derivation that does not equal the one before it: a fault in symcalc, never shown as a result.

    >>> issubclass(ProofError, SymcalcError)
    True
    """
