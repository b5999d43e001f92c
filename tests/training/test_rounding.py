"""Near a minimum rounding is not read as a ratio, by J's own size, by that of terms that cancel, and of the rows."""

import json
import math
from itertools import pairwise

import mpmath
import numpy as np
import pytest

import symcalc as sc
from symcalc.pages.numbers import short
from symcalc.training.rounding import scatter_at

X = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
ROWS = {"x": X, "y": 2 * X + 0.1}
LINE = "mean((y - (m*x + b))^2)"
SPREAD = "mean(y^2 - 2*y*(m*x + b) + (m*x + b)^2)"

# The loss, the same in mpmath, the start and how it descends; whether rounding comes to decide on its ratios
ENDS = [
    ("(w - 3)^2", lambda w: (w - 3)**2, 0.0, 0.1, False), ("(w - 3)^2 + 1", lambda w: (w - 3)**2 + 1, 0.0, 0.1, True),
    ("w^2 - 2*w + 1", lambda w: w**2 - 2*w + 1, 0.0, 0.1, True),
    ("w^2 - 6.6*w + 10.89", lambda w: w**2 - mpmath.mpf("6.6")*w + mpmath.mpf("10.89"), 0.0, 0.1, True),
    ("(w^2 - 2*w + 1)^2 + w^2 - 2*w + 1", lambda w: (w**2 - 2*w + 1)**2 + w**2 - 2*w + 1, 0.0, 0.1, True),
    ("exp(w) - 2*w", lambda w: mpmath.exp(w) - 2*w, 0.0, 0.1, True),
    ("exp(w) - 1 - w", lambda w: mpmath.exp(w) - 1 - w, 1.0, 0.1, True),
    ("(exp(w) - 2)^2", lambda w: (mpmath.exp(w) - 2)**2, 0.0, 0.1, False),
    ("1 - cos(w)", lambda w: 1 - mpmath.cos(w), 1.0, 0.3, True), ("w^4", lambda w: w**4, 1.0, 0.1, False),
    ("abs(w - 1)*(w - 1)^2", lambda w: abs(w - 1)**3, 2.0, 0.1, False),
]


@pytest.mark.parametrize(("loss", "oracle", "start", "rate", "hidden"), ENDS, ids=[case[0] for case in ENDS])
def test_a_ratio_that_is_shown_is_that_of_many_digits(loss, oracle, start, rate, hidden):
    run = sc.Loss(loss).descend(start=[start], rate=rate, steps=300)
    with mpmath.workdps(60):
        there = [oracle(mpmath.mpf(float(w))) for w in run.points[:, 0]]
        changes = [float(after - before) for before, after in pairwise(there)]
    shown = [update for update in run.updates if math.isfinite(update.ratio)]
    for update in shown:
        assert update.ratio == pytest.approx(changes[update.k - 1] / update.expected_change, abs=0.03), update
    assert run.lost.any() == hidden and len(shown) == run.nit - run.lost.sum()
    table = [line.split()[-1] for line in str(run).splitlines() if line[:4].strip().isdigit()]
    assert (table[-1] == "-") == hidden
    assert ("lost in the rounding of J" in " ".join(str(run.updates[-1]).split())) == hidden
    assert run.updates[-1].as_dict()["ratio"] is None if hidden else 0 < run.updates[-1].ratio < 1.01
    ratios = run.summary().ratios
    assert ratios[0] > 0 and ratios[1] < 1.05


@pytest.mark.parametrize(("loss", "hidden"), [(LINE, False), (SPREAD, True)])
@pytest.mark.parametrize("rows", [1, 500])
def test_rows_whose_terms_cancel(loss, hidden, rows, tmp_path):
    data = {name: np.tile(values, rows) for name, values in ROWS.items()}
    run = sc.Loss(loss, parameters="m b").descend(data, start=[0, 0.5], rate=0.05, steps=1500)
    ratios = np.array([update.ratio for update in run.updates])
    kept = ratios[np.isfinite(ratios)]
    assert len(kept) > 300 and kept.min() > 0.4 and kept.max() < 1.06
    assert hidden == run.lost.any() or (rows > 1 and not run.lost.any())       # sums in closed form need not cancel at all
    loaded = sc.load_run(run.save(tmp_path / "run.json"))                      # without the data, which tell no more
    assert str(loaded).endswith(str(run).partition("\n\n")[2]) and np.array_equal(loaded.lost, run.lost) and loaded.replay(data).same


