"""Much the same markup, many times: what comes again and again is written once, and a sign stands for it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

_TOKENS = re.compile(r"<[^<>]*>|[^<]+|<")
_SIGNS = range(0x100, 0x250)        # letters of two bytes; those that the texts have themselves are left out
_AT_ONCE = 60                       # pairs that become words in one round
_ROUND = 2                          # times that a pair must come to become one
_COST = 8                           # bytes around a word where it is written down


@dataclass(frozen=True, slots=True)
class Shorthand:
    """Texts with signs in them, and for each sign the words that it stands for, which may have signs in them too.

    >>> Shorthand.of(["<mi>x</mi><mo>+</mo><mi>x</mi>", "<mi>x</mi>", "<mi>x</mi>", "<mi>x</mi>"])
    Shorthand(words={'Ă': '<mi>x</mi>'}, texts=('Ă<mo>+</mo>Ă', 'Ă', 'Ă', 'Ă'))
    """

    words: dict[str, str]
    texts: tuple[str, ...]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Shorthand:
        """Pairs of neighbours that come often become one sign, round by round, as long as that makes the whole shorter."""
        used = {*"".join(texts)}
        free = [sign for sign in map(chr, _SIGNS) if sign not in used]
        written = [_TOKENS.findall(text) for text in texts]
        words: dict[str, str] = {}
        while pairs := _worth(written, min(_AT_ONCE, len(free) - len(words))):
            signs = dict(zip(pairs, free[len(words):]))
            words |= {sign: first + second for (first, second), sign in signs.items()}
            written = [_joined(text, signs) for text in written]
        return _without_idle(words, ["".join(text) for text in written])


def _worth(written: Iterable[Sequence[str]], most: int) -> list[tuple[str, str]]:
    """The pairs of neighbours that spare most bytes where one sign stands for them."""
    count = Counter(pair for text in written for pair in pairwise(text))
    gains = {pair: _gain(_bytes("".join(pair)), times) for pair, times in count.items() if times > _ROUND}
    return sorted((pair for pair, gain in gains.items() if gain > 0), key=gains.__getitem__, reverse=True)[:most]


def _joined(text: Sequence[str], signs: dict[tuple[str, str], str]) -> list[str]:
    found: list[str] = []
    last: str | None = None
    for token in text:
        if last is None:
            last = token
        elif sign := signs.get((last, token)):
            found.append(sign)
            last = None
        else:
            found.append(last)
            last = token
    return found if last is None else [*found, last]


def _without_idle(words: dict[str, str], texts: list[str]) -> Shorthand:
    """The same where every word still pays: some stand in longer ones alone."""
    for sign in reversed([*words]):                     # a word has only signs of earlier ones in it
        times = sum(text.count(sign) for text in texts) + sum(word.count(sign) for word in words.values())
        if _gain(_bytes(words[sign]), times) <= 0:
            word = words.pop(sign)
            texts = [text.replace(sign, word) for text in texts]
            words = {other: text.replace(sign, word) for other, text in words.items()}
    return Shorthand(words, tuple(texts))


def _gain(size: int, times: int) -> int:
    return times * (size - 2) - size - _COST


def _bytes(text: str) -> int:
    return len(text.encode("utf-8"))
