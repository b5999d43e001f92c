"""Sums over an index of their own, elements of vectors, and what cannot be said with them."""

import pytest
from sympy import Idx, Indexed, IndexedBase, KroneckerDelta, Sum, Symbol, symbols

import symcalc as sc
from symcalc.errors import LossError, ReadError
from symcalc.indices import element, whole
from symcalc.language.names import columns_of, parameters_of, symbol
from symcalc.language.sums import letter, letters

MODEL = "mean((y - (Sum(w[j]*x[i,j], (j, 1, p)) + b))^2)"

# (typed, what is declared, how it is written back, its parameters and its columns)

READ = [
    (MODEL, {"columns": "x y"}, "1/n Σᵢ (yᵢ - (Σⱼ wⱼ xᵢⱼ + b))²", "w[j] b", "y[i] x[i, j]"),
    (MODEL, {}, "1/n Σᵢ (yᵢ - (Σⱼ wⱼ xᵢⱼ + b))²", "w[j] b", "y[i] x[i, j]"),
    ("sum((y[i] - Sum(w[j]*x[i,j], (j, 1, p)))^2)", {}, "Σᵢ (yᵢ - Σⱼ wⱼ xᵢⱼ)²", "w[j]", "y[i] x[i, j]"),
    ("Sum(y[r] - Sum(w[j]*x[r,j], (j, 1, p)), (r, 1, n))", {}, "Σᵢ (yᵢ - Σⱼ wⱼ xᵢⱼ)", "w[j]", "y[i] x[i, j]"),
    ("Sum(w[j]^2, (j, 1, p))", {}, "Σⱼ wⱼ²", "w[j]", ""),
    ("Sum(w[j]^2, (j, 1, 3))", {}, "Σ[j=1..3] wⱼ²", "w[j]", ""),
    ("Sum(w[c]^2, (c, 1, p))/p", {}, "1/p Σ_c w_c²", "w[c]", ""),
    ("ln(Sum(exp(z[j]), (j, 1, K))) - z[c]", {}, "ln(Σⱼ exp(zⱼ)) - z_c", "z[j] z[c]", ""),
    ("exp(z[c])/Sum(exp(z[j]), (j, 1, K))", {}, "exp(z_c)/(Σⱼ exp(zⱼ))", "z[c] z[j]", ""),
    ("Sum(v[h]*tanh(Sum(W[h,j]*x[j], (j, 1, p))), (h, 1, q))", {}, "Σₕ vₕ tanh(Σⱼ Wₕⱼ xⱼ)", "v[h] W[h,j] x[j]", ""),
    ("Sum(W[c,d]*u[d], (d, 1, p))", {}, "Σ_d W_cd u_d", "W[c,d] u[d]", ""),
    ("Sum(j*θ[j], (j, 1, p))", {}, "Σⱼ j θⱼ", "theta[j]", ""),
    ("Sum(theta_1[j]*a, (j, 1, p)) + n", {}, "Σⱼ θ₁ⱼ a + n", "theta_1[j] a n", ""),
    ("w[c]^2", {"parameters": ["w[k]"]}, "w_c²", "w[c]", ""),
    ("mean(x) + w[c]", {"parameters": ["w[k]"], "columns": "x"}, "1/n Σᵢ xᵢ + w_c", "w[c]", "x[i]"),
    ("mean((y - Sum(v[j]*tanh(Sum(W[j,k]*x[k], (k,1,d)) + b[j]), (j,1,H)))^2)", {"parameters": ["W[p,q]"]},
     "1/n Σᵢ (yᵢ - Σⱼ vⱼ tanh(Σₖ Wⱼₖ xᵢₖ + bⱼ))²", "v[j] W[j,k] b[j]", "y[i] x[i, k]"),
    ("Sum(s - Sum(w[j]*u[j], (j, 1, p)), (r, 1, n))", {"columns": "s u"}, "Σᵢ (sᵢ - Σⱼ wⱼ uᵢⱼ)", "w[j]", "s[i] u[i, j]"),
    ("mean((y - Sum(w[j]*u[j], (j, 1, p)))^2)", {}, "1/n Σᵢ (yᵢ - Σⱼ wⱼ uⱼ)²", "w[j] u[j]", "y[i]"),
    ("mean(y*Sum(x[j], (j, 1, p)))", {"parameters": ["x[k]"]}, "1/n Σᵢ yᵢ Σⱼ xⱼ", "x[j]", "y[i]"),
]


