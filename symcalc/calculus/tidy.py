"""From the last rule to the form that a textbook prints: algebra as named lines, house style.

What the learner wrote stays as it is; only what differentiating has put together is tidied. Each pass is one line, and
like any other line it is proved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sympy import Add, Basic, Expr, Indexed, Mul, Piecewise, Pow, Sum, Tuple

from symcalc.calculus.cases import known_conditions, same_in_every_case
from symcalc.calculus.recognise import sigmoid_or_none
from symcalc.calculus.terms import (
    NOTHING,
    Written,
    distributed,
    factors_of,
    gathered,
    in_order,
    multiplied,
    size,
    taken_out,
    terms_of,
)
from symcalc.written import add, mul, rebuilt, replaced, row_sum

_ROUNDS = 3              # in which one pass may make work for another


@dataclass(frozen=True, slots=True, kw_only=True)
class Algebra:
    """One kind of rewriting that changes the form and not the value."""

    name: str
    formula: str
    latex: str
    because: str
    rewrite: Callable[[Expr, Written], Expr]      # (expression, the parts that the learner wrote) -> the tidier form


def tidied(expression: Expr, written: Written = NOTHING) -> list[tuple[Algebra, Expr]]:
    """The tidying that the expression needs: each pass that changes it, with what it gives.

    >>> from sympy import Integer, Symbol
    >>> x = Symbol("x", real=True)
    >>> [(algebra.name, line) for algebra, line in tidied(mul(Integer(3), mul(Integer(2), x)))]
    [('simplify the product', 6*x)]
    """
    lines: list[tuple[Algebra, Expr]] = []
    for _ in range(_ROUNDS):
        before = len(lines)
        for algebra in PASSES:
            tidier = algebra.rewrite(expression, written)
            if tidier != expression:
                lines.append((algebra, tidier))
                expression = tidier
        if len(lines) == before:
            break
    return lines


def _bottom_up(expression: Expr, written: Written, change: Callable[[Expr, Written], Expr]) -> Expr:
    """Apply `change` to every part that is not the learner's own, innermost first."""
    known: dict[Basic, Basic] = {}

    def visit(part: Basic) -> Basic:
        if part in written.parts or not part.args or isinstance(part, Indexed):
            return part
        if part not in known:
            inner = rebuilt(part, tuple(map(visit, part.args)))
            if inner is not part:            # what changed inside may now join with its neighbours, or be gone
                inner = add(*inner.args) if isinstance(inner, Add) else multiplied(inner, written)
            known[part] = change(inner, written) if isinstance(inner, Expr) else inner
        return known[part]

    return visit(expression)


# Sums

def _collect(part: Expr, written: Written) -> Expr:
    """a x + b x = (a + b) x, with a and b numbers."""
    fewer = gathered(terms_of(part), written) if isinstance(part, Add) else None
    return part if fewer is None else add(*fewer)


def _multiply_out(part: Expr, written: Written) -> Expr:
    """a (b + c) + d = a b + a c + d, where the like terms then leave less to read."""
    if not isinstance(part, Add):
        return part
    longer = [product for term in terms_of(part) for product in distributed(term, written)]
    shorter = add(*in_order(gathered(longer, written) or longer))
    return shorter if size(shorter) < size(part) else part


def _cancel(part: Expr, written: Written) -> Expr:
    """(f g + f h)/(f k) = (g + h)/k."""
    if not isinstance(part, Mul):
        return part
    factors = factors_of(part)
    below = {factor.base for factor in factors if isinstance(factor, Pow) and factor.exp.is_negative}
    for k, factor in enumerate(factors):
        if isinstance(factor, Add) and (split := taken_out(factor, below, written)):
            return _cancel(multiplied(Mul(*factors[:k], *split, *factors[k + 1:], evaluate=False), written), written)
    return part


# Sums over the rows

def _varies(factor: Basic) -> bool:
    """Whether a factor differs from row to row."""
    return factor.has(Indexed)


def _common(part: Expr, written: Written) -> Expr:
    """Σ (f g + f h) = Σ f (g + h)."""
    if isinstance(part, Sum) and isinstance(part.function, Add) and (split := taken_out(part.function, None, written)):
        return row_sum(multiplied(Mul(*split, evaluate=False), written), part)
    return part


def _count(part: Expr, written: Written) -> Expr:
    """Σ c = n c."""
    return mul(part.limits[0][2], part.function) if isinstance(part, Sum) and not _varies(part.function) else part


