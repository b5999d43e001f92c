"""Where a derivative jumps, and which value is used there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sympy import Abs, Basic, Equality, Expr, Integer, Max, Min, Piecewise, Symbol, sign
from sympy.core.relational import Relational

from symcalc.calculus.point import NO_VALUE, candidates
from symcalc.calculus.rule import depends
from symcalc.calculus.solving import solved
from symcalc.errors import LossError
from symcalc.functions import step
from symcalc.language.constants import Constants
from symcalc.pages.document import Inline, Paragraph, joined
from symcalc.pages.notation import text
from symcalc.vocabulary import FUNCTIONS
from symcalc.written import is_number, negative, replaced, subtract

_BETWEEN = "any value between the slopes that meet there would serve"
_JUMPS = (sign, step)
_ROUNDING = 1e-40
_TRIALS, _ENOUGH = 24, 3      # points at which the two sides of a bend are compared, and how many of them tell
_BESIDE, _ALIKE = 1e-15, 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Kink:
    """A place where the slope jumps: the part that bends, its equation, and the subgradient chosen there.

    `solution` says at which values of the variable that is; it is empty where the equation is not solved.

    >>> x = Symbol("x", real=True)
    >>> kink = kinks_of(abs(3*x - 2), x)[0]
    >>> kink.where, kink.at
    ('-2 + 3x = 0', 'x = 2/3')
    """

    part: Expr
    equation: Equality
    used: tuple[Inline, ...]
    solution: tuple[Equality, ...] = ()

    @property
    def subgradient(self) -> str:
        """What is used there and why, in words."""
        return "".join(part if isinstance(part, str) else text(part) for part in self.used)

    @property
    def where(self) -> str:
        """The kink's equation."""
        return text(self.equation)

    @property
    def at(self) -> str | None:
        """The equation solved: x = 0 or x = 2."""
        return " or ".join(map(text, self.solution)) or None

    def as_dict(self) -> dict[str, str | None]:
        """The kink as plain data, for JSON."""
        return {"part": text(self.part), "where": self.where, "at": self.at, "subgradient": self.subgradient}

    def place(self) -> tuple[Inline, ...]:
        """The equation, and its solution where that says more."""
        if not self.solution or {*self.solution[0].args} == {*self.equation.args}:
            return (self.equation,)
        return self.equation, " (", *joined(self.solution, "or"), ")"


def told(kinks: Sequence[Kink]) -> list[Paragraph]:
    """The kinks in words, those of one part together, and that what is computed follows them."""
    places: dict[tuple[Expr, tuple[Inline, ...]], list[tuple[Inline, ...]]] = {}
    for kink in kinks:
        places.setdefault((kink.part, kink.used), []).append(kink.place())
    paragraphs: list[tuple[Inline, ...]] = []
    for (part, used), (first, *others) in places.items():
        rest = [piece for k, place in enumerate(others, start=1) for piece in (" or " if k == len(others) else ", ", *place)]
        place = "At the jump of " if isinstance(part, _JUMPS) else "At the bend of "
        paragraphs.append((place, part, ", where ", *first, *rest, ": ", *used, "."))
    if paragraphs:
        paragraphs[-1] += (f" The compiled gradient uses the same{'' if len(paragraphs) == 1 else ' at every bend'}.",)
    return list(map(Paragraph, paragraphs))


def kinks_of(expression: Expr, variable: Symbol) -> tuple[Kink, ...]:
    """The kinks of the expression as the variable moves, from the outside inwards."""
    found: dict[tuple[Basic, Basic, Basic], Kink | None] = {}
    waiting: list[Basic] = [expression]
    while waiting:
        part = waiting.pop()
        if not depends(part, variable):
            continue
        for left, right, used in _bends(part, variable):
            if (part, left, right) not in found:
                found[part, left, right] = _kink(part, left, right, used, variable)
        waiting.extend(reversed(part.args))
    return tuple(kink for kink in found.values() if kink and _is_met(kink, expression))


def _is_met(kink: Kink, expression: Expr) -> bool:
    """Whether the expression has a value where the part bends: ln|x| has none at 0, so that no slope is used there."""
    left, right = kink.equation.args
    if not is_number(right) or expression.has(Piecewise):          # of which another case may hold there
        return True
    try:
        Constants().value(replaced(expression, {left: right}.get))
    except LossError:
        return False
    return True


