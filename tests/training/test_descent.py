"""The walk: the numbers of known runs, every way in which a run can end, and every start that is refused."""

import math

import numpy as np
import pytest

import symcalc as sc
from symcalc.errors import DataError, DescentError, SymcalcError
from symcalc.training.stops import Stop

ROWS = {"x": [30, 40, 100], "y": [45, 60, 150]}
LINE = "mean((y - (m*x + b))^2)"


def seeded():
    random = np.random.RandomState(225)
    x = random.rand(30)
    return {"x": x, "y": 3 + 50 * x + random.normal(0, 3, 30)}


# Numbers

def test_ten_steps_on_three_rows():
    J = sc.half_mean_squared_error("y", sc.line("x"))
    run = J.descend(ROWS, start={"m": 0, "b": 0}, rate=1e-4, steps=10)
    assert run.history["b"][1] == 0.0085 and run.history["m"][1] == 0.625
    assert run.parameters["b"] == pytest.approx(0.020299740568747532, rel=1e-15)
    assert run.parameters["m"] == pytest.approx(1.4928897448417577, rel=1e-15)


def test_every_step_of_a_run_as_plain_python_takes_it():
    """The same walk by hand, with the partials written out: no code of ours."""
    run = sc.Loss(LINE, columns="x y", parameters="m b").descend(ROWS, start=[0.5, -3], rate=1e-4, steps=25)
    m, b = 0.5, -3.0
    for k in range(26):
        errors = [y - (m * x + b) for x, y in zip(ROWS["x"], ROWS["y"])]
        slope_m = -2 / 3 * math.fsum(x * e for x, e in zip(ROWS["x"], errors))
        slope_b = -2 / 3 * math.fsum(errors)
        assert run.points[k] == pytest.approx([m, b], rel=1e-12)
        assert run.costs[k] == pytest.approx(math.fsum(e * e for e in errors) / 3, rel=1e-10)
        assert run.gradients[k] == pytest.approx([slope_m, slope_b], rel=1e-10, abs=1e-9)
        m, b = m - 1e-4 * slope_m, b - 1e-4 * slope_b


@pytest.mark.parametrize(("rate", "ratio"), [(0.001, "0.97"), (0.005, "0.85"), (0.01, "0.70"), (0.02, "0.40"), (0.03, "0.10"),
                                             (0.04, "-0.20")])
def test_the_ratios_of_the_lesson_on_step_sizes(rate, ratio):
    """n = 30, RSS, b from 3, m = 43 held, κ = 2n = 60."""
    data = seeded()
    J = sc.Loss("sum((y - (43*x + b))^2)", columns="x y")
    run = J.descend(data, start={"b": 3}, rate=rate, steps=3)
    assert run.updates[0].gradient["b"] == pytest.approx(-2 * np.sum(data["y"] - (43 * data["x"] + 3)), rel=1e-13)
    assert round(run.updates[0].gradient["b"], 4) == -232.7607
    for update in run.updates:
        assert f"{update.ratio:.2f}" == ratio and update.ratio == pytest.approx(1 - rate * 60 / 2, abs=1e-12)


@pytest.mark.parametrize("curvature", [0.5, 2.0, 7.0])
@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.9, 1.0, 1.1, 1.5, 1.9, 2.1, 3.0])
def test_the_ratio_is_one_minus_half_rate_times_curvature(curvature, share):
    rate = share / curvature
    run = sc.Loss(f"{curvature}/2*(w - 1)^2").descend(start=[2.5], rate=rate, steps=1)
    assert run.updates[0].ratio == pytest.approx(1 - rate * curvature / 2, abs=1e-12)


# How a run ends: (formula, start, rate, steps), why, how many updates are kept, what the sentence adds