@pytest.mark.parametrize("method", ["newton", "momentum", "adam", "line search"])
def test_methods_that_leap_are_not_called_rounding(method):
    run = sc.Loss("(w - 1/3)^4").descend(start=[2], method=method, steps=60, tolerance=1e-30)
    with mpmath.workdps(60):
        third = mpmath.mpf(float(np.float64(1) / 3))
        there = [(mpmath.mpf(float(w)) - third)**4 for w in run.points[:, 0]]
    lost = [update.k for update in run.updates if update.is_lost_in_rounding and update.expected_change]
    assert all(abs(there[k - 1]) < 1e-40 for k in lost)


def test_the_scatter_is_that_of_the_terms():
    for size in (1.0, 1e6):
        loss = sc.Loss(f"(w - 3)^2 + {size:g} - {size:g}*cos(w - 3)")
        assert 1e-17 * size < scatter_at(loss.compile(), np.array([3.0 + 1e-6]), np.array([3.0 + 2e-6])) < 1e-14 * size


def test_a_file_tells_the_rounding_as_a_number(tmp_path):
    path = sc.Loss("w^2 - 2*w + 1").descend(start=[0], rate=0.1, steps=200).save(tmp_path / "run.json")
    data = json.loads(path.read_text(encoding="utf-8"))
    data["replay"]["rounding"] = "much"
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(sc.DataError, match=r"replay.rounding is a finite number of at least 0, not 'much'"):
        sc.load_run(path)


# The loss, the true ratio of a step from its ends, the start and the rate; how many of the ratios are shown
SHOWN = [
    ("w^2 - 6*w + 9", lambda w, v: ((v - 3)**2 - (w - 3)**2)/(2*(w - 3)*(v - w)), 3.001, 0.1, range(25, 40)),
    ("1000000 + 0.0001*w^4", lambda w, v: (v**4 - w**4)/(4*w**3*(v - w)), 1.0, 1000.0, range(10, 40)),
    ("abs(w) + 1", lambda w, v: (abs(v) - abs(w))/((1 if w > 0 else -1)*(v - w)), 3e-11, 1e-10, range(4, 5)),
    ("w^2 - 6*w + 9 + 1000000*(1 - cos(w - 3))",
     lambda w, v: ((v - 3)**2 - (w - 3)**2 - 10**6*(mpmath.cos(v - 3) - mpmath.cos(w - 3)))
     / ((2*(w - 3) + 10**6*mpmath.sin(w - 3))*(v - w)), 3.0001, 1e-7, range(20, 110)),
]


@pytest.mark.parametrize(("loss", "ratio", "start", "rate", "shown"), SHOWN, ids=[case[0] for case in SHOWN])
def test_what_counts_is_how_far_the_terms_round_j_not_its_size(loss, ratio, start, rate, shown):
    run = sc.Loss(loss).descend(start=[start], rate=rate, steps=110, tolerance=0)
    with mpmath.workdps(50):
        points = [mpmath.mpf(float(w)) for w in run.points[:, 0]]
        known = {update: float(ratio(*points[update.k - 1:update.k + 1])) for update in run.updates if math.isfinite(update.ratio)}
    assert len(known) in shown and math.isfinite(run.updates[0].ratio)
    assert all(update.ratio == pytest.approx(true, rel=0.05, abs=0.05) for update, true in known.items())


def test_what_goes_up_and_down_by_rounding_has_arrived():
    run = sc.Loss("w^2 - 6*w + 9").descend(start=[3.001], rate=0.1, steps=110, tolerance=0)
    assert run.message == sc.Loss("w^2 - 6*w + 9").descend(start=[0], rate=0.1, steps=300, tolerance=0).message
    assert "as close as floating-point numbers let it come" in run.message


