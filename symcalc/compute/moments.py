"""Sums over rows that the data enter once: a step costs the same for fifty rows and for fifty million.

A sum Σ u v, where u and v are data functions 1, x, y, x², ... times factors of the parameters, depends on the data only
through the products of those functions, summed. With Φ = Q R, where the columns of Φ are the data functions and R is
triangular with as many rows as there are functions, Σ u v = (R α)·(R β) for the factors α of u and β of v. So the
squares stay squares: a sum of them comes out neither negative nor noisy, as it would from the products themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from sympy import Add, Basic, Expr, Indexed, Integer, Mul, Pow, Sum, Symbol

from symcalc.compute.generated import function_in, source_of
from symcalc.compute.program import Value
from symcalc.compute.tape import Tape, differs
from symcalc.language.names import name_of
from symcalc.language.table import Table
from symcalc.language.table_parts import Parts
from symcalc.pages.notation import text
from symcalc.parts import product_as_written, signed

_ONE = Integer(1)
_MOST = 16               # data functions up to which the triangle is written out
_BLOCK = 65_536          # rows at a time in the pass over the data

Form = dict[Expr, list[Expr]]
"""Data functions, each with the terms of its factor in the parameters: yᵢ - (m xᵢ + b) is {y: [1], x: [-m], 1: [-b]}."""


def form_of(part: Expr, moving: frozenset[Symbol]) -> Form | None:
    """The part as a sum of data functions times factors of the parameters; None where it is none.

    >>> from symcalc.language import read
    >>> from symcalc.language.names import parameters_of
    >>> total = read("mean((y - (m*x + b))^2)").args[-1]
    >>> list(form_of(total.function.base, frozenset(parameters_of(total))))
    [y[i], x[i], 1]
    """
    if not differs(part):
        return {_ONE: [part]}
    if not part.free_symbols & moving:
        return {part: [_ONE]}
    minus, rest = signed(part)
    if minus and rest != part:
        inner = form_of(rest, moving)
        return inner and {function: [Mul(-1, term, evaluate=False) for term in terms] for function, terms in inner.items()}
    if isinstance(part, Add):
        found: Form = {}
        for term in part.args:
            if (inner := form_of(term, moving)) is None:
                return None
            for function, terms in inner.items():
                found.setdefault(function, []).extend(terms)
        return found
    return _product_form(part, moving) if isinstance(part, Mul) else None


def _product_form(part: Mul, moving: frozenset[Symbol]) -> Form | None:
    before, data, mixed = _sorted_factors(part.args, moving)
    if len(mixed) > 1 or (mixed and mixed[0] == part):
        return None
    inner = form_of(mixed[0], moving) if mixed else {_ONE: [_ONE]}
    return inner and {_times(data, function): [_times(before, term) for term in terms] for function, terms in inner.items()}


def _sorted_factors(factors: Iterable[Basic], moving: frozenset[Symbol]) -> tuple[list[Expr], list[Expr], list[Expr]]:
    """The factors that are one number for all rows, those that are data alone, and those that are both."""
    before, data, mixed = [], [], []
    for factor in factors:
        (before if not differs(factor) else mixed if factor.free_symbols & moving else data).append(factor)
    return before, data, mixed


def _times(factors: Sequence[Expr], last: Expr) -> Expr:
    together = [*factors, last] if last != 1 or not factors else [*factors]
    return product_as_written(together)


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One term of a sum over rows: factors of the parameters, times the sum of the product of two parts with their forms."""

    before: tuple[Expr, ...]
    left: tuple[Expr, Form]
    right: tuple[Expr, Form]


def products_of(body: Expr, moving: frozenset[Symbol]) -> list[Product] | None:
    """The body of a sum as a sum of products of two forms; None where it is none."""
    if isinstance(body, Add) and (whole := form_of(body, moving)) is not None:
        return [Product(before=(), left=(body, whole), right=(_ONE, {_ONE: [_ONE]}))]
    terms = body.args if isinstance(body, Add) else (body,)
    found = [_product_of(term, moving) for term in terms]
    return None if None in found else found


