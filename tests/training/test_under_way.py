"""What is said of a descent on its way: of the update that is next, with the speed that there is, not of a new descent."""

import pytest

import symcalc as sc
from symcalc.cli.explorer import Explorer
from symcalc.training.diagnosis.diagnose import diagnose
from symcalc.training.diagnosis.under_way import UnderWay

VALLEY = "(1 - u)^2 + 5*(v - u^2)^2"


def by_hand(steps, u=-1.0, v=1.0, rate=0.01, beta=0.9):
    """J after each update of momentum."""
    speed, costs = [0.0, 0.0], []
    for _ in range(steps):
        slopes = [-2*(1 - u) - 20*u*(v - u*u), 10*(v - u*u)]
        speed = [beta*a - rate*g for a, g in zip(speed, slopes)]
        u, v = u + speed[0], v + speed[1]
        costs.append((1 - u)**2 + 5*(v - u*u)**2)
    return costs


def typed(*lines):
    said = []
    explorer = Explorer(said.append)
    for line in lines:
        explorer.onecmd(line)
    return " ".join(" ".join(map(str, said)).split())


@pytest.mark.parametrize("made", [1, 2, 7])
def test_the_next_update_is_that_of_the_run(made):
    run = sc.Loss(VALLEY).descend(start=[-1, 1], rate=0.01, steps=made, method="momentum")
    found = diagnose(run.loss, start=run.parameters, rate=0.01, method="momentum", under_way=UnderWay(run=run))
    assert found.cost_after == pytest.approx(by_hand(made + 1)[-1], rel=1e-12)
    words = " ".join(str(found).split())
    assert words.startswith(f"In the descent of J(u, v) by momentum, after {made} update{'s' * (made != 1)} ")
    assert f"Update {made + 1} takes J from" in words and "start" not in words and "start" not in found.sentence


def test_at_the_prompt_it_is_the_run_until_another_rate_begins_a_new_one():
    before = (VALLEY, "start u=-1,v=1", "method momentum", "rate 0.01", "step 2")
    assert "Update 3 takes J from 3.77583 to 3.7265." in typed(*before, "diagnose")
    for after in (("diagnose 0.02",), ("rate 0.02", "diagnose")):
        words = typed(*before, *after)
        assert "Before the descent of J(u, v) by momentum" in words and "The first step takes J" in words


def test_a_point_without_a_slope_is_left_by_a_speed_that_is_there():
    run = sc.Loss("(w - 3)^2").descend(start=[0], rate=0.5, steps=1, method="momentum")
    assert run.parameters == {"w": 3.0} and run.jac == [0.0]
    words = [" ".join(str(diagnose(run.loss, start=run.parameters, rate=0.5, method="momentum", under_way=way)).split())
             for way in (UnderWay(run=run), None)]
    assert "Update 2 takes J from 0 to 7.29." in words[0] and "no step leads away" not in words[0]
    assert "Every slope is 0 at the start, so no step leads away from it." in words[1]


def test_the_rate_of_a_schedule_is_that_of_the_next_update():
    run = sc.Loss("(w - 3)^2").descend(start=[0], rate="0.4/k", steps=3)
    found = diagnose(run.loss, start=run.parameters, rate="0.4/k", under_way=UnderWay(run=run))
    assert found.rate == 0.1 and "That is the rate of update 4 out of 0.4/k" in " ".join(str(found).split())
    assert found.cost_after == pytest.approx(run.fun * 0.8**2)


DATA = {"x": [1, 2, 3, 4.5], "y": [1, 3, 2, 5.0]}


@pytest.mark.parametrize(("formula", "data", "settings"), [
    ("(u - 3)^2 + 10*(v - u)^2", None, {"hold": "v"}),
    ("mean((y - (u*x + v))^2)", DATA, {"batch": 2, "seed": 3}),
])
def test_the_next_update_is_made_as_those_before(formula, data, settings):
    loss = sc.Loss(formula, columns="x y" if data else ())
    run, longer = (loss.descend(data, start=[0, 1], rate=0.01, steps=steps, **settings) for steps in (5, 6))
    assert UnderWay(run=run).cost_after == longer.fun


def test_a_tolerance_by_which_it_has_ended_leaves_no_next_update():
    run = sc.Loss("(w - 3)^2").descend(start=[0], rate=0.25, steps=500, cost_tolerance=0.1)
    assert UnderWay(run=run).cost_after is None


def test_wrong_slopes_drive_the_next_update_too():
    loss = sc.Loss("mean((y - (u*x + v))^2)", columns="x y")
    wrong = {"u": "2*mean(x*(y - (u*x + v)))"}
    run, longer = (loss.compare_gradients(wrong, DATA, start=[0, 0], rate=0.01, steps=steps).wrong for steps in (3, 4))
    assert UnderWay(run=run).cost_after == longer.fun


def test_a_run_that_has_ended_has_no_next_update():
    run = sc.Loss("(w - 3)^2").descend(start=[0], rate=0.25, steps=500)
    found = diagnose(run.loss, start=run.parameters, rate=0.25, under_way=UnderWay(run=run))
    assert found.cost_after is None and "takes J" not in str(found)


def test_momentum_does_not_converge_where_j_curves_downwards():
    words = sc.Loss(VALLEY).diagnose(start=[-0.84, 0.97], rate=0.01, method="momentum").sentence
    assert words == ("If the curvature stayed as it is at the start, momentum would converge along the directions in which J "
                     "curves upwards, swinging from side to side.")