def _take_out(part: Expr, written: Written) -> Expr:
    """Σ c f = c Σ f."""
    if not isinstance(part, Sum):
        return part
    factors = factors_of(part.function)
    fixed = [factor for factor in factors if not _varies(factor)]
    varying = [factor for factor in factors if _varies(factor)]
    if not fixed or not varying:
        return part
    inside = varying[0] if len(varying) == 1 else Mul(*varying, evaluate=False)
    return multiplied(Mul(*fixed, row_sum(inside, part), evaluate=False), written)


# Cases

def _into_cases(part: Expr, written: Written) -> Expr:
    """f · {g if c; h otherwise} = {f g if c; f h otherwise}."""
    cases = [factor for factor in part.args if isinstance(factor, Piecewise)] if isinstance(part, Mul) else []
    if len(cases) != 1:
        return part

    def case(value: Expr) -> Expr:
        return multiplied(Mul(*(value if factor is cases[0] else factor for factor in part.args), evaluate=False), written)

    return Piecewise(*(Tuple(case(value), condition) for value, condition in cases[0].args), evaluate=False)


def _inside_out(change: Callable[[Expr, Written], Expr]) -> Callable[[Expr, Written], Expr]:
    """The pass that makes this change wherever it can, innermost first, and leaves what the learner wrote."""
    return lambda expression, written: _bottom_up(expression, written, change)


PASSES: tuple[Algebra, ...] = (
    Algebra(name="simplify the product", formula="a · (b c) = a b c", latex=r"a \cdot (b\,c) = a\,b\,c",
            because="numbers and signs first, equal factors joined or cancelled",
            rewrite=_inside_out(multiplied)),
    Algebra(name="collect like terms", formula="a f + b f = (a + b) f", latex=r"a f + b f = (a + b) f",
            because="terms that differ only in their number are added",
            rewrite=_inside_out(_collect)),
    Algebra(name="cancel", formula="(f g + f h)/(f k) = (g + h)/k", latex=r"\frac{f g + f h}{f k} = \frac{g + h}{k}",
            because="a factor of every term above the bar is also a factor below it",
            rewrite=_inside_out(_cancel)),
    Algebra(name="take out the common factor", formula="f g + f h = f (g + h)", latex=r"f g + f h = f (g + h)",
            because="every term in the sum has this factor",
            rewrite=_inside_out(_common)),
    Algebra(name="multiply out", formula="f (g + h) = f g + f h", latex=r"f (g + h) = f g + f h",
            because="multiply the brackets out; then some terms cancel or join",
            rewrite=_inside_out(_multiply_out)),
    Algebra(name="sum of a constant", formula="Σ c = n c", latex=r"\sum_{i=1}^{n} c = n\,c",
            because="the same number in each of the n rows",
            rewrite=_inside_out(_count)),
    Algebra(name="constant factor out of the sum", formula="Σ c f = c Σ f", latex=r"\sum c\,f = c \sum f",
            because="a factor that is the same in every row stands before the sum",
            rewrite=_inside_out(_take_out)),
    Algebra(name="multiply in each case", formula="f · {g; h} = {f g; f h}",
            latex=r"f \cdot \begin{cases} g \\ h \end{cases} = \begin{cases} f g \\ f h \end{cases}",
            because="the factor goes with whichever case holds",
            rewrite=_inside_out(_into_cases)),
    Algebra(name="a case within its own case", formula="{{f; g} if c; h} = {f if c; h}",
            latex=r"\begin{cases} \begin{cases} f & \text{if } c \\ g & \end{cases} & \text{if } c \\ h & \end{cases} = "
                  r"\begin{cases} f & \text{if } c \\ h & \end{cases}",
            because="where the outer condition holds, so does the same one inside",
            rewrite=_inside_out(known_conditions)),
    Algebra(name="the same in every case", formula="{f; f} = f", latex=r"\begin{cases} f \\ f \end{cases} = f",
            because="no case differs from another, so none has to be told apart",
            rewrite=_inside_out(same_in_every_case)),
    Algebra(name="name the sigmoid", formula="1/(1 + e^(-z)) = σ(z), σ(-z) = 1 - σ(z)",
            latex=r"\frac{1}{1 + e^{-z}} = \sigma(z),\; \sigma(-z) = 1 - \sigma(z)",
            because="this fraction has a name of its own",
            rewrite=lambda e, written: replaced(e, sigmoid_or_none)),
)
