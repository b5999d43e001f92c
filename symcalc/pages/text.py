"""A document for a terminal: Unicode, aligned, and wrapped to the width there is."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence

from symcalc.errors import visible
from symcalc.pages.breaking import broken, chunks, width_of
from symcalc.pages.document import (
    Blank,
    Block,
    Code,
    Document,
    Equation,
    Figure,
    Heading,
    Inline,
    Paragraph,
    Step,
    Steps,
    Table,
)
from symcalc.pages.rendering import formula_of, is_explained, relations_of, renderer

_WIDTH = 88                     # where there is no terminal to ask
_NARROWEST, _WIDEST = 40, 100
_REASON = 34                    # a column of reasons narrower than this is tiring to read
_SHORT = 24                     # a formula up to this wide stays together within a paragraph


def render(document: Document, width: int | None = None, heading: bool = True) -> str:
    """The document as plain text, without a newline at the end.

    >>> print(render(Document("Slopes", (Paragraph(("A line has one slope.",)),))))
    Slopes
    ══════
    <BLANKLINE>
    A line has one slope.
    """
    width = _terminal_width() if width is None else width
    sections = [_underlined(document.title, "═")] if heading and document.title else []
    sections += [renderer(_RENDERERS, block)(block, width) for block in document.blocks]
    lines = [line for k, section in enumerate(sections) for line in ([""] if k else []) + section]
    return "\n".join(visible(line.rstrip(" ")) for line in lines)


def inline(parts: Sequence[Inline]) -> str:
    """Words and mathematics on one line.

    >>> from sympy import Symbol
    >>> inline(("the rate ", Symbol("eta")))
    'the rate η'
    """
    return "".join(part if isinstance(part, str) else formula_of(part).text for part in parts)


def _terminal_width() -> int:
    if not (sys.stdout and sys.stdout.isatty()):
        return _WIDTH
    return min(max(shutil.get_terminal_size().columns, _NARROWEST), _WIDEST)


# Words

_SPACE = re.compile(r"(?<![=·]) (?![=·] )")


def wrapped(parts: Sequence[Inline], width: int) -> list[str]:
    """The lines of a paragraph; a short formula stays together, a long one is broken where formulas may be.

    >>> from symcalc.pages.document import Formula
    >>> wrapped(("as the slope of ", Formula(text="a x + b", latex="a x + b"), " is a"), 18)
    ['as the slope of', 'a x + b is a']
    """
    lines, line = [], ""
    for atom in _atoms(parts):
        if line and width_of(line) + 1 + width_of(atom) > width:
            lines.append(line)
            line = atom
        else:
            line = f"{line} {atom}" if line else atom
    return [*lines, line]


def _atoms(parts: Sequence[Inline]) -> list[str]:
    """What must not be broken: words, a letter and its value, and short formulas with the words that touch them."""
    atoms = [""]
    for part in parts:
        if isinstance(part, str):
            pieces = _SPACE.split(part)
        else:
            written = formula_of(part).text
            pieces = [written] if width_of(written) <= _SHORT else chunks(written)
        atoms[-1] += pieces[0]
        atoms += pieces[1:]
    return [atom for atom in atoms if atom]


def _underlined(title: str, rule: str) -> list[str]:
    return [title, rule * width_of(title)]


def _heading(heading: Heading, width: int) -> list[str]:
    return _underlined(heading.text, "─") if heading.level <= 2 else [heading.text]


def _paragraph(paragraph: Paragraph, width: int) -> list[str]:
    return wrapped(paragraph.parts, width)


# Mathematics

def _equation(equation: Equation, width: int) -> list[str]:
    first, *others = [formula_of(side).text for side in equation.sides]
    signs = [f"{sign.text} " for sign in relations_of(equation)]
    # A long left side would push the others off the page: they go under it, as in a derivation.
    if not others or width_of(first) > width // 3:
        return [*_indented(broken(first, width - 2, width - 6), "  ", "      "),
                *(line for side, sign in zip(others, signs) for line in _side(side, f"    {sign}", width))]
    margin = " " * (3 + width_of(first))
    lines = [line for side, sign in zip(others, signs) for line in _side(side, margin + sign, width)]
    return [f"  {first} {lines[0].lstrip(' ')}", *lines[1:]]


def _side(written: str, before: str, width: int) -> list[str]:
    """One side of an equation behind its sign, with further lines indented under it."""
    margin = " " * (width_of(before) + 2)
    room = max(width - width_of(before), _NARROWEST // 2)
    return _indented(broken(written, room, room - 2), before, margin)


def _indented(lines: Iterable[str], first: str, rest: str) -> list[str]:
    return [(rest if k else first) + line for k, line in enumerate(lines)]


def _steps(steps: Steps, width: int) -> list[str]:
    """The derivation; reasons stand in a column at the right where it is wide enough, else under their lines."""
    written = [_step_lines(step, k, width) for k, step in enumerate(steps.lines)]
    column = max((width_of(line) for lines, step in zip(written, steps.lines) if is_explained(step) for line in lines),
                 default=0) + 3
    beside = width - column >= _REASON
    arrange = _beside if beside else _under
    return [line for lines, step in zip(written, steps.lines) for line in arrange(lines, step, column, width)]


def _step_lines(step: Step, k: int, width: int) -> list[str]:
    written = formula_of(step.expression).text
    return _side(written, "  = ", width) if k else _indented(broken(written, width, width - 4), "", "    ")


def _beside(lines: list[str], step: Step, column: int, width: int) -> list[str]:
    reasons = _explanation(step, width - column)
    height = max(len(lines), len(reasons))
    filled = [lines + [""] * (height - len(lines)), reasons + [""] * (height - len(reasons))]
    return [left + " " * (column - width_of(left)) + right if right else left for left, right in zip(*filled)]


def _under(lines: list[str], step: Step, column: int, width: int) -> list[str]:
    return [*lines, *(f"        {line}" for line in _explanation(step, width - 8))]


def _explanation(step: Step, width: int) -> list[str]:
    """The rule with its formula, then the reason."""
    if not is_explained(step):
        return []
    named: tuple[Inline, ...] = (step.rule,) if step.rule else ()
    if step.formula:
        named += (": ", step.formula) if named else (step.formula,)
    return [line for parts in (named, step.because) if parts for line in wrapped(parts, width)]


# Tables and the rest

def _table(table: Table, width: int) -> list[str]:
    cells = [[inline((cell,)) for cell in row] for row in (table.header, *table.rows)]
    widths = [max(map(width_of, column)) for column in zip(*cells)]
    rows = ["  ".join(_padded(cell, room, k in table.words) for k, (cell, room) in enumerate(zip(row, widths)))
            for row in cells]
    rule = "  ".join("─" * room for room in widths)
    caption = wrapped((table.caption,), width) if table.caption else []
    return [*caption, rows[0], rule, *rows[1:]]


def _padded(cell: str, room: int, left: bool) -> str:
    space = " " * (room - width_of(cell))
    return cell + space if left else space + cell


def _code(code: Code, width: int) -> list[str]:
    return [f"    {line}" if line else "" for line in code.text.expandtabs(4).rstrip("\n").split("\n")]


def _figure(figure: Figure, width: int) -> list[str]:
    caption = wrapped((figure.caption,), width) if figure.caption else []
    return [*wrapped((f"[picture: {figure.alt}]",), width), *caption]


def _blank(blank: Blank, width: int) -> list[str]:
    return [line for _ in range(blank.lines) for line in ("", "_" * min(width, 60))]


_RENDERERS: Mapping[type, Callable[[Block, int], list[str]]] = {
    Heading: _heading, Paragraph: _paragraph, Equation: _equation, Steps: _steps, Table: _table, Code: _code,
    Figure: _figure, Blank: _blank,
}
