"""The verdict on an answer: right or not, by which mistake, and what to tell the learner."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sympy import Expr, IndexedBase, Symbol

from symcalc.calculus.tutor.guesses import Guess
from symcalc.calculus.tutor.places import Mistake, Words
from symcalc.calculus.tutor.trials import PLACES
from symcalc.pages.document import Document, Equation, Formula, Paragraph, joined
from symcalc.pages.notation import latex, text
from symcalc.pages.numbers import numeral
from symcalc.pages.shown import Shown
from symcalc.pages.text import inline

_COLUMNS = 3                  # of a table that a message shows at most


@dataclass(frozen=True, kw_only=True, repr=False)
class Verdict(Shown):
    """Whether an answer is right; if not, the mistake that explains it; the line that it has reached.

    >>> from symcalc.calculus.problems import derive
    >>> derive("(2x + 1)^3", "x").check("3(2x + 1)^2").mistake.name
    'inner derivative forgotten'
    """

    correct: bool
    answer: Expr                                  # as it was read
    said: Words
    mistake: Mistake | None = None
    line: int | None = None
    question: Expr | None = None                  # the derivative that was asked for
    place: Words = ()                             # and where, if its value was

    @property
    def message(self) -> str:
        """What to tell the learner, which does not give the answer away."""
        return inline(self.said)

    def as_dict(self) -> dict[str, Any]:
        """The verdict as plain data, for JSON."""
        return {"correct": self.correct, "mistake": self.mistake.name if self.mistake else None, "message": self.message,
                "line": self.line, "question": inline(self._question()), "answer": text(self.answer)}

    def document(self) -> Document:
        """Right or not, the mistake by name, and what there is to say about it."""
        named = f"Not right: {_headline(self.mistake)}." if self.mistake else "Not right."
        return Document("", (*(() if self.correct else (Paragraph((named,)),)), Paragraph(self.said)),
                        f"The answer {text(self.answer).replace('-', '−')}")

    def save(self, path: str | os.PathLike[str]) -> Path:
        """The file written, by its suffix; whoever opens it finds the question and the answer before the verdict."""
        from symcalc.pages.save import save
        return save(_Sheet(self), path)

    def _question(self) -> Words:
        return () if self.question is None else (self.question, *((" at ", *self.place) if self.place else ()))

    def __repr__(self) -> str:
        said = "right" if self.correct else self.mistake.name if self.mistake else "wrong"
        return f"<verdict on {text(self.answer)}: {said}>"


@dataclass(frozen=True, slots=True)
class _Sheet(Shown):
    """A verdict as it stands in a file, away from the question."""

    verdict: Verdict

    def document(self) -> Document:
        verdict, found = self.verdict, self.verdict.document()
        where = ("Asked at ", *verdict.place, ":") if verdict.place else ("Asked:",)
        asked = () if verdict.question is None else (Paragraph(where), Equation((verdict.question,)))
        return replace(found, blocks=(*asked, Paragraph(("Answered:",)), Equation((verdict.answer,)), *found.blocks))


def _headline(mistake: Mistake) -> str:
    # "Not right: only the inner derivative" would say that all else is right.
    return mistake.name.replace("only the inner derivative", "outer derivative missing")


def wrong(found: Expr, guess: Guess | Words) -> Verdict:
    """The verdict on a wrong answer, with what explains it or with what there is to say."""
    if isinstance(guess, tuple):
        return Verdict(correct=False, answer=found, said=guess)
    first, *rest = guess.message
    said = (first[0].upper() + first[1:], *rest) if isinstance(first, str) else guess.message
    return Verdict(correct=False, answer=found, mistake=guess.mistake, said=said)


def with_values(numbers: Mapping[Symbol, Any]) -> Words:
    """x = 0.442 and y = 1.73, of a point whose numbers are rounded."""
    shown = {letter: numeral(float(value), PLACES) for letter, value in numbers.items() if not letter.is_integer}
    return joined([Formula(text=f"{text(letter)} = {text(value)}", latex=f"{latex(letter)} = {latex(value)}")
                   for letter, value in shown.items()])


def with_rows(tables: Mapping[IndexedBase, Mapping[tuple[int, ...], Any]]) -> Words | None:
    """x = (0.5, 1.2, 2) and y = (3, 1, 4), of columns; None where they are too many, or one is more than a column."""
    if len(tables) > _COLUMNS or any(len(place) != 1 for table in tables.values() for place in table):
        return None
    formulas = []
    for base, table in tables.items():
        values = [numeral(float(table[place]), PLACES) for place in sorted(table)]
        formulas.append(Formula(text=f"{text(base.label)} = ({', '.join(map(text, values))})",
                                latex=f"{latex(base.label)} = ({', '.join(map(latex, values))})"))
    return joined(formulas)
