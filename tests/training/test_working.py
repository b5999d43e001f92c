"""What is printed of a step is read back from the page and worked out again, by a small calculator that knows no symcalc."""

import math
import re

import numpy as np
import pytest
from calculator import equations, worked
from hypothesis import given, settings
from hypothesis import strategies as st

import symcalc as sc
from symcalc.training.methods import METHODS, method

FEW = {"x": [0, 1, 2], "y": [1.1, 2.9, 5.2]}
MANY = {"x": [0.5 * k for k in range(12)], "y": [1 + 0.7 * k + (-1) ** k / 5 for k in range(12)]}
HEAVY = method("heavy ball", "v = beta*v + g", "theta = theta - eta*v", beta=0.5)
OWN_RATE = ("newton", "line search", "backtracking")


def check(update):
    """Every side in numbers has the value of the last; the new parameters are those of the run. How many sides were checked."""
    found, new = 0, {}
    for left, *sides in equations(update):
        values = [value for value in map(worked, sides) if value is not None]
        assert worked(sides[-1]) is not None, (left, sides)
        # A new parameter is as good as its change.
        size = abs(values[-1]) if not left.strip().startswith("new") else abs(values[-1]) + 1
        assert values == pytest.approx([values[-1]] * len(values), abs=2e-3 * size), (left, sides)
        found += len(values) - 1
        if left.strip().startswith("new"):
            new[left.split()[-1]] = values[-1]
    after = {name: update.after[name] for name in new}
    assert new and new == pytest.approx(after, rel=1e-4, abs=1e-5)
    return found


def losses():
    yield "one, no data", sc.Loss("(w - 3)^2 + w^4/10"), None
    yield "two, no data", sc.Loss("(1 - u)^2 + 3*(v - u^2)^2"), None
    yield "one, few rows", sc.Loss("mean((y - w*x)^2)"), FEW
    yield "two, few rows", sc.mean_squared_error("y", sc.line("x")), FEW
    yield "one, many rows", sc.Loss("mean(exp(w*x) - w*x*y)"), MANY
    yield "two, many rows", sc.half_mean_squared_error("y", sc.line("x")), MANY


@pytest.mark.parametrize("name", [*METHODS, HEAVY], ids=str)
@pytest.mark.parametrize(("loss", "data"), [pytest.param(*case[1:], id=case[0]) for case in losses()])
def test_the_numbers_on_the_page_give_the_step(name, loss, data):
    rate = None if name in OWN_RATE else 0.02
    run = loss.descend(data, start=[0.3] * len(loss.names), rate=rate, steps=3, method=name)
    assert run.nit >= 1
    for update in run.updates:
        slopes = 0 if update.is_lost_in_rounding else check(update)
        assert slopes >= 2 or update.is_lost_in_rounding
        assert f"ratio = actual / expected = {update.ratio:.4g}: " in str(update).replace("\n", " ")


def test_the_calculator_finds_a_wrong_number():
    assert worked("-2/4 · (1 (3 - (-1) · 1) + 2²)") == -4 and worked("√(4 + 5) + √16 + 10⁻¹") == 7.1 and worked("m + 1") is None
    update = sc.Loss("(w - 3)^2").descend(start=[0], rate=0.1, steps=1).updates[0]
    assert check(update)
    object.__setattr__(update.run, "rates", update.run.rates * 1.1)
    with pytest.raises(AssertionError):
        check(update)


# By hand: J = w², w from 1, so g = 2w; three steps with the rate 0.1

ADAM = [
    {"v": 0.2, "s": 0.004, "v̂": 2, "ŝ": 4, "new w": 0.9},
    {"v": 0.36, "s": 0.007236, "v̂": 1.894737, "ŝ": 3.61981, "new w": 0.800412},
    {"v": 0.484082, "s": 0.00979140, "v̂": 1.786282, "ŝ": 3.267068, "new w": 0.701586},
]
TABLES = {
    "adam": ADAM,
    "momentum": [{"v": -0.2, "new w": 0.8}, {"v": -0.34, "new w": 0.46}, {"v": -0.398, "new w": 0.062}],
    "nesterov": [{"v": -0.2, "new w": 0.8}, {"w ahead": 0.62, "v": -0.304, "new w": 0.496},
                 {"w ahead": 0.2224, "v": -0.31808, "new w": 0.17792}],
    "adagrad": [{"s": 4, "new w": 0.9}, {"s": 7.24, "new w": 0.833103}, {"s": 10.01624, "new w": 0.780457}],
    "rmsprop": [{"s": 0.4, "new w": 0.683772}, {"s": 0.547018, "new w": 0.498871}, {"s": 0.591865, "new w": 0.369182}],
    "newton": [{"p": 1, "new w": 0.9}, {"p": 0.9, "new w": 0.81}, {"p": 0.81, "new w": 0.729}],
}


