"""Runs that go wrong, or seem to: why each ended, the whole sentence, and that what was kept is finite and true."""

import gc
import math
import signal
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from calculator import worked
from hypothesis import given
from hypothesis import strategies as some

import symcalc as sc
from symcalc.errors import DataError, DescentError
from symcalc.training.descent import walk_of
from symcalc.training.ends.trials import calmer_rate
from symcalc.training.late import Once
from symcalc.training.methods import METHODS, method_named
from symcalc.training.stops import Stop, Tolerances, Track, first_stop

ROWS = {"x": [30, 40, 100], "y": [45, 60, 150]}
YEARS = {"x": [1990, 2000, 2010, 2020], "y": [1, 3, 4, 6]}
STEEP = {"x": [1, 2, 3], "y": [1, 2, 4]}
TWINS = {**STEEP, "z": [2, 4, 6]}
CURVED = {"x": [1, 2, 4, 8], "y": [1, 1.5, 2, 2.3]}
CLASSES = {"x": [-2, -1, 1, 2], "y": [-1, -1, 1, 1]}
NOISY = {"x": np.random.RandomState(3).rand(50), "y": np.random.RandomState(4).rand(50)}
SETTLING = {"x": np.arange(1.0, 13.0), "y": 2 * np.arange(1.0, 13.0) + 1 + np.sin(np.arange(1.0, 13.0))}
STEEPER = "(w-3)^2 + 10*(v+1)^2"              # momentum is stable below 2 · 1.9/20 = 0.19
OVERFLOWS = "Its equations give no finite value for "
LINE, LOGISTIC = "mean((y - (m*x + b))^2)", "mean(ln(1 + exp(-y*(w*x + b))))"
RELU, SIGMOID = "mean((y - relu(w*x + b))^2)", "mean((y - sigmoid(w*x + b))^2)"
TWO_FEATURES = "mean((y - (u*x + v*z))^2)"
PENALTY = ("It nears 0, but no finite values reach it. A penalty on large parameters, such as 0.01 (w² + b²), gives the loss a "
           "minimum.")
KINK = "There is a kink between them, over which any rate that stays the same jumps. From here a rate that shrinks, "


def called(number, error):
    """A callback that raises the error after so many updates."""
    def callback(result):
        if result.nit == number:
            raise error
    return callback


def loss(formula):
    columns = [name for name in "xyz" if name in formula.replace("exp", "")]
    return sc.Loss(formula, columns=" ".join(columns)) if "mean" in formula else sc.Loss(formula)


# formula, data, start, settings, why, how many updates are kept, what the sentence adds

