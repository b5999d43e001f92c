"""The catalogue of losses: what people make small, over any prediction."""

from __future__ import annotations

from sympy import Expr, Integer, Mul, Pow

from symcalc.errors import LossError
from symcalc.language import read
from symcalc.language.names import column, columns_of, is_likely_column, mean, parameters_of, sum_rows
from symcalc.training.losses import Loss
from symcalc.training.models import Model
from symcalc.written import power, subtract


def _squares(target: str, prediction: Model | Expr | str) -> Expr:
    predicted = _predicted(prediction)
    if column(target) in columns_of(predicted):
        raise LossError(f"the prediction of {target} must not use {target} itself")
    return power(subtract(column(target), predicted), Integer(2))


def _predicted(prediction: Model | Expr | str) -> Expr:
    """The formula of a prediction; in a text x, y and t are data, as in a loss."""
    if isinstance(prediction, Model):
        return prediction.prediction
    if not isinstance(prediction, str):
        return read(prediction)
    names = (symbol.name for symbol in parameters_of(read(prediction)))
    return read(prediction, columns=[name for name in names if is_likely_column(name)])


def residual_sum_of_squares(target: str, prediction: Model | Expr | str) -> Loss:
    """RSS: Σ (y - prediction)².

    >>> from symcalc.training.models import line
    >>> residual_sum_of_squares("y", line("x"))
    <loss J(m, b) = Σ (yᵢ - (m xᵢ + b))²>
    """
    return Loss._as_built(sum_rows(_squares(target, prediction)))


def mean_squared_error(target: str, prediction: Model | Expr | str) -> Loss:
    """MSE: 1/n Σ (y - prediction)².

    >>> from symcalc.training.models import line
    >>> mean_squared_error("y", line("x")).derive("b").result
    -2*Sum(-(b + m*x[i]) + y[i], (i, 1, n))/n
    """
    return Loss._as_built(mean(_squares(target, prediction)))


def half_mean_squared_error(target: str, prediction: Model | Expr | str) -> Loss:
    """Half the MSE, 1/(2n) Σ (y - prediction)², so that the 2 of the square cancels in the gradient.

    >>> from symcalc.training.models import line
    >>> half_mean_squared_error("y", line("x")).derive("b").result
    -Sum(-(b + m*x[i]) + y[i], (i, 1, n))/n
    """
    half = Pow(Integer(2), Integer(-1), evaluate=False)
    return Loss._as_built(Mul(half, *mean(_squares(target, prediction)).args, evaluate=False))
