"""Building expressions as written: the order stays, numbers come first, and the value is that of the arithmetic."""

import random
from fractions import Fraction

import pytest
from sympy import (
    Add,
    Derivative,
    E,
    Float,
    Integer,
    Max,
    Min,
    Mul,
    Piecewise,
    Pow,
    Rational,
    StrictLessThan,
    Sum,
    Symbol,
    Tuple,
    cos,
    oo,
    pi,
    sin,
    true,
)

import symcalc as sc
from symcalc.written import (
    add,
    call,
    derivative_of,
    divide,
    exact,
    is_number,
    is_one,
    is_zero,
    mul,
    negative,
    number,
    power,
    rebuilt,
    replaced,
    row_sum,
    subtract,
)

x, y, z = sc.parameters("x y z")
ZERO, ONE, TWO, THREE, HALF = Integer(0), Integer(1), Integer(2), Integer(3), Rational(1, 2)


@pytest.mark.parametrize("built, shown", [
    (add(), "0"), (add(y), "y"), (add(y, x), "y + x"), (add(y, ZERO, x), "y + x"), (add(y, Float(0), x), "y + x"),
    (add(y, negative(x)), "y - x"), (add(negative(y), x), "-y + x"), (add(x, x), "x + x"),
    (subtract(y, add(x, z)), "y - (x + z)"), (subtract(y, ZERO), "y"), (subtract(ZERO, y), "-y"),
    (subtract(y, negative(x)), "y + x"),
    (mul(), "1"), (mul(x), "x"), (mul(y, x), "y x"), (mul(x, TWO), "2x"), (mul(ONE, x), "x"), (mul(Float(1), x), "x"),
    (mul(x, ZERO, y), "0"), (mul(x, Float(0)), "0"), (mul(x, Integer(-1)), "-x"), (mul(Integer(-1), TWO, x), "-2x"),
    (mul(x, Integer(-1), y), "-x y"), (mul(mul(TWO, x), y), "2x y"), (mul(y, add(x, z)), "y (x + z)"),
    (negative(x), "-x"), (negative(negative(x)), "x"), (negative(mul(THREE, x)), "-3x"), (negative(ZERO), "0"),
    (negative(HALF), "-1/2"), (negative(Float(0.5)), "-0.5"), (negative(mul(Integer(-1), x)), "x"),
    (power(x, ONE), "x"), (power(x, ZERO), "1"), (power(x, Float(1)), "x"), (power(x, TWO), "x²"), (power(x, HALF), "√x"),
    (power(power(x, TWO), HALF), "√(x²)"), (power(x, y), "x^y"), (power(x, Integer(-1)), "1/x"),
    (divide(x, y), "x/y"), (divide(ONE, y), "1/y"), (divide(x, ONE), "x"), (divide(ZERO, y), "0"), (divide(ONE, TWO), "1/2"),
    (divide(Integer(4), TWO), "2"), (divide(x, x), "x/x"), (divide(mul(TWO, x), y), "2x/y"), (divide(x, mul(TWO, y)), "x/(2y)"),
    (call(sin, ZERO), "sin(0)"), (call(Max, x, ZERO), "max(x, 0)"), (call(Max, ZERO, x), "max(0, x)"),
    (call(Min, y, x), "min(y, x)"), (derivative_of(power(x, TWO), x), "d/dx x²"),
], ids=str)
def test_what_is_built_is_what_is_seen(built, shown):
    assert sc.text(built) == shown


@pytest.mark.parametrize("value, shown", [(Integer(3), 3), (Rational(1, 3), Fraction(1, 3)), (Float(0.1), Fraction(1, 10)),
                                          (Float("1e-5"), Fraction(1, 100000)), (Float(-2.5), Fraction(-5, 2))])
def test_exact_is_what_the_digits_say(value, shown):
    assert exact(value) == shown
    assert number(exact(value)) == Rational(shown)


