"""What stands in the blocks of an item, as the page has it: words, and formulas as LaTeX."""

from collections.abc import Iterable, Iterator
from typing import Any

from symcalc.pages.document import Block, Equation, Paragraph, Steps, Table
from symcalc.pages.rendering import formula_of


def tex(part: object) -> str:
    """A piece of mathematics as LaTeX."""
    return formula_of(part).latex


def equations(blocks: Iterable[Block]) -> list[Equation]:
    return [block for block in blocks if isinstance(block, Equation)]


def sides(equation: Equation) -> list[str]:
    return [tex(side) for side in equation.sides]


def pieces(blocks: Iterable[Block]) -> Iterator[Any]:
    """Every piece of a line, words and formulas, in all blocks."""
    for block in blocks:
        match block:
            case Equation():
                yield from block.sides
            case Paragraph():
                yield from block.parts
            case Table():
                yield from (cell for row in (block.header, *block.rows) for cell in row)
            case Steps():
                yield from (part for line in block.lines for part in (line.expression, *line.because))


def table(blocks: Iterable[Block], k: int = 0) -> Table:
    """The k-th table."""
    return [block for block in blocks if isinstance(block, Table)][k]


def said(blocks: Iterable[Block]) -> str:
    """The paragraphs as one text, formulas in dollars."""
    return " ".join("".join(part if isinstance(part, str) else f"${tex(part)}$" for part in block.parts)
                    for block in blocks if isinstance(block, Paragraph))
