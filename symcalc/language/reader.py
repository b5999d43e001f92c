"""Text to expression, with no evaluator anywhere: a grammar, and one function for each of its rules.

What was typed keeps its form, since everything is built with `evaluate=False` from the table of functions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from lark import Token, Tree
from sympy import Add, Expr, Float, Integer, Mul, Pow, Sum

from symcalc.errors import LossError, ReadError
from symcalc.indices import element
from symcalc.language.advice import INDEX, check_names
from symcalc.language.calls import Calls, raised
from symcalc.language.constants import Constants
from symcalc.language.gate import MAX_NODES
from symcalc.language.names import ROW, is_likely_column, listed, name_of, plain_name
from symcalc.language.shape import small
from symcalc.language.sums import checked, letter, letters
from symcalc.language.syntax import numbered, parsed, surveyed
from symcalc.language.tokens import prepared
from symcalc.language.unknown import check_functions, function_name
from symcalc.parts import is_below
from symcalc.written import divide, is_number, is_zero, negative


def read_text(text: str, *, parameters: Collection[str] = (), columns: Iterable[str] | str = (),
              functions: Iterable[str] | str = (), standing: bool = False) -> Expr:
    """The formula as an expression, in the form in which it was typed.

    `columns` are the names that stand for data; where none are given and the formula sums over rows, x, y and t
    (also x1, x_2, ...) are taken as data unless they are among the `parameters`; where an inner sum counts their columns,
    as in mean(Sum(w[j]*x[j], (j, 1, p))), x[j] is the one in the row i, x[i,j]. `functions` are only named: f(x).

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
    source = prepared(text)
    tree = parsed(source, trained | declared, standing)
    names, indexed, over_rows = surveyed(tree, source)
    if both := named & (names.keys() | indexed.keys() | trained | declared):
        name = min(both)
        raise ReadError(f"{name} is declared as a function; write its argument in brackets, as in {name}(x)", source,
                        names[name].start_pos if name in names else None)
    check_names({**names, **indexed}, trained, declared, over_rows, source)
    numbers, vectors = numbered(tree, elements)
    data, tables = declared | (indexed.keys() - vectors), vectors & declared
    if over_rows and not declared and not any(len(node.children) == 2 and plain_name(str(node.children[0])) in data
                                              for node in tree.find_data("indexed")):
        data |= {name for name in names if is_likely_column(name) and name not in trained}
        tables |= {name for name in vectors if is_likely_column(name)} - {name_of(part) for part in elements}
    builder = _Builder(source, frozenset(data), frozenset(trained), numbers, over_rows or bool(indexed.keys() - vectors),
                       Constants(), frozenset(named), standing, tables=frozenset(tables))
    expression = small(builder.build(tree, 0), MAX_NODES)
    check_functions(expression)
    return checked(expression, wanted)


class _Builder(Calls):
    """One method for each rule of the grammar."""

    __slots__ = ()

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

    def indexed(self, tree: Tree[Token], depth: int) -> Expr:
        name, names = plain_name(str(tree.children[0])), tree.children[1:]
        if wrong := [own for own in names if own != self.row and own not in self.numbers]:
            raise self.error(INDEX.replace("[i]", f"[{self.row}]"), wrong[0])
        rows = [own for own in names if own == self.row]
        if rows and name in self.parameters:
            raise self.error(f"{name} is declared as a parameter, but has an index like a column", tree)
        if name in self.tables and not rows and self.in_rows and self.summed.issuperset(map(str, names)):
            return element(name, ROW, *(self.numbers[own] for own in names))          # every row has an x of its own
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
        # 3 times 1/n Σ is 3/n Σ, as everyone writes it.
        mean = factor.args if isinstance(factor, Mul) and isinstance(factor.args[-1], Sum) else (factor,)
        return Mul(*factors, *(mean if all(map(is_below, mean[:-1])) else (factor,)), evaluate=False)

    def quotient(self, above: Expr, below: Expr, place: Tree[Token]) -> Expr:
        if is_zero(below):
            raise self.error("division by zero", place)
        factors = above.args if isinstance(above, Mul) else (above,)
        if isinstance(factors[-1], Sum) and not below.has(Sum):
            # What divides a sum over the rows stands before it, where everyone writes it: 1/(2n) Σ, 2/n Σ.
            at = next((k for k, factor in enumerate(factors) if is_number(below) and is_below(factor)), len(factors) - 1)
            return Mul(*factors[:at], Pow(below, Integer(-1), evaluate=False), *factors[at:], evaluate=False)
        return divide(above, below)

    def power(self, tree: Tree[Token], depth: int) -> Expr:
        base, _, exponent = tree.children
        self.check_root(base)
        return Pow(self.build(base, depth), self.build(exponent, depth), evaluate=False)

    def superscript(self, tree: Tree[Token], depth: int) -> Expr:
        base, exponent = tree.children
        self.check_root(base)
        return Pow(self.build(base, depth), raised(exponent), evaluate=False)
