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
    assert_type(run, sc.Run[sc.Loss])
    told(run)
    assert_type(run.success, bool)
    assert_type(run.message, str)
    assert_type(run.source, str)
    assert_type(run.fun, float)
    update = run.updates[0]
    assert_type(update.k, int)
    assert_type(update.J_before, float)
    assert_type(update.expected_change, float)
    assert_type(update.before["m"], float)
    assert_type(f(run.x)[0], float)
    assert_type(run.loss, sc.Loss)
    again = run.loss.descend(data, start=run.x, rate=0.01)
    assert_type(again.replay().again.loss, sc.Loss)
    assert_type(sc.load_run("run.json", data).loss, sc.Loss)

    runs = J.sweep(data, start={"m": 0, "b": 0}, rates=[0.01, 0.1], steps=10)
    assert_type(runs, sc.Runs[sc.Loss])
    assert_type(runs.best, sc.Run[sc.Loss])
    assert_type([one.loss for one in runs][0], sc.Loss)
    assert_type(J.minimum(data, near=np.zeros(2)).loss, sc.Loss)
    assert_type(J.compare_gradients({"m": "x"}, data, start=[0, 0]).wrong.loss, sc.Loss)
    assert_type(J.scale_to(J).other, sc.Loss)
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


def told(run: sc.Run) -> str:
    """A run that is passed on without saying of which loss it is."""
    return str(run.loss.descend(start=run.x).summary())
