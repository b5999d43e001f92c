"""The questions of every version of a sheet: the same kinds and levels in the same order, other numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sympy import Add, Basic, Derivative, Expr, Float, Indexed, Mul, Pow, Rational, Symbol

from symcalc.worksheets.items.draw import Draw
from symcalc.worksheets.items.item import LETTERS, Item, WorksheetError
from symcalc.worksheets.items.kinds import build
from symcalc.worksheets.items.numbers import parts_in
from symcalc.worksheets.spec import Ask, Spec
from symcalc.written import is_minus, is_number

_TRIES = 60               # draws until an item is none of those before
_SHAPED = 30              # of them with the form that the question has in the first version
_ALIKE = 8                # draws until its derivation is as long as there
_UNLIKE = 12              # draws in the first version for a formula of another form than those before
_SEEDS = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """An item in its place on the sheet."""

    number: int
    points: int
    space: int
    item: Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A section of a version."""

    title: str
    note: tuple[str, ...]
    questions: tuple[Question, ...]


def draw_versions(spec: Spec, made: Callable[[int], None] | None = None) -> tuple[tuple[Part, ...], ...]:
    """The parts of each version; no item in them is equal to another. `made` hears how many items there are so far.

    >>> from symcalc.worksheets.spec import read_spec
    >>> spec = read_spec({"title": "Slopes", "versions": 2, "sections": [{"items": [{"kind": "differentiate"}]}]})
    >>> len({parts[0].questions[0].item.source for parts in draw_versions(spec)})
    2
    """
    deck = _Deck(spec.seed, made or (lambda count: None))
    return tuple(tuple(_parts(spec, letter, deck)) for letter in LETTERS[:spec.versions])


def _parts(spec: Spec, letter: str, deck: _Deck) -> Iterator[Part]:
    number = 0
    for section in spec.sections:
        questions = []
        for ask in section.items:
            for level in ask.levels:
                number += 1
                questions.append(_question(ask, number, deck.item(letter, ask, level, number)))
        yield Part(title=section.title, note=section.note, questions=tuple(questions))


def _question(ask: Ask, number: int, item: Item) -> Question:
    # An item asks for ample room, two thirds of it suffice: the questions of a page share what is left of it.
    return Question(number=number, item=item, points=item.points if ask.points is None else ask.points,
                    space=-(-item.space * 2 // 3) if ask.space is None else ask.space)


class _Deck:
    """The items drawn so far, none of which comes again."""

    def __init__(self, seed: int, made: Callable[[int], None]) -> None:
        self._seed, self._made, self._count = seed, made, 0
        self._taken: set[str] = set()
        self._lengths: dict[int, int] = {}            # of the derivation of each question, in the first version
        self._shapes: dict[int, int] = {}             # and the form of the question there
        self._patterns: Counter[tuple[str, int, str]] = Counter()          # of the questions there, by kind and level

    def item(self, letter: str, ask: Ask, level: int, number: int) -> Item:
        """A new item, its derivation as long as in the first version, or as near to that as a few draws come.

        In the first version it is one whose pattern has been used the least.
        """
        found: dict[int, tuple[Item, int]] = {}
        for attempt in range(_TRIES):
            shape = self._drawn(f"form {number} {attempt}")
            if attempt < _SHAPED:
                shape = self._shapes.get(number, shape)
            seed = self._drawn(f"{letter} {number} {ask.kind} {level} {attempt}")
            item = build(ask.kind, level, seed, shape=shape, **ask.params)
            if item.source in self._taken and not ask.is_written:
                continue
            found.setdefault(self._unlike(number, item), (item, shape))
            if 0 in found or attempt >= (_SHAPED if item.pattern else _ALIKE if number in self._lengths else _UNLIKE):
                break
        if not found:
            raise WorksheetError(f"question {number} of version {letter}: {_TRIES} draws of {ask.kind}, level {level}, gave "
                                 "only items that are on the sheets already; ask for fewer of them, or for fewer versions")
        return self._keep(number, *found[min(found)])

    def _unlike(self, number: int, item: Item) -> int:
        """How far the item is from what is wanted here."""
        if number in self._lengths:
            return abs(item.length - self._lengths[number])
        return self._patterns[_pattern(item)]

    def _drawn(self, name: str) -> int:
        return Draw(self._seed).fork(name).seed % _SEEDS

    def _keep(self, number: int, item: Item, shape: int) -> Item:
        if number not in self._lengths:
            self._patterns[_pattern(item)] += 1
        self._lengths.setdefault(number, item.length)
        self._shapes.setdefault(number, shape)
        self._taken.add(item.source)
        self._count += 1
        self._made(self._count)
        return item


def _pattern(item: Item) -> tuple[str, int, str]:
    return item.kind, item.level, item.pattern or _form(item)


def _form(item: Item) -> str:
    """The formula that an item is about, whatever its numbers, signs and letter: of 3x⁵ - 2x and 7t² + t the same."""
    formulas = (part for part in parts_in(item.question) if isinstance(part, Expr))
    return next((_blank(formula) for formula in formulas if formula.atoms(Rational, Float)), "")


def _blank(expression: Basic) -> str:
    """The tree with a blank for each number and letter; a factor that is a number, or a sign, makes no other form.

    >>> x = Symbol("x")
    >>> _blank(2*x**3 - x) == _blank(x**2 + 3*x), _blank((3*x + 1)**-2) == _blank((3*x + 1)**2)
    (True, False)
    """
    match expression:
        case Derivative():
            return _blank(expression.expr)
        case Symbol() | Indexed():
            return "x"
        case Mul():
            parts = [_blank(factor) for factor in expression.args if not is_number(factor)]
            return parts[0] if len(parts) == 1 else f"Mul({', '.join(sorted(parts))})"
        case Pow() if is_number(expression.exp):
            kind = ("whole" if expression.exp.is_Integer else "broken") + "-" * is_minus(expression.exp)
            return f"Pow({_blank(expression.base)}, {kind})"          # a power, a root, or one over it
        case _ if is_number(expression):
            return "1"
    parts = [_blank(part) for part in expression.args]
    return f"{expression.func.__name__}({', '.join(sorted(parts) if isinstance(expression, Add) else parts)})"
