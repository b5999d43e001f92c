"""Networks by number: Σⱼ vⱼ f(Σₖ Wⱼₖ xᵢₖ + cⱼ) + b, in which v1, w1_1, ... are the elements of v and W.

All that training needs follows from this form and the numbers of units and columns; it is written out only when asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sympy import Add, Basic, Expr, Indexed, Sum, Symbol

from symcalc.indices import element, index_of, sum_over, whole
from symcalc.language.names import COUNT as ROWS
from symcalc.language.names import ROW, column, columns_of, name_of, parameters_of, symbol
from symcalc.pages.document import Block, Formula, joined, paragraph
from symcalc.pages.notation import latex, text
from symcalc.training.problem.numbered import spread, weight_names
from symcalc.written import add, mul, rebuilt

if TYPE_CHECKING:
    from symcalc.compute.indexed.arrays import Layout

UNIT, FEATURE, UNITS, FEATURES = map(whole, "jkHd")
"""The number of a unit and of a column, and how many there are."""
FACTOR, WEIGHT, SHIFT, TABLE = "v", "W", "c", "x"
MOST_WRITTEN = 20            # units up to which a network is shown written out


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """A prediction by `count` units that look at the `columns`, each unit with a factor v, weights W and a shift c.

    >>> units = Units(prediction=element("v", UNIT), columns=("x1", "x2"), count=2)
    >>> list(units.names)
    ['v1', 'w11', 'w12', 'c1', 'v2', 'w21', 'w22', 'c2']
    >>> units.written_out(sum_over(UNIT, UNITS, mul(element("v", UNIT), element("c", UNIT))))
    c1*v1 + c2*v2
    """

    prediction: Expr
    columns: tuple[str, ...]
    count: int

    @property
    def shown(self) -> bool:
        """Whether there are too many units to write them out."""
        return self.count > MOST_WRITTEN

    @property
    def names(self) -> Iterator[str]:
        """The names of the elements, unit by unit."""
        return (name for unit in range(1, self.count + 1) for name in self._of(unit))

    def _of(self, unit: int) -> tuple[str, ...]:
        return _names(unit, len(self.columns))

    def fits(self, expression: Expr) -> bool:
        """Whether a formula with an index has the units' own elements and sums alone, and no name in it stands for two things.

        >>> units = Units(prediction=score(["x"]), columns=("x",), count=2)
        >>> units.fits(units.prediction), units.fits(add(symbol("W"), units.prediction))
        (True, False)
        """
        letters = {*parameters_of(expression), *columns_of(expression)}
        numbered = {part for part in letters if isinstance(part, Indexed) and part.indices != (ROW,)}
        single = len(self.columns) == 1
        own = {element(FACTOR, UNIT), element(SHIFT, UNIT), weight(single)}
        own |= set() if single else {element(TABLE, ROW, FEATURE)}
        limits = {(UNIT, 1, UNITS), (ROW, 1, ROWS), *(() if single else ((FEATURE, 1, FEATURES),))}
        if not numbered <= own or any(tuple(total.limits[0]) not in limits for total in expression.atoms(Sum)):
            return False
        taken = {name_of(part) for part in own} | {str(part) for limit in limits for part in limit} | set(self.names)
        bare = set(map(name_of, letters - numbered))
        return not bare & taken and bare.isdisjoint(() if single else self.columns)

    def spread(self, data: Any) -> Any:
        """The data with the columns of a table x taken out, where these are called x1, x2, ..."""
        numbered = self.columns == tuple(f"{TABLE}{k}" for k in range(1, len(self.columns) + 1))
        return spread(data, TABLE, self.columns) if numbered else data

    # What the form with an index stands for

    def parameters_of(self, expression: Expr) -> tuple[Symbol, ...]:
        """The parameters in a formula with an index, all elements of the units where the first of them stands."""
        found: dict[Symbol, None] = {}
        for part in parameters_of(expression):
            found |= dict.fromkeys([part] if isinstance(part, Symbol) else () if found and self._has(found) else
                                   _letters(self.count, len(self.columns)))
        return tuple(found)

    def _has(self, found: Mapping[Symbol, None]) -> bool:
        return symbol(f"{FACTOR}1") in found

    def columns_of(self, expression: Expr) -> tuple[Indexed, ...]:
        """The columns in a formula with an index."""
        return tuple(dict.fromkeys(each for part in columns_of(expression)
                                   for each in (map(column, self.columns) if len(part.indices) > 1 else [part])))

    def written_out(self, expression: Expr) -> Expr:
        """The formula with every sum over the units and over the columns as its terms."""
        elements = {unit: self._of(unit) for unit in range(1, self.count + 1)}
        places = {FACTOR: 0, SHIFT: -1}
        known: dict[tuple[Basic, int, int], Basic] = {}
        free: dict[Basic, tuple[bool, bool]] = {}
        ends = {UNIT: self.count, FEATURE: len(self.columns)}

        def visit(part: Basic, unit: int, feature: int) -> Basic:
            if part not in free:
                free[part] = part.has(UNIT), part.has(FEATURE)
            key = (part, unit * free[part][0], feature * free[part][1])
            if key not in known:
                known[key] = built(part, unit, feature)
            return known[key]

        def built(part: Basic, unit: int, feature: int) -> Basic:
            if isinstance(part, Indexed):
                if part.indices == (ROW, FEATURE):
                    return column(self.columns[feature - 1])
                name = name_of(part)
                return part if UNIT not in part.indices else symbol(elements[unit][places.get(name, feature)])
            if isinstance(part, Sum) and index_of(part) != ROW:
                at = index_of(part) == UNIT
                return add(*(visit(part.function, number if at else unit, feature if at else number)
                             for number in range(1, ends[index_of(part)] + 1)))
            inside = (part.function,) if isinstance(part, Sum) else part.args
            found = tuple(visit(inner, unit, feature) for inner in inside)
            if isinstance(part, Add):
                # The terms of a sum over an index stand side by side with those around it.
                return add(*(term for before, inner in zip(part.args, found)
                             for term in (inner.args if isinstance(before, Sum) and isinstance(inner, Add) else (inner,))))
            return rebuilt(part, found) if part.args else part

        return visit(expression, 1, 1)

    def all_weights(self, size: Any) -> Expr:
        """Σⱼ of the size of each factor and Σⱼ Σₖ of that of each weight."""
        single = len(self.columns) == 1
        weights = size(weight(single)) if single else sum_over(FEATURE, FEATURES, size(weight()))
        return add(sum_over(UNIT, UNITS, size(element(FACTOR, UNIT))), sum_over(UNIT, UNITS, weights))

    def over_weights(self, names: tuple[str, ...], size: Any) -> Expr | None:
        """The same, where the names are those of all factors and weights and of nothing else."""
        return self.all_weights(size) if set(names) == {name for name in self.names if not name.startswith(SHIFT)} else None

    def layout(self, names: Sequence[str]) -> Layout:
        """Where the elements stand among the parameters of these names."""
        from symcalc.compute.indexed.arrays import Layout, Place
        features = len(self.columns)
        band = {"begin": names.index(f"{FACTOR}1"), "count": self.count, "width": features + 2}
        own = set(self.names)
        weights = Place(**band, at=1, across=features if features > 1 else 0)
        return Layout(
            sizes={UNITS: self.count, FEATURES: features}, count=len(names), tables={TABLE: self.columns},
            places={FACTOR: Place(**band), WEIGHT: weights, SHIFT: Place(**band, at=features + 1),
                    **{name: Place(begin=k) for k, name in enumerate(names) if name not in own}})

    # On the page

    def told(self, expression: Expr) -> list[Block]:
        """How far the indices run, and what the elements are called."""
        first, last = self._of(1), self._of(self.count)
        names = [Formula(text=f"{text(symbol(one))} to {text(symbol(other))}",
                         latex=rf"{latex(symbol(one))}, \ldots, {latex(symbol(other))}") for one, other in zip(first, last)]
        own = set(self.names)
        others = [part for part in self.parameters_of(expression) if part.name not in own]
        count = len(own) + len(others)
        columns = [Formula(text=text(letter), latex=latex(letter))
                   for letter in (symbol(name_of(each)) for each in self.columns_of(expression))]
        runs = ("The units are numbered by ", UNIT, ", from 1 to ", UNITS, f" = {self.count}",
                *((", and the columns ", *joined(columns[-len(self.columns):]), " by ", FEATURE, ", from 1 to ", FEATURES,
                   f" = {len(self.columns)}") if len(self.columns) > 1 else ()), ".")
        return [paragraph(*runs), paragraph(f"{count} parameters: ", *joined([*names, *others]),
                                            "; columns " if len(columns) > 1 else "; column ", *joined(columns), ".")]


def _names(unit: int, columns: int) -> tuple[str, ...]:
    return (f"{FACTOR}{unit}", *weight_names(columns, unit), f"{SHIFT}{unit}")


@lru_cache(maxsize=16)
def _letters(units: int, columns: int) -> tuple[Symbol, ...]:
    """The elements as parameters, unit by unit."""
    return tuple(symbol(name) for unit in range(1, units + 1) for name in _names(unit, columns))


def weight(single: bool = False) -> Indexed:
    """Wⱼₖ, the weight of a column in a unit; Wⱼ where there is one column."""
    return element(WEIGHT, UNIT) if single else element(WEIGHT, UNIT, FEATURE)


def score(columns: Sequence[str]) -> Expr:
    """Σₖ Wⱼₖ xᵢₖ + cⱼ, what a unit makes of the columns before it is bent.

    >>> score(["x1", "x2"])
    c[j] + Sum(W[j, k]*x[i, k], (k, 1, d))
    """
    if len(columns) == 1:
        return add(mul(weight(single=True), column(columns[0])), element(SHIFT, UNIT))
    return add(sum_over(FEATURE, FEATURES, mul(weight(), element(TABLE, ROW, FEATURE))), element(SHIFT, UNIT))
