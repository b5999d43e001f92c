"""One step, shown as people write it by hand: formula, numbers, value, new parameter."""

import json
import math

import pytest

import symcalc as sc

ROWS = {"x": [30, 40, 100], "y": [45, 60, 150]}

LINE = """\
Update 1
════════

  ∂J/∂m = -1/n Σ xᵢ (yᵢ - (m xᵢ + b))
        = -1/3 · (30 (45 - (0 · 30 + 0)) + 40 (60 - (0 · 40 + 0))
            + 100 (150 - (0 · 100 + 0)))
        = -1/3 · (1350 + 2400 + 15000)
        = -6250

  new m = m - η ∂J/∂m
        = 0 - 0.0001 · (-6250)
        = 0.625

  ∂J/∂b = -1/n Σ (yᵢ - (m xᵢ + b))
        = -1/3 · ((45 - (0 · 30 + 0)) + (60 - (0 · 40 + 0)) + (150 - (0 · 100 + 0)))
        = -1/3 · (45 + 60 + 150)
        = -85

  new b = b - η ∂J/∂b
        = 0 - 0.0001 · (-85)
        = 0.0085

  expected ΔJ = ∇J·Δθ
              = -6250 · 0.625 - 85 · 0.0085
              = -3906.97

  actual ΔJ = 1594.63 - 4687.5
            = -3092.87

ratio = actual / expected = 0.7916: a step of moderate size; the curve has begun to bend
away from the tangent."""

NEGATIVES = """\
Update 1
════════

  ∂J/∂u = -2 (1 - u) - 400u (v - u²)
        = -2 (1 - (-1.2)) - 400 · (-1.2) (1 - (-1.2)²)
        = -215.6

  new u = u - η ∂J/∂u
        = -1.2 - 0.001 · (-215.6)
        = -0.9844

  ∂J/∂v = 200 (v - u²)
        = 200 (1 - (-1.2)²)
        = -88

  new v = v - η ∂J/∂v
        = 1 - 0.001 · (-88)
        = 1.088

  expected ΔJ = ∇J·Δθ
              = -215.6 · 0.2156 - 88 · 0.088
              = -54.2274

  actual ΔJ = 5.3529 - 24.2
            = -18.8471

ratio = actual / expected = 0.3476: the step went past the minimum along this direction,
though the cost still fell."""

MANY_ROWS = """\
Update 1
════════

  dJ/dw = -2/n Σ xᵢ (yᵢ - w xᵢ)
        = -2/n · (Σ xᵢ yᵢ - w Σ xᵢ²)
        = -2/6 · (-25 - (-0.5 · 16))
        = 5.66667

  new w = w - η dJ/dw
        = -0.5 - 0.125 · 5.66667
        = -1.20833

  expected ΔJ = ∇J·Δθ
              = 5.66667 · (-0.708333)
              = -4.01389

  actual ΔJ = 2.32407 - 5
            = -2.67593

ratio = actual / expected = 0.6667: a step of moderate size; the curve has begun to bend
away from the tangent."""


def line_run():
    return sc.half_mean_squared_error("y", sc.line("x")).descend(ROWS, start=[0, 0], rate=1e-4, steps=2)


def negative_run():
    return sc.Loss("(1 - u)^2 + 100*(v - u^2)^2").descend(start={"u": -1.2, "v": 1}, rate=0.001, steps=1)


def test_a_line_on_few_rows_is_written_out_row_by_row():
    assert str(line_run().updates[0]) == LINE


def test_negative_numbers_stand_in_brackets():
    assert str(negative_run().updates[0]) == NEGATIVES


def test_the_numbers_are_those_of_the_run():
    u = line_run().updates[1]
    assert u.k == 2 and u.before == {"m": 0.625, "b": 0.0085} and u.before == line_run().updates[0].after
    errors = [y - (0.625 * x + 0.0085) for x, y in zip(ROWS["x"], ROWS["y"])]
    slopes = {"m": -sum(x * e for x, e in zip(ROWS["x"], errors)) / 3, "b": -sum(errors) / 3}
    assert u.gradient == pytest.approx(slopes, rel=1e-13)
    assert u.after == pytest.approx({name: u.before[name] - 1e-4 * slopes[name] for name in "mb"}, rel=1e-13)
    assert u.J_before == pytest.approx(sum(e * e for e in errors) / 6, rel=1e-13)
    assert u.expected_change == pytest.approx(-1e-4 * (slopes["m"]**2 + slopes["b"]**2), rel=1e-12)
    assert u.actual_change == u.J_after - u.J_before and u.ratio == u.actual_change / u.expected_change
    assert all(type(value) is float for mapping in (u.before, u.after, u.gradient) for value in mapping.values())


@pytest.mark.parametrize(("rate", "words"), [
    (0.01, "a small step, along which the tangent tells nearly everything"),
    (0.3, "a step of moderate size; the curve has begun to bend away from the tangent"),
    (0.5, "about the step that lands on the minimum along this direction, where the ratio is 1/2"),
    (0.9, "the step went past the minimum along this direction, though the cost still fell"),
    (1.0, "the step went past the minimum along this direction, to a point just as high"),
    (1.1, "the step went so far past the minimum that the cost rose; take a smaller rate"),
])
def test_the_ratio_is_read_for_the_learner(rate, words):
    u = sc.Loss("w^2").descend(start=[1], rate=rate, steps=1).updates[0]
    assert u.reading() == words and words.split("; ")[0].split(", ")[0] in str(u).replace("\n", " ")
    assert ("cost rose" in words) == (u.actual_change > 0) and ("still fell" in words) <= (u.actual_change < 0)


