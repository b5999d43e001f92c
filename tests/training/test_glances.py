"""A glance at a stretch of points never hides an end that its rule sees."""

import numpy as np
import pytest

from symcalc.training import stops
from symcalc.training.stops import Stop, Tolerances, Track, first_stop

RNG = np.random.RandomState(5)
FALLING = np.geomspace(1e3, 1e-3, 40)
RISING = np.geomspace(1, 1e6, 40)
SETTLED = 3 + 0.5 ** np.arange(1, 61)[:, None]           # which stands still when what is added is rounded away
SWING = np.where(np.arange(40) % 2, 1.0, 2.0)
BOUNCE = np.column_stack([SWING, np.full(40, 7.0)])


def track(points, costs, gradients=None, **given):
    points = np.asarray(points, dtype=float).reshape(len(costs), -1)
    gradients = np.ones_like(points) if gradients is None else gradients
    return Track(points=points, costs=np.asarray(costs), gradients=gradients, moving=np.arange(points.shape[1]),
                 **{"tolerances": Tolerances(), **given})


TRACKS = {
    "walks on": (track(RNG.normal(size=(40, 2)).cumsum(axis=0), FALLING), None),
    "converges": (track(RNG.normal(size=(40, 2)), FALLING, np.geomspace(1, 1e-14, 80).reshape(40, 2)), Stop.CONVERGED),
    "one of two slopes is left": (track(RNG.normal(size=(40, 2)), FALLING, np.array([[0.0, 1.0]] * 40)), None),
    "stands still": (track(SETTLED, np.geomspace(1e3, 1, 60)), Stop.STILL),
    "one of two still moves": (track(np.column_stack([np.ones(40), FALLING]), FALLING), None),
    "jumps": (track(SWING, np.full(40, 5.0)), Stop.TWO_CYCLE),
    "jumps in one of two": (track(BOUNCE, np.full(40, 5.0)), Stop.TWO_CYCLE),
    "rises": (track(RISING, RISING), Stop.DIVERGED),
    "falls without end": (track(RISING, -np.geomspace(1, 1e14, 40)), Stop.BOTTOMLESS),
    "small steps": (track(RNG.rand() + 1e-4 * np.arange(40), FALLING, tolerances=Tolerances(step=2e-4)), Stop.SMALL_STEP),
    "small changes": (track(RISING, 5 + 1e-4 * np.arange(40), tolerances=Tolerances(cost=2e-4)), Stop.SMALL_CHANGE),
    "takes turns": (track(np.repeat(np.arange(40.0), 2).reshape(40, 2), FALLING, patience=2), None),
    "slopes by lot": (track(np.ones(40), FALLING, patience=0), None),
    "hardly moves": (track(1 + 1e-14 * np.arange(40), FALLING), None),
}


@pytest.mark.parametrize("since", [0, 1, 2, 5, 30])
@pytest.mark.parametrize("name", TRACKS)
def test_the_end_is_the_same_with_and_without_a_glance(monkeypatch, name, since):
    course, stop = TRACKS[name]
    seen = first_stop(course, since)
    assert (seen and seen[1]) == stop
    monkeypatch.setattr(stops, "_GLANCES", dict.fromkeys(Stop, lambda track, since: False))
    assert first_stop(course, since) == seen


def test_the_verdict_does_not_depend_on_what_was_worked_out_beyond_the_end():
    costs = np.concatenate([RISING, [-1e9]])
    assert first_stop(track(np.append(RISING, 0), costs), 0) == first_stop(track(RISING, RISING), 0)


def test_every_rule_has_its_glance():
    assert {stop for stop, _ in stops._RULES} == set(stops._GLANCES)
