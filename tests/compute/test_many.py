"""Loss and gradient at many points over the rows at once, beside each point alone."""

import numpy as np
import pytest

import symcalc as sc

RNG = np.random.RandomState(3)


@pytest.mark.parametrize("rows", [1, 7, 3_000])
@pytest.mark.parametrize("formula", [
    "mean(ln(1 + exp(-y*(v*x1 + w*x2 + b))))", "mean((y - v*exp(-w*x1)*cos(b*x2))^2)", "mean(abs(y - v*x1)) + w^2*b",
    "sum(max(v*x1, w*x2, 0)^2) + mean(b*x1*y)", "mean(tanh(v*x1 + w)^2)*exp(-mean(tanh(b*x2)^2))",
    "mean(logsumexp(v*x1, w*x2, b)) + mean(erf(v*x1))", "mean(Piecewise((v*x1, x1 > w), (b, True))^4)",
])
def test_many_points_are_what_each_is_alone(formula, rows):
    data = {name: RNG.normal(size=rows) for name in ("x1", "x2", "y")}
    loss = sc.Loss(formula, parameters="v w b")
    f = loss.compile({name: column for name, column in data.items()})
    points = RNG.normal(size=(600, 3))
    values, slopes = f.across(points)
    for at in (0, 1, 511, 512, 599):
        value, gradient = f.at(points[at])
        np.testing.assert_allclose(values[at], value, rtol=1e-12)
        np.testing.assert_allclose(slopes[at], gradient, rtol=1e-11, atol=1e-12)


def test_no_points_and_points_without_a_value():
    f = sc.Loss("mean(ln(w*x))").compile({"x": [1.0, 2.0]})
    assert [part.shape for part in f.across(np.empty((0, 1)))] == [(0,), (0, 1)]
    values, _ = f.across(np.linspace(-1, 2, 10)[:, None])
    assert np.isnan(values[:3]).all() and np.isfinite(values[4:]).all()
