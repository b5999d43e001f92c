"""The pictures of courses, changes, slices, surfaces, trees and derivatives, by what is drawn in them."""

import io
from itertools import pairwise

import matplotlib
import numpy as np
import pytest

import symcalc as sc
from symcalc import figures
from symcalc.errors import LossError
from symcalc.training.views import in_view, windows

X = np.linspace(0, 5, 12)
DATA = {"x": X, "y": 2 * X + 1 + 0.4 * np.sin(7 * X)}
LINE = sc.mean_squared_error("y", sc.line("x"))
RUN = LINE.descend(DATA, start=[0, 0], rate=0.02, steps=60)
PARABOLA = sc.Loss("(w - 3)^2")
BOWL = sc.Loss("u^2 + 4*v^2").descend(start={"u": 2, "v": 1}, rate=0.1, steps=8)


def drawn(axes):
    return {line.get_label(): line for line in axes.lines}


def titles(figure):
    return [axes.get_title(loc="left") for axes in figure.axes]


# Courses

def test_the_history_shows_the_cost_and_every_parameter():
    figure = figures.history(RUN)
    above, below = figure.axes
    assert above.get_yscale() == "log" and above.lines[0].get_ydata() == pytest.approx(RUN.costs)
    assert {name: line.get_ydata().tolist() for name, line in drawn(below).items()} == {
        name: RUN.history[name].tolist() for name in "mb"}


@pytest.mark.parametrize(("formula", "start", "scale"), [("(w - 3)^2", 0, "log"), ("(w - 3)^2 + 5", 0, "linear"),
                                                         ("w^2 - 1", 2, "linear"), ("0*w", 0, "linear")])
def test_powers_of_ten_where_they_help(formula, start, scale):
    run = sc.Loss(formula).descend(start=[start], rate=0.2, steps=30)
    assert figures.history(run).axes[0].get_yscale() == scale


def test_a_long_run_is_thinned_and_a_diverging_one_cut():
    long = sc.Loss("(w - 3)^2").descend(start=[0], rate=1e-4, steps=5_000)
    steps = figures.history(long).axes[0].lines[0].get_xdata()
    assert len(steps) == 1_000 and (steps[0], steps[-1]) == (0, 5_000)
    wild = PARABOLA.descend(start=[0], rate=1.2, steps=400)
    figure = figures.history(wild)
    assert figure.axes[0].get_title(loc="left").endswith(f"(the first {in_view(wild) - 1} of {wild.nit})")
    assert figure.axes[0].get_ylim()[1] < 2_000


def test_expected_and_actual_change_with_their_ratio():
    run = PARABOLA.descend(start=[0], rate=0.25, steps=12)
    above, below = figures.expected_actual(run).axes
    updates = list(run.updates)
    assert drawn(above)["expected: -∇J·Δθ"].get_ydata() == pytest.approx([-u.expected_change for u in updates])
    assert drawn(above)["actual: -ΔJ"].get_ydata() == pytest.approx([-u.actual_change for u in updates])
    assert above.get_yscale() == "log"
    assert drawn(below)["actual / expected"].get_ydata() == pytest.approx(1 - 0.25 * 2 / 2)
    assert [note.get_text() for note in below.texts] == [
        "1: the tangent tells all", "1/2: onto the minimum", "0: just as high", "below 0: the cost rose"]


def test_changes_upwards_are_drawn_as_changes():
    above, below = figures.expected_actual(PARABOLA.descend(start=[0], rate=1.1, steps=5)).axes
    assert (drawn(above)["expected: ∇J·Δθ"].get_ydata() < 0).all() and (drawn(above)["actual: ΔJ"].get_ydata() > 0).all()
    assert drawn(below)["actual / expected"].get_ydata() == pytest.approx(-0.1)


def test_the_effect_of_a_wrong_gradient():
    compared = PARABOLA.compare_gradients({"w": "-2*(w - 3)"}, start={"w": 0}, rate=0.1, steps=4)
    axes, = figures.effect(compared).axes
    assert axes.get_title(loc="left").replace("\n", " ") == compared.sentence
    right, wrong = axes.lines
    assert right.get_ydata() == pytest.approx([9 * 0.64**k for k in range(5)])
    assert wrong.get_ydata() == pytest.approx([9 * 1.44**k for k in range(5)])
    assert (right.get_label(), wrong.get_label()) == ("right: dJ/dw = 2 (w - 3)", "wrong: -2 (w - 3)")


