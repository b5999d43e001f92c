"""What a rule is: when it applies, what it leaves to differentiate, and how the derivatives of the parts combine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from sympy import Add, Basic, Expr, Indexed, KroneckerDelta, Sum, Symbol

from symcalc.pages.document import Formula, Inline, joined
from symcalc.pages.notation import latex, text

_LATEX_BRACKETS = r"\left({}\right)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """(f(u))' = f'(u), or f'(u) · u' by the chain rule; written out when it is asked for.

    >>> from sympy import cos, sin
    >>> u = Symbol("u")
    >>> Pattern(operation=sin(u), slope=cos(u), chained=True).text
    "(sin(u))' = cos(u) · u'"
    """

    operation: Expr
    slope: Expr
    chained: bool

    @property
    def text(self) -> str:
        return f"({text(self.operation)})' = {self._slope(text, '({})')}" + " · u'" * self.chained

    @property
    def latex(self) -> str:
        return rf"\left({latex(self.operation)}\right)' = {self._slope(latex, _LATEX_BRACKETS)}" + r" \cdot u'" * self.chained

    def _slope(self, write: Callable[[Expr], str], brackets: str) -> str:
        loose = self.chained and isinstance(self.slope, Add)
        return brackets.format(write(self.slope)) if loose else write(self.slope)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rule:
    """One row of the textbook's table of derivatives."""

    name: str
    statement: Formula | Pattern
    applies: Callable[[Expr, Symbol], bool]
    parts: Callable[[Expr, Symbol], tuple[Expr, ...]]          # what is left to differentiate
    combine: Callable[..., Expr]                               # (expression, variable, *derivatives of the parts)
    because: Callable[[tuple[Expr, ...], Symbol], tuple[Inline, ...]]     # of all that one line uses the rule on

    @property
    def formula(self) -> str:
        """What the rule says, as text."""
        return self.statement.text

    @property
    def latex(self) -> str:
        """What the rule says, in LaTeX."""
        return self.statement.latex


@lru_cache(maxsize=512)
def depends(expression: Basic, variable: Symbol | Indexed) -> bool:
    """Whether the variable occurs in the expression; any element of w may be the w[k] that varies.

    >>> depends(Symbol("x") + 1, Symbol("x"))
    True
    """
    if isinstance(expression, Indexed):
        return isinstance(variable, Indexed) and expression.base == variable.base
    return expression == variable or any(depends(argument, variable) for argument in expression.args)


def letters_of(expression: Expr) -> list[Expr]:
    """The parameters and columns in the expression, in order of appearance."""
    if isinstance(expression, (Symbol, Indexed, KroneckerDelta)):
        return [expression]
    parts = (expression.function,) if isinstance(expression, Sum) else expression.args
    return list(dict.fromkeys(letter for part in parts for letter in letters_of(part)))


def constancy(expressions: tuple[Expr, ...], variable: Symbol, one: str, many: str) -> tuple[Inline, ...]:
    """Which letters do not move with the variable, what learners overlook most, and what follows for one or for many."""
    fixed = list(dict.fromkeys(part for expression in expressions for part in letters_of(expression) or [expression]))
    alone = len(fixed) == 1
    if not any(map(letters_of, fixed)):
        return (*joined(fixed), f" is a constant number{one}" if alone else f" are constant numbers{many}")
    return (*joined(fixed), f" {'does' if alone else 'do'} not depend on ", variable,
            f": it is a constant here{one}" if alone else f": they are constants here{many}")
