"""Derivatives by one element of a vector: each result as text, every line proved, the numbers by plain Python on lists."""

from copy import deepcopy

import mpmath
import pytest
from mpmath import exp, log, mpf
from sympy import IndexedBase, Integer, KroneckerDelta, Sum, Symbol, lambdify, symbols, sympify
from sympy import exp as sympy_exp
from sympy import log as sympy_log

import symcalc as sc
from symcalc.calculus.proof import POINTS, points, prove
from symcalc.indices import element, same, softmax_at, sum_over, whole
from symcalc.language.sums import letter
from symcalc.pages.source import source
from symcalc.written import derivative_of, mul, negative, replaced

ROWS, FEATURES = range(3), range(4)
VALUES = {
    "w": [0.5, -1.25, 2, 0.75], "z": [0.5, -1.5, 2, 0.25], "u": [1, 0.5, -2, 3], "v": [0.3, -0.7, 1.1, 0.2],
    "p": [0.1, 0.2, 0.3, 0.4], "t": [0.25, 0.5, 0.125, 0.125], "y": [1, -0.5, 2],
    "x": [[1, 2, -1, 0.5], [0.5, -0.25, 1.5, 2], [-2, 1, 0.75, 0.25]], "s": [[1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0]],
    "W": [[0.1, -0.2, 0.3, 0.4], [0.5, 0.6, -0.7, 0.8], [-0.9, 0.15, 0.25, 0.35], [0.45, -0.55, 0.65, 0.75]],
    "b": 0.75, "a": 1.5, "T": 2, "lambda": 0.5, "n": 3, "q": 4, "K": 4,
}


def dot(first, second):
    return sum(one * other for one, other in zip(first, second))


def logistic(z):
    return 1 / (1 + exp(-z))


def mean(values):
    return sum(values) / len(ROWS)


def network(V, slope):
    return mean((V["y"][i] - sum(V["v"][h] * slope(dot(V["W"][h], V["x"][i])) for h in FEATURES)) ** 2 for i in ROWS)


def chosen(V, c):
    return exp(V["z"][c] - log(sum(map(exp, V["z"]))))


# (formula, letter, the last line, the same in Python: of all the values and of c, counted from 0)

