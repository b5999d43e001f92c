"""However a sigmoid or a softplus is written, value and slope are right to the last digits from -1000 to 1000."""

import mpmath
import numpy as np
import pytest
from sympy import Symbol

import symcalc as sc
from symcalc.compute.stable import stabilised

WRITTEN = [
    "ln(1 + exp(z))", "ln(1 + exp(-z))", "ln(exp(z) + 1)", "ln(1 + 1/exp(z))", "ln(1.0 + exp(-2z))", "ln(1 + exp(-(2z + 1)))",
    "ln(1 + e^z)", "1/(1 + exp(-z))", "1/(1 + e^(-z))", "1/(1 + exp(z))", "1/(1 + 1/exp(z))", "exp(z)/(1 + exp(z))",
    "exp(-z)/(1 + exp(-z))", "e^z/(e^z + 1)", "z*exp(z)/(1 + exp(z))", "z/(1 + exp(-z))", "1 - 1/(1 + exp(-z))",
    "1/(1 + exp(-z))^2", "(1 - 1/(1 + exp(-z)))^2", "(0.3 - 1/(1 + exp(-z)))^2", "sigmoid(z)*(1 - sigmoid(z))",
    "-ln(sigmoid(z))", "-ln(1 - sigmoid(z))", "-ln(1/(1 + exp(-z)))", "-ln(1 - 1/(1 + exp(-z)))",
    "-ln(1/(1 + exp(-(2z + 1))))", "ln(exp(z)/(1 + exp(z)))", "-0.3*ln(1/(1 + exp(-z))) - 0.7*ln(1 - 1/(1 + exp(-z)))",
    "softplus(z)", "sigmoid(3 - z)", "relu(z)", "1/(1 + exp(z))^3*exp(2z)", "exp(2z)/(1 + exp(z))^2", "exp(-3*z)/(1 + exp(-z))^3",
    "exp(4*z)/(1 + exp(2z))^2",
]
POINTS = [-1000.0, -40.0, -3.0, -0.5, 0.25, 0.7, 5.0, 40.0, 1000.0]


def by_mpmath(formula, z):
    """Value and slope with 950 digits, in which nothing overflows, from the formula as it was written."""
    words = {"exp": mpmath.exp, "ln": mpmath.log, "e": mpmath.e, "sigmoid": lambda u: 1 / (1 + mpmath.exp(-u)),
             "softplus": lambda u: mpmath.log(1 + mpmath.exp(u)), "relu": lambda u: max(u, mpmath.mpf(0))}
    python = formula.replace("^", "**").replace("2z", "2*z")
    with mpmath.workdps(950):
        words["e"] = mpmath.e + 0                       # with all its digits

        def value(u):
            return eval(python, {"__builtins__": {}}, {**words, "z": u})

        return float(value(mpmath.mpf(z))), float(mpmath.diff(value, mpmath.mpf(z), h=mpmath.mpf(10) ** -300))


@pytest.mark.parametrize("formula", WRITTEN)
def test_value_and_slope_are_right_however_it_is_written(formula):
    f = sc.Loss(formula).compile()
    for z in POINTS:
        value, gradient = f([z])
        true_value, true_slope = by_mpmath(formula, z)
        assert value == pytest.approx(true_value, rel=1e-14, abs=1e-300), z
        assert gradient[0] == pytest.approx(true_slope, rel=1e-13, abs=1e-300), z


CROSS_ENTROPY = [
    "mean(-y*ln(sigmoid(w*x)) - (1 - y)*ln(1 - sigmoid(w*x)))",
    "-mean(y*ln(sigmoid(w*x)) + (1 - y)*ln(1 - sigmoid(w*x)))",
    "mean(-y*ln(1/(1 + exp(-w*x))) - (1 - y)*ln(1 - 1/(1 + exp(-w*x))))",
    "mean(-(y*ln(1/(1 + exp(-(w*x)))) + (1 - y)*ln(1 - 1/(1 + exp(-(w*x))))))",
    "mean(ln(1 + exp(w*x)) - y*w*x)", "mean(softplus(w*x) - y*(w*x))",
    "mean(y*ln(1 + exp(-w*x)) + (1 - y)*ln(1 + exp(w*x)))",
    "mean(ln(1 + exp(-(2y - 1)*(w*x))))",
]


