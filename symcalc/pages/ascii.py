"""Mathematics and words in the letters that every terminal has: x^2, x[i], sum(...), sqrt(...), d/dm, ->.

An expression is written as it can be typed; words, and formulas written by hand, letter by letter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from unicodedata import combining, normalize

from sympy import Basic

from symcalc.errors import visible
from symcalc.pages import notation
from symcalc.pages.document import (
    Block,
    Code,
    Document,
    Equation,
    Figure,
    Formula,
    Heading,
    Inline,
    Paragraph,
    Steps,
    Table,
)
from symcalc.pages.media import TEXT, Medium
from symcalc.vocabulary import GREEK, Function


def written(expression: Basic) -> str:
    """The expression as it can be typed.

    >>> from symcalc.language import read
    >>> written(read("mean((y - (m*x + b))^2)")), written(read("sin(x)^2*sqrt(x)"))
    ('1/n*sum((y[i] - (m*x[i] + b))^2)', 'sin(x)^2*sqrt(x)')
    """
    return notation.written(expression, ASCII)


def in_ascii(document: Document) -> Document:
    """The same document, said in ASCII.

    >>> in_ascii(Document("Δ", (Paragraph(("√x → x²",)),)))
    Document(title='Delta', blocks=(Paragraph(parts=('sqrt(x) -> x^2',)),))
    """
    return Document(ascii_of(document.title), tuple(_BLOCKS.get(type(block), lambda block: block)(block)
                                                    for block in document.blocks), ascii_of(document.name))


# The medium

def _indexed(name: str, indices: Sequence[str]) -> str:
    return f"{visible(name)}[{', '.join(indices)}]"


def _digits(digits: str) -> str:
    mantissa, exponent, power = digits.partition("e")
    return f"{mantissa}e{int(power)}" if exponent else digits


def _function(row: Function | None, name: str) -> str:
    return visible(name) if row is None else row.printed if row.printed and row.printed.isascii() else row.names[0]


def _power(base: str, exponent: str, whole: bool) -> str:
    return f"{base}^{exponent if whole and not exponent.startswith('-') else f'({exponent})'}"


def _cases(cases: Sequence[tuple[str, str]]) -> str:
    pairs = (f"({value}, {condition.replace(' = ', ' == ') or 'True'})" for value, condition in cases)
    return f"piecewise({', '.join(pairs)})"


def _summed(limits: Sequence[tuple[str, ...]], named: bool, body: str, loose: bool) -> str:
    for limit in limits:
        body = f"sum({body})" if limit == ("i", "1", "n") and not named else f"Sum({body}, ({', '.join(limit)}))"
    return body


def _order(count: int) -> str:
    return f"^{count}" if count > 1 else ""


def _below(variables: Sequence[tuple[str, int]]) -> str:
    below = " ".join(f"d{name}{_order(count)}" for name, count in variables)
    return below if len(variables) == 1 else f"({below})"


def _primed(name: str, orders: Sequence[int]) -> str:
    if len(orders) == 1:
        return TEXT.primed(name, orders)
    return "d_" + "".join(str(k) * order for k, order in enumerate(orders, start=1)) + f" {name}"


ASCII: Medium = replace(
    TEXT, name=visible, indexed=_indexed, marked="{}_{}".format, digits=_digits, power=_power,
    root=lambda body, loose: f"sqrt({body})", function=_function,
    subscript="{}_{}".format,
    radical=lambda sign, body, loose: f"{sign}({body})", called=True, cases=_cases,
    relations=dict(TEXT.relations) | {"<=": "<=", ">=": ">=", "!=": "!="}, summed=_summed,
    derivative=lambda variables: f"d{_order(sum(count for _, count in variables))}/{_below(variables)}",
    slope_of=lambda function, variables, partial:
        f"d{_order(sum(count for _, count in variables))}{function}/{_below(variables)}",
    primed=_primed, dot="*", dots="...", tight="*", space="*",
)


# Words, letter by letter

_SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿᵀᵖ", "0123456789-+nTp"))
_DIGITS = dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789"))
_INDICES = dict(zip("ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "aehijklmnoprstuvx"))
_SIGNS = {
    "·": "*", "⋅": "*", "×": "*", "∗": "*", "÷": "/", "−": "-", "–": "-", "—": "-", "─": "-", "═": "=", "≤": "<=", "≥": ">=",
    "≠": "!=", "≈": "~", "→": "->", "←": "<-", "⇒": "=>", "↦": "->", "≔": ":=", "∝": "~", "…": "...", "∂": "d", "∇": "grad ",
    "∞": "infinity", "±": "+-", "½": "1/2", "∈": "in", "∫": "int", "∏": "prod", "⟨": "<", "⟩": ">", "✓": "ok", "•": "*",
    "█": "#", "∑": "sum", "√": "sqrt", "∛": "cbrt", "′": "'", "″": "''", "’": "'", "‘": "'", "“": '"', "”": '"', "„": '"',
    "‖": "||", "\N{NO-BREAK SPACE}": " ",
}
_HATS = {"\N{COMBINING CIRCUMFLEX ACCENT}": "_hat", "\N{COMBINING MACRON}": "_bar"}
_LETTERS = {letter: name for name, letter in GREEK.items() if name != "lamda"} | {"Σ": "sum", "ϕ": "phi", "ϵ": "epsilon"}

_HATTED = re.compile(f"([A-Za-z])([{''.join(_HATS)}])")
_ROOT = re.compile(r"([√∛])(?!\()([\w.]+)")
_LOWERED = re.compile(f"(Σ?)([{''.join(_DIGITS)}]*)([{''.join(_INDICES)}]*)")
_RAISED = re.compile(f"[{''.join(_SUPERSCRIPTS)}]+")
_GREEK = re.compile(f"[{''.join(_LETTERS)}]")


def ascii_of(text: str) -> str:
    """The text with every letter and sign that ASCII lacks in letters that it has.

    >>> ascii_of("∂J/∂m = -2/n Σ xᵢ (yᵢ - ŷᵢ)"), ascii_of("θ₁ ← θ₁ - η·10⁻³ Δw"), ascii_of("数")
    ('dJ/dm = -2/n sum x[i] (y[i] - y_hat[i])', 'theta_1 <- theta_1 - eta*10^-3 Delta w', '<U+6570>')
    """
    if text.isascii():
        return text
    text = _HATTED.sub(lambda found: found[1] + _HATS[found[2]], normalize("NFD", text))
    text = _ROOT.sub(lambda found: f"{_SIGNS[found[1]]}({found[2]})", normalize("NFC", text))
    text = _LOWERED.sub(_lowered, text)
    text = _RAISED.sub(lambda found: "^" + "".join(map(_SUPERSCRIPTS.__getitem__, found[0])), text)
    return "".join(map(_plain, _GREEK.sub(_named, text)))


def _lowered(found: re.Match[str]) -> str:
    sign, number, index = found[1], "".join(map(_DIGITS.get, found[2])), ", ".join(map(_INDICES.get, found[3]))
    return sign + f"_{number}" * bool(number) + (f"_{index}" if sign else f"[{index}]") * bool(index)


def _named(found: re.Match[str]) -> str:
    """The name of a Greek letter, apart from other letters beside it: Δw is Delta w. A derivative dθ stays dtheta."""
    before, after = found.string[:found.start()], found.string[found.end():found.end() + 1]
    apart = before[-1:].isalpha() and not re.search(r"(?<![^\W_])[d∂]\Z", before)
    return " " * apart + _LETTERS[found[0]] + " " * (after.isalpha() and after not in _LETTERS)


def _plain(character: str) -> str:
    if character.isascii():
        return character
    if character in _SIGNS:
        return _SIGNS[character]
    plain = "".join(part for part in normalize("NFKD", character) if not combining(part))
    return plain if plain.isascii() else f"<U+{ord(character):04X}>"


# Blocks

def _inline(part: Inline) -> Inline:
    if isinstance(part, str):
        return ascii_of(part)
    return replace(part, text=ascii_of(part.text)) if isinstance(part, Formula) else Formula(text=written(part), latex="")


def _inlines(parts: Sequence[Inline]) -> tuple[Inline, ...]:
    return tuple(map(_inline, parts))


def _heading(block: Heading) -> Block:
    return replace(block, text=ascii_of(block.text))


def _steps(block: Steps) -> Block:
    return Steps(tuple(replace(step, expression=_inline(step.expression), rule=ascii_of(step.rule),
                               formula=step.formula and _inline(step.formula), because=_inlines(step.because))
                       for step in block.lines))


def _table(block: Table) -> Block:
    return replace(block, header=_inlines(block.header), rows=tuple(map(_inlines, block.rows)), caption=ascii_of(block.caption))


_BLOCKS = {
    Heading: _heading, Paragraph: lambda block: Paragraph(_inlines(block.parts)),
    Equation: lambda block: Equation(_inlines(block.sides), ascii_of(block.relation), ascii_of(block.first)),
    Steps: _steps, Table: _table, Code: lambda block: replace(block, text=ascii_of(block.text)),
    Figure: lambda block: replace(block, alt=ascii_of(block.alt), caption=ascii_of(block.caption)),
}
