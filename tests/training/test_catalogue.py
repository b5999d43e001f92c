"""The catalogue: models under losses, against plain NumPy, at extremes, and fitted to what others find."""

import pickle

import numpy as np
import pytest

import symcalc as sc
from symcalc.errors import DataError, LossError, ReadError

RANDOM = np.random.RandomState(7)
ROWS = 9
X, Z = RANDOM.uniform(0.3, 2, ROWS), RANDOM.uniform(-1, 1, ROWS)
Y = RANDOM.uniform(-2, 3, ROWS)
COLUMNS = {"x": X, "z": Z}


def sigmoid(s):
    return 1 / (1 + np.exp(-s))


def softplus(s):
    return np.log(1 + np.exp(s))


def relu(s):
    return s * (s > 0)


# Each model of one prediction, what it is in NumPy, and its parameters in order.

MODELS = {
    "line": (sc.line("x"), lambda m, b: m*X + b, "m b"),
    "polynomial": (sc.polynomial("x", 3), lambda p, q, r, s: p + q*X + r*X**2 + s*X**3, "a0 a1 a2 a3"),
    "linear": (sc.linear("x z"), lambda w1, w2, b: w1*X + w2*Z + b, "w1 w2 b"),
    "through 0": (sc.linear("x z", intercept=False), lambda w1, w2: w1*X + w2*Z, "w1 w2"),
    "growth": (sc.exponential_growth("x"), lambda a, k: a*np.exp(k*X), "a k"),
    "decay": (sc.exponential_decay("x"), lambda a, k: a*np.exp(-k*X), "a k"),
    "power law": (sc.power_law("x"), lambda a, p: a*X**p, "a p"),
    "sinusoid": (sc.sinusoid("x"), lambda a, w, f, c: a*np.sin(w*X + f) + c, "a omega phi c"),
    "Michaelis-Menten": (sc.michaelis_menten("x"), lambda v, k: v*X/(k + X), "V K"),
    "logistic curve": (sc.logistic_curve("x"), lambda most, k, c: most/(1 + np.exp(-k*(X - c))), "L k c"),
    "probability": (sc.logistic_classification("x z"), lambda w1, w2, b: sigmoid(w1*X + w2*Z + b), "w1 w2 b"),
    "rate": (sc.poisson_rate("x"), lambda w, b: np.exp(w*X + b), "w b"),
    **{f"network of {name}": (sc.network("x", 1, name), lambda v, w, c, b, f=f: v*f(w*X + c) + b, "v1 w1 c1 b")
       for name, f in (("tanh", np.tanh), ("sigmoid", sigmoid), ("relu", relu), ("softplus", softplus))},
    "network of two": (sc.network("x z", 1), lambda v, w1, w2, c, b: v*np.tanh(w1*X + w2*Z + c) + b, "v1 w11 w12 c1 b"),
    "renamed": (sc.sinusoid("x", parameters="height speed start level"),
                lambda a, w, f, c: a*np.sin(w*X + f) + c, "height speed start level"),
}


def huber(r, delta):
    return np.where(np.abs(r) <= delta, r**2/2, delta*(np.abs(r) - delta/2))


# Each loss of a residual, and what it is in NumPy, given the residuals and what is left of the parameters.

RESIDUALS = {
    "RSS": (sc.residual_sum_of_squares, lambda r: np.sum(r**2)),
    "MSE": (sc.mean_squared_error, lambda r: np.mean(r**2)),
    "half MSE": (sc.half_mean_squared_error, lambda r: np.sum(r**2)/(2*ROWS)),
    "RMSE": (sc.root_mean_squared_error, lambda r: np.sqrt(np.mean(r**2))),
    "MAE": (sc.mean_absolute_error, lambda r: np.mean(np.abs(r))),
    "Huber": (lambda y, p: sc.huber(y, p, delta=0.75), lambda r: np.mean(huber(r, 0.75))),
    "Huber 1": (sc.huber, lambda r: np.mean(huber(r, 1))),
    "log-cosh": (sc.log_cosh, lambda r: np.mean(np.log(np.cosh(r)))),
    "pinball": (lambda y, p: sc.pinball(y, p, quantile=0.9), lambda r: np.mean(np.where(r > 0, 0.9*r, -0.1*r))),
    "Gaussian": (sc.gaussian_likelihood,
                 lambda r, s: np.mean(np.log(np.sqrt(2*np.pi)*s) + r**2/(2*s**2))),
}


