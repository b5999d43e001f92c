"""What is written by putting numbers into a form is, letter for letter, what the walk writes."""

import itertools

import pytest
from sympy import Add, Float, Integer, Max, Mul, Piecewise, Pow, Rational, Symbol, exp, log, sin, sqrt

from symcalc.pages.notation import latex, text
from symcalc.pages.numberless import filled, put_in, written
from symcalc.pages.numbers import numeral
from symcalc.written import replaced

x, y, k = Symbol("x", real=True), Symbol("y", real=True), Symbol("k", integer=True)
ODD = Symbol("x7000000")
NUMBERS = (2.5, -2.5, 3.0, -3.0, 0.0, 1.0, -1.0, 1.5e-9, -1.5e-9, 1e-9, -1e-12, 2.5e30, 1e15, 123456.0, 7000000.0, 70000.5)


def held(head, *parts):
    return head(*parts, evaluate=False)


FORMULAS = [
    x, held(Mul, x, y), held(Mul, y, x), held(Add, x, y), held(Add, y, held(Mul, -1, x)), held(Mul, Rational(2, 3), x, y),
    held(Mul, 2, held(Pow, x, -1), y), held(Pow, x, 2), held(Pow, x, -2), held(Pow, y, k), held(Pow, 2, x), sqrt(y),
    held(Mul, x, held(Add, y, -3)), held(Add, held(Mul, -1, held(Pow, x, 2), y), held(Mul, y, sin(x))), exp(-x * y), log(y),
    held(Pow, held(Add, x, held(Mul, -1, y)), 2), held(Mul, held(Pow, held(Add, 1, held(Mul, -1, held(Pow, y, k))), -1), x),
    held(Max, x, held(Mul, x, y)), Piecewise((x * y, x > 0), (y, True)), held(Mul, ODD, x), held(Add, held(Mul, 7000001, x), y),
]


@pytest.mark.parametrize("place", range(len(FORMULAS)))
def test_numbers_that_are_put_in_look_as_in_an_expression(place):
    for a, b in itertools.product(NUMBERS, (*NUMBERS, 0.25)):
        values = {letter: number for letter, number in ((x, a), (y, b)) if FORMULAS[place].has(letter)}
        expression = replaced(FORMULAS[place], {letter: put_in(numeral(value, 15)) for letter, value in values.items()}.get)
        for found in (filled(FORMULAS[place], values), written(expression)):
            assert (found.text, found.latex) == (text(expression), latex(expression))


@pytest.mark.parametrize("expression", [
    Float(2.5), Float(-2.5), Integer(-1), Integer(0), Integer(10**9), Float(1e9), Rational(-1, 3), held(Mul, -1, 1),
    held(Add, Float(2.5), held(Mul, -1, Float(2.5))), held(Mul, Float(2.5), Float(2.5), Float(-2.5)),
    held(Mul, -2, Float(0.5))])
def test_numbers_alone(expression):
    found = written(expression)
    assert (found.text, found.latex) == (text(expression), latex(expression))
