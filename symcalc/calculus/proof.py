"""The proof of a derivation: every line against the one before it, with numbers at random points of the domain.

The route is independent of the rules: the value of a formula comes from arbitrary-precision arithmetic (mpmath), and a
derivative that still stands in a line from a difference quotient at 80 digits, never from the table of derivatives.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise
from typing import Any

from sympy import Add, Derivative, Dummy, Expr, Float, Max, Min, Piecewise, Pow, Sum, preorder_traversal
from sympy.core.relational import Relational

from symcalc.calculus.algebra.kind import kinds_in
from symcalc.calculus.lanes import Lanes, Places
from symcalc.calculus.numbering import coincidences, patterns
from symcalc.calculus.point import DIGITS, NO_VALUE, TRIES, OutsideDomain, Point, ranges_of
from symcalc.errors import LossError, ProofError
from symcalc.pages.notation import text
from symcalc.vocabulary import FUNCTIONS
from symcalc.written import negative

TOLERANCE = 1e-12            # relative; an honest line agrees to 20 digits and more
POINTS = 3                   # at which every line is checked; twice as many where the slope jumps
_ROUNDS = 2                  # through the ranges, in which a case of a piecewise formula may be met
_ENOUGH = 4 * POINTS         # points without a slope, after which we no longer look for one
_ROUNDING = 1e-30            # relative to the function, and
_NOTHING = 1e-40             # in itself: what is left by rounding where a slope is 0
_MORE_DIGITS = (4, 16)       # times as many, where two lines seem to differ
_MOST_PARTS, _MOST_DEGREE = 60, 6       # of a line that is multiplied out
_LETTER = Dummy("t", real=True)
_UNSUITED = frozenset({Derivative, Sum, Piecewise, Float})
_BENDS = (Max, Min, Piecewise, *(head for head, row in FUNCTIONS.items() if row.kink))
_BENDING = frozenset(_BENDS)


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison: line `line` and the one before it, at one point."""

    line: int
    difference: float            # relative


@dataclass(frozen=True, slots=True)
class Proof:
    """The record that every line equals the one before it.

    >>> Proof((Check(1, 0.0),)).passed
    True
    """

    checks: tuple[Check, ...]
    symbolic: tuple[int, ...] = ()       # the lines that are equal to the one before by multiplying out alone, too

    @property
    def passed(self) -> bool:
        return bool(self.checks) and all(check.difference <= TOLERANCE for check in self.checks)


def prove(lines: Sequence[Expr], places: Places | None = None, digits: int = DIGITS, like: Expr | None = None) -> Proof:
    """Check each line, from d/dx (...) on, against the one before it; raise ProofError at the first that differs.

    Proofs about the same letters may share `places`, and with them the values of what their lines have in common.
    Places of its own have `digits` digits: a derivative of a derivative wants more, as each difference quotient uses some up.
    The points are those found for the first line, or for `like`, one with the same values, if all lines have a value there.

    >>> from sympy import Derivative, Symbol
    >>> x = Symbol("x", real=True)
    >>> prove([Derivative(x**2, x), 2*x]).passed
    True
    """
    checks: list[Check] = []
    places = places or Places(lines[0], digits)
    parts = lines[0].args[0], *lines
    found = points(lines[0] if like is None else like, places)
    if like is not None and len([*_worked_out(parts, places, found)]) < len(found):
        found = points(lines[0], places)
    for point, (height, *values) in _worked_out(parts, places, found):
        try:
            differences = _settled(point, lines, height, values)
        except NO_VALUE:
            continue                     # a line may need more than the problem does: f^g ln(f) wants f > 0
        for k, difference in enumerate(differences, start=1):
            if not difference <= TOLERANCE:
                raise ProofError(f"line {k} is not equal to the line before it: {text(lines[k])[:200]}")
            checks.append(Check(k, difference))
    if not checks:
        raise ProofError(f"{text(lines[0])[:200]} cannot be checked: no point was found at which all lines have a value")
    return Proof(tuple(checks), tuple(k for k, pair in enumerate(pairwise(lines), start=1) if _is_same_polynomial(*pair)))


def _is_same_polynomial(before: Expr, now: Expr) -> bool:
    """Whether two lines are the same polynomial in their letters and functions; False also where that is not quick to tell."""
    if any(map(_is_unsuited, (before, now))):
        return False
    # With a letter of its own, since SymPy has no polynomial without letters.
    difference = Add(before, negative(now), _LETTER, evaluate=False).as_poly()
    return difference is not None and difference.as_expr() == _LETTER


@lru_cache(maxsize=8)
def _is_unsuited(line: Expr) -> bool:
    if not _UNSUITED.isdisjoint(kinds_in(line)):
        return True
    parts = list(islice(preorder_traversal(line), _MOST_PARTS + 1))
    return len(parts) > _MOST_PARTS or any(
        isinstance(part, Pow) and part.exp.is_Integer and part.exp > _MOST_DEGREE for part in parts)