def _kink(part: Basic, left: Expr, right: Expr, used: tuple[Inline, ...], variable: Symbol) -> Kink | None:
    """The kink where left = right; None where that never happens, or where other arguments are ahead of these two."""
    values = solved(left, right, variable)
    if values and isinstance(part, (Max, Min)) and part.free_symbols == {variable}:
        values = tuple(value for value in values if _leads(part, left, variable, value))
    if values == ():
        return None
    return Kink(part=part, equation=Equality(left, right, evaluate=False), used=used,
                solution=tuple(Equality(variable, value, evaluate=False) for value in values or ()))


def _leads(part: Max | Min, argument: Expr, variable: Symbol, value: Expr) -> bool:
    """Whether the argument is the largest (or smallest) where the variable has this value."""
    for point in islice(candidates(part), 1):
        try:
            there = point.placed(variable, point.value(value))
            return bool(abs(there.value(part) - there.value(argument)) <= _ROUNDING)
        except NO_VALUE:
            return True
    return True


def is_seen(kink: Kink, expression: Expr, slope: Expr, variable: Symbol) -> bool:
    """Whether the slope, or the function, differs on the two sides of the bend; where that cannot be told, it is taken to.

    A bend at which the slope has no value, as that of √|x| at 0, is none: there is nothing to choose.
    """
    places = [equality.rhs for equality in kink.solution] or _at_a_length(kink.equation, variable)
    lengths = [length for relation in expression.atoms(Relational) for length in _lengths(relation)]
    told = 0
    for point in islice(candidates(expression), _TRIALS if places and not isinstance(kink.part, _JUMPS) else 0):
        for place in places:
            try:
                if any(point.value(length) < 0 for length in lengths):
                    break
                there = point.value(place)
                left, right = (point.placed(variable, there + side) for side in (-_BESIDE, _BESIDE))
                sides = [(left.value(part), right.value(part)) for part in (slope, expression)]
            except NO_VALUE:
                continue
            told += 1
            try:
                point.placed(variable, there).value(slope)
            except NO_VALUE:
                continue
            if any(abs(after - before) > _ALIKE * max(1, abs(before), abs(after)) for before, after in sides):
                return True
    return told < _ENOUGH


def _lengths(relation: Basic) -> list[Expr]:
    """δ in |r| < δ, which nobody means to be negative."""
    pairs = (relation.args, relation.args[::-1])
    return [other for one, other in pairs if isinstance(one, Abs) and other.free_symbols]


def _at_a_length(equation: Equality, variable: Symbol) -> list[Expr]:
    """The values at which |r| = δ: those of r = δ and of r = -δ."""
    return [value for size in equation.args if isinstance(size, Abs) for length in _lengths(equation)
            for side in (length, negative(length)) for value in solved(size.args[0], side, variable) or ()]


def _bends(part: Basic, variable: Symbol) -> Iterator[tuple[Expr, Expr, tuple[Inline, ...]]]:
    """Both sides of each equation at which the part bends, and what is used there and why."""
    if type(part) in FUNCTIONS and FUNCTIONS[type(part)].kink:
        if len(part.args) == 2 and part.args[1].is_nonnegative:          # the angle jumps only on the left
            return
        yield part.args[0], Integer(0), _of_function(part, variable)
    elif isinstance(part, (Max, Min)):
        ordered = sorted(part.args, key=lambda argument: not depends(argument, variable))
        named: tuple[Inline, ...] = ("at a tie the argument ", ordered[-1]) if len(ordered) == 2 else \
            ("where arguments tie, the last of ", ordered[0], *(piece for each in ordered[1:] for piece in (", ", each)))
        used = (*named, f" gives the slope; {_BETWEEN}")
        yield from ((left, right, used) for k, left in enumerate(ordered) for right in ordered[k + 1:]
                    if depends(subtract(left, right), variable))
    elif isinstance(part, Piecewise):
        used = ("on the border the case whose condition holds there is used, for the slope as for the value",)
        yield from ((relation.lhs, relation.rhs, used)
                    for _, condition in part.args for relation in sorted(condition.atoms(Relational), key=str)
                    if depends(relation, variable))


def _of_function(part: Expr, variable: Symbol) -> tuple[Inline, ...]:
    """The row's words; where the slope is measured against what stands inside, they say so."""
    row = FUNCTIONS[type(part)]
    against = ("measured against ", part.args[0], ", ") if row.serves and part.args[0] != variable else ()
    return *against, row.kink + (f"; {row.serves}" if row.serves else "")
