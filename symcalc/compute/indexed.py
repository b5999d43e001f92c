"""Losses with an index as operations on whole arrays: Σⱼ vⱼ tanh(Σₖ Wⱼₖ xᵢₖ + cⱼ) is two matrix products and one tanh.

Every subexpression is an array with one axis for each index that is free in it, the rows last, so that the code is as long
for eight units as for five hundred. A sum over an index is a matrix product, where it can be; a sum over the rows is one too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import prod
from types import MappingProxyType
from typing import Any

import numpy as np
from sympy import Add, Basic, Expr, Indexed, Mul, Pow, Sum, Symbol

from symcalc.calculus.derivation import derive
from symcalc.compute.compiled import Compiled
from symcalc.compute.generated import bound, executed, indented
from symcalc.compute.program import Value
from symcalc.compute.stable import stabilised
from symcalc.compute.tape import Tape
from symcalc.errors import LossError
from symcalc.indices import element, index_of, whole
from symcalc.language.names import ROW, columns_of, name_of, parameters_of
from symcalc.language.table import Table
from symcalc.pages.notation import text
from symcalc.parts import product_as_written
from symcalc.written import replaced

_ELEMENTS = 16_000           # of the widest array in a block: several stay in the cache, and memory is used again
_READ = 16                   # times as long a table of columns may be
_LEAST = 64                  # rows in a block, however wide
_FRESH = "pqrst"             # indices of the element by which a partial is taken
Axes = tuple[Symbol, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the numbers of a letter stand in the array of all parameters: in `count` bands of `width` from `begin` on.

    A vector has one number in each band, `at` so many places from its start; a matrix has `across` of them.

    >>> Place(begin=0, count=8, width=4, at=1, across=2).source("point")
    'point[0:32].reshape(8, 4)[:, 1:3]'
    >>> Place(begin=0, count=8, width=4, at=3).source("point"), Place(begin=32).source("point")
    ('point[3:32:4]', 'point[32]')
    """

    begin: int
    count: int = 0           # 0 for a letter without an index
    width: int = 1
    at: int = 0
    across: int = 0

    def source(self, array: str) -> str:
        """These numbers of an array, as a view."""
        if not self.count:
            return f"{array}[{self.begin}]"
        end = self.begin + self.count * self.width
        if self.across:
            return f"{array}[{self.begin}:{end}].reshape({self.count}, {self.width})[:, {self.at}:{self.at + self.across}]"
        return f"{array}[{self.begin + self.at}:{end}{f':{self.width}' if self.width > 1 else ''}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What an indexed loss stands for: how far its indices run, where its letters and the columns of its tables are."""

    sizes: Mapping[Expr, int]                      # the number that a sum ends at
    places: Mapping[str, Place]                    # of every letter, by name
    tables: Mapping[str, Sequence[str]]            # the columns of whatever has an index besides the row
    count: int                                     # how many parameters there are


