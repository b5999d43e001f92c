"""How a run over rows ended is found out when somebody asks, whatever has become of the rows by then."""

import numpy as np
import pytest

import symcalc as sc
from symcalc.language.table import Table
from symcalc.training import descent

LINE, LOGISTIC = sc.Loss("mean((y - (m*x + b))^2)"), sc.Loss("mean(ln(1 + exp(-y*(m*x + b))))")
X = np.linspace(-1, 1, 200)
CASES = {                # loss, x, rate, steps, and whether the rows themselves are asked for how it ended
    "moments": (LINE, X, 1e-4, 300, False),
    "moments, converged": (LINE, X, 0.5, 3_000, False),
    "moments, diverged": (LINE, X, 3.0, 300, False),
    "uneven columns, which are told how to be scaled": (LINE, 1_000 + X, 1e-9, 300, True),
    "few rows, which have no moments": (LINE, X[::10], 1e-4, 300, True),
    "no moments": (LOGISTIC, X, 1e-4, 300, True)}


@pytest.mark.parametrize("case", CASES)
def test_what_is_said_of_an_end_is_of_the_rows_that_were_there(case, monkeypatch):
    loss, x, rate, steps, by_rows = CASES[case]
    asked, copies = [], []
    found = descent.ending
    monkeypatch.setattr(descent, "ending", lambda *given: asked.append(1) or found(*given))
    monkeypatch.setattr(Table, "copied", lambda table, made=Table.copied: copies.append(1) or made(table))
    y = np.where(x > x.mean(), 1.0, -1.0)
    data = {"x": x.copy(), "y": y.copy()}
    kept, changed = (loss.descend(given, start=[3, 1], rate=rate, steps=steps) for given in ({"x": x, "y": y}, data))
    assert not asked and len(copies) == 2 * by_rows
    data["x"][:] = np.arange(len(x)) ** 3                   # nothing of this is known of the run that was there before
    assert changed.message == kept.message and changed.stop is kept.stop
    assert len(asked) == 2


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