CASES = [
    ("mean((y - (Sum(w[j]*x[i,j], (j, 1, m)) + b))^2)", "w[k]", "-2/n Σᵢ xᵢₖ (yᵢ - (Σⱼ wⱼ xᵢⱼ + b))",
     lambda V, c: mean((V["y"][i] - (dot(V["w"], V["x"][i]) + V["b"])) ** 2 for i in ROWS)),
    ("mean((y - (Sum(w[j]*x[i,j], (j, 1, m)) + b))^2)", "b", "-2/n Σᵢ (yᵢ - (Σⱼ wⱼ xᵢⱼ + b))",
     lambda V, c: mean((V["y"][i] - (dot(V["w"], V["x"][i]) + V["b"])) ** 2 for i in ROWS)),
    ("mean((y - a*Sum(w[j]*x[i,j], (j, 1, m)))^2)", "a", "-2/n Σᵢ (yᵢ - a Σⱼ wⱼ xᵢⱼ) Σⱼ wⱼ xᵢⱼ",
     lambda V, c: mean((V["y"][i] - V["a"] * dot(V["w"], V["x"][i])) ** 2 for i in ROWS)),
    ("mean(ln(1 + exp(-y*Sum(w[j]*x[i,j], (j, 1, m)))))", "w[k]", "-1/n Σᵢ yᵢ xᵢₖ σ(-yᵢ Σⱼ wⱼ xᵢⱼ)",
     lambda V, c: mean(log(1 + exp(-V["y"][i] * dot(V["w"], V["x"][i]))) for i in ROWS)),
    ("mean(-y*ln(sigmoid(Sum(w[j]*x[i,j],(j,1,m)))) - (1-y)*ln(1 - sigmoid(Sum(w[j]*x[i,j],(j,1,m)))))", "w[k]",
     "1/n Σᵢ xᵢₖ (σ(Σⱼ wⱼ xᵢⱼ) - yᵢ)",
     lambda V, c: mean(-V["y"][i] * log(logistic(dot(V["w"], V["x"][i])))
                       - (1 - V["y"][i]) * log(1 - logistic(dot(V["w"], V["x"][i]))) for i in ROWS)),
    ("Sum(w[j]^2, (j, 1, m))", "w[k]", "2wₖ", lambda V, c: dot(V["w"], V["w"])),
    ("lambda/2*Sum(w[j]^2, (j, 1, m))", "w[k]", "λ wₖ", lambda V, c: V["lambda"] / 2 * dot(V["w"], V["w"])),
    ("lambda*Sum(|w[j]|, (j, 1, m))", "w[k]", "λ sign(wₖ)", lambda V, c: V["lambda"] * sum(map(abs, V["w"]))),
    ("sqrt(Sum(w[j]^2, (j, 1, m)))", "w[k]", "wₖ/√(Σⱼ wⱼ²)", lambda V, c: mpmath.sqrt(dot(V["w"], V["w"]))),
    ("Sum((w[j] - u[j])^2, (j, 1, 4))", "w[k]", "2 (wₖ - uₖ)",
     lambda V, c: sum((r - s) ** 2 for r, s in zip(V["w"], V["u"]))),
    ("Sum(j*w[j], (j, 1, m))", "w[k]", "k", lambda V, c: sum((j + 1) * V["w"][j] for j in FEATURES)),
    ("Sum(Sum(w[h]*W[h,j]*w[j], (j, 1, m)), (h, 1, m))", "w[k]", "Σⱼ Wₖⱼ wⱼ + Σₕ wₕ Wₕₖ",
     lambda V, c: sum(V["w"][h] * dot(V["W"][h], V["w"]) for h in FEATURES)),
    ("w[c]^2", "w[k]", "2w_c [k = c]", lambda V, c: V["w"][c] ** 2),
    ("-Sum(t[j]*ln(p[j]), (j, 1, K))", "p[k]", "-tₖ/pₖ", lambda V, c: -dot(V["t"], map(log, V["p"]))),
    ("ln(Sum(exp(z[j]), (j, 1, K))) - z[c]", "z[k]", "softmaxₖ(z) - [k = c]", lambda V, c: -log(chosen(V, c))),
    ("exp(z[c])/Sum(exp(z[j]), (j, 1, K))", "z[k]", "softmax_c(z) ([k = c] - softmaxₖ(z))", chosen),
    ("-ln(exp(z[c])/Sum(exp(z[j]), (j, 1, K)))", "z[k]", "softmaxₖ(z) - [k = c]", lambda V, c: -log(chosen(V, c))),
    ("-Sum(t[j]*ln(exp(z[j])/Sum(exp(z[l]), (l, 1, K))), (j, 1, K))", "z[k]", "softmaxₖ(z) Σⱼ tⱼ - tₖ",
     lambda V, c: -sum(V["t"][j] * log(chosen(V, j)) for j in FEATURES)),
    ("ln(Sum(exp(z[j]/T), (j, 1, K)))", "z[k]", "softmaxₖ(z/T)/T", lambda V, c: log(sum(exp(z / V["T"]) for z in V["z"]))),
    ("mean(ln(Sum(exp(Sum(W[h,j]*x[i,j],(j,1,m))),(h,1,K))) - Sum(s[i,h]*Sum(W[h,j]*x[i,j],(j,1,m)),(h,1,K)))", "W[k,l]",
     "1/n Σᵢ xᵢₗ (exp(Σⱼ Wₖⱼ xᵢⱼ)/(Σₕ exp(Σⱼ Wₕⱼ xᵢⱼ)) - sᵢₖ)",
     lambda V, c: mean(log(sum(exp(dot(row, V["x"][i])) for row in V["W"]))
                       - sum(V["s"][i][h] * dot(V["W"][h], V["x"][i]) for h in FEATURES) for i in ROWS)),
    ("mean((y - Sum(v[h]*tanh(Sum(W[h,j]*x[i,j], (j, 1, m))), (h, 1, q)))^2)", "W[k,l]",
     "-2vₖ/n Σᵢ xᵢₗ (yᵢ - Σₕ vₕ tanh(Σⱼ Wₕⱼ xᵢⱼ)) (1 - tanh²(Σⱼ Wₖⱼ xᵢⱼ))", lambda V, c: network(V, mpmath.tanh)),
    ("mean((y - Sum(v[h]*max(0, Sum(W[h,j]*x[i,j], (j, 1, m))), (h, 1, q)))^2)", "W[k,l]",
     "-2vₖ/n Σᵢ {xᵢₗ (yᵢ - Σₕ vₕ max(0, Σⱼ Wₕⱼ xᵢⱼ)) if Σⱼ Wₖⱼ xᵢⱼ > 0; 0 otherwise}",
     lambda V, c: network(V, lambda z: max(z, 0))),
]
INDICES = [(k, other, c) for k in (1, 3) for other in (1, 2) for c in (1, 3)]