@pytest.mark.parametrize("expression, plain, one, zero", [
    (ONE, True, True, False), (Float(1), True, True, False), (ZERO, True, False, True), (Float(0), True, False, True),
    (HALF, True, False, False), (pi, False, False, False), (E, False, False, False), (x, False, False, False),
    (oo, False, False, False), (add(x, negative(x)), False, False, False),
])
def test_numbers_are_told_from_constants(expression, plain, one, zero):
    assert (is_number(expression), is_one(expression), is_zero(expression)) == (plain, one, zero)


def grown(rng, depth):
    """An expression built here, and the same thing as a Python number."""
    if depth == 0:
        return rng.choice([(x, 0.3), (y, -1.7), (ZERO, 0), (ONE, 1), (Integer(-1), -1), (TWO, 2), (HALF, 0.5), (Float(3), 3.0)])
    (f, a), (g, b), (h, c) = (grown(rng, depth - 1) for _ in range(3))
    return rng.choice([(add(f, g, h), a + b + c), (mul(f, g, h), a * b * c), (subtract(f, g), a - b), (negative(f), -a),
                       (power(f, TWO), a**2), (divide(f, add(power(g, TWO), ONE)), a / (b**2 + 1))])


@pytest.mark.parametrize("seed", range(60))
def test_the_value_is_that_of_the_arithmetic(seed):
    built, value = grown(random.Random(seed), 1 + seed % 4)
    assert float(built.subs({x: 0.3, y: -1.7})) == pytest.approx(value, rel=1e-12, abs=1e-12)


# Rebuilding

i, n = Symbol("i", integer=True, positive=True), Symbol("n", integer=True, positive=True)
CASES = Piecewise(Tuple(y, StrictLessThan(subtract(x, ONE), ZERO, evaluate=False)), Tuple(ONE, true), evaluate=False)


@pytest.mark.parametrize("expression", [
    add(y, x), mul(y, TWO, x), power(power(x, TWO), HALF), call(Max, x, ZERO), call(cos, ZERO), CASES, derivative_of(x, x),
    row_sum(mul(sc.columns("x"), CASES), Sum(x, (i, 1, n))), StrictLessThan(subtract(x, ONE), ZERO, evaluate=False),
], ids=str)
def test_rebuilt_over_the_same_or_equal_arguments_is_the_same(expression):
    assert rebuilt(expression, expression.args) is expression
    again = rebuilt(expression, (*expression.args[:-1], expression.args[-1]))
    assert again == expression and again.args == expression.args
    assert replaced(expression, {z: y}.get).args == expression.args


def test_replaced_keeps_the_order_and_goes_from_the_top():
    expression = add(y, mul(y, x), power(y, TWO))
    assert sc.text(replaced(expression, {y: z}.get)) == "z + z x + z²"
    assert sc.text(replaced(expression, {power(y, TWO): x, y: z}.get)) == "z + z x + x"


def test_replaced_keeps_the_order_of_cases_and_of_a_maximum():
    expression = add(call(Max, y, ZERO, x), CASES)
    assert sc.text(replaced(expression, {y: z}.get)) == "max(z, 0, x) + {z if x - 1 < 0; 1 otherwise}"


def test_a_sum_over_rows_keeps_its_cases_where_they_stand():
    column = sc.columns("x")
    below = StrictLessThan(subtract(ONE, column), ZERO, evaluate=False)
    cases = Piecewise(Tuple(ONE, below), Tuple(ZERO, true), evaluate=False)
    total = row_sum(mul(column, cases), Sum(x, (i, 1, n)))
    assert sc.text(total) == "Σ xᵢ {1 if 1 - xᵢ < 0; 0 otherwise}"
    assert total.limits == ((i, 1, n),)
    assert total.is_commutative
    assert total == rebuilt(total, (total.function, *total.args[1:]))
    assert total.subs(n, 2).doit().has(Piecewise)


def test_nothing_is_worked_out_on_the_way():
    assert add(TWO, THREE).args == (TWO, THREE)
    assert isinstance(mul(TWO, THREE), Mul)
    assert isinstance(power(TWO, THREE), Pow)
    assert isinstance(add(x, x), Add)
    assert isinstance(derivative_of(ONE, x), Derivative)
