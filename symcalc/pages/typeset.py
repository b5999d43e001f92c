"""Names as formulas have them where they are typeset, for pictures and for the words beside such formulas: v₁, not v1."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sympy import Basic

from symcalc.pages.document import Document, Inline, Paragraph
from symcalc.pages.media import TYPESET
from symcalc.pages.notation import text, written


def typeset(expression: Basic) -> str:
    """The expression in Unicode, with the numbers of names below the line.

    >>> from sympy import symbols
    >>> v1, x = symbols("v1 x")
    >>> text(v1 * x), typeset(v1 * x)
    ('v1 x', 'v₁ x')
    """
    return written(expression, TYPESET)


def typeset_in(words: str, letters: Iterable[Basic]) -> str:
    """Words in which these letters are named, with their names typeset.

    >>> from sympy import symbols
    >>> typeset_in("J(v1, b) with 2v1 = 3, dJ/dv1 and v12", symbols("v1 b"))
    'J(v₁, b) with 2v₁ = 3, dJ/dv₁ and v12'
    """
    names = {text(letter): typeset(letter) for letter in letters}
    changed = [re.escape(name) for name in names if names[name] != name]
    if not changed:
        return words
    return re.sub(rf"(?:(?<![A-Za-z_])|(?<=/d))({'|'.join(changed)})(?![A-Za-z0-9_])", lambda found: names[found[1]], words)


def with_typeset_names(document: Document, letters: Iterable[Basic]) -> Document:
    """The document with the names of these letters typeset in its title and its paragraphs.

    >>> from sympy import symbols
    >>> with_typeset_names(Document("J(v1)", (Paragraph(("v1 jumps",)),)), symbols("v1,"))
    Document(title='J(v₁)', blocks=(Paragraph(parts=('v₁ jumps',)),))
    """
    letters = tuple(letters)

    def named(part: Inline) -> Inline:
        return typeset_in(part, letters) if isinstance(part, str) else part

    return Document(typeset_in(document.title, letters), tuple(
        Paragraph(tuple(map(named, block.parts))) if isinstance(block, Paragraph) else block for block in document.blocks),
        document.name)