def slopes(formula, point, step=1e-3):
    """The gradient from five points in each direction."""
    return [np.dot([1, -8, 8, -1], [formula(*(point + k*step*unit)) for k in (-2, -1, 1, 2)]) / (12*step)
            for unit in np.eye(len(point))]


def check(loss, data, formula, names, rtol=1e-7):
    """The loss, compiled, at points away from any bend, against the formula in NumPy."""
    assert loss.names == tuple(names)
    point = np.linspace(0.4, 1.1, len(names))
    value, gradient = loss.compile(data)(point)
    assert value == pytest.approx(formula(*point), rel=1e-13)
    assert gradient == pytest.approx(slopes(formula, point), rel=rtol, abs=1e-9)
    assert loss.gradient().proof.passed


# The outer slope knows nothing of the model and the inner nothing of the loss: each model meets a third of the losses, and
# each loss a third of the models.
MET = [(model, loss) for j, model in enumerate(MODELS) for k, loss in enumerate(RESIDUALS) if (j + k) % 3 == 0]


@pytest.mark.parametrize(("model", "loss"), MET)
def test_models_under_losses_of_residuals(model, loss):
    built, prediction, names = MODELS[model]
    make, size = RESIDUALS[loss]
    names = [*names.split(), *(["sigma"] if loss == "Gaussian" else [])]
    own = len(built.parameters)
    check(make("y", built), {**COLUMNS, "y": Y}, lambda *p: size(Y - prediction(*p[:own]), *p[own:]), names)


def test_a_network_of_two_units():
    check(sc.mean_squared_error("y", sc.network("x")), {"x": X, "y": Y}, lambda v1, w1, c1, v2, w2, c2, b: np.mean(
        (Y - (v1*np.tanh(w1*X + c1) + v2*np.tanh(w2*X + c2) + b))**2), ["v1", "w1", "c1", "v2", "w2", "c2", "b"])


@pytest.mark.parametrize("model", MODELS)
def test_a_model_predicts(model):
    built, prediction, names = MODELS[model]
    point = np.linspace(0.4, 1.1, len(names.split()))
    run = sc.mean_squared_error("y", built).descend({**COLUMNS, "y": Y}, start=point, rate=1e-9, steps=1)
    used = {name: COLUMNS[name] for name in (c.base.label.name for c in built.columns)}
    assert run.predict(**used) == pytest.approx(prediction(*point), rel=1e-6)
    assert built.predict(dict(zip(built.names, point)), **used) == pytest.approx(prediction(*point), rel=1e-14)


# Classes and counts

IS_ONE, SIGN = (Y > 0.5) * 1.0, np.where(Y > 0.5, 1.0, -1.0)
COUNTS, CLASSES = np.array([0, 3, 1, 2, 5, 0, 1, 4, 2.0]), np.array([1, 2, 3, 1, 2, 3, 3, 2, 1.0])
ONE_HOT = {f"y{k}": (k == CLASSES) * 1.0 for k in (1, 2, 3)}
BOTH = sc.logistic_classification("x z")


def surprise(p):
    return -np.mean(IS_ONE*np.log(p) + (1 - IS_ONE)*np.log(1 - p))


def softmax_surprise(*p):
    scores = np.array([w1*X + w2*Z + b for w1, w2, b in np.reshape(p, (3, 3))])
    probabilities = np.exp(scores) / np.exp(scores).sum(axis=0)
    return -np.mean(np.log(probabilities[CLASSES.astype(int) - 1, range(ROWS)]))