ENDS = {
    "a rate too large": (LINE, ROWS, [0, 0], {"rate": 0.01}, Stop.DIVERGED, 10,
                         "At the start rates below 0.00024 are stable; try 0.00012."),
    "a two-cycle": ("w^2", None, [1], {"rate": 1.0}, Stop.TWO_CYCLE, 4,
                    "The rate is too large. At the start rates below 1 are stable; try 0.5."),
    "one direction of two cycles": ("(u - 2)^2 + 20*(v - 1)^2", None, [0, 0], {"rate": 0.05}, Stop.STEPS, 100,
                                    "The last updates go back and forth, each undoing the one before. "
                                    "At the start rates below 0.05 are stable; try 0.025."),
    "a tiny rate": ("(w - 3)^2", None, [0], {"rate": 1e-6, "steps": 1000}, Stop.CRAWLING, 1000,
                    "At this pace it takes about 1,200,000 more updates to come close to the minimum. "
                    "Rates below 1 are stable; try 0.5."),
    "a tiny rate of Adam": ("(w - 3)^2", None, [0], {"rate": 1e-5, "method": "adam", "steps": 1000}, Stop.CRAWLING, 1000,
                            None),
    "raw data": (LINE, YEARS, [0, 0], {"rate": 1e-7, "steps": 1000}, Stop.CRAWLING, 1000,
                 "At this pace it would not come close to the minimum in a billion more updates. "
                 "J curves 1.3 · 10¹¹ times as much in one direction as in another: centre and scale x."),
    "a long valley": ("u^2 + 1e5*v^2", None, [1, 0.001], {"rate": 9e-6, "steps": 1000}, Stop.CRAWLING, 1000, None),
    "out of the domain, in one row": ("mean(ln(x - w)^2)", ROWS, [25], {"rate": 40}, Stop.OUTSIDE, 0,
                                      "ln(xᵢ - w) has no real value in row 1 at w = 39.9331: ln needs a positive argument. "
                                      "Try 1.2."),
    "overflow at step 7": ("w^4", None, [1.63], {"rate": 0.2}, Stop.DIVERGED, 6,
                           "At the start rates below 0.0627 are stable; try 0.031."),
    "a dead ReLU": (RELU, STEEP, [-1, -1], {"rate": 0.1}, Stop.FLAT, 0, "Another start may show the way."),
    "a saturated sigmoid": (SIGMOID, STEEP, [-50, -50], {"rate": 0.1}, Stop.FLAT, 0, "Another start may show the way."),
    "a nearly saturated sigmoid": (SIGMOID, {"x": [1, 2, 3], "y": [0, 1, 1]}, [-5, -5], {"rate": 0.1, "steps": 500},
                                   Stop.CRAWLING, 500,
                                   "The slopes are so small here that the cost hardly moves. Another start may show the way."),
    "on the way to a saddle": ("u^2 - v^2", None, [1, 0], {"rate": 0.1, "steps": 500}, Stop.SADDLE, 107,
                             "It falls along v: start a little to one side."),
    "started on a saddle": ("u^2 - v^2", None, [0, 0], {"rate": 0.1}, Stop.SADDLE, 0,
                            "It falls along v: start a little to one side."),
    "a saddle left behind": ("u^2 - v^2", None, [1, 1e-9], {"rate": 0.1, "steps": 500}, Stop.BOTTOMLESS, 173, ""),
    "started on a maximum": ("-w^2", None, [0], {"rate": 0.1}, Stop.MAXIMUM, 0, ""),
    "over a kink": ("abs(w)", None, [1.25], {"rate": 0.1}, Stop.TWO_CYCLE, 16, KINK + "0.1/k, comes closer."),
    "over a kink in the data": ("mean(abs(y - m*x))", ROWS, [0], {"rate": 0.1}, Stop.TWO_CYCLE, 4,
                                KINK + "0.1/k, comes closer."),
    "perfectly separable classes": (LOGISTIC, CLASSES, [0, 0], {"rate": 1.0, "steps": 2000}, Stop.UNREACHED, 2000, PENALTY),
    "separable, by Newton's method": (LOGISTIC, CLASSES, [0, 0], {"method": "newton"}, Stop.UNREACHED, 23, PENALTY),
    "collinear features": (TWO_FEATURES, TWINS, [0, 0], {"rate": 0.01, "steps": 500}, Stop.CONVERGED, 42, ""),
    "collinear features, by Newton's method": (
        TWO_FEATURES, TWINS, [0, 0], {"method": "newton"}, Stop.NO_STEP, 0,
        "The matrix of second derivatives has no inverse here, so Newton's step is not defined."),
    "no lower bound": ("w", None, [1], {"rate": 0.1}, Stop.UNREACHED, 100,
                       "It falls without bound, so this loss has no minimum to find."),
    "no lower bound, slowly": ("-ln(w)", None, [1], {"rate": 0.5}, Stop.UNREACHED, 100,
                               "It falls without bound, so this loss has no minimum to find."),
    "no lower bound, fast": ("w^3", None, [-1], {"rate": 0.1}, Stop.BOTTOMLESS, 11, ""),
    "momentum that overshoots": ("w^2", None, [1], {"rate": 0.3, "method": "momentum", "steps": 500}, Stop.CONVERGED, 437, ""),
    "momentum from close by": ("(w^2 - 4)^2", None, [0.01], {"rate": 0.05, "method": "momentum", "steps": 600},
                               Stop.CONVERGED, None, ""),
    "momentum that crosses the minimum at its first update": ("(w - 3)^2", None, [0], {"rate": 0.5, "method": "momentum",
                                                              "steps": 500}, Stop.CONVERGED, 471, ""),
    "momentum that starts at the minimum": ("(w - 3)^2", None, [3], {"rate": 0.5, "method": "momentum"}, Stop.CONVERGED, 0, ""),
    "batches that cross the minimum": ("mean((y - m)^2)", {"y": [0, 2]}, [0], {"rate": 0.25, "batch": 1, "seed": 1},
                                       Stop.STEPS, None, None),
    "momentum that diverges": ("w^2", None, [1], {"rate": 2.0, "method": "momentum"}, Stop.DIVERGED, 16, "Try 1."),
    "momentum whose swing dies away": (STEEPER, None, [0, 0], {"rate": 0.15, "method": "momentum", "steps": 300}, Stop.STEPS,
                                       300, ""),
    "Nesterov's, whose swing dies away": ("(u-2)^2 + 20*(v-1)^2", None, [0, 0], {"rate": 0.02, "method": "nesterov",
                                          "steps": 300}, Stop.STEPS, 300, ""),
    "momentum just below its limit": (STEEPER, None, [0, 0], {"rate": 0.189999, "method": "momentum", "steps": 300},
                                      Stop.STEPS, 300, "The cost is higher than at the start, as the first updates went too "
                                      "far. Try 0.095."),
    "momentum at its limit": (STEEPER, None, [0, 0], {"rate": 0.19, "method": "momentum", "steps": 1000}, Stop.TWO_CYCLE, None,
                              "The rate is too large. Try 0.095."),
    "momentum just above its limit": (STEEPER, None, [0, 0], {"rate": 0.1900001, "method": "momentum", "steps": 300},
                                      Stop.DIVERGED, 124, "Try 0.095."),
    "momentum that coasts at a rate of 0": ("(w-3)^2", None, [0], {"rate": "max(0, 0.1*(5-k))", "method": "momentum",
                                            "steps": 500}, Stop.NO_RATE, None, ""),
    "a bounded cost at a vast rate": ("cos(w)", None, [0.5], {"rate": 1e308, "method": "momentum"}, Stop.NO_STEP, 2,
                                      OVERFLOWS + "w."),
    "a square of slopes too large": ("1e200*w^2", None, [1], {"rate": 0.1, "method": "adam"}, Stop.NO_STEP, 0,
                                     OVERFLOWS + "what it keeps between updates."),
    "Adam that overshoots far": ("w^2", None, [1e-3], {"rate": 0.1, "method": "adam", "steps": 2000}, Stop.CONVERGED, None, ""),
    "Adam that bounces": ("abs(w)", None, [1], {"rate": 0.5, "method": "rmsprop", "steps": 200}, Stop.STEPS, 200, None),
    "Newton's method on a saddle": ("u^2 - v^2 + v^4", None, [1, 0.1], {"method": "newton"}, Stop.SADDLE, 3,
                                   "It falls along v: start a little to one side."),
    "Newton's method on a slope": ("u + v^2", None, [1, 0.1], {"method": "newton"}, Stop.NO_STEP, 0,
                                   "The matrix of second derivatives has no inverse here, so Newton's step is not defined."),
    "Newton's method from too far": ("sqrt(1 + w^2)", None, [1.5], {"method": "newton"}, Stop.DIVERGED, None, "Try 0.5."),
    "backtracking at a kink": ("abs(u) + abs(v - u)", None, [1, 0.7], {"method": "backtracking", "steps": 500}, Stop.NO_STEP,
                               113, "No rate, however small, brings the fall that the slope promises, as happens at a kink."),
    "backtracking, to the last digit": ("(w - 3)^2 + 1000*(v - 1)^2 + 1", None, [0, 0], {"method": "backtracking",
                                         "steps": 9999}, Stop.PRECISE, None, ""),
    "the noise of batches": (LINE, NOISY, [0, 0], {"rate": 0.5, "batch": 5, "steps": 500}, Stop.STEPS, 500, None),
    "batches that diverge": (LINE, {"x": 30 * NOISY["x"], "y": NOISY["y"]}, [0, 0], {"rate": 0.5, "batch": 5}, Stop.DIVERGED,
                             10, "Try 0.00098."),
    "a held parameter": (LINE, ROWS, [1, 0], {"rate": 0.1, "hold": "m", "steps": 500}, Stop.CONVERGED, 122, ""),
    "a held parameter, diverging": (LINE, ROWS, [1, 0], {"rate": 1.1, "hold": "m"}, Stop.DIVERGED, 10,
                                    "At the start rates below 1 are stable; try 0.5."),
    "stopped by a callback": ("w^2", None, [1], {"rate": 0.1, "callback": called(3, StopIteration)}, Stop.CALLBACK, 3, ""),
    "interrupted": ("w^2", None, [1], {"rate": 0.1, "callback": called(3, KeyboardInterrupt)}, Stop.INTERRUPTED, 3, ""),
    "small steps": ("w^2", None, [1], {"rate": 0.1, "step_tolerance": 1e-3}, Stop.SMALL_STEP, 25, ""),
    "small changes": ("w^2", None, [1], {"rate": 0.1, "cost_tolerance": 1e-3}, Stop.SMALL_CHANGE, 15, ""),
    "a rate that reaches 0": ("w^2", None, [1], {"rate": "max(0, 0.1 - 0.01*k)"}, Stop.NO_RATE, 10, ""),
    "a rate that shrinks too fast": ("w^2", None, [1], {"rate": "0.1/k^2", "steps": 500}, Stop.CRAWLING, 500,
                                     "The rate has shrunk from 0.1 to 4 · 10⁻⁷, too fast to arrive; let it shrink more slowly."),
    "a rate that grows": ("w^2", None, [1], {"rate": "0.5*1.5^k", "steps": 500}, Stop.DIVERGED, None, None),
    "turns that diverge": (LINE, ROWS, [0, 0], {"rate": 1e-3, "method": "coordinate descent"}, Stop.DIVERGED, None, None),
    "thrown far out": ("mean((y - a*x/(c + x))^2)", CURVED, [1, 1], {"rate": 300, "steps": 200}, Stop.STEPS, 200,
                       "The cost is higher than at the start, as the first updates went too far. "
                       "At the start rates below 1.87 are stable; try 0.94."),
    "thrown where nothing moves": ("mean(exp(w*x + b) - y*(w*x + b))", STEEP, [0, 0], {"rate": 10}, Stop.STILL, None, None),
    "a parameter without a say": ("mean((y - a*exp(-k*x))^2)", {"x": [0, 1, 2, 3], "y": [5, 3, 2, 1]}, [1, 1],
                                  {"rate": 1.0, "steps": 200}, Stop.FLAT, 62,
                                  "The cost does not depend on k here. Another start may show the way."),
    "a rise that is rounding": ("mean((y - (a*relu(w*x + b) + c))^2)", {"x": NOISY["x"] - 0.5, "y": NOISY["y"]},
                                [0.5, 0.5, 0.1, 0], {"rate": 0.1, "steps": 2000}, Stop.STEPS, 2000, None),
    "settled, but for rounding": (LINE, SETTLING, [0, 0], {"rate": 0.01, "steps": 5000}, Stop.STEPS, 5000, ""),
    "settled at a larger rate": (LINE, SETTLING, [0, 0], {"rate": 0.012, "steps": 4000}, Stop.STEPS, 4000, ""),
    "a short demonstration": ("(w - 3)^2", None, [0], {"rate": 0.05, "steps": 12}, Stop.STEPS, 12, ""),
    "a demonstration on raw data": (LINE, ROWS, [0, 0], {"rate": 1e-4, "steps": 20}, Stop.STEPS, 20, ""),
    "close to the minimum": (LINE, ROWS, [0, 0], {"rate": 1e-4, "steps": 1000}, Stop.STEPS, 1000, ""),
}


