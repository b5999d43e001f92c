"""The Hessian: the second derivatives by every pair of parameters, each derived once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations_with_replacement
from typing import Any

from sympy import Derivative, Expr, Function, Symbol, Tuple

from symcalc.calculus.absent import absences
from symcalc.calculus.derivation import Derivation, derive
from symcalc.calculus.higher import HigherDerivation, joined_up
from symcalc.calculus.lanes import Places
from symcalc.calculus.point import digits_for
from symcalc.calculus.proof import Check, Proof, prove
from symcalc.calculus.size import most_parts
from symcalc.errors import LossError
from symcalc.language.sums import letters
from symcalc.pages.document import Block, Document, Equation, Formula, Heading, Table, joined, paragraph
from symcalc.pages.notation import text
from symcalc.pages.shown import Shown
from symcalc.vocabulary import LOSS

_ROOM = 84                   # letters across, up to which the matrix is shown as a table

Pair = str | tuple[str | Symbol, str | Symbol]


class Hessian(Shown, Mapping[tuple[str, str], HigherDerivation]):
    """∇²J: the derivations of all second partials, by pairs of names: h["m", "b"] or h["m b"].

    As the order of the letters does not matter, h["b", "m"] is the derivation of h["m", "b"]. `result` is a Tuple of
    Tuples, row by row.

    >>> u, v = Symbol("u", real=True), Symbol("v", real=True)
    >>> h = hessian_of(u**2*v, (u, v))
    >>> h.result, h["v u"].result
    (((2*v, 2*u), (2*u, 0)), 2*u)
    """

    __slots__ = ("_derivations", "_others", "_slopes")

    def __init__(self, slopes: Mapping[str, Derivation], derivations: Mapping[tuple[str, str], HigherDerivation],
                 others: Proof) -> None:
        self._slopes, self._derivations, self._others = dict(slopes), dict(derivations), others

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the parameters, in the order of the rows."""
        return tuple(self._slopes)

    @property
    def result(self) -> Tuple:
        """The second partials, row by row."""
        return Tuple(*(Tuple(*(self[row, column].result for column in self.parameters)) for row in self.parameters))

    @property
    def proof(self) -> Proof:
        """Every line of every derivation, and each pair of letters in the other order too."""
        return Proof((*(check for entry in self._derivations.values() for check in entry.proof.checks), *self._others.checks))

    def __getitem__(self, pair: Pair) -> HigherDerivation:
        names = letters(pair, repeated=True)
        if len(names) != 2 or not set(names) <= self._slopes.keys():
            raise LossError(f"an entry of the Hessian is named by two parameters, as in 'm b'; they are "
                            f"{', '.join(self.parameters)}")
        first, second = sorted(names, key=self.parameters.index)
        return self._derivations[first, second]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return ((first, second) for first in self.parameters for second in self.parameters)

    def __len__(self) -> int:
        return len(self.parameters) ** 2

    def document(self) -> Document:
        """The matrix, then each slope with what it gives when it is differentiated again."""
        blocks: list[Block] = list(self._matrix())
        slopes = list(self._slopes.values())
        if len(self.parameters) > 1:
            row, column = (slope.variable for slope in slopes[:2])
            blocks.append(paragraph("By ", row, ", then by ", column, " gives the same as by ", column, ", then by ", row,
                                    ": the matrix is symmetric, and each entry is derived once."))
        blocks += absences(slopes[0].expression, [slope.variable for slope in slopes])
        for name, slope in self._slopes.items():
            blocks += [Heading(f"By {text(slope.variable)} first"), *slope.working()]
            for (first, _), entry in self._derivations.items():
                if first == name:
                    again = slope.variable == entry.variables[1]
                    blocks += [Heading(f"Then by {text(entry.variables[1])}{' again' * again}", 3), *entry.stages[1].working()]
        return Document("", (*blocks, paragraph(f"Proved: {len(self.proof.checks)} checks, each line against the one before, "
                                                "and each entry against the whole derivative in both orders.")), "The Hessian")

    def _matrix(self) -> Iterable[Block]:
        """The Hessian as a table; where that is too wide, entry by entry."""
        parameters = [slope.variable for slope in self._slopes.values()]
        widths = [max(len(text(self[row, column].result)) for row in self.parameters) for column in self.parameters]
        if sum(widths) + 2 * len(widths) <= _ROOM:
            name = Formula(text="∇²J", latex=r"\nabla^2 J")
            yield Table(header=(name, *parameters),
                        rows=tuple((letter, *row) for letter, row in zip(parameters, self.result)))
        else:
            loss = Function(LOSS)(*parameters)
            for entry in self._derivations.values():
                yield Equation((Derivative(loss, *entry.variables, evaluate=False), entry.result))

    def as_dict(self) -> dict[str, Any]:
        """The derivations as plain data, for JSON; each entry once."""
        return {"parameters": list(self.parameters), "entries": [entry.as_dict() for entry in self._derivations.values()],
                "proof": {"passed": self.proof.passed, "checks": len(self.proof.checks)}}

    def _sympy_(self) -> Tuple:
        return self.result

    def __repr__(self) -> str:
        return f"<Hessian by {''.join(map(str, joined(self.parameters)))}>"


def hessian_of(expression: Expr, parameters: Sequence[Symbol], detail: str = "normal") -> Hessian:
    """The Hessian by these parameters. All its proofs are at the same places, with what they have in common worked out once.

    >>> u, v = Symbol("u", real=True), Symbol("v", real=True)
    >>> hessian_of(u**2*v, (u, v))["u v"].result
    2*u
    """
    # A letter by which one differentiates has a value there though the expression may be without it.
    places = Places(Derivative(expression, *parameters, evaluate=False), digits_for(2))
    slopes = {parameter.name: derive(expression, parameter, detail, places=places) for parameter in parameters}
    entries: dict[tuple[str, str], HigherDerivation] = {}
    others: list[Check] = []
    for (row, first), (column, second) in combinations_with_replacement(slopes.items(), 2):
        again = derive(first.result, second.variable, detail, most_parts(expression), places)
        entries[row, column] = joined_up([first, again], places)
        if row != column:
            turned = Derivative(expression, second.variable, first.variable, evaluate=False)
            others += prove([turned, again.result], places, like=again.lines[0].expression).checks
    return Hessian(slopes, entries, Proof(tuple(others)))
