"""Questions whose answers are numbers: the text with numbered blanks, and what belongs in each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from sympy import Expr, Poly

from symcalc.pages.document import Block, Equation, Formula, Inline, Paragraph, Table, paragraph
from symcalc.pages.rendering import formula_of, relations_of
from symcalc.worksheets.items.item import Item
from symcalc.worksheets.items.numbers import places_of

_THOUSANDTH = Fraction(1, 1000)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:/\d+)?")
_IN_WORDS = re.compile(r"(?<![\w.(])-?\d+(?:\.\d+)?(?![\w)]|\.\d)")
_EQUALS = re.compile(rf"(.+) = ({_NUMBER.pattern})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A number to type, or one of a few words to choose."""

    value: Fraction | None = None
    options: tuple[str, ...] = ()
    right: str = ""

    @property
    def tolerance(self) -> Fraction:
        """Half of the last place of a decimal that ends, at most a thousandth.

        >>> [str(Gap(value=Fraction(number)).tolerance) for number in ("7", "0.2304", "20/9")]
        ['1/1000', '1/20000', '1/1000']
        """
        places = None if self.value is None else places_of(self.value)
        return _THOUSANDTH if places is None else min(_THOUSANDTH, Fraction(1, 2 * 10**places))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """A question with blanks in it: each is a formula of its own, [1], and stands for a gap."""

    blocks: tuple[Block, ...]
    gaps: Mapping[Formula, Gap]


# The words of an answer that are one of a few, by kind: what to look for, and all that there are; or a number with words
# after it that are not asked for.
_KINDS = ("minimum", "maximum", "saddle point", "inflection point")
_Words = tuple[tuple[str, tuple[str, ...]], ...]
_WORDS: Mapping[str, _Words] = {
    "converges": ((r"(Yes|No)\b.*", ("Yes", "No")),),
    "stationary": ((f"({'|'.join(_KINDS)})", _KINDS),),
    "read_curve": ((r"(positive|negative)", ("positive", "negative")), (r"(smaller|larger)", ("larger", "smaller"))),
    "match_curve": ((r"(?<= is )([ABC])\b", ("A", "B", "C")),),
    "predicted_actual": (),
    "rss_table": ((r"(?<=: the )(first|second)\b", ("first", "second")),),
}
_BEFORE = {"converges": "Will it converge? "}
_ORDER = "Give the points from left to right, the smallest {0} first."
_ON_PAPER = "Work on paper; only the numbers are asked for here."
_UNENDING = "Write decimals; round one that does not end to three places."
_BY_YOURSELF = "Answer the last question for yourself: the solution says more about it."


def fill_of(item: Item) -> Fill | None:
    """The item with blanks for its numbers; None where its answer is more than numbers and single words.

    >>> from symcalc.worksheets.items.kinds import build
    >>> found = fill_of(build("evaluate", 1, seed=3))
    >>> found.blocks[-1].parts[-1].text, [str(gap.value) for gap in found.gaps.values()]
    ('[1]', ['-17'])
    """
    blanks = _Blanks(item.kind)
    asked = _tables(item, blanks)
    lines = list(_lines(item, blanks))
    if not blanks.gaps or None in lines:
        return None
    numbers = [gap.value for gap in blanks.gaps.values() if gap.value is not None]
    notes = [_UNENDING] if any(places_of(number) is None for number in numbers) else []
    notes += [_BY_YOURSELF] if item.kind == "predicted_actual" else []
    notes += [_ON_PAPER] if item.kind in ("gradient", "tangent", "read_curve") and blanks.left_out else []
    if item.kind == "stationary" and len(item.answer) > 1:
        notes.append(_ORDER.format(_first_letter(item)))
    return Fill(blocks=(*asked, *map(paragraph, notes), *(line for line in lines if line is not None)), gaps=blanks.gaps)


@dataclass(slots=True)
class _Blanks:
    """The blanks made so far."""

    kind: str
    gaps: dict[Formula, Gap] = field(default_factory=dict)
    left_out: bool = False                # a formula that is part of the answer is not asked for

    def add(self, gap: Gap) -> Formula:
        name = f"[{len(self.gaps) + 1}]"
        blank = Formula(text=name, latex=name)
        self.gaps[blank] = gap
        return blank


