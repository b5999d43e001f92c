"""The largest stable rate and what a rate will do, judged by plain NumPy loops."""

import math
from functools import cache

import numpy as np
import pytest

from symcalc.errors import DataError, DescentError, LossError
from symcalc.training.diagnosis.outlook import outlook, outlook_at_start
from symcalc.training.losses import Loss
from symcalc.training.shape import curvature
from symcalc.training.stops import Stop

COUNT = 50


def _problem(seed):
    """Least squares with 1 to 6 parameters, each column with its own offset and scale: the loss, its data, its matrix."""
    random = np.random.default_rng(seed)
    features, intercept = int(random.integers(1, 6)), bool(random.integers(2))
    rows = int(random.integers(8, 40))
    X = random.normal(random.normal(0, 3, features), 10**random.uniform(-1, 1, features), (rows, features))
    y = X @ random.normal(size=features) + random.normal(size=rows)
    prediction = " + ".join(f"w{k}*x{k}" for k in range(features)) + " + b" * intercept
    loss = Loss(f"mean((y - ({prediction}))^2)", columns=["y", *(f"x{k}" for k in range(features))])
    A = np.column_stack([X, np.ones(rows)]) if intercept else X
    return loss, {"y": y} | {f"x{k}": X[:, k] for k in range(features)}, A, y


@cache
def _diagnosed(seed):
    """Such a problem with its diagnosis, which takes the longest of all."""
    loss, data, A, y = _problem(seed)
    return loss, data, A, y, loss.diagnose(data)


def _distance_after(H, best, start, rate, steps):
    """A plain loop over θ - θ* ← θ - θ* - η H (θ - θ*)."""
    point = start - best
    for _ in range(steps):
        point = point - rate * H @ point
    return np.abs(point)


@pytest.mark.parametrize("seed", range(COUNT))
def test_one_percent_under_the_limit_converges_and_one_percent_over_diverges(seed):
    loss, data, A, y, found = _diagnosed(seed)
    H, best = 2 * A.T @ A / len(A), np.linalg.lstsq(A, y, rcond=None)[0]
    values, vectors = np.linalg.eigh(H)
    assert found.stable_rate == pytest.approx(2 / values[-1], rel=1e-12)
    np.testing.assert_allclose(found.hessian, H, rtol=1e-11, atol=1e-12 * values[-1])
    start = best + vectors[:, -1]                     # one step of length 1 away in the steepest direction
    under, over = 0.99 * found.stable_rate, 1.01 * found.stable_rate
    assert _distance_after(H, best, start, under, 500).max() < 1e-3
    assert _distance_after(H, best, start, over, 500).max() > 1e3
    run = loss.descend(data, start=start, rate=under, steps=500)
    assert np.abs(run.x - best).max() < 1e-3
    assert run.stop in (Stop.STEPS, Stop.CONVERGED, Stop.STILL)
    assert loss.descend(data, start=start, rate=over, steps=500).stop is Stop.DIVERGED
    assert found.foretold(over).kind == "diverges"
    assert found.foretold(under).kind in ("oscillates", "crawls")


@pytest.mark.parametrize("seed", range(COUNT))
def test_the_suggested_rate_gains_a_digit_in_about_as_many_steps_as_foretold(seed):
    _, _, A, y, found = _diagnosed(seed)
    foretold = found.foretold(found.suggested_rate)
    assert found.suggested_rate < found.stable_rate
    if foretold.per_digit > 1e5:
        return
    H, best = 2 * A.T @ A / len(A), np.linalg.lstsq(A, y, rcond=None)[0]
    factors = np.abs(1 - found.suggested_rate * np.linalg.eigvalsh(H))
    steps = 3 * math.ceil(foretold.per_digit)
    assert factors.max()**steps <= 1.000001e-3 <= 10**3 * factors.max()**(steps - 3) * 1.01
    start = best + np.linalg.eigh(H)[1] @ np.ones(len(H))
    assert np.linalg.norm(_distance_after(H, best, start, found.suggested_rate, steps)) <= 1.1e-3 * np.sqrt(len(H))


