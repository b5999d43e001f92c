"""The second derivatives read off the code of affine slopes, against those derived by rule and worked out over the rows."""

import numpy as np
import pytest

import symcalc as sc
from symcalc.compute.loops.hessian import affine_hessian
from symcalc.training.shape.curvature import affordable_derivatives, second_derivatives

RNG = np.random.RandomState(4)
X, T, E = RNG.normal(size=(3, 80))
DATA = {"x": X, "t": T, "y": 3 * X - T + E}
BOWLS = {
    "a line": ("mean((y - (m*x + b))^2)", {}),
    "two features": ("mean((y - (v*x + w*t + b))^2) + 0.1*(v^2 + w^2)", {}),
    "an offset": ("mean((y - (m*x + b))^2)", {"x": X + 1e6, "y": X - 1e6}),
    "the same twice": ("mean((y - (v*x + w*t))^2)", {"t": X}),
    "without a say": ("mean((y - (v*x + w*t))^2)", {"t": np.zeros(80)}),
    "a saddle": ("mean(x*y)*u*v - 3*u", {}),
    "without data": ("(u - 3*v)^2/7 + u*v", {}),
    "straight": ("3*u - 2*v", {}),
}


@pytest.mark.parametrize(("formula", "other"), BOWLS.values(), ids=BOWLS)
def test_it_is_the_hessian_by_rule(formula, other):
    loss = sc.Loss(formula, columns=[name for name in "xty" if name in formula])
    data = {name: column for name, column in (DATA | other).items() if name in formula} or None
    compiled, table = loss.compile(data), loss.table(data)
    found, expected = affine_hessian(compiled), second_derivatives(loss, table)(np.ones(len(loss.names)))
    sizes = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    assert np.abs(found - expected).max() <= 1e-13 * max(np.abs(expected).max(), sizes.max())
    assert (found[expected == 0] == 0).all() and (found == found.T).all()
    assert np.array_equal(affordable_derivatives(loss, table, compiled)(np.zeros(len(loss.names))), found)


@pytest.mark.parametrize("formula", ["w^4", "abs(w)", "w^2 + max(0, w)", "exp(w) + w^2", "sqrt(mean((y - w*x)^2))", "v*w^2", "1/w",
                                     "mean((y - w*x)^4)", "mean((y - exp(w)*x)^2)", "mean((y - v*w*x)^2)", "(w^2)^0.5"])
def test_what_is_not_the_same_everywhere_is_asked_elsewhere(formula):
    data = DATA if "x" in formula and "max" not in formula else None
    assert affine_hessian(sc.Loss(formula, columns="x y" if "(y" in formula else "").compile(data and {k: data[k] for k in "xy"})) is None


def test_few_rows_and_many_parameters_are_asked_elsewhere():
    loss = sc.Loss("mean((y - m*x)^2)")
    assert affine_hessian(loss.compile({"x": X[:5], "y": E[:5]})) is None
    many = sc.Loss(" + ".join(f"w{k}^2" for k in range(61)))
    assert affine_hessian(many.compile()) is None


def test_a_parameter_without_a_say_is_still_named():
    run = sc.Loss("mean((y - (v*x + w*t))^2)", columns="x t y").descend(
        {**DATA, "t": np.zeros(80)}, start=[0, 0], rate=0.1, steps=500)
    assert "does not depend on w here" in str(run.message)
