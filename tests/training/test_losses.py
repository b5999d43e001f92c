"""A loss is an expression with parameters and columns, however it was written down."""

import dataclasses

import numpy as np
import pytest
import sympy
from sympy import IndexedBase, Sum, symbols

import symcalc as sc
from symcalc.errors import DataError, LossError, SymcalcError

m, b = sc.parameters("m b")
x, y = sc.columns("x y")
DATA = {"x": [30, 40, 100], "y": [45, 60, 150]}


@pytest.mark.parametrize(("loss", "parameters", "columns"), [
    (lambda: sc.Loss("(1 - u)^2 + 100*(v - u^2)^2"), "u v", ""),
    (lambda: sc.Loss("v^2 + u"), "v u", ""),
    (lambda: sc.Loss("v^2 + u", parameters="u v"), "u v", ""),
    (lambda: sc.Loss("v^2 + u", parameters=["u", "v"]), "u v", ""),
    (lambda: sc.Loss("mean((y - (m*x + b))^2)", columns="x y"), "m b", "y x"),
    (lambda: sc.Loss("mean((y - (m*x + b))^2)", columns=["x", "y"]), "m b", "y x"),
    (lambda: sc.Loss("mean((y - (m*x + b))^2)"), "m b", "y x"),                       # x, y, t are data where rows are summed
    (lambda: sc.Loss("sum((y1 - w*x_2 - c*t)^2)"), "w c", "y1 x_2 t"),
    (lambda: sc.Loss("mean((revenue - (m*budget + b))^2)", parameters="m b"), "m b", "revenue budget"),
    (lambda: sc.Loss("mean((revenue - (m*budget + b))^2)", columns="budget revenue"), "m b", "revenue budget"),
    (lambda: sc.Loss("mean((y - (m*x + b))^2)", parameters="b m", columns="x y"), "b m", "y x"),
    (lambda: sc.Loss("mean((y[i] - x[i]*w)^2)"), "w", "y x"),
    (lambda: sc.Loss(sc.mean((y - (m*x + b))**2)), "m b", "y x"),
    (lambda: sc.Loss(sc.sum_rows((y - (m*x + b))**2), parameters="b m"), "b m", "y x"),
    (lambda: sc.Loss(sympy.Symbol("w")**2), "w", ""),                                 # a plain symbol is the real one
    (lambda: sc.mean_squared_error("y", sc.line("x")), "m b", "y x"),
    (lambda: sc.mean_squared_error("y", m*x + b), "m b", "y x"),
    (lambda: sc.mean_squared_error("revenue", sc.line("budget", "w", "c")), "w c", "revenue budget"),
])
def test_parameters_and_columns(loss, parameters, columns):
    J = loss()
    assert J.names == tuple(parameters.split())
    assert tuple(symbol.name for symbol in J.parameters) == J.names and all(symbol.is_real for symbol in J.parameters)
    assert [column.base.label.name for column in J.columns] == columns.split()


@pytest.mark.parametrize(("formula", "names", "sentence"), [
    ("5", {}, "the formula has no parameters to move"),
    ("mean(x)", {}, "the formula has no parameters to move"),
    ("w^2", {"parameters": "v"}, "v does not occur in the loss, which has w"),
    ("w^2 + v", {"parameters": "w"}, "v is neither a parameter nor a column"),
    ("w^2", {"parameters": "w", "columns": "w"}, "w is both a parameter and a column"),
    ("w^2", {"parameters": "w w"}, "the name w is given twice"),
    ("w*x[i]", {}, "xᵢ stands outside a sum; write mean(...) or sum(...) around it"),
    ("w*x", {"columns": "x"}, "xᵢ stands outside a sum"),
    ("mean(w*x) + x", {"columns": "x"}, "xᵢ stands outside a sum"),
    ("mean(i*x)", {"parameters": "i", "columns": "x"}, "give the parameter another name"),
    ("", {}, "the formula is empty"),
    ("w +", {}, "something must follow '+'"),
    (3.5, {}, "a formula is text or a SymPy expression, not float"),
    (None, {}, "a formula is text or a SymPy expression, not NoneType"),
    (sympy.Matrix([1]), {}, ""),
    (sympy.Eq(symbols("a"), 1), {}, ""),
    ("w^2", {"parameters": 5}, ""),
])
def test_what_is_no_loss_is_refused(formula, names, sentence):
    with pytest.raises((SymcalcError, TypeError)) as caught:
        sc.Loss(formula, **names)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(("ask", "sentence"), [
    ("x", "x is a column, not a parameter; the parameters are m, b"),
    ("q", "q is no parameter of this loss; the parameters are m, b"),
    (x, "x is a column, not a parameter"),
    (sympy.Symbol("q"), "q is no parameter of this loss"),
    ("", "an empty name is no parameter of this loss; the parameters are m, b"),
])
def test_a_derivative_by_what_is_no_parameter_is_refused(ask, sentence):
    J = sc.Loss(sc.mean((y - (m*x + b))**2), parameters="m b")
    with pytest.raises(LossError, match="parameter") as caught:
        J.derive(ask)
    assert sentence in str(caught.value)


def test_the_written_form_is_kept():
    J = sc.Loss("mean((y - (m*x + b))^2)", columns="x y")
    assert str(J) == "  J(m, b) = 1/n Σ (yᵢ - (m xᵢ + b))²\n\nParameters m and b; columns y and x."
    assert repr(J) == "<loss J(m, b) = 1/n Σ (yᵢ - (m xᵢ + b))²>"
    assert str(sc.Loss("(w - 3)^2")).endswith("Parameter w.")
    assert sc.text(J.derive("m").result) == "-2/n Σ xᵢ (yᵢ - (m xᵢ + b))"
    assert sc.text(J.derive(b).result) == "-2/n Σ (yᵢ - (m xᵢ + b))"


