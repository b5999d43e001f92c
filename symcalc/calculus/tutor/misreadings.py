"""Other problems that a learner solves instead: brackets lost, another letter, one row for all, the way back."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import (
    Abs,
    Add,
    Basic,
    E,
    Expr,
    Indexed,
    Integer,
    Mul,
    Pow,
    Rational,
    Sum,
    Symbol,
    cos,
    exp,
    log,
    preorder_traversal,
    sin,
)

from symcalc.calculus.rule import depends, letters_of
from symcalc.calculus.unfolding import Application, applied
from symcalc.indices import softmax_at
from symcalc.language.names import COUNT, has_row_sum, is_column, runs_over_rows
from symcalc.parts import is_below, product_as_written, upright
from symcalc.vocabulary import FUNCTIONS
from symcalc.written import add, call, divide, is_number, mul, negative, power, replaced, row_sum

_MOST = 24                   # ways to lose brackets that are tried


def slope(node: Application, known: dict[Application, Expr]) -> Expr:
    """The derivative at a node of the tree, as its rules give it.

    >>> x = Symbol("x", real=True)
    >>> slope(applied(x**2, x, {}), {})
    2*x
    """
    if node not in known:
        known[node] = node.rule.combine(node.expression, node.variable, *(slope(part, known) for part in node.parts))
    return known[node]


def derivative(expression: Expr, letter: Expr) -> Expr:
    """The derivative by a letter, which may be a column."""
    return slope(applied(expression, letter, {}), {})


def movable(expression: Expr) -> list[Expr]:
    """The letters and columns by which one could differentiate; the w_j of a sum over j is none."""
    return [letter for letter in letters_of(expression) if isinstance(letter, Symbol) or (isinstance(letter, Indexed) and (
        is_column(letter) or all(isinstance(index, Integer) for index in letter.indices)))]


def with_fractions(expression: Expr) -> Expr:
    """The expression with every softmax as the fraction that it stands for, in which parts can be changed."""
    return replaced(expression, lambda part: part.plain if isinstance(part, softmax_at) else None)


# Brackets

def unbracketed(expression: Expr) -> Iterator[tuple[Expr, Expr]]:
    """Each part that had brackets, and the whole as it reads without them.

    >>> x = Symbol("x")
    >>> [whole for _, whole in unbracketed(Pow(Add(x, 3, evaluate=False), 2, evaluate=False))]
    [x + 3**2]
    """
    found, expression = 0, with_fractions(expression)
    for part in dict.fromkeys(preorder_traversal(expression)):
        if isinstance(part, Indexed) or not isinstance(part, Expr):
            continue
        for loose in _without_brackets(part):
            found += 1
            if found > _MOST:
                return
            yield part, replaced(expression, {part: loose}.get)


def _without_brackets(part: Expr) -> Iterator[Expr]:
    if isinstance(part, Pow):
        yield from _loose_power(part)
    elif isinstance(part, Mul):
        yield from _loose_product(part)
    elif type(part) in FUNCTIONS and isinstance(part.args[0], Add):
        first, *rest = part.args[0].args
        yield Add(call(part.func, first), *rest, evaluate=False)


def _loose_power(part: Pow) -> Iterator[Expr]:
    base, exponent = part.args
    if isinstance(base, (Add, Mul)) and not is_below(part):
        *first, last = base.args
        yield base.func(*first, power(last, exponent), evaluate=False)
        if isinstance(last, Mul):                            # (5 + 2x)^2 as 5 + 2 x^2
            yield base.func(*first, Mul(*last.args[:-1], power(last.args[-1], exponent), evaluate=False), evaluate=False)
        if isinstance(base, Mul):                            # (2x)^3 as 2^3 x
            yield Mul(power(base.args[0], exponent), *base.args[1:], evaluate=False)
    if isinstance(exponent, (Add, Mul)):
        first, *rest = exponent.args
        if first == -1:                                      # e^-2x is e^(-2) x
            first, rest = negative(rest[0]), rest[1:]
        if rest:
            yield exponent.func(power(base, first), *rest, evaluate=False)


def _loose_product(part: Mul) -> Iterator[Expr]:
    factors = part.args
    for k, factor in enumerate(factors):
        bracket = upright(factor) if is_below(factor) else factor
        before, after = factors[:k], factors[k + 1:]
        if isinstance(bracket, Add) and (before or after) and (bracket is factor or factor == Pow(bracket, -1, evaluate=False)):
            first, *middle, last = bracket.args
            opening = power(first, Integer(-1)) if bracket is not factor else first
            head = product_as_written((*before, opening)) if before != (-1,) else negative(opening)
            yield Add(head, *middle, product_as_written((last, *after)), evaluate=False)
        elif isinstance(bracket, Mul) and bracket is not factor:
            first, *rest = bracket.args
            yield Mul(*before, power(first, Integer(-1)), *rest, *after, evaluate=False)


def spread_powers(expression: Expr) -> Iterator[tuple[Expr, Expr]]:
    """(a + b)^n read as a^n + b^n, at each place; with the part that was misread."""
    expression = with_fractions(expression)
    for part in dict.fromkeys(preorder_traversal(expression)):
        if isinstance(part, Pow) and isinstance(part.base, Add):
            yield part, replaced(expression, {part: add(*(Pow(term, part.exp, evaluate=False) for term in part.base.args))}.get)


# Rows

def without_sum(expression: Expr) -> Expr:
    """The expression with what stands in each row in place of the sum over the rows."""
    return replaced(expression, lambda part: part.function if runs_over_rows(part) else None)


def without_mean(expression: Expr) -> Expr:
    """The same where the 1/n before the sum is lost with it."""
    def change(part: Basic) -> Basic | None:
        if isinstance(part, Mul) and has_row_sum(part) and any(factor.has(COUNT) and not has_row_sum(factor)
                                                               for factor in part.args):
            bare = [factor for factor in part.args if factor != Pow(COUNT, -1)]
            return mul(*([COUNT] if len(bare) == len(part.args) else []), *map(without_sum, bare))
        return part.function if runs_over_rows(part) else None

    return replaced(expression, change)


def in_one_row(root: Application) -> Application | None:
    """The part of the derivation that stands inside the sum over the rows; none where that does not depend on the letter."""
    if runs_over_rows(root.expression):
        return next(iter(root.parts), None)
    return next((found for part in root.parts if (found := in_one_row(part))), None)


# The way back

def antiderivatives(expression: Expr, x: Symbol) -> Iterator[Expr]:
    """The integral, where the small table has it, with the slope of the inside divided by and, as is common, without.

    >>> x = Symbol("x")
    >>> next(antiderivatives(x**2, x))
    x**3/3
    """
    for careful in (True, False):
        if (found := _integral(expression, x, careful)) is not None:
            yield found


def _integral(e: Expr, x: Symbol, careful: bool) -> Expr | None:
    if not depends(e, x):
        return mul(e, x)
    if isinstance(e, Add):
        terms = [_integral(term, x, careful) for term in e.args]
        return None if None in terms else add(*terms)
    if isinstance(e, Sum):
        inner = _integral(e.function, x, careful)
        return None if inner is None else row_sum(inner, e)
    if isinstance(e, Mul):
        fixed = [factor for factor in e.args if not depends(factor, x)]
        moving = product_as_written([factor for factor in e.args if depends(factor, x)])
        inner = _integral(moving, x, careful) if fixed else None
        return None if inner is None else mul(*fixed, inner)
    return _outer_integral(e, x, careful)


def _outer_integral(e: Expr, x: Symbol, careful: bool) -> Expr | None:
    inside = x if e == x else e.base if isinstance(e, Pow) and not depends(e.exp, x) else \
        e.exp if isinstance(e, Pow) else e.args[0]
    found = _table_entry(e, inside, x)
    if found is None or not careful:
        return found
    pace = derivative(inside, x)
    return None if depends(pace, x) else divide(found, pace)


def _table_entry(e: Expr, inside: Basic, x: Symbol) -> Expr | None:
    if e == x:
        return mul(Rational(1, 2), power(x, Integer(2)))
    if isinstance(e, Pow) and inside == e.base:
        if e.exp == -1:
            return call(log, call(Abs, inside))
        raised = e.exp + 1 if is_number(e.exp) else add(e.exp, Integer(1))
        return divide(power(inside, raised), raised)
    if type(e) is exp or (isinstance(e, Pow) and e.base is E):
        return e
    return negative(call(cos, inside)) if type(e) is sin else call(sin, inside) if type(e) is cos else None

