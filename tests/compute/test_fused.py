"""The compiled loops: the same numbers as NumPy by hand and as the loop in plain Python, for any number of rows and threads."""

import _thread
import math
import subprocess
import sys

import numpy as np
import pytest
from tasks import damped_cosine, logistic

import symcalc as sc
from symcalc.compute import estimate, sharing
from symcalc.compute.fused import loops as fused
from symcalc.compute.loops.loop import plain_loop
from symcalc.compute.loops.steps import Letters, Steps
from symcalc.training.many import front
from symcalc.training.methods import COUNTED, RATE, SLOPE, THETA, method_named
from symcalc.training.stops import Stop
from symcalc.training.walking import walk
from symcalc.vocabulary import FUNCTIONS
from symcalc.written import derivative_of

from .threads import gone

pytest.importorskip("llvmlite")

RNG = np.random.RandomState(5)
ROSENBROCK = sc.Loss("(1 - u)^2 + 100*(v - u^2)^2")
PLAIN = ["gradient descent", "momentum", "adagrad", "rmsprop", "adam", "adamw"]


def cases(rows):
    return [(task.loss, dict(task.data), task.start, task.by_hand) for task in (logistic(rows), damped_cosine(rows))]


def steps_of(loss, data=None, name="gradient descent", held=()):
    method = method_named(name)
    return Steps(compiled=loss.compile(data), slopes=[derivative_of(loss.symbol, one) for one in loss.parameters],
                 moving=[k for k, one in enumerate(loss.names) if one not in held], equations=method.equations,
                 letters=Letters(theta=THETA, slope=SLOPE, rate=RATE, counted=COUNTED, state=method.state),
                 settings=method.settings)


def first_row(steps, start):
    value, slopes = steps.compiled.at(np.array(start, dtype=float))
    return np.array([*start, value, *slopes, *[0.0] * (len(start) * len(steps.letters.state)), np.nan])


def rows_of(loop, *arguments):
    found = []
    loop(*arguments, found.append)
    return found[0]


# Loss and gradient

@pytest.mark.parametrize("lanes", [2, 4, 8])
@pytest.mark.parametrize("rows", [1, 7, 8, 17, 1_023, 1_025, 4_096, 4_097, 140_001])
def test_loss_and_gradient_by_hand(rows, lanes, monkeypatch):
    monkeypatch.setattr(fused, "lanes_here", lambda: lanes)
    for loss, data, point, by_hand in cases(rows):
        compiled = fused.gradient(loss.compile(data))
        value, slopes = compiled(point)
        expected, by = by_hand(point, **data)
        assert compiled.strategy == "fused" and compiled.source.startswith("# compiled by LLVM from these statements")
        assert value == pytest.approx(expected, rel=1e-12)
        assert slopes == pytest.approx(by, rel=1e-11, abs=1e-14)


SHARES = {"x": RNG.uniform(0.05, 0.95, 100), "y": RNG.uniform(0.1, 0.9, 100)}
NAMES = sorted(row.names[0] for row in FUNCTIONS.values() if row.takes == (1, 1) and row.helper not in ("gamma", "lgamma", "digamma"))


@pytest.mark.parametrize("formula", [
    *(f"mean({name}({'1/' if name in ('acosh', 'asec', 'acsc') else ''}(w*x)))" for name in NAMES), "mean(atan2(w*x, y))",
    "mean(log(w*x, 2))", "mean(log(w*x, 3))", "mean(exp(w*x)^4)", "mean(exp(w*x)^(-3))", "mean((w*x)^2.5)", "mean(x^w)", "mean(w^x)",
    "mean(max(w*x, y, 0.2))", "mean(min(w*x, y))", "mean(abs(y - w*x))", "mean(softmax(2, w*x, y, x))",
    "mean(logsumexp(w*x, y, x*y))", "mean(sqrt(w*x)) + w^2", "ln(mean(exp(w*x)))*mean(cosh(w*x))", "mean(exp(w*x)*sin(x))",
    "mean(exp(w*x))/mean(exp(x))", "mean(piecewise((w*x, x > 0.5), (exp(w*x), 0.1 < x < 0.4), (0, True)))",
])
def test_every_function_is_what_numpy_makes_of_it(formula):
    compiled = sc.Loss(formula, columns="x y" if "y" in formula.split("(", 1)[1] else "x").compile(SHARES)
    made = fused.gradient(compiled)
    assert made is not None
    for w in (0.9, 1.05, math.nan, math.inf):
        (value, slopes), (expected, by) = made([w]), compiled([w])
        assert np.allclose([value, *slopes], [expected, *by], rtol=1e-12, atol=1e-14, equal_nan=True), w