@pytest.mark.parametrize(("formula", "start", "rate", "said"), [
    ("w^4 - w^2", [2], 0.05, "The first step takes J from 12 to -0.2304."),
    ("exp(-w)", [1], 0.5, "The first step takes J from 0.367879 to 0.306071."),
    ("ln(w)^2", [2], 10, "The first step leads to where J has no finite value."),
    ("(w - 3)^2", [0], 1e-9, "The first step takes J from 9 to 8.99999996."),
    ("mean((y - (m*x + b))^2)", [1, 1], 0.1, "The first step takes J from 5.25 to "), ("w^2", None, 0.1, None),
])
def test_what_the_first_step_does_is_what_the_run_does(formula, start, rate, said):
    loss = Loss(formula)
    data = TABLE if loss.columns else None
    found = loss.diagnose(data, start=start, rate=rate)
    if said is None:
        assert found.cost_after is None and "first step" not in str(found)
        return
    run = loss.descend(data, start=start, rate=rate, steps=1)
    assert said in " ".join(str(found).split())
    assert run.nit == 0 or found.cost_after == found.as_dict()["J_after_first_step"] == pytest.approx(run.costs[1], rel=1e-15)


@pytest.mark.parametrize(("formula", "start"), [("w^4 - w^2", [2]), ("exp(-w)", [1]), ("mean(ln(1 + exp(m*x + b)))", [0, 1])])
@pytest.mark.parametrize("rate", [0.05, 0.5, 50])
def test_the_curvature_of_one_place_is_not_taken_for_that_of_all(formula, start, rate):
    """Nothing is said of a lowest point or of what the cost will do but under a condition."""
    loss = Loss(formula)
    found = loss.diagnose(TABLE if loss.columns else None, start=start, rate=rate)
    assert found.sentence.startswith("If the curvature stayed as it is at the start, ")
    assert "each step would multiply the distance to the lowest point" in " ".join(str(found).split())


@pytest.mark.parametrize(("rate", "first"), [("0.1/k", 0.1), ("1/(1 + k)", 0.5), ("0.25", 0.25), (0.25, 0.25)])
def test_a_schedule_is_foretold_by_its_first_rate(rate, first):
    found = Loss("3*w^2").diagnose(rate=rate)
    assert found.rate == first and found.sentence == Loss("3*w^2").diagnose(rate=first).sentence
    assert ("That is the first of the rates" in str(found)) is (found.schedule is not None) is ("k" in str(rate))
    assert found.foretold(rate).factor == found.outlook.factor


@pytest.mark.parametrize("rate", [0, -1, math.nan, "x", "1/z", "-1/k", None])
def test_a_bad_rate_gets_the_sentence_that_a_run_gives_it(rate):
    said = []
    for ask in (Loss("w^2").diagnose, Loss("w^2").descend):
        try:
            ask(start=[1], rate=rate, steps=1)
        except DescentError as fault:
            said.append(str(fault))
    assert len(said) == (0 if rate is None else 2) and len(set(said)) <= 1


def test_large_numbers_on_the_page_are_not_rounded_to_tens():
    page = str(Loss("mean((y - (m*x + b))^2)").diagnose({"x": [990, 1000, 1200], "y": [1, 2, 3]}, rate=0.01))
    assert "= -22799.7\n" in page and "by 22799.7." in page


SAID = [
    (0.5, (1, 10), None, "diverges",
     "The run diverges: the rate is 2.5 times the largest stable one, and every step multiplies the distance to the minimum along "
     "the steepest direction by 4."),
    (0.5, (10,), None, "diverges",
     "The run diverges: the rate is 2.5 times the largest stable one, and every step multiplies the distance to the minimum by 4."),
    (0.2, (1, 10), None, "jumps",
     "The run jumps between two points for ever: at the largest stable rate itself, every step ends as far on the other side of the "
     "minimum along the steepest direction."),
    (0.15, (1, 10), None, "oscillates",
     "The run converges, swinging from side to side along the steepest direction: about 14 steps for each further digit."),
    (0.15, (10, 10), None, "oscillates",
     "The run converges, swinging from side to side: about 4 steps for each further digit."),
    (0.1, (1, 10), None, "converges", "The run converges without overshooting: about 22 steps for each further digit."),
    (0.1, (10,), None, "converges", "One step lands on the minimum."),
    (0.1, (1, 10), 20, "crawls",
     "The run crawls along the flattest direction: about 22 steps for each further digit, and there are only 20."),
    (1e-4, (10,), None, "crawls", "The run crawls: about 2,300 steps for each further digit."),
    (1e-12, (10,), 1, "crawls", "The run crawls: about 2.3 · 10¹¹ steps for each further digit, and there is only 1."),
    (1e-9, (1e-9, 10), None, "crawls",
     "The run crawls along the flattest direction: more than 10¹² steps for each further digit."),
    (0.1999, (1, 10), 100, "crawls",
     "The run swings from side to side along the steepest direction and hardly comes nearer: about 2,300 steps for each further "
     "digit, and there are only 100."),
]


