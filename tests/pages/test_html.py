"""HTML: valid, self-contained, escaped; MathML as it should be."""

import re
from xml.etree import ElementTree

import pytest
from sympy import Abs, Function, Integer, Max, Piecewise, Symbol, sin, sqrt

from symcalc.errors import SymcalcError
from symcalc.functions import relu, sigmoid
from symcalc.pages import html
from symcalc.pages.document import Blank, Code, Document, Equation, Figure, Formula, Heading, Step, Steps, Table, paragraph
from symcalc.pages.mathml import mathml
from symcalc.pages.rendering import formula_of
from symcalc.written import add, derivative_of, divide, mul, power

x, m = Symbol("x", real=True), Symbol("m", real=True)
rate = Symbol("learning_rate", real=True)


def tree(page: str) -> ElementTree.Element:
    return ElementTree.fromstring(re.search("<body>.*</body>", page, re.DOTALL)[0])


def shown(element: ElementTree.Element) -> str:
    return "".join(element.itertext())


def body(block) -> str:
    return html.render(Document("", (block,)), standalone=False).split("</style>\n")[1].removesuffix("\n</div>\n")


EXACT = [
    (Heading("Update 1"), "<h2>Update 1</h2>"),
    (paragraph("by ", m, " < 3"), '<p>by <math alttext="m"><mrow><mi>m</mi></mrow></math> &lt; 3</p>'),
    (Code("x < 1\n"), "<pre><code>x &lt; 1</code></pre>"),
    (Blank(2), '<div class="blank"></div>\n<div class="blank"></div>'),
    (Figure(png=b"p", alt="a", caption="c"),
     '<figure>\n<img src="data:image/png;base64,cA==" alt="a"/>\n<figcaption>c</figcaption>\n</figure>'),
    (Table(header=("k", "note"), rows=(("0", "a"),), words=frozenset({1}), caption="c"),
     '<div class="wide">\n<table>\n<caption>c</caption>\n<thead>\n<tr><th scope="col">k</th><th scope="col" class="word">note</th>'
     '</tr>\n</thead>\n<tbody>\n<tr><td>0</td><td class="word">a</td></tr>\n</tbody>\n</table>\n</div>'),
]


@pytest.mark.parametrize("block, expected", EXACT, ids=lambda value: type(value).__name__)
def test_each_block(block, expected):
    assert body(block) == expected


def test_a_page_is_whole_and_alone(everything):
    page = html.render(everything)
    assert page.startswith('<!DOCTYPE html>\n<html lang="en">') and "<title>Slope of the cost</title>" in page
    assert 'name="viewport"' in page and "prefers-color-scheme: dark" in page
    assert not re.search(r"<script|https?:|@import|url\(|<link|\bon\w+=", page)
    for tag in ("h1", "h2", "p", "ol", "table", "pre", "figure"):
        assert tree(page).find(f".//{tag}") is not None
    assert [item.get("scope") for item in tree(page).iter("th")] == ["col"] * 3


def test_steps_are_a_list_of_equations_with_their_reasons(derivation):
    items = list(tree(html.render(Document("", (derivation,)))).iter("li"))
    assert len(items) == 4 and "constant multiple rule" in shown(items[1])
    assert items[3].find(".//math").get("alttext") == "= -2/n Σ xᵢ (yᵢ - (m xᵢ + b))"


def test_strings_stand_as_they_are(hostile):
    page = html.render(Document(hostile, (
        Heading(hostile), paragraph(hostile), Table(header=(hostile,), rows=((hostile,),), caption=hostile), Code(hostile),
        Figure(png=b"", alt=hostile, caption=hostile), Steps((Step(expression=x, rule=hostile, because=(hostile,)),)))))
    assert shown(tree(page)).count(hostile) == 10
    assert {element.tag for element in tree(page).iter()} <= set(
        ["body", "main", "h1", "h2", "p", "div", "table", "caption", "thead", "tbody", "tr", "th", "td", "pre", "code", "figure", "img", "figcaption", "ol", "li", "span", "br", "math", "mrow", "mi"])
    assert tree(page).find(".//img").get("alt") == hostile


