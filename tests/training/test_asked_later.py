"""How a run over data ended is found out when somebody asks, from the rows as they were while it ran."""

import gc
import pickle

import numpy as np
import pytest

import symcalc as sc
from symcalc.training import descent
from symcalc.training.late import Room
from symcalc.training.stops import Stop
from symcalc.training.walking.walk import Walk

RNG = np.random.RandomState(5)
X1, X2 = RNG.normal(size=(2, 60))
SIGN = np.where(X1 + RNG.normal(size=60) > 0, 1.0, -1.0)
LINE = {"x": X1, "y": 3 + 2 * X1 + X2}
SIGNS = {"x1": X1, "x2": X2, "y": SIGN}
LOGISTIC = "mean(ln(1 + exp(-y*(v*x1 + w*x2 + b))))"

RUNS = {
    "crawls": (LOGISTIC, SIGNS, {"start": [0, 0, 0], "rate": 1e-5, "steps": 60}, Stop.CRAWLING),
    "by momentum": (LOGISTIC, SIGNS, {"start": [0, 0, 0], "rate": 1e-6, "steps": 60, "method": "momentum"}, Stop.CRAWLING),
    "diverges": ("mean((y - (m*x + b))^2)", LINE, {"start": [0, 0], "rate": 3.0, "steps": 500}, Stop.DIVERGED),
    "rises": ("mean((y - (m*x + b))^2)", LINE, {"start": [0, 0], "rate": 1.2, "steps": 3}, Stop.STEPS),
    "bounces": ("mean((y - (m*x + b))^2)", LINE, {"start": [3, 3], "rate": 0.9, "steps": 60, "batch": 2, "seed": 1}, None),
    "one held": (LOGISTIC, SIGNS, {"start": [0, 1, 0], "rate": 1e-5, "steps": 60, "hold": "w"}, Stop.CRAWLING),
    "by a schedule": (LOGISTIC, SIGNS, {"start": [0, 0, 0], "rate": "1/k^2", "steps": 60}, None),
    "converges": ("mean((y - (m*x + b))^2)", LINE, {"start": [0, 0], "rate": 0.3, "steps": 500}, Stop.CONVERGED),
    "by Newton's method": (LOGISTIC, SIGNS, {"start": [0, 0, 0], "method": "newton", "steps": 20}, None),
    "without a value": ("mean(ln(m*x^2))", LINE, {"start": [1], "rate": 100.0, "steps": 5}, Stop.OUTSIDE),
    "slides": ("mean(exp(-a*x^2))", LINE, {"start": [1], "rate": 1.0, "steps": 40}, None),
}


def copied(data):
    return {name: values.copy() for name, values in data.items()}


@pytest.fixture
def looks(monkeypatch):
    """The reasons that were looked at more closely."""
    found, real = [], descent.ending

    def ending(loss, walk, stop, last):
        found.append(stop)
        return real(loss, walk, stop, last)

    monkeypatch.setattr(descent, "ending", ending)
    monkeypatch.setattr(descent, "looks_at_rows", lambda walk, stop: True)          # as if no moments told all of it
    return found


@pytest.mark.parametrize("name", RUNS)
def test_the_words_are_those_of_the_rows_that_there_were(name, monkeypatch, looks):
    formula, data, settings, stop = RUNS[name]
    loss, given = sc.Loss(formula), copied(data)
    run = loss.descend(given, **settings)
    assert not looks
    for values in given.values():
        values[:] = 7.0
    monkeypatch.setattr(descent, "_KEPT", 0)
    known = loss.descend(copied(data), **settings)
    assert len(looks) == 1
    assert (run.stop, run.message) == (known.stop, known.message) and (run.points == known.points).all()
    assert stop in (None, run.stop) and len(looks) == 2


@pytest.mark.parametrize("kept", [0, 2**20])
def test_wrong_partials_are_followed_whenever_it_is_found_out(kept, monkeypatch):
    monkeypatch.setattr(descent, "_KEPT", kept)
    effect = sc.Loss("mean((y - (m*x + b))^2)").compare_gradients(
        {"m": "2*mean(x*(y - (m*x + b)))"}, LINE, start=[0, 0], rate=0.5, steps=60)
    assert effect.wrong.message == "Diverged: the cost grows without bound."


@pytest.mark.parametrize(("kept", "settings"), [(119, {}), (2**20, {"callback": lambda result: None})])
def test_of_many_rows_and_for_a_callback_it_is_found_out_at_once(kept, settings, monkeypatch, looks):
    monkeypatch.setattr(descent, "_KEPT", kept)
    run = sc.Loss("mean((y - (m*x + b))^2)").descend(LINE, start=[0, 0], rate=0.01, steps=5, **settings)
    assert len(looks) == 1 and run.stop is Stop.STEPS and len(looks) == 1


def test_a_run_that_is_pickled_has_its_end_with_it():
    run = sc.Loss(LOGISTIC).descend(copied(SIGNS), start=[0, 0, 0], rate=1e-5, steps=60)
    assert pickle.loads(pickle.dumps(run)).message == run.message


@pytest.mark.parametrize("name", ["rises", "diverges", "bounces"])
def test_an_interruption_while_it_is_found_out_later_is_raised_and_nothing_kept(name, monkeypatch):
    formula, data, settings, _ = RUNS[name]
    known, run = (sc.Loss(formula).descend(data, **settings) for _ in range(2))
    assert known.detail
    with monkeypatch.context() as patch:
        patch.setattr(Walk, "_go", interrupted)
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                run.message  # noqa: B018
    assert run.message == known.message


def test_an_interruption_while_it_is_found_out_at_once_leaves_the_run(monkeypatch):
    formula, data, settings, _ = RUNS["rises"]
    monkeypatch.setattr(descent, "_KEPT", 0)
    monkeypatch.setattr(descent, "looks_at_rows", lambda walk, stop: True)
    monkeypatch.setattr(descent, "ending", interrupted)
    run = sc.Loss(formula).descend(data, **settings)
    assert (run.stop, run.detail, run.nit) == (Stop.STEPS, "", 3)


def test_copies_of_rows_are_kept_up_to_a_bound_over_all_runs(monkeypatch, looks):
    monkeypatch.setattr(descent, "_ROOM", Room(2 * 120))
    loss = sc.Loss("mean((y - (m*x + b))^2)")

    def run():
        return loss.descend(LINE, start=[0, 0], rate=0.01, steps=5)

    first, second, third = run(), run(), run()
    assert len(looks) == 1 and third.stop is Stop.STEPS                # the third had no room left
    assert first.stop is Stop.STEPS and len(looks) == 2                # and gives back its own
    fourth = run()
    assert len(looks) == 2
    del second, fourth
    gc.collect()
    fifth, sixth = run(), run()
    assert len(looks) == 2 and fifth.message == sixth.message == third.message


def interrupted(*given):
    raise KeyboardInterrupt
