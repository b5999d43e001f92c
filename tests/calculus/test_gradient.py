"""The gradient as one derivation: what is shared, what is not, and every partial against mpmath's differences."""

import json
import os
from dataclasses import replace
from pathlib import Path

import mpmath
import pytest
from corpus import OVER_ROWS
from mpmath import cosh, exp, log, sqrt, tanh
from sympy import Derivative, Tuple

import symcalc as sc
from symcalc.calculus import gradient as module
from symcalc.calculus.lanes import Places
from symcalc.calculus.proof import prove
from symcalc.written import derivative_of, mul

ROWS = {"x": [0.5, -1.2, 2.0], "y": [1, 0.3, -0.7]}


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def sigmoid(z):
    return 1 / (1 + exp(-z))


# The formula, its data, the same in Python, and the last line that its partials share
CORPUS = [
    ("mean((y - (m*x + b))^2)", "x y", lambda m, b, x, y: mean((t - (m * s + b)) ** 2 for s, t in zip(x, y)),
     "2/n Σ (yᵢ - (m xᵢ + b)) · d/dθ (yᵢ - (m xᵢ + b))"),
    ("mean(-y*ln(sigmoid(w*x+b)) - (1-y)*ln(1-sigmoid(w*x+b)))", "x y",
     lambda w, b, x, y: mean(-t * log(sigmoid(w * s + b)) - (1 - t) * log(1 - sigmoid(w * s + b)) for s, t in zip(x, y)),
     "1/n Σ (σ(w xᵢ + b) - yᵢ) · d/dθ (w xᵢ + b)"),
    ("mean((y-(w*x+b))^2) + lambda*w^2", "x y",
     lambda w, b, lam, x, y: mean((t - (w * s + b)) ** 2 for s, t in zip(x, y)) + lam * w ** 2,
     "2/n Σ (yᵢ - (w xᵢ + b)) · d/dθ (yᵢ - (w xᵢ + b)) + d/dθ (λ w²)"),
    ("mean(softplus(-y*(w*x+b)))", "x y", lambda w, b, x, y: mean(log(1 + exp(-t * (w * s + b))) for s, t in zip(x, y)),
     "-1/n Σ yᵢ σ(-yᵢ (w xᵢ + b)) · d/dθ (w xᵢ + b)"),
    ("mean((y - (v*tanh(w*x + c) + b))^2)", "x y",
     lambda v, w, c, b, x, y: mean((t - (v * tanh(w * s + c) + b)) ** 2 for s, t in zip(x, y)),
     "2/n Σ (yᵢ - (v tanh(w xᵢ + c) + b)) · d/dθ (yᵢ - (v tanh(w xᵢ + c) + b))"),
    ("mean(max(0, 1 - y*(w*x+b)))", "x y", lambda w, b, x, y: mean(max(0, 1 - t * (w * s + b)) for s, t in zip(x, y)),
     "1/n Σ {d/dθ (1 - yᵢ (w xᵢ + b)) if 1 - yᵢ (w xᵢ + b) > 0; 0 otherwise}"),
    ("sqrt(mean((y - (m*x + b))^2))", "x y",
     lambda m, b, x, y: sqrt(mean((t - (m * s + b)) ** 2 for s, t in zip(x, y))),
     "1/(n √(1/n Σ (yᵢ - (m xᵢ + b))²)) Σ (yᵢ - (m xᵢ + b)) · d/dθ (yᵢ - (m xᵢ + b))"),
    ("mean(ln(cosh(y - m*x)) + b^2)", "x y", lambda m, b, x, y: mean(log(cosh(t - m * s)) + b ** 2 for s, t in zip(x, y)),
     "1/n Σ d/dθ (ln(cosh(yᵢ - m xᵢ)) + b²)"),
    ("(1 - u)^2 + 100*(v - u^2)^2", "", lambda u, v: (1 - u) ** 2 + 100 * (v - u ** 2) ** 2,
     "d/dθ (1 - u)² + 200 (v - u²) · d/dθ (v - u²)"),
    ("1/(1 + exp(-(w*z + b)))", "", lambda w, z, b: sigmoid(w * z + b), "σ(w z + b) (1 - σ(w z + b)) · d/dθ (w z + b)"),
    ("ln(u^2 + v^2)", "", lambda u, v: log(u ** 2 + v ** 2), "(d/dθ (u² + v²))/(u² + v²)"),
    ("(theta*s + phi)^2", "", lambda theta, s, phi: (theta * s + phi) ** 2, "2 (θ s + φ) · d/dψ (θ s + φ)"),
    ("u^2 + sin(v)", "", lambda u, v: u ** 2 + mpmath.sin(v), None),
    ("u*v^2", "", lambda u, v: u * v ** 2, None),
    ("(u + v)^2 - (u + v)^2 + u", "", lambda u, v: u, "d/dθ u"),
    ("(w - 3)^2", "", lambda w: (w - 3) ** 2, None),
]


