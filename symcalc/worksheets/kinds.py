"""All kinds of items by name, and the making of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from sympy import Integer, Symbol

from symcalc.calculus.problems import derive
from symcalc.pages.document import Equation, Steps, paragraph
from symcalc.worksheets.draw import Draw
from symcalc.worksheets.item import Item, Kind, WorksheetError
from symcalc.written import add, mul, power

_TRIES = 40


def _differentiate(draw: Draw, level: int) -> Item:
    x = Symbol("x", real=True)
    formula = add(mul(Integer(draw.whole(2, 9)), power(x, Integer(draw.whole(2, 3 + level)))), mul(Integer(draw.whole(2, 9)), x))
    derivation = derive(formula, "x")
    return Item(kind="differentiate", level=level, seed=draw.seed, question=(paragraph("Differentiate with respect to ", x, ":"),
                Equation((formula,))), answer=(Equation((derivation.result,)),), checks=len(derivation.proof.checks),
                solution=(Steps(tuple(line.step() for line in derivation.lines)),), points=level, space=3 + level,
                source=f"differentiate {formula}")


KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in (
    Kind(name="differentiate", about="the derivative of a formula", levels=(1, 2, 3, 4), make=_differentiate),
)})


def build(kind: str, level: int, seed: int) -> Item:
    """An item of this kind and level; the same for the same seed."""
    for attempt in range(_TRIES):
        item = KINDS[kind].make(Draw(seed).fork(f"{kind} {level} {attempt}"), level)
        if item is not None:
            return replace(item, seed=seed)
    raise WorksheetError(f"no item of kind {kind}, level {level} came out of seed {seed}; take another seed")
