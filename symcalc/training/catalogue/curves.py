"""Models of one column: polynomials, growth and decay, power laws, waves, and curves that level off."""

from __future__ import annotations

from sympy import E, Integer, sin

from symcalc.training.catalogue.given import Names, column_named, letters, whole
from symcalc.training.problem.models import Model, settled
from symcalc.written import add, call, divide, mul, negative, power, subtract

MAX_DEGREE = 20


def polynomial(x: str, degree: int, parameters: Names = "") -> Model:
    """a0 + a1 x + a2 x² + ..., up to the degree.

    >>> print(polynomial("x", 2))
    ŷ = a0 + a1 xᵢ + a2 xᵢ²
    Parameters a0, a1 and a2; column x.
    """
    degree = whole(degree, "degree", 1, MAX_DEGREE)
    column, factors = column_named(x), letters(parameters, [f"a{k}" for k in range(degree + 1)])
    return settled(add(*(mul(factor, power(column, Integer(k))) for k, factor in enumerate(factors))))


def exponential_growth(x: str, parameters: Names = "") -> Model:
    """a e^(k x): whatever it is, it grows at the rate k.

    >>> print(exponential_growth("t"))
    ŷ = a e^(k tᵢ)
    Parameters a and k; column t.
    """
    column, (a, k) = column_named(x), letters(parameters, "ak")
    return settled(mul(a, power(E, mul(k, column))))


def exponential_decay(x: str, parameters: Names = "") -> Model:
    """a e^(-k x): whatever is left shrinks at the rate k, to half of it in ln(2)/k.

    >>> print(exponential_decay("t"))
    ŷ = a e^(-k tᵢ)
    Parameters a and k; column t.
    """
    column, (a, k) = column_named(x), letters(parameters, "ak")
    return settled(mul(a, power(E, negative(mul(k, column)))))


def power_law(x: str, parameters: Names = "") -> Model:
    """a x^p, for positive x.

    >>> print(power_law("x"))
    ŷ = a xᵢ^p
    Parameters a and p; column x.
    """
    column, (a, p) = column_named(x), letters(parameters, "ap")
    return settled(mul(a, power(column, p)))


def sinusoid(x: str, parameters: Names = "") -> Model:
    """a sin(ω x + φ) + c: amplitude, angular frequency, phase and level.

    >>> print(sinusoid("t"))
    ŷ = a sin(ω tᵢ + φ) + c
    Parameters a, ω, φ and c; column t.
    """
    column, (a, omega, phi, c) = column_named(x), letters(parameters, ["a", "omega", "phi", "c"])
    return settled(add(mul(a, call(sin, add(mul(omega, column), phi))), c))


def michaelis_menten(x: str, parameters: Names = "") -> Model:
    """V x/(K + x): rises to V, of which half is reached at x = K.

    >>> print(michaelis_menten("s"))
    ŷ = V sᵢ/(K + sᵢ)
    Parameters V and K; column s.
    """
    column, (most, half_way) = column_named(x), letters(parameters, "VK")
    return settled(divide(mul(most, column), add(half_way, column)))


def logistic_curve(x: str, parameters: Names = "") -> Model:
    """L/(1 + e^(-k (x - c))): rises to L, fastest at x = c.

    >>> print(logistic_curve("t"))
    ŷ = L/(1 + e^(-k (tᵢ - c)))
    Parameters L, k and c; column t.
    """
    column, (most, k, centre) = column_named(x), letters(parameters, "Lkc")
    return settled(divide(most, add(Integer(1), power(E, negative(mul(k, subtract(column, centre)))))))
