"""The normal equations: the gradient of a quadratic loss set to zero, as equations that are linear in the parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sympy import Add, Basic, Expr, Integer, Mul, Pow, Sum, Symbol

from symcalc.calculus.algebra.products import factors_of, multiplied
from symcalc.calculus.algebra.terms import size, taken_out, terms_of
from symcalc.calculus.proof import prove
from symcalc.language.names import COUNT
from symcalc.pages.document import Block, Document, Equation, Formula, Inline, paragraph
from symcalc.pages.document import joined as listed
from symcalc.pages.notation import latex, text
from symcalc.pages.shown import Shown
from symcalc.parts import product_as_written, signed
from symcalc.training.minima.linear_terms import Term, before, multiplied_out
from symcalc.written import add, divide, exact, is_number, negative, number, power, replaced, subtract

if TYPE_CHECKING:
    from symcalc.training.problem.objective import Objective

_LINE = 84                   # letters across, up to which an equation stands on one line
_READABLE = 40               # letters and numbers in a formula for the solution


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The equations as they stand now, left = right, and what was done to get there."""

    why: tuple[Inline, ...]
    equations: tuple[tuple[Expr, Expr], ...]

    def blocks(self) -> tuple[Block, ...]:
        """The reason, then the equations, the same one only once."""
        return paragraph(*self.why), *(equation(*sides) for sides in dict.fromkeys(self.equations))


def equation(left: Expr, right: Expr) -> Equation:
    """left = right on one line where there is room for it."""
    line = f"{text(left)} = {text(right)}"
    return Equation((left, right)) if len(line) > _LINE else Equation((
        Formula(text=line, latex=f"{latex(left)} = {latex(right)}"),))


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class NormalEquations(Shown):
    """A θ = r, from ∂J/∂θ = 0: `matrix` is A and `right` is r, in the order of the loss's parameters.

    >>> from symcalc.training.losses import Loss
    >>> equations = normal_equations(Loss("mean((y - (m*x + b))^2)", columns="x y"))
    >>> [f"{text(left)} = {text(right)}" for left, right in equations.stages[-1].equations]
    ['m Σ xᵢ² + b Σ xᵢ = Σ xᵢ yᵢ', 'm Σ xᵢ + n b = Σ yᵢ']
    """

    loss: Objective
    stages: tuple[Stage, ...]
    matrix: tuple[tuple[Expr, ...], ...]
    right: tuple[Expr, ...]
    factors: tuple[Expr, ...]        # by which a row of A is multiplied to give that row of the Hessian

    @cached_property
    def solution(self) -> tuple[tuple[Symbol, Expr], ...]:
        """Each parameter with the formula for it, in an order in which one may use those before; () where it is too long."""
        found = _solution(self.loss.parameters, self.matrix, self.right)
        if not found or any(size(formula) > _READABLE for _, formula in found):
            return ()
        values = dict(found[:1])
        point = {parameter: replaced(formula, values.get) for parameter, formula in found}
        for row, side in zip(self.matrix, self.right):            # put back, the formulas solve the equations
            total = [Mul(entry, point[parameter], evaluate=False) for entry, parameter in zip(row, self.loss.parameters)]
            prove([Add(*total, Integer(0), evaluate=False), side])
        return found

    def derivation(self) -> tuple[Block, ...]:
        """Stage by stage from the gradient."""
        return tuple(block for stage in self.stages for block in stage.blocks())

    def blocks(self) -> tuple[Block, ...]:
        """Stage by stage from the gradient, then the formulas for the solution."""
        blocks = list(self.derivation())
        if self.solution:
            names = listed([parameter for parameter, _ in self.solution])
            blocks += [paragraph("Solve for ", *names, ":"), *map(Equation, self.solution)]
        return tuple(blocks)

    def document(self) -> Document:
        """The derivation from the gradient."""
        return Document(f"The normal equations of {text(self.loss.symbol)}", self.blocks())

    def as_dict(self) -> dict[str, Any]:
        """The equations and the solution as plain data, for JSON."""
        return {"equations": [{"left": text(left), "right": text(right)} for left, right in self.stages[-1].equations],
                "solution": {parameter.name: text(formula) for parameter, formula in self.solution}}

    def __repr__(self) -> str:
        return f"<normal equations of {text(self.loss.symbol)}>"


