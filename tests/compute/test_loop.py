"""The generated loop takes the very steps that single updates take, for every method that can be one loop."""

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

import symcalc as sc
from symcalc.compute.loops.equations import stepper
from symcalc.compute.loops.loop import PlainLoop, plain_loop
from symcalc.training.stops import Stop

PLAIN = ["gradient descent", "momentum", "adagrad", "rmsprop", "adam", "adamw"]
DATA = {"x": [0.5, 1.0, 2.0, 4.0], "y": [1.0, 3.0, 2.0, 5.0]}
ROWS = {"x": np.linspace(-1, 2, 40), "y": np.cos(np.arange(40.0))}


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


@pytest.mark.parametrize("hold", [(), "v"])
@pytest.mark.parametrize(("loss", "data", "rate", "slope_at"), [
    ("(1 - u)^2 + 100*(v - u^2)^2", None, "3e-4/sqrt(k)", "theta + beta*v"),
    ("(1 - u)^2 + 100*(v - u^2)^2", None, 0.03, "theta + beta*v"),             # it goes to where nothing is finite
    ("exp(u) + ln(v)^2", None, 0.01, "theta + beta*v - eta*g"), ("exp(u) + ln(v)^2", None, 0.4, "theta + beta*v"),
    ("mean((y - (u*x + v))^2)", ROWS, 0.1, "theta + beta*v"), ("mean((y - (u*x + v))^2)", ROWS, 3.0, "theta + beta*v/(1 + k)"),
])
def test_slopes_that_are_taken_ahead_are_those_of_single_updates(loss, data, rate, slope_at, hold):
    own = sc.method("own", "v = beta*v - eta*g", "theta = theta + v", slope_at=slope_at, beta=0.9)
    given = {"start": [-1, 1], "rate": rate, "steps": 300, "method": own, "hold": hold}
    looped, single = (sc.Loss(loss, columns="x y").descend(data, callback=callback, **given) for callback in (None, watched))
    for kept in ("points", "costs", "gradients", "states", "rates", "drives"):
        assert np.array_equal(getattr(looped, kept), getattr(single, kept)), kept
    assert (looped.stop, looped.detail) == (single.stop, single.detail)
    assert "the slopes are taken there" in looped.source and "for rate" not in single.source


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


def test_a_loop_that_makes_no_step_is_not_called_for_every_step(monkeypatch):
    """As where the branch that is not taken has no value."""
    loss, calls, call = sc.Loss("piecewise((ln(u), u > 1), ((u - 1)^2, True)) + v^2"), [], PlainLoop.__call__
    monkeypatch.setattr(PlainLoop, "__call__", lambda *given: calls.append(given) or call(*given))
    looped, single = (loss.descend(start=[-3, 2], rate=0.01, steps=900, tolerance=1e-3, callback=callback)
                      for callback in (None, watched))
    assert 0 < len(calls) < 20 and looped.nit > 200 and looped.stop is single.stop is Stop.CONVERGED
    assert np.array_equal(looped.points, single.points)


def test_an_interruption_keeps_whole_rows():
    seen = []

    def interrupt(made):
        seen.append(made)
        if made > 500:
            raise KeyboardInterrupt

    run = sc.Loss("(w^2 - 3)^2").descend(start=[1], rate=1e-6, steps=100_000, progress=interrupt)
    assert run.stop is Stop.INTERRUPTED and run.nit == seen[-1] and seen == sorted(seen)
    assert np.allclose(run.points[1:, 0], run.points[:-1, 0] - 1e-6 * run.gradients[:-1, 0], rtol=0, atol=0)


def test_an_interruption_amid_the_steps_keeps_those_made():
    """Ctrl-C while the generated loop runs: the rows so far are whole, with costs and slopes at each."""
    loss, seen = sc.Loss("(w^2 - 3)^2"), []
    steps = _steps(loss, [1.0])
    loop = plain_loop(steps)

    def interrupted(point, gradient, state, k, rates, keep):
        loop.function(point, gradient, state, k, rates[:7], keep)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replace(loop, bound=lambda: interrupted)(_row(loss, [1.0]), np.full(20, 1e-3), 1, seen.append)
    rows, = seen
    assert rows.shape == (7, 4) and all(row[1] == (row[0]**2 - 3)**2 and row[3] == 1e-3 for row in rows)
    assert rows[:, 2] == pytest.approx([4 * w * (w**2 - 3) for w in rows[:, 0]], rel=1e-15)


def test_half_a_step_is_no_row():
    loss, seen = sc.Loss("(u - 1)^2 + (v + 2)^2"), []
    start = np.array([0.0, 0.0, 5.0, -2.0, 4.0, np.nan])

    def halted(point, gradient, state, k, rates, keep):
        keep += [1.0, 2.0, 3.0, 4.0, 5.0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replace(plain_loop(_steps(loss, [0.0, 0.0])), bound=lambda: halted)(start, np.full(9, 0.1), 1, seen.append)
    assert seen[0][:, :2].tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_a_loop_without_exponentials_works_out_no_more_than_the_next_step_needs():
    runs = [sc.Loss(formula).descend(start=[1.0, 2.0], rate=1e-3, steps=3, hold="v")
            for formula in ("(u^3 - v)^2 + v^3", "exp(-u^2) + v^3")]
    cubic, bell = (run.source.split("return descend")[0] for run in runs)
    assert "v³" not in cubic and "keep.append(p0)\n            keep.append(p1)\n" in cubic and "g1 =" not in cubic.split("for rate")[1]
    assert "v³" in bell and "keep.extend((p0, p1, a" in bell


def test_loops_kept_for_one_table_serve_another():
    loss = sc.mean_squared_error("y", sc.line("x"))
    for size in (40, 40, 50):
        x = np.random.RandomState(size).rand(size)
        for shift in (0.0, 5.0):
            run = loss.descend({"x": x, "y": 2 * x + shift}, start=[0, 0], rate=0.5, steps=5000)
            assert run.x == pytest.approx([2, shift], abs=1e-8) and run.success


def _steps(loss, start):
    kept = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("symcalc.training.walking.walk.fastest", lambda steps, *more: kept.append(steps) or plain_loop(steps))
        loss.descend(start=start, rate=1e-3, steps=1)
    return kept[0]


def _row(loss, start):
    cost, slopes = loss.compile()(start)
    return np.array([*start, cost, *slopes, np.nan])


def test_an_equation_takes_what_those_above_it_made_new():
    v, w = sp.symbols("v w", real=True)
    step, _ = stepper([(v, v**2 / 2), (w, w - v**2 / 2)], (w, v), {})          # v² stands in both, and is not the same
    assert step(1.0, 2.0) == (2.0, -1.0) and step(1.0, 4.0) == (8.0, -31.0)
