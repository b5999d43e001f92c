"""What a learner fits: a formula for the prediction, in its written form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from sympy import Add, Basic, Expr, Indexed, Pow, Sum, Symbol

from symcalc.compute.compiled import evaluated, ordered
from symcalc.errors import DataError
from symcalc.language.names import column, columns_of, name_of, parameters_of, symbol
from symcalc.language.table import read_table
from symcalc.parts import residual_parts
from symcalc.written import add, mul, negative


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A prediction from columns and parameters, such as m xᵢ + b.

    >>> line("x").predict({"m": 2, "b": 1}, x=[1, 2])
    array([3., 5.])
    """

    prediction: Expr

    @property
    def parameters(self) -> tuple[Symbol, ...]:
        """The parameters in the prediction, in order of appearance."""
        return parameters_of(self.prediction)

    @property
    def columns(self) -> tuple[Indexed, ...]:
        """The columns in the prediction, in order of appearance."""
        return columns_of(self.prediction)

    def predict(self, values: Mapping[str, float], /, **columns: ArrayLike) -> np.ndarray:
        """The prediction in each row of the columns given by name."""
        names = [name_of(indexed) for indexed in self.columns]
        if missing := [name for name in names if name not in columns]:
            raise DataError(f"predicting needs {', '.join(names)}; {', '.join(missing)} is missing, "
                            f"write predict({names[0]}=[...])")
        if unknown := [name for name in columns if name not in names]:
            raise DataError(f"the model has no column {', '.join(unknown)}; its columns are {', '.join(names)}")
        table = read_table({name: np.atleast_1d(values) for name, values in columns.items()})
        point = dict(zip(self.parameters, ordered(values, [p.name for p in self.parameters]), strict=True))
        return np.broadcast_to(evaluated(self.prediction, point, table, self.columns), table.rows).copy()


def line(x: str = "x", slope: str = "m", intercept: str = "b") -> Model:
    """m x + b, the regression line.

    >>> line("budget").prediction
    b + m*budget[i]
    """
    return Model(prediction=add(mul(symbol(slope), column(x)), symbol(intercept)))


def model_in(loss: Expr) -> tuple[Indexed, Model] | None:
    """The target and the model of a loss in which a squared residual y - prediction can be seen.

    >>> from symcalc.language import read
    >>> target, model = model_in(read("mean((y - (m*x + b))^2)", columns="x y"))
    >>> target, model.prediction
    (y[i], b + m*x[i])
    """
    for total in _sums(loss):
        for part in (total.function, *total.function.args):
            if isinstance(part, Pow) and part.exp == 2 and isinstance(part.base, Add):
                return _target_and_model(part.base)
    return None


def _sums(expression: Basic) -> list[Sum]:
    return [expression] if isinstance(expression, Sum) else [found for part in expression.args for found in _sums(part)]


def _target_and_model(residual: Add) -> tuple[Indexed, Model] | None:
    """A residual is a bare column and the rest: y - p, or p - y."""
    found = residual_parts(residual)
    if found is None:
        return None
    target, terms = found
    prediction = add(*(negative(rest) if minus else rest for minus, rest in terms))
    return (target, Model(prediction=prediction)) if parameters_of(prediction) else None
