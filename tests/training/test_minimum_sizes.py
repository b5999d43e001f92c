"""Numbers of extreme size: a minimum is right or is refused in one sentence, and nothing warns on the way."""

import math
from fractions import Fraction

import numpy as np
import pytest
from sympy import Derivative, Float, Integer, Matrix, Rational

import symcalc as sc
from symcalc.calculus.proof import prove

X, Y = np.array([1.0, 2.0, 4.0]), np.array([2.0, -1.0, 0.5])
SQUARES = ["mean((y - (m*x + b))^2)", "mean((y - m*x)^2)", "sum((y - m*x - b)^2)", "mean((y - m*x)^2) + 0.1*m^2"]
LARGE, SMALL = "the squares of the data add up to more than 1.8 · 10³⁰⁸", "the squares of the data are too small to be told from 0"


@pytest.mark.parametrize("formula", SQUARES[:3])
@pytest.mark.parametrize(("size", "said"), [(1e155, LARGE), (1e200, LARGE), (1e-155, SMALL), (1e-200, SMALL)])
def test_squares_that_no_number_holds(formula, size, said):
    loss = sc.Loss(formula, columns="x y")
    for data in ({"x": X * size, "y": Y}, {"x": X, "y": Y * size}, {"x": X * size, "y": Y * size}):
        with pytest.raises(sc.DataError, match=said):
            loss.minimum(data)


@pytest.mark.parametrize("formula", SQUARES[:3])
@pytest.mark.parametrize("size", [1e140, 1e70, 1e-70, 1e-140])
def test_squares_that_one_holds(formula, size):
    """Beside the same fit in units of 1, worked out by NumPy."""
    matrix = np.column_stack([X, np.ones(3)]) if "b" in formula else X[:, np.newaxis]
    m, *b = np.linalg.lstsq(matrix, Y, rcond=None)[0]
    found = sc.Loss(formula, columns="x y").minimum({"x": X, "y": Y * size}).point
    assert math.isclose(found["m"], m * size, rel_tol=1e-12) and all(math.isclose(found["b"], v * size, rel_tol=1e-12) for v in b)
    found = sc.Loss(formula, columns="x y").minimum({"x": X * size, "y": Y}).point
    assert math.isclose(found["m"], m / size, rel_tol=1e-12) and all(math.isclose(found["b"], v, rel_tol=1e-12) for v in b)


def test_hundreds_of_features():
    rows = np.random.RandomState(0).rand(160, 120)
    loss = sc.mean_squared_error("y", sc.linear("x", features=120))
    for scale, other in ((1e200, 1.0), (1.0, 1e200), (1e-200, 1.0)):
        with pytest.raises(sc.DataError, match="the squares of the data"):
            loss.minimum({"x": rows * scale, "y": rows[:, 0] * other})


@pytest.mark.parametrize("formula", ["exp((w - 3)^2 + 1000)", "exp(exp((w - 3)^2 + 7))"])
def test_a_cost_that_no_number_holds(formula):
    with pytest.raises(sc.LossError, match=r"J\(w\) is above 1.8 · 10³⁰⁸, where numbers end, at the point that makes every slope 0"):
        sc.Loss(formula).minimum()


@pytest.mark.parametrize(("formula", "which"), [("(1e200*w)^2", "large"), ("(w*1e154)^2 + w", "large"), ("(1e-200*w)^2", "small"), ("(1e-160*w)^2", "small"),
                                                ("(-1e200*w)^2*0.3", "large")])
def test_a_number_of_the_derivative_that_no_float_holds(formula, which):
    loss = sc.Loss(formula)
    assert loss.derive("w").proof.passed
    start = [1.0] * len(loss.names)
    for call in (loss.minimum, loss.compile, lambda: loss.descend(start=start, rate=0.1, steps=2),
                 lambda: loss.descend(start=start, steps=2, method="newton"), lambda: loss.diagnose(start=start)):
        with pytest.raises(sc.LossError, match=f"a number in the formula or its derivative is too {which} to compute with"):
            call()


@pytest.mark.parametrize("size", ["1e-30", "1e-60", "1e-150", "1e-200", "1e-300"])
def test_a_proof_knows_small_numbers_from_none(size):
    """What is small because the formula is small is no rounding: a wrong line among such numbers is found."""
    w, c = sc.parameters("w"), Float(size)
    asked = Derivative(c * w**2, w, evaluate=False)
    assert prove([asked, 2 * c * w]).passed
    for wrong in (3 * c * w, c * w, Integer(0), -2 * c * w, 2 * c * w * (1 + Float("1e-9"))):
        with pytest.raises(sc.ProofError):
            prove([asked, wrong])