@pytest.mark.parametrize(("name", "table"), TABLES.items())
def test_three_steps_by_hand(name, table):
    run = sc.Loss("w^2").descend(start=[1], rate=0.1, steps=3, method=name)
    for update, by_hand in zip(run.updates, table, strict=True):
        shown = {left.strip(): worked(sides[-1]) for left, *sides in equations(update)}
        assert {letter: shown[letter] for letter in by_hand} == pytest.approx(by_hand, rel=1e-5)




def test_a_state_has_the_name_of_its_parameter():
    heavy = method("momentum", "v = beta*v - eta*g", "theta = theta + v", beta=0.9)
    run = sc.mean_squared_error("y", sc.line("x")).descend({"x": [1, 3], "y": [3, 5]}, start=[0, 0], rate=0.1, steps=2,
                                                           method=heavy)
    sides = {left.strip(): rest for left, *rest in equations(run.updates[1])}
    v_m = (run.points[1] - run.points[0])[0]
    assert sides["v_m"][0] == "β v_m - η ∂J/∂m" and sides["new m"][0] == "m + v_m"
    assert worked(sides["v_m"][1].split(" - ")[0]) == pytest.approx(0.9 * v_m)


@pytest.mark.parametrize(("suffix", "pieces"), [
    (".txt", ["v̂_m = v_m/(1 - β₁^k)", "v_m ← β₁ v_m"]), (".tex", [r"\hat{v}_{m} & = ", r"v_{m} & \leftarrow "]),
    (".md", [r"\hat{v}_{m} & = ", r"v_{m} & \leftarrow "]), (".html", ["←", "β", "^"]),
])
def test_the_letters_in_every_medium(suffix, pieces, tmp_path):
    written = line(rate=0.01, method="adam").updates[1].save(tmp_path / f"u{suffix}").read_text(encoding="utf-8")
    assert all(piece in written for piece in pieces)


# What holds for one step, in words

def line(**settings):
    data = MANY | {}
    return sc.mean_squared_error("y", sc.line("x")).descend(data, **({"start": [0, 0], "steps": 3} | settings))


def said(shown):
    return str(shown).replace("\n", " ")


def test_a_batch_names_its_rows():
    update = line(rate=0.01, batch=3, seed=2).updates[0]
    order = np.random.RandomState([2, 0]).permutation(12)[:3]
    a, b, c = sorted(order + 1)
    assert update.rows == (a, b, c) and f"rows {a}, {b} and {c}, so n = 3." in said(update)
    g = -2 / 3 * sum(MANY["x"][k] * MANY["y"][k] for k in order)
    assert update.gradient["m"] == pytest.approx(g) and update.as_dict()["rows"] == [a, b, c]
    whole = -2 / 12 * np.dot(MANY["x"], MANY["y"])
    assert f"goes by the slopes over all rows, ∂J/∂m = {whole:.6g} and" in said(update)
    assert update.expected_change == pytest.approx(np.dot(update.slopes_before, [update.after["m"], update.after["b"]]))
    assert "12 rows, rows" not in said(line(rate=0.01).updates[0])


def test_nesterov_takes_its_slope_ahead():
    update = line(rate=0.01, method="nesterov").updates[1]
    v = np.array([update.before["m"], update.before["b"]])
    assert update.taken_at == pytest.approx(1.9 * v)
    errors = np.array(MANY["y"]) - (1.9 * v[0] * np.array(MANY["x"]) + 1.9 * v[1])
    assert update.gradient["b"] == pytest.approx(-2 * errors.mean())
    assert update.as_dict()["slopes_at"]["m"] == pytest.approx(1.9 * v[0])
    assert "m ahead = m + β v_m" in str(update) and "where the step starts, ∂J/∂m = " in said(update)


def test_a_schedule_is_worked_out_for_its_update():
    update = line(rate="0.05/(1 + 0.5*k)").updates[2]
    assert ["0.05/(1 + 0.5k)", "0.05/(1 + 0.5 · 3)", "0.02"] in [sides for _, *sides in equations(update)]
    assert update.rate == update.as_dict()["rate"] == 0.02