@pytest.mark.parametrize(("rate", "upwards", "steps", "kind", "sentence"), SAID)
def test_what_is_said_of_a_quadratic(rate, upwards, steps, kind, sentence):
    found = outlook(rate, upwards, steps=steps)
    assert (found.kind, found.sentence) == (kind, sentence)


SAID_AT_START = [
    (0.5, (1, 10), True, "unstable",
     "If the curvature stayed as it is at the start, the run would diverge: the rate is 2.5 times the largest that is stable "
     "there."),
    (0.15, (1, 10), True, "oscillates",
     "If the curvature stayed as it is at the start, each step would go past the lowest point along the steepest direction, "
     "though not so far that the cost rises, and it would take about 14 steps for each further digit."),
    (0.05, (1, 10), True, "converges",
     "If the curvature stayed as it is at the start, no step would overshoot, and it would take about 45 steps for each "
     "further digit."),
    (0.05, (1, 10), False, "converges", "If the curvature stayed as it is at the start, no step would overshoot."),
    (0.15, (10,), False, "oscillates",
     "If the curvature stayed as it is at the start, each step would go past the lowest point, though not so far that the cost "
     "rises."),
    (0.00001, (1, 10), True, "crawls",
     "If the curvature stayed as it is at the start, no step would overshoot, and it would take about 230,000 steps for each "
     "further digit, and there are only 100."),
]


@pytest.mark.parametrize(("rate", "upwards", "bowl", "kind", "sentence"), SAID_AT_START)
def test_what_is_said_where_only_the_start_is_known(rate, upwards, bowl, kind, sentence):
    found = outlook_at_start(rate, upwards, bowl=bowl, steps=100)
    assert (found.kind, found.sentence) == (kind, sentence)


def test_the_steps_for_a_digit_are_those_of_a_plain_loop():
    for rate, upwards in ((0.15, (1, 10)), (0.19, (3, 10)), (0.01, (1, 7))):
        distance, steps, values = np.ones(2), 0, np.array(upwards)
        while np.abs(distance).max() > 1e-6:
            distance, steps = distance * (1 - rate * values), steps + 1
        assert abs(outlook(rate, upwards).per_digit * 6 - steps) <= 1


TABLE = {"x": [0, 1, 2, 3], "y": [1, 3, 5, 8]}

OBSTACLES = [
    ("ln(w)", [-1],
     "No step can be made from this start, since ln(w) has no real value at w = -1: ln needs a positive argument."),
    ("exp(w^2)", [1e3],
     "No step can be made from this start, since exp(w²) is too large for a floating-point number at w = 1000."),
    ("mean(ln(x - w))", [1], "No step can be made from this start, since ln(xᵢ - w) has no real value in row 1 at w = 1: ln "
     "needs a positive argument."),
    ("w*sqrt(w)", [0], "J has no finite second derivative at the start, so nothing can be foretold from it."),
    ("mean(abs(y - m*x))", [0], "Its slopes do not shrink towards the minimum: at a fixed rate the point ends up jumping "
     "about it, the farther the larger the rate. Let the rate shrink with the steps."),
    ("3*w + 1", None, "J has no minimum: it falls for ever, at any rate."),
    ("-mean((y - (m*x + b))^2)", None, "J has no minimum: along some direction it falls for ever, at any rate."),
    ("mean((y - m*x)^2) - 1000*m^2", None, "J has no minimum: it falls for ever, at any rate."),
    ("mean((y - m*x)^2) + c", None, "J has no minimum: along some direction it falls for ever, at any rate."),
    ("u*v", None, "J has no minimum: along some direction it falls for ever, at any rate."),
    ("u^2 + 3*v", [1, 1], "J has no minimum: along some direction it falls for ever, at any rate."),
    ("w^4", [0], "J does not curve upwards at the start, so the curvature there sets no limit to the rate."),
    ("cos(w)", [0], "J does not curve upwards at the start, so the curvature there sets no limit to the rate."),
]


