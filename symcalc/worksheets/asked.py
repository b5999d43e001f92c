"""What a question leaves to the learner, in forms that a program can check: derivatives, choices, and numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from sympy import Derivative, Expr, Sum, Symbol

from symcalc.calculus.derivation import Derivation
from symcalc.calculus.problems import derive
from symcalc.errors import SymcalcError
from symcalc.language.names import columns_of, name_of, parameters_of
from symcalc.pages.document import Block, Equation, Inline, Paragraph
from symcalc.pages.source import source
from symcalc.worksheets.items.bricks import CONTEXT, Twin
from symcalc.worksheets.items.draw import Draw
from symcalc.worksheets.items.item import Item, Unproved
from symcalc.worksheets.items.proving import confirmed, require, value_of
from symcalc.worksheets.items.wrong import distractors

_OTHERS = 3               # wrong answers to choose from
_FEWEST = 2
_LETTERS = "ABCDEFG"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The derivative of `formula` by `letter`, where `columns` are data; the key says `expected`."""

    formula: Expr
    letter: Symbol
    expected: Expr

    @property
    def columns(self) -> tuple[str, ...]:
        """The letters that stand for data."""
        return tuple(dict.fromkeys(name_of(column) for column in columns_of(self.formula)))


def derivatives_asked(item: Item) -> tuple[Asked, ...]:
    """The derivatives that the key gives, each confirmed by the check that learners get.

    >>> from symcalc.worksheets.items.kinds import build
    >>> [(str(asked.formula), str(asked.letter)) for asked in derivatives_asked(build("partial", 1, seed=3))]
    [('2*s**2*t + 7*s + 9*t', 's'), ('2*s**2*t + 7*s + 9*t', 't')]
    """
    found: list[Asked] = []
    for equation in item.answer:
        if isinstance(equation, Equation) and isinstance(equation.sides[-1], Expr):
            left, right = equation.sides[0], equation.sides[1]
            known = [(left.expr, left.variables[0])] if isinstance(left, Derivative) else []
            # A slope of J(m, b) is that of the loss in the question, not of its name.
            formulas = [*known, *((formula, letter) for formula in _shown(item) for letter in parameters_of(formula))]
            found += islice((Asked(formula=formula, letter=letter, expected=right) for formula, letter in formulas
                             if isinstance(right, Expr) and _confirms(formula, letter, right)
                             and letter not in [one.letter for one in found]), 1)
    return tuple(found)


def _shown(item: Item) -> Iterator[Expr]:
    """The formulas that the question shows on a line of their own."""
    for block in item.question:
        if isinstance(block, Equation) and isinstance(block.sides[-1], Expr):
            yield block.sides[-1]


def _confirms(formula: Expr, letter: Symbol, expected: Expr) -> bool:
    """Whether the check that learners get says yes to the answer of the key."""
    columns = tuple(dict.fromkeys(name_of(column) for column in columns_of(formula)))
    try:
        return derive(source(formula), letter.name, columns=columns).check(source(expected)).correct
    except SymcalcError:
        return False


# Choices

@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An answer to choose, and what is wrong with it; nothing is said of the right one."""

    shown: Inline
    is_right: bool
    says: tuple[Inline, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A question and the answers to choose from, one of them right."""

    question: tuple[Block, ...]
    options: tuple[Option, ...]


def choice_of(item: Item) -> Choice | None:
    """The item as a choice: by its own answers, or the right derivative among proved wrong ones by typical mistakes."""
    if item.choices:
        options = tuple(Option(shown=shown, is_right=k == item.right, says=_said_of(item, f"({_LETTERS[k]})  "))
                        for k, shown in enumerate(item.choices))
        labels = tuple(f"({letter})  " for letter in _LETTERS)
        question = tuple(block for block in item.question if not _begins(block, labels))
        return Choice(question=question, options=options)
    alone = item.expected is not None and all(isinstance(block, Equation) for block in item.answer)
    asked = derivatives_asked(item) if alone and item.kind in _ONE_DERIVATIVE else ()
    return _among_wrong(item, asked[0]) if asked else None


_ONE_DERIVATIVE = frozenset({"differentiate", "free"})


def _begins(block: Block, labels: tuple[str, ...]) -> bool:
    return isinstance(block, Paragraph) and block.parts[0] in labels


def _said_of(item: Item, label: str) -> tuple[Inline, ...]:
    """What the solution says of the wrong answer with this label."""
    said = (block.parts[1:] for block in item.solution if isinstance(block, Paragraph) and block.parts[0] == label)
    return next(said, ())


def _as_sentence(says: tuple[Inline, ...]) -> tuple[Inline, ...]:
    """The words with a capital at their start."""
    first, *rest = says
    return (f"{first[0].upper()}{first[1:]}", *rest) if isinstance(first, str) and first else says


def _among_wrong(item: Item, asked: Asked) -> Choice | None:
    derivation = derive(asked.formula, asked.letter, columns=asked.columns)
    if not isinstance(derivation, Derivation) or asked.formula.has(Sum):
        return None
    wrong = [Option(shown=other.answer, is_right=False, says=_as_sentence(other.says))
             for other in islice(distractors(Draw(item.seed), derivation), _OTHERS)]
    if len(wrong) < _FEWEST:
        return None
    for other in wrong:
        require(not _is_slope(asked, other.shown), f"a wrong derivative of {asked.formula} is right")
    require(_is_slope(asked, asked.expected), f"the derivative of {asked.formula} is another")
    options = Draw(item.seed).fork("choices").shuffled([Option(shown=asked.expected, is_right=True), *wrong])
    return Choice(question=item.question, options=tuple(options))


def _is_slope(asked: Asked, answer: Inline) -> bool:
    """Whether plain arithmetic, by difference quotients, says that this is the derivative."""
    names = [letter.name for letter in parameters_of(asked.formula)]
    twin = Twin(asked.formula, lambda at: value_of(asked.formula, {name: CONTEXT.mpf(value) for name, value in at.items()}))
    try:
        return isinstance(answer, Expr) and bool(confirmed(twin, answer, asked.letter.name, names))
    except Unproved:
        return False
