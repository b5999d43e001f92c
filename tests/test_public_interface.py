"""What outside scripts rely on: every name and shape of the contract in the design, as far as it is built."""

import doctest
import inspect
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import sympy
from matplotlib.figure import Figure

import symcalc as sc
from symcalc.calculus import rules
from symcalc.pages.document import Document

ROOT = Path(sc.__file__).parents[1]
DATA = {"x": [1.0, 2.0, 3.0], "y": [3.0, 5.0, 7.5]}
NAMES = {
    "parameters", "columns", "mean", "sum_rows", "read", "read_table", "derive", "text", "latex", "sigmoid", "softplus", "relu",
    "Loss", "mean_squared_error", "half_mean_squared_error", "residual_sum_of_squares", "Model", "line", "Run", "Stop",
    "Derivation", "Gradient", "Compiled", "figures",
    "SymcalcError", "ReadError", "LossError", "DataError", "DescentError", "ProofError",
}


# The session of the contract, line by line

def test_symbols():
    m, b = sc.parameters("m b")
    assert m.is_real and b.is_real and isinstance(sc.parameters("w"), sympy.Symbol)
    x, y = sc.columns("x y")
    assert str(x) == "x[i]" and str(y) == "y[i]"
    assert isinstance(sc.sum_rows((y - (m*x + b))**2), sympy.Sum)
    assert sc.mean(x).has(sympy.Sum) and sympy.simplify(sc.mean(x) * sympy.Symbol("n", integer=True, positive=True)
                                                        - sc.sum_rows(x)) == 0


@pytest.mark.parametrize("make", [
    lambda m, b, x, y: sc.Loss(sc.mean((y - (m*x + b))**2), parameters="m b"),
    lambda m, b, x, y: sc.Loss("mean((y - (m*x + b))^2)", columns="x y"),
    lambda m, b, x, y: sc.Loss("mean((y - (m*x + b))^2)", columns="x y", parameters="m b"),
    lambda m, b, x, y: sc.Loss("Sum((y[i] - (m*x[i] + b))**2, (i, 1, n))/n"),
    lambda m, b, x, y: sc.mean_squared_error("y", sc.line("x")),
], ids=["sympy", "text", "declared", "sympy syntax", "catalogue"])
def test_losses(make):
    J = make(*sc.parameters("m b"), *sc.columns("x y"))
    assert [p.name for p in J.parameters] == ["m", "b"]
    value, gradient = J.compile(DATA)({"m": 2, "b": 1})
    assert value == pytest.approx(0.25 / 3) and gradient == pytest.approx([-1, -1 / 3])


def test_derivations():
    J = sc.Loss("mean((y - (m*x + b))^2)", columns="x y")
    d = J.derive("m")
    assert str(d).startswith("d/dm (1/n Σ (yᵢ - (m xᵢ + b))²)\n  = ") and "rule" in str(d)
    assert isinstance(d.lines[0].expression, sympy.Derivative) and d.lines[0].rule is None
    for line in d.lines[1:]:
        assert isinstance(line.expression, sympy.Expr)
        assert all(isinstance(words, str) and words for words in (line.rule.name, line.rule.formula, line.because))
    assert d.result == d.lines[-1].expression and sc.text(d.result) == "-2/n Σ xᵢ (yᵢ - (m xᵢ + b))"
    assert d.proof.passed is True and len(d.proof.checks) > 0
    g = J.gradient()
    assert g["m"].result == d.result and list(g) == ["m", "b"] and tuple(g.result) == (g["m"].result, g["b"].result)
    assert str(sc.derive("x^2*sin(x)", "x").result) == "x**2*cos(x) + 2*x*sin(x)"
    assert sc.derive(sympy.Symbol("x") ** 2, sympy.Symbol("x")).result == 2 * sympy.Symbol("x", real=True)


def test_a_function_without_a_rule_says_so(monkeypatch):
    monkeypatch.setattr(rules, "RULES", tuple(rule for rule in rules.RULES if not rule.formula.startswith("(digamma(")))
    lines = sc.derive("digamma(x)", "x").lines
    assert lines[1].rule.name == "no rule"


