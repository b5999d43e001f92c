"""Expressions that differ in their numbers alone are written once: the others get their numbers put in.

A number decides by its sign and by its power of ten whether it is bracketed, and by being 0 or 1 whether it is there at
all; which digits it has decides on nothing. So the steps of a run, alike but for those, need one walk and not hundreds.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from sympy import Add, Basic, Derivative, Expr, Float, Indexed, Integer, Mul, Piecewise, Pow, Tuple

from symcalc.pages.document import Formula
from symcalc.pages.media import LATEX, TEXT, Medium
from symcalc.pages.notation import latex, text
from symcalc.pages.numbers import all_digits, numeral, with_power
from symcalc.written import rebuilt, replaced

_CODE = 7_000_000           # what the first number of an expression is called while the others' form is found
_WHOLE = (Indexed, Derivative, Piecewise, Tuple)        # in which a number may be a place, a count or a limit
_ORDINARY = (Add, Mul)
_MAY_VANISH = (0.0, 1.0)


@dataclass(frozen=True, slots=True)
class _Open:
    """The place of a number: its sign, and whether it has a power of ten."""

    minus: bool
    power: bool

    def code(self, k: int) -> Expr:
        """A number of that kind which is known again among those of an expression, the k-th."""
        size = Float(f"7.{k:03}1e30") if self.power else Integer(_CODE + k)
        return -size if self.minus else size


@dataclass(frozen=True, slots=True)
class _Shape:
    """What decides on the form of an expression, and one of those that have it."""

    key: object
    part: Basic = field(compare=False)


_Forms = tuple[Sequence[str | int], Sequence[str | int]]
"""The text and the LaTeX, each as pieces and places of numbers in turns."""


def written(part: Basic) -> Formula:
    """The expression as text and as LaTeX.

    >>> from sympy import Symbol
    >>> written(3.5 * Symbol("x"))
    Formula(text='3.5x', latex='3.5 x')
    """
    numbers: list[str] = []
    key = _key(part, numbers)
    forms = _forms_of(_Shape(key, part)) if numbers else None
    return Formula(text=text(part), latex=latex(part)) if forms is None else _filled(forms, numbers)


def filled(expression: Expr, values: Mapping[Basic, float]) -> Formula:
    """The expression with these numbers in the places of its letters, or of other parts, as they are written there.

    >>> from sympy import Symbol
    >>> m, x = Symbol("m"), Symbol("x")
    >>> filled(m * x, {m: 2.5}).text, filled(m * x, {m: -1.0, x: -3.0}).text
    ('2.5x', '(-1) · (-3)')
    """
    numbers: list[str] = []
    kinds: list[_Open | float] = []
    parts = tuple(values)
    places = _places(expression, parts)
    for part, is_open, _ in places:
        digits = all_digits(abs(values[part]))
        if is_open and abs(values[part]) not in _MAY_VANISH:
            kinds.append(_Open(values[part] < 0, "e" in digits))
            numbers.append(digits)
        else:
            kinds.append(values[part])
    forms = _forms_with(expression, parts, tuple(kinds))
    if forms is None:
        return written(_with(expression, parts, [values[part] for part, _, _ in places]))
    return _filled(forms, numbers)


def put_in(value: Expr) -> Expr:
    """The value as it stands in a formula; as a factor, a bare -1 would be taken for a minus sign and vanish."""
    return Mul(-1, 1, evaluate=False) if value == -1 else value


# Where numbers stand

def _key(part: Basic, numbers: list[str], may_open: bool = True) -> object:
    """The expression with its numbers left open, and these, in turn."""
    if may_open and (plain := _plain(part)):
        digits = plain.lstrip("-")
        numbers.append(digits)
        return _Open(plain != digits, "e" in digits)
    if not part.args or isinstance(part, _WHOLE):
        return part
    return (part.func, *(_key(argument, numbers, _opens(part, k)) for k, argument in enumerate(part.args)))


def _opens(part: Basic, k: int) -> bool:
    """Whether a number may stand open there: as a term, a factor or the base of a power, and not where it is a place."""
    return isinstance(part, _ORDINARY) or (isinstance(part, Pow) and k == 0)


def _plain(part: Basic) -> str:
    """The digits of a number; none where it is no such number, or one that may vanish."""
    if isinstance(part, Integer):
        return with_power(int(part.p)) if abs(part.p) > 1 else ""
    if isinstance(part, Float):
        value = float(part)
        return all_digits(value) if abs(value) not in _MAY_VANISH else ""
    return ""


@lru_cache(maxsize=256)
def _places(expression: Basic, parts: tuple[Basic, ...]) -> tuple[tuple[Basic, bool, int], ...]:
    """Those of the parts that the expression has: whether a number may stand open wherever it is, and how often it is there."""
    found: dict[Basic, list[bool]] = {}

    def visit(part: Basic, may_open: bool) -> None:
        if part in parts:
            found.setdefault(part, []).append(may_open)
        elif part.args:
            for k, argument in enumerate(part.args):
                visit(argument, _opens(part, k) and not isinstance(part, _WHOLE))

    visit(expression, True)
    return tuple((part, all(opens), len(opens)) for part, opens in found.items())


# The forms

@lru_cache(maxsize=256)
def _forms_of(shape: _Shape) -> _Forms | None:
    """The forms of all expressions of this shape; None where a name or an exponent could be taken for a number."""
    codes: list[Expr] = []
    coded = _coded(shape.part, codes)
    return _forms(coded, codes, [1] * len(codes))


def _coded(part: Basic, codes: list[Expr], may_open: bool = True) -> Basic:
    """The expression with a number of its own in each open place, of the same sign and kind."""
    if may_open and (plain := _plain(part)):
        codes.append(_Open(plain.startswith("-"), "e" in plain).code(len(codes)))
        return codes[-1]
    if not part.args or isinstance(part, _WHOLE):
        return part
    return rebuilt(part, tuple(_coded(argument, codes, _opens(part, k)) for k, argument in enumerate(part.args)))


@lru_cache(maxsize=256)
def _forms_with(expression: Expr, parts: tuple[Basic, ...], kinds: tuple[_Open | float, ...]) -> _Forms | None:
    """The forms of the expression with numbers of these kinds in the places of its parts, or the very numbers."""
    codes: list[Expr] = []
    counts: list[int] = []
    values: list[Expr | float] = []
    for kind, (_, _, count) in zip(kinds, _places(expression, parts)):
        values.append(kind.code(len(codes)) if isinstance(kind, _Open) else kind)
        if isinstance(kind, _Open):
            codes.append(values[-1])
            counts.append(count)
    return _forms(_with(expression, parts, values), codes, counts)


def _with(expression: Expr, parts: tuple[Basic, ...], values: Sequence[Expr | float]) -> Basic:
    numbers = {part: put_in(numeral(value, 15) if isinstance(value, float) else value)
               for (part, _, _), value in zip(_places(expression, parts), values)}
    return replaced(expression, numbers.get)


def _forms(coded: Basic, codes: Sequence[Expr], counts: Sequence[int]) -> _Forms | None:
    """The forms, the numbers in them known by their codes; None where a code stands there more often than it should."""
    forms = []
    for medium, write in ((TEXT, text), (LATEX, latex)):
        places = {medium.digits(_plain(code).lstrip("-")): place for place, code in enumerate(codes)}
        whole = write(coded)
        form: list[str | int] = [*re.split(f"({'|'.join(map(re.escape, places))})", whole)] if codes else [whole]
        form[1::2] = (places[code] for code in form[1::2])
        if Counter(form[1::2]) != dict(enumerate(counts)):
            return None
        forms.append(form)
    return forms[0], forms[1]


def _filled(forms: _Forms, numbers: Sequence[str]) -> Formula:
    as_text, as_latex = (_put_together(form, medium, numbers) for form, medium in zip(forms, (TEXT, LATEX)))
    return Formula(text=as_text, latex=as_latex)


def _put_together(form: Sequence[str | int], medium: Medium, numbers: Sequence[str]) -> str:
    return "".join(piece if isinstance(piece, str) else medium.digits(numbers[piece]) for piece in form)
