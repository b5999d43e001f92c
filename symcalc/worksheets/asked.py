"""What a question leaves to the learner, in forms that a program can check: derivatives, choices, and numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from types import MappingProxyType

from sympy import Derivative, Expr, Sum, Symbol

from symcalc.calculus.checking import check
from symcalc.calculus.derivation import Derivation
from symcalc.calculus.problems import derive
from symcalc.errors import SymcalcError
from symcalc.language.names import columns_of, name_of, parameters_of
from symcalc.pages.document import Block, Equation, Formula, Inline, Paragraph
from symcalc.pages.notation import text
from symcalc.pages.source import source
from symcalc.worksheets.items.draw import Draw
from symcalc.worksheets.items.item import LETTERS, Item, Unproved
from symcalc.worksheets.items.proving import confirmed, require
from symcalc.worksheets.items.twins import twin_of
from symcalc.worksheets.items.wrong import distractors

_OTHERS = 3               # wrong answers to choose from
_FEWEST = 2
_COLUMN = re.compile(r"Indexed\('(\w+)', (\w+)\)")
_LABEL = re.compile(r"\(([A-Z])\) *")
_PLACE = re.compile(r"(\w+) = (-?\d+)")
_NO_KEYS = frozenset("Σᵢ√∛{")            # signs that are printed and nobody types


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The derivative of `formula` by `letter`, where `columns` are data; the key says `expected`.

    `typed` is the formula as a learner can type it; `at` is where the value of the derivative is asked for, if it is.
    """

    formula: Expr
    letter: Symbol
    columns: tuple[str, ...]
    typed: str
    expected: Expr
    at: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


def derivatives_asked(item: Item) -> tuple[Asked, ...]:
    """The derivatives that the key gives, each confirmed by the check that learners get.

    >>> from symcalc.worksheets.items.kinds import build
    >>> [(asked.typed, asked.letter.name) for asked in derivatives_asked(build("partial", 1, seed=3))]
    [('2s² t + 7s + 9t', 's'), ('2s² t + 7s + 9t', 't')]
    """
    if item.choices and item.expected is not None:
        return tuple(islice(_of_question(item, item.expected), 1))
    found: list[Asked] = []
    for equation in item.answer:
        left, right = equation.sides[:2] if isinstance(equation, Equation) and len(equation.sides) > 1 else (None, None)
        if isinstance(right, Expr):
            standing = _asked(left.expr, left.variables[0], right) if isinstance(left, Derivative) else None
            new = (one for one in _of_question(item, right) if one.letter not in [other.letter for other in found])
            found += [standing] if standing else islice(new, 1)
    return tuple(found)


def _of_question(item: Item, expected: Expr) -> Iterator[Asked]:
    """The derivatives of the formulas in the question that have this value, or have it at the place that is named."""
    places = [{found[1]: int(found[2])} for block in item.question if isinstance(block, Paragraph)
              for part in block.parts if isinstance(part, Formula) and (found := _PLACE.fullmatch(part.text))]
    for formula in _shown(item):
        for letter in parameters_of(formula):
            ways = [{}] if expected.free_symbols else [at for at in places if letter.name in at]
            yield from filter(None, (_asked(formula, letter, expected, at) for at in ways))


def _shown(item: Item) -> Iterator[Expr]:
    """The formulas that the question shows on a line of their own."""
    for block in item.question:
        if isinstance(block, Equation) and isinstance(block.sides[-1], Expr):
            yield block.sides[-1]


def _asked(formula: Expr, letter: Symbol, expected: Expr, at: Mapping[str, int] = MappingProxyType({})) -> Asked | None:
    """The question and its key, where the check that learners get says yes to it."""
    columns = tuple(dict.fromkeys(name_of(column) for column in columns_of(formula)))
    for typed in (text(formula), _COLUMN.sub(r"\1[\2]", source(formula))):
        if not _NO_KEYS.isdisjoint(typed):
            continue
        try:
            if check(typed, expected, letter.name, columns=columns, at=at or None).correct:
                return Asked(formula=formula, letter=letter, columns=columns, typed=typed, expected=expected, at=at)
        except SymcalcError:               # this one does not read back
            continue
    return None


# Choices

@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An answer to choose, and what is wrong with it; nothing is said of the right one."""

    shown: Inline
    is_right: bool
    says: tuple[Inline, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A question and the answers to choose from, one of them right; their order may be `free` where no key names letters."""

    question: tuple[Block, ...]
    options: tuple[Option, ...]
    free: bool = False


def choice_of(item: Item) -> Choice | None:
    """The item as a choice: by its own answers, or the right derivative among proved wrong ones by typical mistakes."""
    if item.choices:
        options = tuple(Option(shown=shown, is_right=k == item.right, says=_said_of(item, LETTERS[k]))
                        for k, shown in enumerate(item.choices))
        question = tuple(block for block in item.question if not _labelled(block))
        return Choice(question=question, options=options)
    alone = item.expected is not None and all(isinstance(block, Equation) for block in item.answer)
    asked = derivatives_asked(item) if alone and item.kind in _ONE_DERIVATIVE else ()
    return _among_wrong(item, asked[0]) if asked else None


_ONE_DERIVATIVE = frozenset({"differentiate", "free"})


def _labelled(block: Block) -> str:
    """The letter in front of an answer to choose: (A) and what follows."""
    first = block.parts[0] if isinstance(block, Paragraph) else ""
    label = _LABEL.fullmatch(first) if isinstance(first, str) else None
    return label[1] if label else ""


def _said_of(item: Item, letter: str) -> tuple[Inline, ...]:
    """What the solution says of the wrong answer with this letter."""
    said = (block.parts[1:] for block in item.solution if isinstance(block, Paragraph) and _labelled(block) == letter)
    return next(said, ())


def _among_wrong(item: Item, asked: Asked) -> Choice | None:
    derivation = derive(asked.formula, asked.letter, columns=asked.columns)
    if not isinstance(derivation, Derivation) or asked.formula.has(Sum):
        return None
    wrong = [Option(shown=other.answer, is_right=False, says=other.says)
             for other in islice(distractors(Draw(item.seed), derivation), _OTHERS)]
    if len(wrong) < _FEWEST:
        return None
    for other in wrong:
        require(not _is_slope(asked, other.shown), f"a wrong derivative of {text(asked.formula)} is right")
    require(_is_slope(asked, asked.expected), f"the derivative of {text(asked.formula)} is another")
    options = Draw(item.seed).fork("choices").shuffled([Option(shown=asked.expected, is_right=True), *wrong])
    return Choice(question=item.question, options=tuple(options), free=True)


def _is_slope(asked: Asked, answer: Inline) -> bool:
    """Whether plain arithmetic, by difference quotients, says that this is the derivative."""
    names = [letter.name for letter in parameters_of(asked.formula)]
    try:
        return isinstance(answer, Expr) and bool(confirmed(twin_of(asked.formula), answer, asked.letter.name, names))
    except Unproved:
        return False
