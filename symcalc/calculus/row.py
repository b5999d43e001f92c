"""One concrete row of a sum over the rows: x₁ and y₁ in the place of xᵢ and yᵢ, and their numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sympy import Basic, Derivative, Equality, Expr, Float, Indexed, Integer, Sum, Symbol

from symcalc.calculus.algebra.tidy import tidied
from symcalc.calculus.derived import Derived
from symcalc.calculus.plain_data import forms_of
from symcalc.calculus.point import digits_for
from symcalc.calculus.proof import Proof, prove
from symcalc.errors import DataError, LossError, as_given
from symcalc.language.names import ROW, columns_of, name_of
from symcalc.pages.document import Block, Document, Equation, Paragraph, joined, paragraph
from symcalc.pages.notation import text
from symcalc.pages.shown import Shown
from symcalc.parts import scaled_sum
from symcalc.written import replaced


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class ConcreteRow(Shown):
    """The slope of one row with its numbers: the derivation with x₁ and y₁, then `lines`, where they are put in.

    >>> from symcalc.calculus.problems import derive
    >>> row = derive("sum((y - m*x)^2)", "m").row(1, {"x": [2, 4], "y": [3, 5]})
    >>> [text(line) for line in row.lines]
    ['-2x₁ (y₁ - m x₁)', '-2 · 2 (3 - m · 2)', '-4 (3 - 2m)']
    """

    derivation: Derived
    values: Mapping[Indexed, Expr]
    lines: tuple[Expr, ...]
    proof: Proof

    @property
    def result(self) -> Expr:
        """The slope of this row, with its numbers in it."""
        return self.lines[-1]

    def document(self) -> Document:
        """The derivation, the numbers, and the result with them."""
        checks = len(self.derivation.proof.checks) + len(self.proof.checks)
        return Document("", (*self.derivation.document().blocks[:-1], *self._with_numbers(),
                             paragraph(f"Proved: {checks} checks, each line against the one before.")),
                        "The derivative of one row")

    def _with_numbers(self) -> list[Block]:
        given = joined([Equality(column, value, evaluate=False) for column, value in self.values.items()])
        if len(self.lines) == 1:
            return [Paragraph(("The slope is the same for every row; this one has ", *given, "."))] if given else []
        return [Paragraph(("With ", *given, ":")), Equation(self.lines)]

    def as_dict(self) -> dict[str, Any]:
        """The derivation as plain data, for JSON, with the `row`: its values and the lines with them."""
        values = {name_of(column): float(value) for column, value in self.values.items()}
        return {**self.derivation.as_dict(), "row": {"values": values, "lines": list(map(forms_of, self.lines))}}

    def _sympy_(self) -> Expr:
        return self.result

    def __repr__(self) -> str:
        return f"<row of {text(self.derivation.expression)}: {text(self.result)}>"


_MOST = 2**63           # rows that a table may have
_D = TypeVar("_D", bound=Derived)


def row_of(expression: Expr, variables: Sequence[Symbol], number: int, data: object,
           derive: Callable[[Expr], _D]) -> _D | ConcreteRow:
    """What `derive` makes of row `number` of the sum in the expression, counted from 1; with `data`, its numbers are put in.

    >>> from symcalc.calculus.problems import derive
    >>> text(derive("mean((y - m*x)^2)", "m").row(2).result)
    '-2x₂ (y₂ - m x₂)'
    """
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= _MOST:
        raise LossError(f"rows are counted from 1; {as_given(number)} is no row")
    term = _term(expression)
    concrete = _in_row(term, number)
    derivation = derive(concrete)
    if data is None:
        return derivation
    values = {_in_row(column, number): value for column, value in _numbers(term, number, data).items()}
    put_in = replaced(derivation.result, values.get)
    lines = [derivation.result, put_in, *(line for _, line in tidied(put_in)[-1:])]
    whole = Derivative(replaced(concrete, values.get), *variables, evaluate=False)
    return ConcreteRow(derivation=derivation, values=values, lines=tuple(dict.fromkeys(lines)),
                       proof=prove([whole, *lines[1:]], digits=digits_for(len(variables))))


def is_alone(expression: Expr) -> bool:
    """Whether the sum over the rows, or a multiple of it, is the whole expression."""
    return scaled_sum(expression) is not None


def _term(expression: Expr) -> Expr:
    """What is summed over the rows, where that is one thing."""
    if not expression.has(Sum):
        raise LossError(f"{text(expression)[:60]} has no sum over the rows, so it has no row to write out")
    sums = expression.atoms(Sum)
    if len(sums) > 1:
        raise LossError(f"the formula has {len(sums)} sums over the rows; write out a row of one of them alone")
    return sums.pop().function


def _in_row(term: Expr, number: int) -> Expr:
    """The term in this row, if its columns then look like nothing else in it."""
    def concrete(part: Basic) -> Basic | None:
        if isinstance(part, Indexed):
            return part.base[Integer(number)]
        return Integer(number) if part == ROW else None

    changed = replaced(term, concrete)
    letters = {text(letter) for letter in term.atoms(Symbol)}
    for column in changed.atoms(Indexed):
        if text(column) in letters:
            raise LossError(f"{text(column)} is a letter of the formula already; rename it to write out row {number}")
    return changed


def _numbers(term: Expr, number: int, data: object) -> dict[Indexed, Expr]:
    """The numbers of this row, by column."""
    from symcalc.language.data import read_table
    columns = columns_of(term)
    table = read_table(data, [name_of(column) for column in columns])
    if number > table.rows:
        raise DataError(f"there is no row {number}; {table.source} has {table.rows}")
    values = [float(table[name_of(column)][number - 1]) for column in columns]
    return {column: Integer(int(value)) if value.is_integer() else Float(value) for column, value in zip(columns, values)}
