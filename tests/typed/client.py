"""What a program says that uses symcalc, for a type checker: it is read, never run."""

from pathlib import Path
from typing import assert_type

import numpy as np

import symcalc as sc


def program() -> None:
    J = sc.Loss("mean((y - (m*x + b))^2)", columns="x y")
    data = {"x": [1.0, 2.0, 3.0], "y": [2.0, 4.0, 5.0]}

    derivation = sc.derive("x^2*sin(x)", "x")
    assert_type(derivation.proof.passed, bool)
    assert_type(derivation.lines[1].because, str)
    assert_type(derivation.save("page.html"), Path)
    assert_type(str(derivation), str)
    assert_type(derivation.check("2*x").correct, bool)
    assert_type(J.gradient()["m"], sc.Derivation)
    assert_type(J.names, tuple[str, ...])

    f = J.compile(data)
    value, gradient = f({"m": 0.0, "b": 0.0})
    assert_type(value, float)
    assert_type(f.strategy, str)
    slopes: np.ndarray = gradient

    run = J.descend(data, start={"m": 0, "b": 0}, rate=0.01, steps=50, method="gradient descent")
    assert_type(run, sc.Run)
    assert_type(run.success, bool)
    assert_type(run.message, str)
    assert_type(run.source, str)
    assert_type(run.fun, float)
    update = run.updates[0]
    assert_type(update.k, int)
    assert_type(update.J_before, float)
    assert_type(update.expected_change, float)
    assert_type(update.before["m"], float)

    runs = J.sweep(data, start={"m": 0, "b": 0}, rates=[0.01, 0.1], steps=10)
    assert_type(runs, sc.Runs)
    assert_type(runs.best, sc.Run)
    assert_type(J.minimum(data), sc.Minimum)
    assert_type(J.diagnose(data, start={"m": 0, "b": 0}), sc.Diagnosis)

    model = sc.line("x")
    K = sc.mean_squared_error("y", model)
    assert_type(K, sc.Loss)
    figure = sc.figures.cost_curve(run, "m")
    figure.savefig("curve.png")

    sheet = sc.Worksheet.from_spec("sheet.toml", versions=2, seed=7)
    assert_type(sheet.version("A").save("sheet.tex"), Path)

    try:
        sc.read("1 +")
    except sc.ReadError as error:
        assert_type(str(error), str)