# Two parameters

def test_contours_have_the_way_downhill_and_the_minimum():
    figure = figures.contours(BOWL)
    axes = figure.axes[0]
    assert np.ravel(drawn(axes)["minimum"].get_data()) == pytest.approx([0, 0], abs=1e-12)
    arrow, = (note for note in axes.texts if getattr(note, "arrow_patch", None))
    way = np.array(arrow.xy) - np.array(arrow.xyann)
    assert way[1] / way[0] == pytest.approx(8 / 4) and way[0] < 0            # along -∇J = -(2u, 8v) at (2, 1)
    assert "minimum" not in drawn(figures.contours(sc.Loss("u^4 + v^4").descend(start=[1, 1], rate=0.1, steps=3)).axes[0])


def test_the_arrow_goes_where_a_run_with_a_held_parameter_can():
    run = sc.Loss("(u - 1)^2 + (v - 2)^2").descend(start={"u": 0, "v": 0}, rate=0.1, steps=20, hold="v")
    axes = figures.contours(run).axes[0]
    arrow, = (note for note in axes.texts if getattr(note, "arrow_patch", None))
    assert arrow.xy[0] > 0 and arrow.xy[1] == 0 and "-∂J/∂u" in [note.get_text() for note in axes.texts]
    assert axes.get_ylim()[0] < -1 and axes.get_ylim()[1] > 2 and "minimum" in drawn(axes)


X5 = np.linspace(1e5, 2e5, 12)


@pytest.mark.parametrize(("run", "wide"), [
    (sc.Loss("(1 - u)^2 + 100*(v - u^2)^2").descend(start=[-1, 1], rate=0.1, steps=10), (0.52, 0.52)),     # v stays at first
    (LINE.descend({"x": X5, "y": 1e-5 * X5 + 1}, start=[1e-5, 0], rate=0.1, steps=30, hold="m"), (2.5e-5, 2.5)),       # m steep
    (sc.Loss("u^2 + 1e-6*v^2").descend(start=[1, 1], rate=0.1, steps=30), (2.5, 2.5)),
    (LINE.descend({"x": X5, "y": 1e-5 * X5 + 1}, start=[0, 0], rate=1e-12, steps=30), (3.1e-5, 3.1e-5)),       # b hardly moves
    (sc.Loss("(u - 1)^2 + 0.01*(v - 1)^2").descend(start=[0, 0], rate=0.1, steps=30), (2.5, 0.15))])
def test_a_parameter_that_hardly_moves_has_a_window_like_that_of_the_other(run, wide):
    assert np.ptp(windows(run), axis=1) == pytest.approx(wide, rel=0.1)


def test_the_surface_has_the_way_on_it():
    axes, = figures.surface(BOWL).axes
    u, v, cost = drawn(axes)["the run"].get_data_3d()
    assert np.column_stack([u, v]).tolist() == BOWL.points.tolist() and cost == pytest.approx(u**2 + 4 * v**2)
    assert axes.get_zlim()[1] < 2 * BOWL.costs[0]


def test_slices_have_the_slopes_of_the_partial_derivative():
    figure = figures.slices("4*x^2*y + 3*x + y", "x", frozen={"y": [-1, 0, 2]}, at=0.5)
    assert titles(figure) == ["y = -1: slope -1", "y = 0: slope 3", "y = 2: slope 11"]
    assert figure.get_suptitle() == "J(x, y) = 4x² y + 3x + y,  ∂J/∂x = 8x y + 3"
    for axes, y in zip(figure.axes, (-1, 0, 2)):
        curve, tangent, _ = axes.lines
        x, up = curve.get_data()
        assert up == pytest.approx(4 * x**2 * y + 3 * x + y)
        assert np.diff(tangent.get_ydata()) / np.diff(tangent.get_xdata()) == pytest.approx(8 * 0.5 * y + 3)
    assert len({axes.get_ylim() for axes in figure.axes}) == 1


