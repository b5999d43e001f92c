"""Where a learner may go wrong: a rule applied in a derivation, with what is needed to apply a wrong one instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sympy import Expr, Integer, Pow, Symbol, exp
from sympy.core.function import AppliedUndef

from symcalc.calculus.elementary import POWERS, off_the_bar
from symcalc.calculus.rule import Pattern, Rule, depends
from symcalc.calculus.several import LOGARITHM, POLYGAMMA
from symcalc.calculus.unfolding import Application
from symcalc.pages.document import Inline
from symcalc.pages.notation import named
from symcalc.vocabulary import FUNCTIONS
from symcalc.written import rebuilt

ONE = Integer(1)
Words = tuple[Inline, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a mistake may be made: a rule applied, with the derivatives of its parts."""

    node: Application
    slopes: tuple[Expr, ...]

    @property
    def e(self) -> Expr:
        """What is differentiated."""
        return self.node.expression

    @property
    def x(self) -> Symbol:
        """The letter by which."""
        return self.node.variable

    @property
    def rule(self) -> Rule:
        """The right rule."""
        return self.node.rule

    @property
    def elementary(self) -> bool:
        """Whether the rule is one for a power or a function, of the variable itself or of an inside."""
        return isinstance(self.rule.statement, Pattern) and len(self.node.parts) < 2 and (
            isinstance(self.e, (Pow, AppliedUndef)) or type(self.e) in FUNCTIONS)

    @property
    def chained(self) -> bool:
        """Whether it is a chain rule."""
        return self.elementary and bool(self.node.parts)

    @property
    def inside(self) -> Expr:
        """u in f(u)."""
        return self.node.parts[0].expression if self.node.parts else self.x

    @property
    def whole(self) -> Expr:
        """What is differentiated, as f(u): x^(-n) where the power rule is used on 1/x^n."""
        over = off_the_bar(self.e)
        return over if self.inside in over.args else self.e

    @property
    def inner(self) -> Expr:
        """The derivative of the inside."""
        return self.slopes[0] if self.slopes else ONE

    @property
    def outer(self) -> Expr:
        """The derivative of the outer function, at the inside."""
        return self.outer_at(self.inside)

    def of(self, inside: Expr) -> Expr:
        """The outer function of something else."""
        return rebuilt(self.whole, tuple(inside if part == self.inside else part for part in self.whole.args))

    def outer_at(self, inside: Expr) -> Expr:
        """The derivative of the outer function at something else."""
        return self.rule.combine(self.of(inside), self.x, *(ONE for _ in self.node.parts))

    @property
    def exponent(self) -> Expr | None:
        """n where the rule is used on u^n."""
        whole = self.whole
        return whole.exp if isinstance(whole, Pow) and self.elementary and not depends(whole.exp, self.x) else None

    @property
    def exponential(self) -> bool:
        """Whether the rule is used on e^u or a^u."""
        return self.elementary and (type(self.whole) is exp or (isinstance(self.whole, Pow) and self.exponent is None))

    @property
    def called(self) -> str:
        """The outer function in a sentence."""
        if isinstance(self.e, AppliedUndef):
            return f"the function {named(self.e)}"
        outer = next((outer for outer in (*POWERS, LOGARITHM, POLYGAMMA) if outer.matches(self.e, self.x)), None)
        return outer.called(self.e) if outer else FUNCTIONS[type(self.e)].called


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WrongRule:
    """A rule that learners put in the place of a right one: its name, what is written by it, and what to say about it.

    What is said does not give the answer away.
    """

    name: str
    wrong: Callable[[Place], Iterable[Expr]]
    says: Callable[[Place], Words]
    alone: bool = False              # too far-fetched where something else is wrong as well


@dataclass(frozen=True, slots=True)
class Mistake:
    """What went wrong, by name.

    >>> Mistake("brackets lost").name
    'brackets lost'
    """

    name: str
