"""What is said of runs and rates in cases that are seldom met, against the equations worked out by hand."""

from __future__ import annotations

import math
from itertools import pairwise

import mpmath
import pytest

import symcalc as sc

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
