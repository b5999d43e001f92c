"""Random losses against mpmath, as often as there is time for: python tests/benchmarks/fuzz.py [minutes, 10] [seed, 1].

Each is a tree of its own, written as text and worked out by mpmath from the tree, not from the text. Of every one that has a
value: value and gradient, in few rows and in many (that go another way); the rows in another order; the parameters under other
names; the data shifted and scaled, with the formula that takes it back; a run, saved, loaded and made again.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import mpmath
import numpy as np

import symcalc as sc
from symcalc.training.methods import METHODS

Tree = tuple[Any, ...]
UNARY = {"sin": mpmath.sin, "cos": mpmath.cos, "tanh": mpmath.tanh, "atan": mpmath.atan, "exp": mpmath.exp, "sinh": mpmath.sinh,
         "erf": mpmath.erf, "asinh": mpmath.asinh, "sigmoid": lambda z: 1 / (1 + mpmath.exp(-z)),
         "softplus": lambda z: mpmath.log(1 + mpmath.exp(z)), "abs": abs, "relu": lambda z: max(z, mpmath.mpf(0)),
         "ln(1 + ({})^2)": lambda z: mpmath.log(1 + z * z), "sqrt(2 + ({})^2)": lambda z: mpmath.sqrt(2 + z * z),
         "1/(3 + ({})^2)": lambda z: 1 / (3 + z * z), "log(3 + cos({}), 2)": lambda z: mpmath.log(3 + mpmath.cos(z), 2),
         "log(2, 3 + cos({}))": lambda z: mpmath.log(2) / mpmath.log(3 + mpmath.cos(z)),
         "cbrt(2 + sin({}))": lambda z: mpmath.cbrt(2 + mpmath.sin(z)), "2^({})": lambda z: mpmath.power(2, z),
         "-({})": lambda z: -z, "({})^2": lambda z: z * z, "({})^3": lambda z: z**3,
         "piecewise((({})^2, {} < 1), (2*({}) - 1, True))": lambda z: z * z if z < 1 else 2 * z - 1}
BINARY = {"({}) + ({})": lambda a, b: a + b, "({}) - ({})": lambda a, b: a - b, "({})*({})": lambda a, b: a * b,
          "({})/(2 + cos({}))": lambda a, b: a / (2 + mpmath.cos(b)), "max({}, {})": max, "min({}, {})": min,
          "atan2({}, 3 + ({})^2)": lambda a, b: mpmath.atan2(a, 3 + b * b),
          "logsumexp({}, {})": lambda a, b: mpmath.log(mpmath.exp(a) + mpmath.exp(b))}
WHOLE = {"mean({})": lambda rows: sum(rows) / len(rows), "sum({})": sum,
         "1/(2*n)*sum({})": lambda rows: sum(rows) / 2 / len(rows),
         "ln(2 + mean(({})^2))": lambda rows: mpmath.log(2 + sum(z * z for z in rows) / len(rows)),
         "mean({})^2 + m^2/9": None, "mean({}) + 0.01*(m^2 + b^2)": None}
NAMES = ("lambda", "nan", "exp", "theta_1", "S", "E", "I", "a0", "p0", "rows", "k", "eta", "g", "select", "d", "np", "inf",
         "beta")
KINKED = ("abs", "relu", "max", "min", "piecewise")


def grown(draw: random.Random, depth: int) -> Tree:
    """A random tree over m, b, x, y and numbers."""
    if depth == 0 or draw.random() < 0.12:
        return (draw.choice(["m", "b", "x", "y", "m", "x", *(["number"] if depth < 3 else [])]), draw.choice(
            ["2", "3", "0.5", "1.25", "7/3", "1e-2", "10"]))
    if draw.random() < 0.5:
        return ("one", draw.choice(sorted(UNARY)), grown(draw, depth - 1))
    return ("two", draw.choice(sorted(BINARY)), grown(draw, depth - 1), grown(draw, depth - 1))


def drawn(draw: random.Random) -> tuple[Tree, str]:
    """A tree with both parameters and a column in it, and what is made of its rows."""
    while True:
        tree, outer = grown(draw, draw.randint(2, 4)), draw.choice(sorted(WHOLE))
        if {"m", "b"} <= {*_letters(tree)} and {"x", "y"} & {*_letters(tree)}:
            return tree, outer


def written(tree: Tree, names: Mapping[str, str]) -> str:
    """The tree as one types it."""
    if tree[0] == "one":
        form = tree[1] if "{}" in tree[1] else f"{tree[1]}({{}})"
        return form.replace("{}", written(tree[2], names))
    if tree[0] == "two":
        return tree[1].format(written(tree[2], names), written(tree[3], names))
    return tree[1] if tree[0] == "number" else names.get(tree[0], tree[0])


def worth(tree: Tree, at: Mapping[str, Any]) -> Any:
    """Its value, by mpmath."""
    if tree[0] == "one":
        return UNARY[tree[1]](worth(tree[2], at))
    if tree[0] == "two":
        return BINARY[tree[1]](worth(tree[2], at), worth(tree[3], at))
    if tree[0] == "number":
        above, _, below = tree[1].partition("/")
        return mpmath.mpf(above) / mpmath.mpf(below or 1)
    return at[tree[0]]


def whole(outer: str, tree: Tree, rows: list[tuple[float, float]], point: tuple[Any, Any]) -> Any:
    """The loss of all rows, by mpmath."""
    m, b = map(mpmath.mpf, point)
    values = [worth(tree, {"m": m, "b": b, "x": mpmath.mpf(x), "y": mpmath.mpf(y)}) for x, y in rows]
    if outer == "mean({})^2 + m^2/9":
        return (sum(values) / len(values)) ** 2 + m * m / 9
    if outer == "mean({}) + 0.01*(m^2 + b^2)":
        return sum(values) / len(values) + (m * m + b * b) / 100
    return WHOLE[outer](values)


def table(rows: list[tuple[float, float]]) -> dict[str, np.ndarray]:
    return dict(zip(("x", "y"), np.array(rows).T))


def close(one: Any, other: Any, size: float, within: float) -> None:
    assert np.allclose(np.asarray(one, float), np.asarray(other, float), rtol=within, atol=within * size), (one, other)


def checked(draw: random.Random, done: Counter[str]) -> None:
    """One loss, in all ways."""
    tree, outer = drawn(draw)
    rows = [(round(draw.uniform(-2, 2), 3), round(draw.uniform(-2, 2), 3)) for _ in range(draw.randint(2, 7))]
    point = tuple(round(draw.uniform(-1.5, 1.5), 4) for _ in "mb")
    typed = outer.replace("{}", written(tree, {}))
    given = {"parameters": "m b", "columns": [name for name in "xy" if name in _letters(tree)]}
    data = {name: values for name, values in table(rows).items() if name in given["columns"]}
    try:
        loss = sc.Loss(typed, **given)
        gradient = loss.gradient()
    except sc.SymcalcError as refused:
        done[f"refused: {str(refused).splitlines()[0][:60]}"] += 1
        return
    value, slopes = loss.compile(data)(point)
    with mpmath.workdps(40):
        known = whole(outer, tree, rows, point)
        size = max(1.0, abs(float(known)))
        close(value, float(known), size, 1e-11)
        here = float(known)
        kinked = any(word in typed for word in KINKED)
        known_slopes = [float(mpmath.diff(lambda *p: whole(outer, tree, rows, p), point, (1 - k, k), h=mpmath.mpf(10)**-12))
                        for k in (0, 1)]
        nearby = all(abs(float(mpmath.diff(lambda *p: whole(outer, tree, rows, p), point, (1 - k, k), h=mpmath.mpf(10)**-7,
                                           direction=sign)) - known_slopes[k]) <= 1e-4 * max(1, abs(known_slopes[k]))
                     for k in (0, 1) for sign in (1, -1)) if kinked else True
    large = max(1.0, *map(abs, known_slopes))
    if nearby:                           # no kink at the point itself, where the slope is a convention
        close(slopes, known_slopes, large, 1e-9)
    assert gradient.proof.passed
    done["against mpmath"] += 1

    shuffled = rows[:]
    draw.shuffle(shuffled)
    for name, other in (("rows in another order", shuffled), ("many rows", rows * draw.choice((40, 400, 4000)))):
        again, steep = loss.compile({key: column for key, column in table(other).items() if key in data})(point)
        if not (name == "many rows" and "sum" in outer and "mean" not in outer and "2*n" not in outer):
            close(again, value, size, 1e-10)
            close(steep, slopes, large, 1e-9)
        done[name] += 1

    m, b = draw.sample(NAMES, 2)
    other = sc.Loss(outer.replace("m^2", f"{m}^2").replace("b^2", f"{b}^2").replace("{}", written(tree, {"m": m, "b": b})),
                    parameters=[m, b], columns=given["columns"])
    assert other.compile(data)(point)[0] == value
    assert other.compile(data)(point)[1].tolist() == slopes.tolist()
    done["other names"] += 1

    shift, scale = round(draw.uniform(-3, 3), 2), draw.choice((0.5, 2.0, 4.0))
    moved = sc.Loss(outer.replace("{}", written(tree, {"x": f"((x - ({shift}))/{scale})"})), **given)
    close(moved.compile({key: column * scale + shift if key == "x" else column for key, column in data.items()})(point)[0],
          here, size, 1e-9)
    done["shifted and scaled"] += 1

    name = draw.choice(sorted(METHODS))
    try:
        run = loss.descend(data, start=list(point), rate=0.01, steps=6, method=name)
    except sc.SymcalcError as refused:
        done[f"no run: {str(refused).splitlines()[0][:60]}"] += 1
        return
    with tempfile.TemporaryDirectory() as folder:
        loaded = sc.load_run(run.save(Path(folder, "run.json")), data)
    assert loaded.points.tolist() == run.points.tolist() and loaded.message == run.message
    again = loaded.replay()
    assert again.same and not again.furthest, again.sentence
    for shown in (run, *run.updates[:1], run.summary(), *loaded.updates[-1:]):
        assert all(c.isprintable() or c == "\n" for c in str(shown)) and "step is not shown" not in str(shown)
    done["saved and made again"] += 1


def _letters(tree: Tree) -> list[str]:
    return [tree[0]] if tree[0] not in ("one", "two") else [letter for part in tree[2:] for letter in _letters(part)]


def main(minutes: float, seed: int) -> int:
    """Until the time is over; how many failed."""
    warnings.simplefilter("error")
    ends, done, failed, k = time.monotonic() + 60 * minutes, Counter(), 0, 0
    while time.monotonic() < ends:
        k += 1
        draw = random.Random(f"{seed} {k}")
        try:
            checked(draw, done)
        except Exception:            # whatever comes is a finding
            failed += 1
            again = random.Random(f"{seed} {k}")
            tree, outer = drawn(again)
            print(f"FAILED {seed} {k}: {outer.replace('{}', written(tree, {}))}", *traceback.format_exc().splitlines()[-6:],
                  sep="\n  ", flush=True)
    print(f"{k} losses, {failed} failed", *(f"{count:7} {name}" for name, count in done.most_common()), sep="\n")
    return failed


if __name__ == "__main__":
    given = sys.argv[1:]
    sys.exit(1 if main(float(given[0]) if given else 10, int(given[1]) if given[1:] else 1) else 0)
