"""What comes out of a file says so, and a step is shown beside its formulas only where these give its numbers."""

import copy
import json
import pickle
from dataclasses import replace

import numpy as np
import pytest
from test_replay import ROWS, RUNS

import symcalc as sc
from symcalc.training.told.page import as_read

READ = "Read from a file, and not made again here: run.replay() makes every update again and\ncompares the numbers."
ON_DATA = READ.replace("replay()", "replay(data)")


@pytest.mark.parametrize("name", RUNS)
def test_each_step_of_a_saved_run_is_shown_as_before(name, tmp_path):
    run = RUNS[name]()
    loaded = sc.load_run(run.save(tmp_path / "run.json"), ROWS if run.table is not None else None)
    for k in sorted({0, 1, run.nit - 1} & {*range(run.nit)}):
        assert str(loaded.updates[k]) == str(run.updates[k])
    assert str(loaded).replace(f"{READ}\n\n", "") == str(run) != str(loaded)
    assert str(loaded.summary()).replace(f"{READ}\n\n", "") == str(run.summary()) != str(loaded.summary())


def test_a_run_says_that_it_is_read_and_says_it_as_long_as_it_is(tmp_path):
    run = RUNS["adam"]()
    loaded = sc.load_run(run.save(tmp_path / "run.json"))
    assert all(" ".join(ON_DATA.split()) in " ".join(str(shown).split()) for shown in (loaded, loaded.summary()))
    assert "replay(data)" in loaded._repr_mimebundle_()["text/html"] and "replay(data)" in loaded._repr_mimebundle_()["text/latex"]
    assert "replay(data)" in loaded.save(tmp_path / "run.txt").read_text(encoding="utf-8")
    whole = sc.load_run(tmp_path / "run.json", ROWS)
    for kept in (whole, pickle.loads(pickle.dumps(whole)), copy.deepcopy(whole), replace(whole, seed=1)):
        assert READ in str(kept)
    assert not as_read(run) and not as_read(whole.replay().again)


# One number of the file is changed: the array, the place, the update that is looked at, and what is said

CHANGED = [
    ("gradient descent", "gradients", (2, 1), 3, "∂J/∂b comes out as"),
    ("gradient descent", "gradients", (2, 0), 3, "∂J/∂m comes out as"),
    ("gradient descent", "costs", (3,), 3, "J after it comes out as"),
    ("gradient descent", "costs", (2,), 3, "J before it comes out as"),
    ("gradient descent", "points", (3, 0), 4, "comes out as"),
    ("gradient descent", "rates", (2,), 3, "m comes out as"),
    ("momentum", "states", (3, 0, 1), 3, "v_b comes out as"),
    ("momentum", "states", (2, 0, 0), 3, "v_m comes out as"),
    ("adam", "states", (3, 1, 0), 3, "comes out as"),
    ("nesterov", "drives", (2, 0), 3, "the slope ∂J/∂m comes out as"),
    ("adam, batch", "drives", (2, 1), 3, "the slope ∂J/∂b comes out as"),
    ("newton", "gradients", (0, 1), 1, "∂J/∂b comes out as"),
    ("newton", "rates", (0,), 1, "m comes out as"),
    ("coordinate descent", "rates", (1,), 2, "b comes out as"),
    ("line search", "rates", (1,), 2, "m comes out as"),
    ("wrong slopes", "gradients", (1, 0), 2, "g_w comes out as"),
]


@pytest.mark.parametrize(("name", "array", "place", "k", "said"), CHANGED,
                         ids=[f"{case[0]} {case[1]} {n}" for n, case in enumerate(CHANGED)])
def test_a_number_that_was_changed_is_not_shown_beside_a_formula(name, array, place, k, said, tmp_path):
    path = RUNS[name]().save(tmp_path / "run.json")
    data = json.loads(path.read_text(encoding="utf-8"))
    numbers = np.array(data["replay"]["history"][array])
    numbers[place] += 1e-6 * np.abs(numbers).max()
    data["replay"]["history"][array] = numbers.tolist()
    path.write_text(json.dumps(data), encoding="utf-8")
    loaded = sc.load_run(path, None if name == "wrong slopes" else ROWS)
    shown = " ".join(str(loaded.updates[k - 1]).split())
    assert "This step is not shown, for its formulas do not make the numbers that the file gives it: " in shown
    assert said in shown and "=" not in shown


def test_formulas_that_were_changed_are_not_shown_beside_numbers(tmp_path):
    path = RUNS["gradient descent"]().save(tmp_path / "run.json")
    data = json.loads(path.read_text(encoding="utf-8"))
    data["replay"]["partials"] = ["(+ m 1)", "b"]
    path.write_text(json.dumps(data), encoding="utf-8")
    shown = str(sc.load_run(path, ROWS).updates[0])
    assert "This step is not shown" in shown and "g_m comes out as 1" in " ".join(shown.split())
