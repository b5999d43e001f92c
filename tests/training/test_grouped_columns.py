"""A table of many runs has a column for what its runs have."""

import pytest

import symcalc as sc


@pytest.mark.parametrize(("formula", "rate", "names"), [
    ("w^4 - w", 1e-4, ["runs", "how they ended", "J at the end", "updates"]),                   # all on their way
    ("(w^2 - 1)^2", 0.1, ["runs", "how they ended", "where", "J at the end", "updates"]),
])
def test_where_runs_ended_is_a_column_only_where_one_came_to_rest(formula, rate, names):
    runs = sc.Loss(formula).sweep(starts=[[k / 100] for k in range(40, 150)], rates=[rate], steps=200)
    header, = [line.split("  ") for line in str(runs).splitlines() if line.lstrip().startswith("runs ")]
    assert [name.strip() for name in header if name] == names
