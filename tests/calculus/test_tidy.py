"""Tidying: each pass by name, what it may touch and what it must leave as the learner wrote it."""

import random

import mpmath
import pytest
from sympy import Integer, Mul, Symbol

import symcalc as sc
from symcalc.calculus.algebra import tidy
from symcalc.calculus.algebra.products import multiplied, written_in
from symcalc.calculus.algebra.sigmoids import as_sigmoid
from symcalc.calculus.algebra.terms import distributed, gathered, in_order, size, taken_out
from symcalc.calculus.algebra.tidy import PASSES, tidied


def read(formula):
    return sc.read(formula, columns="y z" if "y" in formula else "")


def names_and_last(formula, learner="0"):
    """The passes that change what is seen, and the last line."""
    lines = tidied(read(formula), written_in(read(learner)))
    shown = [sc.text(read(formula)), *(sc.text(line) for _, line in lines)]
    return [algebra.name for (algebra, _), before, after in zip(lines, shown, shown[1:]) if before != after], shown[-1]


@pytest.mark.parametrize("formula, passes, last", [
    # products
    ("3*(2*x)", ["simplify the product"], "6x"),
    ("x*3", ["simplify the product"], "3x"),
    ("x*x^2", ["simplify the product"], "x³"),
    ("x/x^3", ["simplify the product"], "1/x²"),
    ("x/x", ["simplify the product"], "1"),
    ("x*0", ["simplify the product"], "0"),
    ("x*3^2", ["simplify the product"], "9x"),
    ("x + 0^2", ["simplify the product"], "x"),
    ("x*2^(1/2)*2^(1/2)", ["simplify the product"], "2x"),
    ("1/2^x", [], "1/2^x"),
    ("(x^2)^3", ["simplify the product"], "x⁶"),
    ("(2*x)^3", ["simplify the product"], "8x³"),
    ("1/(x^2)^2", ["simplify the product"], "1/x⁴"),
    ("sqrt(x)*sqrt(x)", ["simplify the product"], "x"),
    ("1/(2*sqrt(x))*1/sqrt(x)", ["simplify the product"], "1/(2x)"),
    ("sqrt(x^2)", [], "√(x²)"),
    ("(x^2)^(1/2)", [], "√(x²)"),
    ("(x^a)^2", [], "(x^a)²"),
    ("0.5*(2*x)", ["simplify the product"], "x"),
    ("0.1*(3*x)", ["simplify the product"], "0.3x"),
    ("x^1.5*x", ["simplify the product"], "x^2.5"),
    ("2/3*(3/2*x)", ["simplify the product"], "x"),
    ("4*(x/6)", ["simplify the product"], "2x/3"),
    ("2*(-(3*x))", ["simplify the product"], "-6x"),
    ("cos(x)*x*3*a", ["simplify the product"], "3x a cos(x)"),
    ("(x+1)*cos(x)*2", ["simplify the product"], "2 (x + 1) cos(x)"),
    ("x*pi*2", ["simplify the product"], "2π x"),
    ("(sin(x)*(cos(x)^2 - sin(x)^2) - sin(x)*cos(x)^2)/sin(x)^2", ["cancel", "multiply out"], "-sin(x)"),
    ("sqrt(x)*b*3", ["simplify the product"], "3b √x"),             # √x b looks like the root of both
    ("a/(sqrt(b)*2*x)", ["simplify the product"], "a/(2x √b)"),
    ("x^0.5*2*b", ["simplify the product"], "2x^0.5 b"),
    # sums
    ("x + x", ["collect like terms"], "2x"),
    ("x^2 + 3*x^2", ["collect like terms"], "4x²"),
    ("x - x + a", ["collect like terms"], "a"),
    ("x - x", ["collect like terms"], "0"),
    ("ln(x) + 1 - 1", ["collect like terms"], "ln(x)"),
    ("x*a + a*x", ["collect like terms"], "2x a"),
    ("x + a", [], "x + a"),
    ("(x + 1) - x", ["collect like terms"], "1"),
    ("2*(a - a + 1)", ["collect like terms"], "2"),
    ("(a - a)*sin(x) + x", ["collect like terms"], "x"),
    # multiplied out where that leaves less
    ("2*(x - 3) + 2*x + 1", ["multiply out"], "4x - 5"),
    ("2*x*(x^2+1) - 2*x*(x^2-1)", ["multiply out"], "4x"),
    ("2*x*(x^3-2) + 3*x^2*(x^2+1)", ["multiply out"], "5x⁴ + 3x² - 4x"),
    ("-a*(1-b) + b*(1-a)", ["multiply out"], "b - a"),
    ("-2*(1-x) - 4*x*(a-x^2)", ["minus into the bracket"], "-2 (1 - x) + 4x (x² - a)"),
    ("x*(x+1)^2 + 1", [], "x (x + 1)² + 1"),
    # a plus in front, and powers that do not go up and down
    ("x^2 + 1 - 2*x^2", ["collect like terms"], "1 - x²"),
    ("a^2 + b^2 - 2*a^2", ["collect like terms"], "b² - a²"),
    ("2*(1-x) - 3*x", ["multiply out"], "2 - 5x"),
    ("4*x*e^x + 2*e^x + x^2*e^x", ["take out the common factor"], "(x² + 4x + 2) e^x"),
    # over one bar, without a fraction above it
    ("(x-1)/(2*sqrt(x)) + sqrt(x)", ["common denominator"], "(3x - 1)/(2 √x)"),
    ("(sqrt(x) - (x-1)/(2*sqrt(x)))/x", ["common denominator"], "(x + 1)/(2x^(3/2))"),
    # and without one below it
    ("1/(a*(1 + x^2/a^2))", ["expand the fraction"], "a/(a² + x²)"),
    ("1/(2*(1 + x^2/4))", ["expand the fraction"], "2/(4 + x²)"),
    ("1/(1 + x/a)", [], "1/(1 + x/a)"),
    # cancelled
    ("(2*x*(x+1)^2 - 2*x^2*(x+1))/(x+1)^4", ["cancel", "multiply out"], "2x/(x + 1)³"),
    ("(x*sin(x) + x^2)/x", ["cancel"], "sin(x) + x"),
    ("(x*cos(x) - sin(x))/x^2", [], "(x cos(x) - sin(x))/x²"),
    # sums over the rows
    ("sum(3)", ["sum of a constant"], "3n"),
    ("sum(a)", ["sum of a constant"], "n a"),
    ("sum(3*x*y)", ["constant factor out of the sum"], "3x Σ yᵢ"),
    ("sum(-2*y)", ["constant factor out of the sum"], "-2 Σ yᵢ"),
    ("sum(y*2)/n", ["simplify the product", "constant factor out of the sum"], "2/n Σ yᵢ"),
    ("sum(y*z - y^2)", ["take out the common factor"], "Σ yᵢ (zᵢ - yᵢ)"),
    ("sum(2*y*z - 4*y)", ["take out the common factor", "constant factor out of the sum"], "2 Σ yᵢ (zᵢ - 2)"),
    ("sum(-y*z - y)", ["take out the common factor", "constant factor out of the sum"], "-Σ yᵢ (zᵢ + 1)"),
    ("sum(y/3 + z/6)", ["take out the common factor", "constant factor out of the sum"], "1/6 Σ (2yᵢ + zᵢ)"),
    ("sum(y + z)", [], "Σ (yᵢ + zᵢ)"),
    # cases
    ("x*piecewise((1, x > 0), (0, True))", ["multiply in each case"], "{x if x > 0; 0 otherwise}"),
    ("2*x*piecewise((x, x > 0), (-x, True))", ["multiply in each case"], "{2x² if x > 0; -2x² otherwise}"),
    # the sigmoid
    ("1/(1 + exp(-x))", ["name the sigmoid"], "σ(x)"),
    ("exp(x)/(1 + exp(x))", ["name the sigmoid"], "σ(x)"),
    ("exp(-x)/(1 + exp(-x))^2", ["name the sigmoid"], "σ(x) (1 - σ(x))"),
    ("e^(-x)/(1 + e^(-x))^2", ["name the sigmoid"], "σ(x) (1 - σ(x))"),
    ("3*exp(x)/(exp(x) + 1)", ["name the sigmoid"], "3 σ(x)"),
    ("1/(2 + exp(-x))", [], "1/(2 + exp(-x))"),
    ("1/(1 + exp(x))", ["name the sigmoid"], "σ(-x)"),
])
def test_passes_and_what_they_leave(formula, passes, last):
    assert names_and_last(formula) == (passes, last)


