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


# Error function, digamma, logarithms, log-sum-exp and softmax

@pytest.mark.parametrize("z", [1e-300, 1e-9, 0.01, 0.3, 1.0, 1.4616, 2.0, 9.99, 10.0, 171.0, 1e6, 1e300])
def test_digamma_to_thirteen_digits(z):
    true = exact(mpmath.digamma, z)
    assert numerics.scalar_digamma(z) == pytest.approx(true, rel=1e-13, abs=1e-13)
    assert numerics.digamma(np.array([z]))[0] == pytest.approx(true, rel=1e-13, abs=1e-13)


@pytest.mark.parametrize("z", [0.0, -0.5, -3.0, math.nan])
def test_digamma_is_nan_where_its_argument_is_not_positive(z):
    assert math.isnan(numerics.scalar_digamma(z)) and np.isnan(numerics.digamma(np.array([z]))[0])


@pytest.mark.parametrize(("z", "value"), [(1e306, math.inf), (math.inf, math.inf), (1e305, math.lgamma(1e305)), (0.0, math.nan)])
def test_lgamma_is_inf_or_nan_where_it_has_no_float(z, value):
    assert [numerics.scalar_lgamma(z), numerics.lgamma(np.array([z]))[0]] == pytest.approx([value] * 2, nan_ok=True)


@pytest.mark.parametrize("z", POINTS)
def test_erf(z):
    assert numerics.erf(np.array([z]))[0] == pytest.approx(exact(mpmath.erf, z), rel=4e-16)


@pytest.mark.parametrize(("z", "value"), [(-1e308, 0.0), (-1e-300, 0.0), (0.0, 0.5), (-0.0, 0.5), (1e-300, 1.0), (math.nan, math.nan)])
def test_step(z, value):
    assert numerics.scalar_step(z) == pytest.approx(value, nan_ok=True)


@pytest.mark.parametrize("base", [2.0, 10.0, math.e, 0.5, 1e300])
@pytest.mark.parametrize("z", [1e-300, 0.7, 8.0, 1000.0, 1e308])
def test_logarithm(z, base):
    true = exact(lambda u: mpmath.log(u, mpmath.mpf(base)), z)
    assert numerics.scalar_logarithm(z, base) == pytest.approx(true, rel=1e-15)
    assert numerics.logarithm(np.array([z]), base)[0] == pytest.approx(true, rel=1e-15)
    assert numerics.logarithm(np.array([z]), np.array([base]))[0] == pytest.approx(true, rel=1e-15)


def test_whole_powers_of_two_and_ten_have_whole_logarithms():
    assert [numerics.scalar_logarithm(2.0**k, 2.0) for k in range(60)] == list(range(60))
    assert [numerics.scalar_logarithm(10.0**k, 10.0) for k in range(20)] == list(range(20))


LOGITS = [(0.0, 0.0), (1.0, 2.0, 3.0), (-40.0, 0.0), (0.0, -40.0, -41.0), (700.0, 710.0), (-745.0, -800.0, -746.0), (1e5, -1e5, 3.0),
          (-1e8, 1e8), (1e-9, -1e-9, 0.0)]


@pytest.mark.parametrize("logits", LOGITS)
def test_log_sum_exp_and_softmax(logits):
    with mpmath.workdps(60):
        powers = [mpmath.exp(mpmath.mpf(z)) for z in logits]
        total = mpmath.fsum(powers)
        value, shares = float(mpmath.log(total)), [float(power / total) for power in powers]
    arrays = [np.array([z]) for z in logits]
    assert numerics.scalar_logsumexp(*logits) == pytest.approx(value, rel=4e-16)
    assert numerics.logsumexp(*arrays)[0] == pytest.approx(value, rel=4e-16)
    for k, share in enumerate(shares, start=1):
        assert numerics.scalar_softmax(float(k), *logits) == pytest.approx(share, rel=2e-14, abs=1e-320)
        assert numerics.softmax(float(k), *arrays)[0] == pytest.approx(share, rel=2e-14, abs=1e-320)
    assert math.isnan(numerics.scalar_logsumexp(math.nan, *logits)) and math.isnan(numerics.scalar_softmax(1.0, *logits, math.nan))