def normal_equations(loss: Objective) -> NormalEquations | None:
    """The equations ∂J/∂θ = 0 with the parameters to the left; None where a slope is not linear, or the loss is large.

    >>> from symcalc.training.losses import Loss
    >>> normal_equations(Loss("w^4 - 2*w^2")) is None
    True
    """
    if loss.is_large:
        return None
    slopes = loss.gradient().result
    scales, cores = zip(*map(_core, slopes))
    opened = [multiplied_out(core, loss.parameters) for core in cores]
    if None in opened:
        return None
    rows = [[before(terms, parameter) for parameter in loss.parameters] for terms in opened]
    constants = [before(terms, None) for terms in opened]
    flips = [_leads_with_minus(row) for row in rows]
    rows = [[_turned(entry, flip) for entry in row] for row, flip in zip(rows, flips)]
    right = [_turned(constant, not flip) for constant, flip in zip(constants, flips)]
    stages = _stages(loss, slopes, scales, cores, opened)
    last = tuple((add(*(term for parameter, entry in zip(loss.parameters, row) for term in _spread(parameter, entry))), side)
                 for row, side in zip(rows, right))
    stages.append(Stage(why=("The terms with a parameter to the left, the others to the right:",), equations=last))
    _check(stages, scales, flips)
    return NormalEquations(loss=loss, stages=tuple(_without_repeats(stages)), matrix=tuple(map(tuple, rows)),
                           right=tuple(right),
                           factors=tuple(negative(scale) if flip else scale for scale, flip in zip(scales, flips)))


# From a slope to its terms

def _core(slope: Expr) -> tuple[Expr, Expr]:
    """A constant to divide the slope by, and what that leaves: -2/n and Σ xᵢ (...)."""
    terms = terms_of(slope)
    lead = next((term for term in terms if term.has(Sum)), terms[0])
    if isinstance(slope, Add) and not lead.has(Sum):
        scale, rest = taken_out(slope) or (Integer(1), slope)
        if signed(terms_of(rest)[0])[0]:
            scale, rest = negative(scale), _turned(rest, True)
        return (scale, rest) if not scale.free_symbols else (Integer(1), slope)
    fixed = [factor for factor in factors_of(lead) if not factor.free_symbols - {COUNT}]
    if not fixed or fixed == factors_of(lead):
        return Integer(1), slope
    scale = product_as_written(fixed)
    return scale, add(*(_divided(term, scale) for term in terms))


def _divided(term: Expr, scale: Expr) -> Expr:
    # What is divided by comes first: n before a parameter, as in every other line.
    return multiplied(Mul(*(Pow(factor, Integer(-1), evaluate=False) for factor in factors_of(scale)), *factors_of(term),
                          evaluate=False))


# Stages and their proofs

def _stages(loss: Objective, slopes: Sequence[Expr], scales: Sequence[Expr], cores: Sequence[Expr],
            opened: Sequence[Sequence[Term]]) -> list[Stage]:
    zero = Integer(0)
    where = "the lowest" if loss.columns else "a lowest or highest"
    same = ", and they are all the same" * (len(slopes) > 1 == len(set(slopes)))
    first = f"At {where} point {'the' if len(slopes) == 1 else 'every'} slope is 0{same}:"
    stages = [Stage(why=(first,), equations=tuple((slope, zero) for slope in slopes))]
    factors = list(dict.fromkeys(scale for scale in scales if scale != 1))
    if factors:
        why = ("Divide by ", *listed(factors), f", which {'is' if len(factors) == 1 else 'are'} not 0:")
        stages.append(Stage(why=why, equations=tuple((core, zero) for core in cores)))
    sums = any(core.has(Sum) for core in cores)
    counted = any(COUNT in factors_of(rest) for terms in opened for _, rest in terms)         # as Σ 1 is
    by_terms = ("Multiply out, and sum term by term; what is the same in every row stands before its Σ"
                f"{', and Σ 1 = n' if counted else ''}:")
    stages.append(Stage(why=(by_terms if sums else "Multiply out:",), equations=tuple(
        (add(*(_times(rest, parameter) for parameter, rest in terms)), zero) for terms in opened)))
    return stages


def _without_repeats(stages: Sequence[Stage]) -> list[Stage]:
    """The stages that change something to be seen."""
    shown = [[f"{text(left)} = {text(right)}" for left, right in stage.equations] for stage in stages]
    return [stages[0], *(stage for stage, (before, now) in zip(stages[1:], pairwise(shown)) if now != before)]


