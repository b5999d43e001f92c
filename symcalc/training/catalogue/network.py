"""A network with one hidden layer: a weighted sum of bent lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sympy import Expr, tanh

from symcalc.errors import LossError, visible
from symcalc.functions import relu, sigmoid, softplus
from symcalc.training.catalogue.given import Names, columns_named, letters, weighted, whole
from symcalc.training.catalogue.scores import weight_names
from symcalc.training.models import Model, settled
from symcalc.written import add, call, mul

MAX_HIDDEN = 512
ACTIVATIONS: Mapping[str, Callable[..., Expr]] = MappingProxyType(
    {"tanh": tanh, "sigmoid": sigmoid, "relu": relu, "softplus": softplus})


def network(x: Names, hidden: int = 2, activation: str = "tanh", parameters: Names = "") -> Model:
    """v1 f(w1 x + c1) + v2 f(w2 x + c2) + ... + b, with the activation f: tanh, sigmoid, relu or softplus.

    >>> print(network("x", hidden=2))
    ŷ = v1 tanh(w1 xᵢ + c1) + v2 tanh(w2 xᵢ + c2) + b
    Parameters v1, w1, c1, v2, w2, c2 and b; column x.
    """
    if not isinstance(activation, str) or activation not in ACTIVATIONS:
        raise LossError(f"there is no activation {visible(repr(activation))[:40]}; "
                        f"the activations are {', '.join(ACTIVATIONS)}")
    hidden = whole(hidden, "number of hidden units", 1, MAX_HIDDEN)
    columns = columns_named(x)
    usual = [name for k in range(1, hidden + 1) for name in (f"v{k}", *weight_names(len(columns), k), f"c{k}")]
    *symbols, bias = letters(parameters, [*usual, "b"])
    size = len(symbols) // hidden
    units = []
    for k in range(0, len(symbols), size):
        factor, *weights, shift = symbols[k:k + size]
        units.append(mul(factor, call(ACTIVATIONS[activation], weighted(weights, columns, shift))))
    return settled(add(*units, bias))
