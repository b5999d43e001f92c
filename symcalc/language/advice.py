"""What to say to a formula that cannot be read: what is wrong, and what to type instead."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping

from lark import Token

from symcalc.errors import ReadError
from symcalc.language.names import alike, checked_name, plain_name
from symcalc.language.tokens import CALLED, FORMS, shortened, unexpected
from symcalc.vocabulary import BY_NAME, GREEK, SPELLINGS

INDEX = "square brackets hold the row of a column, as in x[i]; write round ones around anything else"
_SIGNS = ("√", "∛", "{", "}", ";")
_ELSEWHERE = {"pow": "x^2", "square": "x^2", "lg": "log10(x)", "ld": "log2(x)", "tg": "tan(x)", "ctg": "cot(x)",
              "log_": "log(x, b)", "arctg": "atan(x)", "sen": "sin(x)",
              "avg": "mean(f)", "average": "mean(f)", "logistic": "sigmoid(x)",
              "σ": "sigmoid(x)", "Γ": "gamma(x)", "root": "x^(1/3)", "psi": "digamma(x)",
              "trigamma": "polygamma(1, x)",
              "erfc": "1 - erf(x)", "lse": "logsumexp(a, b)", "logaddexp": "logsumexp(a, b)",
              "log_softmax": "ln(softmax(1, a, b))", "frac": "a/b"}       # what others call it

_USUAL = ("exp, ln, sin, cos, tan (also asin, sinh), log2, sqrt, abs, sign, sigmoid, softplus, relu, softmax, max, min, "
          "piecewise, sum, mean and rarer ones")


def misplaced(token: Token | None, text: str) -> ReadError:
    """The sentence for a token that cannot stand where it stands."""
    if token is None or token.type == "$END":
        last = text.rstrip()
        return ReadError(f"something must follow '{last[-1]}'", text, len(last))
    place = token.start_pos
    cased = token in ("{", "}", ";") and " otherwise}" in text
    if (token in _SIGNS or token.type == "OF_ROW") and not cased:
        return unexpected(text, place)
    if cased or token.type in ("IF", "OTHERWISE", "AND", "OR"):
        return ReadError(f"unexpected '{token}'; cases are written {{x^2 if x < 1; 2*x otherwise}}", text, place)
    in_index = text.rfind("[", 0, place) > text.rfind("]", 0, place)
    said = INDEX if in_index else {
        "RELATION": "a comparison is not allowed here, only as a condition in piecewise(...)",
        "COMMA": "one expression is expected here, not a list",
        "LSQB": INDEX,
    }.get(token.type, f"unexpected '{shortened(token)}'; a number, a name or a bracket is expected here")
    if token.type == "COMMA" and text[place - 1:place].isdigit() and text[place + 1:place + 2].isdigit():
        said += "; write decimals with a point, such as 0.5"
    return ReadError(said, text, place)


def check_names(names: Mapping[str, Token], parameters: set[str], columns: set[str], over_rows: bool, text: str) -> None:
    """No name is too long, looks like another, or is two names run together."""
    declared = parameters | columns
    absent = declared - names.keys()
    for name, place in names.items():
        try:
            checked_name(name)
        except ReadError as error:
            raise ReadError(error.sentence, text, place.start_pos) from None
        if name in declared or name in GREEK:
            continue
        meant = f"{name[:-2]}[i]" if over_rows and name.endswith("_i") else _run_together(name, parameters, absent)
        if meant:
            raise ReadError(f"{name} is read as one name, which is not declared; did you mean {meant}?", text, place.start_pos)
    if pair := alike(names):
        raise ReadError(f"the names {pair[0]} and {pair[1]} look the same when printed; rename one", text,
                        names[pair[1]].start_pos)


def _run_together(name: str, parameters: set[str], absent: set[str]) -> str | None:
    """What was probably meant by a name such as sinx, or by mx where x is declared and occurs nowhere else."""
    for known in sorted(absent):
        if len(name) == len(known) + 1 and name.startswith(known):
            rest = name[len(known):]
            if rest.isalpha():
                return f"{known}*{rest}"
            if rest.isdigit() and known in parameters:
                return f"{known}^{rest}"
        if len(name) == len(known) + 1 and name.endswith(known) and name[0].isalpha():
            return f"{name[0]}*{known}"
    for function in sorted(BY_NAME.keys() | SPELLINGS.keys()):
        if name.startswith(function) and name[len(function):] in {"x", "y", "z", "theta", *absent}:
            return f"{function}({name[len(function):]})"
    return None


def no_function(name: str, inside: str, declared: Collection[str]) -> str:
    """The sentence for a call of something that is no function: a forgotten product sign, or a misspelling."""
    called, short = f"({shortened(inside)})", shortened(name)
    if name in _ELSEWHERE:
        return f"unknown function '{name}'; write {_ELSEWHERE[name]}"
    if _is_letter(plain_name(name)) or plain_name(name) in declared:
        return f"{short} is a name, not a function; did you mean {short}*{called}?"
    if name[1:] in CALLED:
        return f"unknown function '{name}'; did you mean {name[0]}*{name[1:]}{called}?"
    if near := [match for known in ((*BY_NAME, *SPELLINGS), FORMS)
                for match in difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.65)]:
        return f"unknown function '{short}'; did you mean '{near[0]}'?"
    return f"unknown function '{short}'; the functions are {_USUAL}"


def _is_letter(name: str) -> bool:
    """Whether a name is one letter, Latin or Greek, with or without a number."""
    letter = re.sub(r"_?\d+$", "", name)
    return len(letter) == 1 or letter in GREEK
