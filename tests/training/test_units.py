"""Networks of many units: the form with an index, and what it is short for."""

import pickle

import numpy as np
import pytest
from sympy import Indexed, Sum

import symcalc as sc
from symcalc.compute.indexed.compiling import MOST_APART
from symcalc.errors import DataError, LossError, SymcalcError
from symcalc.training.kept.record import loss_in, loss_record
from symcalc.training.problem.units import MOST_WRITTEN

MSE = sc.mean_squared_error
LOSSES = [MSE, sc.logistic_loss, sc.cross_entropy, sc.hinge, sc.gaussian_likelihood, sc.huber, sc.root_mean_squared_error]
RANDOM = np.random.default_rng(3)
X = RANDOM.normal(size=(60, 2))
DATA = {"x1": X[:, 0], "x2": X[:, 1], "y": np.sin(X.sum(1))}


@pytest.fixture(autouse=True)
def _in_arrays(monkeypatch):
    """Arrays also where one compiled loop could serve in their place."""
    monkeypatch.setattr("symcalc.compute.indexed.compiling.MOST_FUSED", MOST_APART)


@pytest.mark.parametrize("columns", ["x", "size age", "x1 x2 x3"])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("make", LOSSES)
def test_the_form_with_an_index_is_short_for_what_is_written_out(make, activation, columns):
    loss = make("y", sc.network(columns, hidden=3, activation=activation))
    units = loss.model.numbered
    assert not units.shown and units.written_out(loss.indexed) == loss.expression
    assert units.parameters_of(loss.indexed) == loss.parameters and units.columns_of(loss.indexed) == loss.columns
    assert units.written_out(units.prediction) == loss.model.prediction


def test_a_long_network_is_shown_with_an_index():
    loss = MSE("y", sc.network("x1 x2", hidden=30))
    page = str(loss)
    assert "Σⱼ vⱼ tanh(Σₖ Wⱼₖ xᵢₖ + cⱼ) + b" in page and "121 parameters: v1 to v30, w11 to w30_1" in page
    assert loss.names[:5] == ("v1", "w11", "w12", "c1", "v2") and loss.names[-1] == "b" and len(loss.names) == 121
    assert "Σⱼ" in repr(loss) and "Σⱼ" in repr(loss.model) and "Σⱼ" in str(loss.model) and "j, from 1 to H = 30" in page
    assert "\\sum_{j=1}^{H} v_{j}" in sc.latex(loss.indexed)
    assert not loss.expression.has(*(part for part in loss.expression.atoms(Sum) if part.limits[0][0].name != "i"))
    assert all(len(part.indices) == 1 for part in loss.expression.atoms(Indexed))


def test_partials_by_any_element():
    loss = MSE("y", sc.network("x1 x2", hidden=MOST_WRITTEN + 1))
    derivation = loss.derive("W[p,q]")
    assert derivation.proof.passed and "one term of the sum" in [line.rule.name for line in derivation.lines[1:]]
    slope = "-2vₚ/n Σᵢ x_iq (yᵢ - (Σⱼ vⱼ tanh(Σₖ Wⱼₖ xᵢₖ + cⱼ) + b)) (1 - tanh²(Σₖ Wₚₖ xᵢₖ + cₚ))"
    assert sc.text(derivation.result) == slope
    assert [sc.text(equation.sides[0]) for equation in loss.slopes_by_letter()] == ["∂J/∂vₚ", "∂J/∂W_pq", "∂J/∂cₚ", "∂J/∂b"]
    assert sc.text(loss.slopes_by_letter()[1].sides[1]) == slope


def test_columns_may_come_as_one_table():
    loss = MSE("y", sc.network("x1 x2", hidden=25))
    start = RANDOM.normal(size=101)
    assert loss.compile({"x": X, "y": DATA["y"]})(start)[0] == loss.compile(DATA)(start)[0]
    with pytest.raises(DataError, match="x is a table with 2 columns"):
        loss.compile({"x": X[:, :1], "y": DATA["y"]})
    with pytest.raises(DataError):
        loss.compile({"x1": X[:, 0], "y": DATA["y"]})


def test_it_predicts():
    model = sc.network("x1 x2", hidden=25)
    point = RANDOM.normal(size=101)
    bands = point[:100].reshape(25, 4)
    wanted = np.tanh(X @ bands[:, 1:3].T + bands[:, 3]) @ bands[:, 0] + point[100]
    np.testing.assert_allclose(model.predict(point, x1=X[:, 0], x2=X[:, 1]), wanted, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("penalty, cost", [(sc.ridge, np.square), (sc.lasso, np.abs)])
def test_penalties(penalty, cost):
    loss = MSE("y", sc.network("x1 x2", hidden=25))
    point = RANDOM.normal(size=101)
    punished = penalty(loss, 0.5)
    weights = point[:100].reshape(25, 4)[:, :3]
    value, gradient = punished.compile(DATA)(point)
    plain, slopes = loss.compile(DATA)(point)
    np.testing.assert_allclose(value, plain + 0.5 * cost(weights).sum(), rtol=1e-12)
    extra = np.zeros(101)
    extra[:100].reshape(25, 4)[:, :3] = 0.5 * (2 * weights if cost is np.square else np.sign(weights))
    np.testing.assert_allclose(gradient, slopes + extra, rtol=1e-12, atol=1e-13)
    some = penalty(loss, 0.5, over="v3")
    np.testing.assert_allclose(some.compile(DATA)(point)[0], plain + 0.5 * cost(point[8]), rtol=1e-12)


@pytest.mark.parametrize("hidden", [9, 25])
def test_a_kept_loss_is_the_same(hidden):
    loss = MSE("y", sc.network("x1 x2", hidden=hidden))
    again = pickle.loads(pickle.dumps(loss))
    point = RANDOM.normal(size=len(loss.names))
    assert again.names == loss.names and again.indexed == loss.indexed and again.expression == loss.expression
    assert again.compile(DATA).strategy == "arrays" and again.compile(DATA)(point)[0] == loss.compile(DATA)(point)[0]


def test_a_hostile_record_is_refused():
    record = loss_record(MSE("y", sc.network("x1 x2", hidden=25)))
    for place, text in (("prediction", "(+ (sum v[k] j H) b)"), ("prediction", "(+ v3 (sum v[j] j H))")):
        bad = {**record, "task": {**record["task"], "numbered": {**record["task"]["numbered"], place: text}}}
        with pytest.raises(SymcalcError):
            loss_in(bad, sc.Loss)
    with pytest.raises(SymcalcError):
        loss_in({**record, "indexed": "(sum (^ v[k] 2) k d)"}, sc.Loss)


@pytest.mark.parametrize("target", ["W", "x", "H", "k", "c"])
def test_where_a_name_is_taken_the_network_is_written_out(target):
    loss = MSE(target, sc.network("x1 x2", hidden=21))
    assert loss.units is None and "Σⱼ" not in repr(loss) and len(loss.names) == 85


def test_a_column_with_the_name_of_a_parameter():
    with pytest.raises(LossError, match="v3 is both a parameter and a column"):
        sc.network("v3 x2", hidden=21)


def test_parameters_of_ones_own_are_written_out():
    names = [f"q{k}" for k in range(1, 86)]
    assert MSE("y", sc.network("x1 x2", hidden=21, parameters=names)).names == tuple(names)
