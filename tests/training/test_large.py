"""Losses of hundreds of parameters: descended, shown, saved and solved without deriving every slope line by line."""

import numpy as np
import pytest

import symcalc as sc
from symcalc.compute.indexed.compiling import MOST_APART
from symcalc.errors import DescentError, LossError
from symcalc.training.loading import load_run
from symcalc.training.problem.derivatives import MOST_DERIVED

RNG = np.random.RandomState(5)
ROWS, FEATURES = 120, 40
X = RNG.normal(size=(ROWS, FEATURES))
WEIGHTS = RNG.normal(size=FEATURES)
DATA = {"x": X, "y": X @ WEIGHTS + 3 + 0.1 * RNG.normal(size=ROWS)}
LINEAR = sc.mean_squared_error("y", sc.linear("x", features=FEATURES))
NETWORK = sc.mean_squared_error("y", sc.network("x1 x2", hidden=10))
PLANE = {"x1": X[:, 0], "x2": X[:, 1], "y": np.tanh(X[:, 0]) + X[:, 1]}
START = 0.1 * RNG.normal(size=len(NETWORK.names))


@pytest.fixture(autouse=True)
def _in_arrays(monkeypatch):
    """Arrays also where one compiled loop could serve in their place."""
    monkeypatch.setattr("symcalc.compute.indexed.compiling.MOST_FUSED", MOST_APART)


@pytest.fixture(scope="module")
def run():
    return NETWORK.descend(PLANE, start=START, rate=0.05, steps=30)


def test_a_large_loss_has_no_derivations_until_one_asks(run):
    loss = sc.Loss(NETWORK.expression)
    made = loss.descend(PLANE, start=START, rate=0.05, steps=30)
    str(made), str(made.summary()), made.as_dict(), str(loss)
    assert "_gradient" not in loss.__dict__
    np.testing.assert_allclose(made.points, run.points, rtol=1e-12)          # the one by statements, the other by arrays
    assert loss.derive("v1").proof.passed
    assert loss.is_large and len(loss.names) > MOST_DERIVED


def test_one_step_less_than_large_is_derived():
    loss = sc.mean_squared_error("y", sc.linear("x", features=MOST_DERIVED - 1))
    assert not loss.is_large
    assert len(loss.partials) == MOST_DERIVED


def test_the_page_of_a_run_has_no_column_for_every_parameter(run):
    page = str(run)
    assert max(map(len, page.splitlines())) < 100
    assert "J(v1, w11, …, c10, b)" in page and "|∇J|" in page and "Its 41 partial derivatives" in page
    row = next(line.split() for line in page.splitlines() if line.split()[:1] == ["1"])
    assert float(row[1]) == pytest.approx(run.costs[1], rel=1e-5)
    assert float(row[2]) == pytest.approx(np.linalg.norm(run.gradients[0]), rel=1e-4)
    assert len(str(run.summary()).splitlines()) < 25


@pytest.mark.parametrize("settings", [
    {}, {"batch": 20}, {"method": "newton", "rate": 1e-3},
    *({"method": name} for name in ("adam", "nesterov", "backtracking", "coordinate descent"))])
def test_an_update_of_many_parameters_is_a_page(settings):
    run = NETWORK.descend(PLANE, start=START, steps=2, **({"rate": 0.05} | settings))
    page = str(run.updates[-1])
    assert len(page.splitlines()) < 90
    assert "expected ΔJ" in page
    assert NETWORK.names[run.updates[-1].turn[0]] in page


def test_a_large_run_is_saved_and_made_again(run, tmp_path):
    path = run.save(tmp_path / "run.json")
    again = load_run(path, PLANE)
    np.testing.assert_array_equal(again.points, run.points)
    assert again.replay().same


@pytest.mark.parametrize("suffix", ["csv", "html", "md", "tex"])
def test_a_large_run_is_saved_in_every_form(run, tmp_path, suffix):
    assert run.save(tmp_path / f"run.{suffix}").stat().st_size < 300_000


def test_the_minimum_of_many_features_is_that_of_least_squares():
    found = LINEAR.minimum(DATA)
    wanted = np.linalg.lstsq(np.column_stack([X, np.ones(ROWS)]), DATA["y"], rcond=None)[0]
    np.testing.assert_allclose([*found.point.values()], wanted, rtol=1e-10)
    assert found.exact and found.kind == "minimum" and len(str(found).splitlines()) < 30
    run = LINEAR.descend(DATA, start=np.zeros(FEATURES + 1), rate=0.2, steps=500)
    assert run.distance == pytest.approx(np.linalg.norm(run.x - wanted), rel=1e-6, abs=1e-9)


def test_a_penalty_on_many_weights():
    found = sc.ridge(LINEAR, 0.5).minimum(DATA)
    columns = np.column_stack([X, np.ones(ROWS)])
    penalty = 0.5 * np.diag([*np.ones(FEATURES), 0])
    wanted = np.linalg.solve(columns.T @ columns / ROWS + penalty, columns.T @ DATA["y"] / ROWS)
    np.testing.assert_allclose([*found.point.values()], wanted, rtol=1e-10)


def test_fewer_rows_than_parameters():
    few = {"x": X[:20], "y": DATA["y"][:20]}
    found = LINEAR.minimum(few)
    columns = np.column_stack([few["x"], np.ones(20)])
    assert found.kind == "one of many minima" and len(found.flat) == FEATURES + 1 - 20
    np.testing.assert_allclose([*found.point.values()], np.linalg.lstsq(columns, few["y"], rcond=None)[0], rtol=1e-8)
    assert "along 21 directions" in str(found)


