"""Text to a tree by the grammar, and what the tree says at first sight: its names, and whether it runs over rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from importlib.resources import files

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedToken
from sympy import Basic, Expr, Indexed, Symbol

from symcalc.errors import ReadError
from symcalc.language.advice import misplaced
from symcalc.language.gate import MAX_NODES
from symcalc.language.names import COUNT, ROW, plain_name
from symcalc.language.printed import has_rows, told
from symcalc.language.sums import end, index
from symcalc.language.tokens import Marking, unexpected, with_standing

MAX_NAMES = 64           # different names in one formula
OVER_ROWS = frozenset({"sum", "mean", "Sum"})


@cache
def _grammar() -> Lark:
    grammar = files("symcalc.language").joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="basic", propagate_positions=True, postlex=_NoMarking())


class _NoMarking:
    """Tells lark that a postlex will be there; each reading brings its own, since it has a state."""

    always_accept = ()

    def process(self, stream: object) -> object:
        return stream


def parsed(text: str, declared: Collection[str] = (), standing: bool = False) -> Tree[Token]:
    """The tree; letters that are declared stand side by side only where a formula is written as symcalc prints it."""
    parser = _grammar().parse_interactive()
    marking = Marking(text, declared if standing or has_rows(text) else (), standing)
    try:
        tokens = _grammar().lex(text, dont_ignore=False)
        tokens = told(with_standing(tokens) if standing else tokens, text, declared, standing or has_rows(text))
        for token in marking.process(tokens):
            parser.feed_token(token)
        return parser.feed_eof()
    except UnexpectedCharacters as error:
        refused = unexpected(text, error.pos_in_stream)
    except (UnexpectedToken, UnexpectedEOF) as error:
        refused = misplaced(error.token if isinstance(error, UnexpectedToken) else None, text)
    raise refused                       # not amid the parser's own error, which cannot be sent to another process


def surveyed(tree: Tree[Token], text: str) -> tuple[dict[str, Token], dict[str, Token], bool]:
    """All names, those with an index, each with its first place, and whether the formula runs over rows."""
    names: dict[str, Token] = {}
    indexed: dict[str, Token] = {}
    over_rows, parts = False, 0
    for node in tree.iter_subtrees_topdown():
        parts += node.data in ("number", "name", "indexed")
        if node.data == "name":
            names.setdefault(plain_name(str(node.children[0])), node.children[0])
        elif node.data == "indexed":
            indexed.setdefault(plain_name(str(node.children[0])), node.children[0])
        elif node.data == "call":
            over_rows = over_rows or (node.children[0] in OVER_ROWS and not is_inner(node))
        elif node.data == "sigma":
            over_rows = True
    if len(names) > MAX_NAMES:
        raise ReadError(f"the formula has more than {MAX_NAMES} different names", text)
    if parts > MAX_NODES:
        raise ReadError(f"the formula has more than {MAX_NODES} parts; split it into smaller ones", text)
    return names, indexed, over_rows


# Sums over an index of their own

def is_inner(tree: Tree[Token]) -> bool:
    """Whether the call is a sum over an index of its own, as in Sum(f, (j, 1, p)): neither over i nor up to n."""
    return _limits(tree) is not None


def limits_of(tree: Tree[Token]) -> tuple[Symbol, Expr]:
    """The index and the end of such a sum."""
    own, last = _limits(tree)
    return index(own), end(last)


def _limits(tree: Tree[Token]) -> tuple[str, str] | None:
    head, given = tree.children
    arguments = given.children if given is not None else []
    if head != "Sum" or len(arguments) != 2 or arguments[1].data != "tuple" or len(arguments[1].children) != 3:
        return None
    words = [str(part.children[0]) if part.data in ("name", "number") else "" for part in arguments[1].children]
    own, low, last = words
    inner = own.isalpha() and own != ROW.name and low == "1" and last not in ("", COUNT.name)
    return (own, last) if inner else None


def numbered(tree: Tree[Token], elements: Iterable[Indexed]) -> tuple[dict[str, Basic], set[str]]:
    """The indices and ends in a formula by their names, and the vectors: what has an index and is no data.

    A formula without an inner sum, in which no element is wanted, has none.
    """
    calls = [node for node in tree.iter_subtrees_topdown() if node.data == "call"]
    inner = [limits_of(node) for node in calls if is_inner(node)]
    elements = list(elements)
    if not inner and not elements:
        return {}, set()
    rows = {ROW.name, *(_row_of(node) for node in calls if node.children[0] == "Sum" and not is_inner(node))}
    uses = [(plain_name(str(node.children[0])), list(map(str, node.children[1:])))
            for node in tree.iter_subtrees_topdown() if node.data == "indexed"]
    free = {name for _, names in uses for name in names} | {str(own) for part in elements for own in part.indices}
    known = {name: index(name) for name in free - rows}
    known |= {part.name: part for pair in inner for part in pair if isinstance(part, Symbol)}
    return known, {name for name, names in uses if not rows & set(names)}


def _row_of(tree: Tree[Token]) -> str:
    """What a sum over the rows calls the row, where it is well formed."""
    arguments = tree.children[1].children if tree.children[1] is not None else []
    first = arguments[1].children[0] if len(arguments) == 2 and arguments[1].data == "tuple" else None
    return str(first.children[0]) if first is not None and first.data == "name" else ROW.name
