"""Text for terminals: golden outputs, widths, and nothing that steers a terminal."""

import re

import pytest
from sympy import Float, Integer, Symbol, sin

import symcalc as sc
from symcalc.errors import SymcalcError
from symcalc.pages import text
from symcalc.pages.breaking import broken, width_of
from symcalc.pages.document import Blank, Code, Document, Equation, Figure, Heading, Paragraph, Step, Steps, Table, paragraph
from symcalc.pages.latex_breaking import broken_latex, ems
from symcalc.written import add, mul, power

x, m = Symbol("x", real=True), Symbol("m", real=True)
LONG = add(*(mul(Integer(k), power(x, Integer(k)), sin(mul(Integer(k), x))) for k in range(2, 12)))


def rendered(*blocks, width=88):
    return text.render(Document("", blocks), width=width)


def test_a_derivation_reads_like_a_textbook(derivation):
    assert rendered(derivation) == """\
d/dm (1/n Σ (yᵢ - (m xᵢ + b))²)
  = 1/n · d/dm Σ (yᵢ - (m xᵢ + b))²
        constant multiple rule: (c f)' = c f'
        1/n does not depend on m, so it stays as a factor
  = 1/n Σ 2 (yᵢ - (m xᵢ + b)) · d/dm (yᵢ - (m xᵢ + b))
        chain rule: f(g)' = f'(g) g'
        the outer function is the square, the inner function is yᵢ - (m xᵢ + b)
  = -2/n Σ xᵢ (yᵢ - (m xᵢ + b))
        tidy
        yᵢ and b do not depend on m: constants here"""


def test_reasons_stand_beside_where_there_is_room():
    steps = Steps((Step(expression=x), Step(expression=m, rule="power rule", because=("a reason that is long enough to wrap",))))
    assert rendered(steps, width=42) == """\
x
  = m   power rule
        a reason that is long enough to
        wrap"""


EXACT = [
    (Heading("Update 1"), "Update 1\n────────"),
    (Heading("Small", 3), "Small"),
    (paragraph("by ", m, " is ", 3), "by m is 3"),
    (Equation((m, power(x, Integer(2)), x)), "  m = x²\n    = x"),
    (Equation((m,)), "  m"),
    (Equation((m, x), relation="≈"), "  m ≈ x"),
    (Table(header=("k", m, "note"), rows=(("0", "-0.25", "start"), ("10", "1", x)), words=frozenset({2})),
     " k      m  note\n──  ─────  ─────\n 0  -0.25  start\n10      1  x"),
    (Code("if x:\n\ty\n"), "    if x:\n        y"),
    (Figure(png=b"", alt="a line", caption="The fit"), "[picture: a line]\nThe fit"),
    (Blank(2), "\n" + "_" * 60 + "\n\n" + "_" * 60),
]


@pytest.mark.parametrize("block, expected", EXACT, ids=lambda value: type(value).__name__)
def test_each_block(block, expected):
    assert rendered(block) == expected


def test_the_title_is_underlined_or_left_out():
    assert text.render(Document("数x", ()), width=60) == "数x\n═══"
    assert text.render(Document("Slopes", (paragraph("a"),)), heading=False) == "a"


@pytest.mark.parametrize("width", [40, 50, 64, 88, 100])
def test_no_line_is_wider_than_the_terminal(everything, width):
    document = Document("", (*everything.blocks, Equation((LONG,)), Equation((m, LONG)), Equation((LONG, LONG)),
                             Steps((Step(expression=LONG), Step(expression=LONG, because=("long ", LONG)))),
                             paragraph("words ", LONG, " and words")))
    assert max(map(width_of, text.render(document, width=width).split("\n"))) <= width


def test_a_long_formula_breaks_before_a_sign_and_never_within_a_name_or_number():
    lines = broken("alpha_rate + 1234567890 x + 2 (a + b)", 14, 14)
    assert lines == ["alpha_rate", "+ 1234567890 x", "+ 2 (a + b)"]
    assert broken("d/dx (a + b)", 7, 7) == ["d/dx (a", "+ b)"]


LETTERS = "weight_of_the_budget_spent intercept_of_the_revenue threshold_of_the_revenue"