def test_compiled():
    J = sc.Loss("mean((y - (m*x + b))^2)", columns="x y")
    f = J.compile(DATA)
    value, gradient = f({"m": 0, "b": 0})
    again, same = f([0, 0])
    assert type(value) is float and value == again == pytest.approx(np.mean(np.square(DATA["y"])))
    assert gradient.dtype == np.float64 and gradient.tolist() == same.tolist()
    assert f.strategy in ("scalar", "moments", "tape") and "def " in f.source
    assert sc.Loss("(1 - u)^2 + 100*(v - u^2)^2").compile(None).strategy == "scalar"
    assert isinstance(f, sc.Compiled)


def test_runs(tmp_path):
    J = sc.Loss("mean((y - (m*x + b))^2)", columns="x y")
    run = J.descend(DATA, start={"m": 0, "b": 0}, rate=0.01, steps=50, method="gradient descent")
    assert isinstance(run, sc.Run) and "Each step: m ← m - η ∂J/∂m" in str(run)
    u = run.updates[0]
    assert u.k == 1 and "new m = m - η ∂J/∂m" in str(u)
    for mapping in (u.before, u.after, u.gradient):
        assert list(mapping) == ["m", "b"] and all(type(value) is float for value in mapping.values())
    assert all(type(value) is float for value in (u.J_before, u.J_after, u.expected_change, u.actual_change, u.ratio))
    assert u.ratio == u.actual_change / u.expected_change and u.actual_change == u.J_after - u.J_before
    assert run.x.tolist() == list(run.parameters.values()) and run.fun == J.compile(DATA)(run.x)[0] == run.updates[-1].J_after
    assert run.jac.tolist() == J.compile(DATA)(run.x)[1].tolist() and run.nit == len(run.updates) == 50
    assert (run.success, run.status, run.message) == (False, 1, sc.Stop.STEPS.value)
    assert list(run.parameters) == ["m", "b"] and len(run.history["m"]) == len(run.history["J"]) == 51
    assert "def " in run.source and run.predict(x=[1, 2, 3]).shape == (3,)
    assert isinstance(sc.figures.cost_curve(run, "m"), Figure)
    assert isinstance(sc.figures.contours(run), Figure) and isinstance(sc.figures.fit(run), Figure)


SHOWN = {
    "derivation": lambda: sc.derive("x^2*sin(x)", "x"), "loss": lambda: sc.Loss("mean((y - (m*x + b))^2)", columns="x y"),
    "gradient": lambda: sc.Loss("u^2 + u*v").gradient(), "run": lambda: sc.Loss("(w - 3)^2").descend(start=[0], steps=3),
    "shared gradient": lambda: sc.gradient("(u + 3v)^2"),
    "back-propagation": lambda: sc.Loss("mean((y - m*x)^2)", columns="x y").backpropagation(),
    "effect": lambda: sc.Loss("(w - 3)^2").compare_gradients({"w": "-2*(w - 3)"}, start=[0], steps=3),
    "update": lambda: sc.Loss("(w - 3)^2").descend(start=[0], steps=3).updates[0],
}


@pytest.mark.parametrize("make", SHOWN.values(), ids=SHOWN)
def test_everything_shown_prints_saves_and_looks_right_in_a_notebook(make, tmp_path):
    shown = make()
    assert isinstance(shown.document(), Document) and len(str(shown).splitlines()) > 1
    assert repr(shown) and "\n" not in repr(shown)
    media = shown._repr_mimebundle_()
    assert list(media) == ["text/plain", "text/latex", "text/html"] and media["text/plain"] == str(shown)
    for suffix in (".html", ".tex", ".md", ".ipynb", ".txt"):
        path = shown.save(tmp_path / f"a{suffix}")
        assert path.read_text(encoding="utf-8").strip()