def test_what_is_held_is_said_once_and_not_moved():
    run = line(rate=0.01, hold="m", start=[1, 0])
    assert said(run.updates[0]).count("m = 1 is held.") == 1 and "new m" not in str(run.updates[0])
    assert "- 1 · " in str(run.updates[0]) and "∂J/∂m" not in str(run) and said(run).count("m = 1 is held.") == 1


def test_coordinates_take_turns():
    updates = line(rate=0.01, method="coordinate descent").updates
    for update, moved, waiting in ((updates[0], "m", "b"), (updates[1], "b", "m")):
        assert f"It is the turn of {moved}; {waiting} stays for now." in said(update)
        assert f"new {moved}" in str(update) and f"new {waiting}" not in str(update)


def test_armijos_condition_is_shown_with_its_numbers():
    update = line(method="backtracking").updates[0]
    halvings = round(-math.log2(update.rate))
    assert f"The rate η = 1 is halved {halvings} times, until J falls by enough (Armijo's condition):" in said(update)
    after, bound = re.search("([0-9.]+) ≤ ([^=]*)=", said(update)).groups()
    square = float(update.slopes_before @ update.slopes_before)
    assert float(after) == pytest.approx(update.J_after, rel=1e-4)
    assert worked(bound.strip()) == pytest.approx(update.J_before - 1e-4 * update.rate * square, rel=1e-4)
    assert float(after) <= worked(bound.strip())


def test_an_exact_rate_is_shown_as_a_quotient():
    update = sc.Loss("3*(w - 2)^2").descend(start=[0], steps=1, method=_exactly(1 / 6)).updates[0]
    assert "η = ∇J·∇J/(∇J·∇²J ∇J)\n    = 144/864\n    = 0.166667" in str(update)


def _exactly(rate):
    """The line search, which finds this very rate at once, be it exact or not."""
    from dataclasses import replace

    from symcalc.training.methods import method_named
    return replace(method_named("line search"), rate=rate)


def test_newtons_step_solves_its_system():
    x = np.array(MANY["x"])
    update = line(method="newton").updates[0]
    matrix = 2 / 12 * np.array([[x @ x, x.sum()], [x.sum(), 12]])
    p = np.linalg.solve(matrix, update.slopes_before)
    rows = [row.split() for row in str(update).splitlines() if re.match("[mb] +[0-9]", row)]
    assert [float(cell) for row in rows for cell in row[1:]] == pytest.approx(
        [*matrix[0], update.slopes_before[0], p[0], *matrix[1], update.slopes_before[1], p[1]], rel=1e-4)


# The reading

READINGS = [
    # J = w² - 4 on a step that leads uphill, by a direction of its own
    ("theta = theta + eta*g", "w^2", 1, 0.1, "the step led uphill, against the gradient, and the cost rose by more than"),
    ("theta = theta + eta*g", "w", 1, 0.1, "the step led uphill, against the gradient, and the cost rose as the tangent promised"),
    ("theta = theta + eta*g", "sqrt(w)", 1, 1, "and the cost rose, though by less than the tangent promised"),
    ("theta = theta + eta*g", "w - w^2", 0, 2, "and yet the cost fell: the curve bends downwards behind the rise"),
    ("theta = theta - eta*p", "w - w^3", 1, 1, "as Newton's step makes for where the slope is 0, be it a maximum or a saddle, and the cost"),
    ("theta = theta", "w^2", 1, 0.1, "The step changed nothing, so there is no ratio."),
]


@pytest.mark.parametrize(("equation", "formula", "start", "rate", "words"), READINGS)
def test_a_step_that_is_not_down_the_gradient_is_read_as_it_is(equation, formula, start, rate, words):
    update = sc.Loss(formula).descend(start=[start], rate=rate, steps=1, method=method("own", equation)).updates[0]
    assert words in said(update)


def test_a_state_that_carries_on_uphill_is_read_as_such():
    run = sc.Loss("w^2").descend(start=[1], rate=0.1, steps=30, method="momentum")
    uphill = [update for update in run.updates if update.expected_change > 0]
    assert uphill and all("carries along from the steps before" in update.reading() for update in uphill)
    assert all("uphill" not in update.reading() for update in run.updates if update.expected_change < 0)


