"""What is foretold of momentum on a bowl, against the two equations themselves, worked out step by step."""

from __future__ import annotations

import pytest

import symcalc as sc
from symcalc.training.methods import method_named


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
    assert 0 < suggested < limit and loss.descend(start=[1, 1], rate=suggested, method=momentum, steps=9999).success


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
    assert "by momentum" in str(heavy) and "2 (1 + β)/κ" in str(heavy) and "1 - η κ" not in str(heavy)


def test_what_scaling_cures_is_told_of_momentum_too():
    rows = {"x": [2000, 2001, 2002], "y": [1, 3, 5]}
    found = sc.Loss("mean((y - (m*x + b))^2)").diagnose(rows, start=[0, 0], rate=1e-7, method="momentum")
    run = found.scaled.descend(steps=2000)
    assert run.method.name == "momentum" and run.success
    assert run.rate < found.scaled.stable_rate == pytest.approx(3.8 / found.scaled.curvature.largest)
