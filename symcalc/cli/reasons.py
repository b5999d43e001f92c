"""One line of a derivation by itself, for who asks why, and the hints towards the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symcalc.errors import SymcalcError
from symcalc.pages.document import Document, Step, Steps
from symcalc.pages.rendering import is_explained
from symcalc.pages.shown import Shown

if TYPE_CHECKING:
    from symcalc.calculus.tutor.hints import Hints


@dataclass(frozen=True, slots=True)
class Reason(Shown):
    """A line of a derivation after the one before it, with its rule and its reason."""

    before: Step
    line: Step

    def document(self) -> Document:
        """The two lines."""
        return Document("", (Steps((Step(expression=self.before.expression), self.line)),), "Why")

    def as_dict(self) -> dict[str, Any]:
        """The rule and its formula, for JSON."""
        return {"rule": self.line.rule, "formula": self.line.formula.text if self.line.formula else None}


def reason(derivation: Any, k: int) -> Reason:
    """Why line k follows from the one before it, counted from 1 over all stages of the derivation.

    >>> from symcalc.calculus.problems import derive
    >>> print(reason(derive("x^2 + 3", "x"), 2))
    d/dx x² + d/dx 3
      = d/dx x²   constant rule: c' = 0
                  3 is a constant number, with derivative 0
    """
    steps = [(before, line) for block in derivation.document().blocks if isinstance(block, Steps)
             for before, line in zip(block.lines, block.lines[1:]) if is_explained(line)]
    if not 1 <= k <= len(steps):
        raise SymcalcError(f"there is no line {k}; the derivation has {len(steps)}, counted from 1 after the first")
    return Reason(*steps[k - 1])


def hints_of(derivation: Any) -> Hints:
    """The hints towards a derivative, through all stages of one that is differentiated more than once.

    >>> from symcalc.calculus.problems import derive
    >>> len(hints_of(derive("sin(3x)", "x")).hints)
    5
    """
    from symcalc.calculus.derivation import Derivation
    from symcalc.calculus.tutor.hints import hints
    from symcalc.calculus.tutor.stages import stage_hints

    return hints(derivation) if isinstance(derivation, Derivation) else stage_hints(derivation)