def _product_of(term: Expr, moving: frozenset[Symbol]) -> Product | None:
    before, data, mixed = _sorted_factors(term.args if isinstance(term, Mul) else (term,), moving)
    mixed = [factor for part in mixed for factor in (
        (part.base, part.base) if isinstance(part, Pow) and part.exp == 2 else (part,))]
    if len(mixed) > 2:
        return None
    forms = [(factor, form_of(factor, moving)) for factor in mixed]
    if any(form is None for _, form in forms):
        return None
    known = product_as_written(data) if data else _ONE
    while len(forms) < 2:
        forms.append((known, {known: [_ONE]}))
        known, data = _ONE, []
    (part, left), right = forms
    if data:
        part, left = _times(data, part), {_times(data, function): terms for function, terms in left.items()}
    return Product(before=tuple(before), left=(part, left), right=right)


@dataclass(slots=True)
class Moments(Tape):
    """A tape in plain floats on which a sum over rows is a few products with the entries of the triangle R."""

    basis: tuple[Expr, ...] = ()
    triangle: Callable[[Table], np.ndarray] | None = None
    parts: dict[Expr, list[Value | None]] = field(default_factory=dict)

    def in_numpy(self) -> Moments:
        """The same moments for parameters that are arrays."""
        return Moments(self.parameters, self.columns, arrays=True, basis=self.basis, triangle=self.triangle)

    @property
    def given(self) -> list[str]:
        """The entries of the triangle, row by row, and the number of rows."""
        return [*(f"r{k}_{j}" for k in range(len(self.basis)) for j in range(k, len(self.basis))), "rows"]

    @property
    def legend(self) -> list[str]:
        """What the names stand for."""
        functions = ", ".join(map(text, self.basis))
        return [*Tape.legend.fget(self), f"r is the triangle of the data functions {functions} in place of the rows"]

    def data(self, table: Table) -> list[float]:
        """Their values for a table."""
        return [*self.triangle(table)[np.triu_indices(len(self.basis))].tolist(), float(table.rows)]

    @property
    def trained(self) -> frozenset[Symbol]:
        """The letters that are not data."""
        return frozenset(self.parameters)

    def row_sum(self, part: Sum) -> Value:
        """Σ u v as (R α)·(R β)."""
        written, inputs = [], []
        for product in products_of(part.function, self.trained):
            left, right = self.along(*product.left), self.along(*product.right)
            pairs = [(u, v) for u, v in zip(left, right) if u is not None and v is not None]
            before = [self.value(factor) for factor in product.before]
            total = " + ".join(f"{u.source} * {v.source}" for u, v in pairs) or "0.0"
            lead = " * ".join(f"({value.source})" if value.source.startswith("-") else value.source for value in before)
            written.append(f"{lead} * ({total})" if lead else total)
            inputs += [*before, *(value for pair in pairs for value in pair)]
        return self.statement(" + ".join(written), inputs, part)

    def along(self, part: Expr, form: Form) -> list[Value | None]:
        """R α for the factors α of a form, entry by entry; None where it is 0."""
        if part not in self.parts:
            self.parts[part] = [self.entry(k, part, form) for k in range(len(self.basis))]
        return self.parts[part]

    def entry(self, k: int, part: Expr, form: Form) -> Value | None:
        """What the part has along the k-th function, when what it has along those before is taken away."""
        added, taken, inputs = [], [], []
        for j, function in enumerate(self.basis[k:], start=k):
            for term in form.get(function, ()):
                minus, rest = signed(term)
                value = self.value(rest)
                inputs.append(value)
                (taken if minus else added).append(f"r{k}_{j}" if rest == 1 else f"{value.source} * r{k}_{j}")
        if not added and not taken:
            return None
        if len(added) == 1 and not taken and " " not in added[0]:
            return Value(added[0])
        source = " + ".join(added) + "".join(f" - {term}" for term in taken)
        return self.statement(source.removeprefix(" ") if added else f"-{source[3:]}", inputs, part,
                              note=f", along {text(self.basis[k])}")


