"""What the data figure shows of a loss is what that loss measures, for every model and loss of the catalogue."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

import symcalc as sc

X = np.arange(1.0, 9.0)
YES = np.array([0, 0, 1, 0, 1, 0, 1, 1.0])
SIDES = 2 * YES - 1
HINGE = sc.hinge("y", sc.linear("x"))
LOGISTIC = sc.logistic_loss("y", sc.logistic_classification("x"))
RESIDUALS = (sc.residual_sum_of_squares, sc.mean_squared_error, sc.half_mean_squared_error, sc.root_mean_squared_error,
             sc.mean_absolute_error, sc.huber, sc.log_cosh, sc.pinball)


def parts(figure):
    """What is labelled: the segments and the lines, by label."""
    axes = figure.axes[0]
    return {each.get_label(): each for each in [*axes.lines, *axes.collections]}


@pytest.mark.parametrize("loss", RESIDUALS, ids=lambda loss: loss.__name__)
def test_losses_of_residuals_show_them(loss):
    run = loss("y", sc.line("x")).descend({"x": X, "y": 3 * X + SIDES}, start=[0, 0], rate=0.001, steps=3)
    shown = parts(sc.figures.fit(run))["residuals"].get_segments()
    assert sorted(high - low for (_, low), (_, high) in np.sort(shown, axis=1)) == pytest.approx(
        sorted(np.abs(3 * X + SIDES - run.predict(x=X))))


def test_a_hinge_shows_by_how_much_rows_fall_short_so_that_their_mean_is_the_loss():
    run = HINGE.descend({"x": X, "y": SIDES}, start=[0, 0], rate=0.02, steps=150)
    found = parts(sc.figures.fit(run))
    assert "residuals" not in found and run.fun > 0
    [gaps] = [each for label, each in found.items() if label.startswith("short of its class by 1 - y · score")]
    lengths = [abs(high - low) for (_, low), (_, high) in gaps.get_segments()]
    assert 0 < len(lengths) < len(X) and sum(lengths) / len(X) == pytest.approx(run.fun)
    [border] = [each for label, each in found.items() if label.startswith("boundary: score 0")]
    assert run.predict(x=border.get_xdata()) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("loss", [LOGISTIC, sc.cross_entropy("y", sc.logistic_classification("x"))])
def test_classes_show_the_curve_of_the_probability_and_where_it_is_one_half(loss):
    run = loss.descend({"x": X, "y": YES}, start=[0, 0], rate=0.2, steps=400)
    found = parts(sc.figures.fit(run))
    assert "residuals" not in found and found["after the run"].get_ydata() == pytest.approx(
        run.predict(x=found["after the run"].get_xdata()))
    [border] = [each for label, each in found.items() if label.startswith("boundary: probability 1/2")]
    assert run.predict(x=border.get_xdata()) == pytest.approx(0.5, abs=1e-3)
    axes = sc.figures.fit(run).axes[0]
    assert axes.get_title(loc="left").startswith("probability of y = 1: σ(")
    assert axes.get_ylabel() == "y, and the probability of 1"


def test_two_boundaries_where_a_class_lies_between():
    run = sc.cross_entropy("y", "sigmoid(a + b*x + c*x^2)").descend(
        {"x": X, "y": [0, 0, 1, 1, 1, 1, 0, 0]}, start=[-4, 2, -0.22], rate=0.001, steps=3)
    labels = parts(sc.figures.fit(run))
    assert "boundaries: probability 1/2" in labels


def test_counts_show_the_rate_that_is_expected():
    counts = {"x": X / 4, "y": [1, 0, 2, 2, 3, 5, 8, 7]}
    run = sc.poisson_loss("y", sc.poisson_rate("x")).descend(counts, start=[0, 0], rate=0.05)
    figure = sc.figures.fit(run)
    assert "residuals" not in parts(figure) and figure.axes[0].get_title(loc="left").startswith("expected y = e^(")


@pytest.mark.parametrize("target", ["y", ["a", "b", "c"]])
def test_several_classes_have_a_curve_each_and_the_loss_is_what_the_rows_on_them_say(target):
    kinds = np.array([1, 1, 2, 2, 2, 3, 3, 3])
    data = {"x": X, "y": kinds} if target == "y" else {"x": X, **{name: kinds == k for k, name in enumerate("abc", 1)}}
    run = sc.softmax_cross_entropy(target, sc.softmax_classification("x", classes=3)).descend(
        {name: np.asarray(column, dtype=float) for name, column in data.items()}, start=[0] * 6, rate=0.1, steps=50)
    lines = sc.figures.fit(run).axes[0].lines
    heights = np.concatenate([line.get_ydata() for line in lines if line.get_label() == "its rows"])
    assert len(heights) == len(X) and -np.log(heights).mean() == pytest.approx(run.fun)
    assert sum(line.get_ydata() for line in lines if line.get_label() != "its rows") == pytest.approx(1)


@pytest.mark.parametrize(("loss", "y"), [(HINGE, SIDES), (LOGISTIC, YES)])
def test_moving_pictures_show_the_same(loss, y):
    run = loss.descend({"x": X, "y": y}, start=[0, 0], rate=0.05, steps=60)
    axes = sc.figures.strip(run, panels=3).axes[2]
    labels = {each.get_label() for each in axes.collections}
    assert "residuals" not in labels and "boundary" in labels
    assert axes.get_ylim()[0] < min(y) and axes.get_ylim()[1] > max(y)


@pytest.mark.parametrize("y", [[2, 2, 2], [-3, -3, -3], [0, 0, 0]])
def test_data_of_one_height_leave_0_in_the_picture(y):
    run = sc.Loss("mean((y - (m*x + b))^2)", columns="x y").descend({"x": [1, 2, 3], "y": y}, start=[0, 1], rate=0.1, steps=3)
    low, high = sc.figures.data_and_cost(run).axes[0].get_ylim()
    assert low < 0 < high and low < y[0] < high


def test_a_legend_hides_no_row():
    run = LOGISTIC.descend({"x": np.linspace(0, 10, 60), "y": np.tile([0.0, 1.0], 30)}, start=[0, 0], rate=0.1, steps=5)
    figure = sc.figures.fit(run)
    figure.draw_without_rendering()
    axes = figure.axes[0]
    box = axes.get_legend().get_window_extent()
    assert not any(box.contains(*place) for place in axes.transData.transform(np.transpose(parts(figure)["data"].get_data())))


def test_a_legend_stays_where_it_is_while_the_picture_moves(tmp_path, monkeypatch):
    placed, seen = [], []

    def noting(method, places):
        def noted(canvas):
            done = method(canvas)
            places.append([tuple(axes.get_legend().get_window_extent().extents.round()) for axes in canvas.figure.axes])
            return done
        return noted

    monkeypatch.setattr(FigureCanvasAgg, "draw", noting(FigureCanvasAgg.draw, placed))                       # the last picture first
    monkeypatch.setattr(FigureCanvasAgg, "buffer_rgba", noting(FigureCanvasAgg.buffer_rgba, seen))           # then one after another
    run = sc.mean_squared_error("y", sc.line("x")).descend({"x": X, "y": 3 * X + SIDES}, start=[0, 30], rate=0.02, steps=3)
    sc.figures.animate(run, tmp_path / "run.gif")
    assert len(seen) == 4 and all(places == seen[0] for places in seen)
    assert np.allclose(placed[0], seen[0], atol=3)
