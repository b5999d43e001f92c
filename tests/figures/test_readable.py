"""What every figure keeps to: words inside it, plain ticks apart, curves told apart without colour, nothing global changed."""

import io
import re
import warnings
from itertools import pairwise

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

import symcalc as sc
from symcalc import figures
from symcalc.errors import LossError
from symcalc.pages.typeset import typeset

FILMS = {"budget": [1.2, 2.5, 3.1, 4.0, 5.4, 6.3, 7.7, 8.8, 10.1, 11.9, 13.5, 15.0],
         "revenue": [4.9, 5.1, 10.8, 9.2, 17.5, 13.9, 22.4, 21.3, 30.6, 29.8, 39.9, 40.2]}
LINE = "mean((y - (m*x + b))^2)"
LONG = "mean((revenue_of_opening_week_end - (learning_rate_of_model*budget_in_millions_of_dollars + the_intercept))^2)"


def films(loss, names=("x", "y"), size=1.0, rows=12, **how):
    table = {names[0]: FILMS["budget"][:rows], names[1]: [size * value for value in FILMS["revenue"][:rows]]}
    return sc.Loss(loss, columns=list(names)).descend(table, **{"start": [0, 0], "rate": 0.003, "steps": 20, **how})


def many():
    table = {f"x{k}": np.cos(np.arange(20.0) * k) for k in range(1, 12)} | {"y": np.arange(20.0)}
    return sc.mean_squared_error("y", sc.linear("x", features=11)).descend(table, start=[0] * 12, rate=0.05, steps=40)


def network():
    x = np.linspace(-2, 2, 20)
    J = sc.mean_squared_error("y", sc.network("x", hidden=40))
    return J.descend({"x": x, "y": np.sin(x)}, start=np.cos(np.arange(len(J.names))) / 3, rate=0.02, steps=20)


RUNS = {
    "line": lambda: films(LINE), "long names": lambda: films(
        LONG, ("budget_in_millions_of_dollars", "revenue_of_opening_week_end")),
    "greek": lambda: films("mean((y_1 - (alpha_1*x_12 + beta_max))^2)", ("x_12", "y_1")),
    "tiny": lambda: films(LINE, size=1e-9), "huge": lambda: films(LINE, size=1e12), "one row": lambda: films(LINE, rows=1),
    "one update": lambda: films(LINE, steps=1), "diverging": lambda: films(LINE, rate=0.03, steps=200),
    "absolute": lambda: films("mean(abs(y - (m*x + b)))", rate=0.03), "many": many, "network": network,
    "logistic": lambda: sc.logistic_loss("c", sc.logistic_classification("x")).descend(
        {"x": [-3, -2, -1, 0.5, 1, 2, 3], "c": [0, 0, 0, 1, 0, 1, 1]}, start=[0, 0], rate=0.3, steps=20),
    "hinge": lambda: sc.hinge("c", sc.line("x")).descend(
        {"x": [-3, -2, 0.5, 1, 2], "c": [-1, -1, 1, -1, 1]}, start=[0, 0], rate=0.1, steps=20),
    "far off": lambda: sc.Loss("(w - 1000000)^2 + 10000000").descend(start=[1000000.5], rate=0.1, steps=20),
    "flat": lambda: sc.Loss("0*u + 0*v + 5").descend(start=[1, 1], rate=0.1),
    "below 0": lambda: sc.Loss("sin(w) - 2").descend(start=[0.5], rate=0.3, steps=20),
    "valley": lambda: sc.Loss("(1 - u)^2 + 100*(v - u^2)^2").descend(start=[-1, 1], rate=0.001, steps=50),
}
DRAWN = {
    "fit": figures.fit, "cost curve": lambda run: figures.cost_curve(run, run.loss.names[0]),
    "data and cost": figures.data_and_cost, "contours": figures.contours, "surface": figures.surface,
    "history": figures.history, "expected": figures.expected_actual, "strip": figures.strip,
}
CHOSEN = {               # figures of several panels take long to draw
    "surface": ("long names", "huge", "diverging", "flat"), "strip": ("long names", "one row", "diverging", "flat"),
    "history": ("huge", "far off", "many", "network", "one update"),
    "data and cost": ("long names", "one row", "absolute", "network"),
    "expected": ("one update", "diverging", "absolute", "tiny"),
    "contours": ("long names", "greek", "tiny", "one row", "flat", "valley"),
    "cost curve": ("long names", "greek", "tiny", "huge", "one row", "diverging", "absolute", "network", "far off", "flat",
                   "below 0"),
    "fit": ("long names", "greek", "tiny", "huge", "one row", "diverging", "absolute", "logistic", "hinge", "many", "valley"),
}
LEARNING = "learning_rate_of_model"
OTHERS = {
    "slices": lambda: figures.slices(f"{LEARNING}^2*beta_max + 1e9*alpha_1", LEARNING,
                                     frozen={"beta_max": [1, 2], "alpha_1": 3}, at=1),
    "secants": lambda: figures.secants(sc.slopes("x^2", "x", at=1e6)),
    "difference errors": lambda: figures.difference_errors(sc.slopes("0*x + 3", "x", at=2)),
    "function": lambda: figures.function_and_derivative(sc.derive(f"sin({LEARNING})", LEARNING), -20, 20),
    "constant": lambda: figures.function_and_derivative(sc.derive("5 + 0*x", "x")),
    "tree": lambda: figures.tree(sc.Loss(f"({LEARNING}*beta_max - alpha_1)^2 + sigmoid({LEARNING})")),
    "effect": lambda: figures.effect(sc.Loss(f"({LEARNING}*beta_max - 3)^2").compare_gradients(
        {LEARNING: f"2*({LEARNING}*beta_max - 3)"}, start=[1, 1], rate=0.01, steps=50)),
    "steps": lambda: figures.costs_over_steps(sc.Loss("(w - 3)^2").sweep(start=[0], rates=np.linspace(0.1, 1.1, 20), steps=20)),
    "rates": lambda: figures.costs_over_rates(sc.Loss("(w - 3)^2").sweep(start=[0], rates=[0.01, 0.1, 0.5, 1.1], steps=20)),
}


