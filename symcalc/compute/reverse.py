"""The slopes by all parameters in one pass from the loss back to them, for losses of hundreds of parameters.

Every subexpression is gone through once: what the loss changes by per unit of it, times its own slope in each of its
parts, goes on to those parts. The local slopes are those of the rules and of the vocabulary, with their choices at kinks, so
that the result is worth the same as the derived partials; the loss is brought into its stable form first.

A sum over the rows is gone through once for all of its parameters, and what is the same in every row stands before it:
∂/∂w (1/n) Σ (y - w x)² is -2/n Σ (y - w x) x. Nothing is multiplied out, so that what slopes have in common stays one
subexpression.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate

from sympy import (
    Abs,
    Add,
    Basic,
    Dummy,
    E,
    Equality,
    Expr,
    Indexed,
    Integer,
    Max,
    Min,
    Mul,
    Number,
    Piecewise,
    Pow,
    Rational,
    Sum,
    Symbol,
    Unequality,
    asinh,
    atan,
    cos,
    erf,
    exp,
    log,
    sign,
    sin,
    tanh,
)

from symcalc.calculus.elementary import lowered
from symcalc.calculus.rules import CASES, MAXIMUM, MINIMUM, NO_RULE
from symcalc.compute.stable import inside_log_of_cosh, stabilised
from symcalc.functions import logsumexp, relu, sigmoid, softmax, softplus, step
from symcalc.vocabulary import FUNCTIONS, HALF
from symcalc.written import add, call, divide, mul, power, replaced, row_sum

_ONE, _ZERO = Integer(1), Integer(0)
_FEW = 4                 # factors up to which each is left out in turn; of more, the products before and behind it are shared
_CHOICES = {Max: MAXIMUM, Min: MINIMUM, Piecewise: CASES}
_TAME = frozenset({Add, Mul, Abs, sign, step, sin, cos, tanh, atan, asinh, erf, sigmoid, softplus, relu, logsumexp, softmax,
                   Sum, *_CHOICES})
"""Heads whose values and slopes are finite wherever their arguments are."""


@dataclass(frozen=True, slots=True)
class Factor:
    """A slope as what is the same in every row, a number and letters, times what differs from row to row."""

    number: Expr = _ONE
    fixed: tuple[Expr, ...] = ()
    rows: Expr = _ONE

    @property
    def whole(self) -> Expr:
        """The product of all."""
        return mul(self.number, *self.fixed, self.rows)


def accumulated(loss: Expr, parameters: Sequence[Symbol]) -> tuple[Expr, tuple[Expr, ...]]:
    """The loss in its stable form, and its slopes by all the parameters.

    >>> u, v = Symbol("u", real=True), Symbol("v", real=True)
    >>> accumulated(add(power(u, Integer(3)), mul(u, v)), (u, v))
    (u**3 + u*v, (3*u**2 + v, u))
    """
    stable = stabilised(loss)
    found = _Graph({parameter: 1 << k for k, parameter in enumerate(parameters)}).slopes(stable, _is_letter)
    return stable, tuple(found[parameter].whole if parameter in found else _ZERO for parameter in parameters)


def _is_letter(part: Basic) -> bool:
    return isinstance(part, Symbol)


@dataclass(slots=True)
class _Graph:
    """What is known of the subexpressions, each asked once."""

    bits: dict[Basic, int]                                            # a bit for every parameter
    _reach: dict[Basic, int] = field(default_factory=dict)
    _differs: dict[Basic, bool] = field(default_factory=dict)
    _tame: dict[Basic, bool] = field(default_factory=dict)

    def reach(self, part: Basic) -> int:
        """The parameters in the part, as bits."""
        found = self._reach.get(part)
        if found is None:
            found = self.bits.get(part, 0)
            for inner in part.args:
                found |= self.reach(inner)
            self._reach[part] = found
        return found

    def differs(self, part: Basic) -> bool:
        """Whether it has a value of its own in each row."""
        found = self._differs.get(part)
        if found is None:
            found = self._differs[part] = isinstance(part, Indexed) or (
                not isinstance(part, Sum) and any(map(self.differs, part.args)))
        return found

    def is_tame(self, part: Basic) -> bool:
        """Whether the part and its slopes are finite wherever its letters are."""
        found = self._tame.get(part)
        if found is None:
            found = self._tame[part] = (
                isinstance(part, (Symbol, Indexed, Number)) or (all(map(self.is_tame, _values(part))) and (
                    type(part) in _TAME or (isinstance(part, Pow) and part.exp.is_Integer and bool(part.exp > 0)))))
        return found

    # The pass

    def slopes(self, root: Expr, is_leaf: Callable[[Basic], bool]) -> dict[Basic, Factor]:
        """What the root changes by per unit of each leaf below it."""
        coming: dict[Basic, list[Factor]] = {root: [Factor()]}
        found = {}
        for part in self._from_the_top(root, is_leaf):
            if part not in coming:
                continue                            # inside a case, and served there
            slope = self._together(coming.pop(part))
            if is_leaf(part):
                found[part] = slope
                continue
            for inner, factors in self._local(part):
                coming.setdefault(inner, []).append(self._times(slope, factors))
        return found

    def _from_the_top(self, root: Expr, is_leaf: Callable[[Basic], bool]) -> list[Basic]:
        """The parts that move with a parameter, each after all that it is used in."""
        seen: set[Basic] = set()
        order: list[Basic] = []

        def visit(part: Basic) -> None:
            seen.add(part)
            if not is_leaf(part):
                for inner in self._letters(part) if isinstance(part, Sum) else _values(part):
                    if inner not in seen and self.reach(inner):
                        visit(inner)
            order.append(part)

        if self.reach(root):
            visit(root)
        return order[::-1]

    def _letters(self, part: Basic) -> list[Basic]:
        reach = self.reach(part)
        return [letter for letter, bit in self.bits.items() if bit & reach]

    def _times(self, slope: Factor, factors: Iterable[Expr]) -> Factor:
        number, fixed, rows = slope.number, [*slope.fixed], [] if slope.rows == 1 else [slope.rows]
        for factor in _opened(factors):
            if isinstance(factor, Rational) and isinstance(number, Rational):
                number = number * factor
            else:
                (rows if self.differs(factor) else fixed).append(factor)
        return Factor(number, tuple(fixed), _product(rows))

    def _together(self, slopes: list[Factor]) -> Factor:
        """The sum of what comes by several ways."""
        first, *others = slopes
        if not others:
            return first
        if all(other.number == first.number and other.fixed == first.fixed for other in others):
            return Factor(first.number, first.fixed, total) if self.differs(
                total := add(*(slope.rows for slope in slopes))) else self._times(Factor(first.number, first.fixed), [total])
        return self._times(Factor(), [add(*(slope.whole for slope in slopes))])

    # Local slopes

    def _local(self, part: Basic) -> Iterator[tuple[Basic, Iterable[Expr]]]:
        """The parts inside that move, each with the factors of the slope in it."""
        if isinstance(part, Sum):
            for letter, slope in self.slopes(part.function, _is_letter).items():
                yield letter, (slope.number, *slope.fixed, row_sum(slope.rows, part))
        elif isinstance(part, Piecewise) and (inside := inside_log_of_cosh(part)) is not None:
            yield inside, (call(tanh, inside),)
        elif type(part) in _CHOICES:
            yield from self._choice(part)
        elif isinstance(part, Add):
            yield from ((term, ()) for term in part.args if self.reach(term))
        elif isinstance(part, Mul):
            yield from self._product_rule(part)
        elif isinstance(part, Pow):
            yield from self._power_rule(part)
        else:
            yield from ((argument, (_slope(part, k),)) for k, argument in enumerate(part.args) if self.reach(argument))

    def _product_rule(self, part: Mul) -> Iterator[tuple[Basic, Iterable[Expr]]]:
        factors = part.args
        moving = [factor for factor in factors if self.reach(factor)]
        if len(moving) <= _FEW:
            yield from ((factor, (*factors[:k], *factors[k + 1:])) for k, factor in enumerate(factors) if self.reach(factor))
            return
        fixed = tuple(factor for factor in factors if not self.reach(factor))
        before = [_ONE, *accumulate(moving[:-1], _pair)]
        behind = [_ONE, *accumulate(moving[:0:-1], _pair)][::-1]
        for factor, left, right in zip(moving, before, behind):
            yield factor, (*fixed, *(side for side in (left, right) if side != 1))

    def _power_rule(self, part: Pow) -> Iterator[tuple[Basic, Iterable[Expr]]]:
        base, exponent = part.args
        if self.reach(base):
            if exponent == HALF:
                yield base, (HALF, divide(_ONE, part))
            elif exponent == -1:
                yield base, (Integer(-1), power(base, Integer(-2)))
            else:
                yield base, (exponent, power(base, lowered(exponent)))
        if self.reach(exponent):
            yield exponent, (part,) if base is E else (part, call(log, base))

    def _choice(self, part: Max | Min | Piecewise) -> Iterator[tuple[Basic, Iterable[Expr]]]:
        """The slope of a maximum or of cases, by the same rule as in the derivation.

        What is not finite where another case holds stays inside its own case, as zero times it would be nan.
        """
        rule, values = _CHOICES[type(part)], list(_values(part))
        if part.has(Equality, Unequality):
            for letter in self._letters(part):
                rule.parts(part, letter)                # which says that such a case has no slope
        choosing = values if isinstance(part, (Max, Min)) else []

        def is_leaf(inner: Basic) -> bool:
            own = self.reach(inner)
            return _is_letter(inner) or (self.is_tame(inner) and all(
                self.reach(value) & own in (0, own) for value in choosing))

        found = [self.slopes(value, is_leaf) for value in values]
        for leaf in dict.fromkeys(leaf for slopes in found for leaf in slopes):
            letter = next(iter(self._letters(leaf)))
            slopes = [slopes[leaf].whole if leaf in slopes else _ZERO for slopes in found]
            yield leaf, (rule.combine(part, letter, *slopes),)


def _values(part: Basic) -> Sequence[Basic]:
    """What a part is made of, for the slope: of cases their values."""
    if isinstance(part, Sum):
        return (part.function,)
    return tuple(value for value, _ in part.args) if isinstance(part, Piecewise) else part.args


def _opened(factors: Iterable[Expr]) -> Iterator[Expr]:
    for factor in factors:
        yield from factor.args if isinstance(factor, Mul) else (factor,)


def _product(factors: Sequence[Expr]) -> Expr:
    """The factors as they are, so that what comes in several products stays one."""
    return Mul(*factors, evaluate=False) if len(factors) > 1 else factors[0] if factors else _ONE


def _pair(left: Expr, right: Expr) -> Expr:
    return Mul(left, right, evaluate=False)


def _slope(part: Expr, k: int) -> Expr:
    """The slope in argument k, in its stable form."""
    row = FUNCTIONS.get(type(part))
    if type(part) is exp:
        return part
    if row is None or not (row.derivative or row.partial):
        return NO_RULE.combine(part, part.args[k], _ONE)
    letters, slope = _pattern(type(part), k, len(part.args), part.args[0] if row.subscript == 0 else None)
    return replaced(slope, dict(zip(letters, part.args)).get)


@lru_cache(maxsize=256)
def _pattern(head: type[Expr], k: int, count: int, which: Expr | None) -> tuple[tuple[Expr, ...], Expr]:
    """The slope of a function of letters in one of them; `which` of the probabilities is meant stays a number."""
    row, letters = FUNCTIONS[head], tuple(Dummy(f"u{j}", real=True) for j in range(count))
    arguments = letters if which is None else (which, *letters[1:])
    return letters, stabilised(row.derivative(*arguments) if row.derivative else row.partial(k, arguments))