class Table(dict):
    """A list, or a list of lists, whose elements are counted from 1."""

    def __init__(self, values):
        super().__init__({(i, j): value for i, row in enumerate(values, 1) for j, value in enumerate(row, 1)}
                         if isinstance(values[0], list) else dict(enumerate(values, 1)))


def number(expression, values, **indices):
    """What SymPy and mpmath make of the result, with no help from symcalc's own proof."""
    plain = replaced(expression, lambda part: part.plain if isinstance(part, softmax_at) else None)
    given = {name: Table(value) if isinstance(value, list) else value for name, value in values.items()}
    given |= {**indices, "m": 4}
    letters = sorted((part for part in plain.free_symbols if isinstance(part, Symbol)), key=str)
    ours = {"KroneckerDelta": lambda one, other: int(one == other), "sigmoid": logistic}
    return lambdify(letters, plain, [ours, "mpmath"])(*(given[part.name] for part in letters))


def slope(function, wrt, values, k, other, c):
    """The derivative of the Python function by the element that the letter means, from mpmath's differences."""
    def along(value):
        moved = deepcopy(values)
        name, _, indices = wrt.partition("[")
        if not indices:
            moved[name] = value
        elif "," in indices:
            moved[name][k - 1][other - 1] = value
        else:
            moved[name][k - 1] = value
        return function(moved, c - 1)

    held = values[wrt.partition("[")[0]]
    at = held if not isinstance(held, list) else held[k - 1][other - 1] if "," in wrt else held[k - 1]
    return mpmath.diff(along, at)


def exact(values):
    return [exact(value) for value in values] if isinstance(values, list) else values if values in (3, 4) else mpf(values)


@pytest.mark.parametrize("formula, wrt, last, function", CASES, ids=[f"{case[0]} by {case[1]}" for case in CASES])
def test_the_result_and_its_numbers(formula, wrt, last, function):
    derivation = sc.derive(formula, wrt, columns="y" if "y" in formula else "s" if "s[" in formula else "")
    assert sc.text(derivation.result) == last
    assert derivation.proof.passed and "no rule" not in [line.rule.name for line in derivation.lines[1:]]
    with mpmath.workdps(30):
        values = {name: exact(value) for name, value in VALUES.items()}
        for k, other, c in INDICES:
            found = number(derivation.result, values, k=k, l=other, c=c)
            assert mpmath.almosteq(found, slope(function, wrt, values, k, other, c), 1e-12, 1e-12), (k, other, c)


@pytest.mark.parametrize("detail", ["brief", "full"])
@pytest.mark.parametrize("formula, wrt", [case[:2] for case in CASES[::3]])
def test_any_detail_ends_in_the_same_result(formula, wrt, detail):
    columns = "y" if "y" in formula else ""
    assert sc.derive(formula, wrt, columns=columns, detail=detail).result == sc.derive(formula, wrt, columns=columns).result


