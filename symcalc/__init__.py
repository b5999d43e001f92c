"""symcalc: derivatives line by line, proved, compiled and descended.

    >>> import symcalc as sc
    >>> J = sc.Loss("mean((y - (m*x + b))^2)", columns="x y")
    >>> print(sc.text(J.derive("m").result))
    -2/n Σ xᵢ (yᵢ - (m xᵢ + b))

`print(x)` is plain text everywhere; `sc.show(x)` prints the same with the colours that the terminal has.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symcalc import figures as figures
    from symcalc.calculus.backprop import Backpropagation as Backpropagation
    from symcalc.calculus.backprop import backpropagation as backpropagation
    from symcalc.calculus.checking import check as check
    from symcalc.calculus.derivation import Derivation as Derivation
    from symcalc.calculus.gradient import Gradient as Gradient
    from symcalc.calculus.hessian import Hessian as Hessian
    from symcalc.calculus.higher import HigherDerivation as HigherDerivation
    from symcalc.calculus.problems import derive as derive
    from symcalc.calculus.problems import gradient as gradient
    from symcalc.calculus.problems import hessian as hessian
    from symcalc.calculus.tutor.verdict import Verdict as Verdict
    from symcalc.compute.compiled import Compiled as Compiled
    from symcalc.errors import DataError as DataError
    from symcalc.errors import DescentError as DescentError
    from symcalc.errors import LossError as LossError
    from symcalc.errors import ProofError as ProofError
    from symcalc.errors import ReadError as ReadError
    from symcalc.errors import SymcalcError as SymcalcError
    from symcalc.functions import cbrt as cbrt
    from symcalc.functions import logarithm as logarithm
    from symcalc.functions import logit as logit
    from symcalc.functions import logsumexp as logsumexp
    from symcalc.functions import polygamma as polygamma
    from symcalc.functions import relu as relu
    from symcalc.functions import sigmoid as sigmoid
    from symcalc.functions import softmax as softmax
    from symcalc.functions import softplus as softplus
    from symcalc.functions import step as step
    from symcalc.language import read as read
    from symcalc.language.data import read_table as read_table
    from symcalc.language.names import columns as columns
    from symcalc.language.names import mean as mean
    from symcalc.language.names import parameters as parameters
    from symcalc.language.names import sum_rows as sum_rows
    from symcalc.pages.notation import latex as latex
    from symcalc.pages.notation import text as text
    from symcalc.pages.terminal import show as show
    from symcalc.training.catalogue import cross_entropy as cross_entropy
    from symcalc.training.catalogue import elastic_net as elastic_net
    from symcalc.training.catalogue import exponential_decay as exponential_decay
    from symcalc.training.catalogue import exponential_growth as exponential_growth
    from symcalc.training.catalogue import gaussian_likelihood as gaussian_likelihood
    from symcalc.training.catalogue import half_mean_squared_error as half_mean_squared_error
    from symcalc.training.catalogue import hinge as hinge
    from symcalc.training.catalogue import huber as huber
    from symcalc.training.catalogue import lasso as lasso
    from symcalc.training.catalogue import linear as linear
    from symcalc.training.catalogue import log_cosh as log_cosh
    from symcalc.training.catalogue import logistic_classification as logistic_classification
    from symcalc.training.catalogue import logistic_curve as logistic_curve
    from symcalc.training.catalogue import logistic_loss as logistic_loss
    from symcalc.training.catalogue import mean_absolute_error as mean_absolute_error
    from symcalc.training.catalogue import mean_squared_error as mean_squared_error
    from symcalc.training.catalogue import michaelis_menten as michaelis_menten
    from symcalc.training.catalogue import network as network
    from symcalc.training.catalogue import pinball as pinball
    from symcalc.training.catalogue import poisson_loss as poisson_loss
    from symcalc.training.catalogue import poisson_rate as poisson_rate
    from symcalc.training.catalogue import polynomial as polynomial
    from symcalc.training.catalogue import power_law as power_law
    from symcalc.training.catalogue import residual_sum_of_squares as residual_sum_of_squares
    from symcalc.training.catalogue import ridge as ridge
    from symcalc.training.catalogue import root_mean_squared_error as root_mean_squared_error
    from symcalc.training.catalogue import sinusoid as sinusoid
    from symcalc.training.catalogue import softmax_classification as softmax_classification
    from symcalc.training.catalogue import softmax_cross_entropy as softmax_cross_entropy
    from symcalc.training.diagnosis.diagnose import Diagnosis as Diagnosis
    from symcalc.training.effect import Effect as Effect
    from symcalc.training.kept.replay import Replay as Replay
    from symcalc.training.loading import load_run as load_run
    from symcalc.training.losses import Loss as Loss
    from symcalc.training.many.runs import Runs as Runs
    from symcalc.training.method_table import methods as methods
    from symcalc.training.methods import Method as Method
    from symcalc.training.methods import method as method
    from symcalc.training.minima.minimum import Minimum as Minimum
    from symcalc.training.problem.models import Model as Model
    from symcalc.training.problem.models import line as line
    from symcalc.training.run import Run as Run
    from symcalc.training.scale import Scale as Scale
    from symcalc.training.slopes import Slopes as Slopes
    from symcalc.training.slopes import slopes as slopes
    from symcalc.training.stops import Stop as Stop
    from symcalc.worksheets.sheet import Worksheet as Worksheet

__version__ = "0.1.0"

# Names come from their modules when they are first used, so that importing symcalc, or deriving without data, does
# not wait for NumPy and matplotlib.
_HOMES = {
    "errors": ("SymcalcError", "ReadError", "LossError", "DataError", "DescentError", "ProofError"),
    "functions": ("sigmoid", "softplus", "relu", "step", "cbrt", "logit", "logarithm", "logsumexp", "softmax", "polygamma"),
    "language": ("read",),
    "language.names": ("parameters", "columns", "mean", "sum_rows"),
    "language.data": ("read_table",),
    "pages.notation": ("text", "latex"),
    "pages.terminal": ("show",),
    "calculus.backprop": ("backpropagation", "Backpropagation"),
    "calculus.checking": ("check",),
    "calculus.problems": ("derive", "gradient", "hessian"),
    "calculus.derivation": ("Derivation",),
    "calculus.gradient": ("Gradient",),
    "calculus.hessian": ("Hessian",),
    "calculus.higher": ("HigherDerivation",),
    "calculus.tutor.verdict": ("Verdict",),
    "compute.compiled": ("Compiled",),
    "training.loading": ("load_run",),
    "training.kept.replay": ("Replay",),
    "training.losses": ("Loss",),
    "training.catalogue": (
        "cross_entropy", "elastic_net", "exponential_decay", "exponential_growth", "gaussian_likelihood",
        "half_mean_squared_error", "hinge", "huber", "lasso", "linear", "log_cosh", "logistic_classification",
        "logistic_curve", "logistic_loss", "mean_absolute_error", "mean_squared_error", "michaelis_menten", "network",
        "pinball", "poisson_loss", "poisson_rate", "polynomial", "power_law", "residual_sum_of_squares", "ridge",
        "root_mean_squared_error", "sinusoid", "softmax_classification", "softmax_cross_entropy",
    ),
    "training.problem.models": ("Model", "line"),
    "training.diagnosis.diagnose": ("Diagnosis",),
    "training.effect": ("Effect",),
    "training.method_table": ("methods",),
    "training.methods": ("Method", "method"),
    "training.run": ("Run",),
    "training.many.runs": ("Runs",),
    "training.stops": ("Stop",),
    "training.minima.minimum": ("Minimum",),
    "training.scale": ("Scale",),
    "training.slopes": ("slopes", "Slopes"),
    "worksheets.sheet": ("Worksheet",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}
_ROOMS = frozenset({"figures"})

__all__ = [*_HOME, *_ROOMS]          # noqa: PLE0604 (the table above is the list)


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return import_module(f"symcalc.{name}")
    if name not in _HOME:
        raise AttributeError(f"module 'symcalc' has no attribute {name!r}")
    value = getattr(import_module(f"symcalc.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})       # what a person may want to type