def _worked_out(parts: Sequence[Expr], places: Places, found: Sequence[Point]) -> Iterator[tuple[Point, list[Any]]]:
    """The values of all parts at the points; a point at which one has none is left out."""
    groups: dict[Lanes, list[int]] = {}
    for point in found:
        lanes, place = places.groups[point]
        groups.setdefault(lanes, []).append(place)
    values: dict[Point, list[Any]] = {}
    for lanes, chosen in groups.items():
        few = lanes.kept(tuple(chosen))
        values |= {point: [*numbers] for (point, _), numbers in zip(few.lanes, zip(*map(few.value, parts)))}
    return ((point, values[point]) for point in found if all(map(point.context.isfinite, values[point])))


def _settled(point: Point, lines: Sequence[Expr], height: Any, values: list[Any]) -> list[float]:
    """How far each line is from the one before; where they differ, with more digits, since large terms that cancel use them up.

    OutsideDomain where the values still change with the digits: there the point says nothing.
    """
    vanishing = 0 if _are_small(point, lines, height, values) else _vanishing(height)
    differences = _differences(vanishing, values)
    for times in _MORE_DIGITS:
        if max(differences) <= TOLERANCE:
            break
        finer = point.finer(times)
        before, values = values, [finer.value(line) for line in lines]
        differences = _differences(vanishing and _vanishing(finer.value(lines[0].args[0])), values)
    if max(differences) > TOLERANCE and any(abs(old - new) > max(vanishing, TOLERANCE * abs(new))
                                            for old, new in zip(before, values)):
        raise OutsideDomain(text(lines[0])[:80])
    return differences


def _are_small(point: Point, lines: Sequence[Expr], height: Any, values: list[Any]) -> bool:
    """Whether values that look like what rounding leaves of 0 are numbers as small as that: more digits do not change them."""
    if _vanishing(height) != _NOTHING or not any(
            before != now and max(abs(before), abs(now)) < _NOTHING for before, now in pairwise(values)):
        return False
    finer = point.finer(_MORE_DIGITS[0])
    return all(abs(old - finer.value(line)) <= TOLERANCE * abs(old) for old, line in zip(values, lines))


def _differences(vanishing: Any, values: Sequence[Any]) -> list[float]:
    return [0.0 if now == before else _difference(vanishing, before, now) for before, now in pairwise(values)]


def _difference(vanishing: Any, before: Any, now: Any) -> float:
    scale = max(abs(before), abs(now))
    return 0.0 if scale < vanishing else float(abs(now - before) / scale)


def _vanishing(height: Any) -> Any:
    """What rounding may leave of a slope that is 0, of a function with this value."""
    return max(_NOTHING, _ROUNDING * abs(height))


def points(expression: Expr, places: Places | None = None) -> list[Point]:
    """Points at which the expression has a real value, found by trying; the same ones every time.

    Those where it is 0 say little: of them some are taken only where others cannot be found.
    """
    bends = not _BENDING.isdisjoint(kinds_in(expression))
    wanted = max(2 * POINTS if bends else POINTS, patterns(expression))
    least = max(_ROUNDS * len(ranges_of(expression)) if bends else 0, patterns(expression) - 1)
    telling: list[Point] = []
    vanishing: list[Point] = []
    places = places or Places(expression)
    for k, candidate in enumerate(places):
        lanes, place = places.group(k, max(wanted - len(telling), least - k + 1, 1))
        value = lanes.value(expression)[place]
        if not lanes.has_value(value):
            continue
        (telling if abs(value) > _NOTHING else vanishing).append(candidate)
        if len(vanishing) == _ENOUGH or (len(telling) >= wanted and k >= least):
            break
    if not telling and not vanishing:
        raise LossError(f"{text(expression)} has no real value of moderate size at any of {TRIES} random points")
    if patterns(expression) > 1:         # with k = c and without, be the slope 0 or not
        return _of_all_branches(expression, telling + vanishing)[:wanted]
    return [*_of_all_branches(expression, telling), *vanishing][:wanted] if bends else (telling + vanishing)[:wanted]


def _of_all_branches(expression: Expr, found: list[Point]) -> list[Point]:
    """The points with those first that reach a case of the expression that no point before them reached."""
    first: dict[tuple[object, ...], Point] = {}
    for point in found:
        first.setdefault(_branches(point, expression), point)
    return [*first.values(), *(point for point in found if point not in first.values())]


def _branches(point: Point, expression: Expr) -> tuple[object, ...]:
    """Which way each bend goes at the point (in the first row, where it differs from row to row), and which indices agree."""
    ways: list[object] = [coincidences(expression, point.numbers)]
    for part in _bends_of(expression):
        try:
            values = [point.value(side) for side in part.args]
        except NO_VALUE:
            ways.append(None)
            continue
        ways.append(values.index(max(values)) if len(values) > 1 else tuple(value > 0 for value in values))
    return tuple(ways)


@lru_cache(maxsize=64)
def _bends_of(expression: Expr) -> tuple[Expr, ...]:
    """In an order that is the same for all its points; a Piecewise bends where one of its conditions does."""
    return tuple(expression.atoms(Relational, *_BENDS) - expression.atoms(Piecewise))
