"""Faults in every way to compute a loss, its gradient and its descent, each against NumPy written out by hand."""

from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec

import numpy as np

import symcalc as sc
from symcalc.compute import estimate
from symcalc.compute.fused import loops as fused
from symcalc.compute.loops import recurrence
from symcalc.compute.loops.steps import Letters, Steps
from symcalc.training.methods import COUNTED, RATE, SLOPE, THETA, method_named
from symcalc.written import derivative_of

from .planting import Check, Fault, changed, rewritten

ROWS = 21_000                        # more than one block, and a rest
RANDOM = np.random.RandomState(11)
DATA = {name: RANDOM.normal(1, 2, ROWS) for name in ("x", "y", "z")} | {"c": RANDOM.choice([0.0, 1.0], ROWS)}
FEATURES = RANDOM.normal(size=(600, 12))
Numbers = tuple[float, np.ndarray]


def short(rows: int) -> dict[str, np.ndarray]:
    return {name: column[:rows] for name, column in DATA.items()}


def same(found: Numbers, wanted: Numbers, digits: int = 11) -> None:
    value, slopes = wanted
    assert abs(found[0] - value) <= 10.0**-digits * max(1, abs(value))
    assert np.allclose(found[1], slopes, rtol=10.0**-digits, atol=10.0**-digits * np.abs(slopes).max())


# One way each: what symcalc gives, and NumPy

def in_floats() -> None:
    f = sc.Loss("(1 - u)^2 + (v - u^2)^3 + max(u, v)*min(u, v, 3) + piecewise((u, v < 0), (2*v, v < 1), (3*u*v, True))",
                parameters="u v").compile()
    assert f.strategy == "scalar"
    for u, v in ((1.5, 0.5), (0.25, 2.0), (0.5, -1.0)):
        case = (u, 1.0, 0.0) if v < 0 else (2 * v, 0.0, 2.0) if v < 1 else (3 * u * v, 3 * v, 3 * u)
        same(f([u, v]), ((1 - u)**2 + (v - u**2)**3 + u * v + case[0], np.array([
            -2 * (1 - u) - 6 * u * (v - u**2)**2 + v + case[1], 3 * (v - u**2)**2 + u + case[2]])), 13)


def in_moments() -> None:
    for rows in (500, ROWS):
        f = sc.Loss("mean((y - (m*x + b))^2) + sum(m*x)/n^2", columns="x y").compile(short(rows))
        assert f.strategy == "moments"
        x, y = DATA["x"][:rows], DATA["y"][:rows]
        r = y - (0.7 * x - 0.4)
        same(f([0.7, -0.4]), (np.mean(r**2) + 0.7 * x.sum() / rows**2, np.array(
            [-2 * np.mean(r * x) + x.sum() / rows**2, -2 * np.mean(r)])))


def in_moments_of_many() -> None:
    names = [f"x{k}" for k in range(12)]
    y = FEATURES @ np.arange(12.0) + 1
    f = sc.mean_squared_error("y", sc.linear(names)).compile({**dict(zip(names, FEATURES.T)), "y": y})
    assert type(f.tape).__name__ == "Packed"
    at = np.linspace(-1, 1, 13)
    r = y - FEATURES @ at[:-1] - at[-1]
    same(f(at), (np.mean(r**2), np.append(-2 / 600 * FEATURES.T @ r, -2 * np.mean(r))))


def _logistic(x: np.ndarray, z: np.ndarray, c: np.ndarray, v: float, w: float, b: float) -> Numbers:
    s = v * x + w * z + b
    p = 1 / (1 + np.exp(-s)) - c
    return np.mean(np.log1p(np.exp(s)) - c * s), np.array([np.mean(p * x), np.mean(p * z), np.mean(p)])


_LOGISTIC = sc.Loss("mean(ln(1 + exp(v*x + w*z + b)) - c*(v*x + w*z + b))", columns="x z c", parameters="v w b")
_AT = (0.3, -0.2, 0.1)


