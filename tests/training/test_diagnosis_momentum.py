"""What a diagnosis foretells for momentum, Nesterov's and methods of one's own; and that it says so where it cannot."""

from dataclasses import replace

import numpy as np
import pytest

import symcalc as sc
from symcalc.training.diagnosis.momentum import Momentum, momentum_of
from symcalc.training.methods import METHODS, method_named

V, THETA, HEAVY = "v = beta*v - eta*g", "theta = theta + v", ("v = beta*v + g", "theta = theta - eta*v")
LONG = sc.Loss("(u - 2)^2 + 20*(v - 1)^2")
BOWL = sc.Loss("(w - 3)^2 + 10*(v + 1)^2")


@pytest.mark.parametrize("ahead", [False, True])
@pytest.mark.parametrize("beta", [0.0, 0.3, 0.9, 0.99])
def test_the_limit_and_the_pace_are_those_of_the_steps_themselves(beta, ahead):
    momentum = Momentum(beta=beta, ahead=ahead)
    for product in (0.3, 1.3, 0.99 * momentum.limit, 1.01 * momentum.limit):
        step = np.array([[1.0, 0], [1, 1]]) @ np.array([[beta * (1 - product * ahead), -product], [0, 1]])
        radius = np.abs(np.linalg.eigvals(step)).max()
        assert momentum.shrinking(product) == pytest.approx(radius, rel=1e-6)
        assert (radius < 1) == (product < momentum.limit)


def test_a_run_settles_below_the_limit_of_nesterov_and_not_above():
    limit = LONG.diagnose(method="nesterov").stable_rate
    assert limit == pytest.approx(3.8 / (2.8 * 40))
    near, far = (LONG.descend(start=[0, 0], rate=share * limit, method="nesterov", steps=400).parameters
                 for share in (0.98, 1.02))
    assert abs(near["v"] - 1) < 1e-3 < 1 < abs(far["v"] - 1)
    page = str(LONG.diagnose(start=[0, 0], rate=0.035, method="nesterov"))
    assert "2 (1 + 0.9)/((1 + 2 · 0.9) · 40)" in page and "it diverges: the rate is 1.03 times the largest stable one" in page


MOMENTUM, NESTEROV = Momentum(beta=0.5), Momentum(beta=0.5, ahead=True)


@pytest.mark.parametrize(("equations", "settings", "found"), [
    ((V, THETA), {"beta": 0.5}, MOMENTUM), (("v = -eta*g + v*beta", "theta = v + theta"), {"beta": 0.5}, MOMENTUM),
    (HEAVY, {"beta": 0.5}, MOMENTUM), (("v = 0.5*v - eta*g", THETA), {}, MOMENTUM),
    ((V, THETA), {"beta": 0.5, "slope_at": "theta + beta*v"}, NESTEROV), (("theta = theta - eta*g",), {}, Momentum()),
    ((V, THETA), {"beta": 1.0}, None), ((V, THETA), {"beta": -0.5}, None), (("theta = theta - 2*eta*g",), {}, None),
    (("v = beta*v + (1 - beta)*g", "theta = theta - eta*v"), {"beta": 0.5}, None), (("theta = theta - eta*g/k",), {}, None),
    ((V, THETA), {"beta": 0.5, "slope_at": "theta - beta*v"}, None), (("theta = theta - eta*g^2",), {}, None),
    (("theta = theta - eta*p",), {}, None), (("theta = theta - eta*g + 1",), {}, None),
    (("theta = theta*(1 - eta*g)",), {}, None),
])
def test_a_method_is_known_by_what_its_equations_do(equations, settings, found):
    assert momentum_of(sc.method("mine", *equations, **settings)) == found


def test_of_the_table_three_are_known():
    assert [name for name in METHODS if momentum_of(method_named(name))] == ["gradient descent", "momentum", "nesterov"]


