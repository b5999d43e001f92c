"""Pictures of sweeps: a curve for each run, the stable limit, and what lies out of sight cut off."""

import numpy as np
import pytest

import symcalc as sc
from symcalc.errors import DescentError

J = sc.Loss("(w - 3)^2 + 1")
RATES = [0.001, 0.1, 0.5, 0.9, 1.1, 2]


def labels(figure):
    return [text.get_text() for text in figure.axes[0].get_legend().get_texts()]


def test_every_run_is_a_curve_of_its_costs():
    runs = J.sweep(start=[0], rates=RATES, steps=50)
    axes = sc.figures.costs_over_steps(runs).axes[0]
    assert len(axes.lines) == len(runs) and axes.get_yscale() == "log"
    for line, run in zip(axes.lines, runs):
        assert np.array_equal(line.get_ydata(), run.costs) and line.get_label() == f"rate {run.rate:g}"
    assert axes.get_ylim()[1] <= 1e4 < runs[-1].fun


def test_long_runs_are_thinned_with_both_ends_kept():
    run = J.sweep(start=[0], rates=[1e-4], steps=5000)
    x, y = sc.figures.costs_over_steps(run).axes[0].lines[0].get_data()
    assert (len(x), x[0], x[-1], y[-1]) == (1000, 0, 5000, run[0].fun)


def test_costs_that_become_negative_have_plain_axes():
    axes = sc.figures.costs_over_steps(sc.Loss("w^2 - 5").sweep(start=[1], rates=[0.1, 3], steps=9)).axes[0]
    low, high = axes.get_ylim()
    assert axes.get_yscale() == "linear" and low < -5 and high < 1e4


def test_the_ends_stand_over_their_rates_with_the_limit():
    runs = J.sweep(start=[0], rates=RATES[::-1], methods=["gradient descent", "momentum"], steps=50)
    figure = sc.figures.costs_over_rates(runs)
    first, second = figure.axes[0].lines[:2]
    assert first.get_xdata().tolist() == RATES and first.get_ydata().tolist() == [run.fun for run in runs[:6]][::-1]
    assert second.get_ydata().tolist() == [run.fun for run in runs[6:]][::-1]
    assert labels(figure) == ["gradient descent", "momentum", "J at the start", "stable limit 2/λ_max = 1", "higher up"]
    assert figure.axes[0].lines[3].get_xdata()[0] == pytest.approx(1) and figure.axes[0].get_xscale() == "log"


def test_a_legend_has_room_for_a_dozen():
    runs = J.sweep(start=[0], rates=np.linspace(0.1, 0.9, 15), steps=5)
    named = labels(sc.figures.costs_over_steps(runs))
    assert len(named) == 13 and named[-1] == "and 3 more"


@pytest.mark.parametrize(("runs", "sentence"), [
    (J.sweep(starts=[0, 1], rate=0.1, steps=5), "there is nothing to draw over the rate: the runs have one rate, or schedules"),
    (J.sweep(start=[0], rates=["1/k", "2/k"], steps=5), "there is nothing to draw over the rate"),
    (sc.Loss("ln(w)").sweep(start=[-1], rates=[0.1, 0.2], steps=5), "there is no run to draw: Stopped before the first step"),
])
def test_what_cannot_be_drawn_is_said(runs, sentence):
    with pytest.raises(DescentError) as caught:
        sc.figures.costs_over_rates(runs)
    assert sentence in str(caught.value)
