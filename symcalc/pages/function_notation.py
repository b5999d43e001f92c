"""How functions, cases and relations are written: sin²(x), f'(x), max(a, b), |x|, 0 < x < 1."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from sympy import Abs, And, Basic, Max, Min, Or, Piecewise, Tuple
from sympy.core.function import Application, AppliedUndef
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanFalse, BooleanTrue

from symcalc.pages.pieces import Level, Piece, Walk
from symcalc.primed import Primed
from symcalc.vocabulary import FUNCTIONS


class FunctionNotation(Walk):
    """Functions, cases and relations of the walk."""

    def call(self, function: Application, exponent: Basic | None = None) -> Piece:
        row = FUNCTIONS.get(function.func)
        name = self.medium.function(row, function.func.__name__)
        if row is not None and row.radical:
            under = self.write(function.args[0])
            return Piece(self.medium.radical(name, under.string, under.level < Level.ATOM),
                         Level.ATOM if self.medium.called else Level.POWER)
        arguments = list(function.args)
        if row is not None and row.subscript is not None and not (row.spelled and self.medium.fractions_inline):
            index = self.write(arguments[row.subscript]).string
            if index.isalnum() or not self.medium.called:        # log_2(x), but log(x, 1 + b) as it is typed
                name = self.medium.subscript(name, index)
                del arguments[row.subscript]
        if exponent is not None:
            name = self.medium.power(name, self.write(exponent).string, True)
        written = ", ".join(self.write(argument).string for argument in arguments)
        return Piece(name + self.medium.brackets(written), Level.ATOM)

    def unknown(self, part: AppliedUndef | Primed) -> Piece:
        """f(x), f'(x), or ∂₁f(x, y) of several arguments."""
        function = part.function if isinstance(part, Primed) else part
        arguments = ", ".join(self.write(argument).string for argument in function.args)
        return Piece(self.name_of(part) + self.medium.brackets(arguments), Level.ATOM)

    def name_of(self, part: AppliedUndef | Primed) -> str:
        if isinstance(part, Primed):
            return self.medium.primed(self.medium.name(part.function.func.__name__), part.orders)
        return self.medium.name(part.func.__name__)

    def extremum(self, function: Max | Min) -> Piece:
        arguments = ", ".join(self.write(argument).string for argument in function.args)
        return Piece(self.medium.operator(type(function).__name__.lower()) + self.medium.brackets(arguments), Level.ATOM)

    def absolute(self, function: Abs) -> Piece:
        return Piece(self.medium.bars(self.write(function.args[0]).string), Level.ATOM)

    def piecewise(self, expression: Piecewise) -> Piece:
        cases = [(self.write(value).string, "" if condition == True else self.write(condition).string)  # noqa: E712
                 for value, condition in expression.args]
        return Piece(self.medium.cases(cases), Level.ATOM)

    def relation(self, relation: Relational) -> Piece:
        sign = self.medium.relations[relation.rel_op]
        return Piece(f"{self.write(relation.lhs).string} {sign} {self.write(relation.rhs).string}", Level.RELATION)

    def junction(self, expression: And | Or) -> Piece:
        if isinstance(expression, And) and (chain := _chain(expression.args)):
            first, second = chain
            signs = [self.medium.relations[part.rel_op] for part in chain]
            sides = [self.write(side).string for side in (first.lhs, first.rhs, second.rhs)]
            return Piece(f"{sides[0]} {signs[0]} {sides[1]} {signs[1]} {sides[2]}", Level.RELATION)
        word = self.medium.word("and" if isinstance(expression, And) else "or")
        parts = [self.medium.brackets(self.write(part).string) if isinstance(part, (And, Or)) else self.write(part).string
                 for part in expression.args]
        return Piece(word.join(parts), Level.RELATION)

    def truth(self, value: Basic) -> Piece:
        return Piece(self.medium.operator(str(value).lower()), Level.ATOM)

    def list(self, items: Tuple) -> Piece:
        return Piece(self.medium.brackets(", ".join(self.write(item).string for item in items)), Level.ATOM)

    table: ClassVar[Mapping[type, Callable[..., Piece]]] = {
        Abs: absolute, Max: extremum, Min: extremum, Piecewise: piecewise, Relational: relation, And: junction, Or: junction,
        Tuple: list, Application: call, AppliedUndef: unknown, Primed: unknown, BooleanTrue: truth, BooleanFalse: truth,
    }


def _chain(parts: Sequence[Basic]) -> tuple[Relational, Relational] | None:
    """Two comparisons that share their middle, as in 0 < x < 1; SymPy does not keep which came first."""
    if len(parts) != 2 or not all(isinstance(part, Relational) and part.rel_op in ("<", "<=") for part in parts):
        return None
    return next(((first, second) for first, second in (parts, parts[::-1]) if first.rhs == second.lhs), None)