def test_what_is_not_known_is_left_to_the_tape(monkeypatch):
    gamma = sc.Loss("mean(gamma(w*x)) + 0*w", columns="x")
    assert fused.gradient(gamma.compile({"x": [1.0, 2.0]})) is None
    monkeypatch.setattr(fused, "lanes_here", lambda: 0)          # as where llvmlite is missing
    loss, data, *_ = cases(10)[0]
    assert fused.gradient(loss.compile(data)) is None and fused.loop(steps_of(loss, data)) is None
    assert fused.race(steps_of(ROSENBROCK), sharing.Jobs()) is None


def test_sums_over_a_million_rows_keep_thirteen_digits():
    x = RNG.rand(1_000_000)
    value, (slope,) = fused.gradient(sc.Loss("sum(abs(x - w))", columns="x").compile({"x": x}))([-0.1])
    assert value == pytest.approx(math.fsum(x + 0.1), rel=1e-13) and slope == -1_000_000


# Descents

@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize(("loss", "data", "start"), [
    (ROSENBROCK, None, [-1, 1]), (sc.Loss("sin(3*u) + ln(v^2 + 1) + exp(u*v)"), None, [0.3, 0.2]),
    (sc.mean_squared_error("y", sc.line("x")), {"x": RNG.rand(50), "y": RNG.rand(50)}, [0, 0]),
], ids=["no data", "functions", "moments"])
def test_plain_floats_are_the_same_to_the_last_bit(name, loss, data, start):
    steps = steps_of(loss, data, name)
    given = first_row(steps, start), 0.003 / np.sqrt(np.arange(5, 405)), 5
    assert np.array_equal(rows_of(fused.loop(steps), *given), rows_of(plain_loop(steps), *given))


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("rows", [40, 20_000])
def test_steps_over_rows_are_those_of_the_plain_loop(name, rows):
    for loss, data, start, _ in cases(rows):
        steps = steps_of(loss, data, name, held=loss.names[1:2])
        given = first_row(steps, start), np.full(20, 0.01), 1
        found, expected = rows_of(fused.loop(steps), *given), rows_of(plain_loop(steps), *given)
        assert np.allclose(found, expected, rtol=1e-10, atol=1e-15) and (found[:, 1] == start[1]).all()


def test_the_rows_are_shared_with_the_same_result_for_any_number_of_threads(monkeypatch):
    loss, data, start, _ = cases(140_001)[1]
    steps, found = steps_of(loss, data, "adam"), []
    for cores in (1, 2, 5):
        monkeypatch.setattr(fused, "cores", lambda cores=cores: cores)
        found.append(rows_of(fused.loop(steps), first_row(steps, start), np.full(5, 0.01), 1))
    assert np.array_equal(found[0], found[1]) and np.array_equal(found[0], found[2]) and len(found[0]) == 5


