"""Text to expression, with no evaluator anywhere: a grammar, and one function for each of its rules.

What was typed keeps its form, since everything is built with `evaluate=False` from the table of functions.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedToken
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

from symcalc.errors import LossError, ReadError
from symcalc.language.gate import MAX_NODES, Constants, small
from symcalc.language.names import COUNT, column, is_likely_column, listed, mean, sum_rows, symbol
from symcalc.language.tokens import MAX_DEPTH, Marking, plain_name, prepared, unexpected
from symcalc.vocabulary import BY_NAME, CONSTANTS, SPELLINGS
from symcalc.written import call, divide, is_number, negative

MAX_NAMES = 64           # different names in one formula
_RELATIONS = {"<": StrictLessThan, "<=": LessThan, ">": StrictGreaterThan, ">=": GreaterThan, "==": Equality,
              "!=": Unequality}
_OVER_ROWS = frozenset({"sum", "mean", "Sum"})
_FORMS = {"max": Max, "Max": Max, "min": Min, "Min": Min}
_SPECIAL = frozenset({"piecewise", "Piecewise", *_OVER_ROWS, *_FORMS})


def read_text(text: str, *, parameters: Collection[str] = (), columns: Iterable[str] | str = ()) -> Expr:
    """The formula as an expression, in the form in which it was typed.

    `columns` are the names that stand for data; where none are given and the formula sums over rows, x, y and t
    (also x1, x_2, ...) are taken as data unless they are among the `parameters`.

    >>> read_text("(y - (m*x + b))^2").args[0].args[0]
    y
    >>> read_text("mean(x)", columns="x")
    Sum(x[i], (i, 1, n))/n
    """
    source = prepared(text)
    tree = _parsed(source)
    names, indexed, over_rows = _surveyed(tree, source)
    data = set(listed(columns)) | indexed
    if over_rows and not data:
        data = {name for name in names if is_likely_column(name) and name not in parameters}
    builder = _Builder(source, frozenset(data), frozenset(parameters), over_rows or bool(indexed), Constants())
    return small(builder.build(tree, 0), MAX_NODES)


@cache
def _grammar() -> Lark:
    grammar = files("symcalc.language").joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="basic", propagate_positions=True, postlex=_NoMarking())


class _NoMarking:
    """Tells lark that a postlex will be there; each reading brings its own, since it has a state."""

    always_accept = ()

    def process(self, stream: object) -> object:
        return stream


def _parsed(text: str) -> Tree[Token]:
    parser = _grammar().parse_interactive()
    marking = Marking(text)
    try:
        for token in marking.process(_grammar().lex(text, dont_ignore=False)):
            parser.feed_token(token)
        return parser.feed_eof()
    except UnexpectedCharacters as error:
        raise unexpected(text, error.pos_in_stream) from None
    except (UnexpectedToken, UnexpectedEOF) as error:
        raise _misplaced(error.token if isinstance(error, UnexpectedToken) else None, text) from None


def _misplaced(token: Token | None, text: str) -> ReadError:
    """The sentence for a token that cannot stand where it stands."""
    if token is None or token.type == "$END":
        last = text.rstrip()
        return ReadError(f"something must follow '{last[-1]}'", text, len(last))
    said = {
        "RELATION": "a comparison is not allowed here, only as a condition in piecewise(...)",
        "COMMA": "one expression is expected here, not a list",
        "LSQB": "only a column has an index, such as x[i]",
    }.get(token.type, f"unexpected '{token}'; a number, a name or a bracket is expected here"
          if token.type in ("TIMES_DIVIDE", "RAISED", "RPAR", "BAR_CLOSE") else f"unexpected '{token}'")
    return ReadError(said, text, token.start_pos)


def _surveyed(tree: Tree[Token], text: str) -> tuple[dict[str, None], frozenset[str], bool]:
    """All names, those with an index, and whether the formula runs over rows."""
    names: dict[str, None] = {}
    indexed: set[str] = set()
    over_rows = False
    for node in tree.iter_subtrees_topdown():
        if node.data == "name":
            names[plain_name(str(node.children[0]))] = None
        elif node.data == "indexed":
            indexed.add(plain_name(str(node.children[0])))
        elif node.data == "call":
            over_rows = over_rows or node.children[0] in _OVER_ROWS
    if len(names) > MAX_NAMES:
        raise ReadError(f"the formula has more than {MAX_NAMES} different names", text)
    return names, frozenset(indexed), over_rows


@dataclass(frozen=True, slots=True)
class _Builder:
    """One method for each rule of the grammar."""

    text: str
    columns: frozenset[str]
    parameters: frozenset[str]
    over_rows: bool
    constants: Constants

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
        name = plain_name(str(tree.children[0]))
        if name in self.columns:
            return column(name)
        if name == "n" and self.over_rows:
            if name in self.parameters:
                raise self.error("n is the number of rows here; give the parameter another name", tree)
            return COUNT
        if name in CONSTANTS and name not in self.parameters:
            return CONSTANTS[name]
        if name == "I" and name not in self.parameters:
            raise self.error("complex numbers are not supported; declare I as a parameter or use another name", tree)
        return symbol(name)

    def indexed(self, tree: Tree[Token], depth: int) -> Expr:
        return column(plain_name(str(tree.children[0])))

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
        for sign, factor in zip(rest[::2], rest[1::2]):
            built = self.build(factor, depth)
            written = self.quotient(written, built, factor) if sign == "/" else self.times(written, built, first)
        return written

    def times(self, before: Expr, factor: Expr, first: Tree[Token]) -> Expr:
        # A chain a*b*c is one product; a bracketed product on the left stays a factor of its own.
        factors = before.args if isinstance(before, Mul) and first.data != "group" else (before,)
        return Mul(*factors, factor, evaluate=False)

    def quotient(self, above: Expr, below: Expr, place: Tree[Token]) -> Expr:
        if is_number(below) and below == 0:
            raise self.error("division by zero", place)
        factors = above.args if isinstance(above, Mul) else (above,)
        if isinstance(factors[-1], Sum):
            # What divides a sum over the rows stands before it, where everyone writes it: 1/(2n) Σ.
            return Mul(Pow(below, Integer(-1), evaluate=False), *factors, evaluate=False)
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
        if name in _SPECIAL:
            return self.special(name, arguments, tree, depth)
        if name in BY_NAME or name in SPELLINGS:
            wanted, build = SPELLINGS[name] if name in SPELLINGS else (1, None)
            if name == "log" and len(arguments) == 2:
                value, base = self.all(arguments, depth)
                return divide(call(BY_NAME["log"].head, value), call(BY_NAME["log"].head, base))
            if len(arguments) != wanted:
                raise self.error(f"{name} takes {wanted} argument, {len(arguments)} given", tree)
            built = self.all(arguments, depth)
            return build(*built) if build else call(BY_NAME[name].head, *built)
        raise self.unknown(name, arguments, tree)

    def special(self, name: str, arguments: list[Tree[Token]], tree: Tree[Token], depth: int) -> Expr:
        if name in _FORMS:
            if len(arguments) < 2:
                raise self.error(f"{name} takes 2 or more arguments, {len(arguments)} given", tree)
            return call(_FORMS[name], *self.all(arguments, depth))
        if name in _OVER_ROWS:
            return self.over_the_rows(name, arguments, tree, depth)
        return self.cases(arguments, tree, depth)

    def over_the_rows(self, name: str, arguments: list[Tree[Token]], tree: Tree[Token], depth: int) -> Expr:
        wanted = 2 if name == "Sum" else 1
        if len(arguments) != wanted:
            how = "Sum(f, (i, 1, n))" if name == "Sum" else f"{name}(f)"
            raise self.error(f"{name} takes {wanted} argument{'s' * (wanted > 1)}, {len(arguments)} given; write {how}", tree)
        if name == "Sum":
            limits = arguments[1]
            if limits.data != "tuple" or [_word(child) for child in limits.children[1:]] != ["1", "n"]:
                raise self.error("a sum over the rows is written Sum(f, (i, 1, n)), or simply sum(f)", limits)
        body = self.build(arguments[0], depth)
        if body.has(Sum):
            raise self.error("a sum over the rows cannot stand inside another", arguments[0])
        return mean(body) if name == "mean" else sum_rows(body)

    def cases(self, arguments: list[Tree[Token]], tree: Tree[Token], depth: int) -> Expr:
        pairs = []
        for argument in arguments:
            if argument.data != "tuple" or len(argument.children) != 2:
                raise self.error("piecewise takes pairs, such as piecewise((x^2, x < 1), (2*x - 1, True))", argument)
            value, condition = argument.children
            pairs.append(Tuple(self.build(value, depth), self.condition(condition, depth)))
        if not pairs or pairs[-1].args[1] != true:
            raise self.error("the last pair of a piecewise needs the condition True, so that every case is covered", tree)
        return Piecewise(*pairs, evaluate=False)

    def condition(self, tree: Tree[Token], depth: int) -> Basic:
        if tree.data == "name" and str(tree.children[0]) in ("True", "true", "otherwise"):
            return true
        if tree.data not in ("relation", "between"):
            raise self.error("a condition compares two expressions, such as x < 1", tree)
        sides = self.all(tree.children[::2], depth)
        relations = [_RELATIONS[str(sign)](left, right, evaluate=False)
                     for sign, left, right in zip(tree.children[1::2], sides, sides[1:])]
        return relations[0] if len(relations) == 1 else And(*relations, evaluate=False)

    def relation(self, tree: Tree[Token], depth: int) -> Expr:
        raise self.error("a comparison is not allowed here, only as a condition in piecewise(...)", tree)

    between = relation

    def tuple(self, tree: Tree[Token], depth: int) -> Expr:
        raise self.error("one expression is expected here, not a list", tree)

    def unknown(self, name: str, arguments: list[Tree[Token]], tree: Tree[Token]) -> ReadError:
        """A call to something that is no function: a forgotten product sign, or a misspelling."""
        near = [match for known in ((*BY_NAME, *SPELLINGS), _SPECIAL)
                for match in difflib.get_close_matches(name, known, n=1, cutoff=0.6)]
        if len(name) == 1 or name in self.parameters or name in self.columns or not near:
            inside = self.text[arguments[0].meta.start_pos:arguments[-1].meta.end_pos] if arguments else "..."
            hint = f"{name} is a name, not a function; did you mean {name}*({inside[:40]})?" if len(name) == 1 else \
                f"unknown function '{name}'; the functions are {_listing()}"
            return self.error(hint, tree)
        return self.error(f"unknown function '{name}'; did you mean '{near[0]}'?", tree)


def _listing() -> str:
    return ", ".join([*dict.fromkeys(row.names[0] for row in BY_NAME.values()), *SPELLINGS, "max", "min", "piecewise",
                      "sum", "mean"])


def _word(tree: Tree[Token]) -> str:
    return str(tree.children[0]) if tree.data in ("name", "number") else ""