@settings(max_examples=60, deadline=None)
@given(a=st.floats(0.1, 10), c=st.integers(-50, 50), away=st.floats(0.5, 5), share=st.floats(0.05, 1.9))
def test_the_ratio_on_any_quadratic(a, c, away, share):
    """1 - ηκ/2, with κ = 2a; as exactly as J is known."""
    w, rate = sc.parameters("w"), share / (2 * a)
    update = sc.Loss(a * (w - c / 10)**2).descend(start=[c / 10 + away], rate=rate, steps=1).updates[0]
    assert update.ratio == pytest.approx(1 - rate * a, abs=1e-12)


# The page of a run

def test_the_page_has_the_equations_with_their_settings():
    page = str(line(rate=0.01, method="adam"))
    for piece in ("  v_m ← β₁ v_m + (1 - β₁) ∂J/∂m\n", "  v̂_m = v_m/(1 - β₁^k)\n", "  m ← m - η v̂_m/(√ŝ_m + ε)\n"):
        assert piece in page
    assert "with the rate η = 0.01, β₁ = 0.9, β₂ = 0.999 and ε = 10⁻⁸; v_m and s_m start at 0." in page.replace("\n", " ")
    assert page.index("v̂_m = ") < page.index("step  ")


def test_the_rate_has_a_column_where_it_changes():
    rows = [row.split() for row in str(line(rate="0.01/k")).splitlines() if re.match(" +[0-9] ", row)]
    assert [row[4] for row in rows] == ["-", "0.010000", "0.005000", "0.003333"]
    assert "η = 0.01/k" in str(line(rate="0.01/k")) and "  η  " not in str(line(rate=0.01))


def test_a_right_formula_in_another_form_is_the_derivative():
    J = sc.mean_squared_error("y", sc.line("x"))
    given_forms = {"m": "mean(-2*x*(y - m*x - b))", "b": "mean(y)"}
    run = J.compare_gradients(given_forms, FEW, start=[0, 0], steps=2).wrong
    assert "∂J/∂m = 1/n Σ" in str(run) and "g_b = 1/n Σ yᵢ" in str(run) and not run.by_gradient
    right = J.compare_gradients({"m": given_forms["m"]}, FEW, start=[0, 0], steps=2).wrong
    assert right.by_gradient and "g" not in [part.strip() for part in str(right).split("called")] and "called g" not in str(right)


def test_a_summary_says_where_the_run_went():
    run = line(rate=0.01, steps=5)
    summary = run.summary()
    cells = {row.split()[0]: row.split()[1:] for row in str(summary).splitlines() if row[:2] in ("m ", "b ", "J ")}
    assert float(cells["J"][1]) == pytest.approx(run.fun, rel=1e-4) and float(cells["m"][2]) == pytest.approx(run.x[0], rel=1e-4)
    ratios = [update.ratio for update in run.updates]
    assert summary.ratios == pytest.approx((min(ratios), max(ratios))) and summary.as_dict()["updates"] == 5


# The lesson's table: x = rand(30), y = 3 + 50 x + normal(0, 3, 30), seed 225; m = 43 held, b from 3, RSS, the rate 0.005

def test_the_lessons_table_to_step_15():
    random = np.random.RandomState(225)
    x = random.rand(30)
    y = 3 + 50 * x + random.normal(0, 3, 30)
    run = sc.residual_sum_of_squares("y", sc.line("x")).descend(
        {"x": x, "y": y}, start={"m": 43, "b": 3}, rate=0.005, steps=15, hold="m")
    b, lines = 3.0, [line.split() for line in str(run).splitlines() if re.match(" +[0-9]+ ", line)]
    for k in range(15):
        slope = -2 * sum(y[i] - (43 * x[i] + b) for i in range(30))
        assert run.points[k, 1] == pytest.approx(b, rel=1e-13) and run.gradients[k, 1] == pytest.approx(slope, rel=1e-11)
        b -= 0.005 * slope
        assert float(lines[k + 1][1]) == pytest.approx(b, rel=1e-5) and float(lines[k + 1][3]) == pytest.approx(slope, abs=0.005)
        assert lines[k + 1][-1] == "0.8500"
    assert f"{run.points[1, 1]:.4f} {run.gradients[0, 1]:.4f}" == "4.1638 -232.7607"
    assert check(run.updates[0]) >= 3 and "m = 43 is held." in str(run.updates[0])
