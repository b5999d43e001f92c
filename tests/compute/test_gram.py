"""The triangle of many rows, against exact arithmetic."""

import pickle
from fractions import Fraction

import numpy as np
import pytest

import symcalc as sc
from symcalc.compute.moments import gram
from symcalc.compute.moments.gram import Rows, closed, joined, triangle

ROWS = 2_500             # more than the few rows that come first
RNG = np.random.RandomState(6)
X, T, E, Z = RNG.normal(size=(4, ROWS))
RARE = np.zeros(ROWS)
RARE[[17, 1801, 2_499]] = 1.0, -2.0, 5.0
STEP = np.where(np.arange(ROWS) < 30, X, 3.0)

DATA = {
    "as they come": [X, T, X - 2 * T + E],
    "an offset": [X + 1e6, T - 1e6, 3 * X + E + 1e6],
    "scales": [1e-8 * X, 1e8 * T, X - T + E],
    "the ends of the floats": [1e-290 * X, 1e290 * T, X + E],
    "nearly collinear": [X, X + 1e-6 * T, X - T + E],
    "nearly collinear, in the order that mixes": [X, X + 1e-6 * T, T + E, Z],
    "in order": [np.sort(X), np.sort(X) ** 2, np.sort(X) ** 3],
    "a period": [np.arange(ROWS) % 2.0, np.arange(ROWS) % 4.0, X],
    "what few rows have": [X, RARE, STEP],
    "a heavy tail": [X / np.abs(T), T / np.abs(X) ** 2, E],
}
SINGULAR = {
    "a constant": [np.full(ROWS, 0.1), X, np.full(ROWS, 1e6)],
    "the same twice": [X, X, T],
    "a perfect fit": [X, T, 1 + 2 * X],
    "nothing": [np.zeros(ROWS), np.zeros(ROWS)],
}


def linear(columns):
    return triangle(Rows(columns=columns, rows=len(columns[0])), [(), *((k,) for k in range(len(columns)))])