@pytest.mark.parametrize(("wrong", "kind"), [
    (lambda: sc.read("x +"), sc.ReadError), (lambda: sc.Loss("5"), sc.LossError), (lambda: sc.parameters("2x"), sc.ReadError),
    (lambda: sc.read_table("no-such.csv"), sc.DataError), (lambda: sc.Loss("w^2").descend(start=[0], rate=0), sc.DescentError),
    (lambda: sc.Loss("w^2").compile()({}), sc.DescentError), (lambda: sc.derive("x^2", "x", order=9), sc.LossError),
    (lambda: sc.line("x").predict({"m": 1, "b": 2}), sc.DataError),
])
def test_errors_are_of_one_family_and_value_errors(wrong, kind):
    with pytest.raises(kind) as caught:
        wrong()
    assert isinstance(caught.value, sc.SymcalcError) and isinstance(caught.value, ValueError)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_library_calls_print_nothing(capsys):
    J = sc.mean_squared_error("y", sc.line("x"))
    J.gradient(), J.compile(DATA), sc.figures.fit(J.descend(DATA, start=[0, 0], rate=0.01, steps=3))
    assert capsys.readouterr() == ("", "")


# Names and their documentation

def test_the_public_names_are_these():
    assert set(sc.__all__) >= NAMES and len(sc.__all__) == len(set(sc.__all__))
    assert set(sc.__all__) == {name for name in dir(sc) if not name.startswith("__")} and isinstance(sc.__version__, str)
    for name in sc.__all__:
        assert getattr(sc, name) is getattr(sc, name)
    with pytest.raises(AttributeError, match="module 'symcalc' has no attribute 'nonsense'"):
        sc.nonsense  # noqa: B018
    with pytest.raises(ImportError):
        exec("from symcalc import nonsense")


def test_a_type_checker_sees_the_same_names():
    source = (ROOT / "symcalc" / "__init__.py").read_text(encoding="utf-8")
    for name in sc.__all__:
        assert f"import {name} as {name}" in source


def examples_in(documented):
    return doctest.DocTestParser().get_examples(inspect.getdoc(documented) or "")


@pytest.mark.parametrize("name", [*sc.__all__, *(f"figures.{name}" for name in sc.figures.__all__)])
def test_every_public_name_says_what_it_is_with_an_example(name):
    documented = sc
    for part in name.split("."):
        documented = getattr(documented, part)
    first = (inspect.getdoc(documented) or "").partition("\n")[0]
    assert first and len(first) <= 128 and examples_in(documented), name


OURS = [value for name in sc.__all__ if inspect.isclass(value := getattr(sc, name)) and not issubclass(value, sympy.Function)]


def silent(owner):
    """The public methods and properties that say nothing."""
    return [name for name, value in inspect.getmembers(owner)
            if not name.startswith("_") and (callable(value) or isinstance(value, property)) and not inspect.getdoc(value)]


@pytest.mark.parametrize("owner", OURS, ids=lambda owner: owner.__name__)
def test_every_public_method_says_what_it_does(owner):
    assert silent(owner) == []


def test_every_function_of_our_own_says_what_its_definition_is():
    functions = [value for name in sc.__all__ if inspect.isclass(value := getattr(sc, name)) and issubclass(value, sympy.Function)]
    assert len(functions) == 10 and all(inspect.getdoc(function.plain) for function in functions)


def test_a_silent_method_is_noticed():
    class Quiet(sc.Model):
        def hush(self):
            return None

    assert silent(Quiet) == ["hush"]


# What importing costs

def imported(code):
    """The heavy modules that are loaded after `code` has run in a process of its own."""
    heavy = ("numpy", "matplotlib", "jinja2", "pandas", "sympy", "lark", "click", "scipy", "IPython", "latex2mathml")
    code += f"\nimport json, sys\nprint(json.dumps([name for name in {heavy!r} if name in sys.modules]))"
    ended = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=600,
                           env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert ended.stderr == ""
    return set(json.loads(ended.stdout.splitlines()[-1]))


@pytest.mark.parametrize(("code", "loaded"), [
    ("import symcalc", set()),
    ("import symcalc as sc; dir(sc); sc.SymcalcError", set()),
    ("import symcalc as sc; sc.parameters('m b')", {"sympy"}),
    ("import symcalc as sc; str(sc.derive('x^2', 'x'))", {"sympy", "lark"}),
    ("import symcalc as sc; str(sc.Loss('w^2').descend(start=[1], steps=2))", {"sympy", "lark", "numpy"}),
])
def test_only_what_is_used_is_imported(code, loaded):
    assert imported(code) == loaded
