"""Faults in the methods of descent: in their equations, in their settings, and in how a step is made."""

from collections.abc import Iterator
from functools import partial
from types import MappingProxyType

import numpy as np

import symcalc as sc
from symcalc.training import methods
from symcalc.training.methods import METHODS, method

from .planting import Check, Fault, changed, rewritten

RATES = {"gradient descent": 0.01, "momentum": 0.01, "nesterov": 0.01, "adagrad": 0.01, "rmsprop": 0.001, "adam": 0.001,
         "adamw": 0.001, "newton": 1.0, "line search": 1.0, "backtracking": 1.0, "coordinate descent": 0.01}
START = (5.0, -1.0)


def slopes(u: float, v: float) -> np.ndarray:
    """Those of (u - 3)⁴ + u² + 2 (v - 1)² + u v/2."""
    return np.array([4 * (u - 3)**3 + 2 * u + v / 2, 4 * (v - 1) + u / 2])


def cost(u: float, v: float) -> float:
    return (u - 3)**4 + u**2 + 2 * (v - 1)**2 + u * v / 2


def curvature(u: float, v: float) -> np.ndarray:
    return np.array([[12 * (u - 3)**2 + 2, 0.5], [0.5, 4.0]])


def plain(name: str, steps: int) -> Iterator[np.ndarray]:
    """The points of each method, as its authors define it, in a loop that knows no symcalc."""
    at, v, s, rate = np.array(START), np.zeros(2), np.zeros(2), RATES[name]
    for k in range(1, steps + 1):
        g = slopes(*(at + 0.9 * v if name == "nesterov" else at))
        match name:
            case "gradient descent":
                at = at - rate * g
            case "momentum" | "nesterov":
                v = 0.9 * v - rate * g
                at = at + v
            case "adagrad":
                s = s + g * g
                at = at - rate * g / (np.sqrt(s) + 1e-8)
            case "rmsprop":
                s = 0.9 * s + 0.1 * g * g
                at = at - rate * g / (np.sqrt(s) + 1e-8)
            case "adam" | "adamw":
                v, s = 0.9 * v + 0.1 * g, 0.999 * s + 0.001 * g * g
                decay = 0.01 * at if name == "adamw" else 0.0
                at = at - rate * ((v / (1 - 0.9**k)) / (np.sqrt(s / (1 - 0.999**k)) + 1e-8) + decay)
            case "newton":
                at = at - np.linalg.solve(curvature(*at), g)
            case "coordinate descent":
                turn = (k - 1) % 2
                at = at - rate * g * (np.arange(2) == turn)
            case "line search" | "backtracking":
                step = rate
                while not cost(*(at - step * g)) <= cost(*at) - 1e-4 * step * g @ g:
                    step /= 2
                at = at - step * g
        yield at


def walks(name: str) -> None:
    """The same points as the plain loop."""
    loss = sc.Loss("(u - 3)^4 + u^2 + 2*(v - 1)^2 + u*v/2")
    for callback in (None, lambda intermediate_result: None):            # in a loop, where there is one, and one by one
        run = loss.descend(start=START, steps=12, method=name, callback=callback)
        wanted = list(plain(name, run.nit))
        assert run.nit == 12 or run.success
        assert np.allclose(run.points[1:], wanted, rtol=1e-11, atol=1e-12)
    if name == "line search":            # on a quadratic the best rate is that of the parabola along the slope
        at = sc.Loss("(u - 1)^2 + 2*v^2").descend(start=[0, 1], steps=1, method=name).points[1]
        slope = np.array([-2.0, 4.0])
        assert np.allclose(at, [0, 1] - slope @ slope / (slope @ np.diag([2, 4]) @ slope) * slope, rtol=1e-12)


WALKS = {name: Check("the points of a plain loop", partial(walks, name)) for name in METHODS}
_MEANS = ("v = beta_1*v + (1 - beta_1)*g", "s = beta_2*s + (1 - beta_2)*g^2")
_HATS = ("v_hat = v/(1 - beta_1^k)", "s_hat = s/(1 - beta_2^k)")
_ADAM = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8, "rate": 0.001}
_STEP = "theta = theta - eta*v_hat/(sqrt(s_hat) + epsilon)"
_DECAYED = {**_ADAM, "lambda": 0.01}

