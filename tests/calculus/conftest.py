"""The number that an expression has, worked out by nothing of symcalc: SymPy writes it as Python and mpmath computes it."""

import mpmath
import pytest
from sympy import Indexed, Symbol, lambdify

DIGITS = 30

OURS = {"sigmoid": lambda z: 1 / (1 + mpmath.exp(-z)), "softplus": lambda z: mpmath.log(1 + mpmath.exp(z)),
        "relu": lambda z: max(z, 0), "logarithm": lambda z, base: mpmath.log(z, base)}


@pytest.fixture(scope="session")
def number_of():
    """`number_of(expression, {"m": 2, "x": [1, 2]})`: parameters are numbers, columns lists."""

    def number(expression, values):
        symbols = sorted((symbol for symbol in expression.free_symbols if isinstance(symbol, Symbol)), key=str)
        rows = {part.base.label.name for part in expression.atoms(Indexed)}
        given = [[None, *values[symbol.name]] if symbol.name in rows else values[symbol.name] for symbol in symbols]
        with mpmath.workdps(DIGITS):
            return lambdify(symbols, expression, [OURS, "mpmath"])(*given)

    return number


@pytest.fixture(scope="session")
def slope_of():
    """`slope_of(f, "m", values)`: the derivative of a Python function by one of its arguments, from mpmath's differences."""

    def slope(function, letter, values):
        names = function.__code__.co_varnames[:function.__code__.co_argcount]

        def along(value):
            return function(*({**values, letter: value}[name] for name in names))

        with mpmath.workdps(DIGITS):
            return mpmath.diff(along, mpmath.mpf(values[letter]))

    return slope