def walked(name, **other):
    formula, data, start, settings, *_ = ENDS[name]
    return loss(formula).descend(data, start=start, **{"steps": 100, **settings, **other})


@pytest.fixture(scope="module")
def runs():
    return {name: walked(name) for name in ENDS}


@pytest.mark.parametrize("name", ENDS)
def test_the_reason_the_sentence_and_the_updates_kept(runs, name):
    *_, stop, kept, adds = ENDS[name]
    run = runs[name]
    assert run.stop is stop and kept in (None, run.nit)
    assert run.message.startswith(stop.value)
    if adds is not None:
        assert run.message == f"{stop.value} {adds}".strip()
    assert run.success == (stop in {Stop.CONVERGED, Stop.SMALL_STEP, Stop.SMALL_CHANGE, Stop.PRECISE})
    assert len(run.points) == len(run.costs) == len(run.gradients) == run.nit + 1 == len(run.rates) + 1
    assert all(np.isfinite(kept).all() for kept in (run.points, run.costs, run.gradients, run.states))
    assert str(run).replace("\n", " ").endswith(run.message) and run.message.count(". ") <= 3


WRONG = [name for name, end in ENDS.items() if end[4] in (Stop.DIVERGED, Stop.TWO_CYCLE, Stop.OUTSIDE)]


