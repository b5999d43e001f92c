"""Where a derivative jumps, and which value is used there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sympy import Basic, Equality, Expr, Integer, Max, Min, Piecewise, Symbol
from sympy.core.relational import Relational

from symcalc.calculus.rule import depends
from symcalc.pages.document import Paragraph
from symcalc.pages.notation import text
from symcalc.vocabulary import FUNCTIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Kink:
    """A place where the slope jumps: the part that bends, its equation, and the subgradient chosen there.

    >>> x = Symbol("x", real=True)
    >>> kinks_of(abs(x - 1), x)[0].where
    '-1 + x = 0'
    """

    part: Expr
    equation: Equality
    subgradient: str

    @property
    def where(self) -> str:
        return text(self.equation)

    def as_dict(self) -> dict[str, str]:
        """The kink as plain data, for JSON."""
        return {"part": text(self.part), "where": self.where, "subgradient": self.subgradient}


def told(kinks: Sequence[Kink]) -> list[Paragraph]:
    """The kinks in words."""
    return [Paragraph(("At the bend of ", kink.part, ", where ", kink.equation, f": {kink.subgradient}.")) for kink in kinks]


def kinks_of(expression: Expr, variable: Symbol) -> tuple[Kink, ...]:
    """The kinks of the expression as the variable moves, from the outside inwards."""
    found: dict[tuple[Basic, Basic, Basic], Kink] = {}
    waiting: list[Basic] = [expression]
    while waiting:
        part = waiting.pop()
        if not depends(part, variable):
            continue
        for left, right, subgradient in _bends(part, variable):
            found.setdefault((part, left, right), Kink(part=part, equation=Equality(left, right, evaluate=False),
                                                       subgradient=subgradient))
        waiting.extend(reversed(part.args))
    return tuple(found.values())


def _bends(part: Basic, variable: Symbol) -> list[tuple[Basic, Basic, str]]:
    if type(part) in FUNCTIONS and FUNCTIONS[type(part)].kink:
        return [(part.args[0], Integer(0), FUNCTIONS[type(part)].kink)]
    if isinstance(part, (Max, Min)):
        ordered = sorted(part.args, key=lambda argument: not depends(argument, variable))
        used = f"at a tie the slope of {text(ordered[-1])} is used" if len(ordered) == 2 else \
            f"where arguments tie, the last of {', '.join(map(text, ordered))} gives the slope"
        return [(left, right, used) for k, left in enumerate(ordered) for right in ordered[k + 1:]]
    if isinstance(part, Piecewise):
        return [(relation.lhs, relation.rhs, "on the border the case whose condition holds there is used")
                for _, condition in part.args for relation in sorted(condition.atoms(Relational), key=str)
                if depends(relation, variable)]
    return []