@pytest.mark.parametrize(("formula", "start", "rate", "stop"), [
    ("sqrt(w)", 1.0, 2.0, Stop.OUTSIDE), ("w - ln(w)", 3.0, 4.6, Stop.OUTSIDE), ("1/w", 1.0, 1.0, Stop.UNREACHED),
    ("w^4", 10.0, 1.0, Stop.DIVERGED), ("exp(w)", 300.0, 1e-129, Stop.UNREACHED), ("(w - 3)^2", 0.0, 0.1, Stop.CONVERGED),
    ("(w - 3)^2", 0.0, 1.0, Stop.TWO_CYCLE), ("abs(w)", 0.3, 0.1, None),
])
def test_runs_end_where_the_plain_loop_ends_them(formula, start, rate, stop, monkeypatch):
    runs = []
    for chosen in (lambda steps, count: plain_loop(steps), lambda steps, count: fused.loop(steps)):
        monkeypatch.setattr(walk, "fastest", chosen)
        runs.append(sc.Loss(formula).descend(start=[start], rate=rate, steps=300))
    plain, compiled = runs
    assert plain.stop is compiled.stop and plain.nit == compiled.nit and (stop is None or plain.stop is stop)
    assert np.array_equal(plain.points, compiled.points) and "# compiled by LLVM" in compiled.source


def test_an_interruption_keeps_the_rows_so_far(monkeypatch):
    loss, data, start, _ = cases(1_000)[0]
    steps, calls, kept = steps_of(loss, data), [], []
    monkeypatch.setattr(fused, "_PIECE", 10_000)
    loop = fused.loop(steps)

    def interrupted(text, names, engine=fused.engine):
        calls.append(names)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return engine(text, names)

    monkeypatch.setattr(fused, "engine", interrupted)
    with pytest.raises(KeyboardInterrupt):
        loop(first_row(steps, start), np.full(100, 0.1), 1, kept.append)
    assert [len(rows) for rows in kept] == [30] and np.isfinite(kept[0]).all()


# Many runs

@pytest.mark.parametrize("held", ["", "u"])
@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("loss", [ROSENBROCK, sc.Loss("sin(3*u)^2 + exp(u*v) + v^2")], ids=["arithmetic", "functions"])
def test_runs_side_by_side_are_the_runs_one_by_one(loss, name, held):
    runs, count, steps = 37, 60, steps_of(loss, None, name, held)
    order, letters = [*steps.moving, *(j for j in (0, 1) if j not in steps.moving)], len(steps.letters.state)
    starts = RNG.uniform(-1, 1, size=(runs, 2))
    scales = RNG.uniform(2e-4, 5e-4, runs)
    ends, one, seen = [], plain_loop(steps), np.array([np.nan, *[np.inf] * 3, -np.inf, np.inf, 0])[:, None].repeat(runs, axis=1)
    for kept in (True, False):
        rows, rates = (count, 1 / np.sqrt(np.arange(3, 3 + count))) if kept else (1, np.ones(count))
        points, gradients = np.zeros((2, rows + 1, 2, runs))
        states, costs = np.zeros((rows + 1, letters, len(steps.moving), runs)), np.zeros((rows + 1, runs))
        points[0] = starts.T[order]
        gradients[0] = np.array([steps.compiled.at(start)[1] for start in starts]).T[order]
        with sharing.helpers() as jobs:
            fused.race(steps, jobs, kept)(points, gradients, states, costs, rates, scales, seen, 3)
        for run, start in enumerate(starts):
            every = rows_of(one, first_row(steps, start), rates * scales[run], 3)
            expected, first = every[-rows:], np.append(start[order[0]], every[:, order[0]])
            if not kept:
                assert np.allclose(seen[:, run], [
                    first[-2], np.abs(np.diff(first)).min() if letters else np.inf, np.abs(first[2:] - first[:-2]).min(),
                    np.abs(every[:, 3 + order[0]]).min(), every[:, 2].max(), every[:, 2].min(), every[:, 2].sum()],
                    rtol=1e-9)
            assert np.allclose(points[1:, :, run], expected[:, :2][:, order], rtol=1e-12, atol=1e-14)
            assert np.allclose(costs[1:, run], expected[:, 2], rtol=1e-12, atol=1e-14)
            assert np.allclose(gradients[1:, :, run], expected[:, 3:5][:, order], rtol=1e-11, atol=1e-12)
            carried = expected[:, 5:-1].reshape(rows, letters, 2)[:, :, steps.moving]
            assert np.allclose(states[1:, :, :, run], carried, rtol=1e-11, atol=1e-12)
        ends.append(points[-1])
    assert np.isfinite(ends).all()


