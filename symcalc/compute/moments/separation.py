"""What separates: a part of a row as a sum of functions of the data times factors of the parameters.

The functions are 1, letters (any function of the data that no parameter is in) and, where parts are multiplied out, products
of letters. Then every letter has its centre taken away first: (y - m x - b)² is multiplied out as
((y - y₀) - m (x - x₀) + (y₀ - m x₀ - b))², in which an offset of the data costs no digits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations_with_replacement
from math import comb, factorial, prod

from sympy import Add, Basic, Dummy, Expr, Integer, Mul, Pow, Symbol

from symcalc.compute.moments.blocks import Monomial
from symcalc.compute.tape import differs
from symcalc.parts import product_as_written, signed
from symcalc.written import is_number

_ONE = Integer(1)
_MOST = 2000             # functions in one form

Form = dict[Monomial, list[Expr]]
"""Functions of the data, each with the terms of its factor: yᵢ - (m xᵢ + b) is {(0,): [1], (1,): [-m], (): [-b]}."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A product of parts of a row, and its form."""

    parts: tuple[Expr, ...]
    form: Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One term of a sum over rows: factors of the parameters, times the sum of the products of two sides."""

    before: tuple[Expr, ...]
    left: Side
    right: Side


@dataclass(slots=True, kw_only=True)
class Forms:
    """The letters found so far, and the forms of the parts seen; with `centred`, parts may be multiplied out.

    >>> from symcalc.language import read
    >>> from symcalc.language.names import parameters_of
    >>> total = read("mean((y - (m*x + b))^2)").args[-1]
    >>> Forms(moving=frozenset(parameters_of(total))).form(total.function.base)
    {(0,): [1], (1,): [-m], (): [-b]}
    """

    moving: frozenset[Symbol]
    centred: bool = False
    letters: dict[Expr, int] = field(default_factory=dict)
    centres: list[Symbol] = field(default_factory=list)
    seen: dict[Expr, int] = field(default_factory=dict)              # the order in which parts came
    sides: set[tuple[Expr, ...]] = field(default_factory=set)        # those that were made
    _forms: dict[tuple[Expr, bool], Form | None] = field(default_factory=dict)
    _moves: dict[Basic, bool] = field(default_factory=dict)

    def products(self, body: Expr) -> list[Product] | None:
        """The body of a sum as a sum of products of two sides; None where it is none."""
        terms = body.args if isinstance(body, Add) else (body,)
        forms = [self.form(term) for term in terms]
        found = [self._product(term) for term, form in zip(terms, forms) if form is None]
        if None in found:
            return None
        if straight := [(term, form) for term, form in zip(terms, forms) if form is not None]:
            whole = _added(form for _, form in straight)
            together = Add(*(term for term, _ in straight), evaluate=False) if len(straight) > 1 else straight[0][0]
            found.append(Product(before=(), left=Side(parts=(together,), form=whole), right=Side(parts=(), form={(): [_ONE]})))
        return found

    def form(self, part: Expr, multiplied: bool = False) -> Form | None:
        """The part as a sum of functions times factors, its own products of several parts multiplied out or not at all."""
        if not differs(part):
            return {(): [part]}
        if (part, multiplied) not in self._forms:
            self._forms[part, multiplied] = self._form(part, multiplied)
        return self._forms[part, multiplied]

    def _form(self, part: Expr, multiplied: bool) -> Form | None:
        minus, rest = signed(part)
        if minus and rest != part:
            inner = self.form(rest, multiplied)
            return inner and {function: [_minus(term) for term in terms] for function, terms in inner.items()}
        if not self.moves(part):
            return self._letter(part)
        if isinstance(part, Add):
            forms = [self.form(term, multiplied) for term in part.args]
            return None if None in forms else _added(forms)
        return self._multiplied(part, multiplied) if isinstance(part, (Mul, Pow)) else None

    def _letter(self, part: Expr) -> Form:
        number = self.letters.setdefault(part, len(self.letters))
        if number == len(self.centres):
            self.centres.append(Dummy(f"m{number}"))
        return {(number,): [_ONE], (): [self.centres[number]]} if self.centred else {(number,): [_ONE]}

    def _multiplied(self, part: Mul | Pow, multiplied: bool) -> Form | None:
        """Factors of the parameters, times at most one part that differs from row to row unless more are multiplied out."""
        before, data, mixed = self._sorted(part)
        whole = [*([product_as_written(data)] if data else []), *mixed.elements()]
        if whole == [part] or (len(whole) > 1 and not (multiplied and self.centred)):
            return None
        side = self._side(whole, multiplied)
        return side and {function: [_times([*before, term]) for term in terms] for function, terms in side.form.items()}

    def _side(self, parts: Sequence[Expr], multiplied: bool = True) -> Side | None:
        """The product of the parts; None where one has no form, or where there is too much to multiply out."""
        parts = self._in_order(parts)
        form: Form = {(): [_ONE]}
        for part, times in Counter(parts).items():
            inner = self.form(part, multiplied)
            if inner is None or (times > 1 and comb(len(inner) + times - 1, times) > _MOST):
                return None
            inner = _power(_collected(inner), times) if times > 1 else inner
            if len(form) * len(inner) > _MOST:
                return None
            form = inner if form == {(): [_ONE]} else _multiplied_out(_collected(form), _collected(inner))
        self.sides.add(parts)
        return Side(parts=parts, form=_collected(form) if self.centred else form)

    def _in_order(self, parts: Iterable[Expr]) -> tuple[Expr, ...]:
        return tuple(sorted(parts, key=lambda part: self.seen.setdefault(part, len(self.seen))))

    def _product(self, term: Expr) -> Product | None:
        """The factors of a term in two sides; a power is shared out between them, so that its even part is a square."""
        before, data, mixed = self._sorted(term)
        known = [product_as_written(data)] if data else []
        left = right = [part for part, times in mixed.items() for _ in range(times // 2)]
        for part in [*(part for part, times in mixed.items() if times % 2), *known]:
            left, right = ([*left, part], right) if len(left) <= len(right) else (left, [*right, part])
        whole = self._in_order(mixed.elements())
        if known and (whole in self.sides or (len(whole) == 2 and len(mixed) == 2)):
            left, right = whole, known          # as in the slopes of u² v, where all have one side in common
        if max(len(left), len(right)) > 1 and not self.centred:
            return None
        sides = self._side(left), self._side(right)
        return None if None in sides else Product(before=tuple(before), left=sides[0], right=sides[1])

    def _sorted(self, part: Expr) -> tuple[list[Expr], list[Expr], Counter[Expr]]:
        """The factors that are one number for all rows, those that are data alone, and how often each other one comes."""
        before, data, mixed = [], [], Counter()
        for base, exponent in _factors(part):
            factor = base if exponent == 1 else Pow(base, exponent, evaluate=False)
            if not differs(base):
                before.append(factor)
            elif not self.moves(base):
                data.append(factor)
            else:
                mixed[base if exponent > 0 else factor] += max(exponent, 1)
        return before, data, mixed

    def moves(self, part: Basic) -> bool:
        """Whether there is a parameter in it."""
        if part not in self._moves:
            self._moves[part] = part in self.moving or any(map(self.moves, part.args))
        return self._moves[part]


def _factors(part: Expr, outer: int = 1) -> Iterator[tuple[Expr, int]]:
    """The factors of a product with their whole exponents, products and powers inside it opened."""
    if isinstance(part, Mul):
        for factor in part.args:
            yield from _factors(factor, outer)
    elif isinstance(part, Pow) and part.exp.is_Integer and not is_number(part.base):
        yield from _factors(part.base, outer * int(part.exp))
    else:
        yield part, outer


def _added(forms: Sequence[Form]) -> Form:
    found: Form = {}
    for form in forms:
        for function, terms in form.items():
            found.setdefault(function, []).extend(terms)
    return found


def _collected(form: Form) -> Form:
    """One term each, so that what they add up to is worked out once."""
    return {function: terms if len(terms) == 1 else [Add(*terms, evaluate=False)] for function, terms in form.items()}


def _multiplied_out(left: Form, right: Form) -> Form:
    found: Form = {}
    for one, (this,) in left.items():
        for two, (that,) in right.items():
            found.setdefault(tuple(sorted(one + two)), []).append(_times([this, that]))
    return found


def _power(form: Form, exponent: int) -> Form:
    """(a + b + ...)^k as Σ k!/(i! j! ...) a^i b^j ..."""
    found: Form = {}
    for picked in combinations_with_replacement(form, exponent):
        times = Counter(picked)
        number = factorial(exponent) // prod(map(factorial, times.values()))
        factors = [Integer(number), *(form[function][0] for function in picked)]
        found.setdefault(tuple(sorted(sum(picked, ()))), []).append(_times(factors))
    return found


def _times(factors: Sequence[Expr]) -> Expr:
    """The product, with one sign in front and without the factors that are 1."""
    parts = [signed(factor) for factor in factors]
    rest = [factor for _, factor in parts if factor != 1]
    whole = product_as_written([inner for factor in rest for inner in (factor.args if isinstance(factor, Mul) else (factor,))]
                               or [_ONE])
    return _minus(whole) if sum(minus for minus, _ in parts) % 2 else whole


def _minus(term: Expr) -> Expr:
    minus, rest = signed(term)
    return rest if minus else Mul(-1, term, evaluate=False)