def test_newtons_method_from_close_by():
    loss = sc.cross_entropy("c", sc.logistic_classification("x", features=FEATURES))
    data = {"x": X, "c": (RNG.rand(ROWS) < 1 / (1 + np.exp(-0.3 * X @ WEIGHTS))) * 1.0}
    loss = sc.ridge(loss, 0.1)
    with pytest.raises(LossError, match="all 41 slopes are 0 has no closed form here"):
        loss.minimum(data)
    run = loss.descend(data, start=np.zeros(FEATURES + 1), rate=1.0, steps=20)
    found = loss.minimum(data, near=run.parameters)
    assert np.abs(loss.compile(data).at(np.array([*found.point.values()]))[1]).max() < 1e-12


def test_a_diagnosis_of_many_features():
    found = LINEAR.diagnose(DATA)
    columns = np.column_stack([X, np.ones(ROWS)])
    assert found.quadratic
    assert found.stable_rate == pytest.approx(2 / np.linalg.eigvalsh(2 * columns.T @ columns / ROWS)[-1], rel=1e-8)
    assert "since there are 861" in str(found)
    assert max(map(len, str(found).splitlines())) < 100


@pytest.mark.parametrize("loss, kinks", [
    (NETWORK, False), (sc.mean_squared_error("y", sc.network("x1 x2", hidden=10, activation="relu")), True),
    (sc.huber("y", sc.linear("x", features=40), delta=1), True)])
def test_kinks_are_seen_without_deriving(loss, kinks):
    assert loss.has_kinks is kinks


def test_messages_do_not_list_hundreds_of_names():
    for wrong in (lambda: LINEAR.compile(DATA)([1.0]), lambda: LINEAR.compile(DATA)({"w1": 1.0}),
                  lambda: LINEAR.derive("q"), lambda: NETWORK.diagnose(PLANE),
                  lambda: NETWORK.descend(PLANE, start=START, rate=0.1, hold="q")):
        with pytest.raises((DescentError, LossError)) as error:
            wrong()
        assert "..." in str(error.value) and len(str(error.value)) < 300
    assert len(repr(LINEAR)) < 300 and len(str(LINEAR).splitlines()) < 10


def test_where_a_large_loss_has_no_value():
    loss = sc.mean_squared_error("y", sc.network("x", hidden=12))
    with np.errstate(all="ignore"):
        run = loss.descend({"x": [1.0, 2.0], "y": [0.0, 1e300]}, start=np.ones(37), rate=0.1, steps=5)
    assert "too large for a floating-point number" in run.message


WIDE = {"a network": sc.mean_squared_error("y", sc.network("x1 x2", hidden=200)),
        "of one column": sc.mean_squared_error("y", sc.network("x", hidden=100)),
        "many features": sc.mean_squared_error("y", sc.linear("x", features=300))}


@pytest.mark.parametrize(("name", "sentence"), [
    ("a network", "and this loss has 801; ask for one slope with derive('v[p]') or derive('v1')"),
    ("of one column", "and this loss has 301; ask for one slope with derive('v[p]') or derive('v1')"),
    ("many features", "and this loss has 301; ask for one slope with derive('w[q]') or derive('w1')")])
def test_a_gradient_that_would_take_minutes_says_what_to_ask_for(name, sentence):
    with pytest.raises(sc.LossError) as fault:
        WIDE[name].gradient()
    assert str(fault.value) == f"a gradient line by line is for up to 100 parameters, {sentence}"


OFF = "(yᵢ - (Σⱼ vⱼ tanh(Σₖ Wⱼₖ xᵢₖ + cⱼ) + b))"


@pytest.mark.parametrize(("name", "letter", "form", "result"), [
    ("a network", "v", "v[p]", f"-2/n Σᵢ tanh(Σₖ Wₚₖ xᵢₖ + cₚ) {OFF}"),
    ("a network", "W", "W[p,q]", f"-2vₚ/n Σᵢ x_iq {OFF} (1 - tanh²(Σₖ Wₚₖ xᵢₖ + cₚ))"),
    ("a network", "w", "W[p,q]", f"-2vₚ/n Σᵢ x_iq {OFF} (1 - tanh²(Σₖ Wₚₖ xᵢₖ + cₚ))"),
    ("a network", "c", "c[p]", f"-2vₚ/n Σᵢ {OFF} (1 - tanh²(Σₖ Wₚₖ xᵢₖ + cₚ))"),
    ("of one column", "W", "W[p]", "-2vₚ/n Σᵢ xᵢ (yᵢ - (Σⱼ vⱼ tanh(Wⱼ xᵢ + cⱼ) + b)) (1 - tanh²(Wₚ xᵢ + cₚ))"),
    ("many features", "w", "w[q]", "-2/n Σᵢ x_iq (yᵢ - (Σⱼ wⱼ xᵢⱼ + b))")])
def test_a_letter_with_many_elements_is_derived_by_any_of_them(name, letter, form, result):
    J = WIDE[name]
    with pytest.raises(sc.LossError, match=rf"{letter} stands for many parameters; differentiate by any of them, as in derive"):
        J.derive(letter)
    found = J.derive(form)
    assert sc.text(found.result) == result and found.proof.passed


def test_what_has_no_index_is_no_constant():
    with pytest.raises(sc.LossError, match="z has no index in this loss; differentiate by w"):
        WIDE["many features"].derive("z[k]")


def test_a_mistake_in_a_large_loss_needs_no_whole_gradient():
    J = sc.mean_squared_error("y", sc.linear("x", features=110))
    rows = np.random.RandomState(0).rand(20, 110)
    found = J.compare_gradients({"w1": "0"}, {"x": rows, "y": rows.sum(axis=1)}, start=[0] * 111, rate=1e-3, steps=3)
    assert found.mistaken == ("w1",) and "w1" in str(found)
