"""Runs of odd losses, data, methods and rates, drawn by lot, with what is said of each held against what is known of it.

    python tests/benchmarks/odd_runs.py 200 [SEED]

Warnings are errors, so each run, its summary, its diagnosis and its minimum come without one, or it stops there. Printed are
the sentences that are not true, and how many runs ended in which way.
"""

import math
import random
import sys
import warnings
from collections import Counter

import numpy as np

import symcalc as sc

ALONE = {                # whether J has a lowest point
    "(w - 3)^2": True, "1e-200*(w - 3)^2": True, "1e200*(w - 3)^2": True, "(u + v - 1)^2": True, "u*v": False, "-w^2": False,
    "w^3": False, "w^4": True, "e^w": False, "ln(1 + w^2)": True, "abs(w)": True, "max(w, 0)": True, "3*w": False, "sin(w)": True,
    "sqrt(1 + w^2)": True, "(1 - u)^2 + 100*(v - u^2)^2": True, "abs(u) + v^2": True, "u^2 - v^2": False, "w^2 + 1e-9*v": False,
    "1/(1 + w^2)": False, "w*e^(-w)": False, "tanh(w)": False, "(u - 1)^2 + 1e12*(v + 2)^2": True}
LEAST = ["mean((y - (m*x + b))^2)", "mean(m^2*x^2 + 2*m*b*x + b^2 - 2*y*m*x - 2*y*b + y^2)", "mean(abs(y - (m*x + b)))",
         "sum((y - m*x)^2)", "mean((y - (m*x + b))^2) + 0.1*m^2", "mean((y - (m*x + b + c))^2)", "mean(m^2*x^2 - 2*m*x*y)"]
METHODS = ["gradient descent", "gradient descent", "momentum", "nesterov", "adam", "rmsprop", "newton", "line search",
           "backtracking", "coordinate descent", "adagrad"]
SIZES = [lambda x: x, lambda x: 0*x + 2, lambda x: 0*x, lambda x: x*1e150, lambda x: x*1e-150, lambda x: x*1e300, lambda x: x + 1e4,
         lambda x: x + 1e7, lambda x: x + 1e9, lambda x: x[:1], lambda x: np.repeat(x[:1], len(x))]


def drawn(lot):
    """A loss, its data, what is known of it, and the settings of a run."""
    formula, data = lot.choice(list(ALONE)), None
    if lot.random() < 0.5:
        formula, rows = lot.choice(LEAST), np.random.default_rng(lot.randrange(10**6)).normal(size=(2, 6)).round(2)
        x = lot.choice(SIZES)(rows[0])
        data = {"x": x, "y": rows[1][:len(x)]}
    loss = sc.Loss(formula, columns="x y" if data else "")
    method = lot.choice(METHODS)
    settings = {"start": {name: lot.choice([0.0, 1.0, -2.0, 3.0, 1e8, 1e-8]) for name in loss.names}, "method": method}
    rate = lot.choice([1e-300, 1e-12, 1e-3, 0.01, 0.1, 0.3, 0.5, 1.0, 1.5, 10, 1e5, 1e200])
    return loss, data, ALONE.get(formula, True), settings | ({} if method == "newton" else {"rate": rate})


def untrue(loss, data, has_minimum, settings, steps):
    """The end of the run, and what was said of it that is not so."""
    run = loss.descend(data, steps=steps, **settings)
    told = f"{run} {run.summary()}".lower().split()
    first = float(run.costs[0])
    lost = run.fun < first - 1e-6 * abs(first)
    found = loss.diagnose(data, steps=steps, **settings)
    yield run.stop.name
    if run.stop.name != "START" and {"nan", "inf"} & set(told):
        yield "nan or inf in the text"
    if has_minimum and (run.stop.name in ("BOTTOMLESS", "UNREACHED") or "no minimum" in found.sentence):
        yield f"there is a minimum: {run.message} {found.sentence}"
    if not has_minimum and run.success and str(loss.expression) != "u*v":
        yield f"there is no minimum: {run.message}"
    if run.stop.name == "DIVERGED" and not run.fun > first:
        yield f"no growth was seen: {run.message}"
    if found.quadratic and found.outlook and settings["method"] == "gradient descent":
        if found.outlook.kind == "diverges" and lost and run.nit > 60:
            yield f"it falls: {found.sentence}"
        if found.outlook.kind not in ("diverges", "jumps") and run.stop.name in ("DIVERGED", "OVERFLOW"):
            yield f"it climbs: {found.sentence}"
    least = run.minimum
    if least is not None and least.kind == "minimum" and math.isfinite(run.fun):
        if run.fun < least.J - 1e-6 * max(abs(least.J), 1e-6 * abs(first), 1e-6 if data else 0):
            yield f"the run is lower than the minimum: {run.fun} and {least.J}"


def main(count, seed):
    warnings.simplefilter("error")
    lot, ends, wrong = random.Random(seed), Counter(), 0
    for _ in range(count):
        loss, data, has_minimum, settings = drawn(lot)
        try:
            end, *found = untrue(loss, data, has_minimum, settings, lot.choice([1, 5, 60, 400]))
        except sc.SymcalcError as error:
            end, found = type(error).__name__, []
        ends[end] += 1
        wrong += len(found)
        for sentence in found:
            print(f"{loss.expression} {settings} {data}\n    {sentence}")
    print(f"{count} runs, {wrong} untrue sentences; " + ", ".join(f"{name} {times}" for name, times in ends.most_common()))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200, int(sys.argv[2]) if len(sys.argv) > 2 else 1)
