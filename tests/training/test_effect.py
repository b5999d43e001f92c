"""What a wrong gradient does: the mistakes of published pages, each against a descent of a few lines of plain NumPy."""

import json

import numpy as np
import pytest
from sympy import Derivative, Integer

import symcalc as sc
from symcalc.training.stops import Stop

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
     "falls from 28550 to 7868.68 in 5 updates, since every slope is 0.5 times the right one, as if the rate were 5 · 10⁻⁶"),
    ("the 2 dropped and 1/n added", {"m": "-mean(x*(y - (m*x + b)))", "b": "-1/n*sum(y - (m*x + b))"},
     lambda r: (-(X * r).mean(), -r.mean()), "since every slope is 0.125 times the right one, as if the rate were 1.25 · 10⁻⁶"),
    ("y in place of x", {"m": "-2*sum(y*(y - (m*x + b)))"}, lambda r: (-2 * (Y * r).sum(), -2 * r.sum()),
     "falls from 28550 to 334.122 in 5 updates; with the right gradient"),
    ("the sign of one flipped", {"b": "2*sum(y - (m*x + b))"}, lambda r: (-2 * (X * r).sum(), 2 * r.sum()),
     "falls from 28550 to 1837.12 in 5 updates; with the right gradient"),
    ("brackets lost", {"m": "-2*sum(x*(y - m*x + b))", "b": "-2*sum(y - m*x + b)"}, None, "with the right gradient"),
    ("the right ones in another form", {"m": "sum(2*x*(m*x + b - y))"}, lambda r: (-2 * (X * r).sum(), -2 * r.sum()),
     "The formula is right: with it the cost falls from 28550 to 1833.89 in 5 updates; with the right gradient it falls to"),
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
    assert not rss.compare_gradients(PUBLISHED[0][1], DATA, start=START, rate=RATE).caution


# The loss, the formulas, the start, the rate, and where the caution finds the widest gap
GAPS = [
    ("(1-u)^2 + 100*(v-u^2)^2", {"v": "100*(v-u^2)"}, [0, 0], 1e-3,
     "after 10 updates the slope in v is -0.0597789, and the formula gives -0.0298895"),
    ("w^2", {"w": "2*w^2"}, [1], 0.1, "after 4 updates the slope in w is 1.02802, and the formula gives 0.528417"),
    ("w^2", {"w": "2*w + 0.0000001"}, [1], 0.1, "the slope in w is 1.59999998, and the formula gives 1.60000008"),
]


@pytest.mark.parametrize("loss, formulas, start, rate, words", GAPS)
def test_the_caution_is_where_the_gap_is_widest(loss, formulas, start, rate, words):
    assert words in sc.Loss(loss).compare_gradients(formulas, start=start, rate=rate).caution


def test_the_caution_at_rest():
    effect = sc.Loss("(w - 2)^2").compare_gradients({"w": "4*(w - 2)^3 - 4*(w - 2)"}, start=[3.5], rate=0.05, steps=500)
    assert effect.wrong.success and "at the start the slope in w is 3, and the formula gives 7.5" in effect.caution
    effect = sc.Loss("(w - 2)^2").compare_gradients({"w": "(w - 3)*w"}, start=[3.5], rate=0.2, steps=500)
    assert effect.wrong.success and "where it comes to rest the slope in w is 2, and the formula gives 0" in effect.caution


LINE = "mean((y - (m*x + b))^2)"
ROWS = {"x": [1, 2, 3], "y": [2, 5, 5]}


def test_a_right_formula_is_called_right():
    J = sc.Loss(LINE, columns="x y")
    partials = J.gradient()
    verdicts = {"m": partials["m"].check("mean(2*x*(m*x + b - y))"), "b": partials["b"].check("2*mean(m*x + b - y)")}
    both = J.compare_gradients(verdicts, ROWS, start=[1, 1], steps=2)
    assert both.mistaken == () and both.sentence.startswith("The formulas are right: with them the cost falls from 1.66667 to")
    assert "wrong" not in f"{both.document()} {both!r}".lower() and not both.caution
    one = J.compare_gradients({**verdicts, "b": "mean(y)"}, ROWS, start=[1, 1], steps=2)
    assert one.mistaken == ("b",) and one.sentence.startswith("With the wrong formula for b (m is right) the cost falls")
    assert "slope in b is -2, and the formula gives 4" in one.caution


def test_the_same_steps_by_another_formula_are_explained():
    effect = sc.Loss("mean(abs(y - m*x))", columns="x y").compare_gradients(
        {"m": "mean(-x)"}, ROWS, start=[0], rate=0.1, steps=5)
    assert "since at every point visited the slopes are the right ones" in effect.sentence
    assert effect.caution == ("That the steps are the same does not make the formula right: "
                              "elsewhere it does not give the slope.")


def test_a_difference_at_the_start_counts_however_large_the_slopes_become():
    effect = sc.Loss("(w - 3)^2").compare_gradients({"w": "2*w"}, start=[1], rate=1e10)
    assert effect.factor is None and "every point" not in effect.sentence


@pytest.mark.parametrize("loss, formulas, start, rate, words", [
    (LINE, {"m": "m*1e300"}, [1, 1], 1e10, "the cost grows from 1.66667 to more than numbers hold on the first step; with"),
    ("w - ln(w)", {"w": "100 + w"}, [1], 0.1, "the cost has no value after the first step, which leaves the domain; with"),
    ("w - ln(w)", {"w": "2 + w"}, [2], 0.3, "to 1.02314 in 1 update and then has no value, since the next step leaves"),
])
def test_a_run_that_breaks_off_says_so(loss, formulas, start, rate, words):
    data = ROWS if loss == LINE else None
    effect = sc.Loss(loss, **({"columns": "x y"} if data else {})).compare_gradients(formulas, data, start=start, rate=rate)
    assert words in effect.sentence


def test_a_product_with_a_mean_reads_as_one_fraction():
    page = str(sc.Loss(LINE, columns="x y").compare_gradients({"m": "2*mean(x*(y - (m*x + b)))"}, ROWS, start=[1, 1]))
    assert "2/n Σ xᵢ (yᵢ - (m xᵢ + b))\n" in page and " · 1/n" not in page


def test_the_page_has_the_formulas_and_both_costs(rss):
    page = str(rss.compare_gradients({"m": "2*sum(x*(y - (m*x + b)))"}, DATA, start=START, rate=RATE, steps=2))
    assert "∂J/∂m  -2 Σ xᵢ (yᵢ - (m xᵢ + b))  2 Σ xᵢ (yᵢ - (m xᵢ + b))" in page and "the same" in page
    assert "Both start at m = 0 and b = 0, with the rate 10⁻⁵." in page
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
    ({"m": "sum(2*(y - (m*x + b))*d/dm(y - m*x))"}, sc.LossError,
     "d/dm .y. - m x.. still stands in the slope by m; work it out"),
    ({"m": Derivative(sc.parameters("m")**2, sc.parameters("m"))}, sc.LossError, "still stands in the slope by m"),
    ({"m": "ln(m - 1)"}, sc.DescentError, "no finite value at the start"),
])
def test_what_is_refused(wrong, kind, sentence, rss):
    with pytest.raises(kind, match=sentence):
        rss.compare_gradients(wrong, DATA, start=START)


def test_rows_where_the_loss_has_none():
    with pytest.raises(sc.LossError, match="sums over rows, but the loss has none"):
        sc.Loss("(w - 3)^2").compare_gradients({"w": "sum(w)"}, start=[0])
