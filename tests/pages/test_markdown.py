"""Markdown: exact outputs, and strings that neither Markdown nor MathJax takes for its own."""

import re
from html import unescape

import pytest
from sympy import Abs, Integer, Symbol

from symcalc.errors import SymcalcError
from symcalc.pages import markdown
from symcalc.pages.document import Blank, Code, Document, Equation, Figure, Heading, Paragraph, Step, Steps, Table, paragraph
from symcalc.written import power

markdown_it = pytest.importorskip("markdown_it", reason="markdown-it-py reads Markdown for these tests")
x, m = Symbol("x", real=True), Symbol("m", real=True)

EXACT = [
    (Heading("Update 1"), "## Update 1"),
    (paragraph("by ", m, " is ", 3), "by $m$ is 3"),
    (paragraph("- no list"), r"\- no list"),
    (paragraph("1. no list"), r"1\. no list"),
    (Equation((m, x)), "$$\nm = x\n$$"),
    (Equation((m, power(x, Integer(2)), x)), "$$\n\\begin{aligned}\nm & = x^{2} \\\\\n& = x\n\\end{aligned}\n$$"),
    (Steps((Step(expression=x), Step(expression=m, rule="power rule", because=("by ", x)))),
     "$\\displaystyle x$\n\n1. $\\displaystyle = m$<br>*power rule*<br>by $x$"),
    (Table(header=("k", "note"), rows=(("0", Abs(x)), ("1", "a|b")), words=frozenset({1}), caption="c"),
     "c\n\n| k | note |\n| ---: | :--- |\n| 0 | $\\left\\vert x\\right\\vert$ |\n| 1 | a\\|b |"),
    (Code("x = 1\n"), "```python\nx = 1\n```"),
    (Code("```"), "````python\n```\n````"),
    (Figure(png=b"p", alt="a"), "![a](data:image/png;base64,cA==)"),
    (Blank(), r"\_" * 40),
]


@pytest.mark.parametrize("block, expected", EXACT)
def test_each_block(block, expected):
    assert markdown.block(block) == expected


def test_strings_stand_as_they_are(hostile):
    source = markdown.render(Document(hostile, (Heading(hostile), Paragraph((hostile,)),
                                                Table(header=(hostile,), rows=((hostile,),)))))
    page = markdown_it.MarkdownIt("commonmark", {"html": True}).enable("table").render(source)
    assert unescape(re.sub("</?[a-z0-9]+( style=\"[^\"]*\")?>", "", page)).count(hostile) == 5
    assert set(re.findall("<([a-z0-9]+)", page)) <= {"h1", "h2", "p", "table", "thead", "tbody", "tr", "th", "td", "span"}


@pytest.mark.parametrize("text", ["$x$", r"\(x\)", r"\[x\]", r"\begin{align}", "$$x$$"])
def test_words_never_begin_mathematics(text):
    assert not re.search(r"\$|\\[(\[a-z]", markdown.words(text))


@pytest.mark.parametrize(("latex", "written"), [
    (r"x < y \text{if a < b}", r"x \lt  y {\text{if a }{\lt }\text{ b}}"),
    (r"\textbf{<b>}^2 \text{50\% of \{x\}}", r"{{\lt }\textbf{b}{\gt }}^2 {\text{50\% of }{\lbrace }\text{x}{\rbrace }}"),
    (r"\text{if } \operatorname{a*b}", r"\text{if } \operatorname{a\ast b}"),
    (r"\textstyle \text{*}", r"\textstyle {{\ast }}"),
])
def test_words_in_a_formula_hold_no_command(latex, written):
    assert markdown.math(latex) == written


def test_control_characters_are_shown():
    assert markdown.words("a\nb\x1b") == "a&lt;U+000A&gt;b&lt;U+001B&gt;"


def test_every_block_is_there(everything):
    source = markdown.render(everything)
    for piece in ("# Slope of the cost\n", "## Update 1", "η ≤ 0.1", "*chain rule*", "aligned", "| ---:", "```python", "![a falling line]",
                  r"\_\_"):
        assert piece in source


def test_what_is_no_block_is_named():
    with pytest.raises(SymcalcError, match="a document cannot hold a str"):
        markdown.block("words")
