"""Descents by blocks of an affine map: the points of exact arithmetic, and the verdicts of the loop step by step."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest

import symcalc as sc
from symcalc.compute.loops.loop import plain_loop
from symcalc.compute.loops.recurrence import Affine, unknowns
from symcalc.training.stops import Stop

DATA = {"x": np.linspace(0, 1, 50), "y": np.linspace(1, 4, 50) + np.sin(np.arange(50))}
LINE = "mean((y - (m*x + b))^2)"


def loops(monkeypatch, loss, data=None, **given):
    """The same descent by blocks and step by step."""
    blocks = loss.descend(data, **given)
    with monkeypatch.context() as patch:
        patch.setattr("symcalc.training.walking.walk.fastest", lambda steps, *more: plain_loop(steps))
        return blocks, loss.descend(data, **given)


def exact(matrix, y, start, rate, steps, beta, held):
    """Gradient descent with momentum on a mean squared error in 50 digits."""
    with mpmath.workdps(50):
        columns, target = mpmath.matrix(matrix.tolist()), mpmath.matrix(y.tolist())
        bend, slope = 2 * columns.T * columns / len(y), -2 * columns.T * target / len(y)
        point, speed, found = mpmath.matrix(list(map(mpmath.mpf, start))), mpmath.matrix(len(start), 1), []
        for _ in range(steps + 1):
            found.append([float(value) for value in point])
            slopes = bend * point + slope
            for j in range(len(start)):
                speed[j] = 0 if j in held else mpmath.mpf(beta) * speed[j] - mpmath.mpf(rate) * slopes[j]
            point += speed
    return np.array(found)


@pytest.mark.parametrize("held", [(), (1,)], ids=["all move", "one held"])
@pytest.mark.parametrize(("beta", "share"), [(0.0, 0.02), (0.0, 0.97), (0.0, 1e-5), (0.9, 0.02), (0.9, 1.4)])
@pytest.mark.parametrize("seed", [1, 3])
def test_every_point_is_that_of_exact_arithmetic(monkeypatch, seed, beta, share, held):
    rng = np.random.RandomState(seed)
    matrix = rng.normal(size=(60, 3)) * 10 ** rng.uniform(-1, 1, 3) + rng.choice([0, 2], 3)
    y, start = matrix @ rng.normal(size=3) + rng.normal(size=60), rng.normal(size=3) * 10 ** rng.uniform(-1, 2)
    rate = share * 2 / np.linalg.eigvalsh(2 * matrix.T @ matrix / 60).max()
    loss = sc.Loss("mean((y - (u*x1 + v*x2 + w*x3))^2)", columns="y x1 x2 x3", parameters="u v w")
    method = sc.method("momentum", "v = beta*v - eta*g", "theta = theta + v", beta=beta) if beta else "gradient descent"
    blocks, single = loops(monkeypatch, loss, dict(zip(("x1", "x2", "x3", "y"), [*matrix.T, y])), start=start, rate=rate,
                           steps=700, method=method, hold=[loss.names[j] for j in held])
    assert "def block(" in blocks.source and "def block(" not in single.source
    assert blocks.stop is single.stop and blocks.nit == single.nit
    wanted = exact(matrix, y, start, rate, blocks.nit, beta, held)
    size = np.maximum.accumulate(np.abs(wanted).max(axis=1)[::-1])[::-1]          # a swing may pass through 0
    assert (np.abs(blocks.points - wanted).max(axis=1) <= 1e-13 * size).all()
    residuals = y - blocks.points[::100] @ matrix.T
    assert blocks.costs[::100] == pytest.approx(np.mean(residuals**2, axis=1), rel=1e-12)
    assert np.abs(blocks.gradients[::100] + 2 * residuals @ matrix / 60).max() <= 1e-12 * np.abs(blocks.gradients[0]).max()
    assert (blocks.rates == rate).all() and not blocks.states[0].any()
    if beta:
        assert blocks.states[1:, 0] == pytest.approx(np.diff(wanted, axis=0), rel=1e-9, abs=1e-13 * size.max())


@pytest.mark.parametrize(("formula", "data", "start", "rate", "method", "more", "stop", "nit"), [
    ("(w - 3)^2", None, [0], 0.1, "gradient descent", {}, Stop.CONVERGED, None),
    ("(w - 3)^2", None, [0], 0.01, "gradient descent", {"tolerance": 0}, Stop.STILL, None),
    ("(w - 3)^2/2 + w", None, [0], 1e-9, "gradient descent", {}, Stop.CRAWLING, 3000),
    ("(w - 3)^2", None, [0], 1e-300, "momentum", {}, Stop.CRAWLING, 3000),       # from 0 any step can be seen
    ("(w - 3)^2", None, [1], 1e-300, "gradient descent", {}, Stop.STILL, 1),
    ("w^2", None, [5], 0.1, "gradient descent", {"tolerance": 0}, Stop.STEPS, 3000),
    ("w^2", None, [1], 1.0, "gradient descent", {}, Stop.TWO_CYCLE, None),
    ("w^2", None, [1], 1.1, "gradient descent", {}, Stop.DIVERGED, 10),
    ("w^2", None, [1e300], 0.1, "gradient descent", {}, Stop.START, 0),
    ("w^2", None, [1.2e154], 1.1, "momentum", {}, Stop.OVERFLOW, 0),            # from which it would come back
    ("u*v", None, [1, 1], 0.1, "gradient descent", {}, Stop.SADDLE, None),       # which rounding alone would leave
    ("u*v", None, [1, -1], 0.1, "gradient descent", {}, Stop.BOTTOMLESS, None),
    ("3*w", None, [1], 0.1, "gradient descent", {}, Stop.UNREACHED, 3000),       # no fixed point
    ("(u - v)^2", None, [1, 2], 0.1, "momentum", {}, Stop.CONVERGED, None),      # many
    ("u^2 + 1000*v^2", None, [1, 1], 1e-3, "gradient descent", {}, Stop.STEPS, 3000),
    (LINE, DATA, [0, 0], 0.1, "gradient descent", {}, Stop.CONVERGED, None),
    (LINE, DATA, [0, 0], 0.1, "gradient descent", {"step_tolerance": 1e-6}, Stop.SMALL_STEP, None),
    (LINE, DATA, [0, 0], 0.1, "gradient descent", {"cost_tolerance": 1e-6}, Stop.SMALL_CHANGE, None),
    (LINE, DATA, [0, 0], 2.0, "momentum", {}, Stop.DIVERGED, None),
    ("mean((y - m*b*x)^2)", DATA, [1, 2], 0.1, "gradient descent", {"hold": "m"}, Stop.CONVERGED, None),
    ("(w - 3)^2/s", None, [0, 2], 0.1, "momentum", {"hold": "s"}, Stop.CONVERGED, None),
    ("(w - 3)^2/s", None, [0, 0], 0.1, "gradient descent", {"hold": "s"}, Stop.START, 0),
    ("(w - 3)^2/s + w/(s - 0.7390851)", None, [0, 2], 0.1, "gradient descent", {"hold": "s"}, Stop.CONVERGED, None),
])
def test_the_verdicts_are_those_of_the_steps_one_by_one(monkeypatch, formula, data, start, rate, method, more, stop, nit):
    loss = sc.Loss(formula, columns="x y" if data else ())
    blocks, single = loops(monkeypatch, loss, data, start=start, rate=rate, steps=3000, method=method, **more)
    assert blocks.stop is single.stop is stop, (blocks.message, single.message)
    assert blocks.nit == single.nit == (blocks.nit if nit is None else nit)
    size = np.abs(single.points).max(axis=1)
    assert (np.abs(blocks.points - single.points).max(axis=1) <= 1e-12 * size).all() and blocks.message == single.message


@pytest.mark.parametrize(("formula", "given"), [
    ("(w^2 - 3)^2", {}), ("abs(w - 3)", {}), ("exp(w) - w", {}), ("(w - 3)^2", {"method": "adam"}),
    ("(w - 3)^2", {"method": "adagrad"}),
])
def test_what_is_not_affine_goes_step_by_step(formula, given):
    run = sc.Loss(formula).descend(start=[1], rate=0.01, steps=300, **given)
    assert "def block(" not in run.source and "for rate in rates:" in run.source


def test_a_rate_that_changes_goes_step_by_step(monkeypatch):
    blocks, single = loops(monkeypatch, sc.Loss("(w - 3)^2"), start=[0], rate="0.1/sqrt(k)", steps=900)
    assert np.array_equal(blocks.points, single.points)


def test_a_run_does_not_depend_on_the_steps_that_were_asked_for():
    loss = sc.Loss(LINE, columns="x y")
    long, short = (loss.descend(DATA, start=[0, 0], rate=0.05, steps=steps) for steps in (2000, 1999))
    assert np.array_equal(long.points[:-1], short.points)


def test_affine_numbers_do_what_fractions_do():
    """c + a·z by + - * / of numbers, beside the same at a point in exact arithmetic; None for what is not of this form."""
    def combined(u, v):
        return -(3 - (u + 2) * 0.5) / 4 + (v - u) * 8 - 1, 2 * (1 + v) - (5 - u), u * v, 1 / u, u - u * u, (u + 1) / v

    *affine, product, inverse, square, quotient = combined(*unknowns(2))
    at = Fraction(3, 7), Fraction(-2, 5)
    for found, wanted in zip(affine, combined(*at)):
        c, a, b = map(Fraction, found.parts.tolist())
        assert float(c + a * at[0] + b * at[1]) == pytest.approx(float(wanted), rel=1e-15)
    assert all(number.parts is None for number in (product, inverse, square, quotient, 1 + product, -inverse * 2, 3 - square))
    assert isinstance(np.float64(2) * unknowns(1)[0], Affine)


def test_a_planted_fault_is_seen(monkeypatch):
    """Were the steps not what the source says, the points would tell."""
    monkeypatch.setattr("symcalc.compute.loops.recurrence._block", lambda: lambda way, first, powers, steps: (
        np.zeros((len(way), steps)), True))
    blocks, single = loops(monkeypatch, sc.Loss("(w - 3)^2"), start=[0], rate=0.01, steps=900)
    assert blocks.stop is Stop.STILL and single.stop is not Stop.STILL
