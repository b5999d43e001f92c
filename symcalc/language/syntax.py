"""Text to a tree by the grammar, and what the tree says at first sight: its names, and whether it runs over rows."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from importlib.resources import files

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedToken

from symcalc.errors import ReadError
from symcalc.language.advice import misplaced
from symcalc.language.gate import MAX_NODES
from symcalc.language.names import plain_name
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


def parsed(text: str, letters: Collection[str] = (), standing: bool = False) -> Tree[Token]:
    parser = _grammar().parse_interactive()
    marking = Marking(text, letters)
    try:
        tokens = _grammar().lex(text, dont_ignore=False)
        for token in marking.process(with_standing(tokens) if standing else tokens):
            parser.feed_token(token)
        return parser.feed_eof()
    except UnexpectedCharacters as error:
        raise unexpected(text, error.pos_in_stream) from None
    except (UnexpectedToken, UnexpectedEOF) as error:
        raise misplaced(error.token if isinstance(error, UnexpectedToken) else None, text) from None


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
            over_rows = over_rows or node.children[0] in OVER_ROWS
    if len(names) > MAX_NAMES:
        raise ReadError(f"the formula has more than {MAX_NAMES} different names", text)
    if parts > MAX_NODES:
        raise ReadError(f"the formula has more than {MAX_NODES} parts; split it into smaller ones", text)
    return names, indexed, over_rows
