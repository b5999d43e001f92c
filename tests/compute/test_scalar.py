"""The compiled loop of a loss without data has the bits of the plain one, for every method, wherever a run goes."""

import math

import numpy as np
import pytest

import symcalc as sc
from symcalc.compute.loops.loop import plain_loop

pytest.importorskip("llvmlite", reason="the compiled loop needs llvmlite")

from symcalc.compute.fused import scalar  # noqa: E402

LOSSES = {
    "(1 - u)^2 + 100*(v - u^2)^2": (1e-3, 2e-3, 1.0), "(w - 3)^2": (0.25, 0.5, 1.1), "w^2": (1.0, 0.1, 5.0), "w^4": (0.01, 1.0, 10.0),
    "w^3": (0.1, 0.5, 3.0), "u^2 - v^2": (0.1, 2.0, 1e10), "1/w": (0.1, 3.0, 100.0), "1/(w^2 + 1e-3)": (1e-4, 0.1, 1.0),
    "u/v + v/u": (0.1, 0.5, 2.0), "w - ln(w)": (0.1, 4.6, 0.5), "sqrt(w)": (0.1, 2.0, 0.5), "sqrt(1 + u^2) + v^2": (0.1, 1.0, 2.0),
    "exp(w)": (0.01, 1.0, 1e3), "exp(-u^2)*sin(v)": (0.1, 1.0, 30.0), "exp(u*v) + exp(-u*v)": (0.01, 0.3, 5.0),
    "ln(1 + exp(-w)) + ln(1 + exp(2*w))": (0.1, 1.0, 10.0), "sin(u)*cos(v) + u^2/50": (0.1, 1.0, 1e8), "tan(w)^2": (0.01, 0.3, 2.0),
    "tanh(u*v) + u^2 + v^2": (0.1, 0.7, 3.0), "sinh(u) - cosh(v)": (0.01, 0.5, 3.0), "asin(w) + w^2": (0.1, 1.0, 0.3),
    "acos(w/9)^2": (0.1, 1.0, 20.0), "atan(u - v)^2 + v^2": (0.1, 1.0, 9.0), "asinh(w)^2": (0.1, 0.9, 50.0),
    "acosh(w)^2": (0.1, 0.5, 2.0), "atanh(w)^2": (0.1, 0.5, 2.0), "erf(w)^2 + w^4": (0.1, 0.5, 3.0), "cbrt(w)^2": (0.1, 1.0, 3.0),
    "abs(w - 1) + abs(v)": (0.1, 0.5, 1.0), "max(u^2, v) + min(u, 3)": (0.1, 0.5, 3.0), "max(u, v, -u) + v^2": (0.1, 0.5, 3.0),
    "relu(u - v)^2 + u^2": (0.1, 0.5, 3.0), "sigmoid(3*w)^2": (0.1, 1.0, 100.0), "softplus(u) + softplus(-v)": (0.1, 1.0, 1e3),
    "log(w, 2)^2 + log(w, 10)": (0.01, 0.1, 1.0), "log(w, 3)^2": (0.01, 0.1, 1.0), "u^2.5 + v^2": (0.01, 0.4, 2.0),
    "abs(u)^v + v^2": (0.01, 0.1, 1.0), "2^u + 3^(-v)": (0.01, 0.5, 5.0), "u^7/1e6 + v^(-3)": (0.01, 0.5, 5.0),
    "(u^2 + v - 11)^2 + (u + v^2 - 7)^2": (1e-3, 0.02, 1.0), "cot(w)^2 + sec(w)": (0.01, 0.1, 1.0), "atan2(u, v)^2": (0.01, 0.1, 1.0),
    "piecewise((w^2, w < 1), (2*w - 1, True))": (0.1, 0.5, 3.0), "sech(w) + coth(u)^2": (0.01, 0.3, 3.0), "ln(1 + u^2) + expm1(v)^2": (0.1, 0.5, 9.0),
}
METHODS = ["gradient descent", "momentum", "adagrad", "rmsprop", "adam", "adamw"]
STEPS = 240


def steps_of(loss, method, start, hold=()):
    """The steps of a descent, and the history's row where they begin."""
    kept = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("symcalc.training.walk.fastest", lambda steps, *more: kept.append(steps) or plain_loop(steps))
        loss.descend(start=start, rate=1e-3, steps=1, method=method, hold=hold)
    steps, (cost, slopes) = kept[0], loss.compile()(start)
    return steps, np.array([*start, cost, *slopes, *np.zeros(len(steps.letters.state) * len(start)), np.nan])


def rows_of(loop, row, rates, number=1):
    """The rows up to the first that is not finite."""
    kept = []
    loop(row, rates, number, kept.append)
    rows, = kept
    bad = ~np.isfinite(rows).all(axis=1)
    return rows[:bad.argmax() if bad.any() else len(rows)], rows[bad.argmax(), :1] if bad.any() else None


@pytest.mark.parametrize("formula", LOSSES)
def test_both_loops_have_the_same_bits(formula):
    loss = sc.Loss(formula)
    for place in range(3):
        method = METHODS[(2 * place + len(formula)) % len(METHODS) if place else 0]
        steps, row = steps_of(loss, method, [1.25, 0.5][:len(loss.parameters)])
        plain = plain_loop(steps)
        loop = scalar.compiled_loop(plain)
        assert loop is not None
        for rate in LOSSES[formula]:
            schedule = rate / np.sqrt(np.arange(1.0, STEPS + 1)) if place % 2 else np.broadcast_to(np.float64(rate), STEPS)
            one, other = (rows_of(each, row, schedule) for each in (plain, loop))
            assert one[0].tobytes() == other[0].tobytes(), (method, rate)
            assert (one[1] is None) == (other[1] is None) and (one[1] is None or one[1].tobytes() == other[1].tobytes())
