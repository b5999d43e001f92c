"""The compiled loop of a loss without data has the bits of the plain one, for every method, wherever a run goes."""

import math
import pickle
import re

import numpy as np
import pytest

import symcalc as sc
from symcalc.compute import choice, estimate
from symcalc.compute.fused import floats, scalar
from symcalc.compute.loops.loop import plain_loop
from symcalc.vocabulary import FUNCTIONS

pytest.importorskip("llvmlite", reason="the compiled loop needs llvmlite")

LOSSES = {
    "(1 - u)^2 + 100*(v - u^2)^2": (1e-3, 2e-3, 1.0), "(w - 3)^2": (0.25, 0.5, 1.1),
    "w^2": (1.0, 0.1, 5.0), "w^4": (0.01, 1.0, 10.0),
    "w^3": (0.1, 0.5, 3.0), "u^2 - v^2": (0.1, 2.0, 1e10), "1/w": (0.1, 3.0, 100.0), "1/(w^2 + 1e-3)": (1e-4, 0.1, 1.0),
    "u/v + v/u": (0.1, 0.5, 2.0), "w - ln(w)": (0.1, 4.6, 0.5),
    "sqrt(w)": (0.1, 2.0, 0.5), "sqrt(1 + u^2) + v^2": (0.1, 1.0, 2.0),
    "exp(w)": (0.01, 1.0, 1e3), "exp(-u^2)*sin(v)": (0.1, 1.0, 30.0), "exp(u*v) + exp(-u*v)": (0.01, 0.3, 5.0),
    "ln(1 + exp(-w)) + ln(1 + exp(2*w))": (0.1, 1.0, 10.0), "sin(u)*cos(v) + u^2/50": (0.1, 1.0, 1e8),
    "tan(w)^2": (0.01, 0.3, 2.0),
    "tanh(u*v) + u^2 + v^2": (0.1, 0.7, 3.0), "sinh(u) - cosh(v)": (0.01, 0.5, 3.0), "asin(w) + w^2": (0.1, 1.0, 0.3),
    "acos(w/9)^2": (0.1, 1.0, 20.0), "atan(u - v)^2 + v^2": (0.1, 1.0, 9.0), "asinh(w)^2": (0.1, 0.9, 50.0),
    "acosh(w)^2": (0.1, 0.5, 2.0), "atanh(w)^2": (0.1, 0.5, 2.0),
    "erf(w)^2 + w^4": (0.1, 0.5, 3.0), "cbrt(w)^2": (0.1, 1.0, 3.0),
    "abs(w - 1) + abs(v)": (0.1, 0.5, 1.0), "max(u^2, v) + min(u, 3)": (0.1, 0.5, 3.0), "max(u, v, -u) + v^2": (0.1, 0.5, 3.0),
    "relu(u - v)^2 + u^2": (0.1, 0.5, 3.0), "sigmoid(3*w)^2": (0.1, 1.0, 100.0), "softplus(u) + softplus(-v)": (0.1, 1.0, 1e3),
    "log(w, 2)^2 + log(w, 10)": (0.01, 0.1, 1.0), "log(w, 3)^2": (0.01, 0.1, 1.0), "u^2.5 + v^2": (0.01, 0.4, 2.0),
    "abs(u)^v + v^2": (0.01, 0.1, 1.0), "2^u + 3^(-v)": (0.01, 0.5, 5.0), "u^7/1e6 + v^(-3)": (0.01, 0.5, 5.0),
    "(u^2 + v - 11)^2 + (u + v^2 - 7)^2": (1e-3, 0.02, 1.0), "cot(w)^2 + sec(w)": (0.01, 0.1, 1.0),
    "atan2(u, v)^2": (0.01, 0.1, 1.0),
    "piecewise((w^2, w < 1), (2*w - 1, True))": (0.1, 0.5, 3.0), "sech(w) + coth(u)^2": (0.01, 0.3, 3.0),
    "ln(1 + u^2) + expm1(v)^2": (0.1, 0.5, 9.0),
}
METHODS = ["gradient descent", "momentum", "adagrad", "rmsprop", "adam", "adamw", "nesterov"]
STEPS = 240


