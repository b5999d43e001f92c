"""What is printed, in Unicode or ASCII, reads back to the same value: the loss, and every line of its derivations."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Add, Basic, Expr, Float, Mul, Number, Pow, Symbol

import symcalc as sc
from symcalc.calculus.proof import points
from symcalc.errors import SymcalcError
from symcalc.language import read
from symcalc.language.names import COUNT, symbol
from symcalc.language.reader import read_text
from symcalc.pages.ascii import written
from symcalc.pages.notation import text
from symcalc.vocabulary import FUNCTIONS
from symcalc.written import exact, replaced

LETTERS = ("w", "v", "theta", "sigma_1", "w12", "d", "lambda")
COLUMNS = ("x", "y")
NUMBERS = ("0", "1", "2", "3", "7", "10", "0.5", "1.25", "3/4", "1e-3", "2.5e7", "12345678", "pi", "e", "1/3", "0.1")
UNARY = sorted({row.names[0] for row in FUNCTIONS.values() if row.takes == (1, 1)} | {"sqrt", "cbrt"})
INSIDE = {"asin": "sin({})/2", "acos": "sin({})/2", "atanh": "sin({})/2", "logit": "sigmoid({})", "acosh": "1 + exp({})",
          "asec": "1 + exp({})", "acsc": "1 + exp({})", "ln": "1 + ({})^2", "sqrt": "1 + ({})^2", "gamma": "1 + sigmoid({})",
          "digamma": "1 + sigmoid({})", "cbrt": "2 + cos({})"}
SHAPES = ("({}) + ({})", "({}) - ({})", "({})*({})", "({})/(2 + cos({}))", "-({}) + {}", "({})^2*({})", "({})^3 - ({})",
          "(1 + ({})^2)^(-1)*({})", "(2 + sin({}))^({}/9)", "2^({})*({})", "max({}, {})", "min({}, {}, 1)", "-({})^2*({})",
          "log(2, 2 + cos({}))*({})", "atan2({}, {})", "({})/3*({})", "-2*({})/({} - 40)", "abs({} - ({}))", "1/(5 + {}*{})",
          "piecewise(({}, v > 1), ({}, True))", "exp(-({}))^2*({})", "3*({} - 1)*(-({}))", "({})*-2*({})", "(-1)^2*({})^4 - {}",
          "{}*sqrt(1 + ({})^2)", "(2 + cos({}))^(1/2)/({} - 50)", "abs({}*abs({}) - 2)", "piecewise(({}, v > 1 and d < 2), ({}, True))",
          "piecewise((1, {} > 0), (2, w < 1 or v == 1 and d != 3), ({}, True))", "log(w, 2 + cos({}))^2*({})",
          "logsumexp({}, {})", "softmax(1, {}, {})", "({} + 1)(2 - {})", "sqrt(2)*({})/({} + 60)")


def grown(atoms: st.SearchStrategy[str], most: int) -> st.SearchStrategy[str]:
    """Formulas over these atoms, with every function of the vocabulary."""
    return st.recursive(atoms, lambda part: st.one_of(
        st.tuples(st.sampled_from(SHAPES), part, part).map(lambda made: made[0].format(*made[1:])),
        st.tuples(st.sampled_from(UNARY), part).map(
            lambda made: f"{made[0]}({INSIDE.get(made[0], '{}').format(made[1])})")), max_leaves=most)


PLAIN = grown(st.sampled_from([*LETTERS, *LETTERS, *NUMBERS]), 5)
ROWS = grown(st.sampled_from([*LETTERS, *COLUMNS, *COLUMNS, *NUMBERS]), 4)
SUMS = ("mean({})", "sum({})", "1/(2*n)*sum({})", "-mean({}) + w^2", "2*sum({})^2", "ln(1 + mean(({})^2))",
        "mean({})*sum(v*x)/n")
LOSSES = st.one_of(PLAIN, st.tuples(st.sampled_from(SUMS), ROWS).map(lambda made: made[0].format(made[1])))
REPEATED = {"max_examples": 20, "deadline": None, "derandomize": True, "database": None}


REFUSED = re.compile(r"polygamma|log_\(|[d∂]²|∂")     # a slope without a rule, a base with a sign, second derivatives


def back(expression: Expr, letters: list[str]) -> list[Expr]:
    """The expression printed, and read again, with the letters known; where they are not, as a loss, it may be refused."""
    found = []
    for printed in (written(expression), text(expression)):
        assert printed.isprintable()
        for known in ({"parameters": letters, "columns": COLUMNS, "standing": True}, {}):
            try:
                again = read_text(printed, **known)
            except SymcalcError as refused:
                assert str(refused).split("\n")[0].isprintable()
                assert not known or REFUSED.search(printed), (printed, str(refused))
            else:
                found.append(replaced(again, {symbol("n"): COUNT}.get))     # of a slope that is n alone nobody can tell
    assert written(expression).isascii()
    return found


def agree(one: Expr, other: Expr) -> bool:
    """Whether both have the same value, to many digits, at points where the first has one; where it has none, the same form."""
    try:
        there = points(one)
    except SymcalcError:                        # it is too large nearly everywhere
        return form(one) == form(other)
    values = [(place.value(one), place.value(other)) for place in there]
    near = 1e-13 if one.has(Float) else 1e-20          # of a fraction in decimals 15 digits are printed
    return bool(values) and all(abs(a - b) <= near * max(1, abs(a)) for a, b in values)


def form(part: Basic) -> object:
    """The expression with its numbers worked out and its terms and factors in one order, however it was bracketed."""
    if isinstance(part, Number):
        return exact(part)
    inner = [form(argument) for argument in part.args]
    if isinstance(part, Pow) and isinstance(inner[1], Fraction) and inner[1].denominator == 1:
        if isinstance(inner[0], Fraction):
            return inner[0] ** int(inner[1])
        if isinstance(part.base, Mul):
            return form(Mul(*(Pow(factor, part.exp, evaluate=False) for factor in part.base.args), evaluate=False))
        if isinstance(part.base, Pow) and part.base.exp.is_Integer:
            return form(Pow(part.base.base, part.base.exp * part.exp, evaluate=False))
    if not isinstance(part, (Add, Mul)):
        return (type(part).__name__, *inner) if inner else str(part)
    name, neutral = type(part).__name__, Fraction(isinstance(part, Mul))
    flat = [item for own in inner for item in (own[1:] if isinstance(own, tuple) and own[0] == name else (own,))]
    number = neutral
    for item in flat:
        if isinstance(item, Fraction):
            number = number * item if isinstance(part, Mul) else number + item
    rest = sorted((item for item in flat if not isinstance(item, Fraction)), key=str)
    kept = ([number] if number != neutral else []) + rest
    return kept[0] if len(kept) == 1 else (name, *kept) if kept else number


def checked(typed: str, derived: bool = True) -> int:
    """How many expressions were printed and read again."""
    try:
        whole = read(typed, parameters=LETTERS, columns=COLUMNS)
        loss = sc.Loss(whole)
        lines = [loss.derive(name).lines for name in loss.names[:1]] if derived and loss.names else []
    except SymcalcError:
        return 0
    shown = [whole, *(line.expression for derivation in lines for line in derivation)]
    for expression in shown:
        for again in back(expression, list(LETTERS)):
            assert again == expression or agree(expression, again)
            assert again.atoms(Symbol) <= expression.atoms(Symbol)
    return len(shown)


@given(LOSSES)
@settings(**REPEATED)
def test_loss_and_lines_of_random_losses(typed: str) -> None:
    checked(typed)


@given(LOSSES)
@settings(**REPEATED | {"max_examples": 100})
def test_random_losses(typed: str) -> None:
    checked(typed, derived=False)


KNOWN = [
    "w*(-2)", "2*v*w12", "d*w/(2*v)", "mean(w*x^2*y)", "-(w)^2", "(-w)^2", "w^(-2)", "w^(1/2)", "2^(-w)", "e^(-w^2/2)",
    "1/(2/w)", "w - (v - d)", "w/(v/d)", "w*(v/d)", "(w*v)/d", "-(w - v)", "sin(w)^2", "sin(w^2)", "sin(2*w)*v", "1/3*w",
    "w/3", "(1/3)^w", "sigma_1*theta", "lambda*w^2", "sum(x)*w", "mean(x)^2*w", "max(0, 1 - w)^2", "abs(w)*v", "1e-3*w",
    "2.5e7*w", "log(10, w)*ln(w)", "piecewise((w^2, abs(w) < 1), (2*abs(w) - 1, True))", "softmax(1, w, v)", "0.1*w",
    "w^0.5", "log(2, 2 + cos(w))", "relu(piecewise((w, v > 1), (d, True)))", "max(0, piecewise((w, v > 1), (d, True)))*v",
    "sigmoid(theta)^2*w",
]


@pytest.mark.parametrize("typed", KNOWN)
def test_loss_and_lines(typed: str) -> None:
    assert checked(typed) > 1


def test_the_check_can_fail() -> None:
    one, other = (read(typed, parameters=LETTERS) for typed in ("sin(w - v)", "sin(w + v)"))
    assert agree(one, one) and not agree(one, other)
    large, larger = (read(f"exp(exp(w^2 + 30))*{k}*v", parameters=LETTERS) for k in (2, 3))
    assert agree(large, large) and not agree(large, larger)
