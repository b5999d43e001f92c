"""A document as Markdown for Jupyter and GitHub, mathematics between dollar signs."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from sympy import Basic

from symcalc.errors import visible
from symcalc.pages.document import (
    Blank,
    Block,
    Code,
    Document,
    Equation,
    Figure,
    Formula,
    Heading,
    Inline,
    Paragraph,
    Step,
    Steps,
    Table,
)
from symcalc.pages.latex_breaking import broken_latex, ems
from symcalc.pages.rendering import formula_of, is_explained, relations_of, renderer

_LINE = 38.0              # ems of a formula before it is broken
# A backslash or a dollar in a span of its own: no Markdown and no MathJax then sees mathematics begin.
_SPECIAL = {
    "\\": "<span>&#92;</span>", "$": "<span>&#36;</span>", "&": "&amp;", "<": "&lt;", ">": "&gt;", "[": "&#91;", "]": "&#93;",
} | {character: rf"\{character}" for character in "*_`#~|"}
_BLOCK_START = re.compile(r"([-+=:])|(\d+)([.)])")
# GitHub's Markdown eats a backslash before a sign, also within mathematics; these say the same in letters.
_COMMANDS = {
    r"\,": r"\thinspace ", r"\;": r"\thickspace ", r"\!": r"\negthinspace ", r"\{": r"\lbrace ", r"\}": r"\rbrace ",
    r"\\": r"\cr ", "|": r"\vert ", "<": r"\lt ", ">": r"\gt ", "*": r"\ast ",
}
_COMMAND = re.compile(r"(\\text(?:bf|it)?)\{((?:[^{}\\]|\\.)*)\}|\\[A-Za-z]+|\\.|[|<>*]")
_IN_WORDS = re.compile(r"(\\[{}]|[|<>*])")


def render(document: Document) -> str:
    r"""The document as Markdown.

    >>> print(render(Document("Slopes", (Paragraph(("5 * ", Formula(text="x²", latex="x^2"))),))))
    # Slopes
    <BLANKLINE>
    5 \* $x^2$
    <BLANKLINE>
    """
    title = [f"# {words(document.title)}"] if document.title else []
    return "\n\n".join([*title, *map(block, document.blocks)]) + "\n"


def block(part: Block) -> str:
    """One block as Markdown.

    >>> block(Heading("Update 1"))
    '## Update 1'
    """
    return renderer(_RENDERERS, part)(part)


def words(text: str) -> str:
    """The text so that Markdown shows exactly these characters.

    >>> words("a_b < 5")
    'a\\\\_b &lt; 5'
    """
    return "".join(_SPECIAL.get(character, character) for character in visible(text))


def math(latex: str) -> str:
    r"""LaTeX that Markdown leaves alone, within a table too.

    >>> print(math(r"c\,\left|x\right|"))
    c\thinspace \left\vert x\right\vert
    """
    return _COMMAND.sub(_command, latex).strip()


def _command(match: re.Match[str]) -> str:
    """A command in letters; within words, which no command is read in, it stands between them."""
    if match[1] is None:
        return _COMMANDS.get(match[0], match[0])
    pieces = _IN_WORDS.split(match[2])
    if len(pieces) == 1:
        return match[0]
    parts = (f"{{{_COMMANDS[piece]}}}" if k % 2 else f"{match[1]}{{{piece}}}" for k, piece in enumerate(pieces) if piece)
    return f"{{{''.join(parts)}}}"


def inline(parts: Iterable[Inline]) -> str:
    """Words escaped, mathematics between dollar signs.

    >>> inline(("x < ", Formula(text="x", latex="x")))
    'x &lt; $x$'
    """
    return "".join(words(part) if isinstance(part, str) else _dollars(formula_of(part).latex) for part in parts)


def _dollars(latex: str) -> str:
    return f"${math(latex)}$"


def _heading(heading: Heading) -> str:
    return f"{'#' * min(max(heading.level, 1), 6)} {words(heading.text)}"


def _paragraph(paragraph: Paragraph) -> str:
    """A paragraph that does not start like a list, a quotation or a rule."""
    written = inline(paragraph.parts).lstrip(" ")
    return _BLOCK_START.sub(lambda start: rf"\{start[1]}" if start[1] else rf"{start[2]}\{start[3]}", written, count=1) \
        if _BLOCK_START.match(written) else written


# Mathematics

def _display(part: Basic | Formula, sign: str = "") -> str:
    """A formula at the left margin; a long one on several lines."""
    pieces = broken_latex(formula_of(part).latex, _LINE, _LINE - 2)
    first = rf"\displaystyle {sign} {pieces[0]}" if sign else rf"\displaystyle {pieces[0]}"
    return "<br>".join([_dollars(first), *(_dollars(rf"\displaystyle \qquad {piece}") for piece in pieces[1:])])


def _equation(equation: Equation) -> str:
    first, *others = [formula_of(side).latex for side in equation.sides]
    signs = [sign.latex for sign in relations_of(equation)]
    if len(others) == 1 and ems(first + others[0]) < _LINE:
        return f"$$\n{math(first)} {signs[0]} {math(others[0])}\n$$"
    if ems(first) < _LINE / 3 and others:
        rows = [row for side, sign in zip(others, signs) for row in _rows(side, f"& {sign} ")]
        rows[0] = f"{math(first)} {rows[0]}"
    else:
        rows = [*_rows(first, "& "),
                *(row for side, sign in zip(others, signs) for row in _rows(side, rf"& \quad {sign} "))]
    return "$$\n\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}\n$$"


def _rows(latex: str, before: str) -> list[str]:
    pieces = broken_latex(latex, _LINE, _LINE - 2)
    return [(r"& \qquad " if k else before) + math(piece) for k, piece in enumerate(pieces)]


def _steps(steps: Steps) -> str:
    """The derivation as a list, so that its reasons wrap as words do."""
    first, *others = steps.lines
    items = (f"{k}. {_display(step.expression, '=')}{_explanation(step)}" for k, step in enumerate(others, 1))
    return "\n\n".join(filter(None, (_display(first.expression) + _explanation(first), "\n".join(items))))


def _explanation(step: Step) -> str:
    """The rule with its formula, then the reason, each on a line of its own."""
    rule = f"*{words(step.rule)}*" if step.rule else ""
    formula = _dollars(step.formula.latex) if step.formula else ""
    lines = (": ".join(filter(None, (rule, formula))), inline(step.because))
    return "".join(f"<br>{line}" for line in lines if line) if is_explained(step) else ""


# Tables and the rest

def _table(table: Table) -> str:
    rule = " | ".join(":---" if k in table.words else "---:" for k in range(len(table.header)))
    caption = f"{words(table.caption)}\n\n" if table.caption else ""
    return caption + "\n".join([_row(table.header), f"| {rule} |", *map(_row, table.rows)])


def _row(cells: Sequence[Inline]) -> str:
    return f"| {' | '.join(inline((cell,)) for cell in cells)} |"


def _code(code: Code) -> str:
    """A fence longer than any run of backticks within."""
    longest = max(map(len, re.findall("`+", code.text)), default=0)
    fence = "`" * max(3, longest + 1)
    lines = "\n".join(visible(line) for line in code.text.expandtabs(4).rstrip("\n").split("\n"))
    return f"{fence}{re.sub('[^A-Za-z0-9+-]', '', code.language)}\n{lines}\n{fence}"


def _figure(figure: Figure) -> str:
    return picture(figure, f"data:image/png;base64,{base64.b64encode(figure.png).decode('ascii')}")


def picture(figure: Figure, source: str) -> str:
    """The figure, its picture fetched from `source`.

    >>> picture(Figure(png=b"", alt="a line", caption="The fit"), "fit.png")
    '![a line](fit.png)\\n\\nThe fit'
    """
    caption = f"\n\n{words(figure.caption)}" if figure.caption else ""
    return f"![{words(figure.alt)}]({source}){caption}"


def _blank(blank: Blank) -> str:
    return "\n\n".join([r"\_" * 40] * blank.lines)


_RENDERERS: Mapping[type, Callable[[Block], str]] = {
    Heading: _heading, Paragraph: _paragraph, Equation: _equation, Steps: _steps, Table: _table, Code: _code,
    Figure: _figure, Blank: _blank,
}
