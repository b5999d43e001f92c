"""What a wrong rule does to a descent: the same start, rate and steps, once with the right gradient and once with the wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic

import numpy as np
from sympy import Basic, Derivative, Expr, Indexed, Sum

from symcalc.compute.points import Values
from symcalc.errors import DescentError, LossError, ReadError
from symcalc.language import read
from symcalc.language.names import columns_of, name_of, parameters_of
from symcalc.language.reader import read_text
from symcalc.pages.document import Block, Document, Inline, Paragraph, Table, joined, paragraph
from symcalc.pages.notation import text
from symcalc.pages.numbers import DIGITS, aligned, short
from symcalc.pages.shown import Shown
from symcalc.training.descent import descend
from symcalc.training.problem.objective import L, Objective
from symcalc.training.run import Run
from symcalc.training.stops import Stop
from symcalc.training.told.page import kept
from symcalc.written import derivative_of

_SAME = 1e-9             # relative: how constant the ratio of two gradients must be to count as a number
_BROKEN = (Stop.OVERFLOW, Stop.OUTSIDE, Stop.BOTTOMLESS)


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Effect(Shown, Generic[L]):
    """Two runs from one start: `right` goes by the derivation's gradient, `wrong` by `formulas` in place of some partials.

    >>> from symcalc.training.losses import Loss
    >>> effect = compare_gradients(Loss("(w - 3)^2"), {"w": "-2*(w - 3)"}, start={"w": 0}, rate=0.25, steps=2)
    >>> effect.right.costs, effect.wrong.costs
    (array([9.    , 2.25  , 0.5625]), array([ 9.    , 20.25  , 45.5625]))
    """

    loss: L
    formulas: Mapping[str, Expr]
    right: Run[L]
    wrong: Run[L]

    @cached_property
    def mistaken(self) -> tuple[str, ...]:
        """The parameters whose formulas are not the derivative, in whatever form."""
        return tuple(name for name, formula in self.formulas.items() if not self.loss.partial(name).check(formula).correct)

    @property
    def sentence(self) -> str:
        """What happened, in a sentence."""
        right = f"with the right gradient it {_way(self.right, count=self.right.nit != self.wrong.nit)}"
        return f"{self._which()} the cost {_way(self.wrong, start=True)}{self._why()}; {right}."

    def _which(self) -> str:
        """The beginning of the sentence: what is wrong, and what is right all the same."""
        right = [name for name in self.formulas if name not in self.mistaken]
        if not self.mistaken:
            return "The formula is right: with it" if len(right) == 1 else "The formulas are right: with them"
        aside = f" for {_listed(self.mistaken)} ({_listed(right)} {'is' if len(right) == 1 else 'are'} right)" if right else ""
        return f"With the wrong {_noun(self.mistaken)}{aside}"

    def _why(self) -> str:
        """What the wrong slopes have to do with the right ones, where it is one thing throughout."""
        factor = self.factor
        if factor is None or not self.mistaken:
            return ""
        if factor == 0:
            return ", since every slope is given as 0"
        if math.isclose(factor, 1, rel_tol=_SAME):
            return ", since at every point visited the slopes are the right ones"
        if math.isclose(factor, -1, rel_tol=_SAME):
            return ", since every slope has the wrong sign"
        rate = self.wrong.rate * factor
        as_if = f", as if the rate were {short(rate)}" if 0 < rate < math.inf else ""
        return f", since every slope is {short(factor)} times the right one{as_if}"

    @property
    def caution(self) -> str:
        """Where a wrong formula does no harm: what tells it from the right one; "" elsewhere."""
        many = len(self.mistaken) > 1
        if self.mistaken and self.factor is not None and math.isclose(self.factor, 1, rel_tol=_SAME):
            return (f"That the steps are the same does not make the {_noun(self.mistaken)} right: "
                    f"elsewhere {'they do not give the slopes' if many else 'it does not give the slope'}.")
        falls = self.wrong.costs[-1] < self.wrong.costs[0] and self.wrong.stop not in (Stop.DIVERGED, Stop.OVERFLOW)
        widest = self._widest() if falls and self.mistaken and self.factor is None else None
        if widest is None:
            return ""
        at, k = widest
        resting = at == self.wrong.nit and self.wrong.success        # there every slope given is 0 to within the tolerance
        right, given = _apart(self._right_slopes[at, k], 0.0 if resting else self.wrong.gradients[at, k])
        return (f"That the cost falls does not make the {_noun(self.mistaken)} right: {self._when(at)} the slope in "
                f"{text(self.loss.parameters[k])} is {right}, and the formula gives {given}.")

    def _when(self, at: int) -> str:
        if at == self.wrong.nit and self.wrong.success:
            return "where it comes to rest"
        return f"after {at} update{'s' * (at != 1)}" if at else "at the start"

    def _widest(self) -> tuple[int, int] | None:
        """The point visited and the parameter at which a wrong formula is furthest from the right one."""
        with np.errstate(all="ignore"):
            gaps = np.abs(self._right_slopes - self.wrong.gradients)
        for k, name in enumerate(self.loss.names):
            if name not in self.mistaken:
                gaps[:, k] = 0
        gaps[~np.isfinite(gaps)] = 0
        at, k = divmod(int(gaps.argmax()), gaps.shape[1])
        return (at, k) if gaps[at, k] > 0 else None

    @cached_property
    def _right_slopes(self) -> np.ndarray:
        """The right slopes at the points that the wrong run visited."""
        return np.array([self.right.compiled.at(point)[1] for point in self.wrong.points])

    @cached_property
    def factor(self) -> float | None:
        """The number by which all the wrong slopes differ from the right ones; None where there is no such number."""
        right, wrong = self._right_slopes, self.wrong.gradients
        size = float(np.abs(right).max())
        if size == 0 and not wrong.any():
            return 1.0
        if not math.isfinite(size) or size == 0:
            return None
        at = np.unravel_index(np.abs(right).argmax(), right.shape)
        with np.errstate(all="ignore"):
            factor = float(wrong[at] / right[at])
            # Held against the slopes at the start: the large ones of a run that diverges would hide any difference.
            close = np.allclose(wrong, factor * right, rtol=_SAME, atol=_SAME * float(np.abs(right[0]).max()))
        return factor if close and math.isfinite(factor) else None

    # Showing

    def document(self) -> Document:
        """The formulas side by side, the costs of both runs, and what happened."""
        formulas = [(derivative_of(self.loss.symbol, parameter), self.loss.partial(parameter.name).result,
                     self.formulas.get(parameter.name, "the same")) for parameter in self.loss.parameters
                    if parameter.name in self.formulas or not self.loss.is_large]
        blocks: list[Block] = [
            Table(header=("", "right", self._other), rows=tuple(formulas), words=frozenset({0, 1, 2})),
            Paragraph(("Both start at ", *self._start(), f", with the rate {short(self.right.rate)}.")),
            self._costs(), paragraph(self.sentence), *([paragraph(self.caution)] if self.caution else [])]
        runs = (("right", self.right), (self._other, self.wrong))
        blocks += [paragraph(f"The {name} run: {run.message}") for name, run in runs if run.stop in _BROKEN]
        title = "A wrong gradient" if self.mistaken else "A right gradient"
        return Document(f"{title} of {text(self.loss.symbol)}", tuple(blocks))

    @property
    def _other(self) -> str:
        """What the columns of the formulas that were given are headed."""
        return "wrong" if self.mistaken else "given"

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
        return Table(header=("step", "J, right", f"J, {self._other}"), rows=tuple(rows))

    def as_dict(self) -> dict[str, Any]:
        """Both runs as plain data, for JSON."""
        return {"loss": text(self.loss.expression), "wrong formulas": {name: text(e) for name, e in self.formulas.items()},
                "mistaken": list(self.mistaken), "factor": self.factor, "sentence": self.sentence, "caution": self.caution,
                "right": self.right.as_dict(), "wrong": self.wrong.as_dict()}

    def __repr__(self) -> str:
        kind = "wrong" if self.mistaken else "right"
        return f"<effect of a {kind} slope in {', '.join(self.formulas)}: {len(self.wrong.updates)} updates>"


def compare_gradients(loss: Objective, wrong: Mapping[str, object], data: object = None, *,
                      start: Values, rate: float = 0.01, steps: int = 10) -> Effect:
    """Descend with the derivation's gradient, and again with the wrong partials in place of the right ones.

    A wrong partial is text, an expression, or an object that has one as its `answer`.
    """
    formulas = _formulas(loss, wrong)
    partials = tuple(formulas.get(name, slope) for name, slope in zip(loss.names, loss.partials, strict=True))
    table = loss.table(data)
    right, other = (descend(loss, table, kind=Run, start=start, rate=rate, steps=steps, partials=given)
                    for given in (None, partials))
    if not right.started:
        raise DescentError(right.message)
    if not other.started:
        raise DescentError("a wrong formula has no finite value at the start; start elsewhere")
    return Effect(loss=loss, formulas=formulas, right=right, wrong=other)


# The formulas

def _formulas(loss: Objective, wrong: Mapping[str, object]) -> dict[str, Expr]:
    """The wrong partials by the names of their parameters."""
    if not isinstance(wrong, Mapping) or not wrong:
        raise LossError(f"the wrong slopes are a mapping such as {{'{loss.names[0]}': '...'}}")
    return {loss.parameter(name).name: _formula(loss, loss.parameter(name).name, answer) for name, answer in wrong.items()}


def _formula(loss: Objective, name: str, answer: object) -> Expr:
    """One wrong partial, in the letters of the loss, a single number wherever it is worked out."""
    answer = getattr(answer, "answer", answer)
    columns = tuple(map(name_of, loss.columns))
    if (standing := _standing(answer, loss.names, columns)) is not None:
        raise LossError(f"{text(standing)} still stands in the slope by {name}; work it out, since a step needs its number")
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


def _standing(answer: object, parameters: Sequence[str], columns: Sequence[str]) -> Derivative | None:
    """A derivative that the answer leaves to be worked out, as an answer to the tutor may."""
    if isinstance(answer, str):
        try:
            answer = read_text(answer, parameters=parameters, columns=columns, standing=True)
        except (ReadError, LossError):
            return None                  # the plain reader says what is wrong with it
    return min(answer.atoms(Derivative), key=text, default=None) if isinstance(answer, Basic) else None


def _outside(part: Basic) -> Indexed | None:
    """A column that stands outside the sums."""
    if isinstance(part, Indexed):
        return part
    inner = () if isinstance(part, Sum) else part.args
    return next((column for column in map(_outside, inner) if column is not None), None)


# The words

def _way(run: Run, start: bool = False, count: bool = True) -> str:
    """How the cost of a run went: "climbs from 9 to 45.6 in 2 updates"."""
    first, last = run.costs[0], run.costs[-1]
    begun = f"from {short(first)} " if start else ""
    if run.stop in _BROKEN and not run.nit:
        return _FIRST_STEP[run.stop].format(begun)
    same = math.isclose(first, last, rel_tol=_SAME)
    way = "stays" if same else "climbs" if last > first else "falls"
    went = f"stays at {short(last)}" if same else f"{way} {begun}to {short(last)}"
    end = " and on beyond all bounds" if _ONWARD.get(run.stop) == way else _END.get(run.stop, "")
    return f"{went}{_count(run) if count else ''}{end}"


_ONWARD = {Stop.DIVERGED: "climbs", Stop.BOTTOMLESS: "falls"}
_FIRST_STEP = {
    Stop.OVERFLOW: "grows {}to more than numbers hold on the first step",
    Stop.BOTTOMLESS: "falls {}beyond all bounds on the first step",
    Stop.OUTSIDE: "has no value after the first step, which leaves the domain",
}
_END = {
    Stop.DIVERGED: " and then grows beyond all bounds",
    Stop.OVERFLOW: " and then grows to more than numbers hold",
    Stop.BOTTOMLESS: " and then falls beyond all bounds",
    Stop.OUTSIDE: " and then has no value, since the next step leaves the domain",
}


def _count(run: Run) -> str:
    return f" in {run.nit} update{'s' * (run.nit != 1)}" if run.nit else ""


def _apart(a: float, b: float) -> tuple[str, str]:
    """Both numbers, with digits enough to tell them apart.

    >>> _apart(2.0, 3.5), _apart(2.0, 2.00000001)
    (('2', '3.5'), ('2', '2.00000001'))
    """
    digits = next((digits for digits in (DIGITS, 9, 12) if short(a, digits) != short(b, digits)), 17)
    return short(a, digits), short(b, digits)


def _listed(names: Sequence[str]) -> str:
    return "".join(map(str, joined(list(names))))


def _noun(names: Sequence[str]) -> str:
    return "formula" if len(names) == 1 else "formulas"
