"""A document for a terminal: Unicode, aligned, and wrapped to the width there is."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from symcalc.pages.ascii import ascii_of, in_ascii
from symcalc.pages.breaking import broken, width_of
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
from symcalc.pages.ink import Ink, Line, carries, changed, joined, marked, painted, plain, shown
from symcalc.pages.rendering import formula_of, is_explained, relations_of, renderer
from symcalc.pages.tables import table_lines


class Page(NamedTuple):
    """Where the lines go: how wide it is, whether that holds for tables too, and whether something stands out."""

    width: int
    folded: bool = True
    painted: bool = False


_WIDTH = 88                     # where there is no terminal to ask
_NARROWEST, _WIDEST = 40, 100
_UNBOUND = Page(_WIDTH, folded=False)
_REASON = 34                    # a column of reasons narrower than this is tiring to read
_BEGINNING = 24                 # the room in which a formula too long for a line is begun behind words


def render(document: Document, width: int | None = None, heading: bool = True) -> str:
    """The document as plain text, without a newline at the end.

    >>> print(render(Document("Slopes", (Paragraph(("A line has one slope.",)),))))
    Slopes
    ══════
    <BLANKLINE>
    A line has one slope.
    """
    return "\n".join(map(shown, _lines(document, _page(width), heading)))


def for_terminal(document: Document, *, colored: bool = False, ascii_only: bool = False) -> str:
    """The same as a terminal shows it best: with its codes for what stands out, or in ASCII where it has no more.

    >>> print(for_terminal(Document("", (Paragraph(("x² → Σ",)),)), ascii_only=True))
    x^2 -> sum
    """
    lines = _lines(in_ascii(document) if ascii_only else document, _page(None)._replace(painted=colored), True)
    said = "\n".join(map(painted if colored else shown, lines))
    return ascii_of(said) if ascii_only else said


def for_file(document: Document) -> str:
    """The document as a text file has it, whatever the terminal.

    >>> for_file(Document("", (Paragraph(("x² → Σ",)),)))
    'x² → Σ'
    """
    return "\n".join(map(shown, _lines(document, _UNBOUND, True)))


def printed(document: Document) -> str:
    """The document as `print` shows it: in ASCII where the output has no letters for it. Never with colours, for where
    the string goes nobody knows."""
    said = render(document)
    return said if carries(sys.stdout, said) else for_terminal(document, ascii_only=True)


def _lines(document: Document, page: Page, heading: bool) -> list[Line]:
    sections = [_underlined(document.title, "═", page)] if heading and document.title else []
    sections += [renderer(_RENDERERS, block)(block, page) for block in document.blocks]
    return [line for k, section in enumerate(sections) for line in ([""] if k else []) + section]


def inline(parts: Sequence[Inline]) -> str:
    """Words and mathematics on one line.

    >>> from sympy import Symbol
    >>> inline(("the rate ", Symbol("eta")))
    'the rate η'
    """
    return "".join(part if isinstance(part, str) else formula_of(part).text for part in parts)


def _page(width: int | None) -> Page:
    """A terminal's width holds for tables, too; where there is none, nobody knows how wide a line may be."""
    if width is not None:
        return Page(width)
    if not (sys.stdout and sys.stdout.isatty()):
        return _UNBOUND
    return Page(min(max(shutil.get_terminal_size().columns, _NARROWEST), _WIDEST))


# Words

_SPACE = re.compile(r"(?<![=·]) (?![=·] )")


def wrapped(parts: Sequence[Inline], width: int) -> list[str]:
    """The lines of a paragraph; a formula that fits on a line stays together, a longer one is broken where formulas may be.

    >>> from symcalc.pages.document import Formula
    >>> wrapped(("as the slope of ", Formula(text="a x + b", latex="a x + b"), " is a"), 18)
    ['as the slope of', 'a x + b is a']
    """
    lines, line = [], ""
    for atom, is_formula in _atoms(parts):
        before = f"{line} " if line else ""
        room = width - width_of(before)
        if width_of(atom) <= room:
            line = before + atom
            continue
        if line and (not is_formula or width_of(atom) <= width or room < _BEGINNING):
            lines.append(line)
            before, room = "", width
        first, *others = broken(atom, room, width) if is_formula else [atom]
        if line and before and width_of(first) > room:                  # not even its beginning has room there
            lines.append(line)
            before, (first, *others) = "", broken(atom, width, width)
        *full, line = [before + first, *others]
        lines += full
    return [*lines, line]


def _atoms(parts: Sequence[Inline]) -> list[tuple[str, bool]]:
    """Words, a letter and its value, and, marked as such, formulas with the words that touch them."""
    atoms = [("", False)]
    for part in parts:
        first, *others = _SPACE.split(part) if isinstance(part, str) else (formula_of(part).text,)
        before, has_formula = atoms[-1]
        atoms[-1] = before + first, has_formula or not isinstance(part, str)
        atoms += [(word, False) for word in others]
    return [atom for atom in atoms if atom[0]]


