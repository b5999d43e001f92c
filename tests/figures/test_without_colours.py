"""What can be told apart without colours and at a small size, and what stays in the picture."""

import numpy as np
import pytest

import symcalc as sc
from symcalc import figures
from symcalc.figures.cut_surface import _alike, cells

VALLEY = "(1 - u)^2 + 100*(v - u^2)^2"


def tangents(figure):
    """Those without a label, which are thin."""
    return [line for line in figure.axes[0].lines if len(line.get_xdata()) == 2 and line.get_linewidth() < 0.8]


def test_tangents_of_a_long_run_do_not_lie_upon_each_other():
    run = sc.Loss(VALLEY).descend(start=[-1, 1], rate=0.001, steps=200)
    figure = figures.cost_curve(run, "u")
    wide, high = np.ptp(figure.axes[0].get_xlim()), np.ptp(figure.axes[0].get_ylim())
    middles = np.array([[np.mean(line.get_xdata()) / wide, np.mean(line.get_ydata()) / high] for line in tangents(figure)])
    apart = np.abs(middles[:, None] - middles[None]).max(axis=2)[np.triu_indices(len(middles), 1)]
    assert 10 < len(middles) <= 30 and apart.min() > 0.0079


def test_the_way_over_a_surface_has_a_white_edge_below_it():
    axes = figures.surface(sc.Loss("u^2 + 4*v^2").descend(start=[2, 1], rate=0.1, steps=8)).axes[0]
    edge, way = axes.lines[:2]
    assert (edge.get_color(), way.get_label()) == ("white", "the run") and edge.get_linewidth() > way.get_linewidth()
    assert edge.get_zorder() < way.get_zorder() and edge.get_label()[0] == "_"


def test_outlines_have_as_many_corners_so_that_none_is_filled_up_from_memory():
    place = np.linspace(-1, 1, 9)
    found = cells(place, place, place[:, None]**2 + place**2, 0.7)
    filled = _alike(found)
    assert {len(outline) for outline in found} == {3, 4, 5} and filled.shape == (len(found), 5, 3)
    for before, after in zip(found, filled):
        assert np.array_equal(before, after[:len(before)]) and (after[len(before):] == before[-1]).all()


def test_where_a_function_falls_is_hatched():
    bands = figures.function_and_derivative(sc.derive("x^2", "x"), -1, 1).axes[0].collections
    assert [(band.get_label(), band.get_hatch(), band.get_edgecolor()[0, 3] > 0.2) for band in bands] == [
        ("rises", "", True), ("falls", "//", True)]


def test_the_last_mark_can_be_seen_as_well_as_the_others():
    run = sc.Loss("mean((y - (m*x + b))^2)", columns="x y").descend({"x": [1, 2, 3], "y": [2, 4, 6]}, start=[0, 0], rate=0.05,
                                                                  steps=30)
    marks = {line.get_marker(): line.get_markersize() for line in figures.data_and_cost(run).axes[1].lines
             if line.get_markeredgecolor() == "white"}
    assert marks["*"] > 1.5 * marks["o"]


@pytest.mark.parametrize("words", [3, 8, 12, 13, 14, 15])
def test_no_line_of_a_title_ends_with_a_sign(words):
    from symcalc.figures.style import drawing

    with drawing(3.2, 2.4) as (_, axes):
        axes.set_title(" + ".join(["name"] * words), loc="left")
    first, *_ = axes.get_title(loc="left").split("\n")
    assert not first.endswith("+")


def test_notes_on_the_edges_of_a_tree_are_no_wider_than_their_place():
    figure = figures.tree(sc.Loss("(revenue_of_the_opening_weekend - production_budget_in_millions)^2"))
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    FigureCanvasAgg(figure).draw()
    left, right = [note.get_window_extent() for note in figure.axes[0].texts if note.get_text().startswith("∂v₁")]
    assert left.x1 < right.x0


def test_a_wrong_gradient_that_leaps_away_leaves_the_right_one_in_view():
    loss = sc.Loss("(w - 3)^2")
    axes = figures.effect(loss.compare_gradients({"w": "2*(w - 3)*1e9"}, start=[0], rate=0.1, steps=40)).axes[0]
    low, high = axes.get_ylim()
    costs = axes.lines[0].get_ydata()
    assert low < costs.min() and costs.max() < high and axes.lines[1].get_label().endswith("(the first of 10)")
