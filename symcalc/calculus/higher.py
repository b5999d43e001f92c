"""Second, mixed and higher derivatives: one derivation after the other, and the chain that joins them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sympy import Derivative, Expr, Symbol

from symcalc.calculus.absent import absences
from symcalc.calculus.derivation import Derivation, derive
from symcalc.calculus.kinks import Kink
from symcalc.calculus.lanes import Places
from symcalc.calculus.plain_data import written_down
from symcalc.calculus.point import MOST_NESTED, digits_for
from symcalc.calculus.proof import Proof, prove
from symcalc.calculus.row import ConcreteRow, row_of
from symcalc.calculus.size import most_parts
from symcalc.calculus.unfolding import Line, Nesting
from symcalc.errors import LossError, as_given
from symcalc.pages.document import Block, Document, Equation, Heading, paragraph
from symcalc.pages.notation import text
from symcalc.pages.shown import Shown

if TYPE_CHECKING:
    from symcalc.calculus.tutor.verdict import Verdict

_ORDINALS = ("first", "second", "third", "fourth")
_AGAIN = Nesting(name="one derivative at a time", formula="d²f/dx² = d/dx (df/dx)",
                 latex=r"\frac{d^2 f}{dx^2} = \frac{d}{dx} \left(\frac{df}{dx}\right)")
_MIXED = Nesting(name="one derivative at a time", formula="∂²f/∂y∂x = ∂/∂y (∂f/∂x)",
                 latex=r"\frac{\partial^2 f}{\partial y \partial x} = \frac{\partial}{\partial y} "
                       r"\left(\frac{\partial f}{\partial x}\right)")


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class HigherDerivation(Shown):
    """A derivative of a derivative: `stages` holds the derivations one after the other, `lines` the chain that they make.

    >>> x = Symbol("x", real=True)
    >>> d = derive_by(x**3, (x, x))
    >>> d.result, [stage.result for stage in d.stages]
    (6*x, [3*x**2, 6*x])
    >>> [text(line.expression) for line in d.lines[:2]]
    ['d²/dx² x³', 'd/dx (3x²)']
    """

    stages: tuple[Derivation, ...]
    lines: tuple[Line, ...]
    proof: Proof

    @property
    def expression(self) -> Expr:
        """What is differentiated."""
        return self.stages[0].expression

    @property
    def variables(self) -> tuple[Symbol, ...]:
        """By what, one after the other."""
        return tuple(stage.variable for stage in self.stages)

    @property
    def result(self) -> Expr:
        """The derivative, equal to every line."""
        return self.lines[-1].expression

    @cached_property
    def kinks(self) -> tuple[Kink, ...]:
        """Where one of the derivatives jumps, and which value is used there."""
        return tuple({(kink.part, kink.equation): kink for stage in self.stages for kink in stage.kinks}.values())

    def row(self, number: int, data: object = None) -> HigherDerivation | ConcreteRow:
        """The derivation of one row of the sum, counted from 1: x₁ for xᵢ; with `data`, its numbers are put in too."""
        return row_of(self.expression, self.variables, number, data,
                      lambda one: joined_up(_stages(one, self.variables, self.stages[0].detail)))

    def check(self, answer: object) -> Verdict:
        """Whether an answer, text or SymPy, is right in whatever form; if not, which mistake explains it."""
        from symcalc.calculus.tutor.stages import check_stages
        return check_stages(self, answer)

    def hints(self, after: int = 0) -> tuple[str, ...]:
        """From a nudge to the next lines filled in, after the line that the learner has reached."""
        from symcalc.calculus.tutor.stages import stage_hints
        return tuple(hint.text for hint in stage_hints(self, after).hints)

    def document(self) -> Document:
        """Each derivation under a heading of its own, then what they give together."""
        blocks: list[Block] = []
        for k, stage in enumerate(self.stages):
            blocks += [Heading(_heading(self.variables, k)), *stage.working()]
        return Document("", (*blocks, Heading("Together"), Equation((self.lines[0].expression, self.result)),
                             *absences(self.expression, self.variables),
                             paragraph(f"Proved: {len(self.proof.checks)} checks, each line against the one before, and the "
                                       "result against the whole derivative.")),
                        f"The derivative by {', then by '.join(map(text, self.variables))}")

    def as_dict(self) -> dict[str, Any]:
        """The derivations as plain data, for JSON: the keys of a single one, and the `stages`."""
        return {"expression": text(self.expression), "wrt": " ".join(variable.name for variable in self.variables),
                **written_down(self.lines, self.proof, self.kinks), "stages": [stage.as_dict() for stage in self.stages]}

    def _sympy_(self) -> Expr:
        return self.result

    def __repr__(self) -> str:
        by = ", ".join(map(text, self.variables))
        return f"<derivation of {text(self.expression)} by {by}: {len(self.stages)} stages>"


def derive_by(expression: Expr, variables: Sequence[Symbol], detail: str = "normal") -> Derivation | HigherDerivation:
    """Differentiate by each of the variables in turn; one alone gives its plain derivation.

    >>> x, y = Symbol("x", real=True), Symbol("y", real=True)
    >>> derive_by(x**3*y, (x, y)).result
    3*x**2
    """
    if not 1 <= len(variables) <= MOST_NESTED:
        raise LossError(f"1 to {MOST_NESTED} derivatives are taken one after the other, not {len(variables)}")
    stages = _stages(expression, variables, detail)
    return stages[0] if len(stages) == 1 else joined_up(stages)


def _stages(expression: Expr, variables: Sequence[Symbol], detail: str) -> list[Derivation]:
    """The derivations one after the other."""
    stages: list[Derivation] = []
    most = most_parts(expression)
    for variable in variables:
        stages.append(derive(stages[-1].result if stages else expression, variable, detail, most))
    return stages


def joined_up(stages: Sequence[Derivation], places: Places | None = None) -> HigherDerivation:
    """Derivations of which each differentiates the result of the one before, as one; `places` are those of other proofs."""
    variables = [stage.variable for stage in stages]
    lines = [Line(expression=_standing(stages[0].expression, variables))]
    for k, stage in enumerate(stages[:-1], start=1):
        why = ("by ", stage.variable, " first: that gave ", stage.result)
        lines.append(Line(expression=_standing(stage.result, variables[k:]), why=why,
                          rule=_AGAIN if len(set(variables)) == 1 else _MIXED))
    lines += stages[-1].lines[1:]
    # The stages say that each line is right; the chain is also held against difference quotients of difference quotients.
    whole = prove([*(line.expression for line in lines[:len(stages)]), lines[-1].expression], places,
                  digits_for(len(stages)), None if places is None else stages[-1].lines[0].expression)
    checks = (*(check for stage in stages for check in stage.proof.checks), *whole.checks)
    return HigherDerivation(stages=tuple(stages), lines=tuple(lines), proof=Proof(checks))


def repeated(names: Sequence[str], order: int | None) -> tuple[str, ...]:
    """The letters to differentiate by: the names in turn, or one name `order` times.

    >>> repeated(["x"], 2), repeated(["x", "y"], None)
    (('x', 'x'), ('x', 'y'))
    """
    if order is None:
        if len(names) > MOST_NESTED:
            raise LossError(f"at most {MOST_NESTED} derivatives are taken one after the other, not {len(names)}")
        return tuple(names)
    if isinstance(order, bool) or not isinstance(order, int) or not 1 <= order <= MOST_NESTED:
        raise LossError(f"the order of a derivative is a whole number from 1 to {MOST_NESTED}, not {as_given(order)}")
    if len(names) > 1:
        raise LossError(f"give several letters or an order, not both; for order {order} by one letter, "
                        f"write {names[0]} alone")
    return tuple(names) * order


def _standing(expression: Expr, variables: Sequence[Symbol]) -> Derivative:
    return Derivative(expression, *variables, evaluate=False)


def _heading(variables: Sequence[Symbol], k: int) -> str:
    if len(set(variables)) == 1:
        return f"The {_ORDINALS[k]} derivative"
    return f"{'Then' if k else 'First'} by {text(variables[k])}"
