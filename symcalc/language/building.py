"""What every rule of the grammar builds with: the names that are known, the way down the tree, and the place of an error."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from lark import Token, Tree
from sympy import Basic, Expr

from symcalc.errors import LossError, ReadError
from symcalc.language.constants import Constants
from symcalc.language.names import COUNT, ROW, column, symbol
from symcalc.language.tokens import MAX_DEPTH
from symcalc.vocabulary import CONSTANTS


@dataclass(frozen=True, slots=True)
class Building:
    """From tree to expression; each rule of the grammar is a method of its name in a class below this one."""

    text: str
    columns: frozenset[str]
    parameters: frozenset[str]
    numbers: Mapping[str, Basic]      # the indices and ends of inner sums, by name
    over_rows: bool
    constants: Constants
    functions: frozenset[str]
    standing_allowed: bool = False
    row: str = ROW.name         # what the sum around calls the row: k in Sum(x[k], (k, 1, n))
    tables: frozenset[str] = frozenset()        # data whose columns have numbers: x in mean(Sum(w[j]*x[j], (j, 1, p)))
    in_rows: bool = False                       # whether a sum over the rows stands around
    summed: frozenset[str] = frozenset()        # the indices of the inner sums around

    def build(self, tree: Tree[Token], depth: int) -> Expr:
        if depth > MAX_DEPTH:
            raise self.error(f"the formula is nested more than {MAX_DEPTH} levels deep", tree)
        rule: Callable[[Tree[Token], int], Expr] = getattr(self, str(tree.data))
        built = rule(tree, depth + 1)
        try:
            self.constants.value(built)
        except LossError as error:
            raise self.error(str(error), tree) from None
        return built

    def error(self, sentence: str, place: Tree[Token] | Token) -> ReadError:
        return ReadError(sentence, self.text, place.start_pos if isinstance(place, Token) else place.meta.start_pos)

    def all(self, trees: Iterable[Tree[Token]], depth: int) -> list[Expr]:
        return [self.build(tree, depth) for tree in trees]

    def letter(self, name: str, tree: Tree[Token]) -> Expr:
        """What the name stands for: data, an index, the number of rows, the row, a constant or a parameter."""
        if name in self.columns:
            return column(name)
        if name in self.numbers:
            if name in self.parameters:
                raise self.error(f"{name} is an index here; give the parameter another name", tree)
            return self.numbers[name]
        if name == "n" and self.over_rows:
            if name in self.parameters:
                raise self.error("n is the number of rows here; give the parameter another name", tree)
            return COUNT
        if name in (self.row, ROW.name) and self.over_rows:
            if name in self.parameters or name != self.row:
                raise self.error(f"{name} is the row here; give the parameter another name", tree)
            return ROW
        if name in CONSTANTS and name not in self.parameters:
            return CONSTANTS[name]
        if name == "I" and name not in self.parameters:
            raise self.error("complex numbers are not supported; declare I as a parameter or use another name", tree)
        return symbol(name)


def word(tree: Tree[Token]) -> str:
    """The name or the number that the tree is, or nothing."""
    return str(tree.children[0]) if tree.data in ("name", "number") else ""
