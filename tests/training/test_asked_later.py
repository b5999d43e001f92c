"""How a run over data ended is found out when somebody asks, from the rows as they were while it ran."""

import gc
import pickle

import numpy as np
import pytest

import symcalc as sc
from symcalc.language.table import Table
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

EVEN = np.linspace(-1, 1, 200)
HALVES, UNEVEN, FEW = ({"x": x, "y": np.where(x > x.mean(), 1.0, -1.0)} for x in (EVEN, 1_000 + EVEN, EVEN[::10]))
SQUARES, OF_ONE = "mean((y - (m*x + b))^2)", "mean(ln(1 + exp(-y*(m*x + b))))"

# Formula, data, settings, how it ends where that is plain, and whether the rows themselves are asked for it
RUNS = {
    "crawls": (LOGISTIC, SIGNS, {"start": [0, 0, 0], "rate": 1e-5, "steps": 60}, Stop.CRAWLING, True),
    "by momentum": (LOGISTIC, SIGNS, {"start": [0, 0, 0], "rate": 1e-6, "steps": 60, "method": "momentum"}, Stop.CRAWLING,
                    True),
    "diverges": (SQUARES, LINE, {"start": [0, 0], "rate": 3.0, "steps": 500}, Stop.DIVERGED, False),
    "rises": (SQUARES, LINE, {"start": [0, 0], "rate": 1.2, "steps": 3}, Stop.STEPS, False),
    "bounces": (SQUARES, LINE, {"start": [3, 3], "rate": 0.9, "steps": 60, "batch": 2, "seed": 1}, None, True),
    "one held": (LOGISTIC, SIGNS, {"start": [0, 1, 0], "rate": 1e-5, "steps": 60, "hold": "w"}, Stop.CRAWLING, True),
    "by a schedule": (LOGISTIC, SIGNS, {"start": [0, 0, 0], "rate": "1/k^2", "steps": 60}, None, True),
    "converges": (SQUARES, LINE, {"start": [0, 0], "rate": 0.3, "steps": 500}, Stop.CONVERGED, False),
    "by Newton's method": (LOGISTIC, SIGNS, {"start": [0, 0, 0], "method": "newton", "steps": 20}, None, True),
    "without a value": ("mean(ln(m*x^2))", LINE, {"start": [1], "rate": 100.0, "steps": 5}, Stop.OUTSIDE, True),
    "slides": ("mean(exp(-a*x^2))", LINE, {"start": [1], "rate": 1.0, "steps": 40}, None, True),
    "moments": (SQUARES, HALVES, {"start": [3, 1], "rate": 1e-4, "steps": 300}, None, False),
    "moments, converged": (SQUARES, HALVES, {"start": [3, 1], "rate": 0.5, "steps": 3_000}, None, False),
    "moments, diverged": (SQUARES, HALVES, {"start": [3, 1], "rate": 3.0, "steps": 300}, None, False),
    "uneven columns, told how to be scaled": (SQUARES, UNEVEN, {"start": [3, 1], "rate": 1e-9, "steps": 300}, None, True),
    "few rows, which have no moments": (SQUARES, FEW, {"start": [3, 1], "rate": 1e-4, "steps": 300}, None, True),
    "no moments": (OF_ONE, HALVES, {"start": [3, 1], "rate": 1e-4, "steps": 300}, None, True),
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
    return found


@pytest.fixture
def always_by_rows(monkeypatch):
    """As if no moments told all of an end."""
    monkeypatch.setattr(descent, "looks_at_rows", lambda walk, stop: True)


def asked_when_the_rows_have_changed(name, by_rows, monkeypatch, looks):
    """The run whose rows are others by the time it is asked says what one says that is asked at once."""
    formula, data, settings, stop, _ = RUNS[name]
    copies = []
    monkeypatch.setattr(Table, "copied", lambda table, made=Table.copied: copies.append(1) or made(table))
    loss, given = sc.Loss(formula), copied(data)
    run = loss.descend(given, **settings)
    assert not looks and len(copies) == by_rows
    for values in given.values():
        values[:] = np.arange(len(values)) ** 3
    monkeypatch.setattr(descent, "_KEPT", 0)
    known = loss.descend(copied(data), **settings)
    assert len(looks) == by_rows
    assert (run.stop, run.message) == (known.stop, known.message) and (run.points == known.points).all()
    assert stop in (None, run.stop) and len(looks) == 2


@pytest.mark.parametrize("name", RUNS)
def test_the_words_are_those_of_the_rows_that_there_were(name, monkeypatch, looks):
    asked_when_the_rows_have_changed(name, RUNS[name][-1], monkeypatch, looks)


@pytest.mark.parametrize("name", [name for name, (*_, alone) in RUNS.items() if not alone])
def test_so_they_are_where_the_rows_are_asked_though_moments_would_do(name, monkeypatch, looks, always_by_rows):
    asked_when_the_rows_have_changed(name, True, monkeypatch, looks)


@pytest.mark.parametrize("kept", [0, 2**20])
def test_wrong_partials_are_followed_whenever_it_is_found_out(kept, monkeypatch):
    monkeypatch.setattr(descent, "_KEPT", kept)
    effect = sc.Loss(SQUARES).compare_gradients(
        {"m": "2*mean(x*(y - (m*x + b)))"}, LINE, start=[0, 0], rate=0.5, steps=60)
    assert effect.wrong.message == "Diverged: the cost grows without bound."


@pytest.mark.parametrize(("kept", "settings"), [(119, {}), (2**20, {"callback": lambda result: None})])
def test_of_many_rows_and_for_a_callback_it_is_found_out_at_once(kept, settings, monkeypatch, looks, always_by_rows):
    monkeypatch.setattr(descent, "_KEPT", kept)
    run = sc.Loss(SQUARES).descend(LINE, start=[0, 0], rate=0.01, steps=5, **settings)
    assert len(looks) == 1 and run.stop is Stop.STEPS and len(looks) == 1


def test_a_run_that_is_pickled_has_its_end_with_it():
    run = sc.Loss(LOGISTIC).descend(copied(SIGNS), start=[0, 0, 0], rate=1e-5, steps=60)
    assert pickle.loads(pickle.dumps(run)).message == run.message


def test_the_history_can_be_pickled_and_not_changed():
    history = sc.Loss("(w - 3)^2").descend(start=[0], rate=0.5, steps=3).history
    kept = pickle.loads(pickle.dumps(history))
    assert [*kept] == ["w", "J"] and len(kept) == 2 and all((kept[name] == history[name]).all() for name in kept)
    with pytest.raises(TypeError):
        history["J"] = kept["J"]


def test_many_runs_end_as_one_by_one_where_a_few_of_them_are_asked_by_themselves():
    """Some arrive, some leave the domain, some jump between two points: the tests of all together tell none of them apart."""
    loss = sc.Loss("w^2/2 + 0*v^2")
    starts = np.column_stack([np.append(np.linspace(-3, 3, 96), [0.7, 0.0, 1e-12, 1e300]), np.ones(100)])
    for rate in (0.5, 1.0, 2.0, 2.5):
        many = loss.sweep(starts=starts, rates=[rate], steps=150)
        for k in (0, 10, 47, 60, 96, 97, 98, 99):
            alone = loss.descend(start=starts[k].tolist(), rate=rate, steps=150)
            assert (many.ends[k].nit, many.ended[k].stop) == (alone.nit, alone.stop), (rate, k)
            np.testing.assert_allclose(many.ends[k].x, alone.x, rtol=1e-12)


@pytest.mark.parametrize("name", ["rises", "diverges", "bounces"])
def test_an_interruption_while_it_is_found_out_later_is_raised_and_nothing_kept(name, monkeypatch):
    formula, data, settings, *_ = RUNS[name]
    known, run = (sc.Loss(formula).descend(data, **settings) for _ in range(2))
    assert known.detail
    with monkeypatch.context() as patch:
        patch.setattr(Walk, "_go", interrupted)
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                run.message  # noqa: B018
    assert run.message == known.message


def test_an_interruption_while_it_is_found_out_at_once_leaves_the_run(monkeypatch):
    formula, data, settings, *_ = RUNS["rises"]
    monkeypatch.setattr(descent, "_KEPT", 0)
    monkeypatch.setattr(descent, "looks_at_rows", lambda walk, stop: True)
    monkeypatch.setattr(descent, "ending", interrupted)
    run = sc.Loss(formula).descend(data, **settings)
    assert (run.stop, run.detail, run.nit) == (Stop.STEPS, "", 3)


def test_copies_of_rows_are_kept_up_to_a_bound_over_all_runs(monkeypatch, looks, always_by_rows):
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