@pytest.mark.parametrize("formula, learner, last", [
    ("2*(y - (m*x + b))*(-x)", "(y - (m*x + b))^2", "-2x (yᵢ - (m x + b))"),
    ("cos(x*3)*3", "sin(x*3)", "3 cos(x · 3)"),
    ("(x + x)*2", "x + x", "2 (x + x)"),
    ("sin(2*x*x)*3*3", "cos(2*x*x)", "9 sin(2x x)"),
])
def test_what_the_learner_wrote_stays(formula, learner, last):
    assert names_and_last(formula, learner)[1] == last


@pytest.mark.parametrize("learner, formula, last", [
    ("4*x^2*b", "4*b*2*x", "8x b"),
    ("b*x^2", "b*2*x", "2b x"),
    ("x^2*b", "b*2*x", "2x b"),
    ("w^2 + k*w^2", "2*(k*w)", "2k w"),
])
def test_letters_keep_the_order_in_which_they_were_multiplied(learner, formula, last):
    assert names_and_last(formula, learner)[1] == last


def test_a_clean_expression_needs_nothing():
    assert tidied(read("2*x*sin(x) + x^2*cos(x)")) == []


# The value never changes

def grown(rng, depth):
    if depth == 0:
        return rng.choice(["x", "a", "x", "2", "3", "x"])
    left, right = grown(rng, depth - 1), grown(rng, depth - 1)
    return rng.choice([f"({left})*({right})", f"({left}) + ({right})", f"({left}) - ({right})", f"({left})/(5 + ({right})^2)",
                       f"({left})^2", f"sqrt(1 + ({left})^2)", f"({left})*exp({right})/(1 + exp({right}))"])


