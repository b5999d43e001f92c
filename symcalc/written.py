"""Building expressions that stay as written: SymPy nodes without SymPy's rearranging.

`Add(x, y)` sorts, `Mul(2, a + b)` multiplies out and `sqrt(x**2)` becomes `Abs(x)`; a learner then no longer
recognises the line. Everything here builds with `evaluate=False` and does only what a person does while writing:
leave out `+ 0` and `1 *`, stop at `0 *`, and put a number before the letters.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any

from sympy import (
    Add,
    Basic,
    Derivative,
    Expr,
    Float,
    Integer,
    Max,
    Min,
    Mul,
    Piecewise,
    Pow,
    Rational,
    Sum,
    Symbol,
    Tuple,
    piecewise_fold,
)
from sympy.core.function import Application
from sympy.core.relational import Relational
from sympy.logic.boolalg import ITE, Boolean

_UNEVALUATED = (Pow, Application, Derivative, Relational)


def number(value: Fraction | int) -> Expr:
    """The exact number as SymPy has it.

    >>> number(Fraction(1, 2))
    1/2
    """
    return Rational(value.numerator, value.denominator)


def exact(value: Expr) -> Fraction:
    """The number that the digits say: a decimal such as 0.1 is one tenth, not the nearest binary fraction.

    >>> exact(Float(0.1)) * 3
    Fraction(3, 10)
    """
    if isinstance(value, Float):
        found = float(value)
        # A product of small numbers may be smaller than any float with all its digits, and is no 0 for that.
        return Fraction(repr(found) if sys.float_info.min <= abs(found) <= sys.float_info.max else str(value))
    return Fraction(int(value.p)) if value.q == 1 else Fraction(int(value.p), int(value.q))


def is_number(expression: Basic) -> bool:
    """Whether the expression is a plain number (2, 1/2, 0.5), not merely constant."""
    return isinstance(expression, Rational) or (isinstance(expression, Float) and bool(expression.is_finite))


def is_one(expression: Basic) -> bool:
    """Whether the expression is the number 1, be it written 1 or 1.0."""
    return expression.p == expression.q if isinstance(expression, Rational) else _is(expression, 1)


def is_zero(expression: Basic) -> bool:
    """Whether the expression is the number 0, be it written 0 or 0.0."""
    return expression.p == 0 if isinstance(expression, Rational) else _is(expression, 0)


def _is(expression: Basic, value: int) -> bool:
    return is_number(expression) and exact(expression) == value


def is_minus(expression: Basic) -> bool:
    """Whether the expression is a plain number below 0.

    >>> is_minus(Integer(-2)), is_minus(Symbol("x"))
    (True, False)
    """
    return expression.p < 0 if isinstance(expression, Rational) else is_number(expression) and bool(expression < 0)


@lru_cache(maxsize=256, typed=True)           # few, for a part that is made anew is slow to compare with its twin of long ago
def together(head: type[Add] | type[Mul], *parts: Basic) -> Expr:
    """The sum or the product of SymPy's own expressions, as they stand.

    `Add(..., evaluate=False)` says the same, and takes five times as long to see what it is given.

    >>> x, y = Symbol("x"), Symbol("y")
    >>> together(Add, y, x).args
    (y, x)
    """
    return head._from_args(parts)


def add(*terms: Expr) -> Expr:
    """a + b + ... in this order, without zeros.

    >>> x, y = Symbol("x"), Symbol("y")
    >>> add(y, Integer(0), x).args
    (y, x)
    """
    kept = [term for term in terms if not is_zero(term)]
    return together(Add, *kept) if len(kept) > 1 else kept[0] if kept else Integer(0)


def mul(*factors: Expr) -> Expr:
    """a b ... in this order but numbers first, without ones; 0 if a factor is 0.

    >>> x = Symbol("x")
    >>> mul(x, Integer(1), Integer(3)).args
    (3, x)
    """
    if any(is_zero(factor) for factor in factors):
        return Integer(0)
    kept = sorted((factor for factor in factors if not is_one(factor)), key=lambda factor: not is_number(factor))
    if len(kept) > 1 and kept[0] == -1:
        return negative(mul(*kept[1:]))
    if len(kept) > 1 and isinstance(kept[0], Mul):
        kept[:1] = kept[0].args         # what leads needs no brackets, least of all round its sign
    return together(Mul, *kept) if len(kept) > 1 else kept[0] if kept else Integer(1)


def negative(expression: Expr) -> Expr:
    """-a, the sign joined to a leading number.

    >>> negative(Mul(3, Symbol("x"), evaluate=False)).args
    (-3, x)
    """
    if is_number(expression):
        return -expression
    if isinstance(expression, Mul) and is_number(expression.args[0]):
        return mul(-expression.args[0], *expression.args[1:])
    factors = expression.args if isinstance(expression, Mul) else (expression,)
    return together(Mul, Integer(-1), *factors)


def subtract(minuend: Expr, subtrahend: Expr) -> Expr:
    """a - b, the difference kept even where b is a sum."""
    return add(minuend, negative(subtrahend))


def power(base: Expr, exponent: Expr) -> Expr:
    """a^b, with a^1 written a and a^0 written 1.

    >>> power(Symbol("x"), Integer(1))
    x
    """
    if is_one(exponent):
        return base
    return Integer(1) if is_zero(exponent) else Pow(base, exponent, evaluate=False)


def divide(numerator: Expr, denominator: Expr) -> Expr:
    """a / b, a numerical fraction where both are whole numbers.

    >>> divide(Symbol("x"), Symbol("y")).args
    (x, 1/y)
    """
    if isinstance(numerator, Integer) and isinstance(denominator, Integer) and denominator != 0:
        return Rational(numerator, denominator)
    reciprocal = Pow(denominator, Integer(-1), evaluate=False)
    if is_one(denominator) or is_zero(numerator):
        return numerator
    if is_one(numerator):
        return reciprocal
    factors = numerator.args if isinstance(numerator, Mul) else (numerator,)
    return Mul(*factors, reciprocal, evaluate=False)


def call(head: Callable[..., Expr], *arguments: Basic) -> Expr:
    """f(a, b, ...) unevaluated; `Max` and `Min` keep the order of their arguments, which SymPy would sort.

    >>> call(Max, Symbol("x"), Integer(0)).args
    (x, 0)
    """
    if head in (Max, Min):
        extremum = Basic.__new__(head, *arguments)
        extremum._argset = frozenset(arguments)
        return extremum
    return head(*arguments, evaluate=False)


def derivative_of(expression: Expr, variable: Symbol) -> Derivative:
    """d/dx (expression), standing.

    >>> derivative_of(Symbol("x")**2, Symbol("x"))
    Derivative(x**2, x)
    """
    if isinstance(expression, Derivative):
        return Derivative(expression, variable, evaluate=False)          # counts how often each letter comes
    # SymPy would first walk through the expression to see whether the variable occurs.
    return Expr.__new__(Derivative, expression, Tuple(variable, Integer(1)))


def rebuilt(expression: Basic, arguments: tuple[Basic, ...]) -> Basic:
    """The same head over other arguments, as written.

    >>> x, y = Symbol("x"), Symbol("y")
    >>> rebuilt(Add(y, x, evaluate=False), (x, y)).args
    (x, y)
    """
    if arguments == expression.args:
        return expression
    if isinstance(expression, (Add, Mul)):
        return together(type(expression), *arguments)
    if isinstance(expression, (Max, Min)):
        return call(expression.func, *arguments)
    if isinstance(expression, Sum):
        return row_sum(arguments[0], expression)
    if isinstance(expression, _UNEVALUATED):
        return expression.func(*arguments, evaluate=False)
    return expression.func(*arguments)


def replaced(expression: Basic, change: Callable[[Basic], Basic | None]) -> Basic:
    """The expression with every part for which `change` gives something put in its place, from the top down.

    >>> x, y = Symbol("x"), Symbol("y")
    >>> replaced(Add(y, x, evaluate=False), {y: x}.get).args
    (x, x)
    """
    known: dict[Basic, Basic] = {}

    def visit(part: Basic) -> Basic:
        if part not in known:
            changed: Any = change(part)
            if changed is None:
                changed = rebuilt(part, tuple(map(visit, part.args))) if part.args else part
            known[part] = changed
        return known[part]

    return visit(expression)


def row_sum(body: Expr, like: Sum) -> Expr:
    """The sum of `body` over the same rows as `like`; SymPy would rearrange the cases of a `Piecewise` in it.

    >>> x, i, n = Symbol("x"), Symbol("i"), Symbol("n")
    >>> row_sum(x, Sum(1, (i, 1, n)))
    Sum(x, (i, 1, n))
    """
    total = Basic.__new__(Sum, body, *like.limits)
    total.is_commutative = True
    return total


def _decided(part: Basic) -> Basic | None:
    """Whether a comparison of numbers holds: SymPy, folding cases, would divide by the difference of theirs."""
    return part.doit() if isinstance(part, Relational) and not part.free_symbols and not part.has(Piecewise) else None


def comparison(relation: Boolean) -> Boolean:
    """A comparison as a case of Piecewise may have it: of cases of its own, each is compared where it holds.

    >>> from sympy.abc import u, v
    >>> comparison(Piecewise((u, v > 1), (2, True), evaluate=False) > 0)
    (v <= 1) | (u > 0)
    """
    if not relation.has(Piecewise):
        return relation
    folded = piecewise_fold(replaced(relation, _decided))
    whole = folded.rewrite(ITE) if isinstance(folded, Piecewise) else folded
    return whole.to_nnf(simplify=False) if isinstance(whole, Boolean) else whole
