"""The Hessian by rule and compiled, against NumPy matrices worked out by hand; what its eigenvalues say."""


import numpy as np
import pytest

from symcalc.errors import LossError
from symcalc.training.losses import Loss
from symcalc.training.shape import curvature
from symcalc.training.shape.curvature import is_quadratic, second_derivatives, second_partials
from symcalc.training.shape.spectrum import kind_of, newton_step, shortest_step, spectrum
from symcalc.training.stops import Stop

RNG = np.random.default_rng(5)
X, Z, Y = RNG.normal(2, 3, 40), RNG.uniform(-1, 4, 40), RNG.normal(size=40)
TABLE = {"x": X, "z": Z, "y": Y, "c": (Y > 0).astype(float)}
ONES = np.ones(40)


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _least_squares(*columns):
    A = np.column_stack(columns)
    return 2 * A.T @ A / len(A)


def _logistic(m, b):
    A, s = np.column_stack([X, ONES]), _sigmoid(m * X + b)
    return A.T @ np.diag(s * (1 - s)) @ A / len(A)


def _growth(a, k):
    e = np.exp(k * X / 10)
    r, t = Y - a * e, X / 10
    return 2 / len(X) * np.array([[np.sum(e * e), np.sum(t * e * (a * e - r))],
                                  [np.sum(t * e * (a * e - r)), np.sum(t * t * a * e * (a * e - r))]])


KNOWN = [
    ("mean((y - (m*x + b))^2)", "x y", lambda m, b: _least_squares(X, ONES)),
    ("sum((y - (a*x + k*z + b*x*z + c0 + d*x^2))^2)", "x z y", lambda *p: 40 * _least_squares(X, Z, X * Z, ONES, X * X)),
    ("-mean(c*ln(sigmoid(m*x + b)) + (1 - c)*ln(1 - sigmoid(m*x + b)))", "x c", _logistic),
    ("mean((y - a*exp(k*x/10))^2)", "x y", _growth),
    ("(1 - u)^2 + 100*(v - u^2)^2", "", lambda u, v: np.array([[2 - 400 * v + 1200 * u**2, -400 * u], [-400 * u, 200]])),
    ("w^4", "", lambda w: np.array([[12 * w**2]])),
    ("mean(abs(y - m*x))", "x y", lambda m: np.zeros((1, 1))),
]


@pytest.mark.parametrize(("formula", "columns", "by_hand"), KNOWN)
def test_the_matrix_is_the_one_worked_out_by_hand(formula, columns, by_hand):
    loss = Loss(formula, columns=columns)
    table = loss.table(TABLE) if loss.columns else None
    found = second_derivatives(loss, table)
    assert found.symbolic
    for point in RNG.normal(size=(5, len(loss.names))):
        np.testing.assert_allclose(found(point), by_hand(*point), rtol=1e-12, atol=1e-12)


def test_outside_the_domain_the_matrix_is_not_finite():
    assert not np.isfinite(second_derivatives(Loss("ln(w)"), None)(np.array([0.0]))).any()
    assert np.isnan(second_derivatives(Loss("w*sqrt(w)"), None)(np.array([-1.0]))).all()


def test_differences_of_the_gradient_stand_in_where_the_formula_has_no_numeric_form(monkeypatch):
    def without(*given):
        raise LossError("no numeric form")

    monkeypatch.setattr(curvature, "_compiled", without)
    found = second_derivatives(Loss("gamma(w)"), None)
    assert not found.symbolic
    assert found(np.array([3.0]))[0, 0] == pytest.approx(2 * (0.9227843351**2 + 0.3949340668), rel=1e-7)


def test_thirty_parameters_without_the_lines_of_465_derivations():
    names = [f"x{k}" for k in range(29)]
    loss = Loss(f"mean((y - ({' + '.join(f'w{k}*x{k}' for k in range(29))} + b))^2)", columns=["y", *names])
    columns = RNG.normal(size=(29, 50))
    table = loss.table(dict(zip(names, columns)) | {"y": np.ones(50)})
    loss.gradient()
    matrix = second_derivatives(loss, table)(np.zeros(30))
    np.testing.assert_allclose(matrix, _least_squares(*columns, np.ones(50)), rtol=1e-12, atol=1e-14)


def test_few_and_many_parameters_go_by_the_same_rules(monkeypatch):
    loss = Loss("mean((y - a*exp(k*x))^2)", columns="x y")
    proved = second_partials(loss)
    monkeypatch.setattr(curvature, "SHOWN", 1)
    both = [second_derivatives(loss, loss.table(TABLE), each)(np.array([0.5, 0.1])) for each in (proved, second_partials(loss))]
    np.testing.assert_allclose(*both, rtol=1e-12)