@pytest.mark.parametrize(("formula", "start", "sentence"), OBSTACLES)
def test_where_nothing_can_be_foretold_a_sentence_says_why(formula, start, sentence):
    loss = Loss(formula)
    found = loss.diagnose(TABLE if loss.columns else None, start=start, rate=0.1)
    assert found.as_dict()["obstacle"] == sentence
    assert (found.stable_rate, found.suggested_rate, found.outlook, found.scaled) == (None, None, None, None)
    assert " ".join(str(found).split()).endswith(sentence)


@pytest.mark.parametrize(("formula", "start", "said"), [
    ("(w - 3)^2", [3], "It is a minimum."), ("-w^2", [0], "It is a maximum."), ("u^2 - v^2", [0, 0], "It is a saddle"),
    ("w^4", [0], "does not tell whether"), ("(w - 3)^2", [2], None), ("(w - 3)^2", None, None),
])
def test_a_start_from_which_no_step_leads_away(formula, start, said):
    found = str(Loss(formula).diagnose(start=start))
    assert ("no step leads away" in found) is (said is not None)
    assert said is None or said in " ".join(found.split())


@pytest.mark.parametrize(("options", "error", "message"), [
    ({"rate": 0}, DescentError, "greater than 0"), ({"rate": math.nan}, DescentError, "finite"),
    ({"rate": 1e308}, DescentError, "too large to compute with"), ({"steps": 0}, DescentError, "steps is a whole number"),
    ({"steps": 2.5}, DescentError, "steps is a whole number"),
    ({"start": {"m": 0}}, DescentError, "no value for b"), ({"start": [0, math.inf]}, DescentError, "not finite"),
    ({"data": None}, LossError, "needs data"), ({"data": {"x": [1, 2]}}, DataError, "y"),
])
def test_bad_input_gets_one_sentence(options, error, message):
    with pytest.raises(error, match=message):
        Loss("mean((y - (m*x + b))^2)").diagnose(**{"data": TABLE} | options)


def test_a_loss_that_curves_differently_from_place_to_place_needs_the_start():
    with pytest.raises(DescentError, match="give the start"):
        Loss("w^4").diagnose()


def test_the_local_limit_of_a_loss_that_is_not_quadratic():
    found = Loss("w^4").diagnose(start=[2], rate=0.1)
    assert (found.stable_rate, found.suggested_rate, found.outlook.kind) == (2 / 48, 0.02, "unstable")
    assert "at the start" in found.outlook.sentence


@pytest.mark.parametrize(("formula", "start", "said"), [
    ("w^2 + abs(w)", [1], "If the curvature stayed as it is at the start, no step would overshoot."),
    ("mean(max(0, 1 - y*(m*x + b))) + 0.1*m^2", [1, 0],
     "If the curvature stayed as it is at the start, no step would overshoot."),
])
def test_kinks_are_named_and_no_pace_is_promised(formula, start, said):
    loss = Loss(formula)
    found = loss.diagnose(TABLE if loss.columns else None, start=start, rate=0.1)
    assert found.sentence == said
    assert "J has kinks too" in str(found) and "serve equally well" not in str(found)


def test_a_valley_that_rounding_makes_level_is_not_called_so():
    loss = Loss("(u + v)^2 + 1e-30*(u - v)^2")
    assert loss.minimum().kind == "minimum" and "or too little for rounding to show it" in " ".join(str(loss.diagnose()).split())


def test_a_valley_of_equal_minima():
    found = Loss("mean((y - (u*x + v*x + b))^2)").diagnose(TABLE, rate=0.1)
    assert found.condition == math.inf and found.scaled is None
    assert "many values of the parameters serve equally well" in " ".join(str(found).split())
    assert found.outlook.kind == "oscillates"


@pytest.mark.parametrize("rate", [1e-320, 1e-300, 1e-12, 1e12, 1e300])
def test_extreme_rates_are_foretold_without_an_accident(rate):
    found = Loss("u^2 + 1e-10*v^2").diagnose(rate=rate)
    assert found.outlook.kind == ("crawls" if rate < 1 else "diverges")
    assert str(found)


def test_rates_for_a_loss_whose_second_derivative_has_no_numeric_form(monkeypatch):
    def without(*given):
        raise LossError("no numeric form")

    monkeypatch.setattr(curvature, "_compiled", without)
    found = Loss("gamma(w)").diagnose(start=[3])
    assert found.stable_rate == pytest.approx(2 / (2 * (0.9227843351**2 + 0.3949340668)), rel=1e-7)
    assert "from differences of the slopes" in str(found)
