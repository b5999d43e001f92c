"""LaTeX: exact small outputs, and every string printed rather than obeyed."""

import re

import pytest
from sympy import Integer, Symbol

from symcalc.errors import SymcalcError
from symcalc.pages import latex
from symcalc.pages.document import Blank, Code, Document, Equation, Figure, Formula, Heading, Step, Steps, Table, paragraph
from symcalc.pages.latex_words import CHARACTERS, words
from symcalc.written import power

x, m = Symbol("x", real=True), Symbol("m", real=True)


def body(*blocks):
    return latex.render(Document("", blocks), standalone=False).rstrip("\n")


EXACT = [
    (Heading("Update 1"), r"\subsection*{Update 1}"),
    (paragraph("by ", m, " & 5 %"), r"by $m$ \& 5 \%"),
    (Equation((m, x)), "\\[\n  m = x\n\\]"),
    (Equation((m, x), relation="≤"), "\\[\n  m \\le x\n\\]"),
    (Equation((m, power(x, Integer(2)), x)), "\\begin{align*}\n  m & = x^{2} \\\\*\n  & = x\n\\end{align*}"),
    (Code("x = {1}\n"), "\\begin{alltt}\\small\nx = \\{1\\}\n\\end{alltt}"),
    (Figure(png=b"", alt="a line"), "\\begin{center}\n\\fbox{\\parbox{0.8\\linewidth}{a line}}\n\\end{center}"),
    (Blank(), r"\par\vspace{8mm}\noindent\rule{\linewidth}{0.4pt}"),
    (Table(header=("k", m, "note"), rows=(("0", "-0.25", "a_b"),), words=frozenset({2})), r"""\begin{center}
\begin{tabular}{rrl}
  \toprule
  k & $m$ & note \\
  \midrule
  $0$ & $-0.25$ & a\_b \\
  \bottomrule
\end{tabular}
\end{center}"""),
]


@pytest.mark.parametrize("block, expected", EXACT, ids=lambda value: type(value).__name__)
def test_each_block(block, expected):
    assert body(block) == expected


def test_short_steps_have_their_reasons_beside():
    steps = Steps((Step(expression=x), Step(expression=m, rule="power rule", because=("because of ", x))))
    assert r"""\begin{alignat*}{2}
  & x \\*
  & \quad = m &\qquad& \why{\emph{power rule}\newline because of $x$}
\end{alignat*}""" in body(steps)


def test_long_steps_have_their_reasons_below(derivation):
    assert r" \\*" "\n" r"  & \quad\qquad \whyunder{\emph{chain rule}:\; $f(g)' = f'(g)\,g'$\newline the outer" in body(derivation)


def test_a_fragment_brings_its_macros_and_a_page_defines_them(derivation):
    document = Document("", (derivation,))
    assert latex.render(document, standalone=False).count(r"\providecommand") == 2
    assert latex.render(document).count(r"\newcommand") == 2
    assert "providecommand" not in body(paragraph("no steps"))


def test_a_long_table_runs_over_pages():
    rows = tuple((str(k),) for k in range(40))
    assert r"\begin{longtable}{r}" in body(Table(header=("k",), rows=rows))


def test_a_wide_table_is_made_to_fit():
    assert r"\ifdim\width>\linewidth\linewidth\else\width\fi}{!}" in body(Table(header=tuple(f"a long column {k}" for k in range(9)), rows=()))


def test_figures_are_fetched_from_their_files():
    figure = Figure(png=b"p", alt="a line")
    shown = latex.render(Document("", (figure,)), figures={figure: "fit-1.png"})
    assert r"\includegraphics[width=0.8\linewidth]{fit-1.png}" in shown


@pytest.mark.parametrize("text, expected", [
    ("\\", r"\textbackslash{}"), ("{}$&#_%", r"\{\}\$\&\#\_\%"), ("^~", r"\textasciicircum{}\textasciitilde{}"),
    ("<|>", r"\textless{}\textbar{}\textgreater{}"), ('"`', r"\textquotedbl{}\textasciigrave{}"), ("--", "-{}-"), ("''", "'{}'"),
    ("η∇", r"\ensuremath{\eta}\ensuremath{\nabla}"), ("x²yᵢ", r"x\textsuperscript{2}y\textsubscript{i}"), ("é — “ü”", "é — “ü”"),
    ("e\u0301", "é"), ("数\x00\n", "[U+6570][U+0000][U+000A]"), ("\ue000", "[U+E000]"),
])
def test_words(text, expected):
    assert words(text) == expected


COMMANDS = re.compile("|".join(map(re.escape, sorted({*CHARACTERS.values(), "{}", r"\allowbreak{}"}, key=len, reverse=True))))


def test_nothing_in_words_is_left_for_tex_to_obey(hostile):
    assert not re.search(r"[\\{}$&#^_~%]", COMMANDS.sub("", words(hostile)))


def test_every_string_is_escaped(hostile):
    document = Document(hostile, (
        Heading(hostile), paragraph(hostile), Code(hostile), Figure(png=b"", alt=hostile, caption=hostile),
        Table(header=(hostile,), rows=((hostile,),), caption=hostile),
        Steps((Step(expression=x, rule=hostile, because=(hostile,)),))))
    assert latex.render(document).count(words(hostile)) >= 10


def test_a_bracket_at_the_start_of_a_row_is_no_option_of_the_row_before():
    rows = body(Table(header=("[1em]",), rows=(("*",), ("[a]",)), words=frozenset({0})))
    assert "  {}[1em] \\\\" in rows and "  {}* \\\\" in rows and "  {}[a] \\\\" in rows


def test_hostile_names_are_printed():
    assert latex.fragment(Symbol(r"\input{a}")) == r"$\operatorname{[U+005C]input[U+007B]a[U+007D]}$"


def test_every_block_is_there(everything):
    shown = latex.render(everything)
    for piece in (r"\LARGE\bfseries Slope of the cost", r"\subsection*", r"\ensuremath{\eta}", "align*", r"\toprule", "alltt", r"\fbox",
                  r"\rule", r"\end{document}"):
        assert piece in shown


def test_a_formula_is_taken_as_it_is():
    assert body(paragraph(Formula(text="f'", latex="f'"))) == "$f'$"


def test_what_is_no_block_is_named():
    with pytest.raises(SymcalcError, match="a document cannot hold a str"):
        body("words")
