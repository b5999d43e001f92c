"""sum(f), mean(f) and Sum(f, (i, 1, n)) as they are typed: over the rows, or over an index of their own."""

from __future__ import annotations

from dataclasses import replace

from lark import Token, Tree
from sympy import Expr, Sum

from symcalc.indices import index_of, sum_over
from symcalc.language.building import Building, word
from symcalc.language.names import COUNT, ROW, mean, sum_rows
from symcalc.language.sums import INSIDE
from symcalc.language.syntax import is_inner, limits_of


class SumCalls(Building):
    """Calls of sum, mean and Sum."""

    __slots__ = ()

    def over_the_rows(self, name: str, arguments: list[Tree[Token]], tree: Tree[Token], depth: int) -> Expr:
        wanted = 2 if name == "Sum" else 1
        if len(arguments) != wanted:
            how = "Sum(f, (i, 1, n))" if name == "Sum" else f"{name}(f)"
            raise self.error(f"{name} takes {wanted} argument{'s' * (wanted > 1)}, {len(arguments)} given; write {how}", tree)
        if is_inner(tree):
            return self.over_an_index(arguments[0], tree, depth)
        inside = replace(self, in_rows=True, row=self.row_named(arguments[1]) if name == "Sum" else self.row)
        body = inside.build(arguments[0], depth)
        if any(index_of(total) == ROW for total in body.atoms(Sum)):
            raise self.error(INSIDE, arguments[0])
        return mean(body) if name == "mean" else sum_rows(body)

    def sigma(self, tree: Tree[Token], depth: int) -> Expr:
        """Σ xᵢ yᵢ: over the rows, of the product that follows."""
        body = replace(self, in_rows=True).build(tree.children[1], depth)
        if any(index_of(total) == ROW for total in body.atoms(Sum)):
            raise self.error(INSIDE, tree.children[1])
        return sum_rows(body)

    def over_an_index(self, body: Tree[Token], tree: Tree[Token], depth: int) -> Expr:
        index, end = limits_of(tree)
        for part in (index, end):
            if str(part) in self.parameters | self.columns:
                raise self.error(f"{part} counts the terms of a sum here, so it is no parameter and no column; rename one "
                                 "of them", tree)
        return sum_over(index, end, replace(self, summed=self.summed | {str(index)}).build(body, depth))

    def row_named(self, limits: Tree[Token]) -> str:
        """The name of the row in the limits (i, 1, n)."""
        index, *ends = map(word, limits.children) if limits.data == "tuple" else ("",)
        if limits.data != "tuple" or ends != ["1", "n"] or limits.children[0].data != "name":
            raise self.error("a sum over the rows is written Sum(f, (i, 1, n)), or simply sum(f), and one over an index of "
                             "its own starts at 1, as in Sum(w[j], (j, 1, p))", limits)
        if index in self.columns or index in self.parameters or index == COUNT.name:
            raise self.error(f"{index} has another meaning here; write Sum(f, (i, 1, n))", limits)
        return index
