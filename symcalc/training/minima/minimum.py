"""The minimum by calculus: where every slope is 0, and by the second derivatives what kind of point that is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic

import numpy as np
from sympy import Expr, Function, Symbol

from symcalc.compute.points import Values, ordered
from symcalc.errors import LossError
from symcalc.pages.document import Block, Document, Equation, Inline, Paragraph
from symcalc.pages.document import Table as Rows
from symcalc.pages.elided import elided, several, shortened
from symcalc.pages.notation import text
from symcalc.pages.numbers import aligned, numeral, short
from symcalc.pages.shown import Shown
from symcalc.training.problem.objective import L, Objective
from symcalc.training.shape.spectrum import MAXIMUM, MINIMUM, SADDLE, UNDECIDED
from symcalc.vocabulary import LOSS
from symcalc.written import derivative_of

INFLECTION = "inflection point"
MANY = {MINIMUM: "minima", MAXIMUM: "maxima", SADDLE: "saddle points", UNDECIDED: "stationary points"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StationaryPoint:
    """A point at which every slope is 0, the cost there, and by the second derivatives what kind of point it is."""

    values: tuple[float, ...]
    J: float
    kind: str                        # one of the words above
    hessian: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Minimum(Shown, Generic[L]):
    """Where ∇J = 0: `points` are all that were found, `point`, `J` and `kind` those of the lowest minimum among them.

    `exact` says whether a closed form gave them, and not steps of Newton's method.

    >>> from symcalc.training.losses import Loss
    >>> found = Loss("2*x^2 - 8*x").minimum()
    >>> found.point, found.J, found.kind, found.exact
    ({'x': 2.0}, -8.0, 'minimum', True)
    """

    loss: L
    points: tuple[StationaryPoint, ...]
    exact: bool
    working: tuple[Block, ...]               # down to the points and their costs
    reading: tuple[Inline, ...]              # what the second derivatives say
    flat: np.ndarray                         # directions along which the cost stays the same: none but for many minima

    @cached_property
    def best(self) -> StationaryPoint:
        """The lowest minimum, or the first of the points where none is a minimum."""
        minima = [point for point in self.points if point.kind == MINIMUM]
        return min(minima, key=lambda point: point.J, default=self.points[0])

    @property
    def point(self) -> dict[str, float]:
        """Where it lies, by name."""
        return dict(zip(self.loss.names, self.best.values, strict=True))

    @property
    def J(self) -> float:
        """The cost there."""
        return self.best.J

    @property
    def kind(self) -> str:
        """What kind of point it is; "one of many minima" where a direction is flat."""
        return self.best.kind if not len(self.flat) else f"one of many {MANY[self.best.kind]}"

    def distance(self, point: Values) -> float:
        """How far a point is from the nearest of those that are of this kind.

        >>> from symcalc.training.losses import Loss
        >>> Loss("w^4 - 2*w^2").minimum().distance({"w": -1.25})
        0.25
        """
        at = ordered(point, self.loss.names)
        gaps = [at - np.array(other.values) for other in self.points if other.kind == self.best.kind]
        return min(math.hypot(*(gap - self.flat.T @ (self.flat @ gap))) for gap in gaps)

    def document(self) -> Document:
        """How it was found, then the points with their kinds."""
        J = self.loss.called
        name = MANY[self.best.kind] if len(self.flat) else "stationary point" if self.kind == UNDECIDED else self.kind
        title = f"The {name} of {J}" if len(self.points) == 1 else f"Where the slope of {J} is 0"
        formula = self.loss.formula() if self.loss.is_large else (Equation((self.loss.symbol, self.loss.expression)),)
        return Document(title, (*formula, *self.working, Paragraph(self.reading)))

    def as_dict(self) -> dict[str, Any]:
        """The points as plain data, for JSON."""
        return {"loss": text(self.loss.expression), "parameters": self.point, "J": self.J, "kind": self.kind,
                "exact": self.exact, "points": [{"parameters": dict(zip(self.loss.names, point.values)), "J": point.J,
                                                 "kind": point.kind} for point in self.points]}

    def __repr__(self) -> str:
        at = several([f"{name} = {short(value)}" for name, value in self.point.items()])
        kind = "stationary point" if self.kind == UNDECIDED else self.kind
        return f"<{kind} of {self.loss.called}: {at}, J = {short(self.J)}>"


def check_cost(loss: Objective, point: Sequence[float], cost: float) -> None:
    """Refuses a point at which every slope is 0 and J has no value: there is no cost to give."""
    if not math.isfinite(cost):
        there = "" if loss.is_large else f", at {several([f'{n} = {short(v)}' for n, v in zip(loss.names, point)])}"
        why = "has no value" if math.isnan(cost) else f"is {'above ' if cost > 0 else 'below -'}1.8 · 10³⁰⁸, where numbers end,"
        raise LossError(f"{loss.called} {why} at the point that makes every slope 0{there}")


def told(loss: Objective, point: StationaryPoint, values: bool = True, name: str = LOSS) -> tuple[Block, ...]:
    """The point, where it is not told already, and its cost, by the name of the loss."""
    found = list(zip(loss.parameters, point.values)) if values else []
    if loss.is_large:
        return _in_a_table(found), _value(elided(loss.symbol), point.J)
    return tuple(_value(letter, value) for letter, value in (*found, (Function(name)(*loss.parameters), point.J)))


def _value(letter: Expr, value: float) -> Equation:
    number = numeral(value)
    return Equation((letter, number), "=" if _is_all(number, value) else "≈")


def _in_a_table(values: Sequence[tuple[Symbol, float]]) -> Rows:
    """The first and the last of many."""
    letters, numbers = zip(*values)
    return Rows(header=("parameter", "value"), rows=tuple(shortened(list(zip(letters, aligned(numbers))), ("…", "…"))),
                words=frozenset({0}))


def compared(loss: Objective, points: Sequence[StationaryPoint]) -> Rows:
    """Several points side by side, with the second derivatives that tell their kinds."""
    first = loss.parameters[0]
    second = derivative_of(derivative_of(loss.symbol, first), first)
    header: list[Inline] = [*loss.parameters, loss.symbol.func.__name__, second]
    columns = [*zip(*(point.values for point in points)), [point.J for point in points],
               [point.hessian[0][0] for point in points]]
    if len(loss.parameters) > 1:
        header.append("determinant")
        columns.append([a * d - b * c for (a, b), (c, d) in (point.hessian for point in points)])
    cells = [*map(aligned, columns), [point.kind for point in points]]
    return Rows(header=(*header, "kind"), rows=tuple(zip(*cells)), words=frozenset({len(header)}))


def _is_all(shown: Any, value: float) -> bool:
    """Whether the number shown is the whole number, and not rounded."""
    return math.isclose(float(shown), value, rel_tol=1e-13)
