"""The minimum by calculus, against NumPy's least squares, exact fractions, SciPy-free Newton in mpmath, and known points."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest

import symcalc as sc
from symcalc.errors import DescentError, LossError, ProofError
from symcalc.pages.notation import text
from symcalc.training.minima.least_squares import Rows, dependence, fitted
from symcalc.training.minima.normal_equations import normal_equations

RANDOM = np.random.RandomState(225)
X = RANDOM.rand(30)
TABLE = {"x": X, "y": 3 + 50 * X + RANDOM.normal(0, 3, 30)}
LINE = sc.mean_squared_error("y", sc.line("x"))


def loss(formula, columns="x y"):
    return sc.Loss(formula, columns=columns)


# Least squares

@pytest.mark.parametrize(("formula", "features"), [
    ("sum((y - (m*x + b))^2)", lambda x: [x, 1 + 0*x]),
    ("mean((m*x + b - y)^2)/2", lambda x: [x, 1 + 0*x]),
    ("mean((y - (b + m*(x - 3)))^2)", lambda x: [1 + 0*x, x - 3]),
    ("mean((y - m*x)^2)", lambda x: [x]),
    ("mean((y - (a + b*x + c*x^2 + d*x^3))^2)", lambda x: [1 + 0*x, x, x**2, x**3]),
    ("mean((y - (a*sin(3*x) + b*e^x))^2)", lambda x: [np.sin(3*x), np.exp(x)]),
    ("sum(x*(y - (m*x + b))^2)/7", lambda x: [np.sqrt(x)*x, np.sqrt(x)]),
])
def test_least_squares(formula, features):
    found = loss(formula).minimum(TABLE)
    weight = np.sqrt(X) if formula.startswith("sum(x*") else 1
    expected = np.linalg.lstsq(np.column_stack(features(X)), weight * TABLE["y"], rcond=None)[0]
    assert list(found.point.values()) == pytest.approx(expected, rel=1e-9)
    assert (found.kind, found.exact) == ("minimum", True)
    assert pytest.approx(loss(formula).compile(TABLE)(found.point)[0]) == found.J


@pytest.mark.parametrize("penalty", [0.1, 3])
def test_ridge(penalty):
    found = loss(f"mean((y - (m*x + b))^2) + {penalty}*m^2").minimum(TABLE)
    rows = np.vstack([np.column_stack([X, np.ones(30)]) / np.sqrt(30), [np.sqrt(penalty), 0]])
    right = np.append(TABLE["y"] / np.sqrt(30), 0)
    assert list(found.point.values()) == pytest.approx(np.linalg.lstsq(rows, right, rcond=None)[0], rel=1e-10)


@pytest.mark.parametrize("offset", [0, 1e3, 1e6])
def test_accurate_far_from_zero(offset):
    x, y = X + offset, TABLE["y"]
    n, xs, ys = len(x), list(map(Fraction, x)), list(map(Fraction, y))
    sxy, sx, sy, sxx = sum(a * b for a, b in zip(xs, ys)), sum(xs), sum(ys), sum(a * a for a in xs)
    slope = (n * sxy - sx * sy) / (n * sxx - sx ** 2)
    found = LINE.minimum({"x": x, "y": y})
    assert list(found.point.values()) == pytest.approx([float(slope), float((sy - slope * sx) / n)], rel=1e-8)
    assert ("lost in rounding" in " ".join(str(found).split())) is (offset == 1e6)


def test_random_problems_with_several_columns():
    random = np.random.default_rng(3)
    for features in (2, 3, 5):
        table = {f"x{k}": random.normal(size=40) * 10.0**k for k in range(features)} | {"y": random.normal(size=40)}
        formula = " + ".join(f"w{k}*x{k}" for k in range(features))
        found = sc.Loss(f"mean((y - ({formula} + b))^2)", columns=list(table)).minimum(table)
        design = np.column_stack([*(table[f"x{k}"] for k in range(features)), np.ones(40)])
        assert list(found.point.values()) == pytest.approx(np.linalg.lstsq(design, table["y"], rcond=None)[0], rel=1e-9)


# The derivation

@pytest.mark.parametrize(("formula", "columns", "equations", "solution"), [
    ("mean((y - (m*x + b))^2)", "x y", ["m Σ xᵢ² + b Σ xᵢ = Σ xᵢ yᵢ", "m Σ xᵢ + n b = Σ yᵢ"],
     ["m = (n Σ xᵢ yᵢ - (Σ xᵢ) Σ yᵢ)/(n Σ xᵢ² - (Σ xᵢ)²)", "b = (Σ yᵢ - m Σ xᵢ)/n"]),
    ("sum((y - m*x)^2)", "x y", ["m Σ xᵢ² = Σ xᵢ yᵢ"], ["m = (Σ xᵢ yᵢ)/(Σ xᵢ²)"]),
    ("mean((y - m)^2)", "y", ["n m = Σ yᵢ"], ["m = (Σ yᵢ)/n"]),
    ("mean((y - (a*x + c*w + b))^2)", "x y w", [
        "a Σ xᵢ² + c Σ wᵢ xᵢ + b Σ xᵢ = Σ xᵢ yᵢ", "a Σ wᵢ xᵢ + c Σ wᵢ² + b Σ wᵢ = Σ wᵢ yᵢ",
        "a Σ xᵢ + c Σ wᵢ + n b = Σ yᵢ"], []),
    ("mean((y - (a + b*x))^2)", "x y", ["n a + b Σ xᵢ = Σ yᵢ", "a Σ xᵢ + b Σ xᵢ² = Σ xᵢ yᵢ"],
     ["b = (n Σ xᵢ yᵢ - (Σ xᵢ) Σ yᵢ)/(n Σ xᵢ² - (Σ xᵢ)²)", "a = (Σ yᵢ - b Σ xᵢ)/n"]),
    ("mean((y - m*x)^2) + 2*m^2", "x y", ["m Σ xᵢ² + 2n m = Σ xᵢ yᵢ"], ["m = (Σ xᵢ yᵢ)/(Σ xᵢ² + 2n)"]),
    ("2*x^2 - 8*x", "", ["x = 2"], ["x = 2"]),
])
def test_normal_equations(formula, columns, equations, solution):
    found = normal_equations(loss(formula, columns))
    assert [f"{text(left)} = {text(right)}" for left, right in found.stages[-1].equations] == equations
    assert [f"{name} = {text(value)}" for name, value in found.solution] == solution


@pytest.mark.parametrize("formula", [
    "mean((y - m*x^k)^2)", "mean(abs(y - m*x))", "sum((y - m*b*x)^2)", "sqrt(sum((y - m*x)^2))"])
def test_no_normal_equations(formula):
    assert normal_equations(loss(formula)) is None


def test_a_wrong_stage_does_not_pass(monkeypatch):
    from symcalc.training.minima import linear_terms as module
    right = module._summed
    monkeypatch.setattr(module, "_summed", lambda term, total: right(2 * term, total))
    with pytest.raises(ProofError):
        normal_equations(LINE)


def test_the_whole_derivation_reads_as_on_paper():
    shown = str(LINE.minimum({"x": [30, 40, 100], "y": [45, 60, 150]}))
    parts = ["At the lowest point every slope is 0:", "-2/n Σ xᵢ (yᵢ - (m xᵢ + b)) = 0",
             "Divide by -2/n, which is not 0:", "Σ xᵢ yᵢ - m Σ xᵢ² - b Σ xᵢ = 0", "m Σ xᵢ² + b Σ xᵢ = Σ xᵢ yᵢ", "With the 3 rows of the data:",
             "12500m + 170b = 18750", "m = (3 · 18750 - 170 · 255)/(3 · 12500 - 170²)\n    = 1.5",
             "b = (255 - 1.5 · 170)/3\n    = 0", "the only one."]
    assert [shown.find(part) for part in parts] == sorted(shown.find(part) for part in parts) and shown.find(parts[0]) > 0


@pytest.mark.parametrize(("formula", "lines"), [
    ("-5w^2 - 30w + 4", ("-10w - 30 = 0", "Divide by -10, which is not 0:", "w + 3 = 0", "w = -3")),
    ("-5w^2 + 60w", ("-10w + 60 = 0", "Divide by -10, which is not 0:", "w - 6 = 0", "w = 6")),
    ("5w^2 + 60w", ("10w + 60 = 0", "Divide by 10, which is not 0:", "w + 6 = 0", "w = -6")),
])
def test_what_is_divided_by_takes_the_sign_with_it(formula, lines):
    shown = list(filter(None, map(str.strip, str(loss(formula, "").minimum()).splitlines())))
    assert [shown[shown.index(lines[0]) + k] for k in (0, 1, 2, 4)] == list(lines)


# Many minima

@pytest.mark.parametrize(("formula", "table", "blame"), [
    ("mean((y - (m*x + b))^2)", {"x": [3, 3, 3], "y": [1, 2, 4]}, "xᵢ = 3 in every row"),
    ("mean((y - (a*x + c*w + b))^2)", {"x": [1, 2, 4], "w": [3, 5, 9], "y": [1, 2, 4]}, "wᵢ = 2xᵢ + 1 in every row"),
    ("mean((y - (a*x + c*w))^2)", {"x": [1, 2, 4], "w": [2, 4, 8], "y": [1, 2, 5]}, "wᵢ = 2xᵢ in every row"),
    ("mean((y - (m*x + b))^2)", {"x": [2], "y": [3]}, "there is 1 row for 2 parameters"),
    ("mean((y - (m*x + b))^2)", {"x": [0, 0], "y": [3, 5]}, "xᵢ = 0 in every row, so that J does not depend on m"),
    ("mean((y - m*x)^2)", {"x": [0, 0], "y": [3, 5]}, "xᵢ = 0 in every row, so that J does not depend on m"),
])
def test_columns_to_blame(formula, table, blame):
    J = sc.Loss(formula, columns=list(table))
    found = J.minimum(table)
    names = [name for name in J.names if name != "b"]
    design = np.column_stack([{"m": table["x"], "a": table["x"], "c": table.get("w")}[name] for name in names]
                             + [np.ones(len(table["y"]))] * ("b" in J.names))
    assert list(found.point.values()) == pytest.approx(np.linalg.lstsq(design, np.array(table["y"], float), rcond=None)[0])
    assert found.kind == "one of many minima" and blame in " ".join(str(found).split())
    along = found.flat[0]
    assert found.distance(np.array(list(found.point.values())) + 5 * along) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("formula", ["mean((y - (m*x + b))^2)", "mean(y^2 - 2*y*(m*x + b) + (m*x + b)^2)"])
@pytest.mark.parametrize("offset", [1e13, 1e14])
def test_a_column_that_changes_in_its_last_digits_is_no_constant(formula, offset):
    """m and J by fractions: whole numbers about the offset, which floats have exactly."""
    x, y = [Fraction(v) for v in (1, 2, 4, 7)], [Fraction(v) for v in (2.5, 3.5, 8.25, 15)]
    spread, along = sum((u - sum(x) / 4)**2 for u in x), sum((u - sum(x) / 4) * (v - sum(y) / 4) for u, v in zip(x, y))
    found = sc.Loss(formula, columns="x y").minimum({"x": [offset + float(v) for v in x], "y": [*map(float, y)]})
    assert found.kind == "minimum" and found.point["m"] == pytest.approx(float(along / spread), rel=1e-12)
    least = (sum((v - sum(y) / 4)**2 for v in y) - along**2 / spread) / 4
    assert found.J == pytest.approx(float(least), rel=0.1)          # b has too few digits for more


def test_dependence_names_only_what_depends():
    random = np.random.default_rng(0).normal(size=(9, 2))
    matrix = np.column_stack([random, 3 * random[:, 0]])
    assert dependence(Rows(matrix=matrix, right=matrix[:, 0], features=None)) == pytest.approx({0: -3.0, 2: 1.0})
    assert dependence(Rows(matrix=random, right=matrix[:, 0], features=None)) is None
    assert not len(fitted(Rows(matrix=random, right=matrix[:, 0], features=None)).flat)


@pytest.mark.parametrize(("formula", "kind"), [
    ("(u - v)^2", "one of many minima"), ("-(u - v)^2", "one of many maxima"), ("(u - v)^2 - w^2", "one of many saddle points"),
    ("sum((y - m*x)^2) - 40*m^2", "maximum"), ("sum((y - m*x)^2) - 4*m^2", "minimum"),
])
def test_the_kind_of_a_quadratic(formula, kind):
    found = loss(formula, "x y" if "x" in formula else "").minimum(TABLE if "x" in formula else None)
    assert found.kind == kind and kind.split()[-1] in str(found)


# Without data

@pytest.mark.parametrize(("formula", "expected"), [
    ("2*x^2 - 8*x", [((2,), "minimum")]),
    ("-3*x^2 + 30*x", [((5,), "maximum")]),
    ("w^4 - 2*w^2", [((-1,), "minimum"), ((0,), "maximum"), ((1,), "minimum")]),
    ("w^3", [((0,), "inflection point")]),
    ("w^4", [((0,), "minimum")]),
    ("w^3/3 - 2*w", [((-(2**0.5),), "maximum"), ((2**0.5,), "minimum")]),
    ("w + 1/w", [((-1,), "maximum"), ((1,), "minimum")]),
    ("w - ln(w)", [((1,), "minimum")]),
    ("w/4 + 1/w^2", [((2,), "minimum")]), ("1/w^2 - 1/w^3", [((1.5,), "maximum")]),
    ("sqrt((a - 1)^2 + (b - a)^2)", [((1, 1), "minimum")]), ("e^(-a^2 - (b - 2)^2)", [((0, 2), "maximum")]),
    ("ln(1 + (a - 1)^2 + (b + a)^2)", [((1, -1), "minimum")]), ("sqrt(1 + a^2 - (b - 1)^2)", [((0, 1), "saddle point")]),
    ("w*ln(w)", [((np.exp(-1),), "minimum")]),
    ("w^5/5 - w^2 - w", None),
    ("(1 - u)^2 + 100*(v - u^2)^2", [((1, 1), "minimum")]),
    ("u^3 - 3*u*v + v^3", [((0, 0), "saddle point"), ((1, 1), "minimum")]),
    ("3*u*v", [((0, 0), "saddle point")]),
    ("u^4 + v^4 - 4*u*v", [((-1, -1), "minimum"), ((0, 0), "saddle point"), ((1, 1), "minimum")]),
    ("u^2 + u*v + v^2 - 3*v", [((-1, 2), "minimum")]),
    ("u^2*v + v^2 - v", [((-1, 0), "saddle point"), ((0, 0.5), "minimum"), ((1, 0), "saddle point")]),
    ("(u - 1)^2 + (v - 2)^2 + 3*(w - u)^2", [((1, 2, 1), "minimum")]),
])
def test_stationary_points(formula, expected):
    found = loss(formula, "").minimum()
    points = sorted((point.values, point.kind) for point in found.points)
    if expected is None:                 # no formula for the roots: mpmath's instead
        roots = sorted(float(root.real) for root in mpmath.polyroots([1, 0, 0, -2, -1], maxsteps=200, extraprec=200)
                       if abs(root.imag) < 1e-12)
        assert [values[0] for values, _ in points] == pytest.approx(roots) and len(points) == len(roots)
        return
    assert [kind for _, kind in points] == [kind for _, kind in expected]
    assert [values for values, _ in points] == [pytest.approx(values, abs=1e-12) for values, _ in expected]
    assert found.exact


@pytest.mark.parametrize(("formula", "sentence"), [
    ("u^2 + ln(v)*0", "no value at the point that makes every slope 0, at u = 0, v = 0"),
    ("u^2 + exp(v*0 + 1000)", "is above 1.8 · 10³⁰⁸, where numbers end, at"), ("e^w", "no lowest point"), ("u + 2*v", "no lowest point"), ("w^3 + w", "no lowest point"), ("w", "no lowest point"),
    ("sin(w)", "no closed form here: sines and cosines repeat, .* give a point"),
    ("e^w - 2*w^2", "no closed form here; give a point"), ("abs(w)", "lowest at a bend, as that of .w. may be"),
    ("(a*b - 1)^2", "all along a b - 1 = 0"), ("(a + b - 1)^4", "all along a \\+ b - 1 = 0"),
    *((outer, "no closed form") for outer in ("ln(a^2 + b^2)", "sqrt(a^2 + b^2 - 1)", "e^(a^2 + b^2 + 1000)")), ("(1 + w)^900 - w", "no closed form"),
    ("(u + v)^5 + u", "no lowest point"), ("u^4 + (u + v)^6 - u*v", "no closed form"),
])
def test_no_point_to_find(formula, sentence):
    with pytest.raises(LossError, match=sentence):
        loss(formula, "").minimum()


def test_the_lowest_minimum_and_the_distance_to_the_nearest():
    found = loss("w^4 - 2*w^2 + w/4", "").minimum(near=[0])
    assert found.point["w"] == pytest.approx(min(np.roots([4, 0, -4, 0.25]).real), rel=1e-12)
    assert loss("w^4 - 2*w^2", "").minimum().distance({"w": 0.75}) == 0.25
    assert LINE.minimum(TABLE).distance(LINE.minimum(TABLE).point) == 0


@pytest.mark.parametrize("outer", ["sqrt", "ln", "exp"])
def test_what_rises_with_a_quadratic_is_least_where_that_is(outer):
    found = loss(f"{outer}(mean((y - (m*x + b))^2))").minimum(TABLE)
    below = LINE.minimum(TABLE)
    assert (found.point, found.kind, found.exact) == (below.point, "minimum", True)
    assert pytest.approx({"sqrt": np.sqrt, "ln": np.log, "exp": np.exp}[outer](below.J), rel=1e-14) == found.J
    shown = " ".join(str(found).split())
    assert "rises with what stands inside it, K" in shown and "K curves upwards" in shown and "J curves" not in shown
    slopes = loss(f"{outer}(mean((y - (m*x + b))^2))").compile(TABLE)(found.point)[1]
    assert np.abs(slopes / found.J).max() < 1e-10


@pytest.mark.parametrize(("formula", "table"), [
    ("(a + b - 1)^2", None), ("(w^2 - 2)^2", None), ("(u^2 - 3)^2 + (v - u)^2", None),
    ("sum((y - (m*x + b))^2)", {"x": [0.1, 0.2, 0.7], "y": [0.3, 0.5, 1.5]}),
])
def test_a_cost_of_0_is_0(formula, table):
    found = loss(formula, "x y" if table else "").minimum(table)
    assert found.J == 0 and "10⁻" not in str(found) and "e-" not in str(found)


@pytest.mark.parametrize(("formula", "table", "once"), [
    ("u^2 - v^2", None, ["u = 0", "v = 0"]),
    ("(a + b - 1)^2", None, ["2 (a + b - 1) = 0", "a + b = 1", "Of the points at which that holds, the nearest to 0:"]),
    ("(a + 4)^2 + (b - 1)^2 + (c - a)^2", None, ["Solved for a, b and c:"]),
    ("mean((y - (m*x + b))^2)", {"x": [1, 1], "y": [2, 4]}, ["2m + 2b = 6"]),
    ("mean((y - (a + b*x + c*x^2))^2)", {"x": [1, 2, 3, 5], "y": [1, 2, 4, 1]}, ["Solved for a, b and c:"]),
])
def test_nothing_is_said_twice(formula, table, once):
    lines = [line.strip() for line in str(loss(formula, "x y" if table else "").minimum(table)).splitlines()]
    assert [lines.count(line) for line in once] == [1] * len(once)


def test_one_order_of_n_and_the_parameter():
    shown = str(loss("mean((y - (m*x + b))^2) + 0.1*m^2").minimum(TABLE))
    assert shown.count("0.1n m") == 3 and "0.1m n" not in shown


# By numbers

def test_logistic_loss_from_near():
    table = {"x": [1.0, 2, 3, 4, 5, 6], "y": [0.0, 0, 1, 0, 1, 1]}
    found = loss("mean(softplus(w*x + b) - y*(w*x + b))").minimum(table, near={"w": 0, "b": 0})

    def slopes(w, b):
        errors = [1 / (1 + mpmath.exp(-(w * x + b))) - y for x, y in zip(table["x"], table["y"])]
        return [sum(e * x for e, x in zip(errors, table["x"])), sum(errors)]

    assert list(found.point.values()) == pytest.approx(list(map(float, mpmath.findroot(slopes, (1, -4)))), rel=1e-9)
    assert (found.kind, found.exact) == ("minimum", False) and "without a closed form" in " ".join(str(found).split())


@pytest.mark.parametrize(("formula", "columns", "table", "near"), [
    ("mean(softplus(w*x + b) - y*(w*x + b))", "x y", {"x": [1, 2, 3, 4], "y": [0, 0, 1, 1]}, [0, 0]),      # separable
    ("mean(abs(y - w))", "y", {"y": [1, 2, 4]}, [0]),
    ("e^(-w^2)*w^7 + ln(1 + e^w)", "", None, [-40]),
])
def test_newton_says_so_where_it_does_not_arrive(formula, columns, table, near):
    why = "lowest at a bend" if "abs" in formula else "start closer"
    with pytest.raises(LossError, match=f"does not come to rest where every slope is 0: .*{why}"):
        loss(formula, columns).minimum(table, near=near)


@pytest.mark.parametrize(("formula", "words"), [
    ("e^u - u + e^v - v", "The eigenvalues of the Hessian are 1 to 1"),
    ("e^u - u + e^(v/10^6) - v/10^6", "each parameter in units in which its own second derivative is 1 or -1, are 1 to 1"),
])
def test_eigenvalues_are_those_by_which_the_kind_is_told(formula, words):
    found = loss(formula, "").minimum(near=[0.01, 0.01])
    assert found.kind == "minimum" and words in " ".join(str(found).split())


def test_a_trial_step_to_slopes_whose_squares_are_no_floats_warns_of_nothing():
    found = loss("e^u - u + e^v - v", "").minimum(near=[-6, -6])               # first tried: 396 for both
    assert list(found.point.values()) == pytest.approx([0, 0], abs=1e-9)


def test_a_sum_over_rows_without_columns():
    found = loss("sum((w - 3)^2)", "").minimum({"x": [1, 2]})
    assert found.point == {"w": 3} and found.J == 0


def test_what_near_may_be():
    with pytest.raises(DescentError):
        loss("sin(w)", "").minimum(near={"v": 1})
    assert loss("sin(w)", "").minimum(near=[2]).kind == "maximum"
    assert "every slope here is 0" in str(loss("(a*b - 1)^2", "").minimum(near=[1, 1]))
    assert loss("cos(u)*cos(v)", "").minimum(near=[1.5, 1.6]).kind == "saddle point"


def test_plain_data():
    data = LINE.minimum(TABLE).as_dict()
    assert data["kind"] == "minimum" and data["exact"] is True and set(data["parameters"]) == {"m", "b"}
    assert repr(loss("2*x^2 - 8*x", "").minimum()) == "<minimum of J(x): x = 2, J = -8>"
    assert sc.Minimum.__name__ == "Minimum" and "\\sum" in LINE.minimum(TABLE)._repr_mimebundle_()["text/latex"]