def steps_of(loss, method, start, hold=(), data=None):
    """The steps of a descent, and the history's row where they begin."""
    kept = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("symcalc.training.walking.walk.fastest", lambda steps, *more: kept.append(steps) or plain_loop(steps))
        loss.descend(data, start=start, rate=1e-3, steps=1, method=method, hold=hold)
    steps, (cost, slopes) = kept[0], loss.compile(data)(start)
    apart = np.full(len(start) * (steps.ahead is not None), np.nan)
    return steps, np.array([*start, cost, *slopes, *np.zeros(len(steps.letters.state) * len(start)), np.nan, *apart])


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


DATA = {"x": np.linspace(-1.0, 2.0, 40), "y": np.linspace(-1.0, 2.0, 40)**2}


@pytest.mark.parametrize("method", ["gradient descent", "adam"])
def test_a_loss_whose_data_are_moments_is_served_too(method):
    loss = sc.Loss("mean((y - exp(a)*x - b)^2) + ln(1 + a^2)", columns="x y")
    steps, row = steps_of(loss, method, [0.5, 0.25], data=DATA)
    assert loss.compile(DATA).strategy == "moments"
    plain, rates = plain_loop(steps), np.full(STEPS, 0.05)
    one, other = (rows_of(each, row, rates)[0] for each in (plain, scalar.compiled_loop(plain)))
    assert len(one) == STEPS and one.tobytes() == other.tobytes()


# What a method does at a point, after which Python's floats may give up though every result would be finite
OWN = {"theta = theta - eta*atan(1/g)": [1.0, 0.0], "theta = theta - eta*tanh(exp(g))": [1000.0, 0.0],
       "theta = theta - eta*tanh(sqrt(g))": [1.0, -1.0], "theta = theta - eta*step(g)": [1.0, 0.0],
       "theta = theta - eta*max(-g, g)": [1.0, 0.0]}


@pytest.mark.parametrize("equation", OWN)
def test_a_method_of_ones_own_has_the_same_bits(equation):
    steps, row = steps_of(sc.Loss("u^2 + v^2"), sc.method("own", equation), OWN[equation])
    plain = plain_loop(steps)
    one, other = (rows_of(each, row, np.full(8, 0.1))[0] for each in (plain, scalar.compiled_loop(plain)))
    assert one.tobytes() == other.tobytes()


def test_what_is_held_has_the_same_bits():
    steps, row = steps_of(sc.Loss("exp(u*v) + u^2"), "adamw", [1.25, -0.5], hold="v")
    plain, rates = plain_loop(steps), np.full(STEPS, 0.05)
    one, other = (rows_of(each, row, rates)[0] for each in (plain, scalar.compiled_loop(plain)))
    assert one.tobytes() == other.tobytes() and (one[:, 1] == -0.5).all()


@pytest.mark.parametrize("formula", ["logsumexp(u, v)", "gamma(1 + u^2) + v^2", "abs(u)*sign(v)*sign(u)", "log(2, u)"])
def test_where_bits_are_not_certain_there_is_no_compiled_loop(formula):
    loss = sc.Loss(formula)
    steps, _ = steps_of(loss, "gradient descent", [1.25, 0.5][:len(loss.parameters)])
    assert scalar.compiled_loop(plain_loop(steps)) is None


def test_what_the_vocabulary_calls_is_known():
    called = {name for row in FUNCTIONS.values() for name in re.findall(r"math\.(\w+)\(", row.code(False))}
    assert called - {"sqrt", *floats._OF_ONE, *floats._OF_TWO} == {"gamma"}


def test_a_c_library_with_other_bits_is_not_called(monkeypatch):
    """As one is, of which Python's own differs in the last place at a single number."""
    assert floats.address_of("exp") and floats.address_of("atan2") and floats.address_of("no_such_function") is None
    exact = math.exp
    monkeypatch.setattr(floats.math, "exp", lambda z: math.nextafter(exact(z), 9.0) if 0.5 < z < 0.51 else exact(z))
    assert floats.address_of.__wrapped__("exp") is None and floats.address_of.__wrapped__("log")