# Wrong equations: the method, what is wrong, the equations, and the settings
_WRONG: list[tuple[str, str, tuple[str, ...], dict[str, float | str]]] = [
    ("gradient descent", "uphill", ("theta = theta + eta*g",), {}),
    ("gradient descent", "half a step", ("theta = theta - eta*g/2",), {}),
    ("momentum", "the speed is not kept", ("v = -eta*g", "theta = theta + v + 0*beta"), {"beta": 0.9}),
    ("momentum", "the speed is averaged", ("v = beta*v - (1 - beta)*eta*g", "theta = theta + v"), {"beta": 0.9}),
    ("momentum", "another beta", ("v = beta*v - eta*g", "theta = theta + v"), {"beta": 0.99}),
    ("nesterov", "it does not look ahead", ("v = beta*v - eta*g", "theta = theta + v"), {"beta": 0.9}),
    ("nesterov", "it looks back", ("v = beta*v - eta*g", "theta = theta + v"), {"beta": 0.9, "slope_at": "theta - beta*v"}),
    ("adagrad", "without the square", ("s = s + g", "theta = theta - eta*g/(sqrt(s^2) + epsilon)"), {"epsilon": 1e-8}),
    ("adagrad", "without the root", ("s = s + g^2", "theta = theta - eta*g/(s + epsilon)"), {"epsilon": 1e-8}),
    ("adagrad", "it forgets", ("s = g^2", "theta = theta - eta*g/(sqrt(s) + epsilon)"), {"epsilon": 1e-8}),
    ("rmsprop", "nothing fades", ("s = s + (1 - beta)*g^2", "theta = theta - eta*g/(sqrt(s) + epsilon)"),
     {"beta": 0.9, "epsilon": 1e-8, "rate": 0.001}),
    ("rmsprop", "the shares are swapped", ("s = (1 - beta)*s + beta*g^2", "theta = theta - eta*g/(sqrt(s) + epsilon)"),
     {"beta": 0.9, "epsilon": 1e-8, "rate": 0.001}),
    ("adam", "no bias correction", (*_MEANS, "theta = theta - eta*v/(sqrt(s) + epsilon)"), _ADAM),
    ("adam", "no bias correction of the squares", (*_MEANS, _HATS[0], "s_hat = s", _STEP), _ADAM),
    ("adam", "a bias correction that starts late", (*_MEANS, "v_hat = v/(1 - beta_1^(k + 1))", _HATS[1], _STEP), _ADAM),
    ("adam", "uphill", (*_MEANS, *_HATS, _STEP.replace("- eta", "+ eta")), _ADAM),
    ("adam", "the epsilon under the root", (*_MEANS, *_HATS, "theta = theta - eta*v_hat/sqrt(s_hat + epsilon)"),
     {**_ADAM, "epsilon": 1e-4}),
    ("adamw", "no decay", (*_MEANS, *_HATS, _STEP + " - 0*lambda"), _DECAYED),
    ("adamw", "a decay that grows", (*_MEANS, *_HATS, _STEP + " + eta*lambda*theta"), _DECAYED),
    ("adamw", "a decay without the rate", (*_MEANS, *_HATS, _STEP + " - lambda*theta"), _DECAYED),
    ("newton", "the slope in the place of the step", ("theta = theta - eta*g",), {"rate": 1.0}),
    ("newton", "uphill", ("theta = theta + eta*p",), {"rate": 1.0}),
    ("line search", "no search", ("theta = theta - eta*g",), {"rate": 1.0}),
    ("backtracking", "no search", ("theta = theta - eta*g",), {"rate": 1.0}),
    ("coordinate descent", "all at a time", ("theta = theta - eta*g",), {}),
]


def _table(name: str, equations: tuple[str, ...], settings: dict) -> MappingProxyType:
    return MappingProxyType({**methods._TABLE, name: lambda named: method(named, *equations, **settings)})


# Where steps are made: place, what stands there, what in its place, by which method it is seen
_PLACES = [
    ("training.methods:Method.chained", "new[letter] = fresh", "pass", "nesterov"),
    ("training.methods:Method.ahead", "self.slope_at", "THETA", "nesterov"),
    ("compute.loops.steps:_looks", "steps.ahead, own.get", "letters.theta, own.get", "nesterov"),
    ("training.walking.walk:Walk.stepped", "(k - 1) %", "k %", "coordinate descent"),
    ("training.walking.walk:Walk.stepped", "if self.method.turns else self.moving", "if False else self.moving", "coordinate descent"),
    ("training.walking.walk:Walk._drive", "compiled.at(self._looked_at)", "compiled.at(point)", "nesterov"),
    ("training.walking.walk:Walk._newton", "step[self.moving] = found", "step[self.moving] = -found", "newton"),
    ("training.walking.walk:Walk._newton", "self.curved(point)", "self.curved(point) + 1", "newton"),
    ("training.walking.searches:rate_along", "rate /= 2", "rate /= 3", "backtracking"),
    ("training.walking.searches:rate_along", "ARMIJO * (rate * unit)", "0.9 * (rate * unit)", "backtracking"),
    ("training.walking.searches:rate_along", "square / bend", "2 * square / bend", "line search"),
]


def _faults() -> Iterator[Fault]:
    for name, what, equations, settings in _WRONG:
        yield Fault(f"the method {name}", what, partial(changed, methods, _TABLE=_table(name, equations, settings)),
                    (WALKS[name],))
    for place, old, new, name in _PLACES:
        yield Fault(f"{place}, {name}", f"{old} → {new}", partial(rewritten, place, old, new), (WALKS[name],))


FAULTS = list(_faults())