def in_whole_numbers(column):
    """The values times a power of two, and that power."""
    ratios = [value.as_integer_ratio() for value in column.tolist()]
    unit = max(below for _, below in ratios)
    return [above * (unit // below) for above, below in ratios], unit


def exact(columns):
    """L and the squares of the pivots of the Gram matrix of 1 and the columns, in fractions: Φ = Q D Lᵀ."""
    whole = [in_whole_numbers(column) for column in (np.ones(len(columns[0])), *columns)]
    gram = [[Fraction(sum(map(int.__mul__, one, two)), unit * other) for two, other in whole] for one, unit in whole]
    size, rows, squares = len(whole), [], []
    for k in range(size):
        pivot = gram[k][k]
        row = [gram[k][j] / pivot if pivot else Fraction(0) for j in range(size)]
        rows.append(row)
        squares.append(pivot)
        gram = [[gram[i][j] - row[i] * row[j] * pivot for j in range(size)] for i in range(size)]
    return rows, squares


@pytest.mark.parametrize("columns", DATA.values(), ids=DATA)
def test_the_triangle_is_exact(columns):
    """Every entry, in units of what its column has beside the mean; what is left of a column by those before costs digits."""
    rows, squares = exact(columns)
    found = linear(columns).uncentred
    sizes = [1.0, *(np.abs(column - column.mean()).max() * ROWS ** 0.5 for column in columns)]
    slack = 0.0
    for k in range(len(rows)):
        pivot = abs(found[k, k])
        root = float(squares[k] / Fraction(pivot) ** 2)
        slack = max(slack, 1e-13 * float(Fraction(sizes[k]) / Fraction(pivot)))
        assert root == pytest.approx(1, abs=4 * slack + 1e-13)
        for j in range(k + 1, len(rows)):
            apart = Fraction(found[k, j]) / Fraction(found[k, k]) - rows[k][j]
            size = Fraction((1e-13 + slack) * sizes[j]) + abs(rows[k][j]) * Fraction(1e-14 * pivot)
            assert abs(apart) * Fraction(pivot) <= size


@pytest.mark.parametrize("columns", SINGULAR.values(), ids=SINGULAR)
def test_columns_that_depend_on_each_other(columns):
    """|R α|² is |Φ α|² for factors that leave something and for those that leave nothing."""
    found = linear(columns).uncentred
    whole = np.stack([np.ones(ROWS), *columns])
    sizes = np.linalg.norm(whole, axis=1)
    for factors in (*np.eye(len(whole)), *RNG.normal(size=(5, len(whole)))):
        assert np.linalg.norm(found @ factors) == pytest.approx(np.linalg.norm(factors @ whole), abs=1e-13 * (sizes @ np.abs(factors)))
    if columns[1] is X and columns[0] is X:
        assert np.linalg.norm(found @ [0, 1, -1, 0]) < 1e-13 * sizes[1]


@pytest.mark.parametrize("offset", [0.0, 1e3, 1e6])
@pytest.mark.parametrize("rows", [40, ROWS])
def test_an_offset_costs_no_digits_of_the_fitted_slope(offset, rows):
    x, y = X[:rows] + offset, (3 * X + E)[:rows] + offset
    slope = exact([x, y])[0][1][2]
    found = linear([x, y]).entries
    assert found[1, 2] / found[1, 1] == pytest.approx(float(slope), rel=1e-14)


def test_nearly_collinear_features_are_fitted_no_worse_than_by_lstsq():
    for near in (1e-3, 1e-6, 1e-9):
        columns = [X, X + near * T, T + near * E]
        y = X - T + 0.1 * E
        rows, _ = exact([*columns, y])
        best: list[Fraction] = []
        for k in (3, 2, 1, 0):                          # back substitution
            best.insert(0, rows[k][4] - sum((rows[k][j] * best[j - k - 1] for j in range(k + 1, 4)), Fraction(0)))
        best = np.array([float(value) for value in best])
        found = linear([*columns, y]).uncentred
        ours = np.linalg.solve(found[:4, :4], found[:4, 4])
        theirs = np.linalg.lstsq(np.stack([np.ones(ROWS), *columns]).T, y, rcond=None)[0]
        assert np.abs(ours - best).max() <= 4 * np.abs(theirs - best).max() + 1e-12 * np.abs(best).max()


@pytest.mark.parametrize("columns", [*DATA.values(), *SINGULAR.values()], ids=[*DATA, *SINGULAR])
def test_reflections_are_the_last_resort_and_say_the_same(columns, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(gram, "_reflected", None)
        fast = linear(columns).entries
    monkeypatch.setattr(gram, "_cholesky", lambda *_: (None, 0.0))
    slow = linear(columns).entries
    sizes = np.abs(slow).max(axis=0)
    fast, slow = (found / np.where(sizes, sizes, 1) for found in (fast, slow))
    assert np.abs(fast.T @ fast - slow.T @ slow).max() < 1e-13


def test_a_poor_sample_is_seen(monkeypatch):
    """Without the first triangle, the Gram matrix of nearly collinear columns has too small a pivot to be trusted."""
    columns, used = DATA["nearly collinear"], []
    monkeypatch.setattr(gram, "_unit", lambda entries: np.eye(len(entries)))
    monkeypatch.setattr(gram, "_reflected", lambda matrix, then=gram._reflected: used.append(1) or then(matrix))
    assert apart(linear(columns).entries, np.linalg.qr(np.stack([np.ones(ROWS), *columns]).T - [
        0.0, *linear(columns).centre], mode="r"))[1:].max() < 1e-9 and used


def apart(one, two):
    """How far two triangles are apart, row by row up to the sign, in units of the columns."""
    signs = np.sign(np.diagonal(one) * np.diagonal(two))[:, None]
    sizes = np.abs(one).max(axis=0)
    return np.abs(one - np.where(signs == 0, 1, signs) * two).max(axis=0) / np.where(sizes, sizes, 1)


PRODUCTS = closed([(0, 0, 1), (1, 1), (0,)])
PRODUCTS.sort(key=len)


@pytest.mark.parametrize("cuts", [[1_000], [1, 2, 5, 1_700], list(range(100, 2_500, 100))])
@pytest.mark.parametrize("functions", [[(), (0,), (1,), (2,)], [*PRODUCTS, (2,)]])
def test_parts_are_joined(cuts, functions):
    columns = [X + 50, T, X - T + E]
    whole = triangle(Rows(columns=columns, rows=ROWS), functions)
    parts = [triangle(Rows(columns=cut, rows=len(cut[0])), functions)
             for cut in zip(*(np.split(column, cuts) for column in columns))]
    found = joined([pickle.loads(pickle.dumps(part)) for part in parts])
    assert found.rows == ROWS and found.is_sound
    assert (apart(whole.entries, found.about(whole.centre)) < 1e-11).all()


def test_a_triangle_stands_in_the_place_of_the_rows():
    loss = sc.Loss("mean((y - (m*x + b))^4) + mean(x*y)*b", columns="x y")
    data = {"x": X + 7, "y": 2 * X + E}
    compiled = loss.compile(data)
    halves = [loss.table({name: column[part] for name, column in data.items()}) for part in (slice(900), slice(900, None))]
    over = pickle.loads(pickle.dumps(compiled.tape.over))
    again = compiled.on(joined([over(half) for half in halves]))
    for point in ([0.0, 0.0], [2.0, 1.0], [1.9, -14.0]):
        (value, gradient), (expected, slopes) = again(point), compiled(point)
        assert value == pytest.approx(expected, rel=1e-12) and gradient == pytest.approx(slopes, rel=1e-11)


@pytest.mark.parametrize(("scale", "sound"), [(1.0, True), (1e100, True), (1e200, False), (1e-200, False), (1e-100, True)])
def test_products_that_leave_the_floats_are_seen(scale, sound):
    found = triangle(Rows(columns=[X * scale], rows=ROWS), [(), (0,), (0, 0)])
    assert found.is_sound == sound
    loss = sc.Loss("mean((y - m*x)^4)", columns="x y")
    assert loss.compile({"x": X * scale, "y": E}).strategy == ("moments" if sound else "tape")


def test_what_overflows_when_it_is_centred_stays_with_the_rows():
    x = np.where(X > 0, 1.7e308, -1.7e308)
    compiled = sc.Loss("mean((y - m*x)^2)", columns="x y").compile({"x": x, "y": E})
    assert compiled.strategy == "tape" and compiled([0.0])[0] == pytest.approx(np.mean(E * E))


def test_letters_may_be_any_functions():
    found = triangle(Rows(columns=[X], rows=ROWS, worked_out=lambda columns: [np.exp(columns[0]), 2.5]), [(), (0,), (1,)])
    assert found.centre[1] == 2.5 and (found.entries[:, 2] == 0).all()
    assert found.uncentred[:2, :2] == pytest.approx(linear([np.exp(X)]).uncentred, rel=1e-13)
