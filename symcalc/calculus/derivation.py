"""A derivation: the derivative of an expression line by line, each line a rule, each proved.

What is printed here is what is proved, compiled and descended: there is no other derivative.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sympy import Expr, Symbol

from symcalc.calculus.absent import absences
from symcalc.calculus.algebra.products import Written, written_in
from symcalc.calculus.algebra.tidy import tidied
from symcalc.calculus.kinks import Kink, is_seen, kinks_of, told
from symcalc.calculus.lanes import Places
from symcalc.calculus.plain_data import written_down
from symcalc.calculus.proof import Proof, prove
from symcalc.calculus.row import ConcreteRow, is_alone, row_of
from symcalc.calculus.unfolding import Application, Line, applied, steps_of, unfolded
from symcalc.errors import LossError, as_given, perhaps
from symcalc.pages.document import Block, Document, Paragraph, paragraph
from symcalc.pages.notation import text
from symcalc.pages.shown import Shown

if TYPE_CHECKING:
    from symcalc.calculus.tutor.verdict import Verdict

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
    detail: str = "normal"
    remark: str = ""                       # what is to be known of the problem itself

    @property
    def result(self) -> Expr:
        """The derivative, equal to every line."""
        return self.lines[-1].expression

    @cached_property
    def kinks(self) -> tuple[Kink, ...]:
        """Where the derivative jumps, and which value is used there."""
        return tuple(kink for kink in kinks_of(self.expression, self.variable)
                     if is_seen(kink, self.expression, self.result, self.variable))

    def row(self, number: int, data: object = None) -> Derivation | ConcreteRow:
        """The derivation of one row of the sum, counted from 1: x₁ for xᵢ; with `data`, its numbers are put in too."""
        left_out = "" if is_alone(self.expression) else (
            f"This is the term of row {number} alone; what stands outside the sum is left out.")
        return row_of(self.expression, [self.variable], number, data,
                      lambda one: replace(derive(one, self.variable, self.detail), remark=left_out))

    def check(self, answer: object) -> Verdict:
        """Whether an answer, text or SymPy, is right in whatever form; if not, which mistake explains it."""
        from symcalc.calculus.tutor.check import check
        return check(self, answer)

    def hints(self, after: int = 0) -> tuple[str, ...]:
        """From a nudge to the next lines filled in, after the line that the learner has reached."""
        from symcalc.calculus.tutor.hints import hints
        return tuple(hint.text for hint in hints(self, after).hints)

    def document(self) -> Document:
        """The lines with their rules and reasons, the kinks and the proof."""
        checks = len(self.proof.checks)
        return Document("", (*self.working(), *absences(self.expression, [self.variable]),
                             paragraph(f"Proved: {checks} checks, each line against the one before.")),
                        f"The derivative by {text(self.variable)}")

    def working(self) -> tuple[Block, ...]:
        """The lines, and what is to be said of them."""
        return (steps_of(self.lines), *([paragraph(self.remark)] if self.remark else []), *self.notes())

    def notes(self) -> list[Paragraph]:
        """What is to be said of the kinks."""
        return told(self.kinks)

    def as_dict(self) -> dict[str, Any]:
        """The derivation as plain data, for JSON."""
        return {"expression": text(self.expression), "wrt": self.variable.name,
                **written_down(self.lines, self.proof, self.kinks)}

    def _sympy_(self) -> Expr:
        return self.result

    def __repr__(self) -> str:
        return f"<derivation of {text(self.expression)} by {text(self.variable)}: {len(self.lines)} lines>"


def derive(expression: Expr, variable: Symbol, detail: str = "normal", most: int | None = None,
           places: Places | None = None) -> Derivation:
    """Differentiate the expression by named rules and prove every line.

    `detail`: "brief" joins routine lines, "normal" has one rule a line, "full" one application a line. `most` is how many parts
    a line may have, where it is not for the size of the expression to say; `places` are those that other proofs have, too.

    >>> x = Symbol("x", real=True)
    >>> derive(3*x**2, x).result
    6*x
    """
    if not isinstance(detail, str) or detail not in DETAILS:
        raise LossError(f"detail is one of {', '.join(DETAILS)}, not {as_given(detail)}{perhaps(detail, DETAILS)}")
    root = applied(expression, variable, {})
    lines = tidied_up(unfolded(root, detail, most), written_in(expression))
    proof = prove([line.expression for line in lines], places if places is not None and places.serve(expression) else None)
    return Derivation(expression=expression, variable=variable, root=root, lines=tuple(lines), proof=proof,
                      detail=detail)


def tidied_up(lines: Sequence[Line], written: Written) -> list[Line]:
    """The lines, and behind them those that tidy the last one."""
    lines, shown = list(lines), ""
    for algebra, tidier in tidied(lines[-1].expression, written):
        before, shown = shown or text(lines[-1].expression), text(tidier)
        if shown == before:             # only brackets within brackets: nothing to show
            lines[-1] = replace(lines[-1], expression=tidier)
        else:
            lines.append(Line(expression=tidier, rule=algebra, why=(algebra.because,)))
    return lines
