"""Back-propagation: the table, its numbers, and its slopes against mpmath's differences of plain Python functions."""

import json
import os
from pathlib import Path

import mpmath
import numpy as np
import pytest
from mpmath import exp, log, sin, tanh

import symcalc as sc
from symcalc.calculus import backprop as module
from symcalc.written import mul

ROW = {"x": 0.7, "y": 0.3}


def sigmoid(z):
    return 1 / (1 + exp(-z))


# One row's part of each loss, the letters of its values in order, and the same in Python
CORPUS = [
    ("mean((y - (m*x + b))^2)", ["m xᵢ", "v₁ + b", "yᵢ - v₂", "v₃²"], lambda m, b, x, y: (y - (m * x + b)) ** 2),
    ("mean(-y*ln(sigmoid(w*x+b)) - (1-y)*ln(1-sigmoid(w*x+b)))",
     ["w xᵢ", "v₁ + b", "σ(v₂)", "ln(v₃)", "yᵢ v₄", "1 - v₃", "ln(v₆)", "(1 - yᵢ) v₇", "-v₅ - v₈"],
     lambda w, b, x, y: -y * log(sigmoid(w * x + b)) - (1 - y) * log(1 - sigmoid(w * x + b))),
    ("mean((y - (v*tanh(w*x + c) + b))^2)", ["w xᵢ", "u₁ + c", "tanh(u₂)", "v u₃", "u₄ + b", "yᵢ - u₅", "u₆²"],
     lambda v, w, c, b, x, y: (y - (v * tanh(w * x + c) + b)) ** 2),
    ("sum(max(0, 1 - y*w*x)*w)", ["yᵢ w xᵢ", "1 - v₁", "max(0, v₂)", "v₃ w"], lambda w, x, y: max(0, 1 - y * w * x) * w),
    ("sum(piecewise(((y-w*x)^2/2, abs(y-w*x) <= 1), (abs(y-w*x) - 1/2, True)))/(2n)",
     ["w xᵢ", "yᵢ - v₁", "v₂²", "v₃/2", "|v₂|", "v₅ - 1/2", "{v₄ if v₅ ≤ 1; v₆ otherwise}"],
     lambda w, x, y: (y - w * x) ** 2 / 2 if abs(y - w * x) <= 1 else abs(y - w * x) - mpmath.mpf(1) / 2),
    ("x^2*sin(x)", ["x²", "sin(x)", "v₁ v₂"], lambda x: x ** 2 * sin(x)),
    ("1/(1 + exp(-(w*a + b)))", ["w a", "v₁ + b", "-v₂", "exp(v₃)", "1 + v₄", "1/v₅"], lambda w, a, b: sigmoid(w * a + b)),
    ("exp(a)/(exp(a) + exp(b))", ["exp(a)", "exp(b)", "v₁ + v₂", "v₁/v₃"], lambda a, b: exp(a) / (exp(a) + exp(b))),
    ("sign(p) + q", ["sign(p)", "v₁ + q"], lambda p, q: mpmath.sign(p) + q), ("sign(p)", ["sign(p)"], lambda p: mpmath.sign(p)),
    ("a^b", ["a^b"], lambda a, b: a ** b), ("a", ["a"], lambda a: a),
    ("(p + q)^2*(p + q)", ["p + q", "v₁²", "v₂ v₁"], lambda p, q: (p + q) ** 3),
]


@pytest.mark.parametrize("formula, values, function", CORPUS, ids=[case[0][:40] for case in CORPUS])
def test_values_and_slopes(formula, values, function, slope_of):
    names = function.__code__.co_varnames[:function.__code__.co_argcount]
    has_rows = formula.startswith(("mean", "sum"))
    letters = [name for name in names if not (has_rows and name in ROW)]
    point = {name: 0.4 + 0.3 * k for k, name in enumerate(letters)}
    found = sc.backpropagation(formula, at=point, data={name: [9, value] for name, value in ROW.items()} if has_rows else None,
                               row=2 if has_rows else 1)
    assert [sc.text(value.formula) for value in found.values] == values
    assert found.proof.passed and list(found.gradient) == letters
    given = {**point, **(ROW if has_rows else {})}
    assert found.numbers.values[found.values[-1].letter] == pytest.approx(float(function(**given)), rel=1e-14)
    for name in letters:
        assert found.gradient[name] == pytest.approx(float(slope_of(function, name, given)), rel=1e-12)


@pytest.mark.parametrize("formula, gathered", [
    (CORPUS[0][0], np.mean), (CORPUS[1][0], np.mean), ("sum((y - w*x)^2)", np.sum),
    ("sum((y - w*x)^2)/2", lambda slopes: np.sum(slopes) / 2), ("sum((y - w*x)^2/n)", np.sum),
])
def test_the_rows_make_up_the_compiled_gradient(formula, gathered):
    loss = sc.Loss(formula, columns="x y")
    data = {"x": [1.5, -2, 0.3, 4], "y": [1, 0, 1, 1]}
    point = dict(zip(loss.names, (0.3, -0.2)))
    table = loss.backpropagation()
    rows = [table.at(point, data, row=row).gradient for row in range(1, 5)]
    together = [gathered([row[name] for row in rows]) for name in loss.names]
    assert np.allclose(together, loss.compile(data)(point)[1], rtol=1e-12, atol=0)


