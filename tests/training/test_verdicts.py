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