LIKELIHOODS = {
    "logistic": (sc.logistic_loss("y", BOTH), IS_ONE, lambda w1, w2, b: surprise(sigmoid(w1*X + w2*Z + b)), "w1 w2 b"),
    "logistic of a score": (sc.logistic_loss("y", sc.line("x")), IS_ONE, lambda m, b: surprise(sigmoid(m*X + b)), "m b"),
    "logistic of a text": (sc.logistic_loss("y", "w*x"), IS_ONE, lambda w: surprise(sigmoid(w*X)), "w"),
    "logistic of a network": (sc.logistic_loss("y", sc.network("x", 1)), IS_ONE,
                              lambda v, w, c, b: surprise(sigmoid(v*np.tanh(w*X + c) + b)), "v1 w1 c1 b"),
    "cross-entropy": (sc.cross_entropy("y", BOTH), IS_ONE, lambda w1, w2, b: surprise(sigmoid(w1*X + w2*Z + b)), "w1 w2 b"),
    "cross-entropy of a curve": (sc.cross_entropy("y", sc.logistic_curve("x")), IS_ONE,
                                 lambda most, k, c: surprise(most*sigmoid(k*(X - c))), "L k c"),
    "hinge": (sc.hinge("y", sc.linear("x z")), SIGN,
              lambda w1, w2, b: np.mean(np.maximum(0, 1 - SIGN*(w1*X + w2*Z + b))), "w1 w2 b"),
    "Poisson": (sc.poisson_loss("y", sc.poisson_rate("x z")), COUNTS,
                lambda w1, w2, b: np.mean(np.exp(w1*X + w2*Z + b) - COUNTS*(w1*X + w2*Z + b)), "w1 w2 b"),
    "Poisson of a line": (sc.poisson_loss("y", sc.line("x")), COUNTS,
                          lambda m, b: np.mean(m*X + b - COUNTS*np.log(m*X + b)), "m b"),
    "softmax by number": (sc.softmax_cross_entropy("y", sc.softmax_classification("x z", 3)), CLASSES, softmax_surprise,
                          "w11 w12 b1 w21 w22 b2 w31 w32 b3"),
    "softmax by column": (sc.softmax_cross_entropy("y1 y2 y3", sc.softmax_classification("x z", 3)), CLASSES, softmax_surprise,
                          "w11 w12 b1 w21 w22 b2 w31 w32 b3"),
}


@pytest.mark.parametrize("name", LIKELIHOODS)
def test_losses_of_classes_and_counts(name):
    loss, y, formula, names = LIKELIHOODS[name]
    check(loss, {**COLUMNS, **ONE_HOT, "y": y}, formula, names.split())