@pytest.mark.parametrize(("formula", "slope"), [
    ("(1e-200*w)^2", "2.0e-400"), ("(1e-160*w)^2", "2.0e-320"), ("(1e-150*w)^4", "4.0e-600"), ("(1e200*w/3)^2", "2e400/9"),
    ("1e-100*w^2", "2.0e-100"), ("(w/1e5)^2", "2/1e10")])
def test_slopes_beyond_the_floats(formula, slope):
    """The number before w, whatever its size, by fractions."""
    derivation = sc.derive(formula, "w")
    found = Fraction(str(derivation.result.subs(sc.parameters("w"), 1).evalf(30)))
    above, _, below = slope.partition("/")
    assert abs(found / (Fraction(above) / Fraction(below or 1)) - 1) < 1e-12


@pytest.mark.parametrize(("formula", "point"), [
    ("1e200*(w - 1e200)^2", [1e200]), ("1e200*(w - 1e200)^2 + v^2", [1e200, 0]), ("(w - 1e-200)^2", [1e-200]),
    ("(u + v)^2 + 1e-20*(u - v)^2", [0, 0]), ("(u + v)^2 + 1e-30*(u - v)^2", [0, 0]), ("(u + v)^2 + 10^-70*(u - v)^2", [0, 0]),
    ("(u + v - 1)^2 + 1e-25*(u - 2)^2", [2, -1])])
def test_without_data_the_numbers_are_those_of_the_formula(formula, point):
    """The point at which every square is 0, and no other: no number is lost beside a larger one."""
    loss = sc.Loss(formula)
    found = loss.minimum()
    assert (found.kind, [*found.point.values()], found.J) == ("minimum", point, 0.0)


@pytest.mark.parametrize(("away", "offset"), [
    (2.0**-20, 0.0), (2.0**-27, 0.0), (2.0**-34, 0.0), (2.0**-40, 0.0), (2.0**-46, 0.0), (1.0, 1e9), (1.0, 1e15)])
def test_columns_nearly_made_of_each_other_by_fractions(away, offset):
    """v is 2u + 1 but for a little, or lies far out: squares and what they are multiplied out give the one true point."""
    u = np.arange(12.0) % 7
    data = {"u": u, "v": offset + 2 * u + 1 + away * np.array([0, 1, 3, 2, 0, 1] * 2), "y": u * u % 5}
    rows = [[Fraction(value) for value in row] for row in zip(data["u"], data["v"], np.ones(12))]
    y = [Fraction(value) for value in data["y"]]
    normal = Matrix(3, 3, lambda j, k: Rational(sum(row[j] * row[k] for row in rows)))
    wanted = normal.LUsolve(Matrix([Rational(sum(row[j] * value for row, value in zip(rows, y))) for j in range(3)]))
    J = float(sum((Rational(value) - sum(Rational(a) * b for a, b in zip(row, wanted)))**2 for row, value in zip(rows, y)) / 12)
    for formula in ("mean((y - (a*u + c*v + b))^2)", "mean(y^2 - 2*y*(a*u + c*v + b) + (a*u + c*v + b)^2)"):
        found = sc.Loss(formula, columns="y u v").minimum(data)
        assert found.kind == "minimum" and math.isclose(found.J, J, rel_tol=1e-9)
        assert np.allclose([found.point[name] for name in "acb"], [float(value) for value in wanted], rtol=1e-8, atol=0)


@pytest.mark.parametrize("third", [lambda u, v: 0.1 * u + 0.2 * v, lambda u, v: u / 3 + 1e6, lambda u, v: 1e-3 * v - 7.7 * u])
@pytest.mark.parametrize("formula", ["mean((y - (a*u + c*v + d*w + b))^2)", "mean(y^2 - 2*y*(a*u + c*v + d*w + b) + (a*u + c*v + d*w + b)^2)"])
def test_columns_made_of_each_other_but_for_rounding(formula, third):
    u, v = np.random.RandomState(225).rand(2, 12)
    found = sc.Loss(formula, columns="y u v w").minimum({"y": u * v, "u": u, "v": v, "w": third(u, v)})
    assert found.kind == "one of many minima" and found.flat.shape == (1, 4)


