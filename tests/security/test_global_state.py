"""Nothing global changes by importing symcalc, by a call or by one that fails; the same input gives the same bytes."""

from __future__ import annotations

import contextlib
import json
import locale
import os
import random
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import getcontext
from pathlib import Path

import mpmath
import numpy as np
import pytest
import sympy

import symcalc as sc
from symcalc.errors import SymcalcError

_IMPORTED = """
import builtins, click, decimal, jinja2, json, lark, locale, matplotlib, mpmath, numpy, os, random, signal, sympy, sys
import threading, warnings

def state():
    return {"recursion": sys.getrecursionlimit(), "locale": locale.setlocale(locale.LC_ALL),
            "decimal": str(decimal.getcontext()),
            "random": hash(random.getstate()), "warnings": list(map(str, warnings.filters)), "folder": os.getcwd(),
            "environment": dict(os.environ), "threads": threading.active_count(), "digits": sys.get_int_max_str_digits(),
            "streams": [sys.stdout is sys.__stdout__, sys.stderr is sys.__stderr__, sys.excepthook is sys.__excepthook__],
            "signals": [str(signal.getsignal(number)) for number in (signal.SIGINT, signal.SIGTERM)],
            "numpy": numpy.geterr(),
            "numpy random": str(numpy.random.get_state()), "mpmath": mpmath.mp.prec,
            "numpy print": str(numpy.get_printoptions()),
            "sympy": sympy.core.parameters.global_parameters.evaluate, "figures": str(matplotlib.rcParams),
            "backend": matplotlib.get_backend(), "builtins": sorted(vars(builtins))}

before = state()
import symcalc
for name in symcalc.__all__:
    getattr(symcalc, name)
import symcalc.cli, symcalc.worksheets.sheet, symcalc.figures
after = state()
print(json.dumps([name for name in before if before[name] != after[name]]))
"""


