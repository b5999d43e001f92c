"""A kind of rewriting that changes the form of a line and not its value, and how it goes through an expression."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from sympy import Add, Basic, Derivative, E, Expr, Indexed, exp

from symcalc.calculus.algebra.products import Written, multiplied
from symcalc.written import add, rebuilt


@dataclass(frozen=True, slots=True, kw_only=True)
class Algebra:
    """One kind of rewriting that changes the form and not the value."""

    name: str
    formula: str
    latex: str
    because: str
    rewrite: Callable[[Expr, Written], Expr]      # (expression, the parts that the learner wrote) -> the tidier form
    about: frozenset[type] = frozenset()          # of which one must occur in the expression; none where any will do

    renames: bool = False                         # and gives the learner's own parts other names, too

    def concerns(self, expression: Expr) -> bool:
        """Whether the expression has any part that the rewriting is about."""
        return not self.about or not self.about.isdisjoint(kinds_in(expression))


EXPONENTIALS = frozenset({exp, type(E)})
"""e^z, however it is written."""


@lru_cache(maxsize=256)
def kinds_in(part: Basic) -> frozenset[type]:
    """The heads of all parts of the expression.

    >>> from sympy import Symbol
    >>> sorted(kind.__name__ for kind in kinds_in(Symbol("x")**2))
    ['Integer', 'Pow', 'Symbol']
    """
    return frozenset((type(part),)).union(*map(kinds_in, part.args))


def inside_out(change: Callable[[Expr, Written], Expr]) -> Callable[[Expr, Written], Expr]:
    """The pass that makes this change wherever it can, innermost first, and leaves what the learner wrote."""
    return lambda expression, written: bottom_up(expression, written, change)


def bottom_up(expression: Expr, written: Written, change: Callable[[Expr, Written], Expr]) -> Expr:
    """Apply `change` to every part that is not the learner's own, innermost first."""
    known: dict[Basic, Basic] = {}

    def visit(part: Basic) -> Basic:
        if part in written.parts or not part.args or isinstance(part, (Indexed, Derivative)):
            return part
        if part not in known:
            inner = rebuilt(part, tuple(map(visit, part.args)))
            if inner is not part:            # what changed inside may now join with its neighbours, or be gone
                inner = add(*_flat(part, inner)) if isinstance(inner, Add) else multiplied(inner, written)
            known[part] = change(inner, written) if isinstance(inner, Expr) else inner
        return known[part]

    return visit(expression)


def _flat(before: Expr, after: Add) -> list[Expr]:
    """The terms, those of a bracket opened that was none before."""
    if len(before.args) != len(after.args):
        return list(after.args)
    return [inner for old, new in zip(before.args, after.args)
            for inner in (new.args if isinstance(new, Add) and not isinstance(old, Add) else (new,))]
