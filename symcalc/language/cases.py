"""piecewise((f, condition), ..., (g, True)) as it is typed, and comparisons, which stand nowhere else."""

from __future__ import annotations

from lark import Token, Tree
from sympy import (
    And,
    Basic,
    Equality,
    Expr,
    GreaterThan,
    LessThan,
    Or,
    Piecewise,
    StrictGreaterThan,
    StrictLessThan,
    Tuple,
    Unequality,
    true,
)

from symcalc.language.building import Building

_RELATIONS = {"<": StrictLessThan, "<=": LessThan, "≤": LessThan, ">": StrictGreaterThan, ">=": GreaterThan,
              "≥": GreaterThan, "==": Equality, "!=": Unequality, "≠": Unequality}


class Cases(Building):
    """Piecewise formulas and their conditions."""

    __slots__ = ()

    def cases(self, arguments: list[Tree[Token]], tree: Tree[Token], depth: int) -> Expr:
        pairs = []
        for argument in arguments:
            if argument.data != "tuple" or len(argument.children) != 2:
                raise self.error("piecewise takes pairs, such as piecewise((x^2, x < 1), (2*x - 1, True))", argument)
            value, condition = argument.children
            pairs.append(Tuple(self.build(value, depth), self.condition(condition, depth)))
        if not pairs or pairs[-1].args[1] != true:
            raise self.error("the last pair of a piecewise needs the condition True, so that every case is covered",
                             arguments[-1] if arguments else tree)
        return Piecewise(*pairs, evaluate=False)

    def braced(self, tree: Tree[Token], depth: int) -> Expr:
        """{x if x < 1; y otherwise}, as it is printed."""
        *cases, last, _ = tree.children
        pairs = [Tuple(self.build(case.children[0], depth), self.condition(case.children[2], depth)) for case in cases]
        return Piecewise(*pairs, Tuple(self.build(last, depth), true), evaluate=False)

    def condition(self, tree: Tree[Token], depth: int) -> Basic:
        if tree.data == "name" and str(tree.children[0]) in ("True", "true", "otherwise"):
            return true
        if tree.data == "junction":
            first, *rest = tree.children
            parts = list(dict.fromkeys(self.condition(part, depth) for part in (first, *rest[1::2])))
            return (And if rest[0] == "and" else Or)(*parts, evaluate=False) if len(parts) > 1 else parts[0]
        if tree.data not in ("relation", "between"):
            raise self.error("a condition compares two expressions, such as x < 1", tree)
        sides = self.all(tree.children[::2], depth)
        if any(side.has(Piecewise) for side in sides):
            # SymPy would fold the two into one and evaluate what was written.
            raise self.error("a condition cannot hold another piecewise; give each case a pair of its own", tree)
        relations = [_RELATIONS[str(sign)](left, right, evaluate=False)
                     for sign, left, right in zip(tree.children[1::2], sides, sides[1:])]
        return relations[0] if len(relations) == 1 else And(*relations, evaluate=False)

    def relation(self, tree: Tree[Token], depth: int) -> Expr:
        raise self.error("a comparison is not allowed here, only as a condition in piecewise(...)", tree)

    between = junction = relation

    def tuple(self, tree: Tree[Token], depth: int) -> Expr:
        raise self.error("one expression is expected here, not a list", tree)