@pytest.mark.parametrize("name", WRONG)
def test_the_rate_that_is_advised_brings_the_cost_down(runs, name):
    """The same run with the advised rate: its method, its batches, what it holds."""
    run, (*_, settings, _, _, _) = runs[name], ENDS[name]
    if "ry " not in run.message:
        assert run.stop is Stop.TWO_CYCLE and "kink" in run.message
        return
    advised = run.message.split("ry ")[-1].rstrip(".")
    if advised.endswith("times these rates"):
        advised = f"{worked(advised.removesuffix(' times these rates'))}*({settings['rate']})"
        assert walked(name, rate=advised, steps=10).fun < run.costs[0]
        return
    better = walked(name, rate=worked(advised), steps=100)
    assert better.fun < better.costs[0] and better.stop not in (Stop.DIVERGED, Stop.OUTSIDE, Stop.TWO_CYCLE)


def test_the_number_of_updates_that_a_crawl_needs_is_about_right():
    """(1 - 2η)^(2k) falls below 1 % after ln(0.01)/(2 ln(1 - 2η)) updates."""
    run = sc.Loss("(w - 3)^2").descend(start=[0], rate=1e-4, steps=500)
    said = int(run.message.split("about ")[1].split(" ")[0].replace(",", ""))
    assert said == pytest.approx(math.log(0.01) / (2 * math.log(1 - 2e-4)) - 500, rel=0.03)
    assert walked("a tiny rate", rate=1e-4, steps=said + 500).fun <= 0.011 * 9


