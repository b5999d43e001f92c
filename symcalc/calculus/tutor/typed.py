"""An answer as symcalc itself prints it, Σⱼ wⱼ xᵢⱼ, f'(x), written as the reader takes it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from symcalc.errors import ReadError
from symcalc.language.tokens import CALLED

_PRIME = "'’′"
_NAME = r"(?!Σ)[A-Za-z\u0370-\u03ff][A-Za-z0-9_]*[₀-₉]*"
_SUBSCRIPTS = dict(zip("ₕᵢⱼₖₗₘₙₚᵣₛₜ", "hijklmnprst"))
_INDEXED = re.compile(rf"({_NAME})([{''.join(_SUBSCRIPTS)}]+)")
_RAISED = re.compile(rf"\^({_NAME}|\d+|(?=\())")
_POWER_OF = re.compile(rf"(?<![^\W\d])({'|'.join(sorted(CALLED))})\^(\d+)(?=\()")
_BESIDE = re.compile(r"((?<!\w)n|\])\s+(?=[A-Za-z(|Σ√∛\u0370-\u03ff])")      # 1/n √x, w[j] x[i,j]
_ORDER = r"(?:[²³⁴-⁹]|\^\d)"
_HIGHER = re.compile(rf"(?<!\w)(?:d{_ORDER}/d{_NAME}{_ORDER}|∂{_ORDER}/(?:∂{_NAME}{_ORDER}?)+"
                     rf"|d{_ORDER}/\(d{_NAME}{_ORDER}?(?: d{_NAME}{_ORDER}?)+\))\s*(?=[\w(|√∛])")
_BELOW = re.compile(rf"[d∂]({_NAME})({_ORDER}?)")
_PLAIN_DIGITS = str.maketrans("₁₂₃₄₅₆₇₈₉²³⁴⁵⁶⁷⁸⁹", "12345678923456789")
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_EQUALS = re.compile(r"(?<![<>=!])=(?!=)")


def typed(answer: str, functions: Collection[str] = (), ends: Mapping[str, str] | None = None) -> str:
    """The answer without the signs that only print has; `ends` is where the sum over each index ends.

    >>> typed("2^x ln(2)"), typed("e^(3t)(3t + 1)"), typed("sin^2(4t)")
    ('2^x*ln(2)', 'e^(3t)*(3t + 1)', 'sin²(4t)')
    >>> typed("-2/n Σ xᵢ (yᵢ - b) + 1"), typed("Σⱼ wⱼ", ends={"j": "p"}), typed("∂/∂m f'(x)", {"f"})
    ('-2/n*sum(x (y - b)) + 1', 'Sum(w[j],(j,1,p))', 'd/dm f_prime1(x)')
    """
    check_alone(answer, "an answer is the derivative")
    written = _HIGHER.sub(_one_after_the_other, answer).replace("∂/∂", "d/d")
    while "log_(" in written:
        written = _with_base(written, written.rindex("log_("))
    for name in functions:
        plain = re.escape(name)
        written = re.sub(rf"(?<![A-Za-z_]){plain}([{_PRIME}]+)(?=\()",
                         lambda found, name=name: primed_name(name, len(found[1])), written)
        written = re.sub(rf"(?:∂([₁-₉]+)|(?<!\w)d_([1-9]+) ){plain}(?=\()",
                         lambda found, name=name: partial_name(name, found[1] or found[2]), written)
    written = _INDEXED.sub(_with_index, written)
    written = _POWER_OF.sub(lambda found: found[1] + found[2].translate(_SUPERSCRIPTS), written)
    written = _with_products(written)
    written = _BESIDE.sub(r"\1*", written)
    while "Σ" in written:                                  # the last first: nothing behind it is a sum
        written = _summed(written, written.rindex("Σ"), ends or {})
    return written


def check_alone(answer: str, what: str) -> None:
    """No sign = stands in the answer; in LaTeX the reader finds what to say of the LaTeX.

    >>> check_alone("y = 3", "the answer is a number")
    Traceback (most recent call last):
    symcalc.errors.ReadError: the answer is a number alone; leave out the sign = and what stands before it
      y = 3
        ^
    """
    equals = _EQUALS.search(answer)
    if equals and "\\" not in answer[:equals.start()]:
        raise ReadError(f"{what} alone; leave out the sign = and what stands before it", answer, equals.start())


def primed_name(name: str, order: int) -> str:
    """What stands for f' while the answer is read.

    >>> primed_name("f", 2)
    'f_prime2'
    """
    return f"{name}_prime{order}"


def partial_name(name: str, arguments: str) -> str:
    """What stands for ∂₁f while the answer is read.

    >>> partial_name("f", "₁₂")
    'f_partial12'
    """
    return f"{name}_partial{arguments.translate(_PLAIN_DIGITS)}"


def _one_after_the_other(found: re.Match[str]) -> str:
    """d/dv d/dw for ∂²/∂v∂w, the slope of a slope."""
    order, below = found[0].split("/", 1)
    parts = [(name, int(power.strip("^").translate(_PLAIN_DIGITS) or 1)) for name, power in _BELOW.findall(below)]
    if sum(count for _, count in parts) != int(order[1:].strip("^").translate(_PLAIN_DIGITS)):
        return found[0]
    return "".join(f"d/d{name} " * count for name, count in parts)


def _with_index(found: re.Match[str]) -> str:
    indices = [_SUBSCRIPTS[letter] for letter in found[2]]
    return found[1] if indices == ["i"] else f"{found[1]}[{','.join(indices)}]"


def _with_base(text: str, place: int) -> str:
    """log(x, 2 + b) for log_(2 + b)(x)."""
    first = place + len("log_")
    last = _closing(text, first)
    end = _closing(text, last)
    if text[last:last + 1] != "(" or text[end - 1:end] != ")":
        raise ReadError("a logarithm is written log(x, b), to the base b", text, place)
    return f"{text[:place]}log({text[last + 1:end - 1]}, {text[first + 1:last - 1]}){text[end:]}"


def _with_products(text: str) -> str:
    """2^x*ln(2) for 2^x ln(2), e^(3x)*(x + 1) for e^(3x)(x + 1): behind a space or its bracket an exponent has ended."""
    start = 0
    while raised := _RAISED.search(text, start):
        start = raised.end()
        last = raised.end() if raised[1] else _closing(text, raised.end())
        rest = text[last:].lstrip()
        spaced = len(rest) < len(text) - last
        if (spaced and raised[1] not in CALLED and re.match(r"[\w(|Σ√∛]", rest)) or (
                not raised[1] and re.match(r"[^\W\d]|[(√∛]", rest)):
            text = f"{text[:last]}*{rest}"
    return text


def _summed(text: str, place: int, ends: Mapping[str, str]) -> str:
    """sum(x y) for Σ x y: the sum is over the product that follows."""
    first = place + 1
    index = _SUBSCRIPTS.get(text[first:first + 1], "")
    first += len(index)
    last, depth, before = first, 0, "*"                    # a sign behind Σ, *, / or ^ belongs to what follows
    while last < len(text):
        sign = text[last]
        depth += (sign in "([") - (sign in ")]")
        if depth < 0 or (depth == 0 and (sign == "," or (sign in "+-−" and before not in "*/^+-−·"))):
            break
        before = before if sign.isspace() else sign
        last += 1
    body, gap = text[first:last].strip(), " " * (text[last - 1:last] == " ")
    behind = text[:place].rstrip()
    joined = "*" if behind and (behind[-1].isalnum() or behind[-1] in ")]₀₁₂₃₄₅₆₇₈₉") else ""
    if not body:
        raise ReadError("a sum over the rows is written sum(...)", text, place)
    if index in ("", "i"):
        return f"{text[:place]}{joined}sum({body}){gap}{text[last:]}"
    if index not in ends:
        raise ReadError(f"the problem has no sum over {index}", text, place)
    return f"{text[:place]}{joined}Sum({body},({index},1,{ends[index]})){gap}{text[last:]}"


def _closing(text: str, opening: int) -> int:
    """The place behind the bracket that closes the one at `opening`, or the end."""
    depth = 0
    for place in range(opening, len(text)):
        depth += (text[place] in "([") - (text[place] in ")]")
        if depth == 0:
            return place + 1
    return len(text)
