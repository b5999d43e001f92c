"""The Hessian by rule and compiled, against NumPy matrices worked out by hand; what its eigenvalues say."""


import numpy as np
import pytest

from symcalc.training.diagnosis import curvature
from symcalc.training.diagnosis.curvature import is_quadratic, nature, second_derivatives, spectrum
from symcalc.training.losses import Loss

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


def test_differences_of_the_gradient_stand_in_where_the_formula_has_no_numeric_form():
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
    proved = second_derivatives(loss, loss.table(TABLE))(np.array([0.5, 0.1]))
    monkeypatch.setattr(curvature, "SHOWN", 1)
    np.testing.assert_allclose(second_derivatives(loss, loss.table(TABLE))(np.array([0.5, 0.1])), proved, rtol=1e-12)


@pytest.mark.parametrize(("eigenvalues", "name"), [
    ((1, 3), "minimum"), ((-1, -3), "maximum"), ((-1, 3), "saddle"), ((0, 3), "flat"), ((0, -3), "flat"), ((0, 0), "flat"),
    ((1e-15, 3), "flat"), ((1e-9, 3), "minimum"), ((-1e-15, 3), "flat"), ((1e-300, 1e-300), "minimum"),
    ((np.nan, 1), "flat"),
])
def test_the_signs_of_the_eigenvalues_name_the_point(eigenvalues, name):
    assert nature(np.diag(eigenvalues).astype(float)) == name


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
