"""A method is a formula; what is printed is what runs."""

import numpy as np
import pytest

import symcalc as sc
from symcalc.errors import DescentError
from symcalc.training.methods import METHODS, RATE, SLOPE, THETA, Method, method_named
from symcalc.written import mul, subtract


def test_gradient_descent_is_its_formula():
    method = method_named("gradient descent")
    assert sc.text(method.update) == "θ - η g"
    step, source = method.step()
    theta, slope = np.array([1.0, -2.0, 3.0]), np.array([0.5, 0.25, -4.0])
    assert step(theta, slope, 0.1).tolist() == (theta - 0.1 * slope).tolist()
    assert "def update(p0, p1, p2)" in source and source.startswith("# p0 is θ; p1 is g; p2 is η")


def test_another_formula_runs_just_so():
    step, _ = Method(name="twice", update=subtract(THETA, mul(RATE, SLOPE, SLOPE))).step()
    assert step(np.array([1.0]), np.array([3.0]), 0.5).tolist() == [-3.5]


@pytest.mark.parametrize("name", ["adam", "", "Gradient Descent", None, 5, ["gradient descent"], {"a": 1}])
def test_an_unknown_method_is_named_with_those_there_are(name):
    with pytest.raises(DescentError, match=r"there is no method .*; the methods are gradient descent"):
        method_named(name)


def test_the_table_cannot_be_changed():
    with pytest.raises(TypeError):
        METHODS["adam"] = METHODS["gradient descent"]