def test_only_one_unit_and_one_feature_are_left():
    lines = sc.derive("mean((y - Sum(v[j]*tanh(Sum(W[j,k]*x[k],(k,1,d)) + b[j]),(j,1,H)))^2)", "W[p,q]").lines
    assert [line.rule.name for line in lines[-4:]] == [
        "constant multiple rule", "element rule", "one term of the sum", "constant factor out of the sum"]
    assert lines[-3].because == "Wⱼₖ is W_pq exactly when j = p and k = q: then the slope is 1, otherwise 0"
    assert not any("Σₖ Wⱼₖ xᵢₖ + bⱼ, the residual" in line.because for line in lines[1:])
    assert sc.text(lines[-1].expression) == (
        "-2vₚ/n Σᵢ x_iq (yᵢ - Σⱼ vⱼ tanh(Σₖ Wⱼₖ xᵢₖ + bⱼ)) (1 - tanh²(Σₖ Wₚₖ xᵢₖ + bₚ))")


def test_the_lines_of_the_softmax_cross_entropy():
    lines = sc.derive("ln(Sum(exp(z[j]), (j, 1, K))) - z[c]", "z[k]").lines
    assert [line.rule.name for line in lines[1:]] == [
        "sum rule", "chain rule", "element rule", "sum over an index", "chain rule", "element rule", "one term of the sum",
        "name the softmax"]
    assert lines[3].because == "z_c is zₖ exactly when c = k: then the slope is 1, otherwise 0"
    assert lines[4].because == "the derivative of a sum over j is the sum of the derivatives, term by term"
    assert [sc.text(line.expression) for line in lines] == [
        "d/dzₖ (ln(Σⱼ exp(zⱼ)) - z_c)",
        "d/dzₖ ln(Σⱼ exp(zⱼ)) - d/dzₖ z_c",
        "1/(Σⱼ exp(zⱼ)) · d/dzₖ Σⱼ exp(zⱼ) - d/dzₖ z_c",
        "1/(Σⱼ exp(zⱼ)) · d/dzₖ Σⱼ exp(zⱼ) - [k = c]",
        "1/(Σⱼ exp(zⱼ)) Σⱼ d/dzₖ exp(zⱼ) - [k = c]",
        "1/(Σⱼ exp(zⱼ)) Σⱼ exp(zⱼ) · d/dzₖ zⱼ - [k = c]",
        "1/(Σⱼ exp(zⱼ)) Σⱼ exp(zⱼ) [j = k] - [k = c]",
        "exp(zₖ)/(Σⱼ exp(zⱼ)) - [k = c]",
        "softmaxₖ(z) - [k = c]"]


def test_a_constant_in_each_term_of_a_sum_counts_its_terms():
    derivation = sc.derive("Sum(w[j]*u[j] - b, (j, 1, m))", "b")
    assert (sc.text(derivation.result), derivation.lines[-1].rule.formula) == ("-m", "Σⱼ c = p c")


def test_an_element_with_two_indices_is_the_variable_where_both_agree():
    line = sc.derive("Sum(W[h,j]*u[j], (j, 1, m))", "W[k,l]").lines[3]
    assert sc.text(line.expression) == "Σⱼ uⱼ · [k = h] [j = l]"
    assert "exactly when h = k and j = l" in line.because


# SymPy objects

i, j, k, c, h, n, m, K, N = symbols("i j k c h n m K N", integer=True)
w, x, y, z, W = map(IndexedBase, "wxyzW")
b = symbols("b")
SYMPY = [
    (lambda: Sum((y[i] - (Sum(w[j]*x[i, j], (j, 1, m)) + b))**2, (i, 1, n))/n, w[k], "-2/n Σᵢ xᵢₖ (yᵢ - (b + Σⱼ wⱼ xᵢⱼ))"),
    (lambda: Sum((y[i] - (Sum(w[j]*x[i, j], (j, 1, m)) + b))**2, (i, 1, N))/N, "w[k]", "-2/n Σᵢ xᵢₖ (yᵢ - (b + Σⱼ wⱼ xᵢⱼ))"),
    (lambda: Sum((y[h] - (Sum(w[j]*x[h, j], (j, 1, m)) + b))**2, (h, 1, K)), b, "-2 Σₕ (yₕ - (b + Σⱼ wⱼ xₕⱼ))"),
    (lambda: sympy_log(Sum(sympy_exp(z[j]), (j, 1, K))) - z[c], z[k], "softmaxₖ(z) - [k = c]"),
    (lambda: Sum(w[j]**2, (j, 1, m)), w[k], "2wₖ"),
    (lambda: Sum(w[j]**2, (j, 1, 3)), w[k], "2wₖ"),
    (lambda: Sum(W[c, j]*KroneckerDelta(c, j), (j, 1, K)), W[k, h], "[k = c] [c = h]"),
]