def test_importing_changes_nothing() -> None:
    found = subprocess.run(
        [sys.executable, "-c", _IMPORTED],
        env=_environment(MPLBACKEND="agg"),
        check=True,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert json.loads(found.stdout) == []


def _environment(**more: str) -> dict[str, str]:
    path = os.pathsep.join(map(str, [Path(sc.__file__).parents[1], *filter(None, sys.path)]))
    return os.environ | {"PYTHONPATH": path} | more


def photographed() -> list[object]:
    return [
        sys.getrecursionlimit(),
        locale.setlocale(locale.LC_ALL),
        str(getcontext()),
        random.getstate(),
        list(warnings.filters),
        os.getcwd(),
        np.geterr(),
        np.geterrcall(),
        str(np.random.get_state()),
        str(np.get_printoptions()),
        mpmath.mp.dps,
        mpmath.fp.dps,
        sympy.core.parameters.global_parameters.evaluate,
        sympy.Symbol("x", real=True).assumptions0,
        sys.get_int_max_str_digits(),
        threading.active_count(),
        sys.stdout,
        sys.stderr,
    ]


X = {"x": [1.0, 2.0, 3.0], "y": [2.0, 4.0, 7.0]}
LINE = "mean((y - (m*x + b))^2)"
CALLS: dict[str, Callable[[], object]] = {
    "derive": lambda: sc.derive("x^2*sin(x)", "x"),
    "print": lambda: str(sc.derive("max(x, 2)/ln(x)", "x").document()),
    "check": lambda: sc.derive("x^3", "x").check("3x"),
    "hints": lambda: sc.derive("x^3", "x").hints(),
    "gradient": lambda: sc.Loss(LINE).gradient(),
    "hessian": lambda: sc.hessian("x^2*y", "x y"),
    "compile": lambda: sc.Loss(LINE).compile(X),
    "descend": lambda: sc.Loss(LINE).descend(X, start=[0, 0], rate=0.01, steps=20),
    "minimum": lambda: sc.Loss(LINE).minimum(X),
    "diverges": lambda: sc.Loss("w^4").descend(start=[9], rate=1e9, steps=9),
    "diagnose": lambda: sc.Loss(LINE).diagnose(X),
    "exp": lambda: sc.Loss("exp(w^2)").descend(start=[30], rate=0.1, steps=3),
    "network": lambda: sc.mean_squared_error("y", sc.line("x")),
    "not read": lambda: sc.read("9^9^9"),
    "no loss": lambda: sc.Loss("x +"),
    "no proof": lambda: sc.derive("ln(-1 - x^2)", "x"),
    "no rate": lambda: sc.Loss("w^2").descend(start=[1], rate="nan", steps=1),
    "no data": lambda: sc.read_table({"x": ["a"]}),
    "no file": lambda: sc.read_table("nowhere.csv"),
    "no sheet": lambda: sc.Worksheet.from_spec({"title": 1}),
    "no method": lambda: sc.Loss("w^2").descend(start=[1], rate=1, steps=1, method="x"),
    "too deep": lambda: sc.read("(" * 90),
    "outside": lambda: sc.Loss("ln(w)").descend(start=[-1], rate=0.1, steps=1),
    "no answer": lambda: sc.derive("x", "x").check("9^9^9"),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_changes_nothing(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with mpmath.workdps(23), np.errstate(divide="raise", invalid="raise", over="raise"):
        before = photographed()
        with contextlib.suppress(SymcalcError):
            CALLS[name]()
        after = photographed()
    assert after == before
    assert capsys.readouterr() == ("", "")


# Threads

SHARED = {"scalar": ("(1 - u)^2 + 100*(v - u^2)^2", None), "moments": (LINE, X), "tape": ("mean(softplus(-y*(m*x + b)))", X)}


@pytest.mark.parametrize("name", SHARED)
def test_threads_may_share_what_is_compiled(name: str) -> None:
    formula, small = SHARED[name]
    data = small and {key: np.random.default_rng(3).normal(size=20_000) for key in small}
    f = sc.Loss(formula).compile(data)
    points = np.random.default_rng(1).normal(size=(160, 2)).tolist()
    alone = [(value, *gradient) for value, gradient in map(f, points)]
    with ThreadPoolExecutor(8) as pool:
        together = [(value, *gradient) for value, gradient in pool.map(f, points)]
    assert together == alone


def test_threads_may_derive_and_descend_at_once() -> None:
    formulas = ["x^2*sin(x)", "max(x, 1 - x)", "ln(1 + x^2)/x", "softplus(x)", "|x|^3", "x^x"] * 2
    alone = [str(sc.derive(formula, "x")) for formula in formulas]
    runs = [str(sc.Loss(LINE).descend(X, start=[0, k], rate=0.01, steps=20)) for k in range(4)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda formula: str(sc.derive(formula, "x")), formulas)) == alone
        assert list(pool.map(lambda k: str(sc.Loss(LINE).descend(X, start=[0, k], rate=0.01, steps=20)), range(4))) == runs


# The same bytes

_BYTES = """
import hashlib, json, sys
import symcalc as sc
from symcalc.errors import SymcalcError
seen = {}
def keep(name, text):
    seen[name] = hashlib.sha256(text.encode()).hexdigest()
formulas, folder = json.load(sys.stdin), sys.argv[1]
for formula in formulas:
    try:
        expression = sc.read(formula)
        keep(formula, sc.text(expression) + sc.latex(expression))
        keep(formula + " source", sc.Loss(formula).compile().source if "mean" not in formula else "")
    except SymcalcError as error:
        keep(formula, str(error))
for formula in formulas[::9]:
    d = sc.derive(formula, "x")
    keep(formula + " derived", str(d) + str(sorted(d._repr_mimebundle_().items())))
J = sc.Loss("mean((y - (m*x + b))^2) + 0.1*(m^2 + |b|)")
data = {"x": [1.0, 2.0, 3.0], "y": [2.0, 4.0, 7.0]}
run = J.descend(data, start=[0, 0], rate=0.01, steps=5)
for suffix in ("json", "csv", "html", "tex", "md", "txt"):
    run.save(f"{folder}/run.{suffix}")
    keep(suffix, open(f"{folder}/run.{suffix}", encoding="utf-8").read())
keep("source", J.compile(data).source + run.source)
keep("check", str(J.derive("m").check("2*(y-(m*x+b))*x")) + str(J.derive("m").hints()) + str(J.gradient()))
print(json.dumps(seen))
"""

HEADS = ["sin", "cos", "exp", "ln", "sqrt", "tanh", "sigmoid", "softplus", "relu", "abs"]
FORMS = [
    "{}(x)",
    "{}(x^2 + a)",
    "x*{}(b*x)",
    "{}(x)/(1 + x^2)",
    "max({}(x), a*x)",
    "{}(x) + {}(y*x)",
    "({}(a*x) - b)^2",
    "x^2*{}(1/x)",
    "piecewise(({}(x), x > 1), (x, True))",
    "2^({}(x))",
]
FORMULAS = [form.replace("{}", head) for form in FORMS for head in HEADS]


def test_the_same_bytes_whatever_the_hash_seed(tmp_path: Path) -> None:
    def started(seed: int) -> subprocess.Popen[str]:
        (tmp_path / str(seed)).mkdir()
        return subprocess.Popen(
            [sys.executable, "-c", _BYTES, str(tmp_path / str(seed))],
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(PYTHONHASHSEED=str(seed)),
        )

    found = [json.loads(process.communicate(json.dumps(FORMULAS), timeout=600)[0]) for process in map(started, range(3))]
    assert len(found[0]) > 200
    assert [name for name in found[0] if len({each[name] for each in found}) > 1] == []