ENDS = [
    (("(w - 3)^2", 0, 0.5, 9), Stop.CONVERGED, 1, ""),
    (("(w - 3)^2", 3, 0.1, 9), Stop.CONVERGED, 0, ""),
    (("abs(w)", 1, 0.25, 9), Stop.CONVERGED, 4, ""),
    (("(w - 3)^2", 0, 0.1, 9), Stop.STEPS, 9, ""),
    (("w^2", 1, 1.1, 5), Stop.STEPS, 5, "The cost rose in the last 5 updates. At the start rates below 1 are stable; try 0.5."),
    (("w^2", 1, 1.1, 1), Stop.STEPS, 1, "The cost rose in the last update. At the start rates below 1 are stable; try 0.5."),
    (("1e10 + w", 1e6, 1e-20, 9), Stop.STILL, 1, ""),
    (("w^2", 1, 1.0, 99), Stop.TWO_CYCLE, 4, "The rate is too large. At the start rates below 1 are stable; try 0.5."),
    (("abs(w)", 1.2, 0.5, 99), Stop.TWO_CYCLE, 6,
     "There is a kink between them, over which any rate that stays the same jumps. "
     "From here a rate that shrinks, 0.5/k, comes closer."),
    (("w^2", 1, 1.1, 99), Stop.DIVERGED, 10, "At the start rates below 1 are stable; try 0.5."),
    (("w^4", 10, 0.1, 99), Stop.DIVERGED, 4, "At the start rates below 0.00167 are stable; try 0.00083."),
    (("(w^2 - 100)^2", 5.8, 0.1, 99), Stop.DIVERGED, 4, "Try 0.00078."),
    (("exp(w) + exp(-w)", 3, 100, 99), Stop.OVERFLOW, 0, "At the start rates below 0.0993 are stable; try 0.05."),
    (("w^2", 1, 1e300, 99), Stop.OVERFLOW, 0, "At the start rates below 1 are stable; try 0.5."),
    (("w^3", -1, 0.1, 99), Stop.BOTTOMLESS, 11, ""),
    (("-w^2", 1, 3, 99), Stop.BOTTOMLESS, 11, ""),
    (("-exp(w)", 1, 1, 99), Stop.BOTTOMLESS, 2, ""),
    (("ln(w)", 1, 2, 9), Stop.OUTSIDE, 0, "ln(w) has no real value at w = -1: ln needs a positive argument."),
    (("ln(w)", 1, 1, 9), Stop.OUTSIDE, 0, "ln(w) has no finite value at w = 0: ln needs a positive argument."),
    (("w + 1/w", 2, 2 / 0.75, 9), Stop.OUTSIDE, 0, "1/w divides by zero at w = 0. Try 0.33."),
    (("sqrt(w)", 1, 2, 9), Stop.OUTSIDE, 0, "1/√w divides by zero at w = 0."),
    (("-ln(1 - w^2)", 0.5, 1, 9), Stop.OUTSIDE, 1,
     "ln(1 - w²) has no real value at w = 4.62121: ln needs a positive argument. At the start rates below 0.45 are stable; "
     "try 0.22."),
    (("ln(w)", -1, 1, 9), Stop.START, 0, "ln(w) has no real value at w = -1: ln needs a positive argument."),
    (("1/w", 0, 1, 9), Stop.START, 0, "1/w divides by zero at w = 0."),
    (("w^(1/3)", -8, 1, 9), Stop.START, 0, "w^(1/3) has no real value at w = -8."),
    (("sqrt(w)", 0, 1, 9), Stop.START, 0, "1/√w divides by zero at w = 0."),
    (("exp(w)", 800, 1, 9), Stop.START, 0, "exp(w) is too large for a floating-point number at w = 800."),
    (("atanh(w)", 1, 1, 9), Stop.START, 0, "atanh(w) has no finite value at w = 1: atanh needs an argument between -1 and 1."),
]


@pytest.mark.parametrize(("given", "stop", "kept", "adds"), ENDS, ids=[f"{g[0]} from {g[1]} at {g[2]}" for g, *_ in ENDS])
def test_every_end_has_its_sentence_and_keeps_what_is_finite(given, stop, kept, adds):
    formula, start, rate, steps = given
    run = sc.Loss(formula).descend(start=[start], rate=rate, steps=steps)
    assert (run.stop, run.nit) == (stop, kept)
    assert run.message == f"{stop.value} {adds}".strip()
    assert run.success == (stop is Stop.CONVERGED)
    if stop is not Stop.START:
        for kept_values in (run.points, run.costs, run.gradients):
            assert np.isfinite(kept_values).all()
    assert len(run.points) == len(run.costs) == len(run.gradients) == kept + 1
    assert str(run).replace("\n", " ").endswith(run.message)


def test_every_end_is_in_the_table_above():
    assert {stop for _, stop, *_ in ENDS} <= set(Stop)