@pytest.fixture(scope="module")
def runs():
    return {name: make() for name, make in RUNS.items()}


def drawn(figure):
    """The figure with all its words in their places."""
    figure.set_dpi(100)
    FigureCanvasAgg(figure).draw()
    return figure


def shown(axis):
    """The labels of the ticks that stand in the picture, in their places."""
    low, high = sorted(axis.get_view_interval())
    return [tick.label1 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high and tick.label1.get_text()
            and tick.label1.get_visible()]


def assert_readable(figure):
    """Drawn without a warning; no word leaves the picture, and no two ticks touch."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", 'Creating legend with loc="best" can be slow')       # of a second by the clock
        drawn(figure)
    paper = figure.bbox.padded(4)
    words = [*figure.texts, *(text for axes in figure.axes if axes.get_visible() for text in (
        *(child for child in axes.get_children() if isinstance(child, Text)), axes.xaxis.label, axes.yaxis.label,
        *(axes.get_legend().get_texts() if axes.get_legend() else [])))]
    for word in words:
        if word.get_visible() and word.get_text().strip():
            box = word.get_window_extent()
            assert paper.x0 <= box.x0 and box.x1 <= paper.x1 and paper.y0 <= box.y0 and box.y1 <= paper.y1, word.get_text()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            assert not axis.get_offset_text().get_text(), "a power of ten stands apart from its axis"
            boxes = [tick.get_window_extent() for tick in shown(axis)] if axes.name != "3d" and axes.axison else []
            assert not any(one.overlaps(other) for one, other in pairwise(boxes)), axis


@pytest.mark.parametrize("figure", DRAWN)
def test_figures_of_any_run_can_be_read_or_say_why_not(figure, runs):
    count, before = 0, dict(matplotlib.rcParams)
    for name, run in runs.items():
        if name not in CHOSEN.get(figure, RUNS):
            continue
        try:
            picture = DRAWN[figure](run)
        except LossError as refused:
            assert "need" in str(refused) or "there " in str(refused) or "can be drawn over one column" in str(refused), name
            continue
        assert_readable(picture)
        count += 1
    assert count >= len(CHOSEN.get(figure, RUNS)) // 2 and dict(matplotlib.rcParams) == before and not plt.get_fignums()


@pytest.mark.parametrize("figure", OTHERS)
def test_other_figures_can_be_read(figure):
    picture = OTHERS[figure]()
    assert_readable(picture)
    picture.savefig(file := io.BytesIO(), format="png", dpi=50)
    assert file.getvalue().startswith(b"\x89PNG")


def test_a_window_keeps_to_the_run_however_small_or_far_off(runs):
    for name in ("tiny", "huge", "far off"):
        run = runs[name]
        low, high = figures.cost_curve(run, run.loss.names[0]).axes[0].get_xlim()
        visited = run.points[:, 0]
        assert low < visited.min() and visited.max() < high and high - low < 3 * np.ptp(visited)


def test_what_ticks_have_in_common_stands_in_the_label(runs):
    figure = figures.cost_curve(runs["far off"], "w")
    axes, = figure.axes
    assert axes.get_xlabel() == "w - 1000000" and axes.get_ylabel() == "J(w) - 10000000"
    drawn(figure)
    for tick in axes.get_xticklabels():
        assert float(tick.get_text().replace("−", "-")) == pytest.approx(tick.get_position()[0] - 1e6, abs=1e-6)
    huge = figures.fit(runs["huge"])
    assert huge.axes[0].get_ylabel() == "y (in 10¹³)"
    drawn(huge)
    for tick in huge.axes[0].get_yticklabels():
        assert float(tick.get_text().replace("−", "-")) * 1e13 == pytest.approx(tick.get_position()[1], abs=1e6)


def test_the_line_of_an_absolute_loss_is_drawn_over_its_data(runs):
    run = runs["absolute"]
    line = {line.get_label(): line for line in figures.fit(run).axes[0].lines}["after the run"]
    assert line.get_ydata() == pytest.approx(run.parameters["m"] * line.get_xdata() + run.parameters["b"])
    assert len(figures.data_and_cost(run).axes) == 2


def test_the_line_of_a_diverging_run_is_one_near_the_data(runs):
    run = runs["diverging"]
    figure = figures.fit(run)
    line = {line.get_label(): line for line in figure.axes[0].lines}[f"after step 1 of {run.nit}, before it goes off"]
    assert line.get_ydata() == pytest.approx(run.points[1, 0] * line.get_xdata() + run.points[1, 1])
    low, high = figure.axes[0].get_ylim()
    assert low < 0 and 40.2 < high < 200


def test_curves_are_told_apart_without_their_colours():
    runs = sc.Loss("(w - 3)^2").sweep(start=[0], rates=[0.01, 0.1, 0.2, 0.3], steps=20)
    assert len({line.get_linestyle() for line in figures.costs_over_steps(runs).axes[0].lines}) == 4
    run = sc.Loss("(a - 1)^2 + (b - 2)^2 + (c - 3)^2").descend(start=[0, 0, 0], rate=0.1, steps=5)
    assert len({line.get_linestyle() for line in figures.history(run).axes[1].lines}) == 3


def test_many_parameters_leave_room_for_those_that_moved_most(runs):
    run = runs["network"]
    below = figures.history(run).axes[1]
    named = [label.get_text() for label in below.get_legend().get_texts()]
    moved = np.ptp(run.points, axis=0)
    assert named[-1] == "109 that moved less" and len(below.lines) == 121
    assert {*named[:-1]} == {typeset(run.loss.parameters[j]) for j in np.argsort(-moved)[:12]}


def test_ratios_out_of_the_picture_are_arrows():
    run = sc.Loss("w^2").descend(start=[1], rate=5, steps=5)
    below = figures.expected_actual(run).axes[1]
    line, (arrow,) = below.lines[0], [line for line in below.lines if line.get_marker() == "v"]
    assert np.isnan(line.get_ydata()).all() and set(arrow.get_ydata()) == {-3} and arrow.get_linestyle() == "None"
    assert [label.get_text() for label in below.get_legend().get_texts()] == ["below -3, down to -4"]


def test_ratios_that_fit_are_where_they_are():
    below = figures.expected_actual(sc.Loss("w^2").descend(start=[1], rate=3, steps=5)).axes[1]
    assert below.lines[0].get_ydata() == pytest.approx(-2) and below.get_legend() is None
    assert below.get_ylim() == pytest.approx((-2.1, 1.15))


def test_words_are_literal():
    hostile = "$x^2$ \\frac{1}{2} _a% <b>"
    method = sc.method(hostile, "theta = theta - eta*g")
    runs = sc.Loss("(w - 3)^2").sweep(start=[0], rates=[0.1], methods=[method, "adam"], steps=5)
    figure = figures.costs_over_steps(runs)
    figure.savefig(io.BytesIO())
    label = figure.axes[0].get_legend().get_texts()[0]
    assert label.get_text() == hostile and not label.get_parse_math()


def test_names_in_pictures_and_on_the_page_are_those_of_the_typeset_formulas(tmp_path):
    run = sc.Loss("mean((y1 - (w1*x1 + b))^2)", columns="x1 y1").descend(
        {"x1": [1, 2, 3], "y1": [2, 4, 6]}, start=[0, 0], rate=0.05, steps=3)
    for figure in (figures.cost_curve(run, "w1"), figures.contours(run), figures.surface(run), figures.fit(run), figures.history(run),
                   figures.expected_actual(run), figures.data_and_cost(run), figures.strip(run), figures.tree(run.loss)):
        said = " ".join(words.get_text() for words in figure.findobj(Text))
        assert not re.search("[wxy]1", said), said
    page = run.save(tmp_path / "run.html").read_text(encoding="utf-8")
    outside = re.sub(r'alttext=\\?"[^"]*"', "", page)                # which repeats a formula as it is typed
    assert not re.search("[wxy]1", outside) and "J(w₁, b)" in outside and 'aria-label="the data and the model, y₁ over x₁"' in outside