LAST_LINES = [
    (sc.half_mean_squared_error("y", sc.polynomial("x", 2)), "a2", "-1/n Σ xᵢ² (yᵢ - (a0 + a1 xᵢ + a2 xᵢ²))"),
    (sc.mean_squared_error("y", sc.exponential_decay("x")), "k", "2a/n Σ xᵢ e^(-k xᵢ) (yᵢ - a e^(-k xᵢ))"),
    (sc.mean_squared_error("y", sc.michaelis_menten("s")), "K", "2V/n Σ sᵢ (yᵢ - V sᵢ/(K + sᵢ))/(K + sᵢ)²"),
    (sc.log_cosh("y", sc.line("x")), "m", "-1/n Σ xᵢ tanh(yᵢ - (m xᵢ + b))"),
    (sc.mean_absolute_error("y", sc.line("x")), "m", "-1/n Σ xᵢ sign(yᵢ - (m xᵢ + b))"),
    (sc.pinball("y", sc.line("x"), 0.9), "b", "1/n Σ {-0.9 if yᵢ - (m xᵢ + b) ≥ 0; 0.1 otherwise}"),
    (sc.huber("y", sc.line("x")), "b", "1/n Σ {-(yᵢ - (m xᵢ + b)) if |yᵢ - (m xᵢ + b)| ≤ 1; -sign(yᵢ - (m xᵢ + b)) otherwise}"),
    (sc.gaussian_likelihood("y", sc.line("x")), "sigma", "1/n Σ (-(yᵢ - (m xᵢ + b))²/σ³ + 1/σ)"),
    (sc.logistic_loss("y", sc.logistic_classification("x")), "w", "1/n Σ xᵢ (σ(w xᵢ + b) - yᵢ)"),
    (sc.cross_entropy("y", sc.logistic_classification("x")), "w", "1/n Σ xᵢ (σ(w xᵢ + b) - yᵢ)"),
    (sc.poisson_loss("y", sc.poisson_rate("x")), "w", "1/n Σ xᵢ (e^(w xᵢ + b) - yᵢ)"),
    (sc.hinge("y", sc.linear("x")), "w", "1/n Σ {-yᵢ xᵢ if 1 - yᵢ (w xᵢ + b) > 0; 0 otherwise}"),
    (sc.softmax_cross_entropy("y", sc.softmax_classification("x", 2)), "w2",
     "1/n Σ xᵢ (softmax₂(w1 xᵢ + b1, w2 xᵢ + b2) - [yᵢ = 2])"),
    (sc.softmax_cross_entropy("y1 y2", sc.softmax_classification("x", 2)), "b1",
     "1/n Σ (softmax₁(w1 xᵢ + b1, w2 xᵢ + b2) - y1ᵢ)"),
    (sc.ridge(sc.mean_squared_error("y", sc.line("x")), 0.1), "m", "-2/n Σ xᵢ (yᵢ - (m xᵢ + b)) + 0.2m"),
    (sc.elastic_net(sc.mean_squared_error("y", sc.line("x")), 0.1, 2), "m",
     "-2/n Σ xᵢ (yᵢ - (m xᵢ + b)) + 0.1 sign(m) + 4m"),
]


@pytest.mark.parametrize(("loss", "parameter", "last"), LAST_LINES)
def test_derivations_end_as_in_textbooks(loss, parameter, last):
    derivation = loss.derive(parameter)
    assert sc.text(derivation.result) == last and derivation.proof.passed
    assert sc.text(loss.gradient()[parameter].result) == last


def test_a_wrong_line_about_classes_is_noticed():
    # Classes are drawn as class numbers, so that [y = k] is not 0 at every point of the proof.
    from symcalc.calculus.proof import prove
    derivation = sc.softmax_cross_entropy("y", sc.softmax_classification("x", 2)).derive("b2")
    without = sc.Loss("mean(logsumexp(w1*x + b1, w2*x + b2))", columns="x").derive("b2").result
    with pytest.raises(sc.ProofError):
        prove([derivation.lines[0].expression, without])


# Extremes

@pytest.mark.parametrize(("loss", "y", "total"), [
    (sc.logistic_loss("y", "w*x"), [0, 1, 1], 1600 + np.log(2)),
    (sc.cross_entropy("y", sc.logistic_classification("x")), [0, 1, 1], 1600 + np.log(2)),
    (sc.softmax_cross_entropy("y", sc.softmax_classification("x", 2)), [2, 1, 1], 1600 + np.log(2)),
    (sc.softmax_cross_entropy("y", sc.softmax_classification("x", 3)), [3, 1, 1], 1600 + np.log(6)),
    (sc.log_cosh("y", "w*x"), [0, 0, 0], 1600 - 2 * np.log(2)), (sc.huber("y", "w*x"), [0, 0, 0], 1600 - 1),
    (sc.hinge("y", "w*x"), [-1, 1, 1], 801 + 801 + 1),
])
def test_scores_of_800_give_finite_losses_and_slopes(loss, y, total):
    start = [{"w": 1, "w1": 1}.get(name, 0) for name in loss.names]
    value, gradient = loss.compile({"x": [800, -800, 0], "y": y})(start)
    assert value == pytest.approx(total / 3, rel=1e-14) and np.isfinite(gradient).all()