def test_data_and_cost_have_the_same_steps_in_colours_and_dashes_or_marks_of_their_own():
    left, right = figures.data_and_cost(RUN).axes
    lines = [line for line in left.lines if line.get_label() != "data"]
    points = list(right.lines)
    assert [line.get_label() for line in lines] == [point.get_label() for point in points]
    assert len({point.get_marker() for point in points}) == len(points) == 8
    assert all(one.get_linestyle() != other.get_linestyle() for one, other in pairwise(lines))
    assert [line.get_color().tolist() for line in lines] == [point.get_color().tolist() for point in points]
    for line, point in zip(lines, points):
        (m,), (b,) = point.get_data()
        assert line.get_ydata() == pytest.approx(m * line.get_xdata() + b)
    assert points[-1].get_xdata()[0] == RUN.parameters["m"]


# A function and its derivative

@pytest.mark.parametrize(("formula", "f", "slope", "zeros"), [
    ("x^3 - 3*x", lambda x: x**3 - 3 * x, lambda x: 3 * x**2 - 3, [-1, 1]),
    ("x*sin(x)", lambda x: x * np.sin(x), lambda x: np.sin(x) + x * np.cos(x), [-2.02875784, 0, 2.02875784]),
    ("e^(-x^2)", lambda x: np.exp(-x**2), lambda x: -2 * x * np.exp(-x**2), [0]),
    ("x^4", lambda x: x**4, lambda x: 4 * x**3, [0]),
    ("x^3", lambda x: x**3, lambda x: 3 * x**2, [0]),
    ("3*x", lambda x: 3 * x, lambda x: 3 + 0 * x, []),
])
def test_a_function_beside_its_derivative(formula, f, slope, zeros):
    above, below = figures.function_and_derivative(sc.derive(formula, "x")).axes
    x, up = above.lines[0].get_data()
    assert up == pytest.approx(f(x)) and below.lines[0].get_ydata() == pytest.approx(slope(x), abs=1e-12)
    marked = [line.get_xdata()[0] for line in above.lines if line.get_marker() == "o"]
    assert marked == pytest.approx(zeros, abs=1e-8)


def test_rises_and_falls_are_shaded():
    above, _ = figures.function_and_derivative(sc.derive("x^2", "x"), -1, 3).axes
    spans = {band.get_label(): band.get_paths()[0].vertices[:, 0] for band in above.collections}
    assert spans["falls"].min() == -1 and spans["falls"].max() <= 0 <= spans["rises"].min() and spans["rises"].max() == 3


@pytest.mark.parametrize(("formula", "at", "used"), [("abs(x - 1) + x", 1, 1), ("max(0, 2*x)", 0, 0), ("relu(x + 2)", -2, 0)])
def test_kinks_have_squares_and_the_slope_jumps_there(formula, at, used):
    above, below = figures.function_and_derivative(sc.derive(formula, "x")).axes
    square = drawn(below)["slope used at the kink"]
    assert square.get_xdata() == [at] and square.get_ydata() == pytest.approx([used])
    assert drawn(above)["kink"].get_xdata() == [at]
    x, slopes = below.lines[0].get_data()
    assert np.isnan(slopes[np.abs(x - at).argmin()])
    assert not any(line.get_marker() == "o" for line in above.lines)


def test_a_pole_leaves_the_picture_and_is_not_joined():
    above, _ = figures.function_and_derivative(sc.derive("1/(x - 0.003)", "x")).axes
    x, up = above.lines[0].get_data()
    assert above.get_ylim()[1] < 50 and np.isnan(up[np.abs(x - 0.003) < 0.01]).any()
    assert not any(line.get_marker() == "o" for line in above.lines)


def test_other_letters_have_their_values():
    above, _ = figures.function_and_derivative(sc.derive("(y - m*x)^2", "m"), at={"x": 2, "y": 6}).axes
    m, up = above.lines[0].get_data()
    assert up == pytest.approx((6 - 2 * m) ** 2)
    assert [line.get_xdata()[0] for line in above.lines if line.get_marker() == "o"] == pytest.approx([3])


# Trees

def test_a_tree_has_an_edge_for_every_local_slope():
    axes, = figures.tree(sc.derive("x^2*sin(3*x + 1)", "x")).axes
    words = [note.get_text() for note in axes.texts]
    assert sorted(word for word in words if word.startswith("∂")) == [
        "∂v₁/∂x = 2x", "∂v₂/∂x = 3", "∂v₃/∂v₂ = 1", "∂v₄/∂v₃ = cos(v₃)", "∂v₅/∂v₁ = v₄", "∂v₅/∂v₄ = v₁"]
    assert words.count("x") == 2 and "v₅ = J\nv₁ v₄" in words and len(axes.lines) == 6


