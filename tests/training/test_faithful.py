"""The numbers on a page are true: what is shown gives what is printed, nothing that counts is 0, rounding is not read."""

import math
import re

import numpy as np
import pytest
from calculator import equations, unit, worked

import symcalc as sc

RSS = sc.residual_sum_of_squares("y", sc.line("x"))


def said(shown):
    return str(shown).replace("\n", " ")


def lesson(**settings):
    random = np.random.RandomState(225)
    x = random.rand(30)
    return RSS.descend({"x": x, "y": 3 + 50 * x + random.normal(0, 3, 30)},
                       **({"start": {"m": 43, "b": 3}, "rate": 0.005, "steps": 1000} | settings))


# Rounding

def test_on_a_convex_curve_no_ratio_that_is_read_exceeds_1():
    run = lesson()
    read = [update.ratio for update in run.updates if not update.is_lost_in_rounding]
    assert len(read) > 400 and max(read) < 1 and run.summary().ratios[1] < 1


def test_where_the_rows_cancel_rounding_is_not_read_either():
    """J is 0.004 of rows of 2134, so its rounding is that of them."""
    run = RSS.descend(CASES[3][0], start=[0, 0], rate=0.03, steps=1000, tolerance=0)
    read = [update.ratio for update in run.updates[200:] if not update.is_lost_in_rounding]
    assert len(read) > 400 and 0.95 < min(read) <= max(read) < 1.02
    assert run.updates[-1].is_lost_in_rounding and run.summary().ratios[1] < 1.02


def test_a_change_that_is_rounding_is_0_everywhere():
    run = sc.Loss("abs(w)").descend(start=[1.05], rate=0.1, steps=15)
    last = run.updates[-1]
    assert last.J_after != last.J_before and last.actual_change == last.ratio == last.as_dict()["actual_change"] == 0
    assert "to a point just as high" in said(last) and "10⁻¹" not in said(run)
    assert run.summary().ratios == pytest.approx((0, 1)) and "from 0 to 1." in said(run.summary())


# What stands in the formulas

CASES = [
    ({"x": [1e-8, 2e-8, 3e-8], "y": [1e-5, 2e-5, -4e-5]}, {"m": 1e-3, "b": -1e-10}, 1e-3),
    ({"x": [1e8, 2e8, 3e8], "y": [1e-5, 2e-5, -4e-5]}, {"m": 1e-3, "b": -1e10}, 1e-3),
    ({"x": [1e8, 2e8, 3e8, 1e8, 2e8, 4e8], "y": [1e-5, 2e-5, -4e-5, 1, 1, 1]}, {"m": 1e-3, "b": -1e10}, 1e-3),
    ({"x": [1, 2, 3], "y": [2134.24, 2135.3, 2136.2]}, {"m": 0, "b": 0}, 0.03),
    ({"x": [1, 3, 5, 2, 3, 11], "y": [1, 2, 3, 4, 5, 10]}, {"m": 2, "b": 1e6}, 0.001),
    ({"x": [0.1, 0.37, 0.52], "y": [1.34, 2.77, 1.9]}, {"m": 1 / 3, "b": 1 / 12}, 0.1),
]


@pytest.mark.parametrize(("data", "start", "rate"), CASES)
@pytest.mark.parametrize("steps", [1, 12, 400])
def test_every_side_gives_the_value_to_its_printed_digits(data, start, rate, steps):
    update = RSS.descend(data, start=start, rate=rate, steps=steps, tolerance=0).updates[-1]
    check(update)


ROSENBROCK = "(1 - u)^2 + 100*(v - u^2)^2"


@pytest.mark.parametrize(("formula", "start", "settings"), [
    ("(w - 1111)^2", {"w": 2500}, {"rate": 0.01, "steps": 2}),
    ("(w - 11111)^2", {"w": 25000}, {"rate": 0.01, "steps": 2}),
    ("(w - 11.1)^2", {"w": 25}, {"rate": 0.01, "steps": 2}),
    (ROSENBROCK, {"u": -1, "v": 1}, {"rate": 0.1, "steps": 3}),
    (ROSENBROCK, {"u": -1, "v": 1}, {"rate": 0.001, "steps": 5, "method": "newton"}),
    (ROSENBROCK, {"u": -1, "v": 1}, {"rate": 0.001, "steps": 5, "method": "adam"}),
    (ROSENBROCK, {"u": -1, "v": 1}, {"rate": 0.1, "steps": 3, "method": "rmsprop"}),
    ("(w - 3)^2 + w^4/7", {"w": 1.234567}, {"rate": 0.3, "steps": 3, "method": "newton"}),
    ("(w - 3)^2/7 + (v + w/3)^2", {"w": 1.234567, "v": 1 / 3}, {"rate": 0.3, "steps": 3, "method": "line search"}),
])
def test_every_result_comes_out_of_the_line_above_it(formula, start, settings):
    for update in sc.Loss(formula).descend(start=start, **settings).updates:
        check(update)


def check(update):
    """Every side gives the result, but for one unit of its last digit."""
    for left, *sides in equations(update):
        values = [value for side in sides if (value := worked(side)) is not None]
        assert values == pytest.approx([values[-1]] * len(values), rel=0, abs=1.001 * unit(sides[-1])), (left, sides)


