"""Hints: from "what is done last?" through the rule and its formula with blanks to the next line, filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sympy import Derivative, Expr, Sum, Symbol
from sympy.core.function import AppliedUndef

from symcalc.calculus.derived import DerivedOnce
from symcalc.calculus.rule import Rule
from symcalc.calculus.rules import (
    CASES,
    CONSTANT_MULTIPLE,
    GENERAL_POWER,
    MAXIMUM,
    MINIMUM,
    NO_RULE,
    PRODUCT,
    QUOTIENT,
    ROUTINE,
    ROW_SUM,
    SUM,
)
from symcalc.calculus.tutor.places import Place, Words
from symcalc.calculus.unfolding import Application, Line, applied
from symcalc.errors import LossError, as_given
from symcalc.indices import index_of
from symcalc.pages.document import Document, Formula, Paragraph
from symcalc.pages.notation import latex, text
from symcalc.pages.shown import Shown
from symcalc.pages.text import inline
from symcalc.vocabulary import FUNCTIONS

_BLANK = Symbol("___", real=True)
MOST_HINTS = 8


@dataclass(frozen=True, slots=True)
class Hint:
    """One step of help."""

    parts: Words

    @property
    def text(self) -> str:
        """The hint in words."""
        return inline(self.parts)


@dataclass(frozen=True, slots=True)
class Hints(Shown):
    """Hints that climb, each saying a little more; the last is a line filled in.

    >>> from symcalc.calculus.problems import derive
    >>> print(hints(derive("sin(3x)", "x")).upto(1))
    1. What is the outermost operation in sin(3x), the one that is done last when it is worked out?
    """

    hints: tuple[Hint, ...]
    level: int = 0                                # how many are shown; all where it is 0

    def upto(self, level: int) -> Hints:
        """The first hints; LossError where there are not so many."""
        if not 1 <= level <= len(self.hints):
            raise LossError(f"there is no hint {level}; there are {len(self.hints)}, from 1 to {len(self.hints)}")
        return replace(self, level=level)

    @property
    def shown(self) -> tuple[Hint, ...]:
        """The hints up to the level."""
        return self.hints[:self.level or None]

    def as_dict(self) -> dict[str, Any]:
        """The hints as plain data, for JSON."""
        return {"level": len(self.shown), "levels": len(self.hints), "hints": [hint.text for hint in self.shown]}

    def document(self) -> Document:
        """The hints, numbered."""
        return Document("", tuple(Paragraph((f"{k}. ", *hint.parts)) for k, hint in enumerate(self.shown, start=1)), "Hints")


def hints(derivation: DerivedOnce, after: int = 0) -> Hints:
    """The hints towards the lines after the line `after`, up to the first that is more than routine.

    >>> from symcalc.calculus.problems import derive
    >>> hints(derive("sin(3x)", "x")).hints[-1].text
    'Filled in, the next line is cos(3x) · d/dx (3x).'
    """
    lines = derivation.lines
    check_line(lines, after)
    if after == len(lines) - 1:
        return Hints((Hint(("Nothing is left to do: this is the last line.",)),))
    found: list[Hint] = []
    for k in range(after + 1, len(lines)):
        routine = lines[k].rule in (*ROUTINE, ROW_SUM)
        node = _opened(lines[k - 1], lines[k], derivation.variable)
        climb = list(_algebra(lines[k]) if node is None else _routine(node, lines[k], first=not found) if routine
                     else _climb(node, lines[k]))
        if len(found) + len(climb) > MOST_HINTS and not routine:
            climb = climb[1:]                     # who has come so far need not be asked again what is done last
        if found and len(found) + len(climb) > MOST_HINTS:
            break
        found += [Hint(parts) for parts in climb]
        if not routine:
            break
    return Hints(tuple(found))


def check_line(lines: Sequence[Line], after: object) -> None:
    """Whether there is a line of that number."""
    if isinstance(after, bool) or not isinstance(after, int) or not 0 <= after < len(lines):
        raise LossError(f"there is no line {as_given(after)}; the derivation has the lines 0 to {len(lines) - 1}")


def _opened(before: Line, now: Line, variable: Symbol) -> Application | None:
    """The derivative that the next line works out: the first with its rule, or the first that stands at all."""
    standing = [part for part in _in_order(before.expression) if isinstance(part, Derivative)]
    nodes = [applied(part.expr, variable, {}) for part in standing]
    return next((node for node in nodes if node.rule is now.rule), nodes[0] if nodes else None)


def _in_order(expression: Expr) -> Iterator[Expr]:
    yield expression
    if not isinstance(expression, Derivative):
        for part in expression.args:
            yield from _in_order(part)


def _routine(node: Application, line: Line, first: bool) -> Iterator[Words]:
    """A question, where the line is the first its rule too, and then the line."""
    if first or node.rule in (SUM, CONSTANT_MULTIPLE):
        yield _question(node)
    if first:
        yield _use(line)
    yield (*_sentence(line.reason), " So the next line is ", line.expression, ".")


def _question(node: Application) -> Words:
    e, x = node.expression, node.variable
    if node.rule is SUM:
        return _outermost(node)
    if node.rule is ROW_SUM:
        return ("What is added in ", e, ", and what does that mean for its derivative?")
    if node.rule is CONSTANT_MULTIPLE:
        return ("Look at ", e, ": what in it does not change with ", x, "?")
    return ("How fast does ", e, " change with ", x, "?")


def _use(line: Line) -> Words:
    named = f"Use {'' if line.rule is GENERAL_POWER else 'the '}{line.rule.name}"
    return (f"{named}: " if "rule" in line.rule.name else f"{named}, ",
            Formula(text=line.rule.formula, latex=line.rule.latex), ".")


def _sentence(reason: Words) -> Words:
    first, *rest = reason
    return (first[0].upper() + first[1:] if isinstance(first, str) else first, *rest, ".")


def _algebra(line: Line) -> Iterator[Words]:
    yield ("What is left is algebra: can something be multiplied, cancelled or collected?",)
    yield (f"Use: {line.rule.name}, ", Formula(text=line.rule.formula, latex=line.rule.latex), ".")
    yield ("Then the next line is ", line.expression, ".")


def _climb(node: Application, line: Line) -> Iterator[Words]:
    e, x, rule = node.expression, node.variable, node.rule
    yield _outermost(node)
    if rule is NO_RULE:
        yield (*_sentence(line.reason), " So the next line is ", line.expression, ".")
        return
    yield (*_kind(node), " Which rule is there for that?")
    yield _use(line)
    if node.parts:
        blanks = rule.combine(e, x, *(_BLANK for _ in node.parts))
        yield ("Fill in the blank: " if len(node.parts) == 1 else "Fill in the blanks: ",
               Formula(text=text(blanks), latex=latex(blanks).replace(latex(_BLANK), r"\underline{\qquad}")), ".")
    yield ("Filled in, the next line is ", line.expression, ".")


def _kind(node: Application) -> Words:
    place = Place(node=node, slopes=())
    if place.elementary:
        inside = (" of ", place.inside, ".") if not place.chained else (", and inside stands ", place.inside, ".")
        return (place.e, f" is {place.called}", *inside)
    if isinstance(place.e, Sum):
        return (place.e, " is a sum over ", index_of(place.e), "; look for its terms that hold ", place.x, ".")
    if type(place.e) in FUNCTIONS or isinstance(place.e, AppliedUndef):
        return (place.e, f" is {place.called} of several expressions.")
    return (place.e, _KINDS.get(node.rule, " is an expression in "), node.variable, ".")


def _outermost(node: Application) -> Words:
    return ("What is the outermost operation in ", node.expression, ", the one that is done last when it is worked out?")


_KINDS: Mapping[Rule, str] = {
    PRODUCT: " is a product, and every factor depends on ",
    QUOTIENT: " is a fraction, and both above and below the bar stands ",
    GENERAL_POWER: " is a power, and both its base and its exponent depend on ",
    MAXIMUM: " is the largest of several expressions in ",
    MINIMUM: " is the smallest of several expressions in ",
    CASES: " is given case by case, each case an expression in ",
}
