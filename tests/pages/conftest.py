"""Documents to render: one with every kind of block, and strings that are up to no good."""

import pytest
from sympy import Indexed, IndexedBase, Integer, Mul, Sum, Symbol

from symcalc.pages.document import Blank, Code, Document, Equation, Figure, Formula, Heading, Step, Steps, Table, paragraph
from symcalc.written import add, derivative_of, divide, mul, power, subtract

PNG = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010806000000"
                    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082")

HOSTILE = (
    r"\input{secret.txt}", r"\immediate\write18{touch CANARY}", r"\catcode`\%=12", "^^5cinput{secret.txt}",
    r"\end{aligned}\]\input{secret.txt}\[\begin{aligned}", "$$", r"x & y \\", "a_b_c", "{", "~", r"\\[9999999pt]", "100 % & #1",
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "&lt;b&gt;", "]]>", r"\(x\)<i>", "${7*7}", "</title>",
    "| a | b |", "# no heading", "- no list", "1. no list", "**bold** `code`", "[a](javascript:alert(1))", "%% body", "$title",
)


@pytest.fixture(params=HOSTILE)
def hostile(request: pytest.FixtureRequest) -> str:
    """A string that some medium would obey if it were not escaped."""
    return request.param


def squared_error() -> Steps:
    """The partial derivative of the mean squared error of a line, as a derivation prints it."""
    i, n = Symbol("i", integer=True, positive=True), Symbol("n", integer=True, positive=True)
    m, b = Symbol("m", real=True), Symbol("b", real=True)
    x, y = (Indexed(IndexedBase(name, real=True), i) for name in "xy")
    residual, share, two = subtract(y, add(mul(m, x), b)), divide(Integer(1), n), Integer(2)

    def total(body):
        return Sum(body, (i, 1, n))

    factor = Formula(text="(c f)' = c f'", latex=r"(c\,f)' = c\,f'")
    return Steps((
        Step(expression=derivative_of(mul(share, total(power(residual, two))), m)),
        Step(expression=mul(share, derivative_of(total(power(residual, two)), m)), rule="constant multiple rule",
             formula=factor, because=(share, " does not depend on ", m, ", so it stays as a factor")),
        Step(expression=mul(share, total(mul(two, residual, derivative_of(residual, m)))), rule="chain rule",
             formula=Formula(text="f(g)' = f'(g) g'", latex=r"f(g)' = f'(g)\,g'"),
             because=("the outer function is the square, the inner function is ", residual)),
        Step(expression=Mul(-2, share, total(mul(x, residual)), evaluate=False), rule="tidy",
             because=(y, " and ", b, " do not depend on ", m, ": constants here")),
    ))


@pytest.fixture
def derivation() -> Steps:
    """A derivation of four lines."""
    return squared_error()


@pytest.fixture
def everything() -> Document:
    """Every kind of block once."""
    x, m = Symbol("x", real=True), Symbol("m", real=True)
    return Document("Slope of the cost", (
        Heading("Update 1"), paragraph("The slope by ", m, " is ", 3, "; η ≤ 0.1, x², — “so”."), squared_error(),
        Equation((m, power(x, Integer(2)), mul(Integer(2), x))),
        Table(header=("k", m, "note"), rows=(("0", "-0.25", "start"), ("1", "12.5", power(x, Integer(2)))),
              words=frozenset({2}), caption="Updates"),
        Code("def f(x):\n    return x**2\n"), Figure(png=PNG, alt="a falling line", caption="The cost"), Blank(2),
    ))


@pytest.fixture
def all_hostile() -> tuple[str, ...]:
    """Those strings together, for one PDF."""
    return HOSTILE
