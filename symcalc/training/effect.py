"""What a wrong rule does to a descent: the same start, rate and steps, once with the right gradient and once with the wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sympy import Basic, Expr, Indexed, Sum

from symcalc.errors import DescentError, LossError
from symcalc.language import read
from symcalc.language.names import columns_of, name_of, parameters_of
from symcalc.pages.document import Block, Document, Inline, Paragraph, Table, joined, paragraph
from symcalc.pages.notation import text
from symcalc.pages.numbers import aligned, short
from symcalc.pages.shown import Shown
from symcalc.training.descent import descend
from symcalc.training.losses import Loss
from symcalc.training.run import Run, Stop, kept
from symcalc.written import derivative_of

_SAME = 1e-9             # relative: how constant the ratio of two gradients must be to count as a number
_BROKEN = (Stop.DIVERGED, Stop.OUTSIDE, Stop.BOTTOMLESS)


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Effect(Shown):
    """Two runs from one start: `right` goes by the derivation's gradient, `wrong` by `formulas` in place of some partials.

    >>> effect = compare_gradients(Loss("(w - 3)^2"), {"w": "-2*(w - 3)"}, start={"w": 0}, rate=0.25, steps=2)
    >>> effect.right.costs, effect.wrong.costs
    (array([9.    , 2.25  , 0.5625]), array([ 9.    , 20.25  , 45.5625]))
    """

    loss: Loss
    formulas: Mapping[str, Expr]
    right: Run
    wrong: Run

    @property
    def sentence(self) -> str:
        """What happened, in a sentence."""
        formulas = "formula" if len(self.formulas) == 1 else "formulas"
        right = f"with the right gradient it {_way(self.right)}{_count(self.right) if self.right.nit != self.wrong.nit else ''}"
        return (f"With the wrong {formulas} the cost {_way(self.wrong, start=True)}{_count(self.wrong)}{self._why()}; {right}.")

    def _why(self) -> str:
        """What the wrong slopes have to do with the right ones, where it is one thing throughout."""
        factor = self.factor
        if factor is None or math.isclose(factor, 1, rel_tol=_SAME):
            return ""
        if factor == 0:
            return ", since every slope is given as 0"
        if math.isclose(factor, -1, rel_tol=_SAME):
            return ", since every slope has the wrong sign"
        rate = f", as if the rate were {short(self.wrong.rate * factor)}" if factor > 0 else ""
        return f", since every slope is {short(factor)} times the right one{rate}"

    @property
    def caution(self) -> str:
        """Where the cost falls all the same: how the slopes tell the wrong formula from the right one; "" elsewhere."""
        if self.factor is not None or self.wrong.costs[-1] >= self.wrong.costs[0]:
            return ""
        at, where = (-1, "where it comes to rest") if self.wrong.success else (0, "at the start")
        right, wrong = self.right.compiled.at(self.wrong.points[at])[1], self.wrong.gradients[at]
        k = int(np.abs(right - wrong).argmax())
        return (f"That the cost falls does not make the formula right: {where} the slope in "
                f"{text(self.loss.parameters[k])} is {short(right[k])}, and the formula gives {short(wrong[k])}.")

    @property
    def factor(self) -> float | None:
        """The number by which all the wrong slopes differ from the right ones; None where there is no such number."""
        right = np.array([self.right.compiled.at(point)[1] for point in self.wrong.points])
        wrong = self.wrong.gradients
        size = float(np.abs(right).max())
        if not math.isfinite(size) or size == 0:
            return None
        at = np.unravel_index(np.abs(right).argmax(), right.shape)
        factor = float(wrong[at] / right[at])
        return factor if np.allclose(wrong, factor * right, rtol=_SAME, atol=_SAME * size) else None

    # Showing

    def document(self) -> Document:
        """The formulas side by side, the costs of both runs, and what happened."""
        gradient = self.loss.gradient()
        formulas = [(derivative_of(self.loss.symbol, parameter), gradient[parameter.name].result,
                     self.formulas.get(parameter.name, "the same")) for parameter in self.loss.parameters]
        blocks: list[Block] = [
            Table(header=("", "right", "wrong"), rows=tuple(formulas), words=frozenset({0, 1, 2})),
            Paragraph(("Both start at ", *self._start(), f", with the rate {short(self.right.rate)}.")),
            self._costs(), paragraph(self.sentence), *([paragraph(self.caution)] if self.caution else [])]
        blocks += [paragraph(f"The {name} run: {run.message}") for name, run in (("right", self.right), ("wrong", self.wrong))
                   if run.stop in _BROKEN]
        return Document(f"A wrong gradient of {text(self.loss.symbol)}", tuple(blocks))

    def _start(self) -> tuple[Inline, ...]:
        return joined([f"{text(parameter)} = {short(value)}"
                       for parameter, value in zip(self.loss.parameters, self.right.points[0])])

    def _costs(self) -> Table:
        length = max(len(self.right.costs), len(self.wrong.costs))
        shown = kept(length)
        columns = [aligned([run.costs[k] if k < len(run.costs) else math.nan for k in shown])
                   for run in (self.right, self.wrong)]
        rows = [(str(k), *cells) for k, cells in zip(shown, zip(*columns))]
        if len(shown) < length:
            rows.insert(len(shown) // 2, ("…", "…", "…"))
        return Table(header=("step", "J, right", "J, wrong"), rows=tuple(rows))

    def as_dict(self) -> dict[str, Any]:
        """Both runs as plain data, for JSON."""
        return {"loss": text(self.loss.expression), "wrong formulas": {name: text(e) for name, e in self.formulas.items()},
                "factor": self.factor, "sentence": self.sentence, "caution": self.caution,
                "right": self.right.as_dict(), "wrong": self.wrong.as_dict()}

    def __repr__(self) -> str:
        return f"<effect of a wrong slope in {', '.join(self.formulas)}: {len(self.wrong.updates)} updates>"


def compare_gradients(loss: Loss, wrong: Mapping[str, object], data: object = None, *,
                      start: Mapping[str, float] | Sequence[float], rate: float = 0.01, steps: int = 10) -> Effect:
    """Descend with the derivation's gradient, and again with the wrong partials in place of the right ones.

    A wrong partial is text, an expression, or an object that has one as its `answer`.
    """
    formulas = _formulas(loss, wrong)
    gradient = loss.gradient()
    partials = tuple(formulas.get(name, gradient[name].result) for name in loss.names)
    table = loss.table(data)
    right, other = (descend(loss, table, start=start, rate=rate, steps=steps, method="gradient descent", tolerance=1e-10,
                            partials=given) for given in (None, partials))
    if not right.started:
        raise DescentError(right.message)
    if not other.started:
        raise DescentError("a wrong formula has no finite value at the start; start elsewhere")
    return Effect(loss=loss, formulas=formulas, right=right, wrong=other)


# The formulas

def _formulas(loss: Loss, wrong: Mapping[str, object]) -> dict[str, Expr]:
    """The wrong partials by the names of their parameters."""
    if not isinstance(wrong, Mapping) or not wrong:
        raise LossError(f"the wrong slopes are a mapping such as {{'{loss.names[0]}': '...'}}")
    return {loss.parameter(name).name: _formula(loss, loss.parameter(name).name, answer) for name, answer in wrong.items()}


def _formula(loss: Loss, name: str, answer: object) -> Expr:
    """One wrong partial, in the letters of the loss, a single number wherever it is worked out."""
    answer = getattr(answer, "answer", answer)
    columns = tuple(map(name_of, loss.columns))
    formula = read(answer, parameters=loss.names, columns=columns if isinstance(answer, str) else ())
    strange = [name_of(part) for part in (*parameters_of(formula), *columns_of(formula))
               if part not in (*loss.parameters, *loss.columns)]
    if strange:
        raise LossError(f"{', '.join(strange)} in the slope by {name} does not occur in the loss; "
                        f"its letters are {', '.join((*loss.names, *columns))}")
    if (column := _outside(formula)) is not None:
        raise LossError(f"the slope by {name} has a value in every row, since {text(column)} stands outside a sum; "
                        "write mean(...) or sum(...) around it")
    if formula.has(Sum) and not loss.expression.has(Sum):
        raise LossError(f"the slope by {name} sums over rows, but the loss has none")
    return formula


def _outside(part: Basic) -> Indexed | None:
    """A column that stands outside the sums."""
    if isinstance(part, Indexed):
        return part
    inner = () if isinstance(part, Sum) else part.args
    return next((column for column in map(_outside, inner) if column is not None), None)


# The words

def _way(run: Run, start: bool = False) -> str:
    """How the cost of a run went: "climbs from 9 to 45.6"."""
    first, last = run.costs[0], run.costs[-1]
    if math.isclose(first, last, rel_tol=_SAME):
        return f"stays at {short(first)}"
    begun = f"from {short(first)} " if start else ""
    broken = " and on beyond all bounds" if run.stop in _BROKEN and last > first else ""
    return f"{'climbs' if last > first else 'falls'} {begun}to {short(last)}{broken}"


def _count(run: Run) -> str:
    return f" in {run.nit} update{'s' * (run.nit != 1)}" if run.nit else ""
