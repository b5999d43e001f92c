r"""A document in LaTeX: compiles with pdfLaTeX as it is, and reads like a source that a teacher would write.

Words pass through `latex_words.words`, mathematics comes from `notation.latex`; nothing else reaches the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from symcalc.pages import notation
from symcalc.pages.document import (
    Blank,
    Block,
    Code,
    Document,
    Equation,
    Figure,
    Heading,
    Paragraph,
    Step,
    Steps,
    Table,
)
from symcalc.pages.latex_breaking import broken_latex, ems
from symcalc.pages.latex_inline import fragment, inline
from symcalc.pages.latex_tables import table_in_latex
from symcalc.pages.latex_words import words
from symcalc.pages.rendering import formula_of, is_explained, relations_of, renderer, template

_LINE = 39.0              # ems across the page that a display may take
_REASON = 18.0            # room for the reasons at the right of short formulas
_SECTIONS = {1: "section*", 2: "subsection*", 3: "subsubsection*"}
# The reason beside or under a line of a derivation. In a fragment they come along, for documents that are not ours.
_MACROS = (r"\newcommand{\why}[1]{\parbox[t]{0.44\linewidth}{\raggedright\small #1}}",
           r"\newcommand{\whyunder}[1]{\parbox[t]{0.85\linewidth}{\raggedright\small #1}}")


@dataclass(frozen=True, slots=True)
class _Page:
    """What blocks need to know of the document they stand in."""

    figures: Mapping[Figure, str] = field(default_factory=dict)
    line: float = _LINE


def render(document: Document, standalone: bool = True, figures: Mapping[Figure, str] | None = None) -> str:
    r"""The document as LaTeX source; `figures` names the files of its pictures, without it their words are shown.

    >>> from symcalc.pages.document import Formula
    >>> print(render(Document("", (Paragraph(("5 % of ", Formula(text="x²", latex="x^2"))),)), standalone=False))
    5 \% of $x^2$
    <BLANKLINE>
    """
    page = _Page(figures or {})
    blocks = [renderer(_RENDERERS, block)(block, page) for block in document.blocks]
    title = [rf"{{\LARGE\bfseries {words(document.title)}\par}}" + "\n\\medskip"] if document.title else []
    body = "\n\n".join([*title, *blocks]) + "\n"
    if not standalone:
        has_steps = any(isinstance(block, Steps) for block in document.blocks)
        return "".join(f"{macro.replace('newcommand', 'providecommand')}\n" for macro in _MACROS if has_steps) + body
    return template("page.tex").replace("%% macros\n", "".join(f"{macro}\n" for macro in _MACROS)).replace(
        "%% body\n", body)


def block(part: Block, figures: Mapping[Figure, str] | None = None, line: float = _LINE) -> str:
    r"""One block as LaTeX, for a page with lines of so many ems; the macros of `render` must be known to it.

    >>> print(block(Heading("Update 1")))
    \subsection*{Update 1}
    """
    return renderer(_RENDERERS, part)(part, _Page(figures or {}, line))


def _heading(heading: Heading, page: _Page) -> str:
    return rf"\{_SECTIONS.get(heading.level, 'paragraph*')}{{{words(heading.text)}}}"


def _paragraph(paragraph: Paragraph, page: _Page) -> str:
    return inline(paragraph.parts)


# Mathematics

def _display(latex: str, room: float, taken: float = 4) -> list[str]:
    """The lines of a formula; what has no place to break it is made smaller rather than run off the page.

    `taken` ems of the line are not for the formula.
    """
    width = rf"\dimexpr\linewidth-{taken:.3g}em"
    return [piece if ems(piece) <= 1.1 * room else _resized(width, piece) for piece in broken_latex(latex, room, room - 3)]


def _resized(width: str, latex: str) -> str:
    return rf"\resizebox{{{width}}}{{!}}{{$\displaystyle {latex}$}}"


def _equation(equation: Equation, page: _Page) -> str:
    first, *others = [formula_of(side).latex for side in equation.sides]
    signs = [sign.latex for sign in relations_of(equation)]
    line = page.line
    if not others and ems(first) < line - 2:
        return f"\\[\n  {first}\n\\]"
    if len(others) == 1 and ems(first + others[0]) < line - 2:
        return f"\\[\n  {first} {signs[0]} {others[0]}\n\\]"
    if ems(first) < line / 3 and others:
        rows = [_row_of(side, f"& {sign} ", r"& \quad ", line * 2 / 3, 5 + ems(first)) for side, sign in zip(others, signs)]
        return _aligned("align*", [f"{first} {rows[0]}", *rows[1:]])
    return _aligned("align*", [_row_of(first, "& ", r"& \quad ", line),
                               *(_row_of(side, rf"& \quad {sign} ", r"& \quad\qquad ", line - 3)
                                 for side, sign in zip(others, signs))])


def _row_of(side: str, first: str, rest: str, room: float, taken: float = 4) -> str:
    return _together([(rest if k else first) + line for k, line in enumerate(_display(side, room, taken))])


def _together(rows: Sequence[str]) -> str:
    """Rows between which no page may end."""
    return " \\\\*\n  ".join(rows)


def _aligned(environment: str, rows: Sequence[str]) -> str:
    """Rows under each other, the first two and the last two on one page."""
    name, _, columns = environment.partition(":")
    ends = ["*" if k in (1, len(rows) - 1) else "" for k in range(1, len(rows))]
    body = "".join(f"  {row}{end}" for row, end in zip(rows, [*(f" \\\\{star}\n" for star in ends), ""]))
    return f"\\begin{{{name}}}{f'{{{columns}}}' if columns else ''}\n{body}\n\\end{{{name}}}"


def _steps(steps: Steps, page: _Page) -> str:
    """The derivation, reasons beside its lines where all are short, else each under its line."""
    written = [notation.latex(step.expression) for step in steps.lines]
    beside = all(ems(latex) <= page.line - _REASON for latex in written)
    arrange = _beside if beside else partial(_under, line=page.line)
    rows = [arrange(latex, step, k) for k, (latex, step) in enumerate(zip(written, steps.lines))]
    return _aligned("alignat*:2" if beside else "align*", rows)


def _beside(latex: str, step: Step, k: int) -> str:
    reason = rf" &\qquad& \why{{{_explanation(step)}}}" if is_explained(step) else ""
    return (r"& \quad = " if k else "& ") + latex + reason


def _under(latex: str, step: Step, k: int, line: float) -> str:
    row = _row_of(latex, r"& \quad = " if k else "& ", r"& \quad\qquad ", line - 2)
    return _together([row, rf"& \quad\qquad \whyunder{{{_explanation(step)}}}"]) if is_explained(step) else row


def _explanation(step: Step) -> str:
    """The rule with its formula, then the reason."""
    rule = rf"\emph{{{words(step.rule)}}}" if step.rule else ""
    formula = fragment(step.formula) if step.formula else ""
    named = r":\; ".join(filter(None, (rule, formula)))
    # \newline, because \\ would take a [ or * at the start of the reason for its own.
    return r"\newline ".join(filter(None, (named, inline(step.because))))


# The rest

def _code(code: Code, page: _Page) -> str:
    lines = [words(line) for line in code.text.expandtabs(4).rstrip("\n").split("\n")]
    return "\\begin{alltt}\\small\n" + "\n".join(lines) + "\n\\end{alltt}"


def _table(table: Table, page: _Page) -> str:
    return table_in_latex(table, page.line)


def _figure(figure: Figure, page: _Page) -> str:
    name = page.figures.get(figure)
    shown = rf"\includegraphics[width=0.8\linewidth]{{{name}}}" if name else \
        rf"\fbox{{\parbox{{0.8\linewidth}}{{{words(figure.alt)}}}}}"
    caption = f"\\par\\smallskip\n{words(figure.caption)}\n" if figure.caption else ""
    return f"\\begin{{center}}\n{shown}\n{caption}\\end{{center}}"


def _blank(blank: Blank, page: _Page) -> str:
    return "\n".join([r"\par\vspace{8mm}\noindent\rule{\linewidth}{0.4pt}"] * blank.lines)


_RENDERERS: Mapping[type, Callable[[Block, _Page], str]] = {
    Heading: _heading, Paragraph: _paragraph, Equation: _equation, Steps: _steps, Table: _table, Code: _code,
    Figure: _figure, Blank: _blank,
}
