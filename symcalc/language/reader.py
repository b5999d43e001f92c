"""Text to expression, with no evaluator anywhere: a grammar, and one function for each of its rules.

What was typed keeps its form, since everything is built with `evaluate=False` from the table of functions.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from lark import Token, Tree
from sympy import (
    Add,
    And,
    Basic,
    Equality,
    Expr,
    Float,
    GreaterThan,
    Integer,
    LessThan,
    Max,
    Min,
    Mul,
    Piecewise,
    Pow,
    StrictGreaterThan,
    StrictLessThan,
    Sum,
    Tuple,
    Unequality,
    true,
)
from sympy.core.function import UndefinedFunction

from symcalc.errors import LossError, ReadError
from symcalc.indices import element, index_of, sum_over
from symcalc.language.advice import INDEX, check_names, no_function
from symcalc.language.gate import MAX_NODES, Constants, small
from symcalc.language.names import COUNT, ROW, column, is_likely_column, listed, mean, plain_name, sum_rows, symbol
from symcalc.language.sums import INSIDE, checked, letter, letters
from symcalc.language.syntax import OVER_ROWS, is_inner, limits_of, numbered, parsed, surveyed
from symcalc.language.tokens import FORMS, MAX_DEPTH, prepared
from symcalc.language.unknown import check_functions, function_name
from symcalc.parts import is_below
from symcalc.vocabulary import BY_NAME, CONSTANTS, SPELLINGS, SUBSCRIPTED, Function
from symcalc.written import call, derivative_of, divide, is_number, is_zero, negative

_RELATIONS = {"<": StrictLessThan, "<=": LessThan, "≤": LessThan, ">": StrictGreaterThan, ">=": GreaterThan,
              "≥": GreaterThan, "==": Equality, "!=": Unequality, "≠": Unequality}
_EXTREMA = {"max": Max, "Max": Max, "min": Min, "Min": Min}


def read_text(text: str, *, parameters: Collection[str] = (), columns: Iterable[str] | str = (),
              functions: Iterable[str] | str = (), standing: bool = False) -> Expr:
    """The formula as an expression, in the form in which it was typed.

    `columns` are the names that stand for data; where none are given and the formula sums over rows, x, y and t
    (also x1, x_2, ...) are taken as data unless they are among the `parameters`. `functions` are only named: f(x).

    With `standing` it may be written as symcalc prints it: derivatives still stand in it, d/dx (f) or diff(f, x), and
    declared letters side by side are a product.

    >>> read_text("(y - (m*x + b))^2").args[0].args[0]
    y
    >>> read_text("mean(x)", columns="x")
    Sum(x[i], (i, 1, n))/n
    """
    wanted, declared, named = letters(parameters), set(listed(columns)), set(map(function_name, listed(functions)))
    elements = [letter(name) for name in wanted if "[" in name]
    trained = {name for name in wanted if "[" not in name}
    if both := trained & declared:
        raise LossError(f"{', '.join(sorted(both))} is both a parameter and a column; give one another name")
    source = prepared(text.replace("ᵢ", " ") if standing else text)
    tree = parsed(source, trained | declared if standing else (), standing)
    names, indexed, over_rows = surveyed(tree, source)
    if both := named & (names.keys() | indexed.keys() | trained | declared):
        name = min(both)
        raise ReadError(f"{name} is declared as a function; write its argument in brackets, as in {name}(x)", source,
                        names[name].start_pos if name in names else None)
    check_names({**names, **indexed}, trained, declared, over_rows, source)
    numbers, vectors = numbered(tree, elements)
    data = declared | (indexed.keys() - vectors)
    if over_rows and not declared and not any(len(node.children) == 2 and plain_name(str(node.children[0])) in data
                                              for node in tree.find_data("indexed")):
        data |= {name for name in names if is_likely_column(name) and name not in trained}
    builder = _Builder(source, frozenset(data), frozenset(trained), numbers, over_rows or bool(indexed.keys() - vectors),
                       Constants(), frozenset(named), standing)
    expression = small(builder.build(tree, 0), MAX_NODES)
    check_functions(expression)
    return checked(expression, wanted)


@dataclass(frozen=True, slots=True)
class _Builder:
    """One method for each rule of the grammar."""

    text: str
    columns: frozenset[str]
    parameters: frozenset[str]
    numbers: Mapping[str, Basic]      # the indices and ends of inner sums, by name
    over_rows: bool
    constants: Constants
    functions: frozenset[str]
    standing_allowed: bool = False
    row: str = ROW.name         # what the sum around calls the row: k in Sum(x[k], (k, 1, n))

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

    # Numbers and names

    def number(self, tree: Tree[Token], depth: int) -> Expr:
        digits = str(tree.children[0])
        if digits.isdigit():
            return Integer(int(digits))
        value = float(digits)
        if value in (float("inf"), 0.0) and any(c in "123456789" for c in digits.lower().partition("e")[0]):
            raise self.error(f"the number {digits} is too {'large' if value else 'small'} to compute with", tree)
        return Float(value)

    def name(self, tree: Tree[Token], depth: int) -> Expr:
        return self.letter(plain_name(str(tree.children[0])), tree)

    def letter(self, name: str, tree: Tree[Token]) -> Expr:
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

    def indexed(self, tree: Tree[Token], depth: int) -> Expr:
        name, names = plain_name(str(tree.children[0])), tree.children[1:]
        if wrong := [own for own in names if own != self.row and own not in self.numbers]:
            raise self.error(INDEX.replace("[i]", f"[{self.row}]"), wrong[0])
        rows = [own for own in names if own == self.row]
        if rows and name in self.parameters:
            raise self.error(f"{name} is declared as a parameter, but has an index like a column", tree)
        if name in self.columns and len(rows) != 1:
            raise self.error(f"{name} is a column: one of its indices is the row, as in {name}[i] or {name}[i,j]", tree)
        return element(name, *(ROW if own == self.row else self.numbers[own] for own in names))

    # Arithmetic

    def group(self, tree: Tree[Token], depth: int) -> Expr:
        return self.build(tree.children[0], depth)

    def total(self, tree: Tree[Token], depth: int) -> Expr:
        first, *rest = tree.children
        terms = [self.build(first, depth)]
        for sign, term in zip(rest[::2], rest[1::2]):
            built = self.build(term, depth)
            terms.append(negative(built) if sign == "-" else built)
        return Add(*terms, evaluate=False)

    def signed(self, tree: Tree[Token], depth: int) -> Expr:
        sign, operand = tree.children
        built = self.build(operand, depth)
        return negative(built) if sign == "-" else built

    def product(self, tree: Tree[Token], depth: int) -> Expr:
        first, *rest = tree.children
        written = self.build(first, depth)
        whole = first.data == "group"       # a chain a*b*c is one product; (a*b)*c keeps a*b as a factor of its own
        for sign, factor in zip(rest[::2], rest[1::2]):
            built = self.build(factor, depth)
            written = self.quotient(written, built, factor) if sign == "/" else self.times(written, built, whole)
            whole = False
        return written

    def times(self, before: Expr, factor: Expr, whole: bool) -> Expr:
        factors = before.args if isinstance(before, Mul) and not whole else (before,)
        return Mul(*factors, factor, evaluate=False)

    def quotient(self, above: Expr, below: Expr, place: Tree[Token]) -> Expr:
        if is_zero(below):
            raise self.error("division by zero", place)
        factors = above.args if isinstance(above, Mul) else (above,)
        if isinstance(factors[-1], Sum):
            # What divides a sum over the rows stands before it, where everyone writes it: 1/(2n) Σ, 2/n Σ.
            at = next((k for k, factor in enumerate(factors) if is_number(below) and is_below(factor)), len(factors) - 1)
            return Mul(*factors[:at], Pow(below, Integer(-1), evaluate=False), *factors[at:], evaluate=False)
        return divide(above, below)

    def power(self, tree: Tree[Token], depth: int) -> Expr:
        base, _, exponent = tree.children
        return Pow(self.build(base, depth), self.build(exponent, depth), evaluate=False)

    def superscript(self, tree: Tree[Token], depth: int) -> Expr:
        base, exponent = tree.children
        digits = str(exponent).translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-"))
        return Pow(self.build(base, depth), Integer(int(digits)), evaluate=False)

    # Functions

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

    def standing(self, tree: Tree[Token], depth: int) -> Expr:
        letter, operand = tree.children
        return self.derivative_by(str(letter)[3:], operand, tree, depth)

    def derivative(self, arguments: list[Tree[Token]], tree: Tree[Token], depth: int) -> Expr:
        if len(arguments) != 2 or arguments[1].data != "name":
            raise self.error("a derivative is written d/dx (f) or diff(f, x)", tree)
        return self.derivative_by(_word(arguments[1]), arguments[0], tree, depth)

    def derivative_by(self, letter: str, operand: Tree[Token], tree: Tree[Token], depth: int) -> Expr:
        name = plain_name(letter)
        if name in self.columns:
            raise self.error(f"{name} is a column of data; differentiate by a parameter", tree)
        return derivative_of(self.build(operand, depth), symbol(name))

    def special(self, name: str, arguments: list[Tree[Token]], tree: Tree[Token], depth: int) -> Expr:
        if name in _EXTREMA:
            if len(arguments) < 2:
                raise self.error(f"{name} takes 2 or more arguments, {len(arguments)} given", tree)
            return call(_EXTREMA[name], *self.all(arguments, depth))
        if name in OVER_ROWS:
            return self.over_the_rows(name, arguments, tree, depth)
        return self.cases(arguments, tree, depth)

    def over_the_rows(self, name: str, arguments: list[Tree[Token]], tree: Tree[Token], depth: int) -> Expr:
        wanted = 2 if name == "Sum" else 1
        if len(arguments) != wanted:
            how = "Sum(f, (i, 1, n))" if name == "Sum" else f"{name}(f)"
            raise self.error(f"{name} takes {wanted} argument{'s' * (wanted > 1)}, {len(arguments)} given; write {how}", tree)
        if is_inner(tree):
            return self.over_an_index(arguments[0], tree, depth)
        inside = replace(self, row=self.row_named(arguments[1])) if name == "Sum" else self
        body = inside.build(arguments[0], depth)
        if any(index_of(total) == ROW for total in body.atoms(Sum)):
            raise self.error(INSIDE, arguments[0])
        return mean(body) if name == "mean" else sum_rows(body)

    def over_an_index(self, body: Tree[Token], tree: Tree[Token], depth: int) -> Expr:
        index, end = limits_of(tree)
        for part in (index, end):
            if str(part) in self.parameters | self.columns:
                raise self.error(f"{part} counts the terms of a sum here, so it is no parameter and no column; rename one "
                                 "of them", tree)
        return sum_over(index, end, self.build(body, depth))

    def row_named(self, limits: Tree[Token]) -> str:
        """The name of the row in the limits (i, 1, n)."""
        index, *ends = map(_word, limits.children) if limits.data == "tuple" else ("",)
        if limits.data != "tuple" or ends != ["1", "n"] or limits.children[0].data != "name":
            raise self.error("a sum over the rows is written Sum(f, (i, 1, n)), or simply sum(f)", limits)
        if index in self.columns or index in self.parameters or index == COUNT.name:
            raise self.error(f"{index} has another meaning here; write Sum(f, (i, 1, n))", limits)
        return index

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

    def condition(self, tree: Tree[Token], depth: int) -> Basic:
        if tree.data == "name" and str(tree.children[0]) in ("True", "true", "otherwise"):
            return true
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

    between = relation

    def tuple(self, tree: Tree[Token], depth: int) -> Expr:
        raise self.error("one expression is expected here, not a list", tree)

def _word(tree: Tree[Token]) -> str:
    return str(tree.children[0]) if tree.data in ("name", "number") else ""