def over_rows() -> None:
    data = short(700)
    f = _LOGISTIC.compile(data)
    assert f.strategy == "tape"
    same(f(_AT), _logistic(data["x"], data["z"], data["c"], *_AT))
    g = sc.Loss("sum(exp(m*x)) + sum(m*m)", columns="x").compile(short(7))
    x = DATA["x"][:7]
    same(g([0.3]), (np.exp(0.3 * x).sum() + 0.63, np.array([(x * np.exp(0.3 * x)).sum() + 4.2])))


def in_blocks() -> None:
    data = {name: np.resize(values, 210_003) for name, values in DATA.items()}
    f = _LOGISTIC.compile(data)
    assert f.strategy == "tape"
    same(f(_AT), _logistic(data["x"], data["z"], data["c"], *_AT))


def _network(units: int, rows: int) -> Numbers:
    """The mean squared error of a network of two columns, from -1 to 1 in its parameters."""
    X, y = np.column_stack([DATA["x"], DATA["z"]])[:rows], DATA["y"][:rows]
    at = np.linspace(-1, 1, 4 * units + 1)
    v, w, u, c = at[:-1].reshape(units, 4).T
    H = np.tanh(X @ np.array([w, u]) + c)
    r = y - (H @ v + at[-1])
    G = -2 / rows * (r[:, None] * v) * (1 - H * H)
    slopes = np.column_stack([-2 / rows * r @ H, G.T @ X, G.sum(0)]).ravel()
    return np.mean(r**2), np.append(slopes, -2 * np.mean(r))


def in_matrices() -> None:
    f = sc.mean_squared_error("y", sc.network(["x", "z"], hidden=3)).compile(DATA)
    assert f.strategy == "tape" and "np.matmul(" in f.source
    same(f(np.linspace(-1, 1, 13)), _network(3, ROWS))


def in_parts() -> None:
    import dask
    import dask.array as da
    with dask.config.set(scheduler="synchronous"):
        f = _LOGISTIC.compile({name: da.from_array(values, chunks=270) for name, values in short(700).items()})
        assert f.strategy == "parts"
        same(f(_AT), _logistic(*(DATA[name][:700] for name in "xzc"), *_AT))
        line = sc.Loss("mean((y - m*x)^2)", columns="x y").compile(
            {name: da.from_array(values, chunks=270) for name, values in short(700).items()})
        x, y = DATA["x"][:700], DATA["y"][:700]
        assert line.strategy == "moments"
        same(line([0.4]), (np.mean((y - 0.4 * x)**2), np.array([-2 * np.mean((y - 0.4 * x) * x)])))


def compiled_by_llvm() -> None:
    f = fused.gradient(_LOGISTIC.compile(DATA))
    assert f.strategy == "fused"
    same(f(_AT), _logistic(DATA["x"], DATA["z"], DATA["c"], *_AT))


def softplus_by_llvm() -> None:
    """Where a softplus alone is summed, one logarithm serves many rows."""
    signs = 2 * DATA["c"] - 1
    f = fused.gradient(sc.Loss("mean(ln(1 + exp(-c*(v*x + b))))", columns="x c", parameters="v b").compile(
        {"x": DATA["x"], "c": signs}))
    z = -signs * (0.3 * DATA["x"] + 0.1)
    p = -signs / (1 + np.exp(-z))
    same(f([0.3, 0.1]), (np.mean(np.logaddexp(0, z)), np.array([np.mean(p * DATA["x"]), np.mean(p)])))


# Of many numbers side by side: the formula in w and x, and it in NumPy
_KERNELS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "exp": np.exp, "log": lambda u: np.log(1 + u * u), "tanh": np.tanh, "sin": np.sin, "cos": np.cos, "tan": np.tan,
    "softplus": lambda u: np.logaddexp(0, u), "sigmoid": lambda u: 1 / (1 + np.exp(-u)),
    "logsumexp": lambda u: np.logaddexp(u, 0.3), "softmax": lambda u: 1 / (1 + np.exp(u - 0.3)),
    "sign": np.sign, "step": lambda u: (np.sign(u) + 1) / 2,
}
_TYPED = {"log": "ln(1 + (w*x)^2)", "logsumexp": "logsumexp(w*x, 0.3)", "softmax": "softmax(2, w*x, 0.3)"}


