"""What a step of gradient descent costs, beside NumPy written by hand and SymPy's own derivative through lambdify.

    python tests/benchmarks/steps.py

Microseconds a step, the quietest of several rounds in turns. Every gradient is checked against the one by hand first. Ours
is a whole descent, with every update kept and judged; the others are their gradient and nothing else.
"""

from collections.abc import Callable
from time import perf_counter

import numpy as np
import sympy

import symcalc as sc

ROUNDS = 5
RNG = np.random.RandomState(4)


def line(rows: int) -> tuple[sc.Loss, dict, dict, Callable]:
    """T1: a line by squared error."""
    x = RNG.rand(rows)
    y = 3 + 50 * x + RNG.normal(0, 3, rows)

    def by_hand(m: float, b: float) -> tuple:
        r = y - (m * x + b)
        return np.mean(r * r), (-2 * np.mean(x * r), -2 * np.mean(r))

    return sc.mean_squared_error("y", sc.line("x")), {"x": x, "y": y}, {"m": 1.0, "b": 2.0}, by_hand


def ten_features(rows: int) -> tuple[sc.Loss, dict, dict, Callable]:
    """T2: ten features by squared error."""
    matrix, names = RNG.normal(size=(10, rows)), [f"x{k}" for k in range(10)]
    y = matrix.sum(axis=0) + RNG.normal(size=rows)
    loss = sc.Loss(f"mean((y - ({' + '.join(f'w{k}*x{k}' for k in range(10))}))^2)", columns=["y", *names])

    def by_hand(*w: float) -> tuple:
        r = y - np.array(w) @ matrix
        return np.mean(r * r), tuple(-2 / rows * (matrix @ r))

    return loss, dict(zip(names, matrix)) | {"y": y}, {f"w{k}": 0.1 * k for k in range(10)}, by_hand


def logistic(rows: int) -> tuple[sc.Loss, dict, dict, Callable]:
    """T3: logistic loss, two features."""
    x1, x2 = RNG.normal(size=(2, rows))
    y = np.where(RNG.rand(rows) < 0.5, -1.0, 1.0)

    def by_hand(v: float, w: float, b: float) -> tuple:
        z = -y * (v * x1 + w * x2 + b)
        slope = -y / (1 + np.exp(-z))
        return np.mean(np.logaddexp(0, z)), (np.mean(slope * x1), np.mean(slope * x2), np.mean(slope))

    return sc.Loss("mean(ln(1 + exp(-y*(v*x1 + w*x2 + b))))"), {"x1": x1, "x2": x2, "y": y}, {"v": 0.3, "w": -0.2, "b": 0.1}, by_hand


def damped_cosine(rows: int) -> tuple[sc.Loss, dict, dict, Callable]:
    """T4: a exp(-b x) cos(w x + p) + c."""
    x = 5 * RNG.rand(rows)
    y = np.exp(-0.5 * x) * np.cos(3 * x + 0.2) + 1 + RNG.normal(0, 0.1, rows)

    def by_hand(a: float, b: float, w: float, p: float, c: float) -> tuple:
        e, z = np.exp(-b * x), w * x + p
        cosine, sine = np.cos(z), np.sin(z)
        r = y - (a * e * cosine + c)
        return np.mean(r * r), (-2 * np.mean(r * e * cosine), 2 * np.mean(r * a * x * e * cosine),
                                2 * np.mean(r * a * e * sine * x), 2 * np.mean(r * a * e * sine), -2 * np.mean(r))

    loss = sc.Loss("mean((y - (a*exp(-b*x)*cos(w*x + p) + c))^2)", parameters="a b w p c", columns="x y")
    return loss, {"x": x, "y": y}, {"a": 1.1, "b": 0.4, "w": 2.9, "p": 0.1, "c": 0.9}, by_hand


def lambdified(loss: sc.Loss, data: dict) -> Callable:
    """What people write: sum over the rows outside, SymPy's derivative of a row inside, cse."""
    total = next(part for part in sympy.preorder_traversal(loss.expression) if isinstance(part, sympy.Sum))
    names = {column: sympy.Symbol(str(column.base)) for column in loss.columns}
    row = total.function.doit().xreplace(names)
    letters = [*loss.parameters, *names.values()]
    function = sympy.lambdify(letters, [row, *(sympy.diff(row, parameter) for parameter in loss.parameters)], "numpy", cse=True)
    columns = [data[str(column.base)] for column in loss.columns]

    def call(*point: float) -> tuple:
        value, *slopes = function(*point, *columns)
        return np.mean(value), tuple(np.mean(slope) for slope in slopes)

    return call


def best(call: Callable[[], object], times: int) -> float:
    """Microseconds a call, in the quietest of the rounds."""
    found = []
    for _ in range(ROUNDS):
        began = perf_counter()
        for _ in range(times):
            call()
        found.append((perf_counter() - began) / times * 1e6)
    return min(found)


def measured(make: Callable, rows: int) -> str:
    loss, data, start, by_hand = make(rows)
    point, compiled, theirs = list(start.values()), loss.compile(data), lambdified(loss, data)
    expected = by_hand(*point)
    for value, slopes in (compiled(point), theirs(*point)):
        np.testing.assert_allclose([value, *slopes], [expected[0], *expected[1]], rtol=1e-9, atol=1e-11)
    steps = max(10, min(20_000, 20_000_000 // rows if compiled.strategy == "tape" else 20_000))
    few = max(3, 200_000 // rows)
    loss.descend(data, start=start, rate=1e-6, steps=2)
    ours = best(lambda: loss.descend(data, start=start, rate=1e-6, steps=steps, tolerance=0), 1) / steps
    hand, sympy_ = best(lambda: by_hand(*point), few), best(lambda: theirs(*point), few)
    return (f"{make.__doc__.split(':')[0]} {rows:>9,} rows  {compiled.strategy:8} {ours:10.2f}   by hand {hand:10.1f} "
            f"({hand / ours:8.1f} times)   lambdify {sympy_:10.1f} ({sympy_ / ours:8.1f} times)")


if __name__ == "__main__":
    for make in (line, ten_features, logistic, damped_cosine):
        for rows in (1_000, 100_000, 1_000_000):
            print(measured(make, rows), flush=True)