@pytest.mark.parametrize(("given", "stop", "kept", "adds"), [end for end in ENDS if "try " in end[3].lower()])
def test_the_rate_that_is_advised_works(given, stop, kept, adds):
    formula, start, _, _ = given
    advised = float(adds.split("ry ")[1].rstrip("."))
    run = sc.Loss(formula).descend(start=[start], rate=advised, steps=500)
    assert run.costs[-1] <= run.costs[0] and run.stop in (Stop.CONVERGED, Stop.STEPS, Stop.STILL)
    assert (np.diff(run.costs) <= 1e-9 * np.abs(run.costs[:-1])).all()


def test_a_row_is_named_where_it_is_one_row_that_fails():
    run = sc.Loss("mean(ln(x - w))", columns="x").descend(ROWS, start=[35], rate=0.1)
    assert run.stop is Stop.START
    assert run.message.endswith("ln(xᵢ - w) has no real value in row 1 at w = 35: ln needs a positive argument.")


def test_a_diverging_line_says_which_rate_would_have_worked():
    run = sc.Loss(LINE, columns="x y").descend(ROWS, start=[0, 0], rate=0.01, steps=50)
    curvature = np.linalg.eigvalsh(2 * np.cov(np.array([ROWS["x"], [1, 1, 1]]), ddof=0)
                                   + 2 * np.outer([170 / 3, 1], [170 / 3, 1]))[-1]
    assert run.stop is Stop.DIVERGED and f"rates below {2 / curvature:.3g} are stable" in run.message


# What is refused

@pytest.mark.parametrize(("settings", "error", "sentence"), [
    ({"rate": 0}, DescentError, "the rate must be greater than 0, not 0; with a rate of 0 nothing moves"),
    ({"rate": -0.1}, DescentError, "the rate must be greater than 0, not -0.1; a negative rate would climb"),
    ({"rate": math.nan}, DescentError, "the rate is a finite number, not nan"),
    ({"rate": math.inf}, DescentError, "the rate is a finite number, not inf"),
    ({"rate": "fast"}, DescentError, "a rate may change with k, the number of the update, and with nothing else; it has fast"),
    ({"rate": True}, DescentError, "the value of rate is a real number, not bool"),
    ({"rate": 1j}, DescentError, "the value of rate is a real number, not complex"),
    ({"rate": [0.1]}, DescentError, "the value of rate is a real number, not list"),
    ({"rate": 10**400}, DescentError, "the value of rate is not a real number that a float can hold"),
    ({"steps": 0}, DescentError, "steps is a whole number from 1 to 10,000,000, not 0"),
    ({"steps": -3}, DescentError, "steps is a whole number"), ({"steps": 2.5}, DescentError, "steps is a whole number"),
    ({"steps": "5"}, DescentError, "steps is a whole number"), ({"steps": True}, DescentError, "steps is a whole number"),
    ({"steps": None}, DescentError, "steps is a whole number"), ({"steps": 10**8}, DescentError, "steps is a whole number"),
    ({"start": [1]}, DescentError, "2 values are needed, one each for m, b"),
    ({"start": {"m": 1}}, DescentError, "no value for b; the parameters are m, b"),
    ({"start": {"m": 1, "b": 1, "x": 2}}, DescentError, "there is no parameter x"),
    ({"start": {"m": math.nan, "b": 1}}, DescentError, "the start is not finite: m = nan"),
    ({"start": [math.inf, 0]}, DescentError, "the start is not finite: m = inf"),
    ({"start": None}, DescentError, "2 values are needed"),
    ({"start": {"m": "0", "b": 0}}, DescentError, "the value of m is a real"),
    ({"method": "adamm"}, DescentError, "there is no method 'adamm'; did you mean adam?"),
    ({"method": None}, DescentError, "there is no method None"),
    ({"tolerance": -1}, DescentError, "the tolerance is at least 0, not -1"),
    ({"tolerance": math.nan}, DescentError, "the tolerance is a finite number"),
    ({"tolerance": "x"}, DescentError, "the value of tolerance is a real number"),
    ({"start": {"m": 1, "c": 1}}, DescentError, "no value for b, and there is no parameter c; the parameters are m, b"),
    ({"hold": 3}, DescentError, "hold is a text such as 'm b' or a list of names, not 3"),
    ({"progress": 3}, DescentError, "progress is a function of the number of updates made, not int"),
    ({"data": None}, SymcalcError, "needs data"), ({"data": {"x": [1]}}, DataError, "y"),
    ({"data": 5}, DataError, "a table cannot be read"),
    ({"data": "no-such.csv"}, DataError, "there is no file no-such.csv"),
    ({"data": {"x": [1, 2], "y": [1, math.nan]}}, DataError, "column y, row 2"),
])
def test_bad_settings_get_one_sentence(settings, error, sentence):
    given = {"data": ROWS, "start": [0, 0], "rate": 0.01, "steps": 5} | settings
    with pytest.raises(error) as caught:
        sc.Loss(LINE, columns="x y").descend(**given)
    assert sentence in str(caught.value) and "\n" not in str(caught.value) and isinstance(caught.value, ValueError)


