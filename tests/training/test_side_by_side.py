"""Many runs side by side: each ends where, when and why it would have ended alone."""

import csv
import json
import math
import pickle
import re
import tracemalloc

import numpy as np
import pytest

import symcalc as sc
from symcalc.compute import estimate
from symcalc.errors import DescentError
from symcalc.training.descent import walk_of
from symcalc.training.many.ended import end_of, ended_briefly
from symcalc.training.many.front import ends_of
from symcalc.training.methods import method, method_named
from symcalc.training.settings import checked_rate, rates_of
from symcalc.training.stops import Stop, Tolerances

RNG = np.random.RandomState(5)
X1, X2 = RNG.rand(40), RNG.normal(size=40)
Y = 2 * X1 + 1 + 0.1 * RNG.normal(size=40)
DATA = {"x": X1, "y": Y, "x1": X1, "x2": X2, "s": np.where(X1 + 0.3 * X2 > 0.4, 1.0, -1.0)}
ROSENBROCK = ("(1-u)^2 + 100*(v-u^2)^2", "", [1e-4, 1e-3, 3e-3])
LINE = ("mean((y - (m*x + b))^2)", "x y", [0.01, 0.5, 1.3])
LOGISTIC = ("mean(ln(1 + exp(-s*(v*x1 + w*x2 + b)))) + 0.01*(v^2 + w^2 + b^2)", "x1 x2 s", [0.01, 0.02, 0.05])
WAVE = ("mean((y - a*exp(-b*x)*cos(w*x))^2)", "x y", [0.01, 0.02, 0.05])
ABSOLUTE = ("mean(abs(y - (m*x + b)))", "x y", [0.01, 0.1, 1.0])
KINKS = ("abs(u) + abs(v-1) + 0.1*u*v", "", [0.1, 0.25, 1.0])
DOMAIN = ("ln(u) + 1/u + (v-1)^2*u", "", [0.01, 0.1, 1.0])
BOTTOMLESS = ("-u^2 + v", "", [0.01, 0.1, 1.0])
CASES = ("max(u, v, 0) + abs(u) + v^3 + u^2 + Piecewise((u, u > 0), (v^2, True))", "", [0.01, 0.1, 1.0])
OWN = method("own", "v = ln(g)", "theta = theta - eta*v")
SIGN = method("sign", "theta = theta - eta*g/abs(g)")


def both(case, by, steps=150, held=(), tolerances=Tolerances(), starts=50):
    """The ends of 50 starts with 3 rates side by side, and each walked alone."""
    formula, columns, paces = case
    loss = sc.Loss(formula, columns=columns)
    table, chosen = loss.table(DATA if columns else None), method_named(by)
    compiled = loss.compile(table)
    rates = [rates_of(checked_rate(rate, chosen), steps) for rate in paces]
    points = np.repeat(np.random.RandomState(7).uniform(-2, 2, (starts, len(loss.names))), len(rates), axis=0)
    pace = list(range(len(rates))) * starts
    walks = [walk_of(loss, table, compiled, chosen, rates[k], tolerances, held) for k in pace]
    return ends_of(walks[0], points, rates, pace), [(walk, *walk.go(at)) for walk, at in zip(walks, points)]