@pytest.mark.parametrize("typed, declared, written, parameters, columns", READ, ids=[case[0] for case in READ])
def test_reading(typed, declared, written, parameters, columns):
    read = sc.read(typed, **declared)
    assert sc.text(read) == written
    assert [str(part).replace(", ", ",") for part in parameters_of(read)] == parameters.split()
    assert [str(part) for part in columns_of(read)] == [part for part in columns.replace(", ", ",").replace(",", ", ").replace(
        "] ", "];").split(";") if part]
    again = sc.read(read, parameters=declared.get("parameters", ["w[k]"]))           # what we built passes the gate
    assert again.atoms(Indexed, Sum) == read.atoms(Indexed, Sum)


REFUSED = [
    ("Sum(w[j], (j, 0, p))", {}, ReadError, "a sum over the rows is written Sum(f, (i, 1, n))"),
    ("Sum(a[j]*x^j, (j, 0, p))", {}, ReadError, "one over an index of its own starts at 1, as in Sum(w[j], (j, 1, p))"),
    ("Sum(w[j], (j, 1, 1))", {}, LossError, "ends at a name such as p, or at a number from 2 to 20"),
    ("Sum(w[j], (j, 1, 21))", {}, LossError, "ends at a name such as p, or at a number from 2 to 20"),
    ("Sum(w[jj], (jj, 1, p))", {}, LossError, "an index is a letter such as j or k, not jj"),
    ("Sum(w[e], (e, 1, p))", {}, LossError, "an index is a letter such as j or k, not e"),
    ("Sum(w[j] + w[j,k], (j, 1, p))", {}, LossError, "give it as many indices everywhere"),
    ("exp(z[i])/Sum(exp(z[j]), (j, 1, K))", {}, LossError, "i stands for the row of the data, so write another letter"),
    ("Sum(w[j]*x[i,j] + x[j,i], (j, 1, p))", {}, LossError, "the row i the same place"),
    ("Sum(x[i,i]*w[j], (j, 1, p))", {"columns": "x"}, ReadError, "x is a column: one of its indices is the row"),
    ("mean(x[j]*Sum(w[j], (j, 1, p)))", {"columns": "x"}, ReadError, "one of its indices is the row, as in x[i]"),
    ("Sum(w[j]*w, (j, 1, p))", {}, LossError, "w stands with an index, w[j], and without; rename one of them"),
    ("Sum(p[j], (j, 1, p))", {}, LossError, "p stands with an index, p[j], and without"),
    ("w_c*Sum(w[c], (c, 1, p))", {}, LossError, "the names w_c and w[c] look the same when printed"),
    ("Sum(w[j], (j, 1, p)) + w[j]", {}, LossError, "j is the index of a sum; outside that sum write another letter"),
    ("Sum(Sum(w[j], (j, 1, p)), (j, 1, p))", {}, LossError, "a sum over j stands inside another"),
    ("Sum(w[j]*sum(x), (j, 1, p))", {}, LossError, "a sum over the rows cannot stand inside another"),
    ("mean(Sum(w[j]*mean(x), (j, 1, p)))", {}, ReadError, "a sum over the rows cannot stand inside another"),
    ("Sum(A[j,k]*B[c,h], (j, 1, p))", {}, LossError, "the formula has more than 3 indices: c, h, j, k"),
    ("Sum(w[j], (j, 1, p))", {"parameters": "j"}, ReadError, "j counts the terms of a sum here"),
    ("Sum(w[j], (j, 1, p))", {"columns": "p"}, ReadError, "p counts the terms of a sum here"),
    ("k*Sum(w[j]*u[k], (j, 1, p))", {"parameters": "k"}, ReadError, "k is an index here; give the parameter another name"),
    ("Sum(w[j,k,l], (j, 1, p))", {}, ReadError, "square brackets hold the row of a column"),
    ("x[i,j]", {}, ReadError, "square brackets hold the row of a column, as in x[i]"),
    ("x[j]*w", {"parameters": "w"}, ReadError, "square brackets hold the row of a column, as in x[i]"),
]


@pytest.mark.parametrize("typed, declared, kind, sentence", REFUSED, ids=[case[0] for case in REFUSED])
def test_refusals(typed, declared, kind, sentence):
    with pytest.raises(kind) as caught:
        sc.read(typed, **declared)
    assert sentence in str(caught.value)


# (letter, the sentence), in the model above

