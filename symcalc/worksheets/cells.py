"""A version as cells of a notebook: under each question one for the answer, which says whether it is right."""

from __future__ import annotations

from symcalc.pages.document import Block, Code
from symcalc.worksheets.asked import Asked, derivatives_asked
from symcalc.worksheets.blocks import sheet_blocks
from symcalc.worksheets.spec import Spec
from symcalc.worksheets.version import Part, Question


def answer_cells(spec: Spec, parts: tuple[Part, ...]) -> tuple[Block, ...]:
    """The blocks of the sheet, with a cell of Python in the place of the room to write in."""
    return (Code("import symcalc as sc"), *sheet_blocks(spec, parts, _cells))


def _cells(question: Question) -> tuple[Block, ...]:
    """A cell for each derivative that is asked for; for anything else one to work in."""
    asked = derivatives_asked(question.item)
    if not asked:
        return (Code(f"# Question {question.number}: your working"),)
    return tuple(Code(_cell(one, f"question {question.number}{f', by {one.letter.name}' * (len(asked) > 1)}"))
                 for one in asked)


def _cell(asked: Asked, name: str) -> str:
    more = f", columns={' '.join(asked.columns)!r}" if asked.columns else ""
    at = f", at={{{', '.join(f'{letter!r}: {place}' for letter, place in asked.at.items())}}}" if asked.at else ""
    return (f'answer = ""          # {name}: type it between the quotes\n'
            f"sc.check({asked.typed!r}, answer, {asked.letter.name!r}{more}{at}) if answer else None")
