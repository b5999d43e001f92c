"""A version and its key as blocks: what stands on the page, for every medium that has no page of its own for sheets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import groupby

from symcalc.pages.document import Blank, Block, Equation, Formula, Heading, Inline, Paragraph, Table, paragraph
from symcalc.pages.rendering import formula_of, relations_of
from symcalc.worksheets.card import rule_card
from symcalc.worksheets.spec import Spec
from symcalc.worksheets.version import Part, Question

_RULE = "_" * 24
_ACROSS = 10              # questions in one row of the table of points


def points_of(questions: Iterable[Question]) -> int:
    """The points of the questions together."""
    return sum(question.points for question in questions)


def counted(number: int, word: str) -> str:
    """The number with its word: 1 point, 2 points.

    >>> counted(1, "point"), counted(1200, "check")
    ('1 point', '1,200 checks')
    """
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def all_questions(parts: Iterable[Part]) -> tuple[Question, ...]:
    """The questions of all parts, in order."""
    return tuple(question for part in parts for question in part.questions)


def sheet_blocks(spec: Spec, parts: tuple[Part, ...],
                 room: Callable[[Question], tuple[Block, ...]] | None = None) -> tuple[Block, ...]:
    """What learners get: head, questions with room to write, hints and rules where they are asked for."""
    room = room or partial(_lines, spec)
    blocks: list[Block] = [*_head(spec), *(paragraph(f"{field}: {_RULE}") for field in spec.fields)]
    blocks += [paragraph(note) for note in spec.note]
    blocks += point_tables(parts) if spec.points else []
    for part in parts:
        blocks += _part_head(part)
        for question in part.questions:
            blocks += [*_asked(question, spec.points), *room(question)]
    if spec.hints:
        blocks += [Heading("Hints"), *hint_lines(parts)]
    return (*blocks, *(rule_card() if spec.rule_card else ()))


def key_blocks(spec: Spec, parts: tuple[Part, ...]) -> tuple[Block, ...]:
    """What the teacher gets: each question, its answer, and how it is reached."""
    blocks: list[Block] = [*_head(spec), paragraph(proof_sentence(parts))]
    for part in parts:
        blocks += _part_head(part)
        for question in part.questions:
            blocks += [*_asked(question, spec.points), *answer_blocks(question)]
            blocks += question.item.solution if spec.solutions == "worked" else ()
            blocks += [paragraph(proved)] if (proved := proof_of(question)) else []
    return tuple(blocks)


def proof_of(question: Question) -> str:
    """proved: 14 checks; nothing where there was nothing to prove."""
    return f"proved: {counted(question.item.checks, 'check')}" if question.item.checks else ""


def proof_sentence(parts: tuple[Part, ...]) -> str:
    """How the key came about."""
    questions = all_questions(parts)
    checks = sum(question.item.checks for question in questions)
    bare = [str(question.number) for question in questions if not question.item.checks]
    if not checks:
        return "The answers are the teacher's own; nothing here was proved."
    own = f"; without a proof, as the teacher wrote them: {', '.join(bare)}" if bare else ""
    return f"The answers were derived, not typed, and proved by {counted(checks, 'check')}{own}."


def answer_blocks(question: Question) -> tuple[Block, ...]:
    """The answer, each equation of it on one line."""
    answer = question.item.answer
    if not answer:
        return (paragraph("Answer: in your own words."),)
    first, *others = answer
    others = list(map(on_one_line, others))
    if isinstance(first, Equation):
        return (Paragraph(("Answer: ", as_inline(first))), *others)
    return (Paragraph(("Answer: ", *first.parts)), *others) if isinstance(first, Paragraph) else (paragraph("Answer:"), *answer)


def on_one_line(block: Block) -> Block:
    """The block, an equation of more than two sides as one formula: the answer is read off, and its sides need no lines.

    >>> from sympy import Symbol
    >>> x = Symbol("x")
    >>> on_one_line(Equation((x, 2*x, 3*x))).sides[0].text
    'x = 2x = 3x'
    """
    return Equation((as_inline(block),)) if isinstance(block, Equation) and len(block.sides) > 2 else block


def as_inline(equation: Equation) -> Formula:
    """The equation on one line.

    >>> as_inline(Equation((Formula(text="f'", latex="f'"), Formula(text="2x", latex="2x")))).text
    "f' = 2x"
    """
    first, *others = map(formula_of, equation.sides)
    signs = relations_of(equation)
    return Formula(text=" ".join([first.text, *(f"{sign.text} {side.text}" for sign, side in zip(signs, others))]),
                   latex=" ".join([first.latex, *(f"{sign.latex} {side.latex}" for sign, side in zip(signs, others))]))


def hints_of(parts: tuple[Part, ...]) -> Iterator[tuple[str, tuple[Inline, ...]]]:
    """The numbers of the questions, and the hint that they have; neighbours with the same hint are named together."""
    hinted = [question for question in all_questions(parts) if question.item.hints]
    for hint, same in groupby(hinted, key=lambda question: _in_a_row(question.item.hints)):
        numbers = [question.number for question in same]
        between = " and " if len(numbers) == 2 else " to "
        yield between.join(map(str, dict.fromkeys((numbers[0], numbers[-1])))), hint


def _in_a_row(hints: Sequence[Paragraph]) -> tuple[Inline, ...]:
    return tuple(part for k, hint in enumerate(hints) for part in ((" ", *hint.parts) if k else hint.parts))


def hint_lines(parts: tuple[Part, ...]) -> Iterator[Paragraph]:
    """The hints, a paragraph each."""
    return (Paragraph((f"{numbers}. ", *hint)) for numbers, hint in hints_of(parts))


def point_tables(parts: tuple[Part, ...], across: int = _ACROSS) -> list[Table]:
    """The points of each question, with a row for those that were reached; in pieces, the last with the total."""
    questions = all_questions(parts)
    pieces = [questions[k:k + across] for k in range(0, len(questions), across)]
    total = {len(pieces) - 1: (("Total",), (str(points_of(questions)),), ("",))}
    none: tuple[tuple[str, ...], ...] = ((), (), ())
    return [Table(header=("Question", *(str(question.number) for question in piece), *total.get(k, none)[0]),
                  rows=(("Points", *(str(question.points) for question in piece), *total.get(k, none)[1]),
                        ("Reached", *("" for _ in piece), *total.get(k, none)[2])), words=frozenset({0}))
            for k, piece in enumerate(pieces)]


def _lines(spec: Spec, question: Question) -> tuple[Block, ...]:
    return (Blank(question.space),) if question.space and spec.space != "none" else ()


def _head(spec: Spec) -> list[Block]:
    said = ", ".join(filter(None, (spec.course, spec.date)))
    return [paragraph(said)] if said else []


def _part_head(part: Part) -> list[Block]:
    return [*([Heading(part.title)] if part.title else []), *map(paragraph, part.note)]


def _asked(question: Question, with_points: bool) -> tuple[Block, ...]:
    first, *others = question.item.question
    label = f"{question.number}. "
    points: tuple[Inline, ...] = (f" ({counted(question.points, 'point')})",) if with_points else ()
    if isinstance(first, Paragraph):
        return (Paragraph((label, *first.parts, *points)), *others)
    return (Paragraph((label, *points)), first, *others)
