"""Where no slope drives a run any more: whether its method would go on all the same, and a point that only turns around."""

from __future__ import annotations

import math

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