@pytest.mark.parametrize("formula", ["mean((y - (a*relu(w*x + c) + d*sigmoid(v*x)))^2)", "mean((y - (m*x + b))^2)"])
def test_boxes_of_a_tree_do_not_overlap(formula):
    figure = figures.tree(sc.Loss(formula, columns="x y"))
    figure.savefig(io.BytesIO())
    boxes = [note.get_window_extent() for note in figure.axes[0].texts]
    assert not any(a.overlaps(b) for k, a in enumerate(boxes) for b in boxes[:k])


# What cannot be drawn, and what stays untouched

@pytest.mark.parametrize(("make", "sentence"), [
    (lambda: figures.history(sc.Loss("ln(w)").descend(start=[-1])), "there is no course to draw: Stopped before"),
    (lambda: figures.expected_actual(PARABOLA.descend(start=[3])), "there is no change to draw: the run made no step"),
    (lambda: figures.surface(PARABOLA.descend(start=[0])), "a surface needs a loss of two parameters; this one has 1"),
    (lambda: figures.data_and_cost(BOWL), "there are no data to draw beside the cost"),
    (lambda: figures.slices("x*y", "x", frozen={}, at=1), "name the letter to freeze"),
    (lambda: figures.slices("x*y", "x", frozen={"x": [1]}, at=1), "x is the letter that moves"),
    (lambda: figures.slices("x*y*z", "x", frozen={"y": [1]}, at=1), "the value of z is needed too"),
    (lambda: figures.slices("x*y*z", "x", frozen={"y": [1, 2], "z": [1, 2]}, at=1), "one letter is frozen at several"),
    (lambda: figures.slices("x*y", "x", frozen={"y": range(9)}, at=1), "at most 6 slices"),
    (lambda: figures.slices("ln(x)*y", "x", frozen={"y": [1]}, at=-1), "has no finite value, or no finite slope, at x = -1"),
    (lambda: figures.function_and_derivative(sc.derive("m*x", "x")), "the value of m is needed to draw the curve"),
    (lambda: figures.function_and_derivative(sc.derive("ln(x)", "x"), -3, -1), "no finite value between -3 and -1"),
    (lambda: figures.function_and_derivative(sc.derive("x", "x"), 2, 1), "from a smaller to a larger value, not from 2 to 1"),
    (lambda: figures.function_and_derivative(LINE.derive("m")), "has a value for every row"),
    (lambda: figures.function_and_derivative(sc.derive("x^3", "x", order=2)), "from a first derivative by one letter"),
    (lambda: figures.tree("x^2"), "a tree is drawn of a loss, of a derivation, or of a back-propagation"),
    (lambda: figures.tree(sc.Loss(" + ".join(f"sin(a{k})^2" for k in range(20)))), "more than the 40 that can be read"),
])
def test_what_cannot_be_drawn_says_why(make, sentence):
    with pytest.raises(LossError) as caught:
        make()
    assert sentence in str(caught.value) and "\n" not in str(caught.value)


ALL = [figures.history, figures.expected_actual, figures.surface, figures.data_and_cost, figures.strip, figures.contours]


@pytest.mark.parametrize("draw", ALL)
def test_pictures_are_the_same_each_time_and_change_nothing(draw):
    before = dict(matplotlib.rcParams)
    pictures = []
    for _ in range(2):
        file = io.BytesIO()
        figure = draw(RUN)
        figure.savefig(file, format="png")
        pictures.append(file.getvalue())
    assert pictures[0] == pictures[1] and type(figure) is matplotlib.figure.Figure
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("draw", ALL)
def test_names_are_shown_as_names(draw):
    J = sc.Loss("mean((beta_1 - (theta_1*x_2 + learning_rate))^2)", columns="beta_1 x_2")
    figure = draw(J.descend({"beta_1": [1, 2, 4], "x_2": [1, 2, 3]}, start=[0, 0], rate=0.01, steps=3))
    figure.savefig(io.BytesIO())
    words = "".join(text.get_text() for axes in figure.axes for text in (axes.xaxis.label, axes.yaxis.label, axes.title))
    assert "$" not in words and "theta" not in words
