"""Before the grammar: which characters a formula may hold, implied products, and which bar opens or closes.

`2x` and `2(x + 1)` mean products, as on a board; where a reader could take them in two ways (`1/2x`) they are
refused with both ways written out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import ClassVar

from lark import Token

from symcalc.errors import ReadError, described, visible
from symcalc.vocabulary import BY_NAME, GREEK, SPELLINGS

MAX_LENGTH = 2_000        # characters in a formula
MAX_DEPTH = 50            # brackets within brackets
MAX_DIGITS = 30           # in one number

_PLAIN = str.maketrans({"−": "-", "·": "*", "⋅": "*", "×": "*", "÷": "/", "≤": "<=", "≥": ">="})
_GREEK_LETTERS = {letter: name for name, letter in GREEK.items() if name != "lamda"} | {"ϵ": "epsilon", "ϕ": "phi"}
_ALLOWED = re.compile(r"[A-Za-z0-9_\s+\-*/^()\[\],.<>=!|⁰¹²³⁴⁵⁶⁷⁸⁹⁻₀₁₂₃₄₅₆₇₈₉−·⋅×÷≤≥" + "".join(_GREEK_LETTERS) + "]",
                      re.ASCII)
_ADVICE = {
    "√": "write sqrt(x)", "'": "a formula holds no quotation marks and no primes", "_": "a name starts with a letter",
    ".": "a number needs digits, such as 0.5",
    "=": "a loss is an expression, not an equation", "!": "factorials are not supported", "∑": "write sum(...)",
    "Σ": "write sum(...)", "%": "write /100", ";": "write one formula at a time", ":": "write one formula",
    "{": "use round brackets", "}": "use round brackets", '"': "leave the quotation marks out",
    "“": "leave the quotation marks out", "”": "leave the quotation marks out", "&": "write 0 < x < 1 for both",
    "\\": "write plain text, not LaTeX", "@": "write * for a product", "~": "it has no meaning here",
    "$": "leave the dollar signs out", "#": "it has no meaning here", "∞": "infinity is not a number here",
}
_LOOKALIKES = {"а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "х": "x", "у": "y", "і": "i", "ѕ": "s", "ј": "j",
               "А": "A", "В": "B", "Е": "E", "К": "K", "М": "M", "Н": "H", "О": "O", "Р": "P", "С": "C", "Т": "T",
               "Х": "X", "ı": "i", "ⅼ": "l"}

_ENDS_OPERAND = frozenset({"NUMBER", "NAME", "RPAR", "RSQB", "BAR_CLOSE", "SUPERSCRIPT"})
_STARTS_OPERAND = frozenset({"NUMBER", "NAME", "LPAR", "BAR_OPEN"})
_CLOSES = {"RPAR": "LPAR", "RSQB": "LSQB", "BAR_CLOSE": "BAR_OPEN"}


def prepared(text: str) -> str:
    """The text with typographic signs as plain ones, if every character may stand in a formula.

    >>> prepared("2×x − 1")
    '2*x - 1'
    """
    text = text.removeprefix("\ufeff")
    if len(text) > MAX_LENGTH:
        raise ReadError(f"the formula '{visible(text[:40])}...' is longer than {MAX_LENGTH:,} characters")
    if not text.strip():
        raise ReadError("the formula is empty; write one such as (y - (m*x + b))^2")
    for position, character in enumerate(text):
        if not _ALLOWED.match(character) or (character.isspace() and character not in " \t\r\n"):
            raise unexpected(text, position)
    _check_depth(text)
    # ≤ and ≥ grow by one character; nothing before them moves, so a caret can be off only behind one.
    return text.translate(_PLAIN)


def unexpected(text: str, position: int) -> ReadError:
    """The error for a character that cannot stand where it stands."""
    character = text[position]
    return ReadError(f"unexpected {described(character)}{_advice(character)}", text, position)


def _advice(character: str) -> str:
    plain = _LOOKALIKES.get(character) or unicodedata.normalize("NFKC", character)
    if character in _ADVICE:
        return f"; {_ADVICE[character]}"
    if plain != character and plain.isascii() and plain.isalnum():
        return f": it only looks like a plain letter or digit; did you mean '{plain}'?"
    if unicodedata.category(character) in ("Cf", "Cc", "Zl", "Zp", "Zs"):
        return ", which is invisible; delete it"
    return "; a formula holds names, numbers, + - * / ^ ( ) and functions"


def _check_depth(text: str) -> None:
    depth = 0
    for position, character in enumerate(text):
        depth += (character in "([") - (character in ")]")
        if depth > MAX_DEPTH:
            raise ReadError(f"the brackets are nested more than {MAX_DEPTH} levels deep", text, position)


def plain_name(token: str) -> str:
    """The name in plain letters: θ₁ is theta_1.

    >>> plain_name("θ₁"), plain_name("m")
    ('theta_1', 'm')
    """
    if token[0] not in _GREEK_LETTERS:
        return token
    number = unicodedata.normalize("NFKC", token[1:])
    return _GREEK_LETTERS[token[0]] + (f"_{number}" if number else "")


class Marking:
    """The stream of tokens with implied products put in and bars told apart (a lark postlex)."""

    always_accept: ClassVar[tuple[str, ...]] = ()

    def __init__(self, text: str) -> None:
        self.text = text
        self.open: list[tuple[Token, bool]] = []     # each opening bracket, and whether its group is a divisor or exponent

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        before: Token | None = None
        bound = False             # whether the operand at hand directly follows / or ^
        for token in stream:
            token = self.told_apart(token, before)
            self.check(token, before)
            if before is not None and before.type in _ENDS_OPERAND and token.type in _STARTS_OPERAND and not (
                    before.type == "NAME" and token.type == "LPAR"):
                self.check_implied(before, token, bound)
                yield Token.new_borrow_pos("TIMES_DIVIDE", "*", token)
                bound = False
            elif token.type in _STARTS_OPERAND and not (before is not None and before.type == "NAME"):
                bound = before is not None and (before.type == "RAISED" or before == "/")
            if token.type in _CLOSES.values():
                self.open.append((token, bound))
            elif token.type in _CLOSES:
                bound = self.closed(token)
            yield token
            before = token
        if self.open:
            opening = self.open[-1][0]
            raise ReadError(f"'{opening}' at column {opening.start_pos + 1} is never closed", self.text, opening.start_pos)

    def told_apart(self, token: Token, before: Token | None) -> Token:
        """A bar closes where an operand has just ended inside an open bar; otherwise it opens."""
        if token.type != "BAR_OPEN":
            return token
        inside = bool(self.open) and self.open[-1][0].type == "BAR_OPEN"
        closes = inside and before is not None and before.type in _ENDS_OPERAND
        return Token.new_borrow_pos("BAR_CLOSE", str(token), token) if closes else token

    def closed(self, token: Token) -> bool:
        if not self.open or self.open[-1][0].type != _CLOSES[token.type]:
            raise ReadError(f"'{token}' closes nothing", self.text, token.start_pos)
        return self.open.pop()[1]

    def check(self, token: Token, before: Token | None) -> None:
        """Numbers are as people write them."""
        if token.type == "NUMBER" and sum(map(str.isdigit, token)) > MAX_DIGITS:
            raise ReadError(f"the number has more than {MAX_DIGITS} digits", self.text, token.start_pos)
        adjacent = before is not None and before.end_pos == token.start_pos
        if adjacent and before is not None and before.type == "NUMBER" and (
                token.type == "NUMBER" or (before == "0" and token.type == "NAME")):
            raise ReadError(f"malformed number '{before}{token}'", self.text, before.start_pos)

    def check_implied(self, before: Token, token: Token, bound: bool) -> None:
        """An implied product is taken only where it cannot be misread."""
        if before.type == "NAME" and (before in BY_NAME or before in SPELLINGS):
            raise ReadError(f"{before} is a function; write {before}({token})", self.text, before.start_pos)
        if before.type in ("NAME", "RSQB") or token.type == "NUMBER":
            instead = f"{before}*{token}" if before.type in ("NAME", "NUMBER") else f"*{token}"
            raise ReadError(f"a sign is missing before '{token}'; did you mean {instead}?", self.text, token.start_pos)
        if bound:
            raise ReadError(f"it is unclear whether '{token}' belongs to what is under / or ^; "
                            f"write * and brackets, such as (1/2)*x or 1/(2*x)", self.text, token.start_pos)