def kernel(name: str) -> None:
    """Values only: a function and its slope are alike in what they call."""
    x = DATA["x"][:200]
    loss = sc.Loss(f"sum(x^2*{_TYPED.get(name, f'{name}(w*x)')})", columns="x", parameters="w")
    f = fused.gradient(loss.compile({"x": x}))
    wanted = np.sum(x**2 * _KERNELS[name](0.7 * x))
    assert abs(f([0.7])[0] - wanted) <= 1e-13 * np.sum(np.abs(x**2 * _KERNELS[name](0.7 * x)))


def _walk(slope: Callable[[np.ndarray], np.ndarray], start: tuple[float, ...], rate: float, steps: int) -> np.ndarray:
    """Momentum by hand."""
    at, speed = np.array(start), np.zeros(len(start))
    for _ in range(steps):
        speed = 0.9 * speed - rate * slope(at)
        at = at + speed
    return at


def loop_in_python() -> None:
    loss = sc.Loss("(1 - u)^2 + 5*(v - u^2)^2", parameters="u v")
    run = loss.descend(start=[-0.5, 1.0], rate=0.001, steps=50, method="momentum")
    wanted = _walk(lambda p: np.array([-2 * (1 - p[0]) - 20 * p[0] * (p[1] - p[0]**2), 10 * (p[1] - p[0]**2)]),
                   (-0.5, 1.0), 0.001, 50)
    assert np.allclose(run.x, wanted, rtol=1e-12)
    held = loss.descend(start=[-0.5, 1.0], rate=0.001, steps=50, hold="v").x
    assert held[1] == 1.0 and np.isclose(held[0], _descended(50), rtol=1e-12)


def _descended(steps: int) -> float:
    u = -0.5
    for _ in range(steps):
        u -= 0.001 * (-2 * (1 - u) - 20 * u * (1 - u * u))
    return u


def loop_by_llvm() -> None:
    loss, data, method = _LOGISTIC, short(700), method_named("momentum")
    steps = Steps(compiled=loss.compile(data), slopes=[derivative_of(loss.symbol, one) for one in loss.parameters],
                  moving=[0, 1, 2], equations=method.equations, settings=method.settings,
                  letters=Letters(theta=THETA, slope=SLOPE, rate=RATE, counted=COUNTED, state=method.state))
    value, slopes = steps.compiled.at(np.array(_AT))
    kept: list[np.ndarray] = []
    fused.loop(steps)(np.array([*_AT, value, *slopes, 0, 0, 0, np.nan]), np.full(20, 0.1), 1, kept.append)
    wanted = _walk(lambda p: _logistic(data["x"], data["z"], data["c"], *p)[1], _AT, 0.1, 20)
    assert kept[0].shape[0] == 20 and np.allclose(kept[0][-1][:3], wanted, rtol=1e-10)


def in_arrays() -> None:
    f = sc.mean_squared_error("y", sc.network(["x", "z"], hidden=30)).compile(short(300))
    assert f.strategy == "arrays"
    same(f(np.linspace(-1, 1, 121)), _network(30, 300), 10)


def at_many_points() -> None:
    f = _LOGISTIC.compile(short(700))
    points = np.random.RandomState(2).normal(size=(9, 3)) / 3
    values, slopes = f.across(points)
    for k, at in enumerate(points):
        same((values[k], slopes[k]), _logistic(*(DATA[name][:700] for name in "xzc"), *at))