def test_where_nearly_nothing_is_left_the_step_is_still_seen():
    update = sc.Loss("exp(m) + exp(-m) + b^2 - m*b").descend(start=[0.1, 0.2], method="newton", steps=3, tolerance=0).updates[-1]
    steps = [sides for left, *sides in equations(update) if left.strip().startswith("new ")]
    assert len(steps) == 2 and all(worked(shown) == pytest.approx(worked(value), rel=1e-4, abs=0) for _, shown, value in steps)


def test_where_a_step_is_lost_in_the_last_digit_no_number_pretends_to_more():
    update = sc.Loss("mean((y - m*x)^2)").descend({"x": [1, 2, 3], "y": [1, 2, 4]}, start=[1], rate=0.1, steps=40,
                                                  tolerance=0).updates[-1]
    assert "= 1.21428571428571 - 0.1 · (-1.33227 · 10⁻¹⁵)" in str(update)


@pytest.mark.parametrize(("data", "start", "rate"), CASES[:3])
def test_what_is_not_0_does_not_stand_as_0(data, start, rate):
    shown = str(RSS.descend(data, start=start, rate=rate, steps=1).updates[0])
    assert not re.search(r"(?<![\d.,])0(?![\d.])", shown.split("ratio")[0])


def test_a_parameter_has_the_same_digits_throughout_an_update():
    for steps in (1, 12):
        run = RSS.descend(CASES[5][0], start=CASES[5][1], rate=0.1, steps=steps)
        found = {left.strip(): sides for left, *sides in equations(run.updates[-1])}
        for name in "mb":
            assert f"{found[f'new {name}'][1].split(' ')[0]}" in found["∂J/∂m"][2]


def test_a_sum_that_cancels_is_not_worked_out_in_rows_that_do_not_show_it():
    shown = said(RSS.descend(CASES[3][0], start=[0, 0], rate=0.03, steps=3000, tolerance=0).updates[-1])
    assert not re.search(r"\(([\d.]+) - \1\)", shown)


# The table and the summary

@pytest.mark.parametrize(("formula", "start", "cells"), [
    ("(w - 1e9)^2", [999999999.5], ["999999999.500", "999999999.600", "999999999.680"]),
    ("w^3", [-1], ["-1.000", "-1.300", "-1.807"]),
    ("w^4", [1e4], ["1e4", "-4e11", "2.56e34"]),
])
def test_the_points_of_a_table_differ(formula, start, cells):
    run = sc.Loss(formula).descend(start=start, rate=0.1, steps=3)
    shown = [re.split("  +", row.strip())[1] for row in str(run).splitlines() if re.match(" +[0-9]+ ", row)]
    assert len(set(shown)) == len(shown) and [worked(each) for each in shown[:3]] == pytest.approx([float(each) for each in cells], rel=1e-15)


def test_the_table_says_which_point_is_which():
    run = sc.Loss("(w - 3)^2").descend(start=[0], rate=0.1, steps=3)
    assert "Each row has w and J after its step; the slope is that before it." in said(run)
    assert "Each row has" not in str(sc.Loss("(w - 3)^2").descend(start=[3], rate=0.1))


def test_a_summary_counts_the_steps_uphill():
    run = lesson(batch=2, rate=0.3, steps=60, start=[0, 0])
    uphill = [update for update in run.updates if update.expected_change > 0]
    median = np.median([update.ratio for update in run.updates if update.expected_change < 0])
    assert f"{median:.4g} is the median of the steps downhill; {len(uphill)} of 60 led uphill." in said(run.summary())
    climb = sc.Loss("w^2").descend(start=[1], rate=0.1, steps=2, method=sc.method("up", "theta = theta + eta*g"))
    assert "every step led uphill, 1.1 in every step" in said(climb.summary())


def test_small_rates_have_one_notation():
    run = sc.Loss("(w - 3)^2").descend(start=[0], rate=1e-9, steps=2)
    for page in (run, run.summary(), run.updates[0]):
        assert "10⁻⁹" in str(page) and not re.search(r"\de[-+]?\d", str(page))


# One style

@pytest.mark.parametrize(("formula", "start", "piece"), [
    ("(w - 3)^2 + v/-1", {"w": 0, "v": 0}, "= -6 · 0.6 - 1 · 0.1"),
    ("20*(w + 1)^2", {"w": -0.6}, "= 40 (-0.6 + 1)"),
    ("(w - 2)^2", {"w": 0.08}, "= 2 (0.08 - 2)"),
    ("-w", {"w": 0}, "= -1 · 0.1"),
])
def test_products_look_alike(formula, start, piece):
    assert piece in str(sc.Loss(formula).descend(start=start, rate=0.1, steps=1).updates[0])


def test_a_symmetric_matrix_looks_symmetric():
    update = RSS.descend({"x": [0.1, 0.37, 0.52, 3], "y": [1.34, 2.77, 1.9, 1]}, start=[0, 0], method="newton", steps=1).updates[0]
    rows = [row.split() for row in str(update).splitlines() if re.match("[mb] +[0-9]", row)]
    assert rows[0][2] == rows[1][1] and math.isclose(float(rows[0][2]), 2 * 3.99, rel_tol=1e-5)
