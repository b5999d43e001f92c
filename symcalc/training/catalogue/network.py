"""A network with one hidden layer: a weighted sum of bent lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sympy import Expr, tanh

from symcalc.errors import LossError, as_given, perhaps
from symcalc.functions import relu, sigmoid, softplus
from symcalc.indices import element, sum_over
from symcalc.language.names import name_of, symbol
from symcalc.training.catalogue.given import Names, columns_named, letters, weighted, whole
from symcalc.training.problem.models import Model, settled
from symcalc.training.problem.numbered import weight_names
from symcalc.training.problem.units import FACTOR, UNIT, UNITS, Units, score
from symcalc.written import add, call, mul

MAX_HIDDEN = 1024
ACTIVATIONS: Mapping[str, Callable[..., Expr]] = MappingProxyType(
    {"tanh": tanh, "sigmoid": sigmoid, "relu": relu, "softplus": softplus})


def network(x: Names, hidden: int = 2, activation: str = "tanh", parameters: Names = "") -> Model:
    """v1 f(w1 x + c1) + v2 f(w2 x + c2) + ... + b, with the activation f: tanh, sigmoid, relu or softplus.

    >>> print(network("x", hidden=2))
    ŷ = v1 tanh(w1 xᵢ + c1) + v2 tanh(w2 xᵢ + c2) + b
    Parameters v1, w1, c1, v2, w2, c2 and b; column x.
    """
    if not isinstance(activation, str) or activation not in ACTIVATIONS:
        raise LossError(f"there is no activation {as_given(activation)}; "
                        f"the activations are {', '.join(ACTIVATIONS)}{perhaps(activation, ACTIVATIONS)}")
    hidden, bend = whole(hidden, "number of hidden units", 1, MAX_HIDDEN), ACTIVATIONS[activation]
    columns = columns_named(x)
    units = None if parameters else _units(tuple(map(name_of, columns)), hidden, bend)
    if units is not None and units.shown:
        return Model.by_number(units)
    usual = [name for k in range(1, hidden + 1) for name in (f"v{k}", *weight_names(len(columns), k), f"c{k}")]
    *symbols, bias = letters(parameters, [*usual, "b"])
    size = len(symbols) // hidden
    terms = []
    for k in range(0, len(symbols), size):
        factor, *weights, shift = symbols[k:k + size]
        terms.append(mul(factor, call(bend, weighted(weights, columns, shift))))
    return settled(add(*terms, bias), units)


def _units(columns: tuple[str, ...], hidden: int, bend: Callable[..., Expr]) -> Units | None:
    """The network by its units; None where a column has a name that the form with an index needs."""
    unit = mul(element(FACTOR, UNIT), call(bend, score(columns)))
    units = Units(prediction=add(sum_over(UNIT, UNITS, unit), symbol("b")), columns=columns, count=hidden)
    clash = {"b", *units.names}.intersection(columns)
    return units if units.fits(units.prediction) and not clash else None