@pytest.mark.parametrize(("formula", "start", "rate", "steps"), [
    ("(w - 3)^2", [0], 0.003, 60),                       # half of the fall is still to come, in five times as many updates
    ("(w - 3)^2", [0], 1e-4, 20),                        # too short to tell
    ("u^2 + 1e5*v^2", [1, 0.0138], 9e-6, 1000),          # slow along a valley in which little is left to gain
    ("u^2 + v^2", [1, 1], 0.01, 100), ("w^4", [1], 0.1, 5000),
])
def test_a_run_that_only_takes_its_time_does_not_crawl(formula, start, rate, steps):
    run = sc.Loss(formula).descend(start=start, rate=rate, steps=steps)
    assert run.message == "All steps are used up."


@pytest.mark.parametrize(("formula", "start", "rate", "tolerance", "stop"), [
    ("(w - 3)^2", [0], 0.1, 0.01, Stop.CONVERGED), ("(w - 3)^2", [2.996], 0.1, 0.01, Stop.CONVERGED),
    ("w^4", [1], 0.1, 0.01, Stop.CONVERGED), ("(a*b - 1)^2", [2, 0.1], 0.1, 1e-3, Stop.CONVERGED),
    ("(1 - 2*a*b)^2", [0.1, 3], 0.02, 1e-2, Stop.CONVERGED), ("(1 - a*b)^2 + (b - 2)^2", [1, 1], 0.1, 0.05, Stop.CONVERGED),
    ("u^2 - 1e-5*v^2", [1, 1e-4], 0.1, 1e-6, Stop.SADDLE), ("cos(w)", [0.001], 0.1, 0.01, Stop.MAXIMUM),
    ("sin(u)*sin(v)", [0.3, 0.3], 0.2, 1e-6, Stop.SADDLE),
    ("exp(-w)", [1], 0.5, 0.01, Stop.UNREACHED), ("1/(1 + exp(w))", [1], 0.5, 0.01, Stop.UNREACHED),
    ("w^3", [1], 0.1, 0.001, Stop.FLAT), ("(w - 3)^2", [0], 0.1, 3, Stop.CONVERGED),
    ("1e-30*(w - 3)^2", [0], 0.1, 1e-10, Stop.FLAT), ("w^4", [0], 0.1, 1e-10, Stop.CONVERGED),
    ("-w^4", [0], 0.1, 1e-10, Stop.MAXIMUM), ("w^3", [0], 0.1, 1e-10, Stop.FLAT), ("abs(w)", [0], 0.1, 1e-10, Stop.CONVERGED),
    ("u^2 + 1e-12*v^2", [1, 0], 0.1, 1e-10, Stop.CONVERGED), ("w^3", [1e-5], 0.1, 1e-8, Stop.FLAT),
])
def test_a_loose_tolerance_is_not_a_flat_place(formula, start, rate, tolerance, stop):
    run = sc.Loss(formula).descend(start=start, rate=rate, steps=5000, tolerance=tolerance)
    assert run.stop is stop
    assert "is zero to within the tolerance" in run.message or stop is Stop.UNREACHED


