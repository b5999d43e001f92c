"""Lines of equal cost mark minima that are proved or checked, as SciPy and algebra find them, and no others."""

import numpy as np
import pytest
from scipy.optimize import minimize

import symcalc as sc

X = np.linspace(0, 10, 30)
Y = 2 * X + 1 + np.random.default_rng(3).normal(0, 1.5, 30)
ROWS = {"x": X, "y": Y}
CLASSES = {"x": [1, 2, 3, 4, 5, 6], "y": [0, 0, 1, 0, 1, 1]}
COUNTS = {"x": [0, 0.5, 1, 1.5, 2], "y": [1, 2, 3, 8, 12]}
YES_OR_NO = sc.logistic_loss("y", sc.logistic_classification("x"))


def marks(run):
    return {line.get_label(): np.transpose(line.get_data()) for line in sc.figures.contours(run).axes[0].lines
            if line.get_label().split(",")[0].split(":")[0] in ("minimum", "minima", "higher minimum")}


@pytest.mark.parametrize(("loss", "data", "start", "rate", "steps"), [
    (sc.mean_squared_error("y", sc.line("x")), ROWS, [0, 0], 0.02, 60), (sc.huber("y", sc.line("x")), ROWS, [0, 0], 0.05, 300),
    (YES_OR_NO, CLASSES, [0, 0], 0.3, 400), (sc.poisson_loss("y", sc.poisson_rate("x")), COUNTS, [0, 0], 0.05, 200),
    (sc.mean_squared_error("y", sc.exponential_decay("t")), {"t": X, "y": 5 * np.exp(-X / 3) + 0.1}, [1, 0.1], 0.05, 300),
    (sc.Loss("(1 - u)^2 + 100*(v - u^2)^2"), None, [-1, 1], 0.001, 500),
    (sc.Loss("(u^2 + v - 11)^2 + (u + v^2 - 7)^2"), None, [0, 0], 0.01, 100),
    (sc.Loss("u^3 - 3*u + v^2"), None, [0, 1], 0.05, 9)])
def test_the_minimum_is_where_scipy_finds_it(loss, data, start, rate, steps):
    run = loss.descend(data, start=start, rate=rate, steps=steps)
    compiled = loss.compile(loss.table(data))
    best = minimize(compiled.at, run.points[-1], jac=True, method="BFGS", tol=1e-9)
    [marked] = marks(run)["minimum"]
    assert marked == pytest.approx(best.x, abs=1e-5)


@pytest.mark.parametrize(("loss", "start", "wanted"), [
    ("(u^2 - 1)^2 + v^2", [0.2, 1.5], {"minimum, one of 2 as low": [[1, 0]]}),
    ("(u^2 - 1)^2 + v^2", [-0.1, 3], {"minimum, one of 2 as low": [[-1, 0]]}),
    ("(u + v - 2)^2", [0, 1], {"minima: J is the same all along": None})])
def test_several_minima_and_a_valley_say_so(loss, start, wanted):
    found = marks(sc.Loss(loss).descend(start=start, rate=0.05, steps=60))
    assert found.keys() == wanted.keys()
    assert all(points is None or found[name].tolist() == points for name, points in wanted.items())


def test_a_valley_is_drawn_where_the_cost_stays_the_same():
    run = sc.mean_squared_error("y", sc.line("x")).descend({"x": [2], "y": [3]}, start=[0, 0], rate=0.05, steps=20)
    axes = sc.figures.contours(run).axes[0]
    line = next(line for line in axes.lines if line.get_label().startswith("minima"))
    for at in (line.get_xy1(), line.get_xy2()):
        assert 2 * at[0] + at[1] == pytest.approx(3)


@pytest.mark.parametrize(("loss", "data", "start", "rate"), [
    (sc.Loss("u^2 - v^2"), None, [1, 0], 0.05),                                      # at a saddle
    (sc.Loss("(u*v - 1)^2"), None, [0.5, 2.5], 0.05),                                # a curved valley
    (YES_OR_NO, {"x": [1, 2, 3, 4], "y": [0, 0, 1, 1]}, [0, 0], 0.5),                # classes that a number divides: no minimum
    (sc.mean_absolute_error("y", sc.line("x")), ROWS, [0, 0], 0.05),                 # at a kink, where slopes tell nothing
    (sc.Loss("1/(1 + u^2) + v^2"), None, [1, 1], 0.2),                               # falls for ever
    (sc.Loss("e^(-u^2) + e^(-v^2)"), None, [0, 0], 0.2)])                            # begins at a maximum
def test_what_is_no_minimum_is_not_marked(loss, data, start, rate):
    assert marks(loss.descend(data, start=start, rate=rate, steps=200)) == {}


def test_a_minimum_close_by_is_brought_into_the_picture_and_one_far_away_is_not():
    near = sc.Loss("(1 - u)^2 + 100*(v - u^2)^2").descend(start=[-1, 1], rate=0.001, steps=500)
    assert near.points[-1, 0] < -0.4 and sc.figures.contours(near).axes[0].get_xlim()[1] > 1
    far = sc.Loss("(u - 1000)^2/1000 + v^2").descend(start=[0, 1], rate=0.1, steps=5)
    assert marks(far) == {} and sc.figures.contours(far).axes[0].get_xlim()[1] < 100