@pytest.mark.parametrize("build, wrt, last", SYMPY, ids=[case[2] for case in SYMPY])
def test_sympy_objects(build, wrt, last):
    assert sc.text(sc.derive(build(), wrt).result) == last


def test_a_result_can_be_differentiated_again():
    first = sc.derive("ln(Sum(exp(z[j]), (j, 1, K))) - z[c]", "z[k]").result
    assert sc.text(sc.derive(first, "z[l]").result) == "softmaxₖ(z) ([l = k] - softmaxₗ(z))"
    scaled = sc.derive(sc.derive("ln(Sum(exp(z[j]/T), (j, 1, K)))", "z[k]").result, "z[l]")
    assert scaled.proof.passed and "definition of the softmax" in [line.rule.name for line in scaled.lines[1:]]


@pytest.mark.parametrize("formula, wrt", [case[:2] for case in CASES if case[2] != "k"])
def test_the_source_reads_back(formula, wrt):
    result = sc.derive(formula, wrt, columns="y" if "y" in formula else "").result
    back = sc.read(sympify(source(result)), parameters=[wrt])
    prove([derivative_of(mul(sc.read("other"), result), sc.parameters("other")), back])


# The proof

def test_equal_and_different_indices_are_both_met():
    first = derivative_of(sc.read("z[c]^2", parameters=["z[k]"]), letter("z[k]"))
    met = {point.numbers[whole("k")] == point.numbers[whole("c")] for point in points(first)}
    assert met == {True, False} and len(points(first)) >= POINTS


WRONG = [                        # of the cross-entropy: 1 where k = c, 0 elsewhere, the other index, the other sign
    ("ln(Sum(exp(z[j]), (j, 1, K))) - z[c]", "z[k]", lambda right: replaced(right, _planted(Integer(0)))),
    ("ln(Sum(exp(z[j]), (j, 1, K))) - z[c]", "z[k]", lambda right: replaced(right, _planted(Integer(1)))),
    ("z[c]^2", "z[k]", lambda right: replaced(right, _planted(Integer(1)))),
    ("z[c]^2", "z[k]", lambda right: Integer(0)),
    ("ln(Sum(exp(z[j]), (j, 1, K))) + 0*z[c]", "z[k]", lambda right: right.at(whole("c"))),
    ("ln(Sum(exp(z[j]), (j, 1, K)))", "z[k]", negative),
    ("Sum(w[j]^2, (j, 1, m)) + 0*w[c]", "w[k]", lambda right: mul(Integer(2), element("w", whole("c")))),
    ("Sum(w[j]^2, (j, 1, m))", "w[k]", lambda right: sum_over(whole("j"), whole("m"), element("w", whole("j")))),
    ("Sum(W[h,j]*u[j], (j, 1, m))", "W[k,l]", lambda right: replaced(right, _planted(Integer(1)))),
]


def _planted(value):
    return lambda part: value if isinstance(part, KroneckerDelta) else None


@pytest.mark.parametrize("formula, wrt, spoil", WRONG)
def test_a_wrong_term_makes_the_proof_fail(formula, wrt, spoil):
    derivation = sc.derive(formula, wrt)
    with pytest.raises(sc.ProofError, match="line 1 is not equal"):
        prove([derivation.lines[0].expression, spoil(derivation.result)])


def test_the_derivation_itself_stops_at_a_wrong_element_rule(monkeypatch):
    monkeypatch.setattr("symcalc.calculus.indexed.same", lambda one, other: Integer(1))
    with pytest.raises(sc.ProofError):
        sc.derive("Sum(w[j]^2, (j, 1, m))", "w[k]")


def test_the_same_index_twice_is_1():
    assert same(whole("j"), whole("j")) == 1
