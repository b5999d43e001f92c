"""Sigmoid, softplus and ReLU as SymPy functions: their values, slopes and definitions."""

import mpmath
import pytest
from sympy import Abs, Derivative, Float, Piecewise, Symbol, exp, log, sympify

from symcalc.functions import relu, sigmoid, softplus

z = Symbol("z", real=True)
POINTS = ("-30", "-1.3", "-0.01", "0.4", "2", "25")
ORACLES = {
    sigmoid: lambda u: (1 + mpmath.tanh(u / 2)) / 2,
    softplus: lambda u: mpmath.quad(lambda t: (1 + mpmath.tanh(t / 2)) / 2, [-200, -30, u]),     # its slope, added up
    relu: lambda u: (u + abs(u)) / 2,
}


@pytest.fixture(autouse=True)
def precise():
    with mpmath.workdps(30):
        yield


@pytest.mark.parametrize("head", ORACLES)
@pytest.mark.parametrize("at", POINTS)
def test_value(head, at):
    assert mpmath.almosteq(mpmath.mpf(str(head(Float(at, 30)).evalf(25))), ORACLES[head](mpmath.mpf(at)), 1e-15, 1e-25)


@pytest.mark.parametrize("head", ORACLES)
@pytest.mark.parametrize("at", POINTS)
def test_slope_against_a_difference(head, at):
    slope = head(z).diff(z).subs(z, Float(at, 30)).evalf(25)
    oracle = {softplus: lambda u: mpmath.log(1 + mpmath.exp(u))}.get(head, ORACLES[head])
    assert mpmath.almosteq(mpmath.mpf(str(slope)), mpmath.diff(oracle, mpmath.mpf(at)), 1e-12, 1e-20)


@pytest.mark.parametrize("head, slope", [(sigmoid, sigmoid(z) * (1 - sigmoid(z))), (softplus, sigmoid(z)),
                                         (relu, Piecewise((1, z > 0), (0, True)))])
def test_the_slope_has_the_form_of_the_textbook(head, slope):
    assert head(z).diff(z) == slope
    assert head(2 * z).diff(z) == 2 * slope.subs(z, 2 * z)


@pytest.mark.parametrize("head, plain", [(sigmoid, 1 / (1 + exp(-z))), (softplus, log(1 + exp(z))),
                                         (relu, Piecewise((z, z > 0), (0, True)))])
def test_plain_is_the_definition(head, plain):
    assert head.plain(z) == plain
    assert head(z).rewrite(exp) == plain


@pytest.mark.parametrize("head", ORACLES)
def test_real_of_a_real_argument_and_nothing_more_is_assumed(head):
    assert head(z).is_real and head(z).is_extended_real
    assert head(Symbol("c")).is_extended_real is None
    assert Abs(head(z)).diff(z).has(head)


@pytest.mark.parametrize("head", ORACLES)
def test_one_argument(head):
    assert head(z).args == (z,)
    with pytest.raises(TypeError):
        head(z, z)


def test_they_stay_as_written():
    assert sigmoid(0) == sigmoid(0, evaluate=False)
    assert str(sigmoid(0)) == "sigmoid(0)"
    assert isinstance(Derivative(sigmoid(z), z), Derivative)
    assert sympify(sigmoid(z)) is sigmoid(z) or sympify(sigmoid(z)) == sigmoid(z)