def test_predicted_probabilities_are_finite_and_add_up():
    model = sc.softmax_classification("x", 3)
    found = model.predict([1, 0, 0, 0, -1, 0], x=[800, -800, 0])
    assert found == pytest.approx(np.array([[1, 0, 0], [0, 0, 1], [1/3, 1/3, 1/3]]))
    loss = sc.logistic_loss("y", sc.linear("x"))
    assert loss.model.predict([1, 0], x=[800, -800, 0]) == pytest.approx([1, 0, 0.5])


# Fits

def fitted(loss, data, rate, steps=60_000):
    return loss.descend(data, start=np.zeros(len(loss.names)), rate=rate, steps=steps, tolerance=1e-12).x


def test_least_squares_agrees_with_lstsq():
    data = {"x": X, "z": Z, "y": Y}
    for loss, design, rate in (
            (sc.mean_squared_error("y", sc.linear("x z")), [X, Z, np.ones(ROWS)], 0.3),
            (sc.mean_squared_error("y", sc.polynomial("z", 2)), [np.ones(ROWS), Z, Z**2], 0.4)):
        best = np.linalg.lstsq(np.column_stack(design), Y, rcond=None)[0]
        assert fitted(loss, data, rate) == pytest.approx(best, rel=1e-8)


@pytest.mark.parametrize(("build", "count"), [(lambda x: sc.network(x, 11), 144), (lambda x: sc.softmax_classification(x, 11), 132)])
def test_weights_of_many_columns_and_units_have_names_that_differ(build, count):
    assert len(build([f"a{k}" for k in range(1, 12)]).names) == count


def test_ridge_agrees_with_the_normal_equations():
    data, design = {"x": X, "z": Z, "y": Y}, np.column_stack([X, Z, np.ones(ROWS)])
    best = np.linalg.solve(design.T @ design / ROWS + np.diag([0.1, 0.1, 0]), design.T @ Y / ROWS)
    assert fitted(sc.ridge(sc.mean_squared_error("y", sc.linear("x z")), 0.1), data, 0.3) == pytest.approx(best, rel=1e-8)


def by_weights(design, y, mean, variance):
    """Newton's method on a likelihood, as statisticians do it: least squares over and over with new weights."""
    beta = np.zeros(design.shape[1])
    for _ in range(50):
        mu = mean(design @ beta)
        beta += np.linalg.solve(design.T @ (variance(mu)[:, None] * design), design.T @ (y - mu))
    return beta


MANY = np.random.RandomState(3).normal(size=60)
DESIGN = np.column_stack([MANY, np.ones(60)])
NOISY = (MANY + np.random.RandomState(4).logistic(size=60) > 0.3) * 1.0
EVENTS = np.random.RandomState(5).poisson(np.exp(0.7*MANY + 0.2)) * 1.0
FITS = {
    "logistic": (sc.logistic_loss("y", sc.logistic_classification("x")), NOISY, sigmoid, lambda p: p*(1 - p), 2.0,
                 lambda p: np.mean(np.logaddexp(0, DESIGN @ p) - NOISY*(DESIGN @ p))),
    "Poisson": (sc.poisson_loss("y", sc.poisson_rate("x")), EVENTS, np.exp, lambda mu: mu, 0.1,
                lambda p: np.mean(np.exp(DESIGN @ p) - EVENTS*(DESIGN @ p))),
}


@pytest.mark.parametrize("name", FITS)
def test_fits_agree_with_weighted_least_squares(name):
    loss, y, mean, variance, rate, _ = FITS[name]
    assert fitted(loss, {"x": MANY, "y": y}, rate) == pytest.approx(by_weights(DESIGN, y, mean, variance), rel=1e-8)


