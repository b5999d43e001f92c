"""What the catalogue is given: names of columns and parameters, numbers, and predictions; each checked."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from numbers import Real
from operator import index
from typing import Any, TypeAlias

from sympy import Expr, Float, Indexed, Integer, Symbol

from symcalc.errors import LossError, as_given
from symcalc.language import read
from symcalc.language.names import column, is_likely_column, listed, name_of, parameters_of, symbol
from symcalc.training.losses import Loss
from symcalc.training.problem.models import Model
from symcalc.training.problem.numbered import Numbered
from symcalc.training.problem.task import Task, Values
from symcalc.training.problem.units import Units
from symcalc.written import add, exact, is_number, mul, number

Names = str | Iterable[str]
Prediction: TypeAlias = Model | Expr | str
"""A model of the catalogue, or a formula: a text, in which x, y and t are data, or SymPy's."""

_LONG = 10**7                    # a number from which on its digits are not all written


# Names

def columns_named(x: Names) -> tuple[Indexed, ...]:
    """The columns of these names, at least one.

    >>> columns_named("x1 x2")
    (x1[i], x2[i])
    """
    names = listed(x)
    if not names:
        raise LossError("a model predicts from at least one column; name it, as in 'x'")
    return tuple(map(column, names))


def column_named(x: Names) -> Indexed:
    """The one column of this name.

    >>> column_named("x1 x2")
    Traceback (most recent call last):
    symcalc.errors.LossError: this model predicts from one column, not from x1 and x2
    """
    found = columns_named(x)
    if len(found) > 1:
        raise LossError(f"this model predicts from one column, not from {enumerated(map(name_of, found))}")
    return found[0]


def letters(wanted: Names, usual: Sequence[str]) -> tuple[Symbol, ...]:
    """The parameters by the names wanted, in the order of the usual ones, which serve where none are.

    >>> letters("", ["m", "b"]), letters("slope start", ["m", "b"])
    ((m, b), (slope, start))
    """
    names = listed(wanted) or tuple(usual)
    if len(names) != len(usual):
        raise LossError(f"the model has {counted(len(usual), 'parameter')}, such as {enumerated(usual)}; "
                        f"{counted(len(names), 'name')} given")
    return tuple(map(symbol, names))


def enumerated(names: Iterable[str]) -> str:
    """The names as a sentence has them: a, b and c.

    >>> enumerated("abc")
    'a, b and c'
    """
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def counted(many: int, what: str) -> str:
    """How many there are.

    >>> counted(1, "name"), counted(2, "name")
    ('1 name', '2 names')
    """
    return f"{many} {what}{'s' * (many != 1)}"


# Numbers

def whole(value: Any, what: str, least: int, most: int) -> int:
    """The whole number, if it is one from `least` to `most`.

    >>> whole(2.5, "degree", 1, 9)
    Traceback (most recent call last):
    symcalc.errors.LossError: the degree is a whole number from 1 to 9, not 2.5
    """
    try:
        number = None if isinstance(value, bool) else index(value)
    except TypeError:                    # also of an array, which has the method and is no number
        number = None
    if number is None or not least <= number <= most:
        raise LossError(f"the {what} is a whole number from {least} to {most}, not {_shown(value)}")
    return number


def amount(value: Any, what: str, below: float = math.inf) -> Expr:
    """The number as it stands in a formula, if it is greater than 0 and less than `below`.

    >>> amount(0.5, "delta"), amount(3, "delta")
    (0.500000000000000, 3)
    """
    limits = "a number greater than 0" if below == math.inf else f"a number between 0 and {below:g}"
    if isinstance(value, bool) or not (isinstance(value, Real) or is_number(value)) or not 0 < _size(value) < below:
        raise LossError(f"{what} is {limits}, not {_shown(value)}")
    if is_number(value):
        return value
    return Integer(int(value)) if float(value).is_integer() and float(value) < _LONG else Float(float(value))


def _size(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def scaled(value: Expr, by: Expr, plus: int = 0) -> Expr:
    """The number times another and plus a third, to the digits that a person would get: 0.9 - 1 is -0.1.

    >>> scaled(Float(0.9), Integer(1), plus=-1), scaled(Integer(1), number(1)/2)
    (-0.100000000000000, 1/2)
    """
    result = exact(value) * exact(by) + plus
    return Float(float(result)) if isinstance(value, Float) else number(result)


def _shown(value: object) -> str:
    return as_given(value)


# Formulas

def weighted(weights: Sequence[Symbol], columns: Sequence[Indexed], intercept: Symbol | None = None) -> Expr:
    """w1 x1 + w2 x2 + ... + b.

    >>> weighted(letters("", ["w"]), columns_named("x"), symbol("b")).args
    (w*x[i], b)
    """
    terms = [mul(weight, each) for weight, each in zip(weights, columns, strict=True)]
    return add(*terms, *([intercept] if intercept is not None else []))


def model_of(prediction: Prediction) -> Model:
    """The model as it is, or that of a formula; in a text x, y and t are data, as in a loss.

    >>> model_of("a*e^(k*t)").columns
    (t[i],)
    """
    if isinstance(prediction, Model):
        return prediction
    formula = read(prediction)
    if isinstance(prediction, str):
        likely = [part.name for part in parameters_of(formula) if is_likely_column(part.name)]
        formula = read(prediction, columns=likely)
    return Model(prediction=formula)


def single(prediction: Prediction) -> Model:
    """The model, if it has one prediction and not one for each class.

    >>> single("m*x + b").names
    ('m', 'b')
    """
    model = model_of(prediction)
    if not model.is_single:
        raise LossError("a model with a probability for each class goes with softmax_cross_entropy")
    return model


def built(target: Indexed | tuple[Indexed, ...], model: Model, formula: Callable[[Expr], Expr],
          values: Values | None = None) -> Loss:
    """The loss that the formula makes of a prediction, for the model's own, with an index where it has one, as without.

    >>> from symcalc.language.names import mean
    >>> built(column("y"), model_of("m*x"), lambda prediction: mean(mul(column("y"), prediction)))
    <loss J(m) = 1/n Σ yᵢ · m xᵢ>
    """
    indexed = formula(model.numbered.prediction) if model.numbered else None
    task = Task(target=target, model=model, values=values)
    if isinstance(model.numbered, Units) and not model.numbered.fits(indexed):
        indexed = None                  # a name stands for something else there: written out it is clear
    if indexed is not None and model.units is not None:
        return Loss._by_number(indexed, task)
    loss = Loss._as_built(formula(model.prediction), task=task, indexed=indexed)
    if isinstance(model.numbered, Numbered):
        model.numbered.check_others({*loss.names, *map(name_of, loss.columns)})
    return loss


def check_target(names: Sequence[str], model: Model) -> tuple[Indexed, ...]:
    """The columns to predict, none of them used in the prediction.

    >>> check_target(["y"], model_of("m*y"))
    Traceback (most recent call last):
    symcalc.errors.LossError: the prediction of y must not use y itself
    """
    targets = tuple(map(column, names))
    used = [*map(name_of, model.columns), *(part.name for part in model.parameters)]
    if twice := [name for name in names if name in used]:
        raise LossError(f"the prediction of {twice[0]} must not use {twice[0]} itself")
    return targets
