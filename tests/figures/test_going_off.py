"""Pictures of runs that go off, which end before the run does and say so; and what lies out of a picture."""

import numpy as np
import pytest
from matplotlib.figure import Figure

import symcalc as sc
from symcalc import figures
from symcalc.figures.animation import _caption
from symcalc.figures.scene import panels_of
from symcalc.training.stepping.pictures import pictures
from symcalc.training.views import in_view, levels

DATA = {"x": [1, 2, 3, 4, 5, 6], "y": [2.1, 3.9, 6.2, 7.8, 10.1, 12.2]}
LINE = sc.mean_squared_error("y", sc.line("x"))
OFF = LINE.descend(DATA, start=[0, 0], rate=0.08, steps=15)
RISING = LINE.compare_gradients({"m": "2/n*sum(x*(y - (m*x + b)))"}, DATA, start=[0, 0], rate=0.01)


def named(axes):
    return {line.get_label(): line for line in axes.lines}


@pytest.mark.parametrize(("draw", "height"), [(figures.surface, OFF.costs), (figures.contours, None)])
def test_a_way_that_leaves_the_picture_ends_in_it(draw, height):
    axes, = draw(OFF).axes
    assert in_view(OFF) == 5 and OFF.nit == 10 and axes.get_title(loc="left" if height is None else "center").endswith(
        " (the first 4 of 10)")
    drawn = named(axes)
    assert "end" not in drawn
    way, last = (np.transpose(drawn[name].get_data() if height is None else drawn[name].get_data_3d())
                 for name in ("the run", "step 4"))
    points = OFF.points if height is None else np.column_stack([OFF.points, height])
    assert way.tolist() == points[:5].tolist() and last.tolist() == points[4:5].tolist()


def test_lines_out_of_the_picture_are_named_so():
    left = figures.data_and_cost(OFF).axes[0]
    assert left.get_title(loc="left") == "The model, step by step (the first 4 of 10)"
    assert [*named(left)] == ["data", "start", "step 1", "step 2, out of the picture", "step 3", "step 4, out of the picture"]
    strip = figures.strip(OFF)
    assert strip.axes[4].get_title(loc="left") == "step 4 of 10"
    assert [axes.texts[0].get_visible() for axes in strip.axes[:5]] == [False, False, True, False, True]


@pytest.mark.parametrize(("y", "start"), [([2, 3, 7, 8], "start"), ([2, 3, 5, 7], "start, out of the picture")])
def test_a_line_on_the_frame_is_not_said_to_be_seen_and_the_end_has_its_number(y, start):
    run = LINE.descend({"x": [1, 2, 3, 4], "y": y}, start=[0, 0], rate=0.05, steps=40)
    left, right = figures.data_and_cost(run, over="m").axes
    low, _ = left.get_ylim()
    assert [*named(left)][1] == start and (low < -0.2) == (start == "start")
    assert {"0", "40"} <= {note.get_text() for note in right.texts}


def test_a_fit_that_went_off_has_its_legend_beside_it():
    axes, = figures.fit(OFF).axes
    assert "after step 3 of 10, before it goes off" in named(axes)
    assert axes.get_legend().get_bbox_to_anchor().x0 >= axes.bbox.x1
    low, high = axes.get_ylim()
    assert high - low == pytest.approx(3 * np.ptp(DATA["y"]))


def test_the_effect_says_where_a_curve_stops():
    wrong = figures.effect(RISING).axes[0].lines[1]
    assert wrong.get_label().endswith(f" (the first {len(wrong.get_xdata()) - 1} of {RISING.wrong.nit})")


def test_a_title_has_no_row_of_a_line():
    assert figures.fit(OFF).axes[0].get_title(loc="left") == "y ≈ 9.14x + 2.093"


def test_what_a_search_tries_is_no_formula_of_the_step():
    run = sc.Loss("(u - 1)^2 + 3*v^2").descend(start=[3, 2], steps=2, method="line search")
    assert [line.split(" = ")[0] for line in _caption(run, 0, last=False).split("\n")] == ["new u", "new v"]


@pytest.mark.parametrize(("formula", "first", "last"), [
    ("x*ln(x)", 0, 4.4), ("sqrt(x)", 0, 4), ("x^x", 0, 4), ("ln(2 - x)", -4, 2), ("sqrt(1 - x^2)", -1, 1)])
def test_a_function_is_drawn_where_it_has_values(formula, first, last):
    for axes in figures.function_and_derivative(sc.derive(formula, "x")).axes:
        assert axes.get_xlim() == pytest.approx((first, last), abs=0.25)
    above, _ = figures.function_and_derivative(sc.derive(formula, "x"), -3, 3).axes
    assert above.get_xlim() == (-3, 3)


def test_a_model_in_view_has_no_note():
    run = LINE.descend(DATA, start=[0, 0], rate=0.02, steps=5)
    axes = Figure().subplots()
    panels_of(run)[0](axes, run)(5)
    assert not axes.texts[0].get_visible()


def test_a_legend_names_only_what_is_within_the_frame():
    from symcalc.figures.style import drawing, legend

    with drawing() as (_, axes):
        axes.plot([0, 1], [0, 1], label="line")
        axes.plot([5, 6], [5, 6], label="line beyond")
        axes.plot([-1, 3], [3, -1], label="line across")                # no point of it is within
        axes.plot([-1, 3], [3, -1], "o", label="marks beyond")
        axes.plot([0, np.nan, 9], [1, np.nan, 9], "o", label="marks, some beyond")
        axes.vlines([0.5, 7], 0, 1, label="uprights")
        axes.vlines([7, 8], 0, 1, label="uprights beyond")
        axes.axvline(0.3, label="boundary")
        axes.axvline(3, label="boundary beyond")
        axes.fill_between([-4, 4], -4, 4, label="area")
        axes.plot([], [], label="nothing")
        axes.set(xlim=(0, 1), ylim=(0, 1))
        legend(axes)
    assert [words.get_text() for words in axes.get_legend().get_texts()] == [
        "line", "line across", "marks, some beyond", "uprights", "boundary", "area"]


def test_the_page_names_a_mark_only_where_it_is_seen():
    """The tangent of a run that goes off soon promises costs below the picture."""
    drawing, = pictures(sc.Loss("w^2").descend(start=[1], rate=1.2, steps=12), range(11))
    for key, mark in (("now", "now"), ("promised", "promised")):
        said = drawing.moving[f"cost-key-{key}"]["class"]
        assert said == ["" if seen else "unseen" for seen in drawing.seen(mark)] and len(set(said)) == 2
    assert drawing.moving["cost-key-promised"]["class"][:1] == [""] and drawing.seen("promised")[5:] == [False] * 6
    calm, = pictures(sc.Loss("w^2").descend(start=[1], rate=0.2, steps=12), range(13))
    assert not any("key" in name for name in calm.moving) and calm.svg().count('class="key') == 2


def test_no_line_of_equal_cost_is_a_speck_in_the_highest_corner():
    cost = np.add.outer(np.linspace(-1, 1, 41) ** 2, np.linspace(-1, 0.9, 41) ** 2)
    highest = levels(cost).max()
    assert 20 < (cost > highest).sum() and highest > 0.8 * cost.max()