@pytest.mark.parametrize("name", FITS)
def test_fits_agree_with_scipy(name):
    optimize = pytest.importorskip("scipy.optimize")
    loss, y, _, _, rate, formula = FITS[name]
    best = optimize.minimize(formula, [0, 0], method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-16, "maxiter": 4000})
    found = fitted(loss, {"x": MANY, "y": y}, rate)
    assert formula(found) == pytest.approx(best.fun, rel=1e-12) and found == pytest.approx(best.x, abs=1e-7)


def test_a_quantile_is_where_its_share_of_the_data_lies_below():
    y = np.arange(1, 100.0)
    loss = sc.pinball("y", "c + 0*x", quantile=0.9)
    costs = [loss.compile({"x": y * 0, "y": y})([c])[0] for c in y]
    assert y[np.argmin(costs)] == 90


# Features by number

TABLE = np.column_stack([X, Z, X*Z])


@pytest.mark.parametrize(("loss", "last"), [
    (sc.mean_squared_error("y", sc.linear("x", features=3)), "-2/n Σᵢ xᵢₖ (yᵢ - (Σⱼ wⱼ xᵢⱼ + b))"),
    (sc.half_mean_squared_error("y", sc.linear("x", features=3, intercept=False)), "-1/n Σᵢ xᵢₖ (yᵢ - Σⱼ wⱼ xᵢⱼ)"),
    (sc.logistic_loss("y", sc.logistic_classification("x", features=3)), "1/n Σᵢ xᵢₖ (σ(Σⱼ wⱼ xᵢⱼ + b) - yᵢ)"),
    (sc.cross_entropy("y", sc.logistic_classification("x", features=3)), "1/n Σᵢ xᵢₖ (σ(Σⱼ wⱼ xᵢⱼ + b) - yᵢ)"),
    (sc.poisson_loss("y", sc.poisson_rate("x", features=3)), "1/n Σᵢ xᵢₖ (e^(Σⱼ wⱼ xᵢⱼ + b) - yᵢ)"),
    (sc.elastic_net(sc.mean_squared_error("y", sc.linear("x", features=3)), 0.1, 2),
     "-2/n Σᵢ xᵢₖ (yᵢ - (Σⱼ wⱼ xᵢⱼ + b)) + 0.1 sign(wₖ) + 4wₖ"),
])
def test_with_an_index_all_weights_are_differentiated_at_once(loss, last):
    derivation = loss.derive("w[k]")
    assert sc.text(derivation.result) == last and derivation.proof.passed
    # What is compiled is written out, and the same for each k.
    table = {"x": TABLE, "y": IS_ONE}
    value, gradient = loss.compile(table)(point := np.linspace(0.4, 1.1, len(loss.names)))
    same, apart = loss.compile({"x1": TABLE[:, 0], "x2": TABLE[:, 1], "x3": TABLE[:, 2], "y": IS_ONE})(point)
    assert value == same and (gradient == apart).all()
    assert gradient == pytest.approx(slopes(lambda *p: loss.compile(table)(p)[0], point), rel=1e-7)
    assert loss.names[:3] == ("w1", "w2", "w3")


def test_a_table_of_features_is_fitted_and_predicted():
    loss = sc.mean_squared_error("y", sc.linear("x", "v c", features=3))
    best = np.linalg.lstsq(np.column_stack([TABLE, np.ones(ROWS)]), Y, rcond=None)[0]
    run = loss.descend({"x": TABLE, "y": Y}, start=best, rate=0.1, steps=1)
    assert run.jac == pytest.approx(0, abs=1e-12) and loss.names == ("v1", "v2", "v3", "c")
    assert run.predict(x=TABLE[:2]) == pytest.approx(TABLE[:2] @ best[:3] + best[3])
    assert str(loss).splitlines()[2] == "  Σⱼ vⱼ xᵢⱼ = v1 x1ᵢ + v2 x2ᵢ + v3 x3ᵢ"


