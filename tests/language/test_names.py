"""Who is who in a loss: names are checked, symbols are real, rows are rows."""

from __future__ import annotations

import pytest
from sympy import Integer, Sum, Symbol

from symcalc.errors import LossError, ReadError
from symcalc.language import read
from symcalc.language.names import (
    COUNT,
    MAX_NAME,
    ROW,
    alike,
    checked_name,
    column,
    columns,
    columns_of,
    is_likely_column,
    listed,
    mean,
    name_of,
    parameters,
    parameters_of,
    sum_rows,
    symbol,
)

# (name, None where it may stand, or part of the sentence)
CHECKED = [
    *((name, None) for name in ("m", "learning_rate", "x_1", "lambda", "E", "I", "S", "N", "Q", "beta", "exp_", "class", "None",
                                "a" * MAX_NAME)),
    ("", "'' is no name, because it is empty; use letters, digits and _"),
    ("1x", "'1x' is no name, because it does not start with a letter"),
    ("_x", "does not start with a letter"),
    ("my x", "'my x' is no name, because it holds (U+0020 SPACE); use letters, digits and _"),
    ("my-x", "because it holds '-' (U+002D HYPHEN-MINUS)"),
    ("Ж", "because it holds 'Ж' (U+0416 CYRILLIC CAPITAL LETTER ZHE)"),
    ("x²", "because it holds '²'"),
    ("х", "because it holds 'х' (U+0445 CYRILLIC SMALL LETTER HA)"),
    ("x\n", "'x<U+000A>' is no name"),
    ("\x1b[31mx", "'<U+001B>[31mx' is no name"),
    ("__import__('os').getpid()", "because it holds '(' (U+0028 LEFT PARENTHESIS)"),
    ("\\input{secret}", "because it holds '\\'"),
    ("<script>", "because it holds '<'"),
    ("a" * (MAX_NAME + 1), "the name 'aaaaaaaaaaaaaaaaaaaa...' is longer than 32 characters"),
    (None, "a name is text, not NoneType"),
    (Symbol("x"), "a name is text, not Symbol"),
]


@pytest.mark.parametrize(("name", "fault"), CHECKED, ids=lambda value: str(value)[:12].encode("unicode_escape").decode())
def test_checked_name(name: str, fault: str | None) -> None:
    if fault is None:
        assert checked_name(name) == name
        return
    with pytest.raises(ReadError) as caught:
        checked_name(name)
    assert fault in str(caught.value) and str(caught.value).isprintable()


# (names, the names one by one, or part of the sentence)
LISTED = [
    ("m b", ("m", "b")), ("m, b", ("m", "b")), (" m,b\n", ("m", "b")), (["m", "b"], ("m", "b")), (("b",), ("b",)), ("", ()),
    ((), ()), ({"x": 1, "y": 2}, ("x", "y")), pytest.param((name for name in "ab"), ("a", "b"), id="generator"),
    ("m b m", "the name m is given twice"), (["x", "x"], "the name x is given twice"), ("m; b", "'m;' is no name"),
    (None, "names are a text such as 'm b' or a list of names, not NoneType"), (5, "not int"), ([1], "a name is text, not int"),
]


@pytest.mark.parametrize(("names", "expected"), LISTED, ids=str)
def test_listed(names: object, expected: tuple[str, ...] | str) -> None:
    if isinstance(expected, tuple):
        assert listed(names) == expected
        return
    with pytest.raises(ReadError) as caught:
        listed(names)
    assert expected in str(caught.value)


# (names that stand together, the two that look the same on the page)
ALIKE = [
    (["x1", "x2", "x_3"], None), (["x1", "x_1"], ("x1", "x_1")), (["theta_1", "b", "theta1"], ("theta_1", "theta1")),
    (["lambda", "lamda"], ("lambda", "lamda")), (["x_1_2", "x_12"], None), (["x", "X"], None),
    (["x1", "x01"], None), (["w1_11", "w11_1", "w111"], None), ([], None),
]


@pytest.mark.parametrize(("names", "pair"), ALIKE, ids=str)
def test_alike(names: list[str], pair: tuple[str, str] | None) -> None:
    assert alike(names) == pair


def test_symbols_are_real_and_the_same_each_time() -> None:
    m, b = parameters("m b")
    assert m is symbol("m") and m.is_real and b.name == "b"
    assert parameters("m") == m
    assert m != Symbol("m")


def test_a_column_is_its_value_in_the_row() -> None:
    x, y = columns("x y")
    assert x == column("x") == columns(["x"])
    assert (x.indices, x.is_real, name_of(y)) == ((ROW,), True, "y")


def test_sum_and_mean_run_over_all_rows() -> None:
    x = column("x")
    assert sum_rows(x) == Sum(x, (ROW, 1, COUNT))
    assert mean(x).args == (1 / COUNT, Sum(x, (ROW, 1, COUNT)))
    assert sum_rows(Integer(3)).limits == ((ROW, 1, COUNT),)


@pytest.mark.parametrize("summed", ["x", "open('CANARY', 'w')", None, 3, [symbol("x")]], ids=str)
def test_only_expressions_are_summed(summed: object, tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text given to SymPy's Sum would run as Python."""
    monkeypatch.chdir(tmp_path)
    for over_rows in (mean, sum_rows):
        with pytest.raises(LossError, match="the rows of an expression can be summed, not"):
            over_rows(summed)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("name", "likely"), [("x", True), ("y", True), ("t", True), ("x1", True), ("x_12", True), ("X", False),
                                              ("xx", False), ("x_a", False), ("w", False), ("n", False)])
def test_is_likely_column(name: str, likely: bool) -> None:
    assert is_likely_column(name) is likely


# (formula, its parameters and its columns from left to right)
APPEARING = [
    ("b*m + a*m", "b m a", ""), ("(y - (m*x + b))^2", "y m x b", ""), ("mean((y - m*x)^2) + w", "m w", "y x"),
    ("2*sum(x*w)/n", "w", "x"), ("Sum(i*m*y[i], (i, 1, n))", "m", "y"), ("max(b, a) + n", "b a n", ""), ("3", "", ""),
]


@pytest.mark.parametrize(("formula", "trained", "data"), APPEARING)
def test_names_in_order_of_appearance(formula: str, trained: str, data: str) -> None:
    expression = read(formula)
    assert " ".join(map(name_of, parameters_of(expression))) == trained
    assert " ".join(map(name_of, columns_of(expression))) == data


@pytest.mark.parametrize(("typed", "name"), [("θ", "theta"), ("θ₁", "theta_1"), ("λ", "lambda"), ("µ", "mu"), ("w", "w")])
def test_greek_letters_are_spelled_out(typed, name):
    assert checked_name(typed) == name
    assert parameters(typed).name == name
