"""How each piece of mathematics looks in a medium: Unicode text, and LaTeX."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING
from unicodedata import normalize

from symcalc.errors import visible
from symcalc.vocabulary import GREEK

if TYPE_CHECKING:
    from symcalc.vocabulary import Function

_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_MOST_PRIMES = 3
_INDEX_LETTERS = dict(zip("aehijklmnoprstuvx", "ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ"))     # Unicode has no others
_HAT = "_hat"                                    # v_hat is written v̂
_NAME = re.compile(r"([A-Za-z]+)_?(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """The look of each piece; the arguments of its functions are pieces already written."""

    name: Callable[[str], str]
    indexed: Callable[[str, Sequence[str]], str]
    marked: Callable[[str, str], str]                # v_m, the v of m
    digits: Callable[[str], str]
    brackets: Callable[[str], str]
    close: str                                       # what `brackets` ends with
    fraction: Callable[[str, str], str]
    fractions_inline: bool                           # a/b on one line, which needs brackets that a bar does not
    power: Callable[[str, str, bool], str]           # base, exponent, whether the exponent is one piece
    root: Callable[[str, bool], str]
    bars: Callable[[str], str]
    function: Callable[[Function | None, str], str]
    subscript: Callable[[str, str], str]             # log and its base
    radical: Callable[[str, str, bool], str]         # the sign of a root, what is under it, whether that needs brackets
    operator: Callable[[str], str]
    cases: Callable[[Sequence[tuple[str, str]]], str]
    word: Callable[[str], str]
    relations: Mapping[str, str]
    square: Callable[[str], str]                     # square brackets
    summed: Callable[[Sequence[tuple[str, ...]], bool, str, bool], str]   # limits, whether rows are named too, what, brackets
    derivative: Callable[[Sequence[tuple[str, int]]], str]
    slope_of: Callable[[str, Sequence[tuple[str, int]], bool], str]      # ∂J/∂m, of a function that is only named
    primed: Callable[[str, Sequence[int]], str]      # f', or ∂₁f of several arguments
    slope: str                                       # what a derivative starts with
    dot: str
    dots: str                                        # what stands for a part left out
    tight: str
    space: str                                       # between two factors
    called: bool = False                             # as it is typed: sin(x)^2, and roots and sums with brackets of their own

    def is_short(self, name: str) -> bool:
        """Whether a name is one letter (with or without a number), so that 2x is not misread."""
        stem = _stem(name.removesuffix(_HAT))[0]
        return len(stem) == 1 or stem in GREEK


@lru_cache(maxsize=256)
def _stem(name: str) -> tuple[str, str]:
    """A name as letters and number: x_1 and x1 are x and 1."""
    match = _NAME.fullmatch(name)
    return (match[1], match[2]) if match else (name, "")


def _text_name(name: str, below: bool = False) -> str:
    """The name as it is typed, with its number below the line where it was typed so, or always."""
    if name.endswith(_HAT):
        return normalize("NFC", _text_name(name.removesuffix(_HAT), below) + "\N{COMBINING CIRCUMFLEX ACCENT}")
    stem, number = _stem(name)
    if name == "Sigma":                  # Σ is the sign of a sum
        return name
    below |= "_" in name or stem in GREEK
    return GREEK.get(stem, visible(stem)) + (number.translate(_SUBSCRIPT) if below else number)


def _text_digits(digits: str) -> str:
    mantissa, exponent, power = digits.partition("e")
    ten = f"10{str(int(power)).translate(_SUPERSCRIPT)}" if exponent else ""
    return {"1": ten, "-1": f"-{ten}"}.get(mantissa, f"{mantissa} · {ten}") if exponent else digits


def _text_indexed(name: str, indices: Sequence[str], below: bool = False) -> str:
    written = _text_name(name, below)
    if all(index in _INDEX_LETTERS for index in indices):
        return written + "".join(map(_INDEX_LETTERS.__getitem__, indices))
    if all(index.isdigit() for index in indices):
        return written + ",".join(index.translate(_SUBSCRIPT) for index in indices)
    if all(len(index) == 1 for index in indices):
        return f"{written}_{''.join(indices)}"
    return f"{written}[{', '.join(indices)}]"


def _text_power(base: str, exponent: str, whole: bool) -> str:
    if exponent.lstrip("-").isdigit() and exponent.isascii():
        return base + exponent.translate(_SUPERSCRIPT)
    return f"{base}^{exponent if whole else f'({exponent})'}"


def _text_function(row: Function | None, name: str) -> str:
    return row.printed or row.names[0] if row else visible(name)


def _text_subscript(name: str, index: str) -> str:
    digits = index.isascii() and index.isdigit()
    return name + (index.translate(_SUBSCRIPT) if digits else f"_{index}" if index.isidentifier() else f"_({index})")


def _text_cases(cases: Sequence[tuple[str, str]]) -> str:
    return "{" + "; ".join(f"{value} if {condition}" if condition else f"{value} otherwise"
                           for value, condition in cases) + "}"


def _text_summed(limits: Sequence[tuple[str, ...]], named: bool, body: str, loose: bool) -> str:
    """Over the rows, i from 1 to n, the bare sign says enough where no other index stands."""
    signs = ("Σ" if limit == ("i", "1", "n") and not named else
             _text_indexed("Σ", limit[:1]) if limit[1] == "1" and limit[2].isidentifier() else
             f"Σ[{limit[0]}={limit[1]}..{limit[2]}]" for limit in limits)
    return f"{''.join(signs)} {f'({body})' if loose else body}"


def _text_derivative(variables: Sequence[tuple[str, int]]) -> str:
    order = sum(count for _, count in variables)
    d = "d" if len(variables) == 1 else "∂"
    below = "".join(f"{d}{name}{_order(count)}" for name, count in variables)
    return f"{d}{_order(order)}/{below}"


def _text_slope_of(function: str, variables: Sequence[tuple[str, int]], partial: bool) -> str:
    d = "∂" if partial else "d"
    below = "".join(f"{d}{name}{_order(count)}" for name, count in variables)
    return f"{d}{_order(sum(count for _, count in variables))}{function}/{below}"


def _order(count: int) -> str:
    return str(count).translate(_SUPERSCRIPT) if count > 1 else ""


def _text_primed(name: str, orders: Sequence[int]) -> str:
    if len(orders) == 1:
        return name + ("'" * orders[0] if orders[0] <= _MOST_PRIMES else f"^({orders[0]})")
    return f"∂{_arguments(orders).translate(_SUBSCRIPT)}{name}"


def _arguments(orders: Sequence[int]) -> str:
    """12 where a function was differentiated in its first argument and in its second."""
    return ("," if len(orders) > 9 else "").join(str(k) for k, order in enumerate(orders, start=1) for _ in range(order))


TEXT = Medium(
    name=_text_name, indexed=_text_indexed, marked=lambda name, mark: f"{_text_name(name)}_{_text_name(mark)}",
    digits=_text_digits, brackets="({})".format, close=")",
    fraction="{}/{}".format, fractions_inline=True, power=_text_power,
    root=lambda body, loose: f"√({body})" if loose else f"√{body}", bars="|{}|".format,
    function=_text_function, subscript=_text_subscript,
    radical=lambda sign, body, loose: f"{sign}({body})" if loose else sign + body,
    operator=str, cases=_text_cases, word=" {} ".format,
    relations={"<": "<", "<=": "≤", ">": ">", ">=": "≥", "==": "=", "!=": "≠"},
    square="[{}]".format, summed=_text_summed, derivative=_text_derivative, slope_of=_text_slope_of,
    primed=_text_primed, slope="d/d", dot=" · ", dots="…", tight="", space=" ",
)


# As LaTeX has it, for words beside typeset formulas and pictures: v1 is v₁.
TYPESET = replace(TEXT, name=partial(_text_name, below=True), indexed=partial(_text_indexed, below=True),
                  marked=lambda name, mark: f"{_text_name(name, True)}_{_text_name(mark, True)}")


def _latex_operator(name: str) -> str:
    """A name of several letters, which TeX keeps apart from its neighbours; anything but a plain letter is shown, not run."""
    safe = re.sub("[^A-Za-z0-9]", lambda c: r"\_" if c[0] == "_" else f"[U+{ord(c[0]):04X}]", name)
    return rf"\operatorname{{{safe}}}"


def _latex_name(name: str) -> str:
    if name.endswith(_HAT):
        return rf"\hat{{{_latex_name(name.removesuffix(_HAT))}}}"
    stem, number = _stem(name)
    if stem in GREEK:
        # Omicron has no command, and LaTeX spells lambda in full only one way.
        letter = {"omicron": "o", "lamda": r"\lambda"}.get(stem, f"\\{stem}")
    else:
        letter = stem if len(stem) == 1 and stem.isascii() and stem.isalpha() else _latex_operator(stem)
    return f"{letter}_{{{number}}}" if number else letter


def _latex_indexed(name: str, indices: Sequence[str]) -> str:
    stem = _latex_name(name)
    inner = ("" if all(len(index) == 1 and index.isalpha() for index in indices) else ",").join(indices)
    return f"{stem[:-1]},{inner}}}" if stem.endswith("}") and "_{" in stem else f"{stem}_{{{inner}}}"


def _latex_digits(digits: str) -> str:
    mantissa, exponent, power = digits.partition("e")
    ten = f"10^{{{int(power)}}}" if exponent else ""
    return {"1": ten, "-1": f"-{ten}"}.get(mantissa, rf"{mantissa} \cdot {ten}") if exponent else digits


def _latex_cases(cases: Sequence[tuple[str, str]]) -> str:
    rows = (f"{value} & \\text{{if }} {condition}" if condition else f"{value} & \\text{{otherwise}}"
            for value, condition in cases)
    return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"


def _latex_derivative(variables: Sequence[tuple[str, int]]) -> str:
    d = "d" if len(variables) == 1 else r"\partial "
    order = sum(count for _, count in variables)
    below = " ".join(f"{d}{name}" + (f"^{{{count}}}" if count > 1 else "") for name, count in variables)
    return rf"\frac{{{d.strip()}{f'^{{{order}}}' if order > 1 else ''}}}{{{below}}}"


def _latex_slope_of(function: str, variables: Sequence[tuple[str, int]], partial: bool) -> str:
    d = r"\partial " if partial else "d"
    order = sum(count for _, count in variables)
    below = " ".join(f"{d}{name}" + (f"^{{{count}}}" if count > 1 else "") for name, count in variables)
    return rf"\frac{{{d.strip()}{f'^{{{order}}}' if order > 1 else ''} {function}}}{{{below}}}"


def _latex_primed(name: str, orders: Sequence[int]) -> str:
    if len(orders) == 1:
        return name + ("'" * orders[0] if orders[0] <= _MOST_PRIMES else f"^{{({orders[0]})}}")
    return rf"\partial_{{{_arguments(orders)}}} {name}"


LATEX = Medium(
    name=_latex_name, indexed=_latex_indexed, marked=lambda name, mark: _latex_indexed(name, [_latex_name(mark)]),
    digits=_latex_digits,
    brackets=r"\left({}\right)".format, close=r"\right)",
    fraction=r"\frac{{{}}}{{{}}}".format, fractions_inline=False,
    power=lambda base, exponent, whole: f"{base}^{{{exponent}}}",
    root=lambda body, loose: rf"\sqrt{{{body}}}", bars=r"\left|{}\right|".format,
    function=lambda row, name: row.latex if row else name if len(name) == 1 else _latex_operator(name),
    subscript="{}_{{{}}}".format, radical=lambda sign, body, loose: f"{sign}{{{body}}}",
    operator=lambda name: f"\\{name}" if name in ("max", "min") else rf"\text{{{name}}}",
    cases=_latex_cases, word=r" \text{{ {} }} ".format,
    relations={"<": "<", "<=": r"\le", ">": ">", ">=": r"\ge", "==": "=", "!=": r"\ne"},
    square=r"\left[{}\right]".format,
    summed=lambda limits, named, body, loose: " ".join([*(rf"\sum_{{{index}={low}}}^{{{high}}}" for index, low, high in limits),
                                                        rf"\left({body}\right)" if loose else body]),
    derivative=_latex_derivative, slope_of=_latex_slope_of,
    primed=_latex_primed, slope=r"\frac{d}", dot=r" \cdot ", dots=r"\ldots", tight=" ", space=" ",
)
