"""Calls of functions as they are typed: f(x), log₂(x), |x|, max(a, b), and derivatives that still stand, d/dx (f)."""

from __future__ import annotations

from lark import Token, Tree
from sympy import Expr, Integer, Max, Min, Pow
from sympy.core.function import UndefinedFunction

from symcalc.errors import LossError
from symcalc.language.advice import no_function
from symcalc.language.building import word
from symcalc.language.cases import Cases
from symcalc.language.names import plain_name, symbol
from symcalc.language.sum_calls import SumCalls
from symcalc.language.syntax import OVER_ROWS
from symcalc.language.tokens import FORMS
from symcalc.vocabulary import BY_NAME, CONSTANTS, HALF, SPELLINGS, SUBSCRIPTED, Function
from symcalc.written import call, derivative_of

_EXTREMA = {"max": Max, "Max": Max, "min": Min, "Min": Min}
_PLAIN_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


class Calls(SumCalls, Cases):
    """Every form of a call, by its name."""

    __slots__ = ()

    def absolute(self, tree: Tree[Token], depth: int) -> Expr:
        return call(BY_NAME["abs"].head, self.build(tree.children[1], depth))

    def call(self, tree: Tree[Token], depth: int) -> Expr:
        head, given = tree.children
        name, arguments = str(head), list(given.children) if given is not None else []
        if name == "diff" and self.standing_allowed:
            return self.derivative(arguments, tree, depth)
        if name == "σ" and self.standing_allowed:
            name = BY_NAME["sigmoid"].names[0]
        if name in FORMS:
            return self.special(name, arguments, tree, depth)
        if name in SPELLINGS:
            wanted, build = SPELLINGS[name]
            self.check_number(name, (wanted, wanted), len(arguments), tree)
            return build(*self.all(arguments, depth))
        stem, _, index = plain_name(name).partition("_")
        if stem in SUBSCRIPTED and index:
            return self.subscripted(stem, index, arguments, tree, depth)
        if name in BY_NAME:
            row = SUBSCRIPTED["log"] if name == "log" and len(arguments) == 2 else BY_NAME[name]
            self.check_number(name, (1, 2) if name == "log" else row.takes, len(arguments), tree)
            return self.applied(row, self.all(arguments, depth), tree)
        if plain_name(name) in self.functions:
            if not arguments:
                raise self.error(f"the function {name} has no arguments; write {name}(x)", tree)
            return call(UndefinedFunction(plain_name(name)), *self.all(arguments, depth))
        inside = self.text[arguments[0].meta.start_pos:arguments[-1].meta.end_pos] if arguments else "..."
        raise self.error(no_function(name, inside, self.parameters | self.columns), tree)

    def powered(self, tree: Tree[Token], depth: int) -> Expr:
        """sin²(x), which is (sin(x))²."""
        head, exponent, given = tree.children
        function = Tree("call", [head, given], tree.meta)
        return Pow(self.call(function, depth), raised(exponent), evaluate=False)

    def root(self, tree: Tree[Token], depth: int) -> Expr:
        sign, under = tree.children
        built = self.build(under, depth)
        return Pow(built, HALF, evaluate=False) if sign == "√" else call(BY_NAME["cbrt"].head, built)

    def check_root(self, base: Tree[Token]) -> None:
        """Of a typed √x² nobody can tell whether x is squared or its root."""
        if base.data == "root" and not self.standing_allowed:
            raise self.error("it is unclear how far the root reaches; write √(x²) or (√x)²", base)

    def subscripted(self, stem: str, index: str, arguments: list[Tree[Token]], tree: Tree[Token], depth: int) -> Expr:
        """log₂(x), log_b(x), softmax₁(a, b): the subscript is one of the arguments."""
        row = SUBSCRIPTED[stem]
        least, most = row.takes
        self.check_number(f"{stem}_{index}", (least - 1, most and most - 1), len(arguments), tree)
        built = self.all(arguments, depth)
        built.insert(row.subscript, Integer(int(index)) if index.isdigit() else self.letter(index, tree))
        return self.applied(row, built, tree)

    def applied(self, row: Function, arguments: list[Expr], tree: Tree[Token]) -> Expr:
        if row is SUBSCRIPTED["log"] and arguments[1] == CONSTANTS["e"]:
            return call(BY_NAME["ln"].head, arguments[0])
        try:
            return call(row.head, *arguments)
        except LossError as error:
            raise self.error(str(error), tree) from None

    def check_number(self, name: str, takes: tuple[int, int | None], given: int, tree: Tree[Token]) -> None:
        least, most = takes
        if given < least or (most is not None and given > most):
            wanted = f"{least}{' or more' if most is None else f' or {most}' * (most > least)} argument{'s' * (most != 1)}"
            raise self.error(f"{name} takes {wanted}, {given} given", tree)

    # Derivatives that still stand

    def standing(self, tree: Tree[Token], depth: int) -> Expr:
        letter, operand = tree.children
        return self.derivative_by(str(letter)[3:], operand, tree, depth)

    def derivative(self, arguments: list[Tree[Token]], tree: Tree[Token], depth: int) -> Expr:
        if len(arguments) != 2 or arguments[1].data != "name":
            raise self.error("a derivative is written d/dx (f) or diff(f, x)", tree)
        return self.derivative_by(word(arguments[1]), arguments[0], tree, depth)

    def derivative_by(self, letter: str, operand: Tree[Token], tree: Tree[Token], depth: int) -> Expr:
        name = plain_name(letter)
        if name in self.columns:
            raise self.error(f"{name} is a column of data; differentiate by a parameter", tree)
        return derivative_of(self.build(operand, depth), symbol(name))

    # With a notation of their own

    def special(self, name: str, arguments: list[Tree[Token]], tree: Tree[Token], depth: int) -> Expr:
        if name in _EXTREMA:
            if len(arguments) < 2:
                raise self.error(f"{name} takes 2 or more arguments, {len(arguments)} given", tree)
            return call(_EXTREMA[name], *self.all(arguments, depth))
        if name in OVER_ROWS:
            return self.over_the_rows(name, arguments, tree, depth)
        return self.cases(arguments, tree, depth)


def raised(exponent: Token) -> Integer:
    """The number that is written ⁻¹² as a superscript."""
    return Integer(int(str(exponent).translate(_PLAIN_DIGITS)))
