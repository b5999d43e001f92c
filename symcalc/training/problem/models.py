"""What a learner fits: a formula for the prediction, in its written form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sympy import Abs, Add, Basic, Expr, Indexed, Pow, Sum, Symbol, Tuple

from symcalc.compute.compiled import evaluated
from symcalc.compute.points import ordered
from symcalc.compute.stable import stabilised
from symcalc.errors import DataError, LossError
from symcalc.language.data import read_table
from symcalc.language.names import alike, column, columns_of, name_of, parameters_of, symbol
from symcalc.pages.document import Document, Equation, Formula, Inline, Paragraph, joined, paragraph
from symcalc.pages.elided import elided, is_long, several, shortened
from symcalc.pages.notation import latex, text
from symcalc.pages.shown import Shown
from symcalc.parts import residual_parts
from symcalc.training.problem.numbered import Numbered, weighted_sum
from symcalc.training.problem.units import Units
from symcalc.written import add, mul, negative


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Model(Shown):
    """A prediction from columns and parameters, such as m xᵢ + b; a `Tuple` of them where there are several classes.

    >>> line("x").predict({"m": 2, "b": 1}, x=[1, 2])
    array([3., 5.])
    """

    prediction: Expr | Tuple
    numbered: Numbered | Units | None = None         # the same with an index, where it has features or units by number

    @classmethod
    def by_number(cls, units: Units) -> Model:
        """The model of so many units that it is written out only when it is asked for its `prediction`."""
        model = cls.__new__(cls)
        object.__setattr__(model, "numbered", units)
        return model

    def __getattr__(self, name: str) -> Expr:
        if name != "prediction":
            raise AttributeError(name)
        numbered: Any = self.numbered
        object.__setattr__(self, name, numbered.written_out(numbered.prediction))
        return self.prediction

    @property
    def units(self) -> Units | None:
        """The units, where there are too many to write them out."""
        return self.numbered if isinstance(self.numbered, Units) and self.numbered.shown else None

    @property
    def is_single(self) -> bool:
        """Whether there is one prediction, and not one for each class."""
        return self.units is not None or not isinstance(self.prediction, Tuple)

    @property
    def parameters(self) -> tuple[Symbol, ...]:
        """The parameters in the prediction, in order of appearance."""
        return parameters_of(self.prediction) if self.units is None else self.units.parameters_of(self.units.prediction)

    @property
    def columns(self) -> tuple[Indexed, ...]:
        """The columns in the prediction, in order of appearance."""
        return columns_of(self.prediction) if self.units is None else self.units.columns_of(self.units.prediction)

    def predict(self, values: Mapping[str, float], /, **columns: ArrayLike) -> np.ndarray:
        """The prediction in each row of the columns given by name; with several classes, one column for each."""
        names = [name_of(indexed) for indexed in self.columns]
        columns = self.numbered.spread(columns) if self.numbered else columns
        if missing := [name for name in names if name not in columns]:
            raise DataError(f"predicting needs {several(names)}; give values for {several(missing)}, "
                            f"as in {missing[0]}=[1, 2]")
        if unknown := [name for name in columns if name not in names]:
            raise DataError(f"the model has no column {several(unknown)}; its columns are {several(names)}")
        table = read_table({name: values if hasattr(values, "__len__") and getattr(values, "ndim", None) != 0 else [values]
                            for name, values in columns.items()})
        point = dict(zip(self.parameters, ordered(values, [p.name for p in self.parameters]), strict=True))
        parts = (self.prediction,) if self.is_single else self.prediction
        found = [np.broadcast_to(evaluated(stabilised(part), point, table, self.columns), table.rows) for part in parts]
        return found[0].copy() if self.is_single else np.column_stack(found)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parameters."""
        return tuple(parameter.name for parameter in self.parameters)

    def document(self) -> Document:
        """The formula, its parameters and its columns."""
        if self.units is not None:
            whole = self.units.prediction
            return Document("", (Equation((_estimate(), whole)), *self.units.told(whole)), "The model")
        shown = self.numbered.prediction if isinstance(self.numbered, Numbered) else self.prediction
        sides = [(_estimate(), shown)] if self.is_single else [(_estimate(k), part) for k, part in enumerate(shown, start=1)]
        equations = [*map(Equation, sides), *written_out(self)]
        if is_long(self.parameters):
            equations = [Equation((side, elided(whole))) for side, whole in (each.sides for each in equations)]
        return Document("", (*equations, roles(self.parameters, self.columns)), "The model")

    def changed(self, change: Callable[[Expr], Expr]) -> Model:
        """The model with another prediction, made from this one, with an index as without.

        >>> line("x").changed(negative)
        <model ŷ = -(m xᵢ + b)>
        """
        numbered = replace(self.numbered, prediction=change(self.numbered.prediction)) if self.numbered else None
        if isinstance(numbered, Units) and numbered.shown:
            return Model.by_number(numbered)
        return Model(prediction=change(self.prediction), numbered=numbered)

    def __repr__(self) -> str:
        if self.units is not None:
            return f"<model ŷ = {text(self.units.prediction)}>"
        prediction = elided(self.prediction) if is_long(self.parameters) else self.prediction
        return f"<model ŷ = {text(prediction)}>"


