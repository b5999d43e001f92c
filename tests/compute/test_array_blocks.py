"""Whole arrays block by block: in buffers that are used again, the same as without blocks and as NumPy by hand."""

import resource

import numpy as np
import pytest

import symcalc as sc
from symcalc.compute.indexed import arrays, compiling
from symcalc.compute.indexed.blocks import ROWS, ArrayBlock, widened
from symcalc.compute.indexed.compiling import MOST_APART
from symcalc.compute.rows.buffered import Operation
from symcalc.compute.statements import Value

RANDOM = np.random.default_rng(12)
X1, X2, NOISE = RANDOM.normal(size=(3, 500))
DATA = {"x1": X1, "x2": X2, "y": X1 - np.sin(X2) + 0.1 * NOISE}
UNITS = 12
BENDS = {"tanh": (np.tanh, lambda z: 1 - np.tanh(z)**2), "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0) * 1.0),
         "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z: np.exp(-z) / (1 + np.exp(-z))**2),
         "softplus": (lambda z: np.log1p(np.exp(z)), lambda z: 1 / (1 + np.exp(-z)))}


@pytest.fixture(autouse=True)
def _in_arrays(monkeypatch):
    """Arrays also where one compiled loop could serve in their place."""
    monkeypatch.setattr("symcalc.compute.indexed.compiling.MOST_FUSED", MOST_APART)
    compiling._written.cache_clear()
    yield
    compiling._written.cache_clear()


def by_hand(activation, point, rows):
    bend, slope = BENDS[activation]
    v, W, c, b = point[:-1:4], point[:-1].reshape(UNITS, 4)[:, 1:3], point[3:-1:4], point[-1]
    inputs = np.stack([X1[:rows], X2[:rows]])
    z = W @ inputs + c[:, None]
    r = DATA["y"][:rows] - (v @ bend(z) + b)
    back = v[:, None] * slope(z) * r
    slopes = np.column_stack([bend(z) @ r, back @ inputs.T, back.sum(1)])
    return r @ r / rows, np.append(slopes.ravel(), r.sum()) * (-2 / rows)


@pytest.mark.parametrize("rows", [1, 64, 65, 500])
@pytest.mark.parametrize("activation", BENDS)
def test_blocks_are_what_the_rows_are_by_hand(activation, rows, monkeypatch):
    monkeypatch.setattr(arrays, "_ELEMENTS", 1)          # blocks of the fewest rows, 64
    f = sc.mean_squared_error("y", sc.network("x1 x2", hidden=UNITS, activation=activation)).compile(
        {name: column[:rows] for name, column in DATA.items()})
    for point in RANDOM.normal(size=(2, 4 * UNITS + 1)):          # twice, in the same buffers
        value, slopes = f(point)
        wanted, gradient = by_hand(activation, point, rows)
        np.testing.assert_allclose(value, wanted, rtol=1e-13)
        np.testing.assert_allclose(slopes, gradient, rtol=1e-11, atol=1e-13)
    assert f.strategy == "arrays" and "split(rows, 64" in f.source


@pytest.mark.parametrize("activation", ["tanh", "softplus"])
def test_every_array_over_the_rows_goes_to_a_buffer(activation):
    source = sc.mean_squared_error("y", sc.network("x1 x2", hidden=UNITS, activation=activation)).compile(DATA).source
    loop = source.partition("    def sums(")[2].partition("        return ")[0].splitlines()[1:]
    assert loop and all("out=b" in each or " = np.dot(" in each or " = np.add.reduce(" in each for each in loop)
    assert sum("np.exp" in each or "limited_exp" in each or "np.tanh" in each for each in loop) == 1
    # The offsets are a factor for a column of ones.
    assert "k0 = np.column_stack((p1, p2))" in source and "np.matmul(k0, m0, out=" in source


