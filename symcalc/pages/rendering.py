"""What every renderer needs: the function for a block, and mathematics in both worlds at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import TypeGuard, TypeVar

from sympy import Basic

from symcalc.errors import SymcalcError
from symcalc.pages.document import Equation, Formula, Step
from symcalc.pages.numberless import written

Result = TypeVar("Result")


def renderer(table: Mapping[type, Callable[..., Result]], block: object) -> Callable[..., Result]:
    """The row of `table` for this block; a kind without a row is an error that names it.

    >>> renderer({str: len}, "slope")("slope")
    5
    >>> renderer({str: len}, 3.5)
    Traceback (most recent call last):
    symcalc.errors.SymcalcError: a document cannot hold a float
    """
    if type(block) not in table:
        raise SymcalcError(f"a document cannot hold a {type(block).__name__}")
    return table[type(block)]


def formula_of(part: Basic | Formula) -> Formula:
    """A piece of mathematics as text and as LaTeX.

    >>> from sympy import Symbol
    >>> formula_of(Symbol("eta"))
    Formula(text='η', latex='\\\\eta')
    """
    if isinstance(part, Formula):
        return part
    if not isinstance(part, Basic):
        raise SymcalcError(f"a document cannot hold a {type(part).__name__} as mathematics")
    return _written(part)


@lru_cache(maxsize=256)               # a table or an equation asks for its pieces more than once
def _written(part: Basic) -> Formula:
    return written(part)


def is_number(cell: object) -> TypeGuard[str]:
    """Whether the cell of a table is a number, so that its sign is a minus and not a hyphen.

    >>> is_number("-2.5"), is_number("a-2"), is_number("2-3")
    (True, False, False)
    """
    return isinstance(cell, str) and _NUMBER.fullmatch(cell) is not None


_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?")


def relations_of(equation: Equation) -> list[Formula]:
    """The signs in front of the sides after the first.

    >>> from sympy import Integer
    >>> [sign.latex for sign in relations_of(Equation((Integer(1),) * 3, first="≤"))]
    ['\\\\le', '=']
    """
    signs = [equation.first or equation.relation, *(equation.relation for _ in equation.sides[2:])]
    return [Formula(text=sign, latex=_RELATIONS.get(sign, sign)) for sign in signs[:len(equation.sides) - 1]]


def is_explained(step: Step) -> bool:
    """Whether a step says why.

    >>> from sympy import Symbol
    >>> is_explained(Step(expression=Symbol("x")))
    False
    """
    return bool(step.rule or step.formula or step.because)


def template(name: str) -> str:
    """The text of a file in `templates/`.

    >>> template("page.html").splitlines()[0]
    '<!DOCTYPE html>'
    """
    return files("symcalc.pages").joinpath("templates", name).read_text(encoding="utf-8")


_RELATIONS = {
    "≈": r"\approx", "≤": r"\le", "≥": r"\ge", "≠": r"\ne", "→": r"\to", "≔": r":=", "∝": r"\propto", "⇒": r"\Rightarrow",
    "←": r"\leftarrow",
}
