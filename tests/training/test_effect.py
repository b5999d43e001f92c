"""What a wrong gradient does: the mistakes of published pages, each against a descent of a few lines of plain NumPy."""

import json

import numpy as np
import pytest
from sympy import Integer

import symcalc as sc
from symcalc.training.run import Stop

DATA = {"x": [30, 45, 60, 75], "y": [45, 70, 85, 120]}
X, Y = (np.array(DATA[name], dtype=float) for name in "xy")
START, RATE, STEPS = {"m": 0, "b": 0}, 1e-5, 5


@pytest.fixture(scope="module")
def rss():
    return sc.Loss("sum((y - (m*x + b))^2)", columns="x y")


def walked(slopes, steps=STEPS):
    """The costs of a descent by these slopes."""
    m = b = 0.0
    costs = []
    for _ in range(steps + 1):
        r = Y - (m * X + b)
        costs.append((r ** 2).sum())
        dm, db = slopes(r)
        m, b = m - RATE * dm, b - RATE * db
    return costs


# The mistake, the wrong formulas, the same in NumPy, and what the sentence says
PUBLISHED = [
    ("the sign of the error flipped", {"m": "2*sum(x*(y - (m*x + b)))", "b": "2*sum(y - (m*x + b))"},
     lambda r: (2 * (X * r).sum(), 2 * r.sum()),
     "climbs from 28550 to 250926 in 5 updates, since every slope has the wrong sign"),
    ("the 2 dropped", {"m": "-sum(x*(y - (m*x + b)))", "b": "-sum(y - (m*x + b))"}, lambda r: (-(X * r).sum(), -r.sum()),
     "falls from 28550 to 7868.68 in 5 updates, since every slope is 0.5 times the right one, as if the rate were 5e-06"),
    ("the 2 dropped and 1/n added", {"m": "-mean(x*(y - (m*x + b)))", "b": "-1/n*sum(y - (m*x + b))"},
     lambda r: (-(X * r).mean(), -r.mean()), "since every slope is 0.125 times the right one, as if the rate were 1.25e-06"),
    ("y in place of x", {"m": "-2*sum(y*(y - (m*x + b)))"}, lambda r: (-2 * (Y * r).sum(), -2 * r.sum()),
     "falls from 28550 to 334.122 in 5 updates; with the right gradient"),
    ("the sign of one flipped", {"b": "2*sum(y - (m*x + b))"}, lambda r: (-2 * (X * r).sum(), 2 * r.sum()),
     "falls from 28550 to 1837.12 in 5 updates; with the right gradient"),
    ("brackets lost", {"m": "-2*sum(x*(y - m*x + b))", "b": "-2*sum(y - m*x + b)"}, None, "with the right gradient"),
    ("the right ones in another form", {"m": "sum(2*x*(m*x + b - y))"}, lambda r: (-2 * (X * r).sum(), -2 * r.sum()),
     "falls from 28550 to 1833.89 in 5 updates; with the right gradient it falls to 1833.89"),
]


@pytest.mark.parametrize("formulas, slopes, sentence", [case[1:] for case in PUBLISHED], ids=[case[0] for case in PUBLISHED])
def test_published_mistakes(formulas, slopes, sentence, rss):
    effect = rss.compare_gradients(formulas, DATA, start=START, rate=RATE, steps=STEPS)
    assert np.allclose(effect.right.costs, walked(lambda r: (-2 * (X * r).sum(), -2 * r.sum())), rtol=1e-12)
    assert np.allclose(effect.right.costs, rss.descend(DATA, start=START, rate=RATE, steps=STEPS).costs, rtol=0)
    if slopes:
        assert np.allclose(effect.wrong.costs, walked(slopes), rtol=1e-10)
    assert sentence in effect.sentence and effect.sentence.endswith("falls to 1833.89.")
    assert effect.sentence in str(effect).replace("\n", " ")
    assert list(effect.formulas) == list(formulas)


def test_a_cost_that_falls_all_the_same_does_not_pass_for_right(rss):
    effect = rss.compare_gradients(PUBLISHED[3][1], DATA, start=START, rate=RATE, steps=STEPS)
    assert effect.caution == ("That the cost falls does not make the formula right: at the start the slope in m is -37200, "
                              "and the formula gives -57100.")
    at_rest = sc.Loss("mean((y - m*x)^2)", columns="x y").compare_gradients(
        {"m": "-2*mean(y*(y - m*x))"}, {"x": [1, 2, 3], "y": [2, 5, 5]}, start=[0], rate=0.05, steps=500)
    assert at_rest.wrong.success and "where it comes to rest the slope in m is 0.666667" in at_rest.caution
    assert not rss.compare_gradients(PUBLISHED[0][1], DATA, start=START, rate=RATE).caution