@dataclass(slots=True)
class Arrays(Tape):
    """A tape on which a value is an array with an axis for each free index; `frame` holds those of the statement in hand."""

    layout: Layout | None = None
    lengths: dict[Symbol, int] = field(default_factory=dict)         # of the axes but the rows, in their order
    frame: Axes = ()
    widest: int = 1                                                  # elements for one row
    axes: dict[Basic, Axes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        Tape.__post_init__(self)
        self.known |= {end: Value(repr(float(size))) for end, size in self.layout.sizes.items()}

    def axes_of(self, part: Basic) -> Axes:
        """The indices that are free in the part, in the order of the axes."""
        if part not in self.axes:
            if isinstance(part, Indexed):
                found = set(part.indices)
            else:
                found = {axis for inner in _inside(part) for axis in self.axes_of(inner)} - _summed(part)
            self.axes[part] = tuple(axis for axis in (*self.lengths, ROW) if axis in found)
        return self.axes[part]

    def value(self, expression: Basic) -> Value:
        """The value of an expression, with the axes that it lacks of the statement in hand put in."""
        outer, own = self.frame, self.axes_of(expression)
        self.frame = own
        if ROW in own:
            # Columns are only read, and so may be longer than what is worked out.
            self.widest = max(self.widest, self.size(own) // (_READ if isinstance(expression, Indexed) else 1))
        value = Tape.value(self, expression)
        self.frame = outer
        return replace(value, source=f"{value.source}{_spread(own, outer)}")

    def size(self, axes: Axes) -> int:
        """How many elements there are along the axes, the rows apart."""
        return prod(self.lengths.get(axis, 1) for axis in axes)

    def split(self, factors: Sequence[Basic]) -> tuple[list[Basic], list[Basic]]:
        return [part for part in factors if not self.axes_of(part)], [part for part in factors if self.axes_of(part)]

    # Sums over an index, the row or another

    def row_sum(self, part: Sum) -> Value:
        """Σ c f g as c times a matrix product of f and g; Σ of what has no such index as so many times it."""
        index, body = index_of(part), part.function
        factors = body.args if isinstance(body, Mul) else (body,)
        outside = [factor for factor in factors if index not in self.axes_of(factor)]
        inside = [factor for factor in factors if index in self.axes_of(factor)]
        if not inside:
            count, value = self.value(part.limits[0][2]), self.value(body)
            return self.statement(f"{count.source} * {value.source}", [count, value], part)
        frame = tuple(axis for axis in self.frame if any(axis in self.axes_of(factor) for factor in inside))
        total = self.contracted(inside, index, frame, part)
        if not outside:
            return total
        lead = self.fraction(outside, product_as_written(outside))
        total = replace(total, source=f"{total.source}{_spread(frame, self.frame)}")
        lead_source = f"({lead.source})" if lead.source.startswith("-") else lead.source
        return self.statement(f"{lead_source} * {total.source}", [lead, total], part)

    def contracted(self, factors: Sequence[Basic], index: Symbol, frame: Axes, part: Sum) -> Value:
        """Σ over the index of the product of factors that all have it."""
        whole_sum = False if index == ROW else None          # which a block of rows adds to
        groups = self.groups(factors, index)
        if len(groups) == 1:
            square = len(groups[0]) == 1 and isinstance(groups[0][0], Pow) and groups[0][0].exp == 2
            if square and not frame:
                value = self.value_of(groups[0][0].base)
                return self.statement(f"np.dot({value.source}, {value.source})", [value], part, whole_sum)
            value, axes = self.product(groups[0])
            which = "" if axes == (index,) else f", axis={axes.index(index)}"
            return self.statement(f"np.add.reduce({value.source}{which})", [value], part, whole_sum)
        (left, first), (right, second) = self.operands(groups, index)
        if max(len(first), len(second)) > 2:
            letters = {axis: chr(97 + k) for k, axis in enumerate((*self.lengths, ROW))}
            spelled = [''.join(letters[axis] for axis in axes) for axes in (first, second, frame)]
            source = f"np.einsum('{spelled[0]},{spelled[1]}->{spelled[2]}', {left.source}, {right.source})"
        else:
            source = (f"np.dot({left.source}{'' if first[-1] == index else '.T'}, "
                      f"{right.source}{'' if second[0] == index else '.T'})")
        return self.statement(source, [left, right], part, whole_sum)

    def operands(self, groups: Sequence[Sequence[Basic]], index: Symbol) -> Sequence[tuple[Value, Axes]]:
        """The factors of a matrix product: a vector on the side where the index is, else what has the earlier axis first."""
        one, other = sorted(map(self.product, groups), key=lambda factor: len(factor[1]))
        if len(one[1]) == 1:
            return (one, other) if other[1][0] == index else (other, one)
        order = [*self.lengths, ROW]
        return sorted((one, other), key=lambda factor: min(order.index(axis) for axis in factor[1] if axis != index))

    def groups(self, factors: Sequence[Basic], index: Symbol) -> list[list[Basic]]:
        """The factors in one or two groups with no other index in common, what has none besides in the smaller one."""
        found: list[tuple[set[Symbol], list[Basic]]] = []
        alone: list[Basic] = []
        for factor in factors:
            axes = set(self.axes_of(factor)) - {index}
            if not axes:
                alone.append(factor)
                continue
            joined = [group for group in found if group[0] & axes]
            found = [group for group in found if not group[0] & axes]
            found.append((axes.union(*(group[0] for group in joined)),
                          [inner for group in joined for inner in group[1]] + [factor]))
        found.sort(key=lambda group: self.size(tuple(group[0])))
        while len(found) > 2:
            (axes, inner), (others, more) = found[:2]
            found[:2] = [(axes | others, inner + more)]
        if len(found) == 2:
            found[0] = (found[0][0], alone + found[0][1])
        elif alone:
            found += [(set(), alone)] if found or len(alone) == 1 else [(set(), alone[:-1]), (set(), alone[-1:])]
        return [inner for _, inner in found]

    def product(self, factors: Sequence[Basic]) -> tuple[Value, Axes]:
        """The product of the factors, in its own axes, and these."""
        whole_part = product_as_written(factors)
        return self.value_of(whole_part), self.axes_of(whole_part)

    def value_of(self, part: Basic) -> Value:
        """The value of the part in its own axes."""
        outer, self.frame = self.frame, self.axes_of(part)
        value = self.value(part)
        self.frame = outer
        return value

    # The data

    @property
    def prepared(self) -> list[str]:
        if not self.in_blocks:
            return self.before
        return [*self.before, f"blocks = strips(rows, {max(_LEAST, _ELEMENTS // self.widest)}, {self.packed})"]

    def data(self, table: Table | None) -> list[Any]:
        """The columns of the table; those of a letter with an index of its own together, one below the other."""
        return [*(np.array([table[name] for name in self.layout.tables[name_of(column)]])
                  if len(column.indices) > 1 else table[name_of(column)] for column in self.columns), np.float64(table.rows)]


def _inside(part: Basic) -> tuple[Basic, ...]:
    return (part.function,) if isinstance(part, Sum) else part.args


def _summed(part: Basic) -> set[Symbol]:
    return {index_of(part)} if isinstance(part, Sum) else set()


def _spread(own: Axes, frame: Axes) -> str:
    """The subscript that puts in the axes which come after the first of its own."""
    if not own or own == frame:
        return ""
    rest = frame[frame.index(own[0]):]
    return "" if rest == own else f"[{', '.join(':' if axis in own else 'None' for axis in rest)}]"


# The loss and its partials by whole letters

@lru_cache(maxsize=16)
def partials_by_element(loss: Expr) -> Mapping[Symbol | Indexed, Expr]:
    """The derived partial by every letter; by any of its elements, with indices of its own, where it has an index.

    >>> from symcalc.indices import sum_over
    >>> j = whole("j")
    >>> partials_by_element(sum_over(j, whole("m"), element("w", j)**2))
    mappingproxy({w[p]: 2*w[p]})
    """
    taken = {part.name for part in loss.atoms(Symbol)}
    fresh = [whole(name) for name in _FRESH if name not in taken]
    letters = [element(name_of(letter), *fresh[:len(letter.indices)]) if isinstance(letter, Indexed) else letter
               for letter in parameters_of(loss)]
    return MappingProxyType({letter: derive(loss, letter).result for letter in letters})


def partials_by_letter(loss: Expr) -> dict[Symbol | Indexed, Expr]:
    """The same partials with the indices that the letters have in the loss, so that what they share with it is the same part.

    >>> from symcalc.indices import sum_over
    >>> j = whole("j")
    >>> partials_by_letter(sum_over(j, whole("m"), element("w", j)**2))
    {w[j]: 2*w[j]}
    """
    found = {}
    for letter, (wanted, slope) in zip(parameters_of(loss), partials_by_element(loss).items(), strict=True):
        back = dict(zip(wanted.indices, letter.indices)) if isinstance(letter, Indexed) else {}
        if any(new in total.function.free_symbols and old == index_of(total) for total in slope.atoms(Sum)
               for new, old in back.items()):
            raise LossError(f"the index of {text(wanted)} stands inside a sum that has the same name for its own")
        found[letter] = replaced(slope, back.get)
    return found


def is_polynomial(part: Basic) -> bool:
    """Whether the parameters stand in sums, products and whole powers alone, so that sums over the rows separate.

    >>> from sympy import tanh
    >>> w = element("w", whole("j"))
    >>> is_polynomial(w**2 + 3), is_polynomial(tanh(w))
    (True, False)
    """
    if not parameters_of(part) or isinstance(part, (Symbol, Indexed)):
        return True
    if isinstance(part, Pow):
        return part.exp.is_Integer and part.exp > 0 and is_polynomial(part.base)
    return isinstance(part, (Add, Mul, Sum)) and all(map(is_polynomial, _inside(part)))


def compile_indexed(loss: Expr, parameters: Sequence[Symbol], layout: Layout, table: Table) -> Compiled:
    """One function for a loss with an index and its partials: of one array with all parameters, in their order."""
    slopes = partials_by_letter(loss)
    lengths = {index_of(total): layout.sizes[total.limits[0][2]]
               for total in sorted(loss.atoms(Sum), key=str) if index_of(total) != ROW}
    lengths = {axis: lengths[axis] for letter in slopes if isinstance(letter, Indexed) for axis in letter.indices} | lengths
    tape = Arrays(tuple(slopes), columns_of(loss), arrays=True, blocks=True, layout=layout, lengths=lengths)
    value = tape.value(stabilised(loss)).source
    found = []
    for letter, slope in slopes.items():
        tape.frame = tape.axes_of(letter)
        found.append(tape.value(stabilised(slope)).source)
        tape.frame = ()
    filled = [f"{layout.places[name_of(letter)].source('slopes')} = {source}" for letter, source in zip(slopes, found)]
    source = bound(tape, ["def value_and_gradient(point):", *indented(opened(tape)), *indented(tape.steps),
                          *indented(slopes_of(tape, filled)), f"    return {value}, slopes", "return value_and_gradient"])
    bind = executed(tape, source)
    return Compiled(parameters=tuple(symbol.name for symbol in parameters), strategy="arrays", source=source,
                    function=bind(table), outside=lambda: bind(table), bind=bind, tape=tape, results=(value, *filled),
                    table=table, whole=True)


def opened(tape: Arrays) -> list[str]:
    """The letters as views of the array that holds all parameters."""
    return [f"p{k} = {tape.layout.places[name_of(letter)].source('point')}".ljust(40) + f"  # {text(letter)}"
            for k, letter in enumerate(tape.parameters)]


def slopes_of(tape: Arrays, filled: Sequence[str]) -> list[str]:
    """The partials put where the parameters stand."""
    return [f"slopes = np.empty({tape.layout.count})", *filled]
