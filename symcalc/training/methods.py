"""How a gradient becomes an update, written as formulas: what is printed is what runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from sympy import Dummy, Expr

from symcalc.compute.loop import stepper
from symcalc.errors import DescentError
from symcalc.written import mul, subtract

# Dummies, so that a parameter called eta is another letter than the learning rate.
THETA = Dummy("theta", real=True)         # any parameter
SLOPE = Dummy("g", real=True)             # the partial derivative by that parameter
RATE = Dummy("eta", real=True)            # the learning rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A rule for the next value of a parameter, in terms of its value θ, its slope g and the learning rate η.

    >>> from symcalc.pages.notation import text
    >>> text(METHODS["gradient descent"].update)
    'θ - η g'
    """

    name: str
    update: Expr

    def step(self) -> tuple[Callable[[np.ndarray, np.ndarray, float], np.ndarray], str]:
        """The formula as a function of (θ, g, η) for all parameters at once, and its source."""
        return stepper(self.update, (THETA, SLOPE, RATE))


GRADIENT_DESCENT = Method(name="gradient descent", update=subtract(THETA, mul(RATE, SLOPE)))

METHODS: Mapping[str, Method] = MappingProxyType({method.name: method for method in (GRADIENT_DESCENT,)})


def method_named(name: str) -> Method:
    """The method of this name.

    >>> method_named("gradient descent").name
    'gradient descent'
    """
    if not isinstance(name, str) or name not in METHODS:
        raise DescentError(f"there is no method {name!r}; the methods are {', '.join(METHODS)}")
    return METHODS[name]