def moments_of(expressions: Sequence[Expr], parameters: Sequence[Symbol], columns: Sequence[Indexed]) -> Moments | None:
    """A tape for expressions all of whose sums separate; None where one does not, or where there is too much to write out."""
    moving, fixed = frozenset(parameters), {}
    for total in {part: None for expression in expressions for part in _sums(expression)}:
        products = products_of(total.function, moving)
        if products is None:
            return None
        for product in products:
            for function, terms in (*product.left[1].items(), *product.right[1].items()):
                fixed[function] = fixed.get(function, True) and not any(term.free_symbols & moving for term in terms)
    # 1 first, which centres all others; what no parameter touches last, where it meets no other.
    basis = sorted(fixed, key=lambda function: (function != 1, fixed[function]))
    if _ONE not in fixed:
        basis.insert(0, _ONE)
    if len(basis) > _MOST:
        return None
    return Moments(parameters, columns, arrays=False, basis=tuple(basis), triangle=triangle_of(basis, columns))


def _sums(expression: Basic) -> list[Sum]:
    inner = [total for part in expression.args for total in _sums(part)]
    return [expression, *inner] if isinstance(expression, Sum) else inner


def triangle_of(basis: Sequence[Expr], columns: Sequence[Indexed]) -> Callable[[Table | Parts], np.ndarray]:
    """R of the data functions over all rows of a table, in one pass over blocks of them."""
    tape = Tape((), columns, arrays=True)
    values = [tape.value(function).source for function in basis[1:]]
    work = Reduced(source=source_of(tape, "functions", f"({''.join(f'{value}, ' for value in values)})"), size=len(basis))

    def triangle(table: Table | Parts) -> np.ndarray:
        names = tuple(map(name_of, columns))
        return joined(table.select(names).once(work) if isinstance(table, Parts) else [work(table.select(names))])

    return lru_cache(maxsize=1)(triangle)           # one table's; NumPy's form of the code asks for it again


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduced:
    """What makes the triangle of a table or of a part of one; the source is that of the data functions."""

    source: str
    size: int

    def __call__(self, table: Table) -> tuple[np.ndarray, np.ndarray]:
        """What is taken from every function first, and the triangle of what is left.

        Every function is centred by its value in one row, so that an offset costs no digits.
        """
        bind, found, centre = function_in(self.source, arrays=True), np.zeros((0, self.size)), None
        for begin in range(0, table.rows, _BLOCK):
            block = table.between(begin, begin + _BLOCK)
            matrix = np.empty((len(found) + block.rows, self.size), order="F")
            matrix[:len(found)], new = found, matrix[len(found):]
            new[:, 0] = 1.0
            with np.errstate(all="ignore"):
                for j, value in enumerate(bind(*block.columns.values(), np.float64(block.rows))(), start=1):
                    new[:, j] = value
                if centre is None:
                    # One row's values, and not the mean, which may be too large; any value amid the data will do.
                    centre = np.array([0.0, *new[len(new) // 2, 1:]])
                new[:, 1:] -= centre[1:]
            found = np.linalg.qr(matrix, mode="r")
        return centre, found


def joined(triangles: Sequence[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """The triangle of all rows from those of its parts: brought to one centre, put under one another, reduced again.

    >>> one = np.array([[1.0, 0.0]])
    >>> np.abs(joined([(np.array([0.0, 5.0]), one), (np.array([0.0, 7.0]), one)])).round(6)
    array([[1.414214, 8.485281],
           [0.      , 1.414214]])
    """
    centre, found = triangles[0]
    with np.errstate(all="ignore"):
        if len(triangles) > 1:
            found = np.linalg.qr(np.concatenate([part + np.outer(part[:, 0], other - centre) for other, part in triangles]),
                                 mode="r")
        whole = np.zeros((len(centre), len(centre)))
        whole[:len(found)] = found
        whole[0] += centre * whole[0, 0]
    return whole
