"""Slopes by reverse accumulation: the same as the derived partials, kinks and large arguments included, for hundreds too."""

import numpy as np
import pytest
import sympy

import symcalc as sc
from symcalc.compute.compiling import compile_loss
from symcalc.compute.reverse import accumulated
from symcalc.errors import LossError
from symcalc.training.problem.derivatives import MOST_DERIVED

RNG = np.random.RandomState(3)
ROWS = 40
DATA = {"x": RNG.uniform(0.2, 3, ROWS), "y": RNG.normal(size=ROWS), "x1": RNG.normal(size=ROWS), "x2": RNG.normal(size=ROWS),
        "s": np.where(RNG.rand(ROWS) < 0.5, -1.0, 1.0), "k": np.arange(ROWS) % 3 + 1.0, "q": RNG.rand(ROWS) * 1.0}
DATA |= {f"k{k}": (DATA["k"] == k) * 1.0 for k in (1, 2, 3)}
DATA["x"][:3], DATA["y"][:3], DATA["x1"][:3] = 1.0, (0.0, 1.0, -1.0), 0.0            # rows on a kink, for the points 0 and 1

TYPED = [
    "mean((y - (m*x + b))^2)", "sum((y - (m*x + b))^4)/n", "mean(ln(1 + exp(-y*(v*x + b))))",
    "mean((y - (a*exp(-b*x)*cos(w*x + p) + c))^2)", "mean(max(a*x, b*x, 0))", "mean(min(a*x - 1, 2*a, b))",
    "mean(max(y - a*x, a*x - y))", "mean(atan2(a*x, b + y))", "mean(log10(a*x + b^2))", "mean(logarithm(2 + x, a^2 + 2))",
    "mean(logsumexp(a*x, b*y, a*b))", "mean(softmax(2, a*x, b*y, a))", "sum((y - m*x)^2)/sum((y - 1)^2*m)",
    "ln(sum(exp(a*x))) + a^2", "sum(y*a*b*c*d*f*x)", "mean((a*x)^(b*x))", "mean((a^2 + 1)^(a*x))",
    "mean(erf(a*x) + cbrt(b*y) + gamma(a^2 + x))", "mean(step(a*x - b)*b + sign(a)*x)", "mean(relu(a*x - b)^2)",
    "mean(abs(a*x)*b/(1 + a^2*x^2))", "mean(sqrt(a^2 + x^2)/(b + x)^2)", "mean(tan(a*x)/(1 + b^2)) + atan(a) + sinh(b)*cosh(a)",
    "mean(abs(y - a*x)^1.5)", "mean(1/(1 + exp(-a*x)) + exp(b*y)/(1 + exp(b*y)))", "mean(a*ln(cosh(b*x)))",
    "mean(y*ln(1/(1 + exp(-(a*x + b)))) + (1 - y)*ln(1 - 1/(1 + exp(-(a*x + b)))))",
    "mean(piecewise((sqrt(w*(x - 1)), x > 1), (w*(x - 1), True)))",
    "mean(piecewise((w*ln(x - 1), x > 1), (exp(a*x) - w, x > 0.5), (0, True)))",
    "mean(piecewise((1/(a*x - 1), a*x > 1), (max(b*x, 1/b), y > 0), (a*b*y^2, True))*b)",
    "mean((y - piecewise((a*x, x < c), (a*c + b*(x - c), True)))^2)",
    "(1 - u)^2 + 100*(v - u^2)^2", "u^v + v^u", "abs(u) + max(u, v) + min(u, 2*v)", "ln(cosh(u)) + u/v + 1/v^3 + exp(-u^2)",
    "u*v*w*a*b*c + u*u*v", "max(2*u, u + v, v)*u",
]
LINE, SCORE = sc.line("x"), sc.linear("x1 x2")
BUILT = [
    *(sc.mean_squared_error("y", sc.network("x1 x2", hidden=3, activation=name))
      for name in ("tanh", "sigmoid", "relu", "softplus")),
    sc.huber("y", LINE, delta=0.7), sc.pinball("y", LINE, 0.3), sc.log_cosh("y", LINE), sc.mean_absolute_error("y", LINE),
    sc.root_mean_squared_error("y", LINE), sc.gaussian_likelihood("y", LINE), sc.mean_squared_error("y", sc.power_law("x")),
    sc.mean_squared_error("y", sc.michaelis_menten("x")), sc.mean_squared_error("y", sc.logistic_curve("x")),
    sc.hinge("s", SCORE), sc.cross_entropy("q", sc.logistic_classification("x1 x2")), sc.logistic_loss("q", SCORE),
    sc.poisson_loss("k", sc.poisson_rate("x1 x2")), sc.elastic_net(sc.mean_squared_error("y", SCORE), 0.1, 0.5),
    sc.softmax_cross_entropy("k1 k2 k3", sc.softmax_classification("x1 x2", classes=3)),
]


def both(loss):
    """The loss compiled with its derived partials, and with slopes by reverse accumulation."""
    names = [str(column.base) for column in loss.columns]
    table = loss.table({name: DATA[name] for name in names} if names else None)
    return (compile_loss(loss.expression, partials, loss.parameters, loss.columns, table)
            for partials in (loss.gradient().result, None))


