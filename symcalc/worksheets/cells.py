"""A version as cells of a notebook: under each question one for the answer, which says whether it is right."""

from __future__ import annotations

from sympy import Expr, Symbol

from symcalc.calculus.problems import derive
from symcalc.errors import SymcalcError
from symcalc.pages.document import Block, Code, Equation
from symcalc.pages.source import source
from symcalc.worksheets.blocks import sheet_blocks
from symcalc.worksheets.spec import Spec
from symcalc.worksheets.version import Part, Question


def answer_cells(spec: Spec, parts: tuple[Part, ...]) -> tuple[Block, ...]:
    """The blocks of the sheet, with a cell of Python in the place of the room to write in."""
    return (Code("import symcalc as sc"), *sheet_blocks(spec, parts, _cell))


def _cell(question: Question) -> tuple[Block, ...]:
    asked = _derivative_asked(question)
    if asked is None:
        return (Code(f"# Question {question.number}: your working"),)
    formula, letter = asked
    return (Code(f'answer = ""          # question {question.number}: type it between the quotes\n'
                 f"sc.derive({source(formula)!r}, {letter.name!r}).check(answer) if answer else None"),)


def _derivative_asked(question: Question) -> tuple[Expr, Symbol] | None:
    """The formula and the letter, where the expected answer is the derivative of what the question shows."""
    if question.item.expected is None:
        return None
    shown = [side for block in question.item.question if isinstance(block, Equation) for side in block.sides[-1:]
             if isinstance(side, Expr)]
    for formula in shown:
        letters = [letter for letter in formula.free_symbols if isinstance(letter, Symbol)]
        if len(letters) == 1 and _confirms(formula, letters[0], question.item.expected):
            return formula, letters[0]
    return None


def _confirms(formula: Expr, letter: Symbol, expected: Expr) -> bool:
    """Whether the check that learners get says yes to the answer of the key."""
    try:
        return derive(source(formula), letter.name).check(source(expected)).correct
    except SymcalcError:
        return False
