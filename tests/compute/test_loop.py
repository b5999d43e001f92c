"""The generated loop takes the very steps that single updates take, for every method that can be one loop."""

import numpy as np
import pytest

import symcalc as sc
from symcalc.training.stops import Stop

PLAIN = ["gradient descent", "momentum", "adagrad", "rmsprop", "adam", "adamw"]
DATA = {"x": [0.5, 1.0, 2.0, 4.0], "y": [1.0, 3.0, 2.0, 5.0]}


def watched(_):
    """A callback, for which every update is made by itself."""


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize(("loss", "data", "start"), [
    (sc.Loss("(1 - u)^2 + 100*(v - u^2)^2"), None, [-1, 1]),
    (sc.mean_squared_error("y", sc.line("x")), DATA, [0, 0]),
    (sc.Loss("mean(ln(1 + exp(-y*(m*x + b))))"), DATA, [1, -1]),
], ids=["no data", "line", "logistic"])
def test_the_loop_is_the_same_to_the_last_bit(name, loss, data, start):
    given = {"start": start, "rate": "0.003/sqrt(k)", "steps": 300, "method": name, "hold": ()}
    looped, single = (loss.descend(data, callback=callback, **given) for callback in (None, watched))
    for kept in ("points", "costs", "gradients", "states", "rates"):
        assert np.array_equal(getattr(looped, kept), getattr(single, kept)), kept
    assert looped.stop is single.stop and "for rate in rates:" in looped.source and "for rate" not in single.source


def test_what_is_held_stays_in_the_loop():
    run = sc.mean_squared_error("y", sc.line("x")).descend(DATA, start=[1, 2], rate=0.01, steps=50, method="adam", hold="b")
    assert (run.history["b"] == 2).all() and len(set(run.history["m"])) == 51 and not run.states[:, :, 1].any()


@pytest.mark.parametrize(("formula", "start", "rate", "stop", "kept"), [
    ("sqrt(w)", 1.0, 2.0, Stop.OUTSIDE, 0),             # √0 is 0, but its slope is not finite
    ("w - ln(w)", 3.0, 4.6, Stop.OUTSIDE, 0),
    ("1/w", 1.0, 1.0, Stop.UNREACHED, 20),
    ("w^4", 10.0, 1.0, Stop.DIVERGED, None),
    ("exp(w)", 300.0, 1e-129, Stop.UNREACHED, 20),
])
def test_where_plain_floats_give_up_the_loop_ends_as_single_steps_do(formula, start, rate, stop, kept):
    looped, single = (sc.Loss(formula).descend(start=[start], rate=rate, steps=20, callback=callback)
                      for callback in (None, watched))
    assert looped.stop is single.stop is stop and looped.nit == single.nit and (kept is None or looped.nit == kept)
    assert np.array_equal(looped.points, single.points) and np.isfinite(looped.gradients).all()


def test_an_interruption_keeps_whole_rows():
    seen = []

    def interrupt(made):
        seen.append(made)
        if made > 500:
            raise KeyboardInterrupt

    run = sc.Loss("(w - 3)^2").descend(start=[0], rate=1e-4, steps=100_000, progress=interrupt)
    assert run.stop is Stop.INTERRUPTED and run.nit == seen[-1] and seen == sorted(seen)
    assert np.allclose(run.points[1:, 0], run.points[:-1, 0] - 1e-4 * run.gradients[:-1, 0], rtol=0, atol=0)
