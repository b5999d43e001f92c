"""Derivations and answers with a mistake in them, made by the wrong rules that the tutor knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from sympy import Derivative, Expr, Symbol

from symcalc.calculus.algebra.products import written_in
from symcalc.calculus.derivation import Derivation, tidied_up
from symcalc.calculus.lanes import Places
from symcalc.calculus.point import NO_VALUE
from symcalc.calculus.tutor.check import verdict_on
from symcalc.calculus.tutor.guesses import Tree
from symcalc.calculus.tutor.mistakes import COMMON, LIKELY, RARER
from symcalc.calculus.tutor.places import Place, Words, WrongRule
from symcalc.calculus.unfolding import Application, Line, unfolded
from symcalc.pages.notation import text
from symcalc.worksheets.items.draw import Draw
from symcalc.worksheets.items.numbers import moderate
from symcalc.written import is_number

# Those that leave no trace of the work, or that only a computer makes, are no exercise.
_UNSUITED = frozenset({"one case used everywhere", "a constant differentiated as if it changed", "exponent lowered wrongly",
                       "the variable not differentiated", "a constant kept", "outer function of the inner derivative",
                       "inside of the function lost", "derivative of the function wrong", "inner derivative added"})
_SUITED = tuple(rule for rule in (*LIKELY, *COMMON, *RARER) if rule.name not in _UNSUITED)
_VALUES = 3                  # points at which values are compared
_CLOSE = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """A derivation that goes wrong at line `at`: its lines, the line that belongs there, and what went wrong."""

    lines: tuple[Line, ...]
    at: int
    mended: Expr
    name: str
    says: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Distractor:
    """A wrong answer, tidied as the right one is, and what went wrong."""

    answer: Expr
    name: str
    says: Words


def slips(draw: Draw, derivation: Derivation) -> Iterator[Slip]:
    """Derivations with one wrong line, in an order that is drawn."""
    values = _Values(derivation)
    for rule, node, k in _ways(draw, derivation):
        slip = _slip(derivation, rule, node, k, values)
        if slip is not None:
            yield slip


def distractors(draw: Draw, derivation: Derivation) -> Iterator[Distractor]:
    """Wrong answers by one mistake each, no two of the same value and none of the right one's."""
    values = _Values(derivation)
    tree, written = Tree(derivation.root), written_in(derivation.expression)
    seen = [values.of(derivation.result)]
    for rule, node, k in _ways(draw, derivation):
        wrong = tree.with_steps({node: (rule, k)})
        if wrong is None or wrong.has(Derivative):
            continue
        answer = tidied_up([Line(expression=wrong)], written)[-1].expression
        found = values.of(answer)
        if None in found or not answer.free_symbols or not moderate([answer]) or any(_alike(found, other) for other in seen):
            continue
        if says := _diagnosed(derivation, answer, rule):
            seen.append(found)
            yield Distractor(answer=answer, name=rule.name, says=says)


def _diagnosed(derivation: Derivation, answer: Expr, rule: WrongRule) -> Words | None:
    """What the tutor says of the answer; None where it sees another mistake in it, as several may lead to one answer."""
    verdict = verdict_on(derivation, answer)
    return verdict.said if verdict.mistake and verdict.mistake.name == rule.name else None


def _ways(draw: Draw, derivation: Derivation) -> list[tuple[WrongRule, Application, int]]:
    """Each mistake at each place where it can be made, each kind once before any twice; alike for items of one form."""
    tree = Tree(derivation.root)
    rounds: list[list[tuple[WrongRule, Application, int]]] = []
    form = draw.form("mistakes")
    for rule in form.shuffled(_SUITED):
        for turn, (node, k) in enumerate(form.shuffled(list(tree.ways(rule)))):
            if turn == len(rounds):
                rounds.append([])
            rounds[turn].append((rule, node, k))
    return [way for turn in rounds for way in turn]


def _slip(derivation: Derivation, rule: WrongRule, node: Application, k: int, values: _Values) -> Slip | None:
    """The lines with the wrong step; None where they would not show it in one line and carry it on from there."""
    def step(e: Expr, x: Symbol, *slopes: Expr) -> Expr:
        return list(rule.wrong(Place(node=node, slopes=slopes)))[k]

    written = written_in(derivation.expression)
    try:
        lines = tidied_up(unfolded(_with(derivation.root, node, step), derivation.detail), written)
    except IndexError:               # there is no such way while a slope still stands as d/dx (...)
        return None
    right = unfolded(_with(derivation.root, node, node.rule.combine), derivation.detail)
    found = [values.of(line.expression) for line in lines]
    if any(None in each for each in found) or not moderate(line.expression for line in lines):
        return None
    jumps = [k for k, (before, now) in enumerate(pairwise(found), start=1) if not _alike(before, now)]
    if len(jumps) != 1 or jumps[0] >= len(right) or is_number(lines[-1].expression) or lines[-1].expression.has(Derivative):
        return None
    at = jumps[0]
    same_way = all(text(line.expression) == text(other.expression) for line, other in zip(lines[:at], right[:at]))
    if not same_way or not _alike(values.of(right[at].expression), found[0]):
        return None
    says = _diagnosed(derivation, lines[-1].expression, rule)
    if says is None:
        return None
    return Slip(lines=tuple(lines), at=at, mended=right[at].expression, name=rule.name, says=says)


def _with(root: Application, node: Application, combine: Callable[..., Expr]) -> Application:
    """The tree with another step at one node, which is then a rule of its own and opened in a line of its own."""
    known: dict[Application, Application] = {}

    def visit(each: Application) -> Application:
        if each not in known:
            parts = tuple(map(visit, each.parts))
            rule = replace(each.rule, combine=combine) if each is node else each.rule
            known[each] = each if rule is each.rule and parts == each.parts else Application(
                rule=rule, expression=each.expression, variable=each.variable, parts=parts)
        return known[each]

    return visit(root)


class _Values:
    """The values of lines at a few points, those that still hold d/dx (...) by difference quotients."""

    def __init__(self, derivation: Derivation) -> None:
        self.points = []
        for point in Places(derivation.lines[0].expression):
            try:
                point.value(derivation.lines[0].expression), point.value(derivation.result)
            except NO_VALUE:
                continue
            self.points.append(point)
            if len(self.points) == _VALUES:
                break

    def of(self, line: Expr) -> list[Any]:
        return [self._at(point, line) for point in self.points]

    def _at(self, point: Any, line: Expr) -> Any:
        try:
            return point.value(line)
        except NO_VALUE:
            return None


def _alike(one: list[Any], other: list[Any]) -> bool:
    return all(abs(a - b) <= _CLOSE * max(abs(a), abs(b), 1e-30) for a, b in zip(one, other))