@pytest.mark.parametrize(("do", "said"), [
    (lambda: sc.linear("x", features=1), "the number of features is a whole number from 2 to 500, not 1"),
    (lambda: sc.linear("x1 x2", features=2), "from one column, not from x1 and x2"),
    (lambda: sc.linear("x", "p b", features=2), "p has a meaning of its own in the sum"),
    (lambda: sc.linear("x", "w w1", features=2), "w1 is the weight of a feature"),
    (lambda: sc.mean_squared_error("w", sc.linear("x", features=2)), "w has a meaning of its own in the sum"),
    (lambda: sc.mean_squared_error("y", sc.linear("x", features=2)).derive("w[j]"), "such as w[k]"),
    (lambda: sc.mean_squared_error("y", sc.linear("x1 x2")).derive("w[k]"), "w[k] is no parameter of this loss"),
    (lambda: sc.mean_squared_error("y", sc.linear("x", features=2)).compile({"x": TABLE, "y": Y}),
     "x is a table with 2 columns, one for each feature; this one has the shape (9, 3)"),
    (lambda: sc.mean_squared_error("y", sc.linear("x", features=3)).compile({"x": TABLE, "x1": X, "y": Y}),
     "x1 is given twice"),
])
def test_features_that_do_not_fit_are_named(do, said):
    with pytest.raises(sc.SymcalcError) as caught:
        do()
    assert said in str(caught.value)


# Penalties

MSE = sc.mean_squared_error
PENALTIES = [
    (sc.ridge(MSE("y", sc.linear("x1 x2")), 0.1), "0.1 (w1² + w2²)"),
    (sc.lasso(MSE("y", sc.polynomial("x", 2)), 0.5), "0.5 (|a1| + |a2|)"),
    (sc.ridge(MSE("y", sc.line("x")), 2, over="m b"), "2 (m² + b²)"),
    (sc.ridge(MSE("y", sc.line("x")), 1, over=["b"]), "b²"),
    (sc.ridge(MSE("y", sc.network("x", 2)), 0.1), "0.1 (v1² + w1² + v2² + w2²)"),
    (sc.ridge(MSE("y", sc.sinusoid("x")), 0.1), "0.1 (a² + ω²)"),
    (sc.ridge(sc.logistic_loss("y", sc.logistic_classification("x")), 0.1), "0.1w²"),
    (sc.ridge(sc.softmax_cross_entropy("y", sc.softmax_classification("x", 2)), 0.1), "0.1 (w1² + w2²)"),
    (sc.lasso(sc.gaussian_likelihood("y", sc.line("x")), 0.1), "0.1 |m|"),
    (sc.lasso(sc.Loss("mean((y - m*x - b)^2)"), 0.1), "0.1 |m|"),
    (sc.elastic_net(MSE("y", sc.linear("x1 x2")), 0.1, 0.2), "0.1 (|w1| + |w2|) + 0.2 (w1² + w2²)"),
]


@pytest.mark.parametrize(("loss", "penalty"), PENALTIES)
def test_penalties_leave_intercepts_out(loss, penalty):
    assert sc.text(loss.expression).endswith(f" + {penalty}")
    assert loss.model is not None and loss.target is not None


def test_a_penalty_keeps_the_order_of_the_parameters():
    assert sc.ridge(sc.Loss("mean((y - (m*x + b))^2)", parameters="b m"), 1).names == ("b", "m")


def test_a_loss_with_its_model_survives_pickling():
    loss = pickle.loads(pickle.dumps(sc.logistic_loss("y", BOTH)))
    assert loss.compile({**COLUMNS, "y": IS_ONE})([0, 0, 0])[0] == pytest.approx(np.log(2))


# What does not fit

