"""What is said of runs and rates in cases that are seldom met, against the equations worked out by hand."""

from __future__ import annotations

import math
from itertools import pairwise

import mpmath
import pytest

import symcalc as sc
from symcalc.training.methods import method_named

BOWL = "(w - 3)^2 + (v - 1)^2"
PULLED = "The method {} would go on all the same: its equations move a parameter even without a slope."


@pytest.mark.parametrize("method, start, pulled", [
    ("adamw", [3, 1], True), ("adam", [3, 1], False), ("momentum", [3, 1], False), ("nesterov", [3, 1], False),
    ("gradient descent", [3, 1], False), ("adamw", [2, 1], None),
    (sc.method("drift", "theta = theta - eta*g - 0.1*eta"), [3, 1], True),
    (sc.method("none", "s = s + g^2", "theta = theta - eta*g/sqrt(s)"), [3, 1], False),           # 0/0 is no pull
], ids=lambda value: getattr(value, "name", str(value)))
def test_a_method_that_pulls_at_a_minimum_says_so(method, start, pulled):
    run = sc.Loss(BOWL).descend(start=start, method=method, steps=5)
    said = PULLED.format(getattr(method, "name", method))
    assert (said in run.message) is bool(pulled)
    assert (run.nit == 0 and run.success) is (pulled is not None)


def test_no_pull_where_the_parameters_are_zero():
    """Weight decay λ θ is 0 there: the minimum of J is the method's own."""
    assert sc.Loss("w^2").descend(start=[0], method="adamw").message.endswith("to within the tolerance.")


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


# Momentum on a bowl: what is foretold, against the recurrence itself

def settles(product: float, beta: float) -> float:
    """The distance that is left of 1 after 4,000 steps of the two equations, by hand."""
    theta, speed = 1.0, 0.0
    for _ in range(4000):
        speed = beta * speed - product * theta
        theta += speed
        if abs(theta) > 1e6:
            break
    return abs(theta)


@pytest.mark.parametrize("beta", [0.1, 0.5, 0.9, 0.99])
def test_momentum_is_stable_up_to_the_rate_that_is_told(beta):
    momentum = method_named("momentum").with_settings(beta=beta)
    loss = sc.Loss("3*w^2 + v^2")
    limit = loss.diagnose(method=momentum).stable_rate
    assert limit == pytest.approx(2 * (1 + beta) / 6, rel=1e-12)
    assert settles(6 * limit * 0.998, beta) < 0.1 and settles(6 * limit * 1.002, beta) > 1e3
    for share, kind in ((0.5, {"oscillates", "crawls"}), (1.0, {"jumps"}), (1.01, {"diverges"})):
        assert loss.diagnose(method=momentum, rate=share * limit).outlook.kind in kind
    suggested = loss.diagnose(method=momentum).suggested_rate
    assert 0.8 * limit / 2 < suggested < limit and loss.descend(start=[1, 1], rate=suggested, method=momentum, steps=9999).success


@pytest.mark.parametrize("beta, rate", [(0.5, 0.3), (0.5, 0.02), (0.9, 0.1), (0.9, 0.001), (0.2, 0.39)])
def test_the_pace_of_momentum_is_the_one_that_is_told(beta, rate):
    """Twice as many steps as two digits take, and the steps in which two more come: their number is foretold."""
    loss, momentum = sc.Loss("3*w^2 + v^2"), method_named("momentum").with_settings(beta=beta)
    found = loss.diagnose(method=momentum, rate=rate, steps=9_000).outlook
    run = loss.descend(start=[1, 1], rate=rate, method=momentum, steps=9_000, tolerance=0)
    size = abs(run.points).max(axis=1)
    reached = [int((size >= level).nonzero()[0].max()) for level in (1e-20, 1e-60)]
    assert (reached[1] - reached[0]) / 40 == pytest.approx(found.per_digit, rel=0.05)
    assert found.factor == pytest.approx(10**(-1 / found.per_digit), rel=1e-9)


def test_what_is_foretold_is_foretold_of_its_method():
    loss = sc.Loss("3*w^2")
    plain, heavy = loss.diagnose(rate=0.5), loss.diagnose(rate=0.5, method="momentum")
    assert plain.outlook.kind == "diverges" and heavy.outlook.kind == "oscillates"
    for method in ("adam", "newton", "nesterov", "line search", method_named("momentum").with_settings(beta=1.5)):
        other = loss.diagnose(rate=0.5, start=[1], method=method)
        named = getattr(method, "name", method)
        assert other.stable_rate is other.suggested_rate is other.outlook is other.cost_after is None
        assert f"sets no limit to the rate of {named}. By gradient descent rates below 0.333 would be" in other.sentence
    assert "by momentum" in str(heavy) and "2 (1 + β)/κ" in str(heavy) and "1 - η κ" not in str(heavy)


def test_what_scaling_cures_is_told_of_momentum_too():
    rows = {"x": [2000, 2001, 2002], "y": [1, 3, 5]}
    found = sc.Loss("mean((y - (m*x + b))^2)").diagnose(rows, start=[0, 0], rate=1e-7, method="momentum")
    run = found.scaled.descend(steps=2000)
    assert run.method.name == "momentum" and run.success
    assert run.rate < found.scaled.stable_rate == pytest.approx(3.8 / found.scaled.curvature.largest)


@pytest.mark.parametrize("beta", [0.5, 0.9])
def test_a_point_that_turns_around_is_not_still(beta):
    """With ηλ = 1 + β momentum makes of the distance e₀ the sequence e₀, -β e₀, -β e₀, β² e₀, β² e₀, ..."""
    momentum = method_named("momentum").with_settings(beta=beta)
    loss = sc.Loss("w^2")
    run = loss.descend(start=[1], rate=(1 + beta) / 2, steps=2000, method=momentum)
    assert run.success and run.nit > 2 * math.log(1e-10) / math.log(beta) - 4
    ends = loss.sweep(starts=[[1], [2], [-4], [0.25]], rate=(1 + beta) / 2, steps=2000, method=momentum)
    assert [ended.nit for ended in ends.ends] == [whole.nit for whole in ends]
    assert all(ended.success for ended in ends)


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
