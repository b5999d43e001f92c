"""A tape of whole arrays, for what has an index: Σⱼ vⱼ tanh(Σₖ Wⱼₖ xᵢₖ + cⱼ) is two matrix products and one tanh.

Every subexpression is an array with one axis for each index that is free in it, the rows last, so that the code is as long
for eight units as for five hundred. A sum over an index is a matrix product, where it can be; a sum over the rows is one too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any

import numpy as np
from sympy import Basic, Expr, Indexed, Mul, Pow, Sum, Symbol

from symcalc.compute.indexed.blocks import ROWS, Shape, arrays_by_blocks
from symcalc.compute.row_sums import UNTHREADED
from symcalc.compute.rows.blockwise import Blockwise
from symcalc.compute.statements import Value, bracketed
from symcalc.compute.tape import Tape
from symcalc.indices import index_of
from symcalc.language.names import ROW, name_of
from symcalc.language.table import Table
from symcalc.parts import product_as_written

_ELEMENTS = 64_000           # of the widest array in a block: several stay in the cache
_READ = 16                   # times as long a table of columns may be
_LEAST = 64                  # rows in a block, however wide
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
    cut: dict[int, Blockwise] = field(default_factory=dict)          # the lines, by the number of statements they are made of

    def __post_init__(self) -> None:
        Tape.__post_init__(self)
        self.known |= {end: Value(repr(float(size))) for end, size in self.layout.sizes.items()}

    def axes_of(self, part: Basic) -> Axes:
        """The indices that are free in the part, in the order of the axes."""
        if part not in self.axes:
            if isinstance(part, Indexed):
                found = set(part.indices)
            else:
                found = {axis for inner in inside(part) for axis in self.axes_of(inner)} - _summed(part)
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
        lead_source = bracketed(lead.source)
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
    def tables(self) -> list[str]:
        """The names of the columns that have an index besides the row: several, which are given one by one."""
        return [f"c{k}" for k, column in enumerate(self.columns) if len(column.indices) > 1]

    @property
    def rowwise(self) -> list[str]:
        """The names of the arrays over the rows that need no parameters: the columns, then what is made of them."""
        return [*self.data_names, *self.fixed]

    @property
    def data_names(self) -> list[str]:
        """The names of the columns."""
        return [f"c{k}" for k in range(len(self.columns))]

    @property
    def prepared(self) -> list[str]:
        return self.by_blocks.prepared if self.in_blocks else self.before

    @property
    def before(self) -> list[str]:
        return [*(f"{name} = np.stack({name})" for name in self.tables), *self.unmoved()]

    @property
    def steps(self) -> list[str]:
        """The statements that need the parameters: before the rows, block by block, and with the whole sums."""
        return self.by_blocks.steps if self.in_blocks else self.written()

    @property
    def by_blocks(self) -> Blockwise:
        """The tape as lines over blocks of rows."""
        if len(self.computed) not in self.cut:
            self.cut[len(self.computed)] = arrays_by_blocks(self)
        return self.cut[len(self.computed)]

    @property
    def block(self) -> int:
        """The rows in a block."""
        return min(UNTHREADED, max(_LEAST, _ELEMENTS // self.widest))

    @property
    def shapes(self) -> dict[str, Shape]:
        """The lengths of parameters and columns along their axes."""
        letters = {symbol: f"p{k}" for k, symbol in enumerate(self.parameters)}
        letters |= {column: f"c{k}" for k, column in enumerate(self.columns)}
        return {name: tuple(ROWS if axis == ROW else self.lengths[axis] for axis in self.axes_of(letter))
                for letter, name in letters.items() if isinstance(letter, Indexed)}

    def data(self, table: Table | None) -> list[Any]:
        """The columns of the table; those of a letter with an index of its own together."""
        return [*(tuple(table[name] for name in self.layout.tables[name_of(column)])
                  if len(column.indices) > 1 else table[name_of(column)] for column in self.columns), np.float64(table.rows)]


def inside(part: Basic) -> tuple[Basic, ...]:
    return (part.function,) if isinstance(part, Sum) else part.args


def _summed(part: Basic) -> set[Symbol]:
    return {index_of(part)} if isinstance(part, Sum) else set()


def _spread(own: Axes, frame: Axes) -> str:
    """The subscript that puts in the axes which come after the first of its own."""
    if not own or own == frame:
        return ""
    rest = frame[frame.index(own[0]):]
    return "" if rest == own else f"[{', '.join(':' if axis in own else 'None' for axis in rest)}]"
