"""What must not stand on a worksheet: formulas that read like the work of a machine, and clumsy words."""

import re
from collections.abc import Iterator
from fractions import Fraction

from printed_blocks import equations, pieces, said, sides, tex

FORMULAS = {                                     # in LaTeX, \left and \right left out
    "1x": r"(?<![\d.^{_])1 ?(?:[a-zA-Z(]|\\(?:sqrt|sin|cos|ln|frac|sum))|(?<![\d.])\{1 [a-z(\\]",
    "0x": r"(?<![\d.])0 ?(?:[a-zA-Z(]|\\(?!right|cdot|cos|sin)[a-z])",
    "two signs": r"[+-] ?[+-]|(?:\\cdot|=) ?[+]|\\cdot ?-",
    "x^1": r"\^\{?1\}?(?![\d/}.])",
    "x^0": r"\^\{?0\}?(?![\d/}.])",
    "+ 0": r"[+-] ?0(?![\d.])|^0 [+-]|\( ?0 [+-]",
    "1 times": r"(?:^|[=+(-] ?)1 \\cdot|\\cdot 1(?= [+-]|$|\))(?<!\d \\cdot 1)",
    "nothing added up": r"\(\)|\{\}|\\cdot ?(?:$|\)|\}|[+=])|^[+*/]|[+-] ?$|\\sum(?!_\{i=1\}\^\{n\} )|\\sum_\{i=1\}\^\{n\} ?$",
    "over 1": r"\\frac\{[^{}]*\}\{-?1\}|\\frac\{0\}|\\frac\{[^{}]*\}\{-",
    "noise": r"\d\.\d{6,}|\d\.\d*0(?!\d)|\d[eE][+-]?\d",
    "machine words": r"Dummy|unevaluated|nan|None|Rational|Float|\\mathtt|zoo|\binf\b",
    "spaces": r"^ | $|  | (?:,|\.(?!\d))",
    "brackets twice": r"\(\([^()]*\)\)(?!\^)|\( |(?<!cdot) \)",
    "large": r"(?<![\d.])\d{6,}",
}
WORDS = {
    "spaces": r"^ | $|  | [,.;:?](?!\d)", "stops": r"\.\.|,,|\?\.|:\.", "an": r"\ba [aeiou]\w|\ban [^aeioh\W]\w",
    "plural": r"\b1 (?:updates|points|rows|steps|lines|letters)\b|\b[2-9] (?:update|point|row|line)\b",
    "machine words": r"\bNone\b|\bnan\b|Symbol|Fraction\(|[{}\[\]]|\d\.\d{6,}", "twice": r"\b(\w+) \1\b",
}


def blemishes(item) -> Iterator[str]:
    """What is wrong with the looks of the item, each with where it stands."""
    blocks = (*item.question, *item.answer, *item.solution)
    for latex in (tex(part) for part in pieces(blocks) if not isinstance(part, str)):
        plain = re.sub(r"\\left ?|\\right ?", "", latex).removeprefix("= ")
        if r"\hspace" in latex or r"\text" in latex:
            continue
        yield from (f"{name}: {latex}" for name, form in FORMULAS.items() if re.search(form, plain))
    for words in (said([block]) for block in (*blocks, *item.hints)):
        spoken = re.sub(r"\$[^$]*\$", "x", words)
        yield from (f"{name}: {words}" for name, form in WORDS.items() if re.search(form, spoken))
    yield from _unreduced(item)
    yield from _names(item)


def _unreduced(item) -> Iterator[str]:
    """Fractions of numbers in question and answer that can be reduced."""
    for latex in (tex(part) for part in pieces((*item.question[:2], *item.answer)) if not isinstance(part, str)):
        for above, below in re.findall(r"\\frac\{(\d+)\}\{(\d+)\}", latex):
            if Fraction(int(above), int(below)).denominator != int(below):
                yield f"can be reduced: {latex}"


def _names(item) -> Iterator[str]:
    """A letter that stands for two things."""
    for block in equations(item.question):
        head = re.fullmatch(r"(\w)\(?(?:\\left\()?([\w, ]+)\\?(?:right)?\)", sides(block)[0])
        if head:
            names = [head.group(1), *re.findall(r"\w", head.group(2))]
            columns = set(re.findall(r"(\w)_\{i\}", sides(block)[-1]))
            if len(set(names)) != len(names) or columns & set(names) or set(names) & {"e", "i", "n"}:
                yield f"a name for two things: {sides(block)}"