@pytest.mark.parametrize(("method", "said"), [
    ("coordinate descent", "symcalc does not know the largest stable rate of coordinate descent."),
    (method_named("momentum").with_settings(beta=1.0),
     "symcalc does not know the largest stable rate of momentum with beta = 1."),
    ("adam", "symcalc does not know the largest stable rate of adam."),
    ("line search", "By line search every step looks for a rate of its own."),
])
def test_where_no_limit_is_known_none_is_offered(method, said):
    found = LONG.diagnose(start=[0, 0], rate=0.05, method=method)
    assert said == found.sentence and said in " ".join(str(found).split())
    assert "gradient descent" not in str(found) and "Suggested" not in str(found)
    assert (found.stable_rate, found.suggested_rate, found.outlook) == (None, None, None)
    assert found.condition == found.as_dict()["condition"] == 20 and "condition number" in str(found)


def test_the_columns_are_scaled_for_every_method():
    J, data = sc.Loss("mean((y - (m*x + b))^2)"), {"x": [1000, 1001, 1003], "y": [1, 2, 3]}
    found = J.diagnose(data, start=[0, 0], method="adam")
    assert "With these columns the condition number is 1.\n" in str(found) and found.scaled.stable_rate is None
    assert found.scaled.descend(steps=1).method == method_named("adam")
    assert J.diagnose(data, method="nesterov").scaled.stable_rate == pytest.approx(3.8 / 2.8 / 2)


@pytest.mark.parametrize(("rate", "suggested"), [
    (0.05, None), (0.17, None), (0.0014, None), (0.1899, "0.0014"), (0.25, "0.0014")])
def test_within_the_range_of_rates_that_shrink_alike_none_is_suggested(rate, suggested):
    page = str(BOWL.diagnose(start=[0, 0], rate=rate, method="momentum"))
    assert (f"Suggested: the rate {suggested}. " in page) if suggested else ("Suggested" not in page)


@pytest.mark.parametrize("top", [1.0, 3.0, 1e4])
@pytest.mark.parametrize("beta", [0.2, 0.9])
def test_no_rate_is_much_faster_than_the_one_suggested(beta, top):
    method = Momentum(beta=beta)
    suggested, *others = (max(method.shrinking(rate), method.shrinking(top * rate)) for rate in (
        method.suggested_rate((1.0, top)), *np.linspace(1e-3, 0.999, 200) * method.limit / top))
    assert min(others) > suggested**1.1


@pytest.mark.parametrize(("steps", "kind", "said"), [
    (None, "oscillates", "converges, swinging"), (100, "oscillates", "in the long run."),
    (40, "oscillates", "in the long run, and there are only 40."), (10, "crawls", "converges slowly, swinging")])
def test_slow_is_what_does_not_halve_the_distance(steps, kind, said):
    found = sc.Loss("w^2").diagnose(start=[1], rate=0.1, steps=steps, method="momentum")
    assert found.outlook.kind == kind and said in found.sentence and "hardly" not in found.sentence
    assert "Suggested" not in str(found)


@pytest.mark.parametrize("method", ["gradient descent", "momentum", "adam"])
@pytest.mark.parametrize(("formula", "nature"), [("w^2", "It is a minimum."), ("w^2 - w^4", "It is a minimum.")])
def test_at_rest_nothing_more_is_foretold(formula, nature, method):
    found = sc.Loss(formula).diagnose(start=[0], rate=0.1, method=method)
    page = str(found)
    assert nature in page and not any(word in page for word in ("converge", "Suggested", "takes J", "At the rate"))
    if method != "adam":
        assert found.sentence == "Every slope is 0 at the start, so no step leads away from it."


def test_the_start_of_another_loss_is_spoken_of_as_such():
    found = sc.Loss("w^4").diagnose(start=[1], rate=0.3, method="nesterov")
    assert found.sentence.startswith("If the curvature stayed as it is at the start, Nesterov's momentum would diverge: the")
    assert replace(found, rate=None).sentence.startswith("At the start rates below 0.113 are stable")


def test_a_run_of_one_update_says_so():
    assert repr(sc.Loss("w^2").descend(start=[1], steps=1)) == "<run of gradient descent: 1 update, steps>"