def same(ends, alone):
    """Whether stop, number of updates, cost and point agree; where the next point is outside, that one, too."""
    for run, (walk, stop, last) in enumerate(alone):
        assert (ends.stops[run], ends.updates[run]) == (stop, walk.history.count - 1), run
        np.testing.assert_allclose(ends.points[run], walk.history.points[-1], rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(ends.costs[run], walk.history.costs[-1], rtol=1e-12, atol=1e-12)
        if stop is Stop.OUTSIDE:
            np.testing.assert_allclose(ends.last[run], last, rtol=1e-10)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("by", ["gradient descent", "momentum", "adagrad", "rmsprop", "adam", "adamw"])
@pytest.mark.parametrize("case", [ROSENBROCK, LINE, LOGISTIC, DOMAIN], ids=["scalar", "moments", "tape", "domain"])
def test_every_run_ends_as_it_does_alone(case, by):
    # Where RMSProp arrives, it divides one vanishing number by another, and what rounding left of a sum over rows decides.
    same(*both(case, by, 20 if by == "rmsprop" and case is LOGISTIC else 400 if by == "momentum" and case is LINE else 60))


@pytest.mark.parametrize(("case", "by", "how", "expected"), [
    (LINE, "gradient descent", {"steps": 300}, {Stop.STEPS, Stop.CONVERGED, Stop.DIVERGED}),
    (ABSOLUTE, "gradient descent", {"steps": 200}, {Stop.STEPS, Stop.TWO_CYCLE}),
    (WAVE, "gradient descent", {"starts": 20}, {Stop.STEPS}),
    (KINKS, "gradient descent", {}, {Stop.STEPS}),
    (("abs(u) + (v-1)^2", "", [0.25, 0.5]), "gradient descent", {}, {Stop.TWO_CYCLE}),
    (BOTTOMLESS, "momentum", {}, {Stop.BOTTOMLESS}),
    (CASES, "gradient descent", {}, {Stop.STEPS, Stop.OUTSIDE}),
    (LINE, OWN, {}, {Stop.NO_STEP, Stop.STEPS}),
    (LINE, SIGN, {}, {Stop.STEPS}),
    (LINE, "momentum", {"held": ("m",), "steps": 400}, {Stop.STEPS, Stop.CONVERGED}),
    ((LINE[0], LINE[1], ["0.1/k", 0.2, "1/sqrt(k)"]), "adam", {}, {Stop.STEPS}),
    (("w^2", "", [0.5, 0.25]), "momentum", {"steps": 2000}, {Stop.CONVERGED}),            # the first update is at 0 already
    (("w^2", "", [0.5, 0.25]), method("heavy", "v = 0.5*v + g", "theta = theta - eta*v"), {}, {Stop.CONVERGED}),
    (("w^2", "", ["exp(-1000*k)", 0.3]), "gradient descent", {}, {Stop.STILL, Stop.CONVERGED}),
    (LINE, "gradient descent", {"tolerances": Tolerances(step=1e-4)}, {Stop.STEPS, Stop.SMALL_STEP, Stop.DIVERGED}),
    (LINE, "gradient descent", {"tolerances": Tolerances(cost=1e-6)}, {Stop.STEPS, Stop.SMALL_CHANGE, Stop.DIVERGED}),
], ids=lambda value: value if isinstance(value, str) else None)
def test_every_reason_is_found_where_a_single_run_finds_it(case, by, how, expected):
    ends, alone = both(case, by, **how)
    same(ends, alone)
    assert expected <= set(ends.stops)


@pytest.fixture(scope="module")
def starts():
    return np.random.RandomState(1).uniform(-2, 2, (300, 2))


@pytest.fixture(scope="module")
def runs(starts):
    return sc.Loss("(u^2 - 1)^2 + v^2").sweep(starts=starts, rates=[0.05, 0.3, 0.6], steps=300)


def test_a_whole_run_is_made_again_when_it_is_asked_for(runs, starts):
    loss = sc.Loss("(u^2 - 1)^2 + v^2")
    for k in (0, 1, 500, -1):
        alone = loss.descend(start=starts[range(900)[k] // 3], rate=[0.05, 0.3, 0.6][k % 3], steps=300)
        assert np.array_equal(runs[k].points, alone.points) and runs[k].message == alone.message
        assert runs[k].nit == runs.ended[k].nit and runs[k].stop is runs.ended[k].stop
    assert len(runs) == 900 and len(runs[3:5]) == 2 and runs.best.nit == min(run.nit for run in runs.ended if run.fun < 1e-12)
    held = runs[7]
    assert runs[7] is held and repr(runs) == "<900 runs on J(u, v)>"


def test_the_page_says_where_they_ended_and_how_many(runs):
    page = str(runs)
    converged = [run for run in runs.ended if run.stop is Stop.CONVERGED and run.x[0] > 0]
    line = next(line for line in page.splitlines() if "u = 1, v = 0" in line)
    assert line.split()[:2] == [str(len(converged)), "converged"] and page.count("\n") < 40
    assert "All runs: gradient descent, 3 rates, 300 starts." in page and "runs.best" in page


def test_a_row_for_each_in_files(runs, tmp_path):
    rows = list(csv.DictReader(runs.save(tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()))
    kept = json.loads(runs.save(tmp_path / "a.json").read_text(encoding="utf-8"))["runs"]
    assert len(rows) == len(kept) == 900
    assert [float(row["J"]) for row in rows] == [run.fun for run in runs.ended] == [row["J"] for row in kept]


def test_a_saddle_and_a_maximum_are_told_from_a_minimum():
    points = [[0, v] for v in np.linspace(-1, 1, 70)]
    runs = sc.Loss("u^4 - 2*u^2 + v^2").sweep(starts=points, rate=0.5, steps=20)
    assert {run.stop for run in runs.ended} == {Stop.SADDLE} == {runs[3].stop}


@pytest.mark.parametrize(("formula", "starts", "how", "expected"), [
    ("exp(-w)", (0, 3), {"rate": 0.1, "steps": 50}, {Stop.UNREACHED}),
    ("exp(-w)", (0, 3), {"rate": 0.1, "steps": 7}, {Stop.STEPS}),
    ("exp(-w)", (0, 3), {"rate": 10, "steps": 5000, "tolerance": 1e-3}, {Stop.UNREACHED}),
    ("w^3 + 0.001*w", (0.1, 1), {"rate": 0.1, "steps": 50}, {Stop.STEPS, Stop.UNREACHED}),
    ("w^2 + 3", (1, 2), {"rates": ["0.1/k^2", "exp(-1000*k)"], "steps": 101}, {Stop.CRAWLING, Stop.NO_RATE}),
    ("w^4", (0.1, 1), {"rate": 0.1, "steps": 500, "method": "momentum"}, {Stop.STEPS, Stop.CONVERGED}),
])
def test_the_table_gives_the_reason_that_a_run_gives_alone(formula, starts, how, expected):
    runs = sc.Loss(formula).sweep(starts=np.linspace(*starts, 70)[:, None], **how)
    assert [end.stop for end in runs.ended] == [run.stop for run in runs]
    assert {end.stop for end in runs.ended} == expected


@pytest.mark.parametrize("count", [2, 70])
def test_the_best_of_runs_that_all_went_up_is_the_one_that_went_up_least(count):
    runs = sc.Loss("(w - 3)^2").sweep(start={"w": 0}, rates=1.1 + np.arange(count) / 100, steps=2)
    assert runs.best.rate == 1.1 and "Lowest: J = 18.66" in str(runs)


def test_the_comparison_can_be_pickled(runs):
    again = pickle.loads(pickle.dumps(runs))
    assert str(again) == str(runs) and np.array_equal(again[1].points, runs[1].points)


def test_the_history_is_not_kept():
    points = np.random.RandomState(2).uniform(-1, 1, (1000, 2))
    loss = sc.Loss("(u - 1)^2 + 3*v^2")
    loss.sweep(starts=points, rate=1e-4, steps=2)
    tracemalloc.start()
    loss.sweep(starts=points, rate=1e-4, steps=2000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16e6                     # all points alone would take 32 MB


def test_an_interrupted_sweep_keeps_the_runs_as_far_as_they_came(starts):
    def interrupt(made):
        if made >= 300 * 40:
            raise KeyboardInterrupt
    runs = sc.Loss("(u - 1)^2 + 3*v^2").sweep(starts=starts, rate=1e-4, steps=5000, progress=interrupt)
    assert {run.stop for run in runs.ended} == {Stop.INTERRUPTED} and 40 <= runs.ended[0].nit < 5000
    assert "interrupted" in str(runs)


def test_progress_never_goes_back(starts, monkeypatch):
    """Also where those that ended have left, and many steps are made at once."""
    monkeypatch.setattr(estimate, "COMPILING", -math.inf)
    said = []
    sc.Loss("(u - 1)^2 + v^2").sweep(starts=starts, rates=[0.02, 0.03, 0.04, 1e-5], steps=2000, progress=said.append)
    assert len(said) > 3 and said == sorted(said) and said[-1] == 4 * len(starts) * 2000


@pytest.mark.parametrize("runs", [2, 80])
def test_an_unknown_setting_is_told_by_the_name_of_what_was_called(runs):
    with pytest.raises(TypeError, match=re.escape("sweep() got an unexpected keyword argument 'tol'")):
        sc.Loss("w^2").sweep(starts=range(1, runs + 1), rate=0.1, tol=1e-3)


def test_methods_that_go_alone_stand_beside_those_that_do_not(starts):
    runs = sc.Loss("(u - 1)^2 + 3*v^2").sweep(starts=starts[:30], methods=["adam", "newton", "nesterov"], steps=5)
    assert len(runs) == 90 and not runs.whole
    assert runs.ended[30].nit == 1 and runs[30].method.name == "newton" and np.array_equal(runs[30].x, runs.ended[30].x)


@pytest.mark.parametrize(("settings", "sentence"), [
    ({"starts": np.zeros((70, 3)), "rate": 0.1}, "2 values are needed, one each for u, v"),
    ({"starts": np.full((70, 2), np.nan), "rate": 0.1}, "the start is not finite: u = nan, v = nan"),
    ({"starts": np.zeros((70, 2)), "rate": 0.1}, "the start [0.0, 0.0] is given twice"),
    ({"starts": np.arange(400_000.0).reshape(-1, 2), "rate": 0.1}, "a sweep has at most 100,000 runs"),
    ({"starts": np.arange(200.0).reshape(-1, 2), "rate": 0.1, "hold": "w"}, "w cannot be held, as there is no such parameter"),
])
def test_wrong_starts_get_one_sentence(settings, sentence):
    with pytest.raises(DescentError) as caught:
        sc.Loss("(u - 1)^2 + 3*v^2").sweep(**settings)
    assert sentence in str(caught.value) and "\n" not in str(caught.value)


def test_runs_that_bounce_are_told_as_those_that_are_kept_whole():
    loss, starts = sc.Loss("abs(u - 0.3) + (v - 1)^2"), np.random.RandomState(1).uniform(-1, 1, (40, 2))
    few = loss.sweep(starts=starts[:10], rates=[0.11, 0.001, 0.013], steps=60)
    many = loss.sweep(starts=starts, rates=[0.11, 0.001, 0.013], steps=60)
    told = [ended_briefly(run) for run in few.ended]
    assert len(few.whole) == 30 and not many.whole and told == [ended_briefly(run) for run in many.ended[:30]]
    assert set(told[::3]) == {"steps used up, going up and down"} and set(told[1::3]) == {"steps used up"}
    assert "going up and down" in str(few) and "going up and down" in str(many)


@pytest.mark.parametrize("starts, steps, said", [
    (100, 20, "steps used up, going up and down"),
    (200, 300, "Of 200 of the runs whose steps are used up it was not asked whether they go up and down"),
    (2100, 25, "Of 2,100 of the runs whose steps are used up it was not asked"),
])
def test_a_table_says_where_it_was_not_asked_whether_runs_bounce(starts, steps, said):
    """Over the kink of |w| a rate that stays the same jumps for ever; 50,000 updates are made again to see it."""
    runs = sc.Loss("abs(w) + w^2/100").sweep(starts=[[1 + 2*k/starts] for k in range(starts)], rate=0.45, steps=steps,
                                             method="momentum")
    page = " ".join(str(runs).split())
    assert said in page and ("not asked" in page) is ("not asked" in said)


@pytest.mark.parametrize(("formula", "by", "rates", "steps"), [
    ("10*(u-1)^2 + (v+1)^2", "momentum", [0.15, 0.189999, 0.19, 0.1900001, 0.5], 300), ("cos(u) + sin(v)", "momentum", [1e308], 5),
    ("20*(u-1)^2 + (v+1)^2", "nesterov", [0.02, 0.033], 300), ("1e200*(u^2 + v^2)", "adam", [0.1], 5),
    ("(u-3)^2 + v^2", "momentum", ["max(0, 0.1*(5-k))"], 500),
])
def test_runs_that_swing_end_side_by_side_as_they_do_alone(formula, by, rates, steps):
    loss, starts = sc.Loss(formula), np.column_stack([np.arange(150) * 1e-9, np.ones(150)])
    many = loss.sweep(starts=starts, rates=rates, methods=[by], steps=steps)
    alone = [end_of(loss.descend(start=starts[0], rate=rate, method=by, steps=steps)) for rate in rates]
    assert not many.whole
    assert [(ended_briefly(run), run.nit) for run in many.ended[:len(rates)]] == [(ended_briefly(run), run.nit) for run in alone]
