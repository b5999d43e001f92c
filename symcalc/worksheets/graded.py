"""What a learning platform can grade of a question, and the key that it shows afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from symcalc.pages.document import Block, Paragraph
from symcalc.worksheets.asked import Choice, choice_of
from symcalc.worksheets.blocks import answer_blocks, proof_of
from symcalc.worksheets.fills import Fill, Gap, fill_of
from symcalc.worksheets.items.item import Item
from symcalc.worksheets.items.numbers import decimal, places_of
from symcalc.worksheets.spec import Spec
from symcalc.worksheets.version import Question

_DIGITS = 6                       # of a decimal that does not end


def graded(item: Item) -> Choice | Fill | None:
    """The item as a choice or as numbers to fill in; None where a person has to grade it.

    >>> from symcalc.worksheets.items.kinds import build
    >>> [type(graded(build(kind, 1, seed=3))).__name__ for kind in ("differentiate", "trace", "short_answer")]
    ['Choice', 'Fill', 'NoneType']
    """
    return choice_of(item) or fill_of(item)


def by_hand(questions: Iterable[tuple[Question, Choice | Fill | None]]) -> tuple[str, ...]:
    """A sentence on the questions that a person has to grade."""
    numbers = [str(question.number) for question, form in questions if form is None]
    if not numbers:
        return ()
    which = f"question{'s' * (len(numbers) > 1)} {', '.join(numbers)}"
    return (f"{which}: an essay, for you to grade by the key that comes with it",)


def key_of(spec: Spec, question: Question) -> list[Block]:
    """The answer and how it is reached, as the spec wants it in keys."""
    proved, item = proof_of(question), question.item
    worked = spec.solutions == "worked" and item.solution != item.answer
    return [*answer_blocks(question), *(item.solution if worked else ()),
            *([Paragraph((f"{proved[0].upper()}{proved[1:]}.",))] if proved else [])]


def typed(gap: Gap) -> str:
    """The number of a gap as a decimal, one that does not end to six places.

    >>> typed(Gap(value=Fraction(20, 9))), typed(Gap(value=Fraction(-1, 8)))
    ('2.222222', '-0.125')
    """
    return as_decimal(gap.value or Fraction(0))


def as_decimal(value: Fraction) -> str:
    """The number as a decimal, one that does not end to six places."""
    return decimal(value) if places_of(value) is not None else f"{float(value):.{_DIGITS}f}"
