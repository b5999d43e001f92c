"""The catalogue: the models that people fit, what they make small, and the penalties; each keeps its written form."""

from symcalc.training.catalogue.curves import (
    exponential_decay,
    exponential_growth,
    logistic_curve,
    michaelis_menten,
    polynomial,
    power_law,
    sinusoid,
)
from symcalc.training.catalogue.likelihoods import (
    cross_entropy,
    hinge,
    logistic_loss,
    poisson_loss,
    softmax_cross_entropy,
)
from symcalc.training.catalogue.network import network
from symcalc.training.catalogue.penalties import elastic_net, lasso, ridge
from symcalc.training.catalogue.residuals import (
    gaussian_likelihood,
    half_mean_squared_error,
    huber,
    log_cosh,
    mean_absolute_error,
    mean_squared_error,
    pinball,
    residual_sum_of_squares,
    root_mean_squared_error,
)
from symcalc.training.catalogue.scores import linear, logistic_classification, poisson_rate, softmax_classification
from symcalc.training.problem.models import line

__all__ = [
    "cross_entropy", "elastic_net", "exponential_decay", "exponential_growth", "gaussian_likelihood",
    "half_mean_squared_error", "hinge", "huber", "lasso", "line", "linear", "log_cosh", "logistic_classification",
    "logistic_curve", "logistic_loss", "mean_absolute_error", "mean_squared_error", "michaelis_menten", "network", "pinball",
    "poisson_loss", "poisson_rate", "polynomial", "power_law", "residual_sum_of_squares", "ridge", "root_mean_squared_error",
    "sinusoid", "softmax_classification", "softmax_cross_entropy",
]
