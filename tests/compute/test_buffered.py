"""Blocks of rows in buffers that are used again: the same sums as NumPy with whole arrays, and nothing is copied on the way."""

import math
import re
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import mpmath
import numpy as np
import pytest

import symcalc as sc
from symcalc.compute import generated, row_sums
from symcalc.compute.rows.buffered import Block, written_out
from symcalc.compute.statements import Value

RNG = np.random.RandomState(21)
LOGISTIC = sc.Loss("mean(ln(1 + exp(-y*(v*x1 + w*x2 + b))))")
DAMPED = sc.Loss("mean((y - (a*exp(-b*x)*cos(w*x + p) + c))^2)", parameters="a b w p c", columns="x y")
NETWORK = sc.mean_squared_error("y", sc.network("x1 x2", hidden=3))


def summed(terms):
    """The mean of the rows as exactly as it can be, and what its rounding is measured by."""
    return math.fsum(terms.astype(float)) / len(terms), math.fsum(np.abs(terms.astype(float))) / len(terms)


def logistic_rows(point, x1, x2, y):
    v, w, b = point
    z = -y * (v * x1 + w * x2 + b)
    small = np.exp(-np.abs(z))
    slope = -y * np.where(z >= 0, 1, small) / (1 + small)
    return np.maximum(z, 0) + np.log1p(small), slope * x1, slope * x2, slope


def damped_rows(point, x, y):
    a, b, w, p, c = point
    e, z = np.exp(-b * x), w * x + p
    r = y - (a * e * np.cos(z) + c)
    return (r * r, -2 * r * e * np.cos(z), 2 * r * a * x * e * np.cos(z), 2 * r * a * e * np.sin(z) * x,
            2 * r * a * e * np.sin(z), -2 * r)


def network_rows(point, x1, x2, y):
    units, b = np.reshape(point[:-1], (3, 4)), point[-1]            # v, w1, w2, c of each unit
    tanhs = [np.tanh(w1 * x1 + w2 * x2 + c) for _, w1, w2, c in units]
    r = y - (sum(v * t for (v, *_), t in zip(units, tanhs)) + b)
    slopes = [part for (v, *_), t in zip(units, tanhs) for inner in (-2 * r * v * (1 - t * t),)
              for part in (-2 * r * t, inner * x1, inner * x2, inner)]
    return r * r, *slopes, -2 * r


def columns(names, rows):
    data = {name: RNG.normal(size=rows) for name in names}
    return data | {"y": np.where(RNG.rand(rows) < 0.5, -1.0, 1.0)}


TASKS = {
    "logistic": (LOGISTIC, logistic_rows, ["x1", "x2"], [0.3, -0.2, 0.1]),
    "damped": (DAMPED, damped_rows, ["x"], [1.1, 0.4, 2.9, 0.1, 0.9]),
    "network": (NETWORK, network_rows, ["x1", "x2"], [0.5, 1.0, -2.0, 0.3, -0.7, 0.2, 0.9, -0.1, 1.5, -1.1, 0.4, 0.8, 0.05]),
}


@pytest.mark.parametrize("rows", [1, 2, 7, 1_025, 10_000, 10_001, 34_567])
@pytest.mark.parametrize("task", TASKS)
def test_sums_are_those_of_exact_addition(task, rows):
    loss, by_hand, names, point = TASKS[task]
    data = columns(names, rows)
    value, gradient = loss.compile(data)(point)
    exact = [summed(terms) for terms in by_hand(np.array(point, np.longdouble), **data)]
    for found, (true, size) in zip([value, *gradient], exact, strict=True):
        assert found == pytest.approx(true, rel=0, abs=1e-13 * size)


