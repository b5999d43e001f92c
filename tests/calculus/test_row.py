"""One row of a sum written out, in letters and in numbers."""

import json

import pytest
from sympy import Indexed, Sum

import symcalc as sc
from symcalc.calculus import row as rows
from symcalc.pages.notation import text

DATA = {"x": [2, 4, -1.5], "y": [3, 5.5, 1]}
LINE = "mean((y - (m*x + b))^2)"

# (formula, letter, row, the slope in letters, the lines with numbers behind it)
CASES = (
    (LINE, "m", 1, "-2x₁ (y₁ - (m x₁ + b))", ["-2 · 2 (3 - (m · 2 + b))", "-4 (3 - (2m + b))"]),
    (LINE, "m", 3, "-2x₃ (y₃ - (m x₃ + b))", ["-2 · (-1.5) (1 - (m · (-1.5) + b))", "3 (1 + 1.5m - b)"]),
    (LINE, "b", 2, "-2 (y₂ - (m x₂ + b))", ["-2 (5.5 - (m · 4 + b))", "-2 (5.5 - (4m + b))"]),
    ("sqrt(mean((y - w*x)^2))", "w", 1, "-2x₁ (y₁ - w x₁)", ["-2 · 2 (3 - w · 2)", "-4 (3 - 2w)"]),
    ("mean(max(0, 1 - y*w*x)) + w^2", "w", 1, "{-y₁ x₁ if 1 - y₁ w x₁ > 0; 0 otherwise}",
     ["{-3 · 2 if 1 - 3w · 2 > 0; 0 otherwise}", "{-6 if 1 - 6w > 0; 0 otherwise}"]),
    ("sum(w*3)", "w", 1, "3", []),
)


@pytest.mark.parametrize("formula, letter, number, slope, lines", CASES, ids=[f"{case[0]} row {case[2]}" for case in CASES])
def test_the_row_in_letters_and_in_numbers(formula, letter, number, slope, lines, number_of):
    whole = sc.derive(formula, letter, columns="x y")
    plain, concrete = whole.row(number), whole.row(number, DATA)
    assert text(plain.result) == slope and plain.proof.passed and not plain.expression.has(Sum)
    assert {str(part.indices[0]) for part in plain.expression.atoms(Indexed)} <= {str(number)}
    assert [text(line) for line in concrete.lines] == [slope, *lines] and concrete.proof.passed
    at = {"w": 0.1, "m": 0.7, "b": -0.3}
    assert abs(number_of(plain.result, {**at, **DATA}) - number_of(concrete.result, {**at, **DATA})) < 1e-12


def test_the_rows_add_up_to_the_whole(number_of):
    whole, at = sc.derive(LINE, "m", columns="x y"), {"m": 0.7, "b": -0.3, "n": 3, **DATA}
    assert abs(sum(number_of(whole.row(k).result, at) for k in (1, 2, 3)) / 3 - number_of(whole.result, at)) < 1e-12


def test_second_derivatives_have_rows_too():
    second = sc.derive(LINE, "m", columns="x y", order=2)
    assert text(second.row(2).result) == "2x₂²"
    assert [text(line) for line in second.row(2, DATA).lines] == ["2x₂²", "2 · 4²", "32"]


def test_how_it_is_shown():
    printed = str(sc.derive(LINE, "m", columns="x y").row(1, DATA))
    assert printed.startswith("d/dm (y₁ - (m x₁ + b))²\n")
    assert ("With y₁ = 3 and x₁ = 2:\n\n  -2x₁ (y₁ - (m x₁ + b)) = -2 · 2 (3 - (m · 2 + b))\n"
            "                         = -4 (3 - (2m + b))\n") in printed
    same = str(sc.derive(LINE, "b", columns="x y", order=2).row(1, DATA))
    assert "The slope is the same for every row; this one has y₁ = 3 and x₁ = 2." in same


def test_the_row_keeps_the_detail():
    brief, full = (sc.derive(LINE, "m", columns="x y", detail=detail).row(1) for detail in ("brief", "full"))
    assert len(brief.lines) < len(full.lines)


def test_its_data():
    data = json.loads(json.dumps(sc.derive(LINE, "m", columns="x y").row(1, DATA).as_dict()))
    assert data["row"]["values"] == {"y": 3.0, "x": 2.0} and data["row"]["lines"][-1]["text"] == "-4 (3 - (2m + b))"
    assert data["lines"][0]["sympy"] == "Derivative((Indexed('y', 1) - (m*Indexed('x', 1) + b))**2, m)"


def test_a_wrong_number_is_caught(monkeypatch):
    tidied = rows.tidied
    monkeypatch.setattr(rows, "tidied", lambda e: [(algebra, line * 2) for algebra, line in tidied(e)])
    with pytest.raises(sc.ProofError):
        sc.derive(LINE, "m", columns="x y").row(1, DATA)


@pytest.mark.parametrize("formula, arguments, sentence", [
    (LINE, (0,), "rows are counted from 1; 0 is no row"), (LINE, (-1,), "-1 is no row"), (LINE, (True,), "True is no row"),
    (LINE, ("1",), "'1' is no row"), (LINE, (1.0,), "1.0 is no row"),
    (LINE, (4, DATA), "there is no row 4; the data has 3"),
    (LINE, (1, {"x": [1]}), "the formula uses y, x; the data has x"),
    ("m^2", (1,), "m² has no sum over the rows, so it has no row to write out"),
    ("sum(x*m) + mean(y*m)", (1,), "the formula has 2 sums over the rows; write out a row of one of them alone"),
    ("sum(x*x_1*m)", (1,), "x₁ is a letter of the formula already; rename it to write out row 1"),
])
def test_what_is_refused(formula, arguments, sentence):
    with pytest.raises(sc.SymcalcError, match=sentence):
        sc.derive(formula, "m", columns="x y" if "x" in formula else "").row(*arguments)


@pytest.mark.parametrize("formula, told", [("mean((y - w*x)^2)", False), ("3*sum((y - w*x)^2)/n", False),
                                           ("mean((y - w*x)^2) + w^2", True), ("sqrt(mean((y - w*x)^2))", True)])
def test_what_a_row_leaves_out_is_said(formula, told):
    assert ("what stands outside the sum is left out" in str(sc.derive(formula, "w").row(1))) is told