def test_a_curve_that_bends_downwards_is_read_as_such():
    u = sc.Loss("-w^2").descend(start=[1], rate=0.1, steps=1).updates[0]
    assert u.ratio == pytest.approx(1.1) and "bends downwards" in u.reading()


def test_a_change_that_rounding_hides_is_not_read():
    updates = sc.Loss("(w - 3)^2 + 1").descend(start=[0], rate=0.3, steps=40).updates
    assert not updates[0].is_lost_in_rounding and updates[-1].is_lost_in_rounding
    assert "lost in the rounding of J" in str(updates[-1]).replace("\n", " ")
    leap = sc.Loss("w^4").descend(start=[10], rate=0.1, steps=2).updates[-1]          # a change that is huge beside J
    assert not leap.is_lost_in_rounding and leap.reading().endswith("take a smaller rate")


@pytest.mark.parametrize(("formula", "start", "rate", "missing"), [
    ("w^2", 1.3e154, 0.9, {"expected_change", "ratio"}),            # a product that is too large for a float
    ("w^2", 1, 0.1, set()),
])
def test_json_never_holds_what_is_not_finite(formula, start, rate, missing):
    u = sc.Loss(formula).descend(start=[start], rate=rate, steps=1).updates[0]
    data = u.as_dict()
    assert list(data) == ["k", "parameters", "J", "gradient", "expected_change", "actual_change", "ratio", "rate"]
    assert {name for name, value in data.items() if value is None} == missing
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert ("too large" in str(u)) == ("so there is no ratio" in str(u)) == bool(missing)


def test_where_no_change_is_expected_there_is_no_ratio():
    u = sc.Loss("w^2 + 0*v").descend(start={"w": 1e-170, "v": 1}, rate=0.1, steps=1, tolerance=0).updates[0]
    assert u.expected_change == 0 and math.isnan(u.ratio) and u.as_dict()["ratio"] is None
    assert str(u).endswith("No change was expected, so there is no ratio: along this step J is level at first.")


def test_sums_over_many_rows_are_moments():
    data = {"x": [1, -2, 3, 1, 1, 0], "y": [-1, 2, -6, -3, 1, 0]}
    run = sc.Loss("mean((y - w*x)^2)", columns="x y").descend(data, start=[-0.5], rate=0.125, steps=1)
    assert str(run.updates[0]) == MANY_ROWS


@pytest.mark.parametrize("update", [lambda: line_run().updates[0], lambda: negative_run().updates[0]])
@pytest.mark.parametrize("suffix", [".txt", ".md", ".html", ".tex", ".ipynb"])
def test_an_update_saves_like_anything(update, suffix, tmp_path):
    path = update().save(tmp_path / f"u{suffix}")
    assert "Update 1" in path.read_text(encoding="utf-8")


def test_a_hinge_is_worked_out_from_zero():
    hinge = sc.Loss("mean(max(0, 1 - y*(w*x + b)))")
    run = hinge.descend({"x": [1, 2, -1.5, 4], "y": [1, 1, -1, 1]}, start=[0, 0], rate=0.1, steps=1)
    assert "1/4 Σ {-yᵢ xᵢ if 1 - yᵢ (0 · xᵢ + 0) > 0; 0 otherwise}" in str(run.updates[0])


@pytest.mark.parametrize(("method", "rate", "blamed"), [
    ("momentum", 2.0, set(range(1, 15))), ("momentum", 0.3, set()), ("nesterov", 0.1, set()), ("adam", 0.3, set()), ("adamw", 0.3, set()),
])
def test_the_rate_is_blamed_only_where_no_speed_is_carried_too_far(method, rate, blamed):
    updates = sc.Loss("(w - 3)^2").descend(start=[0], rate=rate, steps=14, method=method).updates
    readings = {u.k: u.reading() for u in updates if u.expected_change < 0 < u.actual_change}
    assert blamed == {k for k, said in readings.items() if said.endswith("; take a smaller rate")}
    assert all(said.endswith("for what it carries along made the step so long") for k, said in readings.items() if k not in blamed)
    assert readings


def test_the_reading_of_a_ratio_does_not_hang_on_its_last_bit():
    readings = {sc.Loss("w^2").descend(start=[w], rate=0.1, steps=1).updates[0].reading() for w in (2.0, 3.0, 5.0, 0.7)}
    assert len(readings) == 1


def test_close_to_a_minimum_the_numbers_still_give_the_slope():
    run = sc.Loss("(w - 3)^2").descend(start=[0], rate=0.3, steps=20)
    shown = str(run.updates[-1])
    assert "2 (3 - 3)" not in shown
    value, slope = (line.split("= ")[1] for line in shown.splitlines()[4:6])
    left = float(value.split("(")[1].split(" -")[0])
    mantissa, power = slope.split(" · 10")
    plain = float(f"{mantissa}e{power.translate(str.maketrans('⁻⁰¹²³⁴⁵⁶⁷⁸⁹', '-0123456789'))}")
    assert 2 * (left - 3) == pytest.approx(plain, rel=1e-2)


def test_a_value_of_minus_one_is_seen_in_every_row():
    run = sc.Loss("mean((y - m*x)^2)").descend({"x": [1, 2], "y": [3, 5]}, start={"m": -1}, rate=0.1, steps=1)
    assert "(1 (3 - (-1) · 1) + 2 (5 - (-1) · 2))" in str(run.updates[0])
    assert "= -1 - 0.1 · (-18)" in str(run.updates[0])