FORMULAS = {
    "mean(abs(y - (m*x + b)))": lambda m, b, x, y: np.abs(y - (m * x + b)),
    "mean(max(0, 1 - y*(m*x + b)))": lambda m, b, x, y: np.maximum(0, 1 - y * (m * x + b)),
    "mean(piecewise(((y - m*x)^2/2, abs(y - m*x) < b), (b*abs(y - m*x) - b^2/2, True)))":
        lambda m, b, x, y: np.where(np.abs(y - m * x) < b, (y - m * x)**2 / 2, b * np.abs(y - m * x) - b**2 / 2),
    "mean(logsumexp(m*x, b*y, 1)^2)": lambda m, b, x, y: np.log(np.exp(m * x) + np.exp(b * y) + np.e)**2,
    "mean(softplus(m*x) - y*(m*x + b) + sigmoid(-m*x)*b)":
        lambda m, b, x, y: np.logaddexp(0, m * x) - y * (m * x + b) + b / (1 + np.exp(m * x)),
    "mean(exp(1.05*(m*x + b*y + 0.5) + 1.0*m*x))": lambda m, b, x, y: np.exp(1.05 * (m * x + b * y + 0.5) + m * x),
    "mean(tanh((x*m - y)/(-3*b) - y - b*x + 2))": lambda m, b, x, y: np.tanh((x * m - y) / (-3 * b) - y - b * x + 2),
    "mean(cos(m*x)*sin(b*y)/(2 + sin(m*x)))": lambda m, b, x, y: np.cos(m * x) * np.sin(b * y) / (2 + np.sin(m * x)),
    "mean(sqrt(1 + (m*x)^2)*atan(b*x) + m^2)": lambda m, b, x, y: np.sqrt(1 + (m * x)**2) * np.arctan(b * x) + m**2,
    "mean(exp(-m*x^2)*cosh(y)^3*b)": lambda m, b, x, y: np.exp(-m * x**2) * np.cosh(y)**3 * b,
    "mean(ln(1 + exp(-(2y - 1)*(m*x + b)))*exp(x*y))":
        lambda m, b, x, y: np.logaddexp(0, -(2 * y - 1) * (m * x + b)) * np.exp(x * y),
}


@pytest.mark.parametrize("rows", [3, 20_011])
@pytest.mark.parametrize("formula", FORMULAS)
def test_value_and_slopes_are_those_of_whole_arrays(formula, rows):
    """Slopes against central differences of the plain formula over long doubles."""
    data, point = columns(["x"], rows), np.array([0.7, 0.4])
    f = sc.Loss(formula, columns="x y", parameters="m b").compile(data)
    assert "total = Total(sums, blocks, Buffers(" in f.source

    def plain(m, b):
        return np.mean(FORMULAS[formula](m, b, data["x"].astype(np.longdouble), data["y"].astype(np.longdouble)))

    value, gradient = f(point)
    assert value == pytest.approx(float(plain(*point.astype(np.longdouble))), rel=1e-12)
    for slope, step in zip(gradient, np.eye(2, dtype=np.longdouble) * 1e-6):
        difference = (plain(*(point + step)) - plain(*(point - step))) / 2e-6
        assert slope == pytest.approx(float(difference), rel=1e-6, abs=1e-6)


ACTIVATIONS = {"tanh": np.tanh, "sigmoid": lambda z: 1 / (1 + np.exp(-z)), "relu": lambda z: np.maximum(z, 0),
               "softplus": lambda z: np.logaddexp(0, z)}