@pytest.mark.parametrize("formula", [
    "(w - 3)^2*exp(b)", "ln(1 + exp(-w*b))", "abs(w*b - c) + max(c, 0)", "w/(1 + b^2)", "sin(w)^b", "mean((y - (w*x + b))^2)",
    "mean(max(0, 1 - y*(w*x + b)))"])
def test_lines_of_long_names_keep_to_the_narrowest_terminal(formula):
    """After a d/dx, and where that is not enough between two names: only a name itself may be wider than the terminal."""
    names = dict(zip("wbc", LETTERS.split()), x="budget_in_millions", y="revenue_in_millions")
    loss = sc.Loss(re.sub(r"\b[wbcxy]\b", lambda found: names[found[0]], formula),
                   columns=f"{names['x']} {names['y']}" if "mean" in formula else "")
    data = {names["x"]: [1.0, 2, 3], names["y"]: [1.0, -1, 1]} if loss.columns else None
    run = loss.descend(data, start=[0.1] * len(loss.parameters), rate=0.01, steps=2)
    for shown in (*map(loss.derive, loss.parameters), loss.gradient(), run, run.updates[0]):
        lines = text.render(shown.document(), width=40).split("\n")
        assert max(map(width_of, lines)) <= 40, lines


@pytest.mark.parametrize(("formula", "room", "lines"), [
    ("d/dlong_name (a_name b)", 14, ["d/dlong_name", "(a_name b)"]),
    ("· d/dlong_name exp(-another)", 16, ["· d/dlong_name", "exp(-another)"]),
    ("sin(long_name)^(other_name - 1)", 20, ["sin(long_name)", "^(other_name - 1)"]),
    ("(-long_name)/(1 + other)", 8, ["(", "-long_name)", "/(1", "+ other)"]),
    ("a_name_that_is_too_long", 9, ["a_name_that_is_too_long"])])
def test_what_holds_together_is_parted_only_where_there_is_no_other_way(formula, room, lines):
    assert broken(formula, room, room) == lines


def test_a_title_is_wrapped_and_underlined_as_wide_as_it_is():
    document = Document("Gradient descent on J(weight, intercept)", (Heading("A long heading of the third level", level=3),))
    assert text.render(document, width=24).split("\n") == [
        "Gradient descent on", "J(weight, intercept)", "═" * 20, "", "A long heading of the", "third level"]


def test_long_latex_closes_and_opens_its_brackets():
    latex = r"\left(a + \left(b + c\right)\right) \cdot \left(d + e\right)"
    for room in range(1, 20):
        pieces = broken_latex(latex, room, room)
        assert all(piece.count(r"\left") == piece.count(r"\right") for piece in pieces)
    assert broken_latex(latex, 100, 100) == [latex]
    assert ems(r"\frac{a + b}{2}") < ems("a + b + 2")


def test_a_table_that_is_too_wide_keeps_its_columns():
    table = Table(header=tuple(f"column {k}" for k in range(12)), rows=(tuple("1" * 12),))
    assert all(f"column {k}" in rendered(table, width=40) for k in range(12))


def test_strings_stand_as_they_are(hostile):
    document = Document(hostile, (Heading(hostile), Paragraph((hostile,)), Table(header=(hostile,), rows=((hostile,),))))
    assert text.render(document, width=100).count(hostile) == 5


@pytest.mark.parametrize("bad, shown", [("\x1b[31mred", "<U+001B>[31mred"), ("a\x00b", "a<U+0000>b"), ("a\u202eb", "a<U+202E>b"),
                                        ("a\nb", "a<U+000A>b")])
def test_control_characters_are_shown(bad, shown):
    document = Document(bad, (Paragraph((bad,)), Table(header=(bad,), rows=((bad,),), caption=bad)))
    assert text.render(document).count(shown) == 5 and "\x1b" not in text.render(document)
    assert rendered(Code("a\n\x1b")) == "    a\n    <U+001B>"


def test_what_is_no_block_is_named():
    with pytest.raises(SymcalcError, match="a document cannot hold a Float"):
        rendered(Float(1.5))
    with pytest.raises(SymcalcError, match="a document cannot hold a float as mathematics"):
        rendered(Paragraph((1.5,)))


def test_every_block_has_words(everything):
    shown = text.render(everything, width=88)
    for words in ("Slope of the cost\n═", "Update 1", "The slope by m is 3", "chain rule", "m = x²", "Updates", "return x**2",
                  "[picture: a falling line]", "____"):
        assert words in shown
