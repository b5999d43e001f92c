"""All kinds of items by name, and the making of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from sympy import Expr, Integer, Symbol

from symcalc.calculus.problems import derive
from symcalc.pages.document import Block, Equation, Steps, paragraph
from symcalc.pages.source import source
from symcalc.worksheets.draw import Draw
from symcalc.worksheets.item import Item, Kind, WorksheetError
from symcalc.written import add, mul, power

_TRIES = 40


def _differentiate(draw: Draw, level: int) -> Item:
    x = Symbol("x", real=True)
    first = mul(Integer(draw.whole(2, 9)), power(x, Integer(draw.whole(2, 3 + level))))
    formula = add(first, mul(Integer(draw.whole(2, 9)), x))
    asked = (paragraph("Differentiate with respect to ", x, ":"),)
    return replace(_derived(formula, "x", asked), kind="differentiate", level=level, points=level, space=3 + level)


def _derived(formula: Expr | str, wrt: str, asked: tuple[Block, ...]) -> Item:
    derivation = derive(formula, wrt)
    start = derivation.lines[0].expression
    return Item(kind="free", level=1, seed=0, question=(*asked, Equation((start.args[0],))),
                answer=(Equation((start, derivation.result)),), checks=len(derivation.proof.checks),
                solution=(Steps(tuple(line.step() for line in derivation.lines)),),
                source=f"differentiate {source(start.args[0])}", expected=derivation.result)


def _free(draw: Draw, level: int, question: str = "", answer: str = "", expression: str = "", wrt: str = "") -> Item:
    asked = (paragraph(question),) if question else ()
    if expression:
        return _derived(expression, wrt, asked)
    return Item(kind="free", level=level, seed=0, question=asked, answer=(paragraph(answer),), solution=(), source=question)


KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in (
    Kind(name="differentiate", about="the derivative of a formula", levels=(1, 2, 3, 4), make=_differentiate),
    Kind(name="free", about="an item that the teacher writes", levels=(1, 2, 3, 4), make=_free,
         params=MappingProxyType({"question": "what is asked", "answer": "the model answer",
                                  "expression": "a formula to differentiate", "wrt": "by what"})),
)})


def build(kind: str, level: int, seed: int, *, shape: int | None = None, **given: object) -> Item:
    """An item of this kind and level; the same for the same seed."""
    for attempt in range(_TRIES):
        item = KINDS[kind].make(Draw(seed, shape).fork(f"{kind} {level} {attempt}"), level, **given)
        if item is not None:
            return replace(item, seed=seed)
    raise WorksheetError(f"no item of kind {kind}, level {level} came out of seed {seed}; take another seed")