def test_the_page_has_the_formulas_and_both_costs(rss):
    page = str(rss.compare_gradients({"m": "2*sum(x*(y - (m*x + b)))"}, DATA, start=START, rate=RATE, steps=2))
    assert "∂J/∂m  -2 Σ xᵢ (yᵢ - (m xᵢ + b))  2 Σ xᵢ (yᵢ - (m xᵢ + b))" in page and "the same" in page
    assert "Both start at m = 0 and b = 0, with the rate 1e-05." in page
    assert [line.split()[0] for line in page.splitlines() if line[:4].strip().isdigit()] == ["0", "1", "2"]


def test_a_run_that_blows_up_stops_as_every_run_does(rss):
    effect = rss.compare_gradients({"m": "2*sum(x*(y - (m*x + b)))"}, DATA, start=START, rate=5e-5, steps=5000)
    assert effect.wrong.stop is Stop.DIVERGED and "and on beyond all bounds" in effect.sentence
    assert "rates below" not in effect.wrong.message          # no advice on the rate of a formula that is no gradient
    assert json.loads(json.dumps(effect.as_dict(), allow_nan=False))["factor"] is None


def test_the_wrong_run_does_not_call_its_slopes_derivatives(rss):
    run = rss.compare_gradients({"b": "2*sum(y - (m*x + b))"}, DATA, start=START, rate=RATE, steps=2).wrong
    assert "∂J/∂m = -2" in str(run) and "g_b = 2 Σ" in str(run) and "∂J/∂b" not in str(run)
    update = str(run.updates[0])
    assert "new b = b - η g_b" in update and "expected ΔJ = g·Δθ" in update and "is not the gradient" in update
    assert "∂J/∂b" not in update and run.as_dict()["gradient"]["b"] == "2 Σ (yᵢ - (m xᵢ + b))"


class Verdict:
    def __init__(self, answer):
        self.answer = answer


@pytest.mark.parametrize("answer", [
    "-2*(w - 3)", sc.read("-2*(w - 3)"), Verdict("-2*(w - 3)"), Verdict(sc.read("-2*(w - 3)"))])
def test_an_answer_comes_as_text_as_expression_or_in_a_verdict(answer):
    effect = sc.Loss("(w - 3)^2").compare_gradients({"w": answer}, start={"w": 0}, rate=0.25, steps=2)
    assert effect.wrong.costs.tolist() == [9, 20.25, 45.5625] and effect.factor == -1
    plain = json.loads(json.dumps(effect.as_dict(), allow_nan=False))
    assert plain["wrong formulas"] == {"w": "-2 (w - 3)"} and plain["wrong"]["gradient"] == {"w": "-2 (w - 3)"}
    assert plain["right"]["gradient"] == {"w": "2 (w - 3)"}


def test_a_slope_that_is_a_number():
    effect = sc.Loss("(w - 3)^2").compare_gradients({sc.parameters("w"): Integer(0)}, start=[0])
    assert effect.sentence.startswith("With the wrong formula the cost stays at 9, since every slope is given as 0; ")
    assert effect.factor == 0


@pytest.mark.parametrize("wrong, kind, sentence", [
    ({"m": "2*x*(y - (m*x + b))"}, sc.LossError, "x. stands outside a sum; write mean\\(...\\) or sum\\(...\\) around it"),
    ({"m": "k*b"}, sc.LossError, "k in the slope by m does not occur in the loss; its letters are m, b, y, x"),
    ({"m": "sum(z)"}, sc.LossError, "z in the slope by m"),
    ({"q": "1"}, sc.LossError, "q is no parameter"),
    ({"x": "1"}, sc.LossError, "x is a column"), ({}, sc.LossError, "a mapping such as {'m': '...'}"),
    ("m", sc.LossError, "a mapping such as"),
    ({"m": "2*("}, sc.ReadError, "never closed"),
    ({"m": None}, sc.LossError, "formula is text"),
    ({"m": "ln(m - 1)"}, sc.DescentError, "no finite value at the start"),
])
def test_what_is_refused(wrong, kind, sentence, rss):
    with pytest.raises(kind, match=sentence):
        rss.compare_gradients(wrong, DATA, start=START)


def test_rows_where_the_loss_has_none():
    with pytest.raises(sc.LossError, match="sums over rows, but the loss has none"):
        sc.Loss("(w - 3)^2").compare_gradients({"w": "sum(w)"}, start=[0])
