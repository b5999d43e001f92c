"""Pictures are checked by what is drawn: lines, labels and limits; and they open as pictures."""

import io
import sys

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

import symcalc as sc
from symcalc.errors import LossError, SymcalcError
from symcalc.figures.style import BLUE, ORANGE, check_picture, save_figure
from symcalc.training.views import in_view

ROWS = {"x": [30.0, 40.0, 100.0], "y": [45.0, 60.0, 150.0]}
LINE = sc.half_mean_squared_error("y", sc.line("x"))


def line_run(rate=1e-4, steps=10):
    return LINE.descend(ROWS, start=[0, 0], rate=rate, steps=steps)


def lines(figure):
    return {line.get_label(): line for line in figure.axes[0].lines}


def legend(figure):
    return [label.get_text() for label in figure.axes[0].get_legend().get_texts()]


# The cost over one parameter

def test_the_cost_curve_holds_the_others_where_the_run_ended():
    run = line_run()
    figure = sc.figures.cost_curve(run, "m")
    axes = figure.axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_title(loc="left")) == ("m", "J(m, b)", "The cost over m")
    assert legend(figure) == ["J with b = 0.0203 held", "visited, b on the way"]
    curve, visited = (lines(figure)[label] for label in legend(figure))
    slopes, costs = curve.get_data()
    x, y, b = np.array(ROWS["x"]), np.array(ROWS["y"]), run.parameters["b"]
    assert costs == pytest.approx([np.mean((y - (m * x + b)) ** 2) / 2 for m in slopes], rel=1e-10)
    assert visited.get_xdata().tolist() == run.history["m"].tolist()
    assert visited.get_ydata().tolist() == run.history["J"].tolist()
    assert slopes.min() < run.history["m"].min() and slopes.max() > run.history["m"].max()


def test_tangents_have_the_slopes_of_the_run():
    run = sc.Loss("(w - 3)^2").descend(start=[0], rate=0.2, steps=8)
    figure = sc.figures.cost_curve(run, "w")
    tangents = [line for line in figure.axes[0].lines if len(line.get_xdata()) == 2]
    slopes = [np.diff(line.get_ydata())[0] / np.diff(line.get_xdata())[0] for line in tangents]
    assert slopes == pytest.approx(run.gradients[:, 0].tolist(), abs=1e-9) and len(slopes) == 9
    labels = [note.get_text() for note in figure.axes[0].texts]
    assert labels[0] == "slope -6" and 2 <= len(labels) <= 6
    assert {*labels} <= {f"slope {slope:.3g}" for slope in slopes}


@pytest.mark.parametrize(("formula", "start", "rate", "steps"), [
    ("(w - 3)^2", 0, 0.01, 20), ("(w - 3)^2", 0, 0.2, 20), ("w^2", 1, 0.85, 20), ("ln(w) + 1/w", 0.2, 0.01, 20),
    ("1/w + w^2", 0.4, 0.01, 20), ("w^4", 10, 1, 9), ("w^2", -1, 1.2, 20), ("w^2", 1e150, 0.1, 20),
])
def test_labels_do_not_overlap(formula, start, rate, steps):
    run = sc.Loss(formula).descend(start=[start], rate=rate, steps=steps)
    figure = sc.figures.cost_curve(run, "w")
    figure.savefig(io.BytesIO())
    boxes = [note.get_window_extent() for note in figure.axes[0].texts]
    assert boxes and not any(a.overlaps(b) for k, a in enumerate(boxes) for b in boxes[:k])
    assert not any(box.overlaps(figure.axes[0].get_legend().get_window_extent()) for box in boxes)
    assert all(box.y0 > figure.axes[0].get_window_extent().y0 for box in boxes)


def test_a_pole_does_not_flatten_the_picture():
    run = sc.Loss("1/w + w").descend(start=[0.5], rate=0.1, steps=20)
    low, high = sc.figures.cost_curve(run, "w").axes[0].get_ylim()
    assert low < 2 < 2.5 < high < 6


def test_a_flat_cost_is_a_flat_line():
    figure = sc.figures.cost_curve(sc.Loss("0*w").descend(start=[0]), "w")
    assert set(lines(figure)["J"].get_ydata()) == {0.0} and np.ptp(figure.axes[0].get_ylim()) > 0