def side_by_side(name: str) -> None:
    """Many starts at once, in NumPy or as one loop by LLVM, by a method that counts its updates."""
    starts = np.random.RandomState(4).normal(size=(100, 2))
    loss = sc.Loss("(1 - u)^2 + 5*(v - u^2)^2", parameters="u v")
    by_llvm, name = name.startswith("llvm"), name.split()[-1]
    estimate.COMPILING, kept = (-np.inf if by_llvm else np.inf), estimate.COMPILING
    try:
        runs = loss.sweep(starts=starts, rates=[0.01], methods=[name], steps=30)
    finally:
        estimate.COMPILING = kept
    for k in (0, 7, 99):
        single = loss.descend(start=starts[k], rate=0.01, method=name, steps=30, callback=lambda result: None)
        assert np.allclose([*runs.ends[k].x], single.x, rtol=1e-10)


def by_recurrence() -> None:
    run = sc.Loss("(u - 2)^2 + 10*(v - 1)^2 + u*v", parameters="u v").descend(start=[0, 0], rate=0.002, steps=900, tolerance=0)
    matrix = np.array([[2.0, 1.0], [1.0, 20.0]])
    at = np.zeros(2)
    for _ in range(900):
        at = at - 0.002 * (matrix @ at - np.array([4.0, 20.0]))
    assert "def block(" in run.source and np.allclose(run.x, at, rtol=1e-11)


def backwards() -> None:
    """Reverse accumulation over a long formula, against differences."""
    from symcalc.compute.compiling import compile_loss
    loss = sc.Loss("mean((y - u*exp(v*x/9)*(w + v)^3*sqrt(1 + w^2)/(2 + u))^2) + max(u, w)*w^v + abs(u*v)", columns="x y",
                   parameters="u v w")
    data = short(60)
    f = compile_loss(loss.expression, None, loss.parameters, loss.columns, loss.table(data))
    x, y = data["x"], data["y"]

    def value(u: float, v: float, w: float) -> float:
        model = u * np.exp(v * x / 9) * (w + v)**3 * np.sqrt(1 + w * w) / (2 + u)
        return np.mean((y - model)**2) + max(u, w) * w**v + abs(u * v)

    for at in (np.array([0.8, 0.5, 0.6]), np.array([0.3, -0.5, 0.9])):
        slopes = [np.dot([1, -8, 8, -1], [value(*(at + k * 1e-3 * unit)) for k in (-2, -1, 1, 2)]) / 12e-3
                  for unit in np.eye(3)]
        found = f(at)
        assert np.isclose(found[0], value(*at), rtol=1e-12) and np.allclose(found[1], slopes, rtol=1e-8, atol=1e-8)


def far_out() -> None:
    """What overflows in the textbook's form does not, however it is written."""
    for typed, at, wanted, slope in (
            ("ln(1 + exp(w))", 800.0, 800.0, 1.0), ("-ln(1 - sigmoid(w))", 800.0, 800.0, 1.0),
            ("-ln(sigmoid(w))", -800.0, 800.0, -1.0), ("ln(cosh(w))", 800.0, 800.0 - np.log(2), 1.0),
            ("ln(cosh(w))", 1e-5, 5e-11, 1e-5), ("ln(exp(w) + exp(2*w))", 800.0, 1600.0, 2.0),
            ("1 - sigmoid(w)", 40.0, np.exp(-40), None)):
        value, slopes = sc.Loss(typed).compile()([at])
        assert np.isclose(value, wanted, rtol=1e-9, atol=0) and (slope is None or np.isclose(slopes[0], slope, rtol=1e-9))


def check(name: str, run: Callable[[], None]) -> Check:
    return Check(name, run, (AssertionError, sc.SymcalcError))


CHECKS = {run.__name__: check(f"NumPy by hand, {run.__name__.replace('_', ' ')}", run) for run in (
    in_floats, in_moments, in_moments_of_many, over_rows, in_blocks, in_matrices, in_parts, compiled_by_llvm, softplus_by_llvm,
    loop_in_python, loop_by_llvm, in_arrays, at_many_points, by_recurrence, backwards, far_out)}