@pytest.mark.parametrize("cut", [None, 3_000])
def test_the_threads_of_a_sweep_are_begun_once_and_end_with_it(cut, monkeypatch):
    begun, begin, before = [], sharing.start_new_thread, _thread._count()

    def counted(*arguments):
        begun.append(arguments)
        return begin(*arguments)

    def interrupt(made):
        if cut is not None and made > cut * len(starts):
            raise KeyboardInterrupt

    starts, how = RNG.uniform(-1, 1, size=(200, 2)), {"rates": [1e-4], "steps": 8_000, "tolerance": 0}
    monkeypatch.setattr(fused, "_MANY", 1_000)
    monkeypatch.setattr(fused, "cores", lambda: 1)
    alone = ROSENBROCK.sweep(starts=starts, progress=interrupt, **how)
    monkeypatch.setattr(fused, "cores", lambda: 3)
    monkeypatch.setattr(sharing, "start_new_thread", counted)
    together = ROSENBROCK.sweep(starts=starts, progress=interrupt, **how)
    assert len(begun) == 2 and gone(before)
    assert [run.x.tolist() for run in together.ended] == [run.x.tolist() for run in alone.ended]
    assert {run.stop for run in together.ended} == {Stop.STEPS if cut is None else Stop.INTERRUPTED}


@pytest.mark.parametrize(("formula", "how"), [
    ("(1-u)^2 + 100*(v-u^2)^2", {"rates": [1e-4, 3e-3], "steps": 3000}),
    ("(1-u)^2 + 100*(v-u^2)^2", {"rate": 1e-2, "method": "adam", "steps": 3000}),
    ("ln(u) + 1/u + (v-1)^2*u", {"rate": 0.01, "steps": 2000}), ("-u^4 - v", {"rate": 5e-4, "steps": 2000}),
    ("sqrt(u) - u + v^2", {"rate": 1e-3, "steps": 2000}), ("abs(u) + (v-1)^2", {"rates": [0.25, 0.01], "steps": 500}),
])
def test_runs_end_the_same_whether_each_step_is_looked_at_or_only_what_was_seen(formula, how, monkeypatch):
    loss, far, glided = sc.Loss(formula), [], front._Abreast._glided
    monkeypatch.setattr(estimate, "COMPILING", -math.inf)
    monkeypatch.setattr(front._Abreast, "_glided", lambda self, count: far.append(count) or glided(self, count))
    starts = np.random.RandomState(3).uniform(-2, 2, (70, 2))
    found = loss.sweep(starts=starts, **how).ends
    monkeypatch.setattr(front, "_FAR", 0)
    each = loss.sweep(starts=starts, **how).ends
    assert far and all((one.stop, one.nit, one.x.tobytes()) == (other.stop, other.nit, other.x.tobytes())
                       for one, other in zip(found, each))


# The choice

def test_compiling_is_chosen_where_it_pays(monkeypatch):
    loss, data, start, _ = cases(200)[0]
    few = loss.descend(data, start=start, rate=0.1, steps=20)
    assert "compiled by LLVM" not in few.source and loss.compile(data).strategy == "tape"
    monkeypatch.setattr(estimate, "COMPILING", -math.inf)
    many = loss.descend(data, start=start, rate=0.1, steps=20)
    assert many.source.startswith("# compiled by LLVM") and loss.compile(data).strategy == "fused"
    assert loss.compile(data).on(loss.table(data)).strategy == "tape"
    assert np.allclose(many.points, few.points, rtol=1e-12)


def test_what_is_small_does_not_import_it():
    script = ("import sys, symcalc as sc; sc.Loss('mean((y - m*x)^2)').descend({'x': [1, 2], 'y': [2, 3]}, start=[0], rate=0.1,"
              " steps=50); sys.exit('llvmlite' in sys.modules)")
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