# Lines of equal cost

def test_contours_with_the_path_of_the_run():
    run = sc.Loss("u^2 + 4*v^2").descend(start={"u": 2, "v": 1}, rate=0.1, steps=8)
    figure = sc.figures.contours(run)
    axes = figure.axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("u", "v") and axes.get_title(loc="left") == "Lines of equal J(u, v)"
    assert legend(figure) == ["the run", "start", "end", "minimum"]
    drawn = lines(figure)
    assert np.column_stack(drawn["the run"].get_data()).tolist() == run.points.tolist()
    assert np.column_stack(drawn["start"].get_data()).tolist() == [[2, 1]]
    assert np.column_stack(drawn["end"].get_data()).tolist() == [run.x.tolist()]
    (rings,) = axes.collections
    for path, level in zip(rings.get_paths(), rings.levels):
        for u, v in path.vertices:
            assert u * u + 4 * v * v == pytest.approx(level, rel=0.05, abs=0.05)
    for k, limits in enumerate((axes.get_xlim(), axes.get_ylim())):
        assert limits[0] <= run.points[:, k].min() and run.points[:, k].max() <= limits[1]


@pytest.mark.parametrize(("formula", "start"), [("0*u + 0*v", [0, 0]), ("u^2 + v^2", [0, 0]), ("sqrt(u*v)", [1, 1]),
                                                ("abs(u) + abs(v)", [1, 0.3]), ("u^4 + v^4", [10, 1])])
def test_contours_of_odd_losses(formula, start):
    run = sc.Loss(formula).descend(start=start, rate=0.05, steps=20)
    figure = sc.figures.contours(run)
    figure.savefig(io.BytesIO())
    assert legend(figure)[:3] == ["the run", "start", "end" if in_view(run) > run.nit else f"step {in_view(run) - 1}"]


# The fit

def test_the_fit_shows_data_line_and_residuals():
    run = line_run()
    figure = sc.figures.fit(run)
    axes, drawn = figure.axes[0], lines(figure)
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_title(loc="left")) == ("x", "y", "y ≈ 1.493x + 0.0203")
    assert legend(figure) == ["residuals", "data", "start", "after the run"]
    assert np.column_stack(drawn["data"].get_data()).tolist() == np.column_stack([ROWS["x"], ROWS["y"]]).tolist()
    across, predicted = drawn["after the run"].get_data()
    assert predicted == pytest.approx(run.parameters["m"] * across + run.parameters["b"])
    assert (across[0], across[-1]) == (30, 100) and set(drawn["start"].get_ydata()) == {0.0}
    (residuals,) = axes.collections
    for (x, low), (_, high) in residuals.get_segments():
        assert sorted([low, high]) == pytest.approx(sorted([ROWS["y"][ROWS["x"].index(x)], run.predict(x=[x])[0]]))