def _underlined(title: str, rule: str, page: Page) -> list[Line]:
    lines = wrapped((title,), page.width)
    return [*(((Ink.HEADING, line),) for line in lines), ((Ink.LINE, rule * max(map(width_of, lines))),)]


def _heading(heading: Heading, page: Page) -> list[Line]:
    if heading.level <= 2:
        return _underlined(heading.text, "─", page)
    return [((Ink.HEADING, line),) for line in wrapped((heading.text,), page.width)]


def _paragraph(paragraph: Paragraph, page: Page) -> list[Line]:
    return [*wrapped(paragraph.parts, page.width)]


# Mathematics

def _equation(equation: Equation, page: Page) -> list[Line]:
    width = page.width
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


def _steps(steps: Steps, page: Page) -> list[Line]:
    """The derivation; reasons stand in a column at the right where it is wide enough, else under their lines."""
    formulas = [formula_of(step.expression).text for step in steps.lines]
    written = [_step_lines(formulas, k, page) for k in range(len(formulas))]
    column = max((width_of(plain(line)) for lines, step in zip(written, steps.lines) if is_explained(step) for line in lines),
                 default=0) + 3
    beside = page.width - column >= _REASON
    arrange = _beside if beside else _under
    return [line for lines, step in zip(written, steps.lines) for line in arrange(lines, step, column, page.width)]


def _step_lines(formulas: Sequence[str], k: int, page: Page) -> list[Line]:
    written, width = formulas[k], page.width
    if k == 0:
        return [*_indented(broken(written, width, width - 4), "", "    ")]
    lines = _side(written, "  = ", width)
    if not page.painted:
        return [*lines]
    start, end = changed(formulas[k - 1], written)
    inked: list[Line] = []
    at = 0
    for line in lines:
        before = 4 if not inked else 6                   # the indentation, which is no part of the formula
        on_it = [max(place - at, 0) + before for place in (start, end)]
        inked.append(marked(line, *on_it) if on_it[0] < on_it[1] else line)
        at += len(line) - before
        at += written[at:at + 1] == " "                  # which is left out where the line ends
    return inked


def _beside(lines: list[Line], step: Step, column: int, width: int) -> list[Line]:
    reasons = _explanation(step, width - column)
    height = max(len(lines), len(reasons))
    filled = [lines + [""] * (height - len(lines)), reasons + [""] * (height - len(reasons))]
    return [joined(left, " " * (column - width_of(plain(left))), right) if right else left for left, right in zip(*filled)]


def _under(lines: list[Line], step: Step, column: int, width: int) -> list[Line]:
    return [*lines, *(joined("        ", line) for line in _explanation(step, width - 8))]


def _explanation(step: Step, width: int) -> list[Line]:
    """The rule with its formula, then the reason."""
    if not is_explained(step):
        return []
    named: tuple[Inline, ...] = (step.rule,) if step.rule else ()
    if step.formula:
        named += (": ", step.formula) if named else (step.formula,)
    lines: list[Line] = [line for parts in (named, step.because) if parts for line in wrapped(parts, width)]
    name = step.rule
    for k, line in enumerate(lines):                     # as many lines as the name of the rule takes
        if not name or not isinstance(line, str):
            break
        shared = len(name) if line.startswith(name) else len(line) if name.startswith(line) else 0
        lines[k] = marked(line, 0, shared, Ink.RULE)
        name = name[shared:].lstrip(" ") if shared else ""
    return lines


# Tables and the rest

def _table(table: Table, page: Page) -> list[Line]:
    cells = [[inline((cell,)) for cell in row] for row in (table.header, *table.rows)]
    caption: list[Line] = [*wrapped((table.caption,), page.width)] if table.caption else []
    return caption + table_lines(cells, table.words, page.width if page.folded else None, _cell)


def _cell(text: str, width: int) -> list[str]:
    """The lines of a cell: words are broken at blanks, and what may be a formula where formulas may be."""
    return broken(text, width, width) if "(" in text else wrapped((text,), width)


def _code(code: Code, page: Page) -> list[Line]:
    return [f"    {line}" if line else "" for line in code.text.expandtabs(4).rstrip("\n").split("\n")]


def _figure(figure: Figure, page: Page) -> list[Line]:
    caption = wrapped((figure.caption,), page.width) if figure.caption else []
    return [*wrapped((f"[picture: {figure.alt}]",), page.width), *caption]


def _blank(blank: Blank, page: Page) -> list[Line]:
    return [line for _ in range(blank.lines) for line in ("", "_" * min(page.width, 60))]


_RENDERERS: Mapping[type, Callable[[Block, Page], list[Line]]] = {
    Heading: _heading, Paragraph: _paragraph, Equation: _equation, Steps: _steps, Table: _table, Code: _code,
    Figure: _figure, Blank: _blank,
}
