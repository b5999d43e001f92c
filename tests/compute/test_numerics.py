"""The functions that generated code calls agree with mpmath, from where the textbook formula is fine to where it overflows."""

import math

import mpmath
import numpy as np
import pytest

from symcalc.compute import numerics

POINTS = [-1e308, -1000.0, -745.0, -40.0, -3.5, -1e-9, -0.0, 0.0, 1e-300, 0.7, 18.0, 36.7, 40.0, 709.0, 1000.0, 1e308]


def exact(function, z):
    with mpmath.workdps(60):
        return float(function(mpmath.mpf(z)))


def true_sigmoid(z):
    return exact(lambda u: 1 / (1 + mpmath.exp(-u)), z) if abs(z) < 1e4 else float(z > 0)


def true_softplus(z):
    return exact(lambda u: mpmath.log(1 + mpmath.exp(u)) if u > -100 else mpmath.exp(u), z) if abs(z) < 1e4 else max(z, 0.0)


@pytest.mark.parametrize("z", POINTS)
@pytest.mark.parametrize(("array", "scalar", "true"), [
    (numerics.sigmoid, numerics.scalar_sigmoid, true_sigmoid),
    (numerics.softplus, numerics.scalar_softplus, true_softplus),
], ids=["sigmoid", "softplus"])
def test_both_forms_agree_with_mpmath(array, scalar, true, z):
    with np.errstate(all="ignore"):
        found = float(array(np.float64(z)))
    assert found == pytest.approx(true(z), rel=4e-16, abs=1e-322)
    assert scalar(z) == pytest.approx(true(z), rel=4e-16, abs=1e-322)


@pytest.mark.parametrize("function", [numerics.sigmoid, numerics.softplus, numerics.gamma])
def test_arrays_keep_their_shape_and_are_float64(function):
    values = np.array([[1.0, 2.5, 3.0], [0.5, 4.0, 6.0]])
    found = function(values)
    assert found.shape == values.shape and found.dtype == np.float64
    assert found[1, 2] == function(np.array([6.0]))[0]


@pytest.mark.parametrize(("z", "true"), [(5.0, 24.0), (0.5, math.sqrt(math.pi)), (-1.5, 4 * math.sqrt(math.pi) / 3),
                                         (171.0, math.gamma(171)), (172.0, math.inf), (-3.0, math.nan), (0.0, math.nan)])
def test_gamma_is_inf_or_nan_where_it_has_no_float(z, true):
    assert numerics.gamma(np.array([z]))[0] == pytest.approx(true, rel=1e-15, nan_ok=True)


def test_nan_stays_nan():
    for function in (numerics.sigmoid, numerics.softplus, numerics.gamma):
        assert np.isnan(function(np.array([math.nan]))).all()