def number_in(part: object) -> Fraction | None:
    """The number that stands there, if it is one.

    >>> number_in("-0.25"), number_in(Formula(text="1/3", latex="")), number_in("x")
    (Fraction(-1, 4), Fraction(1, 3), None)
    """
    said = part if isinstance(part, str) else formula_of(part).text if isinstance(part, (Expr, Formula)) else ""
    return Fraction(said) if _NUMBER.fullmatch(said) else None


# Tables

def _tables(item: Item, blanks: _Blanks) -> list[Block]:
    """The question, with a blank in each empty cell that the key fills."""
    filled = [block for block in (*item.answer, *item.solution) if isinstance(block, Table)]
    asked: list[Block] = []
    for block in item.question:
        key = next((table for table in filled if _is_filled(block, table)), None) if isinstance(block, Table) else None
        if key is not None and isinstance(block, Table):
            filled.remove(key)
            block = replace(block, rows=tuple(
                tuple(_cell(empty, cell, blanks) for empty, cell in zip(row, full))
                for row, full in zip(block.rows, key.rows)))
        asked.append(block)
    return asked


def _is_filled(asked: Table, key: Table) -> bool:
    return asked.header == key.header and len(asked.rows) == len(key.rows) and asked.rows != key.rows


def _cell(empty: Inline, filled: Inline, blanks: _Blanks) -> Inline:
    value = number_in(filled)
    return blanks.add(Gap(value=value)) if empty == "" and value is not None else empty


# Lines under the question

def _lines(item: Item, blanks: _Blanks) -> Iterator[Paragraph | None]:
    """The answer with blanks, line by line; None for what cannot be asked for in this way."""
    for block in item.answer:
        match block:
            case Table():
                continue
            case Equation() if number_in(block.sides[-1]) is not None:
                blanks.left_out |= len(block.sides) > 2
                sign = relations_of(block)[0].text
                yield Paragraph((block.sides[0], f" {sign} ", blanks.add(Gap(value=number_in(block.sides[-1])))))
            case Equation() if item.kind == "tangent":
                yield _line_of(block, blanks)
            case Equation() if item.kind == "read_curve":
                blanks.left_out = True
            case Paragraph() if item.kind in _WORDS:
                asked = [part for part in block.parts if not _is_remark(part, _WORDS[item.kind])]
                pieces = [piece for part in asked for piece in _pieces(part, blanks)]
                yield Paragraph((*([_BEFORE[item.kind]] if item.kind in _BEFORE and pieces[0] == "" else []), *pieces))
            case _:
                yield None


def _is_remark(part: Inline, words: _Words) -> bool:
    """Whether it is words behind a colon, and none of those that are asked for."""
    return isinstance(part, str) and part.startswith(": ") and not any(re.search(word, part) for word, _ in words)


def _line_of(equation: Equation, blanks: _Blanks) -> Paragraph | None:
    """y = [1] x + [2]."""
    left, right = equation.sides[0], equation.sides[-1]
    if not isinstance(right, Expr):
        return None
    letter, = right.free_symbols
    steepness, height = Poly(right, letter).all_coeffs()
    blanks.left_out = True
    return Paragraph((left, " = ", blanks.add(Gap(value=Fraction(str(steepness)))), " · ", letter, " + ",
                      blanks.add(Gap(value=Fraction(str(height))))))


def _pieces(part: Inline, blanks: _Blanks) -> Iterator[Inline]:
    """The part with a blank for each number and for each word that is one of a few."""
    if not isinstance(part, str):
        equals = _EQUALS.fullmatch(formula_of(part).text)
        value = number_in(part)
        if value is not None:
            yield blanks.add(Gap(value=value))
        elif equals:
            yield from (f"{equals[1]} = ", blanks.add(Gap(value=Fraction(equals[2]))))
        else:
            yield part
        return
    words = _WORDS[blanks.kind]
    pattern = re.compile("|".join([*(word for word, _ in words), _IN_WORDS.pattern]))
    end = 0
    for found in pattern.finditer(part):
        yield part[end:found.start()]
        end = found.end()
        if found.lastindex is None:
            yield blanks.add(Gap(value=Fraction(found[0])))
        else:
            word, options = found[found.lastindex], words[found.lastindex - 1][1]
            yield blanks.add(Gap(options=options, right=word) if options else Gap(value=Fraction(word)))
    yield part[end:]


def _first_letter(item: Item) -> str:
    first = item.answer[0]
    part = first.parts[0] if isinstance(first, Paragraph) else ""
    return formula_of(part).text.split(" = ")[0] if isinstance(part, (Expr, Formula)) else ""
