"""Features by number: Σⱼ wⱼ xᵢⱼ, in which x1, x2, ... are the columns of a table x, and w1, w2, ... their weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sympy import Expr

from symcalc.errors import DataError, LossError
from symcalc.indices import element, sum_over, whole
from symcalc.language.collection import is_collection
from symcalc.language.items import holds_masked
from symcalc.language.names import ROW, column, symbol
from symcalc.written import add, mul

if TYPE_CHECKING:
    from symcalc.compute.indexed.arrays import Layout

INDEX, COUNT = whole("j"), whole("p")
"""The number of a feature, and how many there are."""
_COUNTING = frozenset("ijnp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """A prediction written with an index, and what it is short for: `count` columns of `features`, each with its weight.

    >>> features = Numbered(prediction=weighted_sum("w", "x"), weights="w", features="x", count=2)
    >>> features.columns, features.written_out
    (('x1', 'x2'), w1*x1[i] + w2*x2[i])
    """

    prediction: Expr
    weights: str
    features: str
    count: int

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return self._names(self.features)

    @property
    def written_out(self) -> Expr:
        """w1 x1 + w2 x2 + ..."""
        return add(*(mul(symbol(weight), column(each)) for weight, each in zip(self._names(self.weights), self.columns)))

    def check_others(self, names: Iterable[str]) -> None:
        """Whether none of the other names is one that the sum over the features needs."""
        vectors = {self.weights, self.features}
        if taken := (vectors | _COUNTING).intersection(names) | (vectors & _COUNTING):
            raise LossError(f"{min(taken)} has a meaning of its own in the sum Σ_j over the features, where j runs up to p; "
                            "choose another name")

    def over_weights(self, names: tuple[str, ...], size: Any) -> Expr | None:
        """Σⱼ of the size of each weight, where the names are those of all weights and of nothing else."""
        if names != self._names(self.weights):
            return None
        return sum_over(INDEX, COUNT, size(element(self.weights, INDEX)))

    def spread(self, data: Any) -> Any:
        """The data with the columns of a table x taken out as x1, x2, ...; whatever has those columns already as it is.

        >>> features = Numbered(prediction=weighted_sum("w", "x"), weights="w", features="x", count=2)
        >>> sorted(features.spread({"x": [[1, 2], [3, 4]], "y": [0, 1]}))
        ['x1', 'x2', 'y']
        """
        return spread(data, self.features, self.columns)

    def layout(self, names: Sequence[str]) -> Layout:
        """Where the weights stand among the parameters of these names."""
        from symcalc.compute.indexed.arrays import Layout, Place
        weights = self._names(self.weights)
        places = {name: Place(begin=k) for k, name in enumerate(names) if name not in weights}
        return Layout(sizes={COUNT: self.count}, count=len(names), tables={self.features: self.columns},
                      places={self.weights: Place(begin=names.index(weights[0]), count=self.count), **places})

    def _names(self, base: str) -> tuple[str, ...]:
        return tuple(f"{base}{k}" for k in range(1, self.count + 1))


def spread(data: Any, table: str, columns: Sequence[str]) -> Any:
    """The data with the columns of the table taken out, each by its name; what has no such table as it is."""
    if not isinstance(data, Mapping) or table not in data:
        return data
    rows = data[table]
    if not is_collection({"": rows}):
        if not isinstance(rows, np.ndarray) and holds_masked(rows):
            raise DataError(f"{table}: a value is masked; fill it in or delete the row")
        try:
            rows = np.asanyarray(rows)          # with its mask, if it has one
        except (TypeError, ValueError):
            raise DataError(f"{table} is a table with {len(columns)} columns, one for each feature; this one has rows of "
                            "several lengths") from None
    if rows.ndim != 2 or rows.shape[1] != len(columns):
        raise DataError(f"{table} is a table with {len(columns)} columns, one for each feature; "
                        f"this one has the shape {rows.shape}")
    others = {name: values for name, values in data.items() if name != table}
    if twice := [name for name in columns if name in others]:
        raise DataError(f"the column {twice[0]} is given twice, once in the table {table}")
    return {**dict(zip(columns, rows.T, strict=True)), **others}


def weight_names(features: int, of: int | str = "") -> list[str]:
    """The usual names of the weights: w of one feature, w1 and w2 of two; for class or unit 3 they are w31 and w32.

    >>> weight_names(1), weight_names(2), weight_names(2, 3), weight_names(1, 3), weight_names(2, 13)
    (['w'], ['w1', 'w2'], ['w31', 'w32'], ['w3'], ['w13_1', 'w13_2'])
    """
    if features == 1:
        return [f"w{of}"]
    apart = "_" if of and max(features, int(of)) > 9 else ""
    return [f"w{of}{apart}{k}" for k in range(1, features + 1)]


def weighted_sum(weights: str, features: str) -> Expr:
    """Σⱼ wⱼ xᵢⱼ, with j from 1 to p.

    >>> weighted_sum("w", "x")
    Sum(w[j]*x[i, j], (j, 1, p))
    """
    return sum_over(INDEX, COUNT, mul(element(weights, INDEX), element(features, ROW, INDEX)))
