"""What is kept from one descent to the next is code, never data."""

import gc
import weakref

import numpy as np
import pytest

import symcalc as sc
from symcalc.compute.moments.tapes import Pass
from symcalc.language.data import read_table

LINE = sc.mean_squared_error("y", sc.line("x"))


def test_code_is_kept_from_one_descent_to_the_next_and_its_data_are_not():
    table = read_table({"x": np.arange(50.0), "y": np.arange(50.0)})
    first, again = LINE.compile(table), LINE.compile(table)
    assert first.tape is again.tape and first.source is again.source
    run, gone = LINE.descend(table, start=[0, 0], rate=1e-4, steps=500), weakref.ref(table)
    assert run.nit == 500
    del table, first, again, run
    gc.collect()
    assert gone() is None


def test_a_table_whose_array_has_changed_is_looked_at_again():
    columns = {"x": np.arange(50.0), "y": np.arange(50.0)}
    table = read_table(columns).select(["y", "x"])
    assert LINE.compile(table)([1, 0])[0] == pytest.approx(0, abs=1e-20)
    columns["y"] += 5
    assert LINE.compile(table)([1, 0])[0] == pytest.approx(25)


def test_a_descent_goes_through_the_rows_of_its_moments_once(monkeypatch):
    passes, once = [], Pass.__call__
    monkeypatch.setattr(Pass, "__call__", lambda self, table: passes.append(table.rows) or once(self, table))
    run = LINE.descend({"x": np.linspace(-1, 1, 60), "y": np.linspace(0, 1, 60)}, start=[0, 0], rate=0.3, steps=500)
    assert passes == [60] and run.stop is sc.Stop.CONVERGED


def test_losses_that_differ_have_code_of_their_own():
    found = [sc.Loss(formula).compile()([3.0])[0] for formula in ("(w - 1)^2", "(w - 2)^2", "(w - 1.0)^2", "(v - 1)^2")]
    assert found == [4, 1, 4, 4] and sc.Loss("(v - 1)^2").compile().parameters == ("v",)