def test_where_more_digits_take_too_long_the_sentence_says_so(monkeypatch):
    monkeypatch.setattr("symcalc.training.minima.quadratic.solved_precisely", lambda *_: None)
    loss, u = sc.Loss("mean((y - (a*u + c*v))^2)", columns="y u v"), np.arange(9.0)
    near, nearer = (" ".join(str(loss.minimum({"y": u * u, "u": u, "v": u + away * (u % 2)})).split()) for away in (1e-9, 1e-13))
    assert "so nearly made of each other, or so nearly constant, that rounding has taken digits" in near
    assert "Not one minimum but many as far as floats tell, all with this J" in nearer


def test_a_start_beyond_the_floats_is_refused_whatever_the_loss():
    for formula in ("w^2", "exp(w) - 2*w + w^4"):
        with pytest.raises(sc.DescentError, match="the start is not finite: w = inf"):
            sc.Loss(formula).minimum(near={"w": math.inf})


RIDGE, OPENED, WEIGHTED = "mean((y - m*x)^2) + 0.1*m^2", "mean(y^2 - 2*y*m*x + (m*x)^2)", "mean(x*(y - m)^2)"


@pytest.mark.parametrize(("formula", "x", "y"), [
    (OPENED, 1e-200, 1.0), (OPENED, 1e-152, 1e-320), ("mean(y^2 - 2*y*(m*x + b) + (m*x + b)^2)", 1e-200, 1.0), (WEIGHTED, 1e-200, 1e-240),
    ("0.5e-200*sum((y - m*x)^2)", 1e-320, 1.0), ("0.5e-200*sum((y - m*x)^2)", 1.0, 1e-320), (RIDGE, 1e-318, 1e100)])
def test_sums_that_vanish_for_being_small(formula, x, y):
    with pytest.raises(sc.DataError, match=SMALL):
        sc.Loss(formula, columns="x y").minimum({"x": np.abs(X) * x, "y": Y * y})


@pytest.mark.parametrize(("x", "y"), [(1e-20, 1.0), (1e-13, 1e20), (1e-140, 1e-100), (1e-200, 1e20), (1e-150, 1e150), (1.0, 1e140)])
def test_a_small_column_beside_a_penalty(x, y):
    """m = Σ x y/(Σ x² + 0.3), by fractions."""
    xs, ys = [Fraction(v) for v in X * x], [Fraction(v) for v in Y * y]
    wanted = sum(map(Fraction.__mul__, xs, ys)) / (sum(v * v for v in xs) + Fraction(3, 10))
    assert math.isclose(sc.Loss(RIDGE, columns="x y").minimum({"x": X * x, "y": Y * y}).point["m"], wanted, rel_tol=1e-14)


@pytest.mark.parametrize("size", [1e-320, 1e-200, 1e-140, 1e-100, 1e100, 1e140])
@pytest.mark.parametrize("formula", [SQUARES[0], "mean((y - m*x)^4)", "sqrt(mean((y - (m*x + b))^2))"])
def test_a_run_and_a_minimum_of_any_size_warn_of_nothing(formula, size):
    loss = sc.Loss(formula, columns="x y")
    for x, y in ((size, 1.0), (1.0, size), (size, 1 / size if size > 1e-300 else 1e300)):
        for use in (lambda data: str(loss.minimum(data)), lambda data: loss.descend(data, start=[0.0] * len(loss.names), steps=3, method="newton").summary()):
            try:
                use({"x": X * x, "y": Y * y})
            except sc.SymcalcError as refused:
                assert str(refused).isprintable()


def test_long_numbers_are_powers_of_ten():
    shown = str(sc.Loss("(w - 3)^2*1e300").minimum())
    assert "2 · 10³⁰⁰ (w - 3) = 0" in shown and "The second derivative is 2 · 10³⁰⁰ > 0" in shown and "0000" not in shown


@pytest.mark.parametrize("size", ["1e-300", "1e200", "1e300"])
def test_points_side_by_side_of_any_size(size):
    """The determinant may be more than a number can hold: there is none in the table then, and the kinds are told."""
    found = sc.Loss(f"{size}*(a^2 - 1)^2 + {size}*(b - a)^2").minimum()
    assert str(found).count("saddle point") >= 1 and found.kind == "minimum" and abs(found.point["a"]) == 1
