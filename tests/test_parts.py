"""What one sees in a written expression."""

import pytest
from sympy import Add, E, Float, Integer, Mul, Pow, Rational, Symbol, exp

from symcalc.parts import exponent_of_e, is_below, product_as_written, signed, upright

x, y = Symbol("x", real=True), Symbol("y", real=True)
SUM = Add(y, x, evaluate=False)


@pytest.mark.parametrize("term, minus, rest", [
    (x, False, x),
    (Mul(-1, x, evaluate=False), True, x),
    (Mul(-1, SUM, evaluate=False), True, SUM),
    (Mul(-3, x, evaluate=False), True, Mul(3, x, evaluate=False)),
    (Mul(x, -3, evaluate=False), False, Mul(x, -3, evaluate=False)),
    (Integer(-2), True, Integer(2)),
    (Float(-0.5), True, Float(0.5)),
    (Mul(Rational(-1, 2), x, evaluate=False), True, Mul(Rational(1, 2), x, evaluate=False)),
    (Mul(Float(-1.0), x, evaluate=False), True, x),
])
def test_the_sign_in_front(term, minus, rest):
    assert signed(term) == (minus, rest)


@pytest.mark.parametrize("factor, below, standing", [
    (1 / x, True, x), (x**-2, True, x**2), (x**2, False, x**2), (exp(-x), False, exp(-x)), (x**-y, False, x**-y),
    (Pow(2, -1, evaluate=False), True, Integer(2)),
])
def test_what_stands_under_the_bar(factor, below, standing):
    assert is_below(factor) is below
    assert upright(factor) == standing


@pytest.mark.parametrize("part, exponent", [
    (exp(x), x), (Pow(E, SUM, evaluate=False), SUM), (x, None), (2**x, None), (Pow(x, 2, evaluate=False), None),
    (Pow(exp(x), -1, evaluate=False), -x), (Pow(Pow(E, x, evaluate=False), -1, evaluate=False), -x), (1 / x, None),
])
def test_the_exponent_of_e(part, exponent):
    assert exponent_of_e(part) == exponent


def test_a_product_as_written_keeps_its_ones_and_its_order():
    assert product_as_written([y, Integer(1), x]).args == (y, 1, x)
    assert product_as_written([x]) is x