@pytest.mark.parametrize(("formula", "start", "rate", "steps"), [
    ("w^3", [1], 0.1, 2000), ("w^3", [1], 0.1, 200), ("w^5", [1], 0.1, 2000), ("tanh(w)^3", [1], 0.1, 2000),
    ("w^3 + u^2", [1, 1], 0.1, 500),
])
def test_the_way_to_an_inflection_is_not_taken_for_bottomless(formula, start, rate, steps):
    assert sc.Loss(formula).descend(start=start, rate=rate, steps=steps).stop is Stop.STEPS


@pytest.mark.parametrize("formula", ["w", "-ln(w)", "exp(-w)", "1/w", "ln(1 + exp(-w))", "-sqrt(w)", "-w^1.5"])
@pytest.mark.parametrize("steps", [12, 50, 1000])
def test_what_falls_for_ever_is_told_after_any_number_of_steps(formula, steps):
    assert sc.Loss(formula).descend(start=[1], rate=0.3, steps=steps).stop is Stop.UNREACHED


def test_scaling_is_advised_only_where_the_loss_can_make_up_for_it():
    """Without an intercept no parameter makes up for a centred column."""
    run = loss(TWO_FEATURES).descend({"x": [1, -2, 3, -1], "z": [110, 250, 370, 380], "y": [10, -20, 30, -10]}, start=[0, 0],
                                     rate=5e-6, steps=200)
    assert run.stop is Stop.CRAWLING and run.message.endswith("in one direction as in another: scale z.")


def test_scaling_is_not_advised_where_it_does_not_help(runs):
    assert runs["a long valley"].message.endswith("Newton's method allows for that and takes 1 update.")
    assert runs["a tiny rate of Adam"].message.endswith("Try 0.01.")


def test_what_bounces_is_given_the_range_and_a_rate_that_was_tried(runs):
    for name in ("the noise of batches", "Adam that bounces"):
        run = runs[name]
        low, high = (short(value) for value in (run.costs[251 if run.nit == 500 else 101:].min(),
                                                run.costs[251 if run.nit == 500 else 101:].max()))
        assert f"goes up and down between {low}" in run.message and high in run.message
        assert f"a rate of {run.rate / 10:g} brings it lower" in run.message