@pytest.mark.parametrize(("ask", "sentence"), [
    (lambda J: J.descend(start=[0, 1]), "1 value is needed, for w; write a list"),
    (lambda J: J.descend(start={"v": 0}), "no value for w, and there is no parameter v; the parameter is w"),
    (lambda J: J.descend(start=[0], steps=2).updates["a"], "updates[0] is the first; 'a' is no whole number"),
    (lambda J: J.scale_to("mse"), "the other loss is a Loss too"),
    (lambda J: sc.load_run(3), "give its path, as in load_run('run.json'), not 3"),
])
def test_a_question_that_makes_no_sense_gets_one_sentence(ask, sentence):
    with pytest.raises(SymcalcError) as caught:
        ask(sc.Loss("(w - 3)^2"))
    assert sentence in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(("formula", "how", "sentence"), [
    ("(eta - 3)^2", {}, "η is the learning rate; the parameter η is another letter"),
    ("(k - 3)^2", {"rate": "0.1/k"}, "k is the number of the update"),
    ("(k - 3)^2", {"method": "adam"}, "k is the number of the update"), ("(k - 3)^2", {}, None),
    ("(beta1 - 3)^2", {"method": "adam"}, "β₁ is a setting"), ("(beta1 - 3)^2", {}, None),
    ("(p - 3)^2", {"method": "newton"}, "p is Newton's step"), ("(p - 3)^2", {}, None),
    ("w^2 + v_w^2", {"method": "momentum"}, "v_w is carried from step to step"), ("w^2 + v^2", {"method": "momentum"}, None),
])
def test_a_parameter_written_like_a_letter_of_the_method_is_told_apart(formula, how, sentence):
    """It is another letter in every computation, so the run is right; the page says which is which."""
    J = sc.Loss(formula)
    run = J.descend(start=[1] * len(J.names), steps=1, **how)
    said = " ".join(str(run).split())
    assert run.nit == 1 and ("In the equations of the method" in said) == (sentence is not None)
    assert sentence is None or sentence in said


@pytest.mark.parametrize("rate", [np.float32(0.25), 1, np.int64(1), 0.25])
def test_any_real_number_is_a_rate(rate):
    run = sc.Loss("w^2/2").descend(start=[8], rate=rate, steps=np.int64(1))
    assert run.rate == float(rate) and type(run.rate) is float and run.x[0] == 8 * (1 - rate)


def test_the_tolerance_is_where_a_run_stops():
    run = sc.Loss("(w - 3)^2").descend(start=[0], rate=0.25, steps=1000, tolerance=1e-3)
    assert run.stop is Stop.CONVERGED and abs(run.jac[0]) <= 1e-3 < abs(run.gradients[-2, 0])
    exact = sc.Loss("(w - 3)^2").descend(start=[0], rate=0.3, steps=1000, tolerance=0)
    assert exact.stop in (Stop.CONVERGED, Stop.STILL) and exact.x[0] == pytest.approx(3, abs=1e-15)


def test_least_squares_is_where_a_long_run_ends():
    """Against the normal equations, solved by NumPy."""
    data = seeded()
    run = sc.mean_squared_error("y", sc.line("x")).descend(data, start=[0, 0], rate=0.5, steps=20_000)
    slope, intercept = np.polyfit(data["x"], data["y"], 1)
    assert run.stop is Stop.CONVERGED and run.nit < 20_000
    assert run.parameters == pytest.approx({"m": slope, "b": intercept}, rel=1e-9)