@pytest.mark.parametrize("formula, columns, function, shared", CORPUS, ids=[case[0] for case in CORPUS])
def test_the_partials_are_right_and_share_what_they_can(formula, columns, function, shared, number_of, slope_of):
    loss = sc.Loss(formula, columns=columns)
    gradient = loss.gradient()
    assert (sc.text(gradient.shared[-1].expression) if gradient.shared else None) == shared
    given = function.__code__.co_varnames[:len(loss.names)]
    values = {name: 0.4 + 0.3 * k for k, name in enumerate(given)} | (ROWS if columns else {})
    for name, own in zip(loss.names, given):
        derivation = gradient[name]
        assert derivation.lines[0].expression == derivative_of(loss.expression, loss.parameter(name))
        assert derivation.proof.passed and not derivation.result.has(Derivative)
        wanted = slope_of(function, own, values)
        named = {**values, "n": 3, **{theirs: values[ours] for theirs, ours in zip(loss.names, given)}}
        for line in derivation.lines[len(gradient.shared):]:
            if not line.expression.has(Derivative):
                assert mpmath.almosteq(number_of(line.expression, named), wanted, 1e-12, 1e-20), sc.text(line.expression)
        assert sc.text(derivation.result) == sc.text(loss.derive(name).result)
    assert gradient.result == Tuple(*(gradient[name].result for name in loss.names))


@pytest.mark.parametrize("formula, columns, function, shared", CORPUS[:6], ids=[case[0] for case in CORPUS[:6]])
def test_what_the_document_shows_is_what_each_partial_goes_through(formula, columns, function, shared):
    loss = sc.Loss(formula, columns=columns)
    gradient = loss.gradient()
    plain = json.loads(json.dumps(gradient.as_dict()))
    shared, *_ = plain["shared"]
    letter = shared["letter"]
    for name, partial in plain["partials"].items():
        lines = [line["sympy"] for line in partial["lines"]]
        if name not in shared["parameters"]:
            assert "together" not in partial
            continue
        first = [line["sympy"].replace(f", {letter})", f", {name})") for line in shared["lines"]]
        assert lines[:len(first)] == first
        together = [line["sympy"] for line in partial["together"]]
        assert lines[-len(together):] == together and "Derivative" not in together[0]
        assert len(lines) == len(first) + sum(len(own) - 1 for own in partial["own"]) + len(together) - 1
        assert partial["result"]["sympy"] == together[-1]
    assert plain["proof"]["passed"] and list(plain["result"]) == list(loss.names)


def test_a_parameter_that_drops_out_early_stands_alone():
    gradient = sc.gradient("mean((y-(w*x+b))^2) + lambda*w^2")
    assert [chain["parameters"] for chain in gradient.as_dict()["shared"]] == [["w", "b"]]
    assert "For w and b alike, with θ for any of them:" in str(gradient) and "d/dλ (1/n Σ" in str(gradient)


def test_groups_of_parameters_share_what_they_have_in_common():
    units = "mean((y - (v1*tanh(w1*x + c1) + v2*tanh(w2*x + c2) + b))^2)"
    (shared,) = sc.gradient(units).as_dict()["shared"]
    assert shared["parameters"] == ["v1", "w1", "c1", "v2", "w2", "c2", "b"] and shared["letter"] == "theta"
    assert [(chain["letter"], chain["parameters"], chain["left"][0]["text"]) for chain in shared["further"]] == [
        ("phi", ["w1", "c1"], "w1 xᵢ + c1"), ("psi", ["w2", "c2"], "w2 xᵢ + c2")]
    apart = sc.gradient("(a + b)^2 + sin(c + d)").as_dict()["shared"]
    assert [(chain["letter"], chain["parameters"]) for chain in apart] == [("theta", ["a", "b"]), ("phi", ["c", "d"])]
    deep = sc.gradient("sin(a + sin(b + sin(c + d)))").as_dict()["shared"]
    assert [chain["parameters"] for chain in (deep[0], deep[0]["further"][0], deep[0]["further"][0]["further"][0])] == [
        ["a", "b", "c", "d"], ["b", "c", "d"], ["c", "d"]]


