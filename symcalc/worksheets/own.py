"""An item of the teacher's own: words, or a formula that is differentiated and proved like any other."""

from __future__ import annotations

from symcalc.calculus.problems import derive
from symcalc.pages.document import Block, Equation, Steps, paragraph
from symcalc.pages.notation import text
from symcalc.pages.source import source
from symcalc.worksheets.item import Item

Paragraphs = tuple[str, ...]


def own_item(question: Paragraphs = (), answer: Paragraphs = (), solution: Paragraphs = (), hint: str = "", formula: str = "",
             wrt: str = "") -> Item:
    """The item; with a formula, its derivative is the answer unless the teacher wrote one.

    >>> item = own_item(formula="x^2", wrt="x")
    >>> item.source, item.checks > 0
    ('differentiate x**2 by x', True)
    """
    said, answered, worked = (tuple(map(paragraph, parts)) for parts in (question, answer, solution))
    hints = (hint,) if hint else ()
    if not formula:
        return Item(kind="own", level=0, seed=0, question=said, answer=answered, solution=worked, hints=hints,
                    source=" ".join(question))
    derivation = derive(formula, wrt)
    start = derivation.lines[0].expression
    asked: tuple[Block, ...] = (*(said or (paragraph("Differentiate with respect to ", start.args[1][0], ":"),)),
                                Equation((start.args[0],)))
    asks = f"differentiate {source(start.args[0])} by {text(start.args[1][0])}"
    return Item(kind="own", level=0, seed=0, question=asked, answer=answered or (Equation((start, derivation.result)),),
                solution=(Steps(tuple(line.step() for line in derivation.lines)), *worked), hints=hints,
                checks=len(derivation.proof.checks), source=asks)