def test_a_loss_cannot_be_changed():
    J = sc.Loss("w^2")
    with pytest.raises(dataclasses.FrozenInstanceError):
        J.expression = sympy.Integer(0)


def test_the_gradient_is_derived_once_and_in_order():
    J = sc.Loss("(w - 3)^2 + 5v", parameters="v w")
    assert J.gradient() is J.gradient() and list(J.gradient()) == ["v", "w"]
    assert J.gradient().result == sympy.Tuple(5, J.derive("w").result)
    with pytest.raises(LossError, match="there is no parameter q"):
        J.gradient()["q"]


@pytest.mark.parametrize(("loss", "factor"), [
    (sc.residual_sum_of_squares, 3), (sc.mean_squared_error, 1), (sc.half_mean_squared_error, 0.5),
])
@pytest.mark.parametrize("prediction", [sc.line("x"), "m*x[i] + b", m*x + b], ids=["model", "text", "sympy"])
def test_the_catalogue(loss, factor, prediction):
    f = loss("y", prediction).compile(DATA)
    xs, ys = np.array(DATA["x"]), np.array(DATA["y"])
    residual = ys - (1.25 * xs + 7)
    value, gradient = f({"m": 1.25, "b": 7})
    assert value == pytest.approx(factor * np.mean(residual**2), rel=1e-14)
    found = dict(zip(f.parameters, gradient))
    assert found["m"] == pytest.approx(-2 * factor * np.mean(xs * residual), rel=1e-14)
    assert found["b"] == pytest.approx(-2 * factor * np.mean(residual), rel=1e-14)


def test_a_sympy_sum_is_a_loss():
    i, n = symbols("i n", integer=True, positive=True)
    xs, ys = IndexedBase("x"), IndexedBase("y")
    w = symbols("w")
    J = sc.Loss(Sum((ys[i] - w*xs[i])**2, (i, 1, n))/n)
    value, gradient = J.compile(DATA)([1.5])
    assert value == 0 and gradient[0] == 0


def test_the_sum_of_squares_of_the_seeded_table():
    random = np.random.RandomState(225)
    xs = random.rand(30)
    ys = 3 + 50 * xs + random.normal(0, 3, 30)
    f = sc.residual_sum_of_squares("y", sc.line("x")).compile({"x": xs, "y": ys})
    assert f({"m": 43, "b": 12})[0] == pytest.approx(1117.8454014417434, rel=1e-14)
    assert round(f({"m": 43, "b": 3})[1][1], 4) == -232.7607


def test_data_that_are_missing_or_clash_are_refused():
    J = sc.Loss("mean((y - (m*x + b))^2)", columns="x y")
    for data, error in ((None, (DataError, LossError)), ({"x": [1, 2]}, DataError),
                        ({"x": [1, 2], "y": [1, 2], "m": [1, 2]}, DataError)):
        with pytest.raises(error):
            J.descend(data, start=[0, 0])


@pytest.mark.parametrize(("formula", "target", "prediction"), [
    ("mean((y - (m*x + b))^2)", "y", "m xᵢ + b"), ("mean((m*x + b - y)^2)", "y", "m xᵢ + b"),
    ("sum((y - m*x - b)^2)/(2n)", "y", "m xᵢ + b"), ("mean((y - w*x)^2) + lam*w^2", "y", "w xᵢ"),
    ("mean(0.5*(y - (a*x^2 + b*x + c))^2)", "y", "a xᵢ² + b xᵢ + c"), ("mean((y - exp(a*x))^2)", "y", "exp(a xᵢ)"),
    ("sqrt(mean((y - (m*x + b))^2))", "y", "m xᵢ + b"), ("mean((y - x)^2*w)", None, None), ("mean(abs(y - m*x))", "y", "m xᵢ"),
    ("(w - 3)^2", None, None), ("mean((x - w)^2)", None, None), ("mean((y - (x*y + b))^2)", None, None),
])
def test_the_model_is_seen_in_its_residual(formula, target, prediction):
    J = sc.Loss(formula)
    assert (J.target and J.target.base.label.name) == target
    assert (J.model and sc.text(J.model.prediction)) == prediction


def test_the_catalogue_keeps_the_written_form():
    loss = sc.mean_squared_error("y", "a + b*x")
    assert sc.text(loss.expression) == "1/n Σ (yᵢ - (a + b xᵢ))²"
    assert loss.names == ("a", "b")


@pytest.mark.parametrize("build, said", [
    (lambda: sc.Loss("J^2"), "J names the loss; give the parameter another name"),
    (lambda: sc.mean_squared_error("y", "m*y"), "must not use y"),
    (lambda: sc.mean_squared_error("y", None), "not NoneType"),
    (lambda: sc.Loss("sum((i*m - x[i])^2)"), "row"),
])
def test_what_cannot_be_a_loss_is_refused(build, said):
    with pytest.raises(sc.LossError, match=said):
        build()


def test_numbered_parameters_stand_in_their_order():
    weights = sc.parameters([f"w{k}" for k in range(12)])
    features = sc.columns([f"x{k}" for k in range(12)])
    prediction = sum(w * x for w, x in zip(weights, features))
    assert sc.Loss(sc.mean((sc.columns("y") - prediction) ** 2)).names == tuple(f"w{k}" for k in range(12))