@pytest.mark.parametrize(("eigenvalues", "name"), [
    ((1, 3), "minimum"), ((-1, -3), "maximum"), ((-1, 3), "saddle point"), ((0, 3), "undecided"), ((0, -3), "undecided"),
    ((0, 0), "undecided"), ((1e-300, 1e-300), "minimum"), ((np.nan, 1), "undecided"),
    ((1e-15, 3), "minimum"), ((-1e-15, 3), "saddle point"),                 # the unit of one parameter hides no other
])
def test_the_signs_of_the_eigenvalues_name_the_point(eigenvalues, name):
    assert kind_of(np.diag(eigenvalues).astype(float)) == name


@pytest.mark.parametrize(("matrix", "name"), [
    ([[1e-300, 1], [1, 1e-300]], "saddle point"), ([[0, 1e-20], [1e-20, 2]], "saddle point"),
    ([[0, 1e10], [1e10, 2]], "saddle point"), ([[1e-200, 0], [0, 1e200]], "minimum"), ([[0, 0], [0, 0]], "undecided"),
    ([[1, 1 - 1e-12], [1 - 1e-12, 1]], "undecided"),
])
def test_the_size_of_an_entry_does_not_hide_the_kind(matrix, name):
    assert kind_of(np.array(matrix)) == name


@pytest.mark.parametrize("formula", [
    "u^2 - 0.00001*v^2", "10^14*u^2 + v^2", "u^2 + 1e-12*v^2", "-u^2 - 1e-12*v^2", "u^2 + 3*u*v + v^2", "u^2 + v^2", "u*v",
])
def test_the_run_the_diagnosis_and_the_minimum_agree_on_the_kind(formula):
    loss, kinds = Loss(formula), {Stop.CONVERGED: "minimum", Stop.SADDLE: "saddle point", Stop.MAXIMUM: "maximum"}
    kind = loss.minimum().kind
    assert loss.diagnose(start=[0, 0]).rests == kind == kinds[loss.descend(start=[0, 0], rate=0.1, steps=1).stop]


@pytest.mark.parametrize("x", [2, 0.1, 1 / 3, 1e5 + 0.1])
def test_a_matrix_that_only_rounding_keeps_from_being_singular_has_no_inverse(x):
    loss, data = Loss("mean((y - (m*x + b))^2)"), {"x": [x] * 5, "y": [1, 2, 3, 5, 8]}
    matrix = second_derivatives(loss, loss.table(data))(np.zeros(2))
    assert newton_step(matrix, np.ones(2)) is None
    assert loss.descend(data, start=[0, 0], method="newton", steps=3).stop is Stop.NO_STEP


@pytest.mark.parametrize("sizes", [(1, 1), (1e8, 1e-8), (1e-150, 1e150)])
def test_newton_s_step_does_not_depend_on_the_units(sizes):
    units = np.diag(sizes)
    matrix, step = np.array([[4.0, 1.0], [1.0, 3.0]]), np.array([2.0, -1.0])
    found = newton_step(units @ matrix @ units, units @ matrix @ step)
    np.testing.assert_allclose(units @ found, step, rtol=1e-14)
    np.testing.assert_allclose(units @ shortest_step(units @ matrix @ units, units @ matrix @ step), step, rtol=1e-14)


def test_the_limit_is_worked_out_by_calculus_and_has_all_its_digits():
    J = Loss("(w - 3)^2")
    assert J.sweep(start=[0], rates=[0.1, 0.2], steps=2).stable_limit == 1.0
    assert "rates below 1 are stable" in J.descend(start=[0], rate=1.0, steps=50).message


@pytest.mark.parametrize(("eigenvalues", "condition"), [((2, 8), 4), ((0, 3), np.inf), ((-1, 3), np.nan), ((-2, -1), np.nan)])
def test_the_condition_number(eigenvalues, condition):
    turn = np.linalg.qr(RNG.normal(size=(2, 2)))[0]
    found = spectrum(turn @ np.diag(eigenvalues) @ turn.T)
    assert found.condition == pytest.approx(condition, nan_ok=True)
    assert (found.smallest, found.largest) == pytest.approx(eigenvalues, abs=1e-12)


@pytest.mark.parametrize(("formula", "quadratic"), [
    ("mean((y - (m*x + b))^2)", True), ("sum(y - m*x)^2", True), ("3*w + 1", True), ("u*v", True),
    ("mean((y - (a + b*x + c*x^2 + d*x^3 + e*x^4))^2)", True), ("mean((y - m*x)^2) + 3*m^2", True),
    ("mean((y - a*exp(k*x))^2)", False), ("sqrt(mean((y - m*x)^2))", False), ("w^2 + abs(w)", False), ("w^3", False),
    ("mean(abs(y - m*x))", False), ("mean((y - relu(m*x))^2)", False), ("max(w, w^2)", False),
])
def test_what_is_quadratic(formula, quadratic):
    assert is_quadratic(Loss(formula)) is quadratic


def test_a_newton_step_too_long_for_a_float_is_none():
    assert newton_step(np.array([[1e-300]]), np.array([1e300])) is None
