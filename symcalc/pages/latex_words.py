r"""Words in LaTeX: the one exit through which every string passes, so that `\input{x}` is printed, not obeyed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from symcalc.vocabulary import GREEK

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "^": r"\textasciicircum{}",
    "_": r"\_", "~": r"\textasciitilde{}", "%": r"\%", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", '"': r"\textquotedbl{}", "`": r"\textasciigrave{}", "\u00a0": "~",
}
_SYMBOLS = {
    "≤": r"\le", "≥": r"\ge", "≠": r"\ne", "≈": r"\approx", "∝": r"\propto", "∞": r"\infty", "→": r"\to", "←": r"\leftarrow",
    "⇒": r"\Rightarrow", "↦": r"\mapsto", "↑": r"\uparrow", "↓": r"\downarrow", "∇": r"\nabla", "∂": r"\partial", "∑": r"\sum",
    "∏": r"\prod", "∫": r"\int", "√": r"\surd", "·": r"\cdot", "⋅": r"\cdot", "×": r"\times", "÷": r"\div", "±": r"\pm",
    "−": "-", "∈": r"\in", "‖": r"\|", "⟨": r"\langle", "⟩": r"\rangle", "ϵ": r"\epsilon", "ο": "o",
    "µ": r"\mu", "…": r"\ldots",
}
_GREEK = {letter: rf"\{name}" for name, letter in GREEK.items() if name not in ("omicron", "lamda")}
_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ", "0123456789+-n"))
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₙ", "0123456789ijkn"))

# Text commands rather than ^ and _, so that the same words also stand in alltt, where those two are ordinary letters.
CHARACTERS: Mapping[str, str] = MappingProxyType(
    {c: rf"\ensuremath{{{tex}}}" for c, tex in {**_GREEK, **_SYMBOLS}.items()}
    | {c: rf"\textsuperscript{{{tex}}}" for c, tex in _RAISED.items()}
    | {c: rf"\textsuperscript{{\ensuremath{{{tex}}}}}" for c, tex in {"′": r"\prime", "″": r"\prime\prime"}.items()}
    | {c: rf"\textsubscript{{{tex}}}" for c, tex in _LOWERED.items()}
    | _SPECIAL
)

# What pdfLaTeX sets by itself in T1: printable ASCII, Latin letters, and the signs of text.
_LETTERS = frozenset(map(chr, (*range(0x20, 0x7F), *range(0xA1, 0x17F)))) - frozenset("\u00adĦħĸĿŀŉŦŧ")
_SIGNS = frozenset("ȘșȚț–—‘’‚“”„†‡•‰‹›€™")
_CHUNK = 10
_LONG = re.compile(rf"(\S{{{2 * _CHUNK},}})")
_LIGATURES = re.compile(r"(?<=-)(?=-)|(?<=')(?=')|(?<=,)(?=,)")


def words(text: str) -> str:
    r"""The text as LaTeX that prints exactly these characters; what cannot be set is shown as its code point.

    >>> print(words(r"\input{x} & 5 % of η"))
    \textbackslash{}input\{x\} \& 5 \% of \ensuremath{\eta}
    >>> print(words("x\x00y"))
    x[U+0000]y
    """
    pieces = _LONG.split(unicodedata.normalize("NFC", text))
    return "".join(_breakable(piece) if k % 2 else _plain(piece) for k, piece in enumerate(pieces))


def _breakable(run: str) -> str:
    """A run too long for a line may end it within."""
    return r"\allowbreak{}".join(_plain(run[k:k + _CHUNK]) for k in range(0, len(run), _CHUNK))


def _plain(text: str) -> str:
    # TeX would draw -- as one dash; an empty group keeps the two apart.
    return "{}".join("".join(map(_character, piece)) for piece in _LIGATURES.split(text))


def _character(character: str) -> str:
    if character in CHARACTERS:
        return CHARACTERS[character]
    return character if character in _LETTERS or character in _SIGNS else f"[U+{ord(character):04X}]"