def test_a_rate_is_advised_only_where_going_on_does_worse():
    for formula, start, settings, advised in (
            ("(u-2)^2 + 20*(v-1)^2", [0, 0], {"rate": 0.02, "method": "nesterov"}, None),
            ("abs(w)", [1], {"rate": 0.5, "method": "rmsprop"}, 0.05)):
        walk = walk_to(sc.Loss(formula), start, steps=200, **settings)
        before = walk.history.points.copy()
        assert calmer_rate(walk) == advised and np.array_equal(walk.history.points, before)


def walk_to(loss, start, rate, method, steps):
    by = method_named(method)
    walk = walk_of(loss, None, loss.compile(), by, np.full(steps, rate), Tolerances(), ())
    walk.go(np.array(start, dtype=float))
    return walk


def test_walking_on_from_the_end_is_walking_on():
    whole, half = (walk_to(sc.Loss(STEEPER), [0, 0], 0.15, "momentum", steps) for steps in (80, 40))
    half.rates = whole.rates
    assert half.go()[0] is Stop.STEPS and np.array_equal(half.history.points, whole.history.points)


def test_a_look_at_how_far_a_method_pulls_changes_nothing():
    walk = walk_to(sc.Loss("(w - 3)^2"), [0], 0.1, "adamw", 20)
    walk.undefined = 0
    assert walk.pull() > 0 and walk.undefined == 0


def test_the_callback_is_let_go_before_anybody_asks_how_the_run_ended():
    class Callback:
        def __call__(self, result):
            pass

    callback, progress = Callback(), Callback()
    alive = [weakref.ref(callback), weakref.ref(progress)]
    run = sc.Loss("(w - 3)^2").descend(start=[0], rate=0.1, steps=5, callback=callback, progress=progress)
    del callback, progress
    gc.collect()
    assert [held() for held in alive] == [None, None] and run.stop is Stop.STEPS


def test_threads_that_ask_at_once_get_the_same():
    together = threading.Barrier(3)

    def found():
        together.wait(600)
        return 5

    once = Once(found)
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(lambda _: once(), range(3))) == [5, 5, 5]
    assert once() == 5


def short(value):
    return f"{value:.3g}"


def test_a_status_never_changes_its_number():
    """SciPy's `status`: what scripts compare with."""
    assert [stop.name for stop in Stop] == [
        "CONVERGED", "STEPS", "STILL", "TWO_CYCLE", "DIVERGED", "BOTTOMLESS", "OUTSIDE", "START", "SMALL_STEP", "SMALL_CHANGE",
        "MAXIMUM", "SADDLE", "FLAT", "CRAWLING", "NO_STEP", "CALLBACK", "INTERRUPTED", "UNREACHED", "PRECISE", "NO_RATE",
        "OVERFLOW"]
    assert sc.Loss("w^2").descend(start=[0], rate=0.1).status == 0


@pytest.mark.parametrize(("data", "start", "error", "sentence"), [
    ({"x": [1, 2], "y": [1, math.nan]}, [0, 0], DataError, "the data, column y, row 2: the value is missing (nan); give a "
     "finite number or delete the row"),
    (ROWS, [math.inf, 0], DescentError, "the start is not finite: m = inf"),
    (ROWS, [0, math.nan], DescentError, "the start is not finite: b = nan"),
])
def test_what_is_not_finite_is_refused_before_the_first_step(data, start, error, sentence):
    with pytest.raises(error) as caught:
        loss(LINE).descend(data, start=start, rate=0.1)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("formula", ["(w - 3)^2", "w^4", "exp(w) - w", "ln(1 + w^2)", "sqrt(1 + w^2)", "w - ln(w)", "cosh(w)"])
@pytest.mark.parametrize("start", [0.5, 2.5])
def test_where_there_is_a_minimum_the_run_is_never_told_that_there_is_none(formula, start):
    for steps in (10, 60, 300):
        for rate in (1e-5, 0.01):
            assert sc.Loss(formula).descend(start=[start], rate=rate, steps=steps).stop not in (Stop.UNREACHED, Stop.BOTTOMLESS)


