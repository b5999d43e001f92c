"""A run that converges below zero is neither diverging nor bottomless, and one that is bottomless is."""

import numpy as np
import pytest

import symcalc as sc
from symcalc.training.stops import Stop

RNG = np.random.RandomState(0)
X = RNG.randn(50) * 2 + 1
Y = 1 + 2 * X + 0.01 * RNG.randn(50)


@pytest.mark.parametrize(("formula", "start", "rate", "method", "best"), [
    ("w^4 - 3*w^2", -0.07, 0.011, "adam", -2.25),
    ("w^4 - 2*w^2", 0.1, 0.1, "rmsprop", -1.0),
    ("w^4 - 3*w^2", 0.5, 0.0011, "momentum", -2.25),
    ("w^2 - 10^12", 1e6, 0.1, "gradient descent", -1e12),
    ("(w - 1000)^2*10^6 - 10^12", 0.0, 1e-7, "gradient descent", -1e12),
])
def test_a_cost_below_zero_has_not_grown(formula, start, rate, method, best):
    run = sc.Loss(formula).descend(start=[start], rate=rate, method=method, steps=2000)
    assert run.stop not in (Stop.DIVERGED, Stop.BOTTOMLESS) and run.fun == pytest.approx(best, rel=0.02)


def test_a_likelihood_below_zero_goes_on_to_its_minimum():
    run = sc.gaussian_likelihood("y", sc.line("x")).descend(
        {"x": X, "y": Y}, start={"m": 2, "b": 1, "sigma": 0.3}, rate=0.0001, method="adam", steps=4000)
    residual = Y - np.polyval(np.polyfit(X, Y, 1), X)
    assert run.stop is not Stop.DIVERGED and run.fun == pytest.approx(np.log(residual.std() * np.sqrt(2 * np.pi)) + 0.5, abs=0.02)


@pytest.mark.parametrize(("formula", "rate", "method"), [
    ("-w^2", 0.1, "gradient descent"), ("-w", 1e9, "gradient descent"), ("-w", 1e9, "adam"), ("-exp(w)", 1.0, "gradient descent")])
def test_a_loss_without_a_bottom_is_called_so(formula, rate, method):
    run = sc.Loss(formula).descend(start=[1], rate=rate, method=method, steps=1000)
    assert run.stop is Stop.BOTTOMLESS and np.isfinite(run.points).all()


@pytest.mark.parametrize("rows", [31, 32, 200])
def test_data_near_the_largest_number_have_a_cost(rows):
    x = np.linspace(0.5, 1, rows) * 1e307
    value, _ = sc.mean_squared_error("y", sc.line("x")).compile({"x": x, "y": np.full(rows, 3.0)})([0, 0])
    assert value == pytest.approx(9)


def test_slopes_that_are_small_because_the_data_are_are_no_minimum():
    x = RNG.randn(50) * 1e-6
    run = sc.mean_squared_error("y", sc.line("x")).descend({"x": x, "y": 2 * x}, start=[0, 0], rate=0.5, steps=500)
    assert run.stop is Stop.FLAT and not run.success and "J is lowest near m = 2" in run.message
    loose = sc.Loss("(w - 3)^2").descend(start=[0], rate=0.1, steps=200, tolerance=0.1)
    assert loose.success


def test_a_jump_on_a_smooth_loss_is_the_rate_and_no_kink():
    run = sc.Loss("w^4 - 3*w^2").descend(start=[0.5], rate=0.2, steps=500)
    assert run.stop is Stop.TWO_CYCLE and "kink" not in run.message
    assert sc.Loss("w^4 - 3*w^2").descend(start=[0.5], rate=float(run.message.split("ry ")[1][:-1]), steps=500).success


def test_equations_without_a_value_are_named_and_are_no_divergence():
    own = sc.method("own", "theta = theta - eta*ln(g)")
    run = sc.Loss("(w - 3)^2").descend(start=[0], rate=0.1, method=own, steps=5)
    assert run.stop is Stop.NO_STEP and run.message.endswith("have no real value for w, whose slope is -6.")