def test_what_the_data_alone_decide_is_put_together_block_by_block_where_it_is_much(monkeypatch):
    loss = sc.mean_squared_error("y", sc.network("x1 x2", hidden=UNITS))
    point = RANDOM.normal(size=4 * UNITS + 1)
    kept = loss.compile(DATA)(point)
    monkeypatch.setattr("symcalc.compute.generated._KEPT", 0)
    value, slopes = loss.compile(DATA)(point)
    assert value == kept[0] and (slopes == kept[1]).all()


def test_a_call_asks_for_no_memory(monkeypatch):
    monkeypatch.setattr("symcalc.compute.rows.total.cores", lambda: 1)          # a second thread has buffers of its own
    rows = 60_000
    data = {name: RANDOM.normal(size=rows) for name in DATA}
    f = sc.mean_squared_error("y", sc.network("x1 x2", hidden=UNITS)).compile(data).function
    point = RANDOM.normal(size=4 * UNITS + 1)
    for _ in range(3):
        f(point)
    asked = []
    for _ in range(6):                                   # the quietest, as other threads and the system ask for pages, too
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for _ in range(5):
            f(point)
        asked.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
    assert min(asked) < 100                              # a float of each row would be 117


SHAPES = [("np.dot(p1, c1)", (8, ROWS)), ("np.dot(p0, a0)", (ROWS,)), ("a0 * c0[None, :]", (8, ROWS)),
          ("np.dot(a0, c1.T)", (8, 3)),
          ("np.einsum('ab,cb->ac', a0, c1)", (8, 3)), ("np.einsum('ac,bc->abc', a0, c1)", (8, 3, ROWS)),
          ("np.add.reduce(a0, axis=0)", (ROWS,)), ("np.add.reduce(c0)", ()), ("p1[:, :, None] * c1[None, :, :]", (8, 3, ROWS)),
          ("np.where((a0 > 0.0), a0, p0[:, None])", (8, ROWS)), ("p0[:, None] * p0[:, None]", (8, 1)), ("2.0 * p3", ()),
          ("np.dot(p0, p0)", ()), ("np.dot(2.0, a0)", (8, ROWS)), ("-a0", (8, ROWS))]


@pytest.mark.parametrize("source, shape", SHAPES, ids=[source for source, _ in SHAPES])
def test_shapes_are_those_that_numpy_makes(source, shape):
    given = {"p0": (8,), "p1": (8, 3), "c0": (ROWS,), "c1": (3, ROWS), "a0": (8, ROWS)}
    block = ArrayBlock({"c0", "c1", "a0"}, shapes=dict(given))
    block.add([(Value("a9", array=True, moves=True), source, "")])
    assert block.shapes["a9"] == shape
    numbers = {name: np.ones([17 if length == ROWS else length for length in lengths]) for name, lengths in given.items()}
    found = eval(source, {"np": np, "p3": 1.0, **numbers})
    assert np.shape(found) == tuple(17 if length == ROWS else length for length in shape)


def test_an_offset_that_the_rows_decide_or_a_product_that_something_else_needs_is_left():
    dot = Operation("t0", "np.dot", ("p1", "c1"), "")
    for operations in ([dot, Operation("a1", "np.add", ("t0", "c0"), "")],
                       [dot, Operation("a1", "np.add", ("t0", "p2[:, None]"), ""), Operation("a2", "np.exp", ("t0",), "")],
                       [Operation("a0", "np.tanh", ("c0",), ""), replace_first(dot, "a0"),
                        Operation("a1", "np.add", ("t0", "p2[:, None]"), "")]):
        assert widened(operations, ["c1"]) == (operations, [])
    turned, found = widened([dot, Operation("a1", "np.add", ("p2[:, None]", "t0"), "")], ["c1"])
    assert [each.name for each in turned] == ["a1"] and found[0].line == "m0 = np.vstack((*c1, np.ones_like(c1[0])))"


def replace_first(operation, name):
    return Operation(operation.name, operation.function, (name, operation.operands[1]), operation.comment)