CHECKS |= {f"side by side, {name}": check(f"each run alone, by {name}", partial(side_by_side, name))
           for name in ("numpy adam", "llvm adam")}
CHECKS |= {f"kernel {name}": check(f"NumPy by hand, {name}", partial(kernel, name)) for name in _KERNELS}
NEEDS = {"in_parts": "dask"} | {
    name: "llvmlite" for name in CHECKS if name.endswith("by_llvm") or name.startswith(("kernel", "side by side, llvm"))}

# place, what stands there, what in its place, and which check sees it
_WRONG = [
    ("tape:Tape.power", "* int(exponent)", "* 2", "in_floats"),
    ("tape:Tape.extremum", "isinstance(part, Max)", "isinstance(part, Min)", "in_floats"),
    ("tape:Tape.cases", "reversed(pairs)", "pairs", "in_floats"),
    ("tape:Tape.fraction", 'written += f" / {under}"', "written += ''", "over_rows"),
    ("tape:Tape.row_sum", 'f"rows * {bracketed(value.source)}"', "bracketed(value.source)", "over_rows"),
    ("tape:Tape.reduced", 'f"np.dot({left.source}, {right.source})"', 'f"np.dot({left.source}, {left.source})"', "over_rows"),
    ("moments.tapes:Moments.paired", "self.turned(product.right)", "self.turned(product.left)", "in_moments"),
    ("moments.tapes:Moments.entry", "else added).append", "else taken).append", "in_moments"),
    ("moments.blocks:_times_itself", "np.dot(rest, rest[1:].T)", "0", "in_moments"),
    ("moments.blocks:Matrix.block", "self.data.rows)", "self.data.rows) - 1", "in_moments"),
    ("moments.tapes:Packed.paired", "self.functions.index(function)", "0", "in_moments_of_many"),
    ("moments.tapes:Packed.factor", "-{value.source}", "{value.source}", "in_moments_of_many"),
    ("moments.gram:joined", "sum(part.rows for part in triangles)", "triangles[0].rows", "in_parts"),
    ("moments.gram:Triangle.about", "apart[a]", "-apart[a]", "in_parts"),
    ("generated:split", "range(0, int(rows), size)", "range(0, int(rows) - size, size)", "in_blocks"),
    ("generated:Buffers.__init__", "zip(begins, shapes)", "zip([first] * len(shapes), shapes)", "in_blocks"),
    ("rows.matrices:Matrix.numbers", '" + ".join(form[row])', "form[row][0] + '*2'", "in_matrices"),
    ("cluster:added", "total += one", "total = one", "in_parts"),
    ("fused.kernels:Source.sums", "begin + PART", "begin + (PART - 1)", "compiled_by_llvm"),
    ("fused.elementary:softplus_added", "fma(e, product, e)", "fma(e, product, product)", "softplus_by_llvm"),
    ("fused.kernels:Source.sums", "first * other[0]", "first * first", "compiled_by_llvm"),
    ("fused.kernels:Source.results", "part.i * len(names) + k", "part.i * len(names)", "compiled_by_llvm"),
    ("fused.kernels:Source.update", "(*tape.before, *lines)", "(*tape.before, *lines[:-1])", "loop_by_llvm"),
    ("loops.steps:updates_of", 'Value(f"{driven}{j}", moves=True)', 'Value("g0", moves=True)', "loop_in_python"),
    ("loops.steps:updates_of", "for j in steps.moving", "for j in range(len(steps.parameters))", "loop_in_python"),
    ("loops.equations:equations_on", "replaced(formula, names.get)", "formula", "loop_in_python"),
    ("indexed.arrays:Arrays.data", "self.layout.tables[name_of(column)]", "self.layout.tables[name_of(column)][::-1]",
     "in_arrays"),
    ("indexed.arrays:Arrays.contracted", "np.dot({value.source}, {value.source})", "np.add.reduce({value.source})",
     "in_arrays"),
    ("indexed.compiling:partials_by_element", "derive(loss, letter).result", "-derive(loss, letter).result", "in_arrays"),
    ("across:across_rows", "into.T", "into.T[::-1]", "at_many_points"),
    ("across:across_rows", "across = np.ascontiguousarray(points[part].T)",
     "across = np.ascontiguousarray(points[part].T[::-1])",
     "at_many_points"),
    ("loops.recurrence:_motion", "driven @ hessian", "driven @ hessian.T @ hessian", "by_recurrence"),
    ("reverse:_Graph._power_rule", "lowered(exponent)", "exponent", "backwards"),
    ("reverse:_Graph._power_rule", "(part, call(log, base))", "(part,)", "backwards"),
    ("reverse:_Graph._product_rule", "*factors[k + 1:]", "", "backwards"),
    ("reverse:_Graph._together", "[add(*(slope.whole for slope in slopes))]", "[slopes[0].whole]", "backwards"),
    ("stable:_stable_log", "else call(softplus, z)", "else call(softplus, negative(z))", "far_out"),
    ("stable:_stable_log", "negative(inside.args[0])", "inside.args[0]", "far_out"),
    ("stable:_less_than_one", "negative(probability.args[0])", "probability.args[0]", "far_out"),
    ("stable:log_of_cosh", "negative(call(log, two))", "call(log, two)", "far_out"),
    ("stable:log_of_cosh", "mul(two, call(atanh", "mul(Integer(3), call(atanh", "far_out"),
    ("fused.elementary:exp", "power * half + half", "power * half", "kernel exp"),
    ("fused.elementary:log", "_BIAS + 54, 2.0**52 + _BIAS", "_BIAS + 54, 2.0**52 + _BIAS + 1", "kernel log"),
    ("fused.elementary:tanh", "-t / (t + 2.0)", "-t / (t + 2.5)", "kernel tanh"),
    ("fused.elementary:_circular", "_COS), -0.5", "_COS), -0.50001", "kernel cos"),
    ("fused.elementary:_circular", "square * r, _poly", "square, _poly", "kernel sin"),
    ("fused.elementary:_circular", "(quarter & 1)", "(quarter & 2)", "kernel tan"),
    ("fused.elementary:softplus", "e / (e + 2.0)", "e / (e + 2.001)", "kernel softplus"),
    ("fused.elementary:sigmoid", "1.0, e)", "e, 1.0)", "kernel sigmoid"),
    ("fused.elementary:logsumexp", "added * power + power", "added * power", "kernel logsumexp"),
    ("fused.elementary:softmax", "enumerate(powers, start=1)", "enumerate(powers[::-1], start=1)", "kernel softmax"),
    ("fused.elementary:sign", "-1.0,", "0.0,", "kernel sign"),
    ("fused.elementary:step", '("ogt", 0.0), 1.0', '("ogt", 1.0), 1.0', "kernel step"),
    ("loops.many:_written", "k += 1.0", "k += 2.0", "side by side, numpy adam"),
    ("fused.kernels:Source.race", 'known["k"] + 1.0', 'known["k"] + 2.0', "side by side, llvm adam"),
]
_BLOCK = recurrence._BLOCK.replace("far + before", "before")


def _faults() -> Iterator[Fault]:
    for place, old, new, seen in _WRONG:
        yield Fault(f"compute/{place.replace('.', '/').replace(':', '.py ')}", f"{old} → {new or 'nothing'}",
                    partial(rewritten, f"compute.{place}", old, new), (CHECKS[seen],))
    yield Fault("compute/loops/recurrence.py block", "A^k - 1 without the way that is left",
                partial(changed, recurrence, _BLOCK=_BLOCK), (CHECKS["by_recurrence"],))


MISSING = {CHECKS[name].name for name, module in NEEDS.items() if find_spec(module) is None}
FAULTS = [fault for fault in _faults() if not any(one.name in MISSING for one in fault.checks)]