@pytest.mark.parametrize("seed", range(40))
def test_every_pass_keeps_the_value(seed, number_of):
    expression = read(grown(random.Random(seed), 2 + seed % 3))
    values = {"x": mpmath.mpf("0.3"), "a": mpmath.mpf("-0.7")}
    wanted = number_of(expression, values)
    lines = tidied(expression)
    assert all(mpmath.almosteq(number_of(line, values), wanted, 1e-13, 1e-13) for _, line in lines)
    assert tidied(lines[-1][1] if lines else expression) == []


@pytest.mark.parametrize("algebra", PASSES, ids=lambda algebra: algebra.name)
def test_every_pass_says_what_it_does(algebra):
    assert algebra.name and algebra.formula and algebra.latex and algebra.because


@pytest.mark.parametrize("name, formula, letter, wrong", [
    ("simplify the product", "(3*x)^2", "x", lambda e: Mul(Integer(2), e, evaluate=False)),
    ("collect like terms", "x*ln(x) - x", "x", lambda e: e + 1),
    ("constant factor out of the sum", "mean((y-m*x)^2)", "m", lambda e: -e),
    ("name the sigmoid", "1/(1 + exp(-x))", "x", lambda e: e.subs(sc.parameters("x"), -2 * sc.parameters("x"))),
])
def test_wrong_algebra_does_not_pass(name, formula, letter, wrong, monkeypatch):
    class Faulty:
        because = formula = "no reason"

        def __init__(self, right):
            self.right, self.name, self.concerns, self.renames = right, right.name, right.concerns, right.renames

        def rewrite(self, expression, written):
            tidier = self.right.rewrite(expression, written)
            return wrong(tidier) if tidier != expression and self.name == name else tidier

    assert name in [line.rule.name for line in sc.derive(formula, letter).lines[1:]]
    monkeypatch.setattr(tidy, "PASSES", tuple(map(Faulty, PASSES)))
    with pytest.raises(sc.ProofError):
        sc.derive(formula, letter)


# The steps

def test_multiplied_leaves_what_is_no_product():
    assert multiplied(read("x + 1")) == read("x + 1")


@pytest.mark.parametrize("terms, last", [(["x", "2*x"], "3x"), (["x", "-x"], "0"), (["x", "a"], None)])
def test_gathered(terms, last):
    fewer = gathered([read(term) for term in terms])
    assert (None if fewer is None else sc.text(sum(fewer, Integer(0)))) == last


def test_distributed_stops_before_it_grows_too_long():
    long = "*".join(f"(x + {k})" for k in range(1, 8))
    assert distributed(read(long)) == [read(long)]
    assert [sc.text(term) for term in distributed(read("2*x*(x - 3)"))] == ["2x²", "-6x"]


@pytest.mark.parametrize("terms, ordered", [
    ("3 x x^2", "x^2 x 3"), ("-a b", "b -a"), ("a -b", "a -b"), ("-a -b", "-a -b"),
])
def test_in_order(terms, ordered):
    assert in_order([read(term) for term in terms.split()]) == [read(term) for term in ordered.split()]


@pytest.mark.parametrize("total, split", [
    ("2*x*a + 4*x", ("2x", "a + 2")), ("x + a", None), ("x^3 + x^2", ("x²", "x + 1")), ("-x - x*a", ("-x", "1 + a")),
    ("0.5*x + 0.5*a", None),
])
def test_taken_out(total, split):
    found = taken_out(read(total))
    assert (None if found is None else tuple(map(sc.text, found))) == split


@pytest.mark.parametrize("formula, leaves", [("2*x + 1", 3), ("-x", 1), ("y[i]*x", 2), ("sin(x)", 1)])
def test_size_counts_what_there_is_to_read(formula, leaves):
    assert size(sc.read(formula)) == leaves


def test_as_sigmoid_leaves_the_rest():
    assert as_sigmoid(Symbol("z") + 1) == Symbol("z") + 1


# One order of letters

ORDERS = [
    ("x^3*y - y^3*x", "y", "x³ - 3x y²"), ("x^3*y + y^3*x", "x", "3x² y + y³"), ("a^2*b - b^2*a", "a", "2a b - b²"),
    ("x*y^2 + y*z^2 + z*x^2 + x^2*y^2*z^2", "x", "y² + 2x z + 2x y² z²"), ("b*a + c*b + a^2*c", "a", "b + 2c a"),
]


@pytest.mark.parametrize("formula, letter, ends", ORDERS, ids=[formula for formula, *_ in ORDERS])
def test_products_that_disagree_on_the_order_of_their_letters_settle_on_one(formula, letter, ends):
    derivation = sc.derive(formula, letter)
    shown = [sc.text(line.expression) for line in derivation.lines]
    assert shown[-1] == ends and len(set(shown)) == len(shown)
    assert [line.rule.name for line in derivation.lines[1:]].count("simplify the product") <= 1
