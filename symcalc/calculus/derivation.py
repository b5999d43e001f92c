"""A derivation: the derivative of an expression line by line, each line a rule, each proved.

What is printed here is what is proved, compiled and descended: there is no other derivative.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sympy import Expr, Symbol

from symcalc.calculus.kinks import Kink, kinks_of
from symcalc.calculus.proof import Proof, prove
from symcalc.calculus.terms import written_in
from symcalc.calculus.tidy import tidied
from symcalc.calculus.unfolding import Application, Line, applied, unfolded
from symcalc.errors import LossError
from symcalc.pages.document import Document, Paragraph, Steps, paragraph
from symcalc.pages.notation import latex, text
from symcalc.pages.shown import Shown
from symcalc.pages.source import source

if TYPE_CHECKING:
    from symcalc.calculus.tutor import Verdict

DETAILS = ("brief", "normal", "full")


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Derivation(Shown):
    """The derivative of an expression, line by line: each line is a rule, and each is proved.

    >>> from sympy import sin
    >>> x = Symbol("x", real=True)
    >>> d = derive(x**2*sin(x), x)
    >>> d.result
    x**2*cos(x) + 2*x*sin(x)
    >>> [line.rule.name for line in d.lines[1:]]
    ['product rule', 'power rule', 'derivative of the sine']
    >>> d.proof.passed
    True
    """

    expression: Expr
    variable: Symbol
    root: Application
    lines: tuple[Line, ...]
    proof: Proof

    @property
    def result(self) -> Expr:
        """The derivative, equal to every line."""
        return self.lines[-1].expression

    @cached_property
    def kinks(self) -> tuple[Kink, ...]:
        """Where the derivative jumps, and which value is used there."""
        return kinks_of(self.expression, self.variable)

    def check(self, answer: object) -> Verdict:
        """Whether an answer, text or SymPy, is right in whatever form; if not, which mistake explains it."""
        from symcalc.calculus.tutor import check
        return check(self, answer)

    def hints(self, after: int = 0) -> tuple[str, ...]:
        """From a nudge to the next lines filled in, after the line that the learner has reached."""
        from symcalc.calculus.hints import hints
        return tuple(hint.text for hint in hints(self, after).hints)

    def document(self) -> Document:
        """The lines with their rules and reasons, the kinks and the proof."""
        notes = [Paragraph(("At the bend of ", kink.part, ", where ", kink.equation, f": {kink.subgradient}."))
                 for kink in self.kinks]
        checks = len(self.proof.checks)
        return Document("", (Steps(tuple(line.step() for line in self.lines)), *notes,
                             paragraph(f"Proved: {checks} checks, each line against the one before.")))

    def as_dict(self) -> dict[str, Any]:
        """The derivation as plain data, for JSON."""
        shown = [{**_written(line.expression), "rule": line.rule.name if line.rule else None,
                  "formula": line.rule.formula if line.rule else None, "because": line.because} for line in self.lines]
        return {"expression": text(self.expression), "wrt": self.variable.name, "lines": shown,
                "result": _written(self.result),
                "proof": {"passed": self.proof.passed, "checks": len(self.proof.checks)},
                "kinks": [{"part": text(kink.part), "where": kink.where, "subgradient": kink.subgradient}
                          for kink in self.kinks]}

    def _sympy_(self) -> Expr:
        return self.result

    def __repr__(self) -> str:
        return f"<derivation of {text(self.expression)} by {text(self.variable)}: {len(self.lines)} lines>"


def _written(expression: Expr) -> dict[str, str]:
    return {"text": text(expression), "latex": latex(expression), "sympy": source(expression)}


def derive(expression: Expr, variable: Symbol, detail: str = "normal") -> Derivation:
    """Differentiate the expression by named rules and prove every line.

    `detail`: "brief" joins routine lines, "normal" has one rule a line, "full" one application a line.

    >>> x = Symbol("x", real=True)
    >>> derive(3*x**2, x).result
    6*x
    """
    if detail not in DETAILS:
        raise LossError(f"detail is one of {', '.join(DETAILS)}, not {detail!r}")
    root = applied(expression, variable, {})
    lines = unfolded(root, detail)
    for algebra, tidier in tidied(lines[-1].expression, written_in(expression)):
        if text(tidier) == text(lines[-1].expression):      # only brackets within brackets: nothing to show
            lines[-1] = replace(lines[-1], expression=tidier)
        else:
            lines.append(Line(expression=tidier, rule=algebra, reason=(algebra.because,)))
    proof = prove([line.expression for line in lines])
    return Derivation(expression=expression, variable=variable, root=root, lines=tuple(lines), proof=proof)