LETTERS = [
    ("w", "w has an index here; differentiate by one of its elements, such as w[k]"),
    ("w[j]", "the formula sums over j; differentiate by an element with an index of its own, such as w[k]"),
    ("w[i]", "an element has one or two indices, as in w[k] or W[k,l], and none of them is i, the row"),
    ("w[k,l]", "w has one index in the formula; differentiate by an element such as w[k]"),
    ("w[k,k]", "an element has one or two indices"),
    ("w[1]", "an index is a letter such as j or k, not 1"),
    ("w[]", "an index is a letter such as j or k, not nothing"),
    ("w[k", "an element is written w[k] or W[k,l], not w[k"),
    ("w]k[", "an element is written w[k] or W[k,l]"),
    ("<b>[k]", "'<b>' is no name"),
    ("b[k]", "b stands without an index in the formula; differentiate by b"),
    ("x[k]", "x is a column of data, not a parameter"),
    ("p", "p counts the terms of a sum here"),
]


@pytest.mark.parametrize("wrt, sentence", LETTERS, ids=[case[0] for case in LETTERS])
def test_letters_that_one_cannot_differentiate_by(wrt, sentence):
    with pytest.raises(sc.SymcalcError) as caught:
        sc.derive(MODEL, wrt, columns="x y")
    assert sentence in str(caught.value)


def test_letters_are_read_with_their_indices():
    assert letters("m, W[ k,l ] w[k]") == ("m", "W[k,l]", "w[k]") == letters(["m", "W[k,l]", "w[k]"])
    assert letters(element("w", whole("k"))) == ("w[k]",) and letters(["θ₁", symbol("m")]) == ("theta_1", "m")
    assert letters("x w[k] x w[ k ]", repeated=True) == ("x", "w[k]", "x", "w[k]")
    assert letter("θ[k]".replace("θ", "theta")) == element("theta", whole("k"))


@pytest.mark.parametrize("names", ["x y x", "w[k] w[ k ]", ["θ", "theta"]])
def test_no_letter_is_named_twice(names):
    with pytest.raises(sc.ReadError, match="is given twice"):
        letters(names)


def test_a_sum_up_to_n_runs_over_the_rows():
    with pytest.raises(sc.LossError, match="a sum up to n runs over the rows, so that one over features ends"):
        sc.derive("Sum(w[j]^2, (j, 1, n))", "w[k]")


j, k, m, n, N = symbols("j k m n N", integer=True)
w, x = IndexedBase("w"), IndexedBase("x")
GATE = [
    (lambda: Sum(w[j]**2, (j, 1, m)), "w", "w has an index here; differentiate by one of its elements, such as w[k]"),
    (lambda: Sum(w[j]**2, (j, 1, m)), w, "w has an index here; differentiate by one of its elements, such as w[k]"),
    (lambda: Sum(w[j + 1]**2, (j, 1, m)), "w[k]", "w[j + 1] is no column"),
    (lambda: Sum(w[j]*x[k, j], (j, 1, m), (k, 1, n)), "w[l]", "only single sums over the rows are supported"),
    (lambda: Sum(w[j], (j, 1, 50)), "w[k]", "at a number from 2 to 20"),
    (lambda: KroneckerDelta(j, k)*Symbol("a"), "a", "KroneckerDelta compares the indices of elements"),
    (lambda: Sum(w[j], (j, 1, m)) + Sum(x[k], (k, 1, n)) + Symbol("w"), "w[k]", "w stands with an index"),
]


@pytest.mark.parametrize("build, wrt, sentence", GATE, ids=[f"{case[1]} {case[2]}" for case in GATE])
def test_the_gate_refuses(build, wrt, sentence):
    with pytest.raises(sc.LossError) as caught:
        sc.derive(build(), wrt)
    assert sentence in str(caught.value)


def test_the_gate_takes_indices_of_any_kind():
    one = Idx("j")
    assert sc.text(sc.derive(Sum(w[one]*x[one], (one, 1, m)), "w[k]").result) == "xₖ"
    assert sc.text(sc.derive(Sum(w[j]*KroneckerDelta(j, Symbol("c")), (j, 1, m)), "w[k]").result) == "[c = k]"


@pytest.mark.parametrize("formula, declared", [
    (MODEL, {"columns": "x y"}), (MODEL, {}), ("Sum(w[j]^2, (j, 1, p))", {}),
    (Sum((x[k, j] - w[j])**2, (j, 1, m)), {})], ids=["declared", "text", "vector", "sympy"])
def test_a_loss_has_its_features_written_out(formula, declared):
    with pytest.raises(sc.LossError, match=r"every feature written out, as in w1\*x1 \+ w2\*x2"):
        sc.Loss(formula, **declared)
