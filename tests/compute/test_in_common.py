"""What the costs of many runs have in common with their slopes is worked out once, and the costs are the same numbers."""

import numpy as np
import pytest

import symcalc as sc
from symcalc.compute.calls import Buffered, Kind
from symcalc.compute.loops.loop import PlainLoop
from symcalc.compute.loops.many import PAST, room_for, side_by_side
from symcalc.training.losses import Loss
from symcalc.training.methods import method_named
from symcalc.training.walking.plain_steps import plain_steps

LOSSES = {               # and how many vectors the slopes leave to the costs
    "(1 - u)^2 + 100*(v - u^2)^2": 2,
    "u^2 + v^2": 0,
    "exp(u*v) + exp(u*v)^2 + (u - v)^4": 3,
    "sqrt(1 + u^2 + v^2)": 1,
    "(u*v - 3)^2 + sin(u*v - 3)": 1}


@pytest.mark.parametrize("formula", LOSSES)
def test_the_costs_are_those_of_the_points_to_the_last_bits(formula):
    loss = Loss(formula)
    compiled, method = loss.compile(), method_named("gradient descent")
    front = side_by_side(plain_steps(compiled, method, loss.slope_names, (0, 1)))
    assert front.written.common == LOSSES[formula]
    room = room_for(2, 2, 0, 40, 50)
    room.points[PAST] = np.random.RandomState(0).uniform(-1, 1, (2, 50))
    values, gradients = compiled.across(room.points[PAST].T.copy())
    room.costs[PAST], room.gradients[PAST] = values, gradients.T
    room.rates = np.broadcast_to(1e-3, room.rates.shape)
    front(room, 40, 1)
    for row in range(PAST + 1, PAST + 41):
        values, gradients = compiled.across(room.points[row].T.copy())
        np.testing.assert_allclose(room.costs[row], values, rtol=1e-15)
        np.testing.assert_allclose(room.gradients[row], gradients.T, rtol=1e-15)


def test_the_code_is_kept_for_the_next_sweep():
    fronts = [side_by_side(plain_steps(J.compile(), method_named("momentum"), J.slope_names, (0, 1)))
              for J in (Loss("(u - 2*v)^2 + u^4"), Loss("(u - 2*v)^2 + u^4"))]
    assert fronts[0].written is fronts[1].written and not isinstance(fronts[0], PlainLoop)


def test_only_what_both_need_is_in_common():
    taken = Buffered({"p0": Kind.RUNS})
    for name, source in (("a0", "p0 * p0"), ("a1", "a0 + 1.0"), ("a2", "a1 * a1"), ("a3", "2.0 * a1"), ("a4", "p0 + a3")):
        taken.statement(name, source)
    assert taken.in_common(["a2"], ["a4"]) == ["a1"] and taken.in_common(["a4"], ["a2"]) == ["a1"]
    assert taken.in_common(["a2"], ["p0"]) == []
    assert taken.lines({"J": "a2"}, there=["a1"]) == ["a2 = multiply(a1, a1, J)"]


def test_a_batch_is_worth_no_moments():
    x = np.linspace(0, 1, 64)
    loss, data = sc.Loss("mean((y - (m*x + b))^2)", columns="x y"), {"x": x, "y": 3 * x}
    run = loss.descend(data, start=[0, 0], rate=0.1, steps=20, batch=40, seed=3)
    batches = run.batches
    for k in (1, 2, 3, 20):
        rows, (m, b) = batches.of(k), run.points[k - 1]
        left = 3 * x[rows] - (m * x[rows] + b)
        np.testing.assert_allclose(run.drives[k - 1], [-2 * (left @ x[rows]) / len(rows), -2 * left.mean()], rtol=1e-12)
        assert run.updates[k - 1].place.compiled.strategy == "tape"