def test_ctrl_c_keeps_every_update():
    run = sc.Loss("(u - 2)^2 + (v - u)^4").descend(start=[0, 0], rate=1e-7, steps=100_000,
                                                   progress=lambda made: signal.raise_signal(signal.SIGINT))
    assert (run.stop, run.message) == (Stop.INTERRUPTED, "Interrupted; every update so far is kept.")
    assert 0 < run.nit < 100_000 and len(run.costs) == run.nit + 1 == len(run.points)


# Chunks: the run is the same whether it is judged after every step or many steps at a time

CHUNKED = [("w^2", None, [1], 1.1), ("w^2", None, [1], 1.0), ("abs(w)", None, [1.25], 0.1), ("(w - 3)^2", None, [0], 0.25),
           ("(1 - u)^2 + 100*(v - u^2)^2", None, [-1, 1], 1e-3), ("ln(w)", None, [1], 0.05), ("w^3", None, [-1], 0.1),
           (LINE, ROWS, [0, 0], 0.01), (LINE, STEEP, [0, 0], 0.05), (LOGISTIC, CLASSES, [0, 0], 1.0)]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("formula", "data", "start", "rate"), CHUNKED)
def test_judging_many_steps_at_a_time_ends_the_run_at_the_same_step(method, formula, data, start, rate):
    both = [loss(formula).descend(data, start=start, rate=rate, steps=150, method=method, callback=callback)
            for callback in (None, lambda result: None)]
    assert both[0].stop is both[1].stop and both[0].message == both[1].message
    for kept in ("points", "costs", "gradients", "states", "rates"):
        assert np.array_equal(getattr(both[0], kept), getattr(both[1], kept))


@pytest.mark.parametrize("settings", [{"batch": 7, "rate": 0.2}, {"hold": "m", "rate": 0.2},
                                      {"step_tolerance": 1e-3, "rate": 0.2},
                                      {"cost_tolerance": 1e-4, "rate": 0.2}, {"rate": "0.5/k"}])
def test_chunks_with_every_setting(settings):
    both = [loss(LINE).descend(NOISY, start=[0, 0], steps=150, callback=callback, **settings)
            for callback in (None, lambda result: None)]
    assert both[0].message == both[1].message and np.array_equal(both[0].points, both[1].points)


LEVELS = some.sampled_from([0.0, 1.0, 1.0 + 1e-13, -1.0, 2.0, 1e3, 1e9, -1e12])


@given(rows=some.lists(some.tuples(LEVELS, LEVELS, LEVELS, LEVELS), min_size=2, max_size=40), growing=some.booleans(),
       cut=some.integers(1, 39), patience=some.integers(0, 3), step=some.sampled_from([0.0, 1e-12, 1.5]),
       cost=some.sampled_from([0.0, 1e-12, 1.5]))
def test_the_first_stop_of_a_chunk_is_the_one_that_single_steps_find(rows, growing, cut, patience, step, cost):
    """One look at all points against a look at each, with no point after it to see."""
    values = np.array(rows)
    costs = 2.0 ** np.arange(len(rows)) * (1 + np.abs(values[:, 2]) * 1e-9) if growing else values[:, 2]

    def track(count):
        return Track(points=values[:count, :2], costs=costs[:count], gradients=values[:count, 2:], moving=np.array([0, 1]),
                     tolerances=Tolerances(step=step, cost=cost), patience=patience)

    since = min(cut, len(rows) - 1)
    singly = (first_stop(track(k + 1), k) for k in range(since, len(rows)))
    assert first_stop(track(len(rows)), since) == next((found for found in singly if found is not None), None)


def test_a_loss_that_falls_along_a_straight_line_is_not_said_to_near_a_minimum():
    random = np.random.default_rng(0)
    x, w = random.normal(size=200), random.normal(size=200) * 2 + 1
    y = np.where(x + w + random.normal(size=200) > 0, 1.0, -1.0)
    run = sc.Loss("mean(softplus(a*x + b) - y*a)", parameters="a b").descend(
        {"x": x, "y": y}, start=[243.34631423717914, -1197.5892455108242], rate=3.0, steps=50)
    assert run.stop is Stop.STEPS and "minimum" not in run.message
