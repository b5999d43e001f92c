"""The pages that the browser opens: runs of every kind, derivations, tables, a sheet, and words that are up to no good."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

import symcalc as sc
from symcalc.calculus.tutor.hints import hints
from symcalc.pages.document import Code, Document, Figure, Heading, Paragraph, Step, Steps, Table
from symcalc.pages.shown import Shown

HOSTILE: dict[str, str] = json.loads(Path(__file__).with_name("hostile_words.json").read_text(encoding="utf-8"))
X = np.array([0.5, 1.0, 1.5, 2.1, 2.4, 3.0, 3.3, 3.9, 4.2, 4.8])
DATA = {"x": X, "z": np.array([1.0, -1, 0.5, 2, -0.5, 0, 1.5, -2, 1, 0]),
        "y": np.array([1.9, 3.2, 3.6, 5.4, 5.6, 7.2, 7.4, 8.9, 9.1, 10.8]),
        "c": (X > 2.2).astype(float), "s": np.where(X > 2.2, 1.0, -1.0)}
LINE = sc.mean_squared_error("y", sc.line("x"))
MANY = {f"x{k}": np.cos((k + 1) * np.arange(20.0)) for k in range(12)} | {"y": np.arange(20.0) / 10}


class Notes(Shown):
    """Every string as a title, a name of a column, a note, a piece of code and a caption."""

    def document(self) -> Document:
        words = tuple(HOSTILE.values())
        rows = tuple((word, "1") for word in words)
        blocks = [block for word in words for block in (Heading(word), Paragraph((word,)), Code(word))]
        lines = tuple(Step(expression=sc.parameters("m"), rule=word, because=(word,)) for word in words)
        return Document(" | ".join(words), (
            *blocks, Table(header=words, rows=(words,), caption=words[0]), Table(header=("word", "k"), rows=rows),
            Figure(png=b"", alt=words[0], caption=" ".join(words)), Steps(lines)))


def _network() -> sc.Run:
    model = sc.network("x", hidden=2)
    return sc.mean_squared_error("y", model).descend(DATA, start=[0.3, 0.5, -0.2, -0.4, 0.2, 0.1, 0], rate=0.01, steps=12)


def _sheet() -> sc.Worksheet:
    return sc.Worksheet.from_spec({"title": HOSTILE["html-00"], "note": HOSTILE["html-02"],
                                   "sections": [{"items": [{"kind": "differentiate", "count": 3}]}]})


RUNS: dict[str, Callable[[], Shown]] = {
    "line": lambda: LINE.descend(DATA, start=[0, 0], rate=0.03, steps=30),
    "one": lambda: sc.Loss("(w - 3)^2").descend(start=[0], rate=0.2, steps=12),
    "three": lambda: sc.Loss("mean((y - (a*z + m*x + b))^2)", columns="x y z").descend(
        DATA, start=[0, 0, 0], rate=0.02, steps=40),
    "twelve": lambda: sc.Loss("mean((y - (" + " + ".join(f"w{k}*x{k}" for k in range(12)) + "))^2)",
                              columns=list(MANY)).descend(MANY, start=[0] * 12, rate=0.05, steps=10),
    "diverges": lambda: LINE.descend(DATA, start=[0, 0], rate=0.3, steps=200),
    "adam": lambda: sc.Loss("(1 - u)^2 + 100*(v - u^2)^2").descend(start=[-1, 1], rate=0.05, steps=30, method="adam"),
    "newton": lambda: sc.Loss("exp(w) + (w - 2)^2").descend(start=[0], rate=1, steps=8, method="newton"),
    "house": lambda: sc.Loss("mean((price - (m*size + b))^2)", columns="size price").descend(
        {"size": [50, 70, 90, 120, 150], "price": [1.5e6, 2.1e6, 2.6e6, 3.6e6, 4.4e6]}, start=[0, 0], rate=1e-5, steps=10),
    "batch": lambda: LINE.descend(DATA, start=[0, 0], rate=0.02, steps=20, batch=4, seed=1),
    "logistic": lambda: sc.logistic_loss("c", sc.line("x")).descend(DATA, start=[0, 0], rate=0.5, steps=30),
    "hinge": lambda: sc.Loss("mean(max(0, 1 - s*(w*x + b)))", columns="s x").descend(DATA, start=[0, 0], rate=0.2, steps=20),
    "network": _network,
    "single": lambda: sc.Loss("(w - 3)^2").descend(start=[0], rate=0.2, steps=1),
}
OTHERS: dict[str, Callable[[], Shown]] = {
    "none": lambda: sc.Loss("(w - 3)^2").descend(start=[3], rate=0.2, steps=5),
    "derivation": lambda: LINE.derive("m"),
    "piecewise": lambda: sc.derive("piecewise((x^2*sin(x), x < 0), (exp(-x)*(x^3 + 2*x + 1)/(1 + x^2), True))", "x"),
    "long": lambda: sc.derive("(x^2 + 3*x + 1)*(x^3 - 2*x^2 + 5)*(sin(x) + cos(2*x))*exp(-x^2/2)", "x"),
    "gradient": lambda: LINE.gradient(),
    "runs": lambda: LINE.sweep(DATA, start=[0, 0], rate=0.02, methods=["momentum", "adam", "newton"], steps=20),
    "sweep": lambda: LINE.sweep(DATA, start=[0, 0], rates=[0.001, 0.01, 0.05, 0.1, 0.3], steps=20),
    "diagnosis": lambda: LINE.diagnose(DATA, start=[0, 0], rate=0.03, steps=20),
    "verdict": lambda: LINE.derive("m").check("2*(y - (m*x + b))*x"),
    "hints": lambda: hints(LINE.derive("m")),
    "minimum": lambda: LINE.minimum(DATA),
    "methods": sc.methods,
    "hessian": lambda: LINE.hessian(),
    "softmax": lambda: sc.derive("-ln(exp(a)/(exp(a) + exp(b) + exp(c)))", "a"),
    "indexed": lambda: sc.mean_squared_error("y", sc.network("x", hidden=40)).derive("v[p]"),
    "loss": lambda: LINE,
    "worksheet": _sheet,
    "sheet": lambda: _sheet().version("A"),
    "key": lambda: _sheet().key("A"),
    "notes": Notes,
}
STEPPED, UNFOLDED = ("line", "one"), ("derivation",)
# Searched by axe, which takes longest: a page for every kind of element, and those with the widest lines.
SEARCHED = ("line", "one", "network", "derivation", "long", "gradient", "runs", "diagnosis", "verdict", "sheet", "key", "notes",
            "hints", "minimum", "methods", "indexed", "sweep", "worksheet")
# Whose every state is looked at, beside what Python writes of the same update.
TOLD = ("adam", "three")


def save_all(folder: Path) -> dict[str, str]:
    """Every page in the folder, by name."""
    pages = {name: make().save(folder / f"{name}.html") for name, make in {**RUNS, **OTHERS}.items()}
    return {name: str(page) for name, page in pages.items()}