def test_one_parameter_or_nothing_in_common_has_no_shared_lines():
    for formula in ("(w - 3)^2", "u^2 + sin(v)"):
        gradient = sc.gradient(formula)
        assert gradient.shared == () and "θ" not in str(gradient) and gradient.as_dict()["shared"] == []
        assert [line.expression for line in gradient["w" if "w" in formula else "u"].lines] == [
            line.expression for line in sc.derive(formula, "w" if "w" in formula else "u").lines]


def test_a_wrong_line_is_never_shown(monkeypatch):
    right = module.put_in
    monkeypatch.setattr(module, "put_in", lambda *given: mul(sc.read("1.001"), right(*given)))
    with pytest.raises(sc.ProofError, match="line 5 is not equal"):
        sc.gradient("mean((y - (m*x + b))^2)")


def test_a_wrong_shared_line_is_never_shown(monkeypatch):
    right = module.shared_chains

    def wrong(*given):
        (chain,) = right(*given)
        last = chain.lines[-1]
        return (replace(chain, lines=(*chain.lines[:-1], replace(last, expression=mul(sc.read("1.001"), last.expression)))),)

    monkeypatch.setattr(module, "shared_chains", wrong)
    with pytest.raises(sc.ProofError, match="line 4 is not equal"):
        sc.gradient("mean((y - (m*x + b))^2)")


def test_shared_points_prove_what_points_of_ones_own_prove():
    d = sc.derive("mean((y - (m*x + b))^2)", "m", columns="x y")
    lines = [line.expression for line in d.lines]
    places = Places(d.expression)
    assert prove(lines, places) == prove(lines, places) == d.proof
    with pytest.raises(sc.ProofError, match="line 2"):
        prove([lines[0], lines[1], mul(sc.read("1.001"), lines[2])], places)


def test_thirty_features_share_their_work():
    names = [f"x{k}" for k in range(1, 31)]
    formula = f"mean((y - ({' + '.join(f'w{k}*x{k}' for k in range(1, 31))} + b))^2)"
    loss = sc.Loss(formula, columns=["y", *names])
    gradient = loss.gradient()
    assert len(gradient.shared) == 5 and sc.text(gradient["b"].result).startswith("-2/n Σ (yᵢ - (w1 x1ᵢ + ")


# The page; SYMCALC_BLESS=1 writes it anew: read it before keeping it

GOLDEN = {"squared-error": "mean((y - (m*x + b))^2)", "logistic": CORPUS[1][0], "ridge": CORPUS[2][0],
          "network": CORPUS[4][0]}


@pytest.mark.parametrize("name", GOLDEN)
def test_the_page_reads_as_it_was_blessed(name):
    file = Path(__file__).parent / "golden_gradient" / f"{name}.txt"
    written = f"{sc.gradient(GOLDEN[name])}\n"
    if os.environ.get("SYMCALC_BLESS"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(written, encoding="utf-8")
    assert written == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("formula, columns", [
    *((formula, "") for formula in dict.fromkeys(case[0] for case in OVER_ROWS)),
    ("mean(-t1*ln(exp(u*x)/(exp(u*x)+exp(v*x)+1)) - t2*ln(exp(v*x)/(exp(u*x)+exp(v*x)+1)))", "x t1 t2"),
    ("-ln(exp(b)/(exp(a) + exp(b) + exp(c)))", ""), ("-ln(exp(b)/(exp(a) + exp(b)))", ""),
])
def test_a_partial_ends_as_it_does_alone(formula, columns):
    loss = sc.Loss(formula, columns=columns)
    assert {name: sc.text(partial.result) for name, partial in loss.gradient().items()} == {
        name: sc.text(loss.derive(name).result) for name in loss.names}