def _check(stages: Sequence[Stage], scales: Sequence[Expr], flips: Sequence[bool]) -> None:
    """Each equation of a stage is the one before it, divided by the factor or with all signs turned: proved with numbers."""
    for k in range(len(scales)):
        sides = [subtract(*stage.equations[k]) for stage in stages]
        last = negative(sides[-1]) if not isinstance(sides[-1], Add) else Mul(Integer(-1), sides[-1], evaluate=False)
        sides[-1] = last if flips[k] else sides[-1]
        scaled = [sides[0], *(Mul(scales[k], side, evaluate=False) for side in sides[1:])]
        prove([side if side.args else Mul(side, Integer(1), evaluate=False) for side in scaled])


def _leads_with_minus(row: Sequence[Expr]) -> bool:
    terms = [term for entry in row for term in terms_of(entry) if term != 0]
    return 2 * sum(signed(term)[0] for term in terms) > len(terms)


def _turned(entry: Expr, turn: bool) -> Expr:
    return add(*map(negative, terms_of(entry))) if turn else entry


def _times(entry: Expr, parameter: Basic | None) -> Expr:
    if parameter is None or entry == 0:
        return entry
    if isinstance(entry, Add) or not isinstance(parameter, Symbol):
        return Mul(entry, parameter, evaluate=False)
    return multiplied(Mul(entry, parameter, evaluate=False))


def _spread(parameter: Symbol, entry: Expr) -> list[Expr]:
    """The terms of entry times parameter."""
    return [_times(term, parameter) for term in terms_of(entry)]


# The solution by formula

def _solution(parameters: Sequence[Symbol], matrix: Sequence[Sequence[Expr]],
              right: Sequence[Expr]) -> tuple[tuple[Symbol, Expr], ...]:
    """One parameter by formula, the other with that put in; () for more than two, or where nothing may be divided by."""
    if all(map(is_number, (*right, *(entry for row in matrix for entry in row)))):
        values = solved_exactly([[exact(entry) for entry in row] for row in matrix], [exact(side) for side in right])
        return tuple(zip(parameters, map(number, values))) if values is not None else ()
    if len(parameters) == 1:
        return ((parameters[0], _over(right[0], matrix[0][0])),) if matrix[0][0] != 0 else ()
    if len(parameters) != 2:
        return ()
    if not matrix[0][0].has(Sum) and matrix[0][0] != 0 and matrix[1][1].has(Sum):        # a + b x: first b, then a with n below
        parameters, matrix, right = parameters[::-1], [row[::-1] for row in matrix[::-1]], right[::-1]
    (a, b), (c, d) = matrix
    first, second = parameters
    if d == 0:
        return ()
    if b == 0 or c == 0:
        first_is = _over(right[0], a) if b == 0 and a != 0 else None
    else:
        cross = power(b, Integer(2)) if b == c else _product(b, c)
        first_is = _over(_minus(_product(d, right[0]), _product(b, right[1])), _minus(_product(a, d), cross))
    if first_is is None:
        return ()
    return (first, first_is), (second, _over(_minus(right[1], _times(c, first)), d))


def solved_exactly(matrix: Sequence[Sequence[Fraction]], right: Sequence[Fraction]) -> list[Fraction] | None:
    """The solution of A θ = r by elimination; None where there is not just one.

    >>> solved_exactly([[Fraction(2), Fraction(1)], [Fraction(1), Fraction(1)]], [Fraction(3), Fraction(1)])
    [Fraction(2, 1), Fraction(-1, 1)]
    """
    rows = [[*row, side] for row, side in zip(matrix, right)]
    for k in range(len(rows)):
        pivot = next((j for j in range(k, len(rows)) if rows[j][k]), None)
        if pivot is None:
            return None
        rows[k], rows[pivot] = rows[pivot], rows[k]
        lead = [value / rows[k][k] for value in rows[k]]
        rows = [lead if j == k else [value - row[k] * other for value, other in zip(row, lead)] for j, row in enumerate(rows)]
    return [row[-1] for row in rows]


def _product(one: Expr, other: Expr) -> Expr:
    return multiplied(Mul(one, other, evaluate=False)) if one != 0 and other != 0 else Integer(0)


def _minus(one: Expr, other: Expr) -> Expr:
    return one if other == 0 else _turned(other, True) if one == 0 else subtract(one, other)


def _over(above: Expr, below: Expr) -> Expr:
    return divide(above, below) if above != 0 else Integer(0)