def test_control_characters_are_shown():
    assert body(paragraph("a\x00\x1bb")) == "<p>a&lt;U+0000&gt;&lt;U+001B&gt;b</p>"


MATHEMATICS = [
    (mul(x, sin(x)), "<mi>x</mi><mspace width=\"0.167em\"></mspace><mi>sin</mi>"),
    (mul(rate, x), "<mi>learning_rate</mi><mspace width=\"0.167em\"></mspace><mi>x</mi>"),
    (relu(x), "<mi>ReLU</mi>"), (sigmoid(x), "<mi>σ</mi>"), (sqrt(x), "<msqrt>"), (Abs(x), ">|</mo>"),
    (Max(x, 0), "<mi>max</mi>"), (Function("f_g")(x), "<mi>f_g</mi>"),
    (Piecewise((x, x > 0), (Integer(0), True)), "<mi>otherwise</mi>"),
    (divide(x, add(x, m)), "<mfrac>"), (derivative_of(x, x), "<mfrac><mi>d</mi>"),
    (power(add(x, m), Integer(2)), 'stretchy="false"'), (Symbol("theta_1"), "<msub><mi>θ</mi><mn>1</mn></msub>"),
    (Formula(text="(f + g)'", latex="(f + g)'"), '<mo>′</mo></mrow></mrow></math>'), (Formula(text="f''", latex="f''"), '>″</mo>'),
    (Formula(text="", latex=r"\sum_{i=1}^{n} x"), "<munderover><mo>∑</mo>"),
    (Formula(text="a < b", latex=r"\text{a < b \& c}"), "<mtext>a &lt; b &amp; c</mtext>".replace(" ", "\xa0")),
]


@pytest.mark.parametrize("part, piece", MATHEMATICS)
def test_mathematics(part, piece):
    written = mathml(formula_of(part))
    ElementTree.fromstring(written)
    assert piece in written and "\\" not in written


@pytest.mark.parametrize("latex", [r"\unknown{x}", r"\frac", r"x^", r"\left(", "x \x00", "x & <b>"])
def test_what_the_converter_does_not_know_is_shown_as_text(latex):
    written = mathml(Formula(text="the text", latex=latex))
    assert shown(ElementTree.fromstring(written)) == "the text"


@pytest.mark.parametrize("latex", [r"\href{javascript:alert(1)}{x}", r"\style{color:red}{x}", "}", r"\text{<b>", r"\text{<b>x</b>}"])
def test_nothing_but_mathematics_comes_through(latex):
    written = mathml(Formula(text="the text", latex=latex))
    assert not re.search("href|style=|<b", written) and ElementTree.fromstring(written).tag == "math"


def test_a_hostile_name_is_no_element():
    written = mathml(formula_of(Symbol("</math><script>alert(1)</script>")))
    assert "script>" not in written and ElementTree.fromstring(written).tag == "math"


def test_the_text_form_is_escaped():
    assert mathml(Formula(text='"<\x1b', latex="x")).startswith('<math alttext="&quot;&lt;&lt;U+001B&gt;">')


def test_a_long_formula_is_broken_and_read_once():
    long = add(*(mul(Integer(k), power(x, Integer(k)), sin(x)) for k in range(2, 20)))
    texts = [math.get("alttext") for math in tree(html.render(Document("", (Equation((long,)),)))).iter("math")]
    assert len(texts) > 1 and texts[0] and not any(texts[1:])


def test_what_is_no_block_is_named():
    with pytest.raises(SymcalcError, match="a document cannot hold a int"):
        body(3)


def test_a_saved_derivation_unfolds_and_is_whole_without_scripts(derivation):
    document = Document("", (derivation,))
    page, plain = html.unfolding(document), html.render(document)
    lines = re.compile(r"<li>.*?</li>", re.DOTALL)
    assert lines.findall(page) == lines.findall(plain) != []
    assert "hidden" not in re.sub(r"<(script|style)>.*?</\1>", "", page, flags=re.DOTALL)
    assert page.count("<script>") == 1 and "http" not in page