def agree(found, wanted):
    """Whether the numbers are the same to 1e-12, with no value in the same places."""
    finite = np.isfinite(wanted)
    assert (np.isfinite(found) == finite).all()
    size = np.abs(wanted[finite]).max(initial=0)
    assert np.abs(found[finite] - wanted[finite]).max(initial=0) <= 1e-12 * size


@pytest.mark.parametrize("loss", [*map(sc.Loss, TYPED), *BUILT], ids=repr)
def test_the_slopes_are_those_of_the_derived_partials(loss):
    derived, reverse = both(loss)
    assert reverse.strategy == derived.strategy
    count = len(loss.names)
    points = [*RNG.uniform(0.3, 1.5, (3, count)), np.zeros(count), np.ones(count), np.arange(count) > 0,
              *RNG.choice([-400.0, 300.0], (3, count))]
    for point in points:
        (value, slopes), (cost, gradient) = reverse.at(np.array(point, float)), derived.at(np.array(point, float))
        agree(np.array([value]), np.array([cost]))
        agree(slopes, gradient)


@pytest.mark.parametrize("formula", [
    "mean((y - (m*x + b))^2)", "mean((y - (a*exp(-b*x) + c))^2)", "mean((y - tanh(a*x + b))^2)", "(1 - u)^2 + 100*(v - u^2)^2",
    "u*v*w*a*b*c + u^2*v", "u/v + sqrt(u)*v^3", "sum((y - m*x)^2)/sum(x^2) + m^2"])
def test_the_slopes_are_the_same_formulas(formula):
    loss = sc.Loss(formula)
    for slope, derivation in zip(accumulated(loss.expression, loss.parameters)[1], loss.gradient().values(), strict=True):
        assert sympy.expand((slope - derivation.result).doit()) == 0


def test_a_sum_inside_a_sum():
    """The variance of what is left over, which cannot be typed."""
    loss = sc.Loss("mean(y - m*x^2)")
    total, (m,) = loss.expression.args[-1], loss.parameters
    whole = sympy.Sum((total.function - loss.expression)**2, *total.limits)
    compiled = compile_loss(whole, None, (m,), loss.columns, loss.table({"x": DATA["x"], "y": DATA["y"]}))
    for value in (0.0, 0.7):
        square = DATA["x"]**2
        rest = DATA["y"] - value * square
        agree(compiled.at(np.array([value]))[1], np.array([-2 * np.sum((rest - rest.mean()) * (square - square.mean()))]))


def test_what_is_the_same_in_every_row_stands_before_the_sum():
    loss = sc.Loss("mean((y - v*tanh(w*x))^2)")
    assert [str(slope) for slope in accumulated(loss.expression, loss.parameters)[1]] == [
        "-2*Sum((-v*tanh(w*x[i]) + y[i])*tanh(w*x[i]), (i, 1, n))/n",
        "-2*v*Sum(((1 - tanh(w*x[i])**2)*(-v*tanh(w*x[i]) + y[i]))*x[i], (i, 1, n))/n"]


def test_a_case_at_one_value_alone_has_no_slope():
    loss = sc.Loss("piecewise((w^2, w == 1), (w, True))")
    with pytest.raises(LossError, match="at one value alone"):
        accumulated(loss.expression, loss.parameters)


def test_a_parameter_that_does_not_matter_has_the_slope_0():
    loss = sc.Loss("w^2")
    assert accumulated(loss.expression, (*loss.parameters, sympy.Symbol("v")))[1][1] == 0


def by_hand(point, hidden, x1, x2, y):
    """A tanh network, its squared error and the gradient, with matrices."""
    v, w1, w2, c = point[:-1].reshape(hidden, 4).T
    inputs = np.stack([x1, x2])
    units = np.tanh(np.column_stack([w1, w2]) @ inputs + c[:, None])
    rest = y - (v @ units + point[-1])
    back = -2 / len(y) * rest
    inside = v[:, None] * (1 - units**2) * back
    slopes = np.column_stack([units @ back, inside @ x1, inside @ x2, inside.sum(axis=1)])
    return np.mean(rest**2), np.append(slopes, back.sum())


@pytest.mark.parametrize("hidden", [8, 20])
def test_a_network_is_compiled_without_its_derivations(hidden):
    loss = sc.mean_squared_error("y", sc.network("x1 x2", hidden=hidden))
    assert len(loss.names) > MOST_DERIVED
    data = {name: DATA[name] for name in ("x1", "x2", "y")}
    compiled = loss.compile(data)
    assert "_gradient" not in loss.__dict__
    point = RNG.normal(size=len(loss.names))
    value, slopes = compiled(point)
    wanted, gradient = by_hand(point, hidden, **data)
    assert value == pytest.approx(wanted, rel=1e-13)
    agree(slopes, gradient)


def test_the_program_grows_in_step_with_the_parameters():
    lengths = []
    for features in (40, 80):
        loss = sc.mean_squared_error("y", sc.poisson_rate("x", features=features))
        table = loss.table({f"x{k}": DATA["x"] for k in range(1, features + 1)} | {"y": DATA["y"]})
        lengths.append(len(compile_loss(loss.expression, None, loss.parameters, loss.columns, table).tape.moving))
    assert lengths[1] < 2.1 * lengths[0]
