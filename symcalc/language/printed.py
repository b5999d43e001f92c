"""What symcalc prints and nobody types: Σ xᵢ yᵢ, sin²(x), {x if x > 0; 1 otherwise}; told from what stands around it.

A first pass over the tokens. Each sign that it takes is refused anywhere else, so that no other formula changes its meaning.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from lark import Token

from symcalc.errors import ReadError
from symcalc.language.names import plain_name
from symcalc.vocabulary import BY_NAME, FUNCTIONS, SPELLINGS, SUBSCRIPTED

ENDS_OPERAND = frozenset({"NUMBER", "NAME", "RPAR", "RSQB", "RBRACE", "BAR_CLOSE", "SUPERSCRIPT", "OF_ROW"})
STARTS_OPERAND = frozenset({"NUMBER", "NAME", "LPAR", "LBRACE", "BAR_OPEN", "STANDING", "ROOT", "SUM_SIGN"})
PRINTED = frozenset(row.printed for row in FUNCTIONS.values() if row.printed) - BY_NAME.keys()       # σ, also a letter
SHOWN = ("pi", "e", "n", "i")                # what stands beside a letter without having been declared: 2π w

_OPENS, _CLOSES = ("LPAR", "LSQB", "LBRACE"), ("RPAR", "RSQB", "RBRACE")
_SUM = re.compile(r"Σ(?=ᵢ?(?:\s*[A-Za-z(√∛{\u0370-\u03ffµ]|\s+[0-9.|]))")
_CASE_WORDS = {"if": "IF", "otherwise": "OTHERWISE"}
_JOINING = {"and": "AND", "or": "OR"}
_TIGHT_SUM = re.compile(r"\s*(?:$|[-+−–)\]},;|<>=≤≥≠])|\s+(?:if|otherwise|and|or)\b")


def has_rows(text: str) -> bool:
    """Whether the formula runs over rows in signs that only print has, so that letters side by side in it are a product.

    >>> has_rows("1/n Σ m xᵢ"), has_rows("sum(m*x)")
    (True, False)
    """
    return "ᵢ" in text or bool(_SUM.search(text))


def is_function(name: str) -> bool:
    """Whether the name is that of a function of the table, with its subscript where it has one: sin, log₂.

    >>> is_function("sin"), is_function("log₂"), is_function("max")
    (True, True, False)
    """
    stem, _, index = plain_name(name).partition("_")
    return name in BY_NAME or name in SPELLINGS or (stem in SUBSCRIPTED and bool(index))


def told(stream: Iterator[Token], text: str, known: Collection[str], as_shown: bool) -> Iterator[Token]:
    """The tokens, with those of printed signs told apart; `known` are the letters that are declared."""
    before: Token | None = None
    open_: list[str] = []                # each opening bracket, or the function whose it is
    bars = [0]                           # how many bars stand in each of them, so far
    for token in stream:
        ended = before is not None and (before.type in ENDS_OPERAND or (before.type == "BAR_OPEN" and bars[-1] % 2 == 0))
        if token.type == "OF_ROW":
            if before is not None and before.type == "SUM_SIGN":
                continue                 # Σᵢ is Σ
            token = Token.new_borrow_pos("OF_ROW", "i", token)
        elif token.type == "NAME":
            token = _named(token, text, known, as_shown, ended, open_, bars[-1])
        elif token.type == "ROOT" and not as_shown:
            _check_root(token, text)
        elif token.type == "STANDING":
            token = Token.new_borrow_pos("STANDING", f"d/d{_spelled(token[3:], known)}", token)
        elif token.type == "SUPERSCRIPT" and before is not None and before.type == "NAME":
            token = _power(token, before, text, known)
        elif token == "=" and "{" in open_:
            token = Token.new_borrow_pos("RELATION", "==", token)
        if token.type in _OPENS:
            open_.append(str(before) if token == "(" and before is not None and before.type == "NAME" else str(token))
            bars.append(0)
        elif token.type in _CLOSES and open_:
            open_.pop()
            bars.pop()
        bars[-1] += token.type == "BAR_OPEN"
        yield token
        before = token


def _named(token: Token, text: str, known: Collection[str], as_shown: bool, ended: bool, open_: list[str],
           bars: int) -> Token:
    """A name, or what it is here: the sign of a sum, the sigmoid, or a word of cases in braces."""
    after = text[token.end_pos:]
    if token == "Σ" and plain_name("Σ") not in known and _SUM.match(text, token.start_pos):
        if after.lstrip("ᵢ").lstrip().startswith("|") and bars % 2:
            raise ReadError("it is unclear where the bars end; write abs(...) and sum(...)", text, token.start_pos)
        _check_reach(text, token)
        return Token.new_borrow_pos("SUM_SIGN", "Σ", token)
    if token in PRINTED and as_shown and plain_name(str(token)) not in known and re.match(r"[¹²³⁴⁵⁶⁷⁸⁹⁰]*\(", after):
        return Token.new_borrow_pos("NAME", BY_NAME["sigmoid"].names[0], token)
    if ended and token in _CASE_WORDS and open_ and open_[-1] == "{":
        return Token.new_borrow_pos(_CASE_WORDS[token], str(token), token)
    if ended and token in _JOINING and not {"{", "piecewise", "Piecewise"}.isdisjoint(open_):
        return Token.new_borrow_pos(_JOINING[token], str(token), token)
    return token if token.isascii() else Token.new_borrow_pos("NAME", _spelled(str(token), known), token)


def _check_root(token: Token, text: str) -> None:
    """Typed, a root has brackets: how far one without them reaches is plain only in what was printed."""
    if alone := re.match(r"[√∛]+\s*(\w+)", text[token.start_pos:]):
        name = "cbrt" if token == "∛" else "sqrt"
        raise ReadError(f"write {name}({alone[1]}) for {token}{alone[1]}", text, token.start_pos)


def _spelled(name: str, known: Collection[str]) -> str:
    """The name as it was declared, where it is printed in the same way: theta1 for θ₁, if there is no theta_1.

    >>> _spelled("θ₁", ["theta1"]), _spelled("λ", ["lamda"]), _spelled("θ₁", ["theta1", "theta_1"])
    ('theta1', 'lamda', 'θ₁')
    """
    plain = plain_name(name)
    if name[0].isascii() or plain in known:
        return name
    return next((twin for twin in (plain.replace("_", ""), plain.replace("lambda", "lamda"),
                                   plain.replace("lambda_", "lamda")) if twin in known), name)


def _check_reach(text: str, sign: Token) -> None:
    """Σ sums the product behind it; brackets that touch it are all of that, or it is unclear."""
    first = sign.end_pos + text[sign.end_pos:].startswith("ᵢ")
    if text[first:first + 1] != "(":
        return
    depth = 0
    for place in range(first, len(text)):
        depth += (text[place] in "([{") - (text[place] in ")]}")
        if depth == 0:
            if not _TIGHT_SUM.match(text, place + 1):
                raise ReadError("it is unclear how far Σ reaches; write sum(...)", text, sign.start_pos)
            return


def _power(token: Token, name: Token, text: str, known: Collection[str]) -> Token:
    """² of sin²(x), which is that of sin(x); sin² alone is a letter to a power."""
    if (not text.startswith("(", token.end_pos) or token.start_pos != name.end_pos
            or plain_name(str(name)) in known or not is_function(str(name))):
        return token
    if token == "⁻¹":
        inverse = f"a{name}(x) for the inverse" if f"a{name}" in BY_NAME else "the inverse by its own name"
        raise ReadError(f"{name}⁻¹ can mean two things; write 1/{name}(x) for the fraction, or {inverse}", text, name.start_pos)
    return token if token.startswith("⁻") else Token.new_borrow_pos("POWER_OF", str(token), token)