def test_products_and_sums_stay_two_operations():
    """A descent in which one rounding for both would show at once: the bits that decide it are all below the last of 1."""
    loss = sc.Loss("(u*u - 1)^2 + u*v")
    steps, row = steps_of(loss, "gradient descent", [1 + 2**-29, 1e-9])
    plain = plain_loop(steps)
    exact = rows_of(plain, row, np.full(60, 0.3))[0]
    assert exact.tobytes() == rows_of(scalar.compiled_loop(plain), row, np.full(60, 0.3))[0].tobytes()
    text = re.sub(r"(fadd|fsub|fmul) double", r"\1 contract double", scalar.compiled_loop(plain).text)
    contracted = scalar.CompiledLoop(plain, text, np.empty(0))
    assert rows_of(contracted, row, np.full(60, 0.3))[0].tobytes() != exact.tobytes()


@pytest.mark.parametrize(("formula", "start"), [("(1 - u)^2 + 100*(v - u^2)^2", [-1.0, 1.0]), ("u^2 + v^2", [-1.0, 5.0])])
def test_what_steps_have_passed_is_what_the_rows_say(formula, start):
    steps, row = steps_of(sc.Loss(formula), "momentum", start)
    loop, room = scalar.compiled_loop(plain_loop(steps)), np.empty((500, len(row)), order="F")
    made, seen = loop.fill(room, row, -0.75, np.full(500, 5e-4), 1)
    points = np.array([-0.75, -1.0, *room[:, 0]])
    assert made == 500 and seen.least == room[:, 2].min() and seen.most == room[:, 2].max()
    assert seen.slope == np.abs(room[:, 3]).min() and seen.size == np.abs([row[:2], *room[:, :2]]).max()
    assert seen.once == np.abs(np.diff(points[1:])).min() and seen.twice == np.abs(points[2:] - points[:-2]).min()


# Whole descents

def compiled_of(steps):
    loop = scalar.compiled_loop(plain_loop(steps))
    assert loop is not None
    return loop


HOW = [{"rate": 1e-3, "steps": 20_000}, {"rate": 0.02, "steps": 20_000}, {"rate": 5.0, "steps": 500},
       {"rate": "0.05/sqrt(k)", "steps": 20_000}, {"rate": 1e-3, "steps": 20_000, "method": "adam"},
       {"rate": 1e-3, "steps": 20_000, "cost_tolerance": 1e-9}, {"rate": 1e-3, "steps": 20_000, "step_tolerance": 1e-7}]


@pytest.mark.parametrize("formula", ["(1 - u)^2 + 100*(v - u^2)^2", "exp(-u) + u^2 + v^2/9", "ln(u) + v^2", "abs(u) + abs(v)",
                                     "u^3 + v^2"])
def test_a_descent_is_the_same_whichever_loop_runs(formula, monkeypatch):
    loss = sc.Loss(formula)
    for how in HOW:
        runs = []
        for loop in (compiled_of, plain_loop):
            monkeypatch.setattr("symcalc.training.walking.walk.fastest", lambda steps, *more, loop=loop: loop(steps))
            runs.append(loss.descend(start=[1.5, 0.5], **how))
        one, other = runs
        for kept in ("points", "costs", "gradients", "states", "rates"):
            assert np.array_equal(getattr(one, kept), getattr(other, kept)), (how, kept)
        assert one.message == other.message and one.source == other.source


@pytest.mark.parametrize("some", [1, 2, 5])
def test_steps_that_are_looked_at_one_by_one_are_judged_too(some, monkeypatch):
    """As those behind which the compiled loop ends, though it could go on."""
    loss, fill = sc.Loss("(u - 1)^2*(1 + u^2)"), scalar.CompiledLoop.fill
    monkeypatch.setattr(scalar.CompiledLoop, "fill", lambda loop, room, last, before, rates, number: fill(
        loop, room[:some], last, before, rates[:some], number))
    for tolerance in (1e-2, 1e-3, 1e-4, 1e-5):
        runs = []
        for loop in (compiled_of, plain_loop):
            monkeypatch.setattr("symcalc.training.walking.walk.fastest", lambda steps, *more, loop=loop: loop(steps))
            runs.append(loss.descend(start=[1.5], rate=0.1, steps=300, tolerance=tolerance))
        assert np.array_equal(runs[0].points, runs[1].points) and runs[0].stop is runs[1].stop is sc.Stop.CONVERGED


