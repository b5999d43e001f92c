"""The tasks that the benchmarks share: a loss, data, a start, the gradient by hand, and the same loss for the frameworks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import symcalc as sc

HIDDEN = 8


@dataclass(frozen=True, kw_only=True)
class Task:
    """One loss over one table; `by_hand` gives value and slopes as arrays, `written` the loss for any array library."""

    name: str
    loss: sc.Loss
    start: np.ndarray
    by_hand: Callable[..., tuple[float, np.ndarray]]          # (point, **data) -> value, gradient
    written: Callable[..., Any]                               # (library, point, **data) -> value
    data: Mapping[str, np.ndarray] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """The rows of its table; 0 where it has none."""
        return len(next(iter(self.data.values()), ()))


def line(rows: int) -> Task:
    """T1: a line by squared error."""
    rng = np.random.RandomState(1)
    x = rng.rand(rows)
    y = 3 + 50 * x + rng.normal(0, 3, rows)

    def by_hand(p: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
        r = y - (p[0] * x + p[1])
        return r @ r / len(r), np.array([-2 * (x @ r), -2 * r.sum()]) / len(r)

    return Task(name="T1", loss=sc.mean_squared_error("y", sc.line("x")), data={"x": x, "y": y}, start=np.array([1.0, 2.0]),
                by_hand=by_hand, written=lambda lib, p, x, y: lib.mean((y - (p[0] * x + p[1])) ** 2))


def ten_features(rows: int) -> Task:
    """T2: ten features by squared error."""
    rng = np.random.RandomState(2)
    matrix = rng.normal(size=(10, rows))
    names = [f"x{k}" for k in range(10)]
    y = matrix.sum(axis=0) + rng.normal(size=rows)
    loss = sc.Loss(f"mean((y - ({' + '.join(f'w{k}*x{k}' for k in range(10))}))^2)", columns=["y", *names])

    def by_hand(p: np.ndarray, y: np.ndarray, **_: np.ndarray) -> tuple[float, np.ndarray]:
        r = y - p @ matrix
        return r @ r / len(r), matrix @ r * (-2 / len(r))

    def written(lib: Any, p: Any, y: Any, **columns: Any) -> Any:
        return lib.mean((y - sum(p[k] * columns[name] for k, name in enumerate(names))) ** 2)

    return Task(name="T2", loss=loss, data=dict(zip(names, matrix)) | {"y": y}, start=0.1 * np.arange(10), by_hand=by_hand,
                written=written)


def logistic(rows: int) -> Task:
    """T3: the logistic loss of two features."""
    rng = np.random.RandomState(3)
    x1, x2 = rng.normal(size=(2, rows))
    y = np.where(rng.rand(rows) < 0.5, -1.0, 1.0)

    def by_hand(p: np.ndarray, x1: np.ndarray, x2: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
        z = -y * (p[0] * x1 + p[1] * x2 + p[2])
        slope = -y / (1 + np.exp(-z))
        return np.logaddexp(0, z).mean(), np.array([slope @ x1, slope @ x2, slope.sum()]) / len(z)

    return Task(name="T3", loss=sc.Loss("mean(ln(1 + exp(-y*(v*x1 + w*x2 + b))))"), data={"x1": x1, "x2": x2, "y": y},
                start=np.array([0.3, -0.2, 0.1]), by_hand=by_hand,
                written=lambda lib, p, x1, x2, y: lib.mean(lib.log1p(lib.exp(-y * (p[0] * x1 + p[1] * x2 + p[2])))))


def damped_cosine(rows: int) -> Task:
    """T4: a exp(-b x) cos(w x + p) + c by squared error."""
    rng = np.random.RandomState(4)
    x = 5 * rng.rand(rows)
    y = np.exp(-0.5 * x) * np.cos(3 * x + 0.2) + 1 + rng.normal(0, 0.1, rows)

    def by_hand(point: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
        a, b, w, p, c = point
        e, z = np.exp(-b * x), w * x + p
        wave, other = e * np.cos(z), e * np.sin(z)
        r = y - (a * wave + c)
        return r @ r / len(r), np.array([-(r @ wave), a * (r @ (x * wave)), a * (r @ (x * other)), a * (r @ other),
                                         -r.sum()]) * (2 / len(r))

    return Task(name="T4", loss=sc.Loss("mean((y - (a*exp(-b*x)*cos(w*x + p) + c))^2)", parameters="a b w p c", columns="x y"),
                data={"x": x, "y": y}, start=np.array([1.1, 0.4, 2.9, 0.1, 0.9]), by_hand=by_hand,
                written=lambda lib, p, x, y: lib.mean((y - (p[0] * lib.exp(-p[1] * x) * lib.cos(p[2] * x + p[3]) + p[4])) ** 2))


def network(rows: int, hidden: int = HIDDEN) -> Task:
    """T5: a network of tanh units by squared error; with 8 of them 33 parameters."""
    rng = np.random.RandomState(5)
    x1, x2 = rng.normal(size=(2, rows))
    y = np.sin(x1) * x2 + rng.normal(0, 0.1, rows)
    loss = sc.mean_squared_error("y", sc.network("x1 x2", hidden=hidden))
    start = rng.normal(0, 0.5, 4 * hidden + 1)          # v, w1, w2, c of every unit, then b

    def by_hand(p: np.ndarray, x1: np.ndarray, x2: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
        units, inputs = p[:-1].reshape(hidden, 4), np.stack([x1, x2, np.ones_like(x1)])
        h = np.tanh(units[:, 1:] @ inputs)
        r = y - (units[:, 0] @ h + p[-1])
        back = units[:, :1] * (1 - h * h) * r
        slopes = np.column_stack([h @ r, back @ inputs.T])
        return r @ r / len(r), np.append(slopes.ravel(), r.sum()) * (-2 / len(r))

    def written(lib: Any, p: Any, x1: Any, x2: Any, y: Any) -> Any:
        units = p[:-1].reshape(hidden, 4)
        h = lib.tanh(units[:, 1:2] * x1 + units[:, 2:3] * x2 + units[:, 3:4])
        return lib.mean((y - (units[:, 0] @ h + p[-1])) ** 2)

    return Task(name="T5", loss=loss, data={"x1": x1, "x2": x2, "y": y}, start=start, by_hand=by_hand, written=written)


def rosenbrock(_: int = 0) -> Task:
    """Rosenbrock's valley, without data."""

    def by_hand(p: np.ndarray) -> tuple[float, np.ndarray]:
        u, v = p
        return (1 - u) ** 2 + 100 * (v - u * u) ** 2, np.array([-2 * (1 - u) - 400 * u * (v - u * u), 200 * (v - u * u)])

    return Task(name="valley", loss=sc.Loss("(1 - u)^2 + 100*(v - u^2)^2"), start=np.array([-1.0, 1.0]), by_hand=by_hand,
                written=lambda lib, p: (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2)


TASKS = {make.__doc__.split(":")[0]: make for make in (line, ten_features, logistic, damped_cosine, network)}
