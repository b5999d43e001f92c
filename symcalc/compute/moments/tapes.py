"""Tapes on which a sum over rows is worked out from the triangle R: number by number, or as products with a matrix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from sympy import Add, Basic, Expr, Indexed, Integer, Pow, Sum, Symbol

from symcalc.compute.generated import executed, source_of
from symcalc.compute.moments.blocks import Monomial, Rows
from symcalc.compute.moments.gram import Triangle, joined, triangle
from symcalc.compute.moments.separation import Forms, Product, Side
from symcalc.compute.statements import Value, bracketed
from symcalc.compute.tape import Tape
from symcalc.language.names import name_of
from symcalc.language.table import Table
from symcalc.language.table_parts import Parts
from symcalc.pages.notation import text
from symcalc.parts import product_as_written, signed

_ON_A_LINE = 12          # factors
_LONG = 80               # parts of what is shown beside a line
_DOTS = Symbol("...")    # in the place of what is longer


@dataclass(slots=True)
class Moments(Tape):
    """A tape in plain floats on which a sum over rows is a few products with the entries of the triangle R."""

    forms: Forms | None = None
    functions: tuple[Monomial, ...] = ()
    products: dict[Expr, list[Product]] = field(default_factory=dict)           # of what stands under each Σ
    over: Pass | None = None
    along: dict[tuple[Expr, ...], list[Value | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        Tape.__post_init__(self)
        self.known |= {centre: Value(f"m{k}") for k, centre in enumerate(self.forms.centres)}

    def in_numpy(self) -> Moments:
        """The same moments for parameters that are arrays."""
        return type(self)(self.parameters, self.columns, arrays=True, forms=self.forms, functions=self.functions,
                          products=self.products, over=self.over)

    def triangle(self, data: Table | Triangle) -> Triangle:
        """All that the tape needs of a table, from one pass over its rows; triangles of parts can be `joined`."""
        return data if isinstance(data, Triangle) else self.over(data)

    @property
    def given(self) -> list[str]:
        """The entries of the triangle, row by row, what is taken from the letters, and the number of rows."""
        size = range(len(self.functions))
        return [*(f"r{k}_{j}" for k in size for j in size[k:]), *self.centres, "rows"]

    @property
    def centres(self) -> list[str]:
        """The names of what is taken from the letters before they are multiplied."""
        return [f"m{k}" for k in range(len(self.forms.centres))] if self.forms.centred else []

    @property
    def legend(self) -> list[str]:
        """What the names stand for."""
        letters = list(self.forms.letters)
        functions = ", ".join(map(self.named, self.functions))
        return [*self.meanings(),
                *(f"{name} is taken from {text(letter)} first" for name, letter in zip(self.centres, letters)),
                f"r is the triangle of the data functions {functions} in place of the rows"]

    def named(self, function: Monomial) -> str:
        """A data function as it is read."""
        letters = list(self.forms.letters)
        return text(_product([letters[a] for a in function]))

    def data(self, table: Table | Triangle) -> list[float | np.ndarray]:
        """The values of those for a table."""
        found, size = self.triangle(table), len(self.functions)
        whole = np.zeros((size, size))
        whole[:len(found.entries)] = found.entries if self.forms.centred else found.uncentred
        return [*whole[np.triu_indices(size)].tolist(), *self.taken(found), float(found.rows)]

    def taken(self, found: Triangle) -> list[float]:
        """The values of the centres."""
        return found.centre.tolist() if self.forms.centred else []

    def row_sum(self, part: Sum) -> Value:
        """Σ u v as (R α)·(R β)."""
        written, inputs = [], []
        for product in self.products[part.function]:
            total, needed = self.paired(product)
            before = [self.value(factor) for factor in product.before]
            lead = " * ".join(bracketed(value.source) for value in before)
            written.append(f"{lead} * {f'({total})' if ' ' in total else total}" if lead else total)
            inputs += [*before, *needed]
        return self.statement(" + ".join(written), inputs, part)

    def paired(self, product: Product) -> tuple[str, list[Value]]:
        """Σ u v for two sides, and what it is made of."""
        pairs = [(u, v) for u, v in zip(self.turned(product.left), self.turned(product.right))
                 if u is not None and v is not None]
        return " + ".join(f"{u.source} * {v.source}" for u, v in pairs) or "0.0", [value for pair in pairs for value in pair]

    def turned(self, side: Side) -> list[Value | None]:
        """R α for the factors α of a side, entry by entry; None where it is 0."""
        if side.parts not in self.along:
            self.along[side.parts] = [self.entry(k, side) for k in range(len(self.functions))]
        return self.along[side.parts]

    def entry(self, k: int, side: Side) -> Value | None:
        """What a side has along the k-th function, when what it has along those before is taken away."""
        added, taken, inputs = [], [], []
        for j, function in enumerate(self.functions[k:], start=k):
            for term in side.form.get(function, ()):
                minus, rest = signed(term)
                value = self.value(rest)
                inputs.append(value)
                (taken if minus else added).append(f"r{k}_{j}" if rest == 1 else f"{value.source} * r{k}_{j}")
        if not added and not taken:
            return None
        if len(added) == 1 and not taken and " " not in added[0]:
            return Value(added[0])
        source = " + ".join(added) + "".join(f" - {term}" for term in taken)
        return self.statement(source.removeprefix(" ") if added else f"-{source[3:]}", inputs,
                              _product(side.parts), note=f", along {self.named(self.functions[k])}")


@dataclass(slots=True)
class Packed(Moments):
    """Moments of many functions: R α is a product of a matrix with a vector, made once for all sums that it is in."""

    vectors: dict[tuple[Expr, ...], Value] = field(default_factory=dict)

    @property
    def helpers(self) -> dict[str, Callable[..., Any]]:
        """What the code calls."""
        return _ON_ARRAYS if self.arrays else _ON_FLOATS

    @property
    def given(self) -> list[str]:
        """The triangle, what is taken from the letters, and the number of rows."""
        return ["r", *self.centres, "rows"]

    def data(self, table: Table | Triangle) -> list[float | np.ndarray]:
        """Their values for a table."""
        found = self.triangle(table)
        return [found.entries if self.forms.centred else found.uncentred, *self.taken(found), float(found.rows)]

    def statement(self, source: str, inputs: Sequence[Value], expression: Basic, array: bool | None = None,
                  note: str = "") -> Value:
        """A new step, or the earlier one with the same source; what is too long to be read beside it is left out."""
        return Tape.statement(self, source, inputs, _brief(expression), array, note)

    def paired(self, product: Product) -> tuple[str, list[Value]]:
        """Σ u v as a dot product, or where v has few functions, as a sum of so many entries of Rᵀ R α."""
        one, two = by_length(product)
        turned = self.vector(two)
        if are_long(one, two, self.functions):
            other = self.vector(one)
            return f"dot({other.source}, {turned.source})", [other, turned]
        back = self.statement(f"back(r, {turned.source})", [turned], _product(two.parts),
                              note=", times each data function, summed")
        written, inputs = [], [back]
        for function, terms in one.form.items():
            value = self.factor(terms)
            minus, source = value.source.startswith("-"), value.source.removeprefix("-")
            entry = f"{back.source}[{self.functions.index(function)}]"
            sign = "-" if minus and not written else "- " if minus else "+ " if written else ""
            written.append(f"{sign}{entry}" if source == "1.0" else f"{sign}{source} * {entry}")
            inputs.append(value)
        return f"({_on_lines(written, '')})" if len(written) > _ON_A_LINE else " ".join(written), inputs

    def factor(self, terms: Sequence[Expr]) -> Value:
        """The sum of the terms; a minus sign is part of the name, where there is but one."""
        minus, rest = signed(terms[0]) if len(terms) == 1 else (False, Add(*terms, evaluate=False))
        value = self.value(rest)
        return replace(value, source=f"-{value.source}") if minus else value

    def vector(self, side: Side) -> Value:
        """R α for the factors α of a side."""
        if side.parts not in self.vectors:
            factors = [self.factor(side.form[function]) if function in side.form else Value("0.0")
                       for function in self.functions]
            self.vectors[side.parts] = self.statement(
                f"turned(r, {_on_lines([factor.source for factor in factors], ',')})", factors, _product(side.parts),
                note=", along each data function")
        return self.vectors[side.parts]


_ON_FLOATS: dict[str, Callable[..., Any]] = {
    "turned": lambda r, *factors: np.dot(r, factors), "back": lambda r, vector: np.dot(vector, r).tolist(),
    "dot": lambda left, right: float(np.dot(left, right))}
_ON_ARRAYS: dict[str, Callable[..., Any]] = {
    "turned": lambda r, *factors: np.dot(r, np.stack(np.broadcast_arrays(*factors))),
    "back": lambda r, vector: np.dot(r.T, vector), "dot": lambda left, right: np.einsum("k...,k...->...", left, right)}


def by_length(product: Product) -> tuple[Side, Side]:
    """The side with fewer functions, and the other."""
    return (product.left, product.right) if len(product.left.form) < len(product.right.form) else (product.right, product.left)


def are_long(one: Side, two: Side, functions: Sequence[Monomial]) -> bool:
    """Whether each of two sides is worth a vector: a square is, so that it stays one."""
    return one.parts == two.parts or 2 * len(one.form) > len(functions)


def _product(parts: Sequence[Expr]) -> Expr:
    """The product of the parts as it is written, with powers."""
    factors = [part if times == 1 else Pow(part, times, evaluate=False) for part, times in Counter(parts).items()]
    return product_as_written(factors or [Integer(1)])


def _on_lines(names: Sequence[str], joint: str) -> str:
    """Many names or terms within brackets, on lines that can be read."""
    lines = [f"{joint} ".join(names[k:k + _ON_A_LINE]) for k in range(0, len(names), _ON_A_LINE)]
    return (joint + "\n" + " " * 16).join(lines)


def _brief(part: Basic) -> Basic:
    """The part, or dots where it is too long to be read beside a line."""
    waiting, count = [part], 0
    while waiting and count <= _LONG:
        waiting.extend(waiting.pop().args)
        count += 1
    return _DOTS if waiting else part


# The pass over the data

@dataclass(slots=True)
class _Letters(Tape):
    """A tape whose data are the columns themselves, a few rows of them at a time."""

    def data(self, columns: Sequence[np.ndarray]) -> list[np.ndarray | float]:
        """What its code is given."""
        return [*columns, float(len(columns[0]) if columns else 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """What takes a table to its triangle; it can be sent to where a part of the data is."""

    columns: tuple[str, ...]
    functions: tuple[Monomial, ...]
    source: str                         # of the letters, from the columns; none where they are the columns

    def __call__(self, table: Table | Parts) -> Triangle:
        if isinstance(table, Parts):
            return joined(table.select(self.columns).once(self))
        columns = [table[name] for name in self.columns]
        if not self.source:
            return triangle(Rows(columns=columns, rows=table.rows), self.functions)
        worked_out = executed(_Letters((), (), arrays=True), self.source)
        return triangle(Rows(columns=columns, rows=table.rows, worked_out=lambda cut: worked_out(cut)()), self.functions)


def pass_over(letters: Iterable[Expr], functions: tuple[Monomial, ...], columns: Sequence[Indexed]) -> Pass:
    """What makes the triangle of the functions of these letters, which are data, from the rows of a table."""
    tape = _Letters((), columns, arrays=True)
    values = [tape.value(letter).source for letter in letters]
    plain = all(value in tape.given[:-1] for value in values)          # the columns themselves, in the order of the letters
    used = [columns[tape.given.index(value)] for value in values] if plain else columns
    return Pass(columns=tuple(map(name_of, used)), functions=functions,
                source="" if plain else source_of(tape, "letters", f"({''.join(f'{value}, ' for value in values)})"))