@pytest.mark.parametrize(("make", "sentence"), [
    (lambda: sc.figures.fit(sc.Loss("(w - 3)^2").descend(start=[0])), "there is no fit to draw: no residual such as"),
    (lambda: sc.figures.fit(sc.Loss("mean((y - (a*x + b*t))^2)").descend(
        {"x": [1, 2], "y": [1, 2], "t": [1, 3]}, start=[0, 0])), "a fit can be drawn over one column; this model has 2"),
    (lambda: sc.figures.contours(sc.Loss("(w - 3)^2").descend(start=[0])),
     "contours need a loss of two parameters; this one has 1"),
    (lambda: sc.figures.contours(sc.Loss("a + b + c").descend(start=[0, 0, 0])), "this one has 3"),
    (lambda: sc.figures.contours(sc.Loss("u^2 + ln(v)*0").descend(start=[1, -1])),
     "there are no contours to draw: Stopped before"),
    (lambda: sc.figures.cost_curve(sc.Loss("ln(w)").descend(start=[-1]), "w"), "there is no curve to draw: Stopped before"),
    (lambda: sc.figures.cost_curve(line_run(), "q"), "q is no parameter of this loss"),
    (lambda: sc.figures.cost_curve(line_run(), "x"), "x is a column, not a parameter"),
    (lambda: sc.figures.cost_curve(sc.Loss("w^2"), "w"), "drawn of a run, such as loss.descend(...) gives, not of Loss"),
    (lambda: sc.figures.contours("run.json"), "not of 'run.json'"),
    (lambda: sc.figures.fit(None), "not of None"),
    (lambda: sc.figures.history([1, 2]), "not of [1, 2]"),
    (lambda: sc.figures.expected_actual(3), "not of 3"),
    (lambda: sc.figures.surface(sc.Loss("w^2")), "not of Loss"),
    (lambda: sc.figures.data_and_cost(sc.Loss("w^2")), "not of Loss"),
    (lambda: sc.figures.strip(sc.Loss("w^2")), "not of Loss"),
    (lambda: sc.figures.costs_over_steps(line_run()), "drawn of the runs that loss.sweep(...) gives, not of Run"),
    (lambda: sc.figures.costs_over_rates([]), "not of []"),
    (lambda: sc.figures.secants(sc.Loss("w^2")), "drawn of the slopes that loss.slopes(...) gives, not of Loss"),
    (lambda: sc.figures.difference_errors(line_run()), "not of Run"),
])
def test_what_cannot_be_drawn_says_why(make, sentence):
    with pytest.raises(LossError) as caught:
        make()
    assert sentence in str(caught.value)


# Saving, and what stays untouched

@pytest.mark.parametrize(("draw", "colour"), [(sc.figures.fit, BLUE), (sc.figures.contours, ORANGE),
                                              (lambda run: sc.figures.cost_curve(run, "b"), BLUE)])
def test_a_saved_picture_opens_and_shows_something(draw, colour, tmp_path):
    with Image.open(save_figure(draw(line_run()), tmp_path / "a.png")) as picture:
        assert picture.format == "PNG" and min(picture.size) > 400
        colours = {colour for _, colour in picture.convert("RGB").getcolors(10**6)}
    assert (255, 255, 255) in colours and len(colours) > 20
    assert tuple(int(colour[k:k + 2], 16) for k in (1, 3, 5)) in colours


@pytest.mark.parametrize(("name", "begins"), [("a.png", b"\x89PNG"), ("a.PNG", b"\x89PNG"),
                                              ("a.svg", b"<?xml"), ("a.pdf", b"%PDF")])
def test_pictures_are_saved_by_suffix(tmp_path, name, begins):
    assert save_figure(sc.figures.fit(line_run()), tmp_path / name).read_bytes().startswith(begins)


@pytest.mark.parametrize(("name", "sentence"), [
    ("a.jpg", "'a.jpg' does not end in .png, .svg or .pdf"), ("a", "'a' does not end in"),
    ("nowhere/a.png", "there is no folder"),
    ("a\x1b.xyz", "'a<U+001B>.xyz' does not end in"), ("folder.png", "is a folder"),
])
def test_a_picture_that_cannot_be_saved_says_why(tmp_path, monkeypatch, name, sentence):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(SymcalcError) as caught:
        check_picture(name)
    assert sentence in str(caught.value)


def test_figures_are_returned_and_nothing_global_changes():
    before = dict(matplotlib.rcParams)
    figures = [sc.figures.fit(line_run()), sc.figures.contours(line_run()), sc.figures.cost_curve(line_run(), "m")]
    assert all(type(figure) is Figure for figure in figures)
    assert dict(matplotlib.rcParams) == before
    assert "matplotlib.pyplot" not in sys.modules or not matplotlib.pyplot.get_fignums()


def test_names_that_matplotlib_would_obey_are_only_shown():
    J = sc.Loss("mean((beta_1 - (m_1*x_2 + b))^2)", columns="beta_1 x_2")
    run = J.descend({"beta_1": [1, 2, 4], "x_2": [1, 2, 3]}, start=[0, 0], rate=0.01, steps=3)
    for figure in (sc.figures.fit(run), sc.figures.contours(run), sc.figures.cost_curve(run, "m_1")):
        figure.savefig(io.BytesIO())
        axes = figure.axes[0]
        assert "$" not in axes.get_xlabel() + axes.get_ylabel() + axes.get_title(loc="left")
