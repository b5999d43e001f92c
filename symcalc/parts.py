"""What one sees in a written expression: the sign of a term, what stands under the bar, the exponent of e."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from sympy import Add, Basic, E, Expr, Function, Indexed, Integer, Mul, Pow, Sum, exp, preorder_traversal

from symcalc.written import is_minus, is_number, is_one, negative, together


def product_as_written(factors: Sequence[Basic]) -> Expr:
    """The factors as one product, none left out and none moved.

    >>> from sympy import Integer, Symbol
    >>> product_as_written([Symbol("x"), Integer(1)]).args
    (x, 1)
    """
    return factors[0] if len(factors) == 1 else together(Mul, *factors)


def signed(term: Basic) -> tuple[bool, Expr]:
    """Whether a term has a minus sign in front, and the term without it.

    >>> from sympy import Symbol
    >>> signed(Mul(-3, Symbol("x"), evaluate=False))
    (True, 3*x)
    """
    if is_minus(term):
        return True, -term
    if isinstance(term, Mul) and is_minus(term.args[0]):
        lead, rest = -term.args[0], term.args[1:]
        return True, product_as_written(rest if is_one(lead) else (lead, *rest))
    return False, term


def is_below(factor: Basic) -> bool:
    """Whether a factor is written under the fraction bar: 1/x, x^(-2)."""
    return isinstance(factor, Pow) and is_minus(factor.exp)


def upright(factor: Basic) -> Expr:
    """What a factor under the fraction bar looks like there; any other as it is.

    >>> from sympy import Symbol
    >>> upright(1 / Symbol("x")**2)
    x**2
    """
    if not is_below(factor):
        return factor
    return factor.base if is_one(-factor.exp) else Pow(factor.base, -factor.exp, evaluate=False)


def exponent_of_e(part: Basic) -> Expr | None:
    """z where the part is e^z or exp(z), and -z where it is 1/e^z.

    >>> from sympy import Symbol
    >>> exponent_of_e(exp(Symbol("z"))), exponent_of_e(Pow(exp(Symbol("z")), -1, evaluate=False))
    (z, -z)
    """
    if isinstance(part, Pow) and part.base is not E:          # before exp, since SymPy calls a power of E one too
        below = exponent_of_e(part.base) if part.exp == -1 else None
        return None if below is None else negative(below)
    if isinstance(part, Pow):
        return part.exp
    return part.args[0] if isinstance(part, exp) else None


@lru_cache(maxsize=256)
def is_algebraic(expression: Basic) -> bool:
    """Whether the letters stand under fixed powers alone, without functions and exponentials.

    >>> from sympy import Symbol
    >>> is_algebraic(Symbol("x")**2 + 1), is_algebraic(1 - exp(Symbol("x")))
    (True, False)
    """
    return not any(isinstance(part, Function) or (isinstance(part, Pow) and not is_number(part.exp))
                   for part in preorder_traversal(expression))


def scaled_sum(expression: Basic) -> tuple[Expr, Sum] | None:
    """What stands before a sum, and the sum, where that is all there is: 1/n Σ f; None where letters stand outside too.

    >>> from sympy import Symbol
    >>> i, n = Symbol("i", integer=True), Symbol("n", integer=True)
    >>> scaled_sum(Sum(Symbol("x"), (i, 1, n)))
    (1, Sum(x, (i, 1, n)))
    """
    factors = expression.args if isinstance(expression, Mul) else (expression,)
    sums = [factor for factor in factors if isinstance(factor, Sum)]
    before = [factor for factor in factors if not isinstance(factor, Sum)]
    if len(sums) != 1 or any(factor.has(Sum) or not all(letter.is_integer for letter in factor.free_symbols)
                             for factor in before):
        return None
    return (product_as_written(before) if before else Integer(1)), sums[0]


def residual_parts(total: Basic) -> tuple[Indexed, list[tuple[bool, Expr]]] | None:
    """The column and the signed terms of its prediction in y - p or p - y, where p has another column; else None.

    >>> from sympy import IndexedBase, Symbol
    >>> x, y = (IndexedBase(name)[Symbol("i")] for name in "xy")
    >>> residual_parts(Symbol("m")*x - y)[0]
    y[i]
    """
    terms = [signed(term) for term in total.args] if isinstance(total, Add) else []
    for subtracted in (False, True):
        bare = [rest for minus, rest in terms if minus is subtracted and isinstance(rest, Indexed)
                and any(str(index) == "i" or index.is_Integer for index in rest.indices)]          # bⱼ is no data
        others = [(minus is subtracted, rest) for minus, rest in terms if rest not in bare]
        if len(bare) == 1 and not any(rest.has(bare[0]) for _, rest in others) and any(rest.has(Indexed) for _, rest in others):
            return bare[0], others
    return None