@pytest.mark.parametrize(("build", "said"), [
    (lambda: sc.polynomial("x", 0), "the degree is a whole number from 1 to 20, not 0"),
    (lambda: sc.polynomial("x", 2.5), "not 2.5"),
    (lambda: sc.polynomial("x", True), "not True"),
    (lambda: sc.polynomial("x", 2, "a b"), "the model has 3 parameters, such as a0, a1 and a2; 2 names given"),
    (lambda: sc.polynomial("x", 2, "a b a"), "the name a is given twice"),
    (lambda: sc.polynomial("x", 2, "a b x"), "x is both a parameter and a column"),
    (lambda: sc.polynomial("x1 x2", 2), "this model predicts from one column, not from x1 and x2"),
    (lambda: sc.linear([]), "at least one column"),
    (lambda: sc.linear("x1 x_1"), "look the same"),
    (lambda: sc.line("m"), "m is both a parameter and a column"),
    (lambda: sc.network("x", activation="gelu"), "there is no activation 'gelu'; the activations are tanh, sigmoid, relu"),
    (lambda: sc.network("x", activation="softpuls"), "relu, softplus; did you mean softplus?"),
    (lambda: sc.network("x", hidden=0), "the number of hidden units is a whole number from 1 to 1024, not 0"),
    (lambda: sc.softmax_classification("x", 1), "the number of classes is a whole number from 2 to 20, not 1"),
    (lambda: MSE("y", sc.line("y")), "the prediction of y must not use y itself"),
    (lambda: MSE("m", sc.line("x")), "the prediction of m must not use m itself"),
    (lambda: MSE("x_1", sc.line("x1")), "look the same"),
    (lambda: MSE("y", sc.softmax_classification("x", 2)), "goes with softmax_cross_entropy"),
    (lambda: sc.logistic_loss("y", sc.softmax_classification("x", 2)), "goes with softmax_cross_entropy"),
    (lambda: sc.softmax_cross_entropy("y", sc.line("x")), "takes a model with a score for each class"),
    (lambda: sc.softmax_cross_entropy("y1 y2", sc.softmax_classification("x", 3)), "not 2 columns"),
    (lambda: sc.huber("y", sc.line("x"), 0), "delta is a number greater than 0, not 0"),
    (lambda: sc.huber("y", sc.line("x"), float("nan")), "not nan"),
    (lambda: sc.pinball("y", sc.line("x"), 1), "the quantile is a number between 0 and 1, not 1"),
    (lambda: sc.gaussian_likelihood("y", sc.line("x"), "m"), "m is a parameter of the prediction"),
    (lambda: sc.gaussian_likelihood("y", sc.line("x"), "x"), "x is both a parameter and a column"),
    (lambda: sc.ridge(sc.line("x"), 1), "a penalty is added to a loss, not to Model"),
    (lambda: sc.ridge(MSE("y", sc.line("x")), -1), "the strength of a penalty is a number greater than 0, not -1"),
    (lambda: sc.ridge(MSE("y", sc.line("x")), 1, over="q"), "q is no parameter of this loss"),
    (lambda: sc.ridge(MSE("y", "b + 0*x"), 1), "every parameter of this loss stands alone"),
])
def test_what_does_not_fit_is_said_in_a_sentence(build, said):
    with pytest.raises((LossError, ReadError)) as caught:
        build()
    assert said in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(("loss", "y", "said"), [
    (sc.logistic_loss("y", "w*x"), [0, 2], "y is 2 in row 2 of the data; this loss wants 0, 1 or a probability between them"),
    (sc.hinge("y", "w*x"), [1, 0], "y is 0 in row 2 of the data; this loss wants -1 or 1"),
    (sc.poisson_loss("y", "e^(w*x)"), [-1, 0], "y is -1 in row 1 of the data; this loss wants counts, 0 or more"),
    (sc.softmax_cross_entropy("y", sc.softmax_classification("x", 3)), [1, 1.5], "wants class numbers from 1 to 3"),
    (sc.ridge(sc.hinge("y", "w*x"), 1), [1, 0], "y is 0 in row 2 of the data; this loss wants -1 or 1"),
])
def test_targets_that_a_loss_is_not_meant_for_are_refused(loss, y, said):
    with pytest.raises(DataError) as caught:
        loss.compile({"x": [1, 2], "y": y})
    assert said in str(caught.value)
