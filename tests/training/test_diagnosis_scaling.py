"""Centring and scaling: that it cures, that the way back gives the same predictions, and that it is not offered in vain."""

import numpy as np
import pytest

from symcalc.training.losses import Loss
from symcalc.training.shape import scaling

RNG = np.random.default_rng(11)
N = 60
DATA = {"x": RNG.uniform(1950, 2020, N), "z": RNG.uniform(0, 1e4, N), "y": RNG.normal(5, 2, N), "t": RNG.uniform(2, 9, N),
        "s": np.where(RNG.random(N) > 0.5, 1.0, -1.0), "q": (RNG.random(N) > 0.5).astype(float), "k": np.full(N, 3.0)}
X, Z, T = DATA["x"], DATA["z"], DATA["t"]

CURED = [
    ("mean((y - (m*x + b))^2)", "x y", [], {"x": "centre and scale"}, lambda m, b: m * X + b),
    ("mean((m*x + b - y)^2)", "x y", [], {"x": "centre and scale"}, lambda m, b: m * X + b),
    ("sum((y - (b + m*x))^2)", "x y", [], {"x": "centre and scale"}, lambda b, m: m * X + b),
    ("mean((y - (u*x + v*z + b))^2)", "x z y", [], {"x": "centre and scale", "z": "centre and scale"},
     lambda u, v, b: u * X + v * Z + b),
    ("mean((y - (u*t + v*z))^2)", "t z y", [], {"t": "scale", "z": "scale"}, lambda u, v: u * T + v * Z),
    ("mean((y - (u*t + v*z + w*t*z + b))^2)", "t z y", [], {"t": "centre and scale", "z": "centre and scale"},
     lambda u, v, w, b: u * T + v * Z + w * T * Z + b),
    ("mean((y - (a + b*t + c*t^2 + d*t^3))^2)", "t y", [], {"t": "centre and scale"},
     lambda a, b, c, d: a + b * T + c * T**2 + d * T**3),
    ("mean((y - (a + b*x + c*x^2))^2)", "x y", [], {"x": "centre and scale"}, lambda a, b, c: a + b * X + c * X**2),
    ("mean((y - (a + c*z^2))^2)", "z y", [], {"z": "scale"}, lambda a, c: a + c * Z**2),
    ("mean((y - (a + b*sqrt(z)))^2)", "z y", [], {"z": "scale"}, lambda a, b: a + b * np.sqrt(Z)),
    ("mean(softplus(m*x + b) - q*(m*x + b))", "x q", [0, 0], {"x": "centre and scale"}, lambda m, b: m * X + b),
    ("mean(ln(1 + exp(-s*(m*x + b))))", "x s", [0, 0], {"x": "centre and scale"}, lambda m, b: m * X + b),
    ("mean(t*(y - (m*x + b))^2)", "x y t", [], {"x": "centre and scale"}, lambda m, b: m * X + b),
]


def _diagnosed(formula, columns, start):
    loss = Loss(formula, columns=columns)
    return loss.diagnose({name: DATA[name] for name in columns.split()}, start=start or np.zeros(len(loss.names)))


@pytest.mark.parametrize(("formula", "columns", "start", "how", "predict"), CURED)
def test_where_it_cures_the_way_back_gives_the_same_predictions(formula, columns, start, how, predict):
    found = _diagnosed(formula, columns, start)
    scaled = found.scaled
    assert {name: change.how for name, change in scaled.changes.items()} == how
    assert found.condition > 100 and scaled.condition < found.condition / 10
    for name in set(columns.split()) - set(how):
        assert np.array_equal(scaled.data[name], DATA[name])
    for name, kind in how.items():
        expected = (DATA[name] - DATA[name].mean()) / DATA[name].std() if kind == "centre and scale" else \
            DATA[name] / np.sqrt(np.mean(DATA[name]**2))
        np.testing.assert_allclose(scaled.data[name], expected, rtol=1e-9)
    # The same cost before and after, at any point: the two losses are one.
    point = RNG.normal(size=len(found.loss.names))
    before = found.loss.compile({name: DATA[name] for name in columns.split()})
    assert found.loss.compile(scaled.data)(point)[0] == pytest.approx(before(scaled.unscaled(point))[0], rel=1e-6)
    assert found.loss.compile(scaled.data)(scaled.start)[0] == pytest.approx(before(np.zeros(len(point)))[0], rel=1e-9)
    run = scaled.descend(steps=400)
    new = found.loss.diagnose(scaled.data, start=start or None)
    assert new.condition == pytest.approx(scaled.condition, rel=1e-6)
    assert new.suggested_rate == scaled.rate
    assert run.costs[-1] <= run.costs[0]
    if formula.startswith("mean((y") and new.condition < 50:
        values = scaled.unscaled(run.parameters)
        A = np.column_stack([predict(*row) for row in np.eye(len(values))])
        best = A @ np.linalg.lstsq(A, DATA["y"], rcond=1e-16)[0]
        np.testing.assert_allclose(predict(*values.values()), best, rtol=1e-5)


@pytest.mark.parametrize(("formula", "columns", "start"), [
    ("mean((y - (m*x + b))^2) + 0.1*m^2", "x y", []),            # the penalty would act on another slope
    ("mean((y - (u*t + v*t + b))^2)", "t y", []),                # the same column twice stays so
    ("mean((y - m*x)^2)", "x y", []),                            # one parameter is never ill
    ("mean((y - (m*k + b))^2)", "k y", []),                      # a constant column
    ("(1 - u)^2 + 100*(v - u^2)^2", "", [-1, 1]),
    ("mean((y - a*exp(c*t))^2)", "t y", [0.1, 0.1]),             # shifting t would change a
    ("mean((y - (a + b*t))^2)*w^2", "t y", [1, 1, 1]),           # not the same kind everywhere
])
def test_where_it_is_no_cure_it_is_not_offered(formula, columns, start):
    loss = Loss(formula, columns=columns)
    data = {name: DATA[name] for name in columns.split()} if columns else None
    assert loss.diagnose(data, start=start or None).scaled is None


def test_a_checker_that_takes_anything_would_be_noticed(monkeypatch):
    loss = Loss("mean((y - (a + c*z^2))^2)", columns="z y")
    monkeypatch.setattr(scaling, "_ALIKE", 10.0)
    changes, _ = scaling.changes(loss, loss.table(DATA))
    assert changes["z"].how == "centre and scale"               # wrong: z'² does not give z², so the tests above would fail


def test_the_run_that_was_offered():
    found = Loss("mean((y - (m*x + b))^2)").diagnose({"x": X, "y": 2 * X + 1}, rate=1e-3, start=[0, 0])
    run = found.scaled.descend(steps=50)
    assert run.success
    assert found.scaled.unscaled(run.parameters) == pytest.approx({"m": 2, "b": 1}, rel=1e-7)


def test_a_condition_number_beyond_rounding_is_not_taken_for_a_valley():
    found = _diagnosed("mean((y - (a + b*x + c*x^2 + d*x^3))^2)", "x y", [])
    assert found.condition == np.inf and found.scaled.condition < 100
    assert "lost in rounding" in str(found)
    assert found.foretold(found.suggested_rate).per_digit > 1e11
