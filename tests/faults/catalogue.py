"""Faults in the models and losses of the catalogue: each against its formula in NumPy."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

import symcalc as sc

from .planting import Check, Fault, rewritten

RANDOM = np.random.RandomState(7)
X, Z = RANDOM.uniform(0.3, 2, 9), RANDOM.uniform(-1, 1, 9)
Y = RANDOM.uniform(-2, 3, 9)
IS_ONE, SIGN, COUNTS = (Y > 0.5) * 1.0, np.where(Y > 0.5, 1.0, -1.0), np.array([0, 3, 1, 2, 5, 0, 1, 4, 2.0])
CLASSES = np.array([1, 2, 3, 1, 2, 3, 3, 2, 1])


def sigmoid(s: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-s))


def huber(r: np.ndarray) -> float:
    return np.mean(np.where(np.abs(r) <= 0.75, r**2 / 2, 0.75 * (np.abs(r) - 0.375)))


def softmax_surprise(*p: float) -> float:
    scores = np.array([w * X + b for w, b in np.reshape(p, (3, 2))])
    shares = np.exp(scores) / np.exp(scores).sum(axis=0)
    return -np.mean(np.log(shares[CLASSES - 1, range(9)]))


def _residual(m: float, b: float) -> np.ndarray:
    return Y - (m * X + b)


def _mse(prediction: Callable) -> Callable:
    return lambda *p: np.mean((Y - prediction(*p))**2)


# Each of the catalogue: how the loss is built (a model under the mean squared error), its target, and what it is in NumPy.
TRUE: dict[str, tuple[Callable[[], sc.Loss], np.ndarray, Callable[..., float]]] = {
    "line": (lambda: sc.mean_squared_error("y", sc.line("x")), Y, _mse(lambda m, b: m * X + b)),
    "linear": (lambda: sc.mean_squared_error("y", sc.linear("x z")), Y, _mse(lambda v, w, b: v * X + w * Z + b)),
    "polynomial": (lambda: sc.mean_squared_error("y", sc.polynomial("x", 3)), Y,
                   _mse(lambda a, b, c, d: a + b * X + c * X**2 + d * X**3)),
    "exponential_growth": (lambda: sc.mean_squared_error("y", sc.exponential_growth("x")), Y,
                           _mse(lambda a, k: a * np.exp(k * X))),
    "exponential_decay": (lambda: sc.mean_squared_error("y", sc.exponential_decay("x")), Y,
                          _mse(lambda a, k: a * np.exp(-k * X))),
    "power_law": (lambda: sc.mean_squared_error("y", sc.power_law("x")), Y, _mse(lambda a, p: a * X**p)),
    "sinusoid": (lambda: sc.mean_squared_error("y", sc.sinusoid("x")), Y, _mse(lambda a, w, f, c: a * np.sin(w * X + f) + c)),
    "michaelis_menten": (lambda: sc.mean_squared_error("y", sc.michaelis_menten("x")), Y, _mse(lambda v, k: v * X / (k + X))),
    "logistic_curve": (lambda: sc.mean_squared_error("y", sc.logistic_curve("x")), Y,
                       _mse(lambda most, k, c: most / (1 + np.exp(-k * (X - c))))),
    "logistic_classification": (lambda: sc.mean_squared_error("y", sc.logistic_classification("x")), Y,
                                _mse(lambda w, b: sigmoid(w * X + b))),
    "poisson_rate": (lambda: sc.mean_squared_error("y", sc.poisson_rate("x")), Y, _mse(lambda w, b: np.exp(w * X + b))),
    "network": (lambda: sc.mean_squared_error("y", sc.network("x", 2)), Y,
                _mse(lambda v, w, c, r, s, t, b: v * np.tanh(w * X + c) + r * np.tanh(s * X + t) + b)),
    "softmax_classification": (lambda: sc.softmax_cross_entropy("y", sc.softmax_classification("x", 3)), CLASSES * 1.0,
                               softmax_surprise),
    "residual_sum_of_squares": (lambda: sc.residual_sum_of_squares("y", sc.line("x")), Y,
                                lambda m, b: np.sum(_residual(m, b)**2)),
    "mean_squared_error": (lambda: sc.mean_squared_error("y", sc.line("x")), Y, lambda m, b: np.mean(_residual(m, b)**2)),
    "half_mean_squared_error": (lambda: sc.half_mean_squared_error("y", sc.line("x")), Y,
                                lambda m, b: np.sum(_residual(m, b)**2) / 18),
    "root_mean_squared_error": (lambda: sc.root_mean_squared_error("y", sc.line("x")), Y,
                                lambda m, b: np.sqrt(np.mean(_residual(m, b)**2))),
    "mean_absolute_error": (lambda: sc.mean_absolute_error("y", sc.line("x")), Y,
                            lambda m, b: np.mean(np.abs(_residual(m, b)))),
    "huber": (lambda: sc.huber("y", sc.line("x"), delta=0.75), Y, lambda m, b: huber(_residual(m, b))),
    "log_cosh": (lambda: sc.log_cosh("y", sc.line("x")), Y, lambda m, b: np.mean(np.log(np.cosh(_residual(m, b))))),
    "pinball": (lambda: sc.pinball("y", sc.line("x"), quantile=0.9), Y, lambda m, b: np.mean(
        np.where(_residual(m, b) > 0, 0.9 * _residual(m, b), -0.1 * _residual(m, b)))),
    "gaussian_likelihood": (lambda: sc.gaussian_likelihood("y", sc.line("x")), Y, lambda m, b, s: np.mean(
        _residual(m, b)**2 / (2 * s**2) + np.log(s * np.sqrt(2 * np.pi)))),
    "logistic_loss": (lambda: sc.logistic_loss("y", sc.logistic_classification("x")), IS_ONE, lambda w, b: -np.mean(
        IS_ONE * np.log(sigmoid(w * X + b)) + (1 - IS_ONE) * np.log(1 - sigmoid(w * X + b)))),
    "cross_entropy": (lambda: sc.cross_entropy("y", sc.logistic_classification("x")), IS_ONE, lambda w, b: -np.mean(
        IS_ONE * np.log(sigmoid(w * X + b)) + (1 - IS_ONE) * np.log(1 - sigmoid(w * X + b)))),
    "softmax_cross_entropy": (lambda: sc.softmax_cross_entropy("y", sc.softmax_classification("x", 3)), CLASSES * 1.0,
                              softmax_surprise),
    "poisson_loss": (lambda: sc.poisson_loss("y", sc.poisson_rate("x")), COUNTS, lambda w, b: np.mean(
        np.exp(w * X + b) - COUNTS * (w * X + b))),
    "hinge": (lambda: sc.hinge("y", sc.linear("x")), SIGN, lambda w, b: np.mean(np.maximum(0, 1 - SIGN * (w * X + b)))),
    "ridge": (lambda: sc.ridge(sc.mean_squared_error("y", sc.line("x")), 0.1), Y,
              lambda m, b: np.mean(_residual(m, b)**2) + 0.1 * m**2),
    "lasso": (lambda: sc.lasso(sc.mean_squared_error("y", sc.line("x")), 0.1), Y,
              lambda m, b: np.mean(_residual(m, b)**2) + 0.1 * abs(m)),
    "elastic_net": (lambda: sc.elastic_net(sc.mean_squared_error("y", sc.line("x")), 0.1, 0.2), Y,
                    lambda m, b: np.mean(_residual(m, b)**2) + 0.1 * abs(m) + 0.2 * m**2),
}


def is_true(name: str) -> None:
    """The loss and its slopes, compiled, against NumPy and its differences."""
    build, target, formula = TRUE[name]
    loss = build()
    point = np.linspace(0.4, 1.1, len(loss.names))
    value, gradient = loss.compile({"x": X, "z": Z, "y": target})(point)
    assert abs(value - formula(*point)) <= 1e-12 * abs(value)
    for slope, unit in zip(gradient, np.eye(len(point)) * 1e-6):
        assert abs(slope - (formula(*(point + unit)) - formula(*(point - unit))) / 2e-6) <= 1e-6 * max(1, abs(slope))


CHECKS = {name: Check("its formula in NumPy", partial(is_true, name), (AssertionError, sc.SymcalcError)) for name in TRUE}

# module, name, what stands there, what in its place
_WRONG = [
    ("problem.models", "line", "mul(symbol(slope), column(x))", "symbol(slope)"),
    ("catalogue.scores", "_score", "symbols[:len(columns)], columns",
     "symbols[len(columns) - 1::-1], columns[::-1][:-1] + columns[:1]", "linear"),
    ("catalogue.scores", "logistic_classification", "call(sigmoid, score)", "call(sigmoid, -score)"),
    ("catalogue.scores", "poisson_rate", "power(E, score)", "power(E, -score)"),
    ("catalogue.scores", "softmax_classification", "Integer(k), *scores", "Integer(k), *(-score for score in scores)"),
    ("catalogue.curves", "polynomial", "power(column, Integer(k))", "power(column, Integer(k + 1))"),
    ("catalogue.curves", "exponential_growth", "power(E, mul(k, column))", "power(E, -mul(k, column))"),
    ("catalogue.curves", "exponential_decay", "negative(mul(k, column))", "mul(k, column)"),
    ("catalogue.curves", "power_law", "power(column, p)", "power(p, column)"),
    ("catalogue.curves", "sinusoid", "call(sin, add(mul(omega, column), phi))", "call(sin, mul(omega, add(column, phi)))"),
    ("catalogue.curves", "michaelis_menten", "add(half_way, column)", "add(half_way, most)"),
    ("catalogue.curves", "logistic_curve", "negative(mul", "(mul"),
    ("catalogue.curves", "logistic_curve", "subtract(column, centre)", "column - 2*centre"),
    ("catalogue.network", "network", "mul(factor, call(bend, weighted(weights, columns, shift)))",
     "call(bend, mul(factor, weighted(weights, columns, shift)))"),
    ("catalogue.residuals", "_loss", "subtract(column, predicted)", "add(column, predicted)", "residual_sum_of_squares"),
    ("catalogue.residuals", "residual_sum_of_squares", "sum_rows(_square(residual))", "mean(_square(residual))"),
    ("catalogue.residuals", "mean_squared_error", "mean(_square(residual))", "sum_rows(_square(residual))"),
    ("catalogue.residuals", "half_mean_squared_error", "[half, *", "[*"),
    ("catalogue.residuals", "root_mean_squared_error", "_HALF", "Rational(1, 3)"),
    ("catalogue.residuals", "mean_absolute_error", "call(Abs, residual)", "residual"),
    ("catalogue.residuals", "huber", "LessThan(size, bend", "LessThan(size, 2*bend"),
    ("catalogue.residuals", "huber", "scaled(bend, _HALF)", "bend"),
    ("catalogue.residuals", "log_cosh", "call(log, call(cosh, residual))", "call(cosh, residual)"),
    ("catalogue.residuals", "pinball", "plus=-1", "plus=1"),
    ("catalogue.residuals", "gaussian_likelihood", "mul(_TWO, _square(spread))", "_square(spread)"),
    ("catalogue.residuals", "gaussian_likelihood", "power(mul(_TWO, pi), _HALF)", "power(mul(_TWO, pi), _TWO)"),
    ("catalogue.likelihoods", "logistic_loss", "mul(y, score)", "score"),
    ("catalogue.likelihoods", "logistic_loss", "call(softplus, score)", "call(softplus, -score)"),
    ("catalogue.likelihoods", "cross_entropy", "call(log, subtract(_ONE, p))", "call(log, p)"),
    ("catalogue.likelihoods", "softmax_cross_entropy", "Integer(k))", "Integer(k - 1))"),
    ("catalogue.likelihoods", "poisson_loss", "negative(mul(y, logarithm))", "mul(y, logarithm)"),
    ("catalogue.likelihoods", "hinge", "subtract(_ONE, mul(y, score))", "subtract(mul(y, score), _ONE)"),
    ("catalogue.penalties", "ridge", "Integer(2)", "Integer(4)"),
    ("catalogue.penalties", "lasso", "call(Abs, w)", "w**2"),
    ("catalogue.penalties", "elastic_net", "lasso(loss, absolute, over), squared", "lasso(loss, squared, over), absolute"),
    ("catalogue.penalties", "_weights", "and p not in alone", "", "ridge"),
]


def _faults() -> Iterator[Fault]:
    for module, name, old, new, *seen in _WRONG:
        yield Fault(f"the catalogue's {name}", f"{old} → {new}" if new else f"{old} left out",
                    partial(rewritten, f"training.{module}:{name}", old, new), (CHECKS[seen[0] if seen else name],))


FAULTS = list(_faults())
