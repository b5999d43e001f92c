"""Losses of the residual y - prediction: its square, its size, and what lies between the two."""

from __future__ import annotations

from collections.abc import Callable

from sympy import Abs, Expr, GreaterThan, Integer, LessThan, Piecewise, Rational, Tuple, cosh, log, pi

from symcalc.errors import LossError
from symcalc.language.names import mean, sum_rows, symbol
from symcalc.parts import product_as_written
from symcalc.training.catalogue.given import Prediction, amount, built, check_target, scaled, single
from symcalc.training.losses import Loss
from symcalc.written import add, call, divide, mul, power, subtract

_HALF, _TWO = Rational(1, 2), Integer(2)


def residual_sum_of_squares(target: str, prediction: Prediction) -> Loss:
    """RSS: Σ (y - prediction)².

    >>> from symcalc.training.problem.models import line
    >>> residual_sum_of_squares("y", line("x"))
    <loss J(m, b) = Σ (yᵢ - (m xᵢ + b))²>
    """
    return _loss(target, prediction, lambda residual: sum_rows(_square(residual)))


def mean_squared_error(target: str, prediction: Prediction) -> Loss:
    """MSE: 1/n Σ (y - prediction)².

    >>> from symcalc.training.problem.models import line
    >>> mean_squared_error("y", line("x")).derive("b").result
    -2*Sum(-(b + m*x[i]) + y[i], (i, 1, n))/n
    """
    return _loss(target, prediction, lambda residual: mean(_square(residual)))


def half_mean_squared_error(target: str, prediction: Prediction) -> Loss:
    """Half the MSE, 1/(2n) Σ (y - prediction)², so that the 2 of the square cancels in the gradient.

    >>> from symcalc.training.problem.models import line
    >>> half_mean_squared_error("y", line("x")).derive("b").result
    -Sum(-(b + m*x[i]) + y[i], (i, 1, n))/n
    """
    half = power(_TWO, Integer(-1))
    return _loss(target, prediction, lambda residual: product_as_written([half, *mean(_square(residual)).args]))


def root_mean_squared_error(target: str, prediction: Prediction) -> Loss:
    """RMSE: √(1/n Σ (y - prediction)²), in the units of y.

    >>> from symcalc.training.problem.models import line
    >>> root_mean_squared_error("y", line("x"))
    <loss J(m, b) = √(1/n Σ (yᵢ - (m xᵢ + b))²)>
    """
    return _loss(target, prediction, lambda residual: power(mean(_square(residual)), _HALF))


def mean_absolute_error(target: str, prediction: Prediction) -> Loss:
    """MAE: 1/n Σ |y - prediction|, which one outlier cannot dominate.

    >>> from symcalc.training.problem.models import line
    >>> mean_absolute_error("y", line("x"))
    <loss J(m, b) = 1/n Σ |yᵢ - (m xᵢ + b)|>
    """
    return _loss(target, prediction, lambda residual: mean(call(Abs, residual)))


def huber(target: str, prediction: Prediction, delta: float = 1) -> Loss:
    """r²/2 while |r| ≤ δ, then δ (|r| - δ/2): a parabola that goes on as a straight line; the mean over the rows.

    >>> from symcalc.training.problem.models import line
    >>> huber("y", line("x"))
    <loss J(m, b) = 1/n Σ {(yᵢ - (m xᵢ + b))²/2 if |yᵢ - (m xᵢ + b)| ≤ 1; |yᵢ - (m xᵢ + b)| - 1/2 otherwise}>
    """
    bend = amount(delta, "delta")

    def error(residual: Expr) -> Expr:
        size = call(Abs, residual)
        return _cases((divide(_square(residual), _TWO), LessThan(size, bend, evaluate=False)),
                      mul(bend, subtract(size, scaled(bend, _HALF))))

    return _loss(target, prediction, lambda residual: mean(error(residual)))


def log_cosh(target: str, prediction: Prediction) -> Loss:
    """1/n Σ ln(cosh(y - prediction)): close to r²/2 for small residuals and to |r| - ln 2 for large ones, without a bend.

    >>> from symcalc.training.problem.models import line
    >>> log_cosh("y", line("x"))
    <loss J(m, b) = 1/n Σ ln(cosh(yᵢ - (m xᵢ + b)))>
    """
    return _loss(target, prediction, lambda residual: mean(call(log, call(cosh, residual))))


def pinball(target: str, prediction: Prediction, quantile: float = 0.5) -> Loss:
    """q r where the residual r is positive, (q - 1) r elsewhere; smallest where a share q of the data lies below.

    >>> from symcalc.training.problem.models import line
    >>> pinball("y", line("x"), quantile=0.9)
    <loss J(m, b) = 1/n Σ {0.9 (yᵢ - (m xᵢ + b)) if yᵢ - (m xᵢ + b) ≥ 0; -0.1 (yᵢ - (m xᵢ + b)) otherwise}>
    """
    above = amount(quantile, "the quantile", below=1)
    below = scaled(above, Integer(1), plus=-1)
    return _loss(target, prediction, lambda residual: mean(_cases(
        (mul(above, residual), GreaterThan(residual, Integer(0), evaluate=False)), mul(below, residual))))


def gaussian_likelihood(target: str, prediction: Prediction, sigma: str = "sigma") -> Loss:
    """1/n Σ (r²/(2σ²) + ln(σ √(2π))), minus the mean log-likelihood of normal residuals, with their σ > 0 as a parameter.

    The best σ is the root mean squared error of the best prediction.

    >>> from symcalc.training.problem.models import line
    >>> gaussian_likelihood("y", line("x"))
    <loss J(m, b, σ) = 1/n Σ ((yᵢ - (m xᵢ + b))²/(2σ²) + ln(σ √(2π)))>
    """
    spread = symbol(sigma)
    if spread in single(prediction).parameters:
        raise LossError(f"{spread.name} is a parameter of the prediction; name the spread otherwise, as in sigma='s'")
    likelihood = call(log, mul(spread, power(mul(_TWO, pi), _HALF)))
    return _loss(target, prediction, lambda residual: mean(
        add(divide(_square(residual), mul(_TWO, _square(spread))), likelihood)))


def _square(part: Expr) -> Expr:
    return power(part, _TWO)


def _cases(first: tuple[Expr, Expr], otherwise: Expr) -> Expr:
    return Piecewise(Tuple(*first), Tuple(otherwise, True), evaluate=False)


def _loss(target: str, prediction: Prediction, formula: Callable[[Expr], Expr]) -> Loss:
    """The loss whose formula is given in terms of the residual."""
    model = single(prediction)
    column, = check_target((target,), model)
    return built(column, model, lambda predicted: formula(subtract(column, predicted)))
