"""What stands in the blocks of an item, as the page has it: words, and formulas as LaTeX."""

from collections.abc import Iterable

from symcalc.pages.document import Block, Equation, Paragraph, Table
from symcalc.pages.rendering import formula_of


def tex(part: object) -> str:
    """A piece of mathematics as LaTeX."""
    return formula_of(part).latex


def equations(blocks: Iterable[Block]) -> list[Equation]:
    return [block for block in blocks if isinstance(block, Equation)]


def sides(equation: Equation) -> list[str]:
    return [tex(side) for side in equation.sides]


def table(blocks: Iterable[Block], k: int = 0) -> Table:
    """The k-th table."""
    return [block for block in blocks if isinstance(block, Table)][k]


def said(blocks: Iterable[Block]) -> str:
    """The paragraphs as one text, formulas in dollars."""
    return " ".join("".join(part if isinstance(part, str) else f"${tex(part)}$" for part in block.parts)
                    for block in blocks if isinstance(block, Paragraph))
