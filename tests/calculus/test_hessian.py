"""The Hessian against mpmath's mixed differences of plain Python functions."""

import json

import mpmath
import pytest
from mpmath import exp, log
from sympy import Matrix, Tuple

import symcalc as sc
from symcalc.calculus.higher import joined_up
from symcalc.pages import html, latex
from symcalc.pages.notation import text

ROWS = {"x": [0.5, -1.2, 2.0], "y": [1.0, 0.3, -0.7]}


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def rows():
    return zip(ROWS["x"], ROWS["y"])


# (formula, columns, the loss in plain Python, the point, the entries by rows or None)
LOSSES = [
    ("mean((y - (m*x + b))^2)", "x y", lambda m, b: mean((y - (m*x + b))**2 for x, y in rows()), {"m": 0.4, "b": -0.3},
     ["2/n Σ xᵢ²", "2/n Σ xᵢ", "2/n Σ xᵢ", "2"]),
    ("(1 - u)^2 + 100*(v - u^2)^2", "", lambda u, v: (1 - u)**2 + 100*(v - u**2)**2, {"u": -0.7, "v": 1.1},
     ["2 + 400 (3u² - v)", "-400u", "-400u", "200"]),
    ("mean(ln(1 + exp(-y*(w*x + b))))", "x y", lambda w, b: mean(log(1 + exp(-y*(w*x + b))) for x, y in rows()),
     {"w": 0.8, "b": 0.1}, None),
    ("mean(max(0, 1 - y*(w*x + b))) + w^2", "x y", lambda w, b: mean(max(0, 1 - y*(w*x + b)) for x, y in rows()) + w**2,
     {"w": 0.8, "b": 0.1}, ["2", "0", "0", "0"]),
    ("sin(a*b) + c^2*a", "", lambda a, b, c: mpmath.sin(a*b) + c**2*a, {"a": 0.3, "b": 1.7, "c": -0.4}, None),
    ("w^4", "", lambda w: w**4, {"w": 1.5}, ["12w²"]),
]


@pytest.mark.parametrize("formula, columns, function, point, entries", LOSSES, ids=[loss[0] for loss in LOSSES])
def test_every_entry_is_the_mixed_derivative(formula, columns, function, point, entries, number_of):
    h = sc.Loss(formula, columns=columns).hessian()
    assert h.parameters == tuple(point) and len(h) == len(list(h)) == len(point)**2 and h.proof.passed
    for row, column in h:
        orders = [(name == row) + (name == column) for name in point]
        with mpmath.workdps(40):
            wanted = mpmath.diff(function, tuple(map(mpmath.mpf, point.values())), orders)
        assert abs(number_of(h[row, column].result, {**point, **ROWS, "n": 3}) - wanted) < 1e-12 * (1 + abs(wanted))
    assert entries is None or [text(entry) for row in h.result for entry in row] == entries


LINE = sc.Loss("mean((y - (m*x + b))^2)", columns="x y")


def test_entries_are_named_by_pairs_in_either_order():
    h = LINE.hessian()
    assert h["m", "b"] is h["b m"] is h["b, m"] is h[sc.parameters("m b")]
    assert isinstance(h.result, Tuple) and Matrix(h.result).is_symmetric() and Matrix(h.result).shape == (2, 2)


def test_letters_are_named_as_they_are_typed():
    θ = sc.Loss("θ^2 + w_1")
    assert θ.hessian()["θ θ"].result == 2 and θ.hessian()["theta", "w₁"].result == 0
    assert sc.text(θ.gradient()["θ"].result) == sc.text(θ.backpropagation()["θ"].result) == "2θ"
    assert θ.derive("θ w₁").result == 0 and θ.backpropagation()["v₁"].users


@pytest.mark.parametrize("formula, wrt, wanted", [
    ("x^2", "y", ["0"]), ("x^2*y", "x y z", ["2y", "2x", "0", "2x", "0", "0", "0", "0", "0"]), ("3", "nan", ["0"]),
    ("mean(x)", "m", ["0"]),
])
def test_a_letter_that_does_not_occur_is_one_to_differentiate_by(formula, wrt, wanted):
    h = sc.hessian(formula, wrt)
    assert [text(entry) for row in h.result for entry in row] == wanted and h.proof.passed


@pytest.mark.parametrize("problem", [sc.gradient, lambda formula: sc.hessian(formula, "J x"),
                                     lambda formula: sc.hessian(formula, "x"), sc.backpropagation, sc.Loss])
def test_no_letter_is_called_like_the_loss(problem):
    with pytest.raises(sc.LossError, match="J names the loss; give the (letter|parameter) another name"):
        problem("J^2 + x*J")


def test_a_matrix_that_is_too_wide_stands_entry_by_entry():
    printed = str(sc.hessian("ln(a^2 + b^2*c^4 + 1)*sin(a*b*c)", "a b c"))
    assert "∂²J/∂b∂a" in printed and "∇²J" not in printed


@pytest.mark.parametrize("pair", ["m", "m b b", "m q", ("x", "m"), ""])
def test_what_is_no_entry_is_refused(pair):
    with pytest.raises(sc.LossError, match="an entry of the Hessian is named by two parameters, as in 'm b'; they are m, b"):
        LINE.hessian()[pair]


def test_the_matrix_stands_first_and_each_entry_is_derived_once():
    printed = str(LINE.hessian())
    assert printed.startswith("∇²J          m         b\n")
    assert "By m, then by b gives the same as by b, then by m: the matrix is symmetric" in printed
    assert [line for line in printed.splitlines() if line.startswith(("By", "Then"))][1:] == [
        "By m first", "Then by m again", "Then by b", "By b first", "Then by b again"]
    assert "symmetric" not in str(sc.Loss("w^4").hessian())


def test_a_wide_matrix_is_shown_entry_by_entry():
    assert "\n  ∂²J/∂b∂w = 1/n Σ " in str(sc.Loss("mean(ln(1 + exp(-y*(w*x + b))))", columns="x y").hessian())


def test_detail_goes_through_all_of_it():
    brief, full = (sc.hessian("sin(x)*y^2 + x", "x y", detail=detail) for detail in ("brief", "full"))
    assert all(len(brief[pair].stages[k].lines) < len(full[pair].stages[k].lines) for pair in ("x y", "y y") for k in (0, 1))


def test_it_is_typeset_too():
    page = LINE.hessian().document()
    assert r"$\nabla^2 J$ & $m$ & $b$" in latex.render(page) and "<table>" in html.render(page)


def test_its_data():
    data = json.loads(json.dumps(LINE.hessian().as_dict()))
    assert data["parameters"] == ["m", "b"] and [entry["wrt"] for entry in data["entries"]] == ["m m", "m b", "b b"]
    assert data["proof"]["passed"] and data["proof"]["checks"] > sum(entry["proof"]["checks"] for entry in data["entries"])


def test_an_entry_of_another_slope_is_caught():
    gradient = LINE.gradient()
    with pytest.raises(sc.ProofError):
        joined_up([gradient["m"], sc.derive("b^3", "b")])
