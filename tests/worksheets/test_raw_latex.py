"""Formulas that a teacher types in LaTeX: what a lesson needs is set by TeX, what is no mathematics is refused."""

import html
import shutil
import subprocess

import pytest

from symcalc.pages.document import Formula
from symcalc.pages.mathml import mathml
from symcalc.worksheets.items.item import WorksheetError
from symcalc.worksheets.items.raw_latex import checked_latex

FORMULAS = [
    r"\dfrac{1}{2} x^2", r"\vec{v} = \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}",
    r"\begin{aligned} f(x) &= x^2 \\ f'(x) &= 2x \end{aligned}",
    r"f(x) = \begin{cases} x^2 & \text{if } x > 0, \\ 0 & \text{otherwise} \end{cases}", r"\int_0^1 x^2 \, dx",
    r"\sum_{i=1}^{n} (y_i - \hat{y}_i)^2", r"\left( \frac{a}{b} \right)^2", r"\left. x^2 \right|_{x=3}",
    r"\lim_{h \to 0} \frac{f(x+h) - f(x)}{h}", r"\sqrt[3]{x} + \sqrt{y}", r"\operatorname{softmax}(z)",
    r"\underbrace{a + b}_{\text{a sum}}", "x'' + y' = 0", r"\mathbb{R}^n \to \mathbb{R}", r"50\,\% \text{ of } x",
    r"\{ x \in \mathbb{R} \mid x > 0 \}",
    r"\nabla J = \begin{bmatrix} \frac{\partial J}{\partial m} \\ \frac{\partial J}{\partial b} \end{bmatrix}",
    "a_1^2 + a^2_1", "x'^2", "e^{-x^{2}}", r"\boldsymbol{w}^\top \mathbf{x}", r"\substack{a \\ b}", r"\big( x \big)",
    r"\bigl( x \bigr)", "x^ 2", r"\left\{ x \right\}", "f''_{xy}", "y'_i", r"\displaystyle \sum\limits_{i} x", "a<b", "|x|",
    "{x^a}^b", r"\hat{y}", r"\begin{aligned} {[a]} &= 1 \\ {[b]} &= 2 \end{aligned}", r"a \cdot -b", "x^*", r"x^\prime",
    r"\big|x\big|", "x''_1", "x'''", r"\sqrt[n+1]{x}", r"\sqrt[\alpha]{x}", r"x^\ast_\infty",
    r"\lim \limits_{h \to 0} h", r"x^{\cdots}", r"\Bigg( x \Bigg)", r"\sum\nolimits_i x_i",
    r"\big|x\big|", r"\overrightarrow{\boldsymbol{v}} + \sqrt[3]{\widehat{x}} + \widetilde{\widetilde{y}}",
]
# Reads, writes, definitions, loops, lengths without end, ways out of the formula, and slips at which TeX would stop.
REFUSED = [
    r"\begin{tabular}{l} a \end{tabular}", r"\begin{filecontents}{x} a \end{filecontents}", r"\csname input\endcsname{x}",
    r"\catcode`\%=12", "^^5cinput{x}", "x^^41", r"\input|ls", r"\@@input x", r"\openin1=x", r"\loop x \repeat",
    r"\url{file:x}", r"\href{file:/etc/passwd}{x}", r"\includegraphics{x}", r"\left( x", r"x \right)", r"\left x \right x",
    r"\def\a{\a\a}\a", r"\newcommand{\a}{x}", r"\write18{ls}", r"\immediate", r"\end{document}", r"\begin{document}",
    r"\begin{aligned} x \end{cases}", r"\begin{aligned} x", r"\text{\input{x}}", r"\text{$x$}", "x^2^3", "x_1_2", "x^2'",
    "x^", "x_", r"\frac{1}", r"\frac 1 2", r"\sqrt", "a & b", r"a \\ b", r"\begin{cases} a & b & c \end{cases}",
    r"\begin{aligned} a \\[9999pt] b \end{aligned}", r"\begin{aligned} a \\*[9999pt] b \end{aligned}", "$x$", "a % b", "#1",
    "~", "`", "\x00", "é", "{", "}", "a}{b", r"\special{x}", r"\pdfobj{}", r"\verb|x|", r"\hspace{9999cm}",
    r"\rule{9999cm}{1cm}", r"\color{red}", r"\footnote{x}", r"\char92", r"\uppercase{x}", r"\mathchoice{a}{b}{c}{d}",
    r"\mathop", r"\hbox{x}", r"\expandafter", r"\the\count1", r"\jobname", r"\left(\begin{matrix} a \right) \end{matrix}",
    r"{\left( a} \right)", r"\begin{matrix} { a & b } \end{matrix}", "\\", r"\text{a", r"\sqrt[3{x}", "", " ", 3,
    r"x^\frac{1}{2}", "^2^2", r"\begin{aligned}\end", r"\begin{pmatrix} 1&2&3&4&5&6&7&8&9&10&11 \end{pmatrix}", r"\é",
    r"\)", r"\]", r"\-", "x^&", r"\begin{aligned}[t] x \end{aligned}", r"\begin{gathered} [9999pt] x \end{gathered}",
    "{" * 40 + "}" * 40, "x" * 3000, "x'_1'", "x'^2'", "x'^2^3", "x' '", r"\big x", r"\bigl", r"x^\big|", r"\limits x",
    r"x \limits_1", r"x^\limits", r"x^\displaystyle", r"x^\quad", r"x_\sin", r"x^\cdots", r"x^\neq", r"x^\sum", "x^\\",
    r"\sqrt[\sqrt[3]{x}]{y}", r"\sqrt[\left] x \right)]{y}", r"\begin{split} x \end{split}",
    "{" * 40 + "}" * 40, "x" * 3000, r"\boldsymbol{" * 3 + "x" + "}" * 3, r"\sqrt[3]{\overrightarrow{a^{\widehat{x}}}}",
]


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_what_is_let_through_is_set_by_tex(tmp_path):
    body = "\n".join(f"\\[{checked_latex(formula)}\\]" for formula in FORMULAS)
    (tmp_path / "formulas.tex").write_text("\\documentclass{article}\\usepackage{amsmath,amssymb}\\begin{document}\n"
                                           f"{body}\n\\end{{document}}\n")
    done = subprocess.run(["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "formulas.tex"],
                          cwd=tmp_path, capture_output=True, text=True, check=False, errors="replace")
    assert done.returncode == 0, [line for line in done.stdout.splitlines() if line.startswith(("!", "l."))]


@pytest.mark.parametrize("formula", FORMULAS, ids=range(len(FORMULAS)))
def test_what_is_let_through_is_set_by_a_browser(formula):
    assert "<mtext>" + html.escape(formula) not in mathml(Formula(text=formula, latex=formula), block=True)


@pytest.mark.parametrize("formula", REFUSED, ids=range(len(REFUSED)))
def test_what_is_no_mathematics_is_refused(formula):
    with pytest.raises(WorksheetError) as raised:
        checked_latex(formula)
    said = str(raised.value)
    assert said.startswith("latex: ") and len(said) < 240 and said.isprintable()


@pytest.mark.parametrize(("formula", "sentence"), [
    (r"\dfrac{1}2", r"\dfrac takes 2 arguments in braces, as in \dfrac{...}{...}"),
    (r"\begin{tabular}{l} a \end{tabular}", r"\begin{tabular} is no environment for formulas on a worksheet; there are "),
    (r"\left( x", r"a brace, \left or \begin is not closed"),
    ("x^2^3", "two ^ follow each other; put braces round what they belong to"),
    (r"\csname input\endcsname", r"\csname is no command for formulas on a worksheet"),
    (r"\sqrt[3]{\sqrt[3]{\sqrt[3]{x}}}", r"and \sqrt[n] may stand in one another 2 deep"),
    (r"\begin{cases} 1 & 2 & 3 \end{cases}", "a row has more than 2 columns"),
])
def test_the_sentence_says_what_to_write(formula, sentence):
    with pytest.raises(WorksheetError) as raised:
        checked_latex(formula)
    assert sentence in str(raised.value)


def test_a_formula_stands_on_one_line():
    assert checked_latex("a\n  + b\t") == "a + b"


@pytest.mark.parametrize(("latex", "shown"), [
    ("f'(x)", '<mrow><mi>f</mi><mo>′</mo></mrow>'), ("x''", '<mrow><mi>x</mi><mo>″</mo></mrow>'),
    ("f'_m", '<msub><mrow><mi>f</mi><mo>′</mo></mrow><mi>m</mi></msub>'),
])
def test_a_prime_is_as_large_as_its_letter(latex, shown):
    assert shown in mathml(Formula(text=latex, latex=latex))
