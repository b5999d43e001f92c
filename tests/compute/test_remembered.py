"""What is kept from one descent to the next is code, never data."""

import gc
import weakref

import numpy as np

import symcalc as sc
from symcalc.compute.remembered import remembered
from symcalc.language.table import read_table

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


def test_what_was_worked_out_goes_with_its_table():
    calls = []
    rows = remembered(lambda table: calls.append(table.rows) or [table.rows])
    tables = [read_table({"x": np.arange(size)}) for size in (2, 3)]
    assert [rows(table) for table in (*tables, *tables)] == [[2], [3], [2], [3]] and calls == [2, 3]
    known = weakref.ref(tables[0])
    tables.clear()
    gc.collect()
    assert known() is None


def test_losses_that_differ_have_code_of_their_own():
    found = [sc.Loss(formula).compile()([3.0])[0] for formula in ("(w - 1)^2", "(w - 2)^2", "(w - 1.0)^2", "(v - 1)^2")]
    assert found == [4, 1, 4, 4] and sc.Loss("(v - 1)^2").compile().parameters == ("v",)