# The loss, the same in mpmath, start and rate; whether rounding comes to decide on ratios that J and its slopes agree on
TO_THE_LAST_DIGIT = [
    ("(exp(w) - 2)^2", lambda w: (mpmath.exp(w) - 2)**2, 0.0, 0.1, True),
    ("(exp(w) - 2)^2", lambda w: (mpmath.exp(w) - 2)**2, 1.0, 0.03, True),
    ("(sin(w) - 0.5)^2", lambda w: (mpmath.sin(w) - 0.5)**2, 0.0, 0.1, True),
    ("(w - 0.5)^2", lambda w: (w - 0.5)**2, 0.0, 0.1, False), ("(w - 3)^2", lambda w: (w - 3)**2, 0.0, 0.03, False),
    ("w^2", lambda w: w**2, 1.0, 0.1, False),
]


@pytest.mark.parametrize("loss, oracle, start, rate, hidden", TO_THE_LAST_DIGIT)
def test_a_ratio_is_right_to_the_last_step_or_not_told(loss, oracle, start, rate, hidden):
    run = sc.Loss(loss).descend(start=[start], rate=rate, steps=300, tolerance=0)
    with mpmath.workdps(80):
        there = [oracle(mpmath.mpf(float(w))) for w in run.points[:, 0]]
        changes = [float(after - before) for before, after in pairwise(there)]
    told = {update.k: update for update in run.updates if math.isfinite(update.ratio)}
    for k, update in told.items():
        assert update.ratio == pytest.approx(changes[k - 1] / update.expected_change, abs=0.015), k
    moved = {update.k for update in run.updates if update.expected_change}
    assert (len(told) < len(moved)) is hidden and len(told) > 15


@pytest.mark.parametrize("offset", [1e3, 1e6])
@pytest.mark.parametrize("steps", [1, 4])
def test_a_cost_that_is_rounding_is_shown_as_none(tmp_path, offset, steps):
    """Multiplied out, J comes out below 0, where no mean of squares is; that is said, also of a run out of a file."""
    x = offset + np.arange(5.0)
    squares, opened = (sc.Loss(formula, columns="x y").descend({"x": x, "y": 2*x + 1}, start=[0, 0], method="newton", steps=steps, tolerance=0)
                       for formula in ("mean((y - (m*x + b))^2)", "mean(y^2 - 2*y*(m*x + b) + (m*x + b)^2)"))
    assert opened.costs[1] < 0 and opened.history["J"] is opened.costs and opened.told_costs[1] == 0
    opened.save(tmp_path / "run.json")
    for run in (opened, sc.load_run(tmp_path / "run.json")):
        for shown in (run, run.summary()):
            assert "Where the terms of J cancel, what is left of it is their rounding: a J of no more than" in " ".join(str(shown).split())
        assert run.updates[0].actual_change == -run.costs[0] and run.updates[0].ratio == pytest.approx(0.5)
    assert f"actual ΔJ = 0 - {short(opened.costs[0])}" in str(opened.updates[0])
    assert "rounding" not in str(squares) and (squares.told_costs == squares.costs).all()


@pytest.mark.parametrize(("formula", "how"), [
    ("(exp(w) - 2)^2", {"method": "newton", "steps": 12}), ("w^4", {"rate": 0.05, "steps": 3000}), ("abs(w - 1)", {"rate": 0.25, "steps": 9}),
    ("(w - 1)^2*(w + 2)^2", {"rate": 0.05, "steps": 300}), ("log(1 + w^2)", {"rate": 0.2, "steps": 200}), ("w^2", {"rate": 0.4, "steps": 200})])
def test_a_small_cost_that_is_none_of_rounding_is_shown(formula, how):
    run = sc.Loss(formula).descend(start=[0.5], tolerance=0, **how)
    assert run.blur is None and run.told_costs is run.costs