def test_a_two_cycle_over_the_edge_of_a_chunk_is_seen(monkeypatch):
    monkeypatch.setattr("symcalc.training.walking.walk._COMPILED", 1)
    monkeypatch.setattr("symcalc.training.walking.walk._MANIFOLD", 0)
    runs = []
    for loop in (compiled_of, plain_loop):
        monkeypatch.setattr("symcalc.training.walking.walk.fastest", lambda steps, *more, loop=loop: loop(steps))
        runs.append(sc.Loss("w^4/4").descend(start=[2.0], rate=0.5, steps=60, tolerance=0))
    assert runs[0].nit == runs[1].nit and runs[0].stop is runs[1].stop is sc.Stop.TWO_CYCLE


@pytest.mark.parametrize("formula", ["w^4", "(1 - u)^2 + 95*(v - u^2)^2", "exp(u) + exp(-u) + sin(v)^2"])
def test_the_source_tells_nothing_of_what_is_loaded_or_was_done_before(formula, monkeypatch):
    """As whether llvmlite is, which makes the compiling shorter: so nothing that is shown may go by what that takes."""
    loss = sc.Loss(formula)
    steps, _ = steps_of(loss, "gradient descent", [1.0, 0.5][:len(loss.parameters)])
    told = 2 * estimate.compiling(loss.compile().tape) / estimate.saved(loss.compile().tape, 1)
    counts, sources = [10, int(told) - 1, int(told) + 2, int(1.07 * told), int(2 * told)], []
    for alone in (math.inf, 0.0):
        monkeypatch.setattr(choice, "compiling_alone", lambda tape, alone=alone: alone)
        sources.append([choice.fastest(steps, count).source for count in counts])
    assert sources[0] == sources[1] and ["LLVM" in source for source in sources[0]] == [False, False, True, True, True]


def test_the_choice_goes_by_what_was_asked_before_and_nothing_shows_it():
    loss = sc.Loss("(1 - u)^2 + 93*(v - u^2)^2")
    steps, _ = steps_of(loss, "gradient descent", [-1.0, 1.0])
    kinds = [type(choice.fastest(steps, 10_000)).__name__ for _ in range(12)]
    assert kinds[0] == "PlainLoop" and kinds[-1] == "CompiledLoop" and kinds == sorted(kinds, reverse=True)
    steps, _ = steps_of(sc.Loss("(1 - u)^2 + 94*(v - u^2)^2"), "adam", [-1.0, 1.0])
    assert type(choice.fastest(steps, 10**7)).__name__ == "CompiledLoop"
    sources = [choice.fastest(steps, count).source for count in (10, 10**7, 10)]
    assert ["LLVM" in source for source in sources] == [False, True, False]


# The end of a run, told late

def test_a_run_that_nobody_has_asked_is_pickled_with_its_end():
    loss = sc.Loss("(1 - u)^2 + 100*(v - u^2)^2")
    runs = [loss.descend(start=[-1.0, 1.0], rate=1e-4, steps=500) for _ in range(2)]
    asked = runs[0].message
    again = pickle.loads(pickle.dumps(runs[1]))
    assert again.message == runs[1].message == asked and again.stop is runs[0].stop is sc.Stop.STEPS
    assert not runs[1].points.flags.writeable


def test_a_short_run_does_not_hold_the_room_of_a_long_one():
    run = sc.Loss("(w - 3)^4").descend(start=[0.0], rate=0.01, steps=1_000_000, step_tolerance=1e-4)
    assert run.nit < 1000 and run.points.base.size < 10 * run.points.size