@pytest.mark.parametrize("rows", [5, 10_003])
@pytest.mark.parametrize("inputs", ["x1", "x1 x2"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_units_of_a_layer_together_are_what_each_is_alone(activation, inputs, rows):
    """Against matrices; the slopes against central differences over long doubles."""
    names = inputs.split()
    data = columns(names, rows)
    loss = sc.mean_squared_error("y", sc.network(inputs, hidden=4, activation=activation))
    point = np.linspace(-1, 1.3, len(loss.parameters))
    matrix = np.stack([data[name] for name in names]).astype(np.longdouble)

    def plain(point):
        units = np.reshape(point[:-1], (4, len(names) + 2))                     # v, w1, ..., c of each unit
        layer = ACTIVATIONS[activation](units[:, 1:-1] @ matrix + units[:, -1:])
        return np.mean((data["y"] - (units[:, 0] @ layer + point[-1]))**2)

    f = loss.compile(data)
    value, gradient = f(point)
    assert value == pytest.approx(float(plain(point.astype(np.longdouble))), rel=1e-13)
    for k, slope in enumerate(gradient):
        step = 1e-7 * np.eye(len(point), dtype=np.longdouble)[k]
        assert slope == pytest.approx(float((plain(point + step) - plain(point - step)) / 2e-7), rel=1e-6, abs=1e-6)
    assert f.source.count("np.matmul(") == 1 and (activation != "tanh" or f.source.count("np.tanh(") == 1)


# Softplus and sigmoid from one exponential

@pytest.mark.parametrize("scale", [1e-8, 1.0, 30.0, 300.0, 1e4, 1e200])
@pytest.mark.parametrize("rows", [5, 3_000])
@pytest.mark.parametrize("sides", ["right", "wrong", "both"])
def test_logistic_loss_far_out(scale, rows, sides):
    """Where nearly every row is right the loss is tiny, and still has its digits; where it is wrong nothing overflows."""
    size = scale * (0.5 + RNG.rand(rows))
    z = {"right": -size, "wrong": size, "both": np.where(RNG.rand(rows) < 0.5, size, -size)}[sides]
    value, (slope,) = sc.Loss("mean(ln(1 + exp(w*x)))").compile({"x": z})([1.0])
    small = np.exp(-np.abs(z))
    true, _ = summed(np.maximum(z, 0) + np.log1p(small))
    true_slope, _ = summed(z * np.where(z >= 0, 1, small) / (1 + small))
    assert value == pytest.approx(true, rel=1e-13, abs=1e-300)
    assert slope == pytest.approx(true_slope, rel=1e-13, abs=1e-290)


@pytest.mark.parametrize("rows", [1, 2, 1_023, 1_024, 1_025, 4_001])
@pytest.mark.parametrize("shift", [-60.0, 0.0, 340.0, 690.0])
def test_softplus_sum(rows, shift):
    z = RNG.normal(0, 20, rows) + shift
    with np.errstate(over="ignore"):
        power = row_sums.limited_exp(z, np.empty(rows))
        found = row_sums.softplus_sum(z, power, 1 + power, np.empty(rows))
    with mpmath.workdps(30):
        true = float(mpmath.fsum(mpmath.log1p(mpmath.exp(u)) for u in z.tolist()))
    assert found == pytest.approx(true, rel=1e-14)


@pytest.mark.parametrize("rows", [1_025, 1_055, 10_000])
@pytest.mark.parametrize("size", [1e-16, 1e-9, 1e-4, 9e-4, 2e-3, 1e-2, 1.0, 44.0, 700.0])
def test_softplus_sum_has_its_digits_where_the_rows_are_all_of_one_size(rows, size):
    z = np.log(np.expm1(size * (0.9 + 0.2 * RNG.rand(rows)))) if size < 700 else np.full(rows, 705.0)
    with np.errstate(over="ignore"):
        power = row_sums.limited_exp(z, np.empty(rows))
        found = row_sums.softplus_sum(z, power, 1 + power, np.empty(rows))
    with mpmath.workdps(30):
        true = float(mpmath.fsum(mpmath.log1p(mpmath.exp(u)) for u in z.tolist()))
    assert found == pytest.approx(true, rel=2e-13)


@pytest.mark.parametrize("rows", [1_025, 2_000, 2_048, 10_001])
@pytest.mark.parametrize(("others", "one"), [
    (-5.0, 1_000.0), (-5.0, 699.9), (-5.0, 700.1), (-40.0, 1_000.0), (0.0, 710.0), (-800.0, 1e5), (-math.inf, 1e300),
    (20.0, 800.0), (-5.0, math.inf), (-5.0, math.nan), (-5.0, -math.inf), (-730.0, -745.0)])
def test_softplus_sum_of_rows_with_one_of_another_size(rows, others, one):
    for place in (7, rows - 1):
        z = np.full(rows, others)
        z[place] = one
        with np.errstate(over="ignore", invalid="ignore"):
            power = row_sums.limited_exp(z, np.empty(rows))
            found = row_sums.softplus_sum(z, power, 1 + power, np.empty(rows))
            expected = math.fsum(np.logaddexp(0, z))
        assert found == pytest.approx(expected, rel=1e-13, nan_ok=True)


def test_one_outlier_among_the_scores_counts_in_full():
    x, y = np.linspace(1, 2, 2_000), np.ones(2_000)
    x[7], y[7] = 2_000.0, -1.0
    value, (slope,) = sc.Loss("mean(ln(1 + exp(-y*w*x)))", parameters="w", columns="x y").compile({"x": x, "y": y})([1.0])
    assert value == pytest.approx(np.logaddexp(0, -y * x).mean(), rel=1e-13)
    assert slope == pytest.approx(np.mean(-y * x / (1 + np.exp(y * x))), rel=1e-13)


def test_one_exponential_serves_softplus_and_both_sigmoids():
    loss = sc.Loss("mean(softplus(m*x + b) + y*sigmoid(m*x + b)*sigmoid(-(m*x + b)))", columns="x y")
    source = loss.compile(columns(["x"], 40)).source
    assert source.count("limited_exp(") == 1 and "np.exp(" not in source


def test_what_is_not_a_number_stays_none():
    for z in (np.array([math.nan, 1.0]), np.array([math.nan, 1e4])):
        with np.errstate(over="ignore"):
            power = row_sums.limited_exp(z, np.empty(2))
        assert math.isnan(power[0]) and math.isnan(row_sums.softplus_sum(z, power, 1 + power, np.empty(2)))


# Buffers

@pytest.mark.parametrize(("task", "most"), [("logistic", 4), ("damped", 5), ("network", 2)])
def test_every_array_of_a_block_goes_to_one_of_few_buffers(task, most):
    loss, _, names, _ = TASKS[task]
    source = loss.compile(columns(names, 50)).source
    body = source.partition("    def sums(")[2].partition("        return ")[0].splitlines()[1:]
    made = [line for line in body if not re.search(r" = (product_sum|np\.add\.reduce)\(| = np\.dot\([mz]\d+, |= z\d+$", line)]
    assert made and all(re.search(r"out=[by]\d+\)", line) for line in made)
    assert len(set(re.findall(r"out=(b\d+)", source))) <= most


def test_a_buffer_is_free_only_when_its_array_is_not_needed_again():
    def array(name):
        return Value(name, array=True, moves=True)

    block = Block({"c0"}).add([
        (array("a0"), "np.exp(c0)", ""), (array("a1"), "a0 * p0", ""), (array("a2"), "a1 + a0", ""),
        (array("a3"), "(a0 + 1.0) * a2", ""), (Value("a4", moves=True, summed=True, total=True), "np.dot(a3, a1)", "")])
    c0, buffers = np.array([0.5, -1.0]), {f"b{k}": np.empty(2) for k in range(9)}
    names = {"np": np, "c0": c0, "p0": 3.0, "a4": 0.0, **buffers}
    for line in written_out(block.operations).lines:
        target, source = re.match(r"(\w+) = (.*?) +#", line).groups()
        function, given, out = re.match(r"(?:np\.)?(\w+)\((.*?)(?:, out=(\w+))?\)$", source).groups()
        inputs = [names[name] if name in names else float(name) for name in given.split(", ")]
        called = getattr(row_sums, function, None) or getattr(np, function)
        names[target] = called(*inputs, **({"out": names[out]} if out else {}))
    e = np.exp(c0)
    assert names["a4"] == pytest.approx(np.sum((e + 1) * (e * 3 + e) * (e * 3)))


def test_a_sum_of_a_thousand_terms_is_no_deeper_than_one_of_two():
    columns = [f"c{k}" for k in range(900)]
    source = " + ".join(f"c{k} * p{k}" for k in range(900))
    block = Block(set(columns)).add([(Value("a0", array=True, moves=True), source, "a long sum")])
    written = written_out(block.operations)
    assert len(written.lines) == 1799 and written.buffers == 2
    assert max(map(len, written.lines)) < 100


def test_threads_share_a_compiled_loss():
    data = columns(["x1", "x2"], 25_000)
    f = LOGISTIC.compile(data)
    points = RNG.normal(size=(60, 3))
    alone = [f(point) for point in points]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(f, points))
    for (value, slopes), (other, others) in zip(alone, together):
        assert value == other and slopes.tolist() == others.tolist()


@pytest.mark.parametrize("task", TASKS)
def test_what_the_data_alone_decide_is_the_same_kept_or_not(task, monkeypatch):
    loss, _, names, point = TASKS[task]
    data = columns(names, 25_000)
    value, slopes = loss.compile(data)(point)
    monkeypatch.setattr(generated, "_KEPT", 0)
    again, others = loss.compile(data)(point)
    assert value == again and slopes.tolist() == others.tolist()


@pytest.mark.parametrize("loss", [LOGISTIC, sc.Loss("mean((y - (v*x1 + w*x2 + b))^2)", columns="x1 x2 y")],
                         ids=["tape", "moments"])
def test_a_descent_over_many_rows_copies_no_column(loss):
    rows = 2_400_000
    data = columns(["x1", "x2"], rows)
    loss.descend({name: values[:50] for name, values in data.items()}, start=[0, 0, 0], rate=0.1, steps=1)
    tracemalloc.start()
    run = loss.descend(data, start=[0, 0, 0], rate=0.1, steps=2)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert run.nit == 2 and peak < 8 * rows                 # less than one column, of the three that there are


# Data that are not as they should be

GOOD = {"x1": np.linspace(-1, 1, 6), "x2": np.array([0.5, 1.5, -1.0, 2.0, 0.0, 1.0]), "y": np.array([-1.0, 1, -1, 1, 1, -1])}
REFUSED = {
    "lengths": ({"x2": np.zeros(5)}, "column y has 6 values and column x2 has 5; give one value per row in each"),
    "missing": ({"x2": None}, "the formula uses y, x1, x2; the data has x1, y"),
    "object": ({"x1": np.array([1, "a", 2, 3, 4, 5], dtype=object)}, "column x1 holds text or other objects"),
    "object of numbers": ({"x1": np.arange(6).astype(object)}, "column x1 holds text or other objects"),
    "complex": ({"x1": np.arange(6) + 0j}, "column x1 holds complex numbers"),
    "no rows": (dict.fromkeys(GOOD, np.zeros(0)), "the data has no data rows; give at least one"),
    "nan": ({"x1": np.array([0, 1, np.nan, 3, 4, 5])}, "column x1, row 3: the value is missing (nan)"),
    "inf": ({"y": np.array([0, 1, 2, 3, 4, -np.inf])}, "column y, row 6: -inf is not finite"),
    "too large": ({"x1": [10**400, 0, 0, 0, 0, 0]}, "column x1, row 1: the integer is too large"),
    "two dimensions": ({"x1": np.zeros((6, 1))}, r"column x1 is an array of shape (6, 1)"),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("use", [
    lambda data: LOGISTIC.compile(data), lambda data: LOGISTIC.descend(data, start=[0, 0, 0], rate=0.1, steps=2),
], ids=["compile", "descend"])
def test_bad_data_are_refused_in_one_sentence(case, use):
    change, sentence = REFUSED[case]
    data = {name: values for name, values in (GOOD | change).items() if values is not None}
    with pytest.raises(sc.DataError, match=re.escape(sentence)) as error:
        use(data)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("change", [np.arange(6), np.arange(6, dtype=np.uint8), np.arange(6) > 2, np.arange(6.0)[::-1],
                                    np.arange(6, dtype=np.float32), np.arange(6, dtype=">f8"), [0, 1, 2, True, 4.5, 5]],
                         ids=["int", "uint8", "bool", "backwards", "float32", "big-endian", "list"])
def test_whole_numbers_and_truth_are_numbers(change):
    data = GOOD | {"x1": change}
    value, gradient = LOGISTIC.compile(data)([0.3, -0.2, 0.1])
    rows = logistic_rows([0.3, -0.2, 0.1], **{name: np.array(values, dtype=float) for name, values in data.items()})
    assert [value, *gradient] == pytest.approx([terms.mean() for terms in rows], rel=1e-13)
    assert type(value) is float and gradient.dtype == np.float64
    assert LOGISTIC.descend(data, start=[0, 0, 0], rate=0.01, steps=3).success is not None


def test_one_row_is_enough():
    data = {name: values[:1] for name, values in GOOD.items()}
    run = LOGISTIC.descend(data, start=[0, 0, 0], rate=0.1, steps=5)
    assert run.nit == 5 and math.isfinite(run.fun)


@pytest.mark.parametrize(("loss", "start"), [(LOGISTIC, [0.3, -0.2, 0.1]), (DAMPED, [1.1, 0.4, 2.9, 0.1, 0.9])])
def test_huge_values_give_a_finite_answer_or_a_sentence(loss, start):
    data = {name: values.clip(-1, 1) * 1e308 if name.startswith("x") else values for name, values in GOOD.items()}
    data["x"] = data.pop("x1") if loss is DAMPED else data["x2"]
    run = loss.descend(data, start=start, rate=0.1, steps=3)
    assert math.isfinite(run.fun) or "has no finite value at the start" in run.message
    assert all(np.isfinite(run.history[name]).all() for name in run.parameters)


def test_the_row_of_a_failure_is_counted_from_the_first():
    x = np.ones(250_000)
    x[249_998] = -1.0
    run = sc.Loss("mean(ln(w*x))").descend({"x": x}, start=[1.0], rate=0.1, steps=2)
    assert "ln(w xᵢ) has no real value in row 249999 at w = 1" in run.message
