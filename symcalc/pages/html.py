"""A document as one self-contained web page: no network, mathematics as MathML, readable on any screen and without scripts."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from html import escape
from string import Template

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
from symcalc.pages.mathml import mathml
from symcalc.pages.rendering import formula_of, is_explained, is_number, relations_of, renderer, template

_WIDE = (Equation, Steps, Table, Code)        # what may be wider than a screen
_SHORT = 8.0
_INLINE = 16.0            # the same within a sentence
_PARTING, _CLOSING = "<wbr/>", frozenset(".,:;)?!")
_LINE = 38.0              # ems of a formula before it is broken; a narrower screen scrolls


def render(document: Document, standalone: bool = True) -> str:
    """The document as a page, or with `standalone=False` as an element to put into one.

    >>> page = render(Document("5 < 6", (Paragraph(("a line",)),)))
    >>> "<title>5 &lt; 6</title>" in page, "<p>a line</p>" in page
    (True, True)
    """
    if not standalone:
        title = [f"<h1>{words(document.title)}</h1>"] if document.title else []
        body = "".join(f"{part}\n" for part in (*title, *map(block, document.blocks)))
        return f'<div class="symcalc">\n<style>\n{template("style.css")}</style>\n{body}</div>\n'
    return _whole(document)


def unfolding(document: Document) -> str:
    """The document as a page to read on a screen: its derivations unfold line by line, and what is wide scrolls by keyboard.

    Without scripts, and on paper, all of it is there.

    >>> "<script>" in unfolding(Document("", (Paragraph(("a line",)),)))
    False
    """
    if not any(isinstance(part, _WIDE) for part in document.blocks):
        return _whole(document)
    scripts = ("scroll.js", "unfold.js") if any(isinstance(part, Steps) for part in document.blocks) else ("scroll.js",)
    return _whole(document, script(*scripts), more_style=template("unfold.css"))


def _whole(document: Document, *below: str, more_style: str = "") -> str:
    """The page, which always begins with a heading; its window also tells what its first derivation begins with."""
    heading = document.title or document.name or "symcalc"
    body = "".join(f"{part}\n" for part in (f"<h1>{words(heading)}</h1>", *map(block, document.blocks), *below))
    first = next((part.lines[0].expression for part in document.blocks if isinstance(part, Steps) and part.lines), None)
    told = "" if document.title or first is None else f": {formula_of(first).text}"
    return page(heading + told, body, more_style)


def script(*names: str) -> str:
    """Scripts of our own, as they stand in a page."""
    return f"<script>\n{''.join(map(template, names))}</script>"


def block(part: Block) -> str:
    """One block as HTML.

    >>> block(Heading("Update 1"))
    '<h2>Update 1</h2>'
    """
    return renderer(_RENDERERS, part)(part)


def page(title: str, body: str, more_style: str = "") -> str:
    """A page around what stands in its body."""
    return Template(template("page.html")).substitute(title=words(title or "symcalc"), style=template("style.css") + more_style,
                                                      body=body)


def words(text: str) -> str:
    """The text so that a browser shows exactly these characters.

    >>> words('<b>"&"')
    '&lt;b&gt;&quot;&amp;&quot;'
    """
    return escape(visible(text), quote=True)


def inline(parts: Iterable[Inline]) -> str:
    """Words escaped, mathematics as MathML.

    >>> inline(("x < ", Formula(text="x", latex="x")))
    'x &lt; <math alttext="x"><mrow><mi>x</mi></mrow></math>'
    """
    said: list[str] = []
    follows = False                     # upon a formula, from which a browser would part the sign that comes next
    for part in parts:
        if isinstance(part, str) and follows and part[:1] in _CLOSING:
            before, parting, last = said[-1].rpartition(_PARTING)
            said[-1] = f'{before}{parting}<span class="joined">{last}{words(part[:1])}</span>'
            part = part[1:]
        said.append(words(part) if isinstance(part, str) else _in_line(part))
        follows = not isinstance(part, str)
    return "".join(said)


def _in_line(part: Basic | Formula) -> str:
    """A formula in a sentence, a wide one in pieces between which a line may end; the first carries its text."""
    formula = formula_of(part)
    first, *more = broken_latex(formula.latex, _INLINE, _INLINE)
    pieces = [Formula(text=formula.text, latex=first), *(Formula(text="", latex=piece) for piece in more)]
    return _PARTING.join(map(mathml, pieces))


def _heading(heading: Heading) -> str:
    level = min(max(heading.level, 1), 6)
    return f"<h{level}>{words(heading.text)}</h{level}>"


def _paragraph(paragraph: Paragraph) -> str:
    return f"<p>{inline(paragraph.parts)}</p>"


# Mathematics

def _math(part: Basic | Formula, sign: Formula | None = None) -> str:
    """A formula on lines of its own, behind a sign; a screen reader gets it whole with the first of them."""
    return _on_lines(formula_of(part), sign)


@lru_cache(maxsize=1024)               # the steps of a run have most of their sides in common
def _on_lines(formula: Formula, sign: Formula | None) -> str:
    pieces = broken_latex(formula.latex, _LINE, _LINE - 2)
    text, latex = (f"{sign.text} {formula.text}", f"{sign.latex} {pieces[0]}") if sign else (formula.text, pieces[0])
    first = mathml(Formula(text=text, latex=latex), block=True)
    more = (mathml(Formula(text="", latex=piece), block=True) for piece in pieces[1:])
    return "".join([_classed(first, "side" if sign else "start"), *(_classed(line, "more") for line in more)])


def _classed(math: str, name: str) -> str:
    return math.replace("<math ", f'<math class="{name}" ', 1)


def _equation(equation: Equation) -> str:
    first, *others = equation.sides
    if len(others) == 1:
        left, right, sign = formula_of(first), formula_of(others[0]), relations_of(equation)[0]
        whole = Formula(text=f"{left.text} {sign.text} {right.text}", latex=f"{left.latex} {sign.latex} {right.latex}")
        return f'<div class="equation">{_math(whole)}</div>'
    sides = [_math(first), *map(_math, others, relations_of(equation))]
    # A short left side stands in a column of its own, the signs under each other; a long one stands above them.
    aligned = " aligned" if others and ems(formula_of(first).latex) < _SHORT else ""
    return f'<div class="equation{aligned}">{"".join(sides)}</div>'


def _steps(steps: Steps) -> str:
    items = "".join(f"<li>{_step(step, k)}</li>\n" for k, step in enumerate(steps.lines))
    return f'<ol class="steps">\n{items}</ol>'


def _step(step: Step, k: int) -> str:
    math = _math(step.expression, _EQUALS if k else None)
    why = f'\n<p class="why">{_explanation(step)}</p>' if is_explained(step) else ""
    return f'<div class="equation">{math}</div>{why}'


_EQUALS = Formula(text="=", latex="=")


def _explanation(step: Step) -> str:
    """The rule with its formula, then the reason."""
    rule = f'<span class="rule">{words(step.rule)}</span>' if step.rule else ""
    formula = _in_line(step.formula) if step.formula else ""
    return "<br/>".join(filter(None, (": ".join(filter(None, (rule, formula))), inline(step.because))))


# Tables and the rest

def _table(table: Table) -> str:
    caption = f"<caption>{words(table.caption)}</caption>\n" if table.caption else ""
    header = _cells("th", table.header, table.words, ' scope="col"')
    rows = "".join(f"<tr>{_cells('td', row, table.words)}</tr>\n" for row in table.rows)
    return (f'<div class="wide">\n<table>\n{caption}<thead>\n<tr>{header}</tr>\n</thead>\n'
            f"<tbody>\n{rows}</tbody>\n</table>\n</div>")


def _cells(tag: str, cells: Sequence[Inline], left: frozenset[int], scope: str = "") -> str:
    word = ' class="word"'
    return "".join(f"<{tag}{scope}{word if k in left else ''}>{_cell(cell)}</{tag}>" for k, cell in enumerate(cells))


def _cell(cell: Inline) -> str:
    """A number has a true minus sign."""
    return inline((cell.replace("-", "−", 1) if is_number(cell) else cell,))


def _code(code: Code) -> str:
    lines = code.text.expandtabs(4).rstrip("\n").split("\n")
    return "<pre><code>" + "\n".join(words(line) for line in lines) + "</code></pre>"


def _figure(figure: Figure) -> str:
    data = base64.b64encode(figure.png).decode("ascii")
    caption = f"\n<figcaption>{words(figure.caption)}</figcaption>" if figure.caption else ""
    return f'<figure>\n<img src="data:image/png;base64,{data}" alt="{words(figure.alt)}"/>{caption}\n</figure>'


def _blank(blank: Blank) -> str:
    return "\n".join(['<div class="blank"></div>'] * blank.lines)


_RENDERERS: Mapping[type, Callable[[Block], str]] = {
    Heading: _heading, Paragraph: _paragraph, Equation: _equation, Steps: _steps, Table: _table, Code: _code,
    Figure: _figure, Blank: _blank,
}