@pytest.mark.parametrize("formula", CROSS_ENTROPY)
@pytest.mark.parametrize("w", [-1000.0, -30.0, -1.5, 0.0, 0.5, 30.0, 1000.0])
def test_cross_entropy_never_overflows(formula, w):
    data = {"x": [-2.0, -0.5, 1.0, 3.0], "y": [1, 0, 1, 0]}
    x, y = (np.array(data[name], dtype=float) for name in "xy")
    z = w * x
    # max(z, 0) - y z + ln(1 + e^-|z|) and mean((σ - y) x), as textbooks on numerics give them
    small = np.exp(-np.abs(z))
    loss = np.mean(np.maximum(z, 0) - y * z + np.log1p(small))
    slope = np.mean((np.where(z >= 0, 1, small) / (1 + small) - y) * x)
    value, gradient = sc.Loss(formula, columns="x y").compile(data)([w])
    assert value == pytest.approx(loss, rel=1e-14) and gradient[0] == pytest.approx(slope, rel=1e-13, abs=1e-300)


@pytest.mark.parametrize(("formula", "shown"), [
    ("ln(1 + exp(z))", "softplus(z)"), ("1/(1 + exp(-z))", "σ(z)"), ("exp(z)/(1 + exp(z))", "σ(z)"),
    ("1 - sigmoid(z)", "σ(-z)"),
    ("ln(sigmoid(z))", "-softplus(-z)"), ("exp(z)/(1 + exp(z))^2", "σ(z) σ(-z)"), ("sigmoid(z)/sigmoid(z)^2", "1 + exp(-z)"),
])
def test_hidden_sigmoids_are_found(formula, shown):
    found = sc.text(stabilised(sc.read(formula)))
    assert found == shown


@pytest.mark.parametrize("formula", [
    "exp(z)", "exp(-z)", "1 + exp(z)", "(1 + exp(z))^2", "exp(-z)*(1 + exp(z))", "ln(2 + exp(z))", "ln(1 - exp(z))",
    "1/(2 + exp(z))", "1/(1 + z)", "x*y/(1 + z)", "ln(z)", "3 - z", "z/z", "w*exp(z)/w",
])
def test_what_holds_no_sigmoid_stays_as_it_is(formula):
    expression = sc.read(formula)
    assert sc.text(stabilised(expression)) == sc.text(expression)


@pytest.mark.parametrize("formula", [
    "exp(u)/(1 + exp(u))*exp(v)", "exp(u)*(1 + exp(v))/(1 + exp(u))", "exp(u)^2/(1 + exp(u))", "exp(-u)/(1 + exp(u))",
    "(exp(u) + exp(v))/(1 + exp(u))^2", "(1 - sigmoid(u))*(1 - sigmoid(v))", "2 - sigmoid(u) - sigmoid(v)",
    "sigmoid(u)/sigmoid(-u)", "1/(sigmoid(u)*sigmoid(-u))", "(1 + exp(u))^2*sigmoid(-u)", "u*v/(1 + exp(-u*v))",
    "1/(1 + exp(-3))*u + v", "sigmoid(u)*v - sigmoid(u)*v^2", "ln(sigmoid(u*v))*sigmoid(u)/(1 + exp(-u))^3",
])
def test_rewriting_never_changes_the_value(formula):
    """Where the plain formula does not overflow, both give the same number."""
    expression = sc.read(formula)
    u, v = (Symbol(name, real=True) for name in "uv")
    for point in ({u: 0.3, v: -1.2}, {u: -2.0, v: 0.4}, {u: 4.0, v: 3.0}):
        plain = float(expression.subs(point).evalf(30))
        assert float(stabilised(expression).subs(point).evalf(30)) == pytest.approx(plain, rel=1e-13)


@pytest.mark.parametrize("z", [0.0, 5e-13, -1e-100, 1e-5, 0.3, -1.0, 1.0000001, 20.0, -800.0])
def test_the_logarithm_of_cosh_has_all_its_digits(z):
    with mpmath.workdps(400):
        true = [float(mpmath.log(mpmath.cosh(mpmath.mpf(z)))), float(mpmath.tanh(mpmath.mpf(z)))]
    alone, summed = sc.Loss("ln(cosh(w))").compile(), sc.Loss("mean(ln(cosh(w*x)))").compile({"x": np.ones(50)})
    for f in (alone, summed):
        value, slope = f([z])
        assert [value, *slope] == pytest.approx(true, rel=1e-14, abs=0)
        assert f.across([[z]] * 9)[0] == pytest.approx([true[0]] * 9, rel=1e-14, abs=0)
