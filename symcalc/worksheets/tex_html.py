r"""Blocks as HTML with the formulas in TeX between \( and \), as learning platforms keep and typeset it by MathJax.

Words are shown as they are: nothing in them is taken for markup, for TeX, or for what the platform has of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from html import escape

from sympy import Basic

from symcalc.errors import visible
from symcalc.pages.document import Blank, Block, Code, Equation, Figure, Formula, Heading, Inline, Paragraph, Step, Steps, Table
from symcalc.pages.latex_breaking import broken_latex, ems
from symcalc.pages.rendering import formula_of, is_number, relations_of, renderer

Special = Callable[[Formula], str | None]
Source = Callable[[Figure], str]

_LINE = 42.0              # ems of a formula before it is broken
_LEFT = 12.0              # of a left side that stands on the line of its first right one
# What would begin TeX, a field to fill in, or the address of a file.
_MARKS = {"\\": "<span>&#92;</span>", "$": "<span>&#36;</span>", "{": "&#123;", "}": "&#125;", "@": "&#64;", "[": "&#91;",
          "]": "&#93;"}
_CELL = ' style="border: 1px solid; padding: 0.2em 0.6em; text-align: {}"'


def words(text: str) -> str:
    r"""The text so that a page shows exactly these characters, also one on which MathJax runs.

    >>> print(words(r"a < \(b\)"))
    a &lt; <span>&#92;</span>(b<span>&#92;</span>)
    """
    return "".join(_MARKS.get(character, escape(character, quote=True)) for character in visible(text))


class TexHtml:
    r"""A renderer: `special` says how a formula is shown that is none, such as a field; `source` where a picture is.

    >>> page = TexHtml(special=lambda formula: None, source=lambda figure: "")
    >>> print(page.inline(("slope ", Formula(text="x < y", latex="x < y"))))
    slope \(x &lt; y\)
    """

    def __init__(self, *, special: Special, source: Source) -> None:
        self._special, self._source = special, source

    def blocks(self, blocks: Iterable[Block]) -> str:
        """The blocks, one under the other."""
        return "\n".join(renderer(_RENDERERS, block)(self, block) for block in blocks)

    def inline(self, parts: Iterable[Inline]) -> str:
        """Words escaped, formulas in TeX."""
        return "".join(words(part) if isinstance(part, str) else self._formula(part) for part in parts)

    def _formula(self, part: Basic | Formula, before: str = "") -> str:
        formula = formula_of(part)
        special = self._special(formula)
        return tex(f"{before}{formula.latex}") if special is None else special

    def _heading(self, heading: Heading) -> str:
        return f"<h4>{words(heading.text)}</h4>"

    def _paragraph(self, paragraph: Paragraph) -> str:
        return f"<p>{self.inline(paragraph.parts)}</p>"

    def _equation(self, equation: Equation) -> str:
        first, *others = (formula_of(side).latex for side in equation.sides)
        signs = [sign.latex for sign in relations_of(equation)]
        whole = " ".join([first, *(f"{sign} {side}" for sign, side in zip(signs, others))])
        if ems(whole) <= _LINE and len(others) < 2:
            return f"<p>{tex(whole, display=True)}</p>"
        rows = [f"{sign} {side}" for sign, side in zip(signs, others)]
        if rows and ems(first) <= _LEFT:
            rows[0] = f"{first} {rows[0]}"
        else:
            rows.insert(0, first)
        return "".join(f"<p>{_lines(row)}</p>" for row in rows)

    def _steps(self, steps: Steps) -> str:
        items = "".join(f"<li>{self._step(step, k)}</li>\n" for k, step in enumerate(steps.lines))
        return f'<ol start="0">\n{items}</ol>'

    def _step(self, step: Step, k: int) -> str:
        line = _lines(f"{'= ' * (k > 0)}{formula_of(step.expression).latex}")
        named = f"<em>{words(step.rule)}</em>" if step.rule else ""
        rule = ": ".join(filter(None, (named, self._formula(step.formula) if step.formula else "")))
        return "<br/>".join(filter(None, (line, rule, self.inline(step.because))))

    def _table(self, table: Table) -> str:
        caption = f"<caption>{words(table.caption)}</caption>\n" if table.caption else ""
        rows = "".join(f"<tr>{self._row('td', row, table)}</tr>\n" for row in table.rows)
        head = f"<thead><tr>{self._row('th', table.header, table)}</tr></thead>"
        return f'<table style="border-collapse: collapse">\n{caption}{head}\n<tbody>\n{rows}</tbody>\n</table>'

    def _row(self, tag: str, cells: Iterable[Inline], table: Table) -> str:
        return "".join(f"<{tag}{_CELL.format('left' if k in table.words else 'right')}>{self._in_cell(cell)}</{tag}>"
                       for k, cell in enumerate(cells))

    def _in_cell(self, cell: Inline) -> str:
        return self.inline((Formula(text=cell, latex=cell) if is_number(cell) else cell,))

    def _figure(self, figure: Figure) -> str:
        caption = f"<br/>{words(figure.caption)}" if figure.caption else ""
        return f'<p><img src="{escape(self._source(figure))}" alt="{escape(visible(figure.alt))}"/>{caption}</p>'

    def _code(self, code: Code) -> str:
        return f"<pre>{words(code.text)}</pre>".replace(words("\n"), "\n")

    def _blank(self, blank: Blank) -> str:
        return ""


def tex(latex: str, display: bool = False) -> str:
    r"""The formula between \( and \).

    >>> print(tex("x < 1"))
    \(x &lt; 1\)
    """
    style = r"\displaystyle " if display else ""
    return rf"\({style}{escape(latex, quote=False)}\)"


def _lines(latex: str) -> str:
    r"""A formula on a line of its own, a long one on several."""
    first, *more = broken_latex(latex, _LINE, _LINE - 2)
    return "<br/>".join(tex(piece, display=True) for piece in (first, *(rf"\qquad {piece}" for piece in more)))


_RENDERERS: Mapping[type, Callable[..., str]] = {
    Heading: TexHtml._heading, Paragraph: TexHtml._paragraph, Equation: TexHtml._equation, Steps: TexHtml._steps,
    Table: TexHtml._table, Code: TexHtml._code, Figure: TexHtml._figure, Blank: TexHtml._blank,
}
