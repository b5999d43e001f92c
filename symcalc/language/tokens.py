"""Before the grammar: which characters a formula may hold, implied products, and which bar opens or closes.

`2x` and `2(x + 1)` mean products, as on a board; where a reader could take them in two ways (`1/2x`) they are
refused with both ways written out. Nothing here moves a character, so that a caret stands under what was typed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from typing import ClassVar

from lark import Token

from symcalc.errors import ReadError, described, visible
from symcalc.language.names import GREEK_LETTERS, plain_name
from symcalc.language.printed import ENDS_OPERAND, PRINTED, SHOWN, STARTS_OPERAND, has_rows, is_function
from symcalc.vocabulary import BY_NAME, GREEK, SPELLINGS

MAX_LENGTH = 2_000        # characters in a formula
MAX_DEPTH = 50            # brackets within brackets
MAX_DIGITS = 30           # in one number

_PLAIN = str.maketrans({"−": "-", "–": "-", "·": "*", "⋅": "*", "×": "*", "÷": "/"})
_ALLOWED = re.compile(r"[A-Za-z0-9_\s+\-*/^()\[\],.<>=!|⁰¹²³⁴⁵⁶⁷⁸⁹⁻₀₁₂₃₄₅₆₇₈₉−–·⋅×÷≤≥≠√∛ᵢ" + "".join(GREEK_LETTERS) + "]",
                      re.ASCII)
_QUOTES = "leave quotation marks and primes out"
_ADVICE = {
    "√": "write sqrt(x)", "'": _QUOTES, "’": _QUOTES, "‘": _QUOTES, "´": _QUOTES, "`": _QUOTES, "′": _QUOTES, '"': _QUOTES,
    "“": _QUOTES, "”": _QUOTES, "„": _QUOTES, "_": "a name starts with a letter, a number is written in one piece",
    ".": "a number needs digits, such as 0.5, and a function no np. in front",
    "=": "a loss is an expression, not an equation; write its right side alone (comparisons are ==, <= and >=)",
    "!": "factorials are not supported; write the number", "∑": "write sum(...)", "%": "write /100 for a percentage",
    ";": "write one formula at a time", ":": "write one formula alone",
    "{": "use round brackets, as in x^(2), and plain numbers, as in x_1", "}": "use round brackets",
    "&": "write 0 < x < 1 for both", "\\": "write plain text, not LaTeX, such as a/b or sqrt(x)", "@": "write * for a product",
    "∛": "write cbrt(x)",
    "∗": "write * for a product", "•": "write * for a product", "∙": "write * for a product", "~": "it has no meaning here",
    "$": "leave the dollar signs out", "#": "it has no meaning here", "∞": "infinity is not a number here",
    "ᵢ": "write x[i]", "ⁿ": "write x^n", "½": "write 1/2", "ˆ": "write ^ for a power",
    "∂": "a derivative cannot stand in a formula",
    "\N{COMBINING CIRCUMFLEX ACCENT}": "write _hat behind the letter, as in v_hat",
}
_LOOKALIKES = {"а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "х": "x", "у": "y", "і": "i", "ѕ": "s", "ј": "j",
               "А": "A", "В": "B", "Е": "E", "К": "K", "М": "M", "Н": "H", "О": "O", "Р": "P", "С": "C", "Т": "T",
               "Х": "X", "ı": "i", "ⅼ": "l"}

_CLOSES = {"RPAR": "LPAR", "RSQB": "LSQB", "RBRACE": "LBRACE", "BAR_CLOSE": "BAR_OPEN"}

FORMS = frozenset({"max", "Max", "min", "Min", "sum", "mean", "Sum", "piecewise", "Piecewise"})
"""The functions of several arguments or with a shape of their own."""

CALLED = (BY_NAME.keys() | SPELLINGS.keys() | FORMS) - GREEK.keys()
"""The names that can only be meant as functions; gamma is a letter as well."""

_SLOPE = re.compile(r"(?<!\w)d(?:/d\w*[^\W²³⁴-⁹]|(?:[²³⁴-⁹]|\^\d)/d\w*[^\W²³⁴-⁹](?:[²³⁴-⁹]|\^\d))\Z")
_RESTS = {"LPAR": "...)", "BAR_OPEN": "...|", "LBRACE": "...}", "ROOT": "..."}
_WORDS = {"and": "write 0 < x < 1 for both", "or": "give each case a pair of its own in piecewise",
          "not": "write the opposite comparison", "if": "write piecewise((f, x < 1), (g, True))",
          "else": "write piecewise((f, x < 1), (g, True))"}


def prepared(text: str) -> str:
    """The text with typographic signs as plain ones, if every character may stand in a formula.

    >>> prepared("2×x − 1")
    '2*x - 1'
    """
    text = text.removeprefix("\ufeff")
    _check_depth(text[:MAX_LENGTH])
    check_length(text)
    if not text.strip():
        raise ReadError("the formula is empty; write one such as (y - (m*x + b))^2")
    cased = "{" in text and " otherwise}" in text             # cases as they are printed
    for position, character in enumerate(text):
        if character in "{};" and cased:
            continue
        if not _ALLOWED.match(character) or (character.isspace() and character not in " \t\r\n"):
            raise unexpected(text, position)
    return text.translate(_PLAIN)


def check_length(text: str, called: str = "formula") -> None:
    """The text is short enough to be looked through."""
    if len(text) > MAX_LENGTH:
        raise ReadError(f"the {called} '{visible(text[:40])}...' is longer than {MAX_LENGTH:,} characters")


def unexpected(text: str, position: int) -> ReadError:
    """The error for a character that cannot stand where it stands."""
    character = text[position]
    return ReadError(f"unexpected {described(character)}{_advice(character)}", text, position)


def _advice(character: str) -> str:
    if character in _ADVICE:
        return f"; {_ADVICE[character]}"
    if "SUBSCRIPT SMALL LETTER" in unicodedata.name(character, ""):
        return "; write an index in square brackets, as in w[j], and what is summed over it as Sum(w[j], (j, 1, p))"
    if unicodedata.decomposition(character).startswith("<super>"):
        return "; write ^ for a power, as in e^x"
    if unicodedata.normalize("NFD", character)[1:] == "\N{COMBINING CIRCUMFLEX ACCENT}":
        return f"; write {unicodedata.normalize('NFD', character)[0]}_hat"
    plain = _LOOKALIKES.get(character) or unicodedata.normalize("NFKC", character)
    if plain != character and len(plain) == 1 and plain.isascii() and plain.isprintable() and plain != " ":
        return f": it only looks like a plain letter, digit or sign; did you mean '{plain}'?"
    kind = unicodedata.category(character)
    if kind == "Pd":
        return "; write - for minus"
    if kind in ("Cf", "Cc", "Zl", "Zp", "Zs"):
        return ", which is invisible; " + ("type a plain space" if kind == "Zs" else "delete it")
    return "; a formula holds names, numbers, + - * / ^ ( ) and functions"


def _check_depth(text: str) -> None:
    depth = 0
    for position, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if depth > MAX_DEPTH:
            raise ReadError(f"the brackets are nested more than {MAX_DEPTH} levels deep", text, position)


def shortened(text: str) -> str:
    """The text for a message, cut where it is long.

    >>> shortened("a" * 100)
    'aaaaaaaaaaaaaaaaaaaa...'
    """
    return text if len(text) <= 24 else f"{text[:20]}..."


def with_standing(stream: Iterator[Token]) -> Iterator[Token]:
    """The tokens with each d/dx, written in one piece, as one: a derivative that still stands."""
    held: list[Token] = []              # d, then d and /, then d, / and d, until it is clear what follows
    for token in stream:
        joined = bool(held) and held[-1].end_pos == token.start_pos
        if joined and token.type == "NAME" and (
                (len(held) == 2 and token[0] == "d" and len(token) > 1) or (len(held) == 3 and token[0] in GREEK_LETTERS)):
            yield Token.new_borrow_pos("STANDING", f"d/{token if len(held) == 2 else f'd{token}'}", held[0])
            held = []
            continue
        if len(held) == 3:
            yield from held[:2]
            held = held[2:]
        if joined and ((len(held) == 1 and token == "/") or (len(held) == 2 and token == "d")):
            held.append(token)
            continue
        yield from held
        held = [token] if token == "d" else []
        if not held:
            yield token
    yield from held


class Marking:
    """The stream of tokens with implied products put in and bars told apart (a lark postlex)."""

    always_accept: ClassVar[tuple[str, ...]] = ()

    def __init__(self, text: str, letters: Collection[str] = (), standing: bool = False) -> None:
        self.text, self.letters = text, letters         # letters that are no functions: m x and x (y + 1) are products
        self.beside = SHOWN if standing else None if has_rows(text) else ()      # and with a space between; None for all
        self.open: list[tuple[Token, Token | None]] = []     # each opening bracket, and the / or ^ that its group stands under

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        before: Token | None = None
        operator: Token | None = None      # the / or ^ just read, with nothing but signs after it
        under: Token | None = None         # the / or ^ that the operand at hand stands under
        powered: Token | None = None       # the function that has just been given a power: sin in sin^2
        for token in stream:
            token = self.told_apart(token, before)
            self.check(token, before)
            called = before is not None and token.type == "LPAR" and (before.type == "POWER_OF" or (
                before.type == "NAME" and not self.is_letter(before) and not self.stands_beside(before, token)))
            rooted = before is not None and before.type == "ROOT"
            if before is not None and before.type in ENDS_OPERAND and token.type in STARTS_OPERAND and not called:
                self.check_implied(before, token, under, powered)
                yield Token.new_borrow_pos("TIMES_DIVIDE", "*", token)
                under = None
            elif token.type in STARTS_OPERAND and not called and not rooted:
                under = operator
            if token.type in ("RAISED", "SUPERSCRIPT"):
                powered = before if before in CALLED or (before in PRINTED and not self.is_letter(before)) else None
            elif operator is None:
                powered = None
            if token.type == "RAISED" or token == "/":
                operator = token
            elif token.type != "PLUS_MINUS":
                operator = None
            if token.type in _CLOSES.values():
                self.open.append((token, under))
            elif token.type in _CLOSES:
                under = self.closed(token)
            yield token
            before = token
        if self.open:
            opening = self.open[-1][0]
            raise ReadError(f"'{opening}' at column {opening.start_pos + 1} is never closed", self.text, opening.start_pos)

    def is_letter(self, token: Token) -> bool:
        return token.type == "NAME" and plain_name(str(token)) in self.letters

    def stands_beside(self, before: Token, token: Token) -> bool:
        """Whether a name and what follows it with a space between are a product, as on a page."""
        return (before.type in ("NAME", "RSQB") and before.end_pos < token.start_pos and not is_function(str(before))
                and before not in CALLED and before not in _WORDS and token not in _WORDS
                and (self.beside is None or (before.type == "NAME" and plain_name(str(before)) in self.beside)))

    def told_apart(self, token: Token, before: Token | None) -> Token:
        """A bar closes where an operand has just ended inside an open bar; otherwise it opens."""
        if token.type != "BAR_OPEN":
            return token
        inside = bool(self.open) and self.open[-1][0].type == "BAR_OPEN"
        closes = inside and before is not None and before.type in ENDS_OPERAND and not self.is_within(token)
        return Token.new_borrow_pos("BAR_CLOSE", str(token), token) if closes else token

    def is_within(self, bar: Token) -> bool:
        """Whether the bar opens in |2 |x| - 1|, by the space before it; both have to be closed."""
        around, place = self.text, bar.start_pos
        return (around[place - 1].isspace() and not around[place + 1:place + 2].isspace()
                and not around[self.open[-1][0].end_pos].isspace() and around.count("|", place + 1) > 1)

    def closed(self, token: Token) -> Token | None:
        if not self.open or self.open[-1][0].type != _CLOSES[token.type]:
            raise ReadError(f"'{token}' closes nothing", self.text, token.start_pos)
        return self.open.pop()[1]

    def check(self, token: Token, before: Token | None) -> None:
        """Numbers are as people write them, and Σ is no letter before what it sums."""
        if token.type == "NUMBER" and sum(map(str.isdigit, token)) > MAX_DIGITS:
            raise ReadError(f"the number has more than {MAX_DIGITS} digits", self.text, token.start_pos)
        if token == "=":
            raise unexpected(self.text, token.start_pos)
        if before is None:
            return
        if before.end_pos == token.start_pos and before.type == "NUMBER" and (
                token.type == "NUMBER" or (before == "0" and token.type == "NAME")):
            raise ReadError(f"malformed number '{before}{shortened(token)}'; write one such as 0.5 or 2e-3", self.text,
                            before.start_pos)
        if before == "Σ" and before.type == "NAME" and token.type in STARTS_OPERAND:
            raise ReadError("a sum over the rows is written sum(...)", self.text, before.start_pos)
        if self.beside != SHOWN and token.type in STARTS_OPERAND and _SLOPE.search(self.text, 0, before.end_pos):
            raise ReadError("a derivative cannot stand in a formula; write the function itself", self.text, before.start_pos)
        if before == "/" and token.type == "SUM_SIGN":
            raise ReadError("it is unclear what stands under the fraction bar; write 1/sum(...)", self.text, token.start_pos)

    def check_implied(self, before: Token, token: Token, under: Token | None, powered: Token | None) -> None:
        """An implied product is taken only where it cannot be misread."""
        if powered is not None:
            inverse = (f", or a{powered}(x) for the inverse" if f"a{powered}" in BY_NAME else
                       f", or {powered}^2*(x) where {powered} is a letter" if powered in PRINTED else "")
            raise ReadError(f"a power stands behind the argument; write {powered}(x)^2{inverse}", self.text, powered.start_pos)
        if word := next((word for word in (before, token) if word in _WORDS), None):
            raise ReadError(f"unexpected '{word}'; {_WORDS[word]}", self.text, word.start_pos)
        if before in CALLED:
            what = token if token.type == "NAME" and token not in CALLED else "x"
            raise ReadError(f"{before} is a function; write its argument in brackets, as in {before}({shortened(what)})",
                            self.text, before.start_pos)
        if (before.type in ("NAME", "RSQB") and not self.is_letter(before) and not self.stands_beside(before, token)) or (
                token.type == "NUMBER"):
            rest = _RESTS.get(token.type, "(...)" if token in CALLED else "")
            raise ReadError(f"a sign is missing before '{shortened(token)}'; "
                            f"did you mean {shortened(before)}*{shortened(token)}{rest}?", self.text, token.start_pos)
        if self.text[before.start_pos - 1:before.start_pos] in ("√", "∛") and before.type in ("NUMBER", "NAME") and (
                before.end_pos == token.start_pos):
            raise ReadError("it is unclear how far the root reaches; write sqrt(...)", self.text, before.start_pos - 1)
        ended = under != "/" and self.beside != () and before.end_pos < token.start_pos        # 2^x ln(2), on a page
        if under is not None and token.type != "SUM_SIGN" and not ended:
            place, ways = ("under the fraction bar", "(1/2)*x or 1/(2*x)") if under == "/" else \
                ("to the exponent", "x^2*y or x^(2*y)")
            raise ReadError(f"it is unclear whether '{shortened(token)}' belongs {place}; write * and brackets, such as {ways}",
                            self.text, token.start_pos)