def test_each_slope_is_the_sum_over_the_values_that_use_its_letter():
    found = sc.backpropagation("mean(-y*ln(sigmoid(w*x+b)) - (1-y)*ln(1-sigmoid(w*x+b)))")
    assert [user.name for user in found["v_3"].users] == ["v_4", "v_6"]
    (sigma,) = [value for value in found.values if sc.text(value.formula) == "σ(v₂)"]
    assert sc.text(next(iter(sigma.slopes.values()))) == "v₃ (1 - v₃)"          # the value that is known by then
    assert "∂Jᵢ/∂v₄ · ∂v₄/∂v₃ + ∂Jᵢ/∂v₆ · ∂v₆/∂v₃" in str(found) and "v₉ = Jᵢ" in str(found)
    assert [d.lines[1].rule.name for d in sigma.derivations.values()] == ["derivative of the sigmoid"]


def test_the_letters_of_the_values_are_free():
    for formula, stem in (("v*a", "u"), ("v1 + u*a^2", "z"), ("sum(v[i]*w)", "u"), ("m", "v")):
        assert sc.backpropagation(formula).values[0].letter.name == f"{stem}_1"


def test_a_wrong_local_slope_is_never_shown(monkeypatch):
    right = module.slopes_of
    monkeypatch.setattr(module, "slopes_of", lambda *given: tuple(
        module.Slope(letter=s.letter, users=s.users, result=mul(sc.read("1.001"), s.result)) for s in right(*given)))
    with pytest.raises(sc.ProofError, match="line 1 is not equal"):
        sc.backpropagation("(w*x + b)^2")


@pytest.mark.parametrize("call, kind, sentence", [
    (lambda: sc.backpropagation("mean((y - w*x)^2) + w^2"), sc.LossError, "write the loss as one mean"),
    (lambda: sc.backpropagation("sqrt(mean((y - w*x)^2))"), sc.LossError, "write the loss as one mean"),
    (lambda: sc.backpropagation("3"), sc.LossError, "no letters"),
    (lambda: sc.backpropagation("J^2"), sc.LossError, "J names the loss; give the letter another name"),
    (lambda: sc.backpropagation("w^2").gradient, sc.LossError, "no numbers yet"),
    (lambda: sc.backpropagation("w^2")["q"], sc.LossError, "there is no q here; the letters are v_1, w"),
    (lambda: sc.backpropagation("w^2").at({}), sc.LossError, "no value for w"),
    (lambda: sc.backpropagation("w^2").at({"w": 1, "q": 2}), sc.LossError, "no parameter q"),
    (lambda: sc.backpropagation("w^2").at({"w": "1"}), sc.LossError, "finite real number, not '1'"),
    (lambda: sc.backpropagation("w^2").at({"w": float("inf")}), sc.LossError, "finite real number"),
    (lambda: sc.backpropagation("w^2").at([1]), sc.LossError, "a mapping such as {'w': 1}"),
    (lambda: sc.backpropagation("ln(w)").at({"w": -1}), sc.LossError, "ln.w. has no real value"),
    (lambda: sc.backpropagation("mean(w*x)").at({"w": 1}), sc.LossError, "needs data for x"),
    (lambda: sc.backpropagation("mean(w*x)").at({"w": 1}, {"x": [1]}, row=2), sc.DataError, "whole number from 1 to 1"),
    (lambda: sc.backpropagation("mean(w*x)").at({"w": 1}, {"z": [1]}), sc.DataError, "the formula uses x; the data has z"),
])
def test_what_is_refused(call, kind, sentence):
    with pytest.raises(kind, match=sentence):
        call()


def test_the_page_says_from_what_the_numbers_come():
    loss = sc.Loss("mean((y - (m*x + b))^2)", columns="x y")
    page = str(loss.backpropagation({"m": 1, "b": -0.5}, {"x": [1, 2], "y": [3, 5]}, row=2))
    assert "At m = 1 and b = -0.5; row 2 has xᵢ = 2 and yᵢ = 5." in page
    assert "At w = 2." in str(sc.backpropagation("w^2", at={"w": 2}))


def test_as_dict_is_plain():
    loss = sc.Loss("mean((y - (m*x + b))^2)", columns="x y")
    empty = json.loads(json.dumps(loss.backpropagation().as_dict()))
    plain = json.loads(json.dumps(loss.backpropagation({"m": 1, "b": 0}, {"x": [1, 2], "y": [3, 5]}, row=2).as_dict()))
    assert (plain["term"], plain["factor"], plain["row"]) == ("(yᵢ - (m xᵢ + b))²", "1/n", 2)
    assert [value["value"] for value in plain["values"]] == [2, 2, 3, 9]
    assert [(slope["by"], slope["value"]) for slope in plain["slopes"]] == [
        ("v_4", 1), ("v_3", 6), ("v_2", -6), ("v_1", -6), ("m", -12), ("b", -6)]
    assert plain["values"][2]["local"] == [
        {"by": "v_2", "text": "-1", "latex": "-1", "sympy": "-1", "rule": "sum rule", "value": -1}]
    assert empty["row"] is None and {slope["value"] for slope in empty["slopes"]} == {None}


# The board; SYMCALC_BLESS=1 writes it anew: read it before keeping it

GOLDEN = {"squared-error": (CORPUS[0][0], {"m": 1, "b": 0}, {"x": [1, 2], "y": [3, 5]}),
          "network": (CORPUS[2][0], None, None)}


@pytest.mark.parametrize("name", GOLDEN)
@pytest.mark.parametrize("suffix", [".txt", ".tex"])
def test_the_board_reads_as_it_was_blessed(name, suffix, tmp_path):
    formula, at, data = GOLDEN[name]
    file = Path(__file__).parent / "golden_backprop" / f"{name}{suffix}"
    written = sc.backpropagation(formula, at=at, data=data).save(tmp_path / f"a{suffix}").read_text(encoding="utf-8")
    if os.environ.get("SYMCALC_BLESS"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(written, encoding="utf-8")
    assert written == file.read_text(encoding="utf-8")