def _estimate(k: int | None = None) -> Formula:
    return Formula(text="ŷ", latex=r"\hat{y}") if k is None else Formula(text=f"ŷ{k}", latex=rf"\hat{{y}}_{{{k}}}")


def written_out(model: Model | None) -> list[Equation]:
    """What the sum over the features of a model with an index stands for."""
    if model is None or not isinstance(model.numbered, Numbered):
        return []
    numbered = model.numbered
    return [Equation((weighted_sum(numbered.weights, numbered.features), numbered.written_out))]


def roles(parameters: Sequence[Symbol], columns: Sequence[Indexed]) -> Paragraph:
    """Which letters are parameters and which are columns, as a sentence.

    >>> from symcalc.pages.text import render
    >>> print(render(Document("", (roles(line("x").parameters, line("x").columns),))))
    Parameters m and b; column x.
    """
    words: list[Inline] = ["Parameters " if len(parameters) > 1 else "Parameter ", *joined(shortened(parameters, "…")),
                           *_counted(parameters)]
    if columns:
        letters = [symbol(name_of(each)) for each in columns]
        words += ["; columns " if len(columns) > 1 else "; column ",
                  *joined(shortened([Formula(text=text(each), latex=latex(each)) for each in letters], "…")),
                  *_counted(columns)]
    return paragraph(*words, ".")


def _counted(items: Sequence[Basic]) -> list[str]:
    """How many there are, where not all are shown."""
    return [f" ({len(items)} in all)"] if is_long(items) else []


def line(x: str = "x", slope: str = "m", intercept: str = "b") -> Model:
    """m x + b, the regression line.

    >>> line("budget").prediction
    b + m*budget[i]
    """
    return settled(add(mul(symbol(slope), column(x)), symbol(intercept)))


def settled(prediction: Expr, numbered: Numbered | Units | None = None) -> Model:
    """The model of a formula of our own, if no name in it stands for two things.

    >>> settled(mul(symbol("x"), column("x")))
    Traceback (most recent call last):
    symcalc.errors.LossError: x is both a parameter and a column; give one of them another name
    """
    model = Model(prediction=prediction, numbered=numbered)
    parameters, columns = ([name_of(part) for part in parts] for parts in (model.parameters, model.columns))
    if both := [name for name in parameters if name in columns]:
        raise LossError(f"{both[0]} is both a parameter and a column; give one of them another name")
    if pair := alike([*parameters, *columns]):
        raise LossError(f"the names {pair[0]} and {pair[1]} look the same when printed; rename one")
    return model


def model_in(loss: Expr) -> tuple[Indexed, Model] | None:
    """The target and the model of a loss in which a residual y - prediction can be seen, squared or as its size.

    >>> from symcalc.language import read
    >>> target, model = model_in(read("mean((y - (m*x + b))^2)", columns="x y"))
    >>> target, model.prediction
    (y[i], b + m*x[i])
    """
    for total in _sums(loss):
        for part in (total.function, *total.function.args):
            is_square = isinstance(part, Pow) and part.exp == 2
            if (is_square or isinstance(part, Abs)) and isinstance(part.args[0], Add):
                return _target_and_model(part.args[0])
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
