"""ASCII: every formula can be typed back, and words stay readable."""

import io
import sys
from contextlib import redirect_stdout

import pytest

import symcalc as sc
from symcalc.language import read
from symcalc.pages import ascii, text
from symcalc.pages.document import Document, Table, paragraph

# What is written of what is typed; None where it is written as it is typed.
WRITTEN = {
    "mean((y - (m*x + b))^2)": "1/n*sum((y[i] - (m*x[i] + b))^2)",
    "-2/n*sum(x[i]*(y[i] - (m*x[i] + b)))": None,
    "sin(x)^2": None,
    "x^-2": "1/x^2",
    "cbrt(x + 1)": None,
    "sqrt(x)/sqrt(1 + x)": None,
    "sigmoid(z)*(1 - sigmoid(z))": None,
    "log(x, 2)^2": "log_2(x)^2",
    "log(x, b)": "log_b(x)",
    "piecewise((x^2, x == 1), (x, 0 < x < 1), (0, True))": None,
    "max(0, x)*min(x, y)": None,
    "|x - 1|": None,
    "e^(-x)": None,
    "1.5e-7*x": None,
    "(-2)^x": None,
    "a*(b/c)": "a*b/c",
    "a/(b*c)": None,
    "2*3*x": None,
    "x_1*w_12 + theta": None,
    "v_hat^2": None,
    "sum(x)*sum(y)": "sum(x[i])*sum(y[i])",
    "sum(x)^2": "sum(x[i])^2",
    "ln(Sum(exp(z[j]), (j, 1, K))) - z[c]": None,
    "(x^y)^z": None,
    "3/4*x^(3/2)": None,
}


@pytest.mark.parametrize("typed", WRITTEN)
def test_a_formula_can_be_typed_back(typed):
    expression = read(typed)
    written = ascii.written(expression)
    assert written.isascii() and written == (WRITTEN[typed] or typed)
    assert text.inline((read(written),)) == text.inline((expression,))


def test_every_line_of_a_derivation_can_be_an_answer():
    """A derivative that still stands is typed d/dm (...), and the tutor reads it."""
    derivation = sc.derive("mean((y - (m*x + b))^2)", "m")
    for line in derivation.lines[1:]:
        assert derivation.check(ascii.written(line.expression)).correct


@pytest.mark.parametrize(("said", "plain"), [
    ("∂J/∂m = -2/n Σ xᵢ (yᵢ - ŷᵢ)", "dJ/dm = -2/n sum x[i] (y[i] - y_hat[i])"), ("θ ← θ - η ∇J", "theta <- theta - eta grad J"),
    ("√x + √(x + 1) + ∛u", "sqrt(x) + sqrt(x + 1) + cbrt(u)"), ("Δw, ΔJ and dθ", "Delta w, Delta J and dtheta"), ("5.6 · 10⁻⁸", "5.6 * 10^-8"),
    ("x₁ᵢ w₁₂ Σⱼ zⱼ", "x_1[i] w_12 sum_j z[j]"), ("H⁻¹ ∇²J", "H^-1 grad ^2J"), ("v̂ x̄ é ﬁ", "v_hat x_bar e fi"), ("a ≤ b ≠ c …", "a <= b != c ..."),
    ("─── ═══", "--- ==="), ("plain\n", "plain\n"), ("数 \N{RIGHT-TO-LEFT OVERRIDE}", "<U+6570> <U+202E>"),
])
def test_words_letter_by_letter(said, plain):
    assert ascii.ascii_of(said) == plain


def test_a_document_keeps_its_columns():
    table = Table(header=("k", "∂J/∂θ"), rows=(("0", "1 · 10⁻³"), ("10", "2")))
    shown = text.for_terminal(Document("Σ", (table, paragraph("x² → ", read("x^2")))), ascii_only=True)
    assert shown.isascii() and shown.startswith("sum\n===\n\n k  ") and shown.endswith("\n\nx^2 -> x^2")
    rows = shown.split("\n")[3:7]
    assert len(set(map(len, rows))) == 1


@pytest.mark.parametrize(("encoding", "ascii_only"), [("ascii", True), ("latin-1", True), ("cp1252", True), ("utf-8", False), ("utf-16", False)])
def test_print_never_fails(encoding, ascii_only, tmp_path):
    """Whatever the output can carry; a file that is saved has all letters in any case."""
    derivation, output = sc.derive("w^2*sqrt(w)", "w"), io.BytesIO()
    with io.TextIOWrapper(output, encoding=encoding, write_through=True) as stream, redirect_stdout(stream):
        print(derivation)
        shown = output.getvalue().decode(encoding)
        derivation.save(tmp_path / "lines.txt")
    assert shown.isascii() == ascii_only and ("sqrt(w)" in shown) == ascii_only
    assert "√w" in (tmp_path / "lines.txt").read_text(encoding="utf-8") and sys.stdout is not stream
