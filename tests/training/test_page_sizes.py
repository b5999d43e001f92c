"""The page of 200 updates and three parameters, or four, is small, where it is largest of all: methods and losses that have most to say.

All methods with fifteen losses: python tests/benchmarks/page.py sizes.
"""

from __future__ import annotations

import numpy as np
import pytest

import symcalc as sc
from symcalc.training.stepping.page import page

MOST = 300_000
X = np.linspace(0.2, 5, 40)
DATA = {"x": X, "z": np.cos(3 * X), "y": 0.6 * X + np.sin(np.arange(40))}
LINE, DECAY = "mean((y - (a*z + m*x + b))^2)", "mean((y - a*exp(-m*x) - b)^2)"


@pytest.mark.parametrize(("method", "formula"), [("nesterov", DECAY), ("adamw", DECAY), ("line search", LINE)])
def test_two_hundred_updates_of_three_parameters_stay_small(method, formula):
    run = sc.Loss(formula, columns="x y z").descend(DATA, start=[0.1, -0.2, 0.3], rate=0.003, steps=200, method=method)
    assert run.nit > 150 and len(run.x) == 3                     # a line search is there before
    assert len(page(run).encode()) < MOST


def test_two_hundred_updates_of_a_network_of_four_stay_small():
    network = sc.mean_squared_error("y", sc.network("x", hidden=1))
    run = network.descend(DATA, start=[0.1, -0.2, 0.3, -0.4], rate=0.05, steps=200, method="nesterov")
    assert run.nit == 200 and len(run.x) == 4
    assert len(page(run).encode()) < MOST


def test_a_tangent_so_steep_that_it_leaves_the_floats_leaves_the_picture():
    loss = sc.Loss("mean((y - exp(a*x))^2)", columns="x y")
    run = loss.descend({"x": [1, 2, 300.0], "y": [1, 2, 3.0]}, start=[1], rate=1, method="momentum")
    written = page(run)
    assert abs(run.jac[0]) < 1 < 1e250 < abs(run.gradients[0, 0]) and "nan" not in written.split("<svg")[-1].split("</svg>")[0]
